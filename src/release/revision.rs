//! What a revision holds, and the form in which it is kept.

use serde::{Deserialize, Serialize};

use super::inputs::Told;
use super::store::Store;
use crate::base::{Diagnostic, Result};

/// Of the form below; a later one is refused.
pub const VERSION: u32 = 1;

/// A revision of a release. Once recorded it never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Revision {
    pub version: u32,
    pub name: String,
    /// From 1, without gaps.
    pub number: u64,
    /// The content hash of the revision before; empty of the first.
    pub parent: String,
    /// The content hash: of everything but values of Secrets.
    pub content: String,
    #[serde(default, skip_serializing_if = "Secrets::is_none")]
    pub secrets: Secrets,
    /// Of all that was printed, to see at once that nothing changed: its SHA-256, or a fingerprint under the store's
    /// key where there are values of Secrets. Empty where there is no such key.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Random, so that a revision is told from one that somebody else records with the same content.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// RFC 3339, in UTC.
    pub time: String,
    pub who: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git: Option<Git>,
    /// What was rendered, as it was named.
    pub target: String,
    /// The flags, without values that may be secret.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
    /// What was read, in terms of the revision that the pieces build on.
    #[serde(default, skip_serializing_if = "Told::is_empty")]
    pub inputs: Told,
    /// The version of kz.
    pub kz: String,
    /// The revision whose content this one has again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback_of: Option<u64>,
    pub changes: Changes,
    pub pieces: Pieces,
}

/// What is known of the values of Secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Secrets {
    /// There are none.
    #[default]
    None,
    /// The fingerprint of all of them.
    Verified(String),
    /// Who recorded had no key to tell them apart.
    Unverified,
    /// They were left out.
    LeftOut,
}

impl Secrets {
    fn is_none(&self) -> bool {
        *self == Secrets::None
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Git {
    pub commit: String,
    /// The work tree held something else than the commit.
    pub dirty: bool,
}

/// How many objects differ from the revision before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    pub added: usize,
    pub changed: usize,
    pub removed: usize,
}

/// The pieces of what was printed, in order. Mostly they are those of an earlier revision, so only what differs from
/// one is written down.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pieces {
    /// The revision that runs are of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<u64>,
    pub items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Item {
    /// Pieces of the base: from which on, and how many.
    Run(usize, usize),
    Own(Place),
}

/// Where a piece is kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The SHA-256 of its text; of one that is sealed, what tells it from others.
    #[serde(rename = "d")]
    pub digest: String,
    #[serde(rename = "p")]
    pub pack: String,
    /// What the cluster knows its objects by.
    #[serde(rename = "i")]
    pub identity: String,
    /// Its text is sealed.
    #[serde(rename = "s", default, skip_serializing_if = "std::ops::Not::not")]
    pub sealed: bool,
}

/// So many revisions may build on one another before all pieces are written down again.
pub const LONGEST_CHAIN: u64 = 32;

impl Pieces {
    /// All places, as little as can be said of them in terms of an earlier revision.
    pub fn against(places: &[Place], base: Option<(u64, &[Place])>) -> Pieces {
        let Some((number, base)) = base else {
            return Pieces { base: None, items: places.iter().cloned().map(Item::Own).collect() };
        };
        let positions: std::collections::HashMap<&Place, usize> =
            base.iter().enumerate().rev().map(|(at, place)| (place, at)).collect();
        let mut items: Vec<Item> = Vec::new();
        for place in places {
            match (positions.get(place), items.last_mut()) {
                (Some(_), Some(Item::Run(start, count))) if base.get(*start + *count) == Some(place) => *count += 1,
                (Some(at), _) => items.push(Item::Run(*at, 1)),
                (None, _) => items.push(Item::Own(place.clone())),
            }
        }
        Pieces { base: Some(number), items }
    }

    /// The places that are written down here.
    pub fn own_places(&self) -> impl Iterator<Item = &Place> {
        self.items.iter().filter_map(|item| match item {
            Item::Own(place) => Some(place),
            Item::Run(..) => None,
        })
    }

    /// All places, for who knows those of the base.
    pub fn places(&self, base: &[Place]) -> Option<Vec<Place>> {
        let mut places = Vec::new();
        for item in &self.items {
            match item {
                Item::Run(start, count) => places.extend_from_slice(base.get(*start..start.checked_add(*count)?)?),
                Item::Own(place) => places.push(place.clone()),
            }
        }
        Some(places)
    }
}

/// Where the revisions of a release are.
pub fn folder(name: &str) -> String {
    format!("revisions/{name}")
}

/// The key of a revision.
pub fn key(name: &str, number: u64) -> String {
    format!("{}/{number:010}", folder(name))
}

/// Writes a revision, and before it what it needs; false where there is one of that number.
pub fn put(store: &dyn Store, revision: &Revision, needed: &[(String, Vec<u8>)]) -> Result<bool> {
    let json = serde_json::to_vec(revision)
        .map_err(|error| Diagnostic::new("store", format!("a revision cannot be written: {error}")))?;
    store.put_with(&key(&revision.name, revision.number), &compress(&json)?, needed)
}

/// A revision; nothing where there is none of that number.
///
/// Errors: it is damaged, or of a later version of kz.
pub fn get(store: &dyn Store, name: &str, number: u64) -> Result<Option<Revision>> {
    read(store, name, number, &key(name, number))
}

fn read(store: &dyn Store, name: &str, number: u64, key: &str) -> Result<Option<Revision>> {
    let Some(content) = store.get(key)? else { return Ok(None) };
    let json = decompress(&content).ok_or_else(|| damaged(store, key))?;
    #[derive(Deserialize)]
    struct Head {
        version: u32,
    }
    let head: Head = serde_json::from_slice(&json).map_err(|_| damaged(store, key))?;
    if head.version > VERSION {
        let message = format!("revision {number} of `{name}` was recorded by a later version of kz");
        return Err(Diagnostic::new("store-format", message).help("use that version"));
    }
    let revision: Revision = serde_json::from_slice(&json).map_err(|_| damaged(store, key))?;
    if revision.name != name || revision.number != number {
        return Err(damaged(store, key));
    }
    Ok(Some(revision))
}

/// A revision that others are told in terms of, also where it is no longer part of the history.
///
/// Errors: as [`get`].
pub fn base(store: &dyn Store, name: &str, number: u64) -> Result<Option<Revision>> {
    match get(store, name, number)? {
        None => read(store, name, number, &base_key(name, number)),
        found => Ok(found),
    }
}

/// Keeps a revision that leaves the history for those that are told in terms of it.
///
/// Errors: those of the store.
pub fn keep_as_base(store: &dyn Store, name: &str, number: u64) -> Result<()> {
    if let Some(content) = store.get(&key(name, number))? {
        store.put_new(&base_key(name, number), &content)?;
    }
    Ok(())
}

/// Where revisions are that others are told in terms of, and that are no longer part of the history.
pub fn bases(name: &str) -> String {
    format!("bases/{name}")
}

/// Where one of them is.
pub fn base_key(name: &str, number: u64) -> String {
    format!("{}/{number:010}", bases(name))
}

/// The error of something that is not as it was written.
pub fn damaged(store: &dyn Store, key: &str) -> Box<Diagnostic> {
    Diagnostic::new("store-damaged", format!("`{key}` in {} is damaged or missing", store.name()))
        .help("`kz release verify` names all that is damaged; a copy of the store may have it")
}

/// What is kept is compressed at this level: more takes longer than it saves.
const LEVEL: i32 = 3;

/// Nothing in a store is larger when it is taken apart.
const MOST_BYTES: usize = 1 << 30;

pub fn compress(content: &[u8]) -> Result<Vec<u8>> {
    zstd::bulk::compress(content, LEVEL).map_err(|error| Diagnostic::new("store", format!("cannot compress: {error}")))
}

pub fn decompress(content: &[u8]) -> Option<Vec<u8>> {
    let length = zstd::bulk::Decompressor::upper_bound(content)?;
    zstd::bulk::decompress(content, length.min(MOST_BYTES)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str) -> Place {
        Place { digest: name.to_owned(), pack: "p".to_owned(), identity: "i".to_owned(), sealed: false }
    }

    #[test]
    fn pieces_are_told_by_what_differs() {
        let base: Vec<Place> = ["a", "b", "c", "d"].map(place).to_vec();
        for new in
            [vec!["a", "b", "c", "d"], vec!["a", "x", "c", "d"], vec!["d", "a", "b"], vec![], vec!["b", "b", "y"]]
        {
            let places: Vec<Place> = new.iter().map(|name| place(name)).collect();
            let told = Pieces::against(&places, Some((3, &base)));
            assert_eq!(told.places(&base), Some(places.clone()), "{new:?}");
            assert_eq!(Pieces::against(&places, None).places(&[]), Some(places));
        }
        let same = Pieces::against(&base, Some((3, &base)));
        assert_eq!(same.items, [Item::Run(0, 4)]);
        assert_eq!(Pieces { base: Some(1), items: vec![Item::Run(2, 3)] }.places(&base), None, "beyond the base");
        let json = serde_json::to_string(&same).expect("has a form");
        assert_eq!(serde_json::from_str::<Pieces>(&json).expect("reads back"), same);
    }
}
