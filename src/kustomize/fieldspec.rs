//! Walks to the fields that a field spec names, and makes them where that is asked for.
//!
//! A field spec's path names fields of mappings; lists on the way are gone through item by item.
//! `name[]` says that the field is a list and must not be made; `\/` is a slash inside a name.
//!
//! **Invariant:** an object whose type does not match, or that lacks the field, is left alone.
//! kustomize: api/filters/fieldspec.
//! **Not here:** what is written to the fields.

use std::borrow::Cow;
use std::sync::OnceLock;

use compact_str::CompactString;

use super::kustomization::FieldSpec;
use crate::base::{Diagnostic, Result, Span};
use crate::k8s::gvk::{parse_api_version, selects};
use crate::k8s::{Gvk, Resource};
use crate::yaml::{Mapping, Node, Scalar, Sequence, Style, Tag, Value};

/// A field spec whose path is split when it is first followed: most types of most lists never come up.
#[derive(Clone, Debug)]
pub struct CompiledSpec {
    pub gvk: Gvk,
    pub path: Path,
    pub create: bool,
}

/// A path, split when it is first followed.
#[derive(Clone, Debug)]
pub struct Path {
    text: Cow<'static, str>,
    split: OnceLock<Split>,
}

#[derive(Clone, Debug)]
struct Split {
    parts: Vec<Part>,
    /// Leads to `metadata.annotations` themselves.
    is_annotations: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Without the white space around it. Go: PathGetter trims the names.
    pub name: CompactString,
    /// Written with `[]`: never made, and null there becomes an empty list.
    pub is_list: bool,
    is_name: bool,
}

/// What a missing last field is made as, and what null there becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreateKind {
    /// An empty scalar; the tag is for what was null.
    Scalar(Tag),
    Mapping,
}

/// What is called on each field that is found. It may be null.
pub type Setter<'a> = &'a mut dyn FnMut(&mut Node) -> Result<()>;

impl CompiledSpec {
    pub fn new(spec: &FieldSpec) -> CompiledSpec {
        CompiledSpec { gvk: spec.gvk.clone(), path: Path::new(spec.path.clone()), create: spec.create }
    }

    pub fn matches(&self, api_version: &str, kind: &str) -> bool {
        selects(&self.gvk.kind, kind) && self.matches_version(api_version)
    }

    /// Whether group and version match, where the kind is known to.
    pub fn matches_version(&self, api_version: &str) -> bool {
        if self.gvk.group.is_empty() && self.gvk.version.is_empty() {
            return true;
        }
        let (group, version) = parse_api_version(api_version);
        selects(&self.gvk.group, group) && selects(&self.gvk.version, version)
    }

    /// Calls `set` on the fields of an object that this spec leads to. The caller has matched the type.
    ///
    /// `create` says what a missing field is made as if the spec wants it made; `None` makes none.
    /// What is made gets the span `asked`. Fields that have twins are settled.
    /// Errors: something on the way is neither list nor mapping; what `set` says.
    pub fn apply(&self, resource: &mut Resource, create: Option<CreateKind>, asked: Span, set: Setter) -> Result<()> {
        // kustomize: its bookkeeping is in the annotations, so there are some to be found.
        let made = self.path.split().is_annotations && resource.has_bookkeeping() && resource.make_annotations();
        let mut walk = Walk { create: create.filter(|_| self.create), asked, set, wrote_twin: false };
        let outcome = walk.node(&mut resource.node, self.path.parts());
        let wrote_twin = walk.wrote_twin;
        if let Err(error) = outcome {
            return Err(error.within(format!(
                "considering field `{}` of {} `{}`",
                self.path,
                resource.kind(),
                resource.name()
            )));
        }
        if wrote_twin {
            resource.settle_twins();
        }
        if made && let Some(metadata) = resource.metadata_mut().and_then(Node::as_mapping_mut) {
            match metadata.get_mut("annotations") {
                Some(annotations) if !annotations.is_nil_or_empty() => annotations.span = asked,
                _ => drop(metadata.remove("annotations")),
            }
        }
        Ok(())
    }
}

impl Path {
    pub fn new(text: impl Into<Cow<'static, str>>) -> Path {
        Path { text: text.into(), split: OnceLock::new() }
    }

    fn split(&self) -> &Split {
        self.split.get_or_init(|| Split::new(&self.text))
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether this path goes on where the other one ends.
    pub fn is_inside(&self, other: &Path) -> bool {
        let (own, other) = (self.parts(), other.parts());
        own.len() > other.len() && own.iter().zip(other).all(|(part, other)| part.name == other.name)
    }

    pub(super) fn parts(&self) -> &[Part] {
        &self.split().parts
    }
}

impl Split {
    /// Splits at slashes that have no backslash before them; one leading slash is passed over.
    /// Go: kyaml/utils.PathSplitter.
    fn new(text: &str) -> Split {
        let path = text.strip_prefix('/').unwrap_or(text);
        let mut parts: Vec<CompactString> = Vec::with_capacity(6);
        for piece in path.split('/') {
            match parts.last_mut() {
                Some(last) if last.ends_with('\\') => {
                    last.pop();
                    last.push('/');
                    last.push_str(piece);
                }
                _ => parts.push(piece.into()),
            }
        }
        let part = |name: CompactString| match name.strip_suffix("[]") {
            Some(shorter) => Part::new(shorter, true),
            None => Part::new(&name, false),
        };
        let parts: Vec<Part> = parts.into_iter().map(part).collect();
        let is_annotations = parts.iter().map(|part| part.name.as_str()).eq(["metadata", "annotations"]);
        Split { parts, is_annotations }
    }
}

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

struct Walk<'s> {
    create: Option<CreateKind>,
    asked: Span,
    set: Setter<'s>,
    wrote_twin: bool,
}

impl Walk<'_> {
    fn node(&mut self, node: &mut Node, path: &[Part]) -> Result<()> {
        let Some((part, rest)) = path.split_first() else {
            (self.set)(node)?;
            self.wrote_twin |= node.twin.is_written();
            return Ok(());
        };
        match &mut node.value {
            Value::Mapping(mapping) => self.field(mapping, part, rest),
            Value::Sequence(items) => items.iter_mut().try_for_each(|item| self.node(item, path)),
            Value::Scalar(scalar) if scalar.tag == Tag::Null => Ok(()),
            Value::Scalar(_) => Err(not_a_way(node, part)),
        }
    }

    fn field(&mut self, mapping: &mut Mapping, part: &Part, rest: &[Part]) -> Result<()> {
        part.check()?;
        let name = part.name.as_str();
        let wanted = match (self.create, rest) {
            (None, _) => None,
            (Some(_), _) if part.is_list => None,
            (Some(kind), []) => Some(kind),
            (Some(_), _) => Some(CreateKind::Mapping),
        };
        let at = match (mapping.position(name), wanted) {
            (Some(at), _) => at,
            (None, None) => return Ok(()),
            (None, Some(kind)) => {
                let value = match kind {
                    CreateKind::Scalar(_) => Node::plain("", self.asked),
                    CreateKind::Mapping => Node::mapping(self.asked),
                };
                // kustomize: setters leave the key's tag open, so a key like `123` is no string any more.
                mapping.push(Node::plain(name, self.asked), value);
                mapping.len() - 1
            }
        };
        let Some(value) = mapping.value_at_mut(at) else { return Ok(()) };
        if value.is_null() {
            fill_null(value, wanted, part.is_list);
        }
        self.node(value, rest)
    }
}

impl Part {
    fn new(name: &str, is_list: bool) -> Part {
        let name = name.trim();
        Part { name: name.into(), is_list, is_name: !name.is_empty() && !is_index(name) }
    }

    /// Errors: the part is no name of a field. Such a part is an error once a mapping is there to look into.
    pub(super) fn check(&self) -> Result<()> {
        if self.is_name {
            return Ok(());
        }
        Err(match self.name.as_str() {
            "" => Diagnostic::new("field-spec-path", "a part of the path is empty"),
            name => Diagnostic::new("field-spec-path", format!("`{name}` cannot stand for a field of a mapping"))
                .help("lists on the way are gone through without being named"),
        })
    }
}

/// kustomize: null turns into what would have been made, and keeps its text.
fn fill_null(value: &mut Node, wanted: Option<CreateKind>, is_list: bool) {
    match wanted {
        Some(CreateKind::Mapping) => value.value = Mapping::default().into(),
        Some(CreateKind::Scalar(tag)) => {
            if let Some(scalar) = value.as_scalar_mut() {
                scalar.tag = tag;
            }
        }
        None if is_list => value.value = Sequence::default().into(),
        None => {}
    }
}

/// What Go's PathGetter takes for a place in a list.
fn is_index(name: &str) -> bool {
    let digits = name.strip_prefix(['+', '-']).unwrap_or(name);
    let is_number = !digits.is_empty() && digits.len() < 19 && digits.bytes().all(|b| b.is_ascii_digit());
    is_number || name == "-" || name == "*" || (name.starts_with('[') && name.ends_with(']'))
}

pub(super) fn not_a_way(node: &Node, part: &Part) -> Box<Diagnostic> {
    Diagnostic::new("field-spec-path", format!("expected a mapping or a list that holds `{}`", part.name))
        .label(node.span, "this is a plain value")
        .help("correct the value, or the path of the field spec that leads here")
}

/// Writes a text over a scalar, which keeps its style.
///
/// With `Tag::Open` what was quoted stays a string, and what was plain is read anew.
/// Errors: the node is a list or a mapping. Go: FieldSetter without a name.
pub fn set_scalar(node: &mut Node, text: impl Into<CompactString>, tag: Tag, asked: Span) -> Result<()> {
    let Value::Scalar(old) = &node.value else { return Err(wrong_kind(node, "a plain value", asked)) };
    let style = old.style;
    // kustomize: what is quoted is a string, whatever the tag says: `replicas: "3"` stays one.
    let tag = if style == Style::Plain { tag } else { Tag::Str };
    node.overwrite(Node::new(Scalar { text: text.into(), tag, style }, asked));
    Ok(())
}

/// The error for a field that is not of the kind that a transformer can write to.
pub fn wrong_kind(node: &Node, wanted: &str, asked: Span) -> Box<Diagnostic> {
    let found = match node.value {
        Value::Scalar(_) => "a plain value",
        Value::Sequence(_) => "a list",
        Value::Mapping(_) => "a mapping",
    };
    Diagnostic::new("wrong-kind-of-field", format!("expected {wanted} here, found {found}"))
        .at(node.span)
        .label(asked, "what asks for the change")
        .help("correct the value, or the field spec that leads here")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SourceId;
    use crate::yaml::json::Numbers;
    use crate::yaml::{self, ReadOptions, to_json};

    /// What the reference's `fieldspec.Filter` does with random objects and paths: each line has an object, a
    /// path, what is made where it is missing, and the object that comes out (null for an error).
    const CASES: &str = include_str!("../../testdata/field-specs/cases.jsonl");

    fn apply(object: &str, path: &str, create: bool, kind: &str) -> Result<String> {
        let document = yaml::read(SourceId::NONE, object.as_bytes(), ReadOptions::resource())?.remove(0);
        let mut resource = Resource::new(document.root.expect("an object"));
        let spec = CompiledSpec::new(&FieldSpec { gvk: Gvk::default(), path: path.to_string().into(), create });
        let here = Span::NOWHERE;
        match kind {
            "none" => spec.apply(&mut resource, None, here, &mut |node| set_scalar(node, "SET", Tag::Open, here)),
            "scalar" => spec.apply(&mut resource, Some(CreateKind::Scalar(Tag::Str)), here, &mut |node| {
                set_scalar(node, "SET", Tag::Str, here)
            }),
            _ => spec.apply(&mut resource, Some(CreateKind::Mapping), here, &mut |node| {
                if node.is_null() {
                    return Ok(());
                }
                let Value::Mapping(mapping) = &mut node.value else { return Err(wrong_kind(node, "a mapping", here)) };
                mapping.set("k", Node::string("SET", here));
                Ok(())
            }),
        }?;
        let mut out = String::new();
        to_json(&resource.node, Numbers::Exact, &mut out)?;
        Ok(out)
    }

    #[test]
    fn fields_are_found_and_made_as_the_reference_does() {
        for line in CASES.lines() {
            let case = yaml::read_json(line.as_bytes(), SourceId::NONE).expect("a case");
            let field = |name: &str| case.get(name).filter(|node| !node.is_null()).and_then(Node::text);
            let text = |name: &str| field(name).expect("a text");
            let out = apply(text("object"), text("path"), text("create") == "true", text("kind"));
            assert_eq!(out.ok().as_deref(), field("want"), "{line}");
        }
    }
}
