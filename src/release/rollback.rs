//! The content of revisions, and how an old one becomes the newest again.

use age::x25519::Identity;

use super::append::{About, Content, End, New, Recorded, append};
use super::history;
use super::pack::Reader;
use super::piece::split;
use super::revision::Revision;
use super::seal::Keys;
use super::store::Store;
use super::tip::tip;
use crate::base::{Diagnostic, Result, Sources};
use crate::diff::Object;
use crate::yaml::{Mapping, Node};

/// Reads what revisions hold.
pub struct Contents<'s> {
    pub store: &'s dyn Store,
    pub keys: Option<&'s Keys>,
    pub identities: &'s [Identity],
}

impl Contents<'_> {
    /// What was printed, to the byte.
    ///
    /// Errors: a part is damaged; values of Secrets are sealed to others, or were left out.
    pub fn text(&self, of: &Revision) -> Result<String> {
        let mut reader = Reader::new(self.store, self.keys, self.identities);
        let mut text = String::new();
        for place in history::places(self.store, of)? {
            text.push_str(&reader.text(&place)?.ok_or_else(|| sealed(of))?);
        }
        Ok(text)
    }

    /// The objects, for comparing: without an identity that opens them, Secrets have marks in the place of values.
    ///
    /// Errors: a part is damaged.
    pub fn objects(&self, of: &Revision, sources: &Sources) -> Result<Vec<Object>> {
        let mut reader = Reader::new(self.store, self.keys, self.identities);
        let mut objects = Vec::new();
        let name = format!("{}@{}", of.name, of.number);
        for place in history::places(self.store, of)? {
            let text = match reader.text(&place)? {
                Some(text) => text,
                None => reader.known_text(&place)?,
            };
            objects.extend(split(sources, &name, text.as_bytes())?.into_iter().flat_map(|piece| piece.objects));
        }
        Ok(objects)
    }
}

fn sealed(of: &Revision) -> Box<Diagnostic> {
    let message = format!("revision {} of `{}` holds values of Secrets that cannot be read here", of.number, of.name);
    Diagnostic::new("release-sealed", message)
        .help("name an identity that opens them (`KZ_IDENTITY`); with `--no-secrets` they were not kept")
}

/// Appends a revision with the content of an old one.
///
/// Errors: those of the store. Then nothing was recorded.
pub fn roll_back(store: &dyn Store, to: &Revision, about: &About) -> Result<Recorded> {
    let content = Content {
        hash: to.content.clone(),
        secrets: to.secrets.clone(),
        text: to.text.clone(),
        rollback_of: Some(to.number),
    };
    let mut make = |_: &End| {
        let layer = history::layers(store, to)?.pop();
        let (places, inputs) = layer.map(|layer| (layer.places, layer.inputs)).unwrap_or_default();
        Ok(New { places, needed: Vec::new(), inputs })
    };
    append(store, &to.name, tip(store, &to.name)?, &content, about, &mut make)
}

/// Of objects that one side has and the other does not: what `kubectl delete -f -` needs to know of them.
pub fn removed(before: &[Object], after: &[Object]) -> Vec<Node> {
    let kept: std::collections::HashSet<_> = after.iter().map(|object| &object.id).collect();
    before.iter().filter(|object| !kept.contains(&object.id)).map(head).collect()
}

/// Kind and name of an object.
fn head(object: &Object) -> Node {
    let span = object.node.span;
    let field = |mapping: &mut Mapping, key: &str, value: Option<&Node>| {
        if let Some(value) = value {
            mapping.push(Node::string(key, span), value.clone());
        }
    };
    let mut metadata = Mapping::default();
    field(&mut metadata, "name", object.node.lookup(&["metadata", "name"]));
    field(&mut metadata, "namespace", object.node.lookup(&["metadata", "namespace"]));
    let mut root = Mapping::default();
    field(&mut root, "apiVersion", object.node.get("apiVersion"));
    field(&mut root, "kind", object.node.get("kind"));
    root.push(Node::string("metadata", span), Node::new(metadata, span));
    Node::new(root, span)
}
