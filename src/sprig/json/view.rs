//! What a value is to encoding/json.
//!
//! **Invariant:** nothing here goes into a value: who does counts how deep.

use std::borrow::Cow;
use std::rc::Rc;

use crate::base::base64;
use crate::gotmpl::{Fault, Kind, List, Map, Object, Str, Type, Value};

/// The value that JSON has for a value, the outermost part of it.
pub enum View {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    /// A finite number.
    Float(f64),
    Text(Str),
    List(Rc<List>),
    Map(Rc<Map>),
    /// A struct: fields in the order of their declaration.
    Fields(Vec<(Str, Value)>),
}

impl View {
    /// Go: newTypeEncoder. Errors: what JSON cannot say.
    pub fn of(value: &Value) -> Result<View, Fault> {
        Ok(match value {
            Value::Nil => View::Null,
            Value::Bool(b) => View::Bool(*b),
            Value::Int(n, _) => View::Int(*n),
            Value::Uint(n, _) => View::Uint(*n),
            Value::Float(f) if f.is_finite() => View::Float(*f),
            Value::Float(f) => return Err(unsupported_value(float_name(*f))),
            Value::Complex(..) => return Err(unsupported_type(Type::Complex128.name())),
            Value::Str(text) => View::Text(text.clone()),
            Value::List(list) if list.is_nil() => View::Null,
            Value::List(list) if list.ty() == Type::Bytes => View::Text(base64::encode(&list.to_bytes()).into()),
            Value::List(list) => View::List(list.clone()),
            Value::Map(map) if map.is_nil() => View::Null,
            Value::Map(map) => View::Map(map.clone()),
            Value::Object(object) => match object.json() {
                Some(Value::Map(map)) if is_struct(&**object) => View::Fields(in_declared_order(&**object, &map)),
                // A type that says no more of itself than what it is.
                Some(Value::Object(_)) => return Err(unsupported_type(object.type_name())),
                Some(plain) => return View::of(&plain),
                None if object.type_name() == "time.Time" => {
                    return Err(Fault::new("json: error calling MarshalJSON for type time.Time: it is out of range"));
                }
                None if is_struct(&**object) => View::Fields(own_fields(&**object)),
                None => return Err(unsupported_type(object.type_name())),
            },
        })
    }
}

fn is_struct(object: &dyn Object) -> bool {
    matches!(object.kind(), Kind::Struct | Kind::Ptr)
}

fn own_fields(object: &dyn Object) -> Vec<(Str, Value)> {
    exported_fields(object).into_iter().map(|(name, value)| (name.into(), value)).collect()
}

/// Go: fields stand in the order of their declaration, under the names of their tags: `git_commit` for GitCommit.
fn in_declared_order(object: &dyn Object, json: &Map) -> Vec<(Str, Value)> {
    let plain = |name: &str| name.replace('_', "").to_lowercase();
    let declared: Vec<String> = object.fields().into_iter().map(|(name, _)| plain(name)).collect();
    let place = |name: &Str| declared.iter().position(|own| *own == plain(&name.to_text())).unwrap_or(usize::MAX);
    let entries = json.entries();
    let mut fields: Vec<_> = entries.iter().map(|(key, entry)| (Str::new(key.clone()), entry.value.clone())).collect();
    fields.sort_by_key(|(name, _)| place(name));
    fields
}

/// The fields of a struct that Go's encoders see.
pub fn exported_fields(object: &dyn Object) -> Vec<(&'static str, Value)> {
    let is_exported = |name: &str| name.starts_with(|c: char| c.is_ascii_uppercase());
    object.fields().into_iter().filter(|(name, _)| is_exported(name)).collect()
}

/// The text that JSON has for bytes. Go: each byte that is no part of a character becomes U+FFFD.
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(bytes.len() + 8);
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    Cow::Owned(out)
}

fn float_name(f: f64) -> &'static str {
    match () {
        _ if f.is_nan() => "NaN",
        _ if f > 0.0 => "+Inf",
        _ => "-Inf",
    }
}

fn unsupported_type(name: &str) -> Fault {
    Fault::new(format!("json: unsupported type: {name}"))
}

pub(super) fn unsupported_value(what: &str) -> Fault {
    Fault::new(format!("json: unsupported value: {what}"))
}
