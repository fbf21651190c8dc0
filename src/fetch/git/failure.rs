//! What git's failures mean: what to tell the user, and whether there is another way.
//!
//! git has one exit code for everything, so its messages are looked into. They are those of the locale `C`.

use super::call::seconds;
use super::{Source, address};
use crate::base::Diagnostic;

/// What to do about a failure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The server or the program cannot leave anything out: all must be fetched.
    TooClever,
    /// The repository has no such reference or commit.
    NoReference,
    /// The server wants to know who asks, or ssh whether it is the right server.
    Denied,
    /// It may go better the next time.
    Passing,
    Timeout,
    Other,
}

/// Why git has failed.
#[derive(Debug)]
pub struct Failure {
    pub kind: Kind,
    pub diagnostic: Box<Diagnostic>,
}

impl From<Box<Diagnostic>> for Failure {
    fn from(diagnostic: Box<Diagnostic>) -> Failure {
        Failure { kind: Kind::Other, diagnostic }
    }
}

impl From<Failure> for Box<Diagnostic> {
    fn from(failure: Failure) -> Box<Diagnostic> {
        failure.diagnostic
    }
}

/// How messages begin or go on, what they mean, and what helps. The first that is found counts.
const MESSAGES: [(&str, Kind, &str); 30] = [
    ("unknown option `filter", Kind::TooClever, ""),
    ("does not support shallow", Kind::TooClever, ""),
    ("does not support --depth", Kind::TooClever, ""),
    ("does not support filter", Kind::TooClever, ""),
    ("unadvertised object", Kind::TooClever, ""),
    ("from promisor remote", Kind::TooClever, ""),
    ("couldn't find remote ref", Kind::NoReference, ""),
    ("not our ref", Kind::NoReference, ""),
    ("no such remote ref", Kind::NoReference, ""),
    ("mismatched algorithms", Kind::Other, "the repository names its objects by another hash; this git cannot read it"),
    ("Host key verification failed", Kind::Denied, "see whether it is the right host, and connect once with `ssh`"),
    ("Authentication failed", Kind::Denied, LOG_IN),
    ("could not read Username", Kind::Denied, LOG_IN),
    ("could not read Password", Kind::Denied, LOG_IN),
    ("Permission denied", Kind::Denied, "see whether the key is there that the host knows: `ssh-add -l`"),
    ("returned error: 401", Kind::Denied, LOG_IN),
    ("returned error: 403", Kind::Other, "see whether this user may read the repository"),
    ("returned error: 429", Kind::Passing, TRY_LATER),
    ("returned error: 50", Kind::Passing, TRY_LATER),
    ("early EOF", Kind::Passing, TRY_LATER),
    ("unexpected disconnect", Kind::Passing, TRY_LATER),
    ("Connection reset", Kind::Passing, TRY_LATER),
    ("Temporary failure in name resolution", Kind::Passing, NO_HOST),
    ("Could not resolve", Kind::Other, NO_HOST),
    ("Connection refused", Kind::Other, NO_HOST),
    ("onnection timed out", Kind::Other, NO_HOST),
    (
        "transport 'file' not allowed",
        Kind::Other,
        "allow it, if you trust it: `git config --global protocol.file.allow always`",
    ),
    ("detected dubious ownership", Kind::Other, "see `git help config`, `safe.directory`"),
    ("does not appear to be a git repository", Kind::Other, NO_REPOSITORY),
    ("not found", Kind::Other, NO_REPOSITORY),
];

const LOG_IN: &str = "see whether `git clone` of it works here: it needs a credential helper, `GIT_ASKPASS` or a key";
const TRY_LATER: &str = "the server could not or would not give it; try again later";
const NO_HOST: &str = "see whether the host is right and can be reached from here";
const NO_REPOSITORY: &str = "see whether the address is right; servers also say so to those who may not know";
const OTHERWISE: &str = "see whether `git clone` of it works here";

impl Failure {
    /// `verb` is what git was to do; `said` what it wrote on stderr, without secrets; `ended` how it ended.
    pub fn of_message(source: &Source, verb: &str, said: &str, ended: &str) -> Failure {
        let known = MESSAGES.iter().find(|(text, ..)| said.contains(text));
        let (kind, help) = known.map_or((Kind::Other, OTHERWISE), |(_, kind, help)| (*kind, *help));
        if kind == Kind::NoReference {
            return Failure { kind, diagnostic: no_reference(source) };
        }
        let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
        let telling = known.and_then(|(text, ..)| lines().find(|line| line.contains(text)));
        let fatal = || lines().rfind(|line| line.starts_with("fatal:") || line.starts_with("error:"));
        let line = telling.or_else(fatal).or_else(|| lines().next_back()).unwrap_or(ended);
        let line =
            ["fatal: ", "error: ", "remote: ", "ERROR: "].iter().fold(line, |line, word| line.trim_start_matches(word));
        let help = if help.is_empty() { OTHERWISE } else { help };
        let message = format!("git cannot {verb} `{}`: {line}", address::without_password(&source.url));
        Failure { kind, diagnostic: Diagnostic::new("git-failed", message).help(help) }
    }

    pub fn of_timeout(source: &Source) -> Failure {
        let (url, time) = (address::without_password(&source.url), seconds(source.timeout));
        let error = Diagnostic::new("git-timeout", format!("git has not fetched `{url}` within {time}"))
            .help("give it more time at the end of the address: `?timeout=120s`, or `&timeout=120s`");
        Failure { kind: Kind::Timeout, diagnostic: error }
    }
}

/// The repository has no such branch, tag or commit.
pub fn no_reference(source: &Source) -> Box<Diagnostic> {
    let url = address::without_password(&source.url);
    if source.reference.is_empty() {
        return Diagnostic::new("git-reference", format!("`{url}` has nothing checked out"))
            .help("name a branch, a tag or a commit: `?ref=NAME`");
    }
    let message = format!("`{url}` has no branch, tag or commit `{}`", source.reference);
    Diagnostic::new("git-reference", message).help("see `git ls-remote`; a commit needs all digits of its id")
}

/// Nothing may be fetched, and this would have to be. `what` is part of the commit, or nothing.
pub fn offline(source: &Source, what: &str) -> Box<Diagnostic> {
    let url = address::without_password(&source.url);
    let at = if source.reference.is_empty() { String::new() } else { format!(" at `{}`", source.reference) };
    let part = if what.is_empty() { String::new() } else { format!("`{what}` of ") };
    Diagnostic::new("offline", format!("{part}the repository `{url}`{at} is not in the cache"))
        .help("run once without `--offline`")
}
