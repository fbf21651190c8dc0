//! Values of a chart, as the validator takes them.

use serde_json::{Map, Number, Value as Json};

use crate::gotmpl::Value;

/// How deep values may be nested: as deep as YAML may be.
const MOST_NESTED: usize = 10_000;

/// Numbers that are whole become integers, whatever their type is.
pub fn to_json(value: &Value) -> Result<Json, String> {
    convert(value, MOST_NESTED)
}

fn convert(value: &Value, depth: usize) -> Result<Json, String> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(format!("unable to validate schema: values are nested more than {MOST_NESTED} deep"));
    };
    Ok(match value {
        Value::Nil => Json::Null,
        Value::Bool(b) => Json::Bool(*b),
        Value::Int(n, _) => Json::Number((*n).into()),
        Value::Uint(n, _) => Json::Number((*n).into()),
        Value::Float(n) => number(*n),
        Value::Str(text) => Json::String(text.to_text().into_owned()),
        Value::List(list) if list.is_nil() => Json::Null,
        Value::Map(map) if map.is_nil() => Json::Null,
        Value::List(list) => {
            Json::Array(list.items().iter().map(|item| convert(item, depth)).collect::<Result<_, _>>()?)
        }
        Value::Map(map) => {
            let entries = map.entries();
            let pairs = entries
                .iter()
                .map(|(key, entry)| Ok((String::from_utf8_lossy(key).into_owned(), convert(&entry.value, depth)?)));
            Json::Object(pairs.collect::<Result<Map<_, _>, String>>()?)
        }
        Value::Object(object) => match object.underlying() {
            Some(value) => convert(&value, depth)?,
            None => return Err(format!("invalid jsonType {}", object.type_name())),
        },
        Value::Complex(..) => return Err("invalid jsonType complex128".into()),
    })
}

fn number(n: f64) -> Json {
    const EXACT: f64 = (1u64 << 63) as f64;
    match n.fract() == 0.0 && (-EXACT..EXACT).contains(&n) {
        true => Json::Number((n as i64).into()),
        false => Number::from_f64(n).map_or(Json::Null, Json::Number),
    }
}
