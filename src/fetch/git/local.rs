//! A repository of this machine: what git says of its revisions and of its work tree.
//!
//! **Invariant:** nothing is written, neither to the work tree nor to the index; no hook and no program of the
//! repository is run; what a user calls a revision is never taken for an option.
//! **Not here:** the files of a revision ([`super::Revision`]).

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::call;
use crate::base::process::{self, Family, Job, Limit, Outcome, Talk};
use crate::base::suggest::nearest;
use crate::base::{Diagnostic, Result};
use crate::fetch::Context;

/// Git compares the work tree with a revision: of the largest repositories, on a slow disk, in about a minute.
const PATIENCE: Duration = Duration::from_secs(300);

/// What the repository's own settings are not to decide here.
const CONFIG: [&str; 5] = [
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.quotePath=false",
    // Otherwise `git diff` writes the index, whatever is said of locks.
    "diff.autoRefreshIndex=false",
    "diff.relative=false",
];

/// A repository with a work tree.
pub struct Repository {
    program: PathBuf,
    environment: Vec<(String, String)>,
    /// Absolute and free of links.
    top: PathBuf,
}

impl Repository {
    /// The repository that holds a folder, which is there.
    ///
    /// Errors: `git-missing`; `git-repository` where the folder is in none; `git-failed`.
    pub fn holding(context: &Context, folder: &Path) -> Result<Repository> {
        let programs = &context.settings.programs;
        let program = call::program(context, "a revision of git is to be read")?;
        let mut environment = call::environment(programs);
        for (name, value) in [("GIT_OPTIONAL_LOCKS", "0"), ("GIT_TERMINAL_PROMPT", "0")] {
            environment.push((name.to_owned(), value.to_owned()));
        }
        if context.settings.offline {
            // Of clones that have not all objects.
            environment.push(("GIT_NO_LAZY_FETCH".to_owned(), "1".to_owned()));
        }
        let mut repository = Repository { program, environment, top: folder.to_owned() };
        let outcome = repository.call(&["rev-parse", "--show-toplevel"])?;
        if outcome.failure.is_some() {
            return Err(no_repository(folder, &outcome.stderr));
        }
        let text = String::from_utf8_lossy(&outcome.stdout);
        let top = PathBuf::from(text.trim_end_matches(['\n', '\r']));
        repository.top = dunce::canonicalize(&top).unwrap_or(top);
        Ok(repository)
    }

    /// The repository in which a path lies, whether something is there or not; and the path as it is from the
    /// repository on: links before it are followed, and none in it. `path` is absolute and without `..`.
    ///
    /// Errors: as [`Repository::holding`].
    pub fn of_path(context: &Context, path: &Path) -> Result<(Repository, PathBuf)> {
        let mut folder = PathBuf::new();
        let mut is_inside = false;
        let mut parts = path.components();
        let mut rest = parts.as_path();
        while let Some(part) = parts.next() {
            let next = folder.join(part);
            let Ok(metadata) = std::fs::symlink_metadata(&next) else { break };
            match metadata.is_symlink() {
                false if metadata.is_dir() => folder = next,
                true if !is_inside && next.is_dir() => folder = dunce::canonicalize(&next).unwrap_or(next),
                _ => break,
            }
            is_inside |= folder.join(".git").exists();
            rest = parts.as_path();
        }
        Ok((
            Repository::holding(context, &folder)?,
            if rest.as_os_str().is_empty() { folder } else { folder.join(rest) },
        ))
    }

    /// The top of the work tree, absolute and free of links.
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// The id of what a revision holds.
    ///
    /// Errors: `git-revision` where there is none.
    pub fn tree(&self, revision: &str) -> Result<String> {
        self.resolve(revision, "tree")
    }

    /// The id of the commit that a revision is.
    ///
    /// Errors: `git-revision` where there is none.
    pub fn commit(&self, revision: &str) -> Result<String> {
        self.resolve(revision, "commit")
    }

    /// The id of the commit where two commits part.
    ///
    /// Errors: `git-history` where there is none, or this clone has not got it. `revision` is what the user calls
    /// the first.
    pub fn merge_base(&self, commit: &str, head: &str, revision: &str) -> Result<String> {
        let outcome = self.call(&["merge-base", commit, head])?;
        let id = String::from_utf8_lossy(&outcome.stdout).trim().to_owned();
        if outcome.failure.is_none() && !id.is_empty() {
            return Ok(id);
        }
        let message = format!("there is no commit at which `HEAD` and `{revision}` part");
        Err(match self.is_shallow() {
            true => Diagnostic::new("git-history", format!("{message}: this clone has only a part of the history"))
                .help(DEEPEN),
            false => Diagnostic::new("git-history", message).help("they have no history in common; name another"),
        })
    }

    /// The digits of a commit's id that tell it from others.
    pub fn abbreviated(&self, commit: &str) -> String {
        let outcome = self.call(&["rev-parse", "--short=8", commit]);
        let short = outcome.ok().filter(|outcome| outcome.failure.is_none());
        let short = short.map(|outcome| String::from_utf8_lossy(&outcome.stdout).trim().to_owned());
        short.filter(|short| !short.is_empty()).unwrap_or_else(|| commit.to_owned())
    }

    /// Runs git at the top, and gives what it prints.
    ///
    /// Errors: `git-failed`, `git-timeout`.
    pub(super) fn run(&self, args: &[&str]) -> Result<Vec<u8>> {
        let outcome = self.call(args)?;
        match outcome.failure {
            None => Ok(outcome.stdout),
            Some(ended) => Err(failed(args.first().unwrap_or(&""), &outcome.stderr, &ended)),
        }
    }

    /// Starts git so that it answers questions.
    pub(super) fn talk(&self, args: &[&str]) -> std::io::Result<Talk> {
        Talk::start(&self.job(&self.args(args)))
    }

    fn call(&self, args: &[&str]) -> Result<Outcome> {
        let args = self.args(args);
        let limit = Limit { time: PATIENCE, family: Family::Shared };
        process::run_within(self.job(&args), limit).map_err(|mut error| {
            if error.code == "program-timeout" {
                error.code = "git-timeout";
            }
            error
        })
    }

    fn args(&self, args: &[&str]) -> Vec<String> {
        let settings = CONFIG.into_iter().flat_map(|setting| ["-c", setting]);
        settings.chain(args.iter().copied()).map(str::to_owned).collect()
    }

    fn job<'j>(&'j self, args: &'j [String]) -> Job<'j> {
        Job {
            name: "`git`",
            program: &self.program,
            args,
            environment: &self.environment,
            directory: Some(&self.top),
            input: Vec::new(),
        }
    }

    fn resolve(&self, revision: &str, kind: &str) -> Result<String> {
        // What begins with a dash is an option to git, and the name of nothing.
        if revision.is_empty() || revision.starts_with('-') || revision.contains(char::is_control) {
            let message = format!("`{}` cannot be a revision", revision.escape_debug());
            return Err(Diagnostic::new("git-revision", message).help("see `git help revisions`"));
        }
        let wanted = format!("{revision}^{{{kind}}}");
        let outcome = self.call(&["rev-parse", "--verify", "--quiet", &wanted])?;
        let id = String::from_utf8_lossy(&outcome.stdout).trim().to_owned();
        if outcome.failure.is_none() && !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(id);
        }
        let message = format!("`{}` has no revision `{revision}`", self.top.display());
        Err(Diagnostic::new("git-revision", message).help(self.help_with(revision)))
    }

    /// What may have been meant by a revision that is none.
    fn help_with(&self, revision: &str) -> String {
        if revision == "HEAD" {
            return "it has no commit yet".to_owned();
        }
        let args = ["for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags"];
        let names = self.call(&args).map(|outcome| outcome.stdout).unwrap_or_default();
        let names = String::from_utf8_lossy(&names).into_owned();
        let of_remote = || names.lines().find(|name| name.split_once('/').is_some_and(|(_, name)| name == revision));
        match of_remote().or_else(|| nearest(revision, names.lines())) {
            Some(near) => format!("did you mean `{near}`?"),
            None if self.is_shallow() => format!("this clone has only a part of the history: {DEEPEN}"),
            None => "see `git branch --all` and `git tag`; what is on a server only has to be fetched".to_owned(),
        }
    }

    fn is_shallow(&self) -> bool {
        let outcome = self.call(&["rev-parse", "--is-shallow-repository"]);
        outcome.is_ok_and(|outcome| outcome.stdout.starts_with(b"true"))
    }
}

const DEEPEN: &str = "fetch all of it: `git fetch --unshallow`, or `fetch-depth: 0` in the step that checks it out";

pub(super) fn no_repository(folder: &Path, said: &str) -> Box<Diagnostic> {
    let folder = folder.display();
    if said.contains("not a git repository") {
        return Diagnostic::new("git-repository", format!("`{folder}` is in no git repository"))
            .help("two paths can be compared anywhere: `kz diff A B`");
    }
    if said.contains("work tree") {
        return Diagnostic::new("git-repository", format!("the repository in `{folder}` has no work tree"))
            .help("run kz in a clone of it, or in a work tree: `git worktree add`");
    }
    failed("rev-parse", said, "it says nothing")
}

pub(super) fn failed(verb: &str, said: &str, ended: &str) -> Box<Diagnostic> {
    let line = said.lines().rfind(|line| line.starts_with("fatal:") || line.starts_with("error:")).unwrap_or(ended);
    let line = line.trim_start_matches("fatal: ").trim_start_matches("error: ");
    let help = match said.contains("dubious ownership") {
        true => "see `git help config`, `safe.directory`".to_owned(),
        false => format!("see what `git {verb}` says there"),
    };
    Diagnostic::new("git-failed", format!("`git {verb}` failed: {line}")).help(help)
}
