//! `kz release list`, `history`, `show`, `verify`

use clap::{ArgMatches, Command};
use kz::base::{Diagnostic, Result, Sources};
use kz::release::inputs::Inputs;
use kz::release::marks::{self, Mark};
use kz::release::name::Reference;
use kz::release::record;
use kz::release::revision::{Revision, Secrets};
use kz::release::{history as revisions, name as names};
use serde_json::{Value, json};

use super::{name, print, stores};
use crate::cli::args::{Purpose, is_on, switch, text, value};
use crate::cli::exit::Exit;
use crate::cli::table::table;
use crate::cli::ui::Ui;

/// As helm shows it.
const SHORT_HASH: usize = "sha256:".len() + 12;

const LIST_EXAMPLES: &str = "\
Examples:
  kz release list
  kz release list --store git:origin -o json";

const HISTORY_EXAMPLES: &str = "\
Examples:
  kz release history web
  kz release history web --max 5 -o json";

const SHOW_EXAMPLES: &str = "\
Examples:
  kz release show web                         the newest revision
  kz release show web@2 | kubectl diff -f -   another one
  kz release show web@-1 --meta               what is known of the one before the newest";

const VERIFY_EXAMPLES: &str = "\
Examples:
  kz release verify                      the store of this repository
  kz release verify --store git:origin   another one";

pub fn list_command(_purpose: Purpose) -> Command {
    let command = Command::new("list").about("The releases of a store").after_help(LIST_EXAMPLES);
    stores::flags(command.arg(output_flag()))
}

pub fn history_command(_purpose: Purpose) -> Command {
    let command = Command::new("history")
        .about("The revisions of a release, the newest last")
        .override_usage("kz release history NAME [FLAGS]")
        .after_help(HISTORY_EXAMPLES)
        .arg(name("The release"))
        .arg(value("max", "N", "So many revisions at most, the newest").value_parser(clap::value_parser!(usize)));
    stores::flags(command.arg(output_flag()))
}

pub fn show_command(purpose: Purpose) -> Command {
    let command = Command::new("show")
        .about("The manifests of a revision, as they were recorded")
        .override_usage("kz release show NAME[@REVISION] [FLAGS]")
        .after_help(SHOW_EXAMPLES)
        .arg(name("The release, and the revision if it is not the newest"))
        .arg(switch("meta", "What is known of the revision instead of its manifests", purpose));
    stores::flags(command)
}

pub fn verify_command(_purpose: Purpose) -> Command {
    let command =
        Command::new("verify").about("See whether all that was recorded is there").after_help(VERIFY_EXAMPLES);
    stores::flags(command)
}

fn output_flag() -> clap::Arg {
    value("output", "FORMAT", "`table`, `json` or `yaml`")
        .short('o')
        .value_parser(["table", "json", "yaml"])
        .hide_possible_values(true)
        .default_value("table")
        .hide_default_value(true)
}

pub fn list(matches: &ArgMatches, ui: &Ui) -> Exit {
    let sources = Sources::new();
    print(ui, &sources, listed(matches, &sources))
}

fn listed(matches: &ArgMatches, sources: &Sources) -> Result<String> {
    let store = stores::open(&stores::Named::new(matches), sources)?.store;
    let mut rows = Vec::new();
    for name in revisions::names(&*store)? {
        if let Some(newest) = kz::release::tip(&*store, &name)?.newest {
            let mark = marks::last(&*store, &name)?.into_iter().find(|(number, _)| *number == newest.number);
            rows.push(row(&newest, mark.as_ref().map(|(_, mark)| mark)));
        }
    }
    Ok(shown(&text(matches, "output"), &["name", "revision", "time", "state", "content", "message"], &rows))
}

pub fn history(matches: &ArgMatches, ui: &Ui) -> Exit {
    let sources = Sources::new();
    print(ui, &sources, told(matches, &sources))
}

fn told(matches: &ArgMatches, sources: &Sources) -> Result<String> {
    let store = stores::open(&stores::Named::new(matches), sources)?.store;
    let name = text(matches, "name");
    names::check(&name)?;
    let numbers = revisions::numbers(&*store, &name)?;
    if numbers.is_empty() {
        // A release that is not there is an error, not an empty table.
        revisions::find(&*store, &Reference::parse(&name)?)?;
    }
    let most = matches.get_one::<usize>("max").copied().filter(|most| *most > 0).unwrap_or(usize::MAX);
    let marks = marks::last(&*store, &name)?;
    let mut rows = Vec::new();
    let shown_numbers = &numbers[numbers.len().saturating_sub(most)..];
    for (number, found) in revisions::summaries(&*store, &name, shown_numbers)? {
        let mark = marks.binary_search_by_key(&number, |(of, _)| *of).ok().map(|at| &marks[at].1);
        rows.push(match found {
            Some(found) => row(&found, mark),
            None => json!({"name": name, "revision": number, "state": "damaged"}),
        });
    }
    let columns = ["revision", "time", "who", "commit", "changes", "state", "content", "message"];
    Ok(shown(&text(matches, "output"), &columns, &rows))
}

/// What is told of a revision.
fn row(revision: &Revision, mark: Option<&Mark>) -> Value {
    let changes = revision.changes;
    let commit = revision.git.as_ref();
    let short = |commit: &str| commit.chars().take(7).collect::<String>();
    json!({
        "name": revision.name,
        "revision": revision.number,
        "time": revision.time,
        "who": revision.who,
        "commit": commit.map(|git| format!("{}{}", short(&git.commit), if git.dirty { "+" } else { "" })).unwrap_or_default(),
        "changes": format!("+{} ~{} -{}", changes.added, changes.changed, changes.removed),
        "state": mark.map_or("recorded", |mark| mark.state.word()),
        "content": revision.content,
        "message": match revision.rollback_of {
            Some(number) if revision.message.is_empty() => format!("rollback to {number}"),
            _ => revision.message.clone(),
        },
    })
}

fn shown(format: &str, columns: &[&str], rows: &[Value]) -> String {
    let rows_of_columns = || {
        let pick = |row: &Value| -> Value {
            columns
                .iter()
                .map(|column| ((*column).to_owned(), row[*column].clone()))
                .collect::<serde_json::Map<_, _>>()
                .into()
        };
        Value::Array(rows.iter().map(pick).collect())
    };
    match format {
        "json" => format!("{:#}\n", rows_of_columns()),
        "yaml" => {
            let json = rows_of_columns().to_string();
            kz::diff::Value::of_json(&json).map(|value| value.to_yaml()).unwrap_or(json)
        }
        _ => {
            let cell = |row: &Value, column: &str| match &row[column] {
                Value::String(text) if column == "content" => text.chars().take(SHORT_HASH).collect(),
                Value::String(text) => text.lines().next().unwrap_or_default().to_owned(),
                Value::Null => String::new(),
                other => other.to_string(),
            };
            let heads: Vec<String> = columns.iter().map(|column| column.to_uppercase()).collect();
            let cells: Vec<Vec<String>> =
                rows.iter().map(|row| columns.iter().map(|column| cell(row, column)).collect()).collect();
            let lines: Vec<Vec<&str>> =
                std::iter::once(&heads).chain(&cells).map(|row| row.iter().map(String::as_str).collect()).collect();
            format!("{}\n", table(&lines, 0))
        }
    }
}

pub fn show(matches: &ArgMatches, ui: &Ui) -> Exit {
    let sources = Sources::new();
    print(ui, &sources, content(matches, &sources))
}

fn content(matches: &ArgMatches, sources: &Sources) -> Result<String> {
    let opened = stores::open(&stores::Named::new(matches), sources)?;
    let revision = revisions::find(&*opened.store, &Reference::parse(&text(matches, "name"))?)?;
    if is_on(matches, "meta") {
        return Ok(meta(&revision, &revisions::inputs(&*opened.store, &revision)?));
    }
    opened.contents().text(&revision)
}

/// All that is known of a revision but where its pieces are kept.
fn meta(revision: &Revision, inputs: &Inputs) -> String {
    let mut value = serde_json::to_value(revision).unwrap_or_default();
    if let Some(fields) = value.as_object_mut() {
        fields.remove("pieces");
        fields.remove("version");
        // What tells nothing to people.
        fields.remove("text");
        fields.remove("id");
        fields.insert("inputs".to_owned(), json!(inputs));
        let secrets = match revision.secrets {
            Secrets::None => None,
            Secrets::Verified(_) => Some("sealed"),
            Secrets::Unverified => Some("sealed, unverified"),
            Secrets::LeftOut => Some("left out"),
        };
        fields.remove("secrets");
        fields.extend(secrets.map(|secrets| ("secrets".to_owned(), secrets.into())));
    }
    let json = value.to_string();
    kz::diff::Value::of_json(&json).map(|value| value.to_yaml()).unwrap_or(json)
}

/// 0: all is there; 1: something is damaged; 2: that could not be found out.
pub fn verify(matches: &ArgMatches, ui: &Ui) -> Exit {
    let sources = Sources::new();
    let verified = stores::open(&stores::Named::new(matches), &sources)
        .and_then(|opened| record::verify(&*opened.store, &opened.identities));
    match verified {
        Err(error) => {
            ui.fail(&error, &sources);
            Exit::Trouble
        }
        Ok(problems) if problems.is_empty() => Exit::Done,
        Ok(problems) => {
            for problem in problems {
                ui.fail(&Diagnostic::new("store-damaged", problem), &sources);
            }
            Exit::Failed
        }
    }
}
