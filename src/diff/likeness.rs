//! Objects that were renamed: of one kind, and most of what they hold is the same.
//!
//! **Invariant:** the cost grows with what the objects hold, not with how many pairs there are: what is in
//! many objects says nothing and is passed over.

use std::collections::HashMap;
use std::hash::BuildHasher;

use foldhash::fast::FixedState;

use super::object::Object;
use crate::yaml::{Node, Value};

/// So much of what two objects hold has to be the same, of a hundred.
const LEAST_SHARED: usize = 60;

/// So many objects are compared in full with each.
const MOST_LOOKED_AT: usize = 8;

/// A leaf that so many objects share is no sign.
const COMMON: usize = 64;

/// Objects with fewer leaves that say something are too small to tell.
const FEWEST_LEAVES: usize = 3;

/// Pairs of positions, old and new, the most alike first. No object is in two.
pub fn pairs(before: &[Object], old: &[usize], after: &[Object], new: &[usize]) -> Vec<(usize, usize)> {
    if old.is_empty() || new.is_empty() {
        return Vec::new();
    }
    let leaves_of_old: Vec<Vec<u64>> = old.iter().map(|at| leaves(&before[*at])).collect();
    let mut holders: HashMap<u64, Vec<usize>> = HashMap::new();
    for (number, leaves) in leaves_of_old.iter().enumerate() {
        for leaf in leaves {
            holders.entry(*leaf).or_default().push(number);
        }
    }
    let mut candidates = Vec::new();
    for at in new {
        let own = leaves(&after[*at]);
        for number in likely(&own, &holders) {
            let most = own.len().max(leaves_of_old[number].len());
            let shared = shared(&own, &leaves_of_old[number]);
            if shared >= FEWEST_LEAVES && shared * 100 >= most * LEAST_SHARED {
                candidates.push((shared * 10_000 / most, old[number], *at));
            }
        }
    }
    candidates.sort_unstable_by_key(|(likeness, old, new)| (std::cmp::Reverse(*likeness), *old, *new));
    let mut pairs = Vec::new();
    let (mut used_old, mut used_new) = (vec![false; before.len()], vec![false; after.len()]);
    for (_, old, new) in candidates {
        if !used_old[old] && !used_new[new] {
            (used_old[old], used_new[new]) = (true, true);
            pairs.push((old, new));
        }
    }
    pairs
}

/// The objects that share the most of the leaves that few have.
fn likely(own: &[u64], holders: &HashMap<u64, Vec<usize>>) -> Vec<usize> {
    let mut counts: HashMap<usize, usize> = HashMap::new();
    for leaf in own {
        for number in holders.get(leaf).filter(|holders| holders.len() <= COMMON).into_iter().flatten() {
            *counts.entry(*number).or_default() += 1;
        }
    }
    let mut likely: Vec<(usize, usize)> = counts.into_iter().map(|(number, count)| (count, number)).collect();
    likely.sort_unstable_by_key(|(count, number)| (std::cmp::Reverse(*count), *number));
    likely.into_iter().take(MOST_LOOKED_AT).map(|(_, number)| number).collect()
}

/// How many numbers two sorted lists share.
fn shared(a: &[u64], b: &[u64]) -> usize {
    a.iter().filter(|leaf| b.binary_search(leaf).is_ok()).count()
}

/// What an object holds beside its name: a number for each leaf with its way to it, the kind mixed into all.
fn leaves(object: &Object) -> Vec<u64> {
    let seed = FixedState::default().hash_one((&object.id.kind, &object.id.group));
    let mut found = Vec::new();
    if let Some(root) = object.node.as_mapping() {
        for entry in root {
            let key = entry.key.text().unwrap_or_default();
            // All objects of a kind have the same; and the name differs anyway.
            if !matches!(key, "apiVersion" | "kind") {
                collect(&entry.value, hash_of(seed, key), &mut found);
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn collect(node: &Node, way: u64, into: &mut Vec<u64>) {
    match &node.value {
        Value::Scalar(scalar) => into.push(hash_of(way, scalar.text.as_str())),
        Value::Sequence(items) => items.iter().for_each(|item| collect(item, hash_of(way, "[]"), into)),
        Value::Mapping(fields) => {
            fields.iter().for_each(|entry| {
                collect(&entry.value, hash_of(way, entry.key.text().unwrap_or_default()), into);
            });
        }
    }
}

fn hash_of(way: u64, text: &str) -> u64 {
    FixedState::default().hash_one((way, text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SourceId;
    use crate::yaml::{ReadOptions, read};

    fn objects(text: &str) -> Vec<Object> {
        let documents = read(SourceId::NONE, text.as_bytes(), ReadOptions::resource()).expect("is YAML");
        documents.into_iter().filter_map(|document| document.root).map(Object::new).collect()
    }

    fn service(name: &str, port: u16) -> String {
        format!(
            "kind: Service\nmetadata: {{name: {name}, labels: {{app: web}}}}\nspec: {{selector: {{app: web}}, type: ClusterIP, ports: [{{port: {port}}}]}}\n"
        )
    }

    #[test]
    fn the_most_alike_are_tied_and_strangers_are_not() {
        let before = objects(&format!("{}---\n{}", service("a", 80), service("b", 81)));
        let after = objects(&format!("{}---\n{}", service("c", 81), service("d", 82)));
        assert_eq!(pairs(&before, &[0, 1], &after, &[0, 1]), [(1, 0), (0, 1)]);
        let other = objects("kind: Service\nmetadata: {name: z}\nspec: {externalName: a, type: ExternalName}\n");
        assert_eq!(pairs(&before, &[0, 1], &other, &[0]), []);
        let namesake = objects(&service("a", 80).replace("Service", "Route"));
        assert_eq!(pairs(&before, &[0, 1], &namesake, &[0]), []);
    }
}
