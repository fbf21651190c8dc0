//! What could stand where the cursor is: `kz __complete WORD…`, which the scripts of `kz completion` ask.
//!
//! Prints a candidate a line, behind a tab what it is. A last line `:files` or `:folders` asks the shell for names of
//! its own beside them.

use std::fs;
use std::path::Path;

use clap::{Arg, ArgMatches, Command};
use kz::release::history;

use super::args::{self, Purpose};
use super::exit::Exit;
use super::release::stores;
use super::target::{is_chart, kustomization};
use super::ui::Ui;

pub const NAME: &str = "__complete";

pub fn command(_purpose: Purpose) -> Command {
    let words = Arg::new("words").num_args(0..).allow_hyphen_values(true).trailing_var_arg(true);
    Command::new(NAME).hide(true).arg(words)
}

/// A text and what it is.
type Candidate = (String, String);

/// What the shell adds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Names {
    None,
    Files,
    Folders,
}

/// Prints what could stand in the place of the last word. What cannot be found out is left out: nobody wants errors
/// while they type.
pub fn run(matches: &ArgMatches, ui: &Ui) -> Exit {
    let words = args::texts(matches, "words");
    let (last, before) = words.split_last().map_or(("", &[][..]), |(last, before)| (last.as_str(), before));
    let mut root = args::command(Purpose::Help, &[]);
    root.build();
    let (candidates, names) = candidates(&root, before, last);
    let mut text = String::new();
    for (candidate, about) in candidates.iter().filter(|(candidate, _)| candidate.starts_with(last)) {
        text.push_str(&format!("{candidate}\t{}\n", about.lines().next().unwrap_or_default()));
    }
    text.push_str(match names {
        Names::None => "",
        Names::Files => ":files\n",
        Names::Folders => ":folders\n",
    });
    ui.print(text.as_bytes())
}

fn candidates(root: &Command, before: &[String], last: &str) -> (Vec<Candidate>, Names) {
    let mut command = root;
    // The flag that waits for its value, and how many words stand in places of their own.
    let (mut waiting, mut placed) = (None, 0);
    for word in before {
        if waiting.take().is_some() {
            continue;
        }
        match flag(command, word) {
            Some(arg) if takes_value(arg) && !word.contains('=') => waiting = Some(arg),
            Some(_) => {}
            None if word.starts_with('-') => {}
            None => match command.find_subcommand(word) {
                Some(found) => (command, placed) = (found, 0),
                // Nobody knows what comes behind a command that is none.
                None if command.has_subcommands() => return (Vec::new(), Names::None),
                None => placed += 1,
            },
        }
    }
    if let Some(arg) = waiting {
        return values_of(arg, last);
    }
    if last.starts_with('-') {
        let told = |arg: &Arg| {
            let about = arg.get_help().map(ToString::to_string).unwrap_or_default();
            arg.get_long().filter(|_| !arg.is_hide_set()).map(|long| (format!("--{long}"), about))
        };
        return (command.get_arguments().filter_map(told).collect(), Names::None);
    }
    if command.has_subcommands() {
        let told = |command: &Command| {
            (command.get_name().to_owned(), command.get_about().map(ToString::to_string).unwrap_or_default())
        };
        return (command.get_subcommands().filter(|command| !command.is_hide_set()).map(told).collect(), Names::None);
    }
    let positional = command.get_positionals().nth(placed).or_else(|| command.get_positionals().last());
    positional.map_or((Vec::new(), Names::None), |arg| values_of(arg, last))
}

/// The flag that a word names.
fn flag<'c>(command: &'c Command, word: &str) -> Option<&'c Arg> {
    let name = word.split('=').next().unwrap_or(word);
    let is_meant = |arg: &&Arg| match (name.strip_prefix("--"), name.strip_prefix('-')) {
        (Some(long), _) => arg.get_long() == Some(long),
        (None, Some(short)) => arg.get_short().is_some_and(|own| short.chars().eq([own])),
        (None, None) => false,
    };
    command.get_arguments().find(is_meant)
}

fn takes_value(arg: &Arg) -> bool {
    arg.get_num_args().is_some_and(|range| range.min_values() > 0)
}

/// What an argument may be, by what its help calls it.
fn values_of(arg: &Arg, last: &str) -> (Vec<Candidate>, Names) {
    let possible: Vec<Candidate> = arg
        .get_possible_values()
        .iter()
        .map(|value| (value.get_name().to_owned(), value.get_help().map(ToString::to_string).unwrap_or_default()))
        .filter(|(name, _)| !name.is_empty())
        .collect();
    if !possible.is_empty() {
        return (possible, Names::None);
    }
    let called = arg.get_value_names().and_then(|names| names.first()).map_or("", |name| name.as_str());
    match (arg.get_id().as_str(), called) {
        ("record", _) => (releases(), Names::None),
        ("name", "NAME") => (with_revisions(last), Names::None),
        (_, "TARGET" | "DIR" | "CHART" | "A B" | "NAME CHART") => {
            ([targets(last), with_revisions(last)].concat(), Names::Folders)
        }
        (_, "FILE" | "PATH" | "KEYRING") => (Vec::new(), Names::Files),
        _ => (Vec::new(), Names::None),
    }
}

/// Folders that can be built or rendered, below the one that is typed. They end with `/`, so that the scripts know them
/// for those that the shell finds too.
fn targets(last: &str) -> Vec<Candidate> {
    let typed = &last[..last.rfind('/').map_or(0, |at| at + 1)];
    let folder = if typed.is_empty() { "." } else { typed };
    let mut found = Vec::new();
    let mut entries: Vec<fs::DirEntry> = fs::read_dir(folder).into_iter().flatten().flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.starts_with('.') || !entry.path().is_dir() {
            continue;
        }
        if let Some(kind) = kind(&entry.path()) {
            found.push((format!("{typed}{name}/"), kind.to_owned()));
        }
    }
    found
}

fn kind(folder: &Path) -> Option<&'static str> {
    match () {
        () if kustomization(folder).is_some() => Some("kustomization"),
        () if is_chart(folder) => Some("chart"),
        () => None,
    }
}

/// The names of releases that are kept in a folder.
fn releases() -> Vec<Candidate> {
    let names = stores::folder().and_then(|store| history::names(&store).ok()).unwrap_or_default();
    names.into_iter().map(|name| (name, "release".to_owned())).collect()
}

/// Releases, or where one is typed already its revisions, the newest first.
fn with_revisions(last: &str) -> Vec<Candidate> {
    let Some((name, _)) = last.split_once('@') else { return releases() };
    let find = || {
        let store = stores::folder()?;
        let numbers = history::numbers(&store, name).ok()?;
        let newest = &numbers[numbers.len().saturating_sub(MOST_REVISIONS)..];
        history::summaries(&store, name, newest).ok()
    };
    let told = |(number, found): (u64, Option<kz::release::revision::Revision>)| {
        let about = found.map(|found| format!("{} {}", found.time, found.message)).unwrap_or_default();
        (format!("{name}@{number}"), about.trim().to_owned())
    };
    let mut all: Vec<Candidate> = find().unwrap_or_default().into_iter().rev().map(told).collect();
    all.extend([
        (format!("{name}@latest"), "the newest".to_owned()),
        (format!("{name}@applied"), "the last applied".to_owned()),
    ]);
    all
}

/// More of them help nobody.
const MOST_REVISIONS: usize = 20;
