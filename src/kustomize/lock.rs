//! `kz.lock`: what a kustomization uses from elsewhere, and what exactly that was when it was locked.
//!
//! A build asks here what it may take before it fetches something ([`Lock::pinned`]), and tells what it took
//! ([`Lock::used`]). A lock is made of what a real build has used.
//!
//! **Invariant:** where there is a lock, a build uses what it says or fails; only that of the directory that is built
//! counts. No lock holds users, passwords and tokens of addresses.
//! **Not here:** fetching, and the directory's files.

mod address;
pub mod changes;
pub mod folder;
mod text;

use std::collections::BTreeMap;
use std::fmt;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Mutex;

use self::address::without_tokens;
use super::loader::RepoSpec;
use crate::base::{Diagnostic, FileSystem, Result};
use crate::fetch::{Digest, Url, git, without_secrets};
use crate::helm::pull::files;
use crate::helm::pull::git::{Address, is_git};

/// The name of the file, beside the kustomization's.
pub const FILE: &str = "kz.lock";

/// Larger ones are not ours.
const MAX_SIZE: u64 = 16 << 20;

/// Something from elsewhere, as a kustomization names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// A chart of a repository or registry.
    Chart { name: String, repo: String, asked: String },
    /// A file of a web server.
    File { url: String },
    /// A chart in a folder of this machine, relative to the directory that is locked.
    Folder { path: String },
    /// A git repository; without a reference what it has checked out.
    Git { url: String, reference: String },
}

/// What it was found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pin {
    Commit(String),
    /// Of a file's content, or of a folder's files.
    Content(Digest),
    Chart {
        version: String,
        /// Of the manifest, where it comes from a registry.
        manifest: Option<Digest>,
        archive: Digest,
    },
}

pub type Entries = BTreeMap<Thing, Pin>;

/// Which entries of a lock do not count, so that they are found anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Renewed {
    #[default]
    Nothing,
    /// Those of a name: a chart, the last part of an address, or all of it.
    Named(String),
}

/// What a build is held to, and what it has used. The default holds to nothing.
#[derive(Debug, Default)]
pub struct Lock {
    /// As a person would type it.
    dir: String,
    held: Option<Entries>,
    renewed: Renewed,
    /// Where it is written down what is used.
    used: Option<Mutex<Entries>>,
    /// What it says nothing of is found, and no error.
    may_lack: bool,
}

impl Lock {
    /// The lock of a directory that is to be built, if it has one.
    ///
    /// Errors: `lock-file`, `lock-version`.
    pub fn of_target(fs: &dyn FileSystem, working_dir: &Path, target: &str) -> Result<Lock> {
        let held = match RepoSpec::parse(target) {
            Some(_) => None,
            None => read(fs, working_dir, target)?,
        };
        Ok(Lock { dir: target.to_owned(), held, ..Lock::default() })
    }

    /// One that writes down what is used. What `held` lacks is found, and no error.
    pub fn recording(target: &str, held: Option<Entries>, renewed: Renewed) -> Lock {
        Lock { dir: target.to_owned(), held, renewed, used: Some(Mutex::default()), may_lack: true }
    }

    /// The same one, which also writes down what is used.
    pub fn watched(self) -> Lock {
        Lock { used: Some(Mutex::default()), ..self }
    }

    /// What a thing has to be. `None`: whatever is found.
    ///
    /// Errors: `lock-missing`: there is a lock, and it says nothing of the thing.
    pub fn pinned(&self, thing: &Thing) -> Result<Option<&Pin>> {
        let Some(held) = &self.held else { return Ok(None) };
        match held.get(thing) {
            Some(_) if self.is_renewed(thing) => Ok(None),
            None if !self.may_lack => Err(Diagnostic::new("lock-missing", format!("`{FILE}` says nothing of {thing}"))
                .help(format!("add it: `kz lock {}`", self.dir))),
            pin => Ok(pin),
        }
    }

    /// Whether an entry does not count. What comes from one revision of a repository is renewed together: its charts
    /// cannot be at two commits.
    fn is_renewed(&self, thing: &Thing) -> bool {
        let Renewed::Named(name) = &self.renewed else { return false };
        let is_of = |repository: &Thing| {
            let held = self.held.iter().flat_map(Entries::keys);
            held.filter(|other| other.is_named(name)).any(|other| other.repository_of().as_ref() == Some(repository))
        };
        thing.is_named(name) || thing.repository_of().as_ref().is_some_and(is_of)
    }

    /// Whether there is a lock that has the thing. `None`: there is no lock.
    pub fn has(&self, thing: &Thing) -> Option<bool> {
        self.held.as_ref().filter(|_| !self.may_lack).map(|held| held.contains_key(thing))
    }

    /// Whether somebody wants to know what things are.
    pub fn is_on(&self) -> bool {
        self.held.is_some() || self.used.is_some()
    }

    /// Takes down what a thing was found to be, if anybody does.
    ///
    /// Errors: those of `pin`.
    pub fn used(&self, thing: Thing, pin: impl FnOnce() -> Result<Pin>) -> Result<()> {
        if let Some(used) = &self.used {
            let pin = pin()?;
            used.lock().unwrap_or_else(|e| e.into_inner()).insert(thing, pin);
        }
        Ok(())
    }

    /// It was not used after all.
    pub fn unused(&self, thing: &Thing) {
        if let Some(used) = &self.used {
            used.lock().unwrap_or_else(|e| e.into_inner()).remove(thing);
        }
    }

    /// What was used so far.
    pub fn uses(&self) -> Entries {
        self.used.as_ref().map(|used| used.lock().unwrap_or_else(|e| e.into_inner()).clone()).unwrap_or_default()
    }

    /// Why a thing cannot be had as it is locked: as `lock-moved` where it is not what it was.
    pub fn explain(&self, thing: &Thing, pin: &Pin, mut error: Box<Diagnostic>) -> Box<Diagnostic> {
        if !MOVED.contains(&error.code) {
            return error.within(format!("`{FILE}` has {thing} as {pin}"));
        }
        error.code = "lock-moved";
        error.message = format!("{thing} is no longer what `{FILE}` says, {pin}: {}", error.message);
        let (dir, name) = (&self.dir, thing.short_name());
        error.help(format!("see what has become of it; `kz lock {dir} --update {name}` takes what is there now"))
    }

    /// Holds a chart's folder to its digest.
    ///
    /// Errors: `lock-missing`, `lock-moved`, `unreadable-file`.
    pub fn check_folder(&self, fs: &dyn FileSystem, thing: Thing, path: &Path) -> Result<()> {
        let pinned = self.pinned(&thing)?;
        let found = Pin::Content(folder::digest(fs, path)?);
        match pinned.filter(|pin| **pin != found) {
            Some(pin) => {
                let message = format!("{thing} has files with the digest {found}, and `{FILE}` says {pin}");
                let (dir, name) = (&self.dir, thing.short_name());
                Err(Diagnostic::new("lock-moved", message).help(format!(
                    "see what has changed in it; `kz lock {dir} --update {name}` takes what is there now"
                )))
            }
            None => self.used(thing, || Ok(found)),
        }
    }
}

/// Codes of errors that say that something is there no more, or is something else.
const MOVED: [&str; 5] = ["git-reference", "wrong-digest", "http-not-found", "chart-not-found", "oci-manifest"];

impl Thing {
    /// What a URL leads to.
    pub fn file(url: &Url) -> Thing {
        Thing::File { url: without_tokens(url.address()) }
    }

    pub fn git(spec: &RepoSpec) -> Thing {
        Thing::repository(&spec.url, &spec.reference)
    }

    pub fn repository(url: &str, reference: &str) -> Thing {
        Thing::Git { url: git::without_password(url).into_owned(), reference: reference.to_owned() }
    }

    pub fn chart(repo: &str, name: &str, asked: &str) -> Thing {
        let (location, query) =
            repo.split_once('?').map_or((repo, ""), |(location, _)| (location, &repo[location.len()..]));
        let repo = without_tokens(&format!("{}{query}", without_secrets(location)));
        Thing::Chart { name: name.to_owned(), repo, asked: asked.to_owned() }
    }

    /// The repository that it is, or that it comes from.
    fn repository_of(&self) -> Option<Thing> {
        match self {
            Thing::Git { .. } => Some(self.clone()),
            Thing::Chart { repo, .. } if is_git(repo) => {
                let address = Address::parse(repo).ok()?;
                Some(Thing::repository(&address.url, &address.reference))
            }
            _ => None,
        }
    }

    /// Whether somebody who says this name means it.
    pub fn is_named(&self, name: &str) -> bool {
        let whole = match self {
            Thing::Chart { name, .. } => name,
            Thing::File { url } | Thing::Git { url, .. } => url,
            Thing::Folder { path } => path,
        };
        whole == name || self.short_name() == name || whole.rsplit('/').next() == Some(name)
    }

    /// A name that a person would type.
    pub fn short_name(&self) -> &str {
        match self {
            Thing::Chart { name, .. } => name,
            Thing::Folder { path } => path,
            Thing::File { url } | Thing::Git { url, .. } => {
                let url = url.split('?').next().unwrap_or_default().trim_end_matches('/');
                let last = url.rsplit(['/', ':']).next().unwrap_or(url);
                last.strip_suffix(".git").filter(|name| !name.is_empty()).unwrap_or(last)
            }
        }
    }
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Thing::Chart { name, repo, asked } if asked.is_empty() => write!(f, "the chart `{name}` of `{repo}`"),
            Thing::Chart { name, repo, asked } => write!(f, "the chart `{name}` {asked} of `{repo}`"),
            Thing::File { url } => write!(f, "the file `{url}`"),
            Thing::Folder { path } => write!(f, "the chart in `{path}`"),
            Thing::Git { url, reference } if reference.is_empty() => write!(f, "the repository `{url}`"),
            Thing::Git { url, reference } => write!(f, "the repository `{url}` at `{reference}`"),
        }
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pin::Commit(id) => write!(f, "commit `{id}`"),
            Pin::Content(digest) => write!(f, "`{digest}`"),
            Pin::Chart { version, archive, manifest: None } => write!(f, "version {version}, `{archive}`"),
            Pin::Chart { version, archive, manifest: Some(manifest) } => {
                write!(f, "version {version}, `{archive}` of manifest `{manifest}`")
            }
        }
    }
}

/// What the lock of a directory says. `None`: it has none.
///
/// Errors: `lock-file`, `lock-version`.
pub fn read(fs: &dyn FileSystem, working_dir: &Path, dir: &str) -> Result<Option<Entries>> {
    let (path, name) = (working_dir.join(dir).join(FILE), file_name(dir));
    let broken = |why: String| {
        Diagnostic::new("lock-file", format!("`{name}` cannot be used: {why}"))
            .help(format!("mend it, or remove it and make a new one: `kz lock {dir}`"))
    };
    let text = match fs.read_within(&path, MAX_SIZE) {
        Ok(text) => text.ok_or_else(|| broken("it is too large".to_owned()))?,
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        Err(e) => return Err(broken(e.to_string())),
    };
    match text::version(&text).map_err(broken)? {
        text::VERSION => text::read(&text).map(Some).map_err(broken),
        newer => Err(Diagnostic::new("lock-version", format!("`{name}` is of version {newer}"))
            .help(format!("this kz knows version {}: use a newer one, or make a new lock", text::VERSION))),
    }
}

/// The lock of a directory, as a person would type it.
pub fn file_name(dir: &str) -> String {
    if dir == "." { FILE.to_owned() } else { Path::new(dir).join(FILE).display().to_string() }
}

/// Writes the lock of a directory, if it is not there as it is to be.
///
/// Errors: `write`.
pub fn write(fs: &dyn FileSystem, working_dir: &Path, dir: &str, entries: &Entries) -> Result<()> {
    let path = working_dir.join(dir).join(FILE);
    let text = text::write(entries).into_bytes();
    if fs.read(&path).is_ok_and(|there| *there == *text) {
        return Ok(());
    }
    files::replace(&path, &text, 0o644).map_err(|e| {
        Diagnostic::new("write", format!("cannot write `{}`: {e}", file_name(dir)))
            .help("make the directory one that you may write to")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_have_names_that_a_person_would_type() {
        let file = |url: &str| Thing::file(&Url::parse(url).unwrap());
        let git = |url: &str| Thing::git(&RepoSpec::parse(url).unwrap());
        for (thing, name) in [
            (file("https://host/a/b.yaml?x=1"), "b.yaml"),
            (file("https://host"), "host"),
            (git("https://github.com/org/repo.git?ref=main"), "repo"),
            (git("git@host.example:path/to/repo.git//deploy"), "repo"),
            (git("file:///srv/x/.git//deploy"), ".git"),
            (Thing::chart("https://host/charts", "web", ""), "web"),
        ] {
            assert_eq!(thing.short_name(), name);
            assert!(thing.is_named(name));
        }
        assert!(git("https://github.com/org/repo").is_named("https://github.com/org/repo"));
        assert!(!git("https://github.com/org/repo").is_named("org"));
        let folder = Thing::Folder { path: "charts/web".to_owned() };
        assert!(folder.is_named("web") && folder.is_named("charts/web") && !folder.is_named("charts"));
    }

    #[test]
    fn nothing_that_is_secret_is_written_down() {
        let thing = Thing::chart("https://me:secret@host/charts?token=secret", "web", "1.0");
        let Thing::Chart { repo, .. } = &thing else { unreachable!() };
        assert!(repo.starts_with("https://host/charts?…") && !repo.contains("secret"), "{repo}");
        assert_ne!(thing, Thing::chart("https://host/charts?token=other", "web", "1.0"));
        let git = Thing::git(&RepoSpec::parse("https://token@host/org/repo?ref=main").unwrap());
        assert_eq!(git.to_string(), "the repository `https://host/org/repo` at `main`");
    }

    #[test]
    fn a_lock_holds_what_it_has_and_misses_what_it_has_not() {
        let (web, db) = (Thing::chart("https://h", "web", ""), Thing::chart("https://h", "db", ""));
        let pin = Pin::Content(Digest::of(b"x"));
        let held = || Some(Entries::from([(web.clone(), pin.clone())]));
        let building = Lock { dir: "d".into(), held: held(), ..Lock::default() };
        assert_eq!(building.pinned(&web).unwrap(), Some(&pin));
        assert_eq!(building.pinned(&db).unwrap_err().help.as_deref(), Some("add it: `kz lock d`"));
        assert_eq!((building.has(&web), building.has(&db)), (Some(true), Some(false)));
        let renewing = Lock::recording("d", held(), Renewed::Named("web".into()));
        assert_eq!((renewing.pinned(&web).unwrap(), renewing.pinned(&db).unwrap()), (None, None));
        assert_eq!(Lock::default().pinned(&web).unwrap(), None);
    }

    #[test]
    fn what_comes_from_one_commit_is_renewed_together() {
        let chart = |name: &str, repo: &str| Thing::chart(&format!("git+https://h/{repo}@charts?ref=main"), name, "");
        let repository = |repo: &str| Thing::repository(&format!("https://h/{repo}"), "main");
        let things = [chart("web", "a"), chart("db", "a"), repository("a"), chart("api", "b"), repository("b")];
        let pin = Pin::Content(Digest::of(b"x"));
        let held = Some(things.iter().map(|thing| (thing.clone(), pin.clone())).collect());
        for (name, renewed) in [("web", 3), ("a", 3), ("api", 2), ("none", 0)] {
            let lock = Lock::recording("d", held.clone(), Renewed::Named(name.into()));
            let count = things.iter().filter(|thing| lock.pinned(thing).unwrap().is_none()).count();
            assert_eq!(count, renewed, "{name}");
        }
    }
}
