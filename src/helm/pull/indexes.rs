//! Indexes of repositories: those that Helm keeps on disk, and those that are fetched.
//!
//! Source: DownloadIndexFile in pkg/repo/v1/chartrepo.go.
//!
//! **Invariant:** a process reads an index once.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Arc;

use super::access::{Access, because, get};
use super::homes::Homes;
use super::index::{Index, MAX_INDEX};
use super::repositories::Entry;
use super::{Pulling, files, git, url};
use crate::base::{Diagnostic, Result};
use crate::fetch::http::{Failure, Kind};
use crate::fetch::{Freshness, without_secrets};

/// The index of a repository that is known by its URL.
///
/// Errors: those of fetching, `repository-index`.
pub fn fetched(pulling: &Pulling, access: &Access, repo: &str) -> Result<Arc<Index>> {
    let text = download(pulling, access, repo)?;
    let name = format!("{}/index.yaml", without_secrets(repo).trim_end_matches('/'));
    pulling.indexes.get(repo, || Index::read(pulling.sources, &name, text).map(Arc::new))
}

fn download(pulling: &Pulling, access: &Access, repo: &str) -> Result<Arc<[u8]>> {
    if git::is_git(repo) {
        return git::index(pulling, access, repo).map(Into::into);
    }
    check_scheme(repo)?;
    let address = url::resolve(repo, "index.yaml")?;
    let request = access.request(repo, &address)?.limit(MAX_INDEX);
    let (text, _) =
        get(pulling.fetch, "index", &request, Freshness::Asked).map_err(|failure| unusable(repo, failure))?;
    Ok(text)
}

fn unusable(repo: &str, failure: Failure) -> Box<Diagnostic> {
    // Then nobody has asked the repository.
    if matches!(failure.kind, Kind::Offline | Kind::Local) {
        return failure.into();
    }
    let what = format!("looks like \"{}\" is not a valid chart repository or cannot be reached", without_secrets(repo));
    because(what, failure)
}

/// Errors: `bad-url`: repositories are asked over HTTP.
fn check_scheme(repo: &str) -> Result<()> {
    match url::scheme(repo).as_str() {
        "http" | "https" => Ok(()),
        "oci" => Err(Diagnostic::new("bad-url", format!("`{}` is no repository with an index", without_secrets(repo)))
            .help("charts of registries need no repository: name them whole, `oci://HOST/PATH/CHART`")),
        _ => Err(Diagnostic::new("bad-url", format!("could not find protocol handler for: {}", without_secrets(repo)))
            .help("the URL of a repository starts with `https://` or `http://`")),
    }
}

/// Fetches the index of a repository, and puts it where Helm keeps it; where that is nowhere, only this process knows it.
/// What the entry does not say of its server `access` says.
///
/// Errors: as [`fetched`]; `repository-index`: it cannot be written.
pub fn refresh(pulling: &Pulling, access: &Access, entry: &Entry) -> Result<()> {
    let access = access.of_repository(entry);
    let text = download(pulling, &access, &entry.url)?;
    let index = fetched(pulling, &access, &entry.url)?;
    // Go: all entries are looked at.
    for chart in index.all() {
        let (_, versions) = chart?;
        versions.skipped.into_iter().for_each(|note| (pulling.note)(note));
    }
    let names: String = index.names().map(|name| format!("{name}\n")).collect();
    let homes = pulling.homes;
    let files = [(homes.charts(&entry.name), names.as_bytes()), (homes.index(&entry.name), &text)];
    for (path, text) in files.iter().filter(|_| !Homes::is_nowhere(&homes.indexes)) {
        files::replace(path, text, 0o644).map_err(|e| {
            Diagnostic::new("repository-index", format!("cannot write `{}`: {e}", path.display()))
                .help("name another folder: `--repository-cache DIR` or `HELM_REPOSITORY_CACHE`")
        })?;
    }
    pulling.indexes.know(homes.index(&entry.name).display().to_string(), index);
    Ok(())
}

/// For who fetches indexes to keep them.
///
/// Errors: `repository-index`: nobody says where.
pub fn check_place(homes: &Homes) -> Result<()> {
    if Homes::is_nowhere(&homes.indexes) {
        return Err(Diagnostic::new("repository-index", "there is no place for the indexes of repositories")
            .help("set `HOME`, or name a folder: `--repository-cache DIR` or `HELM_REPOSITORY_CACHE`"));
    }
    Ok(())
}

/// The index that Helm keeps of a repository.
///
/// Errors: `repository-index`: there is none, or it cannot be read.
pub fn cached(pulling: &Pulling, repository: &str) -> Result<Arc<Index>> {
    let path = pulling.homes.index(repository);
    let name = path.display().to_string();
    pulling.indexes.get(&name, || {
        let text = match read(pulling.homes, &path) {
            Ok(text) => text,
            Err(e) if e.kind() == ErrorKind::NotFound => {
                return Err(Diagnostic::new("repository-index", format!("no cached repo found for `{repository}`"))
                    .help(format!("fetch its index: `kz repo update {repository}`")));
            }
            Err(e) => {
                return Err(Diagnostic::new("repository-index", format!("cannot read `{name}`: {e}"))
                    .help(format!("fetch it anew: `kz repo update {repository}`")));
            }
        };
        Index::read(pulling.sources, &name, text.into())
            .map(Arc::new)
            .map_err(|error| because(format!("error loading {name}"), error))
    })
}

/// Whether the index that Helm keeps of a repository has a URL. Where it has none, or cannot be read: no.
pub fn leads_to(pulling: &Pulling, entry: &Entry, wanted: &str) -> bool {
    // Most indexes do not even name the file.
    let name = wanted.rsplit('/').next().unwrap_or_default();
    let text = read(pulling.homes, &pulling.homes.index(&entry.name));
    if text.is_ok_and(|text| memchr::memmem::find(&text, name.as_bytes()).is_none()) {
        return false;
    }
    let Ok(index) = cached(pulling, &entry.name) else { return false };
    let mut urls = index.all().flatten().flat_map(|(_, versions)| versions.list).flat_map(|version| version.urls);
    urls.any(|found| url::equal(wanted, &found))
}

/// Where indexes are nowhere, a file of that name in the working directory is none.
fn read(homes: &Homes, path: &Path) -> io::Result<Vec<u8>> {
    if Homes::is_nowhere(&homes.indexes) { Err(ErrorKind::NotFound.into()) } else { fs::read(path) }
}
