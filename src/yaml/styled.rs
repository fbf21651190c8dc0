//! A text read with its looks, changed a little, and written again as go-yaml v3 does it.
//!
//! kustomize's replacements can write into the YAML that a text holds, such as a file in a ConfigMap.
//! The rest of that text keeps its comments, quotes, flow style, anchors and tags, and gets go-yaml's
//! indentation. Source: `yaml.Node`, encode.go, emitterc.go, and what scannerc.go and parserc.go do
//! about comments, in go-yaml v3.
//!
//! **Invariant:** a node's span is the number of its look here, not a place; nodes from elsewhere,
//! put into the tree, have no looks.
//! **Not here:** how kustomize prints objects (`emit`), which keeps no looks.

mod comments;
mod emit;
mod emitter;
mod parse;
mod scalar;

pub use emitter::Lists;

use compact_str::CompactString;

use super::Schema;
use super::node::Style;
use super::node::{Node, Value};
use super::parse::{Parser, Properties, Shape, Sink};
use super::scan::{Extra, Scanner, TokenKind};
use crate::base::stack::with_deep_stack;
use crate::base::{Diagnostic, Result, SourceId, Span};

/// The first document of a text.
#[derive(Debug)]
pub struct Styled {
    /// Aliases are scalars here, and merge keys are keys.
    pub root: Node,
    looks: Vec<Look>,
    /// Comments of the document as a whole.
    head: String,
    foot: String,
}

/// What a node does not say of itself. Comments have their `#`.
#[derive(Clone, Debug, Default)]
struct Look {
    is_flow: bool,
    is_alias: bool,
    anchor: Option<CompactString>,
    /// As it was written out: `!!str`, `!own`.
    tag: Option<CompactString>,
    head: String,
    line: String,
    foot: String,
}

impl Styled {
    /// `None` where there is no document. Errors: those of the reader; keys may be there twice.
    pub fn read(text: &str) -> Result<Option<Styled>> {
        check(text)?;
        with_deep_stack(|| parse::document(text, tokens(text)))
    }

    /// Whether a node stands for another one that has an anchor.
    pub fn is_alias(&self, node: &Node) -> bool {
        self.look(node).is_some_and(|look| look.is_alias)
    }

    /// A copy of a node from elsewhere, to be put into the tree; `is_flow` knows whether a collection was in
    /// flow style where it came from.
    pub fn adopt(&mut self, node: &Node, is_flow: &dyn Fn(Span) -> bool) -> Node {
        let mut copy = node.clone();
        self.add_looks(&mut copy, is_flow);
        copy
    }

    fn add_looks(&mut self, node: &mut Node, is_flow: &dyn Fn(Span) -> bool) {
        match &mut node.value {
            Value::Scalar(_) => return,
            Value::Sequence(items) => items.iter_mut().for_each(|item| self.add_looks(item, is_flow)),
            Value::Mapping(mapping) => mapping.iter_mut().for_each(|(_, value)| self.add_looks(value, is_flow)),
        }
        if is_flow(node.span) {
            self.looks.push(Look { is_flow: true, ..Look::default() });
            node.span = numbered(self.looks.len());
        }
    }

    /// The text again. Errors: a tag or an anchor that cannot be written.
    pub fn write(&self) -> Result<String> {
        self.write_with(Lists::AsDeepAsTheirKey)
    }

    fn write_with(&self, lists: Lists) -> Result<String> {
        match self.root.value {
            Value::Scalar(_) => emit::document(self, lists),
            _ => with_deep_stack(|| emit::document(self, lists)),
        }
    }

    fn look(&self, node: &Node) -> Option<&Look> {
        let number = (node.span.start as usize).checked_sub(1)?;
        if node.span.source == SourceId::NONE { self.looks.get(number) } else { None }
    }
}

/// A node as a document of its own.
pub fn write_node(node: &Node) -> Result<String> {
    write_tree(node.clone(), Lists::AsDeepAsTheirKey)
}

/// The same of a whole tree.
pub fn write_tree(root: Node, lists: Lists) -> Result<String> {
    Styled { root, looks: Vec::new(), head: String::new(), foot: String::new() }.write_with(lists)
}

/// What go-yaml takes for a document, it takes here.
fn check(text: &str) -> Result<()> {
    Parser::new(text, 0, SourceId::NONE, Schema::V3).document(&mut Anchors::default())?;
    Ok(())
}

/// Knows the anchors that an alias may name.
#[derive(Default)]
struct Anchors<'a>(Vec<&'a str>);

impl<'a> Sink<'a> for Anchors<'a> {
    fn scalar(&mut self, _: super::parse::Text<'a>, _: Style, properties: Properties<'a>, _: Span) -> Result<()> {
        self.0.extend(properties.and_then(|properties| properties.anchor));
        Ok(())
    }

    fn alias(&mut self, name: &'a str, span: Span) -> Result<()> {
        if self.0.contains(&name) {
            return Ok(());
        }
        Err(Diagnostic::new("yaml-alias", format!("the anchor `{name}` is not there")).at(span))
    }

    fn start(&mut self, _: Shape, properties: Properties<'a>, _: Span) -> Result<()> {
        self.0.extend(properties.and_then(|properties| properties.anchor));
        Ok(())
    }

    fn end(&mut self, _: u32) -> Result<()> {
        Ok(())
    }

    fn has_given_up(&self) -> bool {
        false
    }
}

/// A token as libyaml has them: a key, its scalar and its colon are three.
#[derive(Debug)]
struct Token {
    kind: TokenKind,
    start: usize,
    end: usize,
    /// Of scalars and names.
    text: CompactString,
    /// A tag's handle and suffix.
    words: Option<Box<(String, String)>>,
}

impl Token {
    fn bare(kind: TokenKind, start: usize, end: usize) -> Token {
        Token { kind, start, end, text: CompactString::default(), words: None }
    }
}

/// The tokens up to the end of the first document. What comes behind it may be anything.
fn tokens(text: &str) -> Vec<Token> {
    let mut scanner = Scanner::new(text, 0, SourceId::NONE, Schema::V3);
    let mut tokens = Vec::new();
    let mut is_open = false;
    while let Ok(token) = scanner.peek_token().copied() {
        let (start, end) = (token.start(), token.end());
        let mut made = Token { text: token.text.into(), ..Token::bare(token.kind, start, end) };
        match scanner.advance() {
            Some(Extra::Text(text)) => made.text = text,
            Some(Extra::Words(words)) => made.words = Some(words),
            None => {}
        }
        if let TokenKind::SimpleKey(style) = token.kind {
            let colon = scanner.colon_end(end);
            tokens.push(Token::bare(TokenKind::Key, start, start));
            tokens.push(Token { kind: TokenKind::Scalar(style), ..made });
            tokens.push(Token::bare(TokenKind::Value, colon - 1, colon));
        } else {
            tokens.push(made);
        }
        match token.kind {
            TokenKind::StreamEnd | TokenKind::DocumentEnd => break,
            TokenKind::DocumentStart if is_open => break,
            TokenKind::VersionDirective | TokenKind::TagDirective if !is_open => {}
            _ => is_open = true,
        }
    }
    tokens
}

/// The span of the node with a look.
fn numbered(number: usize) -> Span {
    Span::new(SourceId::NONE, number, number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Tag, read_json};

    /// A text in each line, and what kyaml v0.21.1 makes of it by yaml.Unmarshal and RNode.String; null
    /// where it cannot be read.
    const CASES: &str = include_str!("styled/cases.jsonl");

    #[test]
    fn texts_are_written_as_the_reference_writes_them() {
        for line in CASES.lines() {
            let case = read_json(line.as_bytes(), SourceId::NONE).expect("JSON");
            let text = |key| case.get(key).filter(|node| !node.is_null()).and_then(Node::text);
            let input = text("in").expect("a text");
            let written = Styled::read(input).and_then(|styled| styled.map(|styled| styled.write()).transpose());
            assert_eq!(written.ok().flatten().as_deref(), text("out"), "{input}");
        }
    }

    #[test]
    fn what_is_changed_keeps_the_looks_of_the_rest() {
        let mut styled = Styled::read("# top\na:   'x' # why\nb: [1,  2]\n").expect("YAML").expect("a document");
        styled.root.get_mut("a").and_then(Node::as_scalar_mut).expect("there").text = "it's".into();
        styled.root.get_mut("b").and_then(Node::as_sequence_mut).expect("there").push(Node::plain("3", Span::NOWHERE));
        assert_eq!(styled.write().expect("can be written"), "# top\na: 'it''s' # why\nb: [1, 2, 3]\n");
    }

    #[test]
    fn a_deep_text_does_not_overflow_the_stack() {
        let text = format!("{}1{}", "[".repeat(9_000), "]".repeat(9_000));
        let written = Styled::read(&text).expect("YAML").expect("a document").write().expect("can be written");
        assert_eq!(written.trim_end(), text);
    }

    #[test]
    fn a_node_alone_is_written_without_looks() {
        for (text, tag, expected) in
            [("a", Tag::Str, "a"), ("1", Tag::Str, "\"1\""), ("1", Tag::Open, "1"), ("- a", Tag::Str, "'- a'")]
        {
            let mut node = Node::string(text, Span::NOWHERE);
            node.as_scalar_mut().expect("a scalar").tag = tag;
            assert_eq!(write_node(&node).expect("can be written").trim_end(), expected);
        }
    }
}
