//! The revisions of releases, and how they are found.

use jiff::Timestamp;

use super::marks;
use super::name::{Reference, Which};
use super::revision::{self, Place, Revision};
use super::store::Store;
use crate::base::{Diagnostic, Result};

/// The names of all releases, sorted.
pub fn names(store: &dyn Store) -> Result<Vec<String>> {
    store.list("revisions")
}

/// The numbers of a release's revisions, ascending; none where there is no such release.
pub fn numbers(store: &dyn Store, name: &str) -> Result<Vec<u64>> {
    let mut numbers: Vec<u64> =
        store.list(&format!("revisions/{name}"))?.iter().filter_map(|number| number.parse().ok()).collect();
    numbers.sort_unstable();
    Ok(numbers)
}

/// The newest revision; nothing where there is no such release.
pub fn newest(store: &dyn Store, name: &str) -> Result<Option<Revision>> {
    match numbers(store, name)?.last() {
        Some(number) => revision::get(store, name, *number),
        None => Ok(None),
    }
}

/// The revision that a reference names.
///
/// Errors: there is none; a damaged one on the way to it.
pub fn find(store: &dyn Store, reference: &Reference) -> Result<Revision> {
    let name = &reference.name;
    let numbers = numbers(store, name)?;
    let Some(latest) = numbers.last().copied() else { return Err(no_release(store, name)) };
    let get = |number: u64| revision::get(store, name, number)?.ok_or_else(|| no_revision(name, &numbers));
    match &reference.which {
        Which::Latest => get(latest),
        Which::Number(number) => get(*number),
        Which::Before(count) => {
            let at = usize::try_from(*count).ok().and_then(|count| numbers.len().checked_sub(count + 1));
            get(at.map(|at| numbers[at]).ok_or_else(|| no_revision(name, &numbers))?)
        }
        Which::Applied => {
            let applied = marks::last_applied(store, name, latest)?;
            get(applied.ok_or_else(|| {
                Diagnostic::new("release-revision", format!("no revision of `{name}` is marked as applied"))
                    .help(format!("`kz release mark {name} applied` marks the newest"))
            })?)
        }
        Which::Hash(_) | Which::At(_) => {
            for number in numbers.iter().rev() {
                let revision = get(*number)?;
                let is_wanted = match &reference.which {
                    Which::Hash(start) => revision.content.starts_with(start.as_str()),
                    Which::At(time) => revision.time.parse::<Timestamp>().is_ok_and(|own| own <= *time),
                    _ => false,
                };
                if is_wanted {
                    return Ok(revision);
                }
            }
            Err(no_revision(name, &numbers))
        }
    }
}

/// Where the pieces of a revision are kept, in order.
///
/// Errors: a revision that it builds on is damaged or missing.
pub fn places(store: &dyn Store, of: &Revision) -> Result<Vec<Place>> {
    let damaged = |number: u64| revision::damaged(store, &revision::key(&of.name, number));
    let mut chain = vec![of.pieces.clone()];
    let mut number = of.number;
    while let Some(base) = chain.last().and_then(|pieces| pieces.base) {
        // Each builds on an earlier one, so this ends.
        if base >= number {
            return Err(damaged(number));
        }
        number = base;
        chain.push(revision::get(store, &of.name, base)?.ok_or_else(|| damaged(base))?.pieces);
    }
    let mut places = Vec::new();
    for pieces in chain.iter().rev() {
        places = pieces.places(&places).ok_or_else(|| damaged(of.number))?;
    }
    Ok(places)
}

fn no_release(store: &dyn Store, name: &str) -> Box<Diagnostic> {
    Diagnostic::new("release-unknown", format!("there is no release `{name}` in {}", store.name()))
        .help(format!("`kz release list` shows those that are there, `kz release record {name} TARGET` makes it"))
}

fn no_revision(name: &str, numbers: &[u64]) -> Box<Diagnostic> {
    let known = match numbers {
        [] => "none".to_owned(),
        [only] => format!("{only}"),
        [first, .., last] => format!("{first} to {last}"),
    };
    Diagnostic::new("release-revision", format!("`{name}` has no such revision"))
        .help(format!("its revisions are {known}: `kz release history {name}` shows them"))
}
