//! Values that are told apart as Go's reflect.DeepEqual does, without comparing each with each.

use hashbrown::HashSet;

use super::equal::deep_equal;
use crate::gotmpl::{Fault, IntType, Key, UintType, Value};

#[derive(Default)]
pub struct Seen {
    simple: HashSet<Simple>,
    others: Vec<Value>,
}

/// A value that equals another one just when this does.
#[derive(PartialEq, Eq, Hash)]
enum Simple {
    Nil,
    Bool(bool),
    Int(i64, &'static str),
    Uint(u64, &'static str),
    Str(Key),
}

impl Seen {
    /// Whether the value is new.
    pub fn insert(&mut self, value: &Value) -> Result<bool, Fault> {
        if let Some(simple) = simple(value) {
            return Ok(self.simple.insert(simple));
        }
        let is_new = !self.contains(value)?;
        if is_new {
            self.others.push(value.clone());
        }
        Ok(is_new)
    }

    pub fn contains(&self, value: &Value) -> Result<bool, Fault> {
        if let Some(simple) = simple(value) {
            return Ok(self.simple.contains(&simple));
        }
        for other in &self.others {
            if deep_equal(value, other)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn simple(value: &Value) -> Option<Simple> {
    Some(match value {
        Value::Nil => Simple::Nil,
        Value::Bool(b) => Simple::Bool(*b),
        Value::Int(n, ty) => Simple::Int(*n, IntType::name(*ty)),
        Value::Uint(n, ty) => Simple::Uint(*n, UintType::name(*ty)),
        Value::Str(text) => Simple::Str(text.key()),
        _ => return None,
    })
}
