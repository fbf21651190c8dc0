//! The recipe: from what was printed to a new revision.

use std::collections::{HashMap, HashSet};

use age::x25519::{Identity, Recipient};
use sha2::{Digest, Sha256};

use super::append::{self, About, Content, End, New, Recorded, append};
use super::digest::content_hash;
use super::inputs::Read;
use super::pack::{Pack, digest};
use super::piece::{self, Piece};
use super::revision::{self, Git, Place, Revision, Secrets};
use super::seal::{self, Keys, Random};
use super::store::{self, Store};
use super::tip::tip;
use super::{history, name};
use crate::base::{Diagnostic, Result, Sources, hex};
use crate::diff::Object;
use crate::diff::secrets::Known;

/// What is recorded, and what with.
pub struct Order<'o> {
    pub store: &'o dyn Store,
    pub name: &'o str,
    /// What was printed.
    pub text: &'o [u8],
    pub read: &'o Read,
    pub about: About,
    /// Asks for the commit, where there is something to record.
    pub git: &'o dyn Fn() -> Option<Git>,
    /// Open what is sealed.
    pub identities: &'o [Identity],
    /// Whom values of Secrets are sealed to; asked where the store has no keys and needs some.
    pub first_recipients: &'o dyn Fn() -> Result<Vec<Recipient>>,
    /// Values of Secrets are not kept at all.
    pub without_secrets: bool,
}

/// Records. Of several who record at once each gets a number of its own.
///
/// Errors: a name that is none; a text that is no manifests; those of the store. Then nothing was recorded.
pub fn record(order: Order, sources: &Sources, random: Random) -> Result<Recorded> {
    name::check(order.name)?;
    store::prepare(order.store)?;
    let tip = tip(order.store, order.name)?;
    let mut keys = seal::keys(order.store, order.identities)?;
    if let Some(newest) = tip.newest.as_ref().filter(|newest| has_text(newest, &order, keys.as_ref())) {
        return Ok(Recorded::Same(Box::new(newest.clone())));
    }
    let pieces = piece::split(sources, &order.about.target, order.text)?;
    let objects: Vec<&Object> = pieces.iter().flat_map(|piece| &piece.objects).collect();
    let known = Known::of(objects.iter().copied());
    let hash = content_hash(&objects)?;
    let is_secret: Vec<bool> = pieces.iter().map(|piece| piece.is_secret(&known)).collect();
    let has_secrets = is_secret.contains(&true);
    if keys.is_none() && has_secrets && !order.without_secrets {
        keys = Some(seal::create(order.store, (order.first_recipients)()?, order.identities, random)?);
    }
    let secret_texts = pieces.iter().zip(&is_secret).filter(|(_, secret)| **secret).map(|(piece, _)| &piece.text);
    let secrets = match (has_secrets, order.without_secrets) {
        (false, _) => Secrets::None,
        (true, true) => Secrets::LeftOut,
        (true, false) => fingerprint(keys.as_ref(), secret_texts).map_or(Secrets::Unverified, Secrets::Verified),
    };
    let text = text_digest(order.text, &secrets, keys.as_ref());
    let content = Content { hash, secrets, text, rollback_of: None };
    if let Some(same) = append::same(&tip, &content) {
        return Ok(same);
    }
    let mut about = order.about;
    about.git = (order.git)();
    about.message = known.without(&about.message);
    about.target = known.without(&about.target);
    about.flags.iter_mut().for_each(|flag| *flag = known.without(flag));
    let inputs = order.read.inputs(&content.secrets, keys.as_ref());

    let mut pack = |end: &End| {
        let mut packing = Packing { keys: keys.as_ref(), known: &known, random, kept: known_places(&end.places) };
        let mut pack = Pack::default();
        let mut places = Vec::with_capacity(pieces.len());
        for (piece, secret) in pieces.iter().zip(&is_secret) {
            places.push(packing.place(piece, *secret, order.without_secrets, &mut pack)?);
        }
        if !pack.is_empty() {
            let id = pack.id();
            places.iter_mut().filter(|place| place.pack.is_empty()).for_each(|place| place.pack.clone_from(&id));
        }
        Ok(New { places, needed: pack.files(keys.as_ref())?, inputs: inputs.clone() })
    };
    append(order.store, order.name, tip, &content, &about, &mut pack)
}

/// Whether all that was printed is what it was, so that nothing more need be looked at.
fn has_text(newest: &Revision, order: &Order, keys: Option<&Keys>) -> bool {
    let is_kept_alike = newest.secrets == Secrets::None || !order.without_secrets;
    is_kept_alike && !newest.text.is_empty() && newest.text == text_digest(order.text, &newest.secrets, keys)
}

/// What tells a text from others, and gives no value of a Secret away; empty where there is no key for that.
fn text_digest(text: &[u8], secrets: &Secrets, keys: Option<&Keys>) -> String {
    match secrets {
        Secrets::None => hex(&Sha256::digest(text)),
        Secrets::Verified(_) => keys.and_then(|keys| keys.fingerprint(text)).unwrap_or_default(),
        Secrets::Unverified | Secrets::LeftOut => String::new(),
    }
}

/// One fingerprint of all secret pieces, in whatever order they stand.
fn fingerprint<'t>(keys: Option<&Keys>, texts: impl Iterator<Item = &'t String>) -> Option<String> {
    let keys = keys?;
    let mut all = texts.map(|text| keys.fingerprint(text.as_bytes())).collect::<Option<Vec<String>>>()?;
    all.sort_unstable();
    keys.fingerprint(all.join("\n").as_bytes())
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
