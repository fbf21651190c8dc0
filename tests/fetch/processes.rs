//! Many processes and one cache; the command line.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::cache::files;
use super::server::{Reply, Server};
use super::temp_dir::TempDir;

const CHART: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/chart");

/// With an environment of its own.
fn kz(cache: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kz"));
    command.args(args).env_clear().env("KZ_CACHE_DIR", cache).stdin(Stdio::null());
    command
}

fn template(url: &str) -> [&str; 5] {
    ["template", "web", CHART, "-f", url]
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn succeeds(done: &Output) -> String {
    assert_eq!((text(&done.stderr).as_str(), done.status.code()), ("", Some(0)));
    text(&done.stdout)
}

#[test]
fn of_twenty_processes_one_fetches() {
    let cache = TempDir::new().unwrap();
    let server = Server::start(|asked, _| {
        // So that all of them want it before it is there.
        thread::sleep(Duration::from_millis(300));
        match asked.header("if-none-match") {
            Some(_) => Reply::status(304, ""),
            None => Reply::ok("replicas: 7\n").header("ETag", "\"x\""),
        }
    });
    let url = server.url("/values.yaml");
    let start = |_| kz(cache.path(), &template(&url)).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let children: Vec<_> = (0..20).map(start).collect();
    let outputs: Vec<String> = children.into_iter().map(|child| succeeds(&child.wait_with_output().unwrap())).collect();
    assert!(outputs[0].contains("replicas: 7\n"), "{}", outputs[0]);
    assert!(outputs.iter().all(|output| *output == outputs[0]));
    let whole = server.asked().iter().filter(|asked| asked.header("if-none-match").is_none()).count();
    assert_eq!(whole, 1);
    assert_eq!(files(&cache.path().join("sha256")).len(), 1);
}

#[test]
fn a_killed_process_is_in_nobodys_way() {
    let cache = TempDir::new().unwrap();
    let is_first_gone = Arc::new(AtomicBool::new(false));
    let gone = is_first_gone.clone();
    let server = Server::start(move |_, _| match gone.load(Ordering::SeqCst) {
        false => Reply::Endless,
        true => Reply::ok("replicas: 7\n"),
    });
    let url = server.url("/values.yaml");
    let mut first = kz(cache.path(), &template(&url)).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while server.count() == 0 {
        thread::sleep(Duration::from_millis(5));
    }
    is_first_gone.store(true, Ordering::SeqCst);
    let second = kz(cache.path(), &template(&url)).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    first.kill().unwrap();
    first.wait().unwrap();
    assert!(succeeds(&second.wait_with_output().unwrap()).contains("replicas: 7\n"));
    kz(cache.path(), &["cache", "prune", "--all"]).output().unwrap();
    let left = files(cache.path());
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn values_and_files_are_fetched() {
    let cache = TempDir::new().unwrap();
    let server = Server::start(|asked, _| match asked.target.as_str() {
        "/values.yaml?token=secret" => Reply::ok("replicas: 7\n"),
        "/broken.yaml?token=secret" => Reply::ok("replicas: [\n"),
        "/name" => Reply::ok("by-file"),
        _ => Reply::status(404, ""),
    });
    let values = server.url("/values.yaml?token=secret");
    let set_file = format!("fullnameOverride={}", server.url("/name"));
    let args = ["template", "web", CHART, "-f", &values, "--set-file", &set_file];
    let out = succeeds(&kz(cache.path(), &args).output().unwrap());
    assert!(out.contains("replicas: 7\n"), "{out}");
    assert_eq!(server.count(), 2);

    let offline = [&args[..], &["--offline"]].concat();
    assert_eq!(succeeds(&kz(cache.path(), &offline).output().unwrap()), out);
    assert_eq!(server.count(), 2);

    for path in ["/broken.yaml?token=secret", "/none.yaml?token=secret"] {
        let done = kz(cache.path(), &template(&server.url(path))).output().unwrap();
        let said = text(&done.stderr);
        assert!(done.status.code() == Some(1) && said.contains(".yaml?…") && !said.contains("secret"), "{said}");
    }
}

#[test]
fn the_cache_is_listed_and_pruned() {
    let cache = TempDir::new().unwrap();
    let run = |args: &[&str]| {
        let done = kz(cache.path(), args).output().unwrap();
        assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
        (text(&done.stdout), text(&done.stderr).replace(&cache.path().display().to_string(), "CACHE"))
    };
    assert_eq!(run(&["cache", "list"]), (String::new(), "note: 0 things (0 B) in `CACHE`\n".to_owned()));
    let server = Server::always(|| Reply::ok("replicas: 7\n"));
    let url = server.url("/values.yaml");
    run(&template(&url));
    let (listed, note) = run(&["cache", "list"]);
    assert!(listed.starts_with("values  ") && listed.ends_with(&format!("  {url}\n")), "{listed}");
    assert!(note.starts_with("note: 1 thing (") && note.ends_with(") in `CACHE`\n"), "{note}");
    assert_eq!(run(&["cache", "prune"]).0, "");
    assert_eq!(run(&["cache", "prune", "--all", "--dry-run"]).0, listed);
    assert_eq!(run(&["cache", "prune", "--keep-within", "1d"]).0, "");
    let (pruned, note) = run(&["cache", "prune", "--all"]);
    assert_eq!(pruned, listed);
    assert!(note.contains(") removed from `CACHE`\n"), "{note}");
    assert_eq!(run(&["cache", "list"]).0, "");
}

#[test]
fn nothing_is_made_where_nothing_is_fetched() {
    let dir = TempDir::new().unwrap();
    let cache = dir.path().join("cache");
    succeeds(&kz(&cache, &["template", "web", CHART]).output().unwrap());
    let prod = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/hello/overlays/prod");
    succeeds(&kz(&cache, &["build", prod]).output().unwrap());
    assert!(!cache.exists());
    let nowhere = kz(&cache, &["cache", "list"]).env_remove("KZ_CACHE_DIR").output().unwrap();
    assert!(text(&nowhere.stderr).starts_with("error[no-cache]: "), "{}", text(&nowhere.stderr));
}

#[test]
fn the_environment_says_where_the_cache_is() {
    let dir = TempDir::new().unwrap();
    let server = Server::always(|| Reply::ok("replicas: 7\n"));
    let at = |name: &str| dir.path().join(name);
    let url = server.url("/values.yaml");
    let run = |variables: &[(&str, &str)], more: &[&str]| {
        let mut command = kz(dir.path(), &[&template(&url)[..], more].concat());
        command.env_remove("KZ_CACHE_DIR").envs(variables.iter().map(|(name, path)| (name, at(path))));
        succeeds(&command.output().unwrap());
    };
    let flag = at("flag").display().to_string();
    run(&[("HOME", "home")], &[]);
    run(&[("HOME", "unused"), ("XDG_CACHE_HOME", "xdg")], &[]);
    run(&[("XDG_CACHE_HOME", "unused"), ("KZ_CACHE_DIR", "own")], &[]);
    run(&[("KZ_CACHE_DIR", "unused")], &["--cache-dir", &flag]);
    for cache in ["home/.cache/kz", "xdg/kz", "own", "flag"] {
        assert!(at(cache).join("CACHEDIR.TAG").exists(), "{cache}");
    }
    assert!(!at("unused").exists());
}
