//! What templates write, and which of them wrote it.

use std::sync::Arc;

use hashbrown::HashMap;

use super::super::ast::{Name, NodeId, Tree};
use super::super::trace::{Mark, NO_VALUE, Trace, without};
use super::super::value::{Kind, Str, Value};
use super::operand::{Meta, Origin};
use super::{Exec, Frame, Run};
use crate::base::Span;
use crate::base::float::small_integer;

/// What an execution wrote.
#[derive(Debug, Default)]
pub struct Output {
    /// Shared, so that it can be handed to another thread.
    pub text: Arc<Vec<u8>>,
    /// Which piece comes from which of the places, if that was asked for.
    pub trace: Option<Trace>,
    pub places: Places,
}

/// Numbers of a [`Trace`] are indices.
pub type Places = Vec<Place>;

pub type PlaceId = u32;

/// What wrote a piece of text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The name of the template.
    pub template: Name,
    /// The action, or the text that stands in the template as it is.
    pub span: Span,
    /// The place of the file that set the value which was printed.
    pub value: Span,
    /// The action that executed the template.
    pub within: Option<PlaceId>,
}

/// Records which piece of a text was written where.
#[derive(Default)]
pub(super) struct Recorder {
    marks: Vec<Mark>,
    places: Places,
    known: HashMap<Place, PlaceId>,
    within: Option<PlaceId>,
}

impl Output {
    pub(super) fn new(text: Vec<u8>, recorder: Option<Box<Recorder>>) -> Output {
        let text = Arc::new(text);
        let Some(recorder) = recorder else { return Output { text, ..Output::default() } };
        Output { text, trace: Some(Trace { marks: recorder.marks }), places: recorder.places }
    }

    /// Takes all occurrences of a part out of the text.
    pub fn erase(&mut self, part: &[u8]) {
        if let Some((text, trace)) = without(&self.text, self.trace.as_ref(), part) {
            self.text = Arc::new(text);
            self.trace = trace;
        }
    }
}

impl Recorder {
    fn place(&mut self, tree: &Tree, node: NodeId, value: Span) -> PlaceId {
        let place = Place { template: tree.name.clone(), span: tree.span(node), value, within: self.within };
        let next = self.places.len() as PlaceId;
        *self.known.entry(place).or_insert_with_key(|place| {
            self.places.push(place.clone());
            next
        })
    }

    /// From `at` on, the text comes from a place.
    fn mark(&mut self, at: usize, place: PlaceId) {
        let at = at as u32;
        self.marks.pop_if(|last| last.at == at);
        if self.marks.last().is_none_or(|last| last.place != place) {
            self.marks.push(Mark { at, place });
        }
    }
}

/// Where a text starts that is going to be taken out again.
#[derive(Clone, Copy)]
pub(super) struct Start {
    text: usize,
    marks: usize,
}

impl Run {
    /// From here on, what is written is within an action. To be given back to [`Run::leave`].
    pub(super) fn enter(&mut self, tree: &Tree, action: NodeId) -> Option<PlaceId> {
        let recorder = self.recorder.as_mut()?;
        let place = recorder.place(tree, action, Span::NOWHERE);
        recorder.within.replace(place)
    }

    pub(super) fn leave(&mut self, outer: Option<PlaceId>) {
        if let Some(recorder) = &mut self.recorder {
            recorder.within = outer;
        }
    }

    pub(super) fn start(&self) -> Start {
        Start { text: self.out.len(), marks: self.recorder.as_ref().map_or(0, |recorder| recorder.marks.len()) }
    }

    /// Takes out what was written since.
    pub(super) fn take_since(&mut self, start: Start) -> Str {
        let trace = self.recorder.as_mut().map(|recorder| {
            let marks = recorder.marks.drain(start.marks..);
            let moved = marks.map(|mark| Mark { at: mark.at - start.text as u32, ..mark });
            Trace { marks: moved.collect() }.into()
        });
        let text = Str::with_trace(&self.out[start.text..], trace);
        self.out.truncate(start.text);
        text
    }
}

impl Frame<'_> {
    /// A text of the template itself.
    pub(super) fn write_text(&mut self, id: NodeId) -> Exec<()> {
        let tree = self.tree;
        let node = tree.node(id);
        self.mark(id, Origin::NOWHERE);
        let before = self.run.out.len();
        self.run.out.extend_from_slice(tree.slice(node.start, node.end));
        self.account(before)
    }

    /// Go: printValue.
    pub(super) fn print(&mut self, value: &Value, meta: Meta) -> Exec<()> {
        let origin = meta.origin();
        self.mark(self.node, origin);
        self.read(value, origin);
        let out = &mut self.run.out;
        let before = out.len();
        match value {
            Value::Nil => out.extend_from_slice(NO_VALUE),
            Value::Str(text) => {
                out.extend_from_slice(text);
                self.splice(before, text);
            }
            Value::Int(n, _) => out.extend_from_slice(n.to_string().as_bytes()),
            Value::Bool(b) => out.extend_from_slice(if *b { b"true" } else { b"false" }),
            value if value.kind() == Kind::Func => {
                let node = String::from_utf8_lossy(&self.tree.print(self.node)).into_owned();
                return self.fail(format!("can't print {node} of type {}", Meta::PLAIN.type_name(value)));
            }
            value => {
                let text = match value {
                    Value::Object(object) if meta.is_addressable() => object.address_text(),
                    Value::Float(f) => small_integer(*f).map(|n| n.to_string()),
                    _ => None,
                };
                match text {
                    Some(text) => out.extend_from_slice(text.as_bytes()),
                    None => {
                        if let Err(fault) = super::super::fmt::append_pointed_to(out, value) {
                            return self.fail(fault.message);
                        }
                    }
                }
            }
        }
        self.account(before)
    }

    /// Takes what was written since off what may be written.
    fn account(&mut self, before: usize) -> Exec<()> {
        if self.run.options.limits.take_output(self.run.out.len() - before) {
            return Ok(());
        }
        self.fail("the templates write too much text")
    }

    fn mark(&mut self, id: NodeId, value: Origin) {
        let at = self.run.out.len();
        if let Some(recorder) = &mut self.run.recorder {
            let place = recorder.place(self.tree, id, self.run.origins.span(value));
            recorder.mark(at, place);
        }
    }

    /// Takes over the marks of a text that other templates wrote.
    fn splice(&mut self, at: usize, text: &Str) {
        if let (Some(recorder), Some(trace)) = (&mut self.run.recorder, text.trace()) {
            trace.marks.iter().for_each(|mark| recorder.mark(at + mark.at as usize, mark.place));
        }
    }
}
