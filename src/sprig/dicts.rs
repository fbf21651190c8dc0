//! Dictionaries: `dict`, `get`, `set`, `merge`, `dig` and so on.
//!
//! **Invariant:** `set`, `unset` and `merge` change the map that they are given; keys and values come in the
//! order of the keys, which Go leaves to chance.

mod merge;

use std::rc::Rc;

use super::{func, strval, variadic};
use crate::gotmpl::{Call, Fault, Func, Map, Str, Type, Value};
use merge::Mode;

const MAP: &[Type] = &[Type::Map];
const KEYED: &[Type] = &[Type::Map, Type::String];

pub const FUNCS: &[Func] = &[
    variadic("dict", &[], Type::Any, dict),
    variadic("dig", &[], Type::Any, dig),
    func("get", KEYED, |call| Ok(map_at(call, 0).get(call.str(1)).unwrap_or_else(|| Value::str("")))),
    func("hasKey", KEYED, |call| Ok(map_at(call, 0).contains(call.str(1)).into())),
    variadic("keys", &[], Type::Map, keys),
    variadic("merge", MAP, Type::Map, |call| merge::swallowing(call, Mode::Fill)),
    variadic("mergeOverwrite", MAP, Type::Map, |call| merge::swallowing(call, Mode::Overwrite)),
    variadic("mustMerge", MAP, Type::Map, |call| merge::must(call, Mode::Fill)),
    variadic("mustMergeOverwrite", MAP, Type::Map, |call| merge::must(call, Mode::Overwrite)),
    variadic("omit", MAP, Type::String, omit),
    variadic("pick", MAP, Type::String, pick),
    variadic("pluck", &[Type::String], Type::Map, pluck),
    func("set", &[Type::Map, Type::String, Type::Any], set),
    func("unset", KEYED, |call| {
        map_at(call, 0).remove(call.str(1));
        Ok(call.args[0].clone())
    }),
    func("values", MAP, |call| {
        let map = map_at(call, 0);
        Ok(Value::list(map.entries().values().map(|entry| entry.value.clone()).collect()))
    }),
];

/// An argument that is declared to be a map.
fn map_at(call: &Call, at: usize) -> Rc<Map> {
    call.args[at].as_map().cloned().unwrap_or_else(|| Rc::new(Map::nil(Type::Map)))
}

fn dict(call: &mut Call) -> Result<Value, Fault> {
    let map = Map::new(Type::Map);
    for pair in call.args.chunks(2) {
        map.set(strval(&pair[0])?.key(), pair.get(1).cloned().unwrap_or_else(|| Value::str("")));
    }
    Ok(Value::Map(Rc::new(map)))
}

fn set(call: &mut Call) -> Result<Value, Fault> {
    let map = map_at(call, 0);
    if map.is_nil() {
        return Err(Fault::new("assignment to entry in nil map"));
    }
    map.set(call.str(1).key(), call.args[2].clone());
    Ok(call.args[0].clone())
}

fn keys(call: &mut Call) -> Result<Value, Fault> {
    let mut keys = Vec::new();
    for at in 0..call.args.len() {
        keys.extend(map_at(call, at).entries().keys().cloned().map(Str::new));
    }
    Ok(Value::strings(keys))
}

fn pluck(call: &mut Call) -> Result<Value, Fault> {
    let key = call.str(0);
    Ok(Value::list((1..call.args.len()).filter_map(|at| map_at(call, at).get(key)).collect()))
}

fn pick(call: &mut Call) -> Result<Value, Fault> {
    let (map, picked) = (map_at(call, 0), Map::new(Type::Map));
    for at in 1..call.args.len() {
        if let Some(entry) = map.entry(call.str(at)) {
            picked.set_entry(call.str(at).key(), entry);
        }
    }
    Ok(Value::Map(Rc::new(picked)))
}

fn omit(call: &mut Call) -> Result<Value, Fault> {
    let mut entries = map_at(call, 0).entries().clone();
    for at in 1..call.args.len() {
        entries.remove(call.str(at));
    }
    Ok(Value::Map(Rc::new(Map::from_entries(Type::Map, entries))))
}

/// sprig: dig. Every step has to be a `map[string]interface {}`; `common.Values` is a type of its own.
fn dig(call: &mut Call) -> Result<Value, Fault> {
    let [keys @ .., default, value] = call.args else { return Err(few_arguments()) };
    if keys.is_empty() {
        return Err(few_arguments());
    }
    let mut value = plain_map(value)?.map_or(Value::Nil, Value::Map);
    let mut path = Vec::with_capacity(keys.len());
    for key in keys {
        path.push(key.as_str().ok_or_else(|| conversion(key, "string"))?);
    }
    for key in path {
        let Some(step) = plain_map(&value)?.and_then(|map| map.get(key)) else { return Ok(default.clone()) };
        value = step;
    }
    Ok(value)
}

fn few_arguments() -> Fault {
    Fault::new("dig needs at least three arguments")
}

fn plain_map(value: &Value) -> Result<Option<Rc<Map>>, Fault> {
    match value {
        Value::Map(map) if map.ty() == Type::Map => Ok(Some(map.clone())),
        _ => Err(conversion(value, "map[string]interface {}")),
    }
}

/// Go's panic of a type assertion.
fn conversion(value: &Value, wanted: &str) -> Fault {
    let found = value.ty().map_or("nil", Type::name);
    Fault::new(format!("interface conversion: interface {{}} is {found}, not {wanted}"))
}

#[cfg(test)]
mod tests;
