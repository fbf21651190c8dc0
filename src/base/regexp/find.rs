//! Finding, replacing and splitting as Go's `regexp.Regexp` does it.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use regex_automata::meta::Regex;
use regex_automata::util::captures::Captures;
use regex_automata::{Input, Span};

use super::engine::Engine;
use super::{Fault, parse};

/// How much memory compiled patterns may take that are kept, and how many of them.
const MOST_KEPT: usize = 64 << 20;
const MOST_PATTERNS: usize = 1000;
/// The longest text that replacing makes.
const MOST_TEXT: usize = 128 << 20;

/// A compiled regular expression, for texts that may be no UTF-8.
#[derive(Debug)]
pub struct Regexp {
    engine: Engine,
    /// How much memory it takes, about.
    memory: usize,
    /// The names of the groups; the first is the whole match.
    names: Vec<Option<String>>,
    is_empty: bool,
}

impl Regexp {
    /// The pattern, compiled once as long as it is remembered. Errors: Go's text.
    pub fn new(pattern: &[u8]) -> Result<Rc<Regexp>, String> {
        KEPT.with_borrow_mut(|kept| match kept.patterns.get(pattern) {
            Some(regexp) => Ok(regexp.clone()),
            None => {
                let regexp = Rc::new(Regexp::compile(pattern)?);
                kept.keep(pattern, &regexp);
                Ok(regexp)
            }
        })
    }

    fn compile(pattern: &[u8]) -> Result<Regexp, String> {
        let text = std::str::from_utf8(pattern).map_err(|error| {
            Fault::new("invalid UTF-8", &String::from_utf8_lossy(&pattern[error.valid_up_to()..])).go_text()
        })?;
        let parse::Pattern { tree, names } = parse::parse(text).map_err(|fault| fault.go_text())?;
        let engine = Engine::new(tree);
        if !engine.fits(text) {
            return Err(Fault::new("expression too large", text).go_text());
        }
        Ok(Regexp { memory: engine.memory(text), engine, names, is_empty: text.is_empty() })
    }

    /// Go: Regexp.Match.
    pub fn is_match(&self, text: &[u8]) -> bool {
        let haystack = Haystack::new(text);
        self.engine.for_text(&haystack.text).is_some_and(|regex| regex.is_match(&*haystack.text))
    }

    /// Go: Regexp.Find.
    pub fn find(&self, text: &[u8]) -> Option<Range<usize>> {
        let haystack = Haystack::new(text);
        let found = self.engine.for_text(&haystack.text)?.find(&*haystack.text)?;
        Some(haystack.original(found.span()))
    }

    /// Go: Regexp.FindAllIndex. The first matches, or all; they do not overlap.
    pub fn find_all(&self, text: &[u8], most: Option<usize>) -> Vec<Range<usize>> {
        let haystack = Haystack::new(text);
        let most = most.unwrap_or(usize::MAX);
        let mut found = Vec::new();
        let Some(regex) = self.engine.for_text(&haystack.text) else { return found };
        let (mut at, mut last_end) = (0, None);
        while found.len() < most && at <= haystack.text.len() {
            let Some(span) = regex.search(&haystack.from(at)).map(|found| found.span()) else { break };
            let after_other = last_end == Some(span.start);
            let stays = span.end == at;
            at = if stays { haystack.next(at) } else { span.end };
            last_end = Some(span.end);
            // Go: no empty match right behind another.
            if !(stays && after_other) {
                found.push(haystack.original(span));
            }
        }
        found
    }

    /// Go: Regexp.ReplaceAll. In the template `$1`, `${1}`, `$name` and `${name}` stand for groups. Errors: the
    /// text would be too long.
    pub fn replace_all(&self, text: &[u8], template: &[u8]) -> Result<Vec<u8>, String> {
        if !template.contains(&b'$') {
            return self.replace_all_literal(text, template);
        }
        let pieces = template_pieces(template, &self.names);
        self.replace_with(text, Regex::create_captures, |captures, haystack, out| {
            for piece in &pieces {
                match piece {
                    // Long enough to be refused.
                    _ if out.len() > MOST_TEXT => break,
                    Piece::Text(text) => out.extend_from_slice(text),
                    Piece::Groups(groups) => {
                        let span = groups.iter().find_map(|index| captures.get_group(*index));
                        let part = span.and_then(|span| text.get(haystack.original(span)));
                        out.extend_from_slice(part.unwrap_or_default());
                    }
                }
            }
        })
    }

    /// Go: Regexp.ReplaceAllLiteral. Errors: the text would be too long.
    pub fn replace_all_literal(&self, text: &[u8], replacement: &[u8]) -> Result<Vec<u8>, String> {
        let only_match = |regex: &Regex| Captures::matches(regex.group_info().clone());
        self.replace_with(text, only_match, |_, _, out| out.extend_from_slice(replacement))
    }

    fn replace_with(
        &self,
        text: &[u8],
        captures: impl FnOnce(&Regex) -> Captures,
        mut replacement: impl FnMut(&Captures, &Haystack, &mut Vec<u8>),
    ) -> Result<Vec<u8>, String> {
        let haystack = Haystack::new(text);
        let Some(regex) = self.engine.for_text(&haystack.text) else { return Ok(text.to_vec()) };
        let mut captures = captures(regex);
        let mut out = Vec::new();
        let (mut at, mut last_end) = (0, 0);
        while at <= haystack.text.len() {
            regex.search_captures(&haystack.from(at), &mut captures);
            let Some(span) = captures.get_match().map(|found| found.span()) else { break };
            out.extend_from_slice(&text[haystack.original(Span { start: last_end, end: span.start })]);
            // Go: no empty match right behind another.
            if span.end > last_end || span.start == 0 {
                replacement(&captures, &haystack, &mut out);
            }
            if out.len() > MOST_TEXT {
                return Err(format!("the replaced text is longer than {MOST_TEXT} bytes"));
            }
            last_end = span.end;
            at = haystack.next(at).max(span.end);
        }
        out.extend_from_slice(&text[haystack.original(Span { start: last_end, end: haystack.text.len() })]);
        Ok(out)
    }

    /// Go: Regexp.Split. At most so many pieces, or all; none at all where none is asked for.
    pub fn split<'t>(&self, text: &'t [u8], most: Option<usize>) -> Option<Vec<&'t [u8]>> {
        if most == Some(0) {
            return None;
        }
        if !self.is_empty && text.is_empty() {
            return Some(vec![text]);
        }
        let mut pieces = Vec::new();
        let (mut start, mut end) = (0, 0);
        for found in self.find_all(text, most) {
            if most.is_some_and(|most| pieces.len() + 1 >= most) {
                break;
            }
            end = found.start;
            // Go: an empty match at the start cuts nothing off.
            if found.end != 0 {
                pieces.push(&text[start..end]);
            }
            start = found.end;
        }
        if end != text.len() {
            pieces.push(&text[start..]);
        }
        Some(pieces)
    }
}

/// Go: regexp.QuoteMeta.
pub fn quote_meta(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        if br"\.+*?()|[]{}^$".contains(byte) {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    out
}

thread_local! {
    /// What this thread has compiled. Only memory: forgetting it changes no result.
    static KEPT: RefCell<Kept> = RefCell::default();
}

#[derive(Default)]
struct Kept {
    patterns: HashMap<Box<[u8]>, Rc<Regexp>, foldhash::fast::RandomState>,
    memory: usize,
}

impl Kept {
    fn keep(&mut self, pattern: &[u8], regexp: &Rc<Regexp>) {
        let memory = regexp.memory;
        if self.memory + memory > MOST_KEPT || self.patterns.len() >= MOST_PATTERNS {
            *self = Kept::default();
        }
        if memory <= MOST_KEPT {
            self.memory += memory;
            self.patterns.insert(pattern.into(), regexp.clone());
        }
    }
}

/// A text as Go sees it: a byte that is no UTF-8 is a replacement character, one byte wide.
struct Haystack<'t> {
    text: Cow<'t, [u8]>,
    /// Where the replacement characters are that stand for one byte.
    replaced: Vec<usize>,
}

const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

impl Haystack<'_> {
    fn new(bytes: &[u8]) -> Haystack<'_> {
        if std::str::from_utf8(bytes).is_ok() {
            return Haystack { text: Cow::Borrowed(bytes), replaced: Vec::new() };
        }
        let (mut text, mut replaced) = (Vec::with_capacity(bytes.len() + 16), Vec::new());
        for chunk in bytes.utf8_chunks() {
            text.extend_from_slice(chunk.valid().as_bytes());
            for _ in chunk.invalid() {
                replaced.push(text.len());
                text.extend_from_slice(REPLACEMENT);
            }
        }
        Haystack { text: Cow::Owned(text), replaced }
    }

    /// From there on; what is before is still seen by `^` and `\b`.
    fn from(&self, at: usize) -> Input<'_> {
        Input::new(&*self.text).range(at..)
    }

    /// Where the character behind the one at a place starts; one past the end at the end.
    fn next(&self, at: usize) -> usize {
        let is_inside = |byte: &u8| byte & 0xc0 == 0x80;
        at + 1 + self.text.iter().skip(at + 1).take_while(|byte| is_inside(byte)).count()
    }

    /// The place in the bytes that were given.
    fn original(&self, span: Span) -> Range<usize> {
        let place = |at: usize| at - (REPLACEMENT.len() - 1) * self.replaced.partition_point(|replaced| *replaced < at);
        place(span.start)..place(span.end)
    }
}

/// A piece of what replaces a match.
enum Piece<'t> {
    Text(&'t [u8]),
    /// The first of these that took part in the match.
    Groups(Vec<usize>),
}

/// Go: Regexp.Expand.
fn template_pieces<'t>(template: &'t [u8], names: &[Option<String>]) -> Vec<Piece<'t>> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.iter().position(|byte| *byte == b'$') {
        pieces.push(Piece::Text(&rest[..at]));
        let (dollar, behind) = rest[at..].split_at(1);
        rest = behind;
        if let Some(behind) = rest.strip_prefix(b"$") {
            pieces.push(Piece::Text(dollar));
            rest = behind;
        } else if let Some((name, behind)) = group_name(rest) {
            pieces.push(Piece::Groups(groups(name, names)));
            rest = behind;
        } else {
            // Go: a dollar without a name is a dollar.
            pieces.push(Piece::Text(dollar));
        }
    }
    pieces.push(Piece::Text(rest));
    pieces
}

/// Go: extract. The longest name of letters, digits and `_`, with or without braces, and what is behind it.
fn group_name(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let bare = text.strip_prefix(b"{");
    let text = bare.unwrap_or(text);
    let valid = text.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let length = valid.find(|c: char| c != '_' && !is_letter_or_digit(c)).unwrap_or(valid.len());
    let (name, rest) = text.split_at(length);
    let rest = if bare.is_some() { rest.strip_prefix(b"}")? } else { rest };
    (length > 0).then_some((name, rest))
}

/// Go: unicode.IsLetter or unicode.IsDigit.
fn is_letter_or_digit(c: char) -> bool {
    match c.is_ascii() {
        true => c.is_ascii_alphanumeric(),
        false => Regexp::new(br"^[\pL\p{Nd}]").is_ok_and(|class| class.is_match(c.encode_utf8(&mut [0; 4]).as_bytes())),
    }
}

/// The one with that number (without zeros in front), or else all with that name.
fn groups(name: &[u8], names: &[Option<String>]) -> Vec<usize> {
    let is_number = name.iter().all(u8::is_ascii_digit) && (name.len() == 1 || name[0] != b'0') && name.len() <= 9;
    if is_number {
        return std::str::from_utf8(name).ok().and_then(|digits| digits.parse().ok()).into_iter().collect();
    }
    let is_named = |own: &Option<String>| own.as_deref().is_some_and(|own| own.as_bytes() == name);
    (0..names.len()).filter(|index| is_named(&names[*index])).collect()
}
