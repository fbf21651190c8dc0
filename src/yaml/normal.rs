//! What a tree becomes on a detour through JSON.
//!
//! The reference does some things on the JSON form of an object (JSON patches, functions) and reads
//! the result back as its own. Here the tree stays, with its spans, and its scalars become what the
//! detour would have made of them: [`to_json_form`] on the way there, [`from_json_form`] on the way back.
//! Source: MarshalJSON and UnmarshalJSON in kyaml/yaml/rnode.go.
//!
//! **Invariant:** in JSON form a string is tagged `Str`, a number's text is its JSON text, and keys
//! are strings.

use compact_str::{CompactString, ToCompactString};

use super::decode::{self, Datum};
use super::emit::ambiguous::reads_as_string;
use super::emit::analysis::Analysis;
use super::node::{Node, Scalar, Style, Tag, Value};
use super::number::{self, Number};
use super::resolve::{Resolved, Schema};
use crate::base::{Diagnostic, Result, Span};

/// As encoding/json would write it. Errors are those of [`super::to_json`].
pub fn to_json_form(node: &mut Node) -> Result<()> {
    convert(node, true)
}

fn convert(node: &mut Node, at_root: bool) -> Result<()> {
    match &mut node.value {
        Value::Scalar(scalar) => *scalar = json_scalar(scalar, node.span)?,
        Value::Sequence(items) => items.iter_mut().try_for_each(|item| convert(item, false))?,
        Value::Mapping(fields) => {
            for at in 0..fields.len() {
                let Some(key) = fields.entry_at(at).map(|entry| &entry.key) else { continue };
                if !is_plain_key(key)
                    && let Some(text) = decode::decode_key(key, at_root)?
                {
                    let key = Node::string(text.into_owned(), key.span);
                    fields.rename(at, key);
                }
                if let Some(value) = fields.value_at_mut(at) {
                    convert(value, false)?;
                }
            }
        }
    }
    Ok(())
}

fn is_plain_key(key: &Node) -> bool {
    key.as_scalar().is_some_and(|s| s.tag == Tag::Str && s.text != "<<")
}

fn json_scalar(scalar: &Scalar, span: Span) -> Result<Scalar> {
    let (text, tag): (CompactString, Tag) = match decode::decode(scalar, span)? {
        Datum::Null => ("null".into(), Tag::Null),
        Datum::Bool(is_true) => (if is_true { "true" } else { "false" }.into(), Tag::Bool),
        Datum::Number(number) => return json_number(number, span),
        Datum::Timestamp(time) => (decode::json_time(time, span)?.into(), Tag::Str),
        Datum::Text(text) => (text.into(), Tag::Str),
    };
    Ok(Scalar { text, tag, style: Style::Plain })
}

/// As `sigs.k8s.io/yaml` makes JSON of what was read by its rules ([`super::ReadOptions::config`]).
/// Error: `.inf` and `.nan`.
pub fn config_to_json_form(node: &mut Node) -> Result<()> {
    match &mut node.value {
        Value::Scalar(scalar) => {
            *scalar = match scalar.resolved(Schema::V2) {
                Resolved::Null => Scalar { text: "null".into(), tag: Tag::Null, style: Style::Plain },
                Resolved::Bool(is_true) => {
                    Scalar { text: if is_true { "true" } else { "false" }.into(), tag: Tag::Bool, style: Style::Plain }
                }
                Resolved::Number(number) => json_number(number, node.span)?,
                Resolved::Str if scalar.tag == Tag::Binary => json_scalar(scalar, node.span)?,
                // Go: go-yaml v2 gives a time as its text to who does not ask for a time.
                Resolved::Str | Resolved::Timestamp(_) => {
                    Scalar { tag: Tag::Str, style: Style::Plain, ..scalar.clone() }
                }
            };
            Ok(())
        }
        Value::Sequence(items) => items.iter_mut().try_for_each(config_to_json_form),
        Value::Mapping(fields) => fields.iter_mut().try_for_each(|(_, value)| config_to_json_form(value)),
    }
}

fn json_number(number: Number, span: Span) -> Result<Scalar> {
    let (text, tag): (CompactString, Tag) = match number {
        Number::Int(n) => (n.to_compact_string(), Tag::Int),
        Number::Uint(n) => (n.to_compact_string(), Tag::Int),
        Number::Float(f) => (decode::json_float(f, span)?.into(), Tag::Float),
    };
    Ok(Scalar { text, tag, style: Style::Plain })
}

/// As it is after it was read back. Every number went through a float, so that integers past 2^53
/// lose digits and those past 999999 are written with an exponent. Error: a number that no float holds.
pub fn from_json_form(node: &mut Node) -> Result<()> {
    match &mut node.value {
        Value::Scalar(scalar) => read_back(scalar, node.span),
        Value::Sequence(items) => items.iter_mut().try_for_each(from_json_form),
        Value::Mapping(fields) => fields.iter_mut().try_for_each(|(_, value)| from_json_form(value)),
    }
}

fn read_back(scalar: &mut Scalar, span: Span) -> Result<()> {
    match scalar.tag {
        Tag::Int | Tag::Float => {
            let float = scalar.text.parse::<f64>().ok().filter(|f| f.is_finite());
            let Some(float) = float else {
                let message = format!("the number `{}` is too large", scalar.text);
                return Err(Diagnostic::new("json-number-too-large", message).at(span).help("put it in quotes"));
            };
            scalar.text = number::general_float(float).into();
            scalar.tag = if scalar.text.contains(['.', 'e']) { Tag::Float } else { Tag::Int };
        }
        Tag::Str => scalar.style = style_of(&scalar.text),
        _ => {}
    }
    Ok(())
}

/// The style that go-yaml v3 gives a string. Source: stringv in encode.go, and what the emitter then allows.
fn style_of(text: &str) -> Style {
    let analysis = Analysis::of(text);
    if text.contains('\n') {
        if analysis.block_allowed_by_v3 { Style::Literal } else { Style::DoubleQuoted }
    } else if !reads_as_string(text) || !decode::reads_as_string_by_v3(text) {
        Style::DoubleQuoted
    } else if analysis.plain_allowed {
        Style::Plain
    } else {
        Style::SingleQuoted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SourceId;
    use crate::yaml::{Mapping, read_json};

    fn scalar(text: &str, tag: Tag, style: Style) -> Node {
        Node::new(Scalar { text: text.into(), tag, style }, Span::NOWHERE)
    }

    // Expectations from kyaml 0.21.1: RNode.MarshalJSON.
    #[test]
    fn scalars_become_what_json_has() {
        for (node, text, tag) in [
            (scalar("0x10", Tag::Int, Style::Plain), "16", Tag::Int),
            (scalar("1e3", Tag::Float, Style::Plain), "1000", Tag::Float),
            (scalar("18446744073709551615", Tag::Int, Style::Plain), "18446744073709551615", Tag::Int),
            (scalar("5", Tag::Int, Style::DoubleQuoted), "5", Tag::Str),
            (scalar("2001-01-01", Tag::Timestamp, Style::Plain), "2001-01-01T00:00:00Z", Tag::Str),
            (scalar("true", Tag::Open, Style::Plain), "true", Tag::Bool),
            (scalar("~", Tag::Null, Style::Plain), "null", Tag::Null),
        ] {
            let mut node = node;
            to_json_form(&mut node).expect("can be written");
            let found = node.as_scalar().expect("stays a scalar");
            assert_eq!((found.text.as_str(), found.tag), (text, tag));
        }
    }

    // Expectations from kyaml 0.21.1: RNode.UnmarshalJSON, then Value, Tag and Style of the node.
    #[test]
    fn what_is_read_back_has_gone_through_floats_and_has_new_styles() {
        for (json, text, tag, style) in [
            ("1000000", "1e+06", Tag::Float, Style::Plain),
            ("999999", "999999", Tag::Int, Style::Plain),
            ("9007199254740993", "9.007199254740992e+15", Tag::Float, Style::Plain),
            ("1.50", "1.5", Tag::Float, Style::Plain),
            ("\"5\"", "5", Tag::Str, Style::DoubleQuoted),
            ("\"yes\"", "yes", Tag::Str, Style::DoubleQuoted),
            ("\"a: b\"", "a: b", Tag::Str, Style::SingleQuoted),
            ("\"a b\"", "a b", Tag::Str, Style::Plain),
            ("\"a\\nb\"", "a\nb", Tag::Str, Style::Literal),
        ] {
            let mut node = read_json(json.as_bytes(), SourceId::NONE).expect("is JSON");
            from_json_form(&mut node).expect("is in range");
            let found = node.as_scalar().expect("stays a scalar");
            assert_eq!((found.text.as_str(), found.tag, found.style), (text, tag, style), "{json}");
        }
        let mut mapping = Mapping::default();
        mapping.push(Node::string("k", Span::NOWHERE), scalar("1e400", Tag::Float, Style::Plain));
        assert!(from_json_form(&mut Node::new(mapping, Span::NOWHERE)).is_err());
    }
}
