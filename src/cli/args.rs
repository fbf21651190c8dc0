//! The commands and their flags, as clap wants them described.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{Styles, ValueParser};
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::exit::Exit;
use super::ui::{ErrorFormat, Ui};
use super::{build, template, version};

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
  kz help build                                 the flags of `kz build`";

/// A command of kz.
pub struct Verb {
    pub name: &'static str,
    describe: fn(Purpose) -> Command,
    pub run: fn(&ArgMatches, &Ui) -> Exit,
}

/// The commands, in the order of the help.
pub const VERBS: &[Verb] = &[
    Verb { name: "build", describe: build::command, run: build::run },
    Verb { name: "template", describe: template::command, run: template::run },
    Verb { name: "version", describe: |_| version::command(), run: version::run },
];

pub fn verb(name: &str) -> Option<&'static Verb> {
    VERBS.iter().find(|verb| verb.name == name)
}

/// All of the command line; for parsing, of the verbs only those that are among the words: to describe
/// one takes longer than to parse it.
pub fn command(purpose: Purpose, words: &[OsString]) -> Command {
    let is_named = |verb: &&Verb| purpose == Purpose::Parsing && words.iter().any(|word| word == verb.name);
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
        .subcommands(verbs.map(|verb| (verb.describe)(purpose).args_override_self(true)))
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
            .default_value("false")
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

/// Go: strconv.ParseBool.
pub fn parse_bool(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
        _ => Err("neither `true` nor `false`".to_owned()),
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
