//! The files that a copy is to have. They are in memory until all of them are known.
//!
//! **Invariant:** paths are clean and start with `/`, which stands for the destination: no path leads out of it. On
//! disk there is nothing of a copy that could not be made or written as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::fs::clean;
use crate::base::{Diagnostic, Result};

#[derive(Debug, Default)]
pub struct Tree {
    files: BTreeMap<PathBuf, Arc<[u8]>>,
    folders: BTreeSet<PathBuf>,
}

impl Tree {
    /// Adds a folder and those that it is in.
    pub fn folder(&mut self, path: &Path) {
        let path = clean(path);
        self.folders.extend(path.ancestors().map(Path::to_owned));
    }

    /// Adds a file, in the place of one that was added before.
    pub fn file(&mut self, path: &Path, content: impl Into<Arc<[u8]>>) {
        let path = clean(path);
        if let Some(folder) = path.parent() {
            self.folder(folder);
        }
        self.files.insert(path, content.into());
    }

    pub fn has(&self, path: &Path) -> bool {
        let path = clean(path);
        self.folders.contains(&path) || self.files.contains_key(&path)
    }

    /// Writes everything into a new folder. Where something fails the folder is gone again.
    ///
    /// Errors: `localize-destination`, `write`.
    pub fn save(&self, destination: &Path, name: &str) -> Result<()> {
        fs::create_dir(destination).map_err(|e| refused(name, &e))?;
        self.fill(destination).map_err(|(path, e)| {
            fs::remove_dir_all(destination).ok();
            let path = Path::new(name).join(path);
            Diagnostic::new("write", format!("cannot write `{}`: {e}", path.display()))
                .help("nothing was left behind: see to what hinders it, and run the command again")
        })
    }

    fn fill(&self, destination: &Path) -> Result<(), (PathBuf, io::Error)> {
        let below = |path: &Path| path.strip_prefix("/").unwrap_or(path).to_owned();
        for folder in self.folders.iter().map(|path| below(path)) {
            fs::create_dir_all(destination.join(&folder)).map_err(|e| (folder, e))?;
        }
        for (file, content) in &self.files {
            let file = below(file);
            fs::write(destination.join(&file), content).map_err(|e| (file, e))?;
        }
        Ok(())
    }
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
