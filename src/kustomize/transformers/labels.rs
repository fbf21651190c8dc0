//! Labels: `labels`, `commonLabels`, and the LabelTransformer plugin.
//!
//! kustomize: api/filters/labels; api/internal/target/kusttarget_configplugin.go for the fields.

use std::sync::LazyLock;

use super::WORTH_A_THREAD;
use crate::base::{Result, Span, parallel};
use crate::k8s::{ResMap, Resource};
use crate::kustomize::configurations::{TransformerConfig, merge_all};
use crate::kustomize::fieldspec::{CreateKind, wrong_kind};
use crate::kustomize::fieldspecs::FieldSpecs;
use crate::kustomize::kustomization::{FieldSpec, Label, Pairs, Text};
use crate::yaml::{Node, Scalar, Twin, Value};

/// Puts labels into the mappings that the field specs lead to. A label that is there gets the new value.
///
/// Errors: there is something else than a mapping.
pub fn labels(resources: &mut ResMap, pairs: &Pairs, specs: &FieldSpecs) -> Result<()> {
    set_pairs(resources, pairs, specs)
}

/// The field specs of an entry of `labels`: its own `fields`, then what `configurations` add, then
/// kustomize's by what the entry includes.
///
/// Errors: field specs that contradict each other.
pub fn specs(label: &Label, config: &TransformerConfig) -> Result<FieldSpecs> {
    static METADATA: LazyLock<FieldSpecs> = LazyLock::new(|| {
        let path = "metadata/labels".into();
        vec![FieldSpec { path, create: true, ..FieldSpec::default() }].into()
    });
    let list = merge_all(label.field_specs.clone(), &config.labels)?;
    let more: &[&FieldSpecs] = match (label.include_selectors, label.include_templates) {
        (true, _) => &[&config.common_labels],
        (false, true) => &[&config.template_labels, &METADATA],
        (false, false) => &[&METADATA],
    };
    match more {
        [only] if list.is_empty() && (only.is_builtin() || only.len() == 1) => Ok((*only).clone()),
        [first, ..] if list.is_empty() && first.is_builtin() => Ok((*first).clone()),
        _ => Ok(more.iter().try_fold(list, |list, specs| merge_all(list, specs))?.into()),
    }
}

/// What labels and annotations have in common: texts under keys, in mappings that field specs lead to.
pub(super) fn set_pairs(resources: &mut ResMap, pairs: &Pairs, specs: &FieldSpecs) -> Result<()> {
    if pairs.is_empty() {
        return Ok(());
    }
    let mut pairs: Vec<&(Text, Text)> = pairs.iter().collect();
    pairs.sort_by(|a, b| a.0.value.cmp(&b.0.value));
    // kustomize goes through the field specs once for each key. With one walk for all keys the result is
    // the same, as long as no key makes the field of another spec.
    let at_once = if specs.is_nested() { 1 } else { pairs.len() };
    parallel::for_each(resources.list_mut_same_ids(), WORTH_A_THREAD, |resource| {
        pairs.chunks(at_once).try_for_each(|pairs| set_pairs_of(resource, pairs, specs))
    })
}

fn set_pairs_of(resource: &mut Resource, pairs: &[&(Text, Text)], specs: &FieldSpecs) -> Result<()> {
    let asked = pairs.first().map_or(Span::NOWHERE, |(key, _)| key.span);
    let first_twin = resource.new_twins(pairs.len() as u32);
    let mut wrote_twin = false;
    for spec in specs.for_kind(resource.kind()) {
        if !spec.matches_version(resource.api_version()) {
            continue;
        }
        spec.apply(resource, Some(CreateKind::Mapping), asked, &mut |node| {
            for (pair, twin) in pairs.iter().zip(first_twin..) {
                wrote_twin |= set_entry(node, pair, Twin::numbered(twin))?;
            }
            Ok(())
        })?;
    }
    if wrote_twin {
        resource.settle_twins();
    }
    Ok(())
}

/// Sets a key to a string. What is new shares its twin with the other places of the same label.
/// True where what was written is to be written over twins too. Go: FieldSetter with a name.
fn set_entry(node: &mut Node, (key, value): &(Text, Text), twin: Twin) -> Result<bool> {
    if node.is_null() {
        // kustomize: nothing comes of an entry in null.
        return Ok(false);
    }
    let Value::Mapping(mapping) = &mut node.value else { return Err(wrong_kind(node, "a mapping", key.span)) };
    let mut new = Node::string(value.value.as_str(), value.span);
    match mapping.get_mut(&key.value) {
        Some(old) if *old == new => {
            old.span = new.span;
            Ok(false)
        }
        Some(old) => {
            // Go: the style of what was there stays.
            if let (Some(scalar), Some(old)) = (new.as_scalar_mut(), old.as_scalar()) {
                scalar.style = old.style;
            }
            old.overwrite(new);
            Ok(old.twin.is_written())
        }
        None => {
            new.as_scalar_mut().into_iter().for_each(Scalar::quote_if_ambiguous);
            new.twin = twin;
            // kustomize: the key's tag is open, so that a label `123` is no string any more.
            mapping.push(Node::plain(key.value.as_str(), key.span), new);
            Ok(false)
        }
    }
}
