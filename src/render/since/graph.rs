//! The kustomizations of one side of a repository, what uses what, and what a change touches.
//!
//! **Invariant:** paths are from the top of the repository on; the top itself is the empty path.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::path::Path;
use std::sync::Arc;

use super::references::References;
use crate::base::{FileSystem, parallel};
use crate::fetch::git::Changes;
use crate::kustomize::loader::KUSTOMIZATION_FILE_NAMES;
use crate::kustomize::lock;

/// Links that lead through one another are followed so often.
const MAX_LINKS: usize = 8;

/// One side.
#[derive(Default)]
pub struct Graph {
    /// By their folders. `None` where the file cannot be read.
    kustomizations: BTreeMap<String, Option<Arc<References>>>,
    /// Links, and where they lead.
    links: Vec<(String, String)>,
}

/// The folder of a kustomization file, if it is one.
pub fn folder_of(path: &str) -> Option<&str> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    KUSTOMIZATION_FILE_NAMES.contains(&name).then_some(folder)
}

impl Graph {
    /// Looks into the kustomizations of a side. `files` are those that it may have, `links` likewise; what has not
    /// changed is taken from `other`, the other side, if that is known already.
    pub fn of(
        fs: &dyn FileSystem,
        top: &Path,
        files: &BTreeSet<String>,
        links: &BTreeSet<String>,
        changes: &Changes,
        other: Option<&Graph>,
    ) -> Graph {
        let files: Vec<&String> = files.iter().collect();
        let looked = parallel::map(&files, files.len() / 64, |path| {
            let folder = folder_of(path)?;
            let known = other.filter(|_| !changes.has(path)).and_then(|other| other.kustomizations.get(folder));
            if let Some(known) = known {
                return Some((folder.to_owned(), known.clone()));
            }
            let text = fs.read(&top.join(path)).ok()?;
            let mut found = References::of_kustomization(&text, folder);
            if let Some(found) = &mut found {
                for path in found.further.clone() {
                    if let Ok(text) = fs.read(&top.join(path)) {
                        found.add_further(&text, folder);
                    }
                }
            }
            Some((folder.to_owned(), found.map(Arc::new)))
        });
        let leads = |link: &String| {
            let real = fs.canonical(&top.join(link)).ok()?;
            let real = real.strip_prefix(top).ok()?.to_str()?.replace('\\', "/");
            (real != *link).then(|| (link.clone(), real))
        };
        Graph {
            kustomizations: looked.into_iter().flatten().collect(),
            links: links.iter().filter_map(leads).collect(),
        }
    }

    /// What cannot be read on this side is taken for what it is on the other, so that what it uses is not taken for
    /// roots.
    pub fn fill_in(&mut self, other: &Graph) {
        for (folder, references) in &mut self.kustomizations {
            if references.is_none() {
                *references = other.kustomizations.get(folder).cloned().flatten();
            }
        }
    }

    pub fn has(&self, folder: &str) -> bool {
        self.kustomizations.contains_key(folder)
    }

    /// The kustomizations in a folder and below it.
    pub fn below<'g>(&'g self, folder: &'g str) -> impl Iterator<Item = &'g str> {
        self.kustomizations.keys().map(String::as_str).filter(move |path| is_below(path, folder))
    }

    /// The kustomizations that are no components and that no other uses.
    pub fn roots(&self) -> BTreeSet<&str> {
        let used: BTreeSet<&str> = self.uses().map(|(_, base)| base).collect();
        let is_root = |(folder, references): &(&String, &Option<Arc<References>>)| {
            !used.contains(folder.as_str()) && !references.as_ref().is_some_and(|found| found.is_component)
        };
        self.kustomizations.iter().filter(is_root).map(|(folder, _)| folder.as_str()).collect()
    }

    /// The kustomizations that change with the changes.
    pub fn touched(&self, changes: &Changes) -> BTreeSet<&str> {
        let paths = self.with_aliases(changes);
        let is_touched = |folder: &str, found: &References| {
            let own = KUSTOMIZATION_FILE_NAMES.iter().chain([&lock::FILE]).map(|name| under(folder, name));
            let named = found.files.iter().chain(&found.bases).any(|file| paths.contains(file.as_str()));
            // A link or a submodule on the way counts as well.
            let on_the_way = |path: &String| path.match_indices('/').any(|(at, _)| paths.contains(&path[..at]));
            let in_chart = |chart: &String| {
                let from = (Bound::Included(chart.as_str()), Bound::Unbounded);
                let first =
                    paths.range::<str, _>(from).find(|path| is_below(path, chart) || !path.starts_with(chart.as_str()));
                first.is_some_and(|path| is_below(path, chart)) || on_the_way(chart)
            };
            named
                || own.into_iter().any(|file| paths.contains(file.as_str()))
                || found.charts.iter().any(in_chart)
                || found.files.iter().chain(&found.bases).any(on_the_way)
        };
        let by_files = self.kustomizations.iter().filter(|(folder, found)| match found {
            Some(found) => is_touched(folder, found),
            None => is_touched(folder, &References::default()),
        });
        let mut touched: BTreeSet<&str> = by_files.map(|(folder, _)| folder.as_str()).collect();
        let mut users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        self.uses().for_each(|(user, base)| users.entry(base).or_default().push(user));
        let mut todo: Vec<&str> = touched.iter().copied().collect();
        while let Some(base) = todo.pop() {
            let new = users.get(base).into_iter().flatten().filter(|user| touched.insert(user));
            todo.extend(new);
        }
        touched
    }

    /// Who uses whom.
    fn uses(&self) -> impl Iterator<Item = (&str, &str)> {
        self.kustomizations.iter().flat_map(move |(folder, found)| {
            let bases = found.iter().flat_map(|found| &found.bases);
            bases.filter_map(move |base| {
                let known = self.kustomizations.get_key_value(base);
                let known = known.or_else(|| self.kustomizations.get_key_value(&self.real(base)?))?;
                Some((folder.as_str(), known.0.as_str()))
            })
        })
    }

    /// Where links lead a path to. `None` where there are none on the way.
    fn real(&self, path: &str) -> Option<String> {
        let mut real = path.to_owned();
        for _ in 0..MAX_LINKS {
            let Some((link, target)) = self.links.iter().find(|(link, _)| is_below(&real, link)) else { break };
            real = under(target, real[link.len()..].trim_start_matches('/'));
        }
        (real != path).then_some(real)
    }

    /// The changed paths, also as links lead to them.
    fn with_aliases(&self, changes: &Changes) -> BTreeSet<String> {
        let mut paths: BTreeSet<String> = changes.paths().map(str::to_owned).collect();
        for _ in 0..MAX_LINKS {
            let new: Vec<String> = self
                .links
                .iter()
                .flat_map(|(link, target)| {
                    let changed = paths.iter().filter(move |path| is_below(path, target));
                    changed.map(move |path| under(link, path[target.len()..].trim_start_matches('/')))
                })
                .filter(|alias| !paths.contains(alias))
                .collect();
            if new.is_empty() {
                break;
            }
            paths.extend(new);
        }
        paths
    }
}

/// Whether a path is a folder or in it.
pub fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn under(folder: &str, path: &str) -> String {
    match (folder, path) {
        ("", path) => path.to_owned(),
        (folder, "") => folder.to_owned(),
        (folder, path) => format!("{folder}/{path}"),
    }
}
