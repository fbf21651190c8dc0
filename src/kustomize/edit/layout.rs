//! Which fields a kustomization file has, in which order, and the comments in front of them.
//!
//! kustomize writes a field where it stood before, and behind those all others in an order of its own. Comments and
//! empty lines go in front of the field that they stand before or in. What stands behind a value on its line, and
//! behind the last field, is lost. Source: parseCommentedFields and marshal in
//! kustomize/commands/internal/kustfile/kustomizationfile.go.
//!
//! Differences, on purpose: lines of a text of several lines are no comments, whatever they look like (the reference
//! repeats them in front of the field, once more with every edit); lines that end in CR LF are read and written as
//! others are; a field is one too if its line has no end; a field that stands twice is written once.
//!
//! **Invariant:** what is written is, read again, the fields that were handed in.
//! **Not here:** what the fields say.

use crate::base::{Result, Span};
use crate::yaml::{self, Mapping, Node, Value};

/// The fields as kustomize writes them where the file has no order yet.
const FIELDS: [&str; 33] = [
    "apiVersion",
    "kind",
    "metadata",
    "sortOptions",
    "resources",
    "bases",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "crds",
    "commonLabels",
    "labels",
    "commonAnnotations",
    "patchesStrategicMerge",
    "patchesJson6902",
    "patches",
    "configMapGenerator",
    "secretGenerator",
    "helmCharts",
    "helmChartInflationGenerator",
    "helmGlobals",
    "generatorOptions",
    "vars",
    "images",
    "replacements",
    "replicas",
    "configurations",
    "generators",
    "transformers",
    "validators",
    "components",
    "openapi",
    "buildMetadata",
];

/// The order of a file's fields.
#[derive(Debug, Default)]
pub struct Layout {
    parts: Vec<Part>,
    /// Lines end in CR LF.
    has_cr: bool,
    /// The comments that no part has.
    lost: Vec<Span>,
}

#[derive(Debug)]
struct Part {
    field: &'static str,
    /// Lines that come in front of it, each with its end.
    comment: String,
}

impl Layout {
    /// `root` is what the text was read to, as it stands.
    pub fn of(text: &str, root: &Node) -> Layout {
        let mut layout = Layout { has_cr: first_line_has_cr(text), ..Layout::default() };
        let values = Values::of(text, root);
        let mut pending: Vec<&str> = Vec::new();
        let mut pending_spans = Vec::new();
        let mut start = 0;
        for piece in text.split_inclusive('\n') {
            let line = piece.trim_end_matches(['\n', '\r']);
            let span = Span::new(root.span.source, start, start + line.len());
            let inner = values.hold(start);
            let tail = if inner { None } else { values.comment_behind(text, start, line) };
            start += piece.len();
            if !inner && is_comment_or_blank(line) {
                pending.push(line);
                if !line.trim().is_empty() {
                    pending_spans.push(span);
                }
                continue;
            }
            layout.lost.extend(tail.map(|at| Span { start: at, ..span }));
            let comment: String = pending.iter().flat_map(|line| [line, "\n"]).collect();
            match (if inner { None } else { field_of(line) }, layout.parts.last_mut()) {
                (Some(field), _) => layout.parts.push(Part { field, comment }),
                (None, Some(last)) => last.comment.push_str(&comment),
                (None, None) => continue,
            }
            pending.clear();
            pending_spans.clear();
        }
        layout.lost.extend(pending_spans);
        layout
    }

    /// The comments that an edit loses.
    pub fn lost(&self) -> &[Span] {
        &self.lost
    }

    /// The whole file with these fields.
    ///
    /// Errors: what YAML cannot say.
    pub fn write(&self, fields: &Node) -> Result<String> {
        let mut out = Vec::new();
        let emit = |field: &'static str, out: &mut Vec<u8>| -> Result<()> {
            let Some(value) = fields.get(field) else { return Ok(()) };
            let mut alone = Mapping::default();
            alone.push(Node::string(field, Span::NOWHERE), value.clone());
            yaml::emit(&Node::new(alone, Span::NOWHERE), out)
        };
        for (at, part) in self.parts.iter().enumerate() {
            out.extend_from_slice(part.comment.as_bytes());
            if !self.parts[..at].iter().any(|earlier| earlier.field == part.field) {
                emit(part.field, &mut out)?;
            }
        }
        for field in FIELDS.into_iter().filter(|field| !self.parts.iter().any(|part| part.field == *field)) {
            emit(field, &mut out)?;
        }
        let text = String::from_utf8_lossy(&out).into_owned();
        Ok(if self.has_cr { text.replace('\n', "\r\n") } else { text })
    }
}

fn first_line_has_cr(text: &str) -> bool {
    text.find('\n').is_some_and(|at| text[..at].ends_with('\r'))
}

fn is_comment_or_blank(line: &str) -> bool {
    let line = line.trim_start_matches(' ');
    line.is_empty() || line.starts_with('#')
}

/// The field that begins on a line. Go: without regard to case, and only if it stands there bare.
fn field_of(line: &str) -> Option<&'static str> {
    let (name, _) = line.split_once(':')?;
    FIELDS.into_iter().find(|field| field.eq_ignore_ascii_case(name))
}

/// Where the values of a file stand.
struct Values {
    /// Of each line's start within a value of several lines. Sorted.
    inner: Vec<u32>,
    /// Where values end. Sorted.
    ends: Vec<u32>,
    /// Where values of several lines start. Sorted.
    long: Vec<u32>,
}

impl Values {
    fn of(text: &str, root: &Node) -> Values {
        let mut values = Values { inner: Vec::new(), ends: Vec::new(), long: Vec::new() };
        let mut pending = vec![root];
        while let Some(node) = pending.pop() {
            match &node.value {
                Value::Mapping(mapping) => pending.extend(mapping.iter().flat_map(|entry| [&entry.key, &entry.value])),
                Value::Sequence(items) => pending.extend(items.iter()),
                Value::Scalar(_) => values.add(text, node.span),
            }
        }
        values.inner.sort_unstable();
        values.ends.sort_unstable();
        values.long.sort_unstable();
        values
    }

    fn add(&mut self, text: &str, span: Span) {
        let Some(value) = text.get(span.start as usize..span.end as usize) else { return };
        let header = value.lines().next().unwrap_or_default();
        let keeps_lines = header.starts_with(['|', '>']) && header.contains('+');
        let value = if keeps_lines { value } else { value.trim_end() };
        self.ends.push(span.start + value.len() as u32);
        if value.contains('\n') {
            self.long.push(span.start);
        }
        let lines = value.match_indices('\n').map(|(at, _)| span.start + at as u32 + 1);
        self.inner.extend(lines.filter(|at| *at < span.start + value.len() as u32));
    }

    /// Whether a line that starts there is part of a value.
    fn hold(&self, start: usize) -> bool {
        self.inner.binary_search(&(start as u32)).is_ok()
    }

    /// Where the comment of a line begins that stands behind something else.
    fn comment_behind(&self, text: &str, start: usize, line: &str) -> Option<u32> {
        let (first, last) = (start as u32, (start + line.len()) as u32);
        // The last of some sorted places on this line.
        let on_line = |places: &[u32]| {
            let behind = places.partition_point(|place| *place <= last);
            places[..behind].last().copied().filter(|place| *place >= first)
        };
        let from = match on_line(&self.long) {
            // A value that goes on behind this line: only a block may have a comment here.
            Some(begin) if text.get(begin as usize..)?.starts_with(['|', '>']) => begin + 1,
            Some(_) => return None,
            None => on_line(&self.ends).unwrap_or(first),
        };
        let behind = text.get(from as usize..last as usize)?;
        let at = behind.match_indices('#').map(|(at, _)| at);
        at.filter(|at| behind[..*at].ends_with([' ', '\t'])).map(|at| from + at as u32).next()
    }
}
