//! Which paths the reference would fetch from elsewhere.
//!
//! Source: kustomize 5.8.1, api/internal/git/repospec.go (NewRepoSpecFromURL) and IsRemoteFile.

/// Whether a file's path is a URL that is fetched by HTTP.
pub fn is_remote_file(path: &str) -> bool {
    let scheme = path.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|s| s.eq_ignore_ascii_case("http") || s.eq_ignore_ascii_case("https"))
}

/// Whether a directory's path names a git repository.
pub fn is_remote_base(path: &str) -> bool {
    if path.starts_with('/') {
        return false;
    }
    let path = path.split_once('?').map_or(path, |(before, _)| before);
    let path = strip_prefix_ignore_case(path, "git::").unwrap_or(path);
    let schemes = ["ssh://", "https://", "http://", "file://"];
    let scheme = schemes.into_iter().find_map(|s| Some((s, strip_prefix_ignore_case(path, s)?)));
    let (scheme, rest) = scheme.unwrap_or(("", path));
    if scheme == "file://" {
        return has_repository(rest, 0);
    }
    let (user, rest) = split_user(rest);
    let is_github = ["github.com/", "github.com:"].iter().any(|g| strip_prefix_ignore_case(rest, g).is_some());
    let may_be_scp = scheme.is_empty() && (user || is_github);
    if scheme.is_empty() && !may_be_scp || rest.is_empty() {
        return false;
    }
    let mut separator = rest.find('/');
    if may_be_scp {
        let colon = rest.find(':');
        if separator.is_none() || colon.is_some_and(|c| c > 0 && Some(c) < separator) {
            separator = colon;
        }
    }
    has_repository(separator.map_or("", |at| &rest[at + 1..]), 2)
}

/// `user@` in front of a host.
fn split_user(text: &str) -> (bool, &str) {
    let Some((user, rest)) = text.split_once('@') else { return (false, text) };
    let well_formed = user.starts_with(|c: char| c.is_ascii_alphabetic())
        && user.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if well_formed { (true, rest) } else { (false, text) }
}

/// Whether what follows the host names a repository, and a directory that does not leave it.
/// `segments` is how many parts name the repository where nothing else tells; 0 is all of them.
fn has_repository(path: &str, segments: usize) -> bool {
    let (repository, directory) = if let Some(at) = path.find("_git/") {
        let behind = at + "_git/".len();
        let end = path[behind..].find('/').map_or(path.len(), |slash| behind + slash);
        (&path[..end], path.get(end + 1..).unwrap_or_default())
    } else if let Some((repository, directory)) = path.split_once("//") {
        (repository, directory)
    } else if let Some(at) = path.find(".git") {
        path.split_at(at + ".git".len())
    } else if segments == 0 {
        (path, "")
    } else {
        let mut slashes = path.match_indices('/').map(|(at, _)| at).skip(segments - 1);
        match slashes.next() {
            Some(end) => (&path[..end], &path[end + 1..]),
            None if path.matches('/').count() + 1 >= segments => (path, ""),
            None => return false,
        }
    };
    !repository.is_empty() && !leaves_root(directory.strip_prefix('/').unwrap_or(directory))
}

/// Whether the cleaned path starts with `..`.
fn leaves_root(path: &str) -> bool {
    let mut depth = 0i32;
    !path.starts_with('/')
        && path.split('/').any(|part| {
            depth += match part {
                "" | "." => 0,
                ".." => -1,
                _ => 1,
            };
            depth < 0
        })
}

fn strip_prefix_ignore_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let start = text.get(..prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Told apart by running kustomize 5.8.1 on a kustomization with each as its only resource, offline:
    /// remote ones fail in git or HTTP, local ones with "no such file or directory".
    #[test]
    fn repositories_and_paths_are_told_apart() {
        for remote in REMOTE {
            assert!(is_remote_base(remote), "{remote}");
        }
        for local in LOCAL {
            assert!(!is_remote_base(local), "{local}");
        }
    }

    const REMOTE: &[&str] = &[
        "github.com/foo/bar",
        "github.com:foo/bar",
        "https://github.com/foo/bar",
        "http://example.invalid/a/b",
        "https://example.invalid/a/b.git/c",
        "git@github.com:foo/bar.git",
        "git@host.invalid:foo/bar",
        "user@host/a/b",
        "ssh://git@host.invalid/a/b",
        "file:///nonexistent/x.git",
        "file:///nonexistent",
        "git::https://example.invalid/a/b",
        "GitHub.com/foo/bar",
        "HTTPS://example.invalid/a/b",
        "github.com/foo/bar?ref=v1",
        "https://dev.invalid/org/_git/repo/x",
        "https://dev.invalid/_git/",
        "a@b:c/d",
        "github.com//x",
        "github.com/a//x",
        "git@github.com/a/b",
        "ssh://a@b:22/c/d",
        "user@/a/b",
    ];
    const LOCAL: &[&str] = &[
        "",
        "github.com/foo",
        "https://example.invalid/foo",
        "git@host.invalid:foo",
        "user@host",
        "ssh://host.invalid",
        "file://",
        "git::foo/bar",
        "example.com/foo/bar",
        "../base",
        "./github.com/foo/bar",
        "git@host.invalid:a/b/../..",
        "github.com/foo/bar/../..",
        "github.com/foo/bar//../x",
        "github.com/foo?ref=a/b",
        "dev.azure.com/org/_git/repo",
        "1a@b:c/d",
        "a_b@c:d/e",
        "/abs/github.com/foo/bar",
        "host.invalid:a/b",
        "base.git",
        "http:foo",
        "https:",
        "httpx://a/b",
        "user@:a/b",
    ];
}
