//! What a scalar is once the reference has printed the tree with go-yaml v3 and read it again, as
//! it does before it makes JSON of it.
//!
//! Mostly that is what its tag says. But a setter may have left the tag open, or have put a text
//! under a tag that it does not fit; then the text decides, or there is an error.
//!
//! **Not here:** how the value is written; the order and uniqueness of keys.

use std::borrow::Cow;
use std::collections::HashSet;

use super::emit::analysis::{Analysis, is_break};
use super::emit::detour;
use super::emit::writer::LONGEST_SIMPLE_KEY;
use super::node::{Entry, Mapping, Node, Scalar, Style, Tag, Value};
use super::number::{self, Number};
use super::timestamp::Timestamp;
use super::{Resolved, Schema};
use crate::base::{Diagnostic, Result, Span};

/// A scalar as Go has it.
#[derive(Clone, Debug, PartialEq)]
pub enum Datum<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Timestamp(Timestamp),
    Text(Cow<'a, str>),
}

/// The value of a scalar. Errors: a text that does not fit its tag, invalid base64, and a block
/// scalar that starts with a tab.
pub fn decode(scalar: &Scalar, span: Span) -> Result<Datum<'_>> {
    let text = scalar.text.as_str();
    match scalar.tag {
        Tag::Str | Tag::Other | Tag::Merge => read_text(scalar, span),
        Tag::Open if scalar.style == Style::Plain && Analysis::of(text).plain_allowed => Ok(resolve(text)),
        Tag::Open => read_text(scalar, span),
        Tag::Binary => match decode_base64(text) {
            Some(bytes) => Ok(Datum::Text(Cow::Owned(read_bytes(&bytes)))),
            None => Err(Diagnostic::new("yaml-base64", "a value tagged `!!binary` is not valid base64").at(span)),
        },
        tag => match resolve(text) {
            // Go: a tag that the text has by itself is not written, so that quotes make a string of it.
            found if found.tag() == tag && scalar.style != Style::Plain => read_text(scalar, span),
            found if found.tag() == tag => Ok(found),
            Datum::Number(Number::Int(int)) if tag == Tag::Float => Ok(Datum::Number(Number::Float(int as f64))),
            _ => {
                let message = format!("a value tagged `{}` is not one", tag_name(tag));
                let help = "write a value that fits the tag, or take the tag away";
                Err(Diagnostic::new("yaml-tag-mismatch", message).at(span).help(help))
            }
        },
    }
}

/// The text of a key that comes through as it is, where that can be told at a glance.
pub fn simple_key(key: &Node) -> Option<&str> {
    let scalar = key.as_scalar().filter(|scalar| scalar.tag == Tag::Str)?;
    let text = scalar.text.as_str();
    let comes_through = match scalar.style {
        Style::SingleQuoted | Style::DoubleQuoted => true,
        Style::Plain => text != "<<" && !text.starts_with('\t'),
        Style::Literal => !text.starts_with('\t'),
        Style::Folded => false,
    };
    comes_through.then_some(text)
}

/// Go: such a key is never written as a block.
fn is_one_line_key(text: &str) -> bool {
    text.len() <= LONGEST_SIMPLE_KEY && !text.contains(is_break)
}

/// The text of a mapping's key. Below the root only strings will do, because JSON knows no others; at
/// the root kustomize reads into a map of strings, which takes any scalar's text and drops nulls.
pub fn decode_key(key: &Node, at_root: bool) -> Result<Option<Cow<'_, str>>> {
    if let Some(text) = simple_key(key) {
        return Ok(Some(Cow::Borrowed(text)));
    }
    let Value::Scalar(scalar) = &key.value else {
        return Err(not_a_string(key, key.kind_name()));
    };
    let text = scalar.text.as_str();
    match scalar.tag {
        // Go: an empty key is always quoted.
        Tag::Open | Tag::Null | Tag::Str if text.is_empty() => return Ok(Some(Cow::Borrowed(""))),
        Tag::Str | Tag::Open | Tag::Merge if scalar.style != Style::Plain && is_one_line_key(text) => {
            return Ok(Some(Cow::Borrowed(text)));
        }
        Tag::Binary | Tag::Other if !at_root => return Err(not_a_string(key, tag_name(scalar.tag))),
        _ => {}
    }
    match decode(scalar, key.span)? {
        Datum::Text(text) => Ok(Some(text)),
        Datum::Null if at_root => Ok(None),
        _ if at_root => Ok(Some(Cow::Borrowed(text))),
        other => Err(not_a_string(key, tag_name(other.tag()))),
    }
}

/// The entries of a mapping with the texts of their keys, in the mapping's order. What a merge key
/// brings in, which kyaml leaves for this step, follows; the mapping's own keys win, and of several
/// mappings the first. Source: decoder.mapping and decoder.merge in go-yaml v3.
pub fn entries(mapping: &Mapping, at_root: bool) -> Result<Vec<(Cow<'_, str>, &Entry)>> {
    let mut entries = Vec::with_capacity(mapping.len());
    let mut merged: Option<&Entry> = None;
    for entry in mapping {
        if !is_merge_key(&entry.key) {
            entries.extend(decode_key(&entry.key, at_root)?.map(|key| (key, entry)));
        } else if let Some(first) = merged.replace(entry) {
            return Err(duplicate_key("<<", first, entry));
        }
    }
    let Some(merged) = merged else { return Ok(entries) };
    let mut known: HashSet<Cow<'_, str>> = entries.iter().map(|(key, _)| key.clone()).collect();
    let sources = match &merged.value.value {
        Value::Sequence(items) => items.as_slice(),
        _ => std::slice::from_ref(&merged.value),
    };
    for source in sources {
        let Some(source) = source.as_mapping() else {
            let help = "give `<<` a mapping or a list of mappings, or put the key in quotes";
            return Err(Diagnostic::new("yaml-merge", "only mappings can be merged by `<<`")
                .at(source.span)
                .help(help));
        };
        // Go: these are read into a map of strings, as the root is.
        for (key, entry) in self::entries(source, true)? {
            if known.insert(key.clone()) {
                entries.push((key, entry));
            }
        }
    }
    Ok(entries)
}

/// Go: a plain `<<` reads as a merge key, even if a setter meant the text.
fn is_merge_key(key: &Node) -> bool {
    key.as_scalar().filter(|scalar| scalar.text == "<<").is_some_and(|scalar| match scalar.tag {
        Tag::Merge => true,
        Tag::Str | Tag::Open => scalar.style == Style::Plain,
        _ => false,
    })
}

/// An error if two of the entries, which are sorted, have the same key.
pub fn check_unique(sorted: &[(Cow<'_, str>, &Entry)]) -> Result<()> {
    let equal = sorted.iter().zip(sorted.iter().skip(1)).find(|((a, _), (b, _))| a == b);
    let Some(((key, first), (_, second))) = equal else { return Ok(()) };
    Err(duplicate_key(key, first, second))
}

fn duplicate_key(key: &str, first: &Entry, second: &Entry) -> Box<Diagnostic> {
    Diagnostic::new("yaml-duplicate-key", format!("the key `{key}` is there twice"))
        .at(second.key.span)
        .label(first.key.span, "it is already set here")
        .help("remove one of them")
}

/// A float as JSON has it. Error: infinities and NaN.
pub fn json_float(f: f64, span: Span) -> Result<String> {
    if f.is_finite() {
        return Ok(number::json_float(f));
    }
    let help = "write a finite number, or put the value in quotes";
    Err(Diagnostic::new("yaml-number-not-finite", "infinity and NaN cannot be written").at(span).help(help))
}

/// A time as JSON has it. Error: an offset of a day or more.
pub fn json_time(time: Timestamp, span: Span) -> Result<String> {
    time.to_rfc3339().ok_or_else(|| {
        Diagnostic::new("yaml-time-zone", "a timestamp is a day or more away from UTC")
            .at(span)
            .help("correct the offset, or put the value in quotes")
    })
}

fn not_a_string(key: &Node, kind: &str) -> Box<Diagnostic> {
    let message = match key.text() {
        Some(text) => format!("the key `{text}` is not a string but `{kind}`"),
        None => format!("a key is not a string but a {kind}"),
    };
    Diagnostic::new("yaml-key-not-string", message).at(key.span).help("put the key in quotes")
}

impl Datum<'_> {
    fn tag(&self) -> Tag {
        match self {
            Datum::Null => Tag::Null,
            Datum::Bool(_) => Tag::Bool,
            Datum::Number(Number::Float(_)) => Tag::Float,
            Datum::Number(_) => Tag::Int,
            Datum::Timestamp(_) => Tag::Timestamp,
            Datum::Text(_) => Tag::Str,
        }
    }
}

fn tag_name(tag: Tag) -> &'static str {
    match tag {
        Tag::Open => "?",
        Tag::Null => "!!null",
        Tag::Bool => "!!bool",
        Tag::Int => "!!int",
        Tag::Float => "!!float",
        Tag::Timestamp => "!!timestamp",
        Tag::Str => "!!str",
        Tag::Binary => "!!binary",
        Tag::Merge => "!!merge",
        Tag::Other => "!",
    }
}

/// A string that was written in its style, or as a block if it has several lines, and read again.
fn read_text(scalar: &Scalar, span: Span) -> Result<Datum<'_>> {
    let text = scalar.text.as_str();
    let goes_through_block = match scalar.style {
        Style::SingleQuoted | Style::DoubleQuoted => false,
        Style::Plain => text.starts_with('\t') && text.contains('\n'),
        Style::Literal => text.starts_with('\t'),
        Style::Folded => true,
    };
    if !goes_through_block || !Analysis::of(text).block_allowed_by_v3 {
        return Ok(Datum::Text(Cow::Borrowed(text)));
    }
    detour::through_block(text, scalar.style == Style::Folded).map(Datum::Text).map_err(|refusal| refusal.at(span))
}

/// A plain text by go-yaml v3's rules.
fn resolve(text: &str) -> Datum<'_> {
    match Resolved::of_plain(Schema::V3, text) {
        Resolved::Null => Datum::Null,
        Resolved::Bool(value) => Datum::Bool(value),
        Resolved::Number(number) => Datum::Number(number),
        Resolved::Timestamp(time) => Datum::Timestamp(time),
        Resolved::Str => Datum::Text(Cow::Borrowed(text)),
    }
}

/// Whether go-yaml v3 reads a plain text as a string.
pub fn reads_as_string_by_v3(text: &str) -> bool {
    matches!(resolve(text), Datum::Text(_)) && text != "<<"
}

/// Go: encoding/json writes a replacement character for each byte that is no UTF-8.
fn read_bytes(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}

/// Go: base64.StdEncoding skips line breaks and does not look at the bits left over.
pub(super) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let mut digits = text.bytes().filter(|b| !matches!(b, b'\r' | b'\n'));
    loop {
        let mut group = [0u8; 4];
        let mut count = 0;
        while count < 4 {
            match digits.next() {
                Some(digit @ (b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/')) => {
                    group[count] = match digit {
                        b'A'..=b'Z' => digit - b'A',
                        b'a'..=b'z' => digit - b'a' + 26,
                        b'0'..=b'9' => digit - b'0' + 52,
                        b'+' => 62,
                        _ => 63,
                    };
                    count += 1;
                }
                Some(b'=') if count >= 2 => {
                    let padding_ends = count == 3 || digits.next() == Some(b'=');
                    bytes.push((group[0] << 2) | (group[1] >> 4));
                    if count == 3 {
                        bytes.push((group[1] << 4) | (group[2] >> 2));
                    }
                    return (padding_ends && digits.next().is_none()).then_some(bytes);
                }
                None if count == 0 => return Some(bytes),
                _ => return None,
            }
        }
        bytes.extend([
            (group[0] << 2) | (group[1] >> 4),
            (group[1] << 4) | (group[2] >> 2),
            (group[2] << 6) | group[3],
        ]);
    }
}
