//! `kz pull`

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command};
use kz::base::{Result, Sources};
use kz::helm::pull::archive::download;
use kz::helm::pull::save;
use kz::helm::pull::source::Wanted;
use kz::helm::pull::vouched::{Check, Provenance};

use super::args::{Purpose, path, switch};
use super::charts;
use super::exit::Exit;
use super::ui::Ui;

const EXAMPLES: &str = "\
Examples:
  kz pull stable/web                            the newest version, as web-1.2.0.tgz
  kz pull stable/web --version ^1.1 --untar     unpacked into ./web
  kz pull web --repo https://charts.example.com -d charts
  kz pull https://charts.example.com/web-1.2.0.tgz
  kz pull oci://registry.example.com/charts/web --version ^1.2
  kz pull git+https://git.example.com/org/repo@charts/web?ref=v1.2";

pub fn command(purpose: Purpose) -> Command {
    let on_or_off = |name, help| switch(name, help, purpose);
    let command = Command::new("pull")
        .about("Fetch Helm charts, and unpack them if wanted")
        .override_usage("kz pull CHART... [FLAGS]")
        .after_help(EXAMPLES)
        .arg(Arg::new("charts").value_name("CHART").required(true).num_args(1..).action(ArgAction::Append).help(
            "`REPOSITORY/CHART`, a URL, `oci://HOST/PATH/CHART`, `git+https://HOST/REPO@PATH`, or with --repo a name",
        ))
        .arg(path("destination", "DIR", "Where to put it; the working directory if nothing else is said").short('d'))
        .arg(on_or_off("untar", "Unpack it into a folder of the chart's name"))
        .arg(path("untardir", "DIR", "With --untar: below this folder"))
        .arg(on_or_off("prov", "Fetch its provenance file too; `--verify` verifies it"));
    charts::chart_flags(command, purpose)
}

/// Fetches all charts, then puts them where they are wanted.
pub fn run(matches: &ArgMatches, ui: &Ui) -> Exit {
    let sources = Sources::new();
    match pull(matches, ui, &sources) {
        Ok(said) => ui.print(said.as_bytes()),
        Err(error) => ui.fail(&error, &sources),
    }
}

fn pull(matches: &ArgMatches, ui: &Ui, sources: &Sources) -> Result<String> {
    let is_on = |name: &str| matches.get_one::<bool>(name).copied().unwrap_or_default();
    let folder = |name: &str| matches.get_one::<PathBuf>(name).cloned().unwrap_or_default();
    let destination = folder("destination");
    let destination = if destination.as_os_str().is_empty() { PathBuf::from(".") } else { destination };
    let unpacked = match folder("destination").join(folder("untardir")) {
        path if path.as_os_str().is_empty() => PathBuf::from("."),
        path => path,
    };
    let flags = charts::Flags::new(matches)?;
    let note = |text: String| ui.note(&text);
    let pulling = flags.pulling(sources, &note);
    let references: Vec<&String> = matches.get_many("charts").unwrap_or_default().collect();
    let download = |reference: &&String| {
        let wanted = flags.wanted(reference);
        let check = if wanted.check == Check::Never && is_on("prov") { Check::Later } else { wanted.check };
        download(&pulling, &Wanted { check, ..wanted })
    };
    let pulled = references.iter().map(download).collect::<Result<Vec<_>>>()?;
    let mut said = String::new();
    for (pulled, reference) in pulled.iter().zip(references) {
        said += &pulled.origin();
        said.extend(pulled.verification.as_ref().map(ToString::to_string));
        if let Some(Provenance::Missing(why)) = &pulled.provenance {
            ui.note(&format!("there is no provenance file of `{reference}`: {why}"));
        }
        match is_on("untar") {
            true => save::unpacked(&pulled.archive, &unpacked)?,
            false => save::archive(&pulled.archive, pulled.provenance.as_ref(), &destination)?,
        }
    }
    Ok(said)
}
