//! Values that a user sets and no template reads: mostly misspelt.
//!
//! **Invariant:** a mapping that is read as a whole is read with all that is in it.
//! **Not here:** which values are read, which the engine records.

use hashbrown::HashSet;

use crate::base::{Diagnostic, Span};
use crate::gotmpl::{Map, Value};

/// A warning for each value that was set and not read, at its place. Of a mapping of several in which nothing is
/// read, one.
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
            Value::Map(inner) if inner.len() == 1 || any_is_read(inner, reads) => collect(inner, reads, &path, found),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Sources;
    use crate::helm::values::read;

    #[test]
    fn what_is_not_read_is_named_once() {
        let text = "a: 1\nb: {c: 2, d: 3}\ne: {f: 4, g: 5}\nh: {i: {j: 6}}\n";
        let sources = Sources::new();
        let values = read(sources.add("values.yaml", text.as_bytes()), text.as_bytes()).unwrap();
        let place_of = |path: [&str; 2]| {
            let Some(Value::Map(inner)) = values.get(path[0].as_bytes()) else { panic!("{path:?}") };
            inner.entry(path[1].as_bytes()).unwrap().span
        };
        let messages = |reads: &[Span]| -> Vec<String> {
            let reads = reads.iter().copied().collect();
            warnings(&values, &reads).into_iter().map(|warning| warning.message).collect()
        };
        let unread =
            |names: &[&str]| names.iter().map(|n| format!("no template reads the value `{n}`")).collect::<Vec<_>>();
        assert_eq!(messages(&[]), unread(&["a", "b", "e", "h.i.j"]));
        assert_eq!(messages(&[place_of(["b", "c"])]), unread(&["a", "b.d", "e", "h.i.j"]));
        assert_eq!(messages(&[values.entry(b"b").unwrap().span, place_of(["h", "i"])]), unread(&["a", "e"]));
    }
}
