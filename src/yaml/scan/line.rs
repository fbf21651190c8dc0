//! What most lines of most texts are: `key:`, `key: value` and `- value`, with plain or simply quoted scalars. Such a
//! line is told by looking at its bytes once, without tokens.
//!
//! **Invariant:** what is recognised here means what [`super::Scanner::fetch`] and its helpers make of it; whatever
//! might mean more is left to them.
//!
//! **Not here:** what the lines mean together (`parse/lines.rs`).

use super::scalar::PlainLine;
use super::{MAX_SIMPLE_KEY, Scanner};
use crate::yaml::Style;

/// A scalar on one line: where it stands, quotes included, and its value.
pub(in crate::yaml) struct LineScalar<'a> {
    pub start: usize,
    pub end: usize,
    /// Where to go on: behind a key's colon, before a value's comment or line break.
    pub stop: usize,
    pub style: Style,
    pub text: &'a str,
}

/// What a place in the text begins with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::yaml) enum Opening {
    /// A character that may start a plain key and nothing else.
    Word,
    /// The dash of a list's item.
    Dash,
    Other,
}

/// Bytes that may start a plain scalar wherever one may start.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'/' | b'$' | b'(' | b'=' | b'^' | b'<' | b'+' | b';')
}

impl<'a> Scanner<'a> {
    /// Nothing is queued, and nothing that was passed may still turn out to be a key: the next token starts behind
    /// [`Scanner::here`].
    #[inline]
    pub fn is_between_tokens(&self) -> bool {
        self.tokens.is_empty() && self.flow_level == 0 && self.simple_keys.last().is_some_and(|key| !key.is_possible)
    }

    #[inline]
    pub fn here(&self) -> usize {
        self.pos
    }

    /// The column of the current block collection, -1 outside of any.
    #[inline]
    pub fn indent(&self) -> isize {
        self.indent
    }

    /// Goes to the next token, and says in which column it stands, where it is the first of its line; nothing where
    /// it is not.
    #[inline]
    pub fn go_to_line(&mut self) -> Option<usize> {
        self.skip_to_token();
        (self.may_start_key).then(|| self.column())
    }

    /// Where the value behind a colon or a dash starts, if it stands on the same line.
    #[inline]
    pub fn value_from(&self, indicator_end: usize) -> Option<usize> {
        let at = self.behind_spaces(indicator_end);
        let is_comment = self.at(at) == b'#' && at > indicator_end;
        (!is_comment && !self.is_break_or_end(at)).then_some(at)
    }

    #[inline]
    pub fn opening(&self, at: usize) -> Opening {
        match self.at(at) {
            b'-' if self.at(at + 1) == b' ' => Opening::Dash,
            byte if is_word(byte) => Opening::Word,
            _ => Opening::Other,
        }
    }

    /// A plain key and its colon, behind which a blank or a newline stands.
    #[inline]
    pub fn line_key(&self, start: usize) -> Option<LineScalar<'a>> {
        if !is_word(self.at(start)) {
            return None;
        }
        let mut at = start + 1;
        loop {
            let byte = self.at(at);
            match byte {
                b':' if matches!(self.at(at + 1), b' ' | b'\n') => break,
                b' ' | b'\t' | b'\n' | b'\r' | 0 | 0xc2 | 0xe2 => return None,
                _ => at += 1,
            }
        }
        let text = &self.text[start..at];
        (text.len() <= MAX_SIMPLE_KEY).then_some(LineScalar { start, end: at, stop: at + 1, style: Style::Plain, text })
    }

    /// A value that ends with its line, or before a comment.
    #[inline]
    pub fn line_value(&self, start: usize) -> Option<LineScalar<'a>> {
        match self.at(start) {
            b'"' | b'\'' => {
                let scalar = self.line_quoted(start)?;
                (self.at(scalar.end) == b'\n' || self.starts_comment(scalar.end)).then_some(scalar)
            }
            byte if is_word(byte) || (byte == b'-' && is_word(self.at(start + 1))) => {
                let PlainLine { content_end: end, stop } = self.plain_line(start);
                let is_whole = match self.at(stop) {
                    b'#' => true,
                    b'\n' => self.ends_before_line(stop + 1),
                    _ => false,
                };
                is_whole.then(|| LineScalar { start, end, stop, style: Style::Plain, text: &self.text[start..end] })
            }
            _ => None,
        }
    }

    /// A collection in braces or brackets that ends with its line, or before a comment, and holds nothing but words:
    /// where it ends. Its keys and values go to `words`.
    pub fn line_flow(&self, start: usize, words: &mut Vec<LineScalar<'a>>) -> Option<usize> {
        words.clear();
        let close = match self.at(start) {
            b'{' => b'}',
            b'[' => b']',
            _ => return None,
        };
        let mut at = self.behind_spaces(start + 1);
        while self.at(at) != close {
            if !words.is_empty() {
                at = self.behind_spaces((self.at(at) == b',').then_some(at + 1)?);
            }
            if close == b'}' {
                let key = self.flow_word(at)?;
                at = (self.at(key.end) == b':' && self.at(key.end + 1) == b' ').then_some(key.end + 2)?;
                at = self.behind_spaces(at);
                words.push(key);
            }
            let value = self.flow_word(at)?;
            at = self.behind_spaces(value.end);
            words.push(value);
        }
        let end = at + 1;
        (self.at(end) == b'\n' || self.starts_comment(end)).then_some(end)
    }

    /// Whether a collection that [`Scanner::line_flow`] found is a mapping.
    pub fn starts_mapping(&self, start: usize) -> bool {
        self.at(start) == b'{'
    }

    /// A plain word of letters that mean nothing, or a quoted one.
    fn flow_word(&self, start: usize) -> Option<LineScalar<'a>> {
        let word = match self.at(start) {
            b'"' | b'\'' => self.line_quoted(start)?,
            _ => {
                let mut end = start;
                while self.at(end).is_ascii_alphanumeric()
                    || (matches!(self.at(end), b'_' | b'/' | b'.' | b'-') && end > start)
                {
                    end += 1;
                }
                LineScalar { start, end, stop: end, style: Style::Plain, text: &self.text[start..end] }
            }
        };
        let is_word = word.end > start && word.end - start <= MAX_SIMPLE_KEY;
        (is_word && matches!(self.at(word.end), b' ' | b',' | b':' | b'}' | b']')).then_some(word)
    }

    /// A quoted scalar that is a slice of the text.
    #[inline]
    fn line_quoted(&self, start: usize) -> Option<LineScalar<'a>> {
        let is_single = self.at(start) == b'\'';
        let text = self.quoted_slice_at(start, is_single)?;
        let end = start + text.len() + 2;
        let style = if is_single { Style::SingleQuoted } else { Style::DoubleQuoted };
        Some(LineScalar { start, end, stop: end, style, text })
    }

    #[inline]
    fn behind_spaces(&self, mut at: usize) -> usize {
        while self.at(at) == b' ' {
            at += 1;
        }
        at
    }

    fn starts_comment(&self, from: usize) -> bool {
        let at = self.behind_spaces(from);
        at > from && self.at(at) == b'#'
    }

    /// Whether a plain scalar of the current collection cannot go on in the lines from `at` on, which is the start of
    /// one.
    fn ends_before_line(&self, mut at: usize) -> bool {
        loop {
            let line = at;
            at = self.behind_spaces(line);
            match self.at(at) {
                b'\n' => at += 1,
                b'#' => return true,
                b'\t' | b'\r' | 0xc2 | 0xe2 => return false,
                _ => return (at - line) as isize <= self.indent,
            }
        }
    }

    /// Steps behind a scalar and its colon, or a collection.
    #[inline]
    pub fn pass(&mut self, end: usize) {
        self.pos = end;
        self.may_start_key = false;
        self.skip_line_comment();
    }
}
