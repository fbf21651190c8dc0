//! What may be referred to: the resources that had other ids before, found by a previous name.
//!
//! **Invariant:** look-ups give candidates in the order of the resources, each once. A look-up costs as
//! much as there are candidates of that name in the scope that is asked for; where the same base is
//! used many times, the prefix or suffix of each use is part of what is looked up.
//! **Not here:** who refers to what.

use std::cell::OnceCell;
use std::hash::{BuildHasher, Hash, Hasher};

use compact_str::CompactString;
use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};

use crate::base::Span;
use crate::k8s::gvk::selects;
use crate::k8s::resid::{CLUSTER, effective_namespace};
use crate::k8s::{Gvk, ResId, Resource, Schema};
use crate::yaml::Node;

/// A renamed resource, and its id as it is now.
#[derive(Debug)]
pub(super) struct Candidate<'a> {
    pub resource: &'a Resource,
    pub gvk: Gvk,
    pub name: CompactString,
    /// As written; may be empty.
    pub namespace: CompactString,
    pub cluster_scoped: bool,
    pub name_span: Span,
    pub namespace_span: Span,
}

/// The candidates, their index, and the namespaces that resources were and are in.
#[derive(Debug, Default)]
pub(super) struct Candidates<'a> {
    list: Vec<Candidate<'a>>,
    /// For each form of a [`Key`], made when a key of the form is first looked up: mostly one of them is.
    indexes: [OnceCell<Index>; FORMS],
    /// Original namespace -> where the resources are now that came from it, renamed or not.
    moves: HashMap<CompactString, Moves>,
}

#[derive(Debug, Default)]
struct Index {
    /// The hash of a key -> first and last of its links.
    chains: HashMap<u64, (u32, u32), FixedState>,
    links: Vec<ChainLink>,
}

#[derive(Debug)]
struct ChainLink {
    candidate: u32,
    next: Option<u32>,
}

/// Where resources of one original namespace are now.
#[derive(Debug, Default)]
struct Moves {
    to_cluster: bool,
    /// `default` where nothing is written.
    effective: HashSet<CompactString>,
    written: HashSet<CompactString>,
}

/// What is looked up: a previous name; then each further part narrows.
#[derive(Clone, Copy, Debug, Hash)]
pub(super) enum Key<'k> {
    Name(&'k str),
    /// A name in an effective namespace, or in [`CLUSTER`].
    Scoped(&'k str, &'k str),
    /// … of what has this outermost prefix; empty for none.
    Prefixed(&'k str, &'k str, &'k str),
    /// … of what has this outermost suffix; empty for none.
    Suffixed(&'k str, &'k str, &'k str),
}

/// How many forms of keys there are.
const FORMS: usize = 4;

/// The outermost prefix or suffix; empty for none.
pub(super) fn outermost(affixes: &[CompactString]) -> &str {
    affixes.last().map_or("", CompactString::as_str)
}

impl<'k> Key<'k> {
    fn form(&self) -> usize {
        match self {
            Key::Name(..) => 0,
            Key::Scoped(..) => 1,
            Key::Prefixed(..) => 2,
            Key::Suffixed(..) => 3,
        }
    }

    /// The key by which a candidate is found that had a name.
    fn of(form: usize, candidate: &'k Candidate, name: &'k str) -> Key<'k> {
        match form {
            0 => Key::Name(name),
            1 => Key::Scoped(name, candidate.scope()),
            2 => Key::Prefixed(name, candidate.scope(), outermost(&candidate.resource.prefixes)),
            _ => Key::Suffixed(name, candidate.scope(), outermost(&candidate.resource.suffixes)),
        }
    }

    fn hash(&self) -> u64 {
        let mut hasher = FixedState::default().build_hasher();
        Hash::hash(self, &mut hasher);
        hasher.finish()
    }

    fn fits(&self, candidate: &Candidate) -> bool {
        let in_scope = |name, scope| candidate.had_name(name) && candidate.scope() == scope;
        match *self {
            Key::Name(name) => candidate.had_name(name),
            Key::Scoped(name, scope) => in_scope(name, scope),
            Key::Prefixed(name, scope, prefix) => {
                in_scope(name, scope) && outermost(&candidate.resource.prefixes) == prefix
            }
            Key::Suffixed(name, scope, suffix) => {
                in_scope(name, scope) && outermost(&candidate.resource.suffixes) == suffix
            }
        }
    }
}

impl<'a> Candidate<'a> {
    fn new(resource: &'a Resource, node: &Node, cluster_scoped: bool) -> Candidate<'a> {
        let present = Present::of(node);
        let span = |key| node.lookup(&["metadata", key]).map_or(node.span, |n| n.span);
        Candidate {
            resource,
            gvk: Gvk::from_api_version(present.api_version, present.kind),
            name: present.name.into(),
            namespace: present.namespace.into(),
            cluster_scoped,
            name_span: span("name"),
            namespace_span: span("namespace"),
        }
    }

    pub fn had_name(&self, name: &str) -> bool {
        self.resource.previous.iter().any(|id| id.name == name)
    }

    /// Whether some previous id is of the type. kustomize: previousIdSelectedByGvk.
    pub fn had_type(&self, target: &Gvk) -> bool {
        selects(&target.group, &self.gvk.group)
            && selects(&target.version, &self.gvk.version)
            && self.resource.previous.iter().any(|id| selects(&target.kind, &id.kind))
    }

    /// The effective namespace now, or [`CLUSTER`].
    pub fn scope(&self) -> &str {
        effective_namespace(self.cluster_scoped, &self.namespace)
    }

    /// The effective namespace of the first id it had.
    pub fn original_namespace(&self) -> &str {
        self.resource.previous.first().map_or(self.scope(), |id| effective_namespace(false, &id.namespace))
    }

    pub fn id(&self) -> ResId {
        ResId { gvk: self.gvk.clone(), name: self.name.clone(), namespace: self.namespace.clone() }
    }
}

/// What a resource is called now, read from its node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Present<'n> {
    pub api_version: &'n str,
    pub kind: &'n str,
    pub name: &'n str,
    pub namespace: &'n str,
}

impl<'n> Present<'n> {
    pub fn of(node: &'n Node) -> Present<'n> {
        let text = |node: Option<&'n Node>| node.and_then(Node::text).unwrap_or_default();
        let metadata = |key| text(node.lookup(&["metadata", key]).filter(|value| !value.is_null()));
        Present {
            api_version: text(node.get("apiVersion")),
            kind: text(node.get("kind")),
            name: metadata("name"),
            namespace: metadata("namespace"),
        }
    }

    pub fn is_cluster_scoped(&self, schema: &Schema) -> bool {
        schema.is_certainly_cluster_scoped(self.api_version, self.kind)
    }
}

impl Index {
    fn new(form: usize, candidates: &[Candidate]) -> Index {
        let names = candidates.iter().map(|candidate| candidate.resource.previous.len()).sum();
        let mut index = Index {
            chains: HashMap::with_capacity_and_hasher(names, FixedState::default()),
            links: Vec::with_capacity(names),
        };
        for (candidate, at) in candidates.iter().zip(0..) {
            let previous = &candidate.resource.previous;
            for (n, id) in previous.iter().enumerate() {
                if !previous[..n].iter().any(|earlier| earlier.name == id.name) {
                    index.add(&Key::of(form, candidate, &id.name), at);
                }
            }
        }
        index
    }

    fn add(&mut self, key: &Key, candidate: u32) {
        let link = self.links.len() as u32;
        self.links.push(ChainLink { candidate, next: None });
        let chain = self.chains.entry(key.hash()).or_insert((link, link));
        if chain.1 != link {
            self.links[chain.1 as usize].next = Some(link);
            chain.1 = link;
        }
    }
}

impl<'a> Candidates<'a> {
    /// `nodes` are those of the resources, in the same order.
    pub fn new(resources: &'a [Resource], nodes: &[Node], schema: &Schema) -> Candidates<'a> {
        let mut all = Candidates::default();
        for (resource, node) in resources.iter().zip(nodes) {
            let present = Present::of(node);
            let cluster_scoped = present.is_cluster_scoped(schema);
            let scope = effective_namespace(cluster_scoped, present.namespace);
            let original = resource.previous.first().map_or(scope, |id| effective_namespace(false, &id.namespace));
            all.add_move(original, cluster_scoped, present.namespace, scope);
            if !resource.previous.is_empty() {
                all.list.push(Candidate::new(resource, node, cluster_scoped));
            }
        }
        all
    }

    fn add_move(&mut self, original: &str, to_cluster: bool, written: &str, effective: &str) {
        let moves = self.moves.entry_ref(original).or_default();
        if to_cluster {
            moves.to_cluster = true;
        } else if !moves.effective.contains(effective) || !moves.written.contains(written) {
            moves.effective.insert(effective.into());
            moves.written.insert(written.into());
        }
    }

    /// The candidates that a key leads to, in order, with their positions.
    pub fn find<'s>(&'s self, key: Key<'_>) -> impl Iterator<Item = (u32, &'s Candidate<'a>)> {
        let form = key.form();
        let index = self.indexes[form].get_or_init(|| Index::new(form, &self.list));
        let mut next = index.chains.get(&key.hash()).map(|chain| chain.0);
        let chain = std::iter::from_fn(move || {
            let link = index.links.get(next? as usize)?;
            next = link.next;
            Some((link.candidate, self.list.get(link.candidate as usize)?))
        });
        chain.filter(move |(_, candidate)| key.fits(candidate))
    }

    /// Whether some resource came from a namespace and can be seen now: it is cluster-scoped, in the
    /// effective namespace, or in one of those that are written. Without `effective` all can be seen.
    pub fn is_origin(&self, namespace: &str, effective: Option<&str>, written: &[CompactString]) -> bool {
        namespace != CLUSTER
            && self.moves.get(namespace).is_some_and(|moves| match effective {
                None => true,
                Some(scope) => {
                    moves.to_cluster
                        || moves.effective.contains(scope)
                        || written.iter().any(|written| moves.written.contains(written))
                }
            })
    }
}
