//! Archives of charts, fetched by way of the cache.
//!
//! **Invariant:** what is handed out has the digest that the index names. What an exact version was found to be is
//! not asked for again, unless it is no archive.
//! **Not here:** reading the archive ([`crate::helm::load`]).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::access::get;
use super::choice::is_exact;
use super::source::{Remote, Source, Wanted, find, find_elsewhere};
use super::vouched::{Check, Provenance, Pulled};
use super::{Pulling, git, oci, url, vouched};
use crate::base::{Diagnostic, FileSystem, Result, Sources};
use crate::fetch::cache::{Entry, Key};
use crate::fetch::http::{Failure, Kind};
use crate::fetch::{Digest, Freshness, without_secrets};
use crate::helm::archive::read_bytes;
use crate::helm::chart::Chart;
use crate::helm::load::{self, Ahead};
use crate::helm::provenance::{self, MAX_PROVENANCE};

/// An archive may have so many bytes.
pub const MAX_ARCHIVE: u64 = 128 << 20;

/// So many more URLs are tried where the first has nothing.
const MAX_OTHERS: usize = 4;

/// A chart that was found.
pub enum Found {
    /// A folder or an archive on disk.
    Disk(PathBuf),
    Fetched(Archive),
}

/// An archive that was fetched.
#[derive(Clone)]
pub struct Archive {
    pub content: Arc<[u8]>,
    /// That of the content; of what was packed here, that of its files, however they are compressed.
    pub digest: Digest,
    /// `web-1.2.0.tgz`
    pub file_name: String,
    /// What it is in the registry that it comes from.
    pub origin: Option<oci::Origin>,
}

impl Found {
    /// Reads the chart, if it is one that can be rendered.
    pub fn load(&self, fs: &dyn FileSystem, sources: &Sources, ahead: Ahead) -> Result<Chart> {
        match self {
            Found::Disk(path) => load::load(fs, sources, path, ahead),
            Found::Fetched(archive) => load::load_archive(sources, &archive.file_name, &archive.content, ahead),
        }
    }

    /// Reads the chart, whatever its version.
    pub fn load_any(&self, fs: &dyn FileSystem, sources: &Sources) -> Result<Chart> {
        match self {
            Found::Disk(path) => load::load_any(fs, sources, path, path),
            Found::Fetched(archive) => load::load_any_archive(sources, &archive.file_name, &archive.content),
        }
    }

    /// All files, with their paths in the chart's folder.
    ///
    /// Errors: `chart-archive`; `chart-file` where it lies on disk.
    pub fn files(&self) -> Result<Vec<(String, Arc<[u8]>)>> {
        match self {
            Found::Fetched(archive) => {
                let files = read_bytes(&archive.file_name, &archive.content)?;
                Ok(files.into_iter().map(|file| (file.name, file.data)).collect())
            }
            Found::Disk(path) => Err(Diagnostic::new("chart-file", format!("`{}` was not fetched", path.display()))),
        }
    }

    /// The folder or file, where it is on disk.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Found::Disk(path) => Some(path),
            Found::Fetched(_) => None,
        }
    }
}

impl Archive {
    /// Whether it can be unpacked. What cannot is not what its version stands for: the page of a proxy, half of it.
    fn is_sound(&self) -> bool {
        read_bytes(&self.file_name, &self.content).is_ok()
    }
}

/// Finds a chart and fetches it if it is not on disk; verifies it where that is asked for.
///
/// Errors: those of [`find`], of fetching, `wrong-digest`; `provenance`, `keyring`.
pub fn locate(pulling: &Pulling, wanted: &Wanted) -> Result<Found> {
    if wanted.check == Check::Never
        && let Some(archive) = known(pulling, wanted)
    {
        return Ok(Found::Fetched(archive));
    }
    match (find(pulling, wanted)?, wanted.check) {
        (Source::Disk(path), Check::Always(keyring)) => {
            let (content, _) = provenance::verify_file(pulling.fs, &path, keyring, pulling.fetch.now())?;
            Ok(Found::Fetched(on_disk(&path, content.into())))
        }
        (Source::Disk(path), _) => Ok(Found::Disk(path)),
        (source, check) => {
            let pulled = vouched::fetch(pulling, &source, check)?;
            remember(pulling, wanted, &pulled.archive)?;
            Ok(Found::Fetched(pulled.archive))
        }
    }
}

/// A chart whose archive is known by its digest. The cache's is enough, whatever it comes from.
///
/// Errors: as [`locate`]; `wrong-digest` where another one is there now.
pub fn locate_pinned(pulling: &Pulling, wanted: &Wanted, digest: Digest, file_name: String) -> Result<Archive> {
    if let Some(content) = pulling.fetch.cache()?.blob(&digest) {
        return Ok(Archive { content, digest, file_name, origin: None });
    }
    let source = match find_elsewhere(pulling, wanted)? {
        Source::Archive(remote) => Source::Archive(Remote { digest: Some(digest), ..remote }),
        source => source,
    };
    let (archive, _) = fetch(pulling, &source, false)?;
    if archive.digest == digest {
        return Ok(Archive { file_name, ..archive });
    }
    let message = format!("the archive has the digest `{}`, and `{digest}` was expected", archive.digest);
    Err(Diagnostic::new("wrong-digest", message).help("somebody changed it, or the digest is that of something else"))
}

/// Fetches a chart, and where it is asked for what vouches for it. Go: DownloadTo.
///
/// Errors: as [`locate`].
pub fn download(pulling: &Pulling, wanted: &Wanted) -> Result<Pulled> {
    if wanted.check == Check::Never
        && let Some(archive) = known(pulling, wanted)
    {
        return Ok(Pulled::from(archive));
    }
    let source = find_elsewhere(pulling, wanted)?;
    let pulled = vouched::fetch(pulling, &source, wanted.check)?;
    remember(pulling, wanted, &pulled.archive)?;
    Ok(pulled)
}

/// The archive of a source, and where it is asked for the file that vouches for it, which nobody looks into.
///
/// Errors: those of fetching, `wrong-digest`.
pub fn fetch(pulling: &Pulling, source: &Source, with_provenance: bool) -> Result<(Archive, Option<Provenance>)> {
    match source {
        Source::Archive(remote) => {
            let archive = fetch_remote(pulling, remote)?;
            let provenance = with_provenance.then(|| provenance_of(pulling, remote)).transpose()?;
            Ok((archive, provenance))
        }
        Source::Oci(wanted) => oci::fetch(pulling, wanted, with_provenance),
        Source::Git(address) => {
            let archive = git::archive(pulling, address)?;
            let none = || Provenance::Missing("there is no such file beside it in the repository".to_owned());
            let provenance = || git::provenance(pulling, address).map(|text| text.map_or_else(none, Provenance::There));
            Ok((archive, with_provenance.then(provenance).transpose()?))
        }
        Source::Disk(path) => {
            let content = pulling.fs.read(path).map_err(|e| {
                Diagnostic::new("chart-file", format!("cannot read `{}`: {e}", path.display()))
                    .help("name an archive of a chart")
            })?;
            Ok((on_disk(path, content), None))
        }
    }
}

fn on_disk(path: &Path, content: Arc<[u8]>) -> Archive {
    let file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Archive { digest: Digest::of(&content), content, file_name, origin: None }
}

/// From the first of its URLs that has it. Helm knows the first alone.
fn fetch_remote(pulling: &Pulling, remote: &Remote) -> Result<Archive> {
    let failure = match fetch_url(pulling, remote, &remote.url) {
        Ok(archive) => return Ok(archive),
        Err(failure) => failure,
    };
    let is_elsewhere =
        matches!(failure.kind, Kind::NotFound | Kind::Status(_) | Kind::Connection | Kind::Timeout | Kind::Tls);
    let others = remote.others.iter().filter(|_| is_elsewhere).take(MAX_OTHERS);
    let found = others.map(|url| fetch_url(pulling, remote, url)).find_map(Result::ok);
    found.ok_or_else(|| failure.into())
}

fn fetch_url(pulling: &Pulling, remote: &Remote, url: &str) -> Result<Archive, Failure> {
    let request = remote.access.request(&remote.base, url)?;
    let request = request.header("accept", "application/gzip,application/octet-stream").limit(MAX_ARCHIVE);
    let freshness = match remote.digest {
        Some(digest) => Freshness::Pinned(digest),
        None if remote.is_version => Freshness::Forever,
        None => Freshness::Asked,
    };
    let has_credentials = !remote.access.username.is_empty() && request.auth.is_none();
    let (content, digest) = get(pulling.fetch, "chart", &request, freshness).map_err(|mut failure| {
        if failure.kind == Kind::Unauthorized && has_credentials {
            failure.diagnostic.help = Some(format!(
                "user and password are for `{}`; `--pass-credentials` sends them to other hosts too",
                without_secrets(&remote.base)
            ));
        }
        failure
    })?;
    let archive = Archive { content, digest, file_name: url::file_name(url), origin: None };
    if freshness == Freshness::Forever && !archive.is_sound() {
        pulling.fetch.cache()?.forget(&Key::of_url("chart", &request.url));
    }
    Ok(archive)
}

fn provenance_of(pulling: &Pulling, remote: &Remote) -> Result<Provenance> {
    let url = format!("{}.prov", remote.url);
    let request = remote.access.request(&remote.base, &url)?.limit(MAX_PROVENANCE);
    match get(pulling.fetch, "provenance", &request, Freshness::Asked) {
        Ok((text, _)) => Ok(Provenance::There(text)),
        Err(Failure { kind: Kind::NotFound, diagnostic, .. }) => Ok(Provenance::Missing(diagnostic.message)),
        Err(failure) => Err(failure.into()),
    }
}

/// What the cache knows of an exact version of a repository's URL, so that not even the index has to be fetched.
fn known(pulling: &Pulling, wanted: &Wanted) -> Option<Archive> {
    let key = key(wanted).filter(|_| pulling.fetch.settings.believes_cache())?;
    let cache = pulling.fetch.cache().ok()?;
    let entry = cache.entry(&key)?;
    let digest = entry.digest?;
    Some(Archive { content: cache.blob(&digest)?, digest, file_name: entry.value?, origin: None })
}

fn remember(pulling: &Pulling, wanted: &Wanted, archive: &Archive) -> Result<()> {
    let Some(key) = key(wanted).filter(|_| archive.is_sound()) else { return Ok(()) };
    let cache = pulling.fetch.cache()?;
    let (digest, value) = (Some(archive.digest), Some(archive.file_name.clone()));
    cache.record(&key, &Entry { digest, value, etag: None, fetched: cache.now() })
}

fn key(wanted: &Wanted) -> Option<Key> {
    let (repo, name, version) = (wanted.repo?, wanted.reference.trim(), wanted.version.trim());
    let shown = format!("{name} {version} of {}", without_secrets(repo));
    // What a branch of a git repository has moves.
    (is_exact(version) && !git::is_git(repo)).then(|| Key::new("chart version", shown, &[repo, name, version]))
}
