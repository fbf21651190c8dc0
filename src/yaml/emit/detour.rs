//! What happens to texts on the detours that the reference sends its output through.
//!
//! kustomize prints a tree with go-yaml v3, reads that again, prints it as JSON, reads that with
//! go-yaml v2 and prints it once more. Nearly every text comes through unchanged; here is what
//! becomes of the others.
//!
//! **Not here:** numbers and the like (`super::super::decode`).

use std::borrow::Cow;

use super::analysis::is_break;
use crate::base::{Diagnostic, Span};

/// Why the reference cannot write a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// DEL, C1 controls, U+FFFE and U+FFFF: JSON writes them as they are, and YAML forbids them.
    ControlCharacter(char),
    /// A `---` or `...` line behind a next-line character.
    DocumentMarker,
    /// A block scalar whose first line starts with a tab.
    LeadingTab,
    /// A key of more than 1024 characters as JSON writes it.
    LongKey,
    /// A key with a line break that JSON leaves as it is.
    BrokenKey,
    /// Nested deeper than [`crate::yaml::MAX_DEPTH`].
    TooDeep,
}

impl Refusal {
    /// The error for a text that stands at a place.
    pub fn at(self, span: Span) -> Box<Diagnostic> {
        Diagnostic::new(self.code(), self.message()).at(span).help(self.help())
    }

    fn code(self) -> &'static str {
        match self {
            Refusal::ControlCharacter(_) => "yaml-control-character",
            Refusal::DocumentMarker => "yaml-document-marker",
            Refusal::LeadingTab => "yaml-leading-tab",
            Refusal::LongKey => "yaml-long-key",
            Refusal::BrokenKey => "yaml-broken-key",
            Refusal::TooDeep => "yaml-too-deep",
        }
    }

    fn message(self) -> String {
        match self {
            Refusal::ControlCharacter(c) => format!("the character U+{:04X} cannot be written as YAML", c as u32),
            Refusal::DocumentMarker => "a line of this text would read as the end of a document".into(),
            Refusal::LeadingTab => "a block of several lines cannot start with a tab".into(),
            Refusal::LongKey => "this key is longer than the 1024 characters that YAML allows".into(),
            Refusal::BrokenKey => "a key cannot hold the line break U+0085".into(),
            Refusal::TooDeep => format!("nested deeper than {} levels", crate::yaml::MAX_DEPTH),
        }
    }

    fn help(self) -> &'static str {
        match self {
            Refusal::ControlCharacter(_) => "remove the character, or keep the value as base64 in `binaryData`",
            Refusal::DocumentMarker | Refusal::BrokenKey => "replace the character U+0085 by a plain line break",
            Refusal::LeadingTab => "indent the first line with spaces, or write the value in double quotes",
            Refusal::LongKey => "shorten the key",
            Refusal::TooDeep => "flatten the value",
        }
    }
}

/// What go-yaml v2 reads where encoding/json wrote `text` as a string.
pub fn through_json(text: &str) -> Result<Cow<'_, str>, Refusal> {
    let mut has_next_line = false;
    for c in text.chars() {
        match c {
            '\u{85}' => has_next_line = true,
            '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => return Err(Refusal::ControlCharacter(c)),
            _ => {}
        }
    }
    if has_next_line { fold_next_lines(text).map(Cow::Owned) } else { Ok(Cow::Borrowed(text)) }
}

/// The next-line character is the one line break that JSON does not escape: in the quotes it folds
/// like any other, and the spaces around it go. Source: yaml_parser_scan_flow_scalar.
fn fold_next_lines(text: &str) -> Result<String, Refusal> {
    let mut result = String::with_capacity(text.len());
    let mut lines = text.split('\u{85}').peekable();
    let mut first = true;
    let mut empty_lines = 0;
    while let Some(line) = lines.next() {
        let is_last = lines.peek().is_none();
        let marker = ["---", "..."].iter().find_map(|marker| line.strip_prefix(marker));
        if !first && marker.is_some_and(|rest| rest.starts_with([' ', '\u{85}']) || (rest.is_empty() && !is_last)) {
            return Err(Refusal::DocumentMarker);
        }
        let line = if first { line } else { line.trim_start_matches(' ') };
        let line = if is_last { line } else { line.trim_end_matches(' ') };
        if first {
            result.push_str(line);
            first = false;
            continue;
        }
        if line.is_empty() && !is_last {
            empty_lines += 1;
            continue;
        }
        match empty_lines {
            0 => result.push(' '),
            n => result.extend(std::iter::repeat_n('\n', n)),
        }
        empty_lines = 0;
        result.push_str(line);
    }
    Ok(result)
}

/// How many characters encoding/json makes of a key, with its quotes.
pub fn json_length(key: &str) -> usize {
    let length = |c: char| match c {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => 6,
        _ => 1,
    };
    2 + key.chars().map(length).sum::<usize>()
}

/// What go-yaml v3 reads where it wrote `text` as a block scalar (`|`, or `>` if folded).
pub fn through_block(text: &str, folded: bool) -> Result<Cow<'_, str>, Refusal> {
    if text.starts_with('\t') {
        return Err(Refusal::LeadingTab);
    }
    let single_line = text.strip_suffix('\n').unwrap_or(text);
    if !folded || !single_line.contains(is_break) {
        return Ok(Cow::Borrowed(text));
    }
    Ok(Cow::Owned(read_folded(&write_folded(text), chomping(text))))
}

/// What a block scalar's header says of the line breaks at its end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Chomping {
    Strip,
    Clip,
    Keep,
}

/// Source: yaml_emitter_write_block_scalar_hints.
pub fn chomping(text: &str) -> Chomping {
    let mut backwards = text.chars().rev();
    match (backwards.next(), backwards.next()) {
        (Some(last), _) if !is_break(last) => Chomping::Strip,
        (Some(_), None) => Chomping::Keep,
        (Some(_), Some(before)) if is_break(before) => Chomping::Keep,
        (Some(_), Some(_)) => Chomping::Clip,
        (None, _) => Chomping::Strip,
    }
}

/// The lines of a folded scalar without their indentation.
/// Go: whether a break is doubled should hang on what follows it, but go-yaml looks at the start of
/// the whole text; so more-indented lines gain an empty line. Source: yaml_emitter_write_folded_scalar.
fn write_folded(text: &str) -> String {
    let start = text.chars().find(|c| !is_break(*c));
    let doubles = start.is_some_and(|c| !matches!(c, ' ' | '\t' | '\0'));
    let mut lines = String::with_capacity(text.len() + 8);
    let (mut after_break, mut leading_spaces) = (true, true);
    for c in text.chars() {
        if is_break(c) {
            if !after_break && !leading_spaces && c == '\n' && doubles {
                lines.push('\n');
            }
            after_break = true;
        } else {
            if after_break {
                leading_spaces = matches!(c, ' ' | '\t');
            }
            after_break = false;
        }
        lines.push(c);
    }
    lines
}

/// Source: yaml_parser_scan_block_scalar.
fn read_folded(lines: &str, chomping: Chomping) -> String {
    let mut result = String::with_capacity(lines.len());
    let (mut leading_break, mut trailing_breaks) = (None, String::new());
    let mut after_blank = false;
    let mut rest = lines.chars().peekable();
    while let Some(first) = rest.peek().copied() {
        if is_break(first) {
            rest.next();
            trailing_breaks.push(read_break(first));
            continue;
        }
        let blank = matches!(first, ' ' | '\t');
        let folds = leading_break == Some('\n') && !after_blank && !blank;
        match leading_break.take() {
            _ if folds && trailing_breaks.is_empty() => result.push(' '),
            Some(c) if !folds => result.push(c),
            _ => {}
        }
        result.push_str(&trailing_breaks);
        trailing_breaks.clear();
        after_blank = blank;
        for c in rest.by_ref() {
            if is_break(c) {
                leading_break = Some(read_break(c));
                break;
            }
            result.push(c);
        }
    }
    if chomping != Chomping::Strip {
        result.extend(leading_break);
    }
    if chomping == Chomping::Keep {
        result.push_str(&trailing_breaks);
    }
    result
}

/// Source: read_line in go-yaml's scannerc.go.
fn read_break(c: char) -> char {
    if matches!(c, '\r' | '\u{85}') { '\n' } else { c }
}
