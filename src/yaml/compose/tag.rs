//! What a scalar is by its tag, style and text, and what becomes of it as a key of JSON.
//!
//! Source: go-yaml's `resolve` and `decoder.scalar` (v2 and v3), and
//! `convertToJSONableObject` of `sigs.k8s.io/yaml`.

use compact_str::{CompactString, ToCompactString};

use crate::base::{Diagnostic, Result, Span};
use crate::yaml::decode::decode_base64;
use crate::yaml::node::{Scalar, Style, Tag};
use crate::yaml::number::Number;
use crate::yaml::parse::Properties;
use crate::yaml::{Resolved, Schema, TAG_PREFIX, resolve};

/// Makes the scalar of an event.
///
/// Errors: `yaml-tag` where the text does not fit an explicit tag.
#[inline]
pub(super) fn scalar(
    schema: Schema,
    text: CompactString,
    style: Style,
    properties: Properties<'_>,
    span: Span,
) -> Result<Scalar> {
    let tag = match properties.as_deref().and_then(|p| p.tag.as_deref()) {
        Some(name) => {
            let tag = explicit(schema, name, &text, style).map_err(|error| error.at(span))?;
            // A tag that says more than "a string" makes the quotes meaningless.
            let is_text = matches!(tag, Tag::Str | Tag::Binary | Tag::Merge | Tag::Other);
            return finish(schema, Scalar { text, tag, style: if is_text { style } else { Style::Plain } });
        }
        None if style != Style::Plain => Tag::Str,
        None if text == "<<" => Tag::Merge,
        None => resolve(schema, &text),
    };
    // Most texts are to v2 what they are to v3.
    let is_alike = || tag == Tag::Str && style == Style::Plain && !text.as_bytes().contains(&b'\n');
    if schema == Schema::V3 || is_alike() {
        return Ok(Scalar { text, tag, style });
    }
    finish(schema, Scalar { text, tag, style })
}

fn finish(schema: Schema, mut scalar: Scalar) -> Result<Scalar> {
    if schema == Schema::V2 {
        make_plain(&mut scalar)?;
    }
    Ok(scalar)
}

/// Writes a value of v2's rules in a way that v3's rules, and so everything that works on trees,
/// read the same.
fn make_plain(scalar: &mut Scalar) -> Result<()> {
    match scalar.resolved(Schema::V2) {
        Resolved::Bool(value) => scalar.text = CompactString::const_new(if value { "true" } else { "false" }),
        Resolved::Null | Resolved::Number(_) => {}
        Resolved::Timestamp(_) | Resolved::Str => {
            if scalar.tag == Tag::Binary {
                scalar.text = String::from_utf8_lossy(&decode_binary(&scalar.text)?).into();
            }
            // Go: v2 decodes a time as the text that it was, when it is asked for any value.
            if scalar.tag != Tag::Merge {
                scalar.tag = Tag::Str;
                // What is quoted is taken as it stands.
                let is_plain = scalar.style == Style::Plain && !scalar.text.contains('\n') && scalar.text != "<<";
                scalar.style = if is_plain { Style::Plain } else { Style::DoubleQuoted };
            }
            return Ok(());
        }
    }
    scalar.style = Style::Plain;
    Ok(())
}

fn explicit(schema: Schema, name: &str, text: &str, style: Style) -> Result<Tag> {
    if name == "!" {
        // Go: v3 takes this for no tag, v2 for one it does not know, though not at a merge key.
        if text == "<<" && (style == Style::Plain || schema == Schema::V2) {
            return Ok(Tag::Merge);
        }
        let is_open = schema == Schema::V3 && style == Style::Plain;
        return Ok(if is_open { resolve(schema, text) } else { Tag::Str });
    }
    let short = name.strip_prefix(TAG_PREFIX).or_else(|| match schema {
        Schema::V3 => name.strip_prefix("!!"),
        Schema::V2 => None,
    });
    let wanted = match short {
        Some("str") => return Ok(Tag::Str),
        Some("binary") => return decode_binary(text).map(|_| Tag::Binary),
        // kyaml: the tag alone makes a merge key, whatever the text.
        Some("merge") if text == "<<" || schema == Schema::V3 => return Ok(Tag::Merge),
        Some("null") => Tag::Null,
        Some("bool") => Tag::Bool,
        Some("int") => Tag::Int,
        Some("float") => Tag::Float,
        Some("timestamp") => Tag::Timestamp,
        _ => return Ok(Tag::Other),
    };
    let found = Resolved::of_plain(schema, text);
    match (found, wanted) {
        (Resolved::Number(Number::Int(_)), Tag::Float) => Ok(Tag::Float),
        _ if found.tag() == wanted => Ok(wanted),
        _ => Err(Diagnostic::new("yaml-tag", format!("the value is no `!!{}`", short.unwrap_or_default()))
            .help("change the value, or remove the tag")),
    }
}

fn decode_binary(text: &str) -> Result<Vec<u8>> {
    decode_base64(text).ok_or_else(|| Diagnostic::new("yaml-tag", "the value of a `!!binary` is not valid base64"))
}

/// Turns a key into the text that it has in JSON.
///
/// Errors: `yaml-key` for keys that JSON cannot have.
pub(super) fn make_json_key(key: &mut Scalar, span: Span) -> Result<()> {
    let text = match key.resolved(Schema::V2) {
        Resolved::Str | Resolved::Timestamp(_) => None,
        Resolved::Bool(value) => Some(value.to_compact_string()),
        Resolved::Number(Number::Int(value)) => Some(value.to_compact_string()),
        Resolved::Number(Number::Float(value)) => Some(float_key(value)),
        Resolved::Null | Resolved::Number(Number::Uint(_)) => {
            return Err(Diagnostic::new("yaml-key", "null and numbers past 64 bits cannot be keys")
                .at(span)
                .help("quote the key"));
        }
    };
    if let Some(text) = text {
        key.text = text;
    }
    key.tag = Tag::Str;
    Ok(())
}

/// Go: `strconv.FormatFloat(f, 'g', -1, 32)`, with YAML's names for what is no number.
fn float_key(value: f64) -> CompactString {
    let value = value as f32;
    if value.is_nan() {
        return ".nan".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.into();
    }
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific.into() };
    match exponent.parse::<i32>() {
        Ok(exponent) if !(-4..6).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.abs()).into()
        }
        _ => format!("{value}").into(),
    }
}
