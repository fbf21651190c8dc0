//! What becomes of a YAML value on its way through JSON.
//!
//! Source: convertToJSONableObject of sigs.k8s.io/yaml, and Go's encoding/json.

use std::borrow::Cow;

use crate::base::{Diagnostic, Result};
use crate::yaml::number::{self, Number};
use crate::yaml::{Node, Scalar, Tag, Value};

/// Reports what JSON cannot say: keys that are null, lists or maps, infinities.
pub fn check(node: &Node) -> Result<()> {
    match &node.value {
        Value::Scalar(scalar) => match scalar.tag {
            Tag::Float if number(scalar).is_none() => {
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

/// What a value is in JSON, for messages.
pub fn kind_of(node: &Node) -> &'static str {
    match &node.value {
        Value::Sequence(_) => "a list",
        Value::Mapping(_) => "a mapping",
        Value::Scalar(scalar) => match scalar.tag {
            Tag::Null => "null",
            Tag::Bool => "a boolean",
            Tag::Int | Tag::Float => "a number",
            _ => "a string",
        },
    }
}

/// A mapping's key as JSON has it; `None` for what cannot be one. Numbers and booleans are spelled
/// anew: `0x10` is `16`, `yes` is `true`.
pub fn key(node: &Node) -> Option<Cow<'_, str>> {
    let scalar = node.as_scalar()?;
    match scalar.tag {
        Tag::Null => None,
        Tag::Bool | Tag::Float => coerced(scalar).map(Cow::Owned),
        Tag::Int => match parse(scalar)? {
            // Go: the conversion knows signed keys only.
            Number::Uint(_) => None,
            _ => coerced(scalar).map(Cow::Owned),
        },
        _ => Some(Cow::Borrowed(scalar.text.as_str())),
    }
}

/// The text of a string; `None` for null, booleans and numbers. Dates are strings.
pub fn as_string(scalar: &Scalar) -> Option<&str> {
    match scalar.tag {
        Tag::Null | Tag::Bool | Tag::Int | Tag::Float => None,
        _ => Some(&scalar.text),
    }
}

/// A number or boolean where a string is wanted and they are taken for one.
pub fn coerced(scalar: &Scalar) -> Option<String> {
    match scalar.tag {
        Tag::Bool => Some(if is_true(&scalar.text) { "true" } else { "false" }.to_string()),
        Tag::Int | Tag::Float => Some(match parse(scalar)? {
            Number::Int(n) => n.to_string(),
            Number::Uint(n) => n.to_string(),
            Number::Float(f) => general_float32(f),
        }),
        _ => None,
    }
}

/// A number as JSON has it; `None` for infinities, and for what is no number.
pub fn number(scalar: &Scalar) -> Option<String> {
    Some(match parse(scalar)? {
        Number::Int(n) => n.to_string(),
        Number::Uint(n) => n.to_string(),
        Number::Float(f) => number::json_float(f),
    })
}

fn parse(scalar: &Scalar) -> Option<Number> {
    match (number::parse(&scalar.text, false)?, scalar.tag) {
        (Number::Int(n), Tag::Float) => Some(Number::Float(n as f64)),
        (number, _) => Some(number),
    }
}

/// Whether a boolean of YAML 1.1 is true.
pub fn is_true(text: &str) -> bool {
    ["y", "yes", "true", "on"].iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Whether a key means the field. Go: encoding/json folds letters by Unicode, where the long s and
/// the Kelvin sign are letters of ASCII names too.
pub fn same_field(field: &str, key: &str) -> bool {
    if key.is_ascii() {
        return field.eq_ignore_ascii_case(key);
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
    let spelled = format!("{:e}", f as f32);
    let (digits, exponent) = spelled.split_once('e').unwrap_or((&spelled, "0"));
    match exponent.parse::<i32>() {
        Ok(e) if !(-4..6).contains(&e) => {
            let sign = if e < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", e.abs())
        }
        _ => format!("{}", f as f32),
    }
}
