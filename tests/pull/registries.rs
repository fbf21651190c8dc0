//! What no recorded case can show of registries: what is asked for again, who asks, and what is kept of that.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::docker_registry::{DockerRegistry, Setup};
use super::temp_dir::TempDir;
use super::tls::Identity;

/// A folder to work in, a home, and a registry.
struct Place {
    temp: TempDir,
    registry: Option<DockerRegistry>,
    host: String,
    env: Vec<(&'static str, String)>,
}

impl Place {
    fn new(is_private: bool) -> Option<Place> {
        let temp = TempDir::new().unwrap();
        ["work", "home", "bin"].iter().for_each(|name| fs::create_dir(temp.path().join(name)).unwrap());
        let registry = DockerRegistry::start(&temp.path().join("registry"), Setup { is_private, tls: None })?;
        let host = registry.address.to_string();
        Some(Place { temp, registry: Some(registry), host, env: Vec::new() })
    }

    fn path(&self, path: &str) -> PathBuf {
        self.temp.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text.replace("$HOST", &self.host)).unwrap();
    }

    /// Exit code 0, stdout, stderr.
    fn run(&self, line: &str) -> (bool, String, String) {
        let line = line.replace("$WEB", &format!("oci://{}/charts/web --plain-http", self.host));
        let line = line.replace("$HOST", &self.host).replace("$HOME", &self.path("home").display().to_string());
        let mut command = Command::new(env!("CARGO_BIN_EXE_kz"));
        command.args(line.split_whitespace()).current_dir(self.path("work")).stdin(Stdio::null());
        let path = format!("{}:/usr/bin:/bin", self.path("bin").display());
        command.env_clear().env("HOME", self.path("home")).env("PATH", path).envs(self.env.iter().cloned());
        let done = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (done.status.success(), text(done.stdout), text(done.stderr))
    }

    #[track_caller]
    fn succeeds(&self, line: &str) -> String {
        let (is_done, stdout, stderr) = self.run(line);
        assert!(is_done, "{line}: {stderr}");
        stdout
    }

    #[track_caller]
    fn fails(&self, line: &str) -> String {
        let (is_done, stdout, stderr) = self.run(line);
        assert!(!is_done && stdout.is_empty(), "{line}: {stdout}");
        stderr
    }

    /// A program `docker-credential-NAME` that keeps what it gets in a file, and writes down what it was asked.
    fn install_helper(&self, name: &str) {
        let program = self.path(&format!("bin/docker-credential-{name}"));
        let kept = self.path(&format!("kept-{name}")).display().to_string();
        let asked = self.path("asked").display().to_string();
        let script = format!(
            "#!/bin/sh\nread -r line\necho \"$1 $line\" >> {asked}\ncase $1 in\n\
             store) printf '%s' \"$line\" > {kept} ;;\nerase) rm -f {kept} ;;\n\
             get) cat {kept} 2>/dev/null || {{ echo credentials not found in native keychain; exit 1; }} ;;\nesac\n"
        );
        fs::write(&program, script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn asked(&self) -> String {
        let asked = fs::read_to_string(self.path("asked")).unwrap_or_default();
        fs::remove_file(self.path("asked")).ok();
        asked.replace(&self.host, "$HOST")
    }
}

const CONFIG: &str = "home/.config/helm/registry/config.json";

#[test]
fn what_is_pinned_is_not_asked_for_again() {
    let Some(mut place) = Place::new(false) else { return };
    let digest = place.succeeds("pull $WEB --version 1.0.0");
    let digest = digest.lines().find_map(|line| line.strip_prefix("Digest: ")).unwrap().to_owned();
    let by_version = place.succeeds("template a $WEB --version 1.0.0");
    let newest = place.succeeds("template a $WEB");
    // The exact version stays what it was; for somebody else it is what it is now.
    place.registry.as_ref().unwrap().retag("charts/web", "1.2.0", "1.0.0");
    assert_eq!(place.succeeds("template a $WEB --version 1.0.0"), by_version);
    let moved = place.succeeds("template a $WEB --version 1.0.0 --cache-dir other");
    assert_ne!(moved, by_version);
    assert_eq!(moved, place.succeeds("template a $WEB --version 1.2.0"));
    let mismatch = place.fails(&format!("template a oci://$HOST/charts/web:1.10.0@{digest} --plain-http"));
    assert!(mismatch.starts_with("error[wrong-digest]: chart reference digest mismatch: "), "{mismatch}");

    place.registry = None;
    assert_eq!(place.succeeds("template a $WEB --version 1.0.0"), by_version);
    assert_eq!(place.succeeds(&format!("template a oci://$HOST/charts/web@{digest} --plain-http")), by_version);
    assert!(place.fails("template a $WEB").starts_with("error[http-connection]: "));
    assert_eq!(place.succeeds("template a $WEB --offline"), newest);
    let host = &place.host;
    assert_eq!(
        place.fails("template a $WEB --version 9.0.0 --offline"),
        format!(
            "error[offline]: `oci://{host}/charts/web:9.0.0` is not in the cache\n  = help: run once without `--offline`\n"
        )
    );
    assert!(place.fails("template a oci://$HOST/charts/db --plain-http --offline").starts_with(&format!(
        "error[offline]: the list of versions of `oci://{host}/charts/db` is not in the cache\n"
    )));
}

#[test]
fn credentials_are_looked_for_where_helm_and_docker_keep_them() {
    let Some(mut place) = Place::new(true) else { return };
    let auths = r#"{"auths": {"$HOST": {"auth": "bWU6cGFzcy13b3Jk"}}}"#;
    let fails = |place: &Place| {
        let said = place.fails("show chart $WEB --version 1.0.0");
        assert!(said.starts_with("error[http-unauthorized]: ") && said.contains("kz registry login 127."), "{said}");
    };
    let succeeds = |place: &Place| {
        assert!(place.succeeds("show chart $WEB --version 1.0.0").contains("version: 1.0.0"));
        fs::remove_dir_all(place.path("home/.cache")).unwrap();
    };
    fails(&place);
    for config in [CONFIG, "home/.docker/config.json"] {
        place.write(config, auths);
        succeeds(&place);
        place.write(config, r#"{"auths": {"$HOST": {"auth": "bWU6d3Jvbmc="}}}"#);
        fails(&place);
        place.write(config, r#"{"auths": {"other": {"auth": "bWU6cGFzcy13b3Jk"}}}"#);
        fails(&place);
        place.write(config, r#"{"auths": {"$HOST": {"auth": "bWU6cGFzcy13b3Jk"}}"#);
        let said = place.fails("show chart $WEB");
        assert!(said.starts_with("error[registry-config]: ") && !said.contains("bWU6"), "{said}");
        fs::remove_file(place.path(config)).unwrap();
    }
    place.write("docker/config.json", auths);
    place.env.push(("DOCKER_CONFIG", place.path("docker").display().to_string()));
    succeeds(&place);
    place.env.clear();
    place.write("own.json", auths);
    assert!(place.succeeds("show chart $WEB --registry-config ../own.json").contains("version: 1.10.0"));
    place.env.push(("HELM_REGISTRY_CONFIG", place.path("own.json").display().to_string()));
    succeeds(&place);
}

#[test]
fn programs_keep_credentials() {
    let Some(place) = Place::new(true) else { return };
    place.install_helper("own");
    place.write("home/.docker/config.json", r#"{"credHelpers": {"$HOST": "own", "other": "none"}}"#);
    place.write("kept-own", r#"{"ServerURL": "$HOST", "Username": "me", "Secret": "pass-word"}"#);
    assert!(place.succeeds("show chart $WEB").contains("version: 1.10.0"));
    // Once, however often the registry wants to know.
    assert_eq!(place.asked(), "get $HOST\n");
    fs::remove_file(place.path("kept-own")).unwrap();
    assert!(place.fails("show chart $WEB").starts_with("error[http-unauthorized]: "));
    place.write("kept-own", "s3cret");
    let said = place.fails("show chart $WEB");
    assert!(said.starts_with("error[registry-helper]: `docker-credential-own get` fails for `127."), "{said}");
    assert!(!said.contains("s3cret"), "{said}");
    place.write("home/.docker/config.json", r#"{"credsStore": "../own"}"#);
    assert!(place.fails("show chart $WEB").contains("there is no program `docker-credential-../own`"));
    fs::remove_file(place.path("home/.docker/config.json")).unwrap();
    place.asked();

    // Login gives them to the program that the file names.
    place.write(CONFIG, "{\"credsStore\": \"own\", \"more\": {\"b\": [1, {\"a\": null}]}}");
    place.succeeds("registry login $HOST --plain-http -u me -p pass-word");
    assert_eq!(place.asked(), "store {\"Secret\":\"pass-word\",\"ServerURL\":\"$HOST\",\"Username\":\"me\"}\n");
    assert!(place.succeeds("show chart $WEB").contains("version: 1.10.0"));
    place.succeeds("registry logout $HOST");
    assert_eq!(place.asked(), "get $HOST\nerase $HOST\n");
    assert!(!fs::read_to_string(place.path(CONFIG)).unwrap().contains("auths"));

    // The system's program, where nothing is said yet.
    fs::remove_file(place.path(CONFIG)).unwrap();
    place.install_helper("secretservice");
    place.install_helper("pass");
    let system = if Path::new("/usr/bin/pass").exists() { "pass" } else { "secretservice" };
    place.succeeds("registry login $HOST --plain-http -u me -p pass-word");
    let config = fs::read_to_string(place.path(CONFIG)).unwrap();
    assert_eq!(config, format!("{{\n\t\"auths\": {{}},\n\t\"credsStore\": \"{system}\"\n}}"));
    assert!(place.succeeds("show chart $WEB").contains("version: 1.10.0"));
}

#[test]
fn what_is_kept_is_private() {
    let Some(place) = Place::new(true) else { return };
    place.write(CONFIG, "{\"more\": {\"b\": [1, {\"a\": null}]}, \"auths\": {\"other\": {\"x\": 1}}}");
    fs::set_permissions(place.path(CONFIG), fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(place.succeeds("registry login $HOST --plain-http -u me -p pass-word"), "Login Succeeded\n");
    let mode = |path: &str| fs::metadata(place.path(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(CONFIG), 0o600);
    let config = fs::read_to_string(place.path(CONFIG)).unwrap();
    let host = &place.host;
    assert_eq!(
        config,
        format!(
            "{{\n\t\"auths\": {{\n\t\t\"{host}\": {{\n\t\t\t\"auth\": \"bWU6cGFzcy13b3Jk\"\n\t\t}},\n\t\t\"other\": \
             {{\n\t\t\t\"x\": 1\n\t\t}}\n\t}},\n\t\"more\": {{\n\t\t\"b\": [\n\t\t\t1,\n\t\t\t{{\n\t\t\t\t\"a\": \
             null\n\t\t\t}}\n\t\t]\n\t}}\n}}"
        )
    );
    place.succeeds("registry login $HOST --plain-http -u me -p pass-word --registry-config ../new/er/config.json");
    assert_eq!((mode("new/er"), mode("new/er/config.json")), (0o700, 0o600));
    place.succeeds("pull $WEB");
    let mut found = Vec::new();
    walk(&place.path("home/.cache"), &mut found);
    assert!(found.len() > 3);
    for path in found {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        assert!(!text.contains("pass-word") && !text.contains("bWU6"), "{}", path.display());
    }
    let said = place.fails("registry login $HOST --plain-http -u me -p wr0ng --registry-config ../none.json");
    assert!(said.contains("error[http-unauthorized]: cannot log in to") && !said.contains("wr0ng"), "{said}");
    assert!(!place.path("none.json").exists());
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        match entry.path() {
            path if path.is_dir() => walk(&path, found),
            path => found.push(path),
        }
    }
}

#[test]
fn registries_have_tls_unless_somebody_says_otherwise() {
    let temp = TempDir::new().unwrap();
    let identity = Identity::new(temp.path(), &["127.0.0.1"]);
    let Some(mut place) = Place::new(false) else { return };
    let said = place.fails("pull oci://$HOST/charts/web");
    assert!(said.starts_with("error[http-tls]: ") && said.contains("`--plain-http`"), "{said}");
    // What is said of certificates goes before.
    assert!(place.fails("pull $WEB --insecure-skip-tls-verify").starts_with("error[http-tls]: "));

    let setup = Setup { is_private: true, tls: Some((&identity.certificate, &identity.key)) };
    let registry = DockerRegistry::start(&place.path("with-tls"), setup).unwrap();
    place.host = registry.address.to_string();
    let ca = identity.certificate.display();
    assert!(place.fails("pull oci://$HOST/charts/web").starts_with("error[http-tls]: "));
    let user = "--username me --password pass-word";
    place.succeeds(&format!("pull oci://$HOST/charts/web {user} --ca-file {ca}"));
    place.succeeds(&format!("pull oci://$HOST/charts/web {user} --insecure-skip-tls-verify"));
    assert!(place.fails("registry login $HOST -u me -p pass-word").contains("error[http-tls]: "));
    place.succeeds(&format!("registry login $HOST -u me -p pass-word --ca-file {ca}"));
    place.succeeds("registry login $HOST -u me -p pass-word --insecure");
    place.env.push(("SSL_CERT_FILE", ca.to_string()));
    place.succeeds("pull oci://$HOST/charts/web");
}
