//! Base32 with the standard alphabet and padding (RFC 4648), with Go's offsets in errors.

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// How many characters stand for so many bytes.
const CHARACTERS: [usize; 6] = [0, 2, 4, 5, 7, 8];

/// Bytes -> text, in one line.
pub fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let bits = (0..5).fold(0u64, |bits, at| bits << 8 | u64::from(chunk.get(at).copied().unwrap_or_default()));
        for at in 0..8 {
            let quintet = (bits >> (35 - 5 * at)) as usize & 31;
            out.push(if at < CHARACTERS[chunk.len()] { ALPHABET[quintet] as char } else { '=' });
        }
    }
    out
}

/// Text -> bytes; line breaks are skipped. Errors: the offset that Go names, which does not count line breaks.
///
/// Go: base32.StdEncoding.DecodeString. What follows the padding is not looked at.
pub fn decode(text: &[u8]) -> Result<Vec<u8>, usize> {
    let text: Vec<u8> = text.iter().copied().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let mut out = Vec::with_capacity(text.len() / 8 * 5);
    let (mut bits, mut filled) = (0u64, 0);
    for (at, byte) in text.iter().enumerate() {
        let behind = &text[at + 1..];
        if *byte == b'=' && filled >= 2 && behind.len() < 8 {
            padding_ends(text.len(), at, filled, behind)?;
            out.extend_from_slice(&bytes(bits, filled)[..filled * 5 / 8]);
            return Ok(out);
        }
        bits = bits << 5 | quintet(*byte).ok_or(at)?;
        filled += 1;
        if filled == 8 {
            out.extend_from_slice(&bytes(bits, filled));
            (bits, filled) = (0, 0);
        }
    }
    if filled == 0 { Ok(out) } else { Err(text.len() - filled) }
}

/// Whether the padding that begins at an offset behind so many characters is as long as it has to be.
fn padding_ends(length: usize, at: usize, filled: usize, behind: &[u8]) -> Result<(), usize> {
    let missing = 7 - filled;
    if behind.len() < missing {
        return Err(length);
    }
    if let Some(other) = behind[..missing].iter().position(|byte| *byte != b'=') {
        return Err(at + other);
    }
    if matches!(filled, 3 | 6) { Err(at) } else { Ok(()) }
}

fn bytes(bits: u64, filled: usize) -> [u8; 5] {
    let [_, _, _, bytes @ ..] = (bits << (5 * (8 - filled))).to_be_bytes();
    bytes
}

fn quintet(byte: u8) -> Option<u64> {
    ALPHABET.iter().position(|letter| *letter == byte).map(|at| at as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of RFC 4648, section 10.
    #[test]
    fn the_vectors_of_the_standard() {
        let vectors = [
            ("", ""),
            ("f", "MY======"),
            ("fo", "MZXQ===="),
            ("foo", "MZXW6==="),
            ("foob", "MZXW6YQ="),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI======"),
        ];
        for (plain, coded) in vectors {
            assert_eq!(encode(plain.as_bytes()), coded);
            assert_eq!(decode(coded.as_bytes()), Ok(plain.as_bytes().to_vec()));
        }
    }

    /// What base32.StdEncoding.DecodeString of Go 1.26 says of each.
    #[test]
    fn what_is_broken_is_named_by_its_offset() {
        let broken = [
            ("!", 0),
            ("MZXW6", 0),
            ("MZXW6==", 7),
            ("MZXW6=x=", 5),
            ("MZX=====", 3),
            ("M=======", 1),
            ("MZXW6YTB=", 8),
            ("MZXW6YTBO", 8),
            ("MY======MY======", 2),
            ("MY======MY=", 2),
            ("MZXW6Y==", 6),
            ("\nMZ\r!", 2),
            ("MZXW6YQ", 0),
            ("MY=====\nx", 6),
            ("MY====xx", 5),
            ("mzxw6===", 0),
        ];
        for (text, at) in broken {
            assert_eq!(decode(text.as_bytes()), Err(at), "{text}");
        }
        assert_eq!(decode(b"MY======A"), Ok(b"f".to_vec()));
        assert_eq!(decode(b"MZXW6YQ=\n"), Ok(b"foob".to_vec()));
    }
}
