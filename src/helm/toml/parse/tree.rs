//! The tables that have been read so far. Source: addContext, setValue and setType in parse.go.
//!
//! **Invariant:** each part of the context is there, and is a table or an array of tables.

use std::collections::HashSet;
use std::rc::Rc;

use super::super::key;
use crate::gotmpl::{List, Map, Type, Value};

/// Go: the type of an array of tables.
const TABLES: Type = Type::Named("[]map[string]interface {}");

pub struct Tree {
    root: Rc<Map>,
    /// The key of the table that is open.
    pub context: Vec<String>,
    /// The last part of the key that is being read, or nothing.
    pub current: String,
    /// The offset behind the first part of the key that was read last.
    pub key_at: usize,
    /// Keys of tables that are there because of what they hold.
    implicit: HashSet<Vec<u8>>,
    /// Keys of arrays that were written as such.
    arrays: HashSet<Vec<u8>>,
}

impl Default for Tree {
    fn default() -> Tree {
        Tree {
            root: table(),
            context: Vec::new(),
            current: String::new(),
            key_at: 0,
            implicit: HashSet::new(),
            arrays: HashSet::new(),
        }
    }
}

pub fn table() -> Rc<Map> {
    Rc::new(Map::new(Type::Map))
}

impl Tree {
    pub fn root(self) -> Rc<Map> {
        self.root
    }

    /// Go: current. For messages.
    pub fn current_key(&self) -> Vec<u8> {
        let context = key::joined(&self.context);
        match (self.current.as_bytes(), &context[..]) {
            ([], _) => context,
            (current, []) => current.into(),
            (current, context) => [context, b".", current].concat(),
        }
    }

    /// Go: addContext. Opens a table, a new one of an array if `is_array`.
    pub fn enter(&mut self, key: &[String], is_array: bool) -> Result<(), String> {
        let Some((last, parents)) = key.split_last() else { return Ok(()) };
        let mut hash = self.root.clone();
        for (at, part) in parents.iter().enumerate() {
            let so_far = &parents[..=at];
            if !hash.contains(part.as_bytes()) {
                self.add_implicit(so_far);
                hash.set(part.as_bytes(), Value::Map(table()));
            }
            hash =
                below(&hash, part).ok_or_else(|| format!("Key '{}' was already created as a hash.", shown(so_far)))?;
        }
        self.context = parents.to_vec();
        if is_array {
            if !hash.contains(last.as_bytes()) {
                hash.set(last.as_bytes(), Value::List(Rc::new(List::new(TABLES, Vec::new()))));
            }
            match hash.get(last.as_bytes()) {
                Some(Value::List(list)) if list.ty() == TABLES => list.items_mut().push(Value::Map(table())),
                _ => return Err(format!("Key '{}' was already created and cannot be used as an array.", shown(key))),
            }
        } else {
            self.set(last, Value::Map(table()))?;
        }
        self.context.push(last.clone());
        Ok(())
    }

    /// Go: setValue. In the table that is open.
    pub fn set(&mut self, key: &str, value: Value) -> Result<(), String> {
        let mut hash = self.root.clone();
        for (at, part) in self.context.iter().enumerate() {
            hash = below(&hash, part)
                .ok_or_else(|| format!("Key '{}' has already been defined.", shown(&self.context[..=at])))?;
        }
        if hash.contains(key.as_bytes()) {
            let full = self.full_key(key);
            let is_implicit = self.implicit.remove(&full);
            if !is_implicit {
                return Err(format!("Key '{}' has already been defined.", String::from_utf8_lossy(&full)));
            }
            // Go: what was implied stays, unless an array is to stand there.
            if !self.arrays.contains(&full) {
                return Ok(());
            }
        }
        hash.set(key.as_bytes(), value);
        Ok(())
    }

    /// Go: setType, as far as somebody asks. An empty key is the table itself, also where it was written so.
    pub fn note_type(&mut self, key: &str, is_array: bool) {
        let full =
            if key.is_empty() && !self.context.is_empty() { key::joined(&self.context) } else { self.full_key(key) };
        if is_array {
            self.arrays.insert(full);
        } else {
            self.arrays.remove(&full);
        }
    }

    pub fn add_implicit(&mut self, key: &[String]) {
        self.implicit.insert(key::joined(key));
    }

    fn full_key(&self, last: &str) -> Vec<u8> {
        let mut parts: Vec<&str> = self.context.iter().map(String::as_str).collect();
        parts.push(last);
        key::joined(&parts)
    }
}

/// Sets a value in a table of its own that is no part of the tree.
pub fn set_below(table: &Rc<Map>, key: &[String], value: Value) -> Result<(), ()> {
    let Some((last, parents)) = key.split_last() else { return Ok(()) };
    let mut hash = table.clone();
    for part in parents {
        if !hash.contains(part.as_bytes()) {
            hash.set(part.as_bytes(), Value::Map(self::table()));
        }
        hash = match hash.get(part.as_bytes()) {
            Some(Value::Map(map)) => map,
            _ => return Err(()),
        };
    }
    hash.set(last.as_bytes(), value);
    Ok(())
}

/// The table at a key, or the last one of the array of tables.
fn below(hash: &Map, key: &str) -> Option<Rc<Map>> {
    match hash.get(key.as_bytes())? {
        Value::Map(map) => Some(map),
        Value::List(list) if list.ty() == TABLES => list.items().last().and_then(Value::as_map).cloned(),
        _ => None,
    }
}

fn shown(key: &[String]) -> String {
    String::from_utf8_lossy(&key::joined(key)).into_owned()
}
