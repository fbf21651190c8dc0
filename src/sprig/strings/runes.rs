//! Characters as Go's unicode package sees them: one character to one character, by the tables of Unicode 15.
//!
//! Rust's own tables are newer, and give several characters where Unicode's special casing asks for them.
//!
//! **Invariant:** the same for all characters as in Go 1.26 (Unicode 15.0).

use std::sync::OnceLock;

use regex_syntax::hir::{Class, HirKind};

/// The characters of a text with their width in bytes. Each byte that is no UTF-8 is U+FFFD, one byte wide.
pub fn runes(text: &[u8]) -> impl Iterator<Item = (char, usize)> {
    text.utf8_chunks().flat_map(|chunk| {
        let valid = chunk.valid().chars().map(|rune| (rune, rune.len_utf8()));
        valid.chain(chunk.invalid().iter().map(|_| (char::REPLACEMENT_CHARACTER, 1)))
    })
}

/// Go: utf8.DecodeLastRune.
pub fn last_rune(text: &[u8]) -> Option<(char, usize)> {
    let last = *text.last()?;
    if last.is_ascii() {
        return Some((last as char, 1));
    }
    let widths = 2..=text.len().min(4);
    let valid = widths.filter_map(|width| std::str::from_utf8(&text[text.len() - width..]).ok()).next();
    Some(valid.and_then(|text| text.chars().next()).map_or((char::REPLACEMENT_CHARACTER, 1), |r| (r, r.len_utf8())))
}

/// Go: strings.Map, with a function that drops nothing.
pub fn map(text: &[u8], mut mapped: impl FnMut(char) -> char) -> String {
    runes(text).map(|(rune, _)| mapped(rune)).collect()
}

/// Go: unicode.ToUpper.
pub fn to_upper(rune: char) -> char {
    match rune {
        '\0'..='\x7f' => rune.to_ascii_uppercase(),
        // Unicode's special casing has two characters for these, the plain mapping has one.
        '\u{1f80}'..='\u{1faf}' => char::from_u32(rune as u32 | 8).unwrap_or(rune),
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => char::from_u32(rune as u32 + 9).unwrap_or(rune),
        _ => only(rune, rune.to_uppercase()),
    }
}

/// Go: unicode.ToLower.
pub fn to_lower(rune: char) -> char {
    match rune {
        '\0'..='\x7f' => rune.to_ascii_lowercase(),
        'İ' => 'i',
        _ => only(rune, rune.to_lowercase()),
    }
}

/// Go: unicode.ToTitle. It is the upper case but for Croatian digraphs, and for Georgian, which has none.
pub fn to_title(rune: char) -> char {
    match rune {
        'Ǆ'..='ǆ' => 'ǅ',
        'Ǉ'..='ǉ' => 'ǈ',
        'Ǌ'..='ǌ' => 'ǋ',
        'Ǳ'..='ǳ' => 'ǲ',
        'ა'..='ჿ' => rune,
        _ => to_upper(rune),
    }
}

/// Go: unicode.IsUpper.
pub fn is_upper(rune: char) -> bool {
    static LU: Members = Members::new(r"\p{Lu}");
    if rune.is_ascii() { rune.is_ascii_uppercase() } else { LU.contains(rune) }
}

/// Go: unicode.IsLower.
pub fn is_lower(rune: char) -> bool {
    static LL: Members = Members::new(r"\p{Ll}");
    if rune.is_ascii() { rune.is_ascii_lowercase() } else { LL.contains(rune) }
}

/// Go: unicode.IsTitle.
pub fn is_title(rune: char) -> bool {
    static LT: Members = Members::new(r"\p{Lt}");
    !rune.is_ascii() && LT.contains(rune)
}

/// Go: unicode.IsLetter.
pub fn is_letter(rune: char) -> bool {
    static L: Members = Members::new(r"\p{L}");
    if rune.is_ascii() { rune.is_ascii_alphabetic() } else { L.contains(rune) }
}

/// Go: unicode.IsDigit.
pub fn is_digit(rune: char) -> bool {
    static ND: Members = Members::new(r"\p{Nd}");
    if rune.is_ascii() { rune.is_ascii_digit() } else { ND.contains(rune) }
}

/// Go: unicode.IsNumber.
pub fn is_number(rune: char) -> bool {
    static N: Members = Members::new(r"\p{N}");
    if rune.is_ascii() { rune.is_ascii_digit() } else { N.contains(rune) }
}

/// Go: unicode.IsPunct.
pub fn is_punct(rune: char) -> bool {
    static P: Members = Members::new(r"\p{P}");
    P.contains(rune)
}

/// Go: unicode.IsSpace.
pub fn is_space(rune: char) -> bool {
    rune.is_whitespace()
}

/// The mapped character, if it is one and as old as Go's tables.
fn only(rune: char, mut mapped: impl ExactSizeIterator<Item = char>) -> char {
    static KNOWN: Members = Members::new(r"\p{Any}");
    match (mapped.len(), mapped.next()) {
        (1, Some(to)) if to == rune || KNOWN.contains(rune) && KNOWN.contains(to) => to,
        _ => rune,
    }
}

/// The characters of a class of Unicode 15, in ranges.
struct Members {
    class: &'static str,
    ranges: OnceLock<Vec<(char, char)>>,
}

impl Members {
    const fn new(class: &'static str) -> Members {
        Members { class, ranges: OnceLock::new() }
    }

    fn contains(&self, rune: char) -> bool {
        let ranges = self.ranges.get_or_init(|| {
            match regex_syntax::parse(&format!(r"[{}&&\p{{age:15.0}}]", self.class)).map(|hir| hir.into_kind()) {
                Ok(HirKind::Class(Class::Unicode(class))) => class.iter().map(|r| (r.start(), r.end())).collect(),
                _ => Vec::new(),
            }
        });
        let behind = ranges.partition_point(|(start, _)| *start <= rune);
        ranges[..behind].last().is_some_and(|(_, end)| rune <= *end)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use sha2::{Digest, Sha256};

    use super::*;

    /// Of all characters: the classes that they are of and what they are mapped to, as a program in Go 1.26 wrote
    /// it down from package unicode.
    #[test]
    fn all_characters_are_seen_as_go_sees_them() {
        let mut table = String::new();
        for rune in '\0'..=char::MAX {
            let classes = [is_upper, is_lower, is_title, is_space, is_punct, is_number, is_letter, is_digit];
            let classes = classes.iter().rev().fold(0, |bits, is_of| bits << 1 | u8::from(is_of(rune)));
            let [rune, upper, lower, title] = [rune, to_upper(rune), to_lower(rune), to_title(rune)].map(u32::from);
            writeln!(table, "{rune:x} {classes} {upper:x} {lower:x} {title:x}").expect("a string takes all");
        }
        let digest: String = Sha256::digest(table).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(digest, "cb0952b83166463819905f4fc2ae3cd99559b7908c8a8c895e862bf2959a52dd");
    }

    #[test]
    fn what_is_no_text_is_taken_byte_by_byte() {
        let all = |text| runes(text).collect::<Vec<_>>();
        assert_eq!(all(b"\xc3\xa9\xe2\x82a"), [('é', 2), ('\u{fffd}', 1), ('\u{fffd}', 1), ('a', 1)]);
        assert_eq!(last_rune("aé".as_bytes()), Some(('é', 2)));
        assert_eq!(last_rune(b"a\xa9"), Some(('\u{fffd}', 1)));
        assert_eq!(last_rune(b""), None);
    }
}
