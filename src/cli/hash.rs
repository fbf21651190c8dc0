//! `kz hash`

use clap::{Arg, ArgMatches, Command};
use kz::base::fs::Disk;
use kz::base::{Result, Sources};
use kz::release::digest::content_hash;

use super::args::Purpose;
use super::exit::Exit;
use super::target::{self, Targets};
use super::ui::Ui;
use super::{build, fetching};

const EXAMPLES: &str = "\
Examples:
  kz hash overlays/prod                  of a kustomization
  kz hash ./chart -f prod.yaml           of a chart
  kz build overlays/prod | kz hash -     of manifests";

pub fn command(purpose: Purpose) -> Command {
    let command = Command::new("hash")
        .about("Print the content hash of what a target renders to: the same for the same manifests, in any order")
        .override_usage("kz hash [TARGET] [FLAGS]")
        .after_help(EXAMPLES)
        .arg(
            Arg::new("target")
                .value_name("TARGET")
                .help("A kustomization, a chart, manifests, or `-` for stdin")
                .default_value("."),
        );
    fetching::flags(target::flags(command, purpose, Targets::One), purpose)
}

/// Renders, and prints the hash.
pub fn run(matches: &ArgMatches, ui: &Ui) -> Exit {
    let sources = Sources::new();
    match hash(matches, &sources, ui) {
        Ok(hash) => ui.print(format!("{hash}\n").as_bytes()),
        Err(error) => ui.fail(&error, &sources),
    }
}

fn hash(matches: &ArgMatches, sources: &Sources, ui: &Ui) -> Result<String> {
    build::notes(matches).iter().for_each(|text| ui.note(text));
    let (options, fetch) = (build::options(matches)?, fetching::context(matches));
    let renderer = target::renderer(&Disk, &options, &fetch, sources, target::world_of_comparing);
    let name = matches.get_one::<String>("target").map(String::as_str).unwrap_or_default();
    let rendered = match name {
        "-" => renderer.text("<stdin>", super::stdin()?)?,
        _ => renderer.render(name, &target::chart_options(matches, None))?,
    };
    rendered.notes.iter().for_each(|text| ui.note(text));
    content_hash(&rendered.objects.iter().collect::<Vec<_>>())
}
