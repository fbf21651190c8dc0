//! Strings and characters as literals of Go.

use super::super::unicode::{decode_rune, is_print};

#[derive(Clone, Copy, PartialEq)]
enum Charset {
    Unicode,
    Ascii,
}

/// Go: strconv.Quote.
pub fn quote(text: &[u8]) -> String {
    quoted(text, Charset::Unicode)
}

/// Go: strconv.QuoteToASCII.
pub fn quote_to_ascii(text: &[u8]) -> String {
    quoted(text, Charset::Ascii)
}

/// Go: strconv.QuoteRune.
pub fn quote_rune(rune: char) -> String {
    quoted_rune(rune, Charset::Unicode)
}

/// Go: strconv.QuoteRuneToASCII.
pub fn quote_rune_to_ascii(rune: char) -> String {
    quoted_rune(rune, Charset::Ascii)
}

/// Go: strconv.CanBackquote. Whether a text can stand between backquotes on one line.
pub fn can_backquote(text: &[u8]) -> bool {
    std::str::from_utf8(text)
        .is_ok_and(|text| text.chars().all(|c| c == '\t' || c >= ' ' && !matches!(c, '`' | '\x7f' | '\u{feff}')))
}

fn quoted(text: &[u8], charset: Charset) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut rest = text;
    loop {
        // Most of a text stands for itself.
        let is_special = |byte: &u8| !matches!(byte, b' '..=b'~') || matches!(byte, b'"' | b'\\');
        let length = rest.iter().position(is_special).unwrap_or(rest.len());
        out.extend(rest[..length].iter().map(|byte| char::from(*byte)));
        rest = &rest[length..];
        let Some((rune, width)) = decode_rune(rest) else { break };
        if rune == char::REPLACEMENT_CHARACTER && width == 1 {
            out.push_str(&format!("\\x{:02x}", rest[0]));
        } else {
            push_escaped(&mut out, rune, '"', charset);
        }
        rest = &rest[width..];
    }
    out.push('"');
    out
}

fn quoted_rune(rune: char, charset: Charset) -> String {
    let mut out = "'".to_owned();
    push_escaped(&mut out, rune, '\'', charset);
    out.push('\'');
    out
}

/// Go: appendEscapedRune.
fn push_escaped(out: &mut String, rune: char, quote: char, charset: Charset) {
    match rune {
        '\\' => out.push_str(r"\\"),
        _ if rune == quote => out.extend(['\\', quote]),
        _ if is_print(rune) && (rune.is_ascii() || charset == Charset::Unicode) => out.push(rune),
        '\x07' => out.push_str(r"\a"),
        '\x08' => out.push_str(r"\b"),
        '\x0c' => out.push_str(r"\f"),
        '\n' => out.push_str(r"\n"),
        '\r' => out.push_str(r"\r"),
        '\t' => out.push_str(r"\t"),
        '\x0b' => out.push_str(r"\v"),
        ..' ' | '\x7f' => out.push_str(&format!("\\x{:02x}", rune as u32)),
        ..'\u{10000}' => out.push_str(&format!("\\u{:04x}", rune as u32)),
        _ => out.push_str(&format!("\\U{:08x}", rune as u32)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Go's strconv gives.
    #[test]
    fn texts_are_quoted() {
        let cases: [(&[u8], &str, &str); 6] = [
            (b"\x07\x08\x0c\r\n\t\x0b", r#""\a\b\f\r\n\t\v""#, r#""\a\b\f\r\n\t\v""#),
            (b"\\ \" ' `", r#""\\ \" ' `""#, r#""\\ \" ' `""#),
            (b"abc\xffdef", r#""abc\xffdef""#, r#""abc\xffdef""#),
            ("\u{263a}\u{fffd}".as_bytes(), "\"\u{263a}\u{fffd}\"", r#""\u263a\ufffd""#),
            (
                "\u{10ffff}\u{0}\u{7f}\u{ad}".as_bytes(),
                r#""\U0010ffff\x00\x7f\u00ad""#,
                r#""\U0010ffff\x00\x7f\u00ad""#,
            ),
            ("\u{1F600}\u{a0}".as_bytes(), "\"\u{1F600}\\u00a0\"", r#""\U0001f600\u00a0""#),
        ];
        for (text, unicode, ascii) in cases {
            assert_eq!((quote(text).as_str(), quote_to_ascii(text).as_str()), (unicode, ascii));
        }
        assert_eq!(quote_rune('\''), r"'\''");
        assert_eq!(quote_rune('"'), "'\"'");
        assert_eq!(quote_rune_to_ascii('\u{263a}'), r"'\u263a'");
        assert!(can_backquote("a\t\u{263a}\"".as_bytes()));
        for text in ["`", "\n", "\x7f", "\u{feff}"] {
            assert!(!can_backquote(text.as_bytes()));
        }
    }
}
