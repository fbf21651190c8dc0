//! Nodes -> JSON as Go's encoding/json writes the maps that kustomize makes of a tree.
//!
//! The name hash is taken over it, and JSON patches start from it. Source: MarshalJSON in
//! kyaml/yaml/rnode.go, appendString and floatEncoder in encoding/json.
//!
//! **Not here:** reading JSON, which is reading YAML.

use std::borrow::Cow;

use super::decode::{self, Datum};
use super::node::{Entry, Mapping, Node, Scalar, Value};
use super::number::{self, Number};
use crate::base::{Result, Span};

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// Integers as such, all their digits kept.
    Exact,
    /// Each as the float64 that encoding/json makes of any number it reads into an interface.
    Float64,
}

/// Appends a node as JSON: keys sorted by their bytes, without white space, `<`, `>` and `&` escaped.
/// Errors are those of the reference: keys that are no strings, `.inf`, equal keys and the like.
pub fn to_json(node: &Node, numbers: Numbers, out: &mut String) -> Result<()> {
    write_node(node, true, numbers, out)
}

fn write_node(node: &Node, at_root: bool, numbers: Numbers, out: &mut String) -> Result<()> {
    match &node.value {
        Value::Scalar(scalar) => write_scalar(scalar, node.span, numbers, out),
        Value::Sequence(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_node(item, false, numbers, out)?;
            }
            out.push(']');
            Ok(())
        }
        Value::Mapping(mapping) => {
            out.push('{');
            for (at, (key, entry)) in sorted_entries(mapping, at_root)?.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_string(&key, out);
                out.push(':');
                write_node(&entry.value, false, numbers, out)?;
            }
            out.push('}');
            Ok(())
        }
    }
}

fn sorted_entries(mapping: &Mapping, at_root: bool) -> Result<Vec<(Cow<'_, str>, &Entry)>> {
    let mut entries = decode::entries(mapping, at_root)?;
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    decode::check_unique(&entries)?;
    Ok(entries)
}

fn write_scalar(scalar: &Scalar, span: Span, numbers: Numbers, out: &mut String) -> Result<()> {
    match decode::decode(scalar, span)? {
        Datum::Null => out.push_str("null"),
        Datum::Bool(true) => out.push_str("true"),
        Datum::Bool(false) => out.push_str("false"),
        Datum::Number(number) => out.push_str(&write_number(number, numbers, span)?),
        Datum::Timestamp(time) => write_string(&decode::json_time(time, span)?, out),
        Datum::Text(text) => write_string(&text, out),
    }
    Ok(())
}

fn write_number(number: Number, numbers: Numbers, span: Span) -> Result<String> {
    match (number, numbers) {
        (Number::Float(f), _) => decode::json_float(f, span),
        (Number::Int(n), Numbers::Exact) => Ok(n.to_string()),
        (Number::Uint(n), Numbers::Exact) => Ok(n.to_string()),
        (Number::Int(n), Numbers::Float64) => Ok(number::json_float(n as f64)),
        (Number::Uint(n), Numbers::Float64) => Ok(number::json_float(n as f64)),
    }
}

/// Appends a string in quotes as encoding/json does with HTML escaping on.
pub fn write_string(text: &str, out: &mut String) {
    out.push('"');
    let bytes = text.as_bytes();
    let mut start = 0;
    while let Some(at) = bytes[start..].iter().position(|b| ESCAPES[*b as usize]).map(|at| start + at) {
        // Only ASCII characters and those that start with 0xE2 stop here, so this is a character's start.
        let Some(c) = text[at..].chars().next() else { break };
        let behind = at + c.len_utf8();
        out.push_str(&text[start..at]);
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                out.push_str(&format!("\\u{:04x}", c as u32));
            }
            _ => out.push(c),
        }
        start = behind;
    }
    out.push_str(&text[start..]);
    out.push('"');
}

/// Bytes at which a character may start that is escaped. 0xE2 starts U+2028 and U+2029.
const ESCAPES: [bool; 256] = {
    let mut table = [false; 256];
    let mut at = 0;
    while at < 256 {
        table[at] = matches!(at as u8, 0..=0x1f | b'"' | b'\\' | b'<' | b'>' | b'&' | 0xe2);
        at += 1;
    }
    table
};
