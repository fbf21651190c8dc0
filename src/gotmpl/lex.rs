//! Cuts the text of a template into tokens, one at a time.
//!
//! **Invariant:** tokens stand in the order of the text and do not overlap; what lies between two of them is
//! white space, trim markers and comments. After a mistake there is only the end.
//! **Not here:** what tokens mean together ([`super::parse`]), the values of literals ([`super::literal`]).

use super::unicode::{decode_rune, is_letter_or_digit, sharp_u};
use crate::base::bytes;

const LEFT_DELIM: &[u8; 2] = b"{{";
const RIGHT_DELIM: &[u8] = b"}}";
const LEFT_COMMENT: &[u8] = b"/*";
const RIGHT_COMMENT: &[u8; 2] = b"*/";
/// A minus and the white space that has to stand beside it.
const TRIM_MARKER_LEN: usize = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// What is wrong is in [`Lexer::mistake`].
    Error,
    Bool,
    /// A printable ASCII character that means nothing by itself, such as the comma.
    Char,
    CharConstant,
    Complex,
    Assign,
    Declare,
    Eof,
    /// `.name`
    Field,
    Identifier,
    LeftDelim,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelim,
    RightParen,
    String,
    Text,
    /// `$` or `$name`
    Variable,
    Dot,
    Nil,
    Keyword(Keyword),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    Block,
    Break,
    Continue,
    Define,
    Else,
    End,
    If,
    Range,
    Template,
    With,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub kind: TokenKind,
    /// White space stands before it in its action. Go has tokens for that, which are almost half of all.
    pub is_apart: bool,
    pub start: u32,
    pub end: u32,
}

pub(super) struct Lexer<'t> {
    text: &'t [u8],
    pos: usize,
    inside_action: bool,
    paren_depth: usize,
    /// Whether `break` and `continue` are keywords: where no functions have these names.
    loop_keywords: [bool; 2],
    /// What an error token is about.
    mistake: Option<String>,
}

impl<'t> Lexer<'t> {
    pub fn new(text: &'t [u8], break_is_keyword: bool, continue_is_keyword: bool) -> Lexer<'t> {
        let loop_keywords = [break_is_keyword, continue_is_keyword];
        Lexer { text, pos: 0, inside_action: false, paren_depth: 0, loop_keywords, mistake: None }
    }

    pub fn mistake(&self) -> &str {
        self.mistake.as_deref().unwrap_or_default()
    }

    #[inline(never)]
    pub fn next(&mut self) -> Token {
        if self.mistake.is_some() {
            return self.token(TokenKind::Eof, self.pos);
        }
        if self.inside_action { self.action() } else { self.text() }
    }

    /// From `start` to where the lexer is now.
    fn token(&self, kind: TokenKind, start: usize) -> Token {
        Token { kind, is_apart: false, start: start as u32, end: self.pos as u32 }
    }

    fn error(&mut self, start: usize, message: impl Into<String>) -> Token {
        self.mistake = Some(message.into());
        self.token(TokenKind::Error, start)
    }

    fn rest(&self) -> &'t [u8] {
        &self.text[self.pos..]
    }

    #[inline]
    fn byte(&self, at: usize) -> Option<u8> {
        self.text.get(at).copied()
    }

    /// The next character without consuming it.
    fn peek(&self) -> Option<char> {
        decode_rune(self.rest()).map(|(rune, _)| rune)
    }

    fn advance(&mut self) -> Option<char> {
        let (rune, width) = decode_rune(self.rest())?;
        self.pos += width;
        Some(rune)
    }

    fn accept(&mut self, valid: &[u8]) -> bool {
        let found = self.rest().first().is_some_and(|byte| valid.contains(byte));
        self.pos += usize::from(found);
        found
    }

    fn accept_run(&mut self, valid: &[u8]) {
        while self.accept(valid) {}
    }

    /// Letters, digits and underscores.
    #[inline]
    fn accept_word(&mut self) {
        loop {
            while self.byte(self.pos).is_some_and(|byte| IS_WORD[usize::from(byte)]) {
                self.pos += 1;
            }
            if self.byte(self.pos).is_none_or(|byte| byte.is_ascii()) || !self.accept_letter() {
                return;
            }
        }
    }

    /// A letter or digit beyond ASCII.
    fn accept_letter(&mut self) -> bool {
        let found = decode_rune(self.rest()).filter(|(rune, _)| is_alphanumeric(*rune));
        self.pos += found.map_or(0, |(_, width)| width);
        found.is_some()
    }

    /// Text up to the next action. Comments are passed over.
    fn text(&mut self) -> Token {
        loop {
            let start = self.pos;
            let Some(len) = find(self.rest(), LEFT_DELIM) else {
                self.pos = self.text.len();
                return self.token(if start < self.pos { TokenKind::Text } else { TokenKind::Eof }, start);
            };
            let delim = start + len;
            let inner = delim + LEFT_DELIM.len();
            let trims = has_left_trim_marker(&self.text[inner..]);
            let text = &self.text[start..delim];
            let kept = if trims { trim_end(text) } else { text };
            self.pos = delim;
            if !kept.is_empty() {
                let end = (start + kept.len()) as u32;
                return Token { kind: TokenKind::Text, is_apart: false, start: start as u32, end };
            }
            let behind_marker = inner + if trims { TRIM_MARKER_LEN } else { 0 };
            if !self.text[behind_marker..].starts_with(LEFT_COMMENT) {
                self.pos = inner;
                let token = self.token(TokenKind::LeftDelim, delim);
                self.pos = behind_marker;
                self.inside_action = true;
                self.paren_depth = 0;
                return token;
            }
            self.pos = behind_marker;
            if let Some(error) = self.comment() {
                return error;
            }
        }
    }

    fn comment(&mut self) -> Option<Token> {
        let start = self.pos;
        let Some(len) = find(&self.rest()[LEFT_COMMENT.len()..], RIGHT_COMMENT) else {
            return Some(self.error(start, "unclosed comment"));
        };
        self.pos += LEFT_COMMENT.len() + len + RIGHT_COMMENT.len();
        match self.at_right_delim() {
            None => Some(self.error(start, "comment ends before closing delimiter")),
            Some(trims) => {
                self.close(trims);
                None
            }
        }
    }

    /// Whether a right delimiter comes next, and then whether it has a trim marker.
    fn at_right_delim(&self) -> Option<bool> {
        let rest = self.rest();
        if has_right_trim_marker(rest) && rest[TRIM_MARKER_LEN..].starts_with(RIGHT_DELIM) {
            return Some(true);
        }
        rest.starts_with(RIGHT_DELIM).then_some(false)
    }

    /// Consumes the right delimiter, which is known to be there, and what it trims. Gives where it starts.
    fn close(&mut self, trims: bool) -> usize {
        let delim = self.pos + if trims { TRIM_MARKER_LEN } else { 0 };
        self.pos = delim + RIGHT_DELIM.len();
        if trims {
            self.pos += self.rest().iter().take_while(|byte| is_space(**byte)).count();
        }
        delim
    }

    fn right_delim(&mut self, trims: bool) -> Token {
        let start = self.close(trims);
        self.inside_action = false;
        let end = (start + RIGHT_DELIM.len()) as u32;
        Token { kind: TokenKind::RightDelim, is_apart: false, start: start as u32, end }
    }

    fn action(&mut self) -> Token {
        let from = self.pos;
        while self.byte(self.pos).is_some_and(is_space) {
            self.pos += 1;
        }
        let is_apart = self.pos > from;
        if is_apart && self.byte(self.pos) == Some(b'-') {
            // The last byte of the white space may belong to the trim marker of a right delimiter.
            self.pos -= 1;
            if self.at_right_delim() == Some(true) {
                return self.end_of_action(true);
            }
            self.pos += 1;
        }
        Token { is_apart, ..self.word() }
    }

    fn word(&mut self) -> Token {
        let start = self.pos;
        let Some(byte) = self.byte(start) else { return self.error(start, "unclosed action") };
        match byte {
            b'}' if self.byte(start + 1) == Some(b'}') => return self.end_of_action(false),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => return self.identifier(start),
            b'+' | b'-' | b'0'..=b'9' => return self.number(start),
            b'.' if self.byte(start + 1).is_none_or(|next| next.is_ascii_digit()) => return self.number(start),
            _ if byte.is_ascii() => self.pos += 1,
            _ => return self.beyond_ascii(start),
        }
        match byte {
            b'.' => self.field_or_variable(start, TokenKind::Field, TokenKind::Dot),
            b'$' => self.field_or_variable(start, TokenKind::Variable, TokenKind::Variable),
            b'"' => self.quoted(start, b'"', TokenKind::String, "unterminated quoted string"),
            b'|' => self.token(TokenKind::Pipe, start),
            b'(' => {
                self.paren_depth += 1;
                self.token(TokenKind::LeftParen, start)
            }
            b')' => match self.paren_depth.checked_sub(1) {
                Some(depth) => {
                    self.paren_depth = depth;
                    self.token(TokenKind::RightParen, start)
                }
                None => self.error(start, "unexpected right paren"),
            },
            b':' => match self.advance() {
                Some('=') => self.token(TokenKind::Declare, start),
                _ => self.error(start, "expected :="),
            },
            b'=' => self.token(TokenKind::Assign, start),
            b'\'' => self.quoted(start, b'\'', TokenKind::CharConstant, "unterminated character constant"),
            b'`' => match bytes::find(b'`', self.rest()) {
                Some(len) => {
                    self.pos += len + 1;
                    self.token(TokenKind::RawString, start)
                }
                None => self.error(start, "unterminated raw quoted string"),
            },
            b'!'..=b'~' => self.token(TokenKind::Char, start),
            _ => self.unrecognized(start, byte.into()),
        }
    }

    fn beyond_ascii(&mut self, start: usize) -> Token {
        match self.advance() {
            Some(rune) if is_alphanumeric(rune) => self.identifier(start),
            Some(rune) => self.unrecognized(start, rune),
            None => self.error(start, "unclosed action"),
        }
    }

    fn unrecognized(&mut self, start: usize, rune: char) -> Token {
        self.error(start, format!("unrecognized character in action: {}", sharp_u(rune)))
    }

    /// The right delimiter, which comes next.
    fn end_of_action(&mut self, trims: bool) -> Token {
        match self.paren_depth {
            0 => self.right_delim(trims),
            _ => self.error(self.pos, "unclosed left paren"),
        }
    }

    fn identifier(&mut self, start: usize) -> Token {
        self.accept_word();
        if !self.at_terminator() {
            return self.bad_terminator(start);
        }
        let kind = match &self.text[start..self.pos] {
            b"block" => TokenKind::Keyword(Keyword::Block),
            b"break" if self.loop_keywords[0] => TokenKind::Keyword(Keyword::Break),
            b"continue" if self.loop_keywords[1] => TokenKind::Keyword(Keyword::Continue),
            b"define" => TokenKind::Keyword(Keyword::Define),
            b"else" => TokenKind::Keyword(Keyword::Else),
            b"end" => TokenKind::Keyword(Keyword::End),
            b"if" => TokenKind::Keyword(Keyword::If),
            b"nil" => TokenKind::Nil,
            b"range" => TokenKind::Keyword(Keyword::Range),
            b"template" => TokenKind::Keyword(Keyword::Template),
            b"with" => TokenKind::Keyword(Keyword::With),
            b"true" | b"false" => TokenKind::Bool,
            _ => TokenKind::Identifier,
        };
        self.token(kind, start)
    }

    /// Behind the dot or dollar sign.
    fn field_or_variable(&mut self, start: usize, kind: TokenKind, alone: TokenKind) -> Token {
        if self.at_terminator() {
            return self.token(alone, start);
        }
        self.accept_word();
        if self.at_terminator() { self.token(kind, start) } else { self.bad_terminator(start) }
    }

    fn bad_terminator(&mut self, start: usize) -> Token {
        let rune = self.peek().unwrap_or_default();
        self.error(start, format!("bad character {}", sharp_u(rune)))
    }

    /// Whether a name may end here: `$x+2` is no name, so that arithmetic might come one day.
    #[inline]
    fn at_terminator(&self) -> bool {
        match self.byte(self.pos) {
            None | Some(b' ' | b'\t' | b'\r' | b'\n' | b'.' | b',' | b'|' | b':' | b')' | b'(') => true,
            Some(b'}') => self.byte(self.pos + 1) == Some(b'}'),
            _ => false,
        }
    }

    /// Behind the opening quote.
    ///
    /// Bytes will do here: none of those that count is a part of a longer character.
    fn quoted(&mut self, start: usize, quote: u8, kind: TokenKind, unterminated: &str) -> Token {
        loop {
            let special = |byte: &u8| *byte == quote || *byte == b'\\' || *byte == b'\n';
            let Some(len) = self.rest().iter().position(special) else {
                self.pos = self.text.len();
                return self.error(start, unterminated);
            };
            let byte = self.rest()[len];
            self.pos += len + 1;
            match byte {
                byte if byte == quote => return self.token(kind, start),
                b'\\' if !matches!(self.advance(), None | Some('\n')) => {}
                _ => return self.error(start, unterminated),
            }
        }
    }

    /// Go: lexNumber. It takes more than is a number; whoever reads the value will notice.
    fn number(&mut self, start: usize) -> Token {
        let mut good = self.scan_number();
        let mut kind = TokenKind::Number;
        if good && matches!(self.peek(), Some('+' | '-')) {
            good = self.scan_number() && self.text[self.pos - 1] == b'i';
            kind = TokenKind::Complex;
        }
        if good {
            return self.token(kind, start);
        }
        let message = format!("bad number syntax: {}", super::fmt::quote(&self.text[start..self.pos]));
        self.error(start, message)
    }

    fn scan_number(&mut self) -> bool {
        const DECIMAL: &[u8] = b"0123456789_";
        const HEX: &[u8] = b"0123456789abcdefABCDEF_";
        self.accept(b"+-");
        let mut digits = DECIMAL;
        if self.accept(b"0") {
            if self.accept(b"xX") {
                digits = HEX;
            } else if self.accept(b"oO") {
                digits = b"01234567_";
            } else if self.accept(b"bB") {
                digits = b"01_";
            }
        }
        self.accept_run(digits);
        if self.accept(b".") {
            self.accept_run(digits);
        }
        let has_exponent = digits == DECIMAL && self.accept(b"eE") || digits == HEX && self.accept(b"pP");
        if has_exponent {
            self.accept(b"+-");
            self.accept_run(DECIMAL);
        }
        self.accept(b"i");
        match self.peek() {
            Some(rune) if is_alphanumeric(rune) => {
                self.advance();
                false
            }
            _ => true,
        }
    }
}

/// Which bytes are letters, digits or underscores by themselves.
static IS_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = (byte as u8).is_ascii_alphanumeric() || byte as u8 == b'_';
        byte += 1;
    }
    table
};

/// Where two bytes stand side by side for the first time. What is looked for is near or its first byte rare.
fn find(text: &[u8], pair: &[u8; 2]) -> Option<usize> {
    bytes::places(pair[0], text).find(|at| text.get(at + 1) == Some(&pair[1]))
}

/// What separates words and what trim markers eat.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn trim_end(text: &[u8]) -> &[u8] {
    &text[..text.iter().rposition(|byte| !is_space(*byte)).map_or(0, |at| at + 1)]
}

fn is_alphanumeric(rune: char) -> bool {
    rune == '_' || is_letter_or_digit(rune)
}

fn has_left_trim_marker(text: &[u8]) -> bool {
    matches!(text, [b'-', space, ..] if is_space(*space))
}

fn has_right_trim_marker(text: &[u8]) -> bool {
    matches!(text, [space, b'-', ..] if is_space(*space))
}
