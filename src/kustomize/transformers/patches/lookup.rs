//! Which object a patch without a target is for: the one of its type, name and namespace.
//!
//! **Not here:** targets (`selector`).

use crate::base::{Diagnostic, Result};
use crate::k8s::{IdRef, ResMap, Resource, Schema};

/// How many objects a message names.
const SHOWN: usize = 5;

/// The position of the object that has, or had, the patch's id. kustomize: GetById.
///
/// Errors: there is none, or there are several.
pub(in super::super) fn find_target(patch: &Resource, resources: &mut ResMap, schema: &Schema) -> Result<usize> {
    let id = patch.original_id(schema);
    match resources.find_by_any_id(&id, schema)[..] {
        [at] => Ok(at),
        [] => Err(not_found(patch, &id, resources, schema)),
        ref several => Err(ambiguous(patch, &id, several, resources)),
    }
}

fn not_found(patch: &Resource, id: &IdRef, resources: &ResMap, schema: &Schema) -> Box<Diagnostic> {
    let near = near(id, resources, schema);
    let mut help = String::new();
    if near.is_empty() {
        help.push_str("there is no object of this kind and none of this name; is a resource missing?");
    } else {
        help.push_str("there is ");
        let shown: Vec<String> = near.iter().take(SHOWN).map(|r| name_of(&r.id(schema))).collect();
        help.push_str(&shown.join(", "));
        if near.len() > SHOWN {
            help.push_str(&format!(" and {} more", near.len() - SHOWN));
        }
        help.push_str("; apiVersion, kind, name and namespace must all be the same, or give the patch a `target`");
    }
    Diagnostic::new("patch-target-not-found", format!("no object matches the patch for {}", name_of(id)))
        .at(patch.name_span())
        .help(help)
}

/// Objects that differ little from what was looked for, the nearest first.
fn near<'r>(id: &IdRef, resources: &'r ResMap, schema: &Schema) -> Vec<&'r Resource> {
    let distance = |resource: &Resource| {
        let other = resource.id(schema);
        let names = [resource.original_id(schema).name, other.name];
        match (other.kind.eq_ignore_ascii_case(id.kind), names.contains(&id.name)) {
            (true, true) => Some(0),
            (true, false) if names.iter().any(|n| n.contains(id.name) || id.name.contains(n)) => Some(1),
            (false, true) => Some(2),
            (true, false) => Some(3),
            (false, false) => None,
        }
    };
    let mut near: Vec<_> = resources.iter().filter_map(|r| Some((distance(r)?, r))).collect();
    near.sort_by_key(|(distance, _)| *distance);
    near.into_iter().map(|(_, resource)| resource).collect()
}

fn ambiguous(patch: &Resource, id: &IdRef, several: &[usize], resources: &ResMap) -> Box<Diagnostic> {
    let message = format!("{} objects match the patch for {}", several.len(), name_of(id));
    let error = Diagnostic::new("patch-target-ambiguous", message).at(patch.name_span());
    let places = several.iter().filter_map(|at| resources.get(*at));
    places
        .fold(error, |error, resource| error.label(resource.name_span(), "one of them"))
        .help("give the patch a `target`, or name the object as it is called now")
}

/// ``apps/v1 Deployment `web` in namespace `shop` ``.
fn name_of(id: &IdRef) -> String {
    let namespace = if id.namespace.is_empty() { String::new() } else { format!(" in namespace `{}`", id.namespace) };
    format!("{} {} `{}`{namespace}", id.api_version, id.kind, id.name)
}
