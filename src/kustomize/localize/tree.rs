//! The files that a copy is to have, until all of them are known.
//!
//! **Invariant:** paths are clean and start with `/`, which stands for the destination: no path leads out of it. On
//! disk there is nothing of a copy that could not be made or written as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::fs::{FileSystem, clean};
use crate::base::{Diagnostic, Result};

#[derive(Debug, Default)]
pub struct Tree {
    files: BTreeMap<PathBuf, Content>,
    folders: BTreeSet<PathBuf>,
}

#[derive(Debug)]
enum Content {
    Text(Arc<[u8]>),
    /// That of a file, which may be large and is read when it is written.
    Of(PathBuf),
}

impl Tree {
    /// Adds a folder and those that it is in.
    pub fn folder(&mut self, path: &Path) {
        let path = clean(path);
        self.folders.extend(path.ancestors().map(Path::to_owned));
    }

    /// Adds a file, in the place of one that was added before.
    pub fn file(&mut self, path: &Path, content: impl Into<Arc<[u8]>>) {
        self.insert(path, Content::Text(content.into()));
    }

    /// As [`Tree::file`], with what a file holds.
    pub fn copy_of(&mut self, path: &Path, original: PathBuf) {
        self.insert(path, Content::Of(original));
    }

    fn insert(&mut self, path: &Path, content: Content) {
        let path = clean(path);
        if let Some(folder) = path.parent() {
            self.folder(folder);
        }
        self.files.insert(path, content);
    }

    pub fn has(&self, path: &Path) -> bool {
        let path = clean(path);
        self.folders.contains(&path) || self.files.contains_key(&path)
    }

    /// Writes everything into a new folder. Where something fails the folder is gone again.
    ///
    /// Errors: `localize-destination`, `write`, `unreadable-file`.
    pub fn save(&self, files: &dyn FileSystem, destination: &Path, name: &str) -> Result<()> {
        fs::create_dir(destination).map_err(|e| refused(name, &e))?;
        let written = self.fill(files, destination, name);
        if written.is_err() {
            fs::remove_dir_all(destination).ok();
        }
        written
    }

    fn fill(&self, files: &dyn FileSystem, destination: &Path, name: &str) -> Result<()> {
        let failed = |path: &Path, e: io::Error| {
            let path = Path::new(name).join(path);
            Diagnostic::new("write", format!("cannot write `{}`: {e}", path.display()))
                .help("nothing was left behind: see to what hinders it, and run the command again")
        };
        let below = |path: &Path| path.strip_prefix("/").unwrap_or(path).to_owned();
        for folder in self.folders.iter().map(|path| below(path)) {
            fs::create_dir_all(destination.join(&folder)).map_err(|e| failed(&folder, e))?;
        }
        for (file, content) in &self.files {
            let file = below(file);
            let text = match content {
                Content::Text(text) => text.clone(),
                Content::Of(path) => files.read(path).map_err(|e| unreadable(path, &e))?,
            };
            fs::write(destination.join(&file), text).map_err(|e| failed(&file, e))?;
        }
        Ok(())
    }
}

/// The error for a file or directory of which a copy cannot be made.
pub fn unreadable(path: &Path, error: &io::Error) -> Box<Diagnostic> {
    Diagnostic::new("unreadable-file", format!("`{}` cannot be read: {error}", path.display()))
        .help("see whether this user may read it")
}

/// The error for a destination that cannot be made.
pub fn refused(name: &str, error: &io::Error) -> Box<Diagnostic> {
    let code = "localize-destination";
    match error.kind() {
        ErrorKind::AlreadyExists => Diagnostic::new(code, format!("the destination `{name}` is already there"))
            .help("name one that is not there yet, or remove it"),
        ErrorKind::NotFound => Diagnostic::new(code, format!("the destination `{name}` is in no directory"))
            .help("make the directory first: only the last part of the path is made"),
        _ => Diagnostic::new(code, format!("the destination `{name}` cannot be made: {error}"))
            .help("name a directory in one that you may write to"),
    }
}
