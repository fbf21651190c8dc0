//! Compiled patterns, made when there is a text to search.
//!
//! Classes of Unicode make large automata: `[^a-z]` holds a million characters. Nearly all texts are ASCII, so for
//! those a pattern is compiled with what it has of ASCII, which takes a tenth of the time.
//!
//! **Invariant:** both forms find the same in a text that is ASCII.

use std::sync::OnceLock;

use regex_automata::meta::{self, Regex};
use regex_syntax::hir::{Capture, Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Repetition};

/// The most memory that a compiled pattern may take, near Go's limit.
const MOST_MEMORY: usize = 64 << 20;

/// A pattern of so many bytes that counts nothing needs far less.
const SURELY_FITS: usize = 256;

/// So much a byte of a pattern takes at most when it is compiled for all texts.
const MEMORY_A_BYTE: usize = 8 << 10;

#[derive(Clone, Debug)]
pub(super) struct Engine {
    tree: Hir,
    /// For texts that are ASCII, and for all texts. Nothing where a pattern is too large.
    ascii: OnceLock<Option<Regex>>,
    full: OnceLock<Option<Regex>>,
}

impl Engine {
    pub fn new(tree: Hir) -> Engine {
        Engine { tree, ascii: OnceLock::new(), full: OnceLock::new() }
    }

    /// What to search a text with. `None` where the pattern is too large.
    pub fn for_text(&self, text: &[u8]) -> Option<&Regex> {
        match text.is_ascii() && self.full.get().is_none() {
            true => self.ascii.get_or_init(|| compile(&in_ascii(&self.tree))).as_ref(),
            false => self.full(),
        }
    }

    /// Whether the pattern, which is of that text, is not too large for any text.
    pub fn fits(&self, pattern: &str) -> bool {
        pattern.len() <= SURELY_FITS && !pattern.contains('{') || self.full().is_some()
    }

    /// About how much memory it takes, or will take.
    pub fn memory(&self, pattern: &str) -> usize {
        let full = match self.full.get() {
            Some(regex) => regex.as_ref().map_or(0, Regex::memory_usage),
            None => pattern.len() * MEMORY_A_BYTE,
        };
        full + pattern.len()
    }

    fn full(&self) -> Option<&Regex> {
        self.full.get_or_init(|| compile(&self.tree)).as_ref()
    }
}

fn compile(tree: &Hir) -> Option<Regex> {
    let config = meta::Config::new().nfa_size_limit(Some(MOST_MEMORY)).utf8_empty(true);
    meta::Builder::new().configure(config).build_from_hir(tree).ok()
}

/// The same pattern without what lies beyond ASCII.
fn in_ascii(tree: &Hir) -> Hir {
    match tree.kind() {
        HirKind::Class(Class::Unicode(class)) => {
            let mut class = class.clone();
            class.intersect(&ClassUnicode::new([ClassUnicodeRange::new('\0', '\x7f')]));
            Hir::class(Class::Unicode(class))
        }
        HirKind::Repetition(repetition) => {
            Hir::repetition(Repetition { sub: Box::new(in_ascii(&repetition.sub)), ..repetition.clone() })
        }
        HirKind::Capture(capture) => Hir::capture(Capture { sub: Box::new(in_ascii(&capture.sub)), ..capture.clone() }),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(in_ascii).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(in_ascii).collect()),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(Class::Bytes(_)) | HirKind::Look(_) => tree.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn both_forms_find_the_same_in_ascii() {
        let patterns = [
            r"[^a-z]+",
            r"(?i)k\w|(\D)(.)?",
            r"\pL*\b",
            r"\PL",
            r"é|e",
            r"(é)|(e)",
            r"[é-ü]?x",
            r"^$|\s$",
            r".{2,3}?[[:^digit:]]",
            r"(?s).\z",
            r"[^\x00-\x{10FFFF}]|a",
            r"(?i)[^k]",
        ];
        let texts = ["", "a", "kelvin Key 12", "é", "x.y_z-9\n", "ABC abc\t", "e"];
        for pattern in patterns {
            let tree = parse::parse(pattern).expect("a pattern").tree;
            let (ascii, full) = (compile(&in_ascii(&tree)).expect("small"), compile(&tree).expect("small"));
            for text in texts.into_iter().filter(|text| text.is_ascii()) {
                let groups = |regex: &Regex| {
                    let mut captures = regex.create_captures();
                    regex.captures(text, &mut captures);
                    captures.iter().collect::<Vec<_>>()
                };
                let all = |regex: &Regex| regex.find_iter(text).map(|found| found.span()).collect::<Vec<_>>();
                assert_eq!((all(&ascii), groups(&ascii)), (all(&full), groups(&full)), "{pattern} {text:?}");
            }
        }
    }
}
