//! Bytes -> a text that the scanner can trust: UTF-8 (or UTF-16 with a byte order mark), without
//! control characters. Rules: go-yaml's `readerc.go`.
//!
//! **Invariant:** offsets of [`Input::text`] become offsets of the source by [`Input::offset`];
//! unless the text had to be rewritten they are the same.

use std::borrow::Cow;

use crate::base::{Diagnostic, Result, SourceId, Span, bytes};

pub(super) struct Input<'a> {
    pub text: Cow<'a, str>,
    /// Where the text was rewritten: pairs of its offsets and the source's, rising. Between
    /// them both run in step.
    offsets: Vec<(u32, u32)>,
}

impl<'a> Input<'a> {
    /// Errors: `yaml-encoding` for what is not UTF-8 or UTF-16 and for control characters,
    /// `yaml-size` for what a span cannot point into.
    pub fn new(bytes: &'a [u8], source: SourceId) -> Result<Input<'a>> {
        if u32::try_from(bytes.len()).is_err() {
            return Err(Diagnostic::new("yaml-size", "the text is larger than 4 GiB"));
        }
        match bytes {
            [0xff, 0xfe, rest @ ..] => Input::from_utf16(rest, u16::from_le_bytes, source),
            [0xfe, 0xff, rest @ ..] => Input::from_utf16(rest, u16::from_be_bytes, source),
            _ => {
                let text = std::str::from_utf8(bytes).map_err(|error| {
                    let at = error.valid_up_to();
                    Diagnostic::new("yaml-encoding", "the text is not valid UTF-8")
                        .at(Span::new(source, at, at + error.error_len().unwrap_or(bytes.len() - at)))
                        .help("save the file as UTF-8")
                })?;
                Input { text: Cow::Borrowed(text), offsets: Vec::new() }.checked(source)
            }
        }
    }

    fn from_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16, source: SourceId) -> Result<Input<'static>> {
        let malformed = |at: usize| {
            Diagnostic::new("yaml-encoding", "the text is not valid UTF-16")
                .at(Span::new(source, at, at + 2))
                .help("save the file as UTF-8")
        };
        let (pairs, []) = bytes.as_chunks::<2>() else { return Err(malformed(bytes.len() + 1)) };
        let mut text = String::with_capacity(bytes.len());
        let mut offsets = Vec::with_capacity(pairs.len());
        // The byte order mark.
        let mut at = 2;
        for char in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
            let char = char.map_err(|_| malformed(at))?;
            offsets.push((text.len() as u32, at as u32));
            text.push(char);
            at += 2 * char.len_utf16();
        }
        offsets.push((text.len() as u32, at as u32));
        Input { text: Cow::Owned(text), offsets }.checked(source)
    }

    fn checked(self, source: SourceId) -> Result<Input<'a>> {
        let Some(at) = control_character(&self.text) else { return Ok(self) };
        let char = self.text[at..].chars().next().unwrap_or_default();
        let span = Span::new(source, self.offset(at), self.offset(at + char.len_utf8()));
        Err(Diagnostic::new("yaml-encoding", format!("the control character U+{:04X} is not allowed", u32::from(char)))
            .at(span)
            .help("write it as an escape such as `\\x1b` in a double-quoted value"))
    }

    /// Turns `\r\n` into `\n` before anything else looks at the text. The parser reads both the
    /// same, so this matters only where one step makes a new pair.
    pub fn without_carriage_returns(self) -> Input<'a> {
        if bytes::find_part(b"\r\r\n", self.text.as_bytes()).is_none() {
            return self;
        }
        let mut text = String::with_capacity(self.text.len());
        let mut offsets = Vec::new();
        let mut from = 0;
        for at in bytes::places_of_part(b"\r\n", self.text.as_bytes()) {
            text.push_str(&self.text[from..at]);
            offsets.push((text.len() as u32, self.offset(at + 1) as u32));
            from = at + 1;
        }
        text.push_str(&self.text[from..]);
        Input { text: Cow::Owned(text), offsets }
    }

    /// The source's offset of an offset of the text.
    pub fn offset(&self, at: usize) -> usize {
        match self.offsets.partition_point(|(new, _)| *new as usize <= at).checked_sub(1) {
            Some(point) => {
                let (new, old) = self.offsets[point];
                old as usize + (at - new as usize)
            }
            None => at,
        }
    }

    pub fn is_rewritten(&self) -> bool {
        !self.offsets.is_empty()
    }
}

/// The offset of the first character that YAML does not allow.
fn control_character(text: &str) -> Option<usize> {
    // Folded over blocks without a branch, so that the compiler can take many bytes at a time.
    let is_control = |b: u8| (b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r')) | (b == 0x7f);
    let suspect = text
        .as_bytes()
        .chunks(4096)
        .position(|block| block.iter().fold(false, |found, b| found | is_control(*b) | (*b == 0xc2) | (*b == 0xef)))?;
    let mut start = suspect * 4096;
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let is_allowed = |c: char| match c {
        '\t' | '\n' | '\r' | '\u{85}' => true,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => false,
        _ => true,
    };
    text[start..].char_indices().find(|(_, c)| !is_allowed(*c)).map(|(at, _)| start + at)
}
