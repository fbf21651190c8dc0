//! `namePrefix` and `nameSuffix`, and the plugins PrefixTransformer and SuffixTransformer.
//!
//! kustomize: api/internal/builtins/PrefixTransformer.go, api/filters/prefix and suffix.

use super::WORTH_A_THREAD;
use crate::base::{Result, parallel};
use crate::k8s::{ResMap, Resource, Schema};
use crate::kustomize::fieldspec::{CompiledSpec, CreateKind, set_scalar};
use crate::kustomize::fieldspecs::FieldSpecs;
use crate::kustomize::kustomization::Text;
use crate::yaml::Tag;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Prefix,
    Suffix,
}

/// Puts a prefix before the names, and before the other fields that the specs lead to.
///
/// Errors: a field that is not a plain value.
pub fn name_prefix(resources: &mut ResMap, prefix: &Text, specs: &FieldSpecs, schema: &Schema) -> Result<()> {
    parallel::for_each(resources.list_mut(), WORTH_A_THREAD, |r| extend_names(r, prefix, Side::Prefix, specs, schema))
}

/// Puts a suffix behind the names, and behind the other fields that the specs lead to.
///
/// Errors: a field that is not a plain value.
pub fn name_suffix(resources: &mut ResMap, suffix: &Text, specs: &FieldSpecs, schema: &Schema) -> Result<()> {
    parallel::for_each(resources.list_mut(), WORTH_A_THREAD, |r| extend_names(r, suffix, Side::Suffix, specs, schema))
}

fn extend_names(resource: &mut Resource, part: &Text, side: Side, specs: &FieldSpecs, schema: &Schema) -> Result<()> {
    let id = resource.original_id(schema);
    if is_never_renamed(id.kind, id.group()) {
        return Ok(());
    }
    // An own copy only where the kind has changed: nearly never.
    let original_kind = (id.kind != resource.kind()).then(|| id.kind.to_string());
    for spec in specs.compiled() {
        let original_kind = original_kind.as_deref().unwrap_or(resource.kind());
        if spec.matches(resource.api_version(), original_kind) {
            extend(resource, part, side, spec, schema)?;
        }
    }
    Ok(())
}

/// kustomize: of the core group or not, a kind that is called so keeps its name.
fn is_never_renamed(kind: &str, group: &str) -> bool {
    match kind {
        "CustomResourceDefinition" | "Namespace" => true,
        "APIService" => group == "apiregistration.k8s.io",
        _ => false,
    }
}

fn extend(resource: &mut Resource, part: &Text, side: Side, spec: &CompiledSpec, schema: &Schema) -> Result<()> {
    if spec.path.as_str() == "metadata/name" && !part.is_empty() {
        // What is kept says which names belong together, also where the name itself is not changed.
        match side {
            Side::Prefix => resource.prefixes.push(part.value.as_str().into()),
            Side::Suffix => resource.suffixes.push(part.value.as_str().into()),
        }
        resource.store_previous_id(schema);
    }
    if !spec.matches(resource.api_version(), resource.kind()) {
        return Ok(());
    }
    spec.apply(resource, Some(CreateKind::Scalar(Tag::Str)), part.span, &mut |node| {
        let old = node.text().unwrap_or_default();
        let new = match side {
            Side::Prefix => [&part.value, old].concat(),
            Side::Suffix => [old, &part.value].concat(),
        };
        set_scalar(node, &new, Tag::Open, part.span)
    })
}
