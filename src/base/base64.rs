//! Base64 with the standard alphabet and padding.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes -> text, in one line.
pub fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let sextet = (bits >> (18 - 6 * at)) as usize & 63;
            out.push(if at <= chunk.len() { ALPHABET[sextet] as char } else { '=' });
        }
    }
    out
}

/// Text -> bytes; line breaks are skipped. Errors: the offset that Go names in `illegal base64 data at input byte`.
///
/// Go: base64.StdEncoding.DecodeString
pub fn decode(text: &[u8]) -> Result<Vec<u8>, usize> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut filled) = (0u32, 0);
    for (at, byte) in text.iter().enumerate() {
        match sextet(*byte) {
            Some(sextet) => (bits, filled) = (bits << 6 | u32::from(sextet), filled + 1),
            None if is_break(byte) => continue,
            None if *byte == b'=' && filled >= 2 => {
                padding_ends(text, at, filled)?;
                let bytes = (bits << (6 * (4 - filled))).to_be_bytes();
                out.extend(&bytes[1..filled]);
                return Ok(out);
            }
            None => return Err(at),
        }
        if filled == 4 {
            out.extend(&bits.to_be_bytes()[1..]);
            (bits, filled) = (0, 0);
        }
    }
    if filled == 0 { Ok(out) } else { Err(text.len() - filled) }
}

/// Whether the padding that begins at an offset is as long as it has to be, and nothing follows it.
fn padding_ends(text: &[u8], at: usize, filled: usize) -> Result<(), usize> {
    let behind = |from: usize| (from..text.len()).find(|&at| !is_break(&text[at]));
    let mut last = at;
    if filled == 2 {
        last = behind(at + 1).ok_or(text.len())?;
        if text[last] != b'=' {
            return Err(last - 1);
        }
    }
    behind(last + 1).map_or(Ok(()), Err)
}

fn sextet(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

fn is_break(byte: &u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of RFC 4648, section 10.
    #[test]
    fn the_vectors_of_the_standard() {
        let vectors =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")];
        for (plain, coded) in vectors {
            assert_eq!(encode(plain.as_bytes()), coded);
            assert_eq!(decode(coded.as_bytes()), Ok(plain.as_bytes().to_vec()));
        }
        assert_eq!(encode(&[0xff, 0xfe, 0xfb]), "//77");
    }

    /// What base64.StdEncoding.DecodeString of Go 1.26 says of each.
    #[test]
    fn what_is_broken_is_named_by_its_offset() {
        let broken = [
            ("!!!", 0),
            ("Zg=", 3),
            ("Zg=x", 2),
            ("Zg==x", 4),
            ("Z", 0),
            ("Zm8=\n=", 5),
            ("Zm9vYg", 4),
            ("Z===", 1),
            ("=", 0),
            ("Zm8", 0),
            ("Zm9v\nZ\nm", 6),
        ];
        for (text, at) in broken {
            assert_eq!(decode(text.as_bytes()), Err(at), "{text}");
        }
        assert_eq!(decode(b"Z\r\ng=\n=\n"), Ok(b"f".to_vec()));
        assert_eq!(decode(b"Zh=="), Ok(b"f".to_vec()));
    }
}
