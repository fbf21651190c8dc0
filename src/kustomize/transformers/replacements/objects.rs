//! The objects that replacements read and write, found by name or kind without a scan.
//!
//! **Invariant:** what a look-up gives is a superset, in order, of the objects of which some id, present or
//! previous, has the name or kind. kustomize makes these ids without asking which types are
//! cluster-scoped (utils.MakeResIds), so their namespaces are compared as they are written.

use compact_str::CompactString;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::k8s::{IdRef, ResMap, Resource};

pub(super) struct Objects<'r> {
    resources: &'r mut ResMap,
    by_name: Index,
    by_kind: Index,
}

type Index = HashMap<CompactString, Vec<usize>, FixedState>;

impl<'r> Objects<'r> {
    pub fn new(resources: &'r mut ResMap) -> Objects<'r> {
        let mut objects = Objects { resources, by_name: Index::default(), by_kind: Index::default() };
        for at in 0..objects.resources.len() {
            objects.enter(at);
        }
        objects
    }

    /// Enters an object's names and kinds. Old entries stay; they only make a look-up give more.
    fn enter(&mut self, at: usize) {
        let Some(resource) = self.resources.get(at) else { return };
        for id in ids(resource) {
            for (index, key) in [(&mut self.by_name, id.name), (&mut self.by_kind, id.kind)] {
                let positions = index.entry_ref(key).or_default();
                if let Err(place) = positions.binary_search(&at) {
                    positions.insert(place, at);
                }
            }
        }
    }

    /// Positions of the objects that may have a name and a kind, as far as these are known.
    pub fn find(&self, name: Option<&str>, kind: Option<&str>) -> Vec<usize> {
        let found = match (name, kind) {
            (Some(name), _) => self.by_name.get(name),
            (None, Some(kind)) => self.by_kind.get(kind),
            (None, None) => return (0..self.resources.len()).collect(),
        };
        found.cloned().unwrap_or_default()
    }

    pub fn get(&self, at: usize) -> Option<&Resource> {
        self.resources.get(at)
    }

    /// Changes an object; where its id changes, it is found by the new one from now on.
    pub fn change<T>(&mut self, at: usize, change: impl FnOnce(&mut Resource) -> T) -> Option<T> {
        let (same, result) = {
            let resource = self.resources.list_mut_same_ids().get_mut(at)?;
            let id = |resource: &Resource| {
                let (kind, name) = (CompactString::from(resource.kind()), CompactString::from(resource.name()));
                (kind, name, CompactString::from(resource.namespace()), CompactString::from(resource.api_version()))
            };
            let before = id(resource);
            let result = change(resource);
            (id(resource) == before, result)
        };
        if !same {
            self.resources.list_mut();
            self.enter(at);
        }
        Some(result)
    }

    pub fn drop_empties(self) {
        self.resources.drop_empties();
    }
}

/// The present id, then the previous ones. kustomize: utils.MakeResIds.
pub(super) fn ids(resource: &Resource) -> impl Iterator<Item = IdRef<'_>> {
    let present = IdRef {
        api_version: resource.api_version(),
        kind: resource.kind(),
        name: resource.name(),
        namespace: resource.namespace(),
        cluster_scoped: false,
    };
    std::iter::once(present).chain(resource.previous_ids())
}
