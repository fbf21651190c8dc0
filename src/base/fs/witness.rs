//! A file system that remembers which files were read, and what was in them.
//!
//! **Invariant:** it answers as the one behind it does.

use std::collections::BTreeMap;
use std::io::Result;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::{Entry, FileSystem};

/// Stands between a file system and those who read from it.
pub struct Witness<'f> {
    fs: &'f dyn FileSystem,
    read: Mutex<BTreeMap<PathBuf, Arc<[u8]>>>,
}

impl<'f> Witness<'f> {
    pub fn new(fs: &'f dyn FileSystem) -> Witness<'f> {
        Witness { fs, read: Mutex::default() }
    }

    /// What was read so far.
    pub fn files(&self) -> BTreeMap<PathBuf, Arc<[u8]>> {
        self.read.lock().unwrap_or_else(|e| e.into_inner()).clone()
    }

    fn note(&self, path: &Path, content: &Arc<[u8]>) {
        self.read.lock().unwrap_or_else(|e| e.into_inner()).insert(path.to_owned(), Arc::clone(content));
    }
}

impl FileSystem for Witness<'_> {
    fn read(&self, path: &Path) -> Result<Arc<[u8]>> {
        let content = self.fs.read(path)?;
        self.note(path, &content);
        Ok(content)
    }

    fn read_within(&self, path: &Path, most: u64) -> Result<Option<Arc<[u8]>>> {
        let content = self.fs.read_within(path, most)?;
        if let Some(content) = &content {
            self.note(path, content);
        }
        Ok(content)
    }

    fn size(&self, path: &Path) -> Result<u64> {
        self.fs.size(path)
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.fs.is_dir(path)
    }

    fn is_file(&self, path: &Path) -> bool {
        self.fs.is_file(path)
    }

    fn list(&self, path: &Path) -> Result<Vec<String>> {
        self.fs.list(path)
    }

    fn entries(&self, path: &Path) -> Result<Vec<(String, Entry)>> {
        self.fs.entries(path)
    }

    fn canonical(&self, path: &Path) -> Result<PathBuf> {
        self.fs.canonical(path)
    }

    fn canonical_near(&self, known: &Path, path: &Path) -> Result<PathBuf> {
        self.fs.canonical_near(known, path)
    }

    fn shown(&self, path: &Path) -> Option<String> {
        self.fs.shown(path)
    }
}
