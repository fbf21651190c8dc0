//! `kz lock` and charts: builds use the archives that were locked, and say what is something else.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use super::docker_registry::{DockerRegistry, Setup};
use super::server::{Reply, Server};
use super::site;
use super::temp_dir::TempDir;
use super::tls::Identity;

/// A folder to work in, with a cache beside it.
pub struct Place {
    temp: TempDir,
    pub env: Vec<(&'static str, String)>,
}

impl Place {
    pub fn new(kustomization: &str) -> Place {
        let temp = TempDir::new().unwrap();
        fs::create_dir(temp.path().join("work")).unwrap();
        fs::write(temp.path().join("work/kustomization.yaml"), kustomization).unwrap();
        Place { temp, env: Vec::new() }
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.temp.path().join(path)
    }

    pub fn run(&self, line: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kz"));
        command.args(line.split(' ')).current_dir(self.path("work")).stdin(Stdio::null());
        command.env_clear().env("KZ_CACHE_DIR", self.path("cache")).envs(self.env.iter().cloned());
        command.output().unwrap()
    }

    #[track_caller]
    pub fn succeeds(&self, line: &str) -> String {
        let done = self.run(line);
        assert!(done.status.success(), "{line}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    }

    #[track_caller]
    pub fn fails(&self, line: &str) -> String {
        let done = self.run(line);
        assert_eq!((done.status.code(), done.stdout.len()), (Some(1), 0), "{line}");
        String::from_utf8(done.stderr).unwrap()
    }

    /// Exit code and stdout of `kz lock --check`.
    fn checks(&self) -> (Option<i32>, String) {
        let done = self.run("lock --check");
        (done.status.code(), String::from_utf8(done.stdout).unwrap())
    }

    fn lock(&self) -> String {
        fs::read_to_string(self.path("work/kz.lock")).unwrap()
    }

    fn forget(&self) {
        fs::remove_dir_all(self.path("cache")).unwrap();
    }
}

fn digest(archive: &str) -> String {
    let digest = kz::fetch::Digest::of(&fs::read(site::repository().join(archive)).unwrap());
    digest.to_string()
}

/// What a repository does.
#[derive(Clone, Copy, PartialEq)]
pub enum State {
    /// 1.2.0 is the newest of `web`.
    Old,
    /// So is 1.10.0.
    Newer,
    /// Version 1.2.0 is another archive, and the index says so.
    Replaced,
    /// The same, and the index says nothing.
    ReplacedUnsaid,
}

/// Serves a repository that changes.
pub fn changing() -> (Server, Arc<Mutex<State>>) {
    let state = Arc::new(Mutex::new(State::Old));
    let served = state.clone();
    let server = Server::start(move |asked, _| {
        let state = *served.lock().unwrap();
        let name = asked.target.split('?').next().unwrap_or_default().trim_start_matches("/charts/");
        let is_replaced = matches!(state, State::Replaced | State::ReplacedUnsaid);
        let name = if is_replaced && name == "web-1.2.0.tgz" { "web-1.0.0.tgz" } else { name };
        let Ok(content) = fs::read(site::repository().join(name)) else { return Reply::status(404, "") };
        if name != "index.yaml" {
            return Reply::ok(content);
        }
        let mut index = String::from_utf8(content).unwrap();
        if state != State::Newer {
            index = index.replace("version: 1.10.0\n", "version: 0.0.1\n").replace("1.2.0+build.2\n", "0.0.2\n");
        }
        match state {
            State::Replaced => index = index.replace(&digest("web-1.2.0.tgz")[7..], &digest("web-1.0.0.tgz")[7..]),
            State::ReplacedUnsaid => {
                index = index.lines().filter(|l| !l.contains("digest:")).map(|l| format!("{l}\n")).collect()
            }
            State::Old | State::Newer => {}
        }
        Reply::ok(index)
    });
    (server, state)
}

fn of_repository(server: &Server, versions: &[&str]) -> Place {
    let repo = server.url("/charts?token=secret").replace("http://", "http://me:secret@");
    let entry = |(number, version): (usize, &&str)| {
        format!("- {{name: web, repo: '{repo}', releaseName: r{number}{version}}}\n")
    };
    Place::new(&format!("helmCharts:\n{}", versions.iter().enumerate().map(entry).collect::<String>()))
}

#[test]
fn a_range_stays_at_the_version_that_was_found() {
    let (server, state) = changing();
    let place = of_repository(&server, &["", ", version: ^1.0"]);
    assert!(place.succeeds("lock").starts_with("added: the chart `web` of `http://127.0.0.1:"));
    let built = place.succeeds("build");
    let lock = place.lock();
    let found = format!("version = \"1.2.0\"\ndigest = \"{}\"\n", digest("web-1.2.0.tgz"));
    assert_eq!(lock.matches(&found).count(), 2, "{lock}");
    assert!(lock.contains("name = \"web\"\nrepo = \"http://127.0.0.1:") && !lock.contains("secret"), "{lock}");

    *state.lock().unwrap() = State::Newer;
    let count = server.count();
    assert_eq!(place.succeeds("build"), built);
    assert_eq!(place.succeeds("build --offline"), built);
    assert_eq!(server.count(), count);
    let (code, changes) = place.checks();
    assert_eq!((code, changes.matches("\n").count()), (Some(1), 2), "{changes}");
    assert!(changes.contains("from version 1.2.0, ") && changes.contains("to version 1.10.0, "), "{changes}");
    // On a machine that has nothing.
    place.forget();
    assert_eq!(place.succeeds("build"), built);
    place.succeeds("lock . --update web");
    assert_ne!(place.succeeds("build"), built);
    assert_eq!(place.checks(), (Some(0), String::new()));
}

#[test]
fn a_chart_that_was_replaced_under_its_version_is_told() {
    let (server, state) = changing();
    let place = of_repository(&server, &[", version: 1.2.0"]);
    place.succeeds("lock");
    let built = place.succeeds("build");
    for replaced in [State::Replaced, State::ReplacedUnsaid] {
        *state.lock().unwrap() = replaced;
        assert_eq!(place.succeeds("build"), built);
        // The cache knows the version, and is not believed.
        let (code, changes) = place.checks();
        assert!(code == Some(1) && changes.starts_with("moved: the chart `web` 1.2.0 of "), "{changes}");
        assert!(changes.contains(&digest("web-1.0.0.tgz")), "{changes}");
        let kept = place.path("kept");
        fs::rename(place.path("cache"), &kept).unwrap();
        let said = place.fails("build");
        assert!(said.starts_with("error[lock-moved]: the chart `web` 1.2.0 of `http://127.0.0.1:"), "{said}");
        assert!(said.contains(&digest("web-1.2.0.tgz")) && said.contains(&digest("web-1.0.0.tgz")), "{said}");
        assert!(
            said.contains("`kz lock . --update web` takes what is there now")
                && !said.lines().next().unwrap().contains("secret"),
            "{said}"
        );
        place.forget();
        fs::rename(kept, place.path("cache")).unwrap();
        *state.lock().unwrap() = State::Old;
        assert_eq!(place.checks(), (Some(0), String::new()));
    }
    place.forget();
    let said = place.fails("build --offline");
    assert!(said.starts_with("error[offline]: ") && said.contains("`kz.lock` has the chart `web` 1.2.0 of "), "{said}");
    // Somebody else's cache may know the version by another archive.
    *state.lock().unwrap() = State::Replaced;
    fs::rename(place.path("work/kz.lock"), place.path("kz.lock")).unwrap();
    assert_ne!(place.succeeds("build"), built);
    fs::rename(place.path("kz.lock"), place.path("work/kz.lock")).unwrap();
    *state.lock().unwrap() = State::Old;
    assert_eq!(place.succeeds("build"), built);
}

#[test]
fn a_chart_that_came_into_the_chart_home_is_another_thing() {
    let (server, _) = changing();
    let place = of_repository(&server, &[", version: 1.2.0"]);
    place.succeeds("lock");
    let line = format!("pull {} --untar --untardir charts/web-1.2.0", server.url("/charts/web-1.2.0.tgz"));
    place.succeeds(&line);
    let said = place.fails("build");
    let start = "error[lock-missing]: `kz.lock` says nothing of the chart in `charts/web-1.2.0/web`\n";
    assert!(said.starts_with(start), "{said}");
    place.succeeds("lock");
    place.succeeds("build");
    assert!(!place.lock().contains("[[chart]]"), "{}", place.lock());
}

#[test]
fn a_tag_that_has_moved_is_what_it_was() {
    let temp = TempDir::new().unwrap();
    let identity = Identity::new(temp.path(), &["127.0.0.1"]);
    let setup = Setup { is_private: false, tls: Some((&identity.certificate, &identity.key)) };
    let Some(registry) = DockerRegistry::start(&temp.path().join("registry"), setup) else { return };
    let repo = format!("oci://{}/charts", registry.address);
    let mut place =
        Place::new(&format!("helmCharts:\n- {{name: web, repo: '{repo}', version: 1.0.0, releaseName: r}}\n"));
    place.env.push(("SSL_CERT_FILE", identity.certificate.display().to_string()));
    place.succeeds("lock");
    let built = place.succeeds("build");
    let lock = place.lock();
    let manifest = lock.lines().find_map(|line| line.strip_prefix("manifest = ")).unwrap().trim_matches('"').to_owned();
    assert!(
        lock.ends_with(&format!(
            "version = \"1.0.0\"\nmanifest = \"{manifest}\"\ndigest = \"{}\"\n",
            digest("web-1.0.0.tgz")
        )),
        "{lock}"
    );
    assert_eq!(place.checks(), (Some(0), String::new()));

    registry.retag("charts/web", "1.2.0", "1.0.0");
    assert_eq!(place.succeeds("build"), built);
    place.forget();
    assert_eq!(place.succeeds("build"), built);
    let (code, changes) = place.checks();
    assert!(
        code == Some(1) && changes.starts_with(&format!("moved: the chart `web` 1.0.0 of `{repo}`: ")),
        "{changes}"
    );
    assert!(changes.contains(&manifest) && changes.contains("to version 1.2.0, "), "{changes}");

    // A manifest that is gone.
    fs::write(place.path("work/kz.lock"), lock.replace(&manifest, &digest("db-0.3.1.tgz"))).unwrap();
    assert_eq!(place.succeeds("build"), built);
    place.forget();
    let said = place.fails("build");
    assert!(said.starts_with("error[lock-moved]: the chart `web` 1.0.0 of `oci://"), "{said}");
    assert!(said.contains(&digest("db-0.3.1.tgz")), "{said}");
    place.succeeds("lock . --update web");
    assert_ne!(place.succeeds("build"), built);
    drop(registry);
    place.succeeds("build");
}
