//! The files of a folder, without those that `.helmignore` leaves out, in the order of a walk that follows links.
//!
//! Source: pkg/chart/v2/loader/directory.go, internal/sympath/walk.go.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Ahead, Known, Raw, assemble, label_of, without_bom};
use crate::base::fs::Entry;
use crate::base::{Diagnostic, FileSystem, Result, Sources};
use crate::helm::archive::MAX_CHART_SIZE;
use crate::helm::ignore::{self, Rules};

const VALUES: &str = "values.yaml";

/// Links can make much of little.
const MAX_FILES: usize = 200_000;

/// Reads the files, and what is to be noted about them.
pub fn read(
    fs: &dyn FileSystem,
    sources: &Sources,
    root: &Path,
    shown: &Path,
    ahead: Ahead,
) -> Result<(Vec<Raw>, Vec<String>)> {
    let mut walk = Walk {
        fs,
        sources,
        ahead,
        shown,
        prefix: label_of(&shown.join("_")).trim_end_matches('_').to_owned(),
        rules: rules(fs, sources, root, shown)?,
        files: Vec::new(),
        notes: Vec::new(),
        seen: 0,
        remaining: MAX_CHART_SIZE,
        early: None,
        ancestors: Vec::new(),
    };
    let real = fs.canonical(root).map_err(|error| cannot_read("", &error.to_string()))?;
    walk.folder(root, "", real)?;
    Ok((walk.files, walk.notes))
}

fn rules(fs: &dyn FileSystem, sources: &Sources, root: &Path, shown: &Path) -> Result<Rules> {
    let path = root.join(ignore::FILE_NAME);
    if !fs.is_file(&path) {
        return Ok(Rules::defaults());
    }
    let text = fs.read(&path).map_err(|error| cannot_read(ignore::FILE_NAME, &error.to_string()))?;
    Rules::parse(&text, sources.add(label_of(&shown.join(ignore::FILE_NAME)), text.clone()))
}

struct Walk<'w> {
    fs: &'w dyn FileSystem,
    sources: &'w Sources,
    ahead: Ahead<'w>,
    /// The root as people know it.
    shown: &'w Path,
    /// What the label of each file in it starts with.
    prefix: String,
    rules: Rules,
    files: Vec<Raw>,
    notes: Vec<String>,
    /// Files and folders that were looked at.
    seen: usize,
    /// Bytes that may still be read.
    remaining: u64,
    /// The values of the chart, which are read before it is their turn.
    early: Option<(Arc<[u8]>, Known)>,
    /// The real paths of the folders that are open.
    ancestors: Vec<PathBuf>,
}

impl Walk<'_> {
    /// All that is in a folder; its name in the chart is empty for the chart itself.
    fn folder(&mut self, path: &Path, name: &str, real: PathBuf) -> Result<()> {
        if self.ancestors.contains(&real) {
            let message = format!("error evaluating symlink {}: too many links", self.label(name));
            return Err(Diagnostic::new("chart-file", message).help("it leads to a folder that it is in; remove it"));
        }
        self.ancestors.push(real);
        let entries = self.fs.entries(path).map_err(|error| cannot_read(name, &error.to_string()))?;
        if name.is_empty() && entries.iter().any(|(entry, kind)| entry == VALUES && *kind == Entry::File) {
            self.read_values(&path.join(VALUES));
        }
        for (entry, kind) in entries {
            let child = if name.is_empty() { entry.clone() } else { format!("{name}/{entry}") };
            self.entry(&path.join(&entry), child, kind)?;
        }
        self.ancestors.pop();
        Ok(())
    }

    /// Somebody may parse them while templates are read. What is wrong with the file is told when it is its turn.
    fn read_values(&mut self, path: &Path) {
        if !self.rules.ignore(VALUES, false)
            && let Ok(Some(data)) = self.fs.read_within(path, self.remaining)
        {
            let label = format!("{}{VALUES}", self.prefix);
            let known = Known::values(self.sources, &label, &bare(&data), &mut *self.ahead);
            self.early = Some((data, known));
        }
    }

    fn entry(&mut self, path: &Path, name: String, kind: Entry) -> Result<()> {
        self.seen += 1;
        if self.seen > MAX_FILES {
            return Err(cannot_read(&name, &format!("there are more than {MAX_FILES} files")));
        }
        let (is_folder, is_file) = match kind {
            Entry::Folder => (true, false),
            Entry::File => (false, true),
            Entry::Unknown => (self.fs.is_dir(path), self.fs.is_file(path)),
        };
        if !is_folder
            && !is_file
            && let Err(error) = self.fs.canonical(path)
        {
            let message = format!("error evaluating symlink {}: {error}", self.label(&name));
            return Err(Diagnostic::new("chart-file", message).help(
                "remove the link, or put there what it leads to; where the chart is part of a repository, it has to lead into that",
            ));
        }
        if self.rules.ignore(&name, is_folder) {
            return Ok(());
        }
        if kind == Entry::Unknown {
            self.note_way_out(path, &name);
        }
        if is_folder {
            let real = match (kind, self.ancestors.last(), path.file_name()) {
                // No link leads to it.
                (Entry::Folder, Some(parent), Some(own)) => parent.join(own),
                _ => self.fs.canonical(path).map_err(|error| cannot_read(&name, &error.to_string()))?,
            };
            return self.folder(path, &name, real);
        }
        if !is_file {
            let message = format!("cannot load irregular file {} as it has file mode type bits set", self.label(&name));
            return Err(Diagnostic::new("chart-file", message).help("remove it, or name it in `.helmignore`"));
        }
        let (data, known) = match self.early.take_if(|(data, _)| name == VALUES && data.len() as u64 <= self.remaining)
        {
            Some((data, known)) => {
                self.remaining -= data.len() as u64;
                (data, Some(known))
            }
            None => (self.read(path, &name)?, None),
        };
        let data = bare(&data);
        let label = format!("{}{name}", self.prefix);
        let known = match assemble::is_template(&name) {
            true => Some(Known::template(self.sources, &label, &data, &mut *self.ahead)),
            false => known,
        };
        self.files.push(Raw { name, label, data, known });
        Ok(())
    }

    /// Helm: each link is told of, in its log.
    fn note_way_out(&mut self, path: &Path, name: &str) {
        let is_inside = |real: PathBuf| self.ancestors.first().is_some_and(|root| real.starts_with(root));
        if !self.fs.canonical(path).is_ok_and(is_inside) {
            let label = self.label(name);
            self.notes
                .push(format!("`{label}` is a link that leads out of the chart: what is there is part of the chart"));
        }
    }

    /// A file or folder of the chart as people know it.
    fn label(&self, name: &str) -> String {
        label_of(&if name.is_empty() { self.shown.to_owned() } else { self.shown.join(name) })
    }

    /// Go: ReadFileWithBudget.
    fn read(&mut self, path: &Path, name: &str) -> Result<Arc<[u8]>> {
        let too_large =
            || cannot_read(name, &format!("chart exceeds maximum decompressed size of {MAX_CHART_SIZE} bytes"));
        let fail = |error: std::io::Error| cannot_read(name, &error.to_string());
        let data = self.fs.read_within(path, self.remaining).map_err(fail)?.ok_or_else(too_large)?;
        self.remaining -= data.len() as u64;
        Ok(data)
    }
}

fn bare(data: &Arc<[u8]>) -> Arc<[u8]> {
    let bare = without_bom(data);
    if bare.len() == data.len() { data.clone() } else { bare.into() }
}

fn cannot_read(name: &str, why: &str) -> Box<Diagnostic> {
    Diagnostic::new("chart-file", format!("error reading {name}: {why}"))
}
