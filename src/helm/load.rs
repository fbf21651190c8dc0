//! Folders and archives -> charts.
//!
//! Source: pkg/chart/loader, pkg/chart/v2/loader.
//!
//! **Invariant:** what is read is bounded in size, number and depth; no name leads out of the chart.
//! **Not here:** finding a chart by name in repositories.

mod assemble;
mod folder;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

use super::archive;
use super::chart::Chart;
use super::metadata::read_api_version;
use super::values::ValuesText;
use crate::base::fs::slashed;
use crate::base::{Diagnostic, FileSystem, Result, SourceId, Sources};
use crate::gotmpl::TemplateText;
use crate::yaml::{Node, ReadOptions, read};

/// A file on its way into a chart.
struct Raw {
    /// The path in the chart.
    name: String,
    /// The path as people know it.
    label: String,
    data: Arc<[u8]>,
    /// What somebody was told of as soon as it was read.
    known: Option<Known>,
}

/// What may be parsed while other files are read.
enum Known {
    Template(SourceId, Arc<TemplateText>),
    Values(Arc<ValuesText>),
}

/// What somebody may make use of before the chart is loaded.
pub enum Early<'t> {
    Template(&'t Arc<TemplateText>),
    Values(&'t Arc<ValuesText>),
    /// The loader waits for these.
    Wanted(&'t ValuesText),
}

impl Known {
    fn template(sources: &Sources, label: &str, data: &Arc<[u8]>, ahead: Ahead) -> Known {
        let source = sources.add(label, data.clone());
        let text = Arc::new(TemplateText::new(data.clone(), source));
        ahead(Early::Template(&text));
        Known::Template(source, text)
    }

    fn values(sources: &Sources, label: &str, data: &Arc<[u8]>, ahead: Ahead) -> Known {
        let text = Arc::new(ValuesText::new(sources.add(label, data.clone()), data.clone()));
        ahead(Early::Values(&text));
        Known::Values(text)
    }
}

/// Loads the chart of a folder or of a `.tgz`, if it is one that can be rendered.
/// `ahead` is told of each template, and of the values, as soon as they are known.
pub fn load(fs: &dyn FileSystem, sources: &Sources, path: &Path, ahead: Ahead) -> Result<Chart> {
    load_shown(fs, sources, path, path, ahead)
}

/// As [`load`]; places are told below the path `shown`.
pub fn load_shown(fs: &dyn FileSystem, sources: &Sources, path: &Path, shown: &Path, ahead: Ahead) -> Result<Chart> {
    load_of(fs, sources, path, shown, check_api_version, ahead)
}

/// As [`load_shown`], of any version. Helm: only who renders a chart looks at that.
pub fn load_any(fs: &dyn FileSystem, sources: &Sources, path: &Path, shown: &Path) -> Result<Chart> {
    load_of(fs, sources, path, shown, any_version, &mut |_| {})
}

/// Loads an archive that is in memory and known by a name, if it is one that can be rendered.
pub fn load_archive(sources: &Sources, name: &str, content: &[u8], ahead: Ahead) -> Result<Chart> {
    of_archive(sources, name, archive::read_bytes(name, content)?, check_api_version, ahead)
}

/// As [`load_archive`], of any version.
pub fn load_any_archive(sources: &Sources, name: &str, content: &[u8]) -> Result<Chart> {
    of_archive(sources, name, archive::read_bytes(name, content)?, any_version, &mut |_| {})
}

/// Who wants to know of files before the chart is loaded.
pub type Ahead<'a> = &'a mut dyn FnMut(Early);

/// What decides whether a chart is loaded, by its Chart.yaml and the name of that.
type Check = fn(&Sources, &str, &[u8]) -> Result<()>;

fn any_version(_: &Sources, _: &str, _: &[u8]) -> Result<()> {
    Ok(())
}

fn of_archive(
    sources: &Sources,
    label: &str,
    files: Vec<archive::Unpacked>,
    check: Check,
    ahead: Ahead,
) -> Result<Chart> {
    let chart_file = files.iter().find(|file| file.name == CHART_FILE).ok_or_else(|| {
        Diagnostic::new("chart-missing", "unable to detect chart version, no Chart.yaml found")
            .help(format!("`{label}` is no archive of a chart"))
    })?;
    check(sources, &format!("{label}/{CHART_FILE}"), &chart_file.data)?;
    assemble::Assembler::new(sources, ahead).chart(raw_files(label, files))
}

fn load_of(
    fs: &dyn FileSystem,
    sources: &Sources,
    path: &Path,
    shown: &Path,
    check: Check,
    ahead: Ahead,
) -> Result<Chart> {
    let (files, notes) = if fs.is_dir(path) {
        let chart_file = path.join(CHART_FILE);
        let data = fs.read(&chart_file).map_err(|error| {
            let chart_file = shown.join(CHART_FILE);
            Diagnostic::new("chart-missing", format!("unable to detect chart at {}: {error}", chart_file.display()))
                .help("name a folder that holds a Chart.yaml, or an archive of a chart")
        })?;
        check(sources, &label_of(&shown.join(CHART_FILE)), &data)?;
        folder::read(fs, sources, path, shown, ahead)?
    } else if fs.is_file(path) {
        return of_archive(sources, &label_of(shown), archive::read(fs, path, shown)?, check, ahead);
    } else {
        return Err(Diagnostic::new("chart-missing", format!("path {:?} not found", shown.display().to_string()))
            .help("name a folder that holds a Chart.yaml, or an archive of a chart"));
    };
    let mut chart = assemble::Assembler::new(sources, ahead).chart(files)?;
    chart.notes.extend(notes);
    Ok(chart)
}

const CHART_FILE: &str = "Chart.yaml";

/// Go: LoadDir and LoadFile of pkg/chart/loader; charts of version 3 can be loaded but not rendered.
fn check_api_version(sources: &Sources, label: &str, data: &[u8]) -> Result<()> {
    let data = without_bom(data);
    let source = sources.add(label, data);
    let help = "Helm knows the versions v1 and v2";
    let root = read_yaml(source, data, CHART_FILE)?;
    let place = root.as_ref().and_then(|root| root.get("apiVersion")).map_or_else(Default::default, |node| node.span);
    let message =
        match read_api_version(root.as_ref()).map_err(|error| prefixed("cannot load Chart.yaml", error))?.as_str() {
            "" | "v1" | "v2" => return Ok(()),
            "v3" => "invalid chart apiVersion",
            _ => "unsupported chart version",
        };
    Err(Diagnostic::new("chart-version", message).at(place).help(help))
}

/// The document of one of the files that Helm itself reads.
fn read_yaml(source: SourceId, data: &[u8], name: &str) -> Result<Option<Node>> {
    let documents =
        read(source, data, ReadOptions::config()).map_err(|error| prefixed(&format!("cannot load {name}"), error))?;
    Ok(documents.into_iter().next().and_then(|document| document.root))
}

fn raw_files(label: &str, files: Vec<archive::Unpacked>) -> Vec<Raw> {
    let raw = |file: archive::Unpacked| Raw {
        label: format!("{label}/{}", file.name),
        name: file.name,
        data: file.data,
        known: None,
    };
    files.into_iter().map(raw).collect()
}

/// A path as people would type it.
fn label_of(path: &Path) -> String {
    slashed(path.strip_prefix(".").unwrap_or(path))
}

fn without_bom(data: &[u8]) -> &[u8] {
    data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data)
}

/// Says in front of an error what could not be done because of it. Go: `fmt.Errorf("what: %w", err)`.
pub(super) fn prefixed(what: &str, mut error: Box<Diagnostic>) -> Box<Diagnostic> {
    error.message = format!("{what}: {}", error.message);
    error
}
