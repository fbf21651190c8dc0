//! Which fields of an object in the cluster are ours: those that are rendered, and those that somebody applied.
//!
//! The others come from the cluster itself and from its controllers, and are no difference. Source of the form of
//! `managedFields`: FieldsV1 in the reference of the API, sigs.k8s.io/structured-merge-diff.

use std::collections::HashMap;

use crate::base::SourceId;
use crate::diff::Object;
use crate::yaml::{Node, Value, read_json};

/// Cuts the objects of the cluster down to what is ours. An object that is rendered without a namespace gets the
/// one that the cluster gave it.
pub fn narrow(live: &mut [Object], ours: &mut [Object]) {
    let key = |object: &Object| (object.id.kind.clone(), object.id.group.clone(), object.id.name.clone());
    let mut places: HashMap<_, Vec<usize>> = HashMap::new();
    for (at, object) in live.iter().enumerate() {
        places.entry(key(object)).or_default().push(at);
    }
    for own in ours {
        let candidates = places.get(&key(own)).map(Vec::as_slice).unwrap_or_default();
        let is_same = |at: &&usize| own.id.namespace.is_empty() || live[**at].id.namespace == own.id.namespace;
        let Some(at) = candidates.iter().find(is_same).copied() else { continue };
        let found = &mut live[at];
        if own.id.namespace.is_empty() && !found.id.namespace.is_empty() {
            own.id.namespace = found.id.namespace.clone();
            let namespace = Node::string(own.id.namespace.clone(), own.node.span);
            if let Some(metadata) = own.node.get_mut("metadata").and_then(Node::as_mapping_mut) {
                metadata.set("namespace", namespace);
            }
        }
        let managed = applied(&found.node);
        keep(&mut found.node, Some(&own.node), &managed.iter().collect::<Vec<_>>());
    }
}

/// The fields that were applied, one tree for each who did. Client-side `kubectl apply` counts as an update.
fn applied(object: &Node) -> Vec<Node> {
    let managers = object.lookup(&["metadata", "managedFields"]).and_then(Node::as_sequence);
    let text = |manager: &Node, key: &str| manager.get(key).and_then(Node::text).unwrap_or_default().to_owned();
    let is_applied = |manager: &&Node| {
        text(manager, "operation") == "Apply" || text(manager, "manager") == "kubectl-client-side-apply"
    };
    let managers = managers.map(|managers| managers.iter()).into_iter().flatten();
    managers.filter(is_applied).filter_map(|manager| manager.get("fieldsV1").cloned()).collect()
}

/// Takes out of a live value what is neither in ours nor in one of the trees of applied fields.
fn keep(live: &mut Node, ours: Option<&Node>, applied: &[&Node]) {
    match &mut live.value {
        Value::Scalar(_) => {}
        Value::Mapping(fields) => {
            if !matches!(ours.map(|ours| &ours.value), Some(Value::Mapping(_)))
                && applied.iter().any(|tree| is_leaf(tree))
            {
                return;
            }
            let below = |key: &str| -> Vec<&Node> {
                let name = format!("f:{key}");
                applied.iter().filter_map(|tree| tree.get(&name)).collect()
            };
            let own = |key: &str| ours.and_then(|ours| ours.get(key));
            fields.retain(|entry| {
                let key = entry.key.text().unwrap_or_default();
                own(key).is_some() || !below(key).is_empty()
            });
            for (key, value) in fields.iter_mut() {
                let key = key.text().unwrap_or_default();
                keep(value, own(key), &below(key));
            }
        }
        Value::Sequence(items) => {
            let own = ours.and_then(Node::as_sequence).map(|items| items.as_slice()).unwrap_or_default();
            let is_keyed = applied.iter().any(|tree| keys_of(tree).next().is_some());
            let mut kept = Vec::with_capacity(items.len());
            for (at, mut item) in std::mem::take(&mut **items).into_iter().enumerate() {
                let counterpart = counterpart(&item, at, own);
                let below: Vec<&Node> = applied
                    .iter()
                    .flat_map(keys_of)
                    .filter(|(key, _)| has_key(&item, key))
                    .map(|(_, tree)| tree)
                    .collect();
                // A list without keys is written as a whole by who applies it.
                if is_keyed && counterpart.is_none() && below.is_empty() {
                    continue;
                }
                if counterpart.is_some() || !below.is_empty() {
                    keep(&mut item, counterpart, &below);
                }
                kept.push(item);
            }
            **items = kept;
        }
    }
}

/// All of a value is owned where the tree says nothing of its parts.
fn is_leaf(tree: &Node) -> bool {
    tree.as_mapping().is_some_and(|fields| fields.is_empty())
}

/// The items that a tree speaks of: `k:{"name":"web"}`.
fn keys_of<'t>(tree: &&'t Node) -> impl Iterator<Item = (Node, &'t Node)> + use<'t> {
    let entries = tree.as_mapping().map(|fields| fields.iter()).into_iter().flatten();
    entries.filter_map(|entry| {
        let key = entry.key.text()?.strip_prefix("k:")?;
        Some((read_json(key.as_bytes(), SourceId::NONE).ok()?, &entry.value))
    })
}

fn has_key(item: &Node, key: &Node) -> bool {
    let fields = key.as_mapping().map(|fields| fields.iter()).into_iter().flatten();
    fields.into_iter().all(|entry| {
        let own = entry.key.text().and_then(|name| item.get(name)).and_then(Node::text);
        own.is_some() && own == entry.value.text()
    })
}

/// The item of ours that a live item is: the one of the same name, or else at the same position.
fn counterpart<'o>(item: &Node, at: usize, ours: &'o [Node]) -> Option<&'o Node> {
    match item.get("name").and_then(Node::text) {
        Some(name) => ours.iter().find(|own| own.get("name").and_then(Node::text) == Some(name)),
        None => ours.get(at).filter(|own| own.get("name").is_none()),
    }
}
