//! A chart as it was loaded, and what of it is wanted.
//!
//! Source: pkg/chart/v2/chart.go.
//!
//! **Invariant:** a chart's place in the tree is what Go's pointers to parents say, which is not always the chart
//! that holds it: see [`Lineage`].
//! **Not here:** reading files ([`super::load`]), choosing dependencies ([`super::dependencies`]).

mod lineage;
mod scope;

use std::rc::Rc;
use std::sync::Arc;

pub use lineage::Lineage;
pub use scope::{Template, metadata_value, templates};

use super::metadata::{Lock, Metadata};
use crate::base::SourceId;
use crate::gotmpl::{Map, TemplateText};

/// A chart and, in it, the charts it depends on.
#[derive(Clone)]
pub struct Chart {
    pub metadata: Metadata,
    /// What lies in `templates/`.
    pub templates: Vec<File>,
    /// What has no meaning of its own, in the order of reading: README.md, CRDs, what `.Files` shows.
    pub files: Vec<File>,
    /// values.yaml as it was read.
    pub values_file: Option<File>,
    /// The values that the chart brings along. Each entry has its place in values.yaml.
    pub values: Rc<Map>,
    pub schema: Option<File>,
    pub lock: Option<Lock>,
    pub dependencies: Vec<Chart>,
    /// What Helm says on stderr when it loads the chart.
    pub notes: Vec<String>,
    pub(super) lineage: Rc<Lineage>,
}

/// A file of a chart.
#[derive(Clone, Debug)]
pub struct File {
    /// The path in the chart.
    pub name: String,
    pub data: Arc<[u8]>,
    /// Of texts that errors may point into.
    pub source: Option<SourceId>,
    /// Of templates.
    pub template: Option<Arc<TemplateText>>,
}

/// A file of `crds/`.
pub struct Crd<'c> {
    /// The path from the root chart on.
    pub path: String,
    pub file: &'c File,
}

impl Chart {
    pub fn name(&self) -> &str {
        &self.metadata.name
    }

    pub fn is_root(&self) -> bool {
        self.lineage.is_root()
    }

    /// `parent/charts/child`. Go: ChartFullPath.
    pub fn full_path(&self) -> String {
        self.lineage.full_path()
    }

    /// The custom resource definitions, those of the subcharts after the chart's own. Go: CRDObjects.
    pub fn crds(&self) -> Vec<Crd<'_>> {
        let own = self.files.iter().filter(|file| file.name.starts_with("crds/") && is_manifest(&file.name));
        let own = own.map(|file| Crd { path: format!("{}/{}", self.full_path(), file.name), file });
        own.chain(self.dependencies.iter().flat_map(Chart::crds)).collect()
    }

    /// The notes of the chart and of all charts in it.
    pub fn all_notes(&self) -> Vec<String> {
        self.notes.iter().cloned().chain(self.dependencies.iter().flat_map(Chart::all_notes)).collect()
    }

    /// Puts charts into this one in the place of those that it has. Go: SetDependencies.
    pub(super) fn set_dependencies(&mut self, charts: Vec<Chart>) {
        charts.iter().for_each(|chart| chart.lineage.set_parent(&self.lineage));
        self.dependencies = charts;
    }
}

/// Go: hasManifestExtension.
fn is_manifest(name: &str) -> bool {
    let extension = extension(name);
    [".yaml", ".yml", ".json"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// Go: filepath.Ext. With its dot; empty where there is none.
pub(super) fn extension(name: &str) -> &str {
    let last = name.rsplit('/').next().unwrap_or_default();
    last.rfind('.').map_or("", |at| &last[at..])
}
