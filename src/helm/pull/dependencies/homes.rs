//! Where each of the dependencies is at home.
//!
//! Source: resolveRepoNames and ensureMissingRepos in pkg/downloader/manager.go, GetLocalPath in
//! internal/resolver/resolver.go.

use std::path::{Path, PathBuf};

use crate::base::{Diagnostic, Result};
use crate::fetch::{Digest, without_secrets};
use crate::helm::metadata::Dependency;
use crate::helm::pull::git::is_git;
use crate::helm::pull::repositories::Entry;
use crate::helm::pull::source::is_oci;
use crate::helm::pull::url;

/// The home of a dependency.
pub enum Home {
    /// It lies unpacked in `charts/`.
    Charts,
    /// A folder on disk: `file://`.
    Folder(PathBuf),
    /// A registry: `oci://`.
    Registry,
    /// A repository that somebody added.
    Managed(Entry),
    /// A repository that is known by its URL alone.
    Unmanaged(Entry),
}

impl Home {
    /// The repository that has an index.
    pub fn repository(&self) -> Option<&Entry> {
        match self {
            Home::Managed(entry) | Home::Unmanaged(entry) => Some(entry),
            Home::Charts | Home::Folder(_) | Home::Registry => None,
        }
    }

    pub fn unmanaged(&self) -> Option<&Entry> {
        match self {
            Home::Unmanaged(entry) => Some(entry),
            _ => None,
        }
    }
}

/// The homes of dependencies, in their order. Names of repositories, `@name` and `alias:name`, become URLs.
///
/// Errors: `chart-dependency`: a folder that is not there, a repository that nobody knows.
pub fn of(folder: &Path, dependencies: &mut [Dependency], repositories: &[Entry]) -> Result<Vec<Home>> {
    let mut homes = Vec::new();
    let mut unknown = Vec::new();
    for dependency in dependencies {
        let repository = &mut dependency.repository;
        if repository.is_empty() {
            homes.push(Home::Charts);
        } else if let Some(path) = local_path(folder, repository) {
            if !path.exists() {
                return Err(Diagnostic::new("chart-dependency", format!("directory {} not found", path.display()))
                    .at(dependency.span)
                    .help("paths behind `file://` are taken from the chart's folder"));
            }
            homes.push(Home::Folder(path));
        } else if is_oci(repository) {
            homes.push(Home::Registry);
        } else if let Some(entry) = repositories.iter().find(|entry| is_it(entry, repository)) {
            if !url::equal(&entry.url, repository) {
                repository.clone_from(&entry.url);
            }
            homes.push(Home::Managed(entry.clone()));
        } else if is_git(repository) || matches!(url::scheme(repository).as_str(), "http" | "https") {
            homes.push(Home::Unmanaged(unmanaged(repository)));
        } else {
            unknown.push((without_secrets(repository), dependency.span));
        }
    }
    if unknown.is_empty() {
        return Ok(homes);
    }
    let names: Vec<&str> = unknown.iter().map(|(name, _)| name.as_str()).collect();
    let error = Diagnostic::new("chart-dependency", format!("no repository definition for {}", names.join(", ")));
    let error = unknown.iter().fold(error, |error, (_, span)| error.at(*span));
    Err(error.help("a repository is a URL, or `@NAME` of one that was added: `kz repo add NAME URL`"))
}

/// The folder of a `file://` repository.
pub fn local_path(folder: &Path, repository: &str) -> Option<PathBuf> {
    // An absolute path stays what it is.
    repository.strip_prefix("file://").map(|path| folder.join(path))
}

fn is_it(entry: &Entry, repository: &str) -> bool {
    let name = repository.strip_prefix('@').or_else(|| repository.strip_prefix("alias:"));
    name == Some(&entry.name) || url::equal(&entry.url, repository)
}

/// A repository by its URL, with the name by which Helm keeps its index.
fn unmanaged(url: &str) -> Entry {
    let name = format!("helm-manager-{}", Digest::of(url.as_bytes()).hex());
    Entry { name, url: url.to_owned(), ..Entry::default() }
}
