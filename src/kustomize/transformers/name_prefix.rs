//! `namePrefix` and `nameSuffix`, and the plugins PrefixTransformer and SuffixTransformer.
//!
//! kustomize: api/internal/builtins/PrefixTransformer.go, api/filters/prefix and suffix.

use compact_str::CompactString;

use super::WORTH_A_THREAD;
use crate::base::{Result, parallel};
use crate::k8s::gvk::{parse_api_version, selects};
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
    let original_kind = resource.original_kind();
    if is_never_renamed(original_kind, resource.api_version()) {
        return Ok(());
    }
    for spec in specs.for_kind(original_kind) {
        if spec.matches_version(resource.api_version()) {
            extend(resource, part, side, spec, schema)?;
        }
    }
    Ok(())
}

/// kustomize: of the core group or not, a kind that is called so keeps its name.
fn is_never_renamed(kind: &str, api_version: &str) -> bool {
    match kind {
        "CustomResourceDefinition" | "Namespace" => true,
        "APIService" => parse_api_version(api_version).0 == "apiregistration.k8s.io",
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
    // The kind may have changed since; group and version are always the present ones.
    if !selects(&spec.gvk.kind, resource.kind()) {
        return Ok(());
    }
    spec.apply(resource, Some(CreateKind::Scalar(Tag::Str)), part.span, &mut |node| {
        let old = node.text().unwrap_or_default();
        let (first, second) = match side {
            Side::Prefix => (part.value.as_str(), old),
            Side::Suffix => (old, part.value.as_str()),
        };
        let mut new = CompactString::with_capacity(first.len() + second.len());
        new.push_str(first);
        new.push_str(second);
        set_scalar(node, new, Tag::Open, part.span)
    })
}
