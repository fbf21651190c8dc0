//! In which styles a text may be written: libyaml's analysis of a scalar, as go-yaml has it.
//!
//! **Invariant:** a text of printable ASCII without line breaks takes the short way and gives the
//! same answers as the long one.
//! **Not here:** which style is chosen.

use super::class;
use crate::base::bytes;

/// Source: yaml_emitter_analyze_scalar in go-yaml's emitterc.go. "Plain" is that of block context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Analysis {
    pub multiline: bool,
    pub plain_allowed: bool,
    pub single_quoted_allowed: bool,
    pub block_allowed: bool,
    /// Where go-yaml v3 would use a block scalar: v2 also refuses tabs.
    pub block_allowed_by_v3: bool,
}

impl Analysis {
    pub fn of(text: &str) -> Analysis {
        let bytes = text.as_bytes();
        let all = class::of(bytes);
        if all & (class::NEWLINE | class::CONTROL | class::HIGH) == 0 {
            return Analysis {
                multiline: false,
                plain_allowed: is_plain_ascii(bytes, all),
                single_quoted_allowed: true,
                block_allowed: !bytes.is_empty() && bytes.last() != Some(&b' '),
                block_allowed_by_v3: !bytes.is_empty() && bytes.last() != Some(&b' '),
            };
        }
        Analysis::by_characters(text)
    }

    fn by_characters(text: &str) -> Analysis {
        let mut indicators = starts_with_indicator(text.as_bytes());
        let (mut breaks, mut special, mut tab) = (false, false, false);
        let (mut break_space, mut space_break) = (false, false);
        let (mut after_space, mut after_break, mut after_blank) = (false, false, true);
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            let before_blank = chars.peek().is_none_or(|next| matches!(next, ' ' | '\t'));
            indicators |= (c == ':' && before_blank) || (c == '#' && after_blank);
            tab |= c == '\t';
            special |= !is_printable(c) && c != '\t';
            breaks |= is_break(c);
            break_space |= c == ' ' && after_break;
            space_break |= is_break(c) && after_space;
            (after_space, after_break) = (c == ' ', is_break(c));
            after_blank = is_break(c) || matches!(c, ' ' | '\t' | '\0');
        }
        let ends = [text.chars().next(), text.chars().next_back()];
        let padded = ends.iter().flatten().any(|c| *c == ' ' || is_break(*c));
        let trailing_space = text.ends_with(' ');
        let block_allowed_by_v3 = !(trailing_space || space_break || special);
        Analysis {
            multiline: breaks,
            plain_allowed: !(padded || break_space || space_break || special || tab || breaks || indicators),
            single_quoted_allowed: !(break_space || space_break || special || tab),
            block_allowed: block_allowed_by_v3 && !tab,
            block_allowed_by_v3,
        }
    }
}

/// For printable ASCII without line breaks.
pub fn is_plain_ascii(text: &[u8], all: u8) -> bool {
    let ([first, ..], [.., last]) = (text, text) else { return true };
    if *first == b' ' || *last == b' ' || starts_with_indicator(text) {
        return false;
    }
    let colon = || bytes::places(b':', text).any(|at| matches!(text.get(at + 1), None | Some(b' ')));
    let hash = || bytes::places(b'#', text).any(|at| at == 0 || text[at - 1] == b' ');
    !(all & class::COLON != 0 && colon() || all & class::HASH != 0 && hash())
}

fn starts_with_indicator(text: &[u8]) -> bool {
    match text {
        [b'-', b'-', b'-', ..] | [b'.', b'.', b'.', ..] => true,
        [b'?' | b':' | b'-', rest @ ..] => matches!(rest.first(), None | Some(b' ' | b'\t')),
        [first, ..] => b"#,[]{}&*!|>'\"%@`".contains(first),
        [] => false,
    }
}

/// Go: is_printable. Tabs, emoji (all beyond the basic plane) and a byte order mark are not.
pub fn is_printable(c: char) -> bool {
    match c {
        '\n' | ' '..='~' => true,
        '\u{a0}'..='\u{fffd}' => c != '\u{feff}',
        _ => false,
    }
}

/// Line breaks as YAML 1.1 has them.
pub fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}
