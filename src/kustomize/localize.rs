//! A copy of a kustomization that needs nothing but itself: what it had named by addresses, or by paths out of its
//! directory, lies in the copy.
//!
//! Each kustomization file is read, the paths in it are followed ([`fields`]), and it is written anew with the paths
//! that lead to the copies. Source: kustomize 5.8.1, api/internal/localizer.
//!
//! **Invariant:** nothing is written before everything is known; nothing local is read outside of the scope, and
//! nothing of a repository outside of it.
//! **Not here:** whether the copy builds to the same.

mod charts;
mod fields;
pub mod places;
mod plugins;
mod tree;

use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use self::tree::Tree;
use super::context::{BuildOptions, Context};
use super::decode;
use super::kustomization::{Kustomization, Text};
use super::loader::{self, Loader, RepoSpec, is_remote_file, missing, shown};
use super::shape;
use crate::base::fs::{clean, relative, slashed};
use crate::base::stack::with_deep_stack;
use crate::base::{Diagnostic, Result, Span};
use crate::yaml;

/// What is to be copied, and where to.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The directory of a kustomization, or its URL in a git repository.
    pub target: String,
    /// The directory that local paths must not leave; the target itself if nothing else is said.
    pub scope: Option<String>,
    /// A new directory in one that exists; named after the target if nothing else is said.
    pub destination: Option<String>,
}

/// A copy that was made.
#[derive(Clone, Debug)]
pub struct Localized {
    /// The new directory, as a person would type it.
    pub destination: String,
    /// The copy of the target in it, which is not at its top where the scope is larger. Absolute.
    pub target: PathBuf,
}

/// Copies a kustomization with what it needs. What is to be said on stderr is in `ctx.notes` afterwards.
///
/// Errors: those of reading and fetching what the kustomizations name; the `localize-` codes; `write`. After an error
/// there is no destination.
pub fn localize(ctx: &Context, request: &Request) -> Result<Localized> {
    // kustomize: localize always keeps to the root, whatever a build may do.
    let options = BuildOptions {
        environment: ctx.options.environment.clone(),
        working_dir: ctx.options.working_dir.clone(),
        ..BuildOptions::default()
    };
    let bound = Context { options: &options, notes: Mutex::default(), ..*ctx };
    let done = with_deep_stack(|| run(&bound, request));
    bound.notes.into_inner().unwrap_or_else(|e| e.into_inner()).into_iter().for_each(|note| ctx.note(note));
    done
}

fn run(ctx: &Context, request: &Request) -> Result<Localized> {
    let spec = RepoSpec::parse(&request.target);
    if let Some(spec) = &spec {
        check_reference(spec, Span::NOWHERE)?;
    }
    let loader = Loader::open(ctx, &request.target)?;
    let scope = scope(ctx, request, &loader)?;
    let name = match request.destination.as_deref().filter(|name| !name.is_empty()) {
        Some(name) => name.to_owned(),
        None => places::default_destination(&loader, spec.as_ref()),
    };
    let destination = ctx.options.working_dir.join(&name);
    check_destination(ctx, &destination, &name)?;
    let inside = relative(&scope, loader.root());
    let root = Root { place: Path::new("/").join(&inside), loader, is_local: true };
    let mut copy = Localizer { ctx, scope: &scope, tree: Tree::default() };
    copy.root(&root).map_err(|error| match error.code {
        "offline" => missing(ctx, &root.loader).unwrap_or(error),
        _ => error,
    })?;
    copy.tree.save(ctx.fs, &destination, &name)?;
    let real = ctx.fs.canonical(&destination).unwrap_or(destination);
    Ok(Localized { destination: name, target: clean(&real.join(inside)) })
}

/// The directory that local paths must not leave. kustomize: establishScope.
fn scope(ctx: &Context, request: &Request, target: &Loader) -> Result<PathBuf> {
    let given = request.scope.as_deref().filter(|scope| !scope.is_empty());
    let refused = |message: String| Diagnostic::new("localize-scope", message);
    match (target.repository(), given) {
        (Some(_), Some(_)) => {
            Err(refused("a target in a repository has the repository as its scope".to_owned())
                .help("leave `--scope` away"))
        }
        (Some(tree), None) => Ok(tree.to_owned()),
        (None, None) => Ok(target.root().to_owned()),
        (None, Some(name)) => {
            let path = ctx.options.working_dir.join(name);
            let real = ctx.fs.canonical(&path).ok().filter(|path| ctx.fs.is_dir(path));
            let real = real.ok_or_else(|| {
                refused(format!("the scope `{name}` is no directory")).help("name one that holds the target")
            })?;
            if !target.root().starts_with(&real) {
                return Err(refused(format!("the scope `{name}` does not hold the target `{}`", target.name()))
                    .help("name a directory that holds the target and all that it uses"));
            }
            Ok(real)
        }
    }
}

/// kustomize: createNewDir. Looked at before anything is fetched.
fn check_destination(ctx: &Context, destination: &Path, name: &str) -> Result<()> {
    let parent = destination.parent().unwrap_or(destination);
    if ctx.fs.canonical(destination).is_ok() {
        return Err(tree::refused(name, &Error::from(ErrorKind::AlreadyExists)));
    }
    if !ctx.fs.is_dir(parent) {
        return Err(tree::refused(name, &Error::from(ErrorKind::NotFound)));
    }
    Ok(())
}

/// Only what cannot move can be copied for good.
fn check_reference(spec: &RepoSpec, span: Span) -> Result<()> {
    if !spec.reference.is_empty() {
        return Ok(());
    }
    Err(Diagnostic::new("localize-reference", format!("`{}` does not say which commit is meant", shown(&spec.raw)))
        .at(span)
        .help("add `?ref=` with a tag, a commit or a branch"))
}

/// Says what helps here: a build has a flag for such files.
fn explain(error: Box<Diagnostic>) -> Box<Diagnostic> {
    match error.code {
        "outside-root" => error.help("move the file into the directory of the kustomization that names it"),
        _ => error,
    }
}

/// A kustomization that is being copied.
struct Root {
    loader: Loader,
    /// Its place in the copy.
    place: PathBuf,
    /// Whether the way here went over this machine's directories only.
    is_local: bool,
}

struct Localizer<'a> {
    ctx: &'a Context<'a>,
    scope: &'a Path,
    tree: Tree,
}

impl Localizer<'_> {
    /// Copies a kustomization file with what it names.
    ///
    /// kustomize: localize brings no older fields up to date and checks neither `kind` nor `apiVersion`.
    fn root(&mut self, root: &Root) -> Result<()> {
        let (file, name) = root.loader.kustomization_file(self.ctx)?;
        let node = decode::read_root(self.ctx.sources, file.source)?.unwrap_or_default();
        decode::strict::<Kustomization>(&node)?;
        let mut node = shape::conform(&node, shape::KUSTOMIZATION)?;
        self.fields(root, &mut node)?;
        let mut text = Vec::new();
        yaml::emit(&node, &mut text)?;
        self.tree.file(&root.place.join(name), text);
        Ok(())
    }

    /// Copies a file; gives the path to write for it.
    fn file(&mut self, root: &Root, field: &str, path: &Text) -> Result<String> {
        // kustomize: whether a path may be empty is for the build to say.
        if path.is_empty() {
            return Ok(String::new());
        }
        let file = self.load(root, field, path)?;
        self.put(root, path, file.text)
    }

    fn load(&self, root: &Root, field: &str, path: &Text) -> Result<loader::File> {
        root.loader.load(self.ctx, field, path).map_err(explain)
    }

    /// Puts what a file is to hold in its place: of a local one where the file itself is, not where links to it are.
    fn put(&mut self, root: &Root, path: &Text, content: impl Into<Arc<[u8]>>) -> Result<String> {
        let place = match is_remote_file(path) {
            true => {
                self.check_clash(root, path)?;
                places::of_file(path).map_err(|error| error.at(path.span))?
            }
            false => {
                let absolute = clean(&root.loader.root().join(&**path));
                let real = self.ctx.fs.canonical(&absolute).unwrap_or(absolute);
                relative(root.loader.root(), &real)
            }
        };
        self.tree.file(&root.place.join(&place), content);
        Ok(slashed(&place))
    }

    /// The folder for what is fetched must not be one that the kustomization has anyway.
    fn check_clash(&self, root: &Root, path: &Text) -> Result<()> {
        if self.ctx.fs.canonical(&root.loader.root().join(places::REMOTE)).is_err() {
            return Ok(());
        }
        let (path_shown, name) = (shown(path), places::REMOTE);
        let message = format!("`{}` holds `{name}` already, where `{path_shown}` is to be kept", root.loader.name());
        Err(Diagnostic::new("localize-clash", message).at(path.span).help("rename that directory"))
    }

    /// Copies a base or a component; gives the path to write for it.
    fn directory(&mut self, root: &Root, field: &str, path: &Text) -> Result<String> {
        if path.is_empty() {
            return Ok(String::new());
        }
        if let Some(spec) = RepoSpec::parse(path) {
            check_reference(&spec, path.span)?;
        }
        let loader = root.loader.base(self.ctx, field, path)?;
        self.enter(root, path, loader)
    }

    /// kustomize: localizeRoot.
    fn enter(&mut self, root: &Root, path: &Text, loader: Loader) -> Result<String> {
        let spec = RepoSpec::parse(path);
        let way = match (&spec, loader.repository()) {
            (Some(spec), Some(tree)) => {
                check_reference(spec, path.span)?;
                self.check_clash(root, path)?;
                places::of_root(spec, tree, loader.root())
            }
            _ => {
                self.check_scope(root, path, &loader)?;
                relative(root.loader.root(), loader.root())
            }
        };
        let is_local = root.is_local && spec.is_none();
        let entered = Root { loader, place: clean(&root.place.join(&way)), is_local };
        self.root(&entered).map_err(|error| error.within(format!("in `{}`", shown(path))))?;
        Ok(slashed(&way))
    }

    fn check_scope(&self, root: &Root, path: &Text, found: &Loader) -> Result<()> {
        if !root.is_local || found.root().starts_with(self.scope) {
            return Ok(());
        }
        let scope = root.loader.display(self.ctx, self.scope);
        Err(Diagnostic::new("localize-scope", format!("`{path}` is outside of the scope `{scope}`"))
            .at(path.span)
            .help("name a directory that holds all of it: `--scope DIR`"))
    }
}
