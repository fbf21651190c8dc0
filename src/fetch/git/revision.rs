//! The files of a revision, from git's objects.
//!
//! There are two ways to it. Of a revision alone all is read from its tree, exactly as git has it. Where it is compared
//! with the work tree, what git takes for the same is read from there, and only what differs from git's objects: no
//! list of a large repository is needed, and what filters of git make of a file (ends of lines, LFS, git-crypt) is
//! no difference.
//!
//! **Invariant:** nothing is written. Links lead on within the revision; paths outside of the repository are those of
//! the disk.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::changes::{self, Changes, Leaf};
use super::local::Repository;
use crate::base::fs::{Entry, clean};
use crate::base::process::{MAX_OUTPUT, Talk};
use crate::base::{FileSystem, Result as Done};

/// So many links lead from one to the next. Linux: MAXSYMLINKS.
const MAX_LINKS: usize = 40;

/// A revision, or a tree of it.
pub struct Revision<'r> {
    repository: &'r Repository,
    /// What people call it.
    name: String,
    leaves: BTreeMap<Box<str>, Leaf>,
    rest: Rest,
    disk: &'r dyn FileSystem,
    working_dir: PathBuf,
    git: Mutex<Option<Talk>>,
    texts: Mutex<HashMap<Box<str>, Arc<[u8]>>>,
    /// Submodules that were looked into.
    submodules: Mutex<BTreeSet<String>>,
}

/// What is where no leaf is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rest {
    Nothing,
    WorkTree,
}

/// Where a path leads.
struct Spot {
    /// Free of links.
    real: PathBuf,
    what: What,
}

enum What {
    Blob(Box<str>),
    /// A folder of the revision. The work tree may have more that belongs into it.
    Folder {
        has_more: bool,
    },
    Disk,
}

enum Step {
    There(What),
    /// A link leads here.
    On(PathBuf),
}

impl<'r> Revision<'r> {
    /// A tree or commit, as git has it. `disk` is asked for what lies outside of the repository; relative paths are
    /// from `working_dir` on.
    ///
    /// Errors: `git-failed`, `git-timeout`.
    pub fn of_tree(
        repository: &'r Repository,
        id: &str,
        name: &str,
        disk: &'r dyn FileSystem,
        working_dir: &Path,
    ) -> Done<Revision<'r>> {
        let leaves = changes::of_tree(repository, id)?;
        Ok(Revision::new(repository, name, leaves, Rest::Nothing, disk, working_dir))
    }

    /// The work tree as it would be without the changes since a revision. Else as [`Revision::of_tree`].
    pub fn before(
        repository: &'r Repository,
        changes: &Changes,
        name: &str,
        disk: &'r dyn FileSystem,
        working_dir: &Path,
    ) -> Revision<'r> {
        Revision::new(repository, name, changes.leaves.clone(), Rest::WorkTree, disk, working_dir)
    }

    fn new(
        repository: &'r Repository,
        name: &str,
        leaves: BTreeMap<Box<str>, Leaf>,
        rest: Rest,
        disk: &'r dyn FileSystem,
        working_dir: &Path,
    ) -> Revision<'r> {
        Revision {
            repository,
            name: name.to_owned(),
            leaves,
            rest,
            disk,
            working_dir: working_dir.to_owned(),
            git: Mutex::default(),
            texts: Mutex::default(),
            submodules: Mutex::default(),
        }
    }

    /// The submodules that were looked into, whose files are not in this repository: `main:vendor/x`.
    pub fn submodules(&self) -> Vec<String> {
        let met = self.submodules.lock().unwrap_or_else(|e| e.into_inner());
        met.iter().map(|path| format!("{}:{path}", self.name)).collect()
    }

    fn find(&self, path: &Path) -> Result<Spot> {
        let mut path = clean(&self.working_dir.join(path));
        for _ in 0..MAX_LINKS {
            let Some(inside) = self.inside(&path) else { return Ok(Spot { real: path, what: What::Disk }) };
            match self.step(&inside, &path)? {
                Step::There(what) => return Ok(Spot { real: path, what }),
                Step::On(next) => path = next,
            }
        }
        Err(Error::other("too many links lead from one to the next"))
    }

    /// A path from the top on, with slashes. `None` where it lies elsewhere.
    fn inside(&self, path: &Path) -> Option<String> {
        let parts = path.strip_prefix(self.repository.top()).ok()?;
        Some(parts.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/"))
    }

    fn step(&self, inside: &str, path: &Path) -> Result<Step> {
        let mut is_replaced = false;
        let ends = inside.match_indices('/').map(|(at, _)| at).chain([inside.len()]).filter(|end| *end > 0);
        for end in ends {
            let (head, rest) = (&inside[..end], inside[end..].trim_start_matches('/'));
            match self.leaves.get(head) {
                None => {}
                Some(Leaf::File(id)) if rest.is_empty() => return Ok(Step::There(What::Blob(id.clone()))),
                Some(Leaf::File(_)) => return Err(ErrorKind::NotADirectory.into()),
                Some(Leaf::Link(id)) => {
                    let target = self.text(id)?;
                    let holder = self.repository.top().join(head);
                    let target = holder.parent().unwrap_or(&holder).join(&*String::from_utf8_lossy(&target));
                    return Ok(Step::On(clean(&target.join(rest))));
                }
                Some(Leaf::Submodule) => {
                    self.submodules.lock().unwrap_or_else(|e| e.into_inner()).insert(head.to_owned());
                    return Err(Error::new(ErrorKind::NotFound, format!("`{head}` is a submodule")));
                }
                Some(Leaf::Absent) => match self.has_below(head) {
                    // What is a file or a link now was a folder.
                    true => is_replaced = true,
                    false => return Err(ErrorKind::NotFound.into()),
                },
            }
        }
        if self.has_below(inside) {
            return Ok(Step::There(What::Folder { has_more: self.rest == Rest::WorkTree && !is_replaced }));
        }
        match self.rest {
            Rest::Nothing if inside.is_empty() => Ok(Step::There(What::Folder { has_more: false })),
            Rest::WorkTree if !is_replaced => self.step_on_disk(inside, path),
            _ => Err(ErrorKind::NotFound.into()),
        }
    }

    /// Of what is in the work tree and has not changed. Links of the work tree lead on in the revision.
    fn step_on_disk(&self, inside: &str, path: &Path) -> Result<Step> {
        let error = match self.disk.canonical(path) {
            Ok(real) if real != path => return Ok(Step::On(real)),
            Ok(_) if self.is_new_folder(inside, path) => return Err(ErrorKind::NotFound.into()),
            Ok(_) => return Ok(Step::There(What::Disk)),
            Err(error) => error,
        };
        // A link of the work tree may lead to what only the revision has.
        let there = path.ancestors().skip(1).find_map(|above| Some((above, self.disk.canonical(above).ok()?)));
        match there {
            Some((above, real)) if real != above => {
                Ok(Step::On(real.join(path.strip_prefix(above).unwrap_or(Path::new("")))))
            }
            _ => Err(error),
        }
    }

    /// Whether all that a folder of the work tree holds has come since. git knows no empty folders.
    fn is_new_folder(&self, inside: &str, path: &Path) -> bool {
        if inside.is_empty() || self.below(inside).next().is_none() || !self.disk.is_dir(path) {
            return false;
        }
        let entries = self.disk.entries(path).unwrap_or_default();
        !entries.iter().any(|(name, kind)| {
            let inside = format!("{inside}/{name}");
            match self.leaves.get(&*inside) {
                Some(leaf) => *leaf != Leaf::Absent,
                None => *kind != Entry::Folder || !self.is_new_folder(&inside, &path.join(name)),
            }
        })
    }

    fn below(&self, inside: &str) -> impl Iterator<Item = (&str, &Leaf)> {
        let prefix = if inside.is_empty() { String::new() } else { format!("{inside}/") };
        let from: Box<str> = prefix.as_str().into();
        self.leaves
            .range(from..)
            .map(|(path, leaf)| (&**path, leaf))
            .take_while(move |(path, _)| path.starts_with(&prefix))
    }

    fn has_below(&self, inside: &str) -> bool {
        self.below(inside).any(|(_, leaf)| *leaf != Leaf::Absent)
    }

    /// What the revision itself has in a folder.
    fn own_entries(&self, inside: &str) -> BTreeMap<String, Entry> {
        let prefix = if inside.is_empty() { String::new() } else { format!("{inside}/") };
        let mut found = BTreeMap::new();
        let mut from: Box<str> = prefix.as_str().into();
        while let Some((path, leaf)) = self.leaves.range(from..).next() {
            let Some(rest) = path.strip_prefix(&prefix) else { break };
            match (rest.split_once('/'), leaf) {
                (Some((name, _)), _) => {
                    let folder = format!("{prefix}{name}");
                    if self.has_below(&folder) {
                        found.insert(name.to_owned(), Entry::Folder);
                    }
                    // Behind all that begins with the folder and a slash.
                    from = format!("{folder}0").into();
                    continue;
                }
                (None, Leaf::Absent) => {}
                (None, Leaf::File(_)) => drop(found.insert(rest.to_owned(), Entry::File)),
                (None, Leaf::Link(_) | Leaf::Submodule) => drop(found.insert(rest.to_owned(), Entry::Unknown)),
            }
            from = format!("{path}\0").into();
        }
        found
    }

    fn text(&self, id: &str) -> Result<Arc<[u8]>> {
        if let Some(text) = self.texts.lock().unwrap_or_else(|e| e.into_inner()).get(id) {
            return Ok(text.clone());
        }
        let text: Arc<[u8]> = self.ask(id)?.into();
        self.texts.lock().unwrap_or_else(|e| e.into_inner()).insert(id.into(), text.clone());
        Ok(text)
    }

    /// git: cat-file --batch.
    fn ask(&self, id: &str) -> Result<Vec<u8>> {
        let mut git = self.git.lock().unwrap_or_else(|e| e.into_inner());
        let mut talk = match git.take() {
            Some(talk) => talk,
            None => self.repository.talk(&["cat-file", "--batch"])?,
        };
        talk.ask(format!("{id}\n").as_bytes())?;
        let head = String::from_utf8_lossy(&talk.line(1024)?).into_owned();
        let size = head.rsplit_once(' ').and_then(|(_, size)| size.parse::<u64>().ok());
        let text = match size {
            Some(size) if size > MAX_OUTPUT => return Err(ErrorKind::FileTooLarge.into()),
            Some(size) => {
                let mut text = talk.bytes(size + 1)?;
                text.pop();
                text
            }
            None => return Err(Error::other(format!("git has no object `{id}`"))),
        };
        // Only a talk in which nothing is left unread goes on.
        *git = Some(talk);
        Ok(text)
    }
}

impl FileSystem for Revision<'_> {
    fn read(&self, path: &Path) -> Result<Arc<[u8]>> {
        let spot = self.find(path)?;
        match spot.what {
            What::Blob(id) => self.text(&id),
            What::Folder { .. } => Err(ErrorKind::IsADirectory.into()),
            What::Disk => self.disk.read(&spot.real),
        }
    }

    fn size(&self, path: &Path) -> Result<u64> {
        let spot = self.find(path)?;
        match spot.what {
            What::Blob(id) => self.text(&id).map(|text| text.len() as u64),
            What::Folder { .. } => Err(ErrorKind::IsADirectory.into()),
            What::Disk => self.disk.size(&spot.real),
        }
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.find(path).is_ok_and(|spot| match spot.what {
            What::Blob(_) => false,
            What::Folder { .. } => true,
            What::Disk => self.disk.is_dir(&spot.real),
        })
    }

    fn is_file(&self, path: &Path) -> bool {
        self.find(path).is_ok_and(|spot| match spot.what {
            What::Blob(_) => true,
            What::Folder { .. } => false,
            What::Disk => self.disk.is_file(&spot.real),
        })
    }

    fn list(&self, path: &Path) -> Result<Vec<String>> {
        Ok(self.entries(path)?.into_iter().map(|(name, _)| name).collect())
    }

    fn entries(&self, path: &Path) -> Result<Vec<(String, Entry)>> {
        let spot = self.find(path)?;
        let more = match spot.what {
            What::Blob(_) => return Err(ErrorKind::NotADirectory.into()),
            What::Folder { has_more: false } => Vec::new(),
            // Of a folder that is gone the work tree says nothing.
            What::Folder { has_more: true } => self.disk.entries(&spot.real).unwrap_or_default(),
            What::Disk => self.disk.entries(&spot.real)?,
        };
        let Some(inside) = self.inside(&spot.real) else { return Ok(more) };
        let mut found = self.own_entries(&inside);
        for (name, entry) in more {
            let inside = if inside.is_empty() { name.clone() } else { format!("{inside}/{name}") };
            let is_own = self.leaves.contains_key(&*inside) || found.contains_key(&name);
            let is_new = entry == Entry::Folder && self.is_new_folder(&inside, &spot.real.join(&name));
            if !is_own && !is_new {
                found.insert(name, entry);
            }
        }
        Ok(found.into_iter().collect())
    }

    fn canonical(&self, path: &Path) -> Result<PathBuf> {
        let spot = self.find(path)?;
        match spot.what {
            What::Disk => self.disk.canonical(&spot.real),
            _ => Ok(spot.real),
        }
    }

    fn shown(&self, path: &Path) -> Option<String> {
        let inside = self.inside(path)?;
        Some(format!("{}:{}", self.name, if inside.is_empty() { "." } else { &inside }))
    }
}
