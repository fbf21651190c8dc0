//! Nodes -> the bytes that kustomize prints, which are those of sigs.k8s.io/yaml and go-yaml v2.
//!
//! The reference takes detours: it prints a tree with go-yaml v3, reads the text into Go's own
//! values, prints these as JSON, reads the JSON with go-yaml v2 and prints the result. Each step
//! leaves its mark (`super::decode`, [`detour`]), and this layer goes straight from the tree to what
//! comes out at the end. Source: AsYAML in api/resource/resource.go, MarshalJSON in
//! kyaml/yaml/rnode.go, JSONToYAML in sigs.k8s.io/yaml.
//!
//! **Invariant:** what is written depends on the tree alone, and each byte of a text that needs no
//! care is looked at once before it is copied.
//! **Not here:** `---` between documents; the order of documents.

pub(super) mod ambiguous;
pub(super) mod analysis;
mod class;
pub(super) mod detour;
mod scalar;
pub(super) mod writer;

use std::borrow::Cow;
use std::cmp::Ordering;

use compact_str::{CompactString, ToCompactString};

pub use detour::Refusal;
pub use writer::Writer;

use super::Schema;
use super::decode::{self, Datum};
use super::node::{Entry, Mapping, Node, Scalar, Value};
use super::number::{self, Number};
use super::sort;
use crate::base::{Result, Span};

/// Appends one document, without `---`. Errors are those of the reference: keys that are no strings,
/// `.inf` and `.nan`, control characters, equal keys and others; `out` then holds half a document.
pub fn emit(node: &Node, out: &mut Vec<u8>) -> Result<()> {
    let mut writer = Writer::new(out);
    emit_node(node, true, &mut writer)?;
    writer.finish();
    Ok(())
}

fn emit_node(node: &Node, at_root: bool, writer: &mut Writer) -> Result<()> {
    match &node.value {
        Value::Scalar(scalar) => emit_scalar(scalar, node.span, writer),
        Value::Sequence(items) if items.is_empty() => writer.empty_sequence().map_err(|e| e.at(node.span)),
        Value::Sequence(items) => {
            writer.sequence_start().map_err(|e| e.at(node.span))?;
            for item in items.iter() {
                writer.item();
                emit_node(item, false, writer)?;
            }
            writer.end();
            Ok(())
        }
        Value::Mapping(mapping) if mapping.is_empty() => writer.empty_mapping().map_err(|e| e.at(node.span)),
        Value::Mapping(mapping) => emit_mapping(mapping, node.span, at_root, writer),
    }
}

fn emit_mapping(mapping: &Mapping, span: Span, at_root: bool, writer: &mut Writer) -> Result<()> {
    if is_in_order(mapping) {
        writer.mapping_start().map_err(|e| e.at(span))?;
        for entry in mapping {
            emit_entry(entry, entry.key.text().unwrap_or_default(), writer)?;
        }
        writer.end();
        return Ok(());
    }
    let entries = sorted_entries(mapping, at_root)?;
    if entries.is_empty() {
        return writer.empty_mapping().map_err(|e| e.at(span));
    }
    writer.mapping_start().map_err(|e| e.at(span))?;
    for (key, entry) in &entries {
        emit_entry(entry, key, writer)?;
    }
    writer.end();
    Ok(())
}

fn emit_entry(entry: &Entry, key: &str, writer: &mut Writer) -> Result<()> {
    writer.key(key).map_err(|e| e.at(entry.key.span))?;
    emit_node(&entry.value, false, writer)
}

/// Whether all keys are plain strings and stand in the order of output.
fn is_in_order(mapping: &Mapping) -> bool {
    let mut before = None;
    mapping.iter().all(|entry| {
        let Some(key) = decode::simple_key(&entry.key) else { return false };
        before.replace(key).is_none_or(|before| sort::natural(before, key) == Ordering::Less)
    })
}

fn sorted_entries(mapping: &Mapping, at_root: bool) -> Result<Vec<(Cow<'_, str>, &Entry)>> {
    let mut entries = decode::entries(mapping, at_root)?;
    sort::sort_natural(&mut entries, Schema::V2, |(key, _)| key);
    decode::check_unique(&entries)?;
    Ok(entries)
}

fn emit_scalar(scalar: &Scalar, span: Span, writer: &mut Writer) -> Result<()> {
    match decode::decode(scalar, span)? {
        Datum::Null => writer.plain("null"),
        Datum::Bool(true) => writer.plain("true"),
        Datum::Bool(false) => writer.plain("false"),
        Datum::Number(number) => emit_number(number, span, writer)?,
        Datum::Timestamp(time) => {
            writer.string(&decode::json_time(time, span)?).map_err(|e| e.at(span))?;
        }
        Datum::Text(text) => writer.string(&text).map_err(|e| e.at(span))?,
    }
    Ok(())
}

fn emit_number(number: Number, span: Span, writer: &mut Writer) -> Result<()> {
    match number {
        Number::Int(n) => writer.plain(&n.to_compact_string()),
        Number::Uint(n) => writer.plain(&n.to_compact_string()),
        Number::Float(f) if f.is_finite() => writer.plain(&float_text(f)),
        Number::Float(f) => drop(decode::json_float(f, span)?),
    }
    Ok(())
}

/// A finite number. Go: JSON writes whole numbers without a point, so that they come back as integers.
pub fn float_text(f: f64) -> CompactString {
    if f.fract() == 0.0 && f.abs() < 1e15 {
        return (f as i64).to_compact_string();
    }
    match number::parse(&number::json_float(f), false) {
        Some(Number::Int(n)) => n.to_compact_string(),
        Some(Number::Uint(n)) => n.to_compact_string(),
        _ => number::general_float(f).into(),
    }
}
