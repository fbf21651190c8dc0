//! `kz release keys`

use clap::{ArgMatches, Command};
use kz::base::{Result, Sources};

use super::{print, stores};
use crate::cli::args::Purpose;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;

pub fn command(_purpose: Purpose) -> Command {
    let command = Command::new("keys")
        .about("Whom values of Secrets are sealed to")
        .override_usage("kz release keys [FLAGS]")
        .after_help(super::EXAMPLES);
    stores::flags(command)
}

/// Prints the recipients, a line each, and says whether this user is one of them.
pub fn run(matches: &ArgMatches, ui: &Ui) -> Exit {
    print(ui, &Sources::new(), recipients(matches, ui))
}

fn recipients(matches: &ArgMatches, ui: &Ui) -> Result<String> {
    let opened = stores::open(&stores::Named::new(matches))?;
    let Some(keys) = opened.keys else {
        ui.note("nothing is sealed in this store");
        return Ok(String::new());
    };
    if !keys.is_open() {
        ui.note("none of your identities opens what is sealed here");
    }
    Ok(keys.recipients.iter().map(|recipient| format!("{recipient}\n")).collect())
}
