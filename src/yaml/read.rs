//! Texts -> documents: the door of the reader.
//!
//! Which part of a text is a document is decided before YAML is read, by the tool: kustomize
//! cuts resource files at lines that start with `---`, and reads one document of each piece;
//! everything else reads one document of the whole.
//!
//! **Not here:** what kind of object a document holds.

use super::Schema;
use super::compose::{self, Composed};
use super::input::Input;
use super::node::{Node, Value};
use super::parse::Parser;
use crate::base::stack::with_deep_stack;
use crate::base::{Diagnostic, Result, SourceId, Span, bytes};

/// How to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadOptions {
    /// The rules for plain scalars, and with them for aliases, merge keys and what keys may be:
    /// with [`Schema::V2`] keys become strings as `sigs.k8s.io/yaml` makes them on the way to
    /// JSON, with [`Schema::V3`] they keep their tags.
    pub schema: Schema,
    pub duplicates: Duplicates,
    pub documents: Documents,
}

/// What becomes of a key that a mapping has twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duplicates {
    Reject,
    /// Stays there twice: look-up finds the first, and writing is an error.
    Keep,
    LastWins,
}

/// Which documents of a text are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Documents {
    /// The first; what follows it is not even looked at.
    First,
    /// All that are separated by lines that start with `---`.
    Separated,
    /// The same by the rules of Kubernetes' YAMLReader, which asks of every such line that nothing but a
    /// comment follows.
    Stream,
}

/// One document.
#[derive(Clone, Debug)]
pub struct Document {
    /// `None` where it is empty or null.
    pub root: Option<Node>,
    /// The piece of the source that it was read from.
    pub span: Span,
}

impl ReadOptions {
    /// As kustomize reads resources and patches (kyaml's `kio.FromBytes`). It looks for keys that are there
    /// twice when it prints: in a patch, or in what is dropped, they do no harm.
    pub const fn resource() -> ReadOptions {
        ReadOptions { schema: Schema::V3, duplicates: Duplicates::Keep, documents: Documents::Separated }
    }

    /// As Helm reads files of values, which may have several documents.
    pub const fn values() -> ReadOptions {
        ReadOptions { documents: Documents::Stream, ..ReadOptions::config() }
    }

    /// As `sigs.k8s.io/yaml` reads: the kustomization file, Helm's values, JSON patches.
    pub const fn config() -> ReadOptions {
        ReadOptions { schema: Schema::V2, duplicates: Duplicates::LastWins, documents: Documents::First }
    }
}

/// Reads a text that is known by `source` into its documents, empty ones among them. With
/// [`Documents::First`] there is exactly one.
///
/// Errors: `yaml-syntax` and the other `yaml-` codes of the parts of the reader, each with a
/// label at the place.
pub fn read(source: SourceId, text: &[u8], options: ReadOptions) -> Result<Vec<Document>> {
    let input = Input::new(text, source)?;
    let input = if options.documents == Documents::First { input } else { input.without_carriage_returns() };
    let result = read_text(&input.text, source, options);
    if !input.is_rewritten() {
        return result;
    }
    let place = |span: &mut Span| {
        if span.source == source {
            *span = Span::new(source, input.offset(span.start as usize), input.offset(span.end as usize));
        }
    };
    match result {
        Ok(mut documents) => {
            with_deep_stack(|| {
                for document in &mut documents {
                    place(&mut document.span);
                    if let Some(root) = &mut document.root {
                        move_spans(root, &place);
                    }
                }
            });
            Ok(documents)
        }
        Err(mut error) => {
            error.labels.iter_mut().for_each(|label| place(&mut label.span));
            Err(error)
        }
    }
}

fn read_text(text: &str, source: SourceId, options: ReadOptions) -> Result<Vec<Document>> {
    let pieces = match options.documents {
        Documents::First => vec![(0, text.len())],
        Documents::Separated => separate(text, source)?,
        Documents::Stream => separate_stream(text, source)?,
    };
    pieces
        .into_iter()
        .map(|(start, end)| {
            let root = read_piece(&text[..end], start, source, options)?.filter(|root| !root.is_null());
            Ok(Document { root, span: Span::new(source, start, end) })
        })
        .collect()
}

/// The first document of a piece that starts at `start`. Go: a decoder is made for each piece,
/// so each may start with a byte order mark.
fn read_piece(text: &str, start: usize, source: SourceId, options: ReadOptions) -> Result<Option<Node>> {
    let start = if text[start..].starts_with('\u{feff}') { start + '\u{feff}'.len_utf8() } else { start };
    match compose::compose(Parser::new(text, start, source, options.schema), options)? {
        Composed::Tree(root) => Ok(root),
        Composed::NeedsAliases => {
            with_deep_stack(|| compose::alias::compose(Parser::new(text, start, source, options.schema), options))
        }
    }
}

/// The pieces between the lines that start with `---`, each with the newline at its end.
///
/// kustomize: splitDocuments of kyaml/kio/byteio_reader.go. A separator has a newline before and
/// behind it, so neither the first line nor the last can be one, nor can the line behind a
/// separator; the parser sees those. A line `---x` is an error although YAML would take it.
fn separate(text: &str, source: SourceId) -> Result<Vec<(usize, usize)>> {
    let bytes = text.as_bytes();
    let mut pieces = Vec::new();
    let mut from = 0;
    let mut search = 0;
    while let Some(found) = bytes::find_part(b"\n---", &bytes[search..]) {
        let line = search + found + 1;
        let Some(length) = bytes::find(b'\n', &bytes[line..]) else { break };
        check_separator(&text[line..line + length], line, source)?;
        pieces.push((from, line));
        from = line + length + 1;
        search = from;
    }
    if !bytes.is_empty() {
        pieces.push((from, bytes.len()));
    }
    Ok(pieces)
}

/// The pieces between the lines that start with `---`. Such a line stays in the text where it stands at the
/// start of a piece. Source: YAMLReader of apimachinery's pkg/util/yaml/decoder.go.
fn separate_stream(text: &str, source: SourceId) -> Result<Vec<(usize, usize)>> {
    let next = |from: usize| bytes::find_part(b"\n---", &text.as_bytes()[from..]).map(|found| from + found + 1);
    let mut pieces = Vec::new();
    let mut from = 0;
    let mut mark = if text.starts_with("---") { Some(0) } else { next(0) };
    while let Some(at) = mark {
        let end = bytes::find(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |length| at + length + 1);
        check_separator(&text[at..end], at, source)?;
        if at > from {
            pieces.push((from, at));
            from = end;
        }
        mark = next(at);
    }
    if text.len() > from {
        pieces.push((from, text.len()));
    }
    Ok(pieces)
}

fn check_separator(line: &str, at: usize, source: SourceId) -> Result<()> {
    let rest = line[3..].trim();
    if rest.is_empty() || rest.starts_with('#') {
        return Ok(());
    }
    Err(Diagnostic::new("yaml-separator", "only a comment may follow `---` on its line")
        .at(Span::new(source, at, at + line.trim_end().len()))
        .help("put the document on the next line, or indent the line if it is part of a text"))
}

fn move_spans(node: &mut Node, place: &impl Fn(&mut Span)) {
    place(&mut node.span);
    match &mut node.value {
        Value::Scalar(_) => {}
        Value::Sequence(items) => items.iter_mut().for_each(|item| move_spans(item, place)),
        Value::Mapping(entries) => entries.nodes_mut().for_each(|node| move_spans(node, place)),
    }
}
