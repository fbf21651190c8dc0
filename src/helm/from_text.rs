//! `fromYaml`, `fromJson` and their `Array` forms.
//!
//! Helm: where a text cannot be read the error is the result, as the entry `Error` or as the only item.

mod go_syntax;
#[cfg(test)]
mod tests;
mod yaml_errors;

use std::rc::Rc;

use super::from_yaml::value_of;
use crate::base::{Result, SourceId, Sources};
use crate::gotmpl::{Call, Fault, Func, List, Map, Type, Value};
use crate::sprig::json::unmarshal;
use crate::yaml::{ReadOptions, read};

pub const FUNCS: &[Func] = &[
    func("fromJson", |call| Ok(from_json(call.str(0), Type::Map))),
    func("fromJsonArray", |call| Ok(from_json(call.str(0), Type::List))),
    func("fromYaml", |call| Ok(from_yaml(call.str(0), Type::Map))),
    func("fromYamlArray", |call| Ok(from_yaml(call.str(0), Type::List))),
];

const fn func(name: &'static str, run: fn(&mut Call) -> std::result::Result<Value, Fault>) -> Func {
    Func { name, params: &[Type::String], variadic: None, run }
}

/// Go: json.Unmarshal into a map or list.
fn from_json(text: &[u8], target: Type) -> Value {
    match unmarshal(text) {
        (Value::Nil, None) => nil(target),
        (value, None) if value.ty() == Some(target) => value,
        (value, error) if value.ty() == Some(target) => with_error(value, error.unwrap_or_default()),
        (value, error) => {
            // A number that is out of range is a number for all that.
            let is_syntax = |error: &String| value.is_nil() && !error.starts_with("json: ");
            let mismatch = || format!("json: {}", mismatch(&value, target));
            with_error(empty(target), error.filter(is_syntax).unwrap_or_else(mismatch))
        }
    }
}

/// Go: yaml.Unmarshal of sigs.k8s.io/yaml into a map or list.
fn from_yaml(text: &[u8], target: Type) -> Value {
    match yaml_value(SourceId::NONE, text) {
        Ok(None) => empty(target),
        Ok(Some(value)) if value.ty() == Some(target) => value,
        Ok(Some(value)) => {
            let mismatch = mismatch(&value, target);
            with_error(empty(target), format!("error unmarshaling JSON: while decoding JSON: json: {mismatch}"))
        }
        Err(error) => {
            // Places are told of texts that have a name.
            let placed = yaml_value(Sources::new().add("", text), text).err().unwrap_or(error);
            let error = yaml_errors::go_text(&placed, text);
            with_error(empty(target), format!("error converting YAML to JSON: {error}"))
        }
    }
}

fn yaml_value(source: SourceId, text: &[u8]) -> Result<Option<Value>> {
    let documents = read(source, text, ReadOptions::config())?;
    documents.first().and_then(|document| document.root.as_ref()).map(value_of).transpose()
}

fn empty(target: Type) -> Value {
    if target == Type::Map { Value::map([]) } else { Value::list(Vec::new()) }
}

/// Go: null makes nothing of what is read into.
fn nil(target: Type) -> Value {
    match target {
        Type::Map => Value::Map(Rc::new(Map::nil(target))),
        _ => Value::List(Rc::new(List::nil(target))),
    }
}

/// Go: UnmarshalTypeError.
fn mismatch(value: &Value, target: Type) -> String {
    let kind = match value {
        Value::Bool(_) => "bool",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
        _ => "number",
    };
    format!("cannot unmarshal {kind} into Go value of type {}", target.name())
}

/// A map keeps what could be read.
fn with_error(value: Value, error: String) -> Value {
    match &value {
        Value::Map(map) => {
            map.set(&b"Error"[..], Value::str(error));
            value
        }
        _ => Value::list(vec![Value::str(error)]),
    }
}
