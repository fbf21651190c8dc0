//! Folders of git repositories, by way of the program `git` and of the cache; and the revisions of repositories that
//! are on this machine ([`Repository`], [`Revision`]).
//!
//! `git` is run as a person would run it, so that credentials, `GIT_ASKPASS`, agents of ssh and proxies do what they
//! always do. A commit that the cache has is not fetched again, and no program is run for it. Of a commit that it
//! lacks, as little is fetched as the server lets: no history, and of files only the folders that are asked for.
//!
//! ```text
//! CACHE/trees/ab/…       one commit of one repository
//!   repo/                what was fetched, bare; files come as they are needed
//!   tree/                the files, as far as they were asked for; a file that is there is never changed
//!   parts                the folders of which all is there
//! ```
//!
//! **Invariant:** addresses and references never become options or transports of git that run programs; nothing is
//! written outside of the cache; no error and no file of the cache holds credentials.
//! **Not here:** how users write such addresses.

mod address;
mod call;
mod changes;
mod failure;
mod folder;
mod local;
mod objects;
mod reference;
mod remote;
mod repository;
mod revision;
mod submodule;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

pub use address::{is_local, without_password};
pub use changes::{Changes, Tracked};
pub use local::Repository;
pub use objects::{Commit, Object, Objects};
pub use remote::{Pushed, Remote, check_branch};
pub use revision::Revision;

use super::Context;
use crate::base::{Diagnostic, Result};

/// Where something is, as the user says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// `https://`, `http://`, `ssh://` or `file://`, or `user@host:path`.
    pub url: String,
    /// A branch, a tag, or a commit's full id; empty for what the repository has checked out.
    pub reference: String,
    /// Whether repositories that it has inside are part of it.
    pub submodules: bool,
    /// For each call of git.
    pub timeout: Duration,
    pub named_by: NamedBy,
}

/// Who has written an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedBy {
    /// Somebody whose files are on this machine.
    User,
    /// A repository. It may lead to a folder of this machine only where git's own settings let it.
    Repository,
}

/// One commit of a repository.
#[derive(Debug)]
pub struct Checkout {
    source: Source,
    commit: String,
    /// Where the cache has it.
    place: PathBuf,
    /// Absolute and free of links.
    tree: PathBuf,
}

/// What is shared by all that this process does with git.
#[derive(Default)]
pub(super) struct State {
    /// What was asked for: address, reference, with submodules or not.
    opened: Mutex<HashMap<(String, String, bool), Opened>>,
    /// Held by who asks somebody on the terminal.
    asking: Mutex<()>,
}

/// Found once; who comes while it is looked for waits.
type Opened = Arc<OnceLock<Result<Arc<Checkout>>>>;

/// Finds out which commit is meant, and sees to it that it can be read.
///
/// Errors: `git-url` for what git must not be given; `git-missing`; `git-reference` where there is no such thing;
/// `git-timeout`; `git-failed`; `offline`; `outside-repository`; those of the cache.
pub fn open(context: &Context, source: &Source) -> Result<Arc<Checkout>> {
    address::check(&source.url)?;
    if context.settings.servers_only && address::is_local(&source.url) {
        let message = format!("`{}` lies on this machine, outside of the repository", without_password(&source.url));
        return Err(Diagnostic::new("outside-repository", message).help("name a repository on a server"));
    }
    reference::check(&source.reference)?;
    let once = {
        let mut memo = context.git.opened.lock().unwrap_or_else(|e| e.into_inner());
        let key = (source.url.clone(), source.reference.clone(), source.submodules);
        memo.entry(key).or_default().clone()
    };
    once.get_or_init(|| {
        let (commit, place) = reference::find(context, source)?;
        let tree = place.join(folder::TREE);
        let tree = dunce::canonicalize(&tree).unwrap_or(tree);
        Ok(Arc::new(Checkout { source: source.clone(), commit, place, tree }))
    })
    .clone()
}

/// Whether [`open`] and then [`Checkout::reach`] would ask nobody.
pub fn is_here(context: &Context, source: &Source, path: &str) -> bool {
    let key = (source.url.clone(), source.reference.clone(), source.submodules);
    let memo = context.git.opened.lock().unwrap_or_else(|e| e.into_inner());
    let place = match memo.get(&key).and_then(|once| once.get()) {
        Some(opened) => opened.as_ref().ok().map(|checkout| checkout.place.clone()),
        None => reference::place_of_id(context, source),
    };
    place.is_some_and(|place| folder::is_complete(&place, path))
}

/// Whether a repository with this address was found before, here or by another process.
pub fn is_known(context: &Context, source: &Source) -> bool {
    reference::is_known(context, source)
}

impl Checkout {
    /// The full id of the commit.
    pub fn commit(&self) -> &str {
        &self.commit
    }

    /// The folder that stands for the repository's root. What is in it came here by [`Checkout::reach`].
    pub fn tree(&self) -> &Path {
        &self.tree
    }

    /// Sees to it that all of a folder (or a file) is there, if the commit has it. `path` is relative to the
    /// repository's root, without `.` and `..`; empty is all of it.
    ///
    /// Errors: as [`open`]; `git-submodule`.
    pub fn reach(&self, context: &Context, path: &str) -> Result<()> {
        folder::reach(context, &self.source, &self.commit, &self.place, path)
    }
}
