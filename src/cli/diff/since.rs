//! `kz diff --since`

use kz::base::{Result, Sources};
use kz::diff::Report;
use kz::render::since::{self, Order};

use super::flags::Flags;
use super::sides::{renderer, tell_notes};
use crate::cli::settings::FILE_NAME;
use crate::cli::ui::Ui;

/// Compares what the changes since a revision touch.
///
/// Errors: those of [`since::report`].
pub fn report(flags: &Flags, revision: &str, targets: &[String], sources: &Sources, ui: &Ui) -> Result<Report> {
    let order = Order { revision, targets, charts: &flags.charts, options: &flags.options };
    let told = since::report(&renderer(flags, sources), &order)?;
    tell_notes(told.notes.iter(), ui);
    if told.changes.paths().any(|path| path.rsplit('/').next() == Some(FILE_NAME)) {
        ui.note("`.kz.toml` is among the changes, and what it says counts for this report already");
    }
    if told.report.environments.is_empty() {
        ui.note(&format!("nothing that is built has changed since {} (`{revision}`)", told.base));
    }
    Ok(told.report)
}
