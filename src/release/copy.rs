//! Revisions from one store into another.
//!
//! What is named comes before what names it, so the copy may be ended at any moment and begun again: what is there
//! already is left as it is.
//!
//! **Invariant:** nothing is written where a revision would meet another one of its number.

use std::collections::HashSet;

use age::x25519::Identity;

use super::revision::{self, Revision};
use super::seal::{self, Keys};
use super::store::{self, Store};
use super::{history, marks, name, pack};
use crate::base::{Diagnostic, Result};

/// What was done.
#[derive(Debug, Default)]
pub struct Copied {
    /// The revisions that were not there before.
    pub revisions: usize,
    /// What could not be copied, because it is damaged or missing: a line each.
    pub damaged: Vec<String>,
}

/// Copies all revisions of these releases (of all, where none is named) with their marks, and what they need.
/// `identities` open what is sealed, which is needed only where it is to be sealed to others.
///
/// Errors: there is no such store or release; the other store has a revision of the same number with other content,
/// or other keys: then nothing was written; those of the stores.
pub fn copy(from: &dyn Store, to: &dyn Store, names: &[String], identities: &[Identity]) -> Result<Copied> {
    if !store::check(from)? {
        return Err(Diagnostic::new("store-missing", format!("there is no store {}", from.name()))
            .help("see whether the address is right; `kz release record NAME TARGET` makes a store"));
    }
    names.iter().try_for_each(|name| name::check(name))?;
    let all = history::names(from)?;
    if let Some(unknown) = names.iter().find(|name| !all.contains(name)) {
        return Err(history::no_release(from, unknown));
    }
    let is_there = store::check(to)?;
    let mut plan = Vec::new();
    for name in all.iter().filter(|name| names.is_empty() || names.contains(name)) {
        plan.push((name, missing(from, to, name)?));
    }
    let sealing = Sealing::find(from, to, identities, is_there)?;
    store::prepare(to)?;
    sealing.put_keys(from, to)?;
    let mut batch = Batch::new(from, to, sealing, identities);
    for (name, numbers) in &plan {
        for number in numbers {
            batch.add(name, *number)?;
        }
        batch.write()?;
        batch.add_rest(name)?;
    }
    Ok(batch.copied)
}

/// The numbers of the revisions that the other store lacks.
fn missing(from: &dyn Store, to: &dyn Store, name: &str) -> Result<Vec<u64>> {
    let (mut numbers, there) = (history::numbers(from, name)?, history::numbers(to, name)?);
    // Histories that part stay apart: where the last that both have is the same, those before it are, too.
    for number in numbers.iter().rev().filter(|number| there.binary_search(number).is_ok()) {
        match (revision::get(from, name, *number), revision::get(to, name, *number)) {
            (Ok(Some(own)), Ok(Some(theirs))) if own == theirs => break,
            (Ok(Some(_)), Ok(Some(_))) => return Err(conflict(from, to, name, *number)),
            (Err(error), _) | (_, Err(error)) if error.code != "store-damaged" => return Err(error),
            _ => {}
        }
    }
    numbers.retain(|number| there.binary_search(number).is_err());
    Ok(numbers)
}

fn conflict(from: &dyn Store, to: &dyn Store, name: &str, number: u64) -> Box<Diagnostic> {
    let (from, to) = (from.name(), to.name());
    let message = format!("revision {number} of `{name}` in {to} is another one than in {from}");
    Diagnostic::new("release-conflict", message).help(
        "both have revisions that the other lacks; copy into a store that has none of this release, or name others",
    )
}

/// What becomes of what is sealed.
enum Sealing {
    /// Nothing is.
    Nothing,
    /// It stays as it is; the generation of the keys.
    Kept(u64),
    /// The same keys are sealed to other recipients there.
    Anew { old: u64, keys: Keys },
}

impl Sealing {
    fn find(from: &dyn Store, to: &dyn Store, identities: &[Identity], is_there: bool) -> Result<Sealing> {
        let Some(own) = seal::keys(from, identities)? else { return Ok(Sealing::Nothing) };
        let theirs = if is_there { seal::keys(to, identities)? } else { None };
        let Some(theirs) = theirs else { return Ok(Sealing::Kept(own.generation)) };
        let key = seal::keys_key(own.generation);
        if own.generation == theirs.generation && from.get(&key)? == to.get(&key)? {
            return Ok(Sealing::Kept(own.generation));
        }
        match own.has_key_of(&theirs) {
            Some(true) => Ok(Sealing::Anew { old: own.generation, keys: theirs }),
            Some(false) => {
                Err(Diagnostic::new("store-keys", format!("{} has other keys than {}", to.name(), from.name()))
                    .help("what is sealed cannot be told apart under both; copy into a store that has no keys yet"))
            }
            None => Err(Diagnostic::new(
                "store-keys",
                format!("{} has other keys than {}, or other recipients", to.name(), from.name()),
            )
            .help(
                "name an identity that opens both, so that what is sealed can be sealed to the others: `KZ_IDENTITY`",
            )),
        }
    }

    fn put_keys(&self, from: &dyn Store, to: &dyn Store) -> Result<()> {
        let Sealing::Kept(generation) = self else { return Ok(()) };
        let key = seal::keys_key(*generation);
        let content = from.get(&key)?.ok_or_else(|| revision::damaged(from, &key))?;
        if to.put_new(&key, &content)? || to.get(&key)?.as_ref() == Some(&content) {
            return Ok(());
        }
        Err(Diagnostic::new("store-keys", format!("somebody else makes keys in {} just now", to.name()))
            .help("do it again"))
    }
}

/// Files on their way, so that a store that can take many at once gets them so.
struct Batch<'b> {
    from: &'b dyn Store,
    to: &'b dyn Store,
    sealing: Sealing,
    identities: &'b [Identity],
    copied: Copied,
    needed: Vec<(String, Vec<u8>)>,
    revisions: Vec<(String, Vec<u8>)>,
    /// The packs and bases in `needed`, now or before.
    packs: HashSet<String>,
}

/// So much is written at once.
const MOST_REVISIONS: usize = 500;
const MOST_BYTES: usize = 16 << 20;

impl<'b> Batch<'b> {
    fn new(from: &'b dyn Store, to: &'b dyn Store, sealing: Sealing, identities: &'b [Identity]) -> Batch<'b> {
        let (needed, revisions, packs) = (Vec::new(), Vec::new(), HashSet::new());
        Batch { from, to, sealing, identities, copied: Copied::default(), needed, revisions, packs }
    }

    /// A revision with the packs that it brought along.
    fn add(&mut self, name: &str, number: u64) -> Result<()> {
        let key = revision::key(name, number);
        let revision = match revision::get(self.from, name, number) {
            Ok(Some(revision)) => revision,
            Ok(None) => return self.tell(revision::damaged(self.from, &key)),
            Err(error) => return self.tell(error),
        };
        self.add_packs(&revision, true)?;
        self.add_bases(&revision)?;
        let content = self.from.get(&key)?;
        self.revisions.extend(content.map(|content| (key, content)));
        let size: usize = self.needed.iter().chain(&self.revisions).map(|(_, content)| content.len()).sum();
        if self.revisions.len() >= MOST_REVISIONS || size >= MOST_BYTES { self.write() } else { Ok(()) }
    }

    fn add_packs(&mut self, revision: &Revision, is_whole: bool) -> Result<()> {
        for place in revision.pieces.own_places() {
            if place.sealed && self.packs.insert(format!("sealed {}", place.pack)) {
                self.add_sealed(&place.pack)?;
            }
            if self.packs.insert(place.pack.clone()) {
                let key = pack::key(&place.pack);
                match self.from.get(&key) {
                    Ok(Some(content)) if pack::is_whole(&place.pack, &content) => self.needed.push((key, content)),
                    Ok(None) if !is_whole => {}
                    Ok(_) => self.tell(revision::damaged(self.from, &key))?,
                    Err(error) => self.tell(error)?,
                }
            }
        }
        Ok(())
    }

    /// What a revision is told in terms of, where that is no longer part of the history. Of its packs there are those
    /// that are used.
    fn add_bases(&mut self, of: &Revision) -> Result<()> {
        let mut next = of.pieces.base;
        while let Some(number) = next {
            let key = revision::base_key(&of.name, number);
            if !self.packs.insert(key.clone()) {
                return Ok(());
            }
            let Some(content) = self.from.get(&key)? else { return Ok(()) };
            let Ok(Some(base)) = revision::base(self.from, &of.name, number) else { return Ok(()) };
            next = base.pieces.base.filter(|below| *below < number);
            self.add_packs(&base, false)?;
            self.needed.push((key, content));
        }
        Ok(())
    }

    fn add_sealed(&mut self, pack: &str) -> Result<()> {
        let newest = match &self.sealing {
            Sealing::Nothing => 0,
            Sealing::Kept(generation) => *generation,
            Sealing::Anew { old, .. } => *old,
        };
        for generation in (1..=newest).rev() {
            let key = seal::sealed_key(generation, pack);
            let content = match self.from.get(&key) {
                Ok(Some(content)) => content,
                Ok(None) => continue,
                Err(error) => return self.tell(error),
            };
            self.needed.push(match &self.sealing {
                Sealing::Anew { keys, .. } => {
                    let opened = seal::open(&content, self.identities).ok_or_else(|| {
                        Diagnostic::new("store-keys", format!("`{key}` in {} cannot be opened", self.from.name()))
                            .help("name an identity that opens it: `KZ_IDENTITY`")
                    })?;
                    (seal::sealed_key(keys.generation, pack), keys.seal(&opened)?)
                }
                _ => (key, content),
            });
            break;
        }
        // Where values were left out there is nothing.
        Ok(())
    }

    /// Goes on where something is damaged, and is told of it.
    fn tell(&mut self, error: Box<Diagnostic>) -> Result<()> {
        if error.code != "store-damaged" {
            return Err(error);
        }
        self.copied.damaged.push(error.message);
        Ok(())
    }

    fn write(&mut self) -> Result<()> {
        let (needed, revisions) = (std::mem::take(&mut self.needed), std::mem::take(&mut self.revisions));
        let written = self.to.put_series(&needed, &revisions)?;
        self.copied.revisions += written;
        match revisions.get(written) {
            None => Ok(()),
            // Since the plan was made somebody has recorded.
            Some((key, _)) => {
                let mut parts = key.split('/').skip(1);
                let (name, number) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
                Err(conflict(self.from, self.to, name, number.parse().unwrap_or_default()))
            }
        }
    }

    /// The sums and marks of a release whose revisions are there.
    fn add_rest(&mut self, name: &str) -> Result<()> {
        let folder = history::sums_folder(name);
        let there = self.to.list(&folder)?;
        for last in self.from.list(&folder)?.into_iter().filter(|last| there.binary_search(last).is_err()) {
            let key = format!("{folder}/{last}");
            // A sum that is missing is no damage: it can be read from the revisions.
            let content = self.from.get(&key).ok().flatten();
            self.needed.extend(content.map(|content| (key, content)));
        }
        self.write()?;
        loop {
            let marks = marks::missing(self.from, self.to, name)?;
            // Somebody else may mark, too.
            if self.to.put_series(&[], &marks)? == marks.len() {
                return Ok(());
            }
        }
    }
}
