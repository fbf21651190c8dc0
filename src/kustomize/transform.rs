//! The order of the built-in transformers. kustomize: KustTarget.configureBuiltinTransformers.

use std::borrow::Cow;

use super::accumulate::Accumulator;
use super::context::Context;
use super::kustomization::{Kustomization, Patch, Replacement};
use super::loader::Loader;
use super::origin;
use super::transformers::{
    annotations, images, labels, name_prefix, namespace, patches, patches_json6902, patches_strategic_merge,
    replacements, replicas,
};
use crate::base::{Diagnostic, Result, parallel};
use crate::k8s::{Origin, ResMap, Resource, Schema};

/// So many patches are read in about the time that a thread takes to start.
const PATCHES_WORTH_A_THREAD: usize = 32;

/// What the fields of a kustomization name in files of its own, or hold as text.
pub struct Patches<'k> {
    merges: Vec<Resource>,
    patches: Vec<patches::LoadedPatch>,
    json_patches: Vec<patches_json6902::LoadedPatch>,
    replacements: Vec<Cow<'k, Replacement>>,
}

/// Reads all patches and replacements of a kustomization.
///
/// Errors: those of all that cannot be read, together.
pub fn load<'k>(ctx: &Context, loader: &Loader, k: &'k Kustomization) -> Result<Patches<'k>> {
    let merges = patches_strategic_merge::load(ctx, loader, &k.patches_strategic_merge);
    let load_patch = |patch: &Patch| patches::load(ctx, loader, patch);
    let patches = parallel::map(&k.patches, k.patches.len() / PATCHES_WORTH_A_THREAD, load_patch);
    let patches = Diagnostic::all(patches);
    let json_patches = Diagnostic::all(k.patches_json6902.iter().map(|p| patches_json6902::load(ctx, loader, p)));
    let replacements = replacements::load_replacements(ctx, loader, &k.replacements);
    match (merges, patches, json_patches, replacements) {
        (Ok(merges), Ok(patches), Ok(json_patches), Ok(replacements)) => {
            Ok(Patches { merges, patches, json_patches, replacements })
        }
        (merges, patches, json_patches, replacements) => {
            let errors = [merges.err(), patches.err(), json_patches.err(), replacements.err()];
            Err(Diagnostic::together(errors.into_iter().flatten())
                .unwrap_or_else(|| unreachable!("one of the four is an error")))
        }
    }
}

/// Runs what the fields of a kustomization ask for on what was accumulated so far. `origin_of` a kind of
/// transformer is set where `buildMetadata` wants to know what changed an object.
pub fn built_in(
    ctx: &Context,
    loader: &Loader,
    kustomization: &Kustomization,
    acc: &mut Accumulator,
    schema: &Schema,
    origin_of: &dyn Fn(&str) -> Option<Origin>,
) -> Result<()> {
    let Accumulator { resources, config, .. } = acc;
    let config = &**config;
    let k = kustomization;
    // After each transformer what it emptied is dropped, and all objects are stamped with it.
    let mut step = |kind: &str, run: &mut dyn FnMut(&mut ResMap) -> Result<()>| -> Result<()> {
        run(resources)?;
        if let Some(origin) = origin_of(kind) {
            origin::stamp_transformer(resources, &origin);
        }
        resources.drop_empties();
        Ok(())
    };
    let Patches { merges, patches, json_patches, replacements } = load(ctx, loader, k)?;

    if !k.patches_strategic_merge.is_empty() {
        step("PatchStrategicMergeTransformer", &mut |r| patches_strategic_merge::apply(&merges, r, schema))?;
    }
    for patch in &patches {
        step("PatchTransformer", &mut |r| patches::apply(patch, r, schema))?;
    }
    if !k.namespace.is_empty() {
        step("NamespaceTransformer", &mut |r| namespace::namespace(r, &k.namespace, &config.namespace, schema))?;
    }
    if !k.name_prefix.is_empty() {
        step("PrefixTransformer", &mut |r| name_prefix::name_prefix(r, &k.name_prefix, &config.name_prefix, schema))?;
    }
    if !k.name_suffix.is_empty() {
        step("SuffixTransformer", &mut |r| name_prefix::name_suffix(r, &k.name_suffix, &config.name_suffix, schema))?;
    }
    for label in &k.labels {
        let specs = labels::specs(label, config)?;
        step("LabelTransformer", &mut |r| labels::labels(r, &label.pairs, &specs))?;
    }
    if !k.labels.is_empty() || !k.common_labels.is_empty() {
        step("LabelTransformer", &mut |r| labels::labels(r, &k.common_labels, &config.common_labels))?;
    }
    if !k.common_annotations.is_empty() {
        step("AnnotationsTransformer", &mut |r| {
            annotations::annotations(r, &k.common_annotations, &config.common_annotations)
        })?;
    }
    for patch in &json_patches {
        step("PatchJson6902Transformer", &mut |r| patches_json6902::apply(patch, r, schema))?;
    }
    for replica in &k.replicas {
        step("ReplicaCountTransformer", &mut |r| replicas::replicas(r, replica, &config.replicas, schema))?;
    }
    // One pass for all entries, which chain on each image; who asks what changed an object sees one for each.
    for at in 0..k.images.len() {
        step("ImageTagTransformer", &mut |r| match at {
            0 => images::images(r, &k.images, &config.images),
            _ => Ok(()),
        })?;
    }
    if !k.replacements.is_empty() {
        step("ReplacementTransformer", &mut |r| replacements::replace_values(ctx.sources, r, &replacements))?;
    }
    Ok(())
}
