//! `kz repo`: the list of repositories, kept as Helm keeps it.
//!
//! Source: pkg/cmd/repo_add.go, repo_remove.go, repo_update.go.
//!
//! **Invariant:** a repository is added when its index was read, and nothing is removed where one of the names is not
//! known.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::access::Access;
use super::repositories::{Entry, Repositories, lock};
use super::{Pulling, indexes};
use crate::base::{Diagnostic, Result, parallel};
use crate::fetch::without_secrets;

/// Repositories that are gone for good, and where their charts are now.
const GONE: &[(&str, &str)] = &[
    ("//kubernetes-charts.storage.googleapis.com", "https://charts.helm.sh/stable"),
    ("//kubernetes-charts-incubator.storage.googleapis.com", "https://charts.helm.sh/incubator"),
];

/// So many servers are asked at once.
const AT_ONCE: usize = 8;

/// What became of a repository that was to be added.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Added {
    New,
    /// It was there with the same settings.
    Already,
}

/// What is done with a name that is taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Taken {
    Refuse,
    /// `--force-update`
    Replace,
}

/// Adds a repository, and fetches its index.
///
/// Errors: `repositories`: the name is not allowed, or taken by a repository with other settings; the file cannot be
/// written. Those of fetching.
pub fn add(pulling: &Pulling, entry: Entry, taken: Taken) -> Result<Added> {
    let path = &pulling.homes.repositories;
    let _lock = lock(path)?;
    let mut repositories = Repositories::read(path)?;
    if entry.name.contains('/') {
        return Err(refused(format!("repository name ({}) contains '/'", entry.name)).help("choose a name without it"));
    }
    if taken == Taken::Refuse
        && let Some(existing) = repositories.get(&entry.name)
    {
        if *existing == entry {
            return Ok(Added::Already);
        }
        return Err(refused(format!("repository name ({}) already exists with other settings", entry.name))
            .help("choose another name, or replace it: `--force-update`"));
    }
    indexes::check_place(pulling.homes)?;
    indexes::refresh(pulling, &Access::default(), &entry)?;
    repositories.put(entry);
    repositories.write(path)?;
    Ok(Added::New)
}

/// Refuses URLs of repositories that are known to be gone.
///
/// Errors: `repositories`.
pub fn check_not_gone(url: &str) -> Result<()> {
    match GONE.iter().find(|(gone, _)| url.contains(gone)) {
        Some((_, now)) => Err(refused(format!("repo \"{}\" is no longer available", without_secrets(url)))
            .help(format!("its charts are at `{now}`"))),
        None => Ok(()),
    }
}

/// Removes repositories and their indexes.
///
/// Errors: `repositories`: one of them is not there, and then nothing is removed; a file cannot be written.
pub fn remove(pulling: &Pulling, names: &[String]) -> Result<()> {
    let path = &pulling.homes.repositories;
    let before = Repositories::read(path)?;
    if before.entries.is_empty() {
        return Err(refused("no repositories configured".to_owned()).help("add one: `kz repo add NAME URL`"));
    }
    let _lock = lock(path)?;
    let mut repositories = Repositories::read(path)?;
    for name in names {
        if !repositories.remove(name) {
            return Err(unknown(format!("no repo named \"{name}\" found"), &before));
        }
    }
    repositories.write(path)?;
    for name in names {
        for cached in [pulling.homes.charts(name), pulling.homes.index(name)] {
            remove_file(&cached)?;
        }
    }
    Ok(())
}

fn remove_file(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(e) if !matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Err(Diagnostic::new("repository-index", format!("cannot remove `{}`: {e}", path.display()))
                .help("remove it yourself"))
        }
        _ => Ok(()),
    }
}

/// The repositories of these names, whose indexes are to be kept; all where none is named.
///
/// Errors: `repositories`: there are none, or not this one; `repository-index`: nobody says where indexes are kept.
pub fn chosen(pulling: &Pulling, names: &[String]) -> Result<Vec<Entry>> {
    indexes::check_place(pulling.homes)?;
    let repositories = Repositories::read(&pulling.homes.repositories)?;
    if repositories.entries.is_empty() {
        return Err(refused("no repositories found".to_owned()).help("add one: `kz repo add NAME URL`"));
    }
    if let Some(name) = names.iter().find(|name| repositories.get(name).is_none()) {
        return Err(unknown(format!("no repositories found matching '{name}'"), &repositories));
    }
    let is_wanted = |entry: &Entry| names.is_empty() || names.contains(&entry.name);
    Ok(repositories.entries.into_iter().filter(is_wanted).collect())
}

/// Fetches the indexes of repositories, side by side; what an entry does not say of its server `access` says. What
/// became of each, in their order.
pub fn update(pulling: &Pulling, access: &Access, entries: &[Entry]) -> Vec<Result<()>> {
    parallel::map_waiting(entries, AT_ONCE, |entry| indexes::refresh(pulling, access, entry))
}

fn refused(message: String) -> Box<Diagnostic> {
    Diagnostic::new("repositories", message)
}

fn unknown(message: String, repositories: &Repositories) -> Box<Diagnostic> {
    let names: Vec<String> = repositories.entries.iter().map(|entry| format!("`{}`", entry.name)).collect();
    refused(message).help(format!("there is {}", names.join(", ")))
}
