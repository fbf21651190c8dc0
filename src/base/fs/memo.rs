//! A file system of which each file is read once, and each question asked once.
//!
//! Two hundred overlays on one base would otherwise read it two hundred times.
//!
//! **Invariant:** what was answered stays the answer, also where the file has changed since.

use std::collections::HashMap;
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::{Entry, FileSystem};

/// All that was asked of a file system, and its answers.
pub struct Memo<'f> {
    fs: &'f dyn FileSystem,
    files: Answers<Arc<[u8]>>,
    folders: Answers<Arc<Vec<(String, Entry)>>>,
    real: Answers<PathBuf>,
    kinds: Answers<(bool, bool)>,
}

type Answers<T> = Mutex<HashMap<PathBuf, std::result::Result<T, Refused>>>;

/// An error, as often as it is wanted.
#[derive(Clone)]
enum Refused {
    Kind(ErrorKind),
    Text(ErrorKind, String),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Refused {
        match error.get_ref() {
            Some(inner) => Refused::Text(error.kind(), inner.to_string()),
            None => Refused::Kind(error.kind()),
        }
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Error {
        match refused {
            Refused::Kind(kind) => kind.into(),
            Refused::Text(kind, text) => Error::new(kind, text),
        }
    }
}

impl<'f> Memo<'f> {
    pub fn new(fs: &'f dyn FileSystem) -> Memo<'f> {
        Memo { fs, files: Mutex::default(), folders: Mutex::default(), real: Mutex::default(), kinds: Mutex::default() }
    }

    fn kind(&self, path: &Path) -> (bool, bool) {
        let ask = |path: &Path| Ok((self.fs.is_dir(path), self.fs.is_file(path)));
        once(&self.kinds, path, ask).unwrap_or_default()
    }
}

/// An answer that is there, or the one that is given now. Two that ask at once may both be answered by the file system.
fn once<T: Clone>(answers: &Answers<T>, path: &Path, ask: impl FnOnce(&Path) -> Result<T>) -> Result<T> {
    if let Some(known) = answers.lock().unwrap_or_else(|e| e.into_inner()).get(path) {
        return known.clone().map_err(Error::from);
    }
    let answer = ask(path).map_err(Refused::from);
    let mut answers = answers.lock().unwrap_or_else(|e| e.into_inner());
    answers.entry(path.to_owned()).or_insert(answer).clone().map_err(Error::from)
}

impl FileSystem for Memo<'_> {
    fn read(&self, path: &Path) -> Result<Arc<[u8]>> {
        once(&self.files, path, |path| self.fs.read(path))
    }

    fn size(&self, path: &Path) -> Result<u64> {
        let known = self.files.lock().unwrap_or_else(|e| e.into_inner()).get(path).cloned();
        match known {
            Some(Ok(text)) => Ok(text.len() as u64),
            _ => self.fs.size(path),
        }
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.kind(path).0
    }

    fn is_file(&self, path: &Path) -> bool {
        self.kind(path).1
    }

    fn list(&self, path: &Path) -> Result<Vec<String>> {
        Ok(self.entries(path)?.into_iter().map(|(name, _)| name).collect())
    }

    fn entries(&self, path: &Path) -> Result<Vec<(String, Entry)>> {
        let entries = once(&self.folders, path, |path| self.fs.entries(path).map(Arc::new))?;
        Ok(entries.as_ref().clone())
    }

    fn canonical(&self, path: &Path) -> Result<PathBuf> {
        once(&self.real, path, |path| self.fs.canonical(path))
    }

    fn canonical_near(&self, known: &Path, path: &Path) -> Result<PathBuf> {
        once(&self.real, path, |path| self.fs.canonical_near(known, path))
    }

    fn shown(&self, path: &Path) -> Option<String> {
        self.fs.shown(path)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::super::Memory;
    use super::*;

    struct Counting(Memory, AtomicUsize);

    impl FileSystem for Counting {
        fn read(&self, path: &Path) -> Result<Arc<[u8]>> {
            self.1.fetch_add(1, Ordering::Relaxed);
            self.0.read(path)
        }
        fn is_dir(&self, path: &Path) -> bool {
            self.0.is_dir(path)
        }
        fn is_file(&self, path: &Path) -> bool {
            self.0.is_file(path)
        }
        fn list(&self, path: &Path) -> Result<Vec<String>> {
            self.0.list(path)
        }
        fn canonical(&self, path: &Path) -> Result<PathBuf> {
            self.0.canonical(path)
        }
    }

    #[test]
    fn files_are_read_once_and_errors_stay() {
        let mut files = Memory::new();
        files.write("/a/b", "text");
        let counting = Counting(files, AtomicUsize::new(0));
        let memo = Memo::new(&counting);
        for _ in 0..3 {
            assert_eq!(&*memo.read(Path::new("/a/b")).unwrap(), b"text");
            assert_eq!(memo.size(Path::new("/a/b")).unwrap(), 4);
            assert_eq!(memo.read(Path::new("/a/c")).unwrap_err().kind(), ErrorKind::NotFound);
            assert_eq!((memo.is_dir(Path::new("/a")), memo.is_file(Path::new("/a"))), (true, false));
            assert_eq!(memo.list(Path::new("/a")).unwrap(), ["b"]);
            assert_eq!(memo.canonical(Path::new("/a/../a/b")).unwrap(), Path::new("/a/b"));
        }
        assert_eq!(counting.1.load(Ordering::Relaxed), 2);
    }
}
