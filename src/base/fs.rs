//! The one door to files: on disk, in memory.
//!
//! Paths that callers hand in are absolute or relative to the file system's working directory;
//! what [`FileSystem::canonical`] gives back is absolute, without `.`, `..` or symbolic links.

mod memo;
mod overlay;
mod witness;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result, Seek};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

pub use memo::Memo;
pub use overlay::Overlay;
pub use witness::Witness;

/// Reading only: nothing in the library writes where it was not asked to.
pub trait FileSystem: Sync {
    fn read(&self, path: &Path) -> Result<Arc<[u8]>>;
    /// How many bytes a file has, so that nobody has to read one that is too large.
    fn size(&self, path: &Path) -> Result<u64> {
        self.read(path).map(|data| data.len() as u64)
    }
    fn is_dir(&self, path: &Path) -> bool;
    fn is_file(&self, path: &Path) -> bool;
    /// A file, or nothing if it has more bytes than may be read.
    fn read_within(&self, path: &Path, most: u64) -> Result<Option<Arc<[u8]>>> {
        if self.size(path)? > most {
            return Ok(None);
        }
        let text = self.read(path)?;
        Ok((text.len() as u64 <= most).then_some(text))
    }
    /// The names in a directory, sorted.
    fn list(&self, path: &Path) -> Result<Vec<String>>;
    /// As [`FileSystem::list`], each name with what it names as far as the directory says it.
    fn entries(&self, path: &Path) -> Result<Vec<(String, Entry)>> {
        Ok(self.list(path)?.into_iter().map(|name| (name, Entry::Unknown)).collect())
    }
    /// Absolute, without links. Fails where nothing is there.
    fn canonical(&self, path: &Path) -> Result<PathBuf>;
    /// As [`FileSystem::canonical`] of a [`clean`] path, where `known` is canonical: what both begin with is
    /// not looked at again.
    fn canonical_near(&self, _known: &Path, path: &Path) -> Result<PathBuf> {
        self.canonical(path)
    }
    /// What people call a place, where that is not its path.
    fn shown(&self, _path: &Path) -> Option<String> {
        None
    }
}

/// What a directory says of a name in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entry {
    /// A directory itself, no link to one.
    Folder,
    /// A file itself.
    File,
    /// A link, or what has to be asked for.
    Unknown,
}

/// So much is not asked of the memory at once on the word of a file's length.
const LONG_FILE: u64 = 256 << 20;

/// The disk of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl FileSystem for Disk {
    fn read(&self, path: &Path) -> Result<Arc<[u8]>> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        read_open(file, &metadata)
    }

    fn read_within(&self, path: &Path, most: u64) -> Result<Option<Arc<[u8]>>> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.len() > most {
            return Ok(None);
        }
        let text = read_open(file, &metadata)?;
        Ok((text.len() as u64 <= most).then_some(text))
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
        Ok(self.entries(path)?.into_iter().map(|(name, _)| name).collect())
    }

    fn entries(&self, path: &Path) -> Result<Vec<(String, Entry)>> {
        let entry = |entry: Result<std::fs::DirEntry>| {
            let entry = entry?;
            let kind = match entry.file_type() {
                Ok(kind) if kind.is_dir() => Entry::Folder,
                Ok(kind) if kind.is_file() => Entry::File,
                _ => Entry::Unknown,
            };
            Ok((entry.file_name().to_string_lossy().into_owned(), kind))
        };
        let mut names = std::fs::read_dir(path)?.map(entry).collect::<Result<Vec<_>>>()?;
        names.sort();
        Ok(names)
    }

    fn canonical(&self, path: &Path) -> Result<PathBuf> {
        dunce::canonicalize(path)
    }

    fn canonical_near(&self, known: &Path, path: &Path) -> Result<PathBuf> {
        let shared = known.components().zip(path.components()).take_while(|(a, b)| a == b).count();
        let mut real: PathBuf = path.components().take(shared).collect();
        for part in path.components().skip(shared) {
            real.push(part);
            if std::fs::symlink_metadata(&real)?.is_symlink() {
                return dunce::canonicalize(path);
            }
        }
        Ok(real)
    }
}

fn read_open(mut file: File, metadata: &std::fs::Metadata) -> Result<Arc<[u8]>> {
    let length = metadata.len();
    // Straight into where it stays. What has a length of zero may be made as it is read.
    if metadata.is_file() && (1..LONG_FILE).contains(&length) {
        let mut text: Arc<[u8]> = std::iter::repeat_n(0, length as usize).collect();
        if let Some(Ok(())) = Arc::get_mut(&mut text).map(|text| file.read_exact(text)) {
            return Ok(text);
        }
        file.rewind()?;
    }
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    Ok(text.into())
}

/// A folder of another file system, or all of it. What lies elsewhere is not there, also where links lead to it.
pub struct Within<'f> {
    pub fs: &'f dyn FileSystem,
    /// Canonical.
    pub folder: Option<&'f Path>,
}

impl Within<'_> {
    fn checked<'p>(&self, path: &'p Path) -> Result<&'p Path> {
        match self.folder {
            Some(folder) if !self.fs.canonical(path)?.starts_with(folder) => Err(ErrorKind::NotFound.into()),
            _ => Ok(path),
        }
    }
}

impl FileSystem for Within<'_> {
    fn read(&self, path: &Path) -> Result<Arc<[u8]>> {
        self.fs.read(self.checked(path)?)
    }

    fn size(&self, path: &Path) -> Result<u64> {
        self.fs.size(self.checked(path)?)
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.checked(path).is_ok_and(|path| self.fs.is_dir(path))
    }

    fn is_file(&self, path: &Path) -> bool {
        self.checked(path).is_ok_and(|path| self.fs.is_file(path))
    }

    fn read_within(&self, path: &Path, most: u64) -> Result<Option<Arc<[u8]>>> {
        self.fs.read_within(self.checked(path)?, most)
    }

    fn list(&self, path: &Path) -> Result<Vec<String>> {
        self.fs.list(self.checked(path)?)
    }

    fn entries(&self, path: &Path) -> Result<Vec<(String, Entry)>> {
        self.fs.entries(self.checked(path)?)
    }

    fn canonical(&self, path: &Path) -> Result<PathBuf> {
        self.fs.canonical(self.checked(path)?)
    }

    fn canonical_near(&self, known: &Path, path: &Path) -> Result<PathBuf> {
        self.fs.canonical_near(known, self.checked(path)?)
    }

    fn shown(&self, path: &Path) -> Option<String> {
        self.fs.shown(path)
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

/// Absolute and without `.` and `..`, by the text of the path alone. On Windows the drive stays.
pub fn clean(path: &Path) -> PathBuf {
    let mut out = PathBuf::from("/");
    for part in path.components() {
        match part {
            Component::Prefix(drive) => out = [drive.as_os_str(), "\\".as_ref()].iter().collect(),
            Component::Normal(name) => out.push(name),
            Component::ParentDir => {
                out.pop();
            }
            _ => {}
        }
    }
    out
}

/// A path as kustomizations, charts and messages have it: with slashes, on Windows too.
pub fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}

/// Whether a path that a kustomization names is absolute: on Windows also where it names no drive.
pub fn is_absolute(path: &str) -> bool {
    Path::new(path).has_root()
}

/// The way from one folder to a path, both absolute and clean. Go: filepath.Rel.
pub fn relative(from: &Path, to: &Path) -> PathBuf {
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(shared).map(|_| Component::ParentDir);
    let way: PathBuf = up.chain(to.components().skip(shared)).collect();
    if way.as_os_str().is_empty() { PathBuf::from(".") } else { way }
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
