//! `kz cache`

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use clap::builder::ValueParser;
use clap::{ArgMatches, Command};
use jiff::Timestamp;
use kz::base::{Diagnostic, Result, Sources};
use kz::fetch::cache::{Cache, Item, Keep, Run, prune};

use super::args::{Purpose, Verb, switch, value};
use super::exit::Exit;
use super::ui::Ui;
use super::{fetching, sizes};

const EXAMPLES: &str = "\
Examples:
  kz cache list                      what was fetched, its size, and when it was used
  kz cache prune                     remove what was not used for 30 days
  kz cache prune --keep-within 12h   remove what was not used for 12 hours
  kz cache prune --all --dry-run     show everything that would be removed";

const DAY: u64 = 24 * 60 * 60;

pub const VERBS: &[Verb] = &[
    Verb::new("list", |_| list_command(), |matches, ui| ended(list(matches, ui), ui)),
    Verb::new("prune", prune_command, |matches, ui| ended(prune_cache(matches, ui), ui)),
];

pub fn command(_purpose: Purpose) -> Command {
    Command::new("cache")
        .about("Look at what was fetched, or remove it")
        .override_usage("kz cache list|prune [FLAGS]")
        .after_help(EXAMPLES)
}

fn list_command() -> Command {
    Command::new("list")
        .about("List what was fetched, its size, and when it was used")
        .after_help("Examples:\n  kz cache list")
        .arg(fetching::cache_dir_flag())
}

fn prune_command(purpose: Purpose) -> Command {
    Command::new("prune")
        .about("Remove what was not used for a while")
        .after_help(
            "Examples:\n  kz cache prune                     what was not used for 30 days\n  \
             kz cache prune --keep-within 12h   what was not used for 12 hours\n  \
             kz cache prune --all --dry-run     show everything that would be removed",
        )
        .arg(
            value("keep-within", "TIME", "Keep what was used within this time: `12h`, `30d`, `4w`")
                .value_parser(ValueParser::new(parse_time))
                .default_value("30d"),
        )
        .arg(switch("all", "Keep nothing", purpose))
        .arg(switch("dry-run", "Only show what would be removed", purpose))
        .arg(fetching::cache_dir_flag())
}

fn ended(done: Result<Exit>, ui: &Ui) -> Exit {
    done.unwrap_or_else(|error| ui.fail(&error, &Sources::new()))
}

fn directory(matches: &ArgMatches) -> Result<PathBuf> {
    fetching::cache_dir(matches).ok_or_else(|| {
        Diagnostic::new("no-cache", "there is no directory for the cache")
            .help("name one: `--cache-dir DIR` or `KZ_CACHE_DIR`; or set `HOME`")
    })
}

fn list(matches: &ArgMatches, ui: &Ui) -> Result<Exit> {
    let directory = directory(matches)?;
    let items = if directory.is_dir() { Cache::open(&directory, SystemTime::now)?.items()? } else { Vec::new() };
    let printed = ui.print(table(&items).as_bytes());
    ui.note(&format!("{} in `{}`", total(&items), directory.display()));
    Ok(printed)
}

fn prune_cache(matches: &ArgMatches, ui: &Ui) -> Result<Exit> {
    let is_on = |name: &str| matches.get_one::<bool>(name).copied().unwrap_or_default();
    let keep = match matches.get_one::<Duration>("keep-within") {
        Some(time) if !is_on("all") => Keep::Within(*time),
        _ => Keep::Nothing,
    };
    let (run, verb) = if is_on("dry-run") { (Run::Dry, "would be removed") } else { (Run::Real, "removed") };
    let directory = directory(matches)?;
    let pruned = prune(&directory, SystemTime::now, keep, run)?;
    let printed = ui.print(table(&pruned).as_bytes());
    ui.note(&format!("{} {verb} from `{}`", total(&pruned), directory.display()));
    Ok(printed)
}

fn total(items: &[Item]) -> String {
    let things = if items.len() == 1 { "thing" } else { "things" };
    format!("{} {things} ({})", items.len(), sizes::human(items.iter().map(|item| item.size).sum()))
}

/// Kind, size, day of the last use, name; a line each.
fn table(items: &[Item]) -> String {
    let day = |time: SystemTime| match Timestamp::try_from(time) {
        Ok(time) => time.strftime("%Y-%m-%d").to_string(),
        Err(_) => "-".to_owned(),
    };
    let row = |item: &Item| [item.kind.clone(), sizes::human(item.size), day(item.used), item.name.clone()];
    let rows: Vec<[String; 4]> = items.iter().map(row).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or_default();
    let (kinds, sizes) = (width(0), width(1));
    rows.iter().map(|[kind, size, day, name]| format!("{kind:kinds$}  {size:>sizes$}  {day}  {name}\n")).collect()
}

/// A number and one of `s`, `m`, `h`, `d`, `w`.
fn parse_time(text: &str) -> Result<Duration, String> {
    let wrong = || "not a time: write `12h`, `30d` or `4w`".to_owned();
    let unit = match text.bytes().last() {
        Some(b's') => 1,
        Some(b'm') => 60,
        Some(b'h') => 60 * 60,
        Some(b'd') => DAY,
        Some(b'w') => 7 * DAY,
        _ => return Err(wrong()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    number.checked_mul(unit).map(Duration::from_secs).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        assert_eq!(parse_time("2w"), Ok(Duration::from_secs(14 * DAY)));
        assert_eq!(parse_time("0s"), Ok(Duration::ZERO));
        for wrong in ["", "5", "h", "-1h", "1y", "1.5h", "99999999999999999w", "ä"] {
            assert!(parse_time(wrong).is_err(), "{wrong}");
        }
    }
}
