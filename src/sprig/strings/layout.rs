//! Lines and widths: `indent`, `trim`, `wrap`, `abbrev`.
//!
//! **Invariant:** what is cut or indented keeps the marks of where it was written.

use std::ops::Range;
use std::rc::Rc;

use super::runes::{last_rune, runes};
use crate::base::bytes;
use crate::gotmpl::{Fault, Str, Value};
use crate::sprig::check_bytes;

/// What becomes of words that are longer than a line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum LongWords {
    Break,
    Stay,
}

/// A piece of a text.
pub fn part(text: &Str, range: Range<usize>) -> Str {
    if range.len() == text.len() {
        return text.clone();
    }
    let trace = text.trace().map(|trace| Rc::new(trace.moved(|at| at.saturating_sub(range.start).min(range.len()))));
    Str::with_trace(text.get(range).unwrap_or_default(), trace)
}

/// Go: strings.TrimFunc.
pub fn trim(text: &Str, is_cut: impl Fn(char) -> bool) -> Str {
    let start: usize = runes(text).take_while(|(rune, _)| is_cut(*rune)).map(|(_, width)| width).sum();
    let mut end = text.len();
    while let Some((_, width)) = last_rune(&text[start..end]).filter(|(rune, _)| is_cut(*rune)) {
        end -= width;
    }
    part(text, start..end)
}

/// Go: strings.TrimPrefix.
pub fn trim_prefix(text: &Str, prefix: &[u8]) -> Str {
    if text.starts_with(prefix) { part(text, prefix.len()..text.len()) } else { text.clone() }
}

/// Go: strings.TrimSuffix.
pub fn trim_suffix(text: &Str, suffix: &[u8]) -> Str {
    if text.ends_with(suffix) { part(text, 0..text.len() - suffix.len()) } else { text.clone() }
}

/// sprig: indent and nindent. Spaces go before every line, also before one that is empty.
pub fn indent(spaces: i64, text: &Str, before: &[u8]) -> Result<Value, Fault> {
    let spaces = usize::try_from(spaces).map_err(|_| Fault::new("strings: negative Repeat count"))?;
    let lines = bytes::count(b'\n', text) + 1;
    let length = check_bytes(spaces.checked_mul(lines).and_then(|pads| pads.checked_add(before.len() + text.len())))?;
    let mut out = Vec::with_capacity(length);
    out.extend_from_slice(before);
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        out.resize(out.len() + spaces, b' ');
        out.extend_from_slice(line);
    }
    // The line behind the last line break, which is empty.
    out.resize(length, b' ');
    let trace = text.trace().map(|trace| {
        let breaks: Vec<usize> = bytes::places(b'\n', text).collect();
        // The spaces before a line count to what the line begins with.
        Rc::new(trace.moved(|at| {
            let breaks_before = breaks.partition_point(|line_break| *line_break < at);
            let begins_line = at == 0 || text.get(at - 1) == Some(&b'\n');
            before.len() + at + spaces * (breaks_before + usize::from(!begins_line))
        }))
    });
    Ok(Value::Str(Str::with_trace(out, trace)))
}

/// goutils: WrapCustom. Lines end at spaces; a width is counted in bytes.
pub fn wrap(text: &Str, width: i64, separator: &[u8], long_words: LongWords) -> Result<Value, Fault> {
    let width = usize::try_from(width).unwrap_or(1).max(1);
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while text.len() - at > width {
        let rest = &text[at..];
        if rest[0] == b' ' {
            at += 1;
            continue;
        }
        let (line, skipped) = match bytes::rfind(b' ', &rest[..=width]) {
            Some(space) => (&rest[..space], 1),
            None if long_words == LongWords::Break => (&rest[..width], 0),
            None => match bytes::find(b' ', &rest[width..]) {
                Some(space) => (&rest[..width + space], 1),
                None => break,
            },
        };
        check_bytes(Some(out.len() + line.len() + separator.len()))?;
        out.extend_from_slice(line);
        out.extend_from_slice(separator);
        at += line.len() + skipped;
    }
    out.extend_from_slice(&text[at..]);
    Ok(Value::str(out))
}

/// goutils: AbbreviateFull, where the width is not less than sprig allows. Dots stand for what is left out.
pub fn abbrev(offset: i64, width: i64, text: &Str, least: i64) -> Result<Value, Fault> {
    let length = text.len() as i64;
    if width < least.max(4) || length <= width {
        return Ok(Value::Str(text.clone()));
    }
    let kept = width - 3;
    let mut offset = offset.min(length);
    if length.wrapping_sub(offset) < kept {
        offset = length - kept;
    }
    let dotted = |from: i64, to: i64, before: &[u8], after: &[u8]| {
        let middle = text.get(from as usize..to as usize).unwrap_or_default();
        Ok(Value::str([before, middle, after].concat()))
    };
    match offset {
        ..=4 => dotted(0, kept, b"", b"..."),
        // goutils gives an error then, and sprig an empty text for it.
        _ if width < 7 => Ok(Value::str("")),
        _ if offset + kept < length => dotted(offset, offset + kept - 3, b"...", b"..."),
        _ => dotted(length - kept, length, b"...", b""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gotmpl::{Mark, Trace};

    fn traced(text: &str, marks: &[(u32, u32)]) -> Str {
        let marks = marks.iter().map(|&(at, place)| Mark { at, place }).collect();
        Str::with_trace(text.as_bytes(), Some(Rc::new(Trace { marks })))
    }

    fn place_of(text: &Str, part: &str) -> Option<u32> {
        let at = bytes::find_part(part.as_bytes(), text).expect("it is there");
        text.trace().and_then(|trace| trace.place_of(at))
    }

    #[test]
    fn what_is_cut_keeps_its_places() {
        let text = trim(&traced("  ab\ncd \n", &[(0, 1), (4, 2), (6, 3)]), |rune| rune.is_whitespace());
        assert_eq!(&*text, b"ab\ncd");
        assert_eq!(["a", "b", "\n", "c", "d"].map(|part| place_of(&text, part)), [1, 1, 2, 2, 3].map(Some));
    }

    #[test]
    fn what_is_indented_keeps_its_places() {
        let indented =
            indent(2, &traced("ab\ncd\n\nef", &[(0, 1), (1, 2), (3, 3), (7, 4)]), b"\n").expect("it is short");
        let text = indented.as_str().expect("it is a text");
        assert_eq!(&**text, b"\n  ab\n  cd\n  \n  ef");
        let places = ["  a", "b", "\n  c", "  cd", "d", "  ef"].map(|part| place_of(text, part));
        assert_eq!(places, [1, 2, 2, 3, 3, 4].map(Some));
    }
}
