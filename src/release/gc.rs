//! Takes away revisions that nobody wants to keep, and what was kept for them alone.
//!
//! Others may record at the same time. The newest revision of each release stays, so what it uses does; what was
//! written within the time of grace stays too, for it may be of a record that goes on just now.
//!
//! **Invariant:** whatever happens on the way, each revision that is left is whole: first revisions go, then what none
//! of those that are left uses.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;

use super::store::Store;
use super::{history, marks, pack, revision};
use crate::base::Result;

/// What is kept, of each release.
#[derive(Clone, Copy, Debug)]
pub struct Keep {
    /// So many revisions, the newest.
    pub count: Option<usize>,
    /// Those that are no older.
    pub within: Option<Duration>,
    /// What is younger stays in any case.
    pub grace: Duration,
}

/// What goes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Revisions of releases, ascending.
    pub revisions: BTreeMap<String, Vec<u64>>,
    /// Those that would go if they were not so young.
    pub young: usize,
}

/// Which revisions go. Besides what is to be kept, the newest and the last applied one of each release stay, and so
/// does what is damaged: nobody knows how old it is.
///
/// Errors: the store cannot be read.
pub fn plan(store: &dyn Store, keep: Keep, now: SystemTime) -> Result<Plan> {
    let mut plan = Plan::default();
    if keep.count.is_none() && keep.within.is_none() {
        return Ok(plan);
    }
    for name in history::names(store)? {
        let numbers = history::numbers(store, &name)?;
        let Some(newest) = numbers.last().copied() else { continue };
        let applied = marks::last_applied(store, &name, newest)?;
        let first_kept = numbers.len().saturating_sub(keep.count.unwrap_or_default().max(1));
        let mut gone = Vec::new();
        for (at, (number, found)) in history::summaries(store, &name, &numbers)?.into_iter().enumerate() {
            let Some(age) = found.and_then(|found| age(&found.time, now)) else { continue };
            let is_wanted = at >= first_kept || applied == Some(number) || keep.within.is_some_and(|most| age <= most);
            match (is_wanted, age < keep.grace) {
                (true, _) => {}
                (false, true) => plan.young += 1,
                (false, false) => gone.push(number),
            }
        }
        if !gone.is_empty() {
            plan.revisions.insert(name, gone);
        }
    }
    Ok(plan)
}

/// How long ago that was; nothing where the time is none. What comes from a clock that goes ahead is new.
fn age(time: &str, now: SystemTime) -> Option<Duration> {
    let time: Timestamp = time.parse().ok()?;
    let now = Timestamp::try_from(now).ok()?;
    Some(now.duration_since(time).try_into().unwrap_or_default())
}

/// Takes revisions away, and what was kept for them; false where a revision is damaged, so that it cannot be told what is
/// used: then no pack goes.
///
/// Errors: those of the store. Then some of it may be gone; doing it again goes on.
pub fn sweep(store: &dyn Store, plan: &Plan, keep: Keep, now: SystemTime) -> Result<bool> {
    for (name, gone) in &plan.revisions {
        forget(store, name, gone)?;
    }
    let used = used_packs(store)?;
    let Some(before) = now.checked_sub(keep.grace) else { return Ok(used.is_some()) };
    if let Some(used) = &used {
        remove_packs(store, used, before)?;
    }
    let drafts = store.list("drafts")?.into_iter().map(|draft| vec![format!("drafts/{draft}")]);
    store.remove_old(&drafts.collect::<Vec<_>>(), before)?;
    Ok(used.is_some())
}

/// Takes revisions of a release away, the oldest first. What others are told in terms of stays, out of the history.
fn forget(store: &dyn Store, name: &str, gone: &[u64]) -> Result<()> {
    let is_gone = |number: u64| gone.binary_search(&number).is_ok();
    let kept: Vec<u64> = history::numbers(store, name)?.into_iter().filter(|number| !is_gone(*number)).collect();
    let mut bases = BTreeSet::new();
    for number in &kept {
        match revision::get(store, name, *number) {
            Ok(found) => bases.extend(found.and_then(|revision| revision.pieces.base)),
            Err(error) if error.code == "store-damaged" => {}
            Err(error) => return Err(error),
        }
    }
    for base in bases.iter().filter(|base| is_gone(**base)) {
        revision::keep_as_base(store, name, *base)?;
    }
    let mut keys: Vec<String> = gone.iter().map(|number| revision::key(name, *number)).collect();
    keys.extend(marks::keys_of(store, name, &is_gone)?);
    let first = kept.first().copied().unwrap_or(u64::MAX);
    let old = |sum: &String| sum.parse().is_ok_and(|last: u64| last < first);
    let useless = |base: &String| base.parse().is_ok_and(|base: u64| !bases.contains(&base));
    let mut add = |folder: String, goes: &dyn Fn(&String) -> bool| -> Result<()> {
        keys.extend(store.list(&folder)?.iter().filter(|name| goes(name)).map(|name| format!("{folder}/{name}")));
        Ok(())
    };
    add(history::sums_folder(name), &old)?;
    add(revision::bases(name), &useless)?;
    store.remove_all(&keys)
}

/// The packs that any revision uses; nothing where that cannot be told.
fn used_packs(store: &dyn Store) -> Result<Option<BTreeSet<String>>> {
    let mut used = BTreeSet::new();
    for name in history::names(store)? {
        for number in history::numbers(store, &name)? {
            let places = match revision::get(store, &name, number) {
                Ok(None) => continue,
                Ok(Some(revision)) => history::places(store, &revision),
                Err(error) => Err(error),
            };
            match places {
                Ok(places) => used.extend(places.into_iter().map(|place| place.pack)),
                Err(error) if error.code == "store-damaged" => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(Some(used))
}

fn remove_packs(store: &dyn Store, used: &BTreeSet<String>, before: SystemTime) -> Result<()> {
    let mut sealed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for generation in store.list("sealed")? {
        for pack in store.list(&format!("sealed/{generation}"))? {
            sealed.entry(pack.clone()).or_default().push(format!("sealed/{generation}/{pack}"));
        }
    }
    let mut groups = Vec::new();
    for pack in store.list("packs")? {
        // Who finds the pack must find what is sealed of it, so that goes last.
        let sealed = sealed.remove(&pack).into_iter().flatten();
        if !used.contains(&pack) {
            groups.push(std::iter::once(pack::key(&pack)).chain(sealed).collect());
        }
    }
    store.remove_old(&groups, before)?;
    // What is left of a record that was killed between the two.
    let rest = sealed.into_iter().filter(|(pack, _)| !used.contains(pack)).flat_map(|(_, keys)| keys);
    store.remove_old(&rest.map(|key| vec![key]).collect::<Vec<_>>(), before)
}
