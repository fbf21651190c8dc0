//! What the work tree of a repository has otherwise than a revision.
//!
//! **Invariant:** paths are relative to the top of the repository, with slashes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use sha1::{Digest, Sha1};

use super::local::Repository;
use crate::base::{Result, hex, parallel};

/// What a revision has at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leaf {
    /// Nothing: what is there now is new.
    Absent,
    /// A file; the id of its text.
    File(Box<str>),
    /// A link; the id of what it leads to.
    Link(Box<str>),
    /// Another repository.
    Submodule,
}

/// The paths that differ, with what the revision has there.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub(super) leaves: BTreeMap<Box<str>, Leaf>,
}

impl Changes {
    /// What the work tree has otherwise than a tree or commit, files that git does not know yet among it. What git
    /// is to ignore is left out.
    ///
    /// Errors: `git-failed`, `git-timeout`.
    pub fn since(repository: &Repository, id: &str) -> Result<Changes> {
        let known: &[&str] = &[
            "diff",
            "--raw",
            "-z",
            "--no-renames",
            "--no-abbrev",
            "--no-ext-diff",
            "--ignore-submodules=untracked",
            id,
            "--",
        ];
        let unknown: &[&str] = &["ls-files", "-z", "--others", "--exclude-standard"];
        let mut listed = parallel::map_waiting(&[known, unknown], 2, |args| repository.run(args)).into_iter();
        let (differing, unknown) = (listed.next().transpose()?, listed.next().transpose()?);
        let (differing, unknown) = (differing.unwrap_or_default(), unknown.unwrap_or_default());
        let mut leaves = BTreeMap::new();
        let mut parts = texts(&differing);
        while let (Some(head), Some(path)) = (parts.next(), parts.next()) {
            let mut words = head.trim_start_matches(':').split(' ');
            let (mode, now) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            let (old, new) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            let is_unread = mode == now && mode.starts_with("100") && new.bytes().all(|digit| digit == b'0');
            if is_unread && is_blob(&repository.top().join(&path), old) {
                continue;
            }
            // A conflict is told a second time as what it is.
            let leaf = leaf(mode, old);
            if leaf != Leaf::Absent || !leaves.contains_key(path.as_str()) {
                leaves.insert(path.into(), leaf);
            }
        }
        for path in texts(&unknown) {
            // A repository in this one is told as a folder.
            leaves.entry(path.trim_end_matches('/').into()).or_insert(Leaf::Absent);
        }
        Ok(Changes { leaves })
    }

    pub fn has(&self, path: &str) -> bool {
        self.leaves.contains_key(path)
    }

    pub fn is_empty(&self) -> bool {
        self.leaves.is_empty()
    }

    /// All of them, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.leaves.keys().map(|path| &**path)
    }

    /// The paths that are new.
    pub fn added(&self) -> impl Iterator<Item = &str> {
        self.leaves.iter().filter(|(_, leaf)| **leaf == Leaf::Absent).map(|(path, _)| &**path)
    }

    /// The paths at which the revision has something.
    pub fn earlier(&self) -> impl Iterator<Item = &str> {
        self.leaves.iter().filter(|(_, leaf)| **leaf != Leaf::Absent).map(|(path, _)| &**path)
    }
}

/// Whether a file is still what git has under an id, and only its times say otherwise. What git writes into the work
/// tree in another form than it keeps is taken for changed.
fn is_blob(file: &Path, id: &str) -> bool {
    let Ok(content) = std::fs::read(file) else { return false };
    let mut hasher = Sha1::new_with_prefix(format!("blob {}\0", content.len()));
    hasher.update(&content);
    hex(&hasher.finalize()) == id
}

/// What git knows of in the work tree. Some of it may be gone there.
#[derive(Clone, Debug, Default)]
pub struct Tracked {
    /// The files that were asked for.
    pub files: BTreeSet<String>,
    /// All links.
    pub links: BTreeSet<String>,
}

impl Tracked {
    /// Errors: `git-failed`, `git-timeout`.
    pub fn of(repository: &Repository, is_wanted: impl Fn(&str) -> bool) -> Result<Tracked> {
        let listed = repository.run(&["ls-files", "-z", "--stage"])?;
        let mut tracked = Tracked::default();
        for entry in listed.split(|byte| *byte == 0) {
            let entry = String::from_utf8_lossy(entry);
            let Some((head, path)) = entry.split_once('\t') else { continue };
            if head.starts_with(LINK) {
                tracked.links.insert(path.to_owned());
            }
            if is_wanted(path) {
                tracked.files.insert(path.to_owned());
            }
        }
        Ok(tracked)
    }
}

/// All that a tree holds.
///
/// Errors: `git-failed`, `git-timeout`.
pub fn of_tree(repository: &Repository, id: &str) -> Result<BTreeMap<Box<str>, Leaf>> {
    let listed = repository.run(&["ls-tree", "-r", "-z", "--full-tree", id])?;
    let entry = |entry: String| {
        let (head, path) = entry.split_once('\t')?;
        let mut words = head.split(' ');
        Some((path.into(), leaf(words.next()?, words.nth(1)?)))
    };
    Ok(texts(&listed).filter_map(entry).collect())
}

/// git: modes are those of the index.
const LINK: &str = "120000";

fn leaf(mode: &str, id: &str) -> Leaf {
    match mode {
        "000000" => Leaf::Absent,
        LINK => Leaf::Link(id.into()),
        "160000" => Leaf::Submodule,
        _ => Leaf::File(id.into()),
    }
}

fn texts(list: &[u8]) -> impl Iterator<Item = String> {
    list.split(|byte| *byte == 0).filter(|text| !text.is_empty()).map(|text| String::from_utf8_lossy(text).into_owned())
}
