//! What stands in a text, in one pass over its bytes: enough to decide how most texts are written.

/// Bits of what a text holds.
pub const SPACE: u8 = 1;
pub const COLON: u8 = 2;
pub const HASH: u8 = 4;
pub const NEWLINE: u8 = 8;
/// A control character other than a newline: the text must be escaped.
pub const CONTROL: u8 = 16;
/// A byte past `~`: the text has to be looked at by characters.
pub const HIGH: u8 = 32;
/// `'`, to be doubled in single quotes.
pub const SINGLE: u8 = 64;
/// `"` or `\`, to be escaped in double quotes.
pub const DOUBLE: u8 = 128;

const CLASS: [u8; 256] = {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        table[at] = match at as u8 {
            b' ' => SPACE,
            b':' => COLON,
            b'#' => HASH,
            b'\n' => NEWLINE,
            b'\'' => SINGLE,
            b'"' | b'\\' => DOUBLE,
            0..=0x1f => CONTROL,
            0x7f.. => HIGH,
            _ => 0,
        };
        at += 1;
    }
    table
};

/// All that a text holds.
pub fn of(text: &[u8]) -> u8 {
    let (chunks, rest) = text.as_chunks::<CHUNK>();
    let all = chunks.iter().fold(0, |all, chunk| all | of_chunk(chunk));
    rest.iter().fold(all, |all, b| all | CLASS[*b as usize])
}

const CHUNK: usize = 32;

/// Written so that the compiler compares many bytes at once.
fn of_chunk(chunk: &[u8; CHUNK]) -> u8 {
    let mut all = [0u8; CHUNK];
    for (all, b) in all.iter_mut().zip(chunk) {
        let mut class = 0;
        class |= if *b == b' ' { SPACE } else { 0 };
        class |= if *b == b':' { COLON } else { 0 };
        class |= if *b == b'#' { HASH } else { 0 };
        class |= if *b == b'\n' { NEWLINE } else { 0 };
        class |= if *b < b' ' && *b != b'\n' { CONTROL } else { 0 };
        class |= if *b >= 0x7f { HIGH } else { 0 };
        class |= if *b == b'\'' { SINGLE } else { 0 };
        class |= if *b == b'"' || *b == b'\\' { DOUBLE } else { 0 };
        *all = class;
    }
    all.iter().fold(0, |all, class| all | class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_classed_as_single_bytes_are() {
        for b in 0..=255 {
            assert_eq!(of_chunk(&[b; CHUNK]), CLASS[b as usize], "{b}");
        }
    }
}
