//! The entries of a map, by key.
//!
//! Most maps have a handful of entries, are made once, and are copied and walked more often than changed. So the
//! entries lie side by side in order, in one piece; a large map has several, so that none is long to change.
//!
//! **Invariant:** keys ascend by their bytes, through all pieces; no piece but the first is empty, none is longer
//! than [`LONGEST`].

use std::iter::FusedIterator;

use super::{Entry, Key};

/// How many entries a piece has at most.
const LONGEST: usize = 128;

/// Among so few entries a key is found by looking at each: most differ in their length, which lies with them, while
/// halving compares with keys that lie elsewhere.
const FEW: usize = 64;

type Pair = (Key, Entry);

#[derive(Clone, Default)]
pub struct Entries {
    first: Vec<Pair>,
    more: Vec<Vec<Pair>>,
}

impl Entries {
    pub fn len(&self) -> usize {
        self.first.len() + self.more.iter().map(Vec::len).sum::<usize>()
    }

    pub fn is_empty(&self) -> bool {
        self.first.is_empty() && self.more.is_empty()
    }

    pub fn get(&self, key: &[u8]) -> Option<&Entry> {
        if self.more.is_empty() && self.first.len() <= FEW {
            let has_key = |pair: &&Pair| pair.0.len() == key.len() && *pair.0 == *key;
            return self.first.iter().find(has_key).map(|(_, entry)| entry);
        }
        let (piece, at) = self.find(key);
        at.ok().map(|at| &self.piece(piece)[at].1)
    }

    pub fn contains_key(&self, key: &[u8]) -> bool {
        self.get(key).is_some()
    }

    /// Gives what was there.
    pub fn insert(&mut self, key: Key, entry: Entry) -> Option<Entry> {
        let (piece, at) = match self.last_key() {
            // Whoever goes in order need not look.
            Some(last) if **last < *key => (self.more.len(), Err(self.piece(self.more.len()).len())),
            _ => self.find(&key),
        };
        let pairs = self.piece_mut(piece);
        match at {
            Ok(at) => Some(std::mem::replace(&mut pairs[at].1, entry)),
            Err(at) => {
                pairs.insert(at, (key, entry));
                if pairs.len() > LONGEST {
                    let behind = pairs.split_off(pairs.len() / 2);
                    self.more.insert(piece, behind);
                }
                None
            }
        }
    }

    pub fn remove(&mut self, key: &[u8]) -> Option<Entry> {
        let (piece, at) = self.find(key);
        let pairs = self.piece_mut(piece);
        let (_, entry) = pairs.remove(at.ok()?);
        if pairs.is_empty() && piece > 0 {
            self.more.remove(piece - 1);
        }
        Some(entry)
    }

    pub fn retain(&mut self, mut keep: impl FnMut(&Key, &mut Entry) -> bool) {
        let mut keep = |pair: &mut Pair| keep(&pair.0, &mut pair.1);
        self.first.retain_mut(&mut keep);
        self.more.iter_mut().for_each(|piece| piece.retain_mut(&mut keep));
        self.more.retain(|piece| !piece.is_empty());
    }

    pub fn iter(&self) -> Iter<'_> {
        Iter { pairs: self.first.iter(), more: self.more.iter() }
    }

    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.iter().map(|(key, _)| key)
    }

    pub fn values(&self) -> impl Iterator<Item = &Entry> {
        self.iter().map(|(_, entry)| entry)
    }

    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.first.iter_mut().chain(self.more.iter_mut().flatten()).map(|(_, entry)| entry)
    }

    fn piece(&self, number: usize) -> &Vec<Pair> {
        match number.checked_sub(1) {
            None => &self.first,
            Some(number) => &self.more[number],
        }
    }

    fn piece_mut(&mut self, number: usize) -> &mut Vec<Pair> {
        match number.checked_sub(1) {
            None => &mut self.first,
            Some(number) => &mut self.more[number],
        }
    }

    fn last_key(&self) -> Option<&Key> {
        self.piece(self.more.len()).last().map(|(key, _)| key)
    }

    /// The piece in which a key is or would be, and where there.
    fn find(&self, key: &[u8]) -> (usize, Result<usize, usize>) {
        let piece = self.more.partition_point(|piece| piece.first().is_some_and(|(first, _)| **first <= *key));
        (piece, self.piece(piece).binary_search_by(|(known, _)| (**known).cmp(key)))
    }
}

impl FromIterator<Pair> for Entries {
    /// Of several with the same key the last counts.
    fn from_iter<I: IntoIterator<Item = Pair>>(pairs: I) -> Entries {
        let mut first: Vec<Pair> = pairs.into_iter().collect();
        if !first.is_sorted_by(|(a, _), (b, _)| a < b) {
            first.sort_by(|(a, _), (b, _)| a.cmp(b));
            first.dedup_by(|later, kept| {
                let is_same = later.0 == kept.0;
                if is_same {
                    std::mem::swap(&mut later.1, &mut kept.1);
                }
                is_same
            });
        }
        let mut more = Vec::new();
        if first.len() > LONGEST {
            let mut pairs = std::mem::take(&mut first).into_iter();
            first.extend(pairs.by_ref().take(LONGEST));
            while pairs.len() > 0 {
                more.push(pairs.by_ref().take(LONGEST).collect());
            }
        }
        Entries { first, more }
    }
}

impl IntoIterator for Entries {
    type Item = Pair;
    type IntoIter = std::iter::Chain<std::vec::IntoIter<Pair>, std::iter::Flatten<std::vec::IntoIter<Vec<Pair>>>>;
    fn into_iter(self) -> Self::IntoIter {
        self.first.into_iter().chain(self.more.into_iter().flatten())
    }
}

impl<'e> IntoIterator for &'e Entries {
    type Item = (&'e Key, &'e Entry);
    type IntoIter = Iter<'e>;
    fn into_iter(self) -> Iter<'e> {
        self.iter()
    }
}

/// In the order of the keys.
pub struct Iter<'e> {
    pairs: std::slice::Iter<'e, Pair>,
    more: std::slice::Iter<'e, Vec<Pair>>,
}

impl<'e> Iterator for Iter<'e> {
    type Item = (&'e Key, &'e Entry);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((key, entry)) = self.pairs.next() {
                return Some((key, entry));
            }
            self.pairs = self.more.next()?.iter();
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let count = self.pairs.len() + self.more.as_slice().iter().map(Vec::len).sum::<usize>();
        (count, Some(count))
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl FusedIterator for Iter<'_> {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::Value;
    use super::*;

    /// Keys that are neither in order nor all different.
    fn keys(count: u32) -> impl Iterator<Item = Key> {
        (0..count)
            .map(|n| n.wrapping_mul(2_654_435_761).rotate_left(7) % 5000)
            .map(|n| n.to_string().into_bytes().into())
    }

    fn entry(n: i64) -> Entry {
        Entry::new(Value::int(n))
    }

    fn shown<'e>(pairs: impl Iterator<Item = (&'e Key, &'e Entry)>) -> Vec<(Key, i64)> {
        pairs.map(|(key, entry)| (key.clone(), if let Value::Int(n, _) = entry.value { n } else { -1 })).collect()
    }

    #[test]
    fn entries_are_those_of_a_sorted_map() {
        let (mut entries, mut expected) = (Entries::default(), BTreeMap::new());
        for (n, key) in keys(8000).enumerate() {
            let n = n as i64;
            let (before, known) = (entries.len(), expected.contains_key(&key));
            assert_eq!(entries.contains_key(&key), known);
            if n % 5 == 4 {
                assert_eq!(entries.remove(&key).is_some(), expected.remove(&key).is_some());
                assert_eq!(entries.len(), before - usize::from(known));
            } else {
                assert_eq!(entries.insert(key.clone(), entry(n)).is_some(), expected.insert(key, entry(n)).is_some());
            }
        }
        assert_eq!(shown(entries.iter()), shown(expected.iter()));
        assert_eq!(entries.iter().len(), expected.len());
        assert!(entries.more.iter().all(|piece| (1..=LONGEST).contains(&piece.len())));
        let is_kept = |key: &Key| key.ends_with(b"1");
        entries.retain(|key, _| is_kept(key));
        expected.retain(|key, _| is_kept(key));
        assert_eq!(shown(entries.iter()), shown(expected.iter()));
        for key in keys(8000) {
            assert_eq!(entries.remove(&key).is_some(), expected.remove(&key).is_some());
        }
        assert!(entries.is_empty() && entries.more.is_empty());
    }

    #[test]
    fn of_equal_keys_the_last_counts() {
        for count in [0, 1, 10, 1000] {
            let pairs = || keys(count).chain(keys(count / 2)).enumerate().map(|(n, key)| (key, entry(n as i64)));
            let entries: Entries = pairs().collect();
            assert_eq!(shown(entries.iter()), shown(pairs().collect::<BTreeMap<_, _>>().iter()));
            assert!(keys(count).all(|key| entries.get(&key).is_some()) && entries.get(b"none").is_none());
        }
    }
}
