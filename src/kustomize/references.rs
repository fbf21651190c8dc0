//! Names that follow renamed resources.
//!
//! When a ConfigMap gets a prefix, what mentions it must mention the new name. A table says which
//! field of which type holds the name of which other type; here every such field is looked at once,
//! in the end, and the resource that once had the name it holds is found by look-up. kustomize:
//! api/internal/accumulator/namereferencetransformer.go, api/filters/nameref.
//!
//! **Invariant:** a resource that never had another id is never found; names of resources are
//! taken as they stood when the pass began, so the result does not depend on an order of resources.
//! **Not here:** the table (`configurations`); renaming.

mod candidates;
mod referrer;
#[cfg(test)]
mod tests;

use compact_str::CompactString;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::fieldspec::CompiledSpec;
use super::fieldspecs::NameReferences;
use super::path_forest::PathForest;
use crate::base::{Result, Span};
use crate::k8s::{Gvk, ResMap, Resource, Schema};
use crate::yaml::Node;
use candidates::Candidates;
use referrer::Referrer;

/// Writes the present names of renamed resources where their previous names are mentioned. What
/// is written has the place of the new name, so that one can see what asked for it.
///
/// Errors: a name may mean several resources; a path leads through a plain value, or to a mapping
/// without `name`; a RoleBinding names a ServiceAccount whose namespace is no text.
pub fn update_name_references(resources: &mut ResMap, table: &NameReferences, schema: &Schema) -> Result<()> {
    let list = resources.list_mut();
    // The nodes are taken out, so that the bookkeeping of all can be read while one node changes.
    let mut nodes: Vec<Node> =
        list.iter_mut().map(|r| std::mem::replace(&mut r.node, Node::null(Span::NOWHERE))).collect();
    let result = update_all(list, &mut nodes, table, schema);
    for (resource, node) in list.iter_mut().zip(nodes) {
        resource.node = node;
    }
    for at in result? {
        list[at].settle_twins();
    }
    Ok(())
}

/// Gives the positions of the resources that have twins to settle.
fn update_all(list: &[Resource], nodes: &mut [Node], table: &NameReferences, schema: &Schema) -> Result<Vec<usize>> {
    let candidates = Candidates::new(list, nodes, schema);
    let mut types = Types { table, by_kind: HashMap::default() };
    let mut tied = Vec::new();
    for (at, (resource, node)) in list.iter().zip(nodes).enumerate() {
        let referring = types.find(resource, node);
        if referring.links.is_empty() {
            continue;
        }
        let referrer = Referrer::new(resource, node, &candidates, schema)?;
        let mut wrote_twin = false;
        let outcome = referring.paths.visit(node, &mut |number, field| {
            wrote_twin |= referrer.update(&referring.links[number], field)?;
            Ok(())
        });
        outcome.map_err(|error| {
            error.within(format!("updating name references in {} `{}`", resource.kind(), referrer.name()))
        })?;
        if wrote_twin {
            tied.push(at);
        }
    }
    Ok(tied)
}

/// One field of a type and what it may refer to.
#[derive(Debug)]
struct Link<'a> {
    target: &'a Gvk,
    spec: &'a CompiledSpec,
    /// The field is the name in a `roleRef`, which also says which type it means.
    in_role_ref: bool,
}

/// What one type may refer to; the paths carry positions in the links.
#[derive(Debug)]
struct Referring<'a> {
    paths: PathForest,
    links: Vec<Link<'a>>,
}

/// [`Referring`] for each type, made when the type is first met.
struct Types<'a> {
    table: &'a NameReferences,
    /// By the first kind that a referrer had; then by its `apiVersion`.
    by_kind: HashMap<CompactString, Vec<(CompactString, Referring<'a>)>, FixedState>,
}

impl<'a> Types<'a> {
    fn find(&mut self, resource: &Resource, node: &Node) -> &Referring<'a> {
        let text = |key| node.get(key).and_then(Node::text).unwrap_or_default();
        let api_version = text("apiVersion");
        let kind = resource.previous.first().map_or(text("kind"), |first| &first.kind);
        let of_kind = self.by_kind.entry_ref(kind).or_default();
        let at = of_kind.iter().position(|(version, _)| version == api_version).unwrap_or_else(|| {
            of_kind.push((api_version.into(), Referring::new(self.table, api_version, kind)));
            of_kind.len() - 1
        });
        &of_kind[at].1
    }
}

impl<'a> Referring<'a> {
    fn new(table: &'a NameReferences, api_version: &str, kind: &str) -> Referring<'a> {
        let links: Vec<Link> = table
            .iter()
            .flat_map(|entry| {
                let specs = entry.referrers.compiled().iter().filter(|spec| spec.matches(api_version, kind));
                specs.map(|spec| Link {
                    target: &entry.gvk,
                    spec,
                    // kustomize: nameref.Filter.roleRefFilter.
                    in_role_ref: spec.path.to_string().ends_with("roleRef/name"),
                })
            })
            .collect();
        Referring { paths: PathForest::new(links.iter().map(|link| &link.spec.path).enumerate()), links }
    }
}
