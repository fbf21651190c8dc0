//! Which piece of a text was written by which action.
//!
//! **Invariant:** marks stand in ascending order; a mark holds up to the next one.
//! **Not here:** what the numbers of places stand for, which whoever records them knows.

use std::rc::Rc;

use super::value::Str;
use crate::base::bytes;

/// What Go prints for a value that is not there.
pub const NO_VALUE: &[u8] = b"<no value>";

/// Marks of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    pub marks: Vec<Mark>,
}

/// From byte `at` on, a text comes from `place`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    pub at: u32,
    pub place: u32,
}

impl Trace {
    /// The place of a byte, if it is known.
    pub fn place_of(&self, at: usize) -> Option<u32> {
        let behind = self.marks.partition_point(|mark| mark.at as usize <= at);
        Some(self.marks[..behind].last()?.place)
    }

    /// The trace of a text made of this one, in which the byte that was at an offset is at `moved` of it.
    pub fn moved(&self, moved: impl Fn(usize) -> usize) -> Trace {
        Trace { marks: self.marks.iter().map(|m| Mark { at: moved(m.at as usize) as u32, place: m.place }).collect() }
    }
}

/// A text without any occurrence of a part.
pub fn erase(text: Str, part: &[u8]) -> Str {
    match without(&text, text.trace().map(|trace| &**trace), part) {
        Some((kept, trace)) => Str::with_trace(kept, trace.map(Rc::new)),
        None => text,
    }
}

/// What is left of a text and of its trace without the occurrences of a part; `None` where there are none.
pub fn without(text: &[u8], trace: Option<&Trace>, part: &[u8]) -> Option<(Vec<u8>, Option<Trace>)> {
    let found: Vec<usize> = bytes::places_of_part(part, text).collect();
    if found.is_empty() {
        return None;
    }
    let mut kept = Vec::with_capacity(text.len() - found.len() * part.len());
    let mut from = 0;
    for at in &found {
        kept.extend_from_slice(&text[from..*at]);
        from = at + part.len();
    }
    kept.extend_from_slice(&text[from..]);
    let moved = |offset: usize| {
        let before = found.partition_point(|at| *at < offset);
        let within = before.checked_sub(1).map_or(0, |last| (found[last] + part.len()).saturating_sub(offset));
        offset + within - before * part.len()
    };
    Some((kept, trace.map(|trace| trace.moved(moved))))
}
