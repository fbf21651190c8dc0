//! What the scanner makes of a text.

use compact_str::CompactString;

use crate::yaml::Style;

/// A piece of the text that means something. Tokens without a text of their own (the start of a
/// block mapping, say) have equal start and end.
#[derive(Debug)]
pub(in crate::yaml) struct Token<'a> {
    pub kind: TokenKind,
    /// Byte offsets in the source.
    start: u32,
    end: u32,
    pub payload: Payload<'a>,
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

#[derive(Debug)]
pub(in crate::yaml) enum Payload<'a> {
    None,
    /// A scalar or a name that stands in the source as it is.
    Text(&'a str),
    /// A scalar whose value differs from its source.
    Made(CompactString),
    /// A tag's handle and suffix, a directive's two words.
    Pair(Box<(String, String)>),
}

impl<'a> Token<'a> {
    pub fn new(kind: TokenKind, start: usize, end: usize) -> Token<'a> {
        Token::with(kind, start, end, Payload::None)
    }

    pub fn with(kind: TokenKind, start: usize, end: usize, payload: Payload<'a>) -> Token<'a> {
        // Texts that offsets of 32 bits cannot point into were refused.
        Token { kind, start: start as u32, end: end as u32, payload }
    }

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

impl Payload<'_> {
    pub fn into_text(self) -> CompactString {
        match self {
            Payload::Text(text) => CompactString::new(text),
            Payload::Made(text) => text,
            Payload::None | Payload::Pair(_) => CompactString::const_new(""),
        }
    }
}
