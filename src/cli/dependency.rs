//! `kz dependency`

use std::path::{Component, Path, PathBuf};

use clap::{Arg, ArgMatches, Command};
use kz::base::fs::Disk;
use kz::base::{Diagnostic, Result, Sources};
use kz::helm::pull::Pulling;
use kz::helm::pull::access::Access;
use kz::helm::pull::dependencies::{self, Order};
use kz::helm::pull::lock::time_stamp;
use kz::helm::pull::pack::USUAL_TIME;
use kz::helm::pull::vouched::Check;

use super::args::{Purpose, Verb, switch, value};
use super::charts::{access, home_flags, homes, keyring, keyring_of, plain_http, registry_config, server_flags};
use super::exit::Exit;
use super::table::table;
use super::ui::Ui;
use super::{fetching, world};

pub const VERBS: &[Verb] = &[
    Verb::new("build", build_command, |m, ui| run(m, ui, dependencies::build, |keyring| Check::IfPossible(keyring))),
    Verb::new("list", list_command, list).or(&["ls"]),
    Verb::new("update", update_command, |m, ui| run(m, ui, dependencies::update, |keyring| Check::Always(keyring)))
        .or(&["up"]),
];

const EXAMPLES: &str = "\
Examples:
  kz dependency list ./chart     what the chart depends on, and what of that is there
  kz dependency update ./chart   fetch the newest versions that Chart.yaml lets through, and write Chart.lock
  kz dependency build ./chart    fetch what Chart.lock names";

pub fn command(_purpose: Purpose) -> Command {
    Command::new("dependency")
        .about("List and fetch what a Helm chart depends on")
        .override_usage("kz dependency build|list|update [CHART] [FLAGS]")
        .after_help(EXAMPLES)
}

fn build_command(purpose: Purpose) -> Command {
    let command = Command::new("build").about("Fetch the charts that Chart.lock names into charts/").after_help(
        "Examples:\n  kz dependency build ./chart\n  kz dependency build ./chart --verify --keyring team.gpg",
    );
    flags(command, purpose)
}

fn update_command(purpose: Purpose) -> Command {
    let command =
        Command::new("update").about("Fetch the newest charts that Chart.yaml lets through, and lock them").after_help(
            "Examples:\n  kz dependency update ./chart\n  \
             kz dependency update ./chart --recursive   first the charts beside it that it names",
        );
    flags(command, purpose)
}

fn list_command(_purpose: Purpose) -> Command {
    Command::new("list")
        .about("List what a chart depends on")
        .after_help("Examples:\n  kz dependency list ./chart")
        .arg(chart())
        .arg(
            value("max-col-width", "WIDTH", "Cut columns off that are wider; 80 if nothing else is said")
                .value_parser(clap::value_parser!(usize)),
        )
}

fn chart() -> Arg {
    Arg::new("chart").value_name("CHART").help("The chart's folder; the working directory if it is left out")
}

fn flags(command: Command, purpose: Purpose) -> Command {
    let on_or_off = |name, help| switch(name, help, purpose);
    let command = command
        .arg(chart())
        .arg(on_or_off("skip-refresh", "Take the indexes of repositories as they are"))
        .arg(on_or_off("recursive", "First the charts that `file://` leads to, and those that these name"))
        .arg(on_or_off("verify", "Take charts only if their provenance files are signed by keys of the keyring"))
        .arg(keyring());
    home_flags(fetching::flags(server_flags(command, purpose).arg(plain_http(purpose)), purpose)).arg(registry_config())
}

/// Of the library.
type Work = fn(&Order, &Path, &mut String) -> Result<()>;

/// What `--verify` asks for, with a keyring.
type AsksFor = for<'k> fn(&'k Path) -> Check<'k>;

fn run(matches: &ArgMatches, ui: &Ui, work: Work, check: AsksFor) -> Exit {
    let sources = Sources::new();
    match done(matches, ui, &sources, work, check) {
        Ok(out) => ui.print(out.as_bytes()),
        Err(error) => ui.fail(&error, &sources),
    }
}

fn done(matches: &ArgMatches, ui: &Ui, sources: &Sources, work: Work, check: AsksFor) -> Result<String> {
    let is_on = |name: &str| matches.get_one::<bool>(name).copied().unwrap_or_default();
    let (homes, context) = (homes(matches), fetching::context(matches));
    let note = |text: String| ui.note(&text);
    let pulling = Pulling::new(&Disk, sources, &context, &homes, &note);
    let (skip_refresh, recursive) = (is_on("skip-refresh"), is_on("recursive"));
    let keyring = keyring_of(matches);
    let check = if is_on("verify") { check(&keyring) } else { Check::Never };
    let mut out = String::new();
    let access = Access { plain_http: is_on("plain-http"), ..access(matches)? };
    with_order(&pulling, &access, |order| {
        work(&Order { skip_refresh, recursive, check, ..order }, &folder(matches), &mut out)
    })?;
    Ok(out)
}

/// Does something with dependencies, with what the machine and the environment say.
///
/// Errors: `usage`: `SOURCE_DATE_EPOCH` is no time.
pub fn with_order<T>(pulling: &Pulling, access: &Access, f: impl FnOnce(Order) -> Result<T>) -> Result<T> {
    let now = || {
        let mut world = world::of_machine();
        time_stamp((world.now)(), &world.time_zone)
    };
    let epoch = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) if !text.is_empty() => text.parse().map_err(|_| {
            Diagnostic::new("usage", format!("`SOURCE_DATE_EPOCH` cannot be `{text}`"))
                .help("it is a number of seconds since 1970")
        })?,
        _ => USUAL_TIME,
    };
    f(Order { pulling, access, check: Check::Never, skip_refresh: false, recursive: false, now: &now, epoch })
}

fn list(matches: &ArgMatches, ui: &Ui) -> Exit {
    let folder = folder(matches);
    let sources = Sources::new();
    let list = match dependencies::list(&Disk, &sources, &folder) {
        Ok(list) => list,
        Err(error) => return ui.fail(&error, &sources),
    };
    list.notes.iter().for_each(|text| ui.note(text));
    let Some(rows) = list.rows else {
        return ui
            .print(format!("WARNING: no dependencies at {}\n", dependencies::charts_of(&folder).display()).as_bytes());
    };
    let width = matches.get_one::<usize>("max-col-width").copied().unwrap_or(80);
    let header = vec!["NAME", "VERSION", "REPOSITORY", "STATUS"];
    let rows = rows.iter().map(|row| row.iter().map(String::as_str).collect());
    let mut out = table(&std::iter::once(header).chain(rows).collect::<Vec<_>>(), width) + "\n\n";
    list.warnings.iter().for_each(|warning| out += &format!("{warning}\n"));
    ui.print(out.as_bytes())
}

/// Go: filepath.Clean.
fn folder(matches: &ArgMatches) -> PathBuf {
    let text = matches.get_one::<String>("chart").map_or(".", String::as_str);
    let mut clean = PathBuf::new();
    for part in Path::new(text).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir
                if clean.components().next_back().is_some_and(|last| matches!(last, Component::Normal(_))) =>
            {
                clean.pop();
            }
            part => clean.push(part),
        }
    }
    if clean.as_os_str().is_empty() { ".".into() } else { clean }
}
