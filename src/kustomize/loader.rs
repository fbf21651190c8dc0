//! A kustomization's way to files: relative to its directory, within its limits.
//!
//! Source: kustomize 5.8.1, api/internal/loader.
//!
//! **Invariant:** a root is absolute and free of links; a loader never opens a directory that holds
//! one it came through, so the recursion over bases ends; what a repository holds stays within it.
//! **Not here:** what the files say.

mod ahead;
mod instead;
mod path;
mod refusal;
mod remote;
mod repo_spec;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};

pub use ahead::missing;
use refusal::{Refusal, reason};
use remote::Remote;
pub use remote::{is_remote_file, shown};
pub use repo_spec::RepoSpec;

use super::context::{Context, LoadRestrictor};
use super::decode;
use super::kustomization::{Kustomization, Text};
use super::trail::{Named, Step};
use crate::base::{Diagnostic, FileSystem, Result, SourceId, Span, fs};

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
    /// The repository that it is in, if it is not one of this machine's folders.
    remote: Option<Arc<Remote>>,
    /// Of the outermost one: what it leads to is being fetched, side by side, or was.
    ahead: Once,
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

/// Absolute and free of links, if it is there.
fn working_dir(ctx: &Context) -> Arc<Path> {
    ctx.fs.canonical(&ctx.options.working_dir).unwrap_or_else(|_| ctx.options.working_dir.clone()).into()
}

impl Loader {
    /// A loader at the directory that is to be built, or at the URL of one.
    ///
    /// Errors: no directory; those of fetching.
    pub fn open(ctx: &Context, target: &str) -> Result<Loader> {
        if let Some(spec) = RepoSpec::parse(target) {
            return Loader::open_remote(ctx, spec, None);
        }
        let working_dir = working_dir(ctx);
        let missing = |message: String| {
            Diagnostic::new("not-a-directory", message).help("name a directory that holds a kustomization")
        };
        if target.is_empty() {
            return Err(missing("the directory to build is empty".to_string()));
        }
        let absolute = fs::clean(&ctx.options.working_dir.join(target));
        let root = ctx
            .fs
            .canonical_near(&working_dir, &absolute)
            .map_err(|e| missing(format!("cannot open `{target}`: {}", reason(&e))))?;
        if !ctx.fs.is_dir(&root) {
            return Err(missing(format!("`{target}` is a file, not a directory")));
        }
        let name = ctx.fs.shown(&root).unwrap_or_else(|| path::display(&working_dir, &root));
        Ok(Loader {
            level: Arc::new(Level { root, name, working_dir, referrer: None, remote: None, ahead: Once::new() }),
        })
    }

    /// The directory of the kustomization.
    pub fn root(&self) -> &Path {
        &self.level.root
    }

    /// The one that is built, which led to this one.
    pub fn outermost(&self) -> &Loader {
        let mut outermost = self;
        while let Some((referrer, _)) = &outermost.level.referrer {
            outermost = referrer;
        }
        outermost
    }

    /// The directory as a person would type it.
    pub fn name(&self) -> &str {
        &self.level.name
    }

    /// A path as a person would type it.
    pub fn display(&self, ctx: &Context, path: &Path) -> String {
        let elsewhere = self.remote().and_then(|remote| remote.display(path)).or_else(|| ctx.fs.shown(path));
        elsewhere.unwrap_or_else(|| path::display(&self.level.working_dir, path))
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
        if let Some((file, name)) = found.pop() {
            if let Some(trail) = ctx.trail {
                trail.add(Step::Kustomization { path: self.root().join(name), file: file.clone() });
            }
            return Ok((file, name));
        }
        if let Some(name) = names.clone().find(|name| ctx.fs.is_file(&self.root().join(name))) {
            return Err(self.asked_for(match self.read(ctx, name) {
                Err(refusal) => self.refused(ctx, refusal, "", &Text::new(name, Span::NOWHERE)),
                Ok(_) => self.refused(ctx, Refusal::Missing, "", &Text::new(name, Span::NOWHERE)),
            }));
        }
        let message = format!("there is no kustomization file in `{}`", self.name());
        let is_typed = self.level.referrer.is_none() && self.remote().is_none();
        let help = instead::help(ctx.fs, self.root(), self.name(), is_typed);
        Err(self.asked_for(Diagnostic::new("no-kustomization", message).help(help)))
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
        let file = self.read(ctx, path).map_err(|refusal| self.refused(ctx, refusal, field, path))?;
        self.trace(ctx, path, Target::File(file.clone()));
        Ok(file)
    }

    /// Tells who follows the build what a kustomization's text has led to.
    fn trace(&self, ctx: &Context, path: &Text, target: Target) {
        let Some(trail) = ctx.trail else { return };
        let by = Named::new(self.root(), path);
        trail.add(match target {
            Target::File(file) => Step::File { by, file },
            Target::Directory(loader) => Step::Folder { by, root: loader.root().to_owned() },
        });
    }

    /// Reads a file if the path is one that may be read. For texts that may be a path or the content itself.
    pub fn try_load(&self, ctx: &Context, path: &str) -> Option<File> {
        self.read(ctx, path).ok()
    }

    /// A loader at a directory that `field` names: a base or a component.
    ///
    /// Errors: an absolute path, no directory, a cycle; those of fetching. kustomize: FileLoader.New.
    pub fn base(&self, ctx: &Context, field: &str, path: &Text) -> Result<Loader> {
        let loader = self.find_base(ctx, field, path)?;
        self.trace(ctx, path, Target::Directory(loader.clone()));
        Ok(loader)
    }

    fn find_base(&self, ctx: &Context, field: &str, path: &Text) -> Result<Loader> {
        if let Some(spec) = RepoSpec::parse(path) {
            if !remote::is_here(ctx, &spec) {
                self.fetch_ahead(ctx);
            }
            return Loader::open_remote(ctx, spec, Some((self.clone(), path.span)));
        }
        if path.is_empty() {
            return Err(Diagnostic::new("empty-path", format!("an entry of `{field}` is empty"))
                .at(path.span)
                .help("name a directory, or remove the entry"));
        }
        if fs::is_absolute(path) {
            return Err(Diagnostic::new("absolute-base", format!("`{field}` names the absolute path `{path}`"))
                .at(path.span)
                .help("write the directory relative to this kustomization"));
        }
        let absolute = fs::clean(&self.root().join(&**path));
        let root = match self.remote() {
            Some(remote) => remote.root(ctx, &absolute).map_err(|error| error.at(path.span))?,
            None => {
                let root = ctx.fs.canonical_near(self.root(), &absolute);
                let root = root.map_err(|_| self.refused(ctx, Refusal::Missing, field, path))?;
                self.check_boundary(ctx, &root, path).map_err(|error| error.at(path.span))?;
                root
            }
        };
        if !ctx.fs.is_dir(&root) {
            return Err(Diagnostic::new(
                "not-a-directory",
                format!("`{path}` is a file, and `{field}` needs a directory here"),
            )
            .at(path.span)
            .help("name a directory that holds a kustomization"));
        }
        self.check_cycle(ctx, &root, path)?;
        let name = self.display(ctx, &absolute);
        let (working_dir, remote) = (self.level.working_dir.clone(), self.level.remote.clone());
        let referrer = Some((self.clone(), path.span));
        Ok(Loader { level: Arc::new(Level { root, name, working_dir, referrer, remote, ahead: Once::new() }) })
    }

    /// What an entry of `resources` (or `generators`, `transformers`, `validators`) names: a file if it
    /// can be read as one, else a directory. kustomize: accumulateResources.
    pub fn resource(&self, ctx: &Context, field: &str, path: &Text) -> Result<Target> {
        let target = self.find_resource(ctx, field, path)?;
        self.trace(ctx, path, target.clone());
        Ok(target)
    }

    fn find_resource(&self, ctx: &Context, field: &str, path: &Text) -> Result<Target> {
        if is_remote_file(path) {
            let spec = RepoSpec::parse(path);
            if !spec.is_some_and(|spec| remote::is_here(ctx, &spec)) {
                self.fetch_ahead(ctx);
            }
            return self.remote_resource(ctx, field, path);
        }
        let refusal = match self.read(ctx, path) {
            Ok(file) => return Ok(Target::File(file)),
            Err(refusal) => refusal,
        };
        match self.find_base(ctx, field, path) {
            Ok(base) => Ok(Target::Directory(base)),
            // Why the file cannot be read says more than that it is no directory.
            Err(error) if error.code == "not-a-directory" && RepoSpec::parse(path).is_none() => {
                let refusal =
                    if self.remote().is_some() { self.read(ctx, path).err().unwrap_or(refusal) } else { refusal };
                Err(self.refused(ctx, refusal, field, path))
            }
            Err(error) => Err(error),
        }
    }

    fn read(&self, ctx: &Context, path: &str) -> Result<File, Refusal> {
        if is_remote_file(path) {
            let (name, text) = remote::fetch_file(ctx, path).map_err(Refusal::Remote)?;
            let source = ctx.sources.add(name, text.clone());
            ctx.sources.mark_foreign(source);
            return Ok(File { source, text });
        }
        let absolute = fs::clean(&self.root().join(path));
        let is_bound = self.remote().is_some() || ctx.options.load_restrictor == LoadRestrictor::RootOnly;
        let real = match is_bound {
            false if ctx.options.boundary.is_none() => absolute.clone(),
            false => self.files(ctx).canonical(&absolute).map_err(Refusal::from_io)?,
            true => {
                let real = ctx.fs.canonical_near(self.root(), &absolute);
                // Of a repository only folders that were asked for are there.
                if real.is_err() && self.remote().is_some() && !absolute.starts_with(self.root()) {
                    return Err(Refusal::Outside);
                }
                let real = real.map_err(Refusal::from_io)?;
                if !real.parent().is_some_and(|dir| dir.starts_with(self.root())) {
                    return Err(if ctx.fs.is_dir(&real) { Refusal::Directory } else { Refusal::Outside });
                }
                real
            }
        };
        // Only where it cannot be read is it worth to ask whether it is a directory.
        let refused = |error| if ctx.fs.is_dir(&real) { Refusal::Directory } else { Refusal::from_io(error) };
        let text = ctx.fs.read(&real).map_err(refused)?;
        let source = ctx.sources.add(self.display(ctx, &absolute), text.clone());
        if self.is_in_repository() {
            ctx.sources.mark_foreign(source);
        }
        Ok(File { source, text })
    }

    /// Whether the root is a directory or stands below it. Roots are written alike, so most questions are
    /// answered without a look at the parts of the path.
    fn is_inside(&self, dir: &Path) -> bool {
        let bytes = self.root().as_os_str().as_encoded_bytes();
        bytes.starts_with(dir.as_os_str().as_encoded_bytes()) && self.root().starts_with(dir)
    }

    /// kustomize: each way into a repository makes a clone of its own.
    fn is_in_same_remote(&self, other: &Loader) -> bool {
        match (self.remote(), other.remote()) {
            (Some(own), Some(other)) => Arc::ptr_eq(own, other),
            (own, other) => own.is_none() && other.is_none(),
        }
    }

    /// A base may not be a directory that was come through, or one that holds such a directory.
    /// kustomize: errIfArgEqualOrHigher.
    fn check_cycle(&self, ctx: &Context, root: &Path, path: &Text) -> Result<()> {
        let mut way: Vec<&Loader> = vec![self];
        let mut found = None;
        loop {
            let here = way[way.len() - 1];
            if here.is_inside(root) && (found.is_none() || here.root() == root) {
                found = Some(way.len());
            }
            match &here.level.referrer {
                Some((referrer, _))
                    if self.is_in_same_remote(referrer) && found.is_none_or(|at| way[at - 1].root() != root) =>
                {
                    way.push(referrer);
                }
                _ => break,
            }
        }
        let Some(found) = found else { return Ok(()) };
        let visited = way[found - 1];
        let candidate = self.display(ctx, root);
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
