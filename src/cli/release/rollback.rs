//! `kz release rollback`

use std::collections::HashSet;

use clap::{Arg, ArgMatches, Command};
use kz::base::report::Style;
use kz::base::{Diagnostic, Result, Sources};
use kz::diff::report::{Outcome, terminal};
use kz::diff::{Environment, Id, Object, Options, Report, compare};
use kz::k8s::Schema;
use kz::release::append::Recorded;
use kz::release::elsewhere::{self, Use};
use kz::release::name::{Reference, Which};
use kz::release::revision::Revision;
use kz::release::rollback::{Contents, removed, roll_back};
use kz::release::{history, marks};
use kz::yaml::Node;

use super::{name, print, stores};
use crate::cli::args::{Purpose, is_on, switch, text, value};
use crate::cli::exit::Exit;
use crate::cli::ui::{Ui, counted};

const EXAMPLES: &str = "\
Examples:
  kz release rollback web 2 --dry-run               what would change
  kz release rollback web 2 --removed > gone.yaml   what is in the newest and not in revision 2
  kz release rollback web 2 | kubectl apply -f -    go back to it
  kubectl delete --ignore-not-found -f gone.yaml    and delete what it has not
  kz release rollback web | kubectl apply -f -      to what was applied before";

pub fn command(purpose: Purpose) -> Command {
    let command = Command::new("rollback")
        .about("Make the content of an old revision the newest, and print its manifests")
        .override_usage("kz release rollback NAME [REVISION] [FLAGS]")
        .after_help(EXAMPLES)
        .arg(name("The release"))
        .arg(Arg::new("revision").value_name("REVISION").allow_hyphen_values(true).help(
            "Where to: `3`, `-1`, `applied` …; the last that was applied before the newest if nothing else is said, \
             or else the one before",
        ))
        .arg(value("message", "TEXT", "What this revision is about").short('m'))
        .arg(switch("dry-run", "Say what would change; record nothing and print no manifests", purpose))
        .arg(switch(
            "removed",
            "Print the objects that the rollback removes, for `kubectl delete -f -`; record nothing",
            purpose,
        ));
    stores::flags(command)
}

/// Says what changes, records, and prints the manifests.
pub fn run(matches: &ArgMatches, ui: &Ui) -> Exit {
    let sources = Sources::new();
    print(ui, &sources, rolled_back(matches, &sources, ui))
}

fn rolled_back(matches: &ArgMatches, sources: &Sources, ui: &Ui) -> Result<String> {
    let opened = stores::open(&stores::Named::new(matches), sources)?;
    let name = text(matches, "name");
    let find = |which| history::find(&*opened.store, &Reference { name: name.clone(), which });
    kz::release::name::check(&name)?;
    let newest = find(Which::Latest)?;
    let to = match matches.get_one::<String>("revision") {
        Some(text) => find(Which::parse(text)?)?,
        None => find(default(&*opened.store, &newest)?)?,
    };
    let contents = opened.contents();
    let (before, after) = (contents.objects(&newest, sources)?, contents.objects(&to, sources)?);
    if is_on(matches, "removed") {
        return heads(&removed(&before, &after));
    }
    let needed = needed_elsewhere(&contents, &name, &before, &after, sources)?;
    let comparison = compare(before, after, &Schema::default(), &Options::default())?;
    let title = format!("{name}@{} -> {name}@{}", newest.number, to.number);
    let report = Report { environments: vec![Environment { name: title, outcome: Outcome::Compared(comparison) }] };
    let told = terminal::write(&report, Style::Plain);
    if is_on(matches, "dry-run") {
        needed.iter().for_each(|text| ui.note(text));
        return Ok(told);
    }
    // What cannot be printed is not recorded either.
    let manifests = contents.text(&to)?;
    told.lines().for_each(|line| ui.say(line));
    needed.iter().for_each(|text| ui.note(text));
    let environment: Vec<(String, String)> = std::env::vars().collect();
    let mut about = super::record::about(text(matches, "message"), to.target.clone(), &environment);
    about.git = super::record::git(&environment);
    match roll_back(&*opened.store, &to, &about)? {
        Recorded::New(revision) => {
            ui.note(&format!("revision {} of `{name}` has the content of revision {}", revision.number, to.number));
        }
        Recorded::Same(revision) => {
            ui.note(&format!("revision {} of `{name}` has this content already: no new one", revision.number));
        }
    }
    Ok(manifests)
}

/// Kind and name of objects, for `kubectl delete -f -`.
pub fn heads(objects: &[Node]) -> Result<String> {
    let mut out = Vec::new();
    for node in objects {
        out.extend_from_slice(b"---\n");
        kz::yaml::emit(node, &mut out)?;
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// What to think of before objects go: what stays in the cluster, and what other releases need.
fn needed_elsewhere(
    contents: &Contents,
    name: &str,
    before: &[Object],
    after: &[Object],
    sources: &Sources,
) -> Result<Vec<String>> {
    let kept: HashSet<&Id> = after.iter().map(|object| &object.id).collect();
    let gone: Vec<&Id> = before.iter().map(|object| &object.id).filter(|id| !kept.contains(id)).collect();
    let mut told = Vec::new();
    if !gone.is_empty() {
        told.push(format!(
            "what the rollback removes stays in the cluster until it is deleted there ({}): asked before it, `--removed` \
             prints it",
            counted(gone.len(), "object")
        ));
    }
    for (id, uses) in elsewhere::uses(contents, name, &gone, sources)? {
        let by = |of: &Use| match &of.by {
            Some(by) => format!("`{by}` of `{}`", of.revision),
            None => format!("`{}`, which has it too", of.revision),
        };
        let by: Vec<String> = uses.iter().map(by).collect();
        told.push(format!("do not delete `{id}`: it is needed by {}", by.join(", ")));
    }
    Ok(told)
}

/// The last revision that was applied before the newest, or else the one before it.
fn default(store: &dyn kz::release::store::Store, newest: &Revision) -> Result<Which> {
    let before = newest.number.checked_sub(1).filter(|number| *number > 0).ok_or_else(|| {
        Diagnostic::new(
            "release-revision",
            format!("`{}` has one revision: there is nothing to go back to", newest.name),
        )
        .help(format!("`kz release history {}` shows them", newest.name))
    })?;
    Ok(Which::Number(marks::last_applied(store, &newest.name, before)?.unwrap_or(before)))
}
