//! What happens once, at the root, when all layers are accumulated. kustomize: the end of
//! KustTarget.makeCustomizedResMap and of Kustomizer.Run.

use super::accumulate::Accumulator;
use super::context::{Context, Reorder};
use super::fieldspecs::FieldSpecs;
use super::kustomization::{FieldSpec, Kustomization, SortOptions, Text};
use super::transformers::{hash_suffix, labels, sort_order};
use super::{origin, references, vars};
use crate::base::{Diagnostic, Result, Span};
use crate::k8s::read::{check_identity, rewrite_metadata_map};
use crate::k8s::{ResMap, Schema, bookkeeping};

/// The version of kustomize whose results these are, for the managed-by label.
pub const KUSTOMIZE_VERSION: &str = "v5.8.1";
const LOCAL_CONFIG: &str = "config.kubernetes.io/local-config";
const MANAGED_BY: &str = "app.kubernetes.io/managed-by";

/// Hashes, references, vars, order, metadata: from what was accumulated to what is printed.
pub fn finish(ctx: &Context, root: &Kustomization, accumulated: Accumulator, schema: &Schema) -> Result<ResMap> {
    let Accumulator { mut resources, config, vars } = accumulated;
    hash_suffix::hash_suffix(&mut resources, schema)?;
    references::update_name_references(&mut resources, &config.name_reference, schema)?;
    vars::resolve_vars(ctx, &mut resources, &vars, &config.var_reference)?;
    drop_local_config(&mut resources)?;
    sort(ctx, root, &mut resources, schema)?;
    let wanted = |option: &str| root.build_metadata.iter().any(|m| **m == *option);
    if ctx.options.managed_by_label || wanted("managedByLabel") {
        label_managed_by(&mut resources)?;
    }
    let (origins, transformations) = (wanted("originAnnotations"), wanted("transformerAnnotations"));
    for resource in resources.list_mut_same_ids() {
        // kustomize drops its bookkeeping from the annotations of every object, which rewrites them as texts.
        rewrite_metadata_map(&mut resource.node, "annotations", |key| !is_bookkeeping(key));
        origin::write_annotations(resource, origins, transformations);
    }
    Ok(resources)
}

/// Annotations that kustomize removes from every object, whoever wrote them: resource.BuildAnnotations and
/// the two of `buildMetadata`.
fn is_bookkeeping(key: &str) -> bool {
    bookkeeping::is_internal(key)
        || matches!(
            key,
            "config.kubernetes.io/path"
                | "config.kubernetes.io/index"
                | "config.k8s.io/id"
                | origin::ORIGIN_ANNOTATION
                | origin::TRANSFORMATIONS_ANNOTATION
        )
}

/// Objects for kustomize's eyes only. kustomize: KustTarget.IgnoreLocal, Factory.DropLocalNodes.
fn drop_local_config(resources: &mut ResMap) -> Result<()> {
    if let Some(error) = Diagnostic::together(resources.iter().filter_map(|r| check_identity(&r.node).err())) {
        return Err(error);
    }
    if resources.iter().any(|r| r.annotation(LOCAL_CONFIG).is_some()) {
        resources.list_mut().retain(|r| r.annotation(LOCAL_CONFIG).is_none_or(|value| value == "false"));
    }
    Ok(())
}

fn sort(ctx: &Context, root: &Kustomization, resources: &mut ResMap, schema: &Schema) -> Result<()> {
    match (&root.sort_options, ctx.options.reorder) {
        (Some(options), reorder) => {
            if reorder != Reorder::Unspecified {
                ctx.note("warning: the order is set by `sortOptions` and by `--reorder`; the kustomization file wins");
            }
            sort_order::sort_order(resources, options, schema)
        }
        (None, Reorder::None) => Ok(()),
        (None, _) => {
            let legacy = SortOptions { order: Text::new("legacy", Span::NOWHERE), legacy: None };
            sort_order::sort_order(resources, &legacy, schema)
        }
    }
}

fn label_managed_by(resources: &mut ResMap) -> Result<()> {
    let value = Text::new(format!("kustomize-{KUSTOMIZE_VERSION}"), Span::NOWHERE);
    let spec = FieldSpec { path: "metadata/labels".into(), create: true, ..FieldSpec::default() };
    labels::labels(resources, &vec![(Text::new(MANAGED_BY, Span::NOWHERE), value)], &FieldSpecs::from(vec![spec]))
}
