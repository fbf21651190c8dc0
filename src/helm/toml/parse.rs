//! TOML -> values. Source: parse.go.
//!
//! **Invariant:** keys stand in the tree in the order in which they are met, and what a table, an array of tables
//! or an implied table may become later is what BurntSushi/toml lets it become.

mod datetime;
mod number;
mod tree;

pub use datetime::{DATE, DATETIME, Local, TIME};

use super::key;
use super::lex::{Lexed, Lexer, Mistake, Word, is_newline, is_space, quoted};
use super::strings;
use crate::gotmpl::Value;
use tree::Tree;

/// Arrays and inline tables in each other.
const MAX_DEPTH: usize = 10_000;
/// Parts of a key, with those of the table that it is in.
const MAX_PARTS: usize = 1_000;

/// The map of a text, or the error in Go's words.
pub fn parse(text: &[u8], local: Local) -> Result<Value, String> {
    // Go: a byte order mark is dropped, also of UTF-16.
    let marks: [&[u8]; 3] = [b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"];
    let text = marks.iter().find_map(|mark| text.strip_prefix(*mark)).unwrap_or(text);
    if text.iter().take(6).any(|byte| *byte == 0) {
        let message = "files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8";
        return Err(format!("toml: line 1: {message}"));
    }
    let mut parser = Parser { lexer: Lexer::new(text), tree: Tree::default(), local, depth: 0 };
    match parser.document() {
        Ok(()) => Ok(Value::Map(parser.tree.root())),
        Err(Mistake { line, message }) => Err(match parser.tree.current_key() {
            key if key.is_empty() => format!("toml: line {line}: {message}"),
            key => format!("toml: line {line} (last key {}): {message}", crate::gotmpl::fmt::quote(&key)),
        }),
    }
}

struct Parser<'t> {
    lexer: Lexer<'t>,
    tree: Tree,
    local: Local,
    depth: usize,
}

/// Where a key ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum KeyEnd {
    Equals,
    Bracket,
}

impl Parser<'_> {
    fn document(&mut self) -> Lexed<()> {
        while let Some(c) = self.lexer.next()? {
            match c {
                c if is_space(c) || is_newline(c) => continue,
                '#' => {
                    self.lexer.comment()?;
                    continue;
                }
                '[' => self.header()?,
                _ => {
                    self.lexer.back();
                    let outer = self.tree.context.clone();
                    self.entry()?;
                    self.tree.context = outer;
                    self.tree.current.clear();
                }
            }
            self.end_of_line()?;
        }
        Ok(())
    }

    fn end_of_line(&mut self) -> Lexed<()> {
        loop {
            match self.lexer.next()? {
                None => return Ok(()),
                Some('#') => return self.lexer.comment(),
                Some(c) if is_space(c) => {}
                Some(c) if is_newline(c) => return Ok(()),
                c => {
                    let message = "expected a top-level item to end with a newline, comment, or EOF, but got";
                    return Err(self.lexer.mistake(format!("{message} {} instead", quoted(c))));
                }
            }
        }
    }

    /// `[a.b]` or `[[a.b]]`, from behind the first bracket.
    fn header(&mut self) -> Lexed<()> {
        let is_array = self.lexer.accept('[')?;
        let key = self.key(KeyEnd::Bracket)?;
        if is_array {
            let c = self.lexer.next()?;
            if c != Some(']') {
                let message = "expected end of table array name delimiter ']', but got";
                return Err(self.lexer.mistake_at(c, format!("{message} {} instead", quoted(c))));
            }
        }
        self.check_parts(key.len())?;
        self.tree.enter(&key, is_array).map_err(|message| self.at_key(message))?;
        self.tree.note_type("", false);
        Ok(())
    }

    /// `a.b = value`, into the table that is open. The context is then the key's.
    fn entry(&mut self) -> Lexed<(Vec<String>, Value)> {
        let key = self.key(KeyEnd::Equals)?;
        self.check_parts(self.tree.context.len() + key.len())?;
        let (last, parents) = key.split_last().expect("a key has parts");
        self.tree.current = last.clone();
        for part in parents {
            let inner = [&self.tree.context[..], std::slice::from_ref(part)].concat();
            self.tree.add_implicit(&inner);
            self.tree.enter(&inner, false).map_err(|message| self.at_key(message))?;
        }
        let value = self.value(false)?;
        self.tree.set(last, value.clone()).map_err(|message| self.at_key(message))?;
        self.tree.note_type(last, matches!(value, Value::List(_)));
        Ok((key, value))
    }

    /// The parts of a key, and what ends it.
    fn key(&mut self, end: KeyEnd) -> Lexed<Vec<String>> {
        let mut parts = Vec::new();
        loop {
            self.lexer.skip(is_space)?;
            match (self.lexer.peek()?, end) {
                (Some(']') | None, KeyEnd::Bracket) => {
                    return Err(self.lexer.mistake("unexpected end of table name (table names cannot be empty)"));
                }
                (Some('.'), KeyEnd::Bracket) => {
                    return Err(self.lexer.mistake("unexpected table separator (table names cannot be empty)"));
                }
                (Some('=') | None, KeyEnd::Equals) if parts.is_empty() => {
                    return Err(self.lexer.mistake("unexpected '=': key name appears blank"));
                }
                (Some('.'), KeyEnd::Equals) if parts.is_empty() => {
                    return Err(self.lexer.mistake("unexpected '.': keys cannot start with a '.'"));
                }
                (Some('=') | None, KeyEnd::Equals) => return Err(self.lexer.mistake("unexpected '='")),
                (Some('.'), KeyEnd::Equals) => return Err(self.lexer.mistake("unexpected '.'")),
                (Some(quote @ ('"' | '\'')), _) => {
                    self.lexer.next()?;
                    parts.push(strings::single_line(&mut self.lexer, quote)?);
                }
                _ => parts.push(self.lexer.bare_name()?.to_string()),
            }
            if parts.len() == 1 {
                self.tree.key_at = self.lexer.at();
            }
            self.lexer.skip(is_space)?;
            let c = self.lexer.next()?;
            match (c, end) {
                (Some('.'), _) => {}
                (Some('='), KeyEnd::Equals) | (Some(']'), KeyEnd::Bracket) => return Ok(parts),
                (_, KeyEnd::Bracket) => {
                    let message = format!("expected '.' or ']' to end table name, but got {} instead", quoted(c));
                    return Err(self.lexer.mistake_at(c, message));
                }
                (None, KeyEnd::Equals) => {
                    return Err(self.lexer.mistake_at(c, "unexpected EOF; expected key separator '='"));
                }
                (Some(_), KeyEnd::Equals) => {
                    let message = format!("expected '.' or '=', but got {} instead", quoted(c));
                    return Err(self.before_newline(c, message));
                }
            }
        }
    }

    fn value(&mut self, in_array: bool) -> Lexed<Value> {
        self.lexer.skip(is_space)?;
        let start = self.lexer.at();
        let c = self.lexer.next()?;
        let word = match c {
            Some('[') => return self.nested(Parser::array),
            Some('{') => return self.nested(|parser| parser.inline_table(in_array)),
            Some(quote @ ('"' | '\'')) => return strings::value(&mut self.lexer, quote).map(Value::str),
            Some('-' | '+') => self.lexer.signed()?,
            Some('.') => return Err(self.lexer.mistake("floats must start with a digit, not '.'")),
            Some('0'..='9') => {
                self.lexer.back();
                self.lexer.number_or_date()?
            }
            Some('i' | 'n') if self.is_infinity_or_nan()? => Word::Float,
            Some(c) if c.is_alphabetic() => {
                self.lexer.back();
                self.lexer.bool()?
            }
            None => return Err(self.lexer.mistake_at(c, "unexpected EOF; expected value")),
            Some(_) => {
                return Err(self.before_newline(c, format!("expected value but found {} instead", quoted(c))));
            }
        };
        let text = self.lexer.since(start);
        let value = match word {
            Word::Bool => Ok(Value::Bool(text == "true")),
            Word::Integer => number::integer(text),
            Word::Float => number::float(text),
            Word::Datetime => datetime::read(text.trim(), &self.local),
        };
        value.map_err(|message| self.lexer.mistake(message))
    }

    /// Go: the two words are told apart too late, so that `ian` is a float, which then is none.
    fn is_infinity_or_nan(&mut self) -> Lexed<bool> {
        Ok((self.lexer.accept('n')? && self.lexer.accept('f')?)
            || (self.lexer.accept('a')? && self.lexer.accept('n')?))
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Lexed<Value>) -> Lexed<Value> {
        if self.depth == MAX_DEPTH {
            return Err(self.lexer.mistake("values are nested too deeply"));
        }
        self.depth += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn array(&mut self) -> Lexed<Value> {
        let key = self.tree.current.clone();
        self.tree.note_type(&key, true);
        let mut items = Vec::new();
        loop {
            match self.next_in_brackets()? {
                Some(',') => return Err(self.lexer.mistake("unexpected comma")),
                Some(']') => return Ok(Value::list(items)),
                c => self.unread(c),
            }
            items.push(self.value(true)?);
            match self.next_in_brackets()? {
                Some(',') => {}
                Some(']') => return Ok(Value::list(items)),
                c => {
                    let message = "expected a comma (',') or array terminator (']'), but got";
                    return Err(self.lexer.mistake_at(c, format!("{message} {}", or_end(c))));
                }
            }
        }
    }

    fn inline_table(&mut self, in_array: bool) -> Lexed<Value> {
        let outer = self.tree.context.clone();
        let outer_key = std::mem::take(&mut self.tree.current);
        self.check_parts(outer.len() + 1)?;
        let context = [&outer[..], std::slice::from_ref(&outer_key)].concat();
        self.tree.context = context.clone();
        self.tree.add_implicit(&context);
        self.tree.enter(&context, in_array).map_err(|message| self.at_key(message))?;
        let table = tree::table();
        let mut is_first = true;
        loop {
            match self.next_in_brackets()? {
                Some('}') => break,
                Some(',') if is_first => return Err(self.lexer.mistake("unexpected comma")),
                Some(',') => {
                    match self.next_in_brackets()? {
                        Some('}') => break,
                        Some(',') => return Err(self.lexer.mistake("unexpected comma")),
                        c => self.unread(c),
                    };
                }
                c if is_first => self.unread(c),
                c => {
                    let message = "expected a comma or an inline table terminator '}', but got";
                    return Err(self.lexer.mistake_at(c, format!("{message} {} instead", or_end(c))));
                }
            }
            is_first = false;
            let (key, value) = self.entry()?;
            tree::set_below(&table, &key, value).map_err(|()| {
                let context = key::joined(&self.tree.context);
                self.at_key(format!("{} is not a table", crate::gotmpl::fmt::quote(&context)))
            })?;
            self.tree.context = context.clone();
        }
        self.tree.context = outer;
        self.tree.current = outer_key;
        Ok(Value::Map(table))
    }

    /// The next character that is neither white space nor part of a comment.
    fn next_in_brackets(&mut self) -> Lexed<Option<char>> {
        loop {
            match self.lexer.next()? {
                Some('#') => self.lexer.comment()?,
                Some(c) if is_space(c) || is_newline(c) => {}
                c => return Ok(c),
            }
        }
    }

    fn unread(&mut self, c: Option<char>) {
        if c.is_some() {
            self.lexer.back();
        }
    }

    fn check_parts(&self, parts: usize) -> Lexed<()> {
        if parts <= MAX_PARTS { Ok(()) } else { Err(self.lexer.mistake("a key has too many parts")) }
    }

    /// In the line of the key that was read last.
    fn at_key(&self, message: String) -> Mistake {
        Mistake { line: self.lexer.line_of(self.tree.key_at), message }
    }

    /// A newline that was read is an error in the line that it ends.
    fn before_newline(&self, c: Option<char>, message: String) -> Mistake {
        if c == Some('\n') { self.lexer.mistake_before(message) } else { self.lexer.mistake(message) }
    }
}

/// Go: runeOrEOF.
fn or_end(c: Option<char>) -> String {
    c.map_or("end of file".into(), |c| format!("'{c}'"))
}
