//! A file system in which some files are others: texts that stand in the place of files, or where none are.
//!
//! **Invariant:** of all other files it answers as the one behind it does. Nothing is written.

use std::collections::BTreeMap;
use std::io::Result;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Entry, FileSystem};

/// Lies over a file system.
pub struct Overlay<'f> {
    fs: &'f dyn FileSystem,
    files: BTreeMap<PathBuf, Other>,
}

/// The text of a file, and what people call it.
struct Other {
    text: Arc<[u8]>,
    name: String,
}

impl<'f> Overlay<'f> {
    pub fn new(fs: &'f dyn FileSystem) -> Overlay<'f> {
        Overlay { fs, files: BTreeMap::new() }
    }

    /// Puts a text in the place of a file. The path is the one by which the file is read.
    pub fn put(&mut self, path: impl Into<PathBuf>, name: impl Into<String>, text: impl Into<Arc<[u8]>>) {
        self.files.insert(path.into(), Other { text: text.into(), name: name.into() });
    }
}

impl FileSystem for Overlay<'_> {
    fn read(&self, path: &Path) -> Result<Arc<[u8]>> {
        match self.files.get(path) {
            Some(other) => Ok(Arc::clone(&other.text)),
            None => self.fs.read(path),
        }
    }

    fn size(&self, path: &Path) -> Result<u64> {
        match self.files.get(path) {
            Some(other) => Ok(other.text.len() as u64),
            None => self.fs.size(path),
        }
    }

    fn is_dir(&self, path: &Path) -> bool {
        !self.files.contains_key(path) && self.fs.is_dir(path)
    }

    fn is_file(&self, path: &Path) -> bool {
        self.files.contains_key(path) || self.fs.is_file(path)
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
        self.files.get(path).map(|other| other.name.clone()).or_else(|| self.fs.shown(path))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Memory;
    use super::*;

    #[test]
    fn some_files_are_others() {
        let mut below = Memory::new();
        below.write("/a/b", "below");
        below.write("/a/c", "stays");
        let mut overlay = Overlay::new(&below);
        overlay.put("/a/b", "the other", *b"above");
        overlay.put("nowhere", "a text", *b"new");
        let read = |path: &str| overlay.read(Path::new(path)).map(|text| String::from_utf8_lossy(&text).into_owned());
        assert_eq!(read("/a/b").unwrap(), "above");
        assert_eq!(read("/a/c").unwrap(), "stays");
        assert_eq!(read("nowhere").unwrap(), "new");
        assert!(read("/a/d").is_err());
        assert_eq!(overlay.size(Path::new("nowhere")).unwrap(), 3);
        assert_eq!(overlay.read_within(Path::new("/a/b"), 4).unwrap(), None);
        assert!(overlay.is_file(Path::new("nowhere")) && overlay.is_dir(Path::new("/a")));
        assert_eq!(overlay.shown(Path::new("/a/b")).as_deref(), Some("the other"));
        assert_eq!(overlay.shown(Path::new("/a/c")), None);
        assert_eq!(overlay.list(Path::new("/a")).unwrap(), ["b", "c"]);
    }
}
