//! Strings: where they end, and what their escapes stand for. Source: lexString and its like in lex.go,
//! stripEscapedNewlines and replaceEscapes in parse.go.

use super::lex::{Lexed, Lexer, is_newline};
use crate::gotmpl::fmt;

const NEWLINE_IN_STRING: &str = "strings cannot contain newlines";

/// Reads a string whose first quote has been read, in one line or in several.
pub fn value(lexer: &mut Lexer, quote: char) -> Lexed<String> {
    if lexer.accept(quote)? {
        if lexer.accept(quote)? {
            return if quote == '"' { multiline(lexer) } else { raw_multiline(lexer) };
        }
        return Ok(String::new());
    }
    single_line(lexer, quote)
}

/// Reads a string in one line, such as a key.
pub fn single_line(lexer: &mut Lexer, quote: char) -> Lexed<String> {
    let start = lexer.at();
    let mut has_escapes = false;
    loop {
        match lexer.next()? {
            None => {
                let message =
                    if quote == '"' { r#"unexpected EOF; expected '"'"# } else { r#"unexpected EOF; expected "'""# };
                return Err(lexer.mistake_at(None, message));
            }
            Some(c) if is_newline(c) => return Err(lexer.mistake_before(NEWLINE_IN_STRING)),
            Some('\\') if quote == '"' => {
                has_escapes = true;
                escape(lexer, start)?;
            }
            Some(c) if c == quote => break,
            Some(_) => {}
        }
    }
    let text = lexer.since(start);
    let text = &text[..text.len() - 1];
    if has_escapes { unescaped(lexer, text) } else { Ok(text.into()) }
}

fn multiline(lexer: &mut Lexer) -> Lexed<String> {
    let start = lexer.at();
    loop {
        match lexer.next()? {
            None => return Err(lexer.mistake_at(None, r#"unexpected EOF; expected '"""'"#)),
            Some('\\') => {
                if lexer.peek()?.is_some_and(is_newline) {
                    lexer.next()?;
                } else {
                    escape(lexer, start)?;
                }
            }
            Some('"') => {
                // Up to two quotes may stand before the three that end the string.
                let too_many = |text: &str| text.ends_with(r#"""""""#) && !text.ends_with(r#"\""""""#);
                if let Some(text) = end(lexer, start, '"', too_many)? {
                    return unescaped(lexer, &without_escaped_newlines(without_first_newline(text)));
                }
            }
            Some(_) => {}
        }
    }
}

fn raw_multiline(lexer: &mut Lexer) -> Lexed<String> {
    let start = lexer.at();
    loop {
        match lexer.next()? {
            None => return Err(lexer.mistake_at(None, r#"unexpected EOF; expected "'''""#)),
            Some('\'') => {
                if let Some(text) = end(lexer, start, '\'', |text| text.ends_with("'''''"))? {
                    return Ok(without_first_newline(text).into());
                }
            }
            Some(_) => {}
        }
    }
}

/// The string, if the quote that was read is the first of the three that end it.
fn end<'t>(
    lexer: &mut Lexer<'t>,
    start: usize,
    quote: char,
    too_many: impl Fn(&str) -> bool,
) -> Lexed<Option<&'t str>> {
    if !lexer.accept(quote)? {
        return Ok(None);
    }
    if !lexer.accept(quote)? {
        lexer.back();
        return Ok(None);
    }
    let text = lexer.since(start);
    if lexer.peek()? != Some(quote) {
        return Ok(Some(&text[..text.len() - 3]));
    }
    if too_many(text) {
        let message = if quote == '"' { r#"unexpected '""""""'"# } else { r#"unexpected "''''''""# };
        return Err(lexer.mistake(message));
    }
    lexer.back();
    lexer.back();
    Ok(None)
}

/// What may stand behind a `\`, in a string from `start` on.
fn escape(lexer: &mut Lexer, start: usize) -> Lexed<()> {
    let c = lexer.next()?;
    let (digits, name) = match c {
        Some('e' | 'b' | 't' | 'n' | 'f' | 'r' | '"' | ' ' | '\t' | '\\') => return Ok(()),
        Some('x') => (2, "two hexadecimal digits after '\\x'"),
        Some('u') => (4, "four hexadecimal digits after '\\u'"),
        Some('U') => (8, "eight hexadecimal digits after '\\U'"),
        None => return Err(lexer.mistake_before("invalid escape in string '\\\0'")),
        Some(c) => return Err(lexer.mistake(format!("invalid escape in string '\\{c}'"))),
    };
    for _ in 0..digits {
        let c = lexer.next()?;
        if !c.is_some_and(|c| c.is_ascii_hexdigit()) {
            let found = fmt::quote(lexer.since(start).as_bytes());
            return Err(lexer.mistake_at(c, format!("expected {name}, but got {found} instead")));
        }
    }
    Ok(())
}

fn without_first_newline(text: &str) -> &str {
    text.strip_prefix('\n').or(text.strip_prefix("\r\n")).unwrap_or(text)
}

/// A `\` before the end of a line takes all white space with it up to the next word.
fn without_escaped_newlines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut start, mut at) = (0, 0);
    while let Some(found) = text[at..].find('\\') {
        at += found;
        let behind = &text[at + 1..];
        if behind.starts_with('\\') {
            at += 2;
            continue;
        }
        let rest = behind.trim_start_matches([' ', '\t', '\r', '\n']);
        let space = &behind[..behind.len() - rest.len()];
        if space.contains('\n') {
            out.push_str(&text[start..at]);
            at += 1 + space.len();
            start = at;
        } else {
            at += 1;
        }
    }
    out.push_str(&text[start..]);
    out
}

/// Replaces the escapes of a text that [`escape`] has gone through.
fn unescaped(lexer: &Lexer, text: &str) -> Lexed<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let mut chars = rest[at + 1..].chars();
        let mut digits = 0;
        match chars.next() {
            Some('b') => out.push('\u{8}'),
            Some('t') => out.push('\t'),
            Some('n') => out.push('\n'),
            Some('f') => out.push('\u{c}'),
            Some('r') => out.push('\r'),
            Some('e') => out.push('\u{1b}'),
            Some(c @ ('"' | '\\')) => out.push(c),
            Some('x') => digits = 2,
            Some('u') => digits = 4,
            Some('U') => digits = 8,
            Some(c) => return Err(lexer.mistake(format!("invalid escape: '\\{c}'"))),
            None => {}
        }
        rest = chars.as_str();
        if digits > 0 {
            let (code, behind) = rest.split_at_checked(digits).unwrap_or((rest, ""));
            let c = u32::from_str_radix(code, 16).ok().and_then(char::from_u32);
            let message = || lexer.mistake(format!("Escaped character '\\u{code}' is not valid UTF-8."));
            out.push(c.ok_or_else(message)?);
            rest = behind;
        }
    }
    out.push_str(rest);
    Ok(out)
}
