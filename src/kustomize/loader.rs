//! A kustomization's way to files: relative to its directory, within its limits.
//!
//! Source: kustomize 5.8.1, api/internal/loader and api/internal/git/repospec.go.
//!
//! **Invariant:** a root is absolute and free of links; a loader never opens a directory that holds
//! one it came through, so the recursion over bases ends.
//! **Not here:** what the files say.

mod path;
mod remote;
#[cfg(test)]
mod tests;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use remote::{is_remote_base, is_remote_file};

use super::context::{Context, LoadRestrictor};
use super::decode::{self, nearest};
use super::kustomization::{Kustomization, Text};
use crate::base::{Diagnostic, Result, SourceId, Span, fs};

/// The names that a kustomization file may have, in the reference's order.
pub const KUSTOMIZATION_FILE_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Files as one kustomization sees them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Loader {
    level: Arc<Level>,
}

#[derive(Debug)]
struct Level {
    root: PathBuf,
    /// The root as a person would type it.
    name: String,
    /// Absolute and free of links: names of files are relative to it.
    working_dir: Arc<Path>,
    /// The kustomization that asked for this one, and where it did.
    referrer: Option<(Loader, Span)>,
}

/// A file that was read.
#[derive(Clone, Debug)]
pub struct File {
    pub source: SourceId,
    pub text: Arc<[u8]>,
}

/// What an entry of `resources` is.
#[derive(Clone, Debug)]
pub enum Target {
    File(File),
    Directory(Loader),
}

impl Target {
    /// Bytes to be read.
    pub fn size(&self) -> usize {
        match self {
            Target::File(file) => file.text.len(),
            Target::Directory(_) => 0,
        }
    }
}

/// Why a path cannot be read as a file.
enum Refusal {
    Remote,
    Missing,
    Directory,
    Outside,
    Other(std::io::Error),
}

impl Loader {
    /// A loader at the directory that is to be built. Errors: a URL, no directory.
    pub fn open(ctx: &Context, target: &str) -> Result<Loader> {
        let working_dir =
            ctx.fs.canonical(&ctx.options.working_dir).unwrap_or_else(|_| ctx.options.working_dir.clone());
        if is_remote_base(target) {
            return Err(Diagnostic::new("remote-base", format!("`{target}` is a remote kustomization"))
                .help("clone the repository and build the directory in it"));
        }
        let missing = |message: String| {
            Diagnostic::new("not-a-directory", message).help("name a directory that holds a kustomization")
        };
        if target.is_empty() {
            return Err(missing("the directory to build is empty".to_string()));
        }
        let absolute = fs::clean(&ctx.options.working_dir.join(target));
        let root =
            ctx.fs.canonical(&absolute).map_err(|e| missing(format!("cannot open `{target}`: {}", reason(&e))))?;
        if !ctx.fs.is_dir(&root) {
            return Err(missing(format!("`{target}` is a file, not a directory")));
        }
        let name = path::display(&working_dir, &root);
        Ok(Loader { level: Arc::new(Level { root, name, working_dir: working_dir.into(), referrer: None }) })
    }

    /// The directory of the kustomization.
    pub fn root(&self) -> &Path {
        &self.level.root
    }

    /// The directory as a person would type it.
    pub fn name(&self) -> &str {
        &self.level.name
    }

    /// A path as a person would type it.
    pub fn display(&self, path: &Path) -> String {
        path::display(&self.level.working_dir, path)
    }

    /// The kustomization file of this directory and its name.
    ///
    /// Errors: there is none, or more than one. kustomize: LoadKustFile.
    pub fn kustomization_file(&self, ctx: &Context) -> Result<(File, &'static str)> {
        let names = KUSTOMIZATION_FILE_NAMES.into_iter();
        let mut found: Vec<_> = names.clone().filter_map(|name| Some((self.try_load(ctx, name)?, name))).collect();
        if found.len() > 1 {
            let names = found.iter().map(|(_, name)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let message = format!("`{}` has more than one kustomization file: {names}", self.name());
            return Err(self.asked_for(Diagnostic::new("many-kustomizations", message).help("keep one of them")));
        }
        if let Some(one) = found.pop() {
            return Ok(one);
        }
        if let Some(name) = names.clone().find(|name| ctx.fs.is_file(&self.root().join(name))) {
            return Err(self.asked_for(match self.read(ctx, name) {
                Err(refusal) => self.refused(ctx, refusal, "", &Text::new(name, Span::NOWHERE)),
                Ok(_) => self.refused(ctx, Refusal::Missing, "", &Text::new(name, Span::NOWHERE)),
            }));
        }
        let message = format!("there is no kustomization file in `{}`", self.name());
        Err(self.asked_for(Diagnostic::new("no-kustomization", message).help(
            "the directory must hold a `kustomization.yaml`, `kustomization.yml` or `Kustomization`; \
             to use plain manifests, name the files",
        )))
    }

    /// Reads the kustomization of this directory, and gives the name of its file. Deprecations are noted.
    ///
    /// Errors: those of [`Loader::kustomization_file`] and [`decode::read_kustomization`].
    pub fn read_kustomization(&self, ctx: &Context) -> Result<(Kustomization, String)> {
        let (file, name) = self.kustomization_file(ctx)?;
        let kustomization = decode::read_kustomization(ctx.sources, file.source)?;
        kustomization.deprecated.iter().for_each(|warning| ctx.note(*warning));
        Ok((kustomization, name.to_string()))
    }

    fn asked_for(&self, error: Box<Diagnostic>) -> Box<Diagnostic> {
        match &self.level.referrer {
            Some((_, span)) => error.at(*span),
            None => error,
        }
    }

    /// Reads a file that `field` names.
    ///
    /// Errors: a URL, a directory, nothing there, or a place that the load restrictor forbids.
    pub fn load(&self, ctx: &Context, field: &str, path: &Text) -> Result<File> {
        self.read(ctx, path).map_err(|refusal| self.refused(ctx, refusal, field, path))
    }

    /// Reads a file if the path is one that may be read. For texts that may be a path or the content itself.
    pub fn try_load(&self, ctx: &Context, path: &str) -> Option<File> {
        self.read(ctx, path).ok()
    }

    /// A loader at a directory that `field` names: a base or a component.
    ///
    /// Errors: a URL, an absolute path, no directory, a cycle. kustomize: FileLoader.New.
    pub fn base(&self, ctx: &Context, field: &str, path: &Text) -> Result<Loader> {
        if is_remote_base(path) {
            return Err(self.refused(ctx, Refusal::Remote, field, path));
        }
        if path.is_empty() {
            return Err(Diagnostic::new("empty-path", format!("an entry of `{field}` is empty"))
                .at(path.span)
                .help("name a directory, or remove the entry"));
        }
        if Path::new(&**path).is_absolute() {
            return Err(Diagnostic::new("absolute-base", format!("`{field}` names the absolute path `{path}`"))
                .at(path.span)
                .help("write the directory relative to this kustomization"));
        }
        let absolute = fs::clean(&self.root().join(&**path));
        let root = ctx
            .fs
            .canonical_near(self.root(), &absolute)
            .map_err(|_| self.refused(ctx, Refusal::Missing, field, path))?;
        if !ctx.fs.is_dir(&root) {
            return Err(Diagnostic::new(
                "not-a-directory",
                format!("`{path}` is a file, and `{field}` needs a directory here"),
            )
            .at(path.span)
            .help("name a directory that holds a kustomization"));
        }
        self.check_cycle(&root, path)?;
        let name = path::display(&self.level.working_dir, &absolute);
        let working_dir = self.level.working_dir.clone();
        Ok(Loader { level: Arc::new(Level { root, name, working_dir, referrer: Some((self.clone(), path.span)) }) })
    }

    /// What an entry of `resources` (or `generators`, `transformers`, `validators`) names: a file if it
    /// can be read as one, else a directory. kustomize: accumulateResources.
    pub fn resource(&self, ctx: &Context, field: &str, path: &Text) -> Result<Target> {
        let refusal = match self.read(ctx, path) {
            Ok(file) => return Ok(Target::File(file)),
            Err(refusal) => refusal,
        };
        if matches!(refusal, Refusal::Remote) {
            return Err(self.refused(ctx, refusal, field, path));
        }
        match self.base(ctx, field, path) {
            Ok(base) => Ok(Target::Directory(base)),
            // Why the file cannot be read says more than that it is no directory.
            Err(error) if error.code == "not-a-directory" => Err(self.refused(ctx, refusal, field, path)),
            Err(error) => Err(error),
        }
    }

    fn read(&self, ctx: &Context, path: &str) -> Result<File, Refusal> {
        if is_remote_file(path) {
            return Err(Refusal::Remote);
        }
        let absolute = fs::clean(&self.root().join(path));
        let real = match ctx.options.load_restrictor {
            LoadRestrictor::None => absolute.clone(),
            LoadRestrictor::RootOnly => {
                let real = ctx.fs.canonical_near(self.root(), &absolute).map_err(Refusal::from_io)?;
                if !real.parent().is_some_and(|dir| dir.starts_with(self.root())) {
                    return Err(if ctx.fs.is_dir(&real) { Refusal::Directory } else { Refusal::Outside });
                }
                real
            }
        };
        // Only where it cannot be read is it worth to ask whether it is a directory.
        let refused = |error| if ctx.fs.is_dir(&real) { Refusal::Directory } else { Refusal::from_io(error) };
        let text = ctx.fs.read(&real).map_err(refused)?;
        let source = ctx.sources.add(path::display(&self.level.working_dir, &absolute), text.clone());
        Ok(File { source, text })
    }

    fn refused(&self, ctx: &Context, refusal: Refusal, field: &str, path: &Text) -> Box<Diagnostic> {
        let by = if field.is_empty() { String::new() } else { format!("`{field}` names ") };
        let (code, message, help) = match refusal {
            Refusal::Remote => (
                "remote-base",
                format!("{by}`{path}`, which is remote: this version reads local files only"),
                "download it, commit it to the repository, and name the local path".to_string(),
            ),
            Refusal::Missing => (
                "no-such-file",
                format!("{by}`{path}`, and there is no such file or directory"),
                self.suggestion(ctx, path).unwrap_or_else(|| {
                    format!("paths are relative to the directory of the kustomization, `{}`", self.name())
                }),
            ),
            Refusal::Directory => {
                ("is-a-directory", format!("{by}`{path}`, which is a directory"), "name a file".to_string())
            }
            Refusal::Outside => (
                "outside-root",
                format!("{by}`{path}`, which is outside of the kustomization's directory `{}`", self.name()),
                "move the file into the directory, or allow such paths with \
                 `--load-restrictor LoadRestrictionsNone`"
                    .to_string(),
            ),
            Refusal::Other(error) => (
                "unreadable-file",
                format!("{by}`{path}`, which cannot be read: {}", reason(&error)),
                "see whether this user may read the file".to_string(),
            ),
        };
        Diagnostic::new(code, message).at(path.span).help(help)
    }

    /// A file beside the missing one that has nearly its name.
    fn suggestion(&self, ctx: &Context, path: &str) -> Option<String> {
        let absolute = fs::clean(&self.root().join(path));
        let names = ctx.fs.list(absolute.parent()?).ok()?;
        let meant = nearest(absolute.file_name()?.to_str()?, names.iter().map(String::as_str))?;
        let written = path.trim_end_matches('/').rsplit_once('/').map_or(String::new(), |(dir, _)| format!("{dir}/"));
        Some(format!("did you mean `{written}{meant}`?"))
    }

    /// Whether the root is a directory or stands below it. Roots are written alike, so most questions are
    /// answered without a look at the parts of the path.
    fn is_inside(&self, dir: &Path) -> bool {
        let bytes = self.root().as_os_str().as_encoded_bytes();
        bytes.starts_with(dir.as_os_str().as_encoded_bytes()) && self.root().starts_with(dir)
    }

    /// A base may not be a directory that was come through, or one that holds such a directory.
    /// kustomize: errIfArgEqualOrHigher.
    fn check_cycle(&self, root: &Path, path: &Text) -> Result<()> {
        let mut way: Vec<&Loader> = vec![self];
        let mut found = None;
        loop {
            let here = way[way.len() - 1];
            if here.is_inside(root) && (found.is_none() || here.root() == root) {
                found = Some(way.len());
            }
            match &here.level.referrer {
                Some((referrer, _)) if found.is_none_or(|at| way[at - 1].root() != root) => way.push(referrer),
                _ => break,
            }
        }
        let Some(found) = found else { return Ok(()) };
        let visited = way[found - 1];
        let candidate = path::display(&self.level.working_dir, root);
        let names = way[..found].iter().rev().map(|l| l.name()).chain([candidate.as_str()]);
        let round = names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" -> ");
        let mut error = if visited.root() == root {
            Diagnostic::new("cycle", format!("these kustomizations form a cycle: {round}")).at(path.span)
        } else {
            let message =
                format!("`{candidate}` holds the kustomization `{}` that leads to it: {round}", visited.name());
            Diagnostic::new("cycle", message).at(path.span)
        };
        for loader in &way[..found - 1] {
            if let Some((referrer, span)) = &loader.level.referrer {
                error = error.label(*span, format!("`{}` asks for `{}`", referrer.name(), loader.name()));
            }
        }
        Err(error.help("a base must not be, or stand above, a kustomization that uses it; take one of these lines out"))
    }
}

impl Refusal {
    fn from_io(error: std::io::Error) -> Refusal {
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => Refusal::Missing,
            ErrorKind::IsADirectory => Refusal::Directory,
            _ => Refusal::Other(error),
        }
    }
}

/// An I/O error as a person would say it.
fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file or directory".to_string(),
        ErrorKind::NotADirectory => "a part of the path is not a directory".to_string(),
        ErrorKind::PermissionDenied => "permission denied".to_string(),
        _ => error.to_string().to_lowercase(),
    }
}
