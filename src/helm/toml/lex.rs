//! The characters of a TOML text, and the errors that tell their lines. Source: lex.go.
//!
//! Go's lexer is a machine of states that runs beside the parser, and its items come one by one; here the parser
//! asks for what it wants. The errors come in the same order.
//!
//! **Not here:** what the characters mean, but for words and numbers.

use super::key::is_bare;
use crate::base::bytes;
use crate::gotmpl::fmt;

/// What is wrong, and where. The parser knows the key.
#[derive(Debug)]
pub struct Mistake {
    /// From 1; 0 where Go miscounts.
    pub line: usize,
    pub message: String,
}

pub type Lexed<T> = Result<T, Mistake>;

/// A scalar without quotes, by its looks alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    Bool,
    Integer,
    Float,
    Datetime,
}

pub struct Lexer<'t> {
    /// Up to the first byte that is no UTF-8.
    text: &'t str,
    broken: Option<u8>,
    at: usize,
}

impl<'t> Lexer<'t> {
    pub fn new(bytes: &'t [u8]) -> Lexer<'t> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Lexer { text, broken: None, at: 0 },
            Err(error) => {
                let (valid, rest) = bytes.split_at(error.valid_up_to());
                let text = std::str::from_utf8(valid).unwrap_or_default();
                Lexer { text, broken: rest.first().copied(), at: 0 }
            }
        }
    }

    pub fn at(&self) -> usize {
        self.at
    }

    /// What was read since.
    pub fn since(&self, start: usize) -> &'t str {
        &self.text[start..self.at]
    }

    /// The next character; none at the end.
    pub fn peek(&self) -> Lexed<Option<char>> {
        let rest = &self.text[self.at..];
        let Some(c) = rest.chars().next() else {
            return match self.broken {
                None => Ok(None),
                Some(byte) => Err(self.mistake(format!("invalid UTF-8 byte: 0x{byte:02x}"))),
            };
        };
        let is_control = c.is_ascii_control() && !matches!(c, '\t' | '\r' | '\n');
        if is_control || (c == '\r' && !rest.starts_with("\r\n")) {
            let code = c as u32;
            return Err(self.mistake(format!("TOML files cannot contain control characters: '0x{code:02x}'")));
        }
        Ok(Some(c))
    }

    pub fn next(&mut self) -> Lexed<Option<char>> {
        let c = self.peek()?;
        self.at += c.map_or(0, char::len_utf8);
        Ok(c)
    }

    /// Reads the next character if it is this one.
    pub fn accept(&mut self, wanted: char) -> Lexed<bool> {
        let is_it = self.peek()? == Some(wanted);
        self.at += if is_it { wanted.len_utf8() } else { 0 };
        Ok(is_it)
    }

    /// Reads characters as long as they are some of these.
    pub fn skip(&mut self, is_one: impl Fn(char) -> bool) -> Lexed<()> {
        while let Some(c) = self.peek()?.filter(|c| is_one(*c)) {
            self.at += c.len_utf8();
        }
        Ok(())
    }

    /// Back to before the character that was read last.
    pub fn back(&mut self) {
        self.at -= self.text[..self.at].chars().next_back().map_or(0, char::len_utf8);
    }

    /// The rest of a comment, up to the end of its line.
    pub fn comment(&mut self) -> Lexed<()> {
        self.skip(|c| !is_newline(c))
    }

    fn line(&self) -> usize {
        self.line_of(self.at)
    }

    pub fn line_of(&self, at: usize) -> usize {
        1 + bytes::count(b'\n', &self.text.as_bytes()[..at])
    }

    /// At what was read last.
    pub fn mistake(&self, message: impl Into<String>) -> Mistake {
        Mistake { line: self.line(), message: message.into() }
    }

    /// The same where the end may be what was read last. Go: errorf; the line is that of the last character.
    pub fn mistake_at(&self, read: Option<char>, message: impl Into<String>) -> Mistake {
        let is_behind = read.is_none() && self.text[..self.at].ends_with('\n');
        Mistake { line: self.line() - usize::from(is_behind), message: message.into() }
    }

    /// Go: errorPrevLine, which also counts back where no line has ended.
    pub fn mistake_before(&self, message: impl Into<String>) -> Mistake {
        Mistake { line: self.line() - 1, message: message.into() }
    }

    /// What starts with a digit.
    pub fn number_or_date(&mut self) -> Lexed<Word> {
        if !self.accept('0')? {
            return self.rest_of_number_or_date();
        }
        let (name, is_digit): (_, fn(char) -> bool) = match self.peek()? {
            Some('0'..='9') => return self.rest_of_number_or_date(),
            Some('_' | '.' | 'e' | 'E') => return self.decimal(),
            Some('b') => ("a binary", |c| matches!(c, '0' | '1')),
            Some('o') => ("an octal", |c| matches!(c, '0'..='7')),
            Some('x') => ("a hexadecimal", |c| c.is_ascii_hexdigit()),
            _ => return Ok(Word::Integer),
        };
        let start = self.at - 1;
        self.next()?;
        let first = self.peek()?;
        if !first.is_some_and(is_digit) {
            let found = first.unwrap_or('\0');
            return Err(self.mistake(format!("not {name} number: '{}{found}'", self.since(start))));
        }
        self.skip(|c| is_digit(c) || c == '_')?;
        Ok(Word::Integer)
    }

    fn rest_of_number_or_date(&mut self) -> Lexed<Word> {
        self.skip(|c| c.is_ascii_digit())?;
        if let Some('-' | ':') = self.peek()? {
            self.skip(|c| c.is_ascii_digit() || matches!(c, '-' | ':' | 'T' | 't' | ' ' | '.' | 'Z' | 'z' | '+'))?;
            return Ok(Word::Datetime);
        }
        self.decimal()
    }

    fn decimal(&mut self) -> Lexed<Word> {
        self.skip(|c| c.is_ascii_digit() || c == '_')?;
        let Some('.' | 'e' | 'E') = self.peek()? else { return Ok(Word::Integer) };
        self.skip(|c| c.is_ascii_digit() || matches!(c, '_' | '.' | '-' | '+' | 'e' | 'E'))?;
        Ok(Word::Float)
    }

    /// What stands behind a sign, which is the character that was read last.
    pub fn signed(&mut self) -> Lexed<Word> {
        let start = self.at - 1;
        let c = self.next()?;
        let rest = match c {
            Some('i') => ['n', 'f'],
            Some('n') => ['a', 'n'],
            Some('0') => match self.peek()? {
                Some(base @ ('b' | 'o' | 'x')) => {
                    let number = format!("{}{base}", self.since(start));
                    return Err(self.mistake(format!("cannot use sign with non-decimal numbers: '{number}'")));
                }
                _ => return self.decimal(),
            },
            Some('1'..='9') => return self.decimal(),
            Some('.') => return Err(self.mistake("floats must start with a digit, not '.'")),
            _ => return Err(self.mistake_at(c, format!("expected a digit but got {}", quoted(c)))),
        };
        if self.accept(rest[0])? && self.accept(rest[1])? {
            return Ok(Word::Float);
        }
        Err(self.mistake(format!("invalid float: '{}'", self.since(start))))
    }

    /// A word of letters, which must be a truth value.
    pub fn bool(&mut self) -> Lexed<Word> {
        let start = self.at;
        self.skip(char::is_alphabetic)?;
        match self.since(start) {
            "true" | "false" => Ok(Word::Bool),
            word => Err(self.mistake(format!("expected value but found {} instead", fmt::quote(word.as_bytes())))),
        }
    }

    /// A part of a key without quotes, which may be empty.
    pub fn bare_name(&mut self) -> Lexed<&'t str> {
        let start = self.at;
        self.skip(is_bare)?;
        Ok(self.since(start))
    }
}

pub fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

pub fn is_newline(c: char) -> bool {
    matches!(c, '\n' | '\r')
}

/// Go: `%q` of a rune. The end is a NUL there.
pub fn quoted(c: Option<char>) -> String {
    match c.unwrap_or('\0') {
        '\'' => "'\\''".into(),
        '"' => "'\"'".into(),
        c => {
            let text = fmt::quote(c.encode_utf8(&mut [0; 4]).as_bytes());
            format!("'{}'", text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(&text))
        }
    }
}
