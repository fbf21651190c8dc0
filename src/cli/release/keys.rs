//! `kz release keys`

use clap::{Arg, ArgMatches, Command};
use kz::base::{Diagnostic, Result, Sources};
use kz::release::seal;

use super::print;
use super::stores::{self, Opened};
use crate::cli::args::{Purpose, Verb, text};
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;

pub const VERBS: &[Verb] = &[
    Verb::new("list", list_command, list).or(&["ls"]),
    Verb::new("add", add_command, add),
    Verb::new("remove", remove_command, remove).or(&["rm"]),
];

const EXAMPLES: &str = "\
Examples:
  kz release keys list
  kz release keys add age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p
  kz release keys remove age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

pub fn command(_purpose: Purpose) -> Command {
    Command::new("keys")
        .about("Whom values of Secrets are sealed to")
        .override_usage("kz release keys list|add|remove [FLAGS]")
        .after_help(EXAMPLES)
}

fn list_command(_purpose: Purpose) -> Command {
    stores::flags(
        Command::new("list").about("The recipients, a line each").after_help("Examples:\n  kz release keys list"),
    )
}

fn add_command(_purpose: Purpose) -> Command {
    let about = "Let somebody else open what is sealed: all of it is sealed anew";
    stores::flags(
        Command::new("add")
            .about(about)
            .after_help(
                "Examples:\n  kz release keys add age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
            )
            .arg(recipient()),
    )
}

fn remove_command(_purpose: Purpose) -> Command {
    let about = "Seal all anew, and not to this recipient; what they have read stays read";
    stores::flags(
        Command::new("remove")
            .about(about)
            .after_help(
                "Examples:\n  kz release keys remove age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
            )
            .arg(recipient()),
    )
}

fn recipient() -> Arg {
    Arg::new("recipient").value_name("RECIPIENT").required(true).help("The public key of an age identity: `age1…`")
}

fn list(matches: &ArgMatches, ui: &Ui) -> Exit {
    let sources = Sources::new();
    print(ui, &sources, recipients(matches, &sources, ui))
}

fn recipients(matches: &ArgMatches, sources: &Sources, ui: &Ui) -> Result<String> {
    let opened = stores::open(&stores::Named::new(matches), sources)?;
    let Some(keys) = opened.keys else {
        ui.note("nothing is sealed in this store");
        return Ok(String::new());
    };
    if !keys.is_open() {
        ui.note("none of your identities opens what is sealed here");
    }
    Ok(keys.recipients.iter().map(|recipient| format!("{recipient}\n")).collect())
}

fn add(matches: &ArgMatches, ui: &Ui) -> Exit {
    let sources = Sources::new();
    let added = change(matches, &sources, |all, one| {
        if !all.contains(&one) {
            all.push(one);
        }
        Ok(())
    });
    print(ui, &sources, added)
}

fn remove(matches: &ArgMatches, ui: &Ui) -> Exit {
    let sources = Sources::new();
    let removed = change(matches, &sources, |all, one| {
        let known = all.len();
        all.retain(|own| *own != one);
        match all.len() {
            0 => Err(Diagnostic::new("store-keys", "nobody could open what is sealed any more")
                .help("add another recipient first")),
            left if left == known => Err(Diagnostic::new("store-keys", format!("`{one}` is no recipient here"))
                .help("`kz release keys list` shows them")),
            _ => Ok(()),
        }
    });
    print(ui, &sources, removed)
}

/// Seals anew to other recipients, and prints them.
fn change(
    matches: &ArgMatches,
    sources: &Sources,
    choose: impl Fn(&mut Vec<String>, String) -> Result<()>,
) -> Result<String> {
    let Opened { store, identities, keys } = stores::open(&stores::Named::new(matches), sources)?;
    let one = seal::recipient(&text(matches, "recipient"))?.to_string();
    let keys = keys.ok_or_else(|| {
        Diagnostic::new("store-keys", "nothing is sealed in this store, so it has no recipients")
            .help("the first record with Secrets seals to your own identity; others are added then")
    })?;
    let mut all: Vec<String> = keys.recipients.iter().map(ToString::to_string).collect();
    choose(&mut all, one)?;
    let recipients = all.iter().map(|text| seal::recipient(text)).collect::<Result<Vec<_>>>()?;
    seal::seal_anew(&*store, &keys, &recipients, &identities)?;
    Ok(all.iter().map(|recipient| format!("{recipient}\n")).collect())
}
