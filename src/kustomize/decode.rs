//! Nodes -> typed values, by the rules of Go's encoding/json behind sigs.k8s.io/yaml.
//!
//! The reference reads its own files in two steps: YAML 1.1 (go-yaml v2) to JSON, then JSON to a
//! struct. So field names match without regard to case, null leaves a field empty, the last of
//! equal keys counts, and a value of the wrong type is an error. Here every such error has the
//! place of the value or key, and all errors of one file are reported together.
//!
//! **Invariant:** decoding never stops early: what could not be read is empty, and its error is kept.
//! **Not here:** what the values mean; where files come from.

mod file;
mod helm;
#[cfg(test)]
mod tests;
mod types;
mod values;

use std::borrow::Cow;

pub use crate::base::suggest::nearest;
pub use file::{decode_kustomization, read_kustomization, read_root};
pub use helm::HelmPlugin;
pub use types::{ConfigMapArgs, SecretArgs};

use compact_str::CompactString;

use crate::base::{Diagnostic, Result, Span};
use crate::yaml::{Entry, Node, Value, jsonable};

/// A type that can be read from a node. Null, and what has the wrong type, read as the default.
pub trait Decode: Sized + Default {
    fn decode(node: &Node, d: &mut Decoder) -> Self;

    /// Reads a field again that was there before under a name of another case. Maps are filled up
    /// (Go: encoding/json decodes into what is there); all else is replaced.
    fn decode_again(self, node: &Node, d: &mut Decoder) -> Self {
        Self::decode(node, d)
    }
}

/// How exactly the reference reads a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// Kustomization files: unknown fields are errors, and a number is no string.
    Strict,
    /// Plugin configurations and the files that a kustomization names: unknown fields are passed
    /// over, and numbers and booleans are taken for strings where a string is wanted
    /// (Go: sigs.k8s.io/yaml.Unmarshal, which looks at the target's type).
    Lenient,
    /// Transformer configurations: as [`Strictness::Lenient`], but unknown fields are errors
    /// (Go: sigs.k8s.io/yaml.UnmarshalStrict).
    StrictTyped,
}

/// The state of reading one document.
#[derive(Debug)]
pub struct Decoder {
    strictness: Strictness,
    coerces: bool,
    path: Vec<Step>,
    errors: Vec<Diagnostic>,
}

/// One step of the way to the value that is being read, for messages.
#[derive(Debug)]
enum Step {
    Field(&'static str),
    Key(CompactString),
    Item(usize),
}

/// Reads a document that the reference reads with unknown fields disallowed.
pub fn strict<T: Decode>(node: &Node) -> Result<T> {
    decode_as(node, Strictness::Strict)
}

/// Reads a document that the reference reads with `yaml.Unmarshal`.
pub fn lenient<T: Decode>(node: &Node) -> Result<T> {
    decode_as(node, Strictness::Lenient)
}

/// Reads a document that the reference reads with `yaml.UnmarshalStrict`.
pub fn strict_typed<T: Decode>(node: &Node) -> Result<T> {
    decode_as(node, Strictness::StrictTyped)
}

fn decode_as<T: Decode>(node: &Node, strictness: Strictness) -> Result<T> {
    jsonable::check(node)?;
    let mut decoder = Decoder::new(strictness);
    let value = T::decode(node, &mut decoder);
    decoder.finish(value)
}

impl Decoder {
    pub fn new(strictness: Strictness) -> Decoder {
        Decoder { strictness, coerces: strictness != Strictness::Strict, path: Vec::new(), errors: Vec::new() }
    }

    /// The value, or all errors that were met, together, in the order of the text.
    pub fn finish<T>(mut self, value: T) -> Result<T> {
        self.errors.sort_by_key(|error| error.labels.first().map_or(0, |label| label.span.start));
        match Diagnostic::together(self.errors.into_iter().map(Box::new)) {
            Some(errors) => Err(errors),
            None => Ok(value),
        }
    }

    /// Keeps an error and goes on. What stands in a secret generator is never drawn.
    pub fn report(&mut self, error: Box<Diagnostic>) {
        let secret = matches!(self.path.first(), Some(Step::Field("secretGenerator")));
        self.errors.push(*if secret { error.masked() } else { error });
    }

    /// Reports that a value is not what its field takes: `wanted` reads "a string".
    pub fn wrong_type(&mut self, node: &Node, wanted: &str) {
        let found = jsonable::kind_of(node);
        let place = self.place();
        let mut error = Diagnostic::new("wrong-type", format!("{place} must be {wanted}, not {found}")).at(node.span);
        if let (Value::Scalar(scalar), "a string") = (&node.value, wanted) {
            let is_spelled_otherwise = scalar.text.len() != (node.span.end - node.span.start) as usize;
            error = error.help(match found {
                "a boolean" if is_spelled_otherwise => {
                    "this word is a boolean in YAML 1.1, by which kustomizations are read; put it in quotes"
                }
                _ => "put the value in quotes",
            });
        } else if wanted.starts_with("a list") {
            error = error.help("a list has a line for each item, starting with `- `");
        } else if wanted.starts_with("a mapping") {
            error = error.help("a mapping has lines of the form `key: value`");
        }
        self.report(error);
    }

    /// `` `images[0].newTag` ``, for messages.
    fn place(&self) -> String {
        let mut out = String::new();
        for step in &self.path {
            match step {
                Step::Item(at) => out.push_str(&format!("[{at}]")),
                Step::Field(_) | Step::Key(_) if !out.is_empty() => out.push('.'),
                _ => {}
            }
            match step {
                Step::Field(name) => out.push_str(name),
                Step::Key(key) => out.push_str(key),
                Step::Item(_) => {}
            }
        }
        if out.is_empty() { "the file".to_string() } else { format!("`{out}`") }
    }

    fn within<T>(&mut self, step: Step, read: impl FnOnce(&mut Decoder) -> T) -> T {
        self.path.push(step);
        let value = read(self);
        self.path.pop();
        value
    }
}

/// The fields of one mapping that is read as a struct. [`Fields::finish`] must be called in the end.
pub struct Fields<'n, 'd> {
    decoder: &'d mut Decoder,
    node: &'n Node,
    entries: Vec<Field<'n>>,
    known: Vec<&'static str>,
}

struct Field<'n> {
    name: Cow<'n, str>,
    entry: &'n Entry,
    known: bool,
}

impl<'n, 'd> Fields<'n, 'd> {
    /// The fields of a node. Null has none; what is neither null nor a mapping is reported.
    pub fn of(node: &'n Node, decoder: &'d mut Decoder) -> Fields<'n, 'd> {
        let mut entries: Vec<Field<'n>> = Vec::new();
        match &node.value {
            Value::Mapping(mapping) => {
                entries.reserve_exact(mapping.len());
                for entry in mapping {
                    let Some(name) = jsonable::key(&entry.key) else { continue };
                    // go-yaml v2: the last of equal keys counts.
                    match entries.iter_mut().find(|f| f.name == name) {
                        Some(earlier) => earlier.entry = entry,
                        None => entries.push(Field { name, entry, known: false }),
                    }
                }
                // Go: the JSON in between has its keys sorted.
                entries.sort_by(|a, b| a.name.cmp(&b.name));
            }
            _ if node.is_null() => {}
            _ => decoder.wrong_type(node, "a mapping"),
        }
        Fields { decoder, node, entries, known: Vec::with_capacity(12) }
    }

    /// Reads a field; the default where it is missing.
    pub fn take<T: Decode>(&mut self, name: &'static str) -> T {
        self.known.push(name);
        let mut value: Option<T> = None;
        for field in self.entries.iter_mut().filter(|f| jsonable::same_field(name, &f.name)) {
            field.known = true;
            let node = &field.entry.value;
            value = self.decoder.within(Step::Field(name), |d| match value.take() {
                Some(before) => Some(before.decode_again(node, d)),
                None => Some(T::decode(node, d)),
            });
        }
        value.unwrap_or_default()
    }

    /// Reads a field of an embedded Go struct, in and below which numbers are never taken for strings.
    /// Go: convertToJSONableObject takes the embedded struct itself for the type of such a field.
    pub fn embedded<T: Decode>(&mut self, name: &'static str) -> T {
        let coerces = std::mem::replace(&mut self.decoder.coerces, false);
        let value = self.take(name);
        self.decoder.coerces = coerces;
        value
    }

    /// The value of a field as it stands, if the field is there. Does not make the field a known one.
    pub fn value(&self, name: &str) -> Option<&'n Node> {
        self.entries.iter().rev().find(|f| jsonable::same_field(name, &f.name)).map(|f| &f.entry.value)
    }

    /// The mapping's place.
    pub fn span(&self) -> Span {
        self.node.span
    }

    /// Reports the fields that nobody asked for, if the document is read strictly.
    pub fn finish(self) {
        if self.decoder.strictness == Strictness::Lenient {
            return;
        }
        let mut unknown: Vec<_> = self.entries.iter().filter(|f| !f.known).collect();
        unknown.sort_by_key(|f| f.entry.key.span.start);
        for field in unknown {
            let error = unknown_field(&field.name, field.entry.key.span, &self.known, self.decoder.parent());
            // What was meant to be a secret generator may stand on the same line.
            let secret = nearest(&field.name, ["secretGenerator"]).is_some();
            self.decoder.report(if secret { error.masked() } else { error });
        }
    }
}

impl Decoder {
    fn parent(&self) -> Option<String> {
        (!self.path.is_empty()).then(|| self.place())
    }
}

fn unknown_field(name: &str, span: Span, known: &[&'static str], parent: Option<String>) -> Box<Diagnostic> {
    let message = match parent {
        Some(parent) => format!("unknown field `{name}` in {parent}"),
        None => format!("unknown field `{name}`"),
    };
    let help = match nearest(name, known.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => {
            let mut known: Vec<_> = known.to_vec();
            known.sort_unstable();
            format!("known fields here: {}", known.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", "))
        }
    };
    Diagnostic::new("unknown-field", message).at(span).help(help)
}
