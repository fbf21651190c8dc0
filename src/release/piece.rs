//! What was printed, in pieces that stay the same from revision to revision: a document each.

use std::ops::Range;

use sha2::{Digest, Sha256};

use crate::base::{Result, Sources};
use crate::diff::secrets::{self, Known};
use crate::diff::{Object, Value};
use crate::k8s::read::flatten_objects;
use crate::yaml::{ReadOptions, read};

/// A document as it was printed, and the objects in it.
pub struct Piece {
    pub text: String,
    pub objects: Vec<Object>,
}

/// Takes a text apart; put together again the pieces are the text.
///
/// Errors: it is no UTF-8, no YAML, or holds something that is no object.
pub fn split(sources: &Sources, name: &str, text: &[u8]) -> Result<Vec<Piece>> {
    let source = sources.add(name, text);
    // Errors with their places in the whole.
    let documents = read(source, text, ReadOptions::values())?;
    flatten_objects(documents.into_iter().filter_map(|document| document.root).collect())?;
    let text = String::from_utf8_lossy(text);
    let piece = |range: Range<usize>| {
        let text = &text[range];
        let documents = read(source, text.as_bytes(), ReadOptions::values())?;
        let roots = documents.into_iter().filter_map(|document| document.root).collect();
        let objects = flatten_objects(roots)?.into_iter().map(Object::new).collect();
        Ok(Piece { text: text.to_owned(), objects })
    };
    starts(&text).map(piece).collect()
}

/// Where documents begin and end: each with the line `---` before it.
fn starts(text: &str) -> impl Iterator<Item = Range<usize>> {
    let is_mark = |at: usize| text[at..].starts_with("---") && text[at + 3..].starts_with(['\n', '\r', ' ', '\t']);
    let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
    let mut starts: Vec<usize> =
        std::iter::once(0).chain(breaks.filter(|at| *at < text.len() && is_mark(*at))).collect();
    starts.push(text.len());
    let ranges: Vec<Range<usize>> =
        starts.windows(2).map(|pair| pair[0]..pair[1]).filter(|range| !range.is_empty()).collect();
    ranges.into_iter()
}

impl Piece {
    /// Whether it holds values of Secrets, its own or others'.
    pub fn is_secret(&self, known: &Known) -> bool {
        known.is_in(&self.text) || self.objects.iter().any(|object| object.id.is_secret() || holds_secret(object))
    }

    /// What the cluster knows the objects in it by, in 16 digits.
    pub fn identity(&self) -> String {
        let mut hasher = Sha256::new();
        for object in &self.objects {
            let id = &object.id;
            for part in [&id.kind, &id.group, &id.namespace, &id.name] {
                hasher.update(part.as_bytes());
                hasher.update([0]);
            }
        }
        hasher.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The objects with marks in the place of values of Secrets, as YAML.
    ///
    /// Errors: an object that has no JSON form.
    pub fn masked(&self, known: &Known, tell_apart: &dyn Fn(&[u8]) -> String) -> Result<String> {
        let mut text = String::new();
        for object in &self.objects {
            let mut value = Value::of_node(&object.node)?;
            secrets::mark(&mut value, known, tell_apart);
            text.push_str("---\n");
            text.push_str(&value.to_yaml());
        }
        Ok(text)
    }
}

/// A Secret inside of another object.
fn holds_secret(object: &Object) -> bool {
    Value::of_node(&object.node).is_ok_and(|value| secrets::holds_secret(&value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_the_text_again() {
        let texts = [
            "",
            "kind: A\nmetadata: {name: a}\n",
            "---\n# Source: x\nkind: A\nmetadata: {name: a}\n---\nkind: B\nmetadata: {name: b}\ndata: |\n  x\n  ---\n  y\n",
            "kind: A\nmetadata: {name: a}\n---\n# nothing\n---\nkind: B\nmetadata: {name: b}\n--- \n",
        ];
        for (text, count) in texts.into_iter().zip([0, 1, 2, 4]) {
            let pieces = split(&Sources::new(), "x", text.as_bytes()).expect("are manifests");
            assert_eq!(pieces.iter().map(|piece| piece.text.as_str()).collect::<String>(), text);
            assert_eq!(pieces.len(), count, "{text}");
        }
        assert!(split(&Sources::new(), "x", b"just text\n").is_err());
    }
}
