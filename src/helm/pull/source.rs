//! Where a chart comes from: what a reference on a command line, in a kustomization or in a Chart.yaml means.
//!
//! Source: LocateChart in pkg/action/install.go, ResolveChartVersion in pkg/downloader/chart_downloader.go,
//! FindChartInRepoURL in pkg/repo/v1/chartrepo.go.
//!
//! **Not here:** fetching the archive ([`super::archive`]).

use std::path::PathBuf;
use std::sync::Arc;

use super::access::{Access, because};
use super::choice::{self, choose};
use super::index::{ChartVersion, Index};
use super::repositories::{Entry, Repositories};
use super::vouched::Check;
use super::{Pulling, git, indexes, oci, url};
use crate::base::{Diagnostic, Result};
use crate::fetch::{Digest, without_secrets};

/// What somebody asks for.
#[derive(Clone, Copy)]
pub struct Wanted<'w> {
    /// `repo/web`, `https://host/web-1.2.0.tgz`, `oci://host/charts/web`, a path; with `repo` the name of a chart.
    pub reference: &'w str,
    /// A version, a constraint, or nothing.
    pub version: &'w str,
    /// The URL of a repository that nobody needs to have added.
    pub repo: Option<&'w str>,
    pub access: &'w Access,
    pub check: Check<'w>,
}

/// Where it is.
pub enum Source {
    /// A folder or an archive on disk.
    Disk(PathBuf),
    /// An archive behind a URL.
    Archive(Remote),
    /// In a registry.
    Oci(oci::Wanted),
    /// In a git repository.
    Git(git::Address),
}

/// An archive behind a URL.
pub struct Remote {
    pub url: String,
    /// Where it is, too.
    pub others: Vec<String>,
    /// Whose credentials `access` has.
    pub base: String,
    pub access: Access,
    /// What the index says of it.
    pub digest: Option<Digest>,
    /// The URL is that of one version, and stays what it is.
    pub is_version: bool,
}

/// Finds a chart on disk or elsewhere.
///
/// Errors: `chart-not-found`, `repository-index`, those of fetching.
pub fn find(pulling: &Pulling, wanted: &Wanted) -> Result<Source> {
    let path = wanted.reference.trim();
    if wanted.repo.is_none() {
        if pulling.fs.is_dir(path.as_ref()) || pulling.fs.is_file(path.as_ref()) {
            return Ok(Source::Disk(path.into()));
        }
        if path.starts_with(['.', '/']) {
            return Err(
                not_found(format!("path \"{path}\" not found")).help("name a folder with a Chart.yaml, or a `.tgz`")
            );
        }
    }
    find_elsewhere(pulling, wanted)
}

/// Finds a chart that is not on disk.
///
/// Errors: as [`find`].
pub fn find_elsewhere(pulling: &Pulling, wanted: &Wanted) -> Result<Source> {
    let reference = wanted.reference.trim();
    match wanted.repo {
        Some(repo) => of_repository_url(pulling, wanted, repo, reference),
        None if is_oci(reference) => {
            let (reference, version) = (reference.to_owned(), wanted.version.to_owned());
            Ok(Source::Oci(oci::Wanted { reference, version: Some(version), access: wanted.access.clone() }))
        }
        None if git::is_git(reference) => Ok(Source::Git(git::Address::parse(reference)?.with_access(wanted.access))),
        None if url::is_absolute(reference) => of_url(pulling, wanted, reference),
        None => of_name(pulling, wanted, reference),
    }
}

/// Go: registry.IsOCI.
pub fn is_oci(reference: &str) -> bool {
    reference.starts_with("oci://")
}

/// A chart of a repository that is named by its URL. Go: FindChartInRepoURL.
fn of_repository_url(pulling: &Pulling, wanted: &Wanted, repo: &str, name: &str) -> Result<Source> {
    let index = indexes::fetched(pulling, wanted.access, repo)?;
    in_index(pulling, &index, &Place { name, version: wanted.version, repo, label: repo, access: wanted.access })
}

/// `repo/web`: a chart of a repository that was added.
fn of_name(pulling: &Pulling, wanted: &Wanted, reference: &str) -> Result<Source> {
    let Some((repo, name)) = reference.split_once('/') else {
        return Err(not_found(format!("there is no folder or file `{}`", without_secrets(reference)))
            .help("name a folder, a `.tgz`, `REPOSITORY/CHART`, a URL, or a chart of a repository with `--repo URL`"));
    };
    if reference.starts_with(['.', '/']) {
        return Err(not_found(format!("`{reference}` is a path, and what is fetched is not on disk"))
            .help("name `REPOSITORY/CHART`, a URL, or a chart of a repository with `--repo URL`"));
    }
    let repositories = Repositories::read(&pulling.homes.repositories)?;
    let entry = repositories.get(repo).filter(|entry| !entry.url.is_empty()).ok_or_else(|| {
        let known: Vec<&str> = repositories.entries.iter().map(|entry| entry.name.as_str()).collect();
        let help = match known.as_slice() {
            [] => format!("add it: `kz repo add {repo} URL`"),
            known => format!("add it: `kz repo add {repo} URL`; there is {}", known.join(", ")),
        };
        not_found(format!("repo {repo} not found")).help(help)
    })?;
    let index = indexes::cached(pulling, &entry.name)?;
    let access = wanted.access.of_repository(entry);
    let place = Place { name, version: wanted.version, repo: &entry.url, label: &entry.name, access: &access };
    in_index(pulling, &index, &place)
}

/// The URL of an archive. If a repository that was added leads there, it is asked as that one.
fn of_url(pulling: &Pulling, wanted: &Wanted, url: &str) -> Result<Source> {
    let repositories = Repositories::read(&pulling.homes.repositories)?;
    let owner = repositories.entries.iter().find(|entry| indexes::leads_to(pulling, entry, url));
    let (base, access) = match owner {
        Some(entry) => (entry.url.clone(), wanted.access.of_repository(entry)),
        None => (url.to_owned(), wanted.access.clone()),
    };
    let (url, others) = (url.to_owned(), Vec::new());
    Ok(Source::Archive(Remote { url, others, base, access, digest: None, is_version: false }))
}

/// A chart that is looked for in an index.
pub struct Place<'p> {
    pub name: &'p str,
    pub version: &'p str,
    /// The URL of the repository.
    pub repo: &'p str,
    /// What people know it by.
    pub label: &'p str,
    pub access: &'p Access,
}

/// The source of a chart in an index.
///
/// Errors: `chart-not-found`, `repository-index`.
pub fn in_index(pulling: &Pulling, index: &Arc<Index>, place: &Place) -> Result<Source> {
    let Place { name, version, label, .. } = *place;
    let version = version.trim();
    let what = match version {
        "" => format!("chart \"{name}\""),
        version => format!("chart \"{name}\" version \"{version}\""),
    };
    let missing = || not_found(format!("{what} not found in {} repository", without_secrets(label)));
    let Some(versions) = index.versions(name)? else {
        return Err(missing().help(similar(index, name)));
    };
    versions.skipped.iter().for_each(|note| (pulling.note)(note.clone()));
    let choice = choose(&versions.list, version)
        .map_err(|why| missing().help(format!("`{version}` is neither a version nor a constraint: {why}")))?
        .ok_or_else(|| missing().help(there_are(&versions.list)))?;
    if choice.is_another {
        (pulling.note)(format!(
            "there is no version {version} of {name}; {} is taken",
            choice.version.metadata.version
        ));
    }
    let is_exact = choice::is_exact(&choice.version.metadata.version);
    of_version(choice.version, place, &what, is_exact)
}

/// The source of an entry of an index.
///
/// Errors: `repository-index`: it has no URL, or a digest that is none.
pub fn of_version(version: &ChartVersion, place: &Place, what: &str, is_version: bool) -> Result<Source> {
    let wrong = |why: String| Diagnostic::new("repository-index", why).help("ask who keeps the repository to mend it");
    let reference = version.urls.first().ok_or_else(|| wrong(format!("{what} has no downloadable URLs")))?;
    let url = url::resolve(place.repo, reference)
        .map_err(|error| because(format!("{what} has a URL that is none"), error))?;
    if git::is_git(&url) {
        if !git::is_git(place.repo) {
            return Err(wrong(format!("{what} leads from a repository to git")));
        }
        git::check_leads_here(&git::Address::parse(place.repo)?, &url)?;
        return Ok(Source::Git(git::Address::parse(&url)?.with_access(place.access)));
    }
    if is_oci(&url) {
        // User and password are the repository's.
        let access = Access { tls: place.access.tls.clone(), plain_http: place.access.plain_http, ..Access::default() };
        let has_tag = url.rsplit('/').next().is_some_and(|last| last.contains([':', '@']));
        let version = (!has_tag).then(|| version.metadata.version.clone());
        return Ok(Source::Oci(oci::Wanted { reference: url, version, access }));
    }
    let digest = match version.digest.as_str() {
        "" => None,
        text => {
            Some(Digest::parse(text).ok_or_else(|| wrong(format!("{what} has the digest `{text}`, which is none")))?)
        }
    };
    let (base, access) = (place.repo.to_owned(), place.access.clone());
    let others = version.urls.iter().skip(1).filter_map(|reference| url::resolve(place.repo, reference).ok());
    let others = others.filter(|url| !is_oci(url)).collect();
    Ok(Source::Archive(Remote { url, others, base, access, digest, is_version }))
}

/// The repository of a URL among some. Go: urlutil.Equal.
pub fn entry_of<'e>(entries: &'e [Entry], repository: &str) -> Option<&'e Entry> {
    entries.iter().find(|entry| url::equal(&entry.url, repository))
}

fn not_found(message: String) -> Box<Diagnostic> {
    Diagnostic::new("chart-not-found", message)
}

/// What to do where an index does not name a chart.
fn similar(index: &Index, name: &str) -> String {
    let near = index.names().find(|other| other.contains(name) || name.contains(*other));
    match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "see whether the name is right, and whether the index is the newest: `kz repo update`".to_owned(),
    }
}

fn there_are(versions: &[ChartVersion]) -> String {
    const MOST: usize = 5;
    let names: Vec<&str> = versions.iter().take(MOST).map(|version| version.metadata.version.as_str()).collect();
    let more = if versions.len() > MOST { " and older ones" } else { "" };
    match names.as_slice() {
        [] => "it has no versions".to_owned(),
        names => format!("there is {}{more}; prereleases are for `--devel`", names.join(", ")),
    }
}
