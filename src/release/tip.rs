//! The end of a history: what the next revision goes behind.

use super::history;
use super::revision::{self, Revision};
use super::store::Store;
use crate::base::Result;

/// What is known of the end of a history.
pub struct Tip {
    /// The highest number that is taken, also by a revision that is damaged; 0 where there is none.
    pub number: u64,
    /// The newest revision that is not damaged.
    pub newest: Option<Revision>,
}

/// Looks for the end of a history. However long that is, it asks for the names behind the last sum only.
///
/// Errors: the store cannot be read.
pub fn tip(store: &dyn Store, name: &str) -> Result<Tip> {
    let summed = store.list(&history::sums_folder(name))?.pop();
    let behind = match &summed {
        Some(last) => store.list_after(&revision::folder(name), last)?,
        None => store.list(&revision::folder(name))?,
    };
    let number = |key: &String| key.parse::<u64>().ok();
    let mut near: Vec<u64> = summed.iter().chain(&behind).filter_map(number).collect();
    near.sort_unstable();
    let tip = of_numbers(store, name, &near)?;
    match (&tip.newest, summed) {
        // All of them are damaged.
        (None, Some(_)) => of_numbers(store, name, &history::numbers(store, name)?),
        _ => Ok(tip),
    }
}

/// The same where a revision was put behind the end that was known: it asks for the names behind that only.
pub(super) fn tip_behind(store: &dyn Store, name: &str, known: u64) -> Result<Tip> {
    let behind = store.list_after(&revision::folder(name), &format!("{known:010}"))?;
    let numbers: Vec<u64> = behind.iter().filter_map(|key| key.parse().ok()).collect();
    let found = of_numbers(store, name, &numbers)?;
    if found.newest.is_some() { Ok(found) } else { tip(store, name) }
}

fn of_numbers(store: &dyn Store, name: &str, numbers: &[u64]) -> Result<Tip> {
    let number = numbers.last().copied().unwrap_or_default();
    for candidate in numbers.iter().rev() {
        match revision::get(store, name, *candidate) {
            Ok(Some(newest)) => return Ok(Tip { number, newest: Some(newest) }),
            Ok(None) => {}
            Err(error) if error.code == "store-damaged" => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Tip { number, newest: None })
}
