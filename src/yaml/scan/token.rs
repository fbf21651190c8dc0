//! What the scanner makes of a text.

use compact_str::CompactString;

use crate::yaml::Style;

/// A piece of the text that means something. Tokens without a text of their own (the start of a
/// block mapping, say) have equal start and end.
#[derive(Debug)]
pub(in crate::yaml) struct Token<'a> {
    pub kind: TokenKind,
    /// Byte offsets in the source.
    pub start: usize,
    pub end: usize,
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

impl Token<'_> {
    pub fn new(kind: TokenKind, start: usize, end: usize) -> Token<'static> {
        Token { kind, start, end, payload: Payload::None }
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
