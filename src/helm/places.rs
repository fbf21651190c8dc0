//! From a rendered text back to the templates that wrote it.
//!
//! **Invariant:** a line that stands in a template as it is leads to that line; everything else leads to the
//! action that wrote it.
//! **Not here:** recording who writes what ([`crate::gotmpl::ExecOptions::trace`]).

use super::inflate::Inflated;
use super::manifest::Manifest;
use super::print::Stream;
use crate::base::{Sources, Span};
use crate::gotmpl::Output;

/// From which byte of a stream on which place of a template wrote it.
pub fn of_stream(stream: &Stream, inflated: &Inflated, sources: &Sources) -> Vec<(u32, Span)> {
    let mut places = Vec::new();
    for (start, manifest) in &stream.manifests {
        if let Some(output) = inflated.outputs.get(&manifest.path) {
            of_manifest(*start, manifest, output, sources, &mut places);
        }
        // What follows has a place of its own or none.
        places.push(((start + manifest.content.len()) as u32, Span::NOWHERE));
    }
    places
}

fn of_manifest(start: usize, manifest: &Manifest, output: &Output, sources: &Sources, places: &mut Vec<(u32, Span)>) {
    let Some(trace) = &output.trace else { return };
    let (from, to) = (manifest.at, manifest.at + manifest.content.len());
    let first = trace.marks.partition_point(|mark| mark.at as usize <= from).saturating_sub(1);
    let marks = &trace.marks[first..];
    for (at, mark) in marks.iter().enumerate().take_while(|(_, mark)| (mark.at as usize) < to) {
        let end = marks.get(at + 1).map_or(to, |next| (next.at as usize).min(to));
        let begin = (mark.at as usize).max(from);
        let span = span_of(output, mark.place);
        let piece = &output.text[mark.at as usize..end];
        let mut line_start = mark.at as usize;
        for (line, place) in lines_of(piece, span, sources) {
            let line_end = line_start + line;
            if line_end > begin && line_start < end {
                places.push(((start + line_start.max(begin) - from) as u32, place));
            }
            line_start = line_end;
        }
    }
}

/// The action's place; of a text that was made in a template, which stands in no file, that of the action around it.
fn span_of(output: &Output, place: u32) -> Span {
    let mut place = output.places.get(place as usize);
    while let Some(here) = place {
        if !here.span.is_nowhere() {
            return here.span;
        }
        place = here.within.and_then(|outer| output.places.get(outer as usize));
    }
    Span::NOWHERE
}

/// The lengths of the lines of a piece and the place of each: its own where the template has the same line, else
/// the span's.
fn lines_of(piece: &[u8], span: Span, sources: &Sources) -> Vec<(usize, Span)> {
    let source = sources.get(span.source);
    let written = source.as_ref().and_then(|source| source.text.get(span.start as usize..span.end as usize));
    let mut at = span.start as usize;
    let mut template = written.into_iter().flat_map(|text| text.split_inclusive(|b| *b == b'\n'));
    piece
        .split_inclusive(|b| *b == b'\n')
        .map(|line| {
            let place = match template.next() {
                Some(there) => {
                    let here = Span::new(span.source, at + indent(there), at + there.trim_ascii_end().len());
                    at += there.len();
                    if there.trim_ascii() == line.trim_ascii() && here.start < here.end { here } else { span }
                }
                None => span,
            };
            (line.len(), place)
        })
        .collect()
}

fn indent(line: &[u8]) -> usize {
    line.len() - line.trim_ascii_start().len()
}
