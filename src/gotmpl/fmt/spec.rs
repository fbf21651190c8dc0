//! What stands between `%` and the verb.

use super::super::unicode::rune_count;

/// Flags, width and precision.
#[derive(Clone, Copy, Default)]
pub(super) struct Spec {
    pub minus: bool,
    pub plus: bool,
    pub sharp: bool,
    pub space: bool,
    pub zero: bool,
    /// `%+v`: plus as such is not set then, which would go to the values within.
    pub plus_v: bool,
    /// `%#v`, likewise.
    pub sharp_v: bool,
    pub width: Option<usize>,
    pub precision: Option<usize>,
}

impl Spec {
    /// With the flags of `%+v` and `%#v` in their places.
    pub fn for_verb(self, verb: char) -> Spec {
        match verb {
            'v' | 'w' => Spec { sharp_v: self.sharp, sharp: false, plus_v: self.plus, plus: false, ..self },
            _ => self,
        }
    }

    pub fn without_zero(self) -> Spec {
        Spec { zero: false, ..self }
    }

    /// Go: fmt.pad. The width counts characters.
    pub fn pad(&self, out: &mut Vec<u8>, text: &[u8]) {
        let missing = self.width.map_or(0, |width| width.saturating_sub(rune_count(text)));
        if !self.minus {
            self.fill(out, missing);
        }
        out.extend_from_slice(text);
        if self.minus {
            self.fill(out, missing);
        }
    }

    /// Go: fmt.writePadding. Zeros stand on the left only.
    pub fn fill(&self, out: &mut Vec<u8>, count: usize) {
        let padding = if self.zero && !self.minus { b'0' } else { b' ' };
        out.resize(out.len() + count, padding);
    }
}
