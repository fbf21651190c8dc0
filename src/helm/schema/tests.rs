//! The violations are Helm's; what is refused that Helm would load is worded here.

use super::*;
use crate::base::stack::with_deep_stack;

fn parse(json: &str) -> Value {
    fn value(json: &Json) -> Value {
        match json {
            Json::Null => Value::Nil,
            Json::Bool(b) => Value::Bool(*b),
            Json::Number(n) => Value::Float(n.as_f64().unwrap()),
            Json::String(text) => Value::str(text.as_str()),
            Json::Array(items) => Value::list(items.iter().map(value).collect()),
            Json::Object(entries) => Value::map(entries.iter().map(|(key, entry)| (key.as_str(), value(entry)))),
        }
    }
    value(&serde_json::from_str(json).unwrap())
}

fn said(schema: &str, values: &str) -> String {
    match validate(schema.as_bytes(), &parse(values)) {
        Ok(violations) => describe(&violations),
        Err(problem) => problem,
    }
}

/// Helm's order is random, so the lines are compared as a set.
#[test]
fn what_helm_says() {
    let mut count = 0;
    for case in include_str!("cases.txt").split("\n\n").skip(1) {
        let mut lines = case.lines();
        let (schema, values) = (lines.next().unwrap(), lines.next().unwrap());
        let mut expected: Vec<&str> = lines.collect();
        let said = said(schema, values);
        let mut got: Vec<&str> = said.lines().collect();
        got.sort();
        expected.sort();
        assert_eq!(got, expected, "{schema}");
        count += 1;
    }
    assert!(count > 15);
}

#[test]
fn violations_come_in_the_order_of_the_values() {
    let schema = r##"{"properties": {"b": {"type": "string"}, "l": {"items": {"$ref": "#/$defs/s"}}},
        "required": ["x"], "additionalProperties": false, "$defs": {"s": {"type": "string"}}}"##;
    let values = parse(r#"{"l": ["a", 1, 2, "b", 4, 5, 6, 7, 8, 9, 10], "b": 1, "z": 1}"#);
    let violations = validate(schema.as_bytes(), &values).unwrap();
    let pointers: Vec<&str> = violations.iter().map(|violation| violation.pointer.as_str()).collect();
    assert_eq!(pointers, ["", "", "/b", "/l"]);
    let lines = [1, 2, 4, 5, 6, 7, 8, 9, 10].map(|item| format!("\n  - at '/l/{item}': got number, want string"));
    assert_eq!(violations[3].message, format!("at '/l': validation failed{}", lines.concat()));
    assert_eq!(violations[2].message, "at '/b': got number, want string");
}

/// Helm would look for them.
#[test]
fn references_that_lead_outside_are_refused() {
    let file = r#"failing loading "file:///other.json": a schema may not refer to files"#;
    assert_eq!(said(r#"{"$ref": "other.json"}"#, "{}"), file);
    let network = r#"failing loading "http://a.b/x": a schema may not refer to the network"#;
    assert_eq!(said(r#"{"$ref": "http://a.b/x"}"#, "{}"), network);
    assert_eq!(said(r#"{"$schema": "http://a.b/x"}"#, "{}"), network);
}

#[test]
fn patterns_are_those_of_go() {
    let schema = r#"{"properties": {"a": {"pattern": "^a{,2}$"}, "properties": {"const": {"pattern": "("}}},
        "patternProperties": {"^\\Qx.\\E": {"type": "string"}, "^(x[.])": {"maxLength": 1}},
        "default": {"pattern": "("}}"#;
    assert_eq!(said(schema, r#"{"a": "a{,2}", "xy": 1, "x.y": "z", "properties": {"pattern": "("}}"#), "");
    let expected = "- at '/a': 'aa' does not match pattern '^a{,2}$'\n- at '/x.y': got number, want string\n";
    assert_eq!(said(schema, r#"{"a": "aa", "x.y": 1, "properties": {"pattern": "("}}"#), expected);
    let problem = r#"invalid regex "(?=a)" at "file:///values.schema.json#/properties/a/pattern": "#;
    assert!(said(r#"{"properties": {"a": {"pattern": "(?=a)"}}}"#, "{}").starts_with(problem));
}

#[test]
fn values_are_numbers_and_not_their_types() {
    let schema = r#"{"properties": {"a": {"type": "integer"}, "b": {"type": "null"}}}"#;
    let values = Value::map([("a", Value::Float(1e6)), ("b", Value::Nil)]);
    assert_eq!(validate(schema.as_bytes(), &values), Ok(Vec::new()));
}

#[test]
fn deep_values_are_walked_or_refused() {
    let nested = |depth: usize| (0..depth).fold(Value::Nil, |inner, _| Value::list(vec![inner]));
    with_deep_stack(|| {
        let schema =
            br##"{"additionalProperties": {"$ref": "#"}, "items": {"$ref": "#"}, "type": ["object", "array"]}"##;
        let violations = validate(schema, &Value::map([("a", nested(9_000))])).unwrap();
        assert_eq!(violations[0].message.rsplit(": ").next(), Some("got null, want array or object"));
        assert!(validate(schema, &Value::map([("a", nested(20_000))])).is_err());
    });
}
