//! The chart that a command line names.

use std::path::Path;

use kz::base::fs::Disk;
use kz::base::{Diagnostic, FileSystem, Result};

/// Only charts on disk so far. Source: LocateChart in pkg/action/install.go.
pub fn locate<'f>(repo: Option<&str>, reference: &'f str) -> Result<&'f str> {
    let path = reference.trim();
    let is_there = Disk.is_dir(Path::new(path)) || Disk.is_file(Path::new(path));
    if repo.is_none() && is_there {
        return Ok(path);
    }
    if repo.is_none() && (path.starts_with('.') || path.starts_with('/')) {
        return Err(Diagnostic::new("chart-not-found", format!("path \"{path}\" not found"))
            .help("name a folder with a Chart.yaml, or a `.tgz`"));
    }
    let message = match repo {
        Some(_) => format!("`{path}` would be fetched from the repository of `--repo`, and kz fetches no charts yet"),
        None => format!("there is no folder or file `{path}`, and kz fetches no charts yet"),
    };
    Err(Diagnostic::new("chart-not-found", message).help("fetch it first: `helm pull --untar`, then name the folder"))
}
