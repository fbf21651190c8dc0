//! Chooses a string's style and writes it: plain, quoted or as a literal block; folded near column 80.
//!
//! Printable ASCII and newlines take the short way: one look at all bytes, then copies of whole
//! runs. Everything else goes by characters.
//!
//! Source: stringv in go-yaml v2's encode.go; yaml_emitter_select_scalar_style and the writers of
//! each style in emitterc.go.
//!
//! **Not here:** block scalars with `>`, which go-yaml does not write by itself.

use super::ambiguous::reads_as_string;
use super::analysis::{Analysis, is_break, is_plain_ascii, is_printable};
use super::class;
use super::detour::{self, Refusal};
use super::writer::Writer;
use crate::base::bytes;

/// Past this column a line is folded at the next space.
const WIDTH: usize = 80;

/// Bits of a text for which the long way is due.
const LONG_WAY: u8 = class::CONTROL | class::HIGH;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
}

/// Whether spaces may become line breaks. Not in keys.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Folding {
    Never,
    /// The indentation of the lines that follow.
    To(usize),
}

/// Writes a value whose first line starts here and whose others are indented.
pub fn write_value(w: &mut Writer, text: &str, indent: usize) -> Result<(), Refusal> {
    let all = class::of(text.as_bytes());
    if all & (LONG_WAY | class::NEWLINE) == 0 {
        write_ascii(w, text, all, Folding::To(indent));
        return Ok(());
    }
    if all & LONG_WAY == 0 && write_literal_ascii(w, text.as_bytes(), indent) {
        return Ok(());
    }
    let text = detour::through_json(text)?;
    let analysis = Analysis::of(&text);
    let style = match () {
        _ if !text.contains('\n') => single_line_style(&text, analysis),
        _ if analysis.block_allowed => Style::Literal,
        _ => Style::DoubleQuoted,
    };
    write_characters(w, &text, style, Folding::To(indent), indent);
    Ok(())
}

/// Writes a key, unless it has line breaks: then it writes nothing and gives `false`.
/// The key is at most [`super::writer::LONGEST_SIMPLE_KEY`] bytes long.
pub fn write_simple_key(w: &mut Writer, key: &str) -> Result<bool, Refusal> {
    let all = class::of(key.as_bytes());
    if all & (LONG_WAY | class::NEWLINE) == 0 {
        write_ascii(w, key, all, Folding::Never);
        return Ok(true);
    }
    if key.contains('\u{85}') {
        return Err(Refusal::BrokenKey);
    }
    detour::through_json(key)?;
    let analysis = Analysis::of(key);
    if analysis.multiline {
        return Ok(false);
    }
    write_characters(w, key, single_line_style(key, analysis), Folding::Never, 0);
    Ok(true)
}

/// For texts without a newline (which may hold other line breaks).
fn single_line_style(text: &str, analysis: Analysis) -> Style {
    match () {
        _ if !reads_as_string(text) => Style::DoubleQuoted,
        _ if analysis.plain_allowed => Style::Plain,
        _ if analysis.single_quoted_allowed => Style::SingleQuoted,
        _ => Style::DoubleQuoted,
    }
}

/// Printable ASCII without line breaks.
fn write_ascii(w: &mut Writer, text: &str, all: u8, folding: Folding) {
    let bytes = text.as_bytes();
    if !reads_as_string(text) {
        // What reads as something else needs no escapes.
        write_characters(w, text, Style::DoubleQuoted, folding, 0);
    } else if is_plain_ascii(bytes, all) {
        write_folded_ascii(w, bytes, all, folding);
    } else if all & class::SINGLE != 0 {
        write_characters(w, text, Style::SingleQuoted, folding, 0);
    } else {
        w.out.push(b'\'');
        write_folded_ascii(w, bytes, all, folding);
        w.out.push(b'\'');
    }
}

/// Copies a text that needs no escapes, with a line break and indentation for each space to be folded.
fn write_folded_ascii(w: &mut Writer, mut text: &[u8], all: u8, folding: Folding) {
    if let Folding::To(indent) = folding
        && all & class::SPACE != 0
    {
        while let Some(at) = find_fold(text, w.column()) {
            w.out.extend_from_slice(&text[..at]);
            w.new_line();
            w.pad(indent);
            text = &text[at + 1..];
        }
    }
    w.out.extend_from_slice(text);
}

/// The first single space past the line's width, neither first nor last in the text.
fn find_fold(text: &[u8], column: usize) -> Option<usize> {
    let from = (WIDTH + 1).saturating_sub(column).max(1);
    bytes::places(b' ', text.get(from..)?)
        .map(|at| from + at)
        .find(|at| text[at - 1] != b' ' && text.get(at + 1).is_some_and(|next| *next != b' '))
}

/// Writes printable ASCII and newlines as a literal block, unless a line ends in a space: such a
/// text no block can hold, and the result is `false`.
fn write_literal_ascii(w: &mut Writer, text: &[u8], indent: usize) -> bool {
    let space_before = |end: usize| end > 0 && text[end - 1] == b' ';
    if space_before(text.len()) || bytes::places(b'\n', text).any(space_before) {
        return false;
    }
    w.out.push(b'|');
    if matches!(text.first(), Some(b' ' | b'\n')) {
        w.out.push(b'2');
    }
    match text {
        [b'\n'] | [.., b'\n', b'\n'] => w.out.push(b'+'),
        [.., b'\n'] => {}
        _ => w.out.push(b'-'),
    }
    w.new_line();
    let mut start = 0;
    for end in bytes::places(b'\n', text) {
        if start < end {
            w.pad(indent);
            w.out.extend_from_slice(&text[start..end]);
        }
        w.new_line();
        start = end + 1;
    }
    if start < text.len() {
        w.pad(indent);
        w.out.extend_from_slice(&text[start..]);
    }
    true
}

/// Writes any text in a style that its analysis allows.
fn write_characters(w: &mut Writer, text: &str, style: Style, folding: Folding, indent: usize) {
    match style {
        Style::Plain => write_plain(w, text, folding),
        Style::SingleQuoted => write_single_quoted(w, text, folding),
        Style::DoubleQuoted => write_double_quoted(w, text, folding),
        Style::Literal => write_literal(w, text, indent),
    }
}

/// A plain text has no line breaks.
fn write_plain(w: &mut Writer, text: &str, folding: Folding) {
    let mut after_space = false;
    for (at, c) in text.char_indices() {
        match folding {
            Folding::To(indent) if c == ' ' && !after_space && w.column() > WIDTH && !space_follows(text, at) => {
                w.start_line(indent);
            }
            _ => put(w, c),
        }
        after_space = c == ' ';
    }
}

fn write_single_quoted(w: &mut Writer, text: &str, folding: Folding) {
    w.out.push(b'\'');
    let indent = if let Folding::To(indent) = folding { indent } else { 0 };
    let (mut after_space, mut after_break) = (false, false);
    for (at, c) in text.char_indices() {
        if c == ' ' {
            let inside = at > 0 && at < text.len() - 1 && !space_follows(text, at);
            if folding != Folding::Never && !after_space && w.column() > WIDTH && inside {
                w.start_line(indent);
            } else {
                put(w, c);
            }
            after_space = true;
        } else if is_break(c) {
            if !after_break && c == '\n' {
                w.new_line();
            }
            put_break(w, c);
            after_break = true;
        } else {
            if after_break {
                w.start_line(indent);
            }
            if c == '\'' {
                w.out.push(b'\'');
            }
            put(w, c);
            (after_space, after_break) = (false, false);
        }
    }
    w.out.push(b'\'');
}

fn write_double_quoted(w: &mut Writer, text: &str, folding: Folding) {
    w.out.push(b'"');
    // Go: is_bom looks at the start of the text whatever character is asked about.
    let escape_all = text.starts_with('\u{feff}');
    let mut after_space = false;
    for (at, c) in text.char_indices() {
        if escape_all || !is_printable(c) || is_break(c) || c == '"' || c == '\\' {
            put_escape(w, c);
            after_space = false;
            continue;
        }
        match folding {
            Folding::To(indent) if c == ' ' && !after_space && w.column() > WIDTH && at > 0 && at < text.len() - 1 => {
                w.start_line(indent);
                if space_follows(text, at) {
                    w.out.push(b'\\');
                }
            }
            _ => put(w, c),
        }
        after_space = c == ' ';
    }
    w.out.push(b'"');
}

fn write_literal(w: &mut Writer, text: &str, indent: usize) {
    w.out.push(b'|');
    if text.starts_with(|c| c == ' ' || is_break(c)) {
        w.out.push(b'2');
    }
    match detour::chomping(text) {
        detour::Chomping::Strip => w.out.push(b'-'),
        detour::Chomping::Keep => w.out.push(b'+'),
        detour::Chomping::Clip => {}
    }
    w.new_line();
    let mut after_break = true;
    for c in text.chars() {
        if is_break(c) {
            put_break(w, c);
        } else {
            if after_break {
                w.start_line(indent);
            }
            put(w, c);
        }
        after_break = is_break(c);
    }
}

/// Whether the character behind the space at `at` is a space.
fn space_follows(text: &str, at: usize) -> bool {
    text.as_bytes().get(at + 1) == Some(&b' ')
}

fn put(w: &mut Writer, c: char) {
    let length = c.len_utf8();
    w.out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    w.line_start += length - 1;
}

/// Go: write_break. Other breaks than the newline are written as they are, and start a line too.
fn put_break(w: &mut Writer, c: char) {
    if c == '\n' {
        w.new_line();
    } else {
        put(w, c);
        w.line_start = w.out.len();
    }
}

fn put_escape(w: &mut Writer, c: char) {
    let short = match c {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ => {
            let code = c as u32;
            let escape = match code {
                0..=0xff => format!("\\x{code:02X}"),
                0x100..=0xffff => format!("\\u{code:04X}"),
                _ => format!("\\U{code:08X}"),
            };
            w.out.extend_from_slice(escape.as_bytes());
            return;
        }
    };
    w.out.push(b'\\');
    put(w, short);
}
