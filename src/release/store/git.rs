//! A store in a branch of a git repository, which has no history in common with others: for teams that have nothing
//! but git.
//!
//! Each write is one commit on the newest, and the branch moves to it only from there; who was slower commits again on
//! what the other has written. With a remote the same is done there: the branch is fetched, and what is pushed is
//! taken only if nobody else was faster.
//!
//! **Invariant:** what [`Store::put_new`] said it wrote is in the branch, of the remote if there is one. Nothing is
//! ever taken out of the branch's history.
//! **Not here:** how git is called ([`crate::fetch::git`]).

mod tree;

use std::cell::Cell;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tree::{Entry, Tree, fan_out, path_of};

use super::Store;
use crate::base::{Diagnostic, Result};
use crate::fetch::Context;
use crate::fetch::git::{Commit, NamedBy, Object, Objects, Pushed, Remote, check_branch};

/// The branch where nobody says another.
pub const BRANCH: &str = "kz";

/// A store in a branch.
pub struct Git {
    context: Arc<Context>,
    objects: Objects,
    remote: Option<Remote>,
    /// What leads to the newest commit in the repository that is here.
    reference: String,
    branch: String,
    name: String,
    seen: Mutex<Seen>,
}

/// What was read so far.
#[derive(Default)]
struct Seen {
    /// Nothing before somebody has looked.
    tip: Option<Option<Tip>>,
    /// By their ids, so they never change.
    trees: HashMap<String, Arc<Tree>>,
}

/// The newest commit.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Tip {
    commit: String,
    tree: String,
}

impl Tip {
    fn of(object: Object) -> Option<Tip> {
        let head = object.content.split(|byte| *byte == b'\n').next().filter(|_| object.kind == "commit")?;
        let tree = std::str::from_utf8(head).ok()?.strip_prefix("tree ")?.to_owned();
        Some(Tip { commit: object.id, tree })
    }
}

/// Paths, and what is there from now on.
type Edits<'e> = Vec<(String, Option<&'e [u8]>)>;

/// What is to be done on the newest commit.
enum Step<'s> {
    /// Nothing more; whether this writer has written.
    Done(bool),
    /// A commit.
    Files(Edits<'s>),
}

/// Why a commit has not got into the branch, as far as is known.
enum Slow {
    Elsewhere,
    Unclear(Box<Diagnostic>),
}

impl Git {
    /// The branch of the repository around a folder; with a remote (its name, or an address, and who has written
    /// that) the branch there. Nothing is looked at yet.
    ///
    /// Errors: what git must not be given (`git-url`); `git-missing`; those of the cache.
    pub fn open(context: Arc<Context>, remote: Option<&str>, branch: &str, by: NamedBy, folder: &Path) -> Result<Git> {
        check_branch(branch)?;
        let remote = match remote {
            None => None,
            // The folder of another repository counts from this one.
            Some(text) if text.contains('/') && !text.contains(':') => {
                let path = folder.join(text);
                Some(Remote::at(&context, &path.to_string_lossy(), branch, by)?)
            }
            Some(text) if text.contains(':') => Some(Remote::at(&context, text, branch, by)?),
            Some(text) => Some(Remote::named(text, branch, folder)?),
        };
        let shown = remote.as_ref().map(Remote::shown).unwrap_or_default();
        let at = if branch == BRANCH { String::new() } else { format!("#{branch}") };
        let (objects, reference) = match &remote {
            None => (Objects::around(&context, folder)?, format!("refs/heads/{branch}")),
            Some(remote) => (remote.objects(&context)?, remote.note().to_owned()),
        };
        let (branch, name, seen) = (branch.to_owned(), format!("`git:{shown}{at}`"), Mutex::default());
        Ok(Git { context, objects, remote, reference, branch, name, seen })
    }

    /// The newest commit, as it was when this store was first asked, or has last written.
    fn tip(&self) -> Result<Option<Tip>> {
        if let Some(tip) = &self.seen.lock().unwrap_or_else(|e| e.into_inner()).tip {
            return Ok(tip.clone());
        }
        let tip = self.look()?;
        self.set(Some(tip.clone()));
        Ok(tip)
    }

    fn set(&self, tip: Option<Option<Tip>>) {
        self.seen.lock().unwrap_or_else(|e| e.into_inner()).tip = tip;
    }

    /// The newest commit as it is now.
    fn look(&self) -> Result<Option<Tip>> {
        let is_there = match &self.remote {
            Some(remote) if !self.context.settings.offline => remote.fetch(&self.context)?,
            _ => true,
        };
        let mut found = self.objects.get(&self.reference)?;
        if found.is_none() && !self.objects.references(&self.reference)?.is_empty() {
            // Somebody has made the branch just now, or what it leads to is not there.
            found = Some(self.objects.get(&self.reference)?.ok_or_else(|| self.damaged("the newest commit"))?);
        }
        let Some(found) = found else {
            if self.remote.is_some() && self.context.settings.offline {
                let message = format!("of the store {} nothing was fetched yet", self.name);
                return Err(Diagnostic::new("offline", message).help("run once without `--offline` and `KZ_OFFLINE`"));
            }
            return Ok(None);
        };
        if !is_there {
            return Err(self.gone(&found.id));
        }
        let tip = Tip::of(found).ok_or_else(|| self.other_branch())?;
        // A branch that somebody works on is not to be written to.
        match self.tree(&tip.tree)?.get("format") {
            Some(Entry::Blob(_)) => Ok(Some(tip)),
            _ => Err(self.other_branch()),
        }
    }

    fn tree(&self, id: &str) -> Result<Arc<Tree>> {
        if let Some(tree) = self.seen.lock().unwrap_or_else(|e| e.into_inner()).trees.get(id) {
            return Ok(tree.clone());
        }
        let found =
            self.objects.get(id).or_else(|error| if error.code == "git-object" { Ok(None) } else { Err(error) })?;
        let found = found.filter(|found| found.kind == "tree");
        let tree = found.and_then(|found| tree::parse(&found.content, id.len() / 2));
        let tree = Arc::new(tree.ok_or_else(|| self.damaged(&format!("the tree {id}")))?);
        self.seen.lock().unwrap_or_else(|e| e.into_inner()).trees.insert(id.to_owned(), tree.clone());
        Ok(tree)
    }

    /// What a commit has at a path.
    fn entry(&self, tip: Option<&Tip>, path: &str) -> Result<Option<Entry>> {
        let Some(tip) = tip else { return Ok(None) };
        let mut found = Entry::Tree(tip.tree.clone());
        for part in path.split('/').filter(|part| !part.is_empty()) {
            let Entry::Tree(id) = &found else { return Ok(None) };
            match self.tree(id)?.get(part) {
                Some(entry) => found = entry.clone(),
                None => return Ok(None),
            }
        }
        Ok(Some(found))
    }

    /// Commits on the newest commit what `step` wants, until nobody else was faster.
    fn write<'s>(&self, message: &str, step: impl Fn(Option<&Tip>, bool) -> Result<Step<'s>>) -> Result<bool> {
        let mut pauses = Pauses::default();
        // Whether a commit may have got there without an answer.
        let mut is_unclear = false;
        loop {
            let tip = self.tip()?;
            let files = match step(tip.as_ref(), is_unclear)? {
                Step::Done(written) => return Ok(written),
                Step::Files(files) => files,
            };
            let parent = tip.as_ref().map(|tip| tip.commit.as_str());
            let commit = Commit { parent, message, files };
            let failure = match &self.remote {
                None => self.write_here(&commit)?,
                Some(remote) => self.write_there(remote, &commit)?,
            };
            let error = match failure {
                None => return Ok(true),
                Some(Slow::Elsewhere) => None,
                Some(Slow::Unclear(error)) => Some(error),
            };
            is_unclear |= error.is_some();
            let now = self.tip().map_err(|unread| match &error {
                None => unread,
                Some(error) => error.clone().help(
                    "whether it was recorded is not known; see `kz release history` when the remote can be reached again",
                ),
            })?;
            if now == tip && !pauses.may_fail_again(self.remote.is_some()) {
                return Err(error.unwrap_or_else(|| self.locked()));
            }
            if !pauses.pause(self.remote.is_some()) {
                return Err(Diagnostic::new("store-busy", format!("others write to {} all the time", self.name))
                    .help("nothing was recorded; do it again later"));
            }
        }
    }

    fn write_here(&self, commit: &Commit) -> Result<Option<Slow>> {
        if commit.parent.is_none() {
            self.check_first()?;
        }
        let written = self.objects.commit(Some(&self.reference), commit)?;
        self.set(None);
        let Some(new) = written else { return Ok(Some(Slow::Elsewhere)) };
        self.set(self.objects.get(&new)?.and_then(Tip::of).map(Some));
        Ok(None)
    }

    fn write_there(&self, remote: &Remote, commit: &Commit) -> Result<Option<Slow>> {
        if self.context.settings.offline {
            return Err(Diagnostic::new("offline", format!("{} cannot be written offline", self.name))
                .help("nothing was recorded; run it without `--offline` and `KZ_OFFLINE`"));
        }
        let Some(new) = self.objects.commit(None, commit)? else { return Ok(Some(Slow::Elsewhere)) };
        self.set(None);
        match remote.push(&self.context, commit.parent, &new)? {
            Pushed::Done => {
                // Where another process of this machine was faster to note what is there, it knows what is newer.
                self.objects.note(&self.reference, &new).ok();
                self.set(self.objects.get(&new)?.and_then(Tip::of).map(Some));
                Ok(None)
            }
            Pushed::Refused(error) => Err(error),
            Pushed::Elsewhere => Ok(Some(Slow::Elsewhere)),
            Pushed::Unclear(error) => Ok(Some(Slow::Unclear(error))),
        }
    }

    /// A branch that others have already is not begun anew.
    fn check_first(&self) -> Result<()> {
        let others = self.objects.references(&format!("refs/remotes/*/{}", self.branch))?;
        let Some(other) = others.first().and_then(|other| other.strip_prefix("refs/remotes/")) else { return Ok(()) };
        let remote = other.strip_suffix(&self.branch).unwrap_or(other).trim_end_matches('/');
        let message =
            format!("there is no branch `{}` in this repository, but there is one at `{remote}`", self.branch);
        Err(Diagnostic::new("store-git", message).help(format!(
            "use that one: `--store git:{remote}`; or begin with a copy of it: `git branch {} {other}`",
            self.branch
        )))
    }

    /// The names right below a folder, behind one of them.
    fn names(&self, folder: &str, after: &str) -> Result<Vec<String>> {
        let Some(Entry::Tree(id)) = self.entry(self.tip()?.as_ref(), folder)? else { return Ok(Vec::new()) };
        let tree = self.tree(&id)?;
        let Some(count) = fan_out(folder) else {
            return Ok(tree.keys().filter(|name| name.as_str() > after).cloned().collect());
        };
        let mut names = Vec::new();
        let first = after.get(..count).unwrap_or(after);
        for (_, entry) in tree.range(first.to_owned()..) {
            if let Entry::Tree(id) = entry {
                names.extend(self.tree(id)?.keys().filter(|name| name.as_str() > after).cloned());
            }
        }
        Ok(names)
    }

    /// Those files that a commit lacks.
    fn missing<'f>(&self, tip: Option<&Tip>, files: &'f [(String, Vec<u8>)]) -> Result<Edits<'f>> {
        let mut missing = Vec::new();
        for (key, content) in files {
            let path = self.path(key)?;
            if self.entry(tip, &path)?.is_none() {
                missing.push((path, Some(content.as_slice())));
            }
        }
        Ok(missing)
    }

    fn path(&self, key: &str) -> Result<String> {
        path_of(key).ok_or_else(|| {
            Diagnostic::new("store", format!("`{}` cannot be kept in a branch", key.escape_debug()))
                .help("names are made of letters, digits, `.`, `-` and `_`")
        })
    }

    fn gone(&self, last: &str) -> Box<Diagnostic> {
        let remote = self.remote.as_ref().map(Remote::shown).unwrap_or_default();
        let (branch, note) = (&self.branch, &self.reference);
        let message = format!("the branch `{branch}` is gone from `{remote}`; when kz last saw it, it was at {last}");
        Diagnostic::new("store-git", message).help(format!(
            "to bring it back: `git push {remote} {note}:refs/heads/{branch}`; to begin anew, let kz forget it: \
             `git update-ref -d {note}`"
        ))
    }

    fn locked(&self) -> Box<Diagnostic> {
        let message = format!("the branch `{}` is locked by somebody else, and does not move", self.branch);
        Diagnostic::new("store-busy", message).help(format!(
            "nothing was recorded; if no git runs there, one that was killed has left its lock: `{}.lock`",
            self.reference
        ))
    }

    fn other_branch(&self) -> Box<Diagnostic> {
        let message = format!("the branch `{}` holds something else than releases", self.branch);
        Diagnostic::new("store-git", message)
            .help("name another branch: `--store git:#NAME`, `--store git:REMOTE#NAME`")
    }

    fn damaged(&self, what: &str) -> Box<Diagnostic> {
        Diagnostic::new("store-damaged", format!("{what} in {} is damaged or missing", self.name))
            .help("`git fsck` and `kz release verify` name what is damaged; another clone may have it")
    }
}

impl Store for Git {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let Some(path) = path_of(key) else { return Ok(None) };
        let Some(Entry::Blob(id)) = self.entry(self.tip()?.as_ref(), &path)? else { return Ok(None) };
        match self.objects.get(&id) {
            Ok(Some(found)) => Ok(Some(found.content)),
            Err(error) if error.code != "git-object" => Err(error),
            _ => Err(self.damaged(&format!("`{key}`"))),
        }
    }

    fn put_new(&self, key: &str, content: &[u8]) -> Result<bool> {
        self.put_with(key, content, &[])
    }

    fn put_with(&self, key: &str, content: &[u8], needed: &[(String, Vec<u8>)]) -> Result<bool> {
        let path = self.path(key)?;
        self.write(key, |tip, is_unclear| match self.entry(tip, &path)? {
            // What this writer has pushed without hearing of it is its own.
            Some(_) => Ok(Step::Done(is_unclear && self.get(key)?.as_deref() == Some(content))),
            None => {
                let mut files = self.missing(tip, needed)?;
                files.push((path.clone(), Some(content)));
                Ok(Step::Files(files))
            }
        })
    }

    fn put_series(&self, needed: &[(String, Vec<u8>)], series: &[(String, Vec<u8>)]) -> Result<usize> {
        let taken = Cell::new(series.len());
        let message = series.last().or(needed.last()).map_or("nothing", |(key, _)| key);
        self.write(message, |tip, _| {
            taken.set(series.len());
            let mut files = self.missing(tip, needed)?;
            for (at, (key, content)) in series.iter().enumerate() {
                let path = self.path(key)?;
                match self.entry(tip, &path)? {
                    None => files.push((path, Some(content.as_slice()))),
                    Some(_) if self.get(key)?.as_ref() == Some(content) => {}
                    Some(_) => {
                        taken.set(at);
                        break;
                    }
                }
            }
            Ok(if files.is_empty() { Step::Done(true) } else { Step::Files(files) })
        })?;
        Ok(taken.get())
    }

    fn list(&self, folder: &str) -> Result<Vec<String>> {
        self.names(folder, "")
    }

    fn list_after(&self, folder: &str, after: &str) -> Result<Vec<String>> {
        self.names(folder, after)
    }

    /// Commits tell it, but not to who looks at what is there now.
    fn written(&self, _: &str) -> Result<Option<SystemTime>> {
        Ok(None)
    }

    /// What is in the branch has come in one commit with what names it. So of what nobody names nothing is on its way,
    /// however young it is.
    fn remove_old(&self, groups: &[Vec<String>], _: SystemTime) -> Result<()> {
        self.remove_all(&groups.concat())
    }

    fn remove(&self, key: &str) -> Result<()> {
        self.remove_all(&[key.to_owned()])
    }

    fn remove_all(&self, keys: &[String]) -> Result<()> {
        let Some(first) = keys.first() else { return Ok(()) };
        // What is of no use was found out by what this process has read, so it goes only as long as that is the newest.
        let read = self.tip()?;
        let removed = self.write(&format!("without {first}"), |tip, _| {
            if tip != read.as_ref() {
                return Err(Diagnostic::new("store-busy", format!("somebody else writes to {} just now", self.name))
                    .help("not all was taken away; do it again"));
            }
            let mut files = Vec::new();
            for path in keys.iter().filter_map(|key| path_of(key)) {
                if self.entry(tip, &path)?.is_some() {
                    files.push((path, None));
                }
            }
            Ok(if files.is_empty() { Step::Done(true) } else { Step::Files(files) })
        });
        removed.map(drop)
    }

    fn name(&self) -> String {
        self.name.clone()
    }
}

/// How long somebody waits who was slower than others.
#[derive(Default)]
struct Pauses {
    count: u32,
    failed: u32,
}

impl Pauses {
    /// So many times others may be faster.
    const MOST: u32 = 200;

    /// Waits for a while by chance, so that those who wait do not meet again; false where it was often enough.
    fn pause(&mut self, is_far: bool) -> bool {
        self.count += 1;
        let (first, longest) = if is_far { (50_u64, 2000) } else { (4, 60) };
        let most = (first << self.count.min(10)).min(longest);
        let mut byte = [0];
        // Without chance all wait equally long, which is no error.
        getrandom::fill(&mut byte).ok();
        std::thread::sleep(Duration::from_millis(most * u64::from(byte[0]) / 255));
        self.count < Pauses::MOST
    }

    /// Whether the same may fail once more while nobody else writes.
    fn may_fail_again(&mut self, is_far: bool) -> bool {
        self.failed += 1;
        // git waits for a lock for a tenth of a second.
        self.failed < if is_far { 5 } else { 20 }
    }
}
