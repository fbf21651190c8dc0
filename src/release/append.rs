//! A new revision behind the newest: two writes, and no lock.

use std::collections::HashMap;

use super::history::{self, Layer};
use super::inputs::{Inputs, Told};
use super::revision::{self, Changes, Git, LONGEST_CHAIN, Pieces, Place, Revision, Secrets, VERSION};
use super::store::Store;
use super::tip::{Tip, tip_behind};
use crate::base::Result;

/// What is known of a revision beside its content.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// Random digits that no other revision has.
    pub id: String,
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

/// The content of a revision, in short.
pub struct Content {
    pub hash: String,
    pub secrets: Secrets,
    /// See [`Revision::text`].
    pub text: String,
    pub rollback_of: Option<u64>,
}

/// What a revision is made of.
pub struct New {
    pub places: Vec<Place>,
    /// The files with those of its pieces that are not in the store yet.
    pub needed: Vec<(String, Vec<u8>)>,
    pub inputs: Inputs,
}

/// The end of a history with the pieces that are kept there.
pub struct End {
    tip: Tip,
    /// Those of the newest revision; none where it builds on a damaged one: then they are written anew.
    pub places: Vec<Place>,
    /// The last revision that has all of it written down, unless that is long ago.
    base: Option<Layer>,
}

impl End {
    fn of_tip(store: &dyn Store, tip: Tip) -> Result<End> {
        let layers = match tip.newest.as_ref().map(|newest| history::layers(store, newest)) {
            None => Vec::new(),
            Some(Err(error)) if error.code == "store-damaged" => Vec::new(),
            Some(layers) => layers?,
        };
        let places = layers.last().map(|layer| layer.places.clone()).unwrap_or_default();
        let base = layers.into_iter().next().filter(|base| tip.number.saturating_sub(base.number) < LONGEST_CHAIN);
        Ok(End { tip, places, base })
    }
}

/// Puts a revision behind the newest. `make` tells what it is made of, in terms of the end of the history as it is: a
/// revision of which nothing is used may be collected at any time.
///
/// Errors: those of the store and of `make`. Then nothing was recorded.
pub fn append(
    store: &dyn Store,
    name: &str,
    mut tip: Tip,
    content: &Content,
    about: &About,
    make: &mut dyn FnMut(&End) -> Result<New>,
) -> Result<Recorded> {
    loop {
        if let Some(same) = same(&tip, content) {
            return Ok(same);
        }
        let end = End::of_tip(store, tip)?;
        let New { places, needed, inputs } = make(&end)?;
        let number = end.tip.number + 1;
        let revision = Revision {
            version: VERSION,
            name: name.to_owned(),
            number,
            parent: end.tip.newest.as_ref().map(|newest| newest.content.clone()).unwrap_or_default(),
            content: content.hash.clone(),
            secrets: content.secrets.clone(),
            text: content.text.clone(),
            id: about.id.clone(),
            time: about.time.clone(),
            who: about.who.clone(),
            message: about.message.clone(),
            git: about.git.clone(),
            target: about.target.clone(),
            flags: about.flags.clone(),
            inputs: Told::against(&inputs, end.base.as_ref().map(|base| &base.inputs)),
            kz: about.kz.clone(),
            rollback_of: content.rollback_of,
            changes: changes(&end.places, &places),
            pieces: Pieces::against(&places, end.base.as_ref().map(|base| (base.number, base.places.as_slice()))),
        };
        // Somebody else may have been faster: then this one goes behind theirs.
        if revision::put(store, &revision, &needed)? {
            history::summarize(store, name, number)?;
            return Ok(Recorded::New(Box::new(revision)));
        }
        tip = tip_behind(store, name, number - 1)?;
    }
}

/// What a record comes to that changes nothing.
pub fn same(tip: &Tip, content: &Content) -> Option<Recorded> {
    let is_same = |newest: &&Revision| {
        newest.content == content.hash && newest.secrets == content.secrets && content.secrets != Secrets::Unverified
    };
    tip.newest.as_ref().filter(is_same).map(|newest| Recorded::Same(Box::new(newest.clone())))
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
