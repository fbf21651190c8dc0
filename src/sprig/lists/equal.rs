//! Go's reflect.DeepEqual.

use std::rc::Rc;

use hashbrown::HashSet;

use crate::gotmpl::{Fault, Kind, List, Map, Object, Value};

/// How deep values may be nested.
const DEEPEST: usize = 10_000;

/// Lists and maps that are being compared, or were. As in Go they are equal as long as nothing else is known.
type Visited = HashSet<(*const (), *const ())>;

/// Go: reflect.DeepEqual. Values of different types are never equal, nor is a nil list an empty one.
pub fn deep_equal(a: &Value, b: &Value) -> Result<bool, Fault> {
    equal(a, b, &mut Visited::new(), 0)
}

fn equal(a: &Value, b: &Value, visited: &mut Visited, depth: usize) -> Result<bool, Fault> {
    if depth > DEEPEST {
        return Err(Fault::new("the values are nested too deeply to be compared"));
    }
    Ok(match (a, b) {
        (Value::Nil, Value::Nil) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a, a_type), Value::Int(b, b_type)) => a == b && a_type == b_type,
        (Value::Uint(a, a_type), Value::Uint(b, b_type)) => a == b && a_type == b_type,
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Complex(a_re, a_im), Value::Complex(b_re, b_im)) => a_re == b_re && a_im == b_im,
        (Value::Str(a), Value::Str(b)) => **a == **b,
        (Value::List(a), Value::List(b)) => {
            let is_known = Rc::ptr_eq(a, b) || !visited.insert((Rc::as_ptr(a).cast(), Rc::as_ptr(b).cast()));
            is_known || lists(a, b, visited, depth)?
        }
        (Value::Map(a), Value::Map(b)) => {
            let is_known = Rc::ptr_eq(a, b) || !visited.insert((Rc::as_ptr(a).cast(), Rc::as_ptr(b).cast()));
            is_known || maps(a, b, visited, depth)?
        }
        (Value::Object(a), Value::Object(b)) => {
            a.type_name() == b.type_name() && (a.equals(&**b) || pointers(&**a, &**b, visited, depth)?)
        }
        _ => false,
    })
}

/// Two pointers are equal if what they point to is.
fn pointers(a: &dyn Object, b: &dyn Object, visited: &mut Visited, depth: usize) -> Result<bool, Fault> {
    let (a_fields, b_fields) = (a.fields(), b.fields());
    if a.kind() != Kind::Ptr || a_fields.is_empty() {
        return Ok(false);
    }
    for ((_, a), (_, b)) in a_fields.iter().zip(&b_fields) {
        if !equal(a, b, visited, depth + 1)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn lists(a: &List, b: &List, visited: &mut Visited, depth: usize) -> Result<bool, Fault> {
    if a.ty() != b.ty() || a.is_nil() != b.is_nil() || a.len() != b.len() {
        return Ok(false);
    }
    for (a, b) in a.items().iter().zip(b.items().iter()) {
        if !equal(a, b, visited, depth + 1)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn maps(a: &Map, b: &Map, visited: &mut Visited, depth: usize) -> Result<bool, Fault> {
    if a.ty() != b.ty() || a.is_nil() != b.is_nil() || a.len() != b.len() {
        return Ok(false);
    }
    for ((a_key, a), (b_key, b)) in a.entries().iter().zip(b.entries().iter()) {
        if a_key != b_key || !equal(&a.value, &b.value, visited, depth + 1)? {
            return Ok(false);
        }
    }
    Ok(true)
}
