//! What the server has: a repository that helm made, in several places and conditions. It is asked as a proxy, so that
//! it has all names, and always the same.
//!
//! | Below | What is there |
//! |---|---|
//! | `/charts` | the repository of `testdata/pull/repository` |
//! | `/private` | the same, for `me` with the password `pass-word` |
//! | `/moved` | leads to `/charts` by redirects |
//! | `/absolute` | an index whose URLs are whole, and lead to `/private` of another host |
//! | `/bare` | an index without digests |
//! | `/registry` | an index whose archives of `web` are in a registry |
//! | `/wrong` | an index with the digests of something else |
//! | `/flaky` | the repository, whose index is there at the second try |
//! | `/mirrored` | an index whose first URLs lead nowhere |
//! | `/signed` | the charts of `testdata/pull/signed`: signed by somebody known (1.0.0, 1.1.0), by a stranger (1.2.0), by nobody (1.3.0), with a broken provenance file (1.4.0) |
//! | `/odd` | an index with entries that cannot be used |
//! | `/strange`, `/empty`, `/page` | indexes that are none |

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::server::{Asked, Reply, Server};

pub const URL: &str = "http://charts.example.com";

/// `me:pass-word`
pub const CREDENTIALS: &str = "Basic bWU6cGFzcy13b3Jk";

pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/pull/repository")
}

/// Charts that somebody has signed.
pub fn signed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/pull/signed")
}

pub fn start() -> Server {
    Server::start(handler())
}

/// Serves the site, to whoever asks for it.
pub fn handler() -> impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static {
    let tries = AtomicUsize::new(0);
    move |asked, _| answer(asked, &tries)
}

fn answer(asked: &Asked, tries: &AtomicUsize) -> Reply {
    // `http://host/place/name`, or without a proxy `/place/name`.
    let path = asked
        .target
        .split_once("://")
        .map_or(&asked.target[1..], |(_, rest)| rest.split_once('/').unwrap_or((rest, "")).1);
    let (place, name) = path.split_once('/').unwrap_or((path, ""));
    let file = || match fs::read(repository().join(name)) {
        Ok(text) => Reply::ok(text),
        Err(_) => Reply::status(404, "there is no such file"),
    };
    let index = |change: &dyn Fn(&str) -> String| match name {
        "index.yaml" => Reply::ok(change(&fs::read_to_string(repository().join(name)).unwrap())),
        _ => file(),
    };
    match place {
        "charts" => file(),
        "private" if asked.header("authorization") == Some(CREDENTIALS) => file(),
        "private" => Reply::status(401, "who is it?").header("WWW-Authenticate", "Basic realm=\"charts\""),
        "moved" => Reply::redirect(format!("/charts/{name}")),
        "absolute" => index(&|text| text.replace("    - web-", "    - http://other.example.com/private/web-")),
        "bare" => index(&|text| without(text, "    digest: ")),
        "registry" => index(&|text| {
            let line = |line: &str| match line.strip_prefix("    - web-").and_then(|rest| rest.strip_suffix(".tgz")) {
                Some("1.0.0") => "    - oci://registry.example.com/charts/web:old\n".to_owned(),
                Some(version) => format!("    - oci://registry.example.com/charts/web:{}\n", version.replace('+', "_")),
                None => format!("{line}\n"),
            };
            text.lines().map(line).collect()
        }),
        "wrong" => index(&|text| {
            let line = |line: &str| match line.split_once("digest: ") {
                Some((indent, _)) => format!("{indent}digest: {}\n", "aa".repeat(32)),
                None => format!("{line}\n"),
            };
            text.lines().map(line).collect()
        }),
        "flaky" if name == "index.yaml" && tries.fetch_add(1, Ordering::SeqCst) == 0 => Reply::status(503, "later"),
        "flaky" => file(),
        "mirrored" if name == "index.yaml" => index(&|text| {
            text.replace("    urls:\n", "    urls:\n    - gone/x.tgz\n    - http://host.invalid:1/x.tgz\n")
        }),
        "mirrored" => file(),
        "odd" => index(&|text| {
            let text =
                text.replace("    name: web\n    urls:\n    - web-1.10.0.tgz\n", "    name: web\n    urls: []\n");
            text.replace("    version: 2.0.0-rc.1\n", "    version: newest\n").replace("  db:\n", "  db:\n  - null\n")
        }),
        "signed" => match fs::read(signed().join(name)) {
            Ok(text) => Reply::ok(text),
            Err(_) => Reply::status(404, "there is no such file"),
        },
        "strange" => Reply::ok("apiVersion: v1\nentries:\n  web:\n  - {name: web, version: 1.0.0, colour: blue}\n"),
        "empty" => Reply::ok(""),
        "page" => Reply::ok("<!DOCTYPE html>\n<html>Welcome!</html>\n"),
        _ => Reply::status(404, "there is nothing"),
    }
}

fn without(text: &str, start: &str) -> String {
    text.lines().filter(|line| !line.starts_with(start)).map(|line| format!("{line}\n")).collect()
}
