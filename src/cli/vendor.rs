//! `kz vendor`

use std::sync::Mutex;

use clap::{Arg, ArgMatches, Command};
use kz::base::fs::Disk;
use kz::base::{Result, Sources};
use kz::kustomize::Context;
use kz::kustomize::lock::Lock;
use kz::kustomize::vendor::{Request, vendor};

use super::args::{Purpose, switch};
use super::build::{options, rendering};
use super::exit::Exit;
use super::ui::Ui;
use super::{fetching, world};

const EXAMPLES: &str = "\
Examples:
  kz vendor overlays/prod out    copy an overlay with its bases, charts and files, from wherever they are
  kz build out                   needs no network, and prints what `kz build overlays/prod` prints
  kz vendor 'https://github.com/org/repo//deploy?ref=v1.0.0' deploy";

pub fn command(purpose: Purpose) -> Command {
    let text = |name, value_name, help| Arg::new(name).value_name(value_name).help(help).required(true);
    let command = Command::new("vendor")
        .about("Copy a kustomization with all that it uses into a folder that builds without a network")
        .override_usage("kz vendor DIR OUT [FLAGS]")
        .after_help(EXAMPLES)
        .arg(text("dir", "DIR", "The directory with the kustomization, or its URL in a git repository"))
        .arg(text("out", "OUT", "A new directory, or an empty one"))
        .arg(switch("no-verify", "Do not see whether the copy builds to the same", purpose));
    fetching::flags(rendering(command, purpose), purpose)
}

pub fn run(matches: &ArgMatches, ui: &Ui) -> Exit {
    let sources = Sources::new();
    match copy(matches, ui, &sources) {
        Ok(()) => Exit::Done,
        Err(error) => ui.fail(&error, &sources),
    }
}

fn copy(matches: &ArgMatches, ui: &Ui, sources: &Sources) -> Result<()> {
    let text = |name: &str| matches.get_one::<String>(name).cloned().unwrap_or_default();
    let verifies = !matches.get_one::<bool>("no-verify").copied().unwrap_or_default();
    let request = Request { target: text("dir"), destination: text("out"), verifies };
    let (options, fetch) = (options(matches)?, fetching::context(matches));
    let lock = Lock::of_target(&Disk, &options.working_dir, &request.target)?;
    let context = Context {
        fs: &Disk,
        sources,
        options: &options,
        fetch: &fetch,
        lock: &lock,
        trail: None,
        world: world::of_machine,
        notes: Mutex::default(),
    };
    let done = vendor(&context, &request);
    context.notes.into_inner().unwrap_or_else(|e| e.into_inner()).iter().for_each(|text| ui.note(text));
    done.inspect(|()| ui.note(&format!("`{}` is a copy of `{}`", request.destination, request.target)))
}
