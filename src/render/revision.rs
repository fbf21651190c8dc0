//! A target in a revision of git -> its objects.
//!
//! **Invariant:** neither the work tree nor the index is touched.
//! **Not here:** which revision is meant; how git keeps files ([`crate::fetch::git`]).

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::target::{ChartOptions, Rendered, Renderer};
use crate::base::fs::{Memo, clean, slashed};
use crate::base::suggest::nearest;
use crate::base::{Diagnostic, FileSystem, Result};
use crate::fetch::git::{Changes, Repository, Revision};

/// Renders what a revision has at a path. The renderer has the disk; `path` is from the working directory on.
///
/// Errors: `git-repository`, `git-revision`; `diff-side` where the revision has nothing there; `git-submodule`; those of
/// rendering.
pub fn render(renderer: &Renderer, revision: &str, path: &Path, chart: &ChartOptions) -> Result<Rendered> {
    let working_dir = &renderer.build.working_dir;
    let (repository, path) = Repository::of_path(renderer.fetch, &clean(&working_dir.join(path)))?;
    let tree = repository.tree(revision)?;
    let files = Revision::of_tree(&repository, &tree, revision, renderer.fs, working_dir)?;
    if !files.is_dir(&path) && !files.is_file(&path) {
        return Err(nothing_there(&repository, &files, revision, &path));
    }
    render_in(renderer, &files, &Memo::new(&files), &path, chart)
}

/// Renders what `HEAD` has at a path of the work tree; `None` where it has nothing there. Else as [`render`].
pub fn render_head(renderer: &Renderer, path: &Path, chart: &ChartOptions) -> Result<Option<Rendered>> {
    let working_dir = &renderer.build.working_dir;
    let (repository, path) = Repository::of_path(renderer.fetch, &clean(&working_dir.join(path)))?;
    let changes = Changes::since(&repository, &repository.tree("HEAD")?)?;
    let files = Revision::before(&repository, &changes, "HEAD", renderer.fs, working_dir);
    if !files.is_dir(&path) && !files.is_file(&path) {
        return Ok(None);
    }
    render_in(renderer, &files, &Memo::new(&files), &path, chart).map(Some)
}

/// Renders a target in a revision; `memo` is that with what was read of it.
///
/// Errors: `git-submodule`; those of rendering.
pub fn render_in(
    renderer: &Renderer,
    files: &Revision,
    memo: &dyn FileSystem,
    path: &Path,
    chart: &ChartOptions,
) -> Result<Rendered> {
    let value_files = OrNow { then: memo, now: renderer.fs };
    let renderer = Renderer { fs: memo, value_files: &value_files, ..*renderer };
    renderer.render(&path.to_string_lossy(), chart).map_err(|error| explained(files, error))
}

/// What goes wrong where a submodule was looked into is for that reason.
fn explained(files: &Revision, error: Box<Diagnostic>) -> Box<Diagnostic> {
    let of_submodule = |path: String| {
        Diagnostic::new("git-submodule", format!("`{path}` is a submodule, and its files are not in this repository"))
            .help("compare with a revision that has the same commit of it, or run kz in the submodule")
    };
    let all = files.submodules().into_iter().map(of_submodule).chain([error]);
    Diagnostic::together(all).unwrap_or_else(|| unreachable!("there is at least one"))
}

fn nothing_there(repository: &Repository, files: &Revision, revision: &str, path: &Path) -> Box<Diagnostic> {
    let Ok(inside) = path.strip_prefix(repository.top()) else {
        let top = repository.top().display();
        return Diagnostic::new("diff-side", format!("`{}` lies outside of the repository `{top}`", path.display()))
            .help("a path of a revision is from the working directory on, as other paths are");
    };
    let message = format!("revision `{revision}` has nothing at `{}`", inside.display());
    let near = path.parent().zip(path.file_name()).and_then(|(folder, name)| {
        let names = files.list(folder).ok()?;
        let near = nearest(&name.to_string_lossy(), names.iter().map(String::as_str))?;
        Some(slashed(&inside.with_file_name(near)))
    });
    Diagnostic::new("diff-side", message).help(match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("see `git ls-tree -r --name-only {revision}`"),
    })
}

/// Files of values: those of the revision, and where it has none of a name, those of now.
struct OrNow<'f> {
    then: &'f dyn FileSystem,
    now: &'f dyn FileSystem,
}

impl OrNow<'_> {
    fn of(&self, path: &Path) -> &dyn FileSystem {
        if self.then.is_file(path) { self.then } else { self.now }
    }
}

impl FileSystem for OrNow<'_> {
    fn read(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        self.of(path).read(path)
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.of(path).is_dir(path)
    }

    fn is_file(&self, path: &Path) -> bool {
        self.of(path).is_file(path)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        self.of(path).list(path)
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.of(path).canonical(path)
    }
}
