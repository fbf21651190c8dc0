//! `buildMetadata`: where objects came from and what changed them, kept in fields during the build and
//! written as annotations at its end. kustomize: api/resource/origin.go, resmap AddTransformerAnnotation.

use std::path::{Component, Path, PathBuf};

use super::loader::{RepoSpec, shown};
use crate::base::Span;
use crate::base::fs::slashed;
use crate::k8s::resource::{ConfiguredBy, child_mapping_mut};
use crate::k8s::{Origin, ResMap, Resource};
use crate::yaml::{self, Node};

pub const ORIGIN_ANNOTATION: &str = "config.kubernetes.io/origin";
pub const TRANSFORMATIONS_ANNOTATION: &str = "alpha.config.kubernetes.io/transformations";

/// The origin of what `path` names, seen from the kustomization at `here`.
pub fn append(here: &Origin, path: &str) -> Origin {
    match RepoSpec::parse(path) {
        Some(spec) => {
            let directory = spec.clean_directory();
            // kustomize: the root of a repository has the name of the folder that it is not cloned to yet.
            let path = if directory.is_empty() { NOT_CLONED.to_owned() } else { directory };
            Origin { path, repo: shown(&spec.url).into_owned(), git_ref: spec.reference, ..here.clone() }
        }
        None => Origin { path: join(&here.path, path), ..here.clone() },
    }
}

const NOT_CLONED: &str = "notCloned";

/// The origin of what a built-in generator or transformer of a kustomization makes or changes.
pub fn builtin(here: &Origin, file_name: &str, kind: &str) -> Origin {
    Origin {
        path: String::new(),
        configured_in: join(&here.path, file_name),
        configured_by: Some(ConfiguredBy { api_version: "builtin".into(), kind: kind.into(), ..Default::default() }),
        ..here.clone()
    }
}

/// Go: filepath.Join: cleaned, by the text alone; a way above the start keeps its `..`.
pub fn join(base: &str, path: &str) -> String {
    let mut out = PathBuf::new();
    for part in Path::new(base).components().chain(Path::new(path).components().filter(|c| *c != Component::RootDir)) {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    slashed(&out)
}

/// Gives each object that has no origin yet this one. kustomize: AddOriginAnnotation.
pub fn stamp_origin(resources: &mut ResMap, origin: &Origin) {
    for resource in resources.list_mut_same_ids() {
        resource.origin.get_or_insert_with(|| Box::new(origin.clone()));
    }
}

/// Records a transformer on every object, whether it changed it or not; what has no origin was made by
/// it. kustomize: AddTransformerAnnotation.
pub fn stamp_transformer(resources: &mut ResMap, origin: &Origin) {
    for resource in resources.list_mut_same_ids() {
        if resource.origin.is_some() {
            resource.transformations.push(origin.clone());
        } else {
            resource.origin = Some(Box::new(origin.clone()));
        }
    }
}

/// Writes the annotations that `buildMetadata` asks for.
pub fn write_annotations(resource: &mut Resource, origins: bool, transformations: bool) {
    if let Some(origin) = resource.origin.take().filter(|_| origins) {
        annotate(&mut resource.node, ORIGIN_ANNOTATION, origin_text(&origin));
    }
    let steps = std::mem::take(&mut resource.transformations);
    if transformations && !steps.is_empty() {
        annotate(&mut resource.node, TRANSFORMATIONS_ANNOTATION, transformations_text(&steps));
    }
}

/// An origin as its annotation has it.
pub fn origin_text(origin: &Origin) -> String {
    as_yaml(origin, "")
}

/// Transformations as their annotation has them.
pub fn transformations_text(steps: &[Origin]) -> String {
    steps.iter().map(|step| as_yaml(step, "  ").replacen("  ", "- ", 1)).collect()
}

fn annotate(object: &mut Node, key: &str, text: String) {
    let annotations = child_mapping_mut(object, "metadata").and_then(|m| child_mapping_mut(m, "annotations"));
    if let Some(annotations) = annotations.and_then(Node::as_mapping_mut) {
        annotations.set(key, Node::string(text, Span::NOWHERE));
    }
}

/// Go: the struct as kyaml's Marshal writes it, in the order of its fields, empty ones left out.
fn as_yaml(origin: &Origin, indent: &str) -> String {
    let mut out = String::new();
    let fields = [
        ("path", &origin.path),
        ("repo", &origin.repo),
        ("ref", &origin.git_ref),
        ("configuredIn", &origin.configured_in),
    ];
    fields.iter().for_each(|(key, value)| push_field(&mut out, indent, key, value));
    if let Some(by) = &origin.configured_by {
        out.push_str(&format!("{indent}configuredBy:\n"));
        let fields =
            [("apiVersion", &by.api_version), ("kind", &by.kind), ("name", &by.name), ("namespace", &by.namespace)];
        let deeper = format!("{indent}  ");
        fields.iter().for_each(|(key, value)| push_field(&mut out, &deeper, key, value));
    }
    out
}

fn push_field(out: &mut String, indent: &str, key: &str, value: &str) {
    let mut scalar = Vec::new();
    if !value.is_empty() && yaml::emit(&Node::string(value, Span::NOWHERE), &mut scalar).is_ok() {
        out.push_str(&format!("{indent}{key}: {}", String::from_utf8_lossy(&scalar)));
    }
}
