//! Charts that were fetched, put where somebody wants them: as an archive, or unpacked.
//!
//! Source: Pull.Run in pkg/action/pull.go, Expand in pkg/chart/v2/util/expand.go.
//!
//! **Invariant:** nothing that is there is written over but the archive of the same name; a folder is there with all
//! of a chart, or not at all.

use std::fs;
use std::io;
use std::path::Path;

use super::archive::Archive;
use super::files;
use super::vouched::Provenance;
use crate::base::{Diagnostic, Result, Sources};
use crate::helm::archive::read_bytes;
use crate::helm::metadata::Metadata;
use crate::yaml::{ReadOptions, read};

/// Writes an archive into a folder that is there, and beside it what vouches for it.
///
/// Errors: `write`.
pub fn archive(archive: &Archive, provenance: Option<&Provenance>, folder: &Path) -> Result<()> {
    if !folder.is_dir() {
        return Err(failed(folder, "there is no such folder").help("make it first"));
    }
    let path = folder.join(&archive.file_name);
    let write =
        |path: &Path, text: &[u8]| files::replace_link(path, text, 0o644).map_err(|e| failed(path, &e.to_string()));
    write(&path, &archive.content)?;
    match provenance {
        Some(Provenance::There(text)) => write(&folder.join(format!("{}.prov", archive.file_name)), text),
        Some(Provenance::Missing(_)) | None => Ok(()),
    }
}

/// Unpacks an archive into a folder of the chart's name below `folder`. Folders are made.
///
/// Errors: `chart-archive`: it is none, or its chart has no name that a folder can have; `write`: something is in the
/// way.
pub fn unpacked(archive: &Archive, folder: &Path) -> Result<()> {
    let archive_files = read_bytes(&archive.file_name, &archive.content)?;
    // Go: of several the last counts.
    let chart_file = archive_files.iter().rfind(|file| file.name == "Chart.yaml");
    let name = chart_file.map_or(Ok(String::new()), |file| chart_name(&archive.file_name, &file.data))?;
    if matches!(name.as_str(), "" | "." | "..") || name.contains(['/', '\\']) {
        let why = if name.is_empty() { "chart name not specified".to_owned() } else { format!("chart name {name:?}") };
        return Err(Diagnostic::new("chart-archive", format!("cannot unpack `{}`: {why}", archive.file_name))
            .help("the `name` in its Chart.yaml must be one that a folder can have"));
    }
    let target = folder.join(&name);
    if fs::symlink_metadata(&target).is_ok() {
        let why = "a file or directory with that name already exists";
        return Err(failed(&target, why).help("remove it, or unpack into another folder: `--untardir DIR`"));
    }
    let io_failed = |e: io::Error| failed(&target, &e.to_string());
    fs::create_dir_all(folder).map_err(io_failed)?;
    let unfinished = files::unfinished(folder).map_err(io_failed)?;
    let write = || {
        fs::create_dir(&unfinished)?;
        for file in &archive_files {
            // The names were checked when the archive was read.
            let path = unfinished.join(&file.name);
            fs::create_dir_all(path.parent().unwrap_or(&unfinished))?;
            fs::write(path, &file.data)?;
        }
        fs::rename(&unfinished, &target)
    };
    write().inspect_err(|_| drop(fs::remove_dir_all(&unfinished))).map_err(io_failed)
}

fn chart_name(archive: &str, text: &[u8]) -> Result<String> {
    let sources = Sources::new();
    let source = sources.add(format!("{archive}/Chart.yaml"), text);
    let documents = read(source, text, ReadOptions::config())?;
    let mut metadata = Metadata::default();
    metadata.read(documents.into_iter().next().and_then(|document| document.root).as_ref())?;
    Ok(metadata.name)
}

fn failed(path: &Path, why: &str) -> Box<Diagnostic> {
    Diagnostic::new("write", format!("cannot write `{}`: {why}", path.display()))
        .help("name a folder that is there and that you may write to")
}
