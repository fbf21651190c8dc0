//! The cases below `testdata/pull`: runs of several steps, and what helm prints and leaves behind.
//!
//! How a case is laid out is written down in `testdata/README.md`. `KZ_CASE=text` runs only those whose name holds
//! the text; `KZ_RECORD=helm` runs helm and kustomize instead of kz, and keeps what they print and write;
//! `KZ_UPDATE=err` writes what kz says on stderr, to be read before it is committed.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::docker_registry::{DockerRegistry, Setup};
use super::server::{Reply, Server};
use super::site;
use super::temp_dir::{TempDir, copy};
use super::tls::Identity;

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Compare,
    /// With these tools.
    Record,
    UpdateErr,
}

#[test]
fn all_cases() {
    let mode = match (std::env::var("KZ_RECORD").as_deref(), std::env::var("KZ_UPDATE").as_deref()) {
        (Ok("helm"), _) => Mode::Record,
        (_, Ok("err")) => Mode::UpdateErr,
        _ => Mode::Compare,
    };
    let wanted = std::env::var("KZ_CASE").unwrap_or_default();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/pull");
    let mut cases: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|case| case.join("steps").is_file() && format!("pull/{}", name(case)).contains(&wanted));
    cases.sort();
    let mut failures = Vec::new();
    for case in &cases {
        if let Err(why) = check(case, mode) {
            eprintln!("---- testdata/pull/{}\n{}\n", name(case), why.trim_end());
            failures.push(name(case));
        }
    }
    assert!(failures.is_empty(), "{} of {} cases failed: {}", failures.len(), cases.len(), failures.join(" "));
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The place in which a case runs.
struct Place {
    temp: TempDir,
    server: Server,
    registries: Option<Registries>,
}

/// Registries that are known by their names, through the server, which is a proxy: `registry.example.com`, and
/// `private.example.com` for `me` with the password `pass-word`.
struct Registries {
    identity: Identity,
    /// They serve as long as these are there.
    _all: [DockerRegistry; 2],
}

impl Place {
    /// `None`: a program that it needs is not there.
    fn new(needs_registries: bool) -> Option<Place> {
        let temp = TempDir::new().unwrap();
        if !needs_registries {
            return Some(Place { temp, server: site::start(), registries: None });
        }
        let identity = Identity::new(temp.path(), &["registry.example.com", "private.example.com"]);
        let setup = Setup { tls: Some((&identity.certificate, &identity.key)), is_private: false };
        let public = DockerRegistry::start(&temp.path().join("public"), setup)?;
        let private = DockerRegistry::start(&temp.path().join("private"), Setup { is_private: true, ..setup })?;
        let (site, addresses) = (site::handler(), [public.address, private.address]);
        let server = Server::start(move |asked, number| match (asked.method.as_str(), asked.target.as_str()) {
            ("CONNECT", "registry.example.com:443") => Reply::Tunnel(addresses[0]),
            ("CONNECT", "private.example.com:443") => Reply::Tunnel(addresses[1]),
            _ => site(asked, number),
        });
        Some(Place { temp, server, registries: Some(Registries { identity, _all: [public, private] }) })
    }

    fn work(&self) -> PathBuf {
        self.temp.path().join("work")
    }

    fn home(&self) -> PathBuf {
        self.temp.path().join("home")
    }

    /// As it stands in cases.
    fn shown(&self, text: &str) -> String {
        let text = text.replace(&self.work().display().to_string(), "$PWD");
        text.replace(&self.home().display().to_string(), "$HOME")
    }

    /// As it is here.
    fn real(&self, text: &str) -> String {
        text.replace("$PWD", &self.work().display().to_string()).replace("$SERVER", site::URL)
    }

    fn run(&self, words: &[String], env: &[(String, String)], mode: Mode) -> Output {
        let tool = match (mode, words[0].as_str()) {
            (Mode::Record, "build") => "kustomize",
            (Mode::Record, _) => "helm",
            _ => env!("CARGO_BIN_EXE_kz"),
        };
        let input = env.iter().find(|(name, _)| name == "STDIN").map_or("", |(_, text)| text);
        let file = self.temp.path().join("stdin");
        fs::write(&file, input).unwrap();
        let mut command = Command::new(tool);
        command.args(words).current_dir(self.work()).stdin(Stdio::from(fs::File::open(file).unwrap()));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", self.home());
        // So that the server has a name that is always the same: digests are made of it.
        command.env("HTTP_PROXY", self.server.url("")).env("TZ", "UTC");
        if let Some(registries) = &self.registries {
            command.env("HTTPS_PROXY", self.server.url("")).env("SSL_CERT_FILE", &registries.identity.certificate);
        }
        command.envs(env.iter().cloned());
        command.output().unwrap_or_else(|e| panic!("{tool} did not start: {e}"))
    }

    /// The files that are there, as they stand in cases: those of the work folder, and Helm's below the home.
    fn files(&self) -> BTreeMap<PathBuf, Content> {
        let mut found = BTreeMap::new();
        for (folder, shown) in [
            (self.work(), "work"),
            (self.home().join(".config/helm"), "home/.config/helm"),
            (self.home().join(".cache/helm/repository"), "home/.cache/helm/repository"),
        ] {
            walk(&folder, Path::new(shown), &mut |path, content| {
                if path.extension().is_some_and(|extension| extension == "lock") && path.starts_with("home") {
                    return;
                }
                found.insert(path.to_owned(), self.content(path, content));
            });
        }
        found
    }

    fn content(&self, path: &Path, bytes: Vec<u8>) -> Content {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("tgz") => Content::Archive(entries(&bytes), bytes),
            // Go: in any order.
            Some("txt") if path.starts_with("home") => {
                let text = String::from_utf8(bytes).unwrap();
                let mut lines: Vec<&str> = text.lines().collect();
                lines.sort_unstable();
                Content::Plain(lines.join("\n").into_bytes())
            }
            _ => match String::from_utf8(bytes) {
                Ok(text) => Content::Plain(self.shown(&without_time(&text)).into_bytes()),
                Err(e) => Content::Plain(e.into_bytes()),
            },
        }
    }
}

#[derive(PartialEq)]
enum Content {
    Plain(Vec<u8>),
    /// Names and contents; how they are compressed is another matter.
    Archive(Vec<(String, Vec<u8>)>, Vec<u8>),
}

impl Content {
    fn bytes(&self) -> &[u8] {
        let (Content::Plain(bytes) | Content::Archive(_, bytes)) = self;
        bytes
    }

    fn is_same(&self, other: &Content) -> bool {
        match (self, other) {
            (Content::Archive(a, _), Content::Archive(b, _)) => a == b,
            (a, b) => a.bytes() == b.bytes(),
        }
    }
}

fn entries(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(archive));
    let read = |entry: std::io::Result<tar::Entry<_>>| {
        let mut entry = entry.unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        (entry.path().unwrap().display().to_string(), content)
    };
    archive.entries().unwrap().map(read).collect()
}

/// The time at which a lock was made is that of the run.
fn without_time(text: &str) -> String {
    let line = |line: &str| match line.strip_prefix("generated: \"20") {
        Some(_) => "generated: $NOW\n".to_owned(),
        None => line.to_owned(),
    };
    text.split_inclusive('\n').map(line).collect()
}

fn walk(folder: &Path, shown: &Path, found: &mut dyn FnMut(&Path, Vec<u8>)) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, shown) = (entry.path(), shown.join(entry.file_name()));
        if path.is_dir() {
            walk(&path, &shown, found);
        } else {
            found(&shown, fs::read(&path).unwrap());
        }
    }
}

fn check(case: &Path, mode: Mode) -> Result<(), String> {
    let steps = fs::read_to_string(case.join("steps")).unwrap();
    let Some(place) = Place::new(steps.contains("# Needs registries.")) else { return Ok(()) };
    copy(&case.join("in"), &place.work()).unwrap();
    fs::create_dir(place.home()).unwrap();
    let before = place.files();
    let (mut out, mut err, mut env) = (String::new(), String::new(), Vec::new());
    for line in steps.lines().filter(|line| !line.starts_with('#')) {
        let (fails, line) = line.strip_prefix("! ").map_or((false, line), |line| (true, line));
        let is_name = |name: &str| name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
        if let Some((name, value)) = line.split_once('=').filter(|(name, _)| is_name(name)) {
            env.push((name.to_owned(), place.real(value)));
            continue;
        }
        let words: Vec<String> = line.split_whitespace().map(|word| place.real(word)).collect();
        let Some(first) = words.first() else { continue };
        let done = place.run(&words, &env, mode);
        let (stdout, stderr) = (text(&place, &done.stdout), text(&place, &done.stderr));
        if done.status.success() == fails {
            return Err(format!("`{line}`: {}\n{stderr}", done.status));
        }
        if mode == Mode::Record && !stderr.is_empty() {
            eprintln!("{}: `{line}`: {}", name(case), stderr.trim_end());
        }
        if mode == Mode::Record && first == "build" {
            // What kustomize fetches it puts there; kz does not.
            for (path, _) in place.files().iter().filter(|(path, _)| !before.contains_key(*path)) {
                fs::remove_file(place.temp.path().join(path)).ok();
            }
        }
        err += &stderr;
        if fails && mode != Mode::Record && !stdout.is_empty() {
            return Err(format!("`{line}` fails, and prints\n{stdout}"));
        }
        if !fails {
            out += &stdout;
        }
    }
    let after = place.files();
    let changed = after.iter().filter(|(path, content)| before.get(*path).is_none_or(|old| old != *content));
    let gone: String =
        before.keys().filter(|path| !after.contains_key(*path)).map(|path| format!("{}\n", path.display())).collect();
    if mode == Mode::Record {
        fs::write(case.join("out"), out).unwrap();
        fs::remove_dir_all(case.join("files")).ok();
        for (path, content) in changed {
            let target = case.join("files").join(path);
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::write(target, content.bytes()).unwrap();
        }
        return write_or_remove(&case.join("gone"), &gone);
    }
    let mut problems = String::new();
    differ("stdout", &read(&case.join("out")), &out, &mut problems);
    differ("files that are gone", &read(&case.join("gone")), &gone, &mut problems);
    let mut expected = BTreeMap::new();
    walk(&case.join("files"), Path::new(""), &mut |path, bytes| {
        expected.insert(path.to_owned(), place.content(path, bytes));
    });
    let changed: BTreeMap<_, _> = changed.collect();
    for path in expected.keys().filter(|path| !changed.contains_key(path)) {
        problems += &format!("{} is not written\n", path.display());
    }
    for (path, content) in changed {
        match expected.get(path) {
            Some(wanted) if content.is_same(wanted) => {}
            Some(wanted) => {
                let texts = [wanted, content].map(|content| String::from_utf8_lossy(content.bytes()).into_owned());
                differ(&path.display().to_string(), &texts[0], &texts[1], &mut problems);
            }
            None => problems += &format!("{} is written\n", path.display()),
        }
    }
    if mode == Mode::UpdateErr && problems.is_empty() {
        return write_or_remove(&case.join("err"), &err);
    }
    differ("stderr", &read(&case.join("err")), &err, &mut problems);
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn text(place: &Place, bytes: &[u8]) -> String {
    in_order(&place.shown(&String::from_utf8_lossy(bytes)))
}

/// Helm tells of repositories as they come.
fn in_order(text: &str) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    for run in lines.chunk_by_mut(|a, b| a.starts_with("...") == b.starts_with("...")) {
        if run.first().is_some_and(|line| line.starts_with("...")) {
            run.sort_unstable();
        }
    }
    lines.concat()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn write_or_remove(path: &Path, text: &str) -> Result<(), String> {
    match text {
        "" => drop(fs::remove_file(path)),
        text => fs::write(path, text).map_err(|e| e.to_string())?,
    }
    Ok(())
}

fn differ(what: &str, expected: &str, actual: &str, problems: &mut String) {
    if expected != actual {
        let diff = similar::TextDiff::from_lines(expected, actual);
        let mut diff = diff.unified_diff();
        diff.context_radius(2).header(&format!("expected {what}"), &format!("actual {what}"));
        problems.push_str(&diff.to_string());
    }
}
