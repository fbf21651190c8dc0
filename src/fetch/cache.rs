//! One cache for all processes and all threads: what was fetched once need not be fetched again.
//!
//! ```text
//! CACHE/
//!   CACHEDIR.TAG    tells backups to leave it out
//!   lock            held shared by who uses the cache, alone by who prunes it
//!   sha256/ab/…     contents, by their digest
//!   index/ab/…      what leads to them: a small file for each thing that was fetched
//!   trees/ab/…      folders that were made of what was fetched
//!   locks/…         so that of many processes one fetches a thing and the others wait
//! ```
//!
//! **Invariant:** what has its final name is complete: everything is written under another name, checked, and renamed.
//! A content is checked again when it is read. Nothing secret is written: an index names things as they are shown.
//! **Not here:** when something is fetched again ([`super::file`]).

mod blob;
mod index;
mod inventory;
mod lock;
mod prune;
mod tree;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub use blob::BlobWriter;
pub use index::{Entry, Key};
pub use inventory::Item;
pub use lock::Lock;
pub use prune::{Keep, Pruned, Run, prune};

use crate::base::{Diagnostic, Result};

/// A directory that is used as the cache.
pub struct Cache {
    root: PathBuf,
    now: fn() -> SystemTime,
    /// Shared with all other users for as long as this lives. `None` in a cache that may only be read.
    _in_use: Option<File>,
}

impl Cache {
    /// Makes the directory if it is not there.
    ///
    /// Errors: `cache`: it cannot be made.
    pub fn open(root: &Path, now: fn() -> SystemTime) -> Result<Cache> {
        let failed = |e: io::Error| {
            Diagnostic::new("cache", format!("cannot use `{}` as the cache: {}", root.display(), reason(&e)))
                .help("name a directory that you may write to: `--cache-dir DIR` or `KZ_CACHE_DIR`")
        };
        make_private_dir(root).map_err(failed)?;
        let tag = root.join("CACHEDIR.TAG");
        if !tag.exists() {
            // A cache that may only be read is good for what it holds.
            let _ = fs::write(tag, "Signature: 8a477f597d28d172789f06886806bc55\n# The cache of kz.\n");
        }
        // Programs run elsewhere.
        let root = &dunce::canonicalize(root).map_err(failed)?;
        let in_use = lock::share(&root.join("lock")).map_err(failed)?;
        Ok(Cache { root: root.to_owned(), now, _in_use: in_use })
    }

    /// The directory, absolute and free of links.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Waits until nobody else has the lock of this key, and takes it. Look again into the cache when you have it.
    ///
    /// Errors: `cache`: it cannot be written, or another process has the lock for a quarter of an hour.
    pub fn lock(&self, key: &Key) -> Result<Lock> {
        let path = self.root.join("locks").join(key.hash());
        lock::alone(&path).map_err(|e| self.failed("take a lock in", &e))
    }

    fn failed(&self, verb: &str, error: &io::Error) -> Box<Diagnostic> {
        Diagnostic::new("cache", format!("cannot {verb} the cache `{}`: {}", self.root.display(), reason(error)))
            .help("name a directory that you may write to: `--cache-dir DIR` or `KZ_CACHE_DIR`")
    }

    /// `FOLDER/ab/cdef…`
    fn place(&self, folder: &str, hash: &str) -> PathBuf {
        let (first, rest) = hash.split_at_checked(2).unwrap_or((hash, ""));
        self.root.join(folder).join(first).join(rest)
    }

    /// A name that nobody else has, on the same file system as all else.
    fn unfinished(&self, folder: &str) -> io::Result<PathBuf> {
        let dir = self.root.join(folder);
        fs::create_dir_all(&dir)?;
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        Ok(dir.join(format!("{UNFINISHED}{:016x}", u64::from_le_bytes(random))))
    }
}

/// How the names of files and folders begin that are still being written.
const UNFINISHED: &str = "unfinished-";

/// Gives a file or folder its final name.
fn put_in_place(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::rename(from, to)
}

/// A directory that only its owner can look into, for charts may be private. One that is there stays as it is.
fn make_private_dir(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// What the system says, without its number.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}

/// Says that a file is in use, so that pruning leaves it. Once a day is often enough.
fn touch(file: &File, now: SystemTime) {
    let is_fresh = |time: SystemTime| now.duration_since(time).map_or(true, |age| age.as_secs() < 24 * 60 * 60);
    if !file.metadata().and_then(|data| data.modified()).is_ok_and(is_fresh) {
        // Where it may not be written it is not pruned either.
        let _ = file.set_modified(now);
    }
}
