//! Tokens -> events, with libyaml's grammar as go-yaml has it (`parserc.go`).
//!
//! The grammar is a machine of states with a stack, not a set of functions that call each other,
//! so the nesting of the text costs no stack. Events are calls of a [`Sink`].
//!
//! **Invariant:** each collection that starts ends, unless there is an error.
//!
//! **Not here:** what an event becomes ([`super::compose`]); documents behind the first.

mod lines;

use compact_str::CompactString;

use super::scan::{Extra, LineScalar, Scanner, Token, TokenKind};
use super::{Schema, Style};
use crate::base::{Diagnostic, Result, SourceId, Span};

/// Who makes something of a document.
pub(super) trait Sink<'a> {
    fn scalar(&mut self, text: Text<'a>, style: Style, properties: Properties<'a>, span: Span) -> Result<()>;
    fn alias(&mut self, name: &'a str, span: Span) -> Result<()>;
    /// A collection. The span is where it starts, and empty.
    fn start(&mut self, shape: Shape, properties: Properties<'a>, start: Span) -> Result<()>;
    /// The end of the collection that started last, and the offset of its end.
    fn end(&mut self, end: u32) -> Result<()>;
    /// The rest of the document is of no interest.
    fn has_given_up(&self) -> bool;
}

#[derive(Debug)]
pub(super) enum Text<'a> {
    Slice(&'a str),
    Made(CompactString),
}

/// What a collection is and how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub is_mapping: bool,
    pub is_flow: bool,
}

const BLOCK_SEQUENCE: Shape = Shape { is_mapping: false, is_flow: false };
const FLOW_SEQUENCE: Shape = Shape { is_mapping: false, is_flow: true };
const BLOCK_MAPPING: Shape = Shape { is_mapping: true, is_flow: false };
const FLOW_MAPPING: Shape = Shape { is_mapping: true, is_flow: true };

/// What stands before a value: seldom anything.
pub(super) type Properties<'a> = Option<Box<Property<'a>>>;

#[derive(Debug, Default)]
pub(super) struct Property<'a> {
    pub anchor: Option<&'a str>,
    /// The tag in full, its handle replaced.
    pub tag: Option<CompactString>,
    pub tag_span: Option<Span>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    DocumentContent,
    BlockNode,
    BlockSequenceEntry,
    IndentlessSequenceEntry,
    BlockMappingKey,
    BlockMappingValue,
    /// Its colon was taken.
    BlockMappingContent,
    FlowSequenceFirstEntry,
    FlowSequenceEntry,
    FlowSequencePairKey,
    FlowSequencePairValue,
    FlowSequencePairContent,
    FlowSequencePairEnd,
    FlowMappingFirstKey,
    FlowMappingKey,
    FlowMappingValue,
    FlowMappingContent,
    FlowMappingEmptyValue,
    DocumentEnd,
}

pub(super) struct Parser<'a> {
    scanner: Scanner<'a>,
    state: State,
    /// Where to go on behind the current value.
    states: Vec<State>,
    /// Where the open collections start.
    starts: Vec<usize>,
    /// Handles of tags and what they stand for, as declared.
    tags: Vec<(String, String)>,
    /// Behind the last token that has a text of its own.
    last_end: usize,
    /// Reused for collections that stand on one line.
    words: Vec<LineScalar<'a>>,
}

impl<'a> Parser<'a> {
    /// Reads `text` from `start` on.
    pub fn new(text: &'a str, start: usize, source: SourceId, schema: Schema) -> Parser<'a> {
        Parser {
            scanner: Scanner::new(text, start, source, schema),
            state: State::DocumentEnd,
            states: Vec::new(),
            starts: Vec::new(),
            tags: Vec::new(),
            last_end: start,
            words: Vec::new(),
        }
    }

    /// Reads the first document; false where there is none. To be called once.
    pub fn document(&mut self, sink: &mut impl Sink<'a>) -> Result<bool> {
        if !self.document_start()? {
            return Ok(false);
        }
        loop {
            self.lines(sink)?;
            match self.state {
                State::DocumentContent => self.document_content(sink)?,
                State::BlockNode => self.node(true, false, sink)?,
                State::BlockSequenceEntry => self.block_sequence_entry(sink)?,
                State::IndentlessSequenceEntry => self.indentless_sequence_entry(sink)?,
                State::BlockMappingKey => self.block_mapping_key(sink)?,
                State::BlockMappingValue => self.block_mapping_value(sink)?,
                State::BlockMappingContent => self.block_mapping_content(sink)?,
                State::FlowSequenceFirstEntry => self.flow_sequence_entry(true, sink)?,
                State::FlowSequenceEntry => self.flow_sequence_entry(false, sink)?,
                State::FlowSequencePairKey => self.flow_pair_key(sink)?,
                State::FlowSequencePairValue => self.flow_pair_value(sink)?,
                State::FlowSequencePairContent => self.flow_pair_content(sink)?,
                State::FlowSequencePairEnd => {
                    self.state = State::FlowSequenceEntry;
                    self.end(sink)?;
                }
                State::FlowMappingFirstKey => self.flow_mapping_key(true, sink)?,
                State::FlowMappingKey => self.flow_mapping_key(false, sink)?,
                State::FlowMappingValue => self.flow_mapping_value(sink)?,
                State::FlowMappingContent => self.flow_mapping_content(sink)?,
                State::FlowMappingEmptyValue => self.empty(State::FlowMappingKey, sink)?,
                State::DocumentEnd => {
                    // Go: the end of a document is known by the token behind it.
                    self.scanner.peek()?;
                    return Ok(true);
                }
            }
            if sink.has_given_up() {
                return Ok(true);
            }
        }
    }

    // Tokens and states.

    /// Steps over a token that was looked at.
    fn skip(&mut self) -> Result<()> {
        let token = self.scanner.peek_token()?;
        if token.end() > token.start() {
            self.last_end = token.end();
        }
        self.scanner.advance();
        Ok(())
    }

    /// Takes a token that was looked at, with what it has besides.
    fn take(&mut self) -> Result<(Token<'a>, Option<Extra>)> {
        let token = *self.scanner.peek_token()?;
        self.last_end = token.end();
        Ok((token, self.scanner.advance()))
    }

    fn pop_state(&mut self) {
        self.state = self.states.pop().unwrap_or(State::DocumentEnd);
    }

    /// A value that is not there: null, at the end of what comes before it.
    fn empty(&mut self, next: State, sink: &mut impl Sink<'a>) -> Result<()> {
        self.state = next;
        self.empty_scalar(None, sink)
    }

    fn empty_scalar(&self, properties: Properties<'a>, sink: &mut impl Sink<'a>) -> Result<()> {
        let span = self.scanner.span(self.last_end, self.last_end);
        sink.scalar(Text::Slice(""), Style::Plain, properties, span)
    }

    fn end(&self, sink: &mut impl Sink<'a>) -> Result<()> {
        sink.end(self.last_end as u32)
    }

    /// An error at the next token, and where the collection starts that it stands in.
    fn unexpected(&mut self, message: &'static str, help: &'static str, within: &'static str) -> Result<()> {
        let at = self.scanner.peek_token()?.start();
        let error = self.scanner.error(at, message).help(help);
        Err(match self.starts.pop() {
            Some(start) if !within.is_empty() => error.label(self.scanner.span_of_char(start), within),
            _ => error,
        })
    }

    // Documents.

    fn document_start(&mut self) -> Result<bool> {
        match self.scanner.peek()? {
            TokenKind::StreamEnd => return Ok(false),
            TokenKind::VersionDirective | TokenKind::TagDirective | TokenKind::DocumentStart => {
                self.directives()?;
                if self.scanner.peek()? != TokenKind::DocumentStart {
                    self.unexpected("a directive must be followed by `---`", "add a line `---`", "")?;
                }
                self.skip()?;
                self.state = State::DocumentContent;
            }
            _ => self.state = State::BlockNode,
        }
        self.states.push(State::DocumentEnd);
        Ok(true)
    }

    fn document_content(&mut self, sink: &mut impl Sink<'a>) -> Result<()> {
        match self.scanner.peek()? {
            TokenKind::VersionDirective
            | TokenKind::TagDirective
            | TokenKind::DocumentStart
            | TokenKind::DocumentEnd
            | TokenKind::StreamEnd => {
                self.pop_state();
                self.empty_scalar(None, sink)
            }
            _ => self.node(true, false, sink),
        }
    }

    fn directives(&mut self) -> Result<()> {
        let mut has_version = false;
        while let kind @ (TokenKind::VersionDirective | TokenKind::TagDirective) = self.scanner.peek()? {
            let (token, extra) = self.take()?;
            let span = self.scanner.span(token.start(), token.end());
            let Some(Extra::Words(words)) = extra else { continue };
            if kind == TokenKind::VersionDirective {
                if has_version {
                    return Err(Diagnostic::new("yaml-syntax", "there are two `%YAML` directives").at(span));
                }
                has_version = true;
                // Go: 1.2 is not accepted, although most of it would be read.
                if *words != ("1".to_owned(), "1".to_owned()) {
                    let message = format!("YAML version {}.{} is not supported", words.0, words.1);
                    return Err(Diagnostic::new("yaml-syntax", message).at(span).help("remove the `%YAML` line"));
                }
            } else if self.tags.iter().any(|(handle, _)| *handle == words.0) {
                let message = format!("there are two `%TAG` directives for `{}`", words.0);
                return Err(Diagnostic::new("yaml-syntax", message).at(span));
            } else {
                self.tags.push(*words);
            }
        }
        Ok(())
    }

    // Values.

    fn node(&mut self, is_block: bool, may_be_indentless: bool, sink: &mut impl Sink<'a>) -> Result<()> {
        let mut properties = None;
        let mut token = *self.scanner.peek_token()?;
        match token.kind {
            TokenKind::Alias => {
                self.pop_state();
                self.skip()?;
                return sink.alias(token.text, self.scanner.span(token.start(), token.end()));
            }
            TokenKind::Anchor | TokenKind::Tag => {
                properties = Some(self.properties()?);
                token = *self.scanner.peek_token()?;
            }
            _ => {}
        }
        match token.kind {
            TokenKind::BlockEntry if may_be_indentless => {
                self.state = State::IndentlessSequenceEntry;
                let start = self.scanner.span(token.start(), token.start());
                sink.start(BLOCK_SEQUENCE, properties, start)
            }
            TokenKind::Scalar(style) => {
                self.pop_state();
                self.last_end = token.end();
                self.scalar(token, style, properties, sink)
            }
            TokenKind::FlowSequenceStart => {
                self.start(FLOW_SEQUENCE, State::FlowSequenceFirstEntry, properties, token.start(), sink)
            }
            TokenKind::FlowMappingStart => {
                self.start(FLOW_MAPPING, State::FlowMappingFirstKey, properties, token.start(), sink)
            }
            TokenKind::BlockSequenceStart if is_block => {
                self.start(BLOCK_SEQUENCE, State::BlockSequenceEntry, properties, token.start(), sink)
            }
            TokenKind::BlockMappingStart if is_block => {
                self.start(BLOCK_MAPPING, State::BlockMappingKey, properties, token.start(), sink)
            }
            _ if properties.is_some() => {
                self.pop_state();
                self.empty_scalar(properties, sink)
            }
            _ => {
                self.starts.clear();
                self.unexpected("expected a value here", "quote the text if it is one", "")
            }
        }
    }

    /// The scalar that was looked at.
    #[inline]
    fn scalar(
        &mut self,
        token: Token<'a>,
        style: Style,
        properties: Properties<'a>,
        sink: &mut impl Sink<'a>,
    ) -> Result<()> {
        let text = match self.scanner.advance() {
            Some(Extra::Text(text)) => Text::Made(text),
            _ => Text::Slice(token.text),
        };
        sink.scalar(text, style, properties, self.scanner.span(token.start(), token.end()))
    }

    fn start(
        &mut self,
        shape: Shape,
        state: State,
        properties: Properties<'a>,
        start: usize,
        sink: &mut impl Sink<'a>,
    ) -> Result<()> {
        self.skip()?;
        self.starts.push(start);
        self.state = state;
        sink.start(shape, properties, self.scanner.span(start, start))
    }

    /// An anchor and a tag, in either order.
    fn properties(&mut self) -> Result<Box<Property<'a>>> {
        let mut found = Box::new(Property::default());
        loop {
            match self.scanner.peek()? {
                TokenKind::Anchor if found.anchor.is_none() => {
                    found.anchor = Some(self.take()?.0.text);
                }
                TokenKind::Tag if found.tag_span.is_none() => {
                    let (token, extra) = self.take()?;
                    let span = self.scanner.span(token.start(), token.end());
                    let Some(Extra::Words(words)) = extra else { continue };
                    found.tag_span = Some(span);
                    found.tag = Some(self.full_tag(&words.0, &words.1, span)?);
                }
                _ => return Ok(found),
            }
        }
    }

    fn full_tag(&self, handle: &str, suffix: &str, span: Span) -> Result<CompactString> {
        if handle.is_empty() {
            return Ok(suffix.into());
        }
        let declared = self.tags.iter().find(|(known, _)| known == handle).map(|(_, prefix)| prefix.as_str());
        let prefix = declared.or(match handle {
            "!" => Some("!"),
            "!!" => Some(super::TAG_PREFIX),
            _ => None,
        });
        match prefix {
            Some(prefix) => Ok(format!("{prefix}{suffix}").into()),
            None => Err(Diagnostic::new("yaml-syntax", format!("the tag handle `{handle}` is not declared"))
                .at(span)
                .help(format!("declare it by a line `%TAG {handle} PREFIX` before the document"))),
        }
    }

    // Block collections.

    fn block_sequence_entry(&mut self, sink: &mut impl Sink<'a>) -> Result<()> {
        match self.scanner.peek()? {
            TokenKind::BlockEntry => {
                self.skip()?;
                match self.scanner.peek()? {
                    TokenKind::BlockEntry | TokenKind::BlockEnd => self.empty(State::BlockSequenceEntry, sink),
                    _ => {
                        self.states.push(State::BlockSequenceEntry);
                        self.node(true, false, sink)
                    }
                }
            }
            TokenKind::BlockEnd => {
                self.end_collection()?;
                self.end(sink)
            }
            _ => self.unexpected(
                "expected `-` or the end of the list",
                "give the items of a list the same indentation",
                "the list starts here",
            ),
        }
    }

    fn indentless_sequence_entry(&mut self, sink: &mut impl Sink<'a>) -> Result<()> {
        if self.scanner.peek()? != TokenKind::BlockEntry {
            self.pop_state();
            return self.end(sink);
        }
        self.skip()?;
        match self.scanner.peek()? {
            TokenKind::BlockEntry
            | TokenKind::Key
            | TokenKind::SimpleKey(_)
            | TokenKind::Value
            | TokenKind::BlockEnd => self.empty(State::IndentlessSequenceEntry, sink),
            _ => {
                self.states.push(State::IndentlessSequenceEntry);
                self.node(true, false, sink)
            }
        }
    }

    fn block_mapping_key(&mut self, sink: &mut impl Sink<'a>) -> Result<()> {
        match self.scanner.peek()? {
            TokenKind::SimpleKey(style) => self.simple_key(style, State::BlockMappingContent, sink),
            TokenKind::Key => {
                self.skip()?;
                match self.scanner.peek()? {
                    TokenKind::Key | TokenKind::SimpleKey(_) | TokenKind::Value | TokenKind::BlockEnd => {
                        self.empty(State::BlockMappingValue, sink)
                    }
                    _ => {
                        self.states.push(State::BlockMappingValue);
                        self.node(true, true, sink)
                    }
                }
            }
            TokenKind::BlockEnd => {
                self.end_collection()?;
                self.end(sink)
            }
            _ => self.unexpected(
                "expected a key or the end of the mapping",
                "give the keys of a mapping the same indentation",
                "the mapping starts here",
            ),
        }
    }

    fn block_mapping_value(&mut self, sink: &mut impl Sink<'a>) -> Result<()> {
        if self.scanner.peek()? != TokenKind::Value {
            return self.empty(State::BlockMappingKey, sink);
        }
        self.skip()?;
        self.block_mapping_content(sink)
    }

    fn block_mapping_content(&mut self, sink: &mut impl Sink<'a>) -> Result<()> {
        match self.scanner.peek()? {
            TokenKind::Key | TokenKind::SimpleKey(_) | TokenKind::Value | TokenKind::BlockEnd => {
                self.empty(State::BlockMappingKey, sink)
            }
            _ => {
                self.states.push(State::BlockMappingKey);
                self.node(true, true, sink)
            }
        }
    }

    /// A key that came with its colon.
    fn simple_key(&mut self, style: Style, next: State, sink: &mut impl Sink<'a>) -> Result<()> {
        self.state = next;
        let token = *self.scanner.peek_token()?;
        self.last_end = self.scanner.colon_end(token.end());
        self.scalar(token, style, None, sink)
    }

    fn end_collection(&mut self) -> Result<()> {
        self.pop_state();
        self.starts.pop();
        self.skip()?;
        Ok(())
    }

    // Flow collections.

    fn flow_sequence_entry(&mut self, is_first: bool, sink: &mut impl Sink<'a>) -> Result<()> {
        if !is_first && self.scanner.peek()? != TokenKind::FlowSequenceEnd {
            if self.scanner.peek()? != TokenKind::FlowEntry {
                return self.unexpected("expected `,` or `]`", "separate the items by `,`", "the list starts here");
            }
            self.skip()?;
        }
        match self.scanner.peek()? {
            TokenKind::Key => {
                let start = self.scanner.peek_token()?.start();
                self.skip()?;
                self.state = State::FlowSequencePairKey;
                sink.start(FLOW_MAPPING, None, self.scanner.span(start, start))
            }
            TokenKind::SimpleKey(_) => {
                let start = self.scanner.peek_token()?.start();
                self.state = State::FlowSequencePairKey;
                sink.start(FLOW_MAPPING, None, self.scanner.span(start, start))
            }
            TokenKind::FlowSequenceEnd => {
                self.end_collection()?;
                self.end(sink)
            }
            _ => {
                self.states.push(State::FlowSequenceEntry);
                self.node(false, false, sink)
            }
        }
    }

    fn flow_pair_key(&mut self, sink: &mut impl Sink<'a>) -> Result<()> {
        match self.scanner.peek()? {
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd => {
                // Go: the token is skipped here, whatever it is, so `[? ]]` is a pair.
                self.skip()?;
                self.empty(State::FlowSequencePairValue, sink)
            }
            TokenKind::SimpleKey(style) => self.simple_key(style, State::FlowSequencePairContent, sink),
            _ => {
                self.states.push(State::FlowSequencePairValue);
                self.node(false, false, sink)
            }
        }
    }

    fn flow_pair_value(&mut self, sink: &mut impl Sink<'a>) -> Result<()> {
        if self.scanner.peek()? == TokenKind::Value {
            self.skip()?;
            return self.flow_pair_content(sink);
        }
        self.empty(State::FlowSequencePairEnd, sink)
    }

    fn flow_pair_content(&mut self, sink: &mut impl Sink<'a>) -> Result<()> {
        if matches!(self.scanner.peek()?, TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
            return self.empty(State::FlowSequencePairEnd, sink);
        }
        self.states.push(State::FlowSequencePairEnd);
        self.node(false, false, sink)
    }

    fn flow_mapping_key(&mut self, is_first: bool, sink: &mut impl Sink<'a>) -> Result<()> {
        if !is_first && self.scanner.peek()? != TokenKind::FlowMappingEnd {
            if self.scanner.peek()? != TokenKind::FlowEntry {
                return self.unexpected(
                    "expected `,` or `}`",
                    "separate the entries by `,`",
                    "the mapping starts here",
                );
            }
            self.skip()?;
        }
        match self.scanner.peek()? {
            TokenKind::SimpleKey(style) => self.simple_key(style, State::FlowMappingContent, sink),
            TokenKind::Key => {
                self.skip()?;
                match self.scanner.peek()? {
                    TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd => {
                        self.empty(State::FlowMappingValue, sink)
                    }
                    _ => {
                        self.states.push(State::FlowMappingValue);
                        self.node(false, false, sink)
                    }
                }
            }
            TokenKind::FlowMappingEnd => {
                self.end_collection()?;
                self.end(sink)
            }
            _ => {
                self.states.push(State::FlowMappingEmptyValue);
                self.node(false, false, sink)
            }
        }
    }

    fn flow_mapping_value(&mut self, sink: &mut impl Sink<'a>) -> Result<()> {
        if self.scanner.peek()? == TokenKind::Value {
            self.skip()?;
            return self.flow_mapping_content(sink);
        }
        self.empty(State::FlowMappingKey, sink)
    }

    fn flow_mapping_content(&mut self, sink: &mut impl Sink<'a>) -> Result<()> {
        if matches!(self.scanner.peek()?, TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
            return self.empty(State::FlowMappingKey, sink);
        }
        self.states.push(State::FlowMappingKey);
        self.node(false, false, sink)
    }
}
