//! Which of the charts in `charts/` are rendered, under which name, and what they hand up to their parent.
//!
//! Source: pkg/chart/v2/util/dependencies.go, CheckDependencies in pkg/action/install.go.
//!
//! **Invariant:** afterwards a chart's dependencies are those that are enabled, in Helm's order: first those that
//! Chart.yaml does not name, then those that it names.
//! **Not here:** fetching what is missing.

mod imports;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::capabilities::is_compatible;
use super::chart::Chart;
use super::coalesce::{Nulls, coalesce_values};
use super::metadata::{Dependency, Metadata};
use super::values::{Missing, path_value, table};
use crate::base::{Diagnostic, Result};
use crate::gotmpl::{Map, Value};

/// What Helm looks at before it renders a chart: that it is one to be installed, and that what it depends on is
/// there. Notes: that it is deprecated.
pub fn check(chart: &Chart, notes: &mut Vec<String>) -> Result<()> {
    let metadata = &chart.metadata;
    if !matches!(metadata.kind.as_str(), "" | "application") {
        return Err(Diagnostic::new("chart-dependency", format!("{} charts are not installable", metadata.kind))
            .at(metadata.place("type"))
            .help("make it a dependency of a chart that is an application"));
    }
    if metadata.deprecated {
        notes.push("this chart is deprecated".into());
    }
    let missing = missing(chart);
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.iter().map(|dependency| dependency.name.as_str()).collect::<Vec<_>>().join(", ");
    let message = format!(
        "an error occurred while checking for chart dependencies: found in Chart.yaml, but missing in charts/ \
         directory: {names}"
    );
    let error =
        Diagnostic::new("chart-dependency", message).help("fetch them: `kz dependency build` in the chart's folder");
    Err(missing.iter().fold(error, |error, dependency| error.at(dependency.span)))
}

/// What Chart.yaml names and `charts/` does not have. Go: CheckDependencies.
pub fn missing(chart: &Chart) -> Vec<&Dependency> {
    let is_there = |wanted: &&Dependency| chart.dependencies.iter().any(|chart| chart.name() == wanted.name);
    chart.metadata.dependencies.iter().flatten().filter(|wanted| !is_there(wanted)).collect()
}

/// Takes out what is not enabled, gives names by alias, and brings up what is imported. `notes` takes what Helm
/// says on stderr. Go: ProcessDependencies.
pub fn process(chart: &mut Chart, values: &Map, notes: &mut Vec<String>) -> Result<()> {
    let prefixed = |error| super::load::prefixed("chart dependencies processing failed", error);
    enable(chart, values, "", &mut { MAX_CHARTS }, notes).map_err(prefixed)?;
    imports::import_values(chart, notes).map_err(prefixed)
}

/// Aliases of charts that have aliases make many of few.
const MAX_CHARTS: usize = 10_000;

/// Go: processDependencyEnabled. Without a list in Chart.yaml nothing is looked at, not even further down.
/// `budget` is how many charts there may still be.
fn enable(chart: &mut Chart, values: &Map, path: &str, budget: &mut usize, notes: &mut Vec<String>) -> Result<()> {
    let Some(wanted) = &chart.metadata.dependencies else { return Ok(()) };
    let is_unlisted = |there: &&Chart| !wanted.iter().any(|wanted| fits(wanted, there));
    let mut chosen: Vec<Chart> = chart.dependencies.iter().filter(is_unlisted).cloned().collect();
    chosen.extend(wanted.iter().filter_map(|wanted| with_alias(&chart.dependencies, wanted)));
    *budget = budget.checked_sub(chosen.len()).ok_or_else(|| {
        Diagnostic::new("chart-dependency", format!("there are more than {MAX_CHARTS} charts in one another"))
            .at(chart.metadata.place("dependencies"))
            .help("aliases of charts that have aliases make many of few")
    })?;
    chart.set_dependencies(chosen);
    for dependency in chart.metadata.dependencies.iter_mut().flatten() {
        if !dependency.alias.is_empty() {
            dependency.name = dependency.alias.clone();
        }
        dependency.enabled = true;
    }
    let values = coalesce_values(chart, values, Nulls::Delete, notes)?;
    enable_by_tags(&mut chart.metadata, &values, notes);
    enable_by_condition(&mut chart.metadata, &values, path, notes);
    let listed = chart.metadata.dependencies.take().unwrap_or_default();
    let disabled: BTreeSet<&str> = listed.iter().filter(|d| !d.enabled).map(|d| d.name.as_str()).collect();
    let mut kept = std::mem::take(&mut chart.dependencies);
    kept.retain(|there| !disabled.contains(there.name()));
    for there in &mut kept {
        let path = format!("{path}{}.", there.name());
        enable(there, &values, &path, budget, notes)?;
    }
    let listed: Vec<Dependency> = listed.iter().filter(|d| !disabled.contains(d.name.as_str())).cloned().collect();
    chart.metadata.dependencies = Some(listed).filter(|listed| !listed.is_empty());
    chart.set_dependencies(kept);
    Ok(())
}

fn fits(wanted: &Dependency, chart: &Chart) -> bool {
    chart.name() == wanted.name && is_compatible(&wanted.version, &chart.metadata.version)
}

/// A copy of the chart that an entry of Chart.yaml means, with the name that it gives. Go: getAliasDependency.
fn with_alias(charts: &[Chart], wanted: &Dependency) -> Option<Chart> {
    let mut copy = charts.iter().find(|chart| fits(wanted, chart))?.clone();
    if !wanted.alias.is_empty() {
        copy.metadata.name = wanted.alias.clone();
    }
    copy.lineage = copy.lineage.copy(copy.name());
    // Go: the charts in it are copied too, but not those in these.
    copy.dependencies.iter_mut().for_each(|inner| inner.lineage = inner.lineage.copy(inner.name()));
    let inner = std::mem::take(&mut copy.dependencies);
    copy.set_dependencies(inner);
    Some(copy)
}

/// Go: processDependencyTags.
fn enable_by_tags(metadata: &mut Metadata, values: &Map, notes: &mut Vec<String>) {
    let Ok(tags) = table(values, "tags") else { return };
    for dependency in metadata.dependencies.iter_mut().flatten() {
        let mut found = Vec::new();
        for tag in &dependency.tags {
            match tags.get(tag.as_bytes()) {
                Some(Value::Bool(value)) => found.push(value),
                Some(_) => notes.push(format!("returned non-bool value tag={tag} chart={}", dependency.name)),
                None => {}
            }
        }
        dependency.enabled = found.is_empty() || found.contains(&true);
    }
}

/// The first of the conditions that is there counts, more than tags. Go: processDependencyConditions.
fn enable_by_condition(metadata: &mut Metadata, values: &Map, path: &str, notes: &mut Vec<String>) {
    for dependency in metadata.dependencies.iter_mut().flatten() {
        for condition in dependency.condition.trim().split(',').filter(|condition| !condition.is_empty()) {
            match path_value(values, &format!("{path}{condition}")) {
                Ok(Value::Bool(value)) => {
                    dependency.enabled = value;
                    break;
                }
                Ok(_) => notes.push(format!("returned non-bool value path={condition} chart={}", dependency.name)),
                Err(Missing::Value(_)) => {}
                Err(error) => notes.push(format!("the method PathValue returned error error={error}")),
            }
        }
    }
}
