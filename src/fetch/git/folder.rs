//! The files of a commit, folder by folder, as they are asked for.
//!
//! A folder is written beside the others and then moved in, without touching what is there: whoever reads a folder
//! that was finished before is not disturbed, in this process or another.
//!
//! **Invariant:** what is named in `parts` is there with all its files, and stays as it is.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::{fs, iter};

use super::call::Call;
use super::failure::{self, Failure, Kind};
use super::repository::{self, OBJECTS, remove, unwritable};
use super::{Source, address, submodule};
use crate::base::Result;
use crate::fetch::cache::Key;
use crate::fetch::{Activity, Context};

/// The folder of the files.
pub const TREE: &str = "tree";
/// The list of the folders that are there.
const PARTS: &str = "parts";
/// Where folders are made.
const NEW: &str = "new";
/// Each folder is a visit to the server. After so many the rest comes at once.
const MAX_PARTS: usize = 8;

/// See [`super::Checkout::reach`].
pub fn reach(context: &Context, source: &Source, id: &str, place: &Path, path: &str) -> Result<()> {
    if is_complete(place, path) {
        return Ok(());
    }
    let _lock = context.cache()?.lock(&Key::new("git", "", &["folders", &place.to_string_lossy()]))?;
    // While this process waited another may have brought it.
    let mut present = parts(place);
    if is_there(&present, path) {
        return Ok(());
    }
    let path = if present.len() < MAX_PARTS { path } else { "" };
    bring(context, source, id, place, path, &mut present)?;
    // Links that lead to what is not there need what they lead to, and nobody knows where that ends.
    if !path.is_empty() && has_loose_end(&place.join(TREE), path) {
        bring(context, source, id, place, "", &mut present)?;
    }
    Ok(())
}

/// Whether all of a folder is there.
pub fn is_complete(place: &Path, path: &str) -> bool {
    is_there(&parts(place), path)
}

fn bring(
    context: &Context,
    source: &Source,
    id: &str,
    place: &Path,
    path: &str,
    present: &mut BTreeSet<String>,
) -> Result<()> {
    let new = place.join(NEW);
    let failed = |e: io::Error| unwritable(place, &e);
    // Of somebody who did not come to an end.
    remove(&new).and_then(|()| fs::create_dir(&new)).map_err(failed)?;
    fill(context, source, id, place, path, &new, 0)?;
    graft(&new, &place.join(TREE)).map_err(failed)?;
    remove(&new).map_err(failed)?;
    present.insert(path.to_owned());
    write_parts(place, present).map_err(failed)
}

/// Writes a folder of a commit, with the repositories inside of it, to where it has its place below `into`.
pub fn fill(
    context: &Context,
    source: &Source,
    id: &str,
    place: &Path,
    path: &str,
    into: &Path,
    depth: usize,
) -> Result<()> {
    let links = {
        let _lock = context.cache()?.lock(&Key::new("git", "", &["index", &place.to_string_lossy()]))?;
        match extract(context, source, id, place, path, into) {
            Err(failure) if failure.kind == Kind::TooClever && !context.settings.offline => {
                repository::complete(context, source, id, place)?;
                extract(context, source, id, place, path, into)?;
            }
            done => done?,
        }
        match source.submodules && fs::symlink_metadata(into.join(submodule::LIST)).is_ok() {
            true => submodule::links(context, source, id, place, &index(place), path)?,
            false => Vec::new(),
        }
    };
    submodule::fill(context, source, &links, into, depth)
}

fn index(place: &Path) -> PathBuf {
    place.join("index")
}

/// Lets git write a folder. It gets what it needs from the server, all in one visit.
fn extract(context: &Context, source: &Source, id: &str, place: &Path, path: &str, into: &Path) -> Result<(), Failure> {
    let objects = place.join(OBJECTS);
    let prepare = || {
        match fs::remove_file(index(place)) {
            Err(e) if e.kind() != ErrorKind::NotFound => return Err(e),
            _ => {}
        }
        fs::create_dir_all(into)?;
        fs::create_dir_all(objects.join("info"))?;
        fs::write(objects.join("info/sparse-checkout"), patterns(path))
    };
    prepare().map_err(|e| unwritable(place, &e))?;
    let _activity = Activity::new(context, format!("fetching files of {}", address::without_password(&source.url)));
    repository::patiently(context, || {
        let mut call = Call::new(context, source, &objects)
            .config("core.bare=false".to_owned())
            .config(format!("core.sparseCheckout={}", !path.is_empty()))
            .config("core.sparseCheckoutCone=false".to_owned());
        if context.settings.offline {
            call = call.config("protocol.allow=never".to_owned());
            for protocol in ["file", "git", "http", "https", "ssh"] {
                call = call.config(format!("protocol.{protocol}.allow=never"));
            }
        }
        call.arg(format!("--work-tree={}", into.display()))
            .variable("GIT_INDEX_FILE", index(place).display().to_string())
            .args(&["read-tree", "-m", "-u", "--no-recurse-submodules", id])
            .run()
    })
    .map(drop)
    .map_err(|failure| match context.settings.offline {
        true => Failure { kind: Kind::Other, diagnostic: failure::offline(source, path) },
        false => failure,
    })
}

/// What git is to write, in the words of `.gitignore`: the folder, the files above it that say how files are written
/// and which repositories are inside, and what is above it if that is no folder but a link.
fn patterns(path: &str) -> String {
    let above = || path.match_indices('/').map(|(at, _)| &path[..at]).filter(|dir| !dir.is_empty());
    let links = above().map(|dir| format!("{0}\n!{0}/\n", rooted(dir)));
    let attributes = iter::once("").chain(above()).map(|dir| format!("{}/.gitattributes\n", rooted(dir)));
    format!("{}/{}\n{}{}\n", links.collect::<String>(), submodule::LIST, attributes.collect::<String>(), rooted(path))
}

/// A path that stands for itself alone.
fn rooted(path: &str) -> String {
    let mut out = String::new();
    if !path.is_empty() {
        out.push('/');
    }
    for c in path.chars() {
        if "\\*?[]#! \t".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Moves in what is not there yet.
fn graft(from: &Path, to: &Path) -> io::Result<()> {
    match fs::symlink_metadata(to) {
        Err(e) if e.kind() == ErrorKind::NotFound => return fs::rename(from, to),
        // What is there is what comes: both are of the same commit.
        Ok(there) if !there.is_dir() => return Ok(()),
        Ok(_) => {}
        Err(e) => return Err(e),
    }
    if !fs::symlink_metadata(from)?.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        graft(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Whether the way to a folder, or something in it, is a link to what is not there.
fn has_loose_end(tree: &Path, path: &str) -> bool {
    let mut way = tree.to_owned();
    for part in Path::new(path) {
        way.push(part);
        match fs::symlink_metadata(&way) {
            Ok(data) if data.is_symlink() => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
    holds_loose_link(&way)
}

fn holds_loose_link(dir: &Path) -> bool {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => holds_loose_link(&entry.path()),
        Ok(kind) if kind.is_symlink() => fs::metadata(entry.path()).is_err(),
        _ => false,
    })
}

fn parts(place: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(place.join(PARTS)).unwrap_or_default();
    // Each ends with a NUL, which no path has.
    let mut parts: Vec<&str> = text.split('\0').collect();
    parts.pop();
    parts.into_iter().map(str::to_owned).collect()
}

fn write_parts(place: &Path, parts: &BTreeSet<String>) -> io::Result<()> {
    let new = place.join("parts.new");
    fs::write(&new, parts.iter().flat_map(|part| [part, "\0"]).collect::<String>())?;
    fs::rename(new, place.join(PARTS))
}

/// Whether a folder, or one that holds it, is among those that are there.
fn is_there(parts: &BTreeSet<String>, path: &str) -> bool {
    let above = path.match_indices('/').map(|(at, _)| &path[..at]);
    above.chain(["", path]).any(|dir| parts.contains(dir))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_stand_for_themselves() {
        assert_eq!(patterns("a/b [x]"), "/a\n!/a/\n/.gitmodules\n/.gitattributes\n/a/.gitattributes\n/a/b\\ \\[x\\]\n");
    }

    #[test]
    fn a_folder_is_there_with_one_that_holds_it() {
        let parts = ["deploy/base", "x"].map(str::to_owned).into();
        for path in ["deploy/base", "deploy/base/sub", "x"] {
            assert!(is_there(&parts, path), "{path}");
        }
        for path in ["", "deploy", "deploy/base2", "y"] {
            assert!(!is_there(&parts, path), "{path}");
        }
        assert!(is_there(&[String::new()].into(), "deploy"));
    }
}
