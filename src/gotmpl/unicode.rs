//! Characters as Go's utf8 and unicode packages see them.

use std::sync::OnceLock;

use regex::Regex;

/// Go: utf8.DecodeRune. What is no UTF-8 gives U+FFFD and is one byte wide.
pub(super) fn decode_rune(text: &[u8]) -> Option<(char, usize)> {
    let first = *text.first()?;
    if first.is_ascii() {
        return Some((first as char, 1));
    }
    let head = &text[..text.len().min(4)];
    let valid = match std::str::from_utf8(head) {
        Ok(valid) => valid,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(),
    };
    Some(valid.chars().next().map_or((char::REPLACEMENT_CHARACTER, 1), |rune| (rune, rune.len_utf8())))
}

/// Go: unicode.IsLetter or unicode.IsDigit.
pub(super) fn is_letter_or_digit(rune: char) -> bool {
    static CLASS: OnceLock<Option<Regex>> = OnceLock::new();
    rune.is_ascii_alphanumeric() || !rune.is_ascii() && is_in(&CLASS, r"^[\p{L}\p{Nd}]$", rune)
}

/// Go: unicode.IsPrint.
pub(super) fn is_print(rune: char) -> bool {
    static CLASS: OnceLock<Option<Regex>> = OnceLock::new();
    matches!(rune, ' '..='~') || !rune.is_ascii() && is_in(&CLASS, r"^[\p{L}\p{M}\p{N}\p{P}\p{S}]$", rune)
}

fn is_in(class: &OnceLock<Option<Regex>>, pattern: &str, rune: char) -> bool {
    let class = class.get_or_init(|| Regex::new(pattern).ok());
    class.as_ref().is_some_and(|class| class.is_match(rune.encode_utf8(&mut [0; 4])))
}

/// Go: the verb `%#U`.
pub(super) fn sharp_u(rune: char) -> String {
    let number = format!("U+{:04X}", rune as u32);
    if is_print(rune) { format!("{number} '{rune}'") } else { number }
}
