//! The order of the built-in transformers. kustomize: KustTarget.configureBuiltinTransformers.

use super::accumulate::Accumulator;
use super::context::Context;
use super::kustomization::Kustomization;
use super::loader::Loader;
use super::origin;
use super::transformers::{
    annotations, images, labels, name_prefix, namespace, patches, patches_json6902, patches_strategic_merge,
    replacements, replicas,
};
use crate::base::Result;
use crate::k8s::{Origin, ResMap, Schema};

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
    let merge_patches = patches_strategic_merge::load(ctx, loader, &k.patches_strategic_merge)?;
    let patches = k.patches.iter().map(|p| patches::load(ctx, loader, p)).collect::<Result<Vec<_>>>()?;
    let json_patches =
        k.patches_json6902.iter().map(|p| patches_json6902::load(ctx, loader, p)).collect::<Result<Vec<_>>>()?;

    if !k.patches_strategic_merge.is_empty() {
        step("PatchStrategicMergeTransformer", &mut |r| patches_strategic_merge::apply(&merge_patches, r, schema))?;
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
        let loaded = replacements::load_replacements(ctx, loader, &k.replacements)?;
        step("ReplacementTransformer", &mut |r| replacements::replace_values(ctx.sources, r, &loaded))?;
    }
    Ok(())
}
