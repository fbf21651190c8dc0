//! The values of literals in templates: strings, characters, numbers.
//!
//! **Not here:** which type a number has in the end, which depends on where it stands ([`super::exec`]).

mod number;

pub(super) use number::Number;

use std::borrow::Cow;

use super::unicode::decode_rune;
use crate::base::bytes;

/// Go: strconv.Unquote of a text that is known to begin and end with the same quote, `"`, `'` or a backquote. Between
/// `'` there may be any number of characters.
///
/// What stands for itself is given as it stands.
pub fn unquote(quoted: &[u8]) -> Option<Cow<'_, [u8]>> {
    let inner = quoted.get(1..quoted.len().checked_sub(1)?)?;
    let quote = quoted[0];
    if quote == b'`' {
        // Go: carriage returns are dropped from raw strings.
        return Some(match bytes::find(b'\r', inner) {
            Some(_) => inner.iter().copied().filter(|byte| *byte != b'\r').collect(),
            None => Cow::Borrowed(inner),
        });
    }
    if inner.iter().all(|byte| byte.is_ascii() && *byte != b'\\' && *byte != quote) {
        return Some(Cow::Borrowed(inner));
    }
    let mut text = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while !rest.is_empty() {
        let (unit, width) = unquote_char(rest, quote)?;
        match unit {
            Unit::Byte(byte) => text.push(byte),
            Unit::Rune(rune) => text.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        rest = &rest[width..];
    }
    Some(Cow::Owned(text))
}

/// The code point of a character constant with its quotes.
fn unquote_rune(quoted: &str) -> Result<u32, String> {
    let inner = &quoted.as_bytes()[1..];
    let (unit, width) = unquote_char(inner, b'\'').ok_or("invalid syntax")?;
    if inner.get(width..) != Some(b"'") {
        return Err(format!("malformed character constant: {quoted}"));
    }
    Ok(match unit {
        Unit::Byte(byte) => u32::from(byte),
        Unit::Rune(rune) => rune as u32,
    })
}

/// What one escape or character stands for.
enum Unit {
    Byte(u8),
    Rune(char),
}

/// Go: strconv.UnquoteChar. With the number of bytes read.
fn unquote_char(text: &[u8], quote: u8) -> Option<(Unit, usize)> {
    match *text.first()? {
        byte if byte == quote => None,
        b'\\' => unquote_escape(text, quote),
        _ => decode_rune(text).map(|(rune, width)| (Unit::Rune(rune), width)),
    }
}

fn unquote_escape(text: &[u8], quote: u8) -> Option<(Unit, usize)> {
    let kind = *text.get(1)?;
    let simple = |byte| Some((Unit::Byte(byte), 2));
    match kind {
        b'a' => simple(7),
        b'b' => simple(8),
        b'f' => simple(12),
        b'n' => simple(b'\n'),
        b'r' => simple(b'\r'),
        b't' => simple(b'\t'),
        b'v' => simple(11),
        b'\\' => simple(b'\\'),
        b'\'' | b'"' if kind == quote => simple(kind),
        b'x' => Some((Unit::Byte(digits(text.get(2..4)?, 16)? as u8), 4)),
        b'u' => Some((Unit::Rune(char::from_u32(digits(text.get(2..6)?, 16)?)?), 6)),
        b'U' => Some((Unit::Rune(char::from_u32(digits(text.get(2..10)?, 16)?)?), 10)),
        b'0'..=b'7' => Some((Unit::Byte(u8::try_from(digits(text.get(1..4)?, 8)?).ok()?), 4)),
        _ => None,
    }
}

fn digits(text: &[u8], radix: u32) -> Option<u32> {
    text.iter().try_fold(0u32, |sum, byte| {
        let digit = char::from(*byte).to_digit(radix)?;
        sum.checked_mul(radix)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Go's strconv.Unquote gives.
    #[test]
    fn strings_are_unquoted() {
        let ok = |quoted: &str, text: &[u8]| assert_eq!(unquote(quoted.as_bytes()).as_deref(), Some(text), "{quoted}");
        ok(r#""a\tb\x41\101\u00e9\U0001F600\"""#, "a\tbAA\u{e9}\u{1F600}\"".as_bytes());
        ok(r#""\xff\377""#, &[0xff, 0xff]);
        ok("`a\\n\r\n`", b"a\\n\n");
        for bad in [r#""\'""#, r#""\q""#, r#""\x4""#, r#""\ud800""#, r#""\400""#, r#""\U00110000""#] {
            assert_eq!(unquote(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(unquote(b"\"\xff\"").as_deref(), Some("\u{fffd}".as_bytes()));
    }
}
