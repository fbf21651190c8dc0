//! Which piece of a text was written by which action.
//!
//! **Invariant:** marks stand in ascending order; a mark holds up to the next one.
//! **Not here:** what the numbers of places stand for, which whoever records them knows.

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
