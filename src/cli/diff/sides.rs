//! Both sides of a comparison, rendered.

use std::io::Read;
use std::path::Path;

use kz::base::fs::Disk;
use kz::base::{Diagnostic, Result, Sources, parallel};
use kz::gotmpl::World;
use kz::render::place::Place;
use kz::render::target::{Rendered, Renderer};

use super::flags::Flags;
use crate::cli::ui::Ui;
use crate::cli::world;

/// Renders both sides, side by side.
///
/// Errors: those of both.
pub fn render(flags: &Flags, sources: &Sources, ui: &Ui) -> Result<[Rendered; 2]> {
    let exists = |path: &str| Path::new(path).exists();
    let places = [Place::parse(&flags.before, exists)?, Place::parse(&flags.after, exists)?];
    if places == [Place::Stdin, Place::Stdin] {
        return Err(Diagnostic::new("usage", "both sides are `-`").help("standard input can be one of them"));
    }
    let work: Vec<_> = places.iter().zip(&flags.charts).collect();
    let rendered = parallel::map(&work, 2, |(place, chart)| {
        let renderer =
            Renderer { fs: &Disk, sources, build: &flags.build, fetch: &flags.fetch, world: world_of_comparing };
        match place {
            Place::Here(target) => renderer.render(target, chart),
            Place::Stdin => renderer.text("<stdin>", stdin()?),
            Place::Revision { .. } | Place::Live => {
                Err(Diagnostic::new("diff-side", "not there yet").help("name a path"))
            }
        }
    });
    let mut rendered = Diagnostic::all(rendered)?.into_iter();
    let (Some(before), Some(after)) = (rendered.next(), rendered.next()) else { unreachable!("there are two sides") };
    let mut said: Vec<&String> = Vec::new();
    for note in before.notes.iter().chain(&after.notes) {
        if !said.contains(&note) {
            said.push(note);
            ui.note(note);
        }
    }
    Ok([before, after])
}

/// Charts that make up passwords make up the same on both sides, so that only what changes differs.
fn world_of_comparing() -> World {
    world::world(Some("kz diff"), false)
}

fn stdin() -> Result<Vec<u8>> {
    let mut text = Vec::new();
    std::io::stdin()
        .lock()
        .read_to_end(&mut text)
        .map_err(|error| Diagnostic::new("read", format!("cannot read standard input: {error}")))?;
    Ok(text)
}
