//! Upper and lower case, and the letters that words begin with.
//!
//! **Invariant:** where characters are mapped, what is no UTF-8 becomes U+FFFD, as Go has it.

use super::runes::{is_digit, is_letter, is_lower, is_space, is_title, is_upper, map, to_lower, to_title, to_upper};
use crate::gotmpl::Str;

/// Go: strings.ToUpper.
pub fn upper(text: &[u8]) -> Vec<u8> {
    if text.is_ascii() { text.to_ascii_uppercase() } else { map(text, to_upper).into_bytes() }
}

/// Go: strings.ToLower.
pub fn lower(text: &[u8]) -> Vec<u8> {
    if text.is_ascii() { text.to_ascii_lowercase() } else { map(text, to_lower).into_bytes() }
}

/// Go: strings.Title.
pub fn title(text: &[u8]) -> String {
    let mut begins = true;
    map(text, |rune| {
        let mapped = if begins { to_title(rune) } else { rune };
        begins = is_separator(rune);
        mapped
    })
}

/// Go: isSeparator of package strings. Of what is not ASCII, only space separates.
fn is_separator(rune: char) -> bool {
    if rune.is_ascii() {
        !rune.is_ascii_alphanumeric() && rune != '_'
    } else {
        !is_letter(rune) && !is_digit(rune) && is_space(rune)
    }
}

/// goutils: Uncapitalize.
pub fn untitle(text: &[u8]) -> String {
    let mut begins = true;
    map(text, |rune| {
        let mapped = if begins { to_lower(rune) } else { rune };
        begins = is_space(rune);
        mapped
    })
}

/// goutils: SwapCase. A lower letter that begins a word becomes a title letter.
pub fn swap(text: &[u8]) -> String {
    let mut begins = true;
    map(text, |rune| {
        let mapped = match rune {
            _ if is_upper(rune) || is_title(rune) => to_lower(rune),
            _ if is_lower(rune) && begins => to_title(rune),
            _ if is_lower(rune) => to_upper(rune),
            _ => {
                begins = is_space(rune);
                return rune;
            }
        };
        begins = false;
        mapped
    })
}

/// goutils: Initials. It takes each byte for a character of its own.
pub fn initials(text: &[u8]) -> String {
    let mut begins = true;
    let begin = |rune: &char| {
        let is_first = begins && !is_space(*rune);
        begins = is_space(*rune);
        is_first
    };
    text.iter().map(|byte| char::from(*byte)).filter(begin).collect()
}

/// goutils: DeleteWhiteSpace. Where there is some, each byte is taken for a character of its own.
pub fn without_spaces(text: &Str) -> Str {
    let is_space = |byte: &u8| is_space(char::from(*byte));
    if !text.iter().any(is_space) {
        return text.clone();
    }
    Str::from(text.iter().filter(|byte| !is_space(byte)).map(|byte| char::from(*byte)).collect::<String>())
}
