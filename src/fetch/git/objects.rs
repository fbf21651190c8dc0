//! Objects and references of a repository, for files that nobody has checked out.
//!
//! A commit is written by one call of `git fast-import`, and all that is read by one `git cat-file` that answers one
//! question after the other. Works in bare repositories, shallow clones and beside a detached `HEAD` alike.
//!
//! **Invariant:** the work tree, the index and `HEAD` are not touched; a reference moves only from where the caller
//! has seen it; what is written is on the disk before a reference names it; no hook is run.
//! **Not here:** what is in the files.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use super::call;
use super::local::{failed, no_repository};
use crate::base::process::{self, Family, Job, Limit, MAX_OUTPUT, Outcome, Talk};
use crate::base::{Diagnostic, Result};
use crate::fetch::Context;

/// A commit of a large store, on a slow disk.
const PATIENCE: Duration = Duration::from_secs(300);

/// What the repository's and the user's settings are not to decide here.
const CONFIG: [&str; 7] = [
    "core.fsmonitor=false",
    // Otherwise loose objects may be lost when the machine loses its power.
    "core.fsync=all",
    // git before 2.36: the same.
    "core.fsyncObjectFiles=true",
    "core.hooksPath=/dev/null",
    // Many small packs would make all else slow.
    "fastimport.unpackLimit=100",
    "gc.auto=0",
    // Nobody is made up from the names of user and host.
    "user.useConfigOnly=true",
];

/// Who commits where the user's settings of git name nobody.
const NEUTRAL: &str = "kz <kz@localhost>";

/// The objects and references of one repository.
pub struct Objects {
    program: PathBuf,
    environment: Vec<(String, String)>,
    folder: PathBuf,
    /// A repository without work tree, which git is not to look for.
    is_bare: bool,
    talk: Mutex<Option<Talk>>,
    committer: OnceLock<String>,
}

/// An object as git keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    pub id: String,
    /// `blob`, `tree`, `commit` or `tag`.
    pub kind: String,
    pub content: Vec<u8>,
}

/// A commit, by what it has otherwise than the one before.
pub struct Commit<'c> {
    /// The commit before, by its id.
    pub parent: Option<&'c str>,
    pub message: &'c str,
    /// Paths of letters, digits, `.`, `-` and `/`, with what is there from now on; nothing is there where none is
    /// given. Of equal paths the last counts.
    pub files: Vec<(String, Option<&'c [u8]>)>,
}

impl Objects {
    /// Of the repository that holds a folder. Whether there is one turns out when something is asked.
    ///
    /// Errors: `git-missing`.
    pub fn around(context: &Context, folder: &Path) -> Result<Objects> {
        Objects::new(context, folder, false)
    }

    /// Of a bare repository.
    ///
    /// Errors: `git-missing`.
    pub fn bare(context: &Context, folder: &Path) -> Result<Objects> {
        Objects::new(context, folder, true)
    }

    fn new(context: &Context, folder: &Path, is_bare: bool) -> Result<Objects> {
        let programs = &context.settings.programs;
        let program = call::program(context, "a git repository is to be used")?;
        let mut environment = call::environment(programs);
        for (name, value) in [("GIT_TERMINAL_PROMPT", "0"), ("GIT_NO_REPLACE_OBJECTS", "1")] {
            environment.push((name.to_owned(), value.to_owned()));
        }
        if context.settings.offline {
            // Of clones that have not all objects.
            environment.push(("GIT_NO_LAZY_FETCH".to_owned(), "1".to_owned()));
        }
        let (talk, committer) = (Mutex::new(None), OnceLock::new());
        Ok(Objects { program, environment, folder: folder.to_owned(), is_bare, talk, committer })
    }

    /// An object by its id, or the one that a reference leads to; nothing where there is none.
    ///
    /// Errors: `git-object` where it cannot be read; `git-repository`; `git-failed`.
    pub fn get(&self, name: &str) -> Result<Option<Object>> {
        let mut talk = self.talk.lock().unwrap_or_else(|e| e.into_inner());
        let mut fresh = match talk.take() {
            Some(talk) => talk,
            None => Talk::start(&self.job(&self.args(&["cat-file", "--batch"]), Vec::new()))
                .map_err(|error| failed("cat-file", "", &error.to_string()))?,
        };
        match ask(&mut fresh, name) {
            // Only a talk in which nothing is left unread goes on.
            Ok(object) => {
                *talk = Some(fresh);
                Ok(object)
            }
            Err(error) => {
                drop((talk, fresh));
                self.check()?;
                let what = match error.kind() {
                    ErrorKind::FileTooLarge => "is larger than anything kz keeps".to_owned(),
                    _ => "cannot be read by git".to_owned(),
                };
                Err(Diagnostic::new("git-object", format!("the object `{name}` {what}"))
                    .help("`git fsck` names all that is damaged in a repository"))
            }
        }
    }

    /// Writes a commit, and moves a reference to it from the commit before; gives its id. None where the reference
    /// is elsewhere by now. With no reference, nothing leads to the commit yet.
    ///
    /// Errors: `git-repository`; `git-failed` where the repository cannot be written.
    pub fn commit(&self, reference: Option<&str>, commit: &Commit) -> Result<Option<String>> {
        let args = self.args(&["fast-import", "--quiet", "--date-format=now", "--done"]);
        let outcome = self.run(&args, stream(reference, self.committer()?, commit))?;
        let id = String::from_utf8_lossy(&outcome.stdout).trim().to_owned();
        match outcome.failure {
            None if id.bytes().all(|byte| byte.is_ascii_hexdigit()) && !id.is_empty() => Ok(Some(id)),
            Some(_) if is_elsewhere(&outcome.stderr) => Ok(None),
            ended => Err(self.unwritable("fast-import", &outcome.stderr, &ended.unwrap_or_default())),
        }
    }

    /// Moves a reference that is a note of kz's own, from wherever it is.
    ///
    /// Errors: `git-failed`: also where somebody else moves it at the same time.
    pub fn note(&self, reference: &str, id: &str) -> Result<()> {
        let outcome = self.run(&self.args(&["update-ref", reference, id]), Vec::new())?;
        outcome.failure.map_or(Ok(()), |ended| Err(self.unwritable("update-ref", &outcome.stderr, &ended)))
    }

    /// The references that a pattern matches.
    pub fn references(&self, pattern: &str) -> Result<Vec<String>> {
        let outcome = self.run(&self.args(&["for-each-ref", "--format=%(refname)", pattern]), Vec::new())?;
        match outcome.failure {
            None => Ok(String::from_utf8_lossy(&outcome.stdout).lines().map(str::to_owned).collect()),
            Some(ended) => Err(failed("for-each-ref", &outcome.stderr, &ended)),
        }
    }

    /// Who commits, as git's settings and the environment say.
    fn committer(&self) -> Result<&str> {
        if self.committer.get().is_none() {
            let outcome = self.run(&self.args(&["var", "GIT_COMMITTER_IDENT"]), Vec::new())?;
            let text = String::from_utf8_lossy(&outcome.stdout).into_owned();
            // The time stands behind it.
            let who = text.rfind('>').map(|end| &text[..=end]).filter(|_| outcome.failure.is_none());
            let who = who.filter(|who| !who.contains(char::is_control)).unwrap_or(NEUTRAL);
            self.committer.set(who.to_owned()).ok();
        }
        Ok(self.committer.get().map_or(NEUTRAL, String::as_str))
    }

    /// Why git answers nothing.
    fn check(&self) -> Result<()> {
        let outcome = self.run(&self.args(&["rev-parse", "--git-dir"]), Vec::new())?;
        match outcome.failure {
            None => Ok(()),
            Some(_) => {
                let error = no_repository(&self.folder, &outcome.stderr);
                Err(match error.code {
                    "git-repository" => error.help("run kz in a repository, or name one: `--store git:https://…`"),
                    _ => error,
                })
            }
        }
    }

    fn unwritable(&self, verb: &str, said: &str, ended: &str) -> Box<Diagnostic> {
        let help = match said {
            _ if said.contains("not a git repository") => return no_repository(&self.folder, said),
            _ if said.contains("ermission denied") => "see who may write to the repository: nothing was recorded",
            _ if said.contains("No space left") => "make room, and do it again: nothing was recorded",
            _ => "`git fsck` tells whether the repository is sound; nothing was recorded",
        };
        failed(verb, said, ended).help(help)
    }

    fn run(&self, args: &[String], input: Vec<u8>) -> Result<Outcome> {
        // What git has begun it ends, also where kz is interrupted.
        let limit = Limit { time: PATIENCE, family: Family::Own };
        process::run_within(self.job(args, input), limit).map_err(|mut error| {
            if error.code == "program-timeout" {
                error.code = "git-timeout";
            }
            error
        })
    }

    fn args(&self, words: &[&str]) -> Vec<String> {
        let place = self.is_bare.then(|| format!("--git-dir={}", self.folder.display()));
        let settings = CONFIG.into_iter().flat_map(|setting| ["-c", setting]);
        place.into_iter().chain(settings.chain(words.iter().copied()).map(str::to_owned)).collect()
    }

    fn job<'j>(&'j self, args: &'j [String], input: Vec<u8>) -> Job<'j> {
        let directory = Some(self.folder.as_path());
        Job { name: "`git`", program: &self.program, args, environment: &self.environment, directory, input }
    }
}

/// git: cat-file --batch.
fn ask(talk: &mut Talk, name: &str) -> std::io::Result<Option<Object>> {
    // A line is a question.
    if name.contains(char::is_control) {
        return Ok(None);
    }
    talk.ask(format!("{name}\n").as_bytes())?;
    let head = String::from_utf8_lossy(&talk.line(4096)?).into_owned();
    let mut words = head.splitn(3, ' ');
    let (id, kind, size) = (words.next(), words.next(), words.next().and_then(|size| size.parse::<u64>().ok()));
    match (id, kind, size) {
        (_, _, Some(size)) if size > MAX_OUTPUT => Err(ErrorKind::FileTooLarge.into()),
        (Some(id), Some(kind), Some(size)) => {
            let mut content = talk.bytes(size + 1)?;
            content.pop();
            Ok(Some(Object { id: id.to_owned(), kind: kind.to_owned(), content }))
        }
        _ => Ok(None),
    }
}

/// A commit as `git fast-import` reads it, which then tells its id. The reference that nothing is to lead to is
/// forgotten before the end.
fn stream(reference: Option<&str>, committer: &str, commit: &Commit) -> Vec<u8> {
    let name = reference.unwrap_or("refs/kz/draft");
    let mut out = format!("commit {name}\nmark :1\ncommitter {committer} now\ndata {}\n", commit.message.len());
    out.push_str(commit.message);
    if let Some(parent) = commit.parent {
        out.push_str(&format!("\nfrom {parent}"));
    }
    let mut out = (out + "\n").into_bytes();
    for (path, content) in &commit.files {
        match content {
            None => out.extend_from_slice(format!("D {path}\n").as_bytes()),
            Some(content) => {
                out.extend_from_slice(format!("M 100644 inline {path}\ndata {}\n", content.len()).as_bytes());
                out.extend_from_slice(content);
                out.push(b'\n');
            }
        }
    }
    out.extend_from_slice(b"get-mark :1\n");
    if reference.is_none() {
        out.extend_from_slice(format!("reset {name}\n\n").as_bytes());
    }
    out.extend_from_slice(b"done\n");
    out
}

/// Whether git has not moved a reference because somebody else has, or is about to.
fn is_elsewhere(said: &str) -> bool {
    let is_busy = ["but expected", "reference already exists", "File exists", "unable to resolve reference"];
    said.contains("Not updating") || said.contains("cannot lock ref") && is_busy.iter().any(|text| said.contains(text))
}
