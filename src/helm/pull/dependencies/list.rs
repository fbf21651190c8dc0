//! What a chart says that it depends on, and what of that is there.
//!
//! Source: pkg/action/dependency.go.

use std::path::{Path, PathBuf};

use super::charts_of;
use crate::base::semver::{Constraints, Version};
use crate::base::{FileSystem, Result, Sources};
use crate::gotmpl::fmt::quote;
use crate::helm::chart::Chart;
use crate::helm::load;
use crate::helm::metadata::Dependency;

/// The dependencies of a chart.
pub struct List {
    /// Name, version, repository, status. `None` where Chart.yaml has no list.
    pub rows: Option<Vec<[String; 4]>>,
    /// What is in `charts/` and should not be.
    pub warnings: Vec<String>,
    /// What the chart itself is told of.
    pub notes: Vec<String>,
}

/// Reads a chart, a folder or an archive, and looks for what it depends on.
///
/// Errors: those of loading it.
pub fn list(fs: &dyn FileSystem, sources: &Sources, path: &Path) -> Result<List> {
    let look = Look { fs, sources, charts: charts_of(path) };
    let chart = load::load_any(fs, sources, path, path)?;
    let notes = chart.notes.clone();
    let Some(wanted) = &chart.metadata.dependencies else {
        return Ok(List { rows: None, warnings: Vec::new(), notes });
    };
    let row = |dependency: &Dependency| {
        let Dependency { name, version, repository, .. } = dependency;
        [name.clone(), version.clone(), repository.clone(), look.status(&chart, dependency).to_owned()]
    };
    Ok(List { rows: Some(wanted.iter().map(row).collect()), warnings: look.warnings(wanted), notes })
}

struct Look<'l> {
    fs: &'l dyn FileSystem,
    sources: &'l Sources,
    charts: PathBuf,
}

impl Look<'_> {
    fn load(&self, path: &Path) -> Result<Chart> {
        load::load_any(self.fs, self.sources, path, path)
    }

    fn names(&self) -> Vec<String> {
        self.fs.list(&self.charts).unwrap_or_default()
    }

    /// Go: dependencyStatus.
    fn status(&self, chart: &Chart, dependency: &Dependency) -> &'static str {
        let prefix = format!("{}-", dependency.name);
        let version_of = |name: &str| name.strip_prefix(&prefix)?.strip_suffix(".tgz").map(str::to_owned);
        let archives: Vec<(String, String)> =
            self.names().into_iter().filter_map(|name| Some((version_of(&name)?, name))).collect();
        // Of several archives those count that have a version in their names.
        let found: Vec<&String> = match archives.as_slice() {
            [(_, one)] => vec![one],
            many => many.iter().filter(|(version, _)| Version::strict(version).is_ok()).map(|(_, name)| name).collect(),
        };
        match found.as_slice() {
            [] => {}
            [name] => return self.archive_status(name, dependency),
            _ => return "too many matches",
        }
        // Go: of several charts of a name the last counts.
        match chart.dependencies.iter().rfind(|there| there.name() == dependency.name) {
            None => "missing",
            Some(there) => version_status(&there.metadata.version, dependency).unwrap_or("unpacked"),
        }
    }

    /// Go: statArchiveForStatus.
    fn archive_status(&self, name: &str, dependency: &Dependency) -> &'static str {
        match self.load(&self.charts.join(name)) {
            Err(_) => "corrupt",
            Ok(chart) if chart.name() != dependency.name => "misnamed",
            Ok(chart) => version_status(&chart.metadata.version, dependency).unwrap_or("ok"),
        }
    }

    /// Go: printMissing.
    fn warnings(&self, wanted: &[Dependency]) -> Vec<String> {
        let warning = |name: &String| {
            let path = self.charts.join(name);
            if !self.fs.is_dir(&path) && path.extension().is_none_or(|extension| extension != "tgz") {
                return None;
            }
            let shown = quote(path.to_string_lossy().as_bytes());
            match self.load(&path) {
                Err(_) => Some(format!("WARNING: {shown} is not a chart.")),
                Ok(chart) if wanted.iter().any(|dependency| dependency.name == chart.name()) => None,
                Ok(_) => Some(format!("WARNING: {shown} is not in Chart.yaml.")),
            }
        };
        self.names().iter().filter_map(warning).collect()
    }
}

/// What is wrong with a version, if anything is.
fn version_status(version: &str, dependency: &Dependency) -> Option<&'static str> {
    if version == dependency.version {
        return None;
    }
    let (Ok(constraint), Ok(version)) = (Constraints::new(&dependency.version), Version::new(version)) else {
        return Some("invalid version");
    };
    (!constraint.check(&version)).then_some("wrong version")
}
