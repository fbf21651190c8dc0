//! `kz release gc`

use std::time::{Duration, SystemTime};

use clap::{ArgMatches, Command};
use jiff::{Span, SpanRelativeTo};
use kz::base::{Diagnostic, Result, Sources};
use kz::release::gc::{Keep, Plan, plan, sweep};

use super::{print, stores};
use crate::cli::args::{Purpose, is_on, switch, value};
use crate::cli::exit::Exit;
use crate::cli::ui::{Ui, counted};

const EXAMPLES: &str = "\
Examples:
  kz release gc --keep 50 --dry-run      what would go if 50 revisions of each release stayed
  kz release gc --keep-within 90d        keep what was recorded in the last 90 days
  kz release gc                          only what records left that were killed";

pub fn command(purpose: Purpose) -> Command {
    let command = Command::new("gc")
        .about("Take away old revisions, and what is kept for them alone")
        .override_usage("kz release gc [--keep N] [--keep-within TIME] [FLAGS]")
        .after_help(EXAMPLES)
        .arg(value("keep", "N", "Keep so many revisions of each release").value_parser(clap::value_parser!(usize)))
        .arg(value("keep-within", "TIME", "Keep revisions that are no older: `90d`, `12h`").value_parser(duration))
        .arg(
            value("grace", "TIME", "What is younger stays in any case, for somebody may be recording just now")
                .value_parser(duration)
                .default_value("1h"),
        )
        .arg(switch("dry-run", "Say what would go, and take nothing away", purpose));
    stores::flags(command)
}

/// A time as people write it; days have 24 hours.
fn duration(text: &str) -> std::result::Result<Duration, String> {
    let wrong = || "not a time: `90d`, `12h`, `30m`".to_owned();
    let span: Span = text.parse().map_err(|_| wrong())?;
    let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    length.try_into().map_err(|_| wrong())
}

/// Takes away, and prints which revisions went.
pub fn run(matches: &ArgMatches, ui: &Ui) -> Exit {
    let sources = Sources::new();
    print(ui, &sources, collected(matches, &sources, ui))
}

fn collected(matches: &ArgMatches, sources: &Sources, ui: &Ui) -> Result<String> {
    let store = stores::open(&stores::Named::new(matches), sources)?.store;
    let time = |name: &str| matches.get_one::<Duration>(name).copied();
    let keep = Keep {
        count: matches.get_one::<usize>("keep").copied(),
        within: time("keep-within"),
        grace: time("grace").unwrap_or_default(),
    };
    if keep.count == Some(0) {
        return Err(
            Diagnostic::new("usage", "no revision is to be kept").help("the newest one stays in any case: `--keep 1`")
        );
    }
    let now = SystemTime::now();
    let plan = plan(&*store, keep, now)?;
    if plan.young > 0 {
        ui.note(&format!("{} would go if they were not so young: see `--grace`", counted(plan.young, "revision")));
    }
    let is_known = is_on(matches, "dry-run") || sweep(&*store, &plan, keep, now)?;
    if !is_known {
        ui.note("a revision is damaged, so what it uses is not known: no content was taken away");
    }
    Ok(told(&plan))
}

/// A revision a line.
fn told(plan: &Plan) -> String {
    let each = |(name, numbers): (&String, &Vec<u64>)| -> String {
        numbers.iter().map(|number| format!("{name}@{number}\n")).collect()
    };
    plan.revisions.iter().map(each).collect()
}
