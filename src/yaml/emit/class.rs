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
    text.iter().fold(0, |all, b| all | CLASS[*b as usize])
}
