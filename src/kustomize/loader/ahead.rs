//! What a build is going to fetch, before it comes there.
//!
//! A build goes from kustomization to kustomization, and would wait for each repository in turn. So when it first has
//! to wait, all that its kustomizations lead to is looked for and fetched side by side; the build then finds it there.
//! A build that has all that it needs never comes here.
//!
//! **Invariant:** nothing is decided here: what is wrong is found again where the build comes to it.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Mutex;

use super::remote::is_remote_file;
use super::{Loader, RepoSpec, Target};
use crate::base::{Diagnostic, Result, Sources, parallel};
use crate::kustomize::context::Context;
use crate::kustomize::kustomization::{Kustomization, Text};

/// So many things are fetched at once.
const MAX_AT_ONCE: usize = 8;
/// So often repositories are found in what came last.
const MAX_ROUNDS: usize = 64;

impl Loader {
    /// Fetches all that the build will need, as far as it can be told now. Once a build; other threads wait.
    pub(super) fn fetch_ahead(&self, ctx: &Context) {
        let outermost = self.outermost();
        outermost.level.ahead.call_once(|| {
            // What is read here is read again, and what is said of it is said then.
            let sources = Sources::new();
            let quiet = Context { sources: &sources, trail: None, notes: Mutex::default(), ..*ctx };
            run(&quiet, outermost, &mut drop);
        });
    }
}

/// Everything that a build lacks where nothing may be fetched, as one error. `None` where it lacks nothing.
pub fn missing(ctx: &Context, outermost: &Loader) -> Option<Box<Diagnostic>> {
    let quiet = Context { trail: None, notes: Mutex::default(), ..*ctx };
    let (mut lacking, mut seen) = (Vec::new(), HashSet::new());
    run(&quiet, outermost, &mut |mistake| {
        if mistake.code == "offline" && seen.insert(mistake.message.clone()) {
            lacking.push(mistake);
        }
    });
    Diagnostic::together(lacking)
}

/// Something that a kustomization names by an address.
struct Thing {
    asked_by: Loader,
    field: &'static str,
    path: Text,
}

/// Fetches what kustomizations lead to, and what that leads to, and tells what went wrong.
fn run(ctx: &Context, outermost: &Loader, tell: &mut dyn FnMut(Box<Diagnostic>)) {
    let mut seen = HashSet::new();
    let mut things = things_of(ctx, outermost);
    for _ in 0..MAX_ROUNDS {
        things.retain(|thing| seen.insert(thing.path.to_string()));
        if things.is_empty() {
            break;
        }
        let fetched = parallel::map_waiting(&things, MAX_AT_ONCE, |thing| {
            let found = thing.fetch(ctx)?;
            Ok(found.map_or_else(Vec::new, |loader| things_of(ctx, &loader)))
        });
        things.clear();
        for result in fetched {
            match result {
                Ok(more) => things.extend(more),
                Err(mistake) => tell(mistake),
            }
        }
    }
}

impl Thing {
    /// The kustomization that came, if it was one.
    fn fetch(&self, ctx: &Context) -> Result<Option<Loader>> {
        if self.field != COMPONENTS && is_remote_file(&self.path) {
            return match self.asked_by.remote_resource(ctx, self.field, &self.path)? {
                Target::Directory(loader) => Ok(Some(loader)),
                Target::File(_) => Ok(None),
            };
        }
        let Some(spec) = RepoSpec::parse(&self.path) else { return Ok(None) };
        Loader::open_remote(ctx, spec, Some((self.asked_by.clone(), self.path.span))).map(Some)
    }
}

const COMPONENTS: &str = "components";

/// What a kustomization names by an address, and what those name that it names by a path.
fn things_of(ctx: &Context, loader: &Loader) -> Vec<Thing> {
    let mut things = Vec::new();
    walk(ctx, loader, &mut HashSet::new(), &mut things);
    things
}

fn walk(ctx: &Context, loader: &Loader, visited: &mut HashSet<PathBuf>, things: &mut Vec<Thing>) {
    if !visited.insert(loader.root().to_owned()) {
        return;
    }
    let Ok((kustomization, _)) = loader.read_kustomization(ctx) else { return };
    for (field, path) in entries(&kustomization) {
        if RepoSpec::parse(path).is_some() || is_remote_file(path) {
            things.push(Thing { asked_by: loader.clone(), field, path: path.clone() });
        } else if !ctx.fs.is_file(&loader.root().join(&**path))
            && let Ok(base) = loader.base(ctx, field, path)
        {
            walk(ctx, &base, visited, things);
        }
    }
}

/// The entries that may lead to kustomizations.
fn entries(kustomization: &Kustomization) -> impl Iterator<Item = (&'static str, &Text)> {
    let Kustomization { resources, components, generators, transformers, validators, .. } = kustomization;
    let lists = [
        ("resources", resources),
        (COMPONENTS, components),
        ("generators", generators),
        ("transformers", transformers),
        ("validators", validators),
    ];
    // What has several lines is no path.
    lists
        .into_iter()
        .flat_map(|(field, list)| list.iter().map(move |path| (field, path)))
        .filter(|(_, path)| !path.contains('\n'))
}
