//! Older fields: those that every edit replaces by their successors, and those that only `kz edit fix` does.
//!
//! Source: kustomize 5.8.1, FixKustomization and FixKustomizationPreMarshalling in api/types/kustomization.go.

use super::fields::{
    append, items, object, on, set, set_entries, set_items, set_text, take, take_entries, take_items, text_of,
};
use super::{Edited, already_there, draft};
use crate::base::{Result, Span};
use crate::kustomize::context::Context;
use crate::yaml::Node;

/// What every edit does: `kind` and `apiVersion` are there; `bases`, `imageTags`, `env` and
/// `helmChartInflationGenerator` are no longer.
pub fn bring_up_to_date(fields: &mut Node) {
    if text_of(fields, "kind").is_empty() {
        set_text(fields, "kind", "Kustomization");
    }
    if text_of(fields, "apiVersion").is_empty() {
        let version = if text_of(fields, "kind") == "Component" { "v1alpha1" } else { "v1beta1" };
        set_text(fields, "apiVersion", &format!("kustomize.config.k8s.io/{version}"));
    }
    for (older, field) in [("bases", "resources"), ("imageTags", "images")] {
        let moved = take_items(fields, older);
        append(fields, field, moved);
    }
    for field in ["configMapGenerator", "secretGenerator"] {
        let mut entries = take_items(fields, field);
        for entry in &mut entries {
            let env = take(entry, "env");
            append(entry, "envs", env);
        }
        set_items(fields, field, entries);
    }
    let older = take_items(fields, "helmChartInflationGenerator");
    let last = |field| older.iter().rev().map(|chart| text_of(chart, field)).find(|text| !text.is_empty());
    let globals = object(&[
        ("chartHome", last("chartHome").unwrap_or_default()),
        ("configHome", last("helmHome").unwrap_or_default()),
    ]);
    if fields.get("helmGlobals").is_none() && globals.as_mapping().is_some_and(|globals| !globals.is_empty()) {
        set(fields, "helmGlobals", Some(globals));
    }
    append(fields, "helmCharts", older.into_iter().map(newer_chart));
}

/// An entry of `helmCharts` from one of the older field; what it has no place for is gone.
fn newer_chart(mut older: Node) -> Node {
    const FIELDS: [(&str, &str); 7] = [
        ("chartName", "name"),
        ("chartVersion", "version"),
        ("chartRepoUrl", "repo"),
        ("values", "valuesFile"),
        ("valuesLocal", "valuesInline"),
        ("valuesMerge", "valuesMerge"),
        ("releaseName", "releaseName"),
    ];
    let mut chart = Node::mapping(Span::NOWHERE);
    for (from, to) in FIELDS {
        let value = take(&mut older, from);
        set(&mut chart, to, value);
    }
    chart
}

/// `fix`: `patchesJson6902` and `patchesStrategicMerge` become `patches`, `commonLabels` becomes `labels`.
///
/// Errors: a label that is in both; those of [`draft::open`].
pub fn fix(ctx: &Context) -> Edited {
    let mut draft = draft::open(ctx)?;
    let fields = &mut draft.fields;
    let json_patches = take_items(fields, "patchesJson6902");
    append(fields, "patches", json_patches);
    for patch in take_items(fields, "patchesStrategicMerge") {
        let text = patch.text().unwrap_or_default();
        let is_file = ctx.fs.is_file(&ctx.options.working_dir.join(text));
        append(fields, "patches", [object(&[(if is_file { "path" } else { "patch" }, text)])]);
    }
    common_labels(fields)?;
    Ok(Some(draft))
}

fn common_labels(fields: &mut Node) -> Result<()> {
    let pairs = take_entries(fields, "commonLabels");
    if pairs.is_empty() {
        return Ok(());
    }
    let others = items(fields, "labels").iter().filter_map(|label| label.get("pairs")?.as_mapping());
    for entry in others.flat_map(|pairs| pairs.iter()) {
        if let Some(key) = entry.key.text().filter(|key| pairs.contains(key)) {
            return Err(already_there(format!("the label `{key}` is in `commonLabels` and in `labels`"))
                .at(entry.key.span)
                .help("take it out of one of them"));
        }
    }
    let mut label = Node::mapping(Span::NOWHERE);
    set(&mut label, "includeSelectors", Some(on()));
    set_entries(&mut label, "pairs", pairs);
    append(fields, "labels", [label]);
    Ok(())
}
