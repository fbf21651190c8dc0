//! JSON as encoding/json writes and reads it.

use std::rc::Rc;

use super::*;
use crate::gotmpl::{IntType, List, UintType};

fn json(value: &Value, layout: Layout) -> String {
    match marshal(value, layout) {
        Ok(text) => String::from_utf8(text).expect("JSON is UTF-8"),
        Err(fault) => fault.message,
    }
}

fn bytes(text: &[u8]) -> Value {
    Value::List(Rc::new(List::of_bytes(text)))
}

// Expectations: encoding/json of Go 1.26.

#[test]
fn values_are_written_as_go_writes_them() {
    let nil = Value::List(Rc::new(List::nil(Type::Strings)));
    let cases = [
        (Value::Nil, "null"),
        (nil, "null"),
        (true.into(), "true"),
        (Value::Int(-7, IntType::Int8), "-7"),
        (Value::Uint(u64::MAX, UintType::Uint64), "18446744073709551615"),
        (Value::Float(1e20), "100000000000000000000"),
        (Value::Float(1e21), "1e+21"),
        (Value::Float(1e-7), "1e-7"),
        (Value::Float(42.0), "42"),
        (Value::Float(f64::INFINITY), "json: unsupported value: +Inf"),
        (Value::Float(f64::NAN), "json: unsupported value: NaN"),
        (Value::Complex(0.0, 1.0), "json: unsupported type: complex128"),
        (
            Value::str("<&>'\u{2028}\u{2029}\u{e9}\u{7f}\u{2027}"),
            "\"\\u003c\\u0026\\u003e'\\u2028\\u2029\u{e9}\u{7f}\u{2027}\"",
        ),
        (Value::str("\"\\\u{8}\u{c}\n\r\t\u{0}\u{1f}"), r#""\"\\\b\f\n\r\t\u0000\u001f""#),
        (Value::str(b"\xff\xe2\x82x".to_vec()), r#""\ufffd\ufffd\ufffdx""#),
        (bytes(b"hi"), r#""aGk=""#),
        (
            Value::map([("b", Value::int(1)), ("a", Value::list(vec![])), ("", Value::map([]))]),
            r#"{"":{},"a":[],"b":1}"#,
        ),
        (Value::strings(["a", "b"]), r#"["a","b"]"#),
    ];
    for (value, expected) in cases {
        assert_eq!(json(&value, Layout::Compact), expected);
    }
}

#[test]
fn layouts_differ_in_space_and_in_what_they_escape() {
    let value = Value::map([("a", Value::map([])), ("b", Value::list(vec![Value::map([("x", Value::str("<"))])]))]);
    assert_eq!(json(&value, Layout::Raw), r#"{"a":{},"b":[{"x":"<"}]}"#);
    let pretty = "{\n  \"a\": {},\n  \"b\": [\n    {\n      \"x\": \"\\u003c\"\n    }\n  ]\n}";
    assert_eq!(json(&value, Layout::Pretty), pretty);
}

#[test]
fn a_map_that_holds_itself_is_an_error() {
    let message = crate::base::stack::with_deep_stack(|| {
        let map = Value::map([]);
        if let Value::Map(inner) = &map {
            inner.set(&b"a"[..], Value::list(vec![map.clone()]));
        }
        json(&map, Layout::Compact)
    });
    assert!(message.starts_with("json: unsupported value: encountered a cycle via "), "{message}");
}

#[test]
fn what_is_shared_again_and_again_does_not_fill_the_memory() {
    let mut value = Value::str("text");
    for _ in 0..64 {
        value = Value::list(vec![value.clone(), value]);
    }
    assert_eq!(json(&value, Layout::Compact), "json: the text is too long");
}

fn read(text: &[u8]) -> (String, String) {
    let (value, error) = unmarshal(text);
    (json(&value, Layout::Raw), error.unwrap_or_default())
}

#[test]
fn values_are_read_as_go_reads_them() {
    let cases: [(&[u8], &str); 8] = [
        (b" [1, 1.50, -0, 1e3, true, false, null] ", "[1,1.5,-0,1000,true,false,null]"),
        (br#"{"a":1,"b":{},"a":[2]}"#, r#"{"a":[2],"b":{}}"#),
        (br#""\ud83d\ude00\ud83dx\udc00\ud83d\ud83d""#, "\"\u{1f600}\u{fffd}x\u{fffd}\u{fffd}\u{fffd}\""),
        (b"\"\xff\xe2\x82x\"", "\"\u{fffd}\u{fffd}\u{fffd}x\""),
        (br#""\/\b\f\n\r\t\"\\\u00e9""#, "\"/\\b\\f\\n\\r\\t\\\"\\\\\u{e9}\""),
        (b"9007199254740993", "9007199254740992"),
        (b"\"\x7f\"", "\"\x7f\""),
        (b"[]", "[]"),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text), (expected.to_string(), String::new()));
    }
    let error = "json: cannot unmarshal number 1e400 into Go value of type float64";
    assert_eq!(read(br#"{"a":1e400,"b":2}"#), (r#"{"a":null,"b":2}"#.to_string(), error.to_string()));
}

#[test]
fn errors_are_those_of_go() {
    let cases: [(&str, &str); 29] = [
        ("-", "invalid character ' ' in numeric literal"),
        ("tru", "invalid character ' ' in literal true (expecting 'e')"),
        ("t", "invalid character ' ' in literal true (expecting 'r')"),
        ("trux", "invalid character 'x' in literal true (expecting 'e')"),
        ("-a", "invalid character 'a' in numeric literal"),
        ("1e", "invalid character ' ' in exponent of numeric literal"),
        ("1.", "invalid character ' ' after decimal point in numeric literal"),
        ("1.x", "invalid character 'x' after decimal point in numeric literal"),
        ("", "unexpected end of JSON input"),
        ("[1", "unexpected end of JSON input"),
        ("{", "unexpected end of JSON input"),
        ("{\"a\"", "unexpected end of JSON input"),
        ("{\"a\":", "unexpected end of JSON input"),
        ("\"a", "unexpected end of JSON input"),
        ("\"\\", "invalid character ' ' in string escape code"),
        ("\"\\u12", "invalid character ' ' in \\u hexadecimal character escape"),
        ("\"\\u12g4\"", "invalid character 'g' in \\u hexadecimal character escape"),
        ("\"\\q\"", "invalid character 'q' in string escape code"),
        ("\"\n\"", "invalid character '\\n' in string literal"),
        ("\"a\0", "invalid character '\\x00' in string literal"),
        ("\\", "invalid character '\\\\' looking for beginning of value"),
        ("'a'", "invalid character '\\'' looking for beginning of value"),
        ("[1 2]", "invalid character '2' after array element"),
        ("{\"a\" 1}", "invalid character '1' after object key"),
        ("{\"a\":1 2}", "invalid character '2' after object key:value pair"),
        ("{1:2}", "invalid character '1' looking for beginning of object key string"),
        ("1 2", "invalid character '2' after top-level value"),
        ("-01", "invalid character '1' after top-level value"),
        ("\u{ad}1", "invalid character '\u{c2}' looking for beginning of value"),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text.as_bytes()), ("null".to_string(), expected.to_string()), "{text}");
    }
}

#[test]
fn deep_texts_are_an_error() {
    crate::base::stack::with_deep_stack(|| {
        let deep = |n: usize| [b"[".repeat(n), b"]".repeat(n)].concat();
        assert_eq!(unmarshal(&deep(10_000)).1, None);
        assert_eq!(unmarshal(&deep(10_001)).1.as_deref(), Some("invalid character '[' exceeded max depth"));
    });
}
