//! `kz argocd init`
//!
//! Argo CD itself has helm fetch what a chart depends on where rendering finds that it is missing. A plugin's folder is
//! a copy that goes away, so that it may be written to.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use kz::base::fs::{Disk, Within};
use kz::base::{Result, Sources};
use kz::helm::pull::Pulling;
use kz::helm::pull::access::Access;
use kz::helm::pull::dependencies::build;
use kz::helm::{dependencies, load};

use super::app::App;
use super::server::Server;
use crate::cli::build::plain_options;
use crate::cli::charts::homes;
use crate::cli::dependency::with_order;
use crate::cli::exit::Exit;
use crate::cli::fetching;
use crate::cli::ui::Ui;

/// Fetches the charts that are missing into `charts/`, as `kz dependency build` does.
pub fn run(matches: &ArgMatches, ui: &Ui) -> Exit {
    let sources = Sources::new();
    match init(matches, &sources, ui) {
        Ok(()) => Exit::Done,
        Err(error) => ui.fail(&error, &sources),
    }
}

fn init(matches: &ArgMatches, sources: &Sources, ui: &Ui) -> Result<()> {
    let options = plain_options()?;
    if App::of(&options.working_dir)? != App::Chart {
        return Ok(());
    }
    let server = Server::new(&options.environment);
    let top = server.repository(&options.working_dir);
    let files = Within { fs: &Disk, folder: top.as_deref() };
    let folder = Path::new(".");
    let chart = load::load_any(&files, sources, folder, folder)?;
    if dependencies::missing(&chart).is_empty() {
        return Ok(());
    }
    let (mut homes, context) =
        (homes(matches), fetching::context_of_service(matches, server.passwords_of(), top.is_some()));
    // The home of an image need not be its user's, and nobody would look there for the indexes.
    if server.keeps_no_indexes() {
        homes.indexes = PathBuf::new();
    }
    let note = |text: String| ui.note(&text);
    let pulling = Pulling::new(&files, sources, &context, &homes, &note);
    let mut said = String::new();
    with_order(&pulling, &Access::default(), |order| build(&order, folder, &mut said))?;
    said.lines().for_each(|line| ui.note(line));
    Ok(())
}
