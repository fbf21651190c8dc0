//! The older `patchesJson6902` field: JSON patches with a target.
//!
//! Source: PatchJson6902Transformer in api/internal/builtins.
//!
//! **Not here:** how a patch is applied.

use super::super::context::Context;
use super::super::kustomization::{Patch, Selector};
use super::super::loader::Loader;
use super::super::selector::Target;
use super::patches::{Remember, change_by_json, text_of};
use crate::base::{Diagnostic, Result};
use crate::k8s::{ResMap, Schema};
use crate::patch::JsonPatch;

/// An entry that was read.
#[derive(Debug)]
pub struct LoadedPatch {
    patch: JsonPatch,
    target: Selector,
}

/// Reads an entry. Errors: no target with a name; neither `path` nor `patch`, or both; no operations.
pub fn load(ctx: &Context, loader: &Loader, patch: &Patch) -> Result<LoadedPatch> {
    let Some(target) = patch.target.clone().filter(|target| !target.name.is_empty()) else {
        return Err(Diagnostic::new(
            "json-patch-without-target",
            "an entry of `patchesJson6902` needs a target with a name",
        )
        .at(patch.span)
        .help("add `target:` with the kind and the name of the object that it is for"));
    };
    let (source, text) = text_of(ctx, loader, "patchesJson6902", patch, &patch.patch, "the operations")?;
    let place = if patch.path.is_empty() { patch.patch.span } else { patch.path.span };
    let patch = JsonPatch::parse(source, text)?;
    if patch.is_empty() {
        return Err(Diagnostic::new("empty-patch", "a JSON patch has no operations").at(place));
    }
    Ok(LoadedPatch { patch, target })
}

/// Applies an entry to the objects that its target selects.
///
/// Errors: a target that is no regular expression, what the patch says.
pub fn apply(patch: &LoadedPatch, resources: &mut ResMap, schema: &Schema) -> Result<()> {
    for at in Target::new(&patch.target)?.select(resources, schema)? {
        change_by_json(&patch.patch, at, Remember::Nothing, resources, schema)?;
    }
    Ok(())
}
