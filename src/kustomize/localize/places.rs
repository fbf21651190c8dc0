//! Where in a copy things get their places.
//!
//! Source: kustomize 5.8.1, api/internal/localizer/util.go.

use std::path::{Path, PathBuf};

use crate::base::fs::{clean, relative, slashed};
use crate::base::{Diagnostic, Result};
use crate::kustomize::loader::{Loader, RepoSpec, shown};
use crate::sprig::urls::{escaped_path, parse_url};

/// The folder, beside a kustomization file, for what it had named by addresses.
pub const REMOTE: &str = "localized-files";

/// There what came from the folders of this machine's repositories.
const OF_FILE_URLS: &str = "file-schemed";

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
    below_remote(&host(spec), &[&slashed(&repository), &spec.reference, &slashed(&inside)])
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Recorded from kustomize's locFilePath.
    #[test]
    fn files_have_their_places_by_host_and_path() {
        let facts = [
            ("https://raw.example.com/org/repo/v1/x.yaml", "raw.example.com/org/repo/v1/x.yaml"),
            ("HTTP://Me:pw@Host.example:8080/a//b/./x.yaml?q=1", "Host.example/a/b/x.yaml"),
            ("https://host", "host"),
            ("https://host/", "host"),
            ("https://host/a%20b/%2e%2e/x", "host/a%20b/%2e%2e/x"),
            ("https://host/a b/ü.yaml", "host/a%20b/%C3%BC.yaml"),
            ("https://host/../../x", "host/x"),
            ("https://[2001:db8::1]:443/x.yaml", "2001:db8::1/x.yaml"),
            ("https://host/x.yaml?a=/b#c", "host/x.yaml"),
            ("https://host/*/[x]", "host/*/[x]"),
            ("https://host/a%2Fb", "host/a%2Fb"),
        ];
        for (url, expected) in facts {
            assert_eq!(of_file(url).unwrap(), Path::new(REMOTE).join(expected), "{url}");
        }
    }

    /// Recorded from kustomize's locRootPath.
    #[test]
    fn kustomizations_of_repositories_have_their_places_by_host_repository_and_reference() {
        let facts = [
            ("https://github.com/org/repo//deploy/x?ref=v1", "github.com/org/repo/v1"),
            ("git@github.com:org/repo.git//deploy/x?ref=v1", "github.com/org/repo/v1"),
            ("ssh://git@git.example.com:2222/org/repo.git?ref=release/1.0", "git.example.com/org/repo/release/1.0"),
            ("file:///srv/git/repo.git//deploy/x?ref=main", "file-schemed/srv/git/repo/main"),
            (
                "https://me@dev.example.com/org/project/_git/repo/deploy/x?version=v1",
                "dev.example.com/org/project/_git/repo/v1",
            ),
            ("https://git.example.com:8443/a/../b/repo//deploy/x?ref=v1", "git.example.com/b/repo/v1"),
            ("https://[2001:db8::1]/org/repo?ref=v1", "2001:db8::1/org/repo/v1"),
            ("user@host.example:path/to/repo.git//deploy/x?ref=v1", "host.example/path/to/repo/v1"),
            ("https://GitHub.com/Org/Repo?ref=V1", "github.com/Org/Repo/V1"),
            ("https://me:pw@host.example/org/repo?ref=v1", "host.example/org/repo/v1"),
        ];
        for (url, expected) in facts {
            let (spec, tree) = (RepoSpec::parse(url).unwrap(), Path::new("/cache/tree"));
            let expected = Path::new(REMOTE).join(expected);
            assert_eq!(of_root(&spec, tree, tree), expected, "{url}");
            assert_eq!(of_root(&spec, tree, &tree.join("deploy/x")), expected.join("deploy/x"), "{url}");
        }
    }

    #[test]
    fn no_place_is_outside() {
        let spec = RepoSpec::parse("https://host/org/repo?ref=../../../../x").unwrap();
        let place = of_root(&spec, Path::new("/t"), Path::new("/t"));
        assert!(place.starts_with(REMOTE) && !place.to_string_lossy().contains(".."), "{}", place.display());
    }
}
