//! The values of a chart and its subcharts, made of those that were given and those that the charts bring along.
//!
//! Source: pkg/chart/common/util/coalesce.go, function by function, because the odd ends of it (which null deletes
//! what, which map is shared with which) are what charts see.
//!
//! **Invariant:** neither the given values nor a chart's are changed; the result is made of copies. In it the maps
//! below a subchart's globals are shared with its parent's, as in Go.
//! **Not here:** which subcharts there are ([`super::dependencies`]).

use std::borrow::Cow;
use std::rc::Rc;

use super::chart::Chart;
use crate::base::{Diagnostic, Result};
use crate::gotmpl::{Entries, Entry, Key, List, Map, Type, Value, fmt};

/// What becomes of nulls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nulls {
    /// They delete what a chart brings along. Go: CoalesceValues.
    Delete,
    /// They are kept, to delete something later. Go: MergeValues.
    Keep,
}

const GLOBAL: &[u8] = b"global";

/// The values of a chart, those of its subcharts in it under their names. `notes` takes what Helm says on stderr.
///
/// Error: a value that is no mapping where a subchart looks for its values.
pub fn coalesce_values(chart: &Chart, values: &Map, nulls: Nulls, notes: &mut Vec<String>) -> Result<Rc<Map>> {
    let dest = copy_map(values);
    Coalescer { notes, own: Own::Copy }.chart(chart, &dest, None, nulls)?;
    Ok(dest)
}

/// As [`coalesce_values`] where nobody needs the charts' own values any more: they are taken, not copied.
pub fn coalesce_last(chart: &Chart, values: &Map, notes: &mut Vec<String>) -> Result<Rc<Map>> {
    let dest = copy_map(values);
    Coalescer { notes, own: Own::Take }.chart(chart, &dest, None, Nulls::Delete)?;
    Ok(dest)
}

/// Merges `src` into `dest`, which counts more. Go: CoalesceTables and MergeTables.
pub fn coalesce_tables(dest: &Map, src: &Map, nulls: Nulls, notes: &mut Vec<String>) {
    Coalescer { notes, own: Own::Copy }.tables(dest, src, None, nulls);
}

/// A copy that shares nothing. Go: copystructure.Copy.
pub fn copy_map(map: &Map) -> Rc<Map> {
    Rc::new(Map::from_entries(map.ty(), copied(map)))
}

fn copied(map: &Map) -> Entries {
    let mut entries = map.entries().clone();
    entries.values_mut().for_each(|entry| copy_deeper(&mut entry.value));
    entries
}

/// Puts a copy in the place of a map or list that is shared.
fn copy_deeper(value: &mut Value) {
    let copy = match value {
        Value::Map(map) => Value::Map(copy_map(map)),
        Value::List(list) if !list.is_nil() => {
            let mut items = list.items().clone();
            items.iter_mut().for_each(copy_deeper);
            Value::List(Rc::new(List::new(list.ty(), items)))
        }
        _ => return,
    };
    *value = copy;
}

/// The entries as they are now, so that the map may be changed while one goes through them.
fn entries(map: &Map) -> Vec<(Key, Entry)> {
    map.entries().iter().map(|(key, entry)| (key.clone(), entry.clone())).collect()
}

/// How the values come out of a chart that brings them along.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Own {
    Copy,
    /// Where no other chart has the same.
    Take,
}

struct Coalescer<'c> {
    notes: &'c mut Vec<String>,
    own: Own,
}

/// The way to a table, for notes.
#[derive(Clone, Copy)]
struct Way<'w> {
    outer: Option<&'w Way<'w>>,
    name: &'w [u8],
}

impl Way<'_> {
    /// Go: concatPrefix.
    fn text(&self) -> String {
        let mut text = self.outer.map(Way::text).unwrap_or_default();
        if !text.is_empty() {
            text.push('.');
        }
        text.push_str(&lossy(self.name));
        text
    }
}

impl Coalescer<'_> {
    fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// Go: coalesce.
    fn chart(&mut self, chart: &Chart, dest: &Map, outer: Option<&Way>, nulls: Nulls) -> Result<()> {
        self.values(chart, dest, outer, nulls);
        self.dependencies(chart, dest, outer, nulls)
    }

    /// Go: coalesceDeps.
    fn dependencies(&mut self, chart: &Chart, dest: &Map, outer: Option<&Way>, nulls: Nulls) -> Result<()> {
        for subchart in &chart.dependencies {
            let name = subchart.name();
            let values = match dest.entry(name.as_bytes()) {
                None => {
                    let values = Rc::new(Map::new(Type::Map));
                    dest.set(name.as_bytes(), Value::Map(values.clone()));
                    values
                }
                Some(Entry { value: Value::Map(values), .. }) => values,
                Some(Entry { value, span }) => {
                    // Go: `%t` of what is no truth value.
                    let shown = fmt::sprintf(b"%t", std::slice::from_ref(&value)).unwrap_or_default();
                    let message = format!("type mismatch on {name}: {}", String::from_utf8_lossy(&shown));
                    return Err(Diagnostic::new("values-type", message)
                        .at(span)
                        .help(format!("`{name}` is a subchart, so its values are a mapping")));
                }
            };
            let way = Way { outer, name: chart.name().as_bytes() };
            self.globals(&values, dest, &way);
            self.chart(subchart, &values, Some(&way), nulls)?;
        }
        Ok(())
    }

    /// Copies the globals of a chart to those of its subchart, and lets the chart's count more.
    /// Go: coalesceGlobals.
    fn globals(&mut self, dest: &Map, src: &Map, outer: &Way) {
        let dest_globals = match dest.get(GLOBAL) {
            None => Rc::new(Map::new(Type::Map)),
            Some(Value::Map(globals)) => globals,
            Some(_) => {
                return self.note("warning: skipping globals because destination global is not a table.".into());
            }
        };
        let src_globals = match src.get(GLOBAL) {
            None => Rc::new(Map::new(Type::Map)),
            Some(Value::Map(globals)) => globals,
            Some(_) => return self.note("warning: skipping globals because source global is not a table.".into()),
        };
        for (key, entry) in entries(&src_globals) {
            let there = dest_globals.get(&key);
            match (&entry.value, there) {
                (Value::Map(table), there) => {
                    // Go: only the outermost map is copied; what is below it stays shared.
                    let copy = Rc::new(Map::from_entries(Type::Map, Entries::clone(&table.entries())));
                    match there {
                        None => {}
                        Some(Value::Map(there)) => {
                            let way = Way { outer: Some(outer), name: &key };
                            self.tables(&copy, &there, Some(&way), Nulls::Keep)
                        }
                        Some(_) => {
                            self.note(format!(
                                "Conflict: cannot merge map onto non-map for {:?}. Skipping.",
                                lossy(&key)
                            ));
                            continue;
                        }
                    }
                    dest_globals.set_entry(key, Entry { value: Value::Map(copy), span: entry.span });
                }
                (_, Some(Value::Map(_))) => self.note(format!("key {} is table. Skipping", lossy(&key))),
                _ => dest_globals.set_entry(key, entry),
            }
        }
        set_value(dest, GLOBAL, Value::Map(dest_globals));
    }

    /// Fills up values with those that the chart brings along. Go: coalesceValues.
    fn values(&mut self, chart: &Chart, values: &Map, outer: Option<&Way>, nulls: Nulls) {
        let way = Way { outer, name: chart.name().as_bytes() };
        let own = match self.own {
            Own::Take if Rc::strong_count(&chart.values) == 1 => std::mem::take(&mut *chart.values.entries_mut()),
            _ => copied(&chart.values),
        };
        for (key, entry) in own {
            match values.get(&key) {
                Some(Value::Nil) if nulls == Nulls::Delete => {
                    values.remove(&key);
                }
                Some(Value::Map(dest)) => match &entry.value {
                    Value::Map(src) => {
                        // What stands there for a subchart keeps its nulls: they are for that chart's values.
                        let is_subchart = chart.dependencies.iter().any(|chart| chart.name().as_bytes() == &*key);
                        let nulls = if is_subchart { Nulls::Keep } else { nulls };
                        if nulls == Nulls::Delete {
                            remove_nulls(src);
                        }
                        self.tables(&dest, src, Some(&Way { outer: Some(&way), name: &key }), nulls);
                    }
                    Value::Nil => {}
                    _ => self.note(format!("warning: skipped value for {}.{}: Not a table.", way.text(), lossy(&key))),
                },
                Some(_) => {}
                None => {
                    if nulls == Nulls::Delete {
                        match &entry.value {
                            Value::Nil => continue,
                            Value::Map(map) => remove_nulls(map),
                            _ => {}
                        }
                    }
                    values.set_entry(key, entry);
                }
            }
        }
    }

    /// Go: coalesceTablesFullKey.
    fn tables(&mut self, dest: &Map, src: &Map, outer: Option<&Way>, nulls: Nulls) {
        let is_nil = |(_, entry): &(&Key, &Entry)| entry.value.is_nil();
        let nils: Vec<(Key, Entry)> =
            dest.entries().iter().filter(is_nil).map(|(key, entry)| (key.clone(), entry.clone())).collect();
        let mut had_value = Vec::new();
        for (key, entry) in nils {
            if src.get(&key).is_some_and(|value| !value.is_nil()) {
                had_value.push(key.clone());
            }
            src.set_entry(key, entry);
        }
        for (key, entry) in entries(src) {
            let way = Way { outer, name: &key };
            match dest.get(&key) {
                // A null deletes what the chart brings along; where the chart has none, it stays.
                Some(Value::Nil) if nulls == Nulls::Delete && had_value.binary_search(&key).is_ok() => {
                    dest.remove(&key);
                }
                None => dest.set_entry(key, entry),
                Some(there) => match (&there, &entry.value) {
                    (Value::Map(dest), Value::Map(src)) => self.tables(dest, src, Some(&way), nulls),
                    (_, Value::Map(_)) => {
                        let shown = fmt::shown(&entry.value);
                        let full_key = way.text();
                        self.note(format!("warning: cannot overwrite table with non table for {full_key} ({shown})"));
                    }
                    (Value::Map(_), value) if !value.is_nil() => {
                        let (shown, full_key) = (fmt::shown(value), way.text());
                        self.note(format!(
                            "warning: destination for {full_key} is a table. Ignoring non-table value ({shown})"
                        ));
                    }
                    _ => {}
                },
            }
        }
    }
}

/// Go: cleanNilValues.
fn remove_nulls(map: &Map) {
    if map.entries().values().any(|entry| entry.value.is_nil()) {
        map.entries_mut().retain(|_, entry| !entry.value.is_nil());
    }
    let inner = |entry: &Entry| if let Value::Map(inner) = &entry.value { Some(inner.clone()) } else { None };
    let inner: Vec<Rc<Map>> = map.entries().values().filter_map(inner).collect();
    inner.iter().for_each(|map| remove_nulls(map));
}

/// Sets a value, which keeps the place of the one that was there.
fn set_value(map: &Map, key: &[u8], value: Value) {
    let span = map.entry(key).map(|entry| entry.span).unwrap_or_default();
    map.set_entry(key, Entry { value, span });
}

fn lossy(key: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(key)
}
