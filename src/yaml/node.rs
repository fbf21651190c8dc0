//! The tree that every transformer works on.
//!
//! A scalar keeps its text as written, its tag and its style: what it *is* (null, number, text …)
//! follows from these by the resolver's rules, and setters may leave the tag open as kustomize's do.
//!
//! **Invariant:** aliases and merge keys are expanded before a tree is handed out, so a tree is
//! a tree; nesting is at most [`super::MAX_DEPTH`] where it came from a text.

use compact_str::CompactString;

use crate::base::Span;

/// One value and the text that a person would edit to change it.
#[derive(Debug)]
pub struct Node {
    pub value: Value,
    pub span: Span,
    /// Which nodes of the same tree change together with this one.
    pub twin: Twin,
}

/// Ties nodes of one tree together that the reference tool keeps as one node in memory, so that
/// what is written over one of them is written over all: the same label set in several places
/// (`k8s::twins` has the rules). A copy of a node is nobody's twin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Twin(u32);

#[derive(Clone, Debug)]
pub enum Value {
    Scalar(Scalar),
    Sequence(Sequence),
    Mapping(Mapping),
}

/// A leaf: text, and how to read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    pub text: CompactString,
    pub tag: Tag,
    pub style: Style,
}

/// What a scalar is. The parser sets it by the resolver it was told to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tag {
    /// Made by a setter that did not say: to be resolved from text and style when it is written.
    Open,
    Null,
    Bool,
    Int,
    Float,
    Timestamp,
    Str,
    Binary,
    /// The plain `<<` key.
    Merge,
    /// An application's own (`!foo`): read as a string.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
    Folded,
}

/// A list. Its own type so that dropping a deep tree does not recurse.
#[derive(Clone, Debug, Default)]
pub struct Sequence {
    items: Vec<Node>,
}

/// Keys and values in the order of the text, with look-up by key that does not scan once a
/// mapping is large. Keys may be any node; look-up finds scalar keys by their text.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    entries: Vec<Entry>,
    /// Key text -> position, once there are more than [`INDEX_FROM`] entries. The first of equal keys.
    index: Option<Box<Index>>,
}

#[derive(Clone, Debug)]
pub struct Entry {
    pub key: Node,
    pub value: Node,
}

type Index = hashbrown::HashMap<CompactString, u32, foldhash::fast::FixedState>;

/// Below this a scan over the keys is faster than hashing one.
const INDEX_FROM: usize = 24;

impl Twin {
    pub const NONE: Twin = Twin(0);
    const WRITTEN: u32 = 1 << 31;

    /// The tie with a number of its own among those of a tree, from 1.
    pub fn numbered(number: u32) -> Twin {
        Twin(number & !Twin::WRITTEN)
    }

    /// Zero where there is no tie.
    pub fn number(self) -> u32 {
        self.0 & !Twin::WRITTEN
    }

    /// Something was written here that the twins do not have yet.
    pub fn is_written(self) -> bool {
        self.0 & Twin::WRITTEN != 0
    }
}

impl Node {
    pub fn new(value: impl Into<Value>, span: Span) -> Node {
        Node { value: value.into(), span, twin: Twin::NONE }
    }

    /// Puts another value in the place of this one; its twins are to follow (`Resource::settle_twins`).
    pub fn overwrite(&mut self, new: Node) {
        self.value = new.value;
        self.span = new.span;
        if self.twin != Twin::NONE {
            self.twin = Twin(self.twin.0 | Twin::WRITTEN);
        }
    }

    /// A string: tag `Str`, so that it is quoted where it would read as something else.
    pub fn string(text: impl Into<CompactString>, span: Span) -> Node {
        Node::new(Scalar { text: text.into(), tag: Tag::Str, style: Style::Plain }, span)
    }

    /// A plain scalar whose meaning is left to its text (`Tag::Open`).
    pub fn plain(text: impl Into<CompactString>, span: Span) -> Node {
        Node::new(Scalar { text: text.into(), tag: Tag::Open, style: Style::Plain }, span)
    }

    pub fn null(span: Span) -> Node {
        Node::new(Scalar { text: "null".into(), tag: Tag::Null, style: Style::Plain }, span)
    }

    pub fn mapping(span: Span) -> Node {
        Node::new(Mapping::default(), span)
    }

    pub fn sequence(span: Span) -> Node {
        Node::new(Sequence::default(), span)
    }

    pub fn as_scalar(&self) -> Option<&Scalar> {
        if let Value::Scalar(s) = &self.value { Some(s) } else { None }
    }

    pub fn as_scalar_mut(&mut self) -> Option<&mut Scalar> {
        if let Value::Scalar(s) = &mut self.value { Some(s) } else { None }
    }

    pub fn as_mapping(&self) -> Option<&Mapping> {
        if let Value::Mapping(m) = &self.value { Some(m) } else { None }
    }

    pub fn as_mapping_mut(&mut self) -> Option<&mut Mapping> {
        if let Value::Mapping(m) = &mut self.value { Some(m) } else { None }
    }

    pub fn as_sequence(&self) -> Option<&Sequence> {
        if let Value::Sequence(s) = &self.value { Some(s) } else { None }
    }

    pub fn as_sequence_mut(&mut self) -> Option<&mut Sequence> {
        if let Value::Sequence(s) = &mut self.value { Some(s) } else { None }
    }

    /// The text of a scalar, whatever it is; `None` for lists and maps.
    pub fn text(&self) -> Option<&str> {
        self.as_scalar().map(|s| s.text.as_str())
    }

    pub fn is_null(&self) -> bool {
        self.as_scalar().is_some_and(|s| s.tag == Tag::Null)
    }

    /// Null, an empty mapping, an empty sequence or an empty untagged text.
    /// Go: RNode.IsNilOrEmpty (kyaml/yaml/types.go IsYNodeNilOrEmpty).
    pub fn is_nil_or_empty(&self) -> bool {
        match &self.value {
            Value::Scalar(s) => s.tag == Tag::Null,
            Value::Sequence(s) => s.is_empty(),
            Value::Mapping(m) => m.is_empty(),
        }
    }

    /// Follows mapping keys; `None` where one is missing or the way is not a mapping.
    pub fn lookup(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.as_mapping()?.get(key))
    }

    pub fn lookup_mut(&mut self, path: &[&str]) -> Option<&mut Node> {
        path.iter().try_fold(self, |node, key| node.as_mapping_mut()?.get_mut(key))
    }

    /// The value of a key if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_mapping()?.get(key)
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.as_mapping_mut()?.get_mut(key)
    }

    /// `mapping`, `sequence` or `scalar`, for messages.
    pub fn kind_name(&self) -> &'static str {
        match self.value {
            Value::Scalar(_) => "scalar",
            Value::Sequence(_) => "sequence",
            Value::Mapping(_) => "mapping",
        }
    }
}

impl Clone for Node {
    fn clone(&self) -> Node {
        Node { value: self.value.clone(), span: self.span, twin: Twin::NONE }
    }
}

/// Equal in meaning as far as text, tags and order go; spans and styles do not count.
impl PartialEq for Node {
    fn eq(&self, other: &Node) -> bool {
        match (&self.value, &other.value) {
            (Value::Scalar(a), Value::Scalar(b)) => a.text == b.text && a.tag == b.tag,
            (Value::Sequence(a), Value::Sequence(b)) => a.items == b.items,
            (Value::Mapping(a), Value::Mapping(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(x, y)| x.key == y.key && x.value == y.value)
            }
            _ => false,
        }
    }
}

impl From<Scalar> for Value {
    fn from(s: Scalar) -> Value {
        Value::Scalar(s)
    }
}

impl From<Sequence> for Value {
    fn from(s: Sequence) -> Value {
        Value::Sequence(s)
    }
}

impl From<Mapping> for Value {
    fn from(m: Mapping) -> Value {
        Value::Mapping(m)
    }
}

impl Sequence {
    pub fn with_items(items: Vec<Node>) -> Sequence {
        Sequence { items }
    }

    pub fn into_items(mut self) -> Vec<Node> {
        std::mem::take(&mut self.items)
    }
}

impl std::ops::Deref for Sequence {
    type Target = Vec<Node>;
    fn deref(&self) -> &Vec<Node> {
        &self.items
    }
}

impl std::ops::DerefMut for Sequence {
    fn deref_mut(&mut self) -> &mut Vec<Node> {
        &mut self.items
    }
}

impl Mapping {
    pub fn with_capacity(n: usize) -> Mapping {
        Mapping { entries: Vec::with_capacity(n), index: None }
    }

    /// From entries as they stand; equal keys are kept.
    pub fn from_entries(entries: Vec<Entry>) -> Mapping {
        let mut mapping = Mapping { entries, index: None };
        mapping.reindex();
        mapping
    }

    pub fn into_entries(mut self) -> Vec<Entry> {
        std::mem::take(&mut self.entries)
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.entries.iter()
    }

    /// Values may be changed freely, keys must not be (use [`Mapping::rename`]).
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&Node, &mut Node)> {
        self.entries.iter_mut().map(|e| (&e.key, &mut e.value))
    }

    /// The positions of the first two scalar keys with the same text.
    pub(super) fn repeated_key(&self) -> Option<(usize, usize)> {
        match &self.index {
            Some(index) if index.len() == self.entries.len() => None,
            Some(_) => (1..self.entries.len()).find_map(|at| {
                let first = self.position(self.entries[at].key.text()?)?;
                (first < at).then_some((first, at))
            }),
            None => {
                let mut seen = [None; INDEX_FROM];
                self.entries.iter().enumerate().find_map(|(at, entry)| {
                    let text = entry.key.text()?;
                    seen[at] = Some(text);
                    seen[..at].iter().position(|known| *known == Some(text)).map(|first| (first, at))
                })
            }
        }
    }

    /// Keys and values in turn. What the keys say must stay.
    pub(super) fn nodes_mut(&mut self) -> impl Iterator<Item = &mut Node> {
        self.entries.iter_mut().flat_map(|entry| [&mut entry.key, &mut entry.value])
    }

    pub fn position(&self, key: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(key).map(|at| *at as usize),
            None => self.entries.iter().position(|entry| entry.has_key(key)),
        }
    }

    pub fn contains(&self, key: &str) -> bool {
        self.position(key).is_some()
    }

    pub fn get(&self, key: &str) -> Option<&Node> {
        self.position(key).map(|at| &self.entries[at].value)
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.position(key).map(|at| &mut self.entries[at].value)
    }

    pub fn entry_at(&self, at: usize) -> Option<&Entry> {
        self.entries.get(at)
    }

    pub fn value_at_mut(&mut self, at: usize) -> Option<&mut Node> {
        self.entries.get_mut(at).map(|e| &mut e.value)
    }

    /// Sets a key's value in place, or appends the key (a string without a place of its own).
    pub fn set(&mut self, key: &str, value: Node) {
        match self.position(key) {
            Some(at) => self.entries[at].value = value,
            None => self.push(Node::string(key, value.span), value),
        }
    }

    /// Appends without looking for an equal key.
    pub fn push(&mut self, key: Node, value: Node) {
        self.entries.push(Entry { key, value });
        match &mut self.index {
            Some(index) => {
                let at = self.entries.len() - 1;
                if let Some(text) = self.entries[at].key.as_scalar().map(|s| s.text.clone()) {
                    index.entry(text).or_insert(at as u32);
                }
            }
            None if self.entries.len() > INDEX_FROM => self.reindex(),
            None => {}
        }
    }

    /// Puts an entry before position `at`; cost linear in the mapping's size.
    pub fn insert_at(&mut self, at: usize, key: Node, value: Node) {
        self.entries.insert(at, Entry { key, value });
        self.reindex();
    }

    /// Removes a key and keeps the order of the others; cost linear in the mapping's size.
    pub fn remove(&mut self, key: &str) -> Option<Node> {
        let at = self.position(key)?;
        let entry = self.entries.remove(at);
        self.reindex();
        Some(entry.value)
    }

    pub fn retain(&mut self, mut keep: impl FnMut(&Entry) -> bool) {
        let before = self.entries.len();
        self.entries.retain(|e| keep(e));
        if self.entries.len() != before {
            self.reindex();
        }
    }

    /// Gives the entry at a position another key.
    pub fn rename(&mut self, at: usize, key: Node) {
        if let Some(entry) = self.entries.get_mut(at) {
            entry.key = key;
            self.reindex();
        }
    }

    pub fn clear(&mut self) {
        self.entries.clear();
        self.index = None;
    }

    fn reindex(&mut self) {
        self.index = None;
        if self.entries.len() > INDEX_FROM {
            let mut index = Index::with_capacity_and_hasher(self.entries.len(), foldhash::fast::FixedState::default());
            for (at, entry) in self.entries.iter().enumerate() {
                if let Value::Scalar(s) = &entry.key.value {
                    index.entry(s.text.clone()).or_insert(at as u32);
                }
            }
            self.index = Some(Box::new(index));
        }
    }
}

impl Entry {
    /// Whether the key is a scalar with this text. Most keys differ in their length or first byte, which is
    /// seen without a call.
    #[inline]
    fn has_key(&self, key: &str) -> bool {
        let Some(text) = self.key.text() else { return false };
        text.len() == key.len() && text.as_bytes().first() == key.as_bytes().first() && text == key
    }
}

impl<'a> IntoIterator for &'a Mapping {
    type Item = &'a Entry;
    type IntoIter = std::slice::Iter<'a, Entry>;
    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter()
    }
}

// Dropping by hand: what the compiler would make recurses, and ten thousand nested lists, which
// are legal input, would overflow the stack of a test or of a library user's thread.

impl Drop for Sequence {
    fn drop(&mut self) {
        drop_flat(self.items.iter_mut());
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        drop_flat(self.nodes_mut());
    }
}

/// Empties a collection of what is nested more than one level deep; the compiler's way will do for the rest.
fn drop_flat<'n>(nodes: impl Iterator<Item = &'n mut Node>) {
    let mut pending = Vec::new();
    take_deep(nodes, &mut pending);
    while let Some(mut value) = pending.pop() {
        match &mut value {
            Value::Scalar(_) => {}
            Value::Sequence(s) => take_deep(s.items.iter_mut(), &mut pending),
            Value::Mapping(m) => take_deep(m.nodes_mut(), &mut pending),
        }
    }
}

/// Takes the values that hold collections out of their nodes.
fn take_deep<'n>(nodes: impl Iterator<Item = &'n mut Node>, pending: &mut Vec<Value>) {
    let is_nested = |node: &Node| !matches!(node.value, Value::Scalar(_));
    for node in nodes {
        let is_deep = match &node.value {
            Value::Scalar(_) => false,
            Value::Sequence(s) => s.items.iter().any(is_nested),
            Value::Mapping(m) => m.entries.iter().any(|entry| is_nested(&entry.value) || is_nested(&entry.key)),
        };
        if is_deep {
            pending.push(std::mem::replace(&mut node.value, Value::Sequence(Sequence::default())));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_stays_small() {
        assert_eq!(std::mem::size_of::<Node>(), 56);
    }

    #[test]
    fn look_up_finds_the_first_of_equal_keys_in_small_and_large_mappings() {
        for filler in [0, 100] {
            let mut m = Mapping::default();
            m.push(Node::string("k", Span::NOWHERE), Node::string("first", Span::NOWHERE));
            for i in 0..filler {
                m.push(Node::string(format!("f{i}"), Span::NOWHERE), Node::null(Span::NOWHERE));
            }
            m.push(Node::string("k", Span::NOWHERE), Node::string("second", Span::NOWHERE));
            assert_eq!(m.get("k").and_then(Node::text), Some("first"));
            assert_eq!(m.remove("k").as_ref().and_then(Node::text), Some("first"));
            assert_eq!(m.get("k").and_then(Node::text), Some("second"));
        }
    }

    #[test]
    fn dropping_a_deep_tree_does_not_recurse() {
        let mut node = Node::null(Span::NOWHERE);
        for i in 0..1_000_000 {
            node = if i % 2 == 0 {
                Node::new(Sequence::with_items(vec![node]), Span::NOWHERE)
            } else {
                let mut m = Mapping::default();
                m.push(Node::string("k", Span::NOWHERE), node);
                Node::new(m, Span::NOWHERE)
            };
        }
        drop(node);
    }
}
