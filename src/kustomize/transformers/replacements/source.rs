//! Where a replacement's value comes from.

use compact_str::CompactString;

use super::objects::{Objects, ids};
use crate::base::{Diagnostic, Result, Span};
use crate::k8s::gvk::selects;
use crate::k8s::resid::effective_namespace;
use crate::k8s::{IdRef, ResId, Resource};
use crate::kustomize::field_path;
use crate::kustomize::kustomization::{FieldOptions, Replacement, SourceSelector};
use crate::yaml::Node;

/// kustomize: types.DefaultReplacementFieldPath.
pub(super) const DEFAULT_FIELD_PATH: &str = "metadata.name";

/// A value to write.
#[derive(Debug)]
pub(super) struct SourceValue {
    pub node: Node,
    /// The field that it is, where the value is not a part of it: it changes when a target changes it.
    pub live: Option<Live>,
}

/// A field of an object.
#[derive(Debug)]
pub(super) struct Live {
    pub object: usize,
    pub path: Vec<CompactString>,
}

impl SourceValue {
    /// To be called when an object was changed. Go: the value is the source's field itself, so a target that
    /// is the source changes it for the next.
    pub fn refresh(&mut self, changed: usize, resource: &Resource) {
        if let Some(live) = self.live.as_ref().filter(|live| live.object == changed)
            && let Ok(Some(now)) = field_path::lookup(&resource.node, &live.path)
        {
            self.node = now.clone();
        }
    }
}

/// Errors: `source` and `sourceValue` together; the object is not there, or is not the only one;
/// its field is missing or empty; the delimiter does not give a part of that index.
pub(super) fn value(objects: &mut Objects, replacement: &Replacement) -> Result<SourceValue> {
    match (&replacement.source, &replacement.source_value) {
        (Some(source), Some(value)) => {
            Err(Diagnostic::new("replacement-source", "`source` and `sourceValue` exclude each other")
                .label(value.span, "the value is given here")
                .label(source.span, "and is to be read from an object here")
                .help("remove one of them"))
        }
        (None, Some(value)) => Ok(SourceValue { node: Node::plain(&value.value, value.span), live: None }),
        (Some(source), None) => from_object(objects, source),
        (None, None) => Err(Diagnostic::new("replacement-source", "a replacement has no source").at(replacement.span)),
    }
}

fn from_object(objects: &mut Objects, source: &SourceSelector) -> Result<SourceValue> {
    let object = select(objects, source)?;
    let text: &str = if source.field_path.is_empty() { DEFAULT_FIELD_PATH } else { &source.field_path };
    let path = field_path::split(text);
    let place = if source.field_path.is_empty() { source.span } else { source.field_path.span };
    let node = match objects.get(object) {
        Some(resource) => field_path::lookup(&resource.node, &path).map_err(|error| {
            error.label(place, "the source's field").within("looking up the source of a replacement")
        })?,
        None => None,
    };
    let Some(node) = node.filter(|node| !node.is_nil_or_empty()) else {
        let object = objects.get(object).map_or(Span::NOWHERE, |resource| resource.name_span());
        return Err(Diagnostic::new("replacement-source", format!("the source has no field `{text}`"))
            .label(place, "asked for here")
            .label(object, "the object that is the source")
            .help("name a field that is there and is not empty"));
    };
    match source.options.as_ref().filter(|options| !options.delimiter.is_empty()) {
        None => Ok(SourceValue { node: node.clone(), live: Some(Live { object, path }) }),
        Some(options) => Ok(SourceValue { node: part(node, options, source.span)?, live: None }),
    }
}

/// The only object that is selected. kustomize: selectSourceNode, ResId.IsSelectedBy.
fn select(objects: &Objects, source: &SourceSelector) -> Result<usize> {
    let is_selected = |id: IdRef| {
        selects(&source.name, id.name)
            && (source.namespace.is_empty()
                || effective_namespace(false, &source.namespace) == id.effective_namespace())
            && id.is_selected_by_gvk(&source.gvk)
    };
    let known = |text: &'_ str| (!text.is_empty()).then(|| text.to_string());
    let (name, kind) = (known(&source.name), known(&source.gvk.kind));
    let found: Vec<usize> = objects
        .find(name.as_deref(), kind.as_deref())
        .into_iter()
        .filter(|at| objects.get(*at).is_some_and(|resource| ids(resource).any(is_selected)))
        .take(2)
        .collect();
    match found[..] {
        [one] => Ok(one),
        [] => Err(Diagnostic::new("replacement-source", format!("no object is selected by `{}`", described(source)))
            .at(source.span)
            .help("select by the name an object has now, or by one that it had before prefixes and suffixes")),
        ref several => {
            let message = format!("more than one object is selected by `{}`", described(source));
            let error = Diagnostic::new("replacement-source", message).at(source.span);
            let spans = several.iter().filter_map(|at| Some(objects.get(*at)?.name_span()));
            let error = spans.fold(error, |error, span| error.label(span, "this is one"));
            Err(error.help("say more of the object: its namespace, or its group and version"))
        }
    }
}

/// kustomize: SourceSelector.String, as its messages have it.
fn described(source: &SourceSelector) -> ResId {
    ResId {
        gvk: source.gvk.clone(),
        name: source.name.value.as_str().into(),
        namespace: source.namespace.value.as_str().into(),
    }
}

/// A part of a plain value. kustomize: getRefinedValue.
fn part(node: &Node, options: &FieldOptions, place: Span) -> Result<Node> {
    let Some(scalar) = node.as_scalar() else { return Err(no_plain_value(node.span, place)) };
    let part = usize::try_from(options.index).ok().and_then(|at| scalar.text.split(options.delimiter.as_str()).nth(at));
    let Some(part) = part else {
        let message = format!("the source's value has no part {} between `{}`", options.index, options.delimiter);
        return Err(Diagnostic::new("replacement-delimiter", message)
            .label(place, "asked for here")
            .label(node.span, "the value")
            .help("parts are counted from 0"));
    };
    let mut part_node = node.clone();
    if let Some(scalar) = part_node.as_scalar_mut() {
        scalar.text = part.into();
    }
    Ok(part_node)
}

pub(super) fn no_plain_value(field: Span, place: Span) -> Box<Diagnostic> {
    Diagnostic::new("replacement-delimiter", "a delimiter can only be used with a plain value")
        .label(field, "this is a list or a mapping")
        .label(place, "the delimiter is given here")
}
