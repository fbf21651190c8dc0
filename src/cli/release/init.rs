//! `kz release init`

use clap::{ArgMatches, Command};
use kz::base::{Diagnostic, Result, Sources};
use kz::release::{seal, store};

use super::{print, stores};
use crate::cli::args::{Purpose, values};
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;
use crate::cli::world;

const EXAMPLES: &str = "\
Examples:
  kz release init                                 `.kz` of this repository, with keys of your own
  kz release init --store git:                    the branch `kz` of this repository
  kz release init --store git:origin              the branch `kz` of its remote
  kz release init --store s3://releases/shop --recipient age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

pub fn command(_purpose: Purpose) -> Command {
    let command = Command::new("init")
        .about("Make a store ready, and the keys that values of Secrets are sealed by")
        .override_usage("kz release init [FLAGS]")
        .after_help(EXAMPLES)
        .arg(values("recipient", "RECIPIENT", "Who can open what is sealed: `age1…`; you, if nobody is named"));
    stores::flags(command)
}

/// Says what is there now. What was there already stays as it is.
pub fn run(matches: &ArgMatches, ui: &Ui) -> Exit {
    let sources = Sources::new();
    print(ui, &sources, made(matches, &sources, ui))
}

fn made(matches: &ArgMatches, sources: &Sources, ui: &Ui) -> Result<String> {
    let named = stores::Named::new(matches);
    let asked = matches.get_many::<String>("recipient").into_iter().flatten();
    let recipients = asked.map(|text| seal::recipient(text)).collect::<Result<Vec<_>>>()?;
    let (store, identities) = (stores::store(&named, sources)?, stores::identities(&named)?);
    let was_there = store::check(&*store)?;
    if !was_there && let Some(other) = store.list("")?.iter().find(|name| !name.starts_with('.') && *name != "drafts") {
        return Err(Diagnostic::new("store-format", format!("{} is no store, but holds `{other}`", store.name()))
            .help("name a place that is empty, or that is not there yet"));
    }
    store::prepare(&*store)?;
    let mut told = match was_there {
        true => format!("the store {} is there already\n", store.name()),
        false => format!("made the store {}\n", store.name()),
    };
    let keys = match seal::keys(&*store, &identities)? {
        Some(keys) => {
            let is_new = |recipient: &&age::x25519::Recipient| !keys.recipients.contains(recipient);
            if let Some(new) = recipients.iter().find(is_new) {
                return Err(Diagnostic::new("store-keys", format!("the store has keys, and `{new}` is no recipient"))
                    .help(format!("`kz release keys add {new}` seals to them, too")));
            }
            keys
        }
        None => {
            let recipients =
                if recipients.is_empty() { stores::first_recipients(&identities, ui)? } else { recipients };
            seal::create(&*store, recipients, &identities, &mut world::random)?
        }
    };
    for recipient in &keys.recipients {
        told.push_str(&format!("values of Secrets are sealed to {recipient}\n"));
    }
    Ok(told)
}
