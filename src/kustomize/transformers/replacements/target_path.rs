//! Paths that lead to the fields of a replacement's targets, one or many, and may make them.
//!
//! kustomize: PathMatcher (kyaml/yaml/match.go). Unlike the path of a source, `*` takes every item of a
//! list, and the value in `[name=value]` is a regular expression that may match a part of the text.
//!
//! **Invariant:** what is made is told apart from what is found by nothing but its empty value.
//! **Not here:** what is written to the fields; values inside of texts ([`super::embedded`]).

use compact_str::CompactString;

use super::embedded;
use crate::base::regexp::Pattern;
use crate::base::{Diagnostic, Result, Span};
use crate::kustomize::field_path::{self, wrong_kind};
use crate::kustomize::kustomization::Text;
use crate::yaml::{Mapping, Node, Sequence, Tag, Value};

/// A path in its parts.
#[derive(Debug)]
pub(super) struct TargetPath {
    pub text: Text,
    pub parts: Vec<CompactString>,
    pub steps: Vec<Step>,
}

/// What a part of a path asks for.
#[derive(Debug)]
pub(super) enum Step {
    Field(CompactString),
    Index(usize),
    Every,
    Element(Element),
    /// `[…]` without `=`.
    Invalid(Box<Diagnostic>),
}

/// `[name=pattern]`; without a name the items are compared themselves.
#[derive(Debug)]
pub(super) struct Element {
    part: CompactString,
    name: CompactString,
    value: CompactString,
    /// Its error matters only where there is an item to compare.
    pattern: Result<Pattern>,
}

/// What a missing last field is made as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Scalar,
    Sequence,
    Mapping,
}

/// How to go, and what to do with each field that is found.
pub(super) struct Walk<'a> {
    /// Makes what is missing; the last field with this kind.
    pub create: Option<Kind>,
    /// The place of what is made.
    pub asked: Span,
    pub found: &'a mut dyn FnMut(&mut Node) -> Result<()>,
}

impl TargetPath {
    pub fn new(text: &Text) -> TargetPath {
        let parts = field_path::split(text);
        let steps = parts.iter().map(|part| Step::new(part)).collect();
        TargetPath { text: text.clone(), parts, steps }
    }
}

impl Step {
    fn new(part: &str) -> Step {
        match part.parse::<i64>().map(usize::try_from) {
            Ok(Ok(index)) => return Step::Index(index),
            _ if part == "*" => return Step::Every,
            _ if !field_path::is_element(part) => return Step::Field(part.into()),
            _ => {}
        }
        match field_path::split_element(part) {
            Ok((name, value)) => Step::Element(Element {
                part: part.into(),
                name: name.into(),
                value: value.into(),
                pattern: Pattern::new(value),
            }),
            Err(error) => Step::Invalid(error),
        }
    }
}

impl Kind {
    pub fn of(node: &Node) -> Kind {
        match node.value {
            Value::Scalar(_) => Kind::Scalar,
            Value::Sequence(_) => Kind::Sequence,
            Value::Mapping(_) => Kind::Mapping,
        }
    }
}

impl Walk<'_> {
    /// How many fields were found.
    pub fn go(&mut self, node: &mut Node, steps: &[Step]) -> Result<usize> {
        let Some((step, rest)) = steps.split_first() else {
            (self.found)(node)?;
            return Ok(1);
        };
        match step {
            Step::Field(name) => self.field(node, name, rest),
            Step::Index(index) => self.index(node, *index, rest),
            Step::Every => match &mut node.value {
                Value::Sequence(items) => items.iter_mut().try_fold(0, |n, item| Ok(n + self.go(item, rest)?)),
                Value::Scalar(scalar) if scalar.tag == Tag::Null => Ok(0),
                _ => Err(wrong_kind(node, "a list", "*")),
            },
            Step::Element(element) => self.elements(node, element, rest),
            Step::Invalid(error) => Err(error.clone().at(node.span)),
        }
    }

    fn field(&mut self, node: &mut Node, name: &str, rest: &[Step]) -> Result<usize> {
        if node.is_null() {
            // Go: nothing is found in null, and what is made in it is never seen again.
            let Some(create) = self.create else { return Ok(0) };
            return self.within_field(&mut self.make(rest, create), rest);
        }
        let Value::Mapping(mapping) = &mut node.value else { return Err(wrong_kind(node, "a mapping", name)) };
        if name.is_empty() {
            return Err(wrong_kind(node, "a plain value", name));
        }
        let at = match (mapping.position(name), self.create) {
            (Some(at), _) => at,
            (None, None) => return Ok(0),
            (None, Some(create)) => {
                // Go: setters write keys without a tag, so that `true` is no text.
                mapping.push(Node::plain(name, self.asked), self.make(rest, create));
                mapping.len() - 1
            }
        };
        match mapping.value_at_mut(at) {
            Some(field) => self.within_field(field, rest),
            None => Ok(0),
        }
    }

    /// What stands inside of a text is looked for in a copy, so what is written there is lost. The
    /// caller has tried [`embedded::replace`] before.
    fn within_field(&mut self, field: &mut Node, rest: &[Step]) -> Result<usize> {
        match &field.value {
            Value::Scalar(text) if !rest.is_empty() => {
                let mut copy = embedded::read(text).map_err(|error| error.at(field.span))?;
                self.go(&mut copy.root, rest)
            }
            _ => self.go(field, rest),
        }
    }

    fn index(&mut self, node: &mut Node, index: usize, rest: &[Step]) -> Result<usize> {
        let mut lost = Sequence::default();
        let items = match &mut node.value {
            Value::Sequence(items) => items,
            Value::Scalar(scalar) if scalar.tag == Tag::Null => &mut lost,
            _ => return Err(wrong_kind(node, "a list", &index.to_string())),
        };
        if let (true, Some(create)) = (items.len() == index, self.create) {
            items.push(self.make(rest, create));
        }
        match items.get_mut(index) {
            Some(item) => self.go(item, rest),
            None => Err(no_such_item(node, index)),
        }
    }

    fn elements(&mut self, node: &mut Node, element: &Element, rest: &[Step]) -> Result<usize> {
        let mut lost = Sequence::default();
        let items = match &mut node.value {
            Value::Sequence(items) => items,
            Value::Scalar(scalar) if scalar.tag == Tag::Null => &mut lost,
            _ => return Err(wrong_kind(node, "a list", &element.part)),
        };
        let found = self.matching(items, element, rest)?;
        if found > 0 || self.create.is_none() {
            return Ok(found);
        }
        items.push(element.make(self.asked));
        match self.matching(items, element, rest)? {
            // Go: searches and makes items without end.
            0 => Err(Diagnostic::new(
                "field-path",
                format!("`{}` does not find the item that it would make", element.part),
            )
            .help("leave out what is a regular expression, or `create`")),
            found => Ok(found),
        }
    }

    fn matching(&mut self, items: &mut [Node], element: &Element, rest: &[Step]) -> Result<usize> {
        let mut found = 0;
        for item in items {
            let pattern = element.pattern.as_ref().map_err(|error| error.clone())?;
            if element.name.is_empty() {
                if pattern.is_match(&embedded::written(item)?) {
                    // Go: the rest of the path does not count behind an item that is a value itself.
                    found += self.go(item, &[])?;
                }
            } else if let Some(value) = item.get(&element.name)
                && pattern.is_match(&embedded::written(value)?)
            {
                found += self.go(item, rest)?;
            }
        }
        Ok(found)
    }

    /// What is made for the rest of a path to lead on from. kustomize: getPathPartKind, which knows no `*`.
    fn make(&self, rest: &[Step], create: Kind) -> Node {
        let kind = match rest.first() {
            None => create,
            Some(Step::Field(name)) if name.is_empty() => create,
            Some(Step::Field(_) | Step::Every) => Kind::Mapping,
            Some(Step::Index(_) | Step::Element(_) | Step::Invalid(_)) => Kind::Sequence,
        };
        match kind {
            Kind::Scalar => Node::plain("", self.asked),
            Kind::Sequence => Node::sequence(self.asked),
            Kind::Mapping => Node::mapping(self.asked),
        }
    }
}

impl Element {
    /// An item that has the value; the pattern is taken as a text.
    fn make(&self, asked: Span) -> Node {
        let value = Node::plain(self.value.clone(), asked);
        if self.name.is_empty() {
            return value;
        }
        let mut item = Mapping::default();
        item.push(Node::plain(self.name.clone(), asked), value);
        Node::new(item, asked)
    }
}

fn no_such_item(node: &Node, index: usize) -> Box<Diagnostic> {
    let count = node.as_sequence().map_or(0, |items| items.len());
    Diagnostic::new("field-path", format!("there is no item {index} in a list of {count}"))
        .label(node.span, "items are counted from 0")
}
