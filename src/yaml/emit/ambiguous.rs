//! Which texts a YAML 1.1 reader would take for something else than a string.

use crate::yaml::{Resolved, Schema};

/// Whether go-yaml v2 reads a plain `text` back as this string, and whether YAML 1.1 does so for
/// numbers of base 60. Source: stringv in go-yaml v2's encode.go.
pub fn reads_as_string(text: &str) -> bool {
    match text.as_bytes() {
        [b'+' | b'-' | b'0'..=b'9', ..] => is_string(text) && !is_base_60(text),
        [] | [b'.' | b'~', ..] => is_string(text),
        // No word with a meaning is longer.
        [b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O', ..] => text.len() > 5 || is_string(text),
        _ => true,
    }
}

fn is_string(text: &str) -> bool {
    Resolved::of_plain(Schema::V2, text) == Resolved::Str
}

/// `^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$`
fn is_base_60(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let Some((first, rest)) = unsigned.split_once(':') else { return false };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let (sixtieths, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    first.starts_with(|c: char| c.is_ascii_digit())
        && digits(first)
        && digits(fraction)
        && sixtieths.split(':').all(|part| matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']))
}
