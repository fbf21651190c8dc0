//! Values from files and flags, merged in Helm's order.
//!
//! Source: pkg/cli/values/options.go, LoadValues and MergeMaps in pkg/chart/v2/loader/load.go.
//!
//! **Invariant:** each entry has the place that set it: in a file of values, or in the argument of a flag.
//! **Not here:** what a chart brings along ([`super::coalesce`]).

mod methods;
mod options;
mod path;
#[cfg(test)]
mod tests;
mod text;

pub use methods::values_method;
pub use options::{Files, ValueOptions, merge_options, shown};
pub use path::{Missing, path_value, table};
pub use text::ValuesText;

use std::borrow::Cow;

use crate::base::{Diagnostic, Result, SourceId};
use crate::gotmpl::{Entry, Map, Type, Value};
use crate::helm::from_yaml::map_of;
use crate::yaml::{self, Document, Node, ReadOptions, jsonable};

/// Reads a file of values; of several documents the later ones are merged over the earlier.
/// Go: LoadValues.
pub fn read(source: SourceId, text: &[u8]) -> Result<Map> {
    merged(&documents(source, text)?)
}

fn documents(source: SourceId, text: &[u8]) -> Result<Vec<Document>> {
    let text = ended(text);
    yaml::read(source, &text, options_for(&text))
}

fn merged(documents: &[Document]) -> Result<Map> {
    let mut roots = documents.iter().filter_map(|document| document.root.as_ref());
    roots.try_fold(Map::new(Type::Map), |values, root| {
        let mapping = root.as_mapping().ok_or_else(|| not_a_mapping(root))?;
        Ok(merge_maps(&values, &map_of(mapping)?))
    })
}

/// Whether a text has the byte order mark of UTF-16.
fn is_utf16(text: &[u8]) -> bool {
    text.starts_with(&[0xff, 0xfe]) || text.starts_with(&[0xfe, 0xff])
}

/// Helm: lines are cut, and ended, at bytes, so that in UTF-16 a text must end with the very byte of a newline.
fn ended(text: &[u8]) -> Cow<'_, [u8]> {
    match is_utf16(text) && !text.ends_with(b"\n") {
        true => Cow::Owned([text, b"\n"].concat()),
        false => Cow::Borrowed(text),
    }
}

/// Helm: the lines between documents are known by bytes as well. In UTF-16 there are none, and the first document counts.
fn options_for(text: &[u8]) -> ReadOptions {
    if is_utf16(text) { ReadOptions::config() } else { ReadOptions::values() }
}

fn not_a_mapping(root: &Node) -> Box<Diagnostic> {
    let kind = match jsonable::kind_of(root) {
        "a list" => "array",
        "a boolean" => "bool",
        "a number" => "number",
        _ => "string",
    };
    let message = format!(
        "cannot unmarshal yaml document: error unmarshaling JSON: while decoding JSON: \
         json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}"
    );
    Diagnostic::new("values-not-a-mapping", message).at(root.span).help("values are a mapping: `name: value`")
}

/// What is in either map; where both have a map, these merged; else the second wins. Go: MergeMaps.
pub fn merge_maps(a: &Map, b: &Map) -> Map {
    let mut out = a.entries().clone();
    for (key, entry) in b.entries().iter() {
        let merged = match (out.get(key).map(|entry| &entry.value), &entry.value) {
            (Some(Value::Map(a)), Value::Map(b)) => Value::Map(merge_maps(a, b).into()),
            _ => entry.value.clone(),
        };
        out.insert(key.clone(), Entry { value: merged, span: entry.span });
    }
    Map::from_entries(Type::Map, out)
}
