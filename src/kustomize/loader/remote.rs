//! Bases in git repositories and files on web servers.
//!
//! **Invariant:** a kustomization of a repository reads nothing outside of the repository, whatever the flags say, nor
//! does one of this machine outside of [`BuildOptions::boundary`](crate::kustomize::BuildOptions::boundary); no chain of repositories is without end; no message holds what stands before an `@` in an address of the web.
//! **Not here:** how things are fetched ([`crate::fetch`]).

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};

use super::repo_spec::RepoSpec;
use super::{Level, Loader, Target};
use crate::base::fs::{self, Within};
use crate::base::{Diagnostic, Result, Span};
use crate::fetch::git::{self, Checkout, NamedBy, Source};
use crate::fetch::{self, Freshness, Url, http};
use crate::k8s::read::read_resources;
use crate::kustomize::context::Context;
use crate::kustomize::kustomization::Text;
use crate::kustomize::lock::{Pin, Thing};
use crate::kustomize::trail::Step;

/// From the root of a repository so many folders up are the cache's: `CACHE/trees/ab/…/tree`.
const CACHE_LEVELS: usize = 5;

/// So many repositories may lead to one another.
const MAX_DEPTH: usize = 64;

/// A repository in which a kustomization is, and how it was asked for.
#[derive(Debug)]
pub struct Remote {
    spec: RepoSpec,
    checkout: Arc<Checkout>,
}

impl Remote {
    /// The folder that stands for the repository's root.
    pub fn tree(&self) -> &Path {
        self.checkout.tree()
    }

    /// A path of the repository as a person would write it: `https://host/org/repo@v1//deploy`; one that leads out of
    /// it, `…//../x`. `None` for others.
    pub fn display(&self, path: &Path) -> Option<String> {
        let tree = self.tree();
        // The cache has repositories in folders of folders, which nobody is to see.
        let mut above = tree.ancestors().take(CACHE_LEVELS).enumerate();
        let (climbs, inside) = above.find_map(|(climbs, folder)| Some((climbs, path.strip_prefix(folder).ok()?)))?;
        let inside = format!("{}{}", "../".repeat(climbs), inside.display());
        let url = git::without_password(&self.spec.url);
        let at = if self.spec.reference.is_empty() { "" } else { "@" };
        let separator = if inside.is_empty() { "" } else { "//" };
        Some(format!("{url}{at}{}{separator}{inside}", self.spec.reference))
    }

    /// Sees to it that a folder of the repository is there, if the repository has it.
    ///
    /// Errors: those of [`Checkout::reach`]; `outside-repository`.
    fn reach(&self, ctx: &Context, path: &Path) -> Result<()> {
        let inside = path.strip_prefix(self.tree()).map_err(|_| self.outside(path))?;
        self.checkout.reach(ctx.fetch, inside.to_str().unwrap_or_default())
    }

    fn outside(&self, path: &Path) -> Box<Diagnostic> {
        let url = git::without_password(&self.spec.url);
        let path = self.display(path).unwrap_or_else(|| path.display().to_string());
        outside(format!("`{path}` lies outside of the repository `{url}`"))
    }
}

impl Loader {
    /// The repository that this kustomization is in, unless it is one of this machine's folders.
    pub(super) fn remote(&self) -> Option<&Arc<Remote>> {
        self.level.remote.as_ref()
    }

    /// Whether it is in a repository, and not one of this machine's folders.
    pub fn is_in_repository(&self) -> bool {
        self.remote().is_some()
    }

    /// Whether it is in a repository that is not on this machine.
    pub fn is_on_server(&self) -> bool {
        self.remote().is_some_and(|remote| !git::is_local(&remote.spec.url))
    }

    /// The folder that stands for the root of the repository that it is in, if it is in one.
    pub fn repository(&self) -> Option<&Path> {
        self.remote().map(|remote| remote.tree())
    }

    /// Sees to it that a folder is there, where this kustomization is in a repository: for what reads [`Loader::files`].
    ///
    /// Errors: as [`Loader::open_remote`].
    pub fn reach(&self, ctx: &Context, path: &Path) -> Result<()> {
        self.remote().map_or(Ok(()), |remote| remote.reach(ctx, &fs::clean(path)))
    }

    /// The files that may be read in the name of this kustomization by what has no limits of its own.
    pub fn files<'l>(&'l self, ctx: &'l Context) -> Within<'l> {
        let folder = self.remote().map(|remote| remote.tree()).or(ctx.options.boundary.as_deref());
        Within { fs: ctx.fs, folder }
    }

    /// Errors: a folder of this machine lies beyond what kustomizations of this machine may lead to.
    pub(super) fn check_boundary(&self, ctx: &Context, root: &Path, path: &str) -> Result<()> {
        match &ctx.options.boundary {
            Some(boundary) if !root.starts_with(boundary) => {
                Err(outside(format!("`{path}` lies outside of the repository")))
            }
            _ => Ok(()),
        }
    }

    /// Opens a kustomization in a repository.
    ///
    /// Errors: those of [`git::open`] and [`Checkout::reach`]; `cycle`; `outside-repository`; `no-such-file`,
    /// `not-a-directory`. kustomize: newLoaderAtGitClone.
    pub(super) fn open_remote(ctx: &Context, spec: RepoSpec, referrer: Option<(Loader, Span)>) -> Result<Loader> {
        let span = referrer.as_ref().map_or(Span::NOWHERE, |(_, span)| *span);
        if let Some((loader, _)) = &referrer {
            loader.check_repository_cycle(&spec, span)?;
        }
        let named_by_repository = referrer.as_ref().and_then(|(loader, _)| loader.remote());
        let opened = checkout(ctx, &spec, named_by_repository).map_err(|error| error.at(span))?;
        let remote = Arc::new(Remote { spec, checkout: opened });
        let path = fs::clean(&remote.tree().join(remote.spec.clean_directory()));
        let root = remote.root(ctx, &path).map_err(|error| error.at(span))?;
        if let Some(trail) = ctx.trail {
            let (spec, commit) = (remote.spec.clone(), remote.checkout.commit().to_owned());
            trail.add(Step::Repository { spec, commit, tree: remote.tree().to_owned() });
        }
        ctx.lock.used(Thing::git(&remote.spec), || Ok(Pin::Commit(remote.checkout.commit().to_owned())))?;
        let name = remote.display(&path).unwrap_or_default();
        let working_dir = match &referrer {
            Some((loader, _)) => loader.level.working_dir.clone(),
            None => super::working_dir(ctx),
        };
        Ok(Loader {
            level: Arc::new(Level { root, name, working_dir, referrer, remote: Some(remote), ahead: Once::new() }),
        })
    }

    /// What a web address in `resources` leads to. Both files and repositories can have one: it is a file if objects
    /// come from there.
    ///
    /// Errors: those of fetching; as [`Loader::open_remote`].
    pub(super) fn remote_resource(&self, ctx: &Context, field: &str, path: &Text) -> Result<Target> {
        let open = |spec| Loader::open_remote(ctx, spec, Some((self.clone(), path.span))).map(Target::Directory);
        let spec = RepoSpec::parse(path);
        let is_repository = |spec: &RepoSpec| {
            let locked = ctx.lock.has(&Thing::git(spec));
            locked.unwrap_or_else(|| !names_file(spec) && git::is_known(ctx.fetch, &source(ctx, spec)))
        };
        if let Some(spec) = spec.as_ref().filter(|spec| is_repository(spec)) {
            match open(spec.clone()) {
                // Forges have files below the addresses of their repositories: `REPO/releases/download/…`.
                Err(error) if matches!(error.code, "no-such-file" | "not-a-directory") => {}
                done => return done,
            }
        }
        let (file, spec) = match (self.read(ctx, path), spec) {
            (Ok(file), None) => return Ok(Target::File(file)),
            (Err(refusal), None) => return Err(self.refused(ctx, refusal, field, path)),
            (Err(refusal), Some(spec)) if refusal.is_offline() && names_file(&spec) => {
                return Err(self.refused(ctx, refusal, field, path));
            }
            (Err(_), Some(spec)) => return open(spec),
            (Ok(file), Some(spec)) => (file, spec),
        };
        let Err(no_objects) = read_resources(ctx.sources, file.source) else { return Ok(Target::File(file)) };
        // A page for people is what many servers give at the addresses of repositories.
        let is_page = file.text.trim_ascii_start().starts_with(b"<");
        let opened = open(spec).map_err(|error| match error.code {
            "git-timeout" => error,
            _ if is_page => error,
            // kustomize: where there is no repository, a file was meant.
            _ => no_objects,
        })?;
        ctx.lock.unused(&Thing::file(&Url::parse(path)?));
        Ok(opened)
    }

    /// kustomize: errIfRepoCycle: by the text alone, and so also where one is a longer form of the other.
    fn check_repository_cycle(&self, spec: &RepoSpec, span: Span) -> Result<()> {
        let mut way = vec![self];
        while let Some((referrer, _)) = way.last().and_then(|loader| loader.level.referrer.as_ref()) {
            way.push(referrer);
        }
        let remotes: Vec<&Arc<Remote>> = way.iter().filter_map(|loader| loader.remote()).collect();
        let raw = shown(&spec.raw);
        if let Some(visited) = remotes.iter().find(|remote| remote.spec.raw.starts_with(&spec.raw)) {
            let visited = shown(&visited.spec.raw);
            let message = format!("`{raw}` leads back to itself: the build came here from `{visited}`");
            return Err(Diagnostic::new("cycle", message)
                .at(span)
                .help("a repository must not use a kustomization by which the build came to it; take this line out"));
        }
        let mut distinct = remotes;
        distinct.dedup_by(|a, b| Arc::ptr_eq(a, b));
        if distinct.len() >= MAX_DEPTH {
            let message = format!("more than {MAX_DEPTH} repositories lead from one to the next, the last to `{raw}`");
            return Err(Diagnostic::new("cycle", message)
                .at(span)
                .help("see whether they lead to one another without end"));
        }
        Ok(())
    }
}

impl Remote {
    /// A folder of the repository, free of links.
    ///
    /// Errors: as [`Loader::open_remote`].
    pub fn root(&self, ctx: &Context, path: &Path) -> Result<PathBuf> {
        let name = || self.display(path).unwrap_or_default();
        self.reach(ctx, path)?;
        let root = ctx.fs.canonical(path).map_err(|_| {
            Diagnostic::new("no-such-file", format!("there is no directory `{}`", name()))
                .help("paths are relative to the root of the repository, at the commit that is meant")
        })?;
        if !root.starts_with(self.tree()) {
            return Err(self.outside(path));
        }
        if !ctx.fs.is_dir(&root) {
            return Err(Diagnostic::new("not-a-directory", format!("`{}` is a file, not a directory", name()))
                .help("name a directory that holds a kustomization"));
        }
        Ok(root)
    }
}

/// Whether an address that may be either is more likely that of a file.
fn names_file(spec: &RepoSpec) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|ending| spec.directory.ends_with(ending))
}

fn checkout(ctx: &Context, spec: &RepoSpec, named_by: Option<&Arc<Remote>>) -> Result<Arc<Checkout>> {
    if spec.has_git_prefix {
        ctx.note_once(format!("`{}`: the prefix `git::` has no effect and is deprecated", shown(&spec.raw)));
    }
    if named_by.is_some_and(|remote| git::is_local(&spec.url) && !git::is_local(&remote.spec.url)) {
        return Err(outside(format!(
            "`{}` lies on this machine, and a repository on a server asks for it",
            shown(&spec.raw)
        )));
    }
    let thing = Thing::git(spec);
    let pin = ctx.lock.pinned(&thing)?;
    git::open(ctx.fetch, &source(ctx, spec)).map_err(|error| match pin {
        Some(pin) => ctx.lock.explain(&thing, pin, error),
        None => error,
    })
}

fn outside(message: String) -> Box<Diagnostic> {
    Diagnostic::new("outside-repository", message)
        .help("kustomizations of a repository can use what is in it, and other repositories by their addresses")
}

/// Whether what is meant would be found without asking anybody.
pub fn is_here(ctx: &Context, spec: &RepoSpec) -> bool {
    git::is_here(ctx.fetch, &source(ctx, spec), &spec.clean_directory())
}

/// What git is to fetch: what is locked, or what was written.
fn source(ctx: &Context, spec: &RepoSpec) -> Source {
    let reference = match ctx.lock.pinned(&Thing::git(spec)) {
        Ok(Some(Pin::Commit(id))) => id,
        _ => &spec.reference,
    };
    Source {
        url: spec.url.clone(),
        reference: reference.clone(),
        submodules: spec.submodules,
        timeout: spec.timeout,
        named_by: NamedBy::User,
    }
}

/// Whether a file's path is a URL that is fetched by HTTP. kustomize: IsRemoteFile.
pub fn is_remote_file(path: &str) -> bool {
    let scheme = path.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|s| s.eq_ignore_ascii_case("http") || s.eq_ignore_ascii_case("https"))
}

/// The name of a file on a web server, and what it holds.
pub fn fetch_file(ctx: &Context, path: &str) -> Result<(String, Arc<[u8]>), http::Failure> {
    let url = Url::parse(path)?;
    let name = url.to_string();
    let thing = Thing::file(&url);
    let pin = ctx.lock.pinned(&thing)?;
    let freshness = match pin {
        Some(Pin::Content(digest)) => Freshness::Pinned(*digest),
        _ => Freshness::of(&url),
    };
    let fetched = fetch::file(ctx.fetch, "file", &http::Request::get(url), freshness).map_err(|mut failure| {
        if let Some(pin) = pin {
            failure.diagnostic = ctx.lock.explain(&thing, pin, failure.diagnostic);
        }
        failure
    })?;
    ctx.lock.used(thing, || Ok(Pin::Content(fetched.digest)))?;
    Ok((name, fetched.content))
}

/// A path or address as it may be shown: without user and password.
pub fn shown(path: &str) -> Cow<'_, str> {
    git::without_password(path)
}
