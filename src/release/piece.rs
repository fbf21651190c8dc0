//! What was printed, in pieces that stay the same from revision to revision: a document each.

use sha2::{Digest, Sha256};

use crate::base::{Diagnostic, Result, Sources, hex};
use crate::diff::secrets::{self, Known};
use crate::diff::{Object, Value};
use crate::k8s::read::flatten_objects;
use crate::yaml::{ReadOptions, read};

/// A document as it was printed, and the objects in it.
pub struct Piece {
    pub text: String,
    pub objects: Vec<Object>,
}

/// Takes a text apart where its documents end, the line `---` going to the document behind it; put together again
/// the pieces are the text.
///
/// Errors: it is no UTF-8, no YAML, or holds something that is no object.
pub fn split(sources: &Sources, name: &str, text: &[u8]) -> Result<Vec<Piece>> {
    let source = sources.add(name, text);
    let documents = read(source, text, ReadOptions::values())?;
    let text = std::str::from_utf8(text)
        .map_err(|_| Diagnostic::new("release-text", format!("`{name}` is not UTF-8")).help("write it as UTF-8"))?;
    let mut end = 0;
    let mut pieces = Vec::with_capacity(documents.len() + 1);
    for document in documents {
        let start = std::mem::replace(&mut end, document.span.end as usize);
        let roots = document.root.into_iter().collect();
        let text = text.get(start..end).unwrap_or_default().to_owned();
        pieces.push(
            flatten_objects(roots)
                .map(|objects| Piece { text, objects: objects.into_iter().map(Object::new).collect() }),
        );
    }
    let mut pieces = Diagnostic::all(pieces)?;
    let rest = text.get(end..).unwrap_or_default();
    pieces.push(Piece { text: rest.to_owned(), objects: Vec::new() });
    pieces.retain(|piece| !piece.text.is_empty());
    Ok(pieces)
}

impl Piece {
    /// Whether it holds values of Secrets, its own or others'.
    pub fn is_secret(&self, known: &Known) -> bool {
        known.is_in(&self.text)
            || self.objects.iter().any(|object| object.id.is_secret() || secrets::holds_secret(&object.node))
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
        hex(&hasher.finalize()[..8])
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
