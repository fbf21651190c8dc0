//! A folder that builds without the net to what a kustomization builds to.
//!
//! The kustomization is built while somebody follows ([`Trail`]): what the build has used is what the copy has. Things
//! from elsewhere lie in a folder of the copy ([`places`]), charts in the chart home, and where a kustomization named an
//! address it names the path, all else of it being as it was ([`copy`]).
//!
//! **Invariant:** nothing is written before the copy has built to the same, in memory; nothing outside of the
//! destination.

mod copy;
mod places;

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Mutex;

use self::copy::Files;
use super::build::{Built, build};
use super::context::{BuildOptions, Context};
use super::loader::Loader;
use super::lock::Lock;
use super::trail::Trail;
use crate::base::fs::Memory;
use crate::base::{Diagnostic, Result};
use crate::fetch;
use crate::yaml;

/// What is to be copied, and where to.
#[derive(Clone, Debug)]
pub struct Request {
    /// The directory of a kustomization, or its URL in a git repository.
    pub target: String,
    /// A new directory in one that exists, or an empty one.
    pub destination: String,
    /// The copy must build to the same.
    pub verifies: bool,
}

/// Makes the copy. What is to be said on stderr is in `ctx.notes` afterwards.
///
/// Errors: those of the build; the `vendor-` codes; `write`. After an error nothing is in the destination.
pub fn vendor(ctx: &Context, request: &Request) -> Result<()> {
    let destination = ctx.options.working_dir.join(&request.destination);
    check(&destination).map_err(|e| refused(&request.destination, &e))?;
    let trail = Trail::default();
    let followed = Context { trail: Some(&trail), notes: Mutex::default(), ..*ctx };
    let built = build(&followed, &request.target);
    followed.notes.into_inner().unwrap_or_else(|e| e.into_inner()).into_iter().for_each(|note| ctx.note(note));
    let built = built?;
    let root = Loader::open(ctx, &request.target)?.root().to_owned();
    let files = copy::of_steps(ctx.sources, &root, trail.into_steps())?;
    if request.verifies {
        verify(ctx, &files, &built)?;
    }
    save(&destination, &request.destination, &files)
}

/// Where the copy lies while it is verified.
const IN_MEMORY: &str = "copy";

/// Builds the copy with neither net nor cache.
///
/// Errors: those of the build; `vendor-differs`.
fn verify(ctx: &Context, files: &Files, original: &Built) -> Result<()> {
    let mut memory = Memory::new();
    let folder = Path::new("/").join(IN_MEMORY);
    files.iter().for_each(|(place, content)| memory.write(folder.join(below(place)), content.to_vec()));
    let options = BuildOptions { working_dir: "/".into(), ..ctx.options.clone() };
    let (fetch, lock) = (fetch::Context::offline(), Lock::default());
    let of_copy = Context {
        fs: &memory,
        options: &options,
        fetch: &fetch,
        lock: &lock,
        trail: None,
        notes: Mutex::default(),
        ..*ctx
    };
    let advice = "if it cannot be the same (by chance, the clock, or origins that are written): `--no-verify`";
    let built = build(&of_copy, IN_MEMORY).map_err(|error| error.within("building the copy"))?;
    for (was, is) in original.resources.iter().zip(built.resources.iter()) {
        let (mut before, mut after) = (Vec::new(), Vec::new());
        yaml::emit(&was.node, &mut before)?;
        yaml::emit(&is.node, &mut after)?;
        if before != after {
            let message = format!("in the copy {} `{}` would be something else", was.kind(), was.name());
            return Err(Diagnostic::new("vendor-differs", message).help(advice));
        }
    }
    match original.resources.len() == built.resources.len() {
        true => Ok(()),
        false => Err(Diagnostic::new("vendor-differs", "in the copy there would be other objects").help(advice)),
    }
}

/// Whether a destination can be made, or is an empty directory.
fn check(destination: &Path) -> io::Result<()> {
    match fs::read_dir(destination) {
        Ok(mut entries) => entries.next().map_or(Ok(()), |_| Err(ErrorKind::DirectoryNotEmpty.into())),
        Err(e) if e.kind() == ErrorKind::NotFound => match destination.parent().is_some_and(Path::is_dir) {
            true => Ok(()),
            false => Err(e),
        },
        Err(e) => Err(e),
    }
}

fn refused(name: &str, error: &io::Error) -> Box<Diagnostic> {
    let (why, help) = match error.kind() {
        ErrorKind::DirectoryNotEmpty => ("is not empty".to_owned(), "name one that is, or that is not there yet"),
        ErrorKind::NotADirectory => ("is no directory".to_owned(), "name one that is not there yet"),
        ErrorKind::NotFound => {
            ("is in no directory".to_owned(), "make the directory first: only the last part of the path is made")
        }
        _ => (format!("cannot be made: {error}"), "name a directory in one that you may write to"),
    };
    Diagnostic::new("vendor-destination", format!("the destination `{name}` {why}")).help(help)
}

/// Writes the copy. Where something fails the destination is as it was.
fn save(destination: &Path, name: &str, files: &Files) -> Result<()> {
    let is_new = match fs::create_dir(destination) {
        Ok(()) => true,
        Err(e) if e.kind() == ErrorKind::AlreadyExists => {
            check(destination).map_err(|e| refused(name, &e))?;
            false
        }
        Err(e) => return Err(refused(name, &e)),
    };
    let write = |(place, content): (&std::path::PathBuf, &std::sync::Arc<[u8]>)| {
        let path = destination.join(below(place));
        let written = fs::create_dir_all(path.parent().unwrap_or(destination)).and_then(|()| fs::write(&path, content));
        written.map_err(|e| {
            let shown = Path::new(name).join(below(place));
            Diagnostic::new("write", format!("cannot write `{}`: {e}", shown.display()))
                .help("nothing was left behind: see to what hinders it, and run the command again")
        })
    };
    files.iter().try_for_each(write).inspect_err(|_| match is_new {
        true => drop(fs::remove_dir_all(destination)),
        false => clear(destination),
    })
}

/// Empties a directory that was empty before.
fn clear(destination: &Path) {
    for entry in fs::read_dir(destination).into_iter().flatten().flatten() {
        let path = entry.path();
        let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
        // What cannot be removed now is told by who reads the error.
        let _ = if is_dir { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    }
}

/// A place of the copy, relative to its top.
fn below(place: &Path) -> &Path {
    place.strip_prefix("/").unwrap_or(place)
}
