//! `kz diff`

mod flags;
mod sides;
mod since;

use std::path::Path;

use clap::ArgMatches;
pub use flags::FORMATS;
pub use flags::command;
use flags::{Flags, Format, Subject};
use kz::base::report::Style;
use kz::base::{Diagnostic, Result, Sources};
use kz::diff::report::{Outcome, html, json, markdown, names, stat, template, terminal, unified};
use kz::diff::{Environment, Report, compare};

use super::exit::Exit;
use super::ui::Ui;

/// Compares, and tells what differs. 0: nothing; 1: something; 2: that could not be found out.
pub fn run(matches: &ArgMatches, ui: &Ui) -> Exit {
    let sources = Sources::new();
    let done = Flags::new(matches, &sources).and_then(|flags| {
        flags.notes.iter().for_each(|text| ui.note(text));
        let report = report(&flags, &sources, ui)?;
        tell(&report, &flags, &sources, ui)?;
        Ok(report)
    });
    match done {
        Err(error) => {
            ui.fail(&error, &sources);
            Exit::Trouble
        }
        Ok(report) if report.failures().next().is_some() => Exit::Trouble,
        Ok(report) if report.is_equal() => Exit::Done,
        Ok(_) => Exit::Failed,
    }
}

fn report(flags: &Flags, sources: &Sources, ui: &Ui) -> Result<Report> {
    if let Subject::Since { revision, targets } = &flags.subject {
        return since::report(flags, revision, targets, sources, ui);
    }
    let sides = sides::render(flags, sources, ui)?;
    let [before, after] = sides.rendered;
    let schema = if after.objects.is_empty() { &before.schema } else { &after.schema };
    let comparison = compare(before.objects, after.objects, schema, &flags.options)?;
    Ok(Report { environments: vec![Environment { name: sides.name, outcome: Outcome::Compared(comparison) }] })
}

fn tell(report: &Report, flags: &Flags, sources: &Sources, ui: &Ui) -> Result<()> {
    let style = match (&flags.output, flags.style) {
        (_, Some(style)) => style,
        (Some(_), None) => Style::Plain,
        (None, None) => ui.stdout_style(),
    };
    let text = match &flags.format {
        Format::Terminal => terminal::write(report, style),
        Format::Unified => unified::write(report, style),
        Format::Markdown { most_bytes } => markdown::write(report, *most_bytes),
        Format::Html => html::write(report),
        Format::Json => json::write(report),
        Format::Template(path) => template::write(report, &path.display().to_string(), read(path)?, sources)?,
        Format::Stat => stat::write(report),
        Format::Names => names::write(report),
    };
    match &flags.output {
        None => {
            ui.print(text.as_bytes());
            Ok(())
        }
        Some(path) => std::fs::write(path, text).map_err(|error| {
            Diagnostic::new("write", format!("cannot write `{}`: {error}", path.display()))
                .help("name a file in a folder that is there")
        }),
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| {
        Diagnostic::new("read", format!("cannot read `{}`: {error}", path.display()))
            .help("`--format-template` takes the path of a template")
    })
}
