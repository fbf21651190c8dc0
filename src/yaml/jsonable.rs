//! What becomes of a YAML value on its way through JSON.
//!
//! Source: convertToJSONableObject of sigs.k8s.io/yaml, and Go's encoding/json.

use std::borrow::Cow;

use super::number::{self, Number};
use super::{Node, Resolved, Scalar, Schema, Value};
use crate::base::{Diagnostic, Result};

/// Reports what JSON cannot say: keys that are null, lists or maps, infinities.
pub fn check(node: &Node) -> Result<()> {
    match &node.value {
        Value::Scalar(scalar) => match resolved(scalar) {
            Resolved::Number(Number::Float(f)) if !f.is_finite() => {
                Err(Diagnostic::new("not-a-number", "infinities and NaN are not allowed here").at(node.span))
            }
            _ => Ok(()),
        },
        Value::Sequence(items) => items.iter().try_for_each(check),
        Value::Mapping(mapping) => mapping.iter().try_for_each(|entry| {
            if key(&entry.key).is_none() {
                let message = format!("a key must be a string, not {}", kind_of(&entry.key));
                return Err(Diagnostic::new("not-a-key", message).at(entry.key.span).help("put the key in quotes"));
            }
            check(&entry.value)
        }),
    }
}

/// What a scalar is to YAML 1.1.
pub fn resolved(scalar: &Scalar) -> Resolved {
    scalar.resolved(Schema::V2)
}

/// Whether a value is null in JSON.
pub fn is_null(node: &Node) -> bool {
    node.as_scalar().is_some_and(|scalar| resolved(scalar) == Resolved::Null)
}

/// What a value is in JSON, for messages.
pub fn kind_of(node: &Node) -> &'static str {
    match &node.value {
        Value::Sequence(_) => "a list",
        Value::Mapping(_) => "a mapping",
        Value::Scalar(scalar) => match resolved(scalar) {
            Resolved::Null => "null",
            Resolved::Bool(_) => "a boolean",
            Resolved::Number(_) => "a number",
            Resolved::Timestamp(_) | Resolved::Str => "a string",
        },
    }
}

/// A mapping's key as JSON has it; `None` for what cannot be one. Numbers and booleans are spelled
/// anew: `0x10` is `16`, `yes` is `true`.
pub fn key(node: &Node) -> Option<Cow<'_, str>> {
    let scalar = node.as_scalar()?;
    match resolved(scalar) {
        // Go: the conversion knows signed keys only.
        Resolved::Null | Resolved::Number(Number::Uint(_)) => None,
        Resolved::Bool(_) | Resolved::Number(_) => coerced(scalar).map(Cow::Owned),
        Resolved::Timestamp(_) | Resolved::Str => Some(Cow::Borrowed(scalar.text.as_str())),
    }
}

/// A number or boolean where a string is wanted and they are taken for one.
pub fn coerced(scalar: &Scalar) -> Option<String> {
    match resolved(scalar) {
        Resolved::Bool(value) => Some(value.to_string()),
        Resolved::Number(Number::Int(n)) => Some(n.to_string()),
        Resolved::Number(Number::Uint(n)) => Some(n.to_string()),
        Resolved::Number(Number::Float(f)) => Some(general_float32(f)),
        _ => None,
    }
}

/// A number as JSON has it. Go: json.Unmarshal takes what ParseInt takes, and `1e3` is `1000` by then.
pub fn number(number: Number) -> String {
    match number {
        Number::Int(n) => n.to_string(),
        Number::Uint(n) => n.to_string(),
        Number::Float(f) => number::json_float(f),
    }
}

/// Whether a key means the field. Go: encoding/json folds letters by Unicode, where the long s and
/// the Kelvin sign are letters of ASCII names too.
#[inline]
pub fn same_field(field: &str, key: &str) -> bool {
    // Nearly all comparisons end here: the other letters take more bytes than those that they stand for.
    if key.len() <= field.len() {
        return field.eq_ignore_ascii_case(key);
    }
    if key.is_ascii() {
        return false;
    }
    let fold = |c: char| match c {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        c => c.to_ascii_lowercase(),
    };
    field.chars().map(fold).eq(key.chars().map(fold))
}

/// Go: strconv.FormatFloat(f, 'g', -1, 32), which is how sigs.k8s.io/yaml makes a string of a float.
fn general_float32(f: f64) -> String {
    let f = f as f32;
    if f.is_infinite() {
        return if f > 0.0 { "+Inf" } else { "-Inf" }.to_string();
    }
    let spelled = format!("{f:e}");
    let (digits, exponent) = spelled.split_once('e').unwrap_or((&spelled, "0"));
    match exponent.parse::<i32>() {
        Ok(e) if !(-4..6).contains(&e) => {
            let sign = if e < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", e.abs())
        }
        _ => f.to_string(),
    }
}
