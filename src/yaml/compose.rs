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

use super::node::{Entry, Mapping, Node, Sequence, Style, Tag};
use super::parse::{Event, Parser};
use super::{Duplicates, MAX_DEPTH, ReadOptions, Schema};
use crate::base::{Diagnostic, Result, Span};

pub(super) enum Composed {
    /// The first document; nothing where there is none.
    Tree(Option<Node>),
    /// There are aliases or merge keys.
    NeedsAliases,
}

/// A collection whose end has not come yet. Its children are on the stack of nodes.
struct Open {
    is_mapping: bool,
    is_flow: bool,
    start: usize,
    /// How many nodes were on the stack before its children.
    base: usize,
}

/// Reads the first document of what the parser has.
pub(super) fn compose(parser: &mut Parser<'_>, options: ReadOptions) -> Result<Composed> {
    if let Event::StreamEnd = parser.next()? {
        return Ok(Composed::Tree(None));
    }
    let mut nodes: Vec<Node> = Vec::with_capacity(64);
    let mut open: Vec<Open> = Vec::with_capacity(16);
    loop {
        match parser.next()? {
            Event::Scalar { text, style, properties, start, end } => {
                let is_key = open.last().is_some_and(|o| o.is_mapping && (nodes.len() - o.base).is_multiple_of(2));
                let span = parser.span(start, end);
                let text = text.into_text();
                let mut scalar = tag::scalar(options.schema, text, style, properties, span)?;
                if is_key && (scalar.text == "<<" || scalar.tag == Tag::Merge) {
                    return Ok(Composed::NeedsAliases);
                }
                if is_key && options.schema == Schema::V2 {
                    tag::make_json_key(&mut scalar, span)?;
                }
                nodes.push(Node::new(scalar, span));
            }
            Event::MappingStart { start, is_flow, .. } => {
                open.push(Open { is_mapping: true, is_flow, start, base: nodes.len() });
                check_depth(parser, open.len(), start)?;
            }
            Event::SequenceStart { start, is_flow, .. } => {
                open.push(Open { is_mapping: false, is_flow, start, base: nodes.len() });
                check_depth(parser, open.len(), start)?;
            }
            Event::MappingEnd { end } => {
                let Some(Open { start, base, is_flow, .. }) = open.pop() else { continue };
                if is_flow && options.schema == Schema::V3 {
                    nodes[base..].iter_mut().for_each(mark_empty);
                }
                let mut entries = Vec::with_capacity((nodes.len() - base) / 2);
                let mut children = nodes.drain(base..);
                while let (Some(key), Some(value)) = (children.next(), children.next()) {
                    entries.push(Entry { key, value });
                }
                drop(children);
                let span = parser.span(start, end);
                nodes.push(Node::new(mapping(entries, options.duplicates)?, span));
            }
            Event::SequenceEnd { end } => {
                let Some(Open { start, base, is_flow, .. }) = open.pop() else { continue };
                if is_flow && options.schema == Schema::V3 {
                    nodes[base..].iter_mut().for_each(mark_empty);
                }
                let items: Vec<Node> = nodes.drain(base..).collect();
                nodes.push(Node::new(Sequence::with_items(items), parser.span(start, end)));
            }
            Event::Alias { .. } => return Ok(Composed::NeedsAliases),
            Event::DocumentStart => {}
            Event::DocumentEnd | Event::StreamEnd => return Ok(Composed::Tree(nodes.pop())),
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

fn check_depth(parser: &Parser<'_>, depth: usize, pos: usize) -> Result<()> {
    if depth > MAX_DEPTH { Err(depth_error(parser.span(pos, pos + 1))) } else { Ok(()) }
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
