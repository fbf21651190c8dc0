//! Making the cache smaller.
//!
//! **Invariant:** nobody else uses the cache meanwhile; what does not have a name that the cache gives is left alone.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::inventory::{Item, entries, is_hash};
use super::{Cache, UNFINISHED, blob, index, lock, tree};
use crate::base::{Diagnostic, Result};

/// So long is waited for others to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// What stays.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keep {
    /// What was used within this time.
    Within(Duration),
    Nothing,
}

/// What went, or with [`Run::Dry`] would go.
pub type Pruned = Vec<Item>;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Run {
    Real,
    Dry,
}

/// Takes away what is not to stay, and what was left behind by processes that ended too early.
///
/// Errors: `cache-in-use`: another process uses the cache; `cache`.
pub fn prune(root: &Path, now: fn() -> SystemTime, keep: Keep, run: Run) -> Result<Pruned> {
    if !root.is_dir() {
        return Ok(Vec::new());
    }
    let mut cache = Cache { root: root.to_owned(), now, _in_use: None };
    cache._in_use = lock::alone_within(&root.join("lock"), PATIENCE).map_err(|e| match e.kind() {
        ErrorKind::TimedOut => {
            Diagnostic::new("cache-in-use", format!("another kz uses the cache `{}`", root.display()))
                .help("try again when it has ended")
        }
        _ => cache.failed("lock", &e),
    })?;
    let goes = |item: &Item| match keep {
        Keep::Nothing => true,
        Keep::Within(time) => now().duration_since(item.used).is_ok_and(|age| age > time),
    };
    let (gone, kept): (Vec<Item>, Vec<Item>) = cache.items()?.into_iter().partition(goes);
    if run == Run::Real {
        cache.remove(&gone, &kept).map_err(|e| cache.failed("prune", &e))?;
    }
    Ok(gone)
}

impl Cache {
    fn remove(&self, gone: &[Item], kept: &[Item]) -> io::Result<()> {
        // A content may be shared.
        let kept: BTreeSet<&PathBuf> = kept.iter().flat_map(|item| &item.paths).collect();
        for path in gone.iter().flat_map(|item| &item.paths).filter(|path| !kept.contains(path)) {
            remove(path)?;
        }
        for folder in [index::FOLDER, blob::FOLDER, tree::FOLDER] {
            for entry in entries(&self.root.join(folder))? {
                if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                    remove(&entry.path())?;
                }
            }
        }
        for (folder, ..) in self.files(tree::FOLDER)?.iter().filter(|(path, ..)| !kept.contains(path)) {
            remove(folder)?;
        }
        // Nobody holds one: that takes the lock that is held here.
        for lock in entries(&self.root.join("locks"))? {
            if is_hash(&lock.file_name().to_string_lossy()) {
                remove(&lock.path())?;
            }
        }
        Ok(())
    }
}

fn remove(path: &Path) -> io::Result<()> {
    let is_dir = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir());
    let removed = if is_dir { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
