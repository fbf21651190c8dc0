//! Texts that are documents: YAML, JSON and properties in the data of a ConfigMap.
//!
//! **Invariant:** a text counts as a document only where both sides read as one of the same format.

use std::collections::BTreeMap;

use compact_str::CompactString;

use super::value::Value;
use crate::base::SourceId;
use crate::yaml::{ReadOptions, read, read_json};

/// The format of two texts that are known by a name, and what they say.
pub fn read_both(name: &str, before: &str, after: &str) -> Option<(&'static str, Value, Value)> {
    let format = formats(name, before);
    format.iter().find_map(|format| Some((format.name, (format.read)(before)?, (format.read)(after)?)))
}

struct Format {
    name: &'static str,
    read: fn(&str) -> Option<Value>,
}

const JSON: Format = Format { name: "json", read: json };
const YAML: Format = Format { name: "yaml", read: yaml };
const PROPERTIES: Format = Format { name: "properties", read: properties };

/// The formats that a text may have, by the ending of its name or by how it starts.
fn formats(name: &str, text: &str) -> &'static [Format] {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("json") => &[JSON],
        Some("yaml" | "yml") => &[YAML],
        Some("properties" | "env") => &[PROPERTIES],
        _ if text.trim_start().starts_with(['{', '[']) => &[JSON],
        _ if text.trim_end().contains('\n') => &[YAML],
        _ => &[],
    }
}

fn json(text: &str) -> Option<Value> {
    let value = read_json(text.trim().as_bytes(), SourceId::NONE).ok()?;
    Value::of_node(&value).ok().filter(Value::is_collection)
}

/// Maps and lists only: any text without a colon is YAML too. Of several documents a list.
fn yaml(text: &str) -> Option<Value> {
    let documents = read(SourceId::NONE, text.as_bytes(), ReadOptions::values()).ok()?;
    let roots = documents.into_iter().filter_map(|document| document.root);
    let mut values: Vec<Value> = roots.map(|root| Value::of_node(&root).ok()).collect::<Option<_>>()?;
    if !values.iter().all(Value::is_collection) {
        return None;
    }
    if values.len() == 1 { values.pop() } else { Some(Value::List(values)).filter(Value::is_collection) }
}

/// `key=value` or `key: value` a line; `#` and `!` start comments. A line that is none of these makes it no
/// properties at all.
fn properties(text: &str) -> Option<Value> {
    let mut pairs = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', '!'])) {
        let at = line.find(['=', ':'])?;
        let (key, value) = (line[..at].trim_end(), line[at + 1..].trim_start());
        // What goes on in the next line is read by nobody here.
        if key.is_empty() || value.ends_with('\\') {
            return None;
        }
        pairs.insert(CompactString::from(key), Value::Text(value.into()));
    }
    Some(Value::Map(pairs.into_iter().collect())).filter(Value::is_collection)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(name: &str, before: &str, after: &str) -> Option<(&'static str, bool)> {
        read_both(name, before, after).map(|(format, a, b)| (format, a == b))
    }

    #[test]
    fn documents_are_told_by_name_and_by_look() {
        assert_eq!(format("a.yaml", "a: 1 # one\nb: x\n", "b: 'x'\na: 1\n"), Some(("yaml", true)));
        assert_eq!(format("a.json", r#"{"a":1,"b":2}"#, "{\"b\": 2,\n\"a\": 1}"), Some(("json", true)));
        assert_eq!(format("config", r#"{"a":1}"#, r#"{"a":2}"#), Some(("json", false)));
        assert_eq!(format("a.properties", "# x\na=1\nb = 2\n", "b=2\na: 1"), Some(("properties", true)));
        assert_eq!(format("config", "a: 1\nb: 2\n", "a: 1\nb: 3\n"), Some(("yaml", false)));
        assert_eq!(format("a.yaml", "a: 1\n---\nb: 1\n", "a: 1\n---\nb: 2\n"), Some(("yaml", false)));
    }

    #[test]
    fn other_texts_are_no_documents() {
        assert_eq!(format("motd", "hello\nworld\n", "hello\nthere\n"), None);
        assert_eq!(format("key", "a: 1", "a: 2"), None);
        assert_eq!(format("a.yaml", "a: [", "a: []"), None);
        assert_eq!(format("a.json", "3", "4"), None);
        assert_eq!(format("a.env", "export A\n", "export B\n"), None);
        assert_eq!(format("a.properties", "a=1\\\n2\n", "a=1\n"), None);
    }
}
