//! What stands before a value and is not part of it: anchors, tags, directives.

use super::{Extra, Scanner, Token, TokenKind};
use crate::base::{Diagnostic, Result};

impl<'a> Scanner<'a> {
    /// `&name` or `*name`. Go: yaml_parser_scan_anchor.
    pub(super) fn fetch_anchor(&mut self, kind: TokenKind) -> Result<()> {
        self.save_simple_key()?;
        self.may_start_key = false;
        let start = self.pos;
        let end = self.word_end(start + 1);
        let is_closed = self.is_blank_or_end(end) || b"?:,]}%@`".contains(&self.at(end));
        if end == start + 1 || !is_closed {
            let what = if kind == TokenKind::Alias { "an alias" } else { "an anchor" };
            return Err(self
                .error(end, format!("the name of {what} must be letters, digits, `-` and `_`"))
                .label(self.span(start, end), "")
                .help(if kind == TokenKind::Alias {
                    "quote the value if it is no alias"
                } else {
                    "quote the value if it has no anchor"
                }));
        }
        self.push(Token::new(kind, start, end, &self.text[start + 1..end]));
        self.pos = end;
        Ok(())
    }

    /// `!`, `!suffix`, `!handle!suffix` or `!<verbatim>`. Go: yaml_parser_scan_tag.
    pub(super) fn fetch_tag(&mut self) -> Result<()> {
        self.save_simple_key()?;
        self.may_start_key = false;
        let start = self.pos;
        let (handle, suffix) = if self.at(start + 1) == b'<' {
            self.pos = start + 2;
            let suffix = self.tag_uri("")?;
            if self.at(self.pos) != b'>' {
                return Err(self.error(self.pos, "a tag that starts with `!<` must end with `>`"));
            }
            self.pos += 1;
            (String::new(), suffix)
        } else {
            let handle = self.tag_handle(false)?;
            if handle.len() > 1 && handle.ends_with('!') {
                (handle.to_owned(), self.tag_uri("")?)
            } else {
                match self.tag_uri(handle)? {
                    // The tag `!`.
                    suffix if suffix.is_empty() => (suffix, "!".to_owned()),
                    suffix => ("!".to_owned(), suffix),
                }
            }
        };
        if !self.is_blank_or_end(self.pos) {
            return Err(self.error(self.pos, "a tag must be followed by a space"));
        }
        let words = Extra::Words(Box::new((handle, suffix)));
        self.push_with(Token::new(TokenKind::Tag, start, self.pos, ""), words);
        Ok(())
    }

    /// `%YAML 1.1` or `%TAG !handle! prefix`.
    pub(super) fn fetch_directive(&mut self) -> Result<()> {
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.may_start_key = false;
        let start = self.pos;
        let name_end = self.word_end(start + 1);
        let name = &self.text[start + 1..name_end];
        if name.is_empty() || !self.is_blank_or_end(name_end) {
            return Err(self.error(name_end, "a line that starts with `%` must name a directive"));
        }
        self.pos = name_end;
        let (kind, first, second) = match name {
            "YAML" => {
                self.skip_blanks();
                let major = self.version_number()?;
                if self.at(self.pos) != b'.' {
                    return Err(self.error(self.pos, "a `%YAML` directive must have a version such as `1.1`"));
                }
                self.pos += 1;
                let minor = self.version_number()?;
                (TokenKind::VersionDirective, major.to_string(), minor.to_string())
            }
            "TAG" => {
                self.skip_blanks();
                let handle = self.tag_handle(true)?.to_owned();
                if !self.is_blank(self.pos) {
                    return Err(self.error(self.pos, "a `%TAG` directive must have a handle and a prefix"));
                }
                self.skip_blanks();
                let prefix = self.tag_uri("")?;
                if !self.is_blank_or_end(self.pos) {
                    return Err(self.error(self.pos, "the prefix of a `%TAG` directive must be followed by a space"));
                }
                (TokenKind::TagDirective, handle, prefix)
            }
            _ => {
                return Err(Diagnostic::new("yaml-syntax", format!("unknown directive `%{name}`"))
                    .at(self.span(start, name_end))
                    .help("only `%YAML` and `%TAG` are known"));
            }
        };
        let end = self.pos;
        self.skip_blanks();
        if self.at(self.pos) == b'#' {
            self.pos = self.line_end(self.pos);
        }
        if !self.is_break_or_end(self.pos) {
            return Err(self.error(self.pos, "nothing but a comment may follow a directive"));
        }
        self.pass_break(self.break_len(self.pos));
        self.push_with(Token::new(kind, start, end, ""), Extra::Words(Box::new((first, second))));
        Ok(())
    }

    fn skip_blanks(&mut self) {
        while self.is_blank(self.pos) {
            self.pos += 1;
        }
    }

    /// Behind the letters, digits, dashes and underscores.
    fn word_end(&self, from: usize) -> usize {
        let is_word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
        from + self.bytes[from..].iter().take_while(|b| is_word(b)).count()
    }

    fn version_number(&mut self) -> Result<u8> {
        let digits = self.bytes[self.pos..].iter().take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 || digits > 2 {
            return Err(self.error(self.pos, "a `%YAML` directive must have a version such as `1.1`"));
        }
        let number = self.bytes[self.pos..self.pos + digits].iter().fold(0, |sum, b| sum * 10 + (b - b'0'));
        self.pos += digits;
        Ok(number)
    }

    /// `!` or `!word!`; in a tag also `!word`, which is then the start of the suffix.
    fn tag_handle(&mut self, in_directive: bool) -> Result<&'a str> {
        let start = self.pos;
        if self.at(start) != b'!' {
            return Err(self.error(start, "a tag handle must start with `!`"));
        }
        let mut end = self.word_end(start + 1);
        if self.at(end) == b'!' {
            end += 1;
        } else if in_directive && end > start + 1 {
            return Err(self.error(end, "a tag handle must end with `!`"));
        }
        self.pos = end;
        Ok(&self.text[start..end])
    }

    /// The characters of a tag, with `%41` decoded, behind a head whose first character is
    /// left out. Go: yaml_parser_scan_tag_uri.
    fn tag_uri(&mut self, head: &str) -> Result<String> {
        let mut uri = head.as_bytes().get(1..).unwrap_or_default().to_vec();
        let start = self.pos;
        loop {
            match self.at(self.pos) {
                b'%' => self.uri_escape(&mut uri)?,
                b if b.is_ascii_alphanumeric() || b"_-;/?:@&=+$,.!~*'()[]".contains(&b) => {
                    uri.push(b);
                    self.pos += 1;
                }
                _ => break,
            }
        }
        if head.is_empty() && self.pos == start {
            return Err(self.error(start, "a tag must have a name here"));
        }
        Ok(String::from_utf8_lossy(&uri).into_owned())
    }

    /// One character, of as many escaped bytes as its first one says.
    fn uri_escape(&mut self, uri: &mut Vec<u8>) -> Result<()> {
        let mut left = None;
        while left != Some(0) {
            let octet = match self.bytes[self.pos..] {
                [b'%', high, low, ..] => hex(high).zip(hex(low)).map(|(high, low)| high << 4 | low),
                _ => None,
            };
            let octet = octet
                .ok_or_else(|| self.error(self.pos, "a `%` in a tag must be followed by two hexadecimal digits"))?;
            left = match (left, octet) {
                (None, 0..=0x7f) => Some(0),
                (None, 0xc0..=0xdf) => Some(1),
                (None, 0xe0..=0xef) => Some(2),
                (None, 0xf0..=0xf7) => Some(3),
                (Some(n), 0x80..=0xbf) => Some(n - 1),
                _ => return Err(self.error(self.pos, "the escaped bytes of a tag must be UTF-8")),
            };
            uri.push(octet);
            self.pos += 3;
        }
        Ok(())
    }
}

/// The value of a hexadecimal digit.
pub(super) fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}
