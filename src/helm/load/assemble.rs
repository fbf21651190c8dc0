//! Files -> a chart: what each of them is, and the charts below `charts/`.
//!
//! Source: LoadFiles in pkg/chart/v2/loader/load.go.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::{Ahead, CHART_FILE, Early, Known, Raw, prefixed, raw_files, read_yaml};
use crate::base::{Diagnostic, Result, SourceId, Sources};
use crate::gotmpl::{Map, Type};
use crate::helm::archive::{self, MAX_CHART_SIZE};
use crate::helm::chart::{Chart, File, Lineage, extension};
use crate::helm::metadata::{Lock, Metadata};
use crate::helm::values;

/// Archives in archives: how deep, and how much they may unpack to in all.
const MAX_NESTED_ARCHIVES: usize = 64;
const MAX_UNPACKED: u64 = 4 * MAX_CHART_SIZE;

pub struct Assembler<'a> {
    sources: &'a Sources,
    ahead: Ahead<'a>,
    /// Archives that are open.
    depth: usize,
    /// Bytes that archives in charts were unpacked to.
    unpacked: u64,
}

impl<'a> Assembler<'a> {
    pub fn new(sources: &'a Sources, ahead: Ahead<'a>) -> Assembler<'a> {
        Assembler { sources, ahead, depth: 0, unpacked: 0 }
    }

    pub fn chart(&mut self, files: Vec<Raw>) -> Result<Chart> {
        let mut chart = Chart {
            metadata: Metadata::default(),
            templates: Vec::new(),
            files: Vec::new(),
            values_file: None,
            values: Rc::new(Map::nil(Type::Map)),
            schema: None,
            lock: None,
            dependencies: Vec::new(),
            notes: Vec::new(),
            lineage: Lineage::root(""),
        };
        let mut has_metadata = false;
        for file in files.iter().filter(|file| file.name == CHART_FILE) {
            has_metadata = true;
            self.read_metadata(&mut chart.metadata, file)?;
            if chart.metadata.api_version.is_empty() {
                chart.metadata.api_version = "v1".into();
            }
        }
        let mut subcharts: BTreeMap<String, Vec<Raw>> = BTreeMap::new();
        for file in files {
            if let Some(name) = file.name.strip_prefix("charts/").filter(|_| extension(&file.name) != ".prov") {
                let folder = name.split('/').next().unwrap_or_default().to_owned();
                subcharts.entry(folder).or_default().push(Raw { name: name.to_owned(), ..file });
            } else {
                has_metadata |= makes_metadata(&file.name);
                self.sort_in(&mut chart, file)?;
            }
        }
        if !has_metadata {
            return Err(Diagnostic::new("chart-missing", "Chart.yaml file is missing"));
        }
        chart.metadata.validate()?;
        chart.lineage = Lineage::root(chart.name());
        let mut dependencies = Vec::new();
        for (name, files) in subcharts.into_iter().filter(|(name, _)| !name.starts_with(['_', '.'])) {
            dependencies.push(self.subchart(chart.name(), &name, files)?);
        }
        chart.set_dependencies(dependencies);
        Ok(chart)
    }

    fn read_metadata(&self, metadata: &mut Metadata, file: &Raw) -> Result<()> {
        let root = read_yaml(self.source(file), &file.data, &file.name)?;
        metadata.read(root.as_ref()).map_err(|error| prefixed(&format!("cannot load {}", file.name), error))
    }

    /// Puts a file that belongs to no subchart where it belongs.
    fn sort_in(&mut self, chart: &mut Chart, mut raw: Raw) -> Result<()> {
        let is_v1 = |chart: &Chart| chart.metadata.api_version == "v1";
        match raw.name.as_str() {
            CHART_FILE => return Ok(()),
            "Chart.lock" => chart.lock = Some(self.read_lock(&raw)?),
            "values.yaml" => {
                let (source, values) = match &raw.known {
                    Some(Known::Values(text)) => {
                        (self.ahead)(Early::Wanted(text));
                        (text.source(), text.values())
                    }
                    _ => {
                        let source = self.source(&raw);
                        (source, values::read(source, &raw.data))
                    }
                };
                chart.values = Rc::new(values.map_err(|error| prefixed("cannot load values.yaml", error))?);
                chart.values_file = Some(file(raw, Some(source)));
            }
            "values.schema.json" => {
                let source = self.source(&raw);
                chart.schema = Some(file(raw, Some(source)));
            }
            "requirements.yaml" => {
                if !is_v1(chart) {
                    chart.notes.push(REQUIREMENTS_NOTE.to_owned());
                }
                self.read_metadata(&mut chart.metadata, &raw)?;
                if is_v1(chart) {
                    chart.files.push(file(raw, None));
                }
            }
            "requirements.lock" => {
                chart.lock = Some(self.read_lock(&raw)?);
                if !is_v1(chart) {
                    chart.notes.push(REQUIREMENTS_LOCK_NOTE.to_owned());
                } else {
                    chart.files.push(file(raw, None));
                }
            }
            name if name.starts_with(TEMPLATES) => {
                let known = match raw.known.take() {
                    Some(known) => known,
                    None => Known::template(self.sources, &raw.label, &raw.data, &mut *self.ahead),
                };
                if let Known::Template(source, text) = known {
                    chart.templates.push(File { template: Some(text), ..file(raw, Some(source)) });
                }
            }
            _ => chart.files.push(file(raw, None)),
        }
        Ok(())
    }

    fn read_lock(&self, raw: &Raw) -> Result<Lock> {
        let root = read_yaml(self.source(raw), &raw.data, &raw.name)?;
        Lock::read(root.as_ref()).map_err(|error| prefixed(&format!("cannot load {}", raw.name), error))
    }

    fn source(&self, raw: &Raw) -> SourceId {
        self.sources.add(raw.label.clone(), raw.data.clone())
    }

    /// What is in `charts/` under a name: an archive, or the files of a folder.
    fn subchart(&mut self, parent: &str, name: &str, files: Vec<Raw>) -> Result<Chart> {
        let result = if extension(name) == ".tgz" {
            let Some(file) = files.first().filter(|file| file.name == name) else {
                let found = files.first().map_or("", |file| &file.name);
                let message = format!("error unpacking subchart tar in {parent}: expected {name}, got {found}");
                return Err(
                    Diagnostic::new("chart-archive", message).help("a folder of a chart must not be named `.tgz`")
                );
            };
            self.nested_archive(file)
        } else {
            // A file that lies in `charts/` itself is no chart.
            let inner = |file: Raw| {
                let (_, rest) = file.name.split_once('/')?;
                Some(Raw { name: rest.to_owned(), ..file })
            };
            self.chart(files.into_iter().filter_map(inner).collect())
        };
        result.map_err(|error| {
            let has_help = error.help.is_some();
            let error = prefixed(&format!("error unpacking subchart {name} in {parent}"), error);
            if has_help {
                error
            } else {
                error.help("`charts/` holds nothing but charts; others start with `_` or `.`")
            }
        })
    }

    fn nested_archive(&mut self, file: &Raw) -> Result<Chart> {
        let fail = |why: String| Diagnostic::new("chart-archive", why);
        if self.depth == MAX_NESTED_ARCHIVES {
            return Err(fail(format!("there are more than {MAX_NESTED_ARCHIVES} archives in one another")));
        }
        let files = archive::unpack(&file.data).map_err(|fault| fail(fault.to_string()))?;
        self.unpacked += files.iter().map(|file| file.data.len() as u64).sum::<u64>();
        if self.unpacked > MAX_UNPACKED {
            return Err(fail(format!("the charts in `charts/` are larger than the maximum size {MAX_UNPACKED}")));
        }
        self.depth += 1;
        let chart = self.chart(raw_files(&file.label, files));
        self.depth -= 1;
        chart
    }
}

const REQUIREMENTS_NOTE: &str = "Warning: Dependencies are handled in Chart.yaml since apiVersion \"v2\". \
    We recommend migrating dependencies to Chart.yaml.";
const REQUIREMENTS_LOCK_NOTE: &str = "Warning: Dependency locking is handled in Chart.lock since apiVersion \"v2\". \
    We recommend migrating to Chart.lock.";

const TEMPLATES: &str = "templates/";

/// Whether a file of a folder is a template of the chart or of one below it, if that is a chart.
pub fn is_template(name: &str) -> bool {
    let mut name = name;
    while let Some((_, inner)) = name.strip_prefix("charts/").and_then(|name| name.split_once('/')) {
        name = inner;
    }
    name.starts_with(TEMPLATES)
}

/// Go: these make metadata where Chart.yaml is missing.
fn makes_metadata(name: &str) -> bool {
    matches!(name, "requirements.yaml" | "requirements.lock")
}

fn file(raw: Raw, source: Option<SourceId>) -> File {
    File { name: raw.name, data: raw.data, source, template: None }
}
