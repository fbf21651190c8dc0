//! Go's own functions, but those that the engine itself has to do: `and`, `or`, `call`.
//!
//! **Not here:** comparisons ([`super::compare`]).

mod escape;

use super::compare;
use super::func::{Call, Fault, Func};
use super::value::{List, Str, Type, Value};
use super::{exec::zero, fmt};
use std::rc::Rc;

const ANY: &[Type] = &[Type::Any];
const MORE: Option<Type> = Some(Type::Any);

pub(super) const FUNCS: &[Func] = &[
    Func {
        name: "eq",
        params: ANY,
        variadic: MORE,
        run: |call| compare::eq(&call.args[0], &call.args[1..]).map(Value::Bool),
    },
    Func { name: "ge", params: &[Type::Any, Type::Any], variadic: None, run: |call| pair(call, compare::ge) },
    Func { name: "gt", params: &[Type::Any, Type::Any], variadic: None, run: |call| pair(call, compare::gt) },
    Func { name: "html", params: &[], variadic: MORE, run: |call| escaped(call, escape::html) },
    Func { name: "index", params: ANY, variadic: MORE, run: |call| index(&call.args[0], &call.args[1..]) },
    Func { name: "js", params: &[], variadic: MORE, run: |call| escaped(call, escape::js) },
    Func { name: "le", params: &[Type::Any, Type::Any], variadic: None, run: |call| pair(call, compare::le) },
    Func { name: "len", params: ANY, variadic: None, run: |call| length(&call.args[0]) },
    Func { name: "lt", params: &[Type::Any, Type::Any], variadic: None, run: |call| pair(call, compare::lt) },
    Func { name: "ne", params: &[Type::Any, Type::Any], variadic: None, run: |call| pair(call, compare::ne) },
    Func { name: "not", params: ANY, variadic: None, run: |call| Ok(Value::Bool(!call.args[0].is_true())) },
    Func { name: "print", params: &[], variadic: MORE, run: |call| print(call.args) },
    Func {
        name: "printf",
        params: &[Type::String],
        variadic: MORE,
        run: |call| fmt::sprintf(call.str(0), &call.args[1..]).map(Value::str),
    },
    Func { name: "println", params: &[], variadic: MORE, run: |call| fmt::sprintln(call.args).map(Value::str) },
    Func { name: "slice", params: ANY, variadic: MORE, run: |call| slice(&call.args[0], &call.args[1..]) },
    Func { name: "urlquery", params: &[], variadic: MORE, run: |call| escaped(call, escape::url_query) },
];

fn pair(call: &Call, compare: fn(&Value, &Value) -> Result<bool, Fault>) -> Result<Value, Fault> {
    compare(&call.args[0], &call.args[1]).map(Value::Bool)
}

/// The map or list that a value is made of, or the value itself.
fn made_of(value: &Value) -> Value {
    match value {
        Value::Object(object) => object.underlying().unwrap_or_else(|| value.clone()),
        _ => value.clone(),
    }
}

fn type_name(value: &Value) -> &'static str {
    value.ty().unwrap_or(Type::Any).name()
}

/// Go: index.
fn index(item: &Value, indexes: &[Value]) -> Result<Value, Fault> {
    if item.is_nil() {
        return Err(Fault::new("index of untyped nil"));
    }
    let mut item = item.clone();
    for index in indexes {
        item = match made_of(&item) {
            Value::Nil => return Err(Fault::new("index of nil pointer")),
            Value::Str(text) => {
                let at = index_arg(index, text.len())?;
                let byte = text.get(at).ok_or_else(|| Fault::new("reflect: string index out of range"))?;
                Value::Uint(u64::from(*byte), super::value::UintType::Uint8)
            }
            Value::List(list) => {
                let at = index_arg(index, list.len())?;
                list.get(at).ok_or_else(|| Fault::new("reflect: slice index out of range"))?
            }
            Value::Map(map) => match index {
                Value::Str(key) => map.get(key).unwrap_or_else(|| zero(map.ty().element())),
                Value::Nil => return Err(Fault::new("value is nil; should be of type string")),
                _ => {
                    return Err(Fault::new(format!("value has type {}; should be string", type_name(index))));
                }
            },
            other => return Err(Fault::new(format!("can't index item of type {}", type_name(&other)))),
        };
    }
    Ok(item)
}

/// Go: indexArg. The length itself passes here.
fn index_arg(index: &Value, len: usize) -> Result<usize, Fault> {
    let at = match index {
        Value::Int(n, _) => *n,
        Value::Uint(n, _) => *n as i64,
        Value::Nil => return Err(Fault::new("cannot index slice/array with nil")),
        _ => return Err(Fault::new(format!("cannot index slice/array with type {}", type_name(index)))),
    };
    usize::try_from(at).ok().filter(|at| *at <= len).ok_or_else(|| Fault::new(format!("index out of range: {at}")))
}

/// A text alone is what it is, and keeps its trace.
fn print(args: &[Value]) -> Result<Value, Fault> {
    match args {
        [Value::Str(text)] => Ok(Value::Str(text.clone())),
        _ => fmt::sprint(args).map(Value::str),
    }
}

/// Go: slice. The capacity of a list is taken to be its length.
fn slice(item: &Value, indexes: &[Value]) -> Result<Value, Fault> {
    let item = made_of(item);
    let len = match &item {
        Value::Nil => return Err(Fault::new("slice of untyped nil")),
        _ if indexes.len() > 3 => return Err(Fault::new(format!("too many slice indexes: {}", indexes.len()))),
        Value::Str(_) if indexes.len() == 3 => return Err(Fault::new("cannot 3-index slice a string")),
        Value::Str(text) => text.len(),
        Value::List(list) => list.len(),
        _ => return Err(Fault::new(format!("can't slice item of type {}", type_name(&item)))),
    };
    let mut bounds = [0, len, len];
    for (bound, index) in bounds.iter_mut().zip(indexes) {
        *bound = index_arg(index, len)?;
    }
    let [from, to, capacity] = bounds;
    for (low, high) in [(from, to), (to, capacity)] {
        if low > high {
            return Err(Fault::new(format!("invalid slice index: {low} > {high}")));
        }
    }
    Ok(match &item {
        Value::List(list) => {
            let items = list.items().get(from..to).map(<[Value]>::to_vec).unwrap_or_default();
            Value::List(Rc::new(List::new(list.ty(), items)))
        }
        Value::Str(text) => Value::Str(Str::new(&text[from..to])),
        _ => item,
    })
}

/// Go: length.
fn length(item: &Value) -> Result<Value, Fault> {
    let len = match made_of(item) {
        Value::Str(text) => text.len(),
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        Value::Nil => return Err(Fault::new("len of nil pointer")),
        other => return Err(Fault::new(format!("len of type {}", type_name(&other)))),
    };
    Ok(Value::int(len as i64))
}

/// Go: evalArgs, and one of the escapers.
fn escaped(call: &Call, escape: fn(&[u8]) -> Vec<u8>) -> Result<Value, Fault> {
    let bounded = |text: &[u8]| {
        let escaped = escape(text);
        if escaped.len() > fmt::MAX_TEXT {
            return Err(Fault::new(format!("an escaped text is longer than {} bytes", fmt::MAX_TEXT)));
        }
        Ok(Value::str(escaped))
    };
    if let [Value::Str(text)] = call.args {
        return bounded(text);
    }
    let printable = |value: &Value| if value.is_nil() { Value::str("<no value>") } else { value.clone() };
    let args: Vec<Value> = call.args.iter().map(printable).collect();
    bounded(&fmt::sprint(&args)?)
}
