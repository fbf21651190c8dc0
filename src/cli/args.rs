//! The commands and their flags, as clap wants them described.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{Styles, ValueParser};
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::exit::Exit;
use super::ui::{ErrorFormat, Ui};
use super::{
    argocd, build, cache, comment, complete, completion, create, dependency, diff, edit, hash, localize, lock, man,
    parity, pull, registry, release, repo, show, template, vendor, verify, version,
};

/// Help shows `--flag` where the parser also takes `--flag=true` and `--flag=false`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    Parsing,
    Help,
}

const ABOUT: &str = "Renders Kubernetes manifests as kustomize and helm template do.";

const EXAMPLES: &str = "\
Examples:
  kz build overlays/prod                        print the manifests of an overlay
  kz build overlays/prod | kubectl apply -f -   and apply them
  kz template web ./chart -f prod.yaml          print the manifests of a Helm chart
  kz diff main:overlays/prod overlays/prod      what changes for the cluster since a revision
  kz help build                                 the flags of `kz build`";

/// A command of kz, or of a group of them.
pub struct Verb {
    pub name: &'static str,
    /// Other words for it.
    pub aliases: &'static [&'static str],
    pub describe: fn(Purpose) -> Command,
    pub action: Action,
}

/// Does what a command is for, with its arguments.
pub type Run = fn(&ArgMatches, &Ui) -> Exit;

/// What a command does.
pub enum Action {
    Run(Run),
    /// Nothing by itself: there are commands below it.
    Group(&'static [Verb]),
}

/// The commands, in the order of the help.
pub const VERBS: &[Verb] = &[
    Verb::new("build", build::command, build::run),
    Verb::new("diff", diff::command, diff::run),
    Verb::new("hash", hash::command, hash::run),
    Verb::group("release", release::command, release::VERBS),
    Verb::new("comment", comment::command, comment::run),
    Verb::new("parity", parity::command, parity::run),
    Verb::new("create", create::command, create::run).or(&["init"]),
    Verb::group("edit", edit::command, edit::VERBS),
    Verb::new("localize", localize::command, localize::run),
    Verb::new("lock", lock::command, lock::run),
    Verb::new("vendor", vendor::command, vendor::run),
    Verb::new("template", template::command, template::run),
    Verb::new("pull", pull::command, pull::run).or(&["fetch"]),
    Verb::group("repo", repo::command, repo::VERBS),
    Verb::group("registry", registry::command, registry::VERBS),
    Verb::group("dependency", dependency::command, dependency::VERBS).or(&["dep", "dependencies"]),
    Verb::group("show", show::command, show::VERBS).or(&["inspect"]),
    Verb::new("verify", verify::command, verify::run),
    Verb::group("cache", cache::command, cache::VERBS),
    Verb::group("argocd", argocd::command, argocd::VERBS),
    Verb::new("completion", completion::command, completion::run),
    Verb::new("man", man::command, man::run),
    Verb::new(complete::NAME, complete::command, complete::run),
    Verb::new("version", |_| version::command(), version::run),
];

impl Verb {
    pub const fn new(name: &'static str, describe: fn(Purpose) -> Command, run: fn(&ArgMatches, &Ui) -> Exit) -> Verb {
        Verb { name, aliases: &[], describe, action: Action::Run(run) }
    }

    pub const fn group(name: &'static str, describe: fn(Purpose) -> Command, verbs: &'static [Verb]) -> Verb {
        Verb { name, aliases: &[], describe, action: Action::Group(verbs) }
    }

    pub const fn or(self, aliases: &'static [&'static str]) -> Verb {
        Verb { aliases, ..self }
    }

    fn command(&self, purpose: Purpose) -> Command {
        let command = (self.describe)(purpose).args_override_self(true).visible_aliases(self.aliases);
        match self.action {
            Action::Run(_) => command,
            Action::Group(verbs) => command.subcommands(verbs.iter().map(|verb| verb.command(purpose))),
        }
    }

    fn is_named(&self, word: &str) -> bool {
        self.name == word || self.aliases.contains(&word)
    }
}

/// The command of a name among some.
pub fn verb<'v>(verbs: &'v [Verb], name: &str) -> Option<&'v Verb> {
    verbs.iter().find(|verb| verb.is_named(name))
}

/// What the command line asks to be run, with its arguments; nothing where a group is named and no more.
pub fn chosen(matches: &ArgMatches) -> Option<(Run, &ArgMatches)> {
    let (mut verbs, mut matches) = (VERBS, matches);
    loop {
        let (name, inner) = matches.subcommand()?;
        matches = inner;
        match verb(verbs, name)?.action {
            Action::Run(run) => return Some((run, matches)),
            Action::Group(below) => verbs = below,
        }
    }
}

/// The names of the command that a line of words is about and of those above it: `repo add`.
pub fn named_by(words: &[OsString]) -> Vec<&'static str> {
    reached(words).0
}

/// The names of the commands that could stand where a line of words goes no further.
pub fn names_below(words: &[OsString]) -> impl Iterator<Item = &'static str> {
    let names = reached(words).1.iter().flat_map(|verb| [verb.name].into_iter().chain(verb.aliases.iter().copied()));
    names.filter(|name| *name != complete::NAME).chain(["help"])
}

/// As far as words name commands: their names, and the commands among which the next one would be.
fn reached(words: &[OsString]) -> (Vec<&'static str>, &'static [Verb]) {
    let mut names = Vec::new();
    let mut verbs = VERBS;
    for word in words.iter().skip(1).filter_map(|word| word.to_str()) {
        let Some(found) = verb(verbs, word) else { continue };
        names.push(found.name);
        match found.action {
            Action::Run(_) => break,
            Action::Group(inner) => verbs = inner,
        }
    }
    (names, verbs)
}

/// All of the command line; for parsing, of the verbs only those that are among the words: to describe
/// one takes longer than to parse it.
pub fn command(purpose: Purpose, words: &[OsString]) -> Command {
    let is_named = |verb: &&Verb| {
        purpose == Purpose::Parsing && words.iter().any(|word| word.to_str().is_some_and(|word| verb.is_named(word)))
    };
    let named = VERBS.iter().any(|verb| is_named(&verb));
    let verbs = VERBS.iter().filter(|verb| !named || is_named(verb));
    Command::new("kz")
        .about(ABOUT)
        .version(env!("CARGO_PKG_VERSION"))
        .styles(Styles::styled())
        .after_help(EXAMPLES)
        .args_override_self(true)
        .subcommand_required(false)
        .disable_version_flag(true)
        .arg(Arg::new("version").long("version").short('V').action(ArgAction::Version).help("Print the version"))
        .arg(
            value("error-format", "FORMAT", "How errors are written: `human`, or `json`, an object a line")
                .value_parser(ErrorFormat::NAMES)
                .global(true)
                .hide_possible_values(true),
        )
        .arg(switch("stack-trace", "", purpose).global(true).hide(true))
        .subcommands(verbs.map(|verb| verb.command(purpose)))
}

/// A flag that is on or off. Go: `--flag=false` and its like are understood too.
pub fn switch(name: &'static str, help: &'static str, purpose: Purpose) -> Arg {
    let arg = Arg::new(name).long(name).help(help);
    match purpose {
        Purpose::Help => arg.action(ArgAction::SetTrue),
        Purpose::Parsing => arg
            .action(ArgAction::Set)
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .value_parser(ValueParser::new(parse_bool)),
    }
}

/// A flag with a text. Go: the next word is the value, whatever it looks like.
pub fn value(name: &'static str, value_name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value_name).help(help).allow_hyphen_values(true)
}

/// A flag with a path.
pub fn path(name: &'static str, value_name: &'static str, help: &'static str) -> Arg {
    value(name, value_name, help).value_parser(clap::value_parser!(PathBuf))
}

/// A flag with a text that may be given many times.
pub fn values(name: &'static str, value_name: &'static str, help: &'static str) -> Arg {
    value(name, value_name, help).action(ArgAction::Append)
}

/// What a flag or word says; empty where it is not given.
pub fn text(matches: &ArgMatches, name: &str) -> String {
    matches.get_one::<String>(name).cloned().unwrap_or_default()
}

/// All that flags or words of a name say.
pub fn texts(matches: &ArgMatches, name: &str) -> Vec<String> {
    matches.get_many::<String>(name).into_iter().flatten().cloned().collect()
}

/// Whether a [`switch`] is on.
pub fn is_on(matches: &ArgMatches, name: &str) -> bool {
    matches.get_one::<bool>(name).copied().unwrap_or_default()
}

/// What is wrong with a text that is no truth value.
pub const NO_BOOL: &str = "neither `true` nor `false`";

/// Go: strconv.ParseBool.
pub fn parse_bool(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
        _ => Err(NO_BOOL.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_is_sound() {
        command(Purpose::Parsing, &[]).debug_assert();
        command(Purpose::Help, &[]).debug_assert();
    }
}
