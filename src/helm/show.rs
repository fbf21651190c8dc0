//! What a chart holds, for people: `kz show`.
//!
//! Source: pkg/action/show.go.

use super::chart::{Chart, File};
use super::jsonpath::JsonPath;
use crate::base::{Diagnostic, Result};
use crate::gotmpl::Value;

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

/// What a JSONPath finds in a chart's values; a chart without values has none.
///
/// Errors: `usage`: the path is wrong. A path that leads nowhere prints nothing, and is told of.
pub fn found(chart: &Chart, path: &str, note: &dyn Fn(String)) -> Result<Vec<u8>> {
    let parsed = JsonPath::parse(path).map_err(|why| {
        Diagnostic::new("usage", format!("error parsing jsonpath {path}: {why}"))
            .help("a path stands in braces: `--jsonpath '{.image.tag}'`")
    })?;
    if chart.values_file.is_none() {
        return Ok(Vec::new());
    }
    // Helm: nothing is printed, and that is no error.
    let nothing = |why: String| {
        note(format!("nothing is found by {path}: {why}"));
        Vec::new()
    };
    Ok(parsed.print(&Value::Map(chart.values.clone())).unwrap_or_else(nothing))
}

fn readme(files: &[File]) -> Option<&File> {
    let is_one = |name: &str| ["readme.md", "readme.txt", "readme"].iter().any(|own| own.eq_ignore_ascii_case(name));
    files.iter().find(|file| is_one(&file.name))
}
