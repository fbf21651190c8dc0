//! Values that a user sets and no template reads: mostly misspelt.
//!
//! **Invariant:** a mapping that is read as a whole is read with all that is in it.
//! **Not here:** which values are read, which the engine records.

use hashbrown::HashSet;

use crate::base::{Diagnostic, Span};
use crate::gotmpl::{Map, Value};

/// A warning for each value that was set and not read, at its place. Of a mapping in which nothing is read, one.
pub fn warnings(set: &Map, reads: &HashSet<Span>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    collect(set, reads, "", &mut found);
    found
}

fn collect(map: &Map, reads: &HashSet<Span>, path: &str, found: &mut Vec<Diagnostic>) {
    for (key, entry) in map.entries().iter() {
        if entry.span.is_nowhere() || reads.contains(&entry.span) {
            continue;
        }
        let path = format!("{path}.{}", String::from_utf8_lossy(key));
        match &entry.value {
            Value::Map(inner) if any_is_read(inner, reads) => collect(inner, reads, &path, found),
            _ => {
                let message = format!("no template reads the value `{}`", &path[1..]);
                let warning = Diagnostic::new("unused-value", message).at(entry.span);
                found.push(*warning.help("see whether it is misspelt, or remove it"));
            }
        }
    }
}

fn any_is_read(map: &Map, reads: &HashSet<Span>) -> bool {
    map.entries().values().any(|entry| {
        reads.contains(&entry.span) || matches!(&entry.value, Value::Map(inner) if any_is_read(inner, reads))
    })
}
