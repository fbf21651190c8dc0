//! Releases in a folder: what is recorded is there again, secrets are not, and nothing is lost to accidents.

mod faults;
mod gc;

#[allow(dead_code, reason = "copies are for other tests")]
#[path = "../support/temp_dir.rs"]
mod temp_dir;

mod cloud;
mod copy;
mod git;
mod kin;
mod relay;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use temp_dir::TempDir;

/// A folder to work in, with a home of its own.
struct Place {
    temp: TempDir,
}

const APP: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 2\n";
const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n  - port: 80\n";

impl Place {
    fn new() -> Place {
        let place = Place { temp: TempDir::new().unwrap() };
        fs::create_dir_all(place.work()).unwrap();
        place
    }

    fn work(&self) -> PathBuf {
        self.temp.path().join("work")
    }

    fn store(&self) -> PathBuf {
        self.work().join(".kz")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.work().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kz"));
        command.args(args).current_dir(self.work()).stdin(Stdio::null());
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.temp.path()).env("USER", "tester");
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// What a command prints that has to succeed.
    fn ok(&self, args: &[&str]) -> String {
        printed(args, self.run(args))
    }

    /// What a command says that has to fail.
    fn fails(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(!output.status.success(), "{args:?}");
        assert!(output.stdout.is_empty(), "{args:?}: {}", String::from_utf8_lossy(&output.stdout));
        said(&output)
    }

    /// Records what `app.yaml` holds now.
    fn record(&self, text: &str) -> String {
        self.write("app.yaml", text);
        self.ok(&["release", "record", "web", "app.yaml"])
    }
}

/// What a command printed that had to succeed.
fn printed(args: &[&str], output: Output) -> String {
    assert!(output.status.success(), "{args:?}: {}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() { found.extend(files(&entry.path())) } else { found.push(entry.path()) }
    }
    found.sort();
    found
}

#[test]
fn what_was_recorded_is_there_again_to_the_byte() {
    let place = Place::new();
    let texts = [
        format!("{APP}---\n{SERVICE}"),
        format!("# a comment\n{}---\n{SERVICE}", APP.replace("2", "3")),
        format!("---\n{SERVICE}---\n# nothing\n---\n{APP}"),
        SERVICE.to_owned(),
    ];
    for (at, text) in texts.iter().enumerate() {
        assert_eq!(place.record(text), format!("web@{}\n", at + 1));
    }
    for (at, text) in texts.iter().enumerate() {
        assert_eq!(place.ok(&["release", "show", &format!("web@{}", at + 1)]), *text);
    }
    assert_eq!(place.ok(&["release", "show", "web"]), texts[3]);
    assert_eq!(place.ok(&["release", "show", "web@-1"]), texts[2]);
    assert_eq!(place.ok(&["release", "verify"]), "");
}

#[test]
fn the_same_content_makes_no_new_revision() {
    let place = Place::new();
    assert_eq!(place.record(&format!("{APP}---\n{SERVICE}")), "web@1\n");
    place.write("app.yaml", &format!("{SERVICE}---\n# in another order\n{APP}"));
    let output = place.run(&["release", "record", "web", "app.yaml"]);
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stdout), "web@1\n");
    assert!(said(&output).contains("nothing changed since revision 1"), "{}", said(&output));
}

#[test]
fn a_repository_names_its_store() {
    let place = Place::new();
    place.write(".git/HEAD", "");
    place.write(".kz.toml", "[release]\nstore = \"kept\"\n");
    place.write("deep/app.yaml", APP);
    let deep = |args: &[&str]| place.command(args).current_dir(place.work().join("deep")).output().unwrap();
    assert!(deep(&["release", "record", "web", "app.yaml"]).status.success());
    assert!(place.work().join("kept/format").is_file());
    // A flag and the environment count more.
    place.write("app.yaml", APP);
    place.ok(&["release", "record", "web", "app.yaml", "--store", "other"]);
    assert!(place.work().join("other/format").is_file());
    place.write(".kz.toml", "[release]\nstore = \"ftp://host/x\"\n");
    let told = place.fails(&["release", "list"]);
    assert!(told.contains("ftp://") && told.contains(".kz.toml:2:1"), "{told}");
}

#[test]
fn history_tells_what_happened() {
    let place = Place::new();
    place.record(&format!("{APP}---\n{SERVICE}"));
    place.write("app.yaml", &APP.replace("2", "3"));
    place.ok(&["release", "record", "web", "app.yaml", "-m", "more", "--set", "password=hidden"]);
    place.ok(&["release", "mark", "web@1", "applied"]);
    place.ok(&["release", "mark", "web", "applied"]);
    place.ok(&["release", "mark", "web", "failed", "--context", "prod"]);
    let history: serde_json::Value =
        serde_json::from_str(&place.ok(&["release", "history", "web", "-o", "json"])).unwrap();
    let column = |name: &str| history.as_array().unwrap().iter().map(|row| row[name].clone()).collect::<Vec<_>>();
    assert_eq!(column("revision"), [1, 2]);
    assert_eq!(column("changes"), ["+2 ~0 -0", "+0 ~1 -1"]);
    assert_eq!(column("state"), ["applied", "failed"]);
    assert_eq!(column("message"), ["", "more"]);
    assert_eq!(column("who"), ["tester", "tester"]);
    let hash = place.ok(&["hash", "app.yaml"]);
    assert_eq!(history[1]["content"].as_str(), Some(hash.trim()));
    assert_eq!(place.ok(&["release", "show", "web@applied"]), place.ok(&["release", "show", "web@1"]));
    assert_eq!(place.ok(&["release", "show", &format!("web@{}", &hash.trim()[..20])]), APP.replace("2", "3"));
    assert_eq!(place.ok(&["release", "history", "web", "--max", "1", "-o", "json"]).matches("\"revision\"").count(), 1);
    let meta = place.ok(&["release", "show", "web", "--meta"]);
    assert!(meta.contains("--set=***") && !meta.contains("hidden"), "{meta}");
    let list = place.ok(&["release", "list"]);
    assert!(list.lines().count() == 2 && list.contains("web"), "{list}");
}

/// In containers no variable tells it. Users that another machine keeps have their numbers.
#[test]
#[cfg(unix)]
fn who_records_is_told_without_an_environment() {
    let place = Place::new();
    place.write("app.yaml", APP);
    assert!(place.command(&["release", "record", "web", "app.yaml"]).env_remove("USER").status().unwrap().success());
    let history: serde_json::Value =
        serde_json::from_str(&place.ok(&["release", "history", "web", "-o", "json"])).unwrap();
    let id = |flag: &str| String::from_utf8(Command::new("id").arg(flag).output().unwrap().stdout).unwrap();
    let who = history[0]["who"].as_str().unwrap();
    assert!([id("-un").trim(), &format!("uid {}", id("-u").trim())].contains(&who) && !who.is_empty(), "{who}");
}

#[test]
fn a_rollback_appends_and_prints() {
    let place = Place::new();
    let (one, two) = (format!("{APP}---\n{SERVICE}"), APP.replace("2", "3"));
    place.record(&one);
    place.record(&two);
    assert!(place.ok(&["release", "rollback", "web", "--dry-run"]).contains("spec.replicas: 3 -> 2"));
    assert_eq!(place.ok(&["release", "history", "web", "-o", "json"]).matches("\"revision\"").count(), 2);
    let output = place.run(&["release", "rollback", "web"]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(String::from_utf8_lossy(&output.stdout), one);
    assert!(said(&output).contains("spec.replicas: 3 -> 2"), "{}", said(&output));
    assert!(said(&output).contains("revision 3 of `web` has the content of revision 1"), "{}", said(&output));
    assert_eq!(place.ok(&["release", "show", "web@3"]), one);
    // Back again: what goes away is told for who has to delete it.
    let removed = place.ok(&["release", "rollback", "web", "2", "--removed"]);
    assert_eq!(removed, "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\n");
    // The last that was applied goes before the one before.
    place.ok(&["release", "mark", "web@1", "applied"]);
    place.record(&format!("{one}---\n{}", SERVICE.replace("web", "api")));
    assert_eq!(place.ok(&["release", "rollback", "web"]), one);
}

#[test]
fn a_rollback_tells_what_stays_and_what_others_need() {
    let place = Place::new();
    let settings = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  a: b\n";
    let user = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: job\nspec:\n  containers:\n  - name: a\n    envFrom:\n    \
                - configMapRef:\n        name: settings\n";
    place.record(APP);
    place.record(&format!("{APP}---\n{settings}---\n{SERVICE}"));
    place.write("user.yaml", &format!("{user}---\n{SERVICE}"));
    place.ok(&["release", "record", "jobs", "user.yaml"]);
    for args in [&["release", "rollback", "web", "--dry-run"][..], &["release", "rollback", "web"]] {
        let told = said(&place.run(args));
        assert!(told.contains("stays in the cluster until it is deleted there (2 objects)"), "{told}");
        assert!(told.contains("do not delete `ConfigMap settings`: it is needed by `Pod job` of `jobs@1`"), "{told}");
        assert!(told.contains("do not delete `Service web`: it is needed by `jobs@1`, which has it too"), "{told}");
    }
    // Back where it was, nothing goes.
    let told = said(&place.run(&["release", "rollback", "web", "2"]));
    assert!(!told.contains("stays in the cluster") && !told.contains("do not delete"), "{told}");
}

#[test]
fn what_a_record_would_remove_is_printed() {
    let place = Place::new();
    place.record(&format!("{APP}---\n{SERVICE}"));
    place.write("app.yaml", APP);
    let removed = place.ok(&["release", "record", "web", "app.yaml", "--removed"]);
    assert_eq!(removed, "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\n");
    assert!(place.fails(&["release", "show", "web@2"]).contains("no such revision"));
    assert!(place.fails(&["release", "record", "api", "app.yaml", "--removed"]).contains("no release `api`"));
}

#[test]
fn inputs_are_told_by_digests() {
    use sha2::Digest;
    let hex = |text: &str| sha2::Sha256::digest(text).iter().map(|b| format!("{b:02x}")).collect::<String>();
    let place = Place::new();
    place.write("k/kustomization.yaml", "resources: [app.yaml]\n");
    place.write("k/app.yaml", APP);
    place.ok(&["release", "record", "web", "k"]);
    let meta = |name: &str| place.ok(&["release", "show", name, "--meta"]);
    for (file, text) in [("kustomization.yaml", "resources: [app.yaml]\n"), ("app.yaml", APP)] {
        assert!(meta("web").contains(&format!("  k/{file}: sha256:{}\n", hex(text))), "{}", meta("web"));
    }
    // What did not change is told by the revision before.
    let changed = APP.replace("2", "3");
    place.write("k/app.yaml", &changed);
    assert_eq!(place.ok(&["build", "k", "--record", "web"]), changed);
    assert!(meta("web").contains(&format!("  k/app.yaml: sha256:{}\n", hex(&changed))), "{}", meta("web"));
    assert!(meta("web").contains("k/kustomization.yaml: sha256:"), "{}", meta("web"));
    // Where there are Secrets nobody can try out what a file holds.
    place.write("k/app.yaml", &with_secrets(PASSWORDS));
    place.ok(&["release", "record", "web", "k"]);
    assert!(meta("web").contains("k/app.yaml: keyed:"), "{}", meta("web"));
    assert!(!meta("web").contains(&hex(&with_secrets(PASSWORDS))));
    place.write("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n");
    place.write("chart/templates/all.yaml", SERVICE);
    place.write("prod.yaml", "a: b\n");
    place.ok(&["template", "shop", "chart", "-f", "prod.yaml", "--record", "shop"]);
    for (file, text) in [("chart/templates/all.yaml", SERVICE), ("prod.yaml", "a: b\n")] {
        assert!(meta("shop").contains(&format!("  {file}: sha256:{}\n", hex(text))), "{}", meta("shop"));
    }
}

/// A password with few and many bytes, in all its forms.
const PASSWORDS: [&str; 2] = ["correct-horse-battery", "tr0ub4"];

fn with_secrets(passwords: [&str; 2]) -> String {
    format!(
        "{APP}---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: a\nstringData:\n  one: {}\n  two: {}\n---\n\
         apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: copy\ndata:\n  url: https://me:{}@host\n",
        passwords[0], passwords[1], passwords[0]
    )
}

#[test]
fn no_value_of_a_secret_lies_in_the_store() {
    use sha2::Digest;
    let place = Place::new();
    place.write("app.yaml", &with_secrets(PASSWORDS));
    let message = format!("sets {}", PASSWORDS[0]);
    let output =
        place.run(&["release", "record", "web", "app.yaml", "-m", &message, "--set", "p=correct-horse-battery"]);
    assert!(output.status.success() && said(&output).contains("keep a copy"), "{}", said(&output));
    let key = place.temp.path().join(".config/kz/identity.txt");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let identity = fs::read_to_string(&key).unwrap();
    let identity = identity.lines().last().unwrap();
    for file in files(&place.store()) {
        let content = fs::read(&file).unwrap();
        let plain = zstd::stream::decode_all(content.as_slice()).unwrap_or_default();
        for text in [content, plain] {
            let text = String::from_utf8_lossy(&text).into_owned();
            for password in PASSWORDS {
                let hash: String = sha2::Sha256::digest(password).iter().map(|b| format!("{b:02x}")).collect();
                for form in [password, &base64(password), &hash] {
                    assert!(!text.contains(form), "{} holds {form}", file.display());
                }
            }
            assert!(!text.contains(identity), "{}", file.display());
        }
    }
    // Who has the key sees all of it, and who has none sees that it is there.
    assert_eq!(place.ok(&["release", "show", "web"]), with_secrets(PASSWORDS));
    fs::remove_file(&key).unwrap();
    assert!(place.fails(&["release", "show", "web"]).contains("cannot be read here"));
    assert!(place.fails(&["release", "rollback", "web", "1"]).contains("cannot be read here"));
    let output = place.command(&["release", "show", "web"]).env("KZ_IDENTITY", identity).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), with_secrets(PASSWORDS));
}

fn base64(text: &str) -> String {
    kz::base::base64::encode(text.as_bytes())
}

#[test]
fn secrets_are_told_apart_by_a_fingerprint() {
    let place = Place::new();
    assert_eq!(place.record(&with_secrets(PASSWORDS)), "web@1\n");
    assert_eq!(place.record(&with_secrets(PASSWORDS)), "web@1\n");
    assert_eq!(place.record(&with_secrets(["correct-horse-battery", "tr0ub5"])), "web@2\n");
    // Who has no key cannot tell, so there is a new revision each time, and it says so.
    fs::rename(place.temp.path().join(".config"), place.temp.path().join("away")).unwrap();
    assert_eq!(place.record(&with_secrets(PASSWORDS)), "web@3\n");
    assert_eq!(place.record(&with_secrets(PASSWORDS)), "web@4\n");
    assert!(place.ok(&["release", "show", "web", "--meta"]).contains("secrets: sealed, unverified"));
    fs::rename(place.temp.path().join("away"), place.temp.path().join(".config")).unwrap();
    assert_eq!(place.ok(&["release", "show", "web@4"]), with_secrets(PASSWORDS));
    // Left out is left out.
    place.ok(&["release", "record", "web", "app.yaml", "--no-secrets"]);
    assert!(place.fails(&["release", "show", "web"]).contains("cannot be read here"));
    assert_eq!(place.record(&with_secrets(PASSWORDS)), "web@6\n");
    assert_eq!(place.ok(&["release", "show", "web"]), with_secrets(PASSWORDS));
}

#[test]
fn recipients_come_and_go() {
    let place = Place::new();
    let other = Place::new();
    // Somebody else's identity: their own first record makes it.
    other.record(&with_secrets(PASSWORDS));
    let theirs = other.ok(&["release", "keys", "list"]);
    let identity = fs::read_to_string(other.temp.path().join(".config/kz/identity.txt")).unwrap();
    let identity = identity.lines().last().unwrap().to_owned();
    let as_them = |args: &[&str]| place.command(args).env("KZ_IDENTITY", &identity).output().unwrap();

    place.record(&with_secrets(PASSWORDS));
    let own = place.ok(&["release", "keys", "list"]);
    assert!(!as_them(&["release", "show", "web"]).status.success());
    assert!(said(&as_them(&["release", "keys", "add", theirs.trim()])).contains("only who can open"));
    assert_eq!(place.ok(&["release", "keys", "add", theirs.trim()]), format!("{own}{theirs}"));
    assert_eq!(String::from_utf8_lossy(&as_them(&["release", "show", "web"]).stdout), with_secrets(PASSWORDS));
    // What both record is told apart by both.
    assert_eq!(place.record(&with_secrets(PASSWORDS)), "web@1\n");
    assert_eq!(String::from_utf8_lossy(&as_them(&["release", "record", "web", "app.yaml"]).stdout), "web@1\n");

    assert_eq!(place.ok(&["release", "keys", "remove", theirs.trim()]), own);
    assert!(!as_them(&["release", "show", "web"]).status.success());
    assert_eq!(place.ok(&["release", "show", "web"]), with_secrets(PASSWORDS));
    assert_eq!(files(&place.store().join("sealed")).len(), 1, "what was sealed to them is gone");
    assert!(place.fails(&["release", "keys", "remove", own.trim()]).contains("nobody could open"));
    assert!(place.fails(&["release", "keys", "remove", theirs.trim()]).contains("is no recipient here"));
    assert!(place.fails(&["release", "keys", "add", "age1xyz"]).contains("is no recipient"));
    assert_eq!(place.ok(&["release", "verify"]), "");
}

#[test]
fn what_is_built_or_rendered_is_recorded_on_the_way() {
    let place = Place::new();
    place.write("kustomization.yaml", "resources: [app.yaml]\n");
    place.write("app.yaml", APP);
    assert_eq!(place.ok(&["build", ".", "--record", "web"]), APP);
    assert_eq!(place.ok(&["release", "show", "web"]), APP);
    assert_eq!(place.ok(&["build", ".", "--record", "web"]), APP);
    assert!(place.fails(&["build", ".", "--record", "We/b"]).contains("cannot be the name"));
    place.write("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n");
    place.write("chart/templates/all.yaml", SERVICE);
    let printed = place.ok(&["template", "shop", "chart", "--record", "shop"]);
    assert_eq!(place.ok(&["release", "show", "shop"]), printed);
    assert!(place.ok(&["release", "show", "web@1", "--meta"]).contains("--record"));
}

#[test]
fn charts_are_rendered_for_the_release_that_they_are_recorded_as() {
    let place = Place::new();
    place.write("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n");
    let template = SERVICE.replace("name: web", "name: {{ .Release.Name }}");
    assert_ne!(template, SERVICE);
    place.write("chart/templates/all.yaml", &template);
    let shown = |name: &str| place.ok(&["release", "show", name]);
    place.ok(&["release", "record", "web", "chart"]);
    assert_eq!(shown("web"), place.ok(&["template", "web", "chart"]));
    assert_eq!(place.ok(&["diff", "web@1", "chart"]), "");
    assert_eq!(place.ok(&["diff", "chart", "release:web"]), "");
    // What a flag says goes before.
    place.ok(&["release", "record", "web", "chart", "--release-name", "shop"]);
    assert_eq!(shown("web"), place.ok(&["template", "shop", "chart"]));
    assert_eq!(place.ok(&["diff", "web@2", "chart", "--release-name", "shop"]), "");
    assert!(!place.run(&["diff", "web@2", "chart"]).status.success());
}

#[test]
fn a_long_history_is_summed_up() {
    let place = Place::new();
    for number in 1..=260 {
        place.record(&APP.replace("2", &number.to_string()));
    }
    assert!(place.store().join("sums/web/0000000256").is_file());
    let history = || -> serde_json::Value {
        serde_json::from_str(&place.ok(&["release", "history", "web", "-o", "json"])).unwrap()
    };
    let summed = history();
    assert_eq!(summed.as_array().unwrap().len(), 260);
    fs::remove_dir_all(place.store().join("sums")).unwrap();
    assert_eq!(history(), summed, "without the sum the revisions are read");
    // A damaged revision hides neither the others nor what comes after it.
    for damaged in ["0000000260", "0000000257", "0000000033"] {
        fs::write(place.store().join("revisions/web").join(damaged), "nonsense").unwrap();
    }
    let told = history();
    let state = |number: usize| told[number - 1]["state"].as_str().unwrap().to_owned();
    assert_eq!([state(260), state(259), state(33), state(32)], ["damaged", "recorded", "damaged", "recorded"]);
    assert_eq!(place.record(SERVICE), "web@261\n");
    assert_eq!(place.ok(&["release", "show", "web"]), SERVICE);
    assert_eq!(place.run(&["release", "verify"]).status.code(), Some(1));
}

#[test]
fn revisions_are_compared_and_secrets_only_told_apart() {
    let place = Place::new();
    place.record(&with_secrets(PASSWORDS));
    place.record(&with_secrets(["correct-horse-battery", "tr0ub5"]).replace("replicas: 2", "replicas: 3"));
    let expected =
        "~ Deployment.apps web\n    spec.replicas: 2 -> 3\n\n~ Secret a\n    stringData.two: changed (6 -> 6 bytes)\n";
    for with_key in [true, false] {
        let output = place.run(&["diff", "web@1", "web@latest"]);
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(told.starts_with(expected), "with a key: {with_key}: {told}");
        let shown = place.run(&["diff", "web@1", "release:web@2", "--show-secrets"]);
        let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
        assert_eq!(shown.contains("tr0ub4 -> tr0ub5"), with_key, "{shown}");
        fs::remove_file(place.temp.path().join(".config/kz/identity.txt")).ok();
    }
    place.write("app.yaml", APP);
    let output = place.run(&["diff", "web@1", "app.yaml", "--name-only"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "-\tSecret a\n-\tConfigMap copy\n");
    assert_eq!(place.run(&["diff", "web@3", "app.yaml"]).status.code(), Some(2));
}

#[test]
fn who_records_at_once_loses_nothing() {
    let place = Place::new();
    place.record(APP);
    std::thread::scope(|scope| {
        for worker in 0..8 {
            let place = &place;
            scope.spawn(move || {
                for round in 0..50 {
                    let file = format!("{worker}-{round}.yaml");
                    place.write(&file, &format!("{APP}---\n{}", SERVICE.replace("web", &format!("w{worker}-{round}"))));
                    place.ok(&["release", "record", "web", &file]);
                }
            });
        }
    });
    let shown: BTreeSet<String> =
        (2..=401).map(|number| place.ok(&["release", "show", &format!("web@{number}")])).collect();
    assert_eq!(shown.len(), 400, "each record is one revision");
    assert!(place.fails(&["release", "show", "web@402"]).contains("its revisions are 1 to 401"));
    assert_eq!(place.ok(&["release", "verify"]), "");
}

#[cfg(unix)]
#[test]
fn who_is_killed_leaves_a_whole_history() {
    let place = Place::new();
    place.record(APP);
    for round in 0..40u64 {
        place.write("app.yaml", &format!("{APP}---\n{}", SERVICE.replace("web", &format!("s{round}"))));
        let mut child = place.command(&["release", "record", "web", "app.yaml"]).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_micros(round * 300));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(place.ok(&["release", "verify"]), "");
        place.ok(&["release", "show", "web"]);
    }
}

#[test]
fn damage_is_named_and_the_rest_stays_readable() {
    let place = Place::new();
    place.record(APP);
    place.record(&APP.replace("2", "3"));
    let pack = files(&place.store().join("packs")).into_iter().find(|pack| {
        let plain = zstd::stream::decode_all(fs::read(pack).unwrap().as_slice()).unwrap();
        String::from_utf8_lossy(&plain).contains("replicas: 3")
    });
    let pack = pack.unwrap();
    let content = fs::read(&pack).unwrap();
    for broken in [&content[..content.len() / 2], b"", b"nonsense"] {
        fs::write(&pack, broken).unwrap();
        let output = place.run(&["release", "verify"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(said(&output).contains("revision 2 of `web`") && said(&output).contains("packs/"), "{}", said(&output));
        assert!(place.fails(&["release", "show", "web@2"]).contains("damaged or missing"));
        assert_eq!(place.ok(&["release", "show", "web@1"]), APP);
        place.ok(&["release", "history", "web"]);
    }
    fs::remove_file(&pack).unwrap();
    assert_eq!(place.run(&["release", "verify"]).status.code(), Some(1));
    fs::write(&pack, &content).unwrap();
    assert_eq!(place.ok(&["release", "verify"]), "");
    fs::write(place.store().join("format"), "kz-store 2\n").unwrap();
    assert!(place.fails(&["release", "show", "web"]).contains("kz-store 2"));
    assert!(place.fails(&["release", "record", "web", "app.yaml"]).contains("kz-store 2"));
}

#[test]
fn errors_say_what_to_do() {
    let place = Place::new();
    assert!(place.fails(&["release", "list"]).contains("there is no store"));
    assert!(place.fails(&["release", "history", "web"]).contains("KZ_STORE"));
    place.write("app.yaml", APP);
    assert!(place.fails(&["release", "record", "We/b", "app.yaml"]).contains("cannot be the name"));
    assert!(!place.store().exists(), "nothing is written for what is no record");
    place.ok(&["release", "record", "web", "app.yaml"]);
    assert!(place.fails(&["release", "show", "api"]).contains("there is no release `api`"));
    assert!(place.fails(&["release", "show", "web@7"]).contains("its revisions are 1"));
    assert!(place.fails(&["release", "show", "web@soon"]).contains("names no revision"));
    assert!(place.fails(&["release", "rollback", "web"]).contains("nothing to go back to"));
    assert!(place.fails(&["release", "show", "web@applied"]).contains("is marked as applied"));
    assert!(place.fails(&["release", "list", "--store", "ftp://host/x"]).contains("there is no store of the kind"));
    place.write("app.yaml", "just text\n");
    assert!(place.fails(&["release", "record", "web", "app.yaml"]).contains("expected a Kubernetes object"));
}

#[test]
fn the_store_is_found_upwards_and_kept_out_of_git() {
    let place = Place::new();
    place.write("sub/app.yaml", APP);
    fs::create_dir(place.work().join(".git")).unwrap();
    let mut record = place.command(&["release", "record", "web", "app.yaml"]);
    assert!(record.current_dir(place.work().join("sub")).output().unwrap().status.success());
    assert_eq!(fs::read_to_string(place.store().join(".gitignore")).unwrap(), "*\n");
    assert_eq!(place.ok(&["release", "show", "web"]), APP);
    let elsewhere = place.temp.path().join("elsewhere");
    place.ok(&["release", "record", "web", "sub/app.yaml", "--store", elsewhere.to_str().unwrap()]);
    assert!(elsewhere.join("format").is_file());
}
