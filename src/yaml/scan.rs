//! Text -> tokens, with libyaml's algorithm as go-yaml has it (`scannerc.go`), whose every
//! turn decides which texts are accepted.
//!
//! The algorithm's one hard part: `a` in `a: b` is a key, and that is known only at the colon.
//! So where a scalar (or anything else) may be a key, its place in the queue of tokens is
//! remembered, and the tokens that a key needs are put in front of it when the colon comes.
//!
//! **Invariant:** the text is UTF-8 without control characters ([`super::input`] saw to that), so
//! a zero byte stands for its end.
//!
//! **Not here:** what the tokens mean together ([`super::parse`]).

mod between;
mod line;
mod property;
mod scalar;
mod token;

use std::collections::VecDeque;

pub(super) use line::{LineScalar, Opening};
pub(super) use token::{Extra, Token, TokenKind};

use super::{MAX_DEPTH, Schema};
use crate::base::{Diagnostic, Result, SourceId, Span, bytes};

/// How far behind its start the colon of a simple key may be, in characters.
const MAX_SIMPLE_KEY: usize = 1024;

/// The line breaks NEL, LS and PS.
const ODD_BREAKS: [&str; 3] = ["\u{85}", "\u{2028}", "\u{2029}"];

pub(super) struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    source: SourceId,
    schema: Schema,
    /// No byte over 0x7f: columns are byte distances.
    is_ascii: bool,
    /// The text has one of [`ODD_BREAKS`].
    has_odd_breaks: bool,

    pos: usize,
    /// Where the current line starts; it names the line, too.
    line_start: usize,

    tokens: VecDeque<Token<'a>>,
    /// What the tokens of the queue have besides, in their order.
    extras: VecDeque<Extra>,
    /// How many tokens are in the queue, a [`TokenKind::SimpleKey`] being three.
    queued: usize,
    /// How many tokens were taken.
    taken: usize,
    /// The first token of the queue is final: it will not turn out to be a key.
    is_ready: bool,

    /// The column of the current block collection, -1 outside of any.
    indent: isize,
    indents: Vec<isize>,
    flow_level: usize,
    may_start_key: bool,
    /// One for the block context and one for each flow level.
    simple_keys: Vec<SimpleKey>,
    /// Reused for scalars that are not a slice of the text.
    scratch: String,
}

/// A place where a key may have started.
#[derive(Clone, Copy)]
struct SimpleKey {
    is_possible: bool,
    /// It must be a key: nothing else may stand at this indentation.
    is_required: bool,
    /// The token is held back until this is known. Go: an empty flow collection is not, for the
    /// end of its level takes the entry of its start out of `simple_keys_by_tok`.
    is_awaited: bool,
    /// The number of the token.
    token: usize,
    pos: usize,
    line_start: usize,
    column: usize,
}

impl<'a> Scanner<'a> {
    /// `text` from `start` on; offsets count from its beginning.
    pub fn new(text: &'a str, start: usize, source: SourceId, schema: Schema) -> Scanner<'a> {
        let rest = &text[start..];
        let is_ascii = rest.is_ascii();
        // Go: a second byte order mark at the very start is passed over, any other one is text.
        let bom = if is_ascii { 0 } else { rest.len() - rest.strip_prefix('\u{feff}').unwrap_or(rest).len() };
        Scanner {
            text,
            bytes: text.as_bytes(),
            source,
            schema,
            is_ascii,
            has_odd_breaks: !is_ascii
                && ODD_BREAKS.iter().any(|odd| bytes::find_part(odd.as_bytes(), rest.as_bytes()).is_some()),
            pos: start + bom,
            line_start: start + bom,
            tokens: VecDeque::with_capacity(8),
            extras: VecDeque::new(),
            queued: 0,
            taken: 0,
            is_ready: false,
            indent: -1,
            indents: Vec::new(),
            flow_level: 0,
            may_start_key: true,
            simple_keys: vec![SimpleKey::none(0, start)],
            scratch: String::new(),
        }
    }

    /// The kind of the next token.
    #[inline]
    pub fn peek(&mut self) -> Result<TokenKind> {
        self.peek_token().map(|token| token.kind)
    }

    /// The next token, which stays the next one until [`Scanner::advance`].
    #[inline]
    pub fn peek_token(&mut self) -> Result<&Token<'a>> {
        if !self.is_ready {
            self.fill()?;
        }
        Ok(self.tokens.front().expect("filling leaves a token in the queue"))
    }

    /// Goes on to the token behind the one that was looked at. Gives its extra, if it has one.
    #[inline]
    pub fn advance(&mut self) -> Option<Extra> {
        self.is_ready = false;
        let token = self.tokens.pop_front()?;
        self.taken += token.kind.count();
        self.queued -= token.kind.count();
        if token.has_extra { self.extras.pop_front() } else { None }
    }

    #[inline]
    fn push(&mut self, token: Token<'a>) {
        self.queued += token.kind.count();
        self.tokens.push_back(token);
    }

    fn push_with(&mut self, mut token: Token<'a>, extra: Extra) {
        token.has_extra = true;
        self.extras.push_back(extra);
        self.push(token);
    }

    /// Scans until the first token is final. Go: yaml_parser_fetch_more_tokens; v3 stays two
    /// tokens further ahead, which shows in how much of what follows a document is looked at.
    fn fill(&mut self) -> Result<()> {
        let ahead = if self.schema == Schema::V3 { 2 } else { 0 };
        while self.queued <= ahead || self.head_may_be_key()? {
            self.fetch()?;
        }
        self.is_ready = true;
        Ok(())
    }

    fn head_may_be_key(&mut self) -> Result<bool> {
        let head = self.taken;
        let at = if self.simple_keys.len() == 1 { 0 } else { self.simple_keys.partition_point(|key| key.token < head) };
        match self.simple_keys.get(at) {
            Some(key) if key.is_possible && key.is_awaited && key.token == head => self.is_valid(at),
            _ => Ok(false),
        }
    }

    /// Scans the next token, or several of them. Go: yaml_parser_fetch_next_token.
    fn fetch(&mut self) -> Result<()> {
        self.skip_to_token();
        let column = self.column();
        self.unroll_indent(column as isize);
        let byte = self.at(self.pos);
        if byte == 0 {
            return self.fetch_stream_end();
        }
        if column == 0 {
            match byte {
                b'%' => return self.fetch_directive(),
                b'-' if self.is_document_mark() => return self.fetch_document_mark(TokenKind::DocumentStart),
                b'.' if self.is_document_mark() => return self.fetch_document_mark(TokenKind::DocumentEnd),
                _ => {}
            }
        }
        let in_flow = self.flow_level > 0;
        match byte {
            b'[' => self.fetch_flow_start(TokenKind::FlowSequenceStart)?,
            b'{' => self.fetch_flow_start(TokenKind::FlowMappingStart)?,
            b']' => self.fetch_flow_end(TokenKind::FlowSequenceEnd)?,
            b'}' => self.fetch_flow_end(TokenKind::FlowMappingEnd)?,
            b',' => self.fetch_flow_entry()?,
            // The line behind a dash is looked at with what follows, as Go does.
            b'-' if self.is_blank_or_end(self.pos + 1) => return self.fetch_block_entry(),
            b'?' if in_flow || self.is_blank_or_end(self.pos + 1) => self.fetch_key()?,
            b':' if in_flow || self.is_blank_or_end(self.pos + 1) => self.fetch_value()?,
            b'*' => self.fetch_anchor(TokenKind::Alias)?,
            b'&' => self.fetch_anchor(TokenKind::Anchor)?,
            b'!' => self.fetch_tag()?,
            b'|' if !in_flow => return self.fetch_block_scalar(true),
            b'>' if !in_flow => return self.fetch_block_scalar(false),
            b'\'' => self.fetch_quoted(true)?,
            b'"' => self.fetch_quoted(false)?,
            // What is left of these can start nothing. A question mark in a flow is a key.
            b'\t' | b'|' | b'>' | b'#' | b'%' | b'@' | b'`' => {
                return Err(self.no_token_error(byte));
            }
            _ => return self.fetch_plain(),
        }
        self.skip_line_comment();
        Ok(())
    }

    fn no_token_error(&self, byte: u8) -> Box<Diagnostic> {
        let error = match byte {
            b'\t' => self.error(self.pos, "a tab cannot be used for indentation"),
            _ => self.error(self.pos, format!("a value cannot start with `{}`", byte as char)),
        };
        error.help(match byte {
            b'\t' => "use spaces",
            _ => "quote the value",
        })
    }

    // Places.

    #[inline]
    fn at(&self, pos: usize) -> u8 {
        self.bytes.get(pos).copied().unwrap_or(0)
    }

    /// In bytes, which is as good as characters for the first token of a line: nothing but
    /// spaces stands before it. Behind others it is only asked whether it is past the indentation.
    #[inline]
    fn column(&self) -> usize {
        self.pos - self.line_start
    }

    /// In bytes, of a place on the current line.
    #[inline]
    pub fn column_of(&self, pos: usize) -> usize {
        pos - self.line_start
    }

    /// In characters: the indentation of a collection that starts here.
    #[inline]
    fn exact_column(&self) -> usize {
        if self.is_ascii { self.column() } else { self.text[self.line_start..self.pos].chars().count() }
    }

    #[inline]
    fn is_blank(&self, pos: usize) -> bool {
        matches!(self.at(pos), b' ' | b'\t')
    }

    /// The length of the line break at a place, 0 where there is none.
    #[inline]
    fn break_len(&self, pos: usize) -> usize {
        match self.at(pos) {
            b'\n' => 1,
            b'\r' if self.at(pos + 1) == b'\n' => 2,
            b'\r' => 1,
            0xc2 | 0xe2 if self.has_odd_breaks => match &self.bytes[pos..] {
                [0xc2, 0x85, ..] => 2,
                [0xe2, 0x80, 0xa8 | 0xa9, ..] => 3,
                _ => 0,
            },
            _ => 0,
        }
    }

    #[inline]
    fn is_break_or_end(&self, pos: usize) -> bool {
        self.at(pos) == 0 || self.break_len(pos) > 0
    }

    #[inline]
    fn is_blank_or_end(&self, pos: usize) -> bool {
        match self.at(pos) {
            0 | b' ' | b'\t' | b'\n' | b'\r' => true,
            0xc2 | 0xe2 => self.break_len(pos) > 0,
            _ => false,
        }
    }

    /// `---` or `...` at the start of a line, with nothing glued to it.
    fn is_document_mark(&self) -> bool {
        matches!(self.bytes.get(self.pos..self.pos + 3), Some(b"---" | b"...")) && self.is_blank_or_end(self.pos + 3)
    }

    /// The next line break or the end.
    fn line_end(&self, from: usize) -> usize {
        let rest = &self.bytes[from..];
        let end = bytes::find_either(b'\n', b'\r', rest).map_or(self.bytes.len(), |at| from + at);
        match self.has_odd_breaks {
            true => (from..end).find(|at| self.break_len(*at) > 0).unwrap_or(end),
            false => end,
        }
    }

    /// Steps over a line break of the given length.
    #[inline]
    fn pass_break(&mut self, length: usize) {
        self.pos += length;
        self.line_start = self.pos;
    }

    /// Behind the colon of a [`TokenKind::SimpleKey`] whose scalar ends at a place.
    pub fn colon_end(&self, mut at: usize) -> usize {
        while self.is_blank(at) {
            at += 1;
        }
        at + 1
    }

    pub fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.source, start, end)
    }

    /// The character at a place; empty at the end.
    pub fn span_of_char(&self, pos: usize) -> Span {
        let length = self.text.get(pos..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        self.span(pos, pos + length)
    }

    /// An error with its label on the character at a place.
    pub fn error(&self, pos: usize, message: impl Into<String>) -> Box<Diagnostic> {
        Diagnostic::new("yaml-syntax", message).at(self.span_of_char(pos))
    }

    // Keys.

    fn next_token_number(&self) -> usize {
        self.taken + self.queued
    }

    /// Notes that what starts here may be a key.
    fn save_simple_key(&mut self) -> Result<()> {
        if self.may_start_key {
            self.remove_simple_key()?;
            *self.top_key() = self.key_here();
        }
        Ok(())
    }

    fn key_here(&self) -> SimpleKey {
        let column = self.exact_column();
        SimpleKey {
            is_possible: true,
            is_required: self.flow_level == 0 && self.indent == column as isize,
            is_awaited: true,
            token: self.next_token_number(),
            pos: self.pos,
            line_start: self.line_start,
            column,
        }
    }

    fn remove_simple_key(&mut self) -> Result<()> {
        let key = *self.top_key();
        if key.is_possible && key.is_required {
            return Err(self.missing_colon(key));
        }
        self.top_key().is_possible = false;
        Ok(())
    }

    #[inline]
    fn top_key(&mut self) -> &mut SimpleKey {
        self.simple_keys.last_mut().expect("there is one for the block context")
    }

    /// A key's colon stands on its line and not too far away.
    fn is_valid(&mut self, at: usize) -> Result<bool> {
        let key = self.simple_keys[at];
        if !key.is_possible {
            return Ok(false);
        }
        if key.line_start == self.line_start && self.is_near(key.pos, self.pos) {
            return Ok(true);
        }
        if key.is_required {
            return Err(self.missing_colon(key));
        }
        self.simple_keys[at].is_possible = false;
        Ok(false)
    }

    #[inline]
    fn is_near(&self, key: usize, pos: usize) -> bool {
        pos - key <= MAX_SIMPLE_KEY || self.text[key..pos].chars().count() <= MAX_SIMPLE_KEY
    }

    fn missing_colon(&self, key: SimpleKey) -> Box<Diagnostic> {
        let end = self.line_end(key.pos);
        let end = key.pos + self.text[key.pos..end].trim_ascii_end().len();
        Diagnostic::new("yaml-syntax", "a key is not followed by `:`")
            .at(self.span(key.pos, end))
            .help("write `key: value`, or indent the line if it continues the value above")
    }

    // Indentation.

    /// Starts a block collection where the column is deeper than the current one.
    fn roll_indent(&mut self, column: usize, number: Option<usize>, kind: TokenKind, pos: usize) -> Result<()> {
        if self.flow_level > 0 || self.indent >= column as isize {
            return Ok(());
        }
        if !self.open_block(column) {
            return Err(self.too_deep(pos));
        }
        self.insert(number, Token::new(kind, pos, pos, ""));
        Ok(())
    }

    /// Puts a token before the one with a number, or at the end.
    fn insert(&mut self, number: Option<usize>, token: Token<'a>) {
        // Go: a place that is already behind the head means the end.
        let mut left = number.map_or(usize::MAX, |number| number.wrapping_sub(self.taken));
        for at in 0..self.tokens.len() {
            if left == 0 {
                self.queued += token.kind.count();
                self.tokens.insert(at, token);
                return;
            }
            left = left.wrapping_sub(self.tokens[at].kind.count());
        }
        self.push(token);
    }

    fn too_deep(&self, pos: usize) -> Box<Diagnostic> {
        super::compose::depth_error(self.span_of_char(pos))
    }

    /// Ends the block collections that are deeper than the column.
    #[inline]
    fn unroll_indent(&mut self, column: isize) {
        if self.flow_level > 0 {
            return;
        }
        while self.indent > column {
            self.push(Token::new(TokenKind::BlockEnd, self.pos, self.pos, ""));
            self.close_block();
        }
    }

    /// Goes into a block collection whose first token stands in a column that is deeper than the current one. False
    /// where that is too deep.
    #[inline]
    pub fn open_block(&mut self, column: usize) -> bool {
        let has_room = self.indents.len() < MAX_DEPTH;
        if has_room {
            self.indents.push(self.indent);
            self.indent = column as isize;
        }
        has_room
    }

    /// Leaves the block collection that was gone into last.
    #[inline]
    pub fn close_block(&mut self) {
        self.indent = self.indents.pop().unwrap_or(-1);
    }

    // Tokens that are one character, or none.

    fn push_here(&mut self, kind: TokenKind, length: usize) {
        self.push(Token::new(kind, self.pos, self.pos + length, ""));
        self.pos += length;
    }

    fn fetch_stream_end(&mut self) -> Result<()> {
        self.line_start = self.pos;
        self.unroll_indent(-1);
        // The line of the end is a new one, so a required key is overdue.
        self.remove_simple_key()?;
        self.may_start_key = false;
        self.push_here(TokenKind::StreamEnd, 0);
        Ok(())
    }

    fn fetch_document_mark(&mut self, kind: TokenKind) -> Result<()> {
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.may_start_key = false;
        self.push_here(kind, 3);
        Ok(())
    }

    fn fetch_flow_start(&mut self, kind: TokenKind) -> Result<()> {
        self.save_simple_key()?;
        self.simple_keys.push(SimpleKey::none(self.next_token_number(), self.pos));
        self.flow_level += 1;
        if self.flow_level > MAX_DEPTH {
            return Err(self.too_deep(self.pos));
        }
        self.may_start_key = true;
        self.push_here(kind, 1);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: TokenKind) -> Result<()> {
        self.remove_simple_key()?;
        if self.flow_level > 0 {
            self.flow_level -= 1;
            let ended = self.simple_keys.pop().map(|key| key.token);
            let outer = self.top_key();
            outer.is_awaited &= ended != Some(outer.token);
        }
        self.may_start_key = false;
        self.push_here(kind, 1);
        Ok(())
    }

    fn fetch_flow_entry(&mut self) -> Result<()> {
        self.remove_simple_key()?;
        self.may_start_key = true;
        self.push_here(TokenKind::FlowEntry, 1);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Result<()> {
        if self.flow_level == 0 {
            if !self.may_start_key {
                return Err(self
                    .error(self.pos, "a list item cannot start here")
                    .help("start the list on a line of its own, or quote the value"));
            }
            self.roll_indent(self.exact_column(), None, TokenKind::BlockSequenceStart, self.pos)?;
        }
        // In a flow the parser will report it.
        self.remove_simple_key()?;
        self.may_start_key = true;
        self.push_here(TokenKind::BlockEntry, 1);
        Ok(())
    }

    fn fetch_key(&mut self) -> Result<()> {
        if self.flow_level == 0 {
            if !self.may_start_key {
                return Err(self.error(self.pos, "a key cannot start here"));
            }
            self.roll_indent(self.exact_column(), None, TokenKind::BlockMappingStart, self.pos)?;
        }
        self.remove_simple_key()?;
        self.may_start_key = self.flow_level == 0;
        self.push_here(TokenKind::Key, 1);
        Ok(())
    }

    fn fetch_value(&mut self) -> Result<()> {
        if self.is_valid(self.simple_keys.len() - 1)? {
            let key = *self.top_key();
            self.insert(Some(key.token), Token::new(TokenKind::Key, key.pos, key.pos, ""));
            self.roll_indent(key.column, Some(key.token), TokenKind::BlockMappingStart, key.pos)?;
            self.top_key().is_possible = false;
            self.may_start_key = false;
        } else {
            if self.flow_level == 0 {
                if !self.may_start_key {
                    return Err(self
                        .error(self.pos, "a mapping value is not allowed here")
                        .help("quote the text if the `:` belongs to it, or check the indentation"));
                }
                self.roll_indent(self.exact_column(), None, TokenKind::BlockMappingStart, self.pos)?;
            }
            self.may_start_key = self.flow_level == 0;
        }
        self.push_here(TokenKind::Value, 1);
        Ok(())
    }
}

impl SimpleKey {
    fn none(token: usize, pos: usize) -> SimpleKey {
        SimpleKey { is_possible: false, is_required: false, is_awaited: false, token, pos, line_start: pos, column: 0 }
    }
}
