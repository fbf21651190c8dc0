//! Where a piece of text stands.

use super::source::SourceId;

/// A half-open range of bytes in one source text. Small and `Copy`, so that every
/// node can carry one. Line and column are worked out only when somebody asks
/// ([`super::Sources::locate`]).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Span {
    pub source: SourceId,
    /// Byte offset of the first byte.
    pub start: u32,
    /// Byte offset behind the last byte.
    pub end: u32,
}

impl Default for Span {
    fn default() -> Span {
        Span::NOWHERE
    }
}

impl Span {
    /// For what no line of any file asked for.
    pub const NOWHERE: Span = Span { source: SourceId::NONE, start: 0, end: 0 };

    pub fn new(source: SourceId, start: usize, end: usize) -> Span {
        Span { source, start: start as u32, end: end as u32 }
    }

    pub fn is_nowhere(self) -> bool {
        self.source == SourceId::NONE
    }

    /// From the start of `self` to the end of `other`; `self` where they are of different sources.
    pub fn to(self, other: Span) -> Span {
        if self.source == other.source { Span { end: other.end.max(self.end), ..self } } else { self }
    }
}
