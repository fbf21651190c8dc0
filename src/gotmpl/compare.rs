//! Go's comparisons of values whose types are seen.

use std::cmp::Ordering;

use super::fmt;
use super::func::Fault;
use super::value::{Kind, Value};

/// Go: basicKind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Basic {
    Invalid,
    Bool,
    Complex,
    Int,
    Float,
    String,
    Uint,
}

fn basic(value: &Value) -> Basic {
    match value.kind() {
        Kind::Bool => Basic::Bool,
        Kind::Int(_) => Basic::Int,
        Kind::Uint(_) => Basic::Uint,
        Kind::Float64 => Basic::Float,
        Kind::Complex128 => Basic::Complex,
        Kind::String => Basic::String,
        _ => Basic::Invalid,
    }
}

/// `eq`: whether one of the others equals the first.
pub(super) fn eq(first: &Value, others: &[Value]) -> Result<bool, Fault> {
    if others.is_empty() {
        return Err(Fault::new("missing argument for comparison"));
    }
    for other in others {
        if equals(first, other)? {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(super) fn ne(a: &Value, b: &Value) -> Result<bool, Fault> {
    equals(a, b).map(|equal| !equal)
}

pub(super) fn lt(a: &Value, b: &Value) -> Result<bool, Fault> {
    if basic(a) == Basic::Invalid || basic(b) == Basic::Invalid {
        return Err(Fault::new("invalid type for comparison"));
    }
    match (a, b) {
        (Value::Int(a, _), Value::Int(b, _)) => Ok(a < b),
        (Value::Uint(a, _), Value::Uint(b, _)) => Ok(a < b),
        (Value::Float(a), Value::Float(b)) => Ok(a < b),
        (Value::Str(a), Value::Str(b)) => Ok(**a < **b),
        (Value::Int(a, _), Value::Uint(b, _)) => Ok(compare_signs(*a, *b) == Ordering::Less),
        (Value::Uint(a, _), Value::Int(b, _)) => Ok(compare_signs(*b, *a) == Ordering::Greater),
        _ if basic(a) != basic(b) => incompatible(a, b),
        _ => match basic_values(a, b) {
            Some((a, b)) => lt(&a, &b),
            None => Err(Fault::new("invalid type for comparison")),
        },
    }
}

pub(super) fn le(a: &Value, b: &Value) -> Result<bool, Fault> {
    Ok(lt(a, b)? || equals(a, b)?)
}

pub(super) fn gt(a: &Value, b: &Value) -> Result<bool, Fault> {
    le(a, b).map(|not| !not)
}

pub(super) fn ge(a: &Value, b: &Value) -> Result<bool, Fault> {
    lt(a, b).map(|not| !not)
}

fn equals(a: &Value, b: &Value) -> Result<bool, Fault> {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => Ok(a == b),
        (Value::Int(a, _), Value::Int(b, _)) => Ok(a == b),
        (Value::Uint(a, _), Value::Uint(b, _)) => Ok(a == b),
        (Value::Float(a), Value::Float(b)) => Ok(a == b),
        (Value::Complex(ar, ai), Value::Complex(br, bi)) => Ok(ar == br && ai == bi),
        (Value::Str(a), Value::Str(b)) => Ok(**a == **b),
        (Value::Int(int, _), Value::Uint(uint, _)) | (Value::Uint(uint, _), Value::Int(int, _)) => {
            Ok(compare_signs(*int, *uint) == Ordering::Equal)
        }
        _ if basic(a) != basic(b) && (a.is_nil() || b.is_nil()) => Ok(false),
        _ if basic(a) != basic(b) => incompatible(a, b),
        _ => match basic_values(a, b) {
            Some((a, b)) => equals(&a, &b),
            None => same(a, b),
        },
    }
}

/// What both are made of, where one is of a type that is made of a basic one: a duration, say.
fn basic_values(a: &Value, b: &Value) -> Option<(Value, Value)> {
    let made_of = |value: &Value| match value {
        Value::Object(object) => object.underlying().filter(|inner| basic(inner) != Basic::Invalid),
        _ => None,
    };
    match (made_of(a), made_of(b)) {
        (None, None) => None,
        (a_inner, b_inner) => Some((a_inner.unwrap_or_else(|| a.clone()), b_inner.unwrap_or_else(|| b.clone()))),
    }
}

/// Of values whose types are not basic.
fn same(a: &Value, b: &Value) -> Result<bool, Fault> {
    if a.kind() != b.kind() && !a.is_nil() && !b.is_nil() {
        let (a, b, a_type, b_type) = (as_text(a), fmt::shown(b), type_name(a), type_name(b));
        return Err(Fault::new(format!("non-comparable types {a}: {a_type}, {b_type}: {b}")));
    }
    let (a_is_nil, b_is_nil) = (is_nil_of_its_type(a), is_nil_of_its_type(b));
    if a_is_nil || b_is_nil {
        return Ok(a_is_nil == b_is_nil);
    }
    match (a, b) {
        (Value::Object(a), Value::Object(b)) if a.kind() != Kind::Map && a.kind() != Kind::Slice => Ok(a.equals(&**b)),
        _ => Err(Fault::new(format!("non-comparable type {}: {}", as_text(b), type_name(b)))),
    }
}

/// Go: isNil.
fn is_nil_of_its_type(value: &Value) -> bool {
    match value {
        Value::Nil => true,
        Value::List(list) => list.is_nil(),
        Value::Map(map) => map.is_nil(),
        _ => false,
    }
}

fn compare_signs(int: i64, uint: u64) -> Ordering {
    u64::try_from(int).map_or(Ordering::Less, |int| int.cmp(&uint))
}

fn incompatible<T>(a: &Value, b: &Value) -> Result<T, Fault> {
    let (a, b) = (type_name(a), type_name(b));
    Err(Fault::new(format!("incompatible types for comparison: {a} and {b}")))
}

/// Go: the verb `%s`.
fn as_text(value: &Value) -> String {
    let text = fmt::sprintf(b"%s", std::slice::from_ref(value));
    text.map_or_else(|_| fmt::shown(value), |text| String::from_utf8_lossy(&text).into_owned())
}

fn type_name(value: &Value) -> &'static str {
    value.ty().map_or("<nil>", |ty| ty.name())
}
