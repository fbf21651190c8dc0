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

/// Each schema with each value: what is said at a glance holds, and of all that is right it is said unless a schema
/// has rare keywords.
#[test]
fn what_a_glance_takes_the_validator_takes() {
    let common = [
        "true",
        "false",
        "{}",
        r#"{"type": "object", "title": "t", "default": {}, "examples": [1], "deprecated": true, "x-own": [1]}"#,
        r#"{"type": ["integer", "null"]}"#,
        r#"{"type": "integer", "minimum": 1, "exclusiveMaximum": 5}"#,
        r#"{"type": "number", "maximum": 5, "exclusiveMinimum": 1}"#,
        r#"{"type": "string", "minLength": 2, "maxLength": 3, "pattern": "^[a-z]+$"}"#,
        r#"{"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 2, "uniqueItems": true}"#,
        r#"{"enum": ["ab", 3, null, true]}"#,
        r#"{"const": "ab"}"#,
        r#"{"properties": {"a": {"type": "string"}}, "additionalProperties": false}"#,
        r#"{"properties": {"a": true}, "patternProperties": {"^b": {"type": "string"}}, "additionalProperties": false}"#,
        r#"{"patternProperties": {"a": {"type": "string"}, "^a": {"minLength": 3}}, "minProperties": 1}"#,
        r#"{"required": ["a"], "maxProperties": 1}"#,
        r#"{"propertyNames": {"maxLength": 1}}"#,
        r##"{"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"type": "string"}}, "minLength": 3}"##,
        r##"{"$schema": "http://json-schema.org/draft-07/schema#", "$ref": "#/definitions/a", "minLength": 3,
            "definitions": {"a": {"type": "string"}}}"##,
        r##"{"properties": {"a": {"$ref": "#"}, "b": {"type": "string"}}, "type": ["object", "string"]}"##,
        r#"{"anyOf": [{"type": "string"}, {"minimum": 2}]}"#,
        r#"{"oneOf": [{"type": "number"}, {"minimum": 4}, {"type": "null"}]}"#,
        r#"{"allOf": [{"not": {"type": "string"}}, {"not": {"const": 3}}]}"#,
        r#"{"if": {"type": "object"}, "then": {"required": ["a"]}, "else": {"type": "string"}}"#,
        r#"{"if": {"type": "object"}, "else": {"type": "string"}}"#,
        r#"{"dependencies": {"a": ["b"], "b": {"maxProperties": 1}}}"#,
        r##"{"$ref": "#/x-own/a", "x-own": {"a": {"type": "string"}}}"##,
        r#"{"properties": {"a": {"$schema": "http://json-schema.org/schema#"}}}"#,
        r#"{"format": "date-time"}"#,
        r#"{"$schema": "https://json-schema.org/draft-07/schema", "format": "int32"}"#,
    ];
    let rare = [
        r#"{"$schema": "http://json-schema.org/draft-07/schema#", "format": "date-time"}"#,
        r#"{"$schema": "http://json-schema.org/draft-04/schema#", "maximum": 5, "exclusiveMaximum": true}"#,
        r#"{"$id": "http://a.b/c", "type": "string"}"#,
        r#"{"prefixItems": [{"type": "string"}], "items": false}"#,
        r#"{"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"type": "string"}]}"#,
        r#"{"contains": {"type": "string"}}"#,
        r#"{"dependentRequired": {"a": ["b"]}}"#,
        r#"{"properties": {"a": true}, "unevaluatedProperties": false}"#,
        r#"{"multipleOf": 2}"#,
        r#"{"const": {"a": 1}}"#,
        r##"{"$ref": "#"}"##,
        r##"{"$ref": "#/$defs/b", "$defs": {"a": true}}"##,
        r##"{"$ref": "#/x-own", "x-own": {"type": "text"}}"##,
        r#"{"properties": {"a": {"$schema": "schema"}}}"#,
        r##"{"$ref": "#/default", "default": {"type": "string"}}"##,
        r#"{"type": "text"}"#,
        r#"{"type": []}"#,
        r#"{"required": ["a", "a"]}"#,
        r#"{"minLength": -1}"#,
        r#"{"description": 1}"#,
        r#"{"properties": {"a": {"items": 1}}}"#,
        r#"{"definitions": {"a": {"uniqueItems": "yes"}}}"#,
        r#"{"anyOf": []}"#,
        r#"{"pattern": "("}"#,
    ];
    let values = [
        r#"{}"#,
        r#"{"a": "x"}"#,
        r#"{"a": 1}"#,
        r#"{"a": "x", "b": "y"}"#,
        r#"{"a": {"a": {"b": 1}}}"#,
        r#"{"ab": "x"}"#,
        r#"[]"#,
        r#"["a", "b"]"#,
        r#"["a", "a"]"#,
        r#"["a", 1]"#,
        r#"[1, 2, 3]"#,
        r#""""#,
        r#""ab""#,
        r#""abcd""#,
        r#""é""#,
        r#""2024-01-01T00:00:00Z""#,
        "0",
        "1",
        "3",
        "3.5",
        "4",
        "5",
        "1e300",
        "null",
        "true",
        "false",
    ];
    for (schema, is_common) in common.iter().map(|s| (s, true)).chain(rare.iter().map(|s| (s, false))) {
        for value in values {
            let json: Json = serde_json::from_str(schema).unwrap();
            let is_taken = glance::surely_takes(&json, &parse(value));
            let is_right = violations(json, &parse(value)).is_ok_and(|list| list.is_empty());
            assert!(is_right || !is_taken, "{schema} {value}");
            let is_surely_seen = is_common && value != "1e300" && !value.starts_with("[1");
            assert!(is_taken || !is_right || !is_surely_seen, "{schema} {value} was not seen to be right");
        }
    }
}
