//! Scalars in their five styles.
//!
//! Most are a slice of the text and are handed on as one; the others are put together in a
//! buffer that is used again and again.

use compact_str::CompactString;

use super::property::hex;
use super::{Extra, Scanner, SimpleKey, Token, TokenKind};
use crate::base::Result;
use crate::yaml::Style;

/// What a byte may be within a plain scalar.
const PLAIN: u8 = 0;
const STOP: u8 = 1;
const FLOW_STOP: u8 = 2;

/// Bytes at which a plain scalar must be looked at closer; those of the second kind in flows only.
static PLAIN_CLASS: [u8; 256] = {
    let mut table = [PLAIN; 256];
    let stops = *b"\0 \t\n\r:\xc2\xe2";
    let mut i = 0;
    while i < stops.len() {
        table[stops[i] as usize] = STOP;
        i += 1;
    }
    let flow_stops = *b",?[]{}";
    let mut i = 0;
    while i < flow_stops.len() {
        table[flow_stops[i] as usize] = FLOW_STOP;
        i += 1;
    }
    table
};

/// What becomes of the line breaks at the end of a block scalar.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

/// A scalar's value, and where it stands.
enum Text<'a> {
    Slice { start: usize, end: usize, text: &'a str },
    Made { start: usize, end: usize, text: CompactString },
}

/// One line of a plain scalar.
pub(super) struct PlainLine {
    /// Behind the last character that is not blank; the line's start where there is none.
    pub content_end: usize,
    /// Where the line stops to be part of the scalar: a line break, the end, or an indicator.
    pub stop: usize,
}

impl<'a> Scanner<'a> {
    // Scalars as keys.

    /// What a scalar that starts here would be as a key, where one may start.
    fn begin_scalar(&mut self) -> Result<Option<SimpleKey>> {
        if !self.may_start_key {
            return Ok(None);
        }
        self.remove_simple_key()?;
        self.may_start_key = false;
        Ok(Some(self.key_here()))
    }

    /// Queues a scalar. Where its colon follows at once, it is queued as a key with its colon,
    /// which is what [`Scanner::fetch_value`] would come to, without the detour.
    fn end_scalar(&mut self, key: Option<SimpleKey>, style: Style, text: Text<'a>) -> Result<()> {
        if let Some(key) = key {
            *self.top_key() = key;
            let mut at = self.pos;
            while self.is_blank(at) {
                at += 1;
            }
            let is_colon = self.at(at) == b':' && (self.flow_level > 0 || self.is_blank_or_end(at + 1));
            if is_colon && key.line_start == self.line_start && self.is_near(key.pos, at) {
                self.roll_indent(key.column, None, TokenKind::BlockMappingStart, key.pos)?;
                self.push_scalar(TokenKind::SimpleKey(style), text);
                self.pos = at + 1;
                self.top_key().is_possible = false;
                self.skip_line_comment();
                return Ok(());
            }
        }
        self.push_scalar(TokenKind::Scalar(style), text);
        Ok(())
    }

    #[inline]
    fn push_scalar(&mut self, kind: TokenKind, text: Text<'a>) {
        match text {
            Text::Slice { start, end, text } => self.push(Token::new(kind, start, end, text)),
            Text::Made { start, end, text } => self.push_with(Token::new(kind, start, end, ""), Extra::Text(text)),
        }
    }

    // Plain.

    /// Go: yaml_parser_scan_plain_scalar.
    pub(super) fn fetch_plain(&mut self) -> Result<()> {
        let key = self.begin_scalar()?;
        let start = self.pos;
        let mut line = self.plain_line(start);
        let mut end = line.content_end;
        self.pos = line.stop;
        let mut is_folded = false;
        let mut ends_with_break = false;
        while self.break_len(self.pos) > 0 {
            ends_with_break = true;
            let (first, more) = self.plain_breaks(start)?;
            if !self.plain_goes_on() {
                break;
            }
            line = self.plain_line(self.pos);
            if line.content_end == self.pos {
                break;
            }
            if !is_folded {
                is_folded = true;
                self.scratch.clear();
                self.scratch.push_str(&self.text[start..end]);
            }
            fold(&mut self.scratch, Some(first), &more);
            self.scratch.push_str(&self.text[self.pos..line.content_end]);
            end = line.content_end;
            ends_with_break = false;
            self.pos = line.stop;
        }
        let text = match is_folded {
            true => Text::Made { start, end, text: CompactString::new(&self.scratch) },
            false => Text::Slice { start, end, text: &self.text[start..end] },
        };
        self.end_scalar(key, Style::Plain, text)?;
        if ends_with_break {
            self.may_start_key = true;
        } else {
            self.skip_line_comment();
        }
        Ok(())
    }

    pub(super) fn plain_line(&self, from: usize) -> PlainLine {
        let stop_class = if self.flow_level > 0 { STOP } else { FLOW_STOP };
        let is_plain = |b: u8| {
            let class = PLAIN_CLASS[b as usize];
            class == PLAIN || (class == FLOW_STOP && stop_class == FLOW_STOP)
        };
        let bytes = self.bytes;
        let mut at = from;
        let mut run = from;
        let mut content_end = from;
        loop {
            while at < bytes.len() && is_plain(bytes[at]) {
                at += 1;
            }
            match self.at(at) {
                b' ' | b'\t' => {
                    if at > run {
                        content_end = at;
                    }
                    while self.is_blank(at) {
                        at += 1;
                    }
                    run = at;
                    if self.at(at) == b'#' {
                        return PlainLine { content_end, stop: at };
                    }
                }
                b':' if !self.is_blank_or_end(at + 1) => at += 1,
                0xc2 | 0xe2 if self.break_len(at) == 0 => at += 1,
                _ => {
                    if at > run {
                        content_end = at;
                    }
                    return PlainLine { content_end, stop: at };
                }
            }
        }
    }

    /// The breaks and blanks between two lines: the first break, and the others.
    fn plain_breaks(&mut self, start: usize) -> Result<(char, String)> {
        let mut first = None;
        let mut more = String::new();
        loop {
            let length = self.break_len(self.pos);
            if length > 0 {
                let value = self.break_value();
                match first {
                    None => first = Some(value),
                    Some(_) => more.push(value),
                }
                self.pass_break(length);
            } else if self.is_blank(self.pos) {
                if self.at(self.pos) == b'\t' && (self.column() as isize) < self.indent + 1 {
                    return Err(self
                        .error(self.pos, "a tab cannot be used for indentation")
                        .label(self.span_of_char(start), "in the value that starts here")
                        .help("use spaces"));
                }
                self.pos += 1;
            } else {
                return Ok((first.unwrap_or('\n'), more));
            }
        }
    }

    /// The line at which a plain scalar has arrived belongs to it, if it has any content.
    fn plain_goes_on(&self) -> bool {
        let column = self.column();
        let is_dedented = self.flow_level == 0 && (column as isize) < self.indent + 1;
        let is_mark = column == 0 && self.is_document_mark();
        !is_dedented && !is_mark && self.at(self.pos) != b'#'
    }

    // Quoted.

    /// Go: yaml_parser_scan_flow_scalar.
    pub(super) fn fetch_quoted(&mut self, is_single: bool) -> Result<()> {
        let key = self.begin_scalar()?;
        let start = self.pos;
        let style = if is_single { Style::SingleQuoted } else { Style::DoubleQuoted };
        let text = match self.quoted_slice_at(start, is_single) {
            Some(text) => {
                self.pos = start + text.len() + 2;
                Text::Slice { start, end: self.pos, text }
            }
            None => {
                let text = self.quoted_text(is_single)?;
                Text::Made { start, end: self.pos, text }
            }
        };
        self.end_scalar(key, style, text)
    }

    /// The text between the quotes where it is the value as it stands.
    pub(super) fn quoted_slice_at(&self, start: usize, is_single: bool) -> Option<&'a str> {
        let from = start + 1;
        let rest = &self.bytes[from..];
        let length = match is_single {
            true => rest.iter().position(|b| matches!(b, b'\'' | b'\n' | b'\r'))?,
            false => rest.iter().position(|b| matches!(b, b'"' | b'\\' | b'\n' | b'\r'))?,
        };
        let is_closed = rest[length] == self.bytes[start] && !(is_single && rest.get(length + 1) == Some(&b'\''));
        (is_closed && !self.has_odd_breaks).then(|| &self.text[from..from + length])
    }

    fn quoted_text(&mut self, is_single: bool) -> Result<CompactString> {
        let start = self.pos;
        let quote = self.at(start);
        let mut out = std::mem::take(&mut self.scratch);
        out.clear();
        self.pos += 1;
        loop {
            if self.column() == 0 && self.is_document_mark() {
                return Err(self
                    .error(self.pos, "a quoted value cannot hold a line that separates documents")
                    .label(self.span_of_char(start), "the quote is opened here")
                    .help("close the quote"));
            }
            if self.at(self.pos) == 0 {
                return Err(self.error(start, "the quote is never closed").help(if is_single {
                    "add a `'`"
                } else {
                    "add a `\"`"
                }));
            }
            let mut is_folding = self.quoted_word(is_single, &mut out)?;
            if self.at(self.pos) == quote {
                break;
            }
            let blanks = self.pos;
            let mut first = None;
            let mut more = String::new();
            loop {
                let length = self.break_len(self.pos);
                if length > 0 {
                    let value = self.break_value();
                    if is_folding {
                        more.push(value)
                    } else {
                        first = Some(value)
                    }
                    is_folding = true;
                    self.pass_break(length);
                } else if self.is_blank(self.pos) {
                    self.pos += 1;
                } else {
                    break;
                }
            }
            match is_folding {
                true => fold(&mut out, first, &more),
                false => out.push_str(&self.text[blanks..self.pos]),
            }
        }
        self.pos += 1;
        let text = CompactString::new(&out);
        self.scratch = out;
        Ok(text)
    }

    /// The characters up to a blank, a break, the closing quote or the end. True where an
    /// escaped line break ended them.
    fn quoted_word(&mut self, is_single: bool, out: &mut String) -> Result<bool> {
        loop {
            let rest = &self.bytes[self.pos..];
            let special = |b: &u8| match b {
                b' ' | b'\t' | b'\n' | b'\r' | 0xc2 | 0xe2 => true,
                b'\'' => is_single,
                b'"' | b'\\' => !is_single,
                _ => false,
            };
            let length = rest.iter().position(special).unwrap_or(rest.len());
            out.push_str(&self.text[self.pos..self.pos + length]);
            self.pos += length;
            match self.at(self.pos) {
                b'\'' if is_single && self.at(self.pos + 1) == b'\'' => {
                    out.push('\'');
                    self.pos += 2;
                }
                b'\\' => match self.break_len(self.pos + 1) {
                    0 => self.escape(out)?,
                    length => {
                        self.pass_break(length + 1);
                        return Ok(true);
                    }
                },
                0xc2 | 0xe2 if self.break_len(self.pos) == 0 => {
                    let Some(char) = self.text[self.pos..].chars().next() else { return Ok(false) };
                    out.push(char);
                    self.pos += char.len_utf8();
                }
                _ => return Ok(false),
            }
        }
    }

    /// An escape sequence of a double-quoted scalar.
    fn escape(&mut self, out: &mut String) -> Result<()> {
        let simple = match self.at(self.pos + 1) {
            b'0' => '\0',
            b'a' => '\x07',
            b'b' => '\x08',
            b't' | b'\t' => '\t',
            b'n' => '\n',
            b'v' => '\x0b',
            b'f' => '\x0c',
            b'r' => '\r',
            b'e' => '\x1b',
            b' ' => ' ',
            b'"' => '"',
            // Go: not in the specification, which has the slash instead.
            b'\'' => '\'',
            b'\\' => '\\',
            b'N' => '\u{85}',
            b'_' => '\u{a0}',
            b'L' => '\u{2028}',
            b'P' => '\u{2029}',
            b'x' => return self.code_point(2, out),
            b'u' => return self.code_point(4, out),
            b'U' => return self.code_point(8, out),
            _ => {
                return Err(self
                    .escape_error(2, "unknown escape in a double-quoted value")
                    .help("write `\\\\` for a backslash, or use single quotes"));
            }
        };
        out.push(simple);
        self.pos += 2;
        Ok(())
    }

    fn code_point(&mut self, digits: usize, out: &mut String) -> Result<()> {
        let code = self.bytes.get(self.pos + 2..self.pos + 2 + digits).and_then(|digits| {
            digits.iter().try_fold(0u32, |code, b| hex(*b).map(|digit| code << 4 | u32::from(digit)))
        });
        let Some(code) = code else {
            return Err(self.escape_error(2, format!("this escape needs {digits} hexadecimal digits")));
        };
        let Some(char) = char::from_u32(code) else {
            return Err(self.escape_error(2 + digits, format!("U+{code:04X} is no character")));
        };
        out.push(char);
        self.pos += 2 + digits;
        Ok(())
    }

    fn escape_error(&self, length: usize, message: impl Into<String>) -> Box<crate::base::Diagnostic> {
        let mut end = (self.pos + length).min(self.bytes.len());
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        crate::base::Diagnostic::new("yaml-syntax", message).at(self.span(self.pos, end))
    }

    // Block.

    /// Go: yaml_parser_scan_block_scalar.
    pub(super) fn fetch_block_scalar(&mut self, is_literal: bool) -> Result<()> {
        self.remove_simple_key()?;
        self.may_start_key = true;
        let start = self.pos;
        let (chomping, increment) = self.block_header()?;
        let mut content_end = self.pos;
        while self.is_blank(self.pos) {
            self.pos += 1;
        }
        if self.at(self.pos) == b'#' {
            self.pos = self.line_end(self.pos);
        }
        if !self.is_break_or_end(self.pos) {
            return Err(self
                .error(self.pos, "the text of a block value must start on the next line")
                .label(self.span_of_char(start), "the block value starts here"));
        }
        self.pass_break(self.break_len(self.pos));

        let mut indent = increment.map_or(0, |increment| self.indent.max(0) as usize + increment);
        let mut out = std::mem::take(&mut self.scratch);
        out.clear();
        let mut trailing = String::new();
        self.block_breaks(&mut indent, &mut trailing, start)?;
        let mut pending: Option<char> = None;
        let mut was_blank = false;
        while self.column() == indent && self.at(self.pos) != 0 {
            // A folded break is a space, unless a line next to it is indented further.
            let is_blank = self.is_blank(self.pos);
            match pending {
                Some('\n') if !is_literal && !was_blank && !is_blank => fold(&mut out, Some('\n'), &trailing),
                Some(value) => {
                    out.push(value);
                    out.push_str(&trailing);
                }
                None => out.push_str(&trailing),
            }
            trailing.clear();
            was_blank = is_blank;
            let end = self.line_end(self.pos);
            out.push_str(&self.text[self.pos..end]);
            content_end = end;
            self.pos = end;
            pending = match self.break_len(end) {
                0 => None,
                length => {
                    let value = self.break_value();
                    self.pass_break(length);
                    Some(value)
                }
            };
            self.block_breaks(&mut indent, &mut trailing, start)?;
        }
        if chomping != Chomping::Strip {
            out.extend(pending);
        }
        if chomping == Chomping::Keep {
            out.push_str(&trailing);
        }
        let text = CompactString::new(&out);
        self.scratch = out;
        let kind = TokenKind::Scalar(if is_literal { Style::Literal } else { Style::Folded });
        self.push_scalar(kind, Text::Made { start, end: content_end, text });
        Ok(())
    }

    /// The chomping and the indentation that stand behind `|` or `>`, in either order.
    fn block_header(&mut self) -> Result<(Chomping, Option<usize>)> {
        self.pos += 1;
        let mut chomping = None;
        let mut increment = None;
        for _ in 0..2 {
            match self.at(self.pos) {
                b'+' if chomping.is_none() => chomping = Some(Chomping::Keep),
                b'-' if chomping.is_none() => chomping = Some(Chomping::Strip),
                b'0' if increment.is_none() => {
                    return Err(self.error(self.pos, "the indentation of a block value cannot be 0"));
                }
                digit @ b'1'..=b'9' if increment.is_none() => increment = Some(usize::from(digit - b'0')),
                _ => break,
            }
            self.pos += 1;
        }
        Ok((chomping.unwrap_or(Chomping::Clip), increment))
    }

    /// Indentation and empty lines. Finds the indentation where it is not known (0).
    fn block_breaks(&mut self, indent: &mut usize, breaks: &mut String, start: usize) -> Result<()> {
        let mut deepest = 0;
        loop {
            while (*indent == 0 || self.column() < *indent) && self.at(self.pos) == b' ' {
                self.pos += 1;
            }
            deepest = deepest.max(self.column());
            if (*indent == 0 || self.column() < *indent) && self.at(self.pos) == b'\t' {
                return Err(self
                    .error(self.pos, "a tab cannot be used for indentation")
                    .label(self.span_of_char(start), "in the block value that starts here")
                    .help("use spaces"));
            }
            match self.break_len(self.pos) {
                0 => break,
                length => {
                    breaks.push(self.break_value());
                    self.pass_break(length);
                }
            }
        }
        if *indent == 0 {
            *indent = deepest.max((self.indent + 1) as usize).max(1);
        }
        Ok(())
    }

    /// What the line break here is in a value: LS and PS stay, all others become a newline.
    fn break_value(&self) -> char {
        match &self.bytes[self.pos..] {
            [0xe2, 0x80, 0xa8, ..] => '\u{2028}',
            [0xe2, 0x80, 0xa9, ..] => '\u{2029}',
            _ => '\n',
        }
    }
}

/// Line folding: one break is a space, of several the first is dropped.
fn fold(out: &mut String, first: Option<char>, more: &str) {
    match first {
        Some('\n') if more.is_empty() => out.push(' '),
        Some('\n') | None => out.push_str(more),
        Some(value) => {
            out.push(value);
            out.push_str(more);
        }
    }
}
