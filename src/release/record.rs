//! The recipe: from what was printed to a new revision.

use std::collections::{HashMap, HashSet};

use age::x25519::{Identity, Recipient};

use super::digest::content_hash;
use super::pack::{Pack, digest};
use super::piece::Piece;
use super::revision::{self, Changes, Git, LONGEST_CHAIN, Pieces, Place, Revision, Secrets, VERSION};
use super::seal::{self, Keys, Random};
use super::store::{self, Store};
use super::{history, name};
use crate::base::{Diagnostic, Result, hex};
use crate::diff::Object;
use crate::diff::secrets::Known;

/// What is recorded, and what with.
pub struct Order<'o> {
    pub store: &'o dyn Store,
    pub name: &'o str,
    pub pieces: Vec<Piece>,
    pub about: About,
    /// Open what is sealed.
    pub identities: &'o [Identity],
    /// Whom values of Secrets are sealed to; asked where the store has no keys and needs some.
    pub first_recipients: &'o dyn Fn() -> Result<Vec<Recipient>>,
    /// Values of Secrets are not kept at all.
    pub without_secrets: bool,
}

/// What is known of a revision beside its content.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// RFC 3339, in UTC.
    pub time: String,
    pub who: String,
    pub message: String,
    pub git: Option<Git>,
    pub target: String,
    pub flags: Vec<String>,
    pub kz: String,
}

/// What became of it.
pub enum Recorded {
    New(Box<Revision>),
    /// The newest revision has the same content.
    Same(Box<Revision>),
}

/// Records. Of several who record at once each gets a number of its own.
///
/// Errors: a name that is none; those of the store. Then nothing was recorded.
pub fn record(order: Order, random: Random) -> Result<Recorded> {
    name::check(order.name)?;
    store::prepare(order.store)?;
    let objects: Vec<&Object> = order.pieces.iter().flat_map(|piece| &piece.objects).collect();
    let known = Known::of(objects.iter().copied());
    let content = content_hash(&objects)?;
    let is_secret: Vec<bool> = order.pieces.iter().map(|piece| piece.is_secret(&known)).collect();
    let has_secrets = is_secret.contains(&true);
    let keys = match seal::keys(order.store, order.identities)? {
        None if has_secrets && !order.without_secrets => {
            Some(seal::create(order.store, (order.first_recipients)()?, order.identities, random)?)
        }
        keys => keys,
    };
    let secret_texts = order.pieces.iter().zip(&is_secret).filter(|(_, secret)| **secret).map(|(piece, _)| &piece.text);
    let secrets = match (has_secrets, order.without_secrets) {
        (false, _) => Secrets::None,
        (true, true) => Secrets::LeftOut,
        (true, false) => fingerprint(keys.as_ref(), secret_texts).map_or(Secrets::Unverified, Secrets::Verified),
    };
    let mut about = order.about;
    about.message = known.without(&about.message);
    about.target = known.without(&about.target);
    about.flags.iter_mut().for_each(|flag| *flag = known.without(flag));

    let newest = history::newest(order.store, order.name)?;
    if let Some(newest) = newest.as_ref().filter(|newest| is_same(newest, &content, &secrets)) {
        return Ok(Recorded::Same(Box::new(newest.clone())));
    }
    let kept = kept_places(order.store, newest.as_ref())?;
    let mut packing = Packing { keys: keys.as_ref(), known: &known, random, kept: known_places(&kept) };
    let mut pack = Pack::default();
    let mut places = Vec::with_capacity(order.pieces.len());
    for (piece, secret) in order.pieces.iter().zip(is_secret) {
        places.push(packing.place(piece, secret, order.without_secrets, &mut pack)?);
    }
    if !pack.is_empty() {
        let id = pack.id();
        places.iter_mut().filter(|place| place.pack.is_empty()).for_each(|place| place.pack.clone_from(&id));
        pack.put(order.store, keys.as_ref())?;
    }
    append(order.store, order.name, &places, Content { hash: content, secrets, rollback_of: None }, &about)
}

/// The content of a revision, in short.
pub struct Content {
    pub hash: String,
    pub secrets: Secrets,
    pub rollback_of: Option<u64>,
}

/// Puts a revision behind the newest. Its pieces are in the store already.
pub fn append(store: &dyn Store, name: &str, places: &[Place], content: Content, about: &About) -> Result<Recorded> {
    loop {
        let newest = history::newest(store, name)?;
        if let Some(newest) = newest.as_ref().filter(|newest| is_same(newest, &content.hash, &content.secrets)) {
            return Ok(Recorded::Same(Box::new(newest.clone())));
        }
        let before = kept_places(store, newest.as_ref())?;
        let number = history::numbers(store, name)?.last().map_or(1, |last| last + 1);
        let revision = Revision {
            version: VERSION,
            name: name.to_owned(),
            number,
            parent: newest.as_ref().map(|newest| newest.content.clone()).unwrap_or_default(),
            content: content.hash.clone(),
            secrets: content.secrets.clone(),
            time: about.time.clone(),
            who: about.who.clone(),
            message: about.message.clone(),
            git: about.git.clone(),
            target: about.target.clone(),
            flags: about.flags.clone(),
            inputs: Default::default(),
            kz: about.kz.clone(),
            rollback_of: content.rollback_of,
            changes: changes(&before, places),
            pieces: pieces(store, name, newest.as_ref(), places)?,
        };
        // Somebody else may have been faster: then this one goes behind theirs.
        if revision::put(store, &revision)? {
            history::summarize(store, name, number)?;
            return Ok(Recorded::New(Box::new(revision)));
        }
    }
}

/// Where the pieces of the newest revision are kept. Those of one that builds on a damaged one are written anew.
fn kept_places(store: &dyn Store, newest: Option<&Revision>) -> Result<Vec<Place>> {
    match newest.map(|newest| history::places(store, newest)) {
        None => Ok(Vec::new()),
        Some(Err(error)) if error.code == "store-damaged" => Ok(Vec::new()),
        Some(places) => places,
    }
}

/// The pieces in terms of the last revision that has all of them written down, unless that is long ago.
fn pieces(store: &dyn Store, name: &str, newest: Option<&Revision>, places: &[Place]) -> Result<Pieces> {
    let Some(newest) = newest else { return Ok(Pieces::against(places, None)) };
    let base = newest.pieces.base.unwrap_or(newest.number);
    if newest.number - base >= LONGEST_CHAIN {
        return Ok(Pieces::against(places, None));
    }
    match revision::get(store, name, base) {
        Ok(Some(of_base)) => Ok(Pieces::against(places, Some((base, &kept_places(store, Some(&of_base))?)))),
        Err(error) if error.code != "store-damaged" => Err(error),
        _ => Ok(Pieces::against(places, None)),
    }
}

fn is_same(newest: &Revision, content: &str, secrets: &Secrets) -> bool {
    newest.content == content && newest.secrets == *secrets && *secrets != Secrets::Unverified
}

/// One fingerprint of all secret pieces, in whatever order they stand.
fn fingerprint<'t>(keys: Option<&Keys>, texts: impl Iterator<Item = &'t String>) -> Option<String> {
    let keys = keys?;
    let mut all = texts.map(|text| keys.fingerprint(text.as_bytes())).collect::<Option<Vec<String>>>()?;
    all.sort_unstable();
    keys.fingerprint(all.join("\n").as_bytes())
}

fn changes(before: &[Place], after: &[Place]) -> Changes {
    let by_identity = |places: &[Place]| -> HashMap<String, String> {
        places.iter().map(|place| (place.identity.clone(), place.digest.clone())).collect()
    };
    let (old, new) = (by_identity(before), by_identity(after));
    Changes {
        added: new.keys().filter(|identity| !old.contains_key(*identity)).count(),
        changed: new.iter().filter(|(identity, digest)| old.get(*identity).is_some_and(|old| old != *digest)).count(),
        removed: old.keys().filter(|identity| !new.contains_key(*identity)).count(),
    }
}

fn known_places(places: &[Place]) -> HashMap<&str, &Place> {
    places.iter().map(|place| (place.digest.as_str(), place)).collect()
}

/// Finds the places of pieces: those of the revision before, or new ones in a pack.
struct Packing<'p> {
    keys: Option<&'p Keys>,
    known: &'p Known,
    random: Random<'p>,
    kept: HashMap<&'p str, &'p Place>,
}

impl Packing<'_> {
    fn place(&mut self, piece: &Piece, is_secret: bool, without_secrets: bool, pack: &mut Pack) -> Result<Place> {
        let digest = match (is_secret, without_secrets) {
            (false, _) => digest(&piece.text),
            (true, false) => self.tell_apart(piece.text.as_bytes()),
            // What was left out must not be taken for what is kept.
            (true, true) => format!("x{}", self.tell_apart(piece.text.as_bytes())),
        };
        if let Some(kept) = self.kept.get(digest.as_str()).filter(|place| place.sealed == is_secret) {
            return Ok((*kept).clone());
        }
        let text = match is_secret {
            false => piece.text.clone(),
            true => self.masked(piece)?,
        };
        if is_secret && !without_secrets {
            pack.sealed.insert(digest.clone(), piece.text.clone());
        }
        pack.texts.insert(digest.clone(), text);
        Ok(Place { digest, pack: String::new(), identity: piece.identity(), sealed: is_secret })
    }

    fn masked(&mut self, piece: &Piece) -> Result<String> {
        let values = std::cell::RefCell::new(&mut *self.random);
        let keys = self.keys;
        piece.masked(self.known, &|value| {
            let random = || random_digits(&mut **values.borrow_mut());
            keys.and_then(|keys| keys.fingerprint(value)).unwrap_or_else(random)
        })
    }

    /// What tells a secret text from others; who has no key takes each for another one.
    fn tell_apart(&mut self, text: &[u8]) -> String {
        let of_key = self.keys.and_then(|keys| keys.fingerprint(text));
        of_key.unwrap_or_else(|| random_digits(&mut *self.random))
    }
}

fn random_digits(random: &mut dyn FnMut(&mut [u8])) -> String {
    let mut bytes = [0; 16];
    random(&mut bytes);
    hex(&bytes)
}

/// What is damaged in a store, a line each; nothing where all is well.
///
/// Errors: the store cannot be read at all.
pub fn verify(store: &dyn Store, identities: &[Identity]) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    if !store::check(store)? {
        return Err(Diagnostic::new("store-missing", format!("there is no store {}", store.name()))
            .help("`kz release record NAME TARGET` makes it"));
    }
    let keys = seal::keys(store, identities)?;
    let mut reader = super::pack::Reader::new(store, keys.as_ref(), identities);
    for name in history::names(store)? {
        let mut seen = HashSet::new();
        for number in history::numbers(store, &name)? {
            let places = revision::get(store, &name, number)
                .and_then(|found| found.ok_or_else(|| revision::damaged(store, &revision::key(&name, number))))
                .and_then(|revision| history::places(store, &revision));
            match places {
                Err(error) => problems.push(format!("revision {number} of `{name}`: {error}")),
                Ok(places) => {
                    for place in places.into_iter().filter(|place| seen.insert(place.clone())) {
                        if let Err(error) = reader.known_text(&place) {
                            problems.push(format!("revision {number} of `{name}`: {error}"));
                        }
                    }
                }
            }
        }
    }
    Ok(problems)
}
