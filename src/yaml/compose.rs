//! Events -> a tree of nodes.
//!
//! Almost no document has an alias or a merge key, and one that has none becomes a tree as its
//! events come. At the first alias or `<<` this gives up, and [`alias`] reads the document again.
//!
//! **Invariant:** spans are of the value itself, without its anchor and tag; a block collection
//! reaches from its first key or dash to the end of its last value, a block scalar from its `|`
//! to the end of its last line of text.
//!
//! **Not here:** which part of a text is a document ([`super::read`]).

pub(super) mod alias;
mod tag;

use compact_str::CompactString;

use super::node::{Entry, Mapping, Node, Sequence, Style, Tag};
use super::parse::{Parser, Properties, Shape, Sink, Text};
use super::{Duplicates, MAX_DEPTH, ReadOptions, Schema};
use crate::base::{Diagnostic, Result, Span};

pub(super) enum Composed {
    /// The first document; nothing where there is none.
    Tree(Option<Node>),
    /// There are aliases or merge keys.
    NeedsAliases,
}

/// Reads the first document of what the parser has.
pub(super) fn compose(mut parser: Parser<'_>, options: ReadOptions) -> Result<Composed> {
    let mut composer =
        Composer { options, nodes: Vec::with_capacity(32), open: Vec::with_capacity(8), needs_aliases: false };
    parser.document(&mut composer)?;
    Ok(if composer.needs_aliases { Composed::NeedsAliases } else { Composed::Tree(composer.nodes.pop()) })
}

struct Composer {
    options: ReadOptions,
    /// Values whose collection is still open; in the end, the root.
    nodes: Vec<Node>,
    open: Vec<Open>,
    needs_aliases: bool,
}

/// A collection whose end has not come yet. Its children are on the stack of nodes.
struct Open {
    shape: Shape,
    start: Span,
    /// How many nodes were on the stack before its children.
    base: usize,
}

impl<'a> Sink<'a> for Composer {
    fn scalar(&mut self, text: Text<'a>, style: Style, properties: Properties<'a>, span: Span) -> Result<()> {
        let is_key =
            self.open.last().is_some_and(|o| o.shape.is_mapping && (self.nodes.len() - o.base).is_multiple_of(2));
        let mut scalar = tag::scalar(self.options.schema, text.into(), style, properties, span)?;
        if is_key {
            self.needs_aliases |= scalar.text == "<<" || scalar.tag == Tag::Merge;
            if self.options.schema == Schema::V2 {
                tag::make_json_key(&mut scalar, span)?;
            }
        }
        self.nodes.push(Node::new(scalar, span));
        Ok(())
    }

    fn alias(&mut self, _: &'a str, _: Span) -> Result<()> {
        self.needs_aliases = true;
        Ok(())
    }

    fn start(&mut self, shape: Shape, _: Properties<'a>, start: Span) -> Result<()> {
        self.open.push(Open { shape, start, base: self.nodes.len() });
        if self.open.len() > MAX_DEPTH { Err(depth_error(start)) } else { Ok(()) }
    }

    fn end(&mut self, end: u32) -> Result<()> {
        let Some(Open { shape, start, base }) = self.open.pop() else { return Ok(()) };
        let span = Span { end, ..start };
        if shape.is_flow && self.options.schema == Schema::V3 {
            self.nodes[base..].iter_mut().for_each(mark_empty);
        }
        let mut children = self.nodes.drain(base..);
        let node = if shape.is_mapping {
            let mut entries = Vec::with_capacity(children.len() / 2);
            while let (Some(key), Some(value)) = (children.next(), children.next()) {
                entries.push(Entry { key, value });
            }
            drop(children);
            Node::new(mapping(entries, self.options.duplicates)?, span)
        } else {
            let items: Vec<Node> = children.collect();
            Node::new(Sequence::with_items(items), span)
        };
        self.nodes.push(node);
        Ok(())
    }

    fn has_given_up(&self) -> bool {
        self.needs_aliases
    }
}

impl From<Text<'_>> for CompactString {
    fn from(text: Text<'_>) -> CompactString {
        match text {
            Text::Slice(text) => CompactString::new(text),
            Text::Made(text) => text,
        }
    }
}

/// Go: a null without any text that stands in a flow collection is an empty string once kustomize
/// has printed the object, for the emitter quotes empty scalars there. The quotes are given to it
/// here, the tag stays until then.
fn mark_empty(node: &mut Node) {
    if let Some(scalar) = node.as_scalar_mut()
        && scalar.text.is_empty()
        && scalar.tag == Tag::Null
    {
        scalar.style = Style::SingleQuoted;
    }
}

pub(super) fn depth_error(place: Span) -> Box<Diagnostic> {
    Diagnostic::new("yaml-depth", format!("values are nested more than {MAX_DEPTH} deep")).at(place)
}

/// A mapping of entries as they were written: keys are scalars and none is there twice.
///
/// kustomize: a key that is null and has a text (`~`) is there twice after reading, so it is an
/// error in any case.
fn mapping(entries: Vec<Entry>, duplicates: Duplicates) -> Result<Mapping> {
    let is_bad = |key: &Node| key.as_scalar().is_none_or(|key| key.tag == Tag::Null && !key.text.is_empty());
    if let Some(entry) = entries.iter().find(|e| is_bad(&e.key)) {
        return Err(key_error(&entry.key));
    }
    let mapping = Mapping::from_entries(entries);
    let repeated = if duplicates == Duplicates::Keep { None } else { mapping.repeated_key() };
    let Some((first, second)) = repeated else { return Ok(mapping) };
    match duplicates {
        Duplicates::Keep | Duplicates::Reject => Err(duplicate_error(&mapping, first, second)),
        Duplicates::LastWins => {
            let mut kept = Mapping::default();
            for entry in mapping.into_entries() {
                let at = entry.key.text().and_then(|text| kept.position(text));
                match at.and_then(|at| kept.value_at_mut(at)) {
                    Some(value) => *value = entry.value,
                    None => kept.push(entry.key, entry.value),
                }
            }
            Ok(kept)
        }
    }
}

fn key_error(key: &Node) -> Box<Diagnostic> {
    let kind = if key.is_null() { "null" } else { key.kind_name() };
    Diagnostic::new("yaml-key", format!("a {kind} cannot be a key"))
        .at(key.span)
        .help("quote it if it is text, as templates such as `{{ name }}` have to be")
}

fn duplicate_error(mapping: &Mapping, first: usize, second: usize) -> Box<Diagnostic> {
    let span = |at| mapping.entry_at(at).map_or(Span::NOWHERE, |e| e.key.span);
    let key = mapping.entry_at(second).and_then(|e| e.key.text()).unwrap_or_default();
    Diagnostic::new("yaml-duplicate-key", format!("the key `{key}` is there twice"))
        .label(span(second), "")
        .label(span(first), "it is already set here")
        .help("remove one of them")
}
