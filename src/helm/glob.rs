//! The patterns of `.Files.Glob`: gobwas/glob with `/` as its separator.
//!
//! `*` and `?` stop at a `/`, `**` does not; `[a-c]`, `[!abc]`, `{a,b*}` and `\` are known. What is no pattern
//! matches everything, as Helm has it.
//!
//! **Not here:** the patterns of `--show-only` and `.helmignore`, which are others ([`super::path_match`]).

mod parse;

use parse::Part;

/// A pattern that is ready to match paths.
pub struct Glob {
    parts: Vec<Part>,
}

impl Glob {
    pub fn new(pattern: &[u8]) -> Glob {
        Glob { parts: parse::parse(pattern).unwrap_or_else(|_| vec![Part::Super]) }
    }

    pub fn matches(&self, path: &str) -> bool {
        let mut ends = vec![0];
        extend(&self.parts, path, &mut ends);
        ends.last() == Some(&path.len())
    }
}

/// Replaces places of a text, sorted, by those that the parts can reach from there.
fn extend(parts: &[Part], text: &str, places: &mut Vec<usize>) {
    for part in parts {
        let next: Vec<usize> = match part {
            Part::Text(own) => {
                places.iter().filter(|at| text[**at..].starts_with(own.as_str())).map(|at| at + own.len()).collect()
            }
            Part::Any => reach(text, places, |c| c != SEPARATOR),
            Part::Super => reach(text, places, |_| true),
            Part::Single => step(text, places, |c| c != SEPARATOR),
            Part::List { chars, is_negated } => step(text, places, |c| chars.contains(c) != *is_negated),
            Part::Range { from, to, is_negated } => step(text, places, |c| (*from..=*to).contains(&c) != *is_negated),
            Part::AnyOf(alternatives) => {
                let mut all = Vec::new();
                for parts in alternatives {
                    let mut ends = places.clone();
                    extend(parts, text, &mut ends);
                    all.extend(ends);
                }
                all.sort_unstable();
                all.dedup();
                all
            }
        };
        *places = next;
        if places.is_empty() {
            return;
        }
    }
}

const SEPARATOR: char = '/';

/// One character on, where it is one of these.
fn step(text: &str, places: &[usize], is_one: impl Fn(char) -> bool) -> Vec<usize> {
    let after = |at: &usize| text[*at..].chars().next().filter(|c| is_one(*c)).map(|c| at + c.len_utf8());
    places.iter().filter_map(after).collect()
}

/// As many characters on as there are of these.
fn reach(text: &str, places: &[usize], is_one: impl Fn(char) -> bool) -> Vec<usize> {
    let mut next = Vec::new();
    let mut behind = 0;
    for start in places {
        if *start < behind {
            continue;
        }
        let mut at = *start;
        next.push(at);
        for c in text[at..].chars().take_while(|c| is_one(*c)) {
            at += c.len_utf8();
            next.push(at);
        }
        behind = at + 1;
    }
    next
}
