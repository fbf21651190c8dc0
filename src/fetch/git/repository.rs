//! One commit of a repository, as the cache keeps it.
//!
//! **Invariant:** a place that has its final name holds all that git needs to give the commit's folders, or a remote
//! that is asked for them.

use std::path::{Path, PathBuf};
use std::{fs, io, thread};

use super::call::{Call, Manner, politely};
use super::failure::{Failure, Kind};
use super::reference::full_id;
use super::{Source, address, failure};
use crate::base::{Diagnostic, Result};
use crate::fetch::cache::{Cache, Key};
use crate::fetch::{Activity, Context};

/// The bare repository of a place.
pub const OBJECTS: &str = "repo";

/// How much is fetched, the least first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Extent {
    /// The commit's folders; files when they are asked for.
    Folders,
    /// The commit, with all files.
    Commit,
    /// Everything that there is.
    All,
}

/// After the first, the others are ways where the server or this git does not know how.
const WAYS: [Extent; 3] = [Extent::Folders, Extent::Commit, Extent::All];
/// Of these the first is enough for good.
const WHOLE: &[Extent] = &[Extent::Commit, Extent::All];

/// Where the cache has a commit, if it does.
pub fn kept(cache: &Cache, source: &Source, id: &str) -> Option<PathBuf> {
    cache.tree(&key(source, id))
}

/// Where the cache has a commit; fetches it where it does not. `id` is a full one.
pub fn of_commit(context: &Context, source: &Source, id: &str) -> Result<PathBuf> {
    let cache = context.cache()?;
    cache.tree_or(&key(source, id), |dir| {
        if context.settings.offline {
            return Err(failure::offline(source, ""));
        }
        fetch(context, source, id, &dir.join(OBJECTS), &WAYS).map(drop)
    })
}

/// Fetches what a reference means now.
pub fn of_reference(context: &Context, source: &Source) -> Result<(String, PathBuf)> {
    let cache = context.cache()?;
    let wanted = if source.reference.is_empty() { "HEAD" } else { &source.reference };
    let mut id = String::new();
    let place = cache.tree_named_by(|dir| {
        id = fetch(context, source, wanted, &dir.join(OBJECTS), &WAYS)?;
        Ok(key(source, &id))
    })?;
    Ok((id, place))
}

/// Fetches a commit again, with all its files.
pub fn complete(context: &Context, source: &Source, id: &str, place: &Path) -> Result<()> {
    let fresh = place.join("fresh");
    let failed = |e: io::Error| unwritable(place, &e);
    remove(&fresh).map_err(failed)?;
    fetch(context, source, id, &fresh, WHOLE)?;
    let objects = place.join(OBJECTS);
    remove(&objects).and_then(|()| fs::rename(&fresh, &objects)).map_err(failed)
}

/// What the cache knows a commit by.
pub fn key(source: &Source, id: &str) -> Key {
    let name = format!("{} at {id}", address::without_password(&source.url));
    let submodules = if source.submodules { "submodules" } else { "" };
    Key::new("git", name, &[&source.url, id, submodules])
}

/// Makes a bare repository with what is wanted: a commit's id, or a reference. Gives the commit's id.
fn fetch(context: &Context, source: &Source, wanted: &str, objects: &Path, ways: &[Extent]) -> Result<String> {
    let fetched = politely(context, source, |manner| match manner {
        Manner::Quiet => {
            let at = if source.reference.is_empty() { String::new() } else { format!(" at {}", source.reference) };
            let what = format!("fetching {}{at}", address::without_password(&source.url));
            let _activity = Activity::new(context, what);
            fetch_in(context, source, wanted, objects, ways, manner)
        }
        // One visit, so that nobody is asked twice; and nothing is drawn over the question.
        Manner::Asking => fetch_in(context, source, wanted, objects, WHOLE, manner),
    });
    Ok(fetched?)
}

fn fetch_in(
    context: &Context,
    source: &Source,
    wanted: &str,
    objects: &Path,
    ways: &[Extent],
    manner: Manner,
) -> Result<String, Failure> {
    let call = || Call::new(context, source, objects).manner(manner);
    let mut ways = ways.iter().peekable();
    while let Some(way) = ways.next() {
        remove(objects).map_err(|e| unwritable(objects, &e))?;
        call().args(&["init", "--quiet", "--bare", "--template="]).run()?;
        match patiently(context, || fetch_by(*way, wanted, call)) {
            Ok(()) => {
                let printed = call().args(&["rev-parse", "--verify", "--quiet"]).arg(found(*way, wanted)).run();
                let printed = printed.map_err(|_| failure::no_reference(source))?;
                return Ok(String::from_utf8_lossy(&printed).trim().to_owned());
            }
            Err(failure) if failure.kind == Kind::TooClever && ways.peek().is_some() => {}
            Err(failure) => return Err(failure),
        }
    }
    Err(failure::no_reference(source).into())
}

/// Where git keeps the branches of a remote.
const BRANCHES: &str = "+refs/heads/*:refs/remotes/origin/*";
const TAGS: &str = "+refs/tags/*:refs/tags/*";

fn fetch_by<'c>(way: Extent, wanted: &str, call: impl Fn() -> Call<'c>) -> Result<(), Failure> {
    let call = call().args(&["fetch", "--quiet", "--no-tags", "--no-recurse-submodules"]);
    let is_commit = full_id(wanted).is_some();
    let call = match way {
        Extent::Folders => call.args(&["--depth=1", "--filter=blob:none", "--", "origin", wanted]),
        Extent::Commit => call.args(&["--depth=1", "--", "origin", wanted]),
        Extent::All if is_commit => call.args(&["--", "origin", BRANCHES, TAGS]),
        Extent::All => call.args(&["--", "origin", wanted]),
    };
    call.run().map(drop)
}

fn found(way: Extent, wanted: &str) -> String {
    match way {
        Extent::All if full_id(wanted).is_some() => format!("{wanted}^{{commit}}"),
        _ => "FETCH_HEAD^{commit}".to_owned(),
    }
}

/// Does again what may go better the next time.
pub fn patiently<T>(context: &Context, mut once: impl FnMut() -> Result<T, Failure>) -> Result<T, Failure> {
    let retries = context.settings.retries;
    let mut pause = retries.first;
    for _ in 0..retries.count {
        match once() {
            Err(failure) if failure.kind == Kind::Passing => thread::sleep(pause),
            done => return done,
        }
        pause = (pause * 2).min(retries.longest);
    }
    once()
}

/// Takes a folder away, if it is there.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// The cache cannot be written.
pub fn unwritable(path: &Path, error: &io::Error) -> Box<Diagnostic> {
    Diagnostic::new("cache", format!("cannot write `{}`: {error}", path.display()))
        .help("name a directory that you may write to: `--cache-dir DIR` or `KZ_CACHE_DIR`")
}
