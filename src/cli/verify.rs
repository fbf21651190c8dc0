//! `kz verify`

use std::path::PathBuf;
use std::time::SystemTime;

use clap::{Arg, ArgMatches, Command};
use kz::base::Sources;
use kz::base::fs::Disk;
use kz::helm::provenance::verify_file;

use super::args::Purpose;
use super::charts::{keyring, keyring_of};
use super::exit::Exit;
use super::ui::Ui;

const EXAMPLES: &str = "\
Examples:
  kz verify web-1.1.0.tgz                        with the keys of GnuPG
  kz verify web-1.1.0.tgz --keyring team.gpg     with those of a file";

pub fn command(_purpose: Purpose) -> Command {
    let chart = Arg::new("chart").value_name("CHART").required(true).value_parser(clap::value_parser!(PathBuf));
    Command::new("verify")
        .about("Verify that a chart's archive is what its provenance file says, and who signed that")
        .override_usage("kz verify CHART.tgz [FLAGS]")
        .after_help(EXAMPLES)
        .arg(chart.help("An archive; its provenance file lies beside it: CHART.tgz.prov"))
        .arg(keyring())
}

pub fn run(matches: &ArgMatches, ui: &Ui) -> Exit {
    let chart = matches.get_one::<PathBuf>("chart").cloned().unwrap_or_default();
    match verify_file(&Disk, &chart, &keyring_of(matches), SystemTime::now()) {
        Ok((_, verification)) => ui.print(verification.to_string().as_bytes()),
        Err(error) => ui.fail(&error, &Sources::new()),
    }
}
