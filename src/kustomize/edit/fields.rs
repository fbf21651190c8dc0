//! Reading and changing the fields of a kustomization that has the shape Go gives it.
//!
//! Lists and mappings are taken out, changed, and put back; those that are empty then are no longer there.
//!
//! **Invariant:** texts are written so that they stay texts, whatever they look like.

use crate::base::Span;
use crate::kustomize::shape;
use crate::yaml::{Mapping, Node, Scalar, Sequence, Style, Tag, Value};

/// A text that some flag or rule asked for.
pub fn text(value: &str) -> Node {
    shape::string(value, Span::NOWHERE)
}

/// `true`
pub fn on() -> Node {
    plain("true", Tag::Bool)
}

/// A whole number.
pub fn number(value: impl ToString) -> Node {
    plain(&value.to_string(), Tag::Int)
}

fn plain(text: &str, tag: Tag) -> Node {
    Node::new(Scalar { text: text.into(), tag, style: Style::Plain }, Span::NOWHERE)
}

/// The text of a field; empty where it is missing.
pub fn text_of<'n>(node: &'n Node, field: &str) -> &'n str {
    node.get(field).and_then(Node::text).unwrap_or_default()
}

/// Whether a field says `true`.
pub fn is_on(node: &Node, field: &str) -> bool {
    text_of(node, field) == "true"
}

/// Sets a field; takes it away where there is nothing to say.
pub fn set_text(node: &mut Node, field: &str, value: &str) {
    set(node, field, (!value.is_empty()).then(|| text(value)));
}

/// Sets a field, or takes it away.
pub fn set(node: &mut Node, field: &str, value: Option<Node>) {
    let Some(mapping) = node.as_mapping_mut() else { return };
    match value {
        Some(value) => mapping.set(field, value),
        None => drop(mapping.remove(field)),
    }
}

/// Takes a field out.
pub fn take(node: &mut Node, field: &str) -> Option<Node> {
    node.as_mapping_mut()?.remove(field)
}

/// The items of a list; none where it is missing.
pub fn items<'n>(node: &'n Node, field: &str) -> &'n [Node] {
    node.get(field).and_then(Node::as_sequence).map_or(&[], |items| items.as_slice())
}

/// The texts of a list.
pub fn texts<'n>(node: &'n Node, field: &str) -> impl Iterator<Item = &'n str> {
    items(node, field).iter().filter_map(Node::text)
}

/// Takes the items of a list out.
pub fn take_items(node: &mut Node, field: &str) -> Vec<Node> {
    match take(node, field).map(|node| node.value) {
        Some(Value::Sequence(items)) => items.into_items(),
        _ => Vec::new(),
    }
}

/// Puts a list in the place of a field.
pub fn set_items(node: &mut Node, field: &str, items: Vec<Node>) {
    let list = (!items.is_empty()).then(|| Node::new(Sequence::with_items(items), Span::NOWHERE));
    set(node, field, list);
}

/// Adds to the end of a list.
pub fn append(node: &mut Node, field: &str, more: impl IntoIterator<Item = Node>) {
    let mut items = take_items(node, field);
    items.extend(more);
    set_items(node, field, items);
}

/// Takes the entries of a mapping out.
pub fn take_entries(node: &mut Node, field: &str) -> Mapping {
    match take(node, field).map(|node| node.value) {
        Some(Value::Mapping(entries)) => entries,
        _ => Mapping::default(),
    }
}

/// Puts a mapping in the place of a field.
pub fn set_entries(node: &mut Node, field: &str, entries: Mapping) {
    set(node, field, (!entries.is_empty()).then(|| Node::new(entries, Span::NOWHERE)));
}

/// A mapping of fields and texts, without those that are empty.
pub fn object(fields: &[(&str, &str)]) -> Node {
    let mut object = Node::mapping(Span::NOWHERE);
    fields.iter().for_each(|(field, value)| set_text(&mut object, field, value));
    object
}
