//! Repositories inside of repositories.
//!
//! git's own `submodule` would clone each with its history, and write their addresses down. Here each is one commit
//! that the cache keeps like any other, and only those that lie in a wanted folder are fetched.
//!
//! **Invariant:** a submodule is written below its own path; it leads to no folder of this machine unless git is told
//! to let it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::call::Call;
use super::{NamedBy, Source, address, folder, repository};
use crate::base::{Diagnostic, Result, parallel};
use crate::fetch::Context;

/// The file that says where submodules come from.
pub const LIST: &str = ".gitmodules";
/// So deep they may lie in one another.
const MAX_DEPTH: usize = 16;

/// So many are fetched side by side.
const MAX_AT_ONCE: usize = 8;

/// A submodule, as far as it is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it is in the repository around it.
    path: String,
    /// Its commit.
    id: String,
    /// What of it is wanted; empty is all.
    part: String,
    url: String,
}

/// The submodules of a commit that lie in a folder, or that the folder lies in. `index` is what git made of the
/// commit.
pub fn links(
    context: &Context,
    source: &Source,
    id: &str,
    place: &Path,
    index: &Path,
    folder: &str,
) -> Result<Vec<Link>> {
    let call = || Call::new(context, source, &place.join(repository::OBJECTS));
    let listed =
        call().variable("GIT_INDEX_FILE", index.display().to_string()).args(&["ls-files", "--stage", "-z"]).run()?;
    let listed = String::from_utf8_lossy(&listed);
    let found: Vec<_> = gitlinks(&listed).filter_map(|(id, path)| Some((id, path, part_of(path, folder)?))).collect();
    if found.is_empty() {
        return Ok(Vec::new());
    }
    // Of the blob, for the file could be a link to another.
    let text = call().args(&["config", "--null", "--list"]).arg(format!("--blob={id}:{LIST}")).run()?;
    let text = String::from_utf8_lossy(&text);
    let modules = modules(&text);
    let mut links = Vec::new();
    for (id, path, part) in found {
        let module = modules.values().find(|module| module.path == path && !module.url.is_empty());
        let Some(module) = module else { return Err(no_url(source, path)) };
        if module.update == "none" {
            continue;
        }
        let url = resolve(&source.url, &module.url).ok_or_else(|| no_url(source, path))?;
        links.push(Link { path: path.to_owned(), id: id.to_owned(), part: part.to_owned(), url });
    }
    Ok(links)
}

/// Writes submodules to where they have their places below `into`.
pub fn fill(context: &Context, around: &Source, links: &[Link], into: &Path, depth: usize) -> Result<()> {
    if depth >= MAX_DEPTH && !links.is_empty() {
        let message = format!("`{}` has submodules in one another without end", address::without_password(&around.url));
        return Err(Diagnostic::new("git-submodule", message).help("leave them out: `?submodules=false`"));
    }
    let fill_one = |link: &Link| -> Result<()> {
        address::check(&link.url)?;
        if address::is_local(&link.url) && !address::is_local(&around.url) {
            return Err(leads_here(&link.url));
        }
        let (url, reference) = (link.url.clone(), link.id.clone());
        let source = Source { url, reference, named_by: NamedBy::Repository, ..around.clone() };
        let place = repository::of_commit(context, &source, &link.id)?;
        let into = inside(into, &link.path).ok_or_else(|| no_url(around, &link.path))?;
        folder::fill(context, &source, &link.id, &place, &link.part, &into, depth + 1)
    };
    let within = |link: &Link| format!("in submodule `{}`", link.path);
    let done =
        parallel::map_waiting(links, MAX_AT_ONCE, |link| fill_one(link).map_err(|error| error.within(within(link))));
    Diagnostic::all(done).map(drop)
}

/// Ids and paths of what is a commit.
fn gitlinks(listed: &str) -> impl Iterator<Item = (&str, &str)> {
    listed.split('\0').filter_map(|line| {
        let (what, path) = line.strip_prefix("160000 ")?.split_once('\t')?;
        Some((what.split(' ').next()?, path))
    })
}

/// What of a submodule is wanted with a folder. `None` where it is none of it.
fn part_of<'f>(submodule: &str, folder: &'f str) -> Option<&'f str> {
    let is_below = |path: &str, dir: &str| {
        dir.is_empty() || path.strip_prefix(dir).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if is_below(submodule, folder) {
        return Some("");
    }
    folder.strip_prefix(submodule)?.strip_prefix('/')
}

#[derive(Default)]
struct Module {
    path: String,
    url: String,
    update: String,
}

/// By name, from what `git config --null --list` prints.
fn modules(text: &str) -> BTreeMap<&str, Module> {
    let mut modules: BTreeMap<&str, Module> = BTreeMap::new();
    for entry in text.split('\0') {
        let Some((key, value)) = entry.split_once('\n') else { continue };
        let Some((name, field)) = key.strip_prefix("submodule.").and_then(|key| key.rsplit_once('.')) else { continue };
        let module = modules.entry(name).or_default();
        let value = value.to_owned();
        match field {
            "path" => module.path = value.trim_end_matches('/').to_owned(),
            "url" => module.url = value,
            "update" => module.update = value,
            _ => {}
        }
    }
    modules
}

/// The address of a submodule, which may be relative to that of the repository around it. `None` where that has no
/// such parents. git: relative_url.
fn resolve(around: &str, url: &str) -> Option<String> {
    if !url.starts_with("./") && !url.starts_with("../") {
        return Some(url.to_owned());
    }
    // git would go on above the host.
    let host = around.find("://").map_or(0, |at| at + "://".len());
    let (mut base, mut rest, mut separator) = (around.strip_suffix('/').unwrap_or(around), url, '/');
    loop {
        if let Some(behind) = rest.strip_prefix("../") {
            let end = match base.rfind('/').filter(|end| *end >= host) {
                Some(end) => end,
                None if host == 0 && separator == '/' => base.rfind(':').inspect(|_| separator = ':')?,
                None => return None,
            };
            (base, rest) = (&base[..end], behind);
        } else if let Some(behind) = rest.strip_prefix("./") {
            rest = behind;
        } else {
            return Some(format!("{base}{separator}{}", rest.strip_suffix('/').unwrap_or(rest)));
        }
    }
}

/// The path, if nothing on the way to it is a link.
fn inside(into: &Path, path: &str) -> Option<std::path::PathBuf> {
    let mut way = into.to_owned();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        way.push(part);
        let is_link = fs::symlink_metadata(&way).is_ok_and(|data| !data.is_dir());
        if is_link || matches!(part, "." | ".." | ".git") {
            return None;
        }
    }
    Some(way)
}

fn no_url(source: &Source, path: &str) -> Box<Diagnostic> {
    let url = address::without_password(&source.url);
    Diagnostic::new(
        "git-submodule",
        format!("`{LIST}` of `{url}` does not say where the submodule `{path}` comes from"),
    )
    .help("leave submodules out: `?submodules=false`")
}

fn leads_here(url: &str) -> Box<Diagnostic> {
    Diagnostic::new("git-submodule", format!("a submodule of a repository on a server leads to this machine: `{url}`"))
        .help("leave submodules out: `?submodules=false`")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What git 2.39 makes of them: `git submodule init` in a repository with this address.
    #[test]
    fn addresses_may_be_relative() {
        let resolved = [
            ("https://host/org/repo", "../other.git", Some("https://host/org/other.git")),
            ("https://host/org/repo/", "../other/", Some("https://host/org/other")),
            ("https://host/org/repo", "./sub", Some("https://host/org/repo/sub")),
            ("https://host/org/repo", "../../x/y", Some("https://host/x/y")),
            ("git@host:org/repo", "../other", Some("git@host:org/other")),
            ("git@host:org/repo", "../../other", Some("git@host:other")),
            ("git@host:repo", "../other", Some("git@host:other")),
            ("file:///srv/a", "../b", Some("file:///srv/b")),
            ("https://host/a", "https://else/b", Some("https://else/b")),
            ("file:///srv/a", "../../b", Some("file:///b")),
            ("https://host/a/b", ".././../c", Some("https://host/c")),
            // git: another host, and other nonsense.
            ("https://host/a", "../../b", None),
            ("https://host/a", "../../../b", None),
            ("file:///srv/a", "../../../b", None),
            ("git@host:repo", "../../b", None),
        ];
        for (around, url, expected) in resolved {
            assert_eq!(resolve(around, url).as_deref(), expected, "{around} {url}");
        }
    }

    #[test]
    fn only_what_is_wanted_counts() {
        assert_eq!(part_of("vendor/x", ""), Some(""));
        assert_eq!(part_of("vendor/x", "vendor"), Some(""));
        assert_eq!(part_of("vendor/x", "vendor/x"), Some(""));
        assert_eq!(part_of("vendor/x", "vendor/x/deploy"), Some("deploy"));
        assert_eq!(part_of("vendor/x", "vendor/xy"), None);
        assert_eq!(part_of("vendor/x", "ven"), None);
    }

    #[test]
    fn lists_are_read() {
        let listed = ["100644 aa 0\ta", "160000 bb 0\tvendor/x y", ""].join("\0");
        assert_eq!(gitlinks(&listed).collect::<Vec<_>>(), [("bb", "vendor/x y")]);
        let modules = modules(
            "submodule.a.b.path\nvendor/x/\0submodule.a.b.url\n../x\0core.bare\nfalse\0submodule.c.update\nnone\0",
        );
        let module = &modules["a.b"];
        assert_eq!((module.path.as_str(), module.url.as_str()), ("vendor/x", "../x"));
        assert_eq!(modules["c"].update, "none");
    }
}
