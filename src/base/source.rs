//! The texts that were read so far: files, standard input, and texts that stand
//! inside others (an inline patch is a block scalar of a kustomization).

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock, RwLock};

use super::bytes;
use super::span::Span;

/// Names a source text of a [`Sources`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct SourceId(u32);

impl SourceId {
    pub const NONE: SourceId = SourceId(0);
}

/// One text and its name.
#[derive(Debug)]
pub struct Source {
    /// As a person would type it: a path relative to the working directory, `<stdin>`.
    pub name: String,
    pub text: Arc<[u8]>,
    origin: Origin,
    /// Offsets of line starts, made when first asked for.
    lines: OnceLock<Vec<u32>>,
}

/// Where a text comes from.
#[derive(Debug)]
enum Origin {
    /// From a file or a stream: its places are those that people see.
    Own,
    /// It is the content of the scalar at a place.
    Embedded(Span),
    /// Other texts have written it: from which byte on, and the place there.
    Written(Box<[(u32, Span)]>),
}

/// A place as people write it. Lines and columns count from 1; columns are characters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Location {
    pub file: String,
    pub line: usize,
    pub column: usize,
    /// The text of the line, without its line break.
    pub text: String,
    /// How many characters of that line the span covers, at least 1.
    pub width: usize,
}

/// All source texts of one run. Shared by reference between threads; only grows.
#[derive(Debug, Default)]
pub struct Sources {
    list: RwLock<Vec<Arc<Source>>>,
    secrets: RwLock<Vec<Span>>,
    foreign: RwLock<BTreeSet<SourceId>>,
}

impl Sources {
    pub fn new() -> Sources {
        Sources::default()
    }

    /// Takes a text in under a name. Texts past 4 GiB are cut off at what a span can hold.
    pub fn add(&self, name: impl Into<String>, text: impl Into<Arc<[u8]>>) -> SourceId {
        self.push(name.into(), text.into(), Origin::Own)
    }

    /// Takes in a text that is the content of the scalar at `origin`, such as an inline patch.
    /// Places in it are shown as places in the file that holds the scalar.
    pub fn add_embedded(&self, text: impl Into<Arc<[u8]>>, origin: Span) -> SourceId {
        let name = self.get(origin.source).map(|s| s.name.clone()).unwrap_or_default();
        self.push(name, text.into(), Origin::Embedded(origin))
    }

    /// Takes in a text that others have written, such as what a template renders. `places` say from which byte
    /// on it comes from which place, in ascending order; a place in the text is shown as the one it comes from.
    pub fn add_written(
        &self,
        name: impl Into<String>,
        text: impl Into<Arc<[u8]>>,
        places: Vec<(u32, Span)>,
    ) -> SourceId {
        self.push(name.into(), text.into(), Origin::Written(places.into()))
    }

    fn push(&self, name: String, text: Arc<[u8]>, origin: Origin) -> SourceId {
        let mut list = self.list.write().unwrap_or_else(|e| e.into_inner());
        list.push(Arc::new(Source { name, text, origin, lines: OnceLock::new() }));
        SourceId(list.len() as u32)
    }

    /// What stands at the span is secret data: no line of it is ever drawn.
    pub fn mark_secret(&self, span: Span) {
        self.secrets.write().unwrap_or_else(|e| e.into_inner()).push(span);
    }

    /// Whether the line that is drawn for a span holds what was marked as secret.
    pub fn is_secret(&self, span: Span) -> bool {
        let secrets = self.secrets.read().unwrap_or_else(|e| e.into_inner()).clone();
        let Some((file, outer)) = self.outermost(span).filter(|_| !secrets.is_empty()) else { return false };
        let (inner, drawn) = (self.get(span.source), file.line_of(outer.start));
        secrets.iter().any(|secret| {
            // A secret of several lines is compared where it was read, and all of a text that stands in
            // one line of another where it is drawn.
            let within = inner.as_ref().filter(|_| secret.source == span.source).is_some_and(|text| {
                (text.line_of(secret.start)..=text.line_of(secret.end)).contains(&text.line_of(span.start))
            });
            within
                || self
                    .outermost(*secret)
                    .is_some_and(|(_, place)| place.source == outer.source && file.line_of(place.start) == drawn)
        })
    }

    /// Somebody else has written this text: it was fetched.
    pub fn mark_foreign(&self, id: SourceId) {
        self.foreign.write().unwrap_or_else(|e| e.into_inner()).insert(id);
    }

    /// Whether somebody else has written what stands at a span, or a text that it stands in or was made of.
    pub fn is_foreign(&self, span: Span) -> bool {
        let foreign = self.foreign.read().unwrap_or_else(|e| e.into_inner());
        let mut here = span;
        loop {
            if foreign.contains(&here.source) {
                return true;
            }
            let Some(source) = self.get(here.source) else { return false };
            match &source.origin {
                Origin::Own => return false,
                Origin::Embedded(outer) => here = *outer,
                Origin::Written(places) => {
                    let behind = places.partition_point(|(at, _)| *at <= here.start);
                    let Some((_, place)) = places[..behind].last() else { return false };
                    here = *place;
                }
            }
        }
    }

    pub fn get(&self, id: SourceId) -> Option<Arc<Source>> {
        let list = self.list.read().unwrap_or_else(|e| e.into_inner());
        list.get((id.0 as usize).checked_sub(1)?).cloned()
    }

    /// The place of a span's start for people, in the outermost file. `None` for [`Span::NOWHERE`].
    pub fn locate(&self, span: Span) -> Option<Location> {
        let (source, span) = self.outermost(span)?;
        Some(source.locate(span))
    }

    /// The file that holds a span, through all texts that stand inside others, and the span there.
    pub fn outermost(&self, span: Span) -> Option<(Arc<Source>, Span)> {
        let source = self.get(span.source)?;
        match &source.origin {
            Origin::Own => Some((source, span)),
            Origin::Embedded(outer) => self.outermost(self.find_embedded(&source, span, *outer).unwrap_or(*outer)),
            Origin::Written(places) => {
                let behind = places.partition_point(|(at, _)| *at <= span.start);
                match places[..behind].last() {
                    Some((_, place)) if !place.is_nowhere() => self.outermost(*place),
                    _ => Some((source, span)),
                }
            }
        }
    }

    /// Finds the line of an embedded text again in the lines of the scalar that holds it: block
    /// scalars keep their lines, in order and indented. Where that fails (quoted or folded
    /// scalars) the place is the scalar's start.
    fn find_embedded(&self, inner: &Source, span: Span, outer: Span) -> Option<Span> {
        let holder = self.get(outer.source)?;
        let here = inner.locate(span);
        let scalar = holder.text.get(outer.start as usize..outer.end as usize)?;
        let is_block = scalar.first() == Some(&b'|');
        let line = scalar.split(|b| *b == b'\n').nth(if is_block { here.line } else { here.line - 1 })?;
        let line_start = line.as_ptr() as usize - scalar.as_ptr() as usize;
        let at = bytes::find_part(here.text.as_bytes(), line)?;
        let start = outer.start as usize + line_start + at + column_bytes(&here.text, here.column);
        Some(Span::new(outer.source, start, start + (span.end.saturating_sub(span.start)) as usize))
    }
}

/// Byte offset of a column (from 1, in characters) in a line.
fn column_bytes(line: &str, column: usize) -> usize {
    line.char_indices().nth(column - 1).map_or(line.len(), |(at, _)| at)
}

impl Source {
    fn lines(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            std::iter::once(0).chain(bytes::places(b'\n', &self.text).map(|at| at as u32 + 1)).collect()
        })
    }

    /// The line of an offset, from 1.
    fn line_of(&self, offset: u32) -> usize {
        self.lines().partition_point(|at| *at <= offset).max(1)
    }

    /// The place of a span of this text.
    pub fn locate(&self, span: Span) -> Location {
        let lines = self.lines();
        let start = (span.start as usize).min(self.text.len());
        let line = lines.partition_point(|at| *at as usize <= start).max(1);
        let from = lines[line - 1] as usize;
        let rest = &self.text[from..];
        let mut len = bytes::find(b'\n', rest).unwrap_or(rest.len());
        if len > 0 && rest[len - 1] == b'\r' {
            len -= 1;
        }
        let text = &rest[..len];
        let before = (start - from).min(len);
        let behind = (span.end as usize).saturating_sub(from).clamp(before, len);
        let count = |bytes: &[u8]| String::from_utf8_lossy(bytes).chars().count();
        Location {
            file: self.name.clone(),
            line,
            column: count(&text[..before]) + 1,
            text: String::from_utf8_lossy(text).into_owned(),
            width: count(&text[before..behind]).max(1),
        }
    }
}
