//! Nodes -> Go's values, as `sigs.k8s.io/yaml` fills an `interface {}`.
//!
//! The way there leads through JSON, where numbers lose their kind: each becomes a float64. Times are the
//! texts that they were.
//!
//! **Invariant:** every entry of a map has the span of its value's text.
//! **Not here:** reading the text ([`crate::yaml::read`] with [`crate::yaml::ReadOptions::config`], whose keys
//! are the strings that JSON has); how deep values may be nested, which the reader bounds.

use std::rc::Rc;

use crate::base::{Diagnostic, Result};
use crate::gotmpl::{Entry, Map, Type, Value};
use crate::yaml::{self, Mapping, Node, Number, Resolved, Scalar, Tag, jsonable};

/// The value of a node. Error: infinity and NaN, which JSON does not have.
pub fn value_of(node: &Node) -> Result<Value> {
    match &node.value {
        yaml::Value::Scalar(scalar) => scalar_value(scalar).ok_or_else(|| {
            Diagnostic::new("not-a-number", "infinity and NaN are not allowed here")
                .at(node.span)
                .help("write a finite number, or put the value in quotes")
        }),
        yaml::Value::Sequence(items) => Ok(Value::list(items.iter().map(value_of).collect::<Result<_>>()?)),
        yaml::Value::Mapping(mapping) => Ok(Value::Map(Rc::new(map_of(mapping)?))),
    }
}

/// The `map[string]interface {}` of a mapping.
pub fn map_of(mapping: &Mapping) -> Result<Map> {
    entries_of(mapping, value_of)
}

fn entries_of(mapping: &Mapping, value_of: fn(&Node) -> Result<Value>) -> Result<Map> {
    let mut entries = Vec::with_capacity(mapping.len());
    for entry in mapping {
        let key = entry.key.text().unwrap_or_default().as_bytes();
        entries.push((key.into(), Entry { value: value_of(&entry.value)?, span: entry.value.span }));
    }
    Ok(Map::from_entries(Type::Map, entries.into_iter().collect()))
}

/// The value of a node that was read as JSON ([`crate::yaml::read_json`]), as encoding/json fills an
/// `interface {}`. Error: a number past what a float64 can be.
pub fn json_value_of(node: &Node) -> Result<Value> {
    match &node.value {
        yaml::Value::Scalar(scalar) if matches!(scalar.tag, Tag::Int | Tag::Float) => {
            let number = scalar.text.parse().ok().filter(|f: &f64| f.is_finite());
            number.map(Value::Float).ok_or_else(|| {
                let message = format!("json: cannot unmarshal number {} into Go value of type float64", scalar.text);
                Diagnostic::new("not-a-number", message).at(node.span)
            })
        }
        yaml::Value::Sequence(items) => Ok(Value::list(items.iter().map(json_value_of).collect::<Result<_>>()?)),
        yaml::Value::Mapping(mapping) => Ok(Value::Map(Rc::new(entries_of(mapping, json_value_of)?))),
        yaml::Value::Scalar(_) => value_of(node),
    }
}

/// `None` for a number that is not finite.
fn scalar_value(scalar: &Scalar) -> Option<Value> {
    Some(match jsonable::resolved(scalar) {
        Resolved::Null => Value::Nil,
        Resolved::Bool(value) => Value::Bool(value),
        Resolved::Number(Number::Int(n)) => Value::Float(n as f64),
        Resolved::Number(Number::Uint(n)) => Value::Float(n as f64),
        Resolved::Number(Number::Float(f)) => Value::Float(Some(f).filter(|f| f.is_finite())?),
        Resolved::Timestamp(_) | Resolved::Str => Value::str(scalar.text.as_str()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Sources;
    use crate::yaml::{ReadOptions, read};

    fn parse(text: &str) -> Result<Value> {
        let source = Sources::new().add("values.yaml", text.as_bytes());
        let documents = read(source, text.as_bytes(), ReadOptions::config())?;
        documents[0].root.as_ref().map_or(Ok(Value::Nil), value_of)
    }

    /// Go syntax of a value's type and content.
    fn show(value: &Value) -> String {
        match value {
            Value::Nil => "nil".into(),
            Value::Bool(b) => b.to_string(),
            Value::Float(f) => format!("float64({f})"),
            Value::Str(s) => format!("{:?}", s.to_text()),
            Value::List(list) => format!("[{}]", list.items().iter().map(show).collect::<Vec<_>>().join(" ")),
            Value::Map(map) => {
                let entry = |(key, entry): (&Rc<[u8]>, &Entry)| {
                    format!("{}:{}", String::from_utf8_lossy(key), show(&entry.value))
                };
                format!("map[{}]", map.entries().iter().map(entry).collect::<Vec<_>>().join(" "))
            }
            _ => "?".into(),
        }
    }

    // Expectations: yaml.Unmarshal of sigs.k8s.io/yaml 1.6.0 into an interface{}.
    #[test]
    fn values_are_those_of_sigs_yaml() {
        let cases = [
            ("", "nil"),
            (
                "a: 1\nb: 1.5\nc: 0x10\nd: 0o14\ne: 014",
                "map[a:float64(1) b:float64(1.5) c:float64(16) d:float64(12) e:float64(12)]",
            ),
            ("- yes\n- 'no'\n- ~\n- NULL\n- n", "[true \"no\" nil nil false]"),
            ("1: a\n1.5: b\ny: c\n0x10: d", "map[1:\"a\" 1.5:\"b\" 16:\"d\" true:\"c\"]"),
            (
                "2001-01-01: 2001-01-02\na: 2001-01-01T00:00:00Z",
                "map[2001-01-01:\"2001-01-02\" a:\"2001-01-01T00:00:00Z\"]",
            ),
            ("- !!timestamp 2001-01-01\n- !!str 1\n- !!float 1\n- !x 5", "[\"2001-01-01\" \"1\" float64(1) \"5\"]"),
            (
                "- 9007199254740993\n- 18446744073709551615\n- 1e400",
                "[float64(9007199254740992) float64(18446744073709552000) \"1e400\"]",
            ),
            ("- !!binary aGk=\n- !!binary /w==", "[\"hi\" \"\u{fffd}\"]"),
            ("a: &x {b: 1}\nc:\n  <<: *x\n  d: *x", "map[a:map[b:float64(1)] c:map[b:float64(1) d:map[b:float64(1)]]]"),
            ("a: 1\na: 2", "map[a:float64(2)]"),
            ("12:30:45", "\"12:30:45\""),
        ];
        for (text, expected) in cases {
            assert_eq!(show(&parse(text).unwrap()), expected, "{text}");
        }
        assert_eq!(parse("a: .inf").err().map(|e| e.code), Some("not-a-number"));
        assert!(parse("~: 1").is_err());
    }

    #[test]
    fn entries_have_the_place_of_their_value() {
        let Value::Map(map) = parse("a:\n  b: text").unwrap() else { panic!() };
        let a = map.entry(b"a").unwrap();
        let b = a.value.as_map().unwrap().entry(b"b").unwrap();
        assert_eq!((a.span.start, a.span.end, b.span.start, b.span.end), (5, 12, 8, 12));
    }
}
