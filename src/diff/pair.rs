//! Who is compared with whom.
//!
//! First by id. What is left is one object under two names where only the hash behind a generated name differs, or
//! what environments add to names; and may be one where most of what both hold is the same ([`likeness`]).

use std::collections::HashMap;

use super::likeness;
use super::object::{Id, Object};

/// An object of both sides, or of one.
pub enum Pair {
    Removed(Object),
    Added(Object),
    Both(Object, Object, Tie),
}

/// What makes one object of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    Id,
    /// The names are alike but for the hash of the content.
    Hash,
    /// Where no environment gives them a prefix, a suffix or a namespace, the names are alike.
    Base,
    Likeness,
}

/// Pairs the objects of two sides. In the order of the new side, each removed object where it stood.
pub fn pair(before: Vec<Object>, after: Vec<Object>) -> Vec<Pair> {
    let mut sides =
        Sides { partner: vec![None; after.len()], is_taken: vec![false; before.len()], before: &before, after: &after };
    sides.tie_equal(Tie::Id, |object| Some(object.id.clone()));
    sides.tie_equal(Tie::Hash, |object| without_hash(&object.id));
    sides.tie_equal(Tie::Base, |object| {
        Some(Id { name: object.base_name.clone(), namespace: Default::default(), ..object.id.clone() })
    });
    let (gone, new) = sides.left();
    for (old, new) in likeness::pairs(&before, &gone, &after, &new) {
        sides.tie(old, new, Tie::Likeness);
    }
    let partner = sides.partner;
    in_order(before, after, partner)
}

struct Sides<'o> {
    before: &'o [Object],
    after: &'o [Object],
    /// Of each new object: its old one.
    partner: Vec<Option<(usize, Tie)>>,
    is_taken: Vec<bool>,
}

impl Sides<'_> {
    /// Ties what has equal keys; of several the first to the first.
    fn tie_equal(&mut self, tie: Tie, key: impl Fn(&Object) -> Option<Id>) {
        let (gone, new) = self.left();
        let mut olds: HashMap<Id, Vec<usize>> = HashMap::with_capacity(gone.len());
        for at in gone.into_iter().rev() {
            if let Some(key) = key(&self.before[at]) {
                olds.entry(key).or_default().push(at);
            }
        }
        for at in new {
            if let Some(old) = key(&self.after[at]).and_then(|key| olds.get_mut(&key)?.pop()) {
                self.tie(old, at, tie);
            }
        }
    }

    fn tie(&mut self, old: usize, new: usize, tie: Tie) {
        self.partner[new] = Some((old, tie));
        self.is_taken[old] = true;
    }

    /// The objects of both sides that have no partner.
    fn left(&self) -> (Vec<usize>, Vec<usize>) {
        let gone = (0..self.before.len()).filter(|at| !self.is_taken[*at]).collect();
        let new = (0..self.after.len()).filter(|at| self.partner[*at].is_none()).collect();
        (gone, new)
    }
}

fn in_order(before: Vec<Object>, after: Vec<Object>, partner: Vec<Option<(usize, Tie)>>) -> Vec<Pair> {
    let mut olds: Vec<Option<Object>> = before.into_iter().map(Some).collect();
    let taken: Vec<Option<Object>> =
        partner.iter().map(|partner| partner.and_then(|(old, _)| olds[old].take())).collect();
    // What is gone is told where its neighbour of old is told, so that both sides read in their order.
    let mut next_gone = 0;
    let mut pairs = Vec::with_capacity(after.len());
    for ((new, old), partner) in after.into_iter().zip(taken).zip(partner) {
        match (old, partner) {
            (Some(old), Some((at, tie))) => {
                while next_gone < at {
                    pairs.extend(olds[next_gone].take().map(Pair::Removed));
                    next_gone += 1;
                }
                pairs.push(Pair::Both(old, new, tie));
            }
            _ => pairs.push(Pair::Added(new)),
        }
    }
    pairs.extend(olds.into_iter().flatten().map(Pair::Removed));
    pairs
}

/// The id of a generated ConfigMap or Secret without the hash of its content. kustomize: hasher.encode makes ten
/// characters of hexadecimal digits, with letters for those that could spell words.
fn without_hash(id: &Id) -> Option<Id> {
    if !id.is_secret() && !id.is_config_map() {
        return None;
    }
    let (name, hash) = id.name.rsplit_once('-')?;
    let is_hash = hash.len() == 10 && hash.bytes().all(|b| b"2456789bcdfghkmt".contains(&b));
    is_hash.then(|| Id { name: name.into(), ..id.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Node;

    fn object(kind: &str, name: &str) -> Object {
        let id = Id { kind: kind.into(), name: name.into(), ..Id::default() };
        Object { base_name: id.name.clone(), id, node: Node::null(Default::default()) }
    }

    fn told(before: &[(&str, &str)], after: &[(&str, &str)]) -> Vec<String> {
        let side = |all: &[(&str, &str)]| all.iter().map(|(kind, name)| object(kind, name)).collect();
        let tell = |pair: Pair| match pair {
            Pair::Removed(old) => format!("-{}", old.id.name),
            Pair::Added(new) => format!("+{}", new.id.name),
            Pair::Both(old, new, tie) => format!("{tie:?} {} {}", old.id.name, new.id.name),
        };
        pair(side(before), side(after)).into_iter().map(tell).collect()
    }

    #[test]
    fn what_is_gone_is_told_where_it_stood() {
        let (a, b, c, d) = (("Role", "a"), ("Role", "b"), ("Role", "c"), ("Pod", "d"));
        assert_eq!(told(&[a, b, c], &[a, d, c]), ["Id a a", "+d", "-b", "Id c c"]);
        assert_eq!(told(&[a, b], &[]), ["-a", "-b"]);
        assert_eq!(told(&[a, a], &[a]), ["Id a a", "-a"]);
    }

    #[test]
    fn only_hashes_of_kustomize_tie_names() {
        let tied = |a: &str, b: &str| told(&[("ConfigMap", a)], &[("ConfigMap", b)]).len() == 1;
        assert!(tied("web-26d2th5m7g", "web-9kmbc4g886"));
        assert!(!tied("web-26d2th5m7g", "api-9kmbc4g886"));
        assert!(!tied("web-26d2th5m7g", "web"));
        assert!(!tied("web-abcdefghij", "web-9kmbc4g886"));
    }
}
