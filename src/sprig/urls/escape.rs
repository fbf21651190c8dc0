//! What has to be escaped in which part of a URL.

/// Go: encoding. The part of a URL.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Path,
    Host,
    Zone,
    UserPassword,
    Fragment,
}

/// Go: shouldEscape.
pub fn should_escape(byte: u8, part: Part) -> bool {
    match (byte, part) {
        (b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~', _) => false,
        (b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=', Part::Host | Part::Zone) => false,
        // `<` and `>` could not be escaped in a host either.
        (b':' | b'[' | b']' | b'<' | b'>' | b'"', Part::Host | Part::Zone) => false,
        (b'?', Part::Path) => true,
        (b'@' | b'/' | b'?' | b':', Part::UserPassword) => true,
        (b'$' | b'&' | b'+' | b',' | b'/' | b':' | b';' | b'=' | b'?' | b'@', _) => {
            matches!(part, Part::Host | Part::Zone)
        }
        (b'!' | b'(' | b')' | b'*', Part::Fragment) => false,
        _ => true,
    }
}

/// Go: escape.
pub fn escape(text: &[u8], part: Part) -> Vec<u8> {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        if should_escape(*byte, part) {
            out.extend([b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        } else {
            out.push(*byte);
        }
    }
    out
}

/// Why a part of a URL is none.
pub enum Refusal<'t> {
    /// Go: EscapeError.
    Escape(&'t [u8]),
    /// Go: InvalidHostError.
    Host(&'t [u8]),
}

/// Go: unescape.
pub fn unescape(text: &[u8], part: Part) -> Result<Vec<u8>, Refusal<'_>> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        if *byte != b'%' {
            let is_host = matches!(part, Part::Host | Part::Zone);
            if is_host && byte.is_ascii() && should_escape(*byte, part) {
                return Err(Refusal::Host(&text[at..at + 1]));
            }
            out.push(*byte);
            at += 1;
            continue;
        }
        let escaped = &text[at..text.len().min(at + 3)];
        let [_, high, low] = *escaped else { return Err(Refusal::Escape(escaped)) };
        let (Some(high), Some(low)) = (hex(high), hex(low)) else { return Err(Refusal::Escape(escaped)) };
        let value = high << 4 | low;
        let is_refused = match part {
            // A host has no escapes of ASCII, but that of the percent sign before a zone.
            Part::Host => high < 8 && escaped != b"%25",
            Part::Zone => escaped != b"%25" && value != b' ' && should_escape(value, Part::Host),
            _ => false,
        };
        if is_refused {
            return Err(Refusal::Escape(escaped));
        }
        out.push(value);
        at += 3;
    }
    Ok(out)
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}
