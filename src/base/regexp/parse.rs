//! Go's grammar of regular expressions. Source: regexp/syntax/parse.go of Go 1.26.

use regex_syntax::hir::{Capture, Class, Dot, Hir, HirKind, Look, Repetition};

use super::{Fault, class};

/// What may be repeated at most, counters in counters multiplied.
const MOST_REPEATS: u64 = 1000;
/// How deep a pattern may be nested.
const MOST_NESTING: usize = 1000;

/// A pattern that was read.
pub(super) struct Pattern {
    pub tree: Hir,
    /// The names of the groups; the first is the whole match. Go: two groups may have the same name.
    pub names: Vec<Option<String>>,
}

pub(super) fn parse(pattern: &str) -> Result<Pattern, Fault> {
    let mut parser = Parser {
        whole: pattern,
        rest: pattern,
        flags: Flags::default(),
        group: Group::default(),
        outer: Vec::new(),
        names: vec![None],
    };
    parser.run()?;
    let Parser { outer, group, names, .. } = parser;
    if !outer.is_empty() {
        return Err(Fault::new("missing closing `)`", pattern));
    }
    let tree = group.close().tree;
    // What is short is not deep.
    if pattern.len() >= MOST_NESTING && is_deep(&tree) {
        return Err(Fault::new("expression nests too deeply", pattern));
    }
    Ok(Pattern { tree, names })
}

struct Parser<'p> {
    whole: &'p str,
    rest: &'p str,
    flags: Flags,
    /// The group that is being read, and those around it.
    group: Group,
    outer: Vec<Group>,
    names: Vec<Option<String>>,
}

#[derive(Clone, Copy, Default)]
pub(super) struct Flags {
    /// `i`
    pub fold: bool,
    /// `m`
    multi_line: bool,
    /// `s`
    dot_all: bool,
    /// `U`
    lazy: bool,
}

#[derive(Default)]
struct Group {
    /// The number of its capture, if it has one.
    capture: Option<u32>,
    /// The flags that hold behind it.
    flags: Flags,
    alternatives: Vec<Item>,
    /// The sequence that is being read.
    items: Vec<Item>,
}

/// A tree, and the largest product of counters in it.
struct Item {
    tree: Hir,
    repeats: u64,
}

impl Group {
    fn push(&mut self, tree: Hir) {
        self.items.push(Item { tree, repeats: 1 });
    }

    fn end_alternative(&mut self) {
        let items = std::mem::take(&mut self.items);
        self.alternatives.push(Item::of(items, Hir::concat));
    }

    fn close(mut self) -> Item {
        self.end_alternative();
        let Item { tree, repeats } = Item::of(self.alternatives, Hir::alternation);
        let tree = match self.capture {
            Some(index) => Hir::capture(Capture { index, name: None, sub: Box::new(tree) }),
            None => tree,
        };
        Item { tree, repeats }
    }
}

impl Item {
    fn of(items: Vec<Item>, join: fn(Vec<Hir>) -> Hir) -> Item {
        let repeats = items.iter().map(|item| item.repeats).max().unwrap_or(1);
        Item { tree: join(items.into_iter().map(|item| item.tree).collect()), repeats }
    }
}

impl<'p> Parser<'p> {
    fn run(&mut self) -> Result<(), Fault> {
        // Where the operator stands that was read last, if that was the last thing.
        let mut after_repeat = None;
        while let Some(c) = self.rest.chars().next() {
            let before = self.rest;
            let mut repeated = None;
            match c {
                '(' => self.open()?,
                '|' => {
                    self.skip(1);
                    self.group.end_alternative();
                }
                ')' => self.close()?,
                '^' => self.look(1, if self.flags.multi_line { Look::StartLF } else { Look::Start }),
                '$' => self.look(1, if self.flags.multi_line { Look::EndLF } else { Look::End }),
                '.' => {
                    self.skip(1);
                    let dot = if self.flags.dot_all { Dot::AnyChar } else { Dot::AnyCharExceptLF };
                    self.group.push(Hir::dot(dot));
                }
                '[' => {
                    let class = class::bracketed(&mut self.rest, self.flags.fold)?;
                    self.group.push(Hir::class(Class::Unicode(class)));
                }
                '*' | '+' | '?' => {
                    self.skip(1);
                    let (min, max) = match c {
                        '*' => (0, None),
                        '+' => (1, None),
                        _ => (0, Some(1)),
                    };
                    self.repeat(before, after_repeat, min, max)?;
                    repeated = Some(before);
                }
                '{' => match counter(before) {
                    Some((min, max, rest)) => {
                        self.rest = rest;
                        if min.max(max.unwrap_or(min)) > MOST_REPEATS || max.is_some_and(|max| max < min) {
                            return Err(Fault::new("invalid repeat count", self.since(before)));
                        }
                        self.repeat(before, after_repeat, min as u32, max.map(|max| max as u32))?;
                        repeated = Some(before);
                    }
                    None => self.literal(c),
                },
                '\\' => self.escape()?,
                _ => self.literal(c),
            }
            after_repeat = repeated;
        }
        Ok(())
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// What was read since then.
    fn since(&self, before: &'p str) -> &'p str {
        &before[..before.len() - self.rest.len()]
    }

    fn literal(&mut self, c: char) {
        self.skip(c.len_utf8());
        self.group.push(class::literal(c as u32, self.flags.fold));
    }

    fn look(&mut self, bytes: usize, look: Look) {
        self.skip(bytes);
        self.group.push(Hir::look(look));
    }

    /// An operator that was just read; an own `?` makes it lazy.
    fn repeat(
        &mut self,
        before: &'p str,
        after_repeat: Option<&'p str>,
        min: u32,
        max: Option<u32>,
    ) -> Result<(), Fault> {
        let swapped = self.rest.starts_with('?');
        self.skip(usize::from(swapped));
        if let Some(first) = after_repeat {
            return Err(Fault::new("invalid nested repetition operator", self.since(first)));
        }
        let Some(Item { tree, repeats }) = self.group.items.pop() else {
            return Err(Fault::new("missing argument to repetition operator", self.since(before)));
        };
        // Go: what is repeated no times does not count, and what has no end counts by its beginning.
        let repeats = match max {
            Some(0) => 1,
            Some(1) | None if min < 2 => repeats,
            _ => repeats * u64::from(max.unwrap_or(min)),
        };
        if min.max(max.unwrap_or(0)) >= 2 && repeats > MOST_REPEATS {
            return Err(Fault::new("invalid repeat count", self.since(before)));
        }
        let greedy = self.flags.lazy == swapped;
        let tree = Hir::repetition(Repetition { min, max, greedy, sub: Box::new(tree) });
        self.group.items.push(Item { tree, repeats });
        Ok(())
    }

    fn open(&mut self) -> Result<(), Fault> {
        let start = self.rest;
        let outside = self.flags;
        let mut capture = None;
        match start.strip_prefix("(?") {
            Some(behind) if behind.len() > 1 && behind.starts_with('<') => capture = Some(self.name(start, 3)?),
            Some(behind) if behind.len() > 2 && behind.starts_with("P<") => capture = Some(self.name(start, 4)?),
            Some(_) => {
                if !self.flags(start)? {
                    return Ok(());
                }
            }
            None => {
                self.skip(1);
                capture = Some(None);
            }
        }
        if self.outer.len() >= MOST_NESTING {
            return Err(Fault::new("expression nests too deeply", self.whole));
        }
        let capture = capture.map(|name| {
            self.names.push(name);
            self.names.len() as u32 - 1
        });
        let group = Group { capture, flags: outside, ..Group::default() };
        self.outer.push(std::mem::replace(&mut self.group, group));
        Ok(())
    }

    /// The name of a group, which starts at a place.
    fn name(&mut self, start: &'p str, at: usize) -> Result<Option<String>, Fault> {
        let end = start.find('>').ok_or_else(|| Fault::new("invalid named capture", start))?;
        let name = &start[at..end];
        if name.is_empty() || !name.bytes().all(|c| c == b'_' || c.is_ascii_alphanumeric()) {
            return Err(Fault::new("invalid named capture", &start[..=end]));
        }
        self.skip(end + 1);
        Ok(Some(name.to_string()))
    }

    /// `(?i)`, `(?i-s:`; true where a group is opened.
    fn flags(&mut self, start: &'p str) -> Result<bool, Fault> {
        let mut flags = self.flags;
        let (mut negated, mut saw_flag) = (false, false);
        let mut chars = start[2..].chars();
        while let Some(c) = chars.next() {
            let flag = match c {
                'i' => &mut flags.fold,
                'm' => &mut flags.multi_line,
                's' => &mut flags.dot_all,
                'U' => &mut flags.lazy,
                '-' if !negated => {
                    (negated, saw_flag) = (true, false);
                    continue;
                }
                ':' | ')' if !negated || saw_flag => {
                    self.flags = flags;
                    self.rest = chars.as_str();
                    return Ok(c == ':');
                }
                _ => break,
            };
            *flag = !negated;
            saw_flag = true;
        }
        let read = &start[..start.len() - chars.as_str().len()];
        Err(Fault::new("invalid or unsupported Perl syntax", read))
    }

    fn close(&mut self) -> Result<(), Fault> {
        let outer = self.outer.pop().ok_or_else(|| Fault::new("unexpected `)`", self.whole))?;
        self.skip(1);
        let group = std::mem::replace(&mut self.group, outer);
        self.flags = group.flags;
        self.group.items.push(group.close());
        Ok(())
    }

    fn escape(&mut self) -> Result<(), Fault> {
        match self.rest[1..].chars().next() {
            Some('A') => self.look(2, Look::Start),
            Some('z') => self.look(2, Look::End),
            Some('b') => self.look(2, Look::WordAscii),
            Some('B') => self.look(2, Look::WordAsciiNegate),
            Some('Q') => {
                let (text, rest) = self.rest[2..].split_once(r"\E").unwrap_or((&self.rest[2..], ""));
                self.rest = rest;
                text.chars().for_each(|c| self.group.push(class::literal(c as u32, self.flags.fold)));
            }
            _ => {
                let fold = self.flags.fold;
                let tree = match class::escape(&mut self.rest, fold)? {
                    Some(class) => Hir::class(Class::Unicode(class)),
                    None => class::literal(class::character(&mut self.rest)?, fold),
                };
                self.group.push(tree);
            }
        }
        Ok(())
    }
}

/// `{n}`, `{n,}`, `{n,m}` and what is behind it; anything else is no counter. Numbers too large
/// to count are past every limit.
fn counter(text: &str) -> Option<(u64, Option<u64>, &str)> {
    let number = |text: &str| -> Option<u64> {
        let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        (plain && (text.len() == 1 || !text.starts_with('0'))).then(|| text.parse().unwrap_or(u64::MAX))
    };
    let (inner, rest) = text.strip_prefix('{')?.split_once('}')?;
    match inner.split_once(',') {
        None => Some((number(inner)?, Some(number(inner)?), rest)),
        Some((min, "")) => Some((number(min)?, None, rest)),
        Some((min, max)) => Some((number(min)?, Some(number(max)?), rest)),
    }
}

fn is_deep(tree: &Hir) -> bool {
    let mut open = vec![(tree, 1)];
    while let Some((tree, depth)) = open.pop() {
        if depth > MOST_NESTING {
            return true;
        }
        match tree.kind() {
            HirKind::Capture(capture) => open.push((&capture.sub, depth + 1)),
            HirKind::Repetition(repetition) => open.push((&repetition.sub, depth + 1)),
            HirKind::Concat(subs) | HirKind::Alternation(subs) => open.extend(subs.iter().map(|sub| (sub, depth + 1))),
            HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => {}
        }
    }
    false
}
