//! What no recorded case can show: what is asked of servers, what is kept, and what a failure leaves behind.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::server::{Reply, Server};
use super::site;
use super::temp_dir::{TempDir, copy};

/// A folder to work in, a home, and a server.
pub struct Place {
    temp: TempDir,
    server: Server,
}

impl Place {
    pub fn new() -> Place {
        Place::with(site::start())
    }

    fn with(server: Server) -> Place {
        let temp = TempDir::new().unwrap();
        ["work", "home"].iter().for_each(|name| fs::create_dir(temp.path().join(name)).unwrap());
        Place { temp, server }
    }

    pub fn work(&self, path: &str) -> PathBuf {
        self.temp.path().join("work").join(path)
    }

    fn home(&self, path: &str) -> PathBuf {
        self.temp.path().join("home").join(path)
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kz"));
        let words = line.replace("$SERVER", &self.server.url("")).replace("$NAME", &self.server.url_by_name(""));
        command.args(words.split_whitespace()).current_dir(self.work("")).stdin(Stdio::null());
        command.env_clear().env("HOME", self.home("")).env("TZ", "UTC");
        command
    }

    fn run(&self, line: &str) -> Output {
        self.command(line).output().unwrap()
    }

    /// What is printed on stdout and on stderr.
    #[track_caller]
    pub fn succeeds(&self, line: &str) -> (String, String) {
        let done = self.run(line);
        let (stdout, stderr) = (text(&done.stdout), text(&done.stderr));
        assert!(done.status.success(), "{line}: {stderr}");
        (stdout, stderr)
    }

    /// What is said on stderr; stdout is empty.
    #[track_caller]
    pub fn fails(&self, line: &str) -> String {
        let done = self.run(line);
        assert_eq!((done.status.code(), text(&done.stdout).as_str()), (Some(1), ""), "{line}: {}", text(&done.stderr));
        text(&done.stderr)
    }

    /// How often the server is asked while something is done.
    fn asked(&self, f: impl FnOnce()) -> usize {
        let before = self.server.count();
        f();
        self.server.count() - before
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.work(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text.replace("$SERVER", &self.server.url(""))).unwrap();
    }

    /// All files below the working folder.
    pub fn files(&self) -> Vec<String> {
        files(&self.work(""))
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if path.is_dir() {
            found.extend(files(&path).into_iter().map(|inner| format!("{name}/{inner}")));
        } else {
            found.push(name);
        }
    }
    found.sort();
    found
}

const APP: &str = "apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n";

#[test]
fn what_is_pinned_is_fetched_once() {
    let place = Place::new();
    place.succeeds("repo add stable $SERVER/charts");
    for line in [
        // By the digest of the index that Helm keeps.
        "template a stable/web",
        "show values stable/web --version ^1.2",
        // By an exact version: not even the index is asked for.
        "template a db --repo $SERVER/charts --version 0.3.1",
        "pull db --repo $SERVER/bare --version 0.4.0",
    ] {
        assert!(place.asked(|| drop(place.succeeds(line))) <= 2, "{line}");
        assert_eq!(place.asked(|| drop(place.succeeds(line))), 0, "{line}");
        place.succeeds(&format!("{line} --offline"));
    }
    // What may change is asked for: the index, whose archive was fetched from elsewhere already.
    assert_eq!(place.asked(|| drop(place.succeeds("template a db --repo $SERVER/charts"))), 1);
    assert_eq!(place.asked(|| drop(place.succeeds("template a $SERVER/charts/web-1.0.0.tgz"))), 1);
}

#[test]
fn without_the_net_all_that_is_missing_is_named() {
    let place = Place::new();
    place.write(
        "kustomization.yaml",
        "helmCharts:\n- {name: web, repo: $SERVER/charts, version: 1.0.0}\n- {name: db, repo: $SERVER/bare, version: 0.4.0}\n",
    );
    let said = place.fails("build . --offline");
    assert_eq!(said.matches("error[offline]").count(), 2, "{said}");
    assert_eq!(place.server.count(), 0);
    let (built, _) = place.succeeds("build .");
    assert_eq!(place.succeeds("build . --offline"), (built.clone(), String::new()));
    assert_eq!(place.asked(|| assert_eq!(place.succeeds("build .").0, built)), 0);
    // Nothing is written beside the kustomization.
    assert_eq!(place.files(), ["kustomization.yaml"]);
}

#[test]
fn what_is_not_what_the_index_says_is_not_taken() {
    let place = Place::new();
    place.write("app/Chart.yaml", &format!("{APP}- {{name: web, version: 1.0.0, repository: $SERVER/wrong}}\n"));
    for line in [
        "template a web --repo $SERVER/wrong",
        "pull web --repo $SERVER/wrong --version 1.0.0",
        "pull web --repo $SERVER/wrong --version 1.0.0 --untar",
        "dependency update app",
    ] {
        let said = place.fails(line);
        assert!(said.starts_with("error[wrong-digest]: cannot use `http://"), "{said}");
    }
    assert_eq!(place.files(), ["app/Chart.yaml"]);
    let contents = files(&place.home(".cache/kz/sha256"));
    assert_eq!(contents.len(), 1, "the index alone: {contents:?}");
}

#[test]
fn servers_may_need_a_second_try() {
    let place = Place::new();
    place.succeeds("repo add stable $SERVER/flaky");
    assert_eq!(place.server.count(), 2);
}

#[test]
fn an_archive_may_be_in_several_places() {
    let place = Place::new();
    place.succeeds("pull web --repo $SERVER/mirrored --version 1.0.0");
    assert_eq!(place.files(), ["web-1.0.0.tgz"]);
}

#[test]
fn entries_that_cannot_be_used_are_left_out_and_told_of() {
    let place = Place::new();
    let (_, said) = place.succeeds("repo add odd $SERVER/odd");
    assert!(said.contains(r#"note: chart "db" of "#) && said.contains("is left out: empty entry"), "{said}");
    let why = r#"chart "web" version "newest" of"#;
    assert!(said.contains(why) && said.contains(r#"chart.metadata.version "newest" is invalid"#), "{said}");
    let (shown, _) = place.succeeds("show chart odd/db");
    assert!(shown.contains("version: 0.4.0"), "{shown}");
    assert!(place.fails("show chart odd/web").contains("has no downloadable URLs"));
    place.succeeds("show chart odd/web --version <1.10");
}

#[test]
fn credentials_are_kept_by_their_owner() {
    let place = Place::new();
    let login = "--username me --password pass-word";
    place.succeeds(&format!("template a web --repo $SERVER/private {login}"));
    // To the same host by another name they do not go.
    let said = place.fails(&format!("template a $NAME/private/web-1.0.0.tgz --repo {} {login}", ""));
    assert!(!said.contains("pass-word"), "{said}");
    place.succeeds(&format!("repo add own $SERVER/private {login}"));
    for folder in [".cache", ".config/helm/repositories.lock"] {
        for file in files(&place.home(folder)) {
            let content = fs::read(place.home(folder).join(&file)).unwrap();
            assert!(!text(&content).contains("pass-word"), "{file}");
        }
    }
    let own = place.server.url("/private").replace("http://", "http://me:pass-word@");
    place.succeeds(&format!("template a web --repo {own}"));
    let said = place.fails(&format!("template a nothing --repo {own}"));
    assert!(!said.contains("pass-word") && said.contains("/private"), "{said}");
    let said = place.fails(&format!("repo add x {}", own.replace("private", "nothing")));
    assert!(!said.contains("pass-word"), "{said}");
}

#[cfg(unix)]
#[test]
fn the_list_of_repositories_is_for_its_owner() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    place.succeeds("repo add stable $SERVER/charts");
    let mode = |path: &str| fs::metadata(place.home(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(".config/helm/repositories.yaml"), 0o600);
    assert_eq!(mode(".cache/helm/repository/stable-index.yaml"), 0o644);
    // One that is there keeps its mode, and where it is a link it stays one.
    let (link, real) = (place.home(".config/helm/repositories.yaml"), place.home("dotfiles.yaml"));
    fs::rename(&link, &real).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    place.succeeds("repo add other $SERVER/moved");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink() && fs::read_to_string(&real).unwrap().contains("other"));
    assert_eq!(mode("dotfiles.yaml"), 0o640);
}

#[test]
fn many_processes_add_repositories_at_once() {
    let place = Place::new();
    let add =
        |number| place.command(&format!("repo add r{number} $SERVER/charts")).stdout(Stdio::null()).spawn().unwrap();
    let running: Vec<_> = (0..8).map(add).collect();
    for mut process in running {
        assert!(process.wait().unwrap().success());
    }
    assert_eq!(place.succeeds("repo list --no-headers").0.lines().count(), 8);
}

#[test]
fn a_failure_leaves_what_was_there() {
    let place = Place::new();
    place.succeeds("repo add stable $SERVER/charts");
    place.fails("repo remove stable nothing");
    place.fails("pull stable/web stable/nothing");
    place.write(
        "app/Chart.yaml",
        &format!("{APP}- {{name: web, version: 1.0.0, repository: '@stable'}}\n- {{name: db, version: 0.3.1, repository: $SERVER/nothing}}\n"),
    );
    copy(&site::repository(), &place.work("app/charts")).unwrap();
    let before = place.files();
    place.fails("dependency update app");
    assert_eq!(place.files(), before);
    assert!(place.succeeds("repo list").0.contains("stable"));
}

#[test]
fn what_dependency_update_says_is_no_manifest() {
    let place = Place::new();
    place.write("app/Chart.yaml", &format!("{APP}- {{name: db, version: 0.3.1, repository: $SERVER/charts}}\n"));
    place.fails("template a app");
    let (manifests, said) = place.succeeds("template a app --dependency-update");
    assert!(manifests.starts_with("---\n# Source: app/charts/db/templates/map.yaml\n"), "{manifests}");
    assert!(said.contains("note: Saving 1 charts\n"), "{said}");
    assert_eq!(place.succeeds("template a app --dependency-update"), (manifests, String::new()));
}

#[test]
fn charts_on_disk_are_updated_before_those_that_need_them() {
    let place = Place::new();
    place.write("app/Chart.yaml", &format!("{APP}- {{name: lib, version: 1.0.0, repository: 'file://../lib'}}\n"));
    place.write(
        "lib/Chart.yaml",
        "apiVersion: v2\nname: lib\nversion: 1.0.0\ndependencies:\n- {name: db, version: 0.3.1, repository: $SERVER/charts}\n",
    );
    place.succeeds("dependency update app");
    assert_eq!(place.succeeds("template a app").0, "\n");
    place.succeeds("dependency update app --recursive");
    assert!(place.succeeds("template a app").0.contains("# Source: app/charts/lib/charts/db/templates/map.yaml"));
    // The archive is the same each time.
    let packed = || fs::read(place.work("app/charts/lib-1.0.0.tgz")).unwrap();
    let before = packed();
    place.succeeds("dependency build app --recursive");
    assert_eq!(packed(), before);
    // Charts that need one another are no endless way.
    place.write("lib/Chart.yaml", "apiVersion: v2\nname: lib\nversion: 1.0.0\ndependencies:\n- {name: app, version: 1.0.0, repository: 'file://../app'}\n");
    place.succeeds("dependency update lib --recursive");
}

#[test]
fn locks_have_the_time_of_the_place() {
    let place = Place::new();
    place.write("app/Chart.yaml", &format!("{APP}- {{name: db, version: 0.3.1, repository: $SERVER/charts}}\n"));
    let done = place.command("dependency update app").env("TZ", "Asia/Kolkata").output().unwrap();
    assert!(done.status.success());
    let lock = fs::read_to_string(place.work("app/Chart.lock")).unwrap();
    let generated = lock.lines().find_map(|line| line.strip_prefix("generated: ")).unwrap();
    assert!(generated.starts_with("\"20") && generated.ends_with("+05:30\""), "{generated}");
    // Where nothing changes it is not written again.
    place.succeeds("dependency update app");
    assert_eq!(fs::read_to_string(place.work("app/Chart.lock")).unwrap(), lock);
}

#[cfg(unix)]
#[test]
fn a_lock_that_is_a_link_is_not_followed() {
    let place = Place::new();
    place.write("app/Chart.yaml", &format!("{APP}- {{name: db, version: 0.3.1, repository: $SERVER/charts}}\n"));
    std::os::unix::fs::symlink(place.home("precious"), place.work("app/Chart.lock")).unwrap();
    fs::write(place.home("precious"), "").unwrap();
    let said = place.fails("dependency update app");
    assert!(said.contains("it is a symbolic link"), "{said}");
    assert_eq!(fs::read_to_string(place.home("precious")).unwrap(), "");
}

#[test]
fn provenance_files_are_fetched_where_they_are() {
    let place = Place::new();
    place.succeeds("pull $SERVER/charts/web-1.0.0.tgz --prov");
    assert_eq!(place.files(), ["web-1.0.0.tgz", "web-1.0.0.tgz.prov"]);
    let (_, said) = place.succeeds("pull $SERVER/charts/web-1.2.0.tgz --prov");
    assert!(said.starts_with("note: there is no provenance file of "), "{said}");
}

#[test]
fn a_home_is_needed_only_for_what_is_kept_there() {
    let place = Place::new();
    let run =
        |line: &str| place.command(line).env_remove("HOME").env("KZ_CACHE_DIR", place.work("cache")).output().unwrap();
    assert!(run("template a web --repo $SERVER/charts").status.success());
    assert!(run("repo list").status.success());
    let done = run("repo add stable $SERVER/charts");
    assert!(text(&done.stderr).contains("there is no place for the list of repositories"), "{}", text(&done.stderr));
    assert!(files(&place.work("")).iter().all(|file| file.starts_with("cache/")));
}

/// An archive with one file of a name.
fn archive(name: &str, content: &str) -> Vec<u8> {
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    for (name, content) in [("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"), (name, content)] {
        let mut header = tar::Header::new_gnu();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append(&header, content.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

#[test]
fn archives_do_not_lead_out_of_their_folder() {
    for (name, content) in [
        ("web/../../outside", "x"),
        ("/../outside", "x"),
        ("web//outside", "x"),
        ("outside", "x"),
        ("web/Chart.yaml", "apiVersion: v2\nname: ..\nversion: 1.0.0\n"),
        ("web/Chart.yaml", "apiVersion: v2\nname: a/b\nversion: 1.0.0\n"),
    ] {
        let place = Place::with(Server::always(move || Reply::ok(archive(name, content))));
        let said = place.fails("pull $SERVER/web-1.0.0.tgz --untar");
        assert!(said.starts_with("error[chart-archive]: "), "{name}: {said}");
        assert_eq!(place.files(), [""; 0], "{name}");
    }
    // A page that says that all is well is no archive either.
    let place = Place::with(Server::always(|| Reply::ok("<html>Log in</html>")));
    assert!(place.fails("pull $SERVER/web-1.0.0.tgz --untar").contains("does not appear to be a gzipped archive"));
    assert!(place.fails("template a $SERVER/web-1.0.0.tgz").contains("does not appear to be a gzipped archive"));
}

#[test]
fn a_password_may_come_by_a_pipe() {
    let place = Place::new();
    let mut process = place
        .command("repo add own $SERVER/private --username me --password-stdin")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(b"pass-word\r\n").unwrap();
    assert!(process.wait().unwrap().success());
    assert!(place.fails("repo add x $SERVER/private --username me").contains("no terminal to ask for it"));
}

/// Folders may come from anybody.
#[test]
#[cfg(unix)]
fn archives_are_not_written_through_links() {
    let place = Place::new();
    let archive = fs::read(site::repository().join("web-1.0.0.tgz")).unwrap();
    place.write("app/Chart.yaml", &format!("{APP}- {{name: web, version: 1.10.0, repository: $SERVER/charts}}\n"));
    fs::create_dir(place.work("app/charts")).unwrap();
    for (line, link) in [
        ("pull web --repo $SERVER/charts --version 1.10.0", "web-1.10.0.tgz"),
        ("dependency update app", "app/charts/web-1.10.0.tgz"),
    ] {
        fs::write(place.home("precious"), &archive).unwrap();
        std::os::unix::fs::symlink(place.home("precious"), place.work(link)).unwrap();
        place.succeeds(line);
        assert_eq!(fs::read(place.home("precious")).unwrap(), archive, "{line}");
        assert!(fs::read(place.work(link)).unwrap() != archive, "{line}");
    }
}

/// A page of a proxy, or half an archive, that comes where a server has no digest to hold it to.
#[test]
fn what_is_no_archive_is_fetched_again() {
    let whole = site::handler();
    let place = Place::with(Server::start(move |asked, number| match number {
        1 => Reply::ok("<html>Log in!</html>"),
        _ => whole(asked, number),
    }));
    let line = "template a web --repo $SERVER/bare --version 1.2.0";
    let said = place.fails(line);
    assert!(said.starts_with("error[chart-archive]: file 'web-1.2.0.tgz' does not appear to be"), "{said}");
    assert_eq!(place.asked(|| drop(place.succeeds(line))), 2);
    assert_eq!(place.asked(|| drop(place.succeeds(line))), 0);
}

#[test]
fn an_index_cannot_send_around_without_end() {
    let urls: String = (0..50).map(|number| format!("    - gone-{number}.tgz\n")).collect();
    let index = format!("apiVersion: v1\nentries:\n  web:\n  - name: web\n    version: 1.0.0\n    urls:\n{urls}");
    let place = Place::with(Server::start(move |asked, _| match asked.target.as_str() {
        "/index.yaml" => Reply::ok(index.clone()),
        _ => Reply::status(404, "gone"),
    }));
    let asked = place.asked(|| assert!(place.fails("pull web --repo $SERVER").starts_with("error[http-not-found]: ")));
    assert_eq!(asked, 6);
}
