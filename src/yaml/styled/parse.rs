//! Tokens and comments -> a tree with looks.
//!
//! A port of go-yaml v3's parser, as far as which comments it has seen when it gives out an event, and of
//! its composer, which moves comments between neighbours. The grammar was checked before. Source:
//! parserc.go, the functions on `parser` in decode.go.
//!
//! **Not here:** where comments stand (`super::comments`).

use compact_str::CompactString;

use super::comments::{self, Comment};
use super::{Look, Styled, Token, numbered};
use crate::base::{Diagnostic, Result};
use crate::yaml::node::{Entry, Mapping, Node, Scalar, Sequence, Style, Tag, Value};
use crate::yaml::scan::TokenKind;
use crate::yaml::{Schema, TAG_PREFIX, resolve};

/// Errors: tags by directives, which nobody has in such texts.
pub(super) fn document(text: &str, mut tokens: Vec<Token>) -> Result<Option<Styled>> {
    let comments = comments::collect(text, &mut tokens);
    let mut composer = Composer {
        tokens: tokens.into_iter(),
        comments: comments.into_iter().peekable(),
        seen: Seen::default(),
        stem: String::new(),
        looks: Vec::new(),
    };
    composer.document()
}

struct Composer {
    tokens: std::vec::IntoIter<Token>,
    comments: std::iter::Peekable<std::vec::IntoIter<Comment>>,
    seen: Seen,
    /// What stands before a dash that starts a collection.
    stem: String,
    looks: Vec<Look>,
}

/// The comments that were met since the last event that took them.
#[derive(Default)]
struct Seen {
    head: String,
    line: String,
    foot: String,
}

/// What stands before a value.
#[derive(Default)]
struct Properties {
    anchor: Option<CompactString>,
    tag: Option<CompactString>,
}

impl Composer {
    /// The kind of the next token, whose comments are met. Go: peek_token.
    fn peek(&mut self) -> TokenKind {
        let Some(token) = self.tokens.as_slice().first() else { return TokenKind::StreamEnd };
        let (kind, start) = (token.kind, token.start);
        while let Some(comment) = self.comments.peek() {
            // No heads on ends: they wait for the next token.
            if comment.token > start || (!comment.head.is_empty() && kind == TokenKind::BlockEnd) {
                break;
            }
            let Some(comment) = self.comments.next() else { break };
            for (seen, new) in [
                (&mut self.seen.head, comment.head),
                (&mut self.seen.foot, comment.foot),
                (&mut self.seen.line, comment.line),
            ] {
                if !new.is_empty() {
                    if !seen.is_empty() {
                        seen.push('\n');
                    }
                    seen.push_str(&new);
                }
            }
        }
        kind
    }

    fn take(&mut self) -> Option<Token> {
        self.tokens.next()
    }

    /// Go: yaml_parser_set_event_comments.
    fn take_comments(&mut self) -> Look {
        let Seen { head, line, foot } = std::mem::take(&mut self.seen);
        self.stem.clear();
        Look { head, line, foot, ..Look::default() }
    }

    fn add(&mut self, value: impl Into<Value>, look: Look) -> Node {
        self.looks.push(look);
        Node::new(value, numbered(self.looks.len()))
    }

    fn look(&mut self, node: &Node) -> Option<&mut Look> {
        self.looks.get_mut((node.span.start as usize).checked_sub(1)?)
    }

    fn document(&mut self) -> Result<Option<Styled>> {
        let mut head = String::new();
        let root = match self.peek() {
            TokenKind::StreamEnd => return Ok(None),
            TokenKind::VersionDirective | TokenKind::TagDirective => {
                return Err(Diagnostic::new("yaml-directive", "a text with directives cannot be written again"));
            }
            TokenKind::DocumentStart => {
                self.take();
                match self.peek() {
                    TokenKind::DocumentStart | TokenKind::DocumentEnd | TokenKind::StreamEnd => self.empty(),
                    _ => self.node(true, false)?,
                }
            }
            _ => {
                head = self.split_head();
                self.node(true, false)?
            }
        };
        self.peek();
        let mut last = self.take_comments();
        if last.foot.is_empty() {
            last.foot = last.head;
        }
        Ok(Some(Styled { root, looks: std::mem::take(&mut self.looks), head, foot: last.foot }))
    }

    /// What stands above an empty line belongs to the document.
    fn split_head(&mut self) -> String {
        let head = self.seen.head.as_bytes();
        for at in (1..head.len()).rev().filter(|at| head[*at] == b'\n') {
            let end = match () {
                () if at == head.len() - 1 => at,
                () if head[at - 1] == b'\n' => at - 1,
                () => continue,
            };
            let rest = self.seen.head.split_off(at + 1);
            let mut head = std::mem::replace(&mut self.seen.head, rest);
            head.truncate(end);
            return head;
        }
        String::new()
    }

    /// A value that is not written.
    fn empty(&mut self) -> Node {
        // Go: the comments are left to the next event.
        self.scalar(CompactString::default(), Style::Plain, Look::default())
    }

    fn node(&mut self, block: bool, indentless: bool) -> Result<Node> {
        let properties = self.properties()?;
        let kind = self.peek();
        match kind {
            TokenKind::Alias if properties.anchor.is_none() && properties.tag.is_none() => {
                let look = Look { is_alias: true, ..self.take_comments() };
                let name = self.take().map(|token| token.text).unwrap_or_default();
                Ok(self.add(Scalar { text: name, tag: Tag::Other, style: Style::Plain }, look))
            }
            TokenKind::BlockEntry if indentless => self.sequence(kind, properties, Look::default()),
            TokenKind::Scalar(style) => {
                let look = self.take_comments();
                let text = self.take().map(|token| token.text).unwrap_or_default();
                Ok(self.scalar(text, style, properties.on(look)))
            }
            TokenKind::FlowSequenceStart => {
                let look = Look { is_flow: true, ..self.take_comments() };
                self.sequence(kind, properties, look)
            }
            TokenKind::FlowMappingStart => {
                let look = Look { is_flow: true, ..self.take_comments() };
                self.flow_mapping(properties.on(look))
            }
            TokenKind::BlockSequenceStart if block => {
                let look = Look { head: std::mem::take(&mut self.stem), ..Look::default() };
                self.sequence(kind, properties, look)
            }
            TokenKind::BlockMappingStart if block => {
                let look = Look { head: std::mem::take(&mut self.stem), ..Look::default() };
                self.block_mapping(properties.on(look))
            }
            _ => Ok(self.scalar(CompactString::default(), Style::Plain, properties.on(Look::default()))),
        }
    }

    fn properties(&mut self) -> Result<Properties> {
        let mut properties = Properties::default();
        loop {
            match self.peek() {
                TokenKind::Anchor if properties.anchor.is_none() => {
                    properties.anchor = self.take().map(|token| token.text);
                }
                TokenKind::Tag if properties.tag.is_none() => {
                    let Some(pair) = self.take().and_then(|token| token.words) else { continue };
                    properties.tag = Some(short_tag(&pair.0, &pair.1)?);
                }
                _ => return Ok(properties),
            }
        }
    }

    /// Go: `scalar` and `node` in decode.go.
    fn scalar(&mut self, text: CompactString, style: Style, look: Look) -> Node {
        let tag = match look.tag.as_deref() {
            Some(tag) => tag_named(tag),
            None if style != Style::Plain => Tag::Str,
            None if text == "<<" => Tag::Merge,
            None => resolve(Schema::V3, &text),
        };
        self.add(Scalar { text, tag, style }, look)
    }

    fn sequence(&mut self, start: TokenKind, properties: Properties, look: Look) -> Result<Node> {
        let look = properties.on(look);
        let mut items = Vec::new();
        let end = match start {
            TokenKind::FlowSequenceStart => self.flow_items(&mut items)?,
            _ => {
                self.block_items(start, &mut items)?;
                Look::default()
            }
        };
        Ok(self.add(Sequence::with_items(items), Look { line: end.line, foot: end.foot, ..look }))
    }

    fn block_items(&mut self, start: TokenKind, items: &mut Vec<Node>) -> Result<()> {
        let indentless = start == TokenKind::BlockEntry;
        if !indentless {
            self.take();
        }
        while self.peek() == TokenKind::BlockEntry {
            let stem = self.seen.head.len();
            self.take();
            self.split_stem(stem);
            let is_empty = match self.peek() {
                TokenKind::BlockEntry | TokenKind::BlockEnd => true,
                TokenKind::Key | TokenKind::Value => indentless,
                _ => false,
            };
            let item = if is_empty { self.empty() } else { self.node(true, false)? };
            items.push(item);
        }
        if !indentless {
            self.take();
        }
        Ok(())
    }

    /// Go: yaml_parser_split_stem_comment.
    fn split_stem(&mut self, length: usize) {
        let starts_block =
            matches!(self.peek_behind(length), Some(TokenKind::BlockSequenceStart | TokenKind::BlockMappingStart));
        if length > 0 && starts_block {
            let rest = self.seen.head.split_off(length);
            self.stem = std::mem::replace(&mut self.seen.head, rest.strip_prefix('\n').unwrap_or(&rest).to_string());
        }
    }

    /// Go: without a stem the next token is not looked at yet.
    fn peek_behind(&mut self, length: usize) -> Option<TokenKind> {
        (length > 0).then(|| self.peek())
    }

    fn flow_items(&mut self, items: &mut Vec<Node>) -> Result<Look> {
        self.take();
        let mut first = true;
        loop {
            let mut kind = self.peek();
            if !first && kind == TokenKind::FlowEntry {
                self.take();
                kind = self.peek();
            }
            first = false;
            match kind {
                TokenKind::FlowSequenceEnd | TokenKind::StreamEnd => {
                    let end = self.take_comments();
                    self.take();
                    return Ok(end);
                }
                TokenKind::Key => {
                    self.take();
                    let pair = self.flow_pair()?;
                    items.push(pair);
                }
                _ => {
                    let item = self.node(false, false)?;
                    items.push(item);
                }
            }
        }
    }

    /// `[a: b]`
    fn flow_pair(&mut self) -> Result<Node> {
        let ends = |kind| matches!(kind, TokenKind::FlowEntry | TokenKind::FlowSequenceEnd);
        let kind = self.peek();
        let key = if kind == TokenKind::Value || ends(kind) {
            // Go: the token is passed over, whatever it is.
            self.take();
            self.empty()
        } else {
            self.node(false, false)?
        };
        let mut value = None;
        if self.peek() == TokenKind::Value {
            self.take();
            if !ends(self.peek()) {
                value = Some(self.node(false, false)?);
            }
        }
        let value = value.unwrap_or_else(|| self.empty());
        self.peek();
        let mut entries = Entries { is_block: false, list: Vec::new() };
        entries.add(key, value, self);
        let look = Look { is_flow: true, ..Look::default() };
        Ok(entries.finish(look, Look::default(), self))
    }

    fn flow_mapping(&mut self, look: Look) -> Result<Node> {
        self.take();
        let ends = |kind| matches!(kind, TokenKind::FlowEntry | TokenKind::FlowMappingEnd);
        let mut entries = Entries { is_block: false, list: Vec::new() };
        let mut first = true;
        loop {
            let mut kind = self.peek();
            if !first && kind == TokenKind::FlowEntry {
                self.take();
                kind = self.peek();
            }
            first = false;
            let (key, has_value) = match kind {
                TokenKind::FlowMappingEnd | TokenKind::StreamEnd => {
                    let end = self.take_comments();
                    self.take();
                    return Ok(entries.finish(look, end, self));
                }
                TokenKind::Key => {
                    self.take();
                    let kind = self.peek();
                    let is_empty = kind == TokenKind::Value || ends(kind);
                    (if is_empty { self.empty() } else { self.node(false, false)? }, true)
                }
                _ => (self.node(false, false)?, false),
            };
            let mut value = None;
            if self.peek() == TokenKind::Value && has_value {
                self.take();
                if !ends(self.peek()) {
                    value = Some(self.node(false, false)?);
                }
            }
            let value = value.unwrap_or_else(|| self.empty());
            entries.add(key, value, self);
        }
    }

    fn block_mapping(&mut self, look: Look) -> Result<Node> {
        self.take();
        let ends = |kind| matches!(kind, TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd);
        let mut entries = Entries { is_block: true, list: Vec::new() };
        while self.peek() == TokenKind::Key {
            self.take();
            let key = if ends(self.peek()) { self.empty() } else { self.node(true, true)? };
            let mut value = None;
            if self.peek() == TokenKind::Value {
                self.take();
                if !ends(self.peek()) {
                    value = Some(self.node(true, true)?);
                }
            }
            let value = value.unwrap_or_else(|| self.empty());
            entries.add(key, value, self);
        }
        let end = self.take_comments();
        self.take();
        Ok(entries.finish(look, end, self))
    }
}

impl Properties {
    fn on(self, look: Look) -> Look {
        Look { anchor: self.anchor, tag: self.tag.filter(|tag| tag != "!"), ..look }
    }
}

/// The entries of a mapping, whose comments move. Go: `mapping` in decode.go.
struct Entries {
    is_block: bool,
    list: Vec<Entry>,
}

impl Entries {
    fn add(&mut self, key: Node, value: Node, composer: &mut Composer) {
        let foot = |composer: &mut Composer, node: &Node| {
            composer.look(node).map(|look| std::mem::take(&mut look.foot)).unwrap_or_default()
        };
        let put = |composer: &mut Composer, node: &Node, text: String| {
            if let Some(look) = composer.look(node) {
                look.foot = text;
            }
        };
        let mut of_key = foot(composer, &key);
        if let (true, Some(last)) = (self.is_block && !of_key.is_empty(), self.list.last()) {
            // It is the foot of the value before, which ends where this key is less indented.
            put(composer, &last.key, std::mem::take(&mut of_key));
        }
        if of_key.is_empty() {
            of_key = foot(composer, &value);
        }
        put(composer, &key, of_key);
        self.list.push(Entry { key, value });
    }

    fn finish(self, look: Look, mut end: Look, composer: &mut Composer) -> Node {
        if let (true, Some(last)) = (!look.is_flow && !end.foot.is_empty(), self.list.last())
            && let Some(key) = composer.look(&last.key)
        {
            key.foot = std::mem::take(&mut end.foot);
        }
        composer.add(Mapping::from_entries(self.list), Look { line: end.line, foot: end.foot, ..look })
    }
}

/// Go: shortTag. Errors: a handle that only a directive could have made known.
fn short_tag(handle: &str, suffix: &str) -> Result<CompactString> {
    let tag = match handle {
        "" => suffix.to_string(),
        "!" => format!("!{suffix}"),
        "!!" => format!("{TAG_PREFIX}{suffix}"),
        _ => return Err(Diagnostic::new("yaml-tag", format!("the tag handle `{handle}` is not known"))),
    };
    Ok(match tag.strip_prefix(TAG_PREFIX) {
        Some(name) => format!("!!{name}").into(),
        None => tag.into(),
    })
}

fn tag_named(tag: &str) -> Tag {
    match tag {
        "!!null" => Tag::Null,
        "!!bool" => Tag::Bool,
        "!!int" => Tag::Int,
        "!!float" => Tag::Float,
        "!!timestamp" => Tag::Timestamp,
        "!!str" => Tag::Str,
        "!!binary" => Tag::Binary,
        "!!merge" => Tag::Merge,
        _ => Tag::Other,
    }
}
