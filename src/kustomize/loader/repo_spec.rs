//! URLs of kustomizations in git repositories: what git is given, and what kustomize keeps for itself.
//!
//! Source: kustomize 5.8.1, api/internal/git/repospec.go (NewRepoSpecFromURL).
//!
//! **Invariant:** the directory does not lead out of the repository, by its text.
//! **Not here:** whether git may be given such a URL ([`crate::fetch::git`]).

use std::time::Duration;

use percent_encoding::percent_decode_str;

use super::super::origin::join;
use crate::sprig::Duration as GoDuration;

/// kustomize: defaultTimeout, of each call of git.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(27);

/// A kustomization in a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepoSpec {
    /// All of it, as it was written: cycles are found by it.
    pub raw: String,
    /// What git is given: the two that follow.
    pub url: String,
    /// Scheme, user and host, with what separates them from the path.
    pub host: String,
    /// The repository's path on its host.
    pub repository: String,
    /// The way from the repository's root to the kustomization, as it was written; empty for the root.
    pub directory: String,
    /// A branch, a tag, or a commit; empty for what the repository has checked out.
    pub reference: String,
    pub submodules: bool,
    /// For each call of git.
    pub timeout: Duration,
    /// Whether it began with `git::`, which has no effect.
    pub has_git_prefix: bool,
}

impl RepoSpec {
    /// Reads a URL. `None` where the text is a path, or the URL of something else.
    pub fn parse(text: &str) -> Option<RepoSpec> {
        // kustomize: filepath.IsAbs.
        if text.starts_with('/') {
            return None;
        }
        let (location, query) = text.split_once('?').unwrap_or((text, ""));
        let bare = strip_prefix_ignore_case(location, "git::");
        let (host, path) = split_host(bare.unwrap_or(location))?;
        let (repository, directory) = split_repository(path, host == FILE)?;
        if repository.is_empty() || leaves_root(directory.strip_prefix('/').unwrap_or(directory)) {
            return None;
        }
        let query = Query::parse(query).unwrap_or_default();
        Some(RepoSpec {
            raw: text.to_owned(),
            url: format!("{host}{repository}"),
            repository: repository.to_owned(),
            host,
            directory: directory.strip_prefix('/').unwrap_or(directory).to_owned(),
            reference: query.reference,
            submodules: query.submodules,
            timeout: query.timeout,
            has_git_prefix: bare.is_some(),
        })
    }

    /// The way to the kustomization without `.` and `..`; empty for the repository's root.
    pub fn clean_directory(&self) -> String {
        join("", &self.directory)
    }
}

const FILE: &str = "file://";
const SSH: &str = "ssh://";
const SCHEMES: [&str; 4] = [SSH, "https://", "http://", FILE];

/// The part that names scheme, user and host, with what separates it from the path; and the path.
fn split_host(text: &str) -> Option<(String, &str)> {
    let scheme = SCHEMES.into_iter().find_map(|scheme| Some((scheme, strip_prefix_ignore_case(text, scheme)?)));
    let (scheme, rest) = scheme.unwrap_or(("", text));
    if scheme == FILE {
        return Some((FILE.to_owned(), rest));
    }
    let (user, rest) = split_user(rest);
    let is_github = ["github.com/", "github.com:"].iter().any(|host| strip_prefix_ignore_case(rest, host).is_some());
    // `user@host:path`, as scp has it.
    let may_be_scp = scheme.is_empty() && (!user.is_empty() || is_github);
    if (scheme.is_empty() && !may_be_scp) || rest.is_empty() {
        return None;
    }
    let mut end = rest.find('/');
    if may_be_scp {
        let colon = rest.find(':');
        if end.is_none() || colon.is_some_and(|at| at > 0 && Some(at) < end) {
            end = colon;
        }
    }
    let (host, path) = end.map_or((rest, ""), |at| rest.split_at(at + 1));
    let host = match is_github {
        // kustomize: normalizeGithubHostParts.
        true if scheme == SSH || !user.is_empty() => format!("{user}github.com:"),
        true => "https://github.com/".to_owned(),
        false => format!("{scheme}{user}{host}"),
    };
    Some((host, path))
}

/// `user@` in front of a host.
fn split_user(text: &str) -> (&str, &str) {
    let Some(at) = text.find('@') else { return ("", text) };
    let user = &text[..at];
    let is_name = user.starts_with(|c: char| c.is_ascii_alphabetic())
        && user.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if is_name { text.split_at(at + 1) } else { ("", text) }
}

/// The repository's path on its host, and the kustomization's in the repository. kustomize: parsePathParts.
fn split_repository(path: &str, is_file: bool) -> Option<(&str, &str)> {
    // Azure: `_git/NAME` ends the repository.
    if let Some(at) = path.find("_git/") {
        let behind = at + "_git/".len();
        let end = path[behind..].find('/').map_or(path.len(), |slash| behind + slash);
        return Some((&path[..end], path.get(end + 1..).unwrap_or_default()));
    }
    if let Some(parts) = path.split_once("//") {
        return Some(parts);
    }
    if let Some(at) = path.find(".git") {
        return Some(path.split_at(at + ".git".len()));
    }
    if is_file {
        return Some((path, ""));
    }
    // GitHub: an owner and a name.
    let mut slashes = path.match_indices('/').map(|(at, _)| at);
    slashes.next()?;
    Some(slashes.next().map_or((path, ""), |end| (&path[..end], &path[end + 1..])))
}

/// Whether the path leads above its start at any point.
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

/// What may follow the `?`.
struct Query {
    reference: String,
    submodules: bool,
    timeout: Duration,
}

impl Default for Query {
    fn default() -> Query {
        Query { reference: String::new(), submodules: true, timeout: DEFAULT_TIMEOUT }
    }
}

impl Query {
    /// `None` where Go cannot read it; then nothing of it counts. kustomize: parseQuery.
    fn parse(text: &str) -> Option<Query> {
        let mut pairs = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            if pair.contains(';') {
                return None;
            }
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            pairs.push((unescape(key)?, unescape(value)?));
        }
        // Of equal keys the first counts.
        let get = |name: &str| pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value);
        let reference = if get("ref").is_empty() { get("version") } else { get("ref") };
        let default = Query::default();
        Some(Query {
            reference: reference.to_owned(),
            submodules: parse_bool(get("submodules")).unwrap_or(default.submodules),
            timeout: parse_timeout(get("timeout")).unwrap_or(default.timeout),
        })
    }
}

/// Go: url.QueryUnescape. `None` for a `%` without two digits.
fn unescape(text: &str) -> Option<String> {
    let is_escape = |rest: &str| rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    if !text.split('%').skip(1).all(is_escape) {
        return None;
    }
    Some(percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned())
}

/// Go: strconv.ParseBool.
fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// Seconds, or a duration of Go; nothing that is not positive.
fn parse_timeout(text: &str) -> Option<Duration> {
    let nanoseconds = match text.parse::<i64>() {
        Ok(seconds) if seconds > 0 => seconds.saturating_mul(1_000_000_000),
        _ => GoDuration::parse(text).ok()?.0,
    };
    u64::try_from(nanoseconds).ok().filter(|n| *n > 0).map(Duration::from_nanos)
}

fn strip_prefix_ignore_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let start = text.get(..prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Recorded from kustomize: see `testdata/repo-urls/record`.
    const FACTS: &str = include_str!("../../../testdata/repo-urls/kustomize.tsv");

    #[test]
    fn urls_are_taken_apart_as_kustomize_does() {
        for fact in FACTS.lines() {
            let (url, expected) = fact.split_once('\t').unwrap();
            let parts = RepoSpec::parse(url).map_or("LOCAL".to_owned(), |spec| {
                let reference = if spec.reference.is_empty() { "HEAD" } else { &spec.reference };
                let submodules = i32::from(spec.submodules);
                format!("{}\t{reference}\t{submodules}\t{}", spec.url, spec.clean_directory())
            });
            assert_eq!(parts, expected, "{url}");
        }
    }

    /// kustomize: TestParseQuery.
    #[test]
    fn times_are_seconds_or_durations_of_go() {
        let times = [
            ("", 27_000),
            ("timeout=", 27_000),
            ("timeout=jiffy", 27_000),
            ("timeout=0", 27_000),
            ("timeout=0s", 27_000),
            ("timeout=-5s", 27_000),
            ("timeout=61", 61_000),
            ("timeout=1m1s", 61_000),
            ("timeout=1.5s", 1_500),
            ("submodules=false&timeout=300ms", 300),
        ];
        for (query, milliseconds) in times {
            let spec = RepoSpec::parse(&format!("https://host/org/repo?{query}")).unwrap();
            assert_eq!(spec.timeout, Duration::from_millis(milliseconds), "{query}");
        }
    }

    #[test]
    fn submodules_are_wanted_unless_it_is_said() {
        for (value, expected) in
            [("", true), ("maybe", true), ("1", true), ("false", false), ("F", false), ("0", false)]
        {
            let spec = RepoSpec::parse(&format!("https://host/org/repo?submodules={value}")).unwrap();
            assert_eq!(spec.submodules, expected, "{value}");
        }
    }
}
