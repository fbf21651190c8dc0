//! The one door to files: on disk, in memory.
//!
//! Paths that callers hand in are absolute or relative to the file system's working directory;
//! what [`FileSystem::canonical`] gives back is absolute, without `.`, `..` or symbolic links.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result, Seek};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// Reading only: nothing in the library writes where it was not asked to.
pub trait FileSystem: Sync {
    fn read(&self, path: &Path) -> Result<Arc<[u8]>>;
    /// How many bytes a file has, so that nobody has to read one that is too large.
    fn size(&self, path: &Path) -> Result<u64> {
        self.read(path).map(|data| data.len() as u64)
    }
    fn is_dir(&self, path: &Path) -> bool;
    fn is_file(&self, path: &Path) -> bool;
    /// The names in a directory, sorted.
    fn list(&self, path: &Path) -> Result<Vec<String>>;
    /// Absolute, without links. Fails where nothing is there.
    fn canonical(&self, path: &Path) -> Result<PathBuf>;
    /// As [`FileSystem::canonical`] of a [`clean`] path, where `known` is canonical: what both begin with is
    /// not looked at again.
    fn canonical_near(&self, _known: &Path, path: &Path) -> Result<PathBuf> {
        self.canonical(path)
    }
}

/// So much is not asked of the memory at once on the word of a file's length.
const LONG_FILE: u64 = 256 << 20;

/// The disk of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl FileSystem for Disk {
    fn read(&self, path: &Path) -> Result<Arc<[u8]>> {
        let mut file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_file() && metadata.len() < LONG_FILE {
            // Straight into where it stays, if the file is as long as the system says.
            let mut text: Arc<[u8]> = std::iter::repeat_n(0, metadata.len() as usize).collect();
            let whole = Arc::get_mut(&mut text).map(|text| file.read_exact(text));
            if matches!(whole, Some(Ok(()))) && file.read(&mut [0])? == 0 {
                return Ok(text);
            }
            file.rewind()?;
        }
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        Ok(text.into())
    }

    fn size(&self, path: &Path) -> Result<u64> {
        std::fs::metadata(path).map(|data| data.len())
    }

    fn is_dir(&self, path: &Path) -> bool {
        path.is_dir()
    }

    fn is_file(&self, path: &Path) -> bool {
        path.is_file()
    }

    fn list(&self, path: &Path) -> Result<Vec<String>> {
        let mut names = std::fs::read_dir(path)?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<Result<Vec<_>>>()?;
        names.sort();
        Ok(names)
    }

    fn canonical(&self, path: &Path) -> Result<PathBuf> {
        std::fs::canonicalize(path)
    }

    fn canonical_near(&self, known: &Path, path: &Path) -> Result<PathBuf> {
        let shared = known.components().zip(path.components()).take_while(|(a, b)| a == b).count();
        let mut real: PathBuf = path.components().take(shared).collect();
        for part in path.components().skip(shared) {
            real.push(part);
            if std::fs::symlink_metadata(&real)?.is_symlink() {
                return std::fs::canonicalize(path);
            }
        }
        Ok(real)
    }
}

/// Files in memory, for tests and fuzzing. Paths are from `/`; directories are there by what is in them.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Memory {
    pub fn new() -> Memory {
        Memory::default()
    }

    /// Adds a file; `path` is taken from the root.
    pub fn write(&mut self, path: impl AsRef<Path>, content: impl Into<Vec<u8>>) {
        self.files.insert(clean(path.as_ref()), content.into());
    }
}

/// Absolute and without `.` and `..`, by the text of the path alone.
pub fn clean(path: &Path) -> PathBuf {
    let mut out = PathBuf::from("/");
    for part in path.components() {
        match part {
            Component::Normal(name) => out.push(name),
            Component::ParentDir => {
                out.pop();
            }
            _ => {}
        }
    }
    out
}

impl FileSystem for Memory {
    fn read(&self, path: &Path) -> Result<Arc<[u8]>> {
        self.files.get(&clean(path)).map(|text| text.as_slice().into()).ok_or_else(|| Error::from(ErrorKind::NotFound))
    }

    fn is_dir(&self, path: &Path) -> bool {
        let path = clean(path);
        self.files.range(path.clone()..).any(|(file, _)| *file != path && file.starts_with(&path))
    }

    fn is_file(&self, path: &Path) -> bool {
        self.files.contains_key(&clean(path))
    }

    fn list(&self, path: &Path) -> Result<Vec<String>> {
        let path = clean(path);
        let names = self.files.keys().filter_map(|file| file.strip_prefix(&path).ok()?.components().next());
        let mut names: Vec<String> = names.map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
        names.dedup();
        Ok(names)
    }

    fn canonical(&self, path: &Path) -> Result<PathBuf> {
        let path = clean(path);
        let there = self.is_file(&path) || self.is_dir(&path);
        there.then_some(path).ok_or_else(|| Error::from(ErrorKind::NotFound))
    }
}
