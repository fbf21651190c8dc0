//! An ordered set of resources, found by id without a scan.
//!
//! **Invariant:** the order is the order of loading. The index is thrown away by everything that
//! could change an id and made anew, once, when a few look-ups have shown that it pays.

use std::hash::{BuildHasher, Hash, Hasher};

use super::resid::IdRef;
use super::resource::Resource;
use super::schema::Schema;

#[derive(Clone, Debug, Default)]
pub struct ResMap {
    resources: Vec<Resource>,
    index: Option<Index>,
    /// Look-ups that were answered by going through all since the index was thrown away.
    scans: u8,
}

/// So many look-ups cost about as much as the index.
const SCANS: u8 = 8;

/// Hash of (kind, name) of the present and all previous ids, and of the present kind with previous
/// names -> positions, ascending. Who looks up compares the candidates exactly.
#[derive(Clone, Debug, Default)]
struct Index {
    positions: hashbrown::HashMap<u64, Positions, foldhash::fast::FixedState>,
}

/// Nearly always one, which then takes no list.
#[derive(Clone, Debug)]
enum Positions {
    One(u32),
    Many(Vec<u32>),
}

impl Positions {
    fn as_slice(&self) -> &[u32] {
        match self {
            Positions::One(at) => std::slice::from_ref(at),
            Positions::Many(list) => list,
        }
    }

    fn add(&mut self, at: u32) {
        match self {
            Positions::One(first) if *first != at => *self = Positions::Many(vec![*first, at]),
            Positions::Many(list) if list.last() != Some(&at) => list.push(at),
            _ => {}
        }
    }
}

fn key_of(kind: &str, name: &str) -> u64 {
    let mut hasher = foldhash::fast::FixedState::default().build_hasher();
    kind.hash(&mut hasher);
    name.hash(&mut hasher);
    hasher.finish()
}

impl Index {
    fn new(resources: &[Resource]) -> Index {
        let mut index = Index::default();
        resources.iter().enumerate().for_each(|(at, r)| index.add(at, r));
        index
    }

    fn add(&mut self, at: usize, resource: &Resource) {
        let mut put = |kind: &str, name: &str| {
            let at = at as u32;
            self.positions.entry(key_of(kind, name)).and_modify(|p| p.add(at)).or_insert(Positions::One(at));
        };
        let kind = resource.kind();
        for previous in &resource.previous {
            put(&previous.kind, &previous.name);
            if previous.kind != kind {
                put(kind, &previous.name);
            }
        }
        put(kind, resource.name());
    }
}

impl ResMap {
    pub fn new() -> ResMap {
        ResMap::default()
    }

    pub fn len(&self) -> usize {
        self.resources.len()
    }

    pub fn is_empty(&self) -> bool {
        self.resources.is_empty()
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Resource> {
        self.resources.iter()
    }

    pub fn get(&self, at: usize) -> Option<&Resource> {
        self.resources.get(at)
    }

    /// For changes that leave ids alone; the index stays. Use [`ResMap::list_mut`] where an id may change.
    pub fn list_mut_same_ids(&mut self) -> &mut [Resource] {
        &mut self.resources
    }

    /// For any change; forgets the index.
    pub fn list_mut(&mut self) -> &mut Vec<Resource> {
        self.index = None;
        self.scans = 0;
        &mut self.resources
    }

    pub fn into_list(self) -> Vec<Resource> {
        self.resources
    }

    pub fn from_list(resources: Vec<Resource>) -> ResMap {
        ResMap { resources, ..ResMap::default() }
    }

    /// Positions of the resources whose present id equals `id`. kustomize: GetMatchingResourcesByCurrentId(id.Equals).
    pub fn find_by_current_id(&mut self, id: &IdRef, schema: &Schema) -> Vec<usize> {
        self.candidates(id.kind, id.name).filter(|(_, r)| r.id(schema).equals(id)).map(|(at, _)| at).collect()
    }

    /// Positions of the resources of which some id, previous or present, equals `id`.
    /// kustomize: GetMatchingResourcesByAnyId(id.Equals).
    pub fn find_by_any_id(&mut self, id: &IdRef, schema: &Schema) -> Vec<usize> {
        self.find_by_any_id_where(id.kind, id.name, schema, |other| other.equals(id))
    }

    /// As [`ResMap::find_by_any_id`], with a condition of the caller's on ids of this kind and name.
    pub fn find_by_any_id_where(
        &mut self,
        kind: &str,
        name: &str,
        schema: &Schema,
        matches: impl Fn(&IdRef) -> bool,
    ) -> Vec<usize> {
        self.candidates(kind, name)
            .filter(|(_, r)| !r.node.is_nil_or_empty())
            .filter(|(_, r)| r.previous_ids().any(|id| matches(&id)) || matches(&r.id(schema)))
            .map(|(at, _)| at)
            .collect()
    }

    /// Resources of which some id has this kind and name, in order, with their positions.
    pub fn candidates<'a>(&'a mut self, kind: &'a str, name: &'a str) -> impl Iterator<Item = (usize, &'a Resource)> {
        let resources = &self.resources;
        let scan = self.index.is_none() && self.scans < SCANS;
        let indexed = if scan {
            self.scans += 1;
            &[]
        } else {
            let index = self.index.get_or_insert_with(|| Index::new(resources));
            index.positions.get(&key_of(kind, name)).map_or(&[][..], Positions::as_slice)
        };
        let indexed = indexed.iter().filter_map(|at| Some((*at as usize, resources.get(*at as usize)?)));
        let scanned = resources.iter().enumerate().filter(move |(_, r)| r.had_kind_and_name(kind, name));
        indexed.chain(scan.then_some(scanned).into_iter().flatten())
    }

    /// Appends; the error is the position of the resource that has the same id already.
    /// kustomize: resWrangler.Append.
    pub fn append(&mut self, resource: Resource, schema: &Schema) -> Result<(), (usize, Box<Resource>)> {
        let id = resource.id(schema);
        let same = self.candidates(id.kind, id.name).find(|(_, r)| r.id(schema).equals(&id)).map(|(at, _)| at);
        match same {
            Some(at) => Err((at, Box::new(resource))),
            None => {
                self.push(resource);
                Ok(())
            }
        }
    }

    /// Appends a resource of which the caller knows that its id is new.
    pub fn push(&mut self, resource: Resource) {
        if let Some(index) = &mut self.index {
            index.add(self.resources.len(), &resource);
        }
        self.resources.push(resource);
    }

    /// The first two resources that have the same present id and for which that `counts`.
    pub fn clash(
        &self,
        schema: &Schema,
        counts: impl Fn(&Resource, &Resource) -> bool,
    ) -> Option<(&Resource, &Resource)> {
        let hash_of = |id: &IdRef| key_of(id.kind, id.name) ^ key_of("", id.effective_namespace());
        let mut seen = hashbrown::HashTable::<(u64, IdRef, &Resource)>::with_capacity(self.resources.len());
        for resource in &self.resources {
            let id = resource.id(schema);
            let hash = hash_of(&id);
            match seen.find(hash, |(_, other, first)| other.equals(&id) && counts(first, resource)) {
                Some((_, _, first)) => return Some((first, resource)),
                None => seen.insert_unique(hash, (hash, id, resource), |(hash, ..)| *hash),
            };
        }
        None
    }

    /// Whether no two present ids have kind and name in common: then no two are equal. `false` may mean
    /// that they differ in the rest.
    pub fn names_differ(&self) -> bool {
        let mut seen = hashbrown::HashSet::with_capacity_and_hasher(self.len(), foldhash::fast::FixedState::default());
        self.resources.iter().all(|r| seen.insert(key_of(r.kind(), r.name())))
    }

    /// Removes what a transformer emptied. kustomize: DropEmpties.
    pub fn drop_empties(&mut self) {
        if self.resources.iter().any(|r| r.node.is_nil_or_empty()) {
            self.list_mut().retain(|r| !r.node.is_nil_or_empty());
        }
    }
}
