//! The pieces that a revision brings along, in one file; what is sealed of them in another beside it.

use std::collections::{BTreeMap, HashMap};

use age::x25519::Identity;
use sha2::{Digest, Sha256};

use super::revision::{Place, compress, damaged, decompress};
use super::seal::{Keys, open, sealed_key};
use super::store::Store;
use crate::base::{Diagnostic, Result, hex};

/// Texts by the digests of their places.
type Texts = BTreeMap<String, String>;

/// Pieces on their way into the store.
#[derive(Default)]
pub struct Pack {
    /// Of sealed pieces: what may be known of them.
    pub texts: Texts,
    pub sealed: Texts,
}

impl Pack {
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The name of the pack, which its content gives.
    pub fn id(&self) -> String {
        let mut hasher = Sha256::new();
        for (digest, text) in &self.texts {
            hasher.update(format!("{digest} {}\n", text.len()));
            hasher.update(text);
        }
        hex(&hasher.finalize()[..16])
    }

    /// The keys and contents under which the pack is kept; what is sealed first, so that no piece without its text is
    /// ever found. `keys` are there where something is to be sealed.
    pub fn files(&self, keys: Option<&Keys>) -> Result<Vec<(String, Vec<u8>)>> {
        if self.is_empty() {
            return Ok(Vec::new());
        }
        let id = self.id();
        let mut files = Vec::new();
        if let Some(keys) = keys.filter(|_| !self.sealed.is_empty()) {
            files.push((sealed_key(keys.generation, &id), keys.seal(&compress(&json(&self.sealed)?)?)?));
        }
        files.push((key(&id), compress(&json(&self.texts)?)?));
        Ok(files)
    }
}

/// Where a pack is kept.
pub fn key(id: &str) -> String {
    format!("packs/{id}")
}

/// Whether what is kept under a pack's name is that pack.
pub fn is_whole(id: &str, content: &[u8]) -> bool {
    let texts = decompress(content).and_then(|json| serde_json::from_slice::<Texts>(&json).ok());
    texts.is_some_and(|texts| Pack { texts, sealed: Texts::new() }.id() == id)
}

fn json(texts: &Texts) -> Result<Vec<u8>> {
    serde_json::to_vec(texts).map_err(|error| Diagnostic::new("store", format!("a pack cannot be written: {error}")))
}

/// Reads pieces, each pack once.
pub struct Reader<'s> {
    store: &'s dyn Store,
    generation: u64,
    identities: &'s [Identity],
    packs: HashMap<String, Texts>,
    sealed: HashMap<String, Option<Texts>>,
}

impl<'s> Reader<'s> {
    pub fn new(store: &'s dyn Store, keys: Option<&Keys>, identities: &'s [Identity]) -> Reader<'s> {
        let generation = keys.map(|keys| keys.generation).unwrap_or_default();
        Reader { store, generation, identities, packs: HashMap::new(), sealed: HashMap::new() }
    }

    /// The text of a piece as it was printed; nothing where it is sealed and none of the identities opens it, or
    /// was left out.
    ///
    /// Errors: it is missing or damaged.
    pub fn text(&mut self, place: &Place) -> Result<Option<String>> {
        if place.sealed { self.sealed_text(place) } else { self.known_text(place).map(Some) }
    }

    /// The text of a piece, with marks in the place of what is sealed.
    ///
    /// Errors: it is missing or damaged.
    pub fn known_text(&mut self, place: &Place) -> Result<String> {
        let key = key(&place.pack);
        if !self.packs.contains_key(&place.pack) {
            let content = self.store.get(&key)?.and_then(|content| decompress(&content));
            let texts = content.and_then(|json| serde_json::from_slice(&json).ok());
            self.packs.insert(place.pack.clone(), texts.ok_or_else(|| damaged(self.store, &key))?);
        }
        let text = self.packs.get(&place.pack).and_then(|texts| texts.get(&place.digest));
        let text = text.filter(|text| place.sealed || digest(text) == place.digest);
        text.cloned().ok_or_else(|| damaged(self.store, &key))
    }

    fn sealed_text(&mut self, place: &Place) -> Result<Option<String>> {
        if !self.sealed.contains_key(&place.pack) {
            let opened = self.opened(&place.pack)?;
            self.sealed.insert(place.pack.clone(), opened);
        }
        let texts = self.sealed.get(&place.pack).and_then(Option::as_ref);
        Ok(texts.and_then(|texts| texts.get(&place.digest).cloned()))
    }

    /// What is sealed beside a pack, of the newest generation that has it.
    fn opened(&self, pack: &str) -> Result<Option<Texts>> {
        for generation in (1..=self.generation).rev() {
            let key = sealed_key(generation, pack);
            let Some(content) = self.store.get(&key)? else { continue };
            let Some(opened) = open(&content, self.identities) else { return Ok(None) };
            let texts = decompress(&opened).and_then(|json| serde_json::from_slice(&json).ok());
            return texts.map(Some).ok_or_else(|| damaged(self.store, &key));
        }
        Ok(None)
    }
}

/// What a piece that is not sealed is found by.
pub fn digest(text: &str) -> String {
    hex(&Sha256::digest(text))
}
