//! `replicas` and the ReplicaCountTransformer plugin.
//!
//! kustomize: api/internal/builtins/ReplicaCountTransformer.go, api/filters/replicacount.

use crate::base::{Diagnostic, Result};
use crate::k8s::{IdRef, ResMap, Schema};
use crate::kustomize::fieldspec::{CompiledSpec, CreateKind, set_scalar};
use crate::kustomize::fieldspecs::FieldSpecs;
use crate::kustomize::kustomization::Replica;
use crate::yaml::Tag;

/// Sets the number of replicas of the objects that have, or had, a name.
///
/// Errors: no object of a type that the specs know has the name; a field that is not a plain value.
pub fn replicas(resources: &mut ResMap, replica: &Replica, specs: &FieldSpecs, schema: &Schema) -> Result<()> {
    let count = replica.count.to_string();
    let mut found = false;
    for spec in specs.compiled() {
        let positions = positions_of(resources, &replica.name, spec, schema);
        found |= !positions.is_empty();
        let list = resources.list_mut_same_ids();
        for at in positions {
            let Some(resource) = list.get_mut(at) else { continue };
            if spec.matches(resource.api_version(), resource.kind()) {
                let create = Some(CreateKind::Scalar(Tag::Int));
                spec.apply(resource, create, replica.count_span, &mut |node| {
                    set_scalar(node, &count, Tag::Int, replica.count_span)
                })?;
            }
        }
    }
    if found { Ok(()) } else { Err(not_found(replica, specs)) }
}

/// Objects of which some id, present or previous, has the name and the spec's type.
fn positions_of(resources: &mut ResMap, name: &str, spec: &CompiledSpec, schema: &Schema) -> Vec<usize> {
    let is_meant = |id: &IdRef| id.name == name && id.is_selected_by_gvk(&spec.gvk);
    if !spec.gvk.kind.is_empty() {
        return resources.find_by_any_id_where(&spec.gvk.kind, name, schema, is_meant);
    }
    let has_id = resources.iter().map(|r| r.previous_ids().any(|id| is_meant(&id)) || is_meant(&r.id(schema)));
    has_id.enumerate().filter(|(_, has)| *has).map(|(at, _)| at).collect()
}

fn not_found(replica: &Replica, specs: &FieldSpecs) -> Box<Diagnostic> {
    let mut kinds: Vec<&str> = specs.iter().map(|spec| spec.gvk.kind.as_str()).collect();
    kinds.dedup();
    let kinds = kinds.iter().map(|kind| format!("`{kind}`")).collect::<Vec<_>>().join(", ");
    Diagnostic::new("replicas-no-match", format!("no object with replicas is called `{}`", replica.name))
        .at(replica.name.span)
        .help(format!("`replicas` knows the kinds {kinds}; more can be added with `configurations`"))
}
