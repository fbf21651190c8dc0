//! dario.cat/mergo, as far as it merges maps: `merge` fills what is zero or missing, `mergeOverwrite` replaces.
//!
//! **Invariant:** the map that is merged into is changed in place, as are maps in it; what it takes over whole
//! is shared with where it came from.

use std::rc::Rc;

use super::map_at;
use crate::gotmpl::{Call, Entry, Fault, Key, Kind, Map, Type, Value};

/// How deep maps may be nested.
const DEEPEST: usize = 10_000;

/// How many entries one call may look at. Maps that share maps can have endlessly many.
const MOST_ENTRIES: usize = 10_000_000;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// mergo: Merge.
    Fill,
    /// mergo: MergeWithOverwrite.
    Overwrite,
}

/// Why maps could not be merged.
enum Refusal {
    /// An error of mergo's, which `merge` and `mergeOverwrite` swallow.
    Error(Fault),
    /// Where Go panics.
    Panic(Fault),
}

struct Merge {
    mode: Mode,
    entries_left: usize,
}

/// sprig: merge and mergeOverwrite. An error gives an empty text.
pub fn swallowing(call: &Call, mode: Mode) -> Result<Value, Fault> {
    match merge_all(call, mode) {
        Err(Refusal::Error(_)) => Ok(Value::str("")),
        Err(Refusal::Panic(fault)) => Err(fault),
        Ok(merged) => Ok(merged),
    }
}

/// sprig: mustMerge and mustMergeOverwrite.
pub fn must(call: &Call, mode: Mode) -> Result<Value, Fault> {
    merge_all(call, mode).map_err(|(Refusal::Error(fault) | Refusal::Panic(fault))| fault)
}

fn merge_all(call: &Call, mode: Mode) -> Result<Value, Refusal> {
    let mut merged = call.args[0].clone();
    let mut merge = Merge { mode, entries_left: MOST_ENTRIES };
    for at in 1..call.args.len() {
        let source = map_at(call, at);
        let mut target = map_of(&merged).unwrap_or_else(|| map_at(call, 0));
        if target.is_nil() && !source.is_nil() {
            target = Rc::new(Map::new(Type::Map));
            merged = Value::Map(target.clone());
        }
        merge.maps(&target, &source, 0)?;
    }
    Ok(merged)
}

impl Merge {
    /// mergo: deepMerge of two maps.
    fn maps(&mut self, target: &Rc<Map>, source: &Rc<Map>, depth: usize) -> Result<(), Refusal> {
        if Rc::ptr_eq(target, source) {
            return Ok(());
        }
        let keys: Vec<_> = source.entries().keys().cloned().collect();
        self.entries_left = self.entries_left.checked_sub(keys.len()).ok_or_else(too_large)?;
        if depth > DEEPEST {
            return Err(too_large());
        }
        for key in keys {
            let Some(from) = source.entry(&key) else { continue };
            let old = target.get(&key);
            let element = source.ty().element();
            if from.value.is_nil() {
                if self.mode == Mode::Overwrite {
                    put(target, key, from, element)?;
                }
                continue;
            }
            let kind = from.value.kind();
            if let Some(old) = &old {
                self.values(old, &from.value, depth)?;
            }
            // It is looked at after maps in it were merged.
            let is_filled = old.as_ref().is_some_and(|old| !is_empty(old));
            let are_maps = kind == Kind::Map && old.as_ref().is_some_and(|old| old.kind() == Kind::Map);
            let stays = match self.mode {
                Mode::Fill => is_filled,
                Mode::Overwrite => is_filled && are_maps,
            };
            if !stays {
                // mergo looks at a list itself, at everything else as an element of the map.
                let list = if kind == Kind::Slice { from.value.ty() } else { None };
                put(target, key, from, list.unwrap_or(element))?;
            }
        }
        Ok(())
    }

    /// mergo: deepMerge of values in maps, which it can change only if they are maps.
    fn values(&mut self, target: &Value, source: &Value, depth: usize) -> Result<(), Refusal> {
        let source_kind = source.kind();
        if !matches!(source_kind, Kind::Map | Kind::Struct | Kind::Ptr) {
            return Ok(());
        }
        match (map_of(target), map_of(source)) {
            (Some(target), Some(source)) if !target.is_nil() || source.is_nil() => {
                self.maps(&target, &source, depth + 1)
            }
            (None, _) if target.kind() == Kind::Ptr && source_kind != Kind::Ptr && self.mode == Mode::Fill => {
                Err(Refusal::Error(Fault::new("src and dst must be of same type")))
            }
            _ => Ok(()),
        }
    }
}

/// Go: reflect.Value.SetMapIndex.
fn put(target: &Map, key: Key, entry: Entry, given: Type) -> Result<(), Refusal> {
    let takes = target.ty().element();
    if takes != Type::Any && takes != given {
        let (given, takes) = (given.name(), takes.name());
        let message = format!("reflect.Value.SetMapIndex: value of type {given} is not assignable to type {takes}");
        return Err(Refusal::Panic(Fault::new(message)));
    }
    target.set_entry(key, entry);
    Ok(())
}

fn too_large() -> Refusal {
    Refusal::Panic(Fault::new("the maps are too large or nested too deeply to be merged"))
}

fn map_of(value: &Value) -> Option<Rc<Map>> {
    match value {
        Value::Map(map) => Some(map.clone()),
        Value::Object(object) if object.kind() == Kind::Map => object.underlying()?.as_map().cloned(),
        _ => None,
    }
}

/// mergo: isEmptyValue. Structs and complex numbers never are.
fn is_empty(value: &Value) -> bool {
    match value.kind() {
        Kind::Struct | Kind::Ptr | Kind::Complex128 => false,
        _ => !value.is_true(),
    }
}
