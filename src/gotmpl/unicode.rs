//! Characters as Go's utf8 and unicode packages see them.

use std::sync::OnceLock;

use regex_syntax::hir::{Class, HirKind};

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

/// Go: utf8.RuneCount.
pub(super) fn rune_count(text: &[u8]) -> usize {
    text.utf8_chunks().map(|chunk| chunk.valid().chars().count() + chunk.invalid().len()).sum()
}

/// Go: unicode.IsLetter or unicode.IsDigit.
pub(super) fn is_letter_or_digit(rune: char) -> bool {
    static CLASS: OnceLock<Vec<(char, char)>> = OnceLock::new();
    rune.is_ascii_alphanumeric() || !rune.is_ascii() && is_in(&CLASS, r"[[\p{L}\p{Nd}]&&\p{age=15.0}]", rune)
}

/// Go: unicode.IsPrint.
pub fn is_print(rune: char) -> bool {
    static CLASS: OnceLock<Vec<(char, char)>> = OnceLock::new();
    let class = r"[[\p{L}\p{M}\p{N}\p{P}\p{S}]&&\p{age=15.0}]";
    matches!(rune, ' '..='~') || !rune.is_ascii() && is_in(&CLASS, class, rune)
}

/// Whether a character is in a class, which is of the version of Unicode that Go has.
fn is_in(class: &OnceLock<Vec<(char, char)>>, pattern: &str, rune: char) -> bool {
    let ranges = class.get_or_init(|| ranges(pattern));
    let at = ranges.partition_point(|(_, last)| *last < rune);
    ranges.get(at).is_some_and(|(first, _)| *first <= rune)
}

fn ranges(pattern: &str) -> Vec<(char, char)> {
    match regex_syntax::parse(pattern).map(|hir| hir.into_kind()) {
        Ok(HirKind::Class(Class::Unicode(class))) => class.iter().map(|r| (r.start(), r.end())).collect(),
        _ => Vec::new(),
    }
}

/// Go: the verb `%#U`.
pub(super) fn sharp_u(rune: char) -> String {
    let number = format!("U+{:04X}", rune as u32);
    if is_print(rune) { format!("{number} '{rune}'") } else { number }
}
