//! What a chart holds, for people: `kz show`.
//!
//! Source: pkg/action/show.go.

use super::chart::{Chart, File};
use crate::base::{Diagnostic, Result};

/// What is shown of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    All,
    /// Chart.yaml, as Helm understands it.
    Chart,
    /// values.yaml, as it is.
    Values,
    Readme,
    Crds,
}

/// The text that is printed. Error: Chart.yaml holds what YAML cannot.
pub fn text(chart: &Chart, part: Part) -> Result<Vec<u8>> {
    let shows = |wanted| part == wanted || part == Part::All;
    let mut out = Vec::new();
    let mut line = |text: &[u8]| {
        out.extend_from_slice(text);
        out.push(b'\n');
    };
    let separator = |line: &mut dyn FnMut(&[u8])| {
        if part == Part::All {
            line(b"---");
        }
    };
    if shows(Part::Chart) {
        line(&chart.metadata.to_yaml().map_err(|fault| Diagnostic::new("chart-metadata", fault.to_string()))?);
    }
    if let Some(values) = chart.values_file.as_ref().filter(|_| shows(Part::Values)) {
        separator(&mut line);
        line(&values.data);
    }
    if let Some(readme) = readme(&chart.files).filter(|_| shows(Part::Readme)) {
        separator(&mut line);
        line(&readme.data);
    }
    if shows(Part::Crds) {
        for crd in chart.crds() {
            if !crd.file.data.starts_with(b"---") {
                line(b"---");
            }
            line(&crd.file.data);
        }
    }
    Ok(out)
}

fn readme(files: &[File]) -> Option<&File> {
    let is_one = |name: &str| ["readme.md", "readme.txt", "readme"].iter().any(|own| own.eq_ignore_ascii_case(name));
    files.iter().find(|file| is_one(&file.name))
}
