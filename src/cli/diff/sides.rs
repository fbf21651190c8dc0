//! Both sides of a comparison, rendered.

use std::path::Path;

use kz::base::fs::Disk;
use kz::base::{Diagnostic, Result, Sources, parallel};
use kz::render::live::{self, Cluster};
use kz::render::place::Place;
use kz::render::target::{Rendered, Renderer};

use super::flags::Flags;
use crate::cli::target::world_of_comparing;
use crate::cli::ui::Ui;

/// Renders both sides, side by side.
///
/// Errors: those of both.
pub fn render(flags: &Flags, sources: &Sources, ui: &Ui) -> Result<[Rendered; 2]> {
    let exists = |path: &str| Path::new(path).exists();
    let places = [Place::parse(&flags.before, exists)?, Place::parse(&flags.after, exists)?];
    if places == [Place::Stdin, Place::Stdin] {
        return Err(Diagnostic::new("usage", "both sides are `-`").help("standard input can be one of them"));
    }
    if places == [Place::Live, Place::Live] {
        return Err(Diagnostic::new("usage", "both sides are `live:`").help("one of them is what is rendered"));
    }
    let work: Vec<_> = places.iter().zip(&flags.charts).collect();
    let rendered = parallel::map(&work, 2, |(place, chart)| {
        let renderer =
            Renderer { fs: &Disk, sources, build: &flags.build, fetch: &flags.fetch, world: world_of_comparing };
        match place {
            Place::Here(target) => renderer.render(target, chart).map(Some),
            Place::Stdin => renderer.text("<stdin>", crate::cli::stdin()?).map(Some),
            Place::Live => Ok(None),
            Place::Revision { .. } => Err(Diagnostic::new("diff-side", "not there yet").help("name a path")),
        }
    });
    let mut rendered = Diagnostic::all(rendered)?.into_iter().flatten();
    let [before, after] = match (rendered.next(), rendered.next()) {
        (Some(before), Some(after)) => [before, after],
        (Some(rendered), None) => with_live(flags, rendered, places[0] == Place::Live)?,
        (None, _) => unreachable!("one side at most is the cluster's"),
    };
    let mut said: Vec<&String> = Vec::new();
    for note in before.notes.iter().chain(&after.notes) {
        if !said.contains(&note) {
            said.push(note);
            ui.note(note);
        }
    }
    Ok([before, after])
}

/// What was rendered and what the cluster has of it, in the order of the sides.
fn with_live(flags: &Flags, rendered: Rendered, is_live_first: bool) -> Result<[Rendered; 2]> {
    let cluster = Cluster {
        environment: &flags.build.environment,
        context: flags.context.as_deref(),
        working_dir: &flags.build.working_dir,
    };
    let Rendered { objects, schema, mut notes } = rendered;
    let seen = live::look(&cluster, objects)?;
    notes.extend(seen.notes);
    let side = |objects, notes| Rendered { objects, schema: schema.clone(), notes };
    let (live, ours) = (side(seen.live, Vec::new()), side(seen.ours, notes));
    Ok(if is_live_first { [live, ours] } else { [ours, live] })
}
