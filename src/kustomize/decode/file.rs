//! The kustomization file as a whole: read, checked, deprecated fields brought up to date.
//!
//! Source: kustomize 5.8.1, KustTarget.Load and api/types/kustomization.go.

use super::strict;
use crate::base::{Diagnostic, Result, SourceId, Sources, Span};
use crate::kustomize::kustomization::{Kustomization, Text};
use crate::yaml::{self, Node, ReadOptions, Value, jsonable};

const KUSTOMIZATION: (&str, &str) = ("Kustomization", "kustomize.config.k8s.io/v1beta1");
const COMPONENT: (&str, &str) = ("Component", "kustomize.config.k8s.io/v1alpha1");

/// Deprecated fields and what is said about them. In the reference's order.
const DEPRECATED: [(&str, &str); 6] = [
    ("bases", "`bases` is deprecated: use `resources` instead"),
    ("commonLabels", "`commonLabels` is deprecated: use `labels` instead"),
    ("imageTags", "`imageTags` is deprecated: use `images` instead"),
    ("patchesJson6902", "`patchesJson6902` is deprecated: use `patches` instead"),
    ("patchesStrategicMerge", "`patchesStrategicMerge` is deprecated: use `patches` instead"),
    ("vars", "`vars` is deprecated: use `replacements` instead"),
];

/// Reads the first document of a kustomization file.
///
/// Errors: YAML syntax; unknown fields, wrong types, wrong kind or apiVersion, all together; an
/// empty file.
pub fn read_kustomization(sources: &Sources, source: SourceId) -> Result<Kustomization> {
    match read_root(sources, source)? {
        Some(root) => decode_kustomization(&root),
        None => empty(Span::new(source, 0, 0)),
    }
}

/// The first document of a kustomization file as it stands, if there is one.
///
/// Errors: YAML syntax.
pub fn read_root(sources: &Sources, source: SourceId) -> Result<Option<Node>> {
    let Some(file) = sources.get(source) else { return Ok(None) };
    let mut documents = yaml::read(source, &file.text, ReadOptions::config())
        .map_err(|error| if mentions_secrets(&file.text) { error.masked() } else { error })?;
    Ok(documents.pop().and_then(|document| document.root))
}

/// The line of a syntax error may hold a secret's data.
fn mentions_secrets(text: &[u8]) -> bool {
    text.to_ascii_lowercase().windows(15).any(|window| window == b"secretgenerator")
}

/// Reads a kustomization from its node.
///
/// Errors: unknown fields, wrong types, wrong kind or apiVersion, all together; an empty file.
pub fn decode_kustomization(root: &Node) -> Result<Kustomization> {
    let mut kustomization: Kustomization = strict(root)?;
    if is_empty(root) {
        return empty(Span { end: root.span.start, ..root.span });
    }
    kustomization.deprecated = DEPRECATED.iter().filter(|(field, _)| is_set(root, field)).map(|d| d.1).collect();
    enforce_fields(&kustomization)?;
    let (kind, api_version) = kind_of(&kustomization);
    kustomization.kind = Text::new(kind, kustomization.kind.span);
    kustomization.api_version = Text::new(api_version, kustomization.api_version.span);
    Ok(kustomization)
}

fn empty<T>(at: Span) -> Result<T> {
    Err(Diagnostic::new("empty-kustomization", "the kustomization file is empty")
        .at(at)
        .help("name at least one field, such as `resources:`")
        .reference("kustomization.yaml is empty"))
}

fn fields<'a>(root: &'a Node, field: &'a str) -> impl Iterator<Item = &'a Node> {
    let entries = root.as_mapping().into_iter().flat_map(|m| m.iter());
    entries.filter(move |e| jsonable::key(&e.key).is_some_and(|k| jsonable::same_field(field, &k))).map(|e| &e.value)
}

fn is_set(root: &Node, field: &str) -> bool {
    fields(root, field).any(|value| !value.is_null())
}

/// kustomize: CheckEmpty compares with a struct without values, after the older fields were moved
/// to their successors. So `resources: []` is something, and `namePrefix: ""` or `bases: []` is nothing.
fn is_empty(root: &Node) -> bool {
    let Some(mapping) = root.as_mapping() else { return true };
    mapping.iter().all(|entry| {
        let Some(key) = jsonable::key(&entry.key) else { return true };
        let is = |names: &[&str]| names.iter().any(|name| jsonable::same_field(name, &key));
        match &entry.value.value {
            Value::Scalar(scalar) => is(&["kind", "apiVersion"]) || entry.value.is_null() || scalar.text.is_empty(),
            Value::Sequence(items) => items.is_empty() && is(&["bases", "imageTags", "helmChartInflationGenerator"]),
            Value::Mapping(_) => false,
        }
    })
}

/// The kind and the apiVersion that the file must have.
fn kind_of(k: &Kustomization) -> (&'static str, &'static str) {
    if &*k.kind == COMPONENT.0 { COMPONENT } else { KUSTOMIZATION }
}

/// kustomize: EnforceFields. An empty kind or apiVersion is as good as none.
fn enforce_fields(k: &Kustomization) -> Result<()> {
    let (kind, api_version) = kind_of(k);
    let wrong_kind = (!k.kind.is_empty() && &*k.kind != kind).then(|| {
        Diagnostic::new("wrong-kind", format!("a kustomization cannot have the kind `{}`", k.kind))
            .at(k.kind.span)
            .help("`kind` is `Kustomization` or `Component`")
    });
    let wrong_version = (!k.api_version.is_empty() && &*k.api_version != api_version).then(|| {
        Diagnostic::new("wrong-api-version", format!("unknown apiVersion `{}`", k.api_version))
            .at(k.api_version.span)
            .help(format!("the `apiVersion` of a {kind} is `{api_version}`"))
    });
    match Diagnostic::together([wrong_kind, wrong_version].into_iter().flatten()) {
        Some(errors) => Err(errors),
        None => Ok(()),
    }
}
