//! The older `patchesStrategicMerge` field: paths of patches, or patches themselves.
//!
//! All its patches are one transformer. Source: PatchStrategicMergeTransformer in api/internal/builtins.
//!
//! **Not here:** how a patch is merged.

use super::super::context::Context;
use super::super::kustomization::Text;
use super::super::loader::Loader;
use super::patches::{embed, find_target, is_inline, merge_into_all};
use crate::base::{Diagnostic, Result};
use crate::k8s::read::read_resources;
use crate::k8s::{ResMap, Resource, Schema};

/// Reads the patches. kustomize: an entry that reads as objects is inline, else it is a path.
///
/// Errors: a file that cannot be read or holds no objects; no patch in any of them.
pub fn load(ctx: &Context, loader: &Loader, patches: &[Text]) -> Result<Vec<Resource>> {
    let mut loaded = Vec::new();
    for text in patches {
        let (source, _) = embed(ctx, text, text.span);
        match read_resources(ctx.sources, source) {
            Ok(patches) => loaded.extend(patches),
            Err(error) if is_inline(text) => return Err(error),
            Err(_) => {
                let file = loader.load(ctx, "patchesStrategicMerge", text)?;
                loaded.extend(read_resources(ctx.sources, file.source)?);
            }
        }
    }
    match (&loaded[..], patches) {
        ([], [first, ..]) => {
            Err(Diagnostic::new("empty-patch", "no patch is in `patchesStrategicMerge`").at(first.span))
        }
        _ => Ok(loaded),
    }
}

/// Merges each patch into the object of its id.
///
/// Errors: there is none, or there are several; what the merge says.
pub fn apply(patches: &[Resource], resources: &mut ResMap, schema: &Schema) -> Result<()> {
    for patch in patches {
        let at = find_target(patch, resources, schema)?;
        merge_into_all(patch, &[at], resources, schema)?;
        if resources.get(at).is_some_and(|resource| resource.node.is_nil_or_empty()) {
            resources.drop_empties();
        }
    }
    Ok(())
}
