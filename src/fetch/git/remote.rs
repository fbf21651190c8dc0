//! One branch of a remote: brought here, and moved there from where it was seen.
//!
//! A remote that is named is one of the repository around the working directory, which gets a private note of where
//! the branch was: `refs/kz/REMOTE/BRANCH`. Of one with an address the cache has a bare repository.
//!
//! **Invariant:** the branch there is moved only if it still is where the caller has seen it; nothing else is pushed
//! or fetched, no tags and no other branches; of the user's own references none moves but the one in which git itself
//! notes where it has pushed to.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::call::{Call, politely};
use super::failure::{Failure, Kind};
use super::objects::Objects;
use super::repository::{OBJECTS, patiently};
use super::{NamedBy, Source, address, reference};
use crate::base::{Diagnostic, Result};
use crate::fetch::cache::Key;
use crate::fetch::{Activity, Context};

/// A large branch over a slow line.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// What servers say to those who may read and not write.
const DENIED: [&str; 4] = ["error: 403", "denied to", "read only", "not allowed to push"];
const RIGHTS: &str = "nothing was recorded; see whether this user may write to the repository";

/// A branch of a remote.
pub struct Remote {
    source: Source,
    /// As it is called here: a remote's name, or `origin` where the address is handed to git.
    name: String,
    /// Where git is run for a remote with a name.
    around: Option<PathBuf>,
    /// The bare repository of a remote with an address.
    bare: PathBuf,
    note: String,
}

/// What became of moving a branch.
#[derive(Debug)]
pub enum Pushed {
    Done,
    /// It is not where it was.
    Elsewhere,
    /// Somebody else is about to move it, or the line broke; the error if it stays so. Whether it has moved is
    /// not known.
    Unclear(Box<Diagnostic>),
    /// The other side does not want it.
    Refused(Box<Diagnostic>),
}

impl Remote {
    /// The branch of a remote that the repository around a folder has a name for. Its address is in the user's own
    /// settings, whoever says the name.
    ///
    /// Errors: `git-url` where it can be no name.
    pub fn named(name: &str, branch: &str, folder: &Path) -> Result<Remote> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if name.starts_with(['-', '.']) || !name.chars().all(is_plain) || name.contains("..") || name.is_empty() {
            let message = format!("`{}` cannot be the name of a remote", name.escape_debug());
            return Err(Diagnostic::new("git-url", message).help("see `git remote`"));
        }
        check_branch(branch)?;
        let note = format!("refs/kz/{name}/{branch}");
        let (around, bare) = (Some(folder.to_owned()), PathBuf::new());
        let source = source(name, branch, NamedBy::User);
        Ok(Remote { source, name: name.to_owned(), around, bare, note })
    }

    /// The branch of a repository with an address, and who has written that. Of what was brought from there the cache has a copy.
    ///
    /// Errors: `git-url`; those of the cache.
    pub fn at(context: &Context, url: &str, branch: &str, by: NamedBy) -> Result<Remote> {
        address::check(url)?;
        check_branch(branch)?;
        let source = source(url, branch, by);
        let key = Key::new("git-store", address::without_password(url), &[url]);
        let place = context.cache()?.tree_or(&key, |dir| {
            let call = Call::new(context, &source, &dir.join(OBJECTS));
            Ok(call.args(&["init", "--quiet", "--bare", "--template="]).run().map(drop)?)
        })?;
        let (bare, note) = (place.join(OBJECTS), format!("refs/heads/{branch}"));
        Ok(Remote { source, name: "origin".to_owned(), around: None, bare, note })
    }

    /// The repository that is here.
    pub fn objects(&self, context: &Context) -> Result<Objects> {
        match &self.around {
            Some(folder) => Objects::around(context, folder),
            None => Objects::bare(context, &self.bare),
        }
    }

    /// The reference that says here where the branch was last seen.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// What people call the remote.
    pub fn shown(&self) -> String {
        address::without_password(&self.source.url).into_owned()
    }

    /// Brings the branch here; false where the remote has none. The note tells where it is.
    ///
    /// Errors: `git-failed`, `git-timeout` where the remote cannot be asked.
    pub fn fetch(&self, context: &Context) -> Result<bool> {
        let _activity = Activity::new(context, format!("fetching {} from {}", self.source.reference, self.shown()));
        let words = [
            "fetch",
            "--quiet",
            "--no-filter",
            "--no-prune",
            "--no-recurse-submodules",
            "--no-tags",
            "--no-write-fetch-head",
            "--refmap=",
            "--",
            &self.name,
        ];
        let branch = format!("+refs/heads/{}:{}", self.source.reference, self.note);
        let fetched = politely(context, &self.source, |manner| {
            patiently(context, || match self.call(context).manner(manner).args(&words).arg(branch.clone()).run() {
                // Another process of this machine brings it here, too.
                Err(failure) if is_busy(&failure.diagnostic.message) => Err(Failure { kind: Kind::Passing, ..failure }),
                done => done,
            })
        });
        match fetched {
            Ok(_) => Ok(true),
            Err(failure) if failure.kind == Kind::NoReference => Ok(false),
            Err(failure) => Err(self.helped(failure)),
        }
    }

    /// Moves the branch from where it was seen to a commit that is here.
    ///
    /// Errors: `git-missing` and the like, where nothing was tried.
    pub fn push(&self, context: &Context, old: Option<&str>, new: &str) -> Result<Pushed> {
        let _activity = Activity::new(context, format!("pushing {} to {}", self.source.reference, self.shown()));
        let branch = format!("refs/heads/{}", self.source.reference);
        let words = [
            "push",
            "--porcelain",
            "--no-follow-tags",
            "--no-verify",
            "--recurse-submodules=no",
            &format!("--force-with-lease={branch}:{}", old.unwrap_or_default()),
            "--",
            &self.name,
            &format!("{new}:{branch}"),
        ];
        let pushed = politely(context, &self.source, |manner| {
            let outcome = self.call(context).manner(manner).args(&words).outcome()?;
            match outcome.failure {
                None => Ok(Pushed::Done),
                Some(ended) => self.meaning(&String::from_utf8_lossy(&outcome.stdout), &outcome.stderr, &ended),
            }
        });
        match pushed {
            Ok(pushed) => Ok(pushed),
            Err(failure) => {
                let is_denied = DENIED.iter().any(|text| failure.diagnostic.message.contains(text));
                Ok(match failure.kind {
                    Kind::Denied => Pushed::Refused(self.helped(failure)),
                    _ if is_denied => Pushed::Refused(self.helped(failure).help(RIGHTS)),
                    _ => Pushed::Unclear(self.helped(failure)),
                })
            }
        }
    }

    /// What it means that git has not pushed.
    fn meaning(&self, printed: &str, said: &str, ended: &str) -> Result<Pushed, Failure> {
        let said: String =
            said.lines().map(|line| format!("{}\n", line.trim_start_matches("remote: ").trim())).collect();
        let refused = printed.lines().find(|line| line.starts_with('!'));
        let Some((_, reason)) = refused.and_then(|line| line.split_once('[')) else {
            return Err(Failure::of_message(&self.source, "push to", &said, ended));
        };
        if ["(stale info)", "(fetch first)", "(non-fast-forward)"].iter().any(|known| reason.contains(known)) {
            return Ok(Pushed::Elsewhere);
        }
        let reason = reason.split_once('(').map_or(reason, |(_, reason)| reason.trim_end_matches(')'));
        let told = said.lines().find(|line| !line.is_empty() && !line.starts_with("error: failed to push"));
        let told = told.map(|line| format!(": {line}")).unwrap_or_default();
        let branch = &self.source.reference;
        let message = format!("`{}` does not take the branch `{branch}`: {reason}{told}", self.shown());
        let error = Diagnostic::new("git-refused", message).help(format!(
            "nothing was recorded; see who may push to `{branch}` there: rules for branches, hooks, rights of this user"
        ));
        Ok(if is_busy(&said) || is_busy(reason) { Pushed::Unclear(error) } else { Pushed::Refused(error) })
    }

    fn call<'c>(&'c self, context: &'c Context) -> Call<'c> {
        match &self.around {
            Some(folder) => Call::around(context, &self.source, folder),
            None => Call::new(context, &self.source, &self.bare),
        }
    }

    fn helped(&self, failure: Failure) -> Box<Diagnostic> {
        match failure.kind {
            Kind::Timeout => failure.diagnostic.help("see whether the host can be reached from here, and do it again"),
            _ => failure.diagnostic,
        }
    }
}

fn source(url: &str, branch: &str, named_by: NamedBy) -> Source {
    let (url, reference) = (url.to_owned(), branch.to_owned());
    Source { url, reference, submodules: false, timeout: PATIENCE, named_by }
}

/// git: check-ref-format, of the name of a branch.
///
/// Errors: `git-url`.
pub fn check_branch(branch: &str) -> Result<()> {
    reference::check(branch)?;
    let is_part = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock");
    if branch.split('/').all(is_part) && !branch.ends_with('.') && !branch.contains("@{") && branch != "@" {
        return Ok(());
    }
    let message = format!("`{}` cannot be a branch", branch.escape_debug());
    Err(Diagnostic::new("git-url", message).help("see `git help check-ref-format`"))
}

/// Whether a reference is being moved by somebody else just now.
fn is_busy(said: &str) -> bool {
    ["cannot lock ref", "failed to update ref", "incorrect old value", "reference already exists"]
        .iter()
        .any(|text| said.contains(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pushed(printed: &str, said: &str) -> String {
        let remote = Remote::named("origin", "kz", Path::new("/")).expect("is a name");
        match remote.meaning(printed, said, "exit code 1") {
            Ok(pushed) => format!("{pushed:?}").chars().take_while(|c| c.is_alphabetic()).collect(),
            Err(failure) => failure.diagnostic.message,
        }
    }

    /// What git 2.39 prints.
    #[test]
    fn it_is_told_why_a_push_failed() {
        let line = |reason: &str| format!("To ../b.git\n!\t0123:refs/heads/kz\t{reason}\nDone\n");
        assert_eq!(pushed(&line("[rejected] (stale info)"), "error: failed to push some refs to 'x'\n"), "Elsewhere");
        let locked = "remote: error: cannot lock ref 'refs/heads/kz': Unable to create 'kz.lock': File exists.\n";
        assert_eq!(pushed(&line("[remote rejected] (failed to update ref)"), locked), "Unclear");
        assert_eq!(pushed(&line("[remote rejected] (pre-receive hook declined)"), "remote: no way\n"), "Refused");
        assert_eq!(pushed(&line("[remote rejected] (protected branch hook declined)"), ""), "Refused");
        let said = "fatal: '/x' does not appear to be a git repository\n";
        assert_eq!(pushed("", said), "git cannot push to `origin`: '/x' does not appear to be a git repository");
    }

    #[test]
    fn names_and_branches_are_no_options_and_no_patterns() {
        for name in ["", "-x", "a b", "a/b", "..", "ext::sh", "a:b"] {
            assert!(Remote::named(name, "kz", Path::new("/")).is_err(), "{name}");
        }
        for branch in ["", "-x", "a b", "a..b", "a:b", ".x", "x.lock", "a//b", "a/", "x@{1}", "@", "*", "a."] {
            assert!(check_branch(branch).is_err(), "{branch}");
        }
        for branch in ["kz", "releases/web", "ümlaut", "a@b"] {
            assert!(check_branch(branch).is_ok(), "{branch}");
        }
    }
}
