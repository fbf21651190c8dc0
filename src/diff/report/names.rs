//! `--name-only`: the objects that differ, a line each.

use super::{Report, words};
use crate::base::report::printable;

/// `ENVIRONMENT<tab>SIGN<tab>OBJECT`, without the environment where there is one only.
pub fn write(report: &Report) -> String {
    let mut out = String::new();
    for environment in &report.environments {
        let super::Outcome::Compared(comparison) = &environment.outcome else { continue };
        for change in &comparison.changes {
            if report.environments.len() > 1 {
                out.push_str(&format!("{}\t", printable(&environment.name)));
            }
            out.push_str(&format!("{}\t{}\n", words::sign(change.status), printable(&change.id.to_string())));
        }
    }
    out
}
