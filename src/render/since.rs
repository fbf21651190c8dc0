//! What the changes of a repository since a revision mean for all that is built from it.
//!
//! Compared are the commit at which that revision and `HEAD` part, and the work tree. What the changes touch is found
//! by what the kustomizations name ([`graph`]), so that of a thousand only those are built that a change concerns.
//! Both sides of each are rendered and compared before the next, so that memory does not grow with their number.
//!
//! **Invariant:** a target that cannot be built hides no other; the order of the report is that of the paths.

mod graph;
mod references;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use graph::{Graph, folder_of, is_below};

use super::revision::render_in;
use super::target::{ChartOptions, Rendered, Renderer};
use crate::base::fs::{Memo, clean};
use crate::base::report::{Style, text};
use crate::base::{Diagnostic, FileSystem, Result, Sources, parallel};
use crate::diff::report::Outcome;
use crate::diff::{Environment, Options, Report, compare};
use crate::fetch::git::{Changes, Repository, Revision, Tracked};

/// What is asked for.
pub struct Order<'o> {
    /// What the changes are told from.
    pub revision: &'o str,
    /// Only these: paths of kustomizations, or of folders that hold some; of charts and manifests.
    pub targets: &'o [String],
    /// What charts that are named are rendered with, before and after.
    pub charts: &'o [ChartOptions; 2],
    pub options: &'o Options,
}

/// What was found.
pub struct Told {
    pub report: Report,
    /// The commit that the work tree was compared with, in short.
    pub base: String,
    /// All that differs, from the top of the repository on.
    pub changes: Changes,
    /// What is to be said on stderr.
    pub notes: Vec<String>,
}

/// Both sides of a repository.
struct Sides<'s> {
    top: &'s Path,
    before: &'s Revision<'s>,
    /// What was read of each side.
    files: [&'s dyn FileSystem; 2],
    graphs: [Graph; 2],
}

/// Something to compare.
struct Target {
    /// From the top of the repository on.
    path: String,
    /// As it is told to people, where somebody named it.
    given: Option<String>,
    is_kustomization: bool,
}

/// Compares what the changes touch. The renderer has the disk.
///
/// Errors: `git-repository`, `git-revision`, `git-history`; `diff-side` where a target is nowhere. What goes wrong with
/// one target is told in the report.
pub fn report(renderer: &Renderer, order: &Order) -> Result<Told> {
    let working_dir = &renderer.build.working_dir;
    let repository = Repository::holding(renderer.fetch, working_dir)?;
    let commit = repository.commit(order.revision)?;
    let head = repository.commit("HEAD")?;
    let base = repository.merge_base(&commit, &head, order.revision)?;
    let name = repository.abbreviated(&base);
    let changes = Changes::since(&repository, &base)?;
    if changes.is_empty() && order.targets.is_empty() {
        return Ok(Told { report: Report::default(), base: name, changes, notes: Vec::new() });
    }
    let disk = Memo::new(renderer.fs);
    let revision = Revision::before(&repository, &changes, &name, &disk, working_dir);
    let before = Memo::new(&revision);
    let files: [&dyn FileSystem; 2] = [&before, &disk];
    let graphs = graphs(&repository, &changes, files)?;
    let sides = Sides { top: repository.top(), before: &revision, files, graphs };
    let targets = sides.targets(&changes, order, working_dir)?;
    // Where there are few, both sides of each are rendered side by side.
    let threads_each = if targets.len() < 4 { 2 } else { 1 };
    let compared =
        parallel::map(&targets, targets.len(), |target| sides.compare(renderer, order, target, threads_each));
    let (environments, notes): (Vec<Environment>, Vec<Vec<String>>) = compared.into_iter().unzip();
    drop(sides);
    Ok(Told { report: Report { environments }, base: name, changes, notes: notes.concat() })
}

/// What uses what, before and now.
fn graphs(repository: &Repository, changes: &Changes, files: [&dyn FileSystem; 2]) -> Result<[Graph; 2]> {
    let tracked = Tracked::of(repository, |path| folder_of(path).is_some())?;
    let (mut then, mut now) = (tracked.files.clone(), tracked.files);
    let (mut links_then, mut links_now) = (tracked.links.clone(), tracked.links);
    for path in changes.added() {
        then.remove(path);
        links_then.remove(path);
        if folder_of(path).is_some() {
            now.insert(path.to_owned());
        }
        links_now.insert(path.to_owned());
    }
    for path in changes.earlier() {
        if folder_of(path).is_some() {
            then.insert(path.to_owned());
        }
        links_then.insert(path.to_owned());
    }
    let top = repository.top();
    let graph = |side: usize, names: &BTreeSet<String>, links: &BTreeSet<String>, other: Option<&Graph>| {
        Graph::of(files[side], top, names, links, changes, other)
    };
    let mut now = graph(1, &now, &links_now, None);
    let mut then = graph(0, &then, &links_then, Some(&now));
    then.fill_in(&now);
    now.fill_in(&then);
    Ok([then, now])
}

impl Sides<'_> {
    /// What is to be compared, in the order of the paths.
    fn targets(&self, changes: &Changes, order: &Order, working_dir: &Path) -> Result<Vec<Target>> {
        let [then, now] = &self.graphs;
        let touched: BTreeSet<&str> = then.touched(changes).union(&now.touched(changes)).copied().collect();
        let roots: BTreeSet<&str> = then.roots().union(&now.roots()).copied().collect();
        let kustomization = |path: &str| Target { path: path.to_owned(), given: None, is_kustomization: true };
        if order.targets.is_empty() {
            return Ok(roots.intersection(&touched).map(|path| kustomization(path)).collect());
        }
        let mut targets: Vec<Target> = Vec::new();
        for given in order.targets {
            let path = self.place(&clean(&working_dir.join(given))).ok_or_else(|| {
                Diagnostic::new("diff-side", format!("`{given}` lies outside of the repository"))
                    .help("`--since` compares what is in the repository of the working directory")
            })?;
            if then.has(&path) || now.has(&path) {
                targets.extend(touched.contains(path.as_str()).then(|| kustomization(&path)));
                continue;
            }
            let place = self.top.join(&path);
            let is_there = |test: &dyn Fn(&dyn FileSystem) -> bool| self.files.iter().any(|files| test(*files));
            let is_chart = is_there(&|files| files.is_file(&place.join("Chart.yaml")));
            let holds_any = then.below(&path).chain(now.below(&path)).next().is_some();
            if holds_any && !is_chart {
                let below = roots.intersection(&touched).filter(|root| is_below(root, &path));
                targets.extend(below.map(|root| kustomization(root)));
            } else if is_there(&|files| files.is_dir(&place) || files.is_file(&place)) {
                targets.push(Target { path, given: Some(given.clone()), is_kustomization: false });
            } else {
                return Err(Diagnostic::new(
                    "diff-side",
                    format!("there is nothing at `{given}`, neither now nor before"),
                )
                .help("name a folder with kustomizations, a chart or manifests"));
            }
        }
        targets.sort_by(|a, b| a.path.cmp(&b.path));
        targets.dedup_by(|a, b| a.path == b.path);
        Ok(targets)
    }

    /// A path from the top on, if it lies in the repository.
    fn place(&self, path: &Path) -> Option<String> {
        let inside = path.strip_prefix(self.top).ok()?;
        Some(inside.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/"))
    }

    /// Renders and compares both sides of a target, and gives what is to be said beside.
    fn compare(
        &self,
        renderer: &Renderer,
        order: &Order,
        target: &Target,
        threads: usize,
    ) -> (Environment, Vec<String>) {
        // Texts that are read for one target are not kept for the others.
        let sources = Sources::new();
        let renderer = Renderer { sources: &sources, ..*renderer };
        let rendered = parallel::map(&[0, 1], threads, |side| self.render(&renderer, order, target, *side));
        let name = if target.path.is_empty() { "." } else { &target.path };
        let environment = |outcome| Environment { name: name.to_owned(), outcome };
        let mut rendered = rendered.into_iter();
        let (before, after) = match (rendered.next(), rendered.next()) {
            (Some(Ok(before)), Some(Ok(after))) => (before, after),
            (before, after) => {
                let errors = [("before", before), ("now", after)].into_iter().filter_map(|(side, result)| {
                    Some(format!("{side}: {}", text(&*result?.err()?, &sources, Style::Plain).trim_end()))
                });
                return (environment(Outcome::Failed(errors.collect::<Vec<_>>().join("\n"))), Vec::new());
            }
        };
        let notes = before.notes.into_iter().chain(after.notes).collect();
        let schema = if after.objects.is_empty() { &before.schema } else { &after.schema };
        let outcome = match compare(before.objects, after.objects, schema, order.options) {
            Ok(comparison) => Outcome::Compared(comparison),
            Err(error) => Outcome::Failed(text(&error, &sources, Style::Plain).trim_end().to_owned()),
        };
        (environment(outcome), notes)
    }

    /// A side of a target; nothing where it is not there.
    fn render(&self, renderer: &Renderer, order: &Order, target: &Target, side: usize) -> Result<Rendered> {
        let (files, place) = (self.files[side], self.top.join(&target.path));
        let is_there = match target.is_kustomization {
            true => self.graphs[side].has(&target.path),
            false => files.is_dir(&place) || files.is_file(&place),
        };
        if !is_there {
            return Ok(Rendered::default());
        }
        let chart = &order.charts[side];
        if side == 0 {
            return render_in(renderer, self.before, files, &place, chart);
        }
        let renderer = Renderer { fs: files, value_files: files, ..*renderer };
        let path = target.given.clone().map_or(place, PathBuf::from);
        renderer.render(&path.to_string_lossy(), chart)
    }
}
