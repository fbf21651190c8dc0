//! Archives -> `charts/`, and what is outdated out of it.
//!
//! Source: safeMoveDeps in pkg/downloader/manager.go.

use std::fs;
use std::path::Path;

use super::{Order, charts_of, say};
use crate::base::{Diagnostic, Result};
use crate::helm::load;
use crate::helm::metadata::Dependency;
use crate::helm::pull::archive::Archive;
use crate::helm::pull::files;

/// Writes the archives, and removes archives of charts that are none of them.
///
/// Errors: `chart-archive`: one is no chart, and then nothing was written; `write`.
pub fn all(
    order: &Order,
    folder: &Path,
    locked: &[Dependency],
    archives: Vec<Archive>,
    out: &mut String,
) -> Result<()> {
    let pulling = order.pulling;
    for archive in &archives {
        load::load_any_archive(pulling.sources, &archive.file_name, &archive.content)?;
    }
    let charts = charts_of(folder);
    let failed = |path: &Path, why: String| {
        Diagnostic::new("write", format!("cannot write `{}`: {why}", path.display()))
            .help("`charts` must be a folder that you may write to")
    };
    fs::create_dir_all(&charts).map_err(|e| failed(&charts, e.to_string()))?;
    let before = pulling.fs.list(&charts).map_err(|e| failed(&charts, e.to_string()))?;
    for archive in &archives {
        let path = charts.join(&archive.file_name);
        files::replace_link(&path, &archive.content, 0o644).map_err(|e| failed(&path, e.to_string()))?;
    }
    say(out, format_args!("Deleting outdated charts"));
    let is_new = |name: &String| archives.iter().any(|archive| archive.file_name == *name);
    for name in before.iter().filter(|name| !is_new(name)) {
        let path = charts.join(name);
        if !pulling.fs.is_file(&path) {
            continue;
        }
        match load::load_any(pulling.fs, pulling.sources, &path, &path) {
            Ok(chart) => {
                let is_local =
                    |dependency: &&Dependency| dependency.repository.is_empty() && dependency.name == chart.name();
                if locked.iter().find(is_local).is_none() {
                    fs::remove_file(&path).map_err(|e| failed(&path, e.to_string()))?;
                }
            }
            Err(error) => {
                let (path, why) = (path.display(), &error.message);
                say(out, format_args!("Could not verify {path} for deletion: {why} (Skipping)"));
            }
        }
    }
    Ok(())
}
