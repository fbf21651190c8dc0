//! Matchers: whether a text matches as a whole, and where in a text a match starts. Source: match/*.go.
//!
//! Go's strings are bytes, and gobwas cuts characters of several bytes in two here and there; so these are bytes.

use std::fmt;
use std::ops::RangeInclusive;

use crate::base::bytes;

/// Why a match cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Go: it panics.
    OutOfRange,
    /// The pattern has too many parts.
    TooLong,
    /// It takes too many steps.
    TooSlow,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stop::OutOfRange => "runtime error: slice bounds out of range",
            Stop::TooLong => "the pattern has too many parts",
            Stop::TooSlow => "the pattern takes too many steps to match",
        })
    }
}

type Matched<T> = Result<T, Stop>;

/// What is left of the steps that a match may take.
pub struct Steps(u32);

impl Default for Steps {
    fn default() -> Steps {
        Steps(1_000_000)
    }
}

impl Steps {
    fn take(&mut self) -> Matched<()> {
        self.0 = self.0.checked_sub(1).ok_or(Stop::TooSlow)?;
        Ok(())
    }
}

#[derive(Clone, Debug)]
pub enum Matcher {
    Nothing,
    Text(Vec<u8>),
    Any,
    Super,
    Single,
    /// Characters, and whether these are the ones that do not match.
    List(Vec<char>, bool),
    Range(RangeInclusive<char>, bool),
    Prefix(Vec<u8>),
    Suffix(Vec<u8>),
    PrefixSuffix(Vec<u8>, Vec<u8>),
    /// A text, and what has no `/`.
    PrefixAny(Vec<u8>),
    SuffixAny(Vec<u8>),
    /// A text, and whether it must not be there.
    Contains(Vec<u8>, bool),
    /// So many characters at least.
    Min(usize),
    Max(usize),
    EveryOf(Vec<Matcher>),
    AnyOf(Vec<Matcher>),
    /// Matchers of fixed length, and the length of them all.
    Row(usize, Vec<Matcher>),
    Tree(Box<Tree>),
}

/// A matcher, and those for what stands left and right of it.
#[derive(Clone, Debug)]
pub struct Tree {
    pub value: Matcher,
    pub left: Option<Matcher>,
    pub right: Option<Matcher>,
    /// As they were when the tree was made.
    left_length: Option<usize>,
    right_length: Option<usize>,
    length: Option<usize>,
}

/// Where a match starts, and in how many bytes it may end.
type Found = Option<(usize, Vec<usize>)>;

impl Matcher {
    /// Go: NewBTree.
    pub fn tree(value: Matcher, left: Option<Matcher>, right: Option<Matcher>) -> Matcher {
        let length_of = |side: &Option<Matcher>| side.as_ref().map_or(Some(0), Matcher::length);
        let (left_length, right_length) = (length_of(&left), length_of(&right));
        let length = [value.length(), left_length, right_length].into_iter().sum();
        Matcher::Tree(Box::new(Tree { value, left, right, left_length, right_length, length }))
    }

    /// In characters, where it is always the same.
    pub fn length(&self) -> Option<usize> {
        match self {
            Matcher::Nothing => Some(0),
            Matcher::Text(text) => Some(characters(text).count()),
            Matcher::Single | Matcher::List(..) | Matcher::Range(..) => Some(1),
            Matcher::Row(length, _) => Some(*length),
            Matcher::Tree(tree) => tree.length,
            Matcher::AnyOf(all) => {
                // Go: alternatives without a length do not count until one has been there that has.
                let mut length = None;
                for own in all.iter().map(Matcher::length) {
                    match (length, own) {
                        (None, own) => length = own,
                        (Some(known), Some(own)) if known == own => {}
                        _ => return None,
                    }
                }
                length
            }
            _ => None,
        }
    }

    /// Whether a text matches as a whole.
    pub fn matches(&self, text: &[u8], steps: &mut Steps) -> Matched<bool> {
        steps.take()?;
        Ok(match self {
            Matcher::Nothing => text.is_empty(),
            Matcher::Text(own) => text == own.as_slice(),
            Matcher::Any => find_slash(text).is_none(),
            Matcher::Super => true,
            // Go: nothing is a character too, the replacement character.
            Matcher::Single | Matcher::List(..) | Matcher::Range(..) => {
                match characters(text).collect::<Vec<_>>()[..] {
                    [] => self.is_one(char::REPLACEMENT_CHARACTER),
                    [(_, c, _)] => self.is_one(c),
                    _ => false,
                }
            }
            Matcher::Prefix(prefix) => text.starts_with(prefix),
            Matcher::Suffix(suffix) => text.ends_with(suffix),
            Matcher::PrefixSuffix(prefix, suffix) => text.starts_with(prefix) && text.ends_with(suffix),
            Matcher::PrefixAny(prefix) => text.strip_prefix(&prefix[..]).is_some_and(|rest| find_slash(rest).is_none()),
            Matcher::SuffixAny(suffix) => text.strip_suffix(&suffix[..]).is_some_and(|rest| find_slash(rest).is_none()),
            Matcher::Contains(needle, is_negated) => find(text, needle).is_some() != *is_negated,
            Matcher::Min(least) => characters(text).take(*least).count() == *least,
            Matcher::Max(most) => characters(text).take(most + 1).count() <= *most,
            Matcher::EveryOf(all) => return all_of(all, |matcher| matcher.matches(text, steps)),
            Matcher::AnyOf(all) => {
                for matcher in all {
                    if matcher.matches(text, steps)? {
                        return Ok(true);
                    }
                }
                false
            }
            Matcher::Row(length, all) => {
                characters(text).take(length + 1).count() == *length && row_matches(all, text, steps)?
            }
            Matcher::Tree(tree) => return tree.matches(text, steps),
        })
    }

    /// Of those that match one character.
    fn is_one(&self, c: char) -> bool {
        match self {
            Matcher::Single => c != '/',
            Matcher::List(chars, is_negated) => chars.contains(&c) != *is_negated,
            Matcher::Range(range, is_negated) => range.contains(&c) != *is_negated,
            _ => false,
        }
    }

    /// Go: Index. The first match in a text.
    fn find(&self, text: &[u8], steps: &mut Steps) -> Matched<Found> {
        steps.take()?;
        Ok(match self {
            Matcher::Nothing => Some((0, vec![0])),
            Matcher::Text(own) => find(text, own).map(|at| (at, vec![own.len()])),
            Matcher::Any => Some((0, starts(&text[..find_slash(text).unwrap_or(text.len())]))),
            Matcher::Super => Some((0, starts(text))),
            Matcher::Single | Matcher::List(..) | Matcher::Range(..) => {
                characters(text).find(|(_, c, _)| self.is_one(*c)).map(|(at, c, _)| (at, vec![c.len_utf8()]))
            }
            Matcher::Prefix(prefix) => {
                find(text, prefix).map(|at| (at, ends(prefix.len(), &text[at + prefix.len()..])))
            }
            Matcher::Suffix(suffix) => find(text, suffix).map(|at| (0, vec![at + suffix.len()])),
            Matcher::PrefixSuffix(prefix, suffix) => find(text, prefix).and_then(|at| {
                let mut rest = &text[at..];
                let mut lengths = Vec::new();
                while let Some(found) = memchr::memmem::rfind(rest, suffix) {
                    lengths.push(found + suffix.len());
                    rest = &rest[..found];
                }
                lengths.reverse();
                (!lengths.is_empty()).then_some((at, lengths))
            }),
            Matcher::PrefixAny(prefix) => find(text, prefix).map(|at| {
                let rest = &text[at + prefix.len()..];
                (at, ends(prefix.len(), &rest[..find_slash(rest).unwrap_or(rest.len())]))
            }),
            Matcher::SuffixAny(suffix) => find(text, suffix).map(|at| {
                let start = bytes::rfind(b'/', &text[..at]).map_or(0, |slash| slash + 1);
                (start, vec![at + suffix.len() - start])
            }),
            Matcher::Contains(needle, is_negated) => match (find(text, needle), is_negated) {
                (None, false) => None,
                (Some(at), false) => {
                    let behind = at + needle.len();
                    Some((0, starts(&text[behind..]).into_iter().map(|start| behind + start).collect()))
                }
                (found, true) => Some((0, starts(&text[..found.unwrap_or(text.len())]))),
            },
            Matcher::Min(least) => {
                let lengths: Vec<usize> =
                    characters(text).skip(least - 1).map(|(at, c, _)| at + c.len_utf8()).collect();
                (!lengths.is_empty() && text.len() >= *least).then_some((0, lengths))
            }
            Matcher::Max(most) => {
                let lengths = characters(text).take(*most).map(|(at, c, _)| at + c.len_utf8());
                Some((0, std::iter::once(0).chain(lengths).collect()))
            }
            Matcher::EveryOf(all) => return find_every(all, text, steps),
            Matcher::AnyOf(all) => return find_any(all, text, steps),
            Matcher::Row(length, all) => return find_row(*length, all, text, steps),
            // Go: a tree is never found in another.
            Matcher::Tree(_) => None,
        })
    }
}

impl Tree {
    fn matches(&self, text: &[u8], steps: &mut Steps) -> Matched<bool> {
        if self.length.is_some_and(|length| length > text.len()) {
            return Ok(false);
        }
        let side = |matcher: &Option<Matcher>, text: &[u8], steps: &mut Steps| match matcher {
            Some(matcher) => matcher.matches(text, steps),
            None => Ok(text.is_empty()),
        };
        let mut offset = self.left_length.unwrap_or(0);
        let Some(limit) = text.len().checked_sub(self.right_length.unwrap_or(0)) else { return Ok(false) };
        while offset < limit {
            let Some((index, lengths)) = self.value.find(&text[offset..limit], steps)? else { return Ok(false) };
            let start = offset + index;
            if side(&self.left, &text[..start], steps)? {
                for length in lengths.into_iter().rev() {
                    if side(&self.right, text.get(start + length..).unwrap_or_default(), steps)? {
                        return Ok(true);
                    }
                }
            }
            offset = start + characters(&text[start..]).next().map_or(0, |(_, _, width)| width);
        }
        Ok(false)
    }
}

fn all_of(all: &[Matcher], mut matches: impl FnMut(&Matcher) -> Matched<bool>) -> Matched<bool> {
    for matcher in all {
        if !matches(matcher)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Go: matchAll. Of a part's last character only the first byte is looked at.
fn row_matches(all: &[Matcher], text: &[u8], steps: &mut Steps) -> Matched<bool> {
    let mut at = 0;
    for matcher in all {
        let length = matcher.length().unwrap_or(0);
        let (mut count, mut last) = (0, 0);
        for (start, ..) in characters(&text[at..]) {
            (count, last) = (count + 1, start);
            if count == length {
                break;
            }
        }
        if count < length {
            return Ok(false);
        }
        let part = text.get(at..at + last + 1).ok_or(Stop::OutOfRange)?;
        if !matcher.matches(part, steps)? {
            return Ok(false);
        }
        at += last + 1;
    }
    Ok(true)
}

fn find_row(length: usize, all: &[Matcher], text: &[u8], steps: &mut Steps) -> Matched<Found> {
    for (at, ..) in characters(text) {
        if text.len() - at < length {
            break;
        }
        if row_matches(all, &text[at..], steps)? {
            return Ok(Some((at, vec![length])));
        }
    }
    Ok(None)
}

fn find_any(all: &[Matcher], text: &[u8], steps: &mut Steps) -> Matched<Found> {
    let mut first: Found = None;
    for matcher in all {
        let Some((at, lengths)) = matcher.find(text, steps)? else { continue };
        match &mut first {
            Some((known, _)) if *known < at => {}
            Some((known, all)) if *known == at => {
                all.extend(lengths);
                all.sort_unstable();
                all.dedup();
            }
            _ => first = Some((at, lengths)),
        }
    }
    Ok(first)
}

fn find_every(all: &[Matcher], text: &[u8], steps: &mut Steps) -> Matched<Found> {
    let (mut index, mut offset) = (0, 0);
    let mut current: Vec<usize> = Vec::new();
    let mut rest = text;
    for (number, matcher) in all.iter().enumerate() {
        let Some((at, lengths)) = matcher.find(rest, steps)? else { return Ok(None) };
        if number == 0 {
            current = lengths;
        } else {
            let delta = index as isize - (at + offset) as isize;
            current.retain(|own| lengths.iter().any(|length| *own as isize + delta == *length as isize));
            if current.is_empty() {
                return Ok(None);
            }
        }
        index = at + offset;
        rest = &text[index..];
        offset += at;
    }
    Ok(Some((index, current)))
}

fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    bytes::find_part(needle, text)
}

fn find_slash(text: &[u8]) -> Option<usize> {
    bytes::find(b'/', text)
}

/// Where characters start, and the end of the text.
fn starts(text: &[u8]) -> Vec<usize> {
    characters(text).map(|(at, ..)| at).chain([text.len()]).collect()
}

/// The length of something, and that with each more character.
fn ends(length: usize, rest: &[u8]) -> Vec<usize> {
    let more = characters(rest).map(|(at, c, _)| length + at + c.len_utf8());
    std::iter::once(length).chain(more).collect()
}

/// Characters with their places and widths. Go: each byte that is part of none is U+FFFD, which is said to be three
/// bytes long.
fn characters(text: &[u8]) -> impl Iterator<Item = (usize, char, usize)> {
    let mut at = 0;
    text.utf8_chunks()
        .flat_map(|chunk| {
            let valid = chunk.valid().chars().map(|c| (c, c.len_utf8()));
            valid.chain(chunk.invalid().iter().map(|_| (char::REPLACEMENT_CHARACTER, 1)))
        })
        .map(move |(c, width)| {
            let start = at;
            at += width;
            (start, c, width)
        })
}
