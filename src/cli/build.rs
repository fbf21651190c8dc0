//! `kz build`

mod flags;
mod output;

use std::sync::Mutex;

use clap::ArgMatches;
pub use flags::{command, notes, options, plain_options, rendering};
use kz::base::fs::{Disk, Witness};
use kz::base::{FileSystem, Result, Sources};
use kz::kustomize::build::Built;
use kz::kustomize::lock::Lock;
use kz::kustomize::{self, Context};
use kz::render;

use super::exit::Exit;
use super::release;
use super::ui::Ui;
use super::world;

/// Builds, and prints or writes what was built. The process ends in here.
pub fn run(matches: &ArgMatches, ui: &Ui) -> Exit {
    let flags = match flags::Flags::new(matches) {
        Ok(flags) => flags,
        Err(error) => return ui.fail(&error, &Sources::new()),
    };
    flags.notes.iter().for_each(|text| ui.note(text));
    build(&flags, ui)
}

fn build(flags: &flags::Flags, ui: &Ui) -> ! {
    let sources = Sources::new();
    let witness = flags.record.as_ref().map(|_| Witness::new(&Disk));
    let fs: &dyn FileSystem = witness.as_ref().map_or(&Disk, |witness| witness);
    let lock = match Lock::of_target(fs, &flags.options.working_dir, &flags.dir) {
        Ok(lock) if witness.is_some() => lock.watched(),
        Ok(lock) => lock,
        Err(error) => ui.fail(&error, &sources).now(),
    };
    let context = Context {
        fs,
        sources: &sources,
        options: &flags.options,
        fetch: &flags.fetch,
        lock: &lock,
        trail: None,
        world: world::of_machine,
        notes: Mutex::default(),
    };
    let built = kustomize::build(&context, &flags.dir);
    context.notes.lock().unwrap_or_else(|e| e.into_inner()).iter().for_each(|text| ui.note(text));
    // Nothing is taken apart: the process ends with it.
    let written = match &built {
        Ok(built) => keep(built, flags, witness.as_ref().map(|files| (files, &lock)), &sources, ui)
            .and_then(|()| output::write(built, flags.output.as_deref(), ui)),
        Err(error) => Ok(ui.fail(error, &sources)),
    };
    written.unwrap_or_else(|error| ui.fail(&error, &sources)).now()
}

/// Records what is to be printed, if that is asked for. `read`: what was read, and what was fetched.
fn keep(
    built: &Built,
    flags: &flags::Flags,
    read: Option<(&Witness, &Lock)>,
    sources: &Sources,
    ui: &Ui,
) -> Result<()> {
    let (Some(name), Some((files, lock))) = (&flags.record, read) else { return Ok(()) };
    let text = render::manifests(&built.resources)?.concat();
    let cache = flags.fetch.settings.cache_dir.as_deref();
    let read = release::read(files, &lock.uses(), &flags.dir, &flags.options.working_dir, cache);
    release::keep_printed(name, &text, &flags.dir, &read, sources, ui)
}
