//! What the scanner makes of a text.

use compact_str::CompactString;

use crate::yaml::Style;

/// A piece of the text that means something. Tokens without a text of their own (the start of a
/// block mapping, say) have equal start and end.
#[derive(Clone, Copy, Debug)]
pub(in crate::yaml) struct Token<'a> {
    pub kind: TokenKind,
    /// What it says is among the scanner's extras, not in `text`.
    pub has_extra: bool,
    start: u32,
    end: u32,
    /// A scalar or a name that stands in the source as it is.
    pub text: &'a str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::yaml) enum TokenKind {
    StreamEnd,
    VersionDirective,
    TagDirective,
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias,
    Anchor,
    Tag,
    Scalar(Style),
    /// A key, a scalar and the colon in one: what most texts are made of. Start and end are the scalar's.
    SimpleKey(Style),
}

/// What some tokens have besides; kept apart so that tokens are plain data.
#[derive(Debug)]
pub(in crate::yaml) enum Extra {
    /// The value of a scalar that differs from its source.
    Text(CompactString),
    /// A tag's handle and suffix, a directive's two words.
    Words(Box<(String, String)>),
}

impl<'a> Token<'a> {
    pub fn new(kind: TokenKind, start: usize, end: usize, text: &'a str) -> Token<'a> {
        // Texts that offsets of 32 bits cannot point into were refused.
        Token { kind, has_extra: false, start: start as u32, end: end as u32, text }
    }

    /// Byte offsets in the source.
    pub fn start(&self) -> usize {
        self.start as usize
    }

    pub fn end(&self) -> usize {
        self.end as usize
    }
}

impl TokenKind {
    /// How many tokens of libyaml's it stands for.
    pub fn count(self) -> usize {
        if let TokenKind::SimpleKey(_) = self { 3 } else { 1 }
    }
}
