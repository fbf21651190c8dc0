//! Where in a copy things get their places.
//!
//! Source: kustomize 5.8.1, api/internal/localizer/util.go.

use std::path::{Component, Path, PathBuf};

use crate::base::fs::clean;
use crate::base::{Diagnostic, Result};
use crate::kustomize::loader::{Loader, RepoSpec, shown};
use crate::sprig::urls::{escaped_path, parse_url};

/// The folder, beside a kustomization file, for what it had named by addresses.
pub const REMOTE: &str = "localized-files";

/// There what came from the folders of this machine's repositories.
const OF_FILE_URLS: &str = "file-schemed";

/// The way from one folder to a path, both absolute and clean. Go: filepath.Rel.
pub fn relative(from: &Path, to: &Path) -> PathBuf {
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(shared).map(|_| Component::ParentDir);
    let way: PathBuf = up.chain(to.components().skip(shared)).collect();
    if way.as_os_str().is_empty() { PathBuf::from(".") } else { way }
}

/// The path of a file of the web: `localized-files/HOST/PATH`. Port, user and query are no part of it.
///
/// Errors: `bad-url`.
pub fn of_file(url: &str) -> Result<PathBuf> {
    let parsed = parse_url(&url.into()).map_err(|_| {
        Diagnostic::new("bad-url", format!("`{}` is no URL that can be fetched", shown(url)))
            .help("write `https://HOST/PATH`")
    })?;
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let path = rest.find('/').map_or("", |at| &rest[at..]);
    Ok(below_remote(&String::from_utf8_lossy(parsed.hostname()), &[&text(&escaped_path(path.as_bytes()))]))
}

/// The path of a kustomization of a repository: `localized-files/HOST/REPOSITORY/REF/PATH`.
///
/// `tree` is the folder that stands for the repository's root, `root` that of the kustomization.
pub fn of_root(spec: &RepoSpec, tree: &Path, root: &Path) -> PathBuf {
    let repository = spec.repository.strip_suffix(".git").unwrap_or(&spec.repository);
    let inside = relative(tree, root);
    // Go: filepath.Join cleans what is there of dots before it is put behind the host.
    let repository = clean(&Path::new("/").join(repository.trim_start_matches('/')));
    below_remote(&host(spec), &[&repository.to_string_lossy(), &spec.reference, &inside.to_string_lossy()])
}

fn below_remote(host: &str, parts: &[&str]) -> PathBuf {
    let path = parts.iter().fold(PathBuf::new(), |path, part| path.join(part.trim_start_matches('/')));
    let below = clean(&Path::new("/").join(host).join(clean(&path).strip_prefix("/").unwrap_or(&path)));
    Path::new(REMOTE).join(below.strip_prefix("/").unwrap_or(&below))
}

/// The host of a repository, without scheme, user and port.
fn host(spec: &RepoSpec) -> String {
    let (scheme, rest) = spec.host.split_once("://").unwrap_or(("", &spec.host));
    if scheme == "file" {
        return OF_FILE_URLS.to_owned();
    }
    let authority = rest.split('/').next().unwrap_or_default();
    let authority = authority.strip_suffix(':').unwrap_or(authority);
    match parse_url(&format!("ssh://{authority}").into()) {
        Ok(url) => text(url.hostname()),
        Err(_) => authority.rsplit('@').next().unwrap_or_default().to_owned(),
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The name of a destination that nobody has named: `localized-NAME`, and `localized-NAME-REF` of a repository.
pub fn default_destination(target: &Loader, spec: Option<&RepoSpec>) -> String {
    let name = target.root().file_name().map(|name| name.to_string_lossy().into_owned());
    match spec {
        None => name.map_or("localized".to_owned(), |name| format!("localized-{name}")),
        Some(spec) => {
            let is_whole = target.repository() == Some(target.root());
            let of_url = || spec.repository.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
            let name = if is_whole { of_url() } else { name.unwrap_or_default() };
            format!("localized-{name}-{}", spec.reference.replace('/', "-"))
        }
    }
}
