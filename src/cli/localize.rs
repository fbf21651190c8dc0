//! `kz localize`

use std::sync::Mutex;

use clap::{Arg, ArgMatches, Command};
use kz::base::fs::Disk;
use kz::base::{Diagnostic, Result, Sources};
use kz::kustomize::localize::{Localized, Request, localize};
use kz::kustomize::lock::Lock;
use kz::kustomize::{self, Context};
use kz::render;

use super::args::{Purpose, switch, value};
use super::build::plain_options;
use super::exit::Exit;
use super::ui::Ui;
use super::{fetching, world};

const EXAMPLES: &str = "\
Examples:
  kz localize                                   the working directory, to `localized-NAME`
  kz localize overlays/prod out --scope .       a target that uses what is beside it
  kz localize 'https://github.com/org/repo//deploy?ref=v1.0.0' out";

pub fn command(purpose: Purpose) -> Command {
    let text = |name, value_name, help| Arg::new(name).value_name(value_name).help(help);
    let command = Command::new("localize")
        .about("Copy a kustomization with all that it uses, so that it needs nothing from elsewhere")
        .override_usage("kz localize [TARGET [DESTINATION]] [FLAGS]")
        .after_help(EXAMPLES)
        .arg(text("target", "TARGET", "The directory with the kustomization, or its URL").default_value("."))
        .arg(text("destination", "DESTINATION", "A new directory; `localized-NAME` if nothing else is said"))
        .arg(value("scope", "DIR", "What local paths must not leave; the target if nothing else is said"))
        .arg(switch("no-verify", "Do not see whether the copy builds to the same", purpose));
    fetching::flags(command, purpose)
}

/// Copies, then builds the target and its copy.
pub fn run(matches: &ArgMatches, ui: &Ui) -> Exit {
    let sources = Sources::new();
    let options = match plain_options() {
        Ok(options) => options,
        Err(error) => return ui.fail(&error, &sources),
    };
    let fetch = fetching::context(matches);
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let request =
        Request { target: text("target").unwrap_or_default(), scope: text("scope"), destination: text("destination") };
    let lock = match Lock::of_target(&Disk, &options.working_dir, &request.target) {
        Ok(lock) => lock,
        Err(error) => return ui.fail(&error, &sources),
    };
    let context = Context {
        fs: &Disk,
        sources: &sources,
        options: &options,
        fetch: &fetch,
        lock: &lock,
        trail: None,
        world: world::of_machine,
        notes: Mutex::default(),
    };
    let done = localize(&context, &request);
    tell(&context, ui);
    let localized = match done {
        Ok(localized) => localized,
        Err(error) => return ui.fail(&error, &sources),
    };
    ui.note(&format!("`{}` is a copy of `{}`", localized.destination, request.target));
    if matches.get_one::<bool>("no-verify").copied().unwrap_or_default() {
        return Exit::Done;
    }
    let verified = verify(&context, &request.target, &localized);
    tell(&context, ui);
    match verified {
        Ok(()) => {
            ui.note("both build to the same");
            Exit::Done
        }
        Err(error) => ui.fail(&error, &sources),
    }
}

/// Says what was noted, each thing once: both builds note the same.
fn tell(context: &Context, ui: &Ui) {
    let notes = std::mem::take(&mut *context.notes.lock().unwrap_or_else(|e| e.into_inner()));
    let is_new = |(at, text): &(usize, &String)| !notes[..*at].contains(text);
    notes.iter().enumerate().filter(is_new).for_each(|(_, text)| ui.note(text));
}

/// Builds both. The copy stays, whatever comes of it.
///
/// Errors: those of a build; `localize-differs`.
fn verify(context: &Context, target: &str, localized: &Localized) -> Result<()> {
    let build = |context: &Context, dir: &str| -> Result<Vec<u8>> {
        let step = || format!("verifying the copy: building `{dir}`");
        let built = kustomize::build(context, dir).map_err(|error| error.within(step()))?;
        Ok(render::manifests(&built.resources).map_err(|error| error.within(step()))?.concat())
    };
    let original = build(context, target)?;
    // The lock is the target's.
    let of_copy = Context { lock: &Lock::default(), notes: Mutex::default(), ..*context };
    let copy = build(&of_copy, &localized.target.to_string_lossy());
    of_copy.notes.into_inner().unwrap_or_else(|e| e.into_inner()).into_iter().for_each(|note| context.note(note));
    let copy = copy?;
    if original == copy {
        return Ok(());
    }
    let lines = original.split(|b| *b == b'\n').zip(copy.split(|b| *b == b'\n'));
    let line = lines.take_while(|(a, b)| a == b).count() + 1;
    let message = format!("`{target}` and its copy `{}` build to different manifests", localized.destination);
    Err(Diagnostic::new("localize-differs", message)
        .help(format!("compare what `kz build` prints for both, from line {line} on; the copy was left as it is")))
}
