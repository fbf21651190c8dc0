//! A store in a folder of this machine.
//!
//! A file is written under another name, brought to the disk, and then linked to its own name, which fails where
//! that is taken. So there is no lock, and nothing is ever there in part.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use super::Store;
use crate::base::fs::slashed;
use crate::base::{Diagnostic, Result};

/// Files that are being written.
const DRAFTS: &str = "drafts";

/// A folder with a store, or in which one will be.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Nothing is looked at.
    pub fn new(root: impl Into<PathBuf>) -> Folder {
        Folder { root: root.into() }
    }

    /// The folder `.kz` of a directory or of one above it, as git finds `.git`: where one is, or else beside the
    /// `.git` that is met first, or else in the directory itself.
    pub fn find(directory: &Path) -> Folder {
        for folder in directory.ancestors() {
            // What lies above a repository is somebody else's.
            if folder.join(".kz").is_dir() || folder.join(".git").exists() {
                return Folder::new(folder.join(".kz"));
            }
        }
        Folder::new(directory.join(".kz"))
    }

    fn path(&self, key: &str) -> PathBuf {
        self.root.join(key)
    }

    fn write(&self, key: &str, content: &[u8]) -> io::Result<bool> {
        let path = self.path(key);
        if path.exists() {
            return Ok(false);
        }
        let (folder, drafts) = (path.parent().unwrap_or(&self.root), self.root.join(DRAFTS));
        self.make(&drafts)?;
        self.make(folder)?;
        let draft = Draft::new(&drafts, content)?;
        match fs::hard_link(&draft.path, &path) {
            Ok(()) => {
                sync_folder(folder)?;
                Ok(true)
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Makes a folder and those above it, down from the store's own; the store's gets a file that keeps git away.
    fn make(&self, folder: &Path) -> io::Result<()> {
        if folder.is_dir() {
            return Ok(());
        }
        if !self.root.is_dir() {
            fs::create_dir_all(&self.root)?;
            let ignore = self.root.join(".gitignore");
            if !ignore.exists() {
                fs::write(&ignore, "*\n")?;
            }
            self.root.parent().map_or(Ok(()), sync_folder)?;
        }
        fs::create_dir_all(folder)?;
        folder.parent().map_or(Ok(()), sync_folder)
    }
}

impl Store for Folder {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        match fs::read(self.path(key)) {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(trouble("read", &self.path(key), &error)),
        }
    }

    fn put_new(&self, key: &str, content: &[u8]) -> Result<bool> {
        self.write(key, content).map_err(|error| trouble("write", &self.path(key), &error))
    }

    fn put_with(&self, key: &str, content: &[u8], needed: &[(String, Vec<u8>)]) -> Result<bool> {
        for (needed, content) in needed {
            if !self.put_new(needed, content)? {
                // Who may not say so writes nothing here either.
                let file = OpenOptions::new().append(true).open(self.path(needed));
                let touched = file.and_then(|file| file.set_modified(SystemTime::now()));
                touched.map_err(|error| trouble("write", &self.path(needed), &error))?;
            }
        }
        self.put_new(key, content)
    }

    fn written(&self, key: &str) -> Result<Option<SystemTime>> {
        match fs::metadata(self.path(key)).and_then(|about| about.modified()) {
            Ok(time) => Ok(Some(time)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(trouble("read", &self.path(key), &error)),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>> {
        let path = self.path(folder);
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(Vec::new());
            }
            Err(error) => return Err(trouble("read", &path, &error)),
        };
        let name =
            |entry: io::Result<fs::DirEntry>| entry.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut names =
            entries.map(name).collect::<io::Result<Vec<String>>>().map_err(|error| trouble("read", &path, &error))?;
        names.sort_unstable();
        Ok(names)
    }

    fn remove(&self, key: &str) -> Result<()> {
        match fs::remove_file(self.path(key)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(trouble("remove", &self.path(key), &error)),
            _ => Ok(()),
        }
    }

    fn name(&self) -> String {
        format!("`{}`", slashed(&self.root))
    }
}

/// A file under a name of its own, which goes away with it.
struct Draft {
    path: PathBuf,
}

impl Draft {
    fn new(folder: &Path, content: &[u8]) -> io::Result<Draft> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        loop {
            let name = format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
            let path = folder.join(name);
            let mut file = match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => file,
                // Of a process that was killed.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error),
            };
            let draft = Draft { path };
            file.write_all(content)?;
            file.sync_all()?;
            return Ok(draft);
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // One that stays is looked at by nobody.
        fs::remove_file(&self.path).ok();
    }
}

/// The names in a folder are on the disk, too.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    // What lies above a name alone is the working directory.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

fn trouble(verb: &str, path: &Path, error: &io::Error) -> Box<Diagnostic> {
    let help = match error.kind() {
        ErrorKind::StorageFull => "make room, and do it again: nothing was recorded",
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => "see who may write there, or name another store",
        _ => "see whether the folder can be used",
    };
    Diagnostic::new("store", format!("cannot {verb} `{}`: {error}", path.display())).help(help)
}
