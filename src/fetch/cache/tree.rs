//! Folders that were made of what was fetched: checkouts of git, unpacked archives.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Cache, Entry, Key, put_in_place};
use crate::base::Result;

pub(super) const FOLDER: &str = "trees";

impl Cache {
    /// The folder of a key, if it was made.
    pub fn tree(&self, key: &Key) -> Option<PathBuf> {
        self.entry(key)?;
        Some(self.place(FOLDER, key.hash())).filter(|path| path.is_dir())
    }

    /// The folder of a key; where it is not there, `fill` gets an empty one to make it in. Of many processes that
    /// want it, one makes it.
    ///
    /// Errors: those of `fill`, after which nothing is left; `cache`.
    pub fn tree_or(&self, key: &Key, fill: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
        if let Some(path) = self.tree(key) {
            return Ok(path);
        }
        let _lock = self.lock(key)?;
        if let Some(path) = self.tree(key) {
            return Ok(path);
        }
        let (unfinished, ()) = self.make(fill)?;
        self.settle(key, &unfinished)
    }

    /// A folder whose key is not known before it is made: `fill` gives it. One that is there already stays.
    ///
    /// Errors: those of `fill`, after which nothing is left; `cache`.
    pub fn tree_named_by(&self, fill: impl FnOnce(&Path) -> Result<Key>) -> Result<PathBuf> {
        let (unfinished, key) = self.make(fill)?;
        let _lock = self.lock(&key)?;
        match self.tree(&key) {
            Some(path) => {
                // What cannot be taken away now is taken away by pruning.
                let _ = fs::remove_dir_all(&unfinished);
                Ok(path)
            }
            None => self.settle(&key, &unfinished),
        }
    }

    /// A folder that has no final name yet. Where `fill` fails, nothing is left.
    fn make<T>(&self, fill: impl FnOnce(&Path) -> Result<T>) -> Result<(PathBuf, T)> {
        let failed = |e| self.failed("write to", &e);
        let unfinished = self.unfinished(FOLDER).map_err(failed)?;
        fs::create_dir(&unfinished).map_err(failed)?;
        match fill(&unfinished) {
            Ok(made) => Ok((unfinished, made)),
            Err(error) => {
                // What cannot be taken away now is taken away by pruning.
                let _ = fs::remove_dir_all(&unfinished);
                Err(error)
            }
        }
    }

    /// Gives a folder its final name.
    fn settle(&self, key: &Key, unfinished: &Path) -> Result<PathBuf> {
        let place = self.place(FOLDER, key.hash());
        let put = || {
            // One that the index does not know was not finished, or was pruned by halves.
            if place.exists() {
                fs::remove_dir_all(&place)?;
            }
            put_in_place(unfinished, &place)
        };
        if let Err(error) = put() {
            let _ = fs::remove_dir_all(unfinished);
            return Err(self.failed("write to", &error));
        }
        self.record(key, &Entry { digest: None, value: None, etag: None, fetched: (self.now)() })?;
        Ok(place)
    }
}
