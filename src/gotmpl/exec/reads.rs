//! Which entries of maps a template makes use of.
//!
//! What is printed, compared or handed to a function is read, with all that is in it. What only leads to other
//! values, as dot, a variable or the start of a chain, is not.
//!
//! **Invariant:** nothing is recorded unless it was asked for.

use super::super::func::Func;
use super::super::value::{Map, Value};
use super::Frame;
use super::operand::Origin;
use crate::base::Span;

/// Functions that look up keys one after another, and whether the map comes first or last.
const LOOKUPS: &[(&str, MapIs)] =
    &[("dig", MapIs::Last), ("get", MapIs::First), ("hasKey", MapIs::First), ("index", MapIs::First)];

#[derive(Clone, Copy)]
pub(super) enum MapIs {
    First,
    Last,
}

impl Frame<'_> {
    /// The value is printed or handed on.
    #[inline]
    pub(super) fn read(&self, value: &Value, origin: Origin) {
        if self.run.records {
            self.record_read(value, self.run.origins.span(origin));
        }
    }

    #[cold]
    fn record_read(&self, value: &Value, span: Span) {
        let Some(reads) = &self.run.options.reads else { return };
        match value {
            _ if !span.is_nowhere() => {
                reads.borrow_mut().insert(span);
            }
            // A map that no file set, with entries that a file set: all values of a chart.
            Value::Map(map) => reads.borrow_mut().extend(map.entries().values().map(|entry| entry.span)),
            _ => {}
        }
    }

    /// Whether the value is true was asked. That says nothing of what is in it.
    #[inline]
    pub(super) fn tested(&self, value: &Value, origin: Origin) {
        if self.run.records {
            self.record_test(value, origin);
        }
    }

    #[cold]
    fn record_test(&self, value: &Value, origin: Origin) {
        let has_more = match value {
            Value::Map(map) => !map.is_empty(),
            Value::List(list) => !list.is_empty(),
            _ => false,
        };
        if !has_more {
            self.read(value, origin);
        }
    }

    /// Whether a function looks up keys.
    pub(super) fn lookup(&self, func: &Func) -> Option<MapIs> {
        LOOKUPS.iter().find(|(name, _)| *name == func.name).map(|(_, map)| *map)
    }

    /// The function looked up keys: where what it found was set. The arguments are read up to there.
    pub(super) fn looked_up(&mut self, map: MapIs, args: &[Value]) -> Origin {
        let mut origin = Origin::NOWHERE;
        let (holder, keys) = match (map, args) {
            (MapIs::First, [map, keys @ ..]) => (map, keys),
            // The default stands before the map.
            (MapIs::Last, [keys @ .., _, map]) => (map, keys),
            _ => return origin,
        };
        let mut value = holder.clone();
        for key in keys {
            let entry = match (&value, key) {
                (Value::Map(map), Value::Str(key)) => map.entry(key),
                _ => None,
            };
            let Some(entry) = entry else { break };
            if !entry.span.is_nowhere() {
                origin = self.run.origin(entry.span);
            }
            value = entry.value;
        }
        self.read(&value, origin);
        origin
    }

    /// Elements of a list have no places of their own, so whoever goes over it reads it.
    pub(super) fn ranged(&self, value: &Value, origin: Origin) {
        if self.run.records && !matches!(value, Value::Map(map) if has_places(map)) {
            self.read(value, origin);
        }
    }
}

fn has_places(map: &Map) -> bool {
    map.entries().values().any(|entry| !entry.span.is_nowhere())
}
