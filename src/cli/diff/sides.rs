//! Both sides of a comparison, rendered.

use std::path::{Path, PathBuf};

use kz::base::fs::Disk;
use kz::base::{Diagnostic, Result, Sources, parallel};
use kz::release::history;
use kz::release::name::Reference;
use kz::render::live::{self, Cluster};
use kz::render::place::Place;
use kz::render::revision;
use kz::render::target::{ChartOptions, Rendered, Renderer};

use super::flags::{Flags, Subject};
use crate::cli::release::stores;
use crate::cli::target;
use crate::cli::ui::Ui;

/// Two sides, and what the comparison is called.
pub struct Sides {
    pub name: String,
    pub rendered: [Rendered; 2],
}

/// A side and what is known of it beforehand.
#[derive(PartialEq, Eq)]
enum Side {
    Of(Place),
    /// What the last commit has at a path.
    Head(PathBuf),
    /// What is at a path, which may be nothing.
    Now(String),
}

/// Renders both sides, side by side.
///
/// Errors: those of both.
pub fn render(flags: &Flags, sources: &Sources, ui: &Ui) -> Result<Sides> {
    let (name, sides) = sides(&flags.subject)?;
    let renderer = renderer(flags, sources);
    let charts = charts(flags, &sides);
    let work: Vec<_> = sides.iter().zip(&charts).collect();
    let rendered = parallel::map(&work, 2, |(side, chart)| match side {
        Side::Of(Place::Here(target)) => {
            renderer.render(target, chart).map(Some).map_err(|error| or_a_revision(error, target, &sides))
        }
        Side::Of(Place::Stdin) => renderer.text("<stdin>", crate::cli::stdin()?).map(Some),
        Side::Of(Place::Revision { revision, path }) => revision::render(&renderer, revision, path, chart).map(Some),
        Side::Of(Place::Release(reference)) => released(reference, flags, sources).map(Some),
        Side::Of(Place::Live) => Ok(None),
        Side::Head(path) => revision::render_head(&renderer, path, chart),
        Side::Now(target) => Path::new(target).exists().then(|| renderer.render(target, chart)).transpose(),
    });
    let mut rendered = Diagnostic::all(rendered)?;
    let rendered = match sides.iter().position(|side| *side == Side::Of(Place::Live)) {
        Some(live) => with_live(flags, rendered.swap_remove(1 - live).unwrap_or_default(), live == 0)?,
        None if rendered.iter().all(Option::is_none) => {
            return Err(Diagnostic::new("diff-side", format!("there is nothing at either side of `{name}`"))
                .help("name a kustomization, a chart, manifests, `REV:PATH` of git or `release:NAME`"));
        }
        None => [rendered.swap_remove(0), rendered.swap_remove(0)].map(Option::unwrap_or_default),
    };
    tell_notes(rendered.iter().flat_map(|side| &side.notes), ui);
    Ok(Sides { name, rendered })
}

/// Leads who names a revision alone, as for `git diff`, to the folder of the other side in it.
fn or_a_revision(error: Box<Diagnostic>, target: &str, sides: &[Side; 2]) -> Box<Diagnostic> {
    let is_there = |side: &Side| match side {
        Side::Of(Place::Here(other)) if Path::new(other).exists() => Some(other.clone()),
        _ => None,
    };
    match sides.iter().find_map(is_there).filter(|_| error.code == "diff-side" && !Path::new(target).exists()) {
        Some(folder) => error.help(format!(
            "name a kustomization, a chart, manifests, or `release:NAME`; if `{target}` is a revision of git, what it has there \
             is `{target}:{folder}`"
        )),
        None => error,
    }
}

/// What charts are rendered with: beside a revision for the release that it is one of.
fn charts(flags: &Flags, sides: &[Side; 2]) -> [ChartOptions; 2] {
    let mut charts = flags.charts.clone();
    let release = sides.iter().find_map(|side| match side {
        Side::Of(Place::Release(reference)) => Some(&reference.name),
        _ => None,
    });
    if let Some(name) = release.filter(|_| !flags.is_release_named) {
        charts.iter_mut().for_each(|chart| chart.release.clone_from(name));
    }
    charts
}

/// The objects of a revision; where none of the identities opens what is sealed, marks stand for values of Secrets.
fn released(reference: &Reference, flags: &Flags, sources: &Sources) -> Result<Rendered> {
    let opened = stores::open(&flags.store, sources)?;
    let revision = history::find(&*opened.store, reference)?;
    Ok(Rendered { objects: opened.contents().objects(&revision, sources)?, ..Rendered::default() })
}

/// What sides are rendered with.
pub fn renderer<'r>(flags: &'r Flags, sources: &'r Sources) -> Renderer<'r> {
    target::renderer(&Disk, &flags.build, &flags.fetch, sources, target::world_of_comparing)
}

/// Says what was noted, each text once.
pub fn tell_notes<'n>(notes: impl Iterator<Item = &'n String>, ui: &Ui) {
    let mut said = std::collections::HashSet::new();
    notes.filter(|note| said.insert(*note)).for_each(|note| ui.note(note));
}

/// Errors: sides that cannot be compared with one another.
fn sides(subject: &Subject) -> Result<(String, [Side; 2])> {
    let exists = |path: &str| Path::new(path).exists();
    match subject {
        Subject::Pair(before, after) => {
            let places = [Place::parse(before, exists)?, Place::parse(after, exists)?];
            if places == [Place::Stdin, Place::Stdin] {
                return Err(Diagnostic::new("usage", "both sides are `-`").help("standard input can be one of them"));
            }
            if places == [Place::Live, Place::Live] {
                return Err(Diagnostic::new("usage", "both sides are `live:`").help("one of them is what is rendered"));
            }
            Ok((format!("{before} -> {after}"), places.map(Side::Of)))
        }
        Subject::Alone(text) => match Place::parse(text, exists)? {
            Place::Here(path) if !path.contains("://") => {
                Ok((format!("HEAD:{path} -> {path}"), [Side::Head(path.clone().into()), Side::Now(path)]))
            }
            Place::Revision { revision, path } => {
                let now = path.to_string_lossy().into_owned();
                Ok((format!("{text} -> {now}"), [Side::Of(Place::Revision { revision, path }), Side::Now(now)]))
            }
            _ => Err(Diagnostic::new("usage", format!("`{text}` is compared with nothing"))
                .help("name two sides: `kz diff A B`; of a path alone, git knows what it was")),
        },
        Subject::Since { .. } => unreachable!("there are no two sides"),
    }
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
