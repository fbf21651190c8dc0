//! Tokens -> events, with libyaml's grammar as go-yaml has it (`parserc.go`).
//!
//! The grammar is a machine of states with a stack, not a set of functions that call each other,
//! so the nesting of the text costs no stack.
//!
//! **Not here:** what an event becomes ([`super::compose`]).

use compact_str::CompactString;

use super::scan::{Payload, Scanner, Token, TokenKind};
use super::{Schema, Style};
use crate::base::{Diagnostic, Result, SourceId, Span};

#[derive(Debug)]
pub(super) enum Event<'a> {
    StreamEnd,
    DocumentStart,
    DocumentEnd,
    Alias { name: &'a str, span: Span },
    Scalar { text: Payload<'a>, style: Style, properties: Properties<'a>, start: usize, end: usize },
    SequenceStart { properties: Properties<'a>, start: usize, is_flow: bool },
    SequenceEnd { end: usize },
    MappingStart { properties: Properties<'a>, start: usize, is_flow: bool },
    MappingEnd { end: usize },
}

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
    ImplicitDocumentStart,
    DocumentStart,
    DocumentContent,
    DocumentEnd,
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
    End,
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
}

impl<'a> Parser<'a> {
    /// Reads `text` from `start` on.
    pub fn new(text: &'a str, start: usize, source: SourceId, schema: Schema) -> Parser<'a> {
        Parser {
            scanner: Scanner::new(text, start, source, schema),
            state: State::ImplicitDocumentStart,
            states: Vec::new(),
            starts: Vec::new(),
            tags: Vec::new(),
            last_end: start,
        }
    }

    pub fn span(&self, start: usize, end: usize) -> Span {
        self.scanner.span(start, end)
    }

    pub fn next(&mut self) -> Result<Event<'a>> {
        match self.state {
            State::ImplicitDocumentStart => self.document_start(true),
            State::DocumentStart => self.document_start(false),
            State::DocumentContent => self.document_content(),
            State::DocumentEnd => self.document_end(),
            State::BlockNode => self.node(true, false),
            State::BlockSequenceEntry => self.block_sequence_entry(),
            State::IndentlessSequenceEntry => self.indentless_sequence_entry(),
            State::BlockMappingKey => self.block_mapping_key(),
            State::BlockMappingValue => self.block_mapping_value(),
            State::BlockMappingContent => self.block_mapping_content(),
            State::FlowSequenceFirstEntry => self.flow_sequence_entry(true),
            State::FlowSequenceEntry => self.flow_sequence_entry(false),
            State::FlowSequencePairKey => self.flow_pair_key(),
            State::FlowSequencePairValue => self.flow_pair_value(),
            State::FlowSequencePairContent => self.flow_pair_content(),
            State::FlowSequencePairEnd => {
                self.state = State::FlowSequenceEntry;
                Ok(Event::MappingEnd { end: self.last_end })
            }
            State::FlowMappingFirstKey => self.flow_mapping_key(true),
            State::FlowMappingKey => self.flow_mapping_key(false),
            State::FlowMappingValue => self.flow_mapping_value(),
            State::FlowMappingContent => self.flow_mapping_content(),
            State::FlowMappingEmptyValue => self.empty(State::FlowMappingKey),
            State::End => Ok(Event::StreamEnd),
        }
    }

    // Tokens and states.

    fn take(&mut self) -> Result<Token<'a>> {
        let token = self.scanner.take()?;
        if token.end() > token.start() {
            self.last_end = token.end();
        }
        Ok(token)
    }

    fn pop_state(&mut self) {
        self.state = self.states.pop().unwrap_or(State::End);
    }

    /// A value that is not there: null, at the end of what comes before it.
    fn empty(&mut self, next: State) -> Result<Event<'a>> {
        self.state = next;
        self.empty_scalar(None)
    }

    fn empty_scalar(&self, properties: Properties<'a>) -> Result<Event<'a>> {
        let (start, end) = (self.last_end, self.last_end);
        Ok(Event::Scalar { text: Payload::Text(""), style: Style::Plain, properties, start, end })
    }

    /// An error at the next token, and where the collection starts that it stands in.
    fn unexpected(&mut self, message: &'static str, help: &'static str, within: &'static str) -> Result<Event<'a>> {
        let at = self.scanner.peek_token()?.start();
        let error = self.scanner.error(at, message).help(help);
        Err(match self.starts.pop() {
            Some(start) if !within.is_empty() => error.label(self.scanner.span_of_char(start), within),
            _ => error,
        })
    }

    // Documents.

    fn document_start(&mut self, is_first: bool) -> Result<Event<'a>> {
        while !is_first && self.scanner.peek()? == TokenKind::DocumentEnd {
            self.take()?;
        }
        match self.scanner.peek()? {
            TokenKind::StreamEnd => {
                self.state = State::End;
                Ok(Event::StreamEnd)
            }
            TokenKind::VersionDirective | TokenKind::TagDirective | TokenKind::DocumentStart => {
                self.directives()?;
                if self.scanner.peek()? != TokenKind::DocumentStart {
                    return self.unexpected("a directive must be followed by `---`", "add a line `---`", "");
                }
                self.take()?;
                self.states.push(State::DocumentEnd);
                self.state = State::DocumentContent;
                Ok(Event::DocumentStart)
            }
            _ if is_first => {
                self.directives()?;
                self.states.push(State::DocumentEnd);
                self.state = State::BlockNode;
                Ok(Event::DocumentStart)
            }
            _ => self.unexpected(
                "unexpected text behind the end of the document",
                "check the indentation, or separate documents by a line `---`",
                "",
            ),
        }
    }

    fn document_content(&mut self) -> Result<Event<'a>> {
        match self.scanner.peek()? {
            TokenKind::VersionDirective
            | TokenKind::TagDirective
            | TokenKind::DocumentStart
            | TokenKind::DocumentEnd
            | TokenKind::StreamEnd => {
                self.pop_state();
                self.empty_scalar(None)
            }
            _ => self.node(true, false),
        }
    }

    fn document_end(&mut self) -> Result<Event<'a>> {
        if self.scanner.peek()? == TokenKind::DocumentEnd {
            self.take()?;
        }
        self.tags.clear();
        self.state = State::DocumentStart;
        Ok(Event::DocumentEnd)
    }

    fn directives(&mut self) -> Result<()> {
        let mut has_version = false;
        while let kind @ (TokenKind::VersionDirective | TokenKind::TagDirective) = self.scanner.peek()? {
            let token = self.take()?;
            let span = self.span(token.start(), token.end());
            let Payload::Pair(words) = token.payload else { continue };
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

    fn node(&mut self, is_block: bool, may_be_indentless: bool) -> Result<Event<'a>> {
        let mut kind = self.scanner.peek()?;
        if kind == TokenKind::Alias {
            self.pop_state();
            let token = self.take()?;
            let Payload::Text(name) = token.payload else { return Ok(Event::StreamEnd) };
            return Ok(Event::Alias { name, span: self.span(token.start(), token.end()) });
        }
        let mut properties = None;
        if matches!(kind, TokenKind::Anchor | TokenKind::Tag) {
            properties = Some(self.properties()?);
            kind = self.scanner.peek()?;
        }
        let start = self.scanner.peek_token()?.start();
        match kind {
            TokenKind::BlockEntry if may_be_indentless => {
                self.state = State::IndentlessSequenceEntry;
                Ok(Event::SequenceStart { properties, start, is_flow: false })
            }
            TokenKind::Scalar(style) => {
                self.pop_state();
                let token = self.take()?;
                let end = token.end();
                Ok(Event::Scalar { text: token.payload, style, properties, start, end })
            }
            TokenKind::FlowSequenceStart => {
                self.take()?;
                self.starts.push(start);
                self.state = State::FlowSequenceFirstEntry;
                Ok(Event::SequenceStart { properties, start, is_flow: true })
            }
            TokenKind::FlowMappingStart => {
                self.take()?;
                self.starts.push(start);
                self.state = State::FlowMappingFirstKey;
                Ok(Event::MappingStart { properties, start, is_flow: true })
            }
            TokenKind::BlockSequenceStart if is_block => {
                self.take()?;
                self.starts.push(start);
                self.state = State::BlockSequenceEntry;
                Ok(Event::SequenceStart { properties, start, is_flow: false })
            }
            TokenKind::BlockMappingStart if is_block => {
                self.take()?;
                self.starts.push(start);
                self.state = State::BlockMappingKey;
                Ok(Event::MappingStart { properties, start, is_flow: false })
            }
            _ if properties.is_some() => {
                self.pop_state();
                self.empty_scalar(properties)
            }
            _ => {
                self.starts.clear();
                self.unexpected("expected a value here", "quote the text if it is one", "")
            }
        }
    }

    /// An anchor and a tag, in either order.
    fn properties(&mut self) -> Result<Box<Property<'a>>> {
        let mut found = Box::new(Property::default());
        loop {
            match self.scanner.peek()? {
                TokenKind::Anchor if found.anchor.is_none() => {
                    if let Payload::Text(name) = self.take()?.payload {
                        found.anchor = Some(name);
                    }
                }
                TokenKind::Tag if found.tag_span.is_none() => {
                    let token = self.take()?;
                    let span = self.span(token.start(), token.end());
                    let Payload::Pair(words) = token.payload else { continue };
                    let (handle, suffix) = *words;
                    found.tag_span = Some(span);
                    found.tag = Some(self.full_tag(&handle, &suffix, span)?);
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

    fn block_sequence_entry(&mut self) -> Result<Event<'a>> {
        match self.scanner.peek()? {
            TokenKind::BlockEntry => {
                self.take()?;
                match self.scanner.peek()? {
                    TokenKind::BlockEntry | TokenKind::BlockEnd => self.empty(State::BlockSequenceEntry),
                    _ => {
                        self.states.push(State::BlockSequenceEntry);
                        self.node(true, false)
                    }
                }
            }
            TokenKind::BlockEnd => {
                self.end_collection()?;
                Ok(Event::SequenceEnd { end: self.last_end })
            }
            _ => self.unexpected(
                "expected `-` or the end of the list",
                "give the items of a list the same indentation",
                "the list starts here",
            ),
        }
    }

    fn indentless_sequence_entry(&mut self) -> Result<Event<'a>> {
        if self.scanner.peek()? != TokenKind::BlockEntry {
            self.pop_state();
            return Ok(Event::SequenceEnd { end: self.last_end });
        }
        self.take()?;
        match self.scanner.peek()? {
            TokenKind::BlockEntry
            | TokenKind::Key
            | TokenKind::SimpleKey(_)
            | TokenKind::Value
            | TokenKind::BlockEnd => self.empty(State::IndentlessSequenceEntry),
            _ => {
                self.states.push(State::IndentlessSequenceEntry);
                self.node(true, false)
            }
        }
    }

    fn block_mapping_key(&mut self) -> Result<Event<'a>> {
        match self.scanner.peek()? {
            TokenKind::SimpleKey(style) => self.simple_key(style, State::BlockMappingContent),
            TokenKind::Key => {
                self.take()?;
                match self.scanner.peek()? {
                    TokenKind::Key | TokenKind::SimpleKey(_) | TokenKind::Value | TokenKind::BlockEnd => {
                        self.empty(State::BlockMappingValue)
                    }
                    _ => {
                        self.states.push(State::BlockMappingValue);
                        self.node(true, true)
                    }
                }
            }
            TokenKind::BlockEnd => {
                self.end_collection()?;
                Ok(Event::MappingEnd { end: self.last_end })
            }
            _ => self.unexpected(
                "expected a key or the end of the mapping",
                "give the keys of a mapping the same indentation",
                "the mapping starts here",
            ),
        }
    }

    fn block_mapping_value(&mut self) -> Result<Event<'a>> {
        if self.scanner.peek()? != TokenKind::Value {
            return self.empty(State::BlockMappingKey);
        }
        self.take()?;
        self.block_mapping_content()
    }

    fn block_mapping_content(&mut self) -> Result<Event<'a>> {
        match self.scanner.peek()? {
            TokenKind::Key | TokenKind::SimpleKey(_) | TokenKind::Value | TokenKind::BlockEnd => {
                self.empty(State::BlockMappingKey)
            }
            _ => {
                self.states.push(State::BlockMappingKey);
                self.node(true, true)
            }
        }
    }

    /// A key that came with its colon.
    fn simple_key(&mut self, style: Style, next: State) -> Result<Event<'a>> {
        self.state = next;
        let token = self.scanner.take()?;
        let (start, end) = (token.start(), token.end());
        self.last_end = self.scanner.colon_end(end);
        Ok(Event::Scalar { text: token.payload, style, properties: None, start, end })
    }

    fn end_collection(&mut self) -> Result<()> {
        self.pop_state();
        self.starts.pop();
        self.take()?;
        Ok(())
    }

    // Flow collections.

    fn flow_sequence_entry(&mut self, is_first: bool) -> Result<Event<'a>> {
        if !is_first && self.scanner.peek()? != TokenKind::FlowSequenceEnd {
            if self.scanner.peek()? != TokenKind::FlowEntry {
                return self.unexpected("expected `,` or `]`", "separate the items by `,`", "the list starts here");
            }
            self.take()?;
        }
        match self.scanner.peek()? {
            TokenKind::Key => {
                let start = self.scanner.peek_token()?.start();
                self.take()?;
                self.state = State::FlowSequencePairKey;
                Ok(Event::MappingStart { properties: None, start, is_flow: true })
            }
            TokenKind::SimpleKey(_) => {
                let start = self.scanner.peek_token()?.start();
                self.state = State::FlowSequencePairKey;
                Ok(Event::MappingStart { properties: None, start, is_flow: true })
            }
            TokenKind::FlowSequenceEnd => {
                self.end_collection()?;
                Ok(Event::SequenceEnd { end: self.last_end })
            }
            _ => {
                self.states.push(State::FlowSequenceEntry);
                self.node(false, false)
            }
        }
    }

    fn flow_pair_key(&mut self) -> Result<Event<'a>> {
        match self.scanner.peek()? {
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd => {
                // Go: the token is skipped here, whatever it is, so `[? ]]` is a pair.
                self.take()?;
                self.empty(State::FlowSequencePairValue)
            }
            TokenKind::SimpleKey(style) => self.simple_key(style, State::FlowSequencePairContent),
            _ => {
                self.states.push(State::FlowSequencePairValue);
                self.node(false, false)
            }
        }
    }

    fn flow_pair_value(&mut self) -> Result<Event<'a>> {
        if self.scanner.peek()? == TokenKind::Value {
            self.take()?;
            return self.flow_pair_content();
        }
        self.empty(State::FlowSequencePairEnd)
    }

    fn flow_pair_content(&mut self) -> Result<Event<'a>> {
        if matches!(self.scanner.peek()?, TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
            return self.empty(State::FlowSequencePairEnd);
        }
        self.states.push(State::FlowSequencePairEnd);
        self.node(false, false)
    }

    fn flow_mapping_key(&mut self, is_first: bool) -> Result<Event<'a>> {
        if !is_first && self.scanner.peek()? != TokenKind::FlowMappingEnd {
            if self.scanner.peek()? != TokenKind::FlowEntry {
                return self.unexpected(
                    "expected `,` or `}`",
                    "separate the entries by `,`",
                    "the mapping starts here",
                );
            }
            self.take()?;
        }
        match self.scanner.peek()? {
            TokenKind::SimpleKey(style) => self.simple_key(style, State::FlowMappingContent),
            TokenKind::Key => {
                self.take()?;
                match self.scanner.peek()? {
                    TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd => {
                        self.empty(State::FlowMappingValue)
                    }
                    _ => {
                        self.states.push(State::FlowMappingValue);
                        self.node(false, false)
                    }
                }
            }
            TokenKind::FlowMappingEnd => {
                self.end_collection()?;
                Ok(Event::MappingEnd { end: self.last_end })
            }
            _ => {
                self.states.push(State::FlowMappingEmptyValue);
                self.node(false, false)
            }
        }
    }

    fn flow_mapping_value(&mut self) -> Result<Event<'a>> {
        if self.scanner.peek()? == TokenKind::Value {
            self.take()?;
            return self.flow_mapping_content();
        }
        self.empty(State::FlowMappingKey)
    }

    fn flow_mapping_content(&mut self) -> Result<Event<'a>> {
        if matches!(self.scanner.peek()?, TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
            return self.empty(State::FlowMappingKey);
        }
        self.states.push(State::FlowMappingKey);
        self.node(false, false)
    }
}
