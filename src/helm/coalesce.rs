//! The values of a chart and its subcharts, made of those that were given and those that the charts bring along.
//!
//! Source: pkg/chart/common/util/coalesce.go, function by function, because the odd ends of it (which null deletes
//! what, which map is shared with which) are what charts see.
//!
//! **Invariant:** neither the given values nor a chart's are changed; the result is made of copies. In it the maps
//! below a subchart's globals are shared with its parent's, as in Go.
//! **Not here:** which subcharts there are ([`super::dependencies`]).

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::chart::Chart;
use crate::base::{Diagnostic, Result};
use crate::gotmpl::{Entry, Key, List, Map, Type, Value, fmt};

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
    Coalescer { notes }.chart(chart, &dest, "", nulls)?;
    Ok(dest)
}

/// Merges `src` into `dest`, which counts more. Go: CoalesceTables and MergeTables.
pub fn coalesce_tables(dest: &Map, src: &Map, nulls: Nulls, notes: &mut Vec<String>) {
    Coalescer { notes }.tables(dest, src, "", nulls);
}

/// A copy that shares nothing. Go: copystructure.Copy.
pub fn copy_map(map: &Map) -> Rc<Map> {
    let copy =
        |(key, entry): (&Key, &Entry)| (key.clone(), Entry { value: copy_value(&entry.value), span: entry.span });
    Rc::new(Map::from_entries(map.ty(), map.entries().iter().map(copy).collect()))
}

fn copy_value(value: &Value) -> Value {
    match value {
        Value::Map(map) => Value::Map(copy_map(map)),
        Value::List(list) if !list.is_nil() => {
            Value::List(Rc::new(List::new(list.ty(), list.items().iter().map(copy_value).collect())))
        }
        other => other.clone(),
    }
}

/// The entries as they are now, so that the map may be changed while one goes through them.
fn entries(map: &Map) -> BTreeMap<Key, Entry> {
    map.entries().clone()
}

struct Coalescer<'c> {
    notes: &'c mut Vec<String>,
}

impl Coalescer<'_> {
    fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// Go: coalesce.
    fn chart(&mut self, chart: &Chart, dest: &Map, prefix: &str, nulls: Nulls) -> Result<()> {
        self.values(chart, dest, prefix, nulls);
        self.dependencies(chart, dest, prefix, nulls)
    }

    /// Go: coalesceDeps.
    fn dependencies(&mut self, chart: &Chart, dest: &Map, prefix: &str, nulls: Nulls) -> Result<()> {
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
            let prefix = concat(prefix, chart.name());
            self.globals(&values, dest, &prefix);
            self.chart(subchart, &values, &prefix, nulls)?;
        }
        Ok(())
    }

    /// Copies the globals of a chart to those of its subchart, and lets the chart's count more.
    /// Go: coalesceGlobals.
    fn globals(&mut self, dest: &Map, src: &Map, prefix: &str) {
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
                    let copy = Rc::new(Map::from_entries(Type::Map, entries(table)));
                    match there {
                        None => {}
                        Some(Value::Map(there)) => {
                            self.tables(&copy, &there, &concat(prefix, &lossy(&key)), Nulls::Keep)
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
    fn values(&mut self, chart: &Chart, values: &Map, prefix: &str, nulls: Nulls) {
        let prefix = concat(prefix, chart.name());
        for (key, entry) in entries(&copy_map(&chart.values)) {
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
                        self.tables(&dest, src, &concat(&prefix, &lossy(&key)), nulls);
                    }
                    Value::Nil => {}
                    _ => self.note(format!("warning: skipped value for {prefix}.{}: Not a table.", lossy(&key))),
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
    fn tables(&mut self, dest: &Map, src: &Map, prefix: &str, nulls: Nulls) {
        let src_before = entries(src);
        let had_value: BTreeSet<&Key> =
            src_before.iter().filter(|(_, entry)| !entry.value.is_nil()).map(|(key, _)| key).collect();
        for (key, entry) in entries(dest).into_iter().filter(|(_, entry)| entry.value.is_nil()) {
            src.set_entry(key, entry);
        }
        for (key, entry) in entries(src) {
            let full_key = concat(prefix, &lossy(&key));
            match dest.get(&key) {
                // A null deletes what the chart brings along; where the chart has none, it stays.
                Some(Value::Nil) if nulls == Nulls::Delete && had_value.contains(&key) => {
                    dest.remove(&key);
                }
                None => dest.set_entry(key, entry),
                Some(there) => match (&there, &entry.value) {
                    (Value::Map(dest), Value::Map(src)) => self.tables(dest, src, &full_key, nulls),
                    (_, Value::Map(_)) => {
                        let shown = fmt::shown(&entry.value);
                        self.note(format!("warning: cannot overwrite table with non table for {full_key} ({shown})"));
                    }
                    (Value::Map(_), value) if !value.is_nil() => {
                        let shown = fmt::shown(value);
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
    map.entries_mut().retain(|_, entry| !entry.value.is_nil());
    for entry in entries(map).into_values() {
        if let Value::Map(inner) = entry.value {
            remove_nulls(&inner);
        }
    }
}

/// Sets a value, which keeps the place of the one that was there.
fn set_value(map: &Map, key: &[u8], value: Value) {
    let span = map.entry(key).map(|entry| entry.span).unwrap_or_default();
    map.set_entry(key, Entry { value, span });
}

/// Go: concatPrefix.
fn concat(a: &str, b: &str) -> String {
    if a.is_empty() { b.to_owned() } else { format!("{a}.{b}") }
}

fn lossy(key: &[u8]) -> String {
    String::from_utf8_lossy(key).into_owned()
}
