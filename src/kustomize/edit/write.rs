//! New texts for files, all or none.
//!
//! **Invariant:** nobody sees half a file: each text is written beside its file first, and takes its place when all are
//! written. A file keeps its permissions.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::base::{Diagnostic, Result};

/// A file and what it is to hold.
#[derive(Clone, Debug)]
pub struct Change {
    pub path: PathBuf,
    /// For messages.
    pub name: String,
    pub text: Vec<u8>,
}

/// Writes all files.
///
/// Errors: `write`.
pub fn save<'c>(changes: impl Iterator<Item = &'c Change>) -> Result<()> {
    let changes: Vec<&Change> = changes.collect();
    let mut beside: Vec<PathBuf> = Vec::with_capacity(changes.len());
    let written = changes.iter().try_for_each(|change| {
        let place = place_beside(&change.path);
        beside.push(place.clone());
        write_new(&place, change).map_err(|e| failed(change, &e))
    });
    let moved = written.and_then(|()| {
        changes
            .iter()
            .zip(&beside)
            .try_for_each(|(change, place)| fs::rename(place, &change.path).map_err(|e| failed(change, &e)))
    });
    if moved.is_err() {
        beside.iter().for_each(|place| drop(fs::remove_file(place)));
    }
    moved
}

/// Another name in the same folder.
fn place_beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.new", std::process::id()))
}

fn write_new(place: &Path, change: &Change) -> io::Result<()> {
    let mut file = create_new(place)?;
    if let Ok(old) = fs::metadata(&change.path) {
        file.set_permissions(old.permissions())?;
    }
    file.write_all(&change.text)?;
    file.sync_all()
}

/// Never through a link that somebody has put there. What a run that was cut off has left goes away.
fn create_new(place: &Path) -> io::Result<fs::File> {
    let create = || fs::OpenOptions::new().write(true).create_new(true).open(place);
    match create() {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(place)?;
            create()
        }
        other => other,
    }
}

fn failed(change: &Change, error: &io::Error) -> Box<Diagnostic> {
    Diagnostic::new("write", format!("cannot write `{}`: {error}", change.name))
        .help("see whether this user may write to its directory")
}
