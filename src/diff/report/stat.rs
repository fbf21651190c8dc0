//! `--stat`: how much changes in each object, and the verdict.

use super::{Report, words};
use crate::base::report::printable;
use crate::diff::comparison::Status;

/// An object a line, with the number of fields that differ; the verdict behind them.
pub fn write(report: &Report) -> String {
    if report.is_equal() {
        return String::new();
    }
    let mut rows = Vec::new();
    for section in report.sections() {
        let change = section.change;
        let what = match change.status {
            Status::Added => "added".to_owned(),
            Status::Removed => "removed".to_owned(),
            Status::Changed => words::fields(change),
        };
        let risk = if change.risks.is_empty() { "" } else { ", risky" };
        let places = words::environments(&section, report).map(|places| format!("  ({places})")).unwrap_or_default();
        let title = format!("{} {}", words::sign(change.status), printable(&words::title(change)));
        rows.push((title, format!("{what}{risk}{}", printable(&places))));
    }
    let width = rows.iter().map(|(title, _)| title.chars().count()).max().unwrap_or_default();
    let mut out = String::new();
    for (title, what) in rows {
        out.push_str(&format!("{title}{} | {what}\n", " ".repeat(width - title.chars().count())));
    }
    report.failures().for_each(|(name, _)| out.push_str(&format!("! {} could not be compared\n", printable(name))));
    out.push_str(&report.verdict());
    out.push('\n');
    out
}
