//! What became of revisions: recorded is not applied.

use serde::{Deserialize, Serialize};

use super::store::Store;
use crate::base::{Diagnostic, Result};

/// What somebody says of a revision. The last word counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub state: State,
    /// RFC 3339, in UTC.
    pub time: String,
    pub who: String,
    /// The context of kubectl, where it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Applied,
    Failed,
}

impl State {
    pub fn word(self) -> &'static str {
        match self {
            State::Applied => "applied",
            State::Failed => "failed",
        }
    }
}

/// Adds a mark.
pub fn add(store: &dyn Store, name: &str, number: u64, mark: &Mark) -> Result<()> {
    let content = serde_json::to_vec(mark)
        .map_err(|error| Diagnostic::new("store", format!("a mark cannot be written: {error}")))?;
    let mut next = of_revision(store, name)?.iter().filter(|(of, _, _)| *of == number).map(|(_, at, _)| *at + 1).max();
    // Somebody else may be faster.
    while !store.put_new(&key_of(name, number, next.unwrap_or_default()), &content)? {
        next = Some(next.unwrap_or_default() + 1);
    }
    Ok(())
}

/// The last mark of each revision that has one, ascending.
pub fn last(store: &dyn Store, name: &str) -> Result<Vec<(u64, Mark)>> {
    let mut last: Vec<(u64, Mark)> = Vec::new();
    let mut keys = of_revision(store, name)?;
    keys.reverse();
    for (number, _, key) in keys {
        if last.last().is_none_or(|(known, _)| *known != number) {
            last.push((number, read(store, &key)?));
        }
    }
    last.reverse();
    Ok(last)
}

/// The highest revision up to a number whose last mark says that it was applied.
pub fn last_applied(store: &dyn Store, name: &str, most: u64) -> Result<Option<u64>> {
    let mut seen = None;
    for (number, _, key) in of_revision(store, name)?.into_iter().rev().filter(|(number, ..)| *number <= most) {
        if seen.replace(number) != Some(number) && read(store, &key)?.state == State::Applied {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

/// The keys of the marks of some revisions.
pub fn keys_of(store: &dyn Store, name: &str, is_one: &dyn Fn(u64) -> bool) -> Result<Vec<String>> {
    Ok(of_revision(store, name)?.into_iter().filter(|(number, ..)| is_one(*number)).map(|(.., key)| key).collect())
}

/// The marks that another store lacks, behind those that it has: under which keys they are to be kept there, and what
/// they hold. Those that are damaged are left out.
pub fn missing(from: &dyn Store, to: &dyn Store, name: &str) -> Result<Vec<(String, Vec<u8>)>> {
    let there = of_revision(to, name)?;
    let mut missing: Vec<(String, Vec<u8>)> = Vec::new();
    let (mut of, mut known, mut next) = (None, Vec::new(), 0);
    for (number, _, key) in of_revision(from, name)? {
        if of.replace(number) != Some(number) {
            let own = there.iter().filter(|(of, ..)| *of == number);
            next = own.clone().map(|(_, at, _)| at + 1).max().unwrap_or_default();
            known = own.map(|(.., key)| to.get(key)).collect::<Result<Vec<_>>>()?;
        }
        let Ok(Some(content)) = from.get(&key) else { continue };
        // The same may have been said twice within a second.
        match known.iter().position(|known| known.as_ref() == Some(&content)) {
            Some(at) => drop(known.remove(at)),
            None => {
                missing.push((key_of(name, number, next), content));
                next += 1;
            }
        }
    }
    Ok(missing)
}

/// Whether this is a mark as it is kept.
pub fn is_mark(content: &[u8]) -> bool {
    serde_json::from_slice::<Mark>(content).is_ok()
}

fn key_of(name: &str, number: u64, at: u64) -> String {
    format!("marks/{name}/{number:010}-{at:06}")
}

fn read(store: &dyn Store, key: &str) -> Result<Mark> {
    let content = store.get(key)?;
    content
        .and_then(|content| serde_json::from_slice(&content).ok())
        .ok_or_else(|| super::revision::damaged(store, key))
}

/// All marks: of which revision, the how manieth, and their keys; ascending.
fn of_revision(store: &dyn Store, name: &str) -> Result<Vec<(u64, u64, String)>> {
    let parse = |key: String| {
        let (number, at) = key.split_once('-')?;
        Some((number.parse().ok()?, at.parse().ok()?, format!("marks/{name}/{key}")))
    };
    let mut marks: Vec<_> = store.list(&format!("marks/{name}"))?.into_iter().filter_map(parse).collect();
    marks.sort_unstable();
    Ok(marks)
}
