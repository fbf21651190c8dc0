//! The revisions of releases, and how they are found.

use jiff::Timestamp;

use super::inputs::Inputs;
use super::marks;
use super::name::{Reference, Which};
use super::revision::{self, Place, Revision};
use super::store::Store;
use super::tip::tip;
use crate::base::{Diagnostic, Result};

/// The names of all releases, sorted.
pub fn names(store: &dyn Store) -> Result<Vec<String>> {
    store.list("revisions")
}

/// The numbers of a release's revisions, ascending; none where there is no such release.
pub fn numbers(store: &dyn Store, name: &str) -> Result<Vec<u64>> {
    let mut numbers: Vec<u64> =
        store.list(&revision::folder(name))?.iter().filter_map(|number| number.parse().ok()).collect();
    numbers.sort_unstable();
    Ok(numbers)
}

/// So many revisions are summed up in one.
const SEGMENT: u64 = 256;

/// What is known of revisions beside their pieces, so that a long history is a few reads. A sum is written once, when
/// its last revision is recorded; where one is missing the revisions themselves are read. Of a damaged one there is
/// nothing but the number.
pub fn summaries(store: &dyn Store, name: &str, numbers: &[u64]) -> Result<Vec<(u64, Option<Revision>)>> {
    let mut found = Vec::with_capacity(numbers.len());
    let mut at = 0;
    while let Some(number) = numbers.get(at).copied() {
        let last = number.div_ceil(SEGMENT) * SEGMENT;
        let end = at + numbers[at..].partition_point(|number| *number <= last);
        let summed = segment(store, name, last)?.filter(|_| numbers.last().is_some_and(|newest| *newest >= last));
        match summed {
            Some(all) => {
                let wanted = |of: &Revision| numbers[at..end].binary_search(&of.number).is_ok();
                found.extend(all.into_iter().filter(wanted).map(|of| (of.number, Some(of))));
            }
            None => {
                for number in &numbers[at..end] {
                    match revision::get(store, name, *number) {
                        Err(error) if error.code != "store-damaged" => return Err(error),
                        read => found.push((*number, read.ok().flatten())),
                    }
                }
            }
        }
        at = end;
    }
    Ok(found)
}

/// Sums up, where a revision is the last of its segment.
pub fn summarize(store: &dyn Store, name: &str, number: u64) -> Result<()> {
    if !number.is_multiple_of(SEGMENT) {
        return Ok(());
    }
    let mut all = Vec::new();
    for number in number + 1 - SEGMENT..=number {
        // Where one is damaged there is no sum, and the others are read one by one.
        let Ok(Some(revision)) = revision::get(store, name, number) else { return Ok(()) };
        all.push(Revision { pieces: Default::default(), inputs: Default::default(), ..revision });
    }
    let json = serde_json::to_vec(&all)
        .map_err(|error| Diagnostic::new("store", format!("a summary cannot be written: {error}")))?;
    store.put_new(&segment_key(name, number), &revision::compress(&json)?)?;
    Ok(())
}

fn segment(store: &dyn Store, name: &str, last: u64) -> Result<Option<Vec<Revision>>> {
    let content = store.get(&segment_key(name, last))?;
    // A damaged one says nothing: it can be read from the revisions.
    Ok(content.and_then(|content| serde_json::from_slice(&revision::decompress(&content)?).ok()))
}

/// Whether a sum is one.
pub fn is_sum(store: &dyn Store, name: &str, last: u64) -> bool {
    let all = segment(store, name, last).ok().flatten();
    all.is_some_and(|all| all.iter().all(|of| of.name == name && of.number <= last))
}

/// Where the sums of a release are.
pub fn sums_folder(name: &str) -> String {
    format!("sums/{name}")
}

fn segment_key(name: &str, last: u64) -> String {
    format!("{}/{last:010}", sums_folder(name))
}

/// The revision that a reference names.
///
/// Errors: there is none; a damaged one on the way to it.
pub fn find(store: &dyn Store, reference: &Reference) -> Result<Revision> {
    let name = &reference.name;
    if reference.which == Which::Latest {
        let tip = tip(store, name)?;
        return match tip.newest.filter(|newest| newest.number == tip.number) {
            Some(newest) => Ok(newest),
            None if tip.number == 0 => Err(no_release(store, name)),
            // What is wrong with it.
            None => Err(match revision::get(store, name, tip.number) {
                Err(error) => error,
                Ok(_) => revision::damaged(store, &revision::key(name, tip.number)),
            }),
        };
    }
    if let Which::Number(number) = &reference.which
        && let Some(found) = revision::get(store, name, *number)?
    {
        return Ok(found);
    }
    let numbers = numbers(store, name)?;
    let Some(latest) = numbers.last().copied() else { return Err(no_release(store, name)) };
    let get = |number: Option<u64>| {
        let found = number.map(|number| revision::get(store, name, number)).transpose()?;
        found.flatten().ok_or_else(|| no_revision(name, &numbers))
    };
    let newest_of = |is_wanted: &dyn Fn(&Revision) -> bool| -> Result<Revision> {
        let all = summaries(store, name, &numbers)?;
        let found = all.into_iter().rev().find(|(_, found)| found.as_ref().is_some_and(is_wanted));
        get(found.map(|(number, _)| number))
    };
    match &reference.which {
        Which::Latest | Which::Number(_) => get(None),
        Which::Before(count) => {
            let at = usize::try_from(*count).ok().and_then(|count| numbers.len().checked_sub(count + 1));
            get(at.map(|at| numbers[at]))
        }
        Which::Applied => {
            let applied = marks::last_applied(store, name, latest)?;
            get(Some(applied.ok_or_else(|| {
                Diagnostic::new("release-revision", format!("no revision of `{name}` is marked as applied"))
                    .help(format!("`kz release mark {name} applied` marks the newest"))
            })?))
        }
        Which::Hash(start) => newest_of(&|revision| revision.content.starts_with(start.as_str())),
        Which::At(time) => newest_of(&|revision| revision.time.parse::<Timestamp>().is_ok_and(|own| own <= *time)),
    }
}

/// Where the pieces of a revision are kept, in order.
///
/// Errors: a revision that it builds on is damaged or missing.
pub fn places(store: &dyn Store, of: &Revision) -> Result<Vec<Place>> {
    Ok(layers(store, of)?.pop().map(|layer| layer.places).unwrap_or_default())
}

/// What a revision was rendered from.
///
/// Errors: a revision that it builds on is damaged or missing.
pub fn inputs(store: &dyn Store, of: &Revision) -> Result<Inputs> {
    Ok(layers(store, of)?.pop().map(|layer| layer.inputs).unwrap_or_default())
}

/// What a revision says in terms of another one, whole.
#[derive(Clone, Debug)]
pub struct Layer {
    pub number: u64,
    pub places: Vec<Place>,
    pub inputs: Inputs,
}

/// A revision and those that it builds on, from the lowest up to itself.
///
/// Errors: a revision that it builds on is damaged or missing.
pub fn layers(store: &dyn Store, of: &Revision) -> Result<Vec<Layer>> {
    let damaged = |number: u64| revision::damaged(store, &revision::key(&of.name, number));
    let mut chain = vec![of.clone()];
    while let Some((number, Some(base))) = chain.last().map(|of| (of.number, of.pieces.base)) {
        // Each builds on an earlier one, so this ends.
        if base >= number {
            return Err(damaged(number));
        }
        chain.push(revision::base(store, &of.name, base)?.ok_or_else(|| damaged(base))?);
    }
    let mut layers: Vec<Layer> = Vec::with_capacity(chain.len());
    for revision in chain.iter().rev() {
        let nothing = Layer { number: 0, places: Vec::new(), inputs: Inputs::new() };
        let below = layers.last().unwrap_or(&nothing);
        let places = revision.pieces.places(&below.places).ok_or_else(|| damaged(of.number))?;
        layers.push(Layer { number: revision.number, places, inputs: revision.inputs.all(&below.inputs) });
    }
    Ok(layers)
}

pub(super) fn no_release(store: &dyn Store, name: &str) -> Box<Diagnostic> {
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
