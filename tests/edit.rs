//! Holds `kz create` and `kz edit` to what a case cannot show: links, permissions, what lies beside the file, their help.

#[path = "support/temp_dir.rs"]
mod temp_dir;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use temp_dir::{TempDir, copy};

const KUSTOMIZATION: &str = "resources:\n- deployment.yaml\n";
const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n";

fn kz(dir: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kz"));
    command.args(args).current_dir(dir).stdin(Stdio::null()).env("HOME", dir.join("home"));
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A directory with a deployment and a kustomization of it.
fn a_directory() -> TempDir {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("deployment.yaml"), DEPLOYMENT).unwrap();
    fs::write(dir.path().join("kustomization.yaml"), KUSTOMIZATION).unwrap();
    dir
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| text(entry.unwrap().file_name().as_encoded_bytes())).collect();
    names.sort();
    names
}

#[test]
fn nothing_lies_beside_the_file_afterwards() {
    let dir = a_directory();
    let before = names(dir.path());
    assert!(kz(dir.path(), &["edit", "set", "namespace", "a"]).status.success());
    assert!(!kz(dir.path(), &["edit", "set", "image", "a"]).status.success());
    assert_eq!(names(dir.path()), before);
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let dir = a_directory();
    let (real, link) = (dir.path().join("real/k.yaml"), dir.path().join("kustomization.yaml"));
    fs::create_dir(dir.path().join("real")).unwrap();
    fs::rename(&link, &real).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real/k.yaml", &link).unwrap();
    assert!(kz(dir.path(), &["edit", "set", "namespace", "a"]).status.success());
    assert_eq!(fs::read_link(&link).unwrap(), Path::new("real/k.yaml"));
    assert!(fs::read_to_string(&real).unwrap().contains("namespace: a"));
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(names(&dir.path().join("real")), ["k.yaml"]);
}

/// Where a file cannot be written, none is: here the place beside it is a directory that cannot be replaced.
#[cfg(unix)]
#[test]
fn a_failure_to_write_leaves_everything_as_it_was() {
    let dir = a_directory();
    // The name has its greatest length, so that there is no longer one beside it.
    let long = "a".repeat(255 - ".yaml".len()) + ".yaml";
    fs::write(dir.path().join(&long), DEPLOYMENT.to_owned() + "spec: {a: $(WEB)}\n").unwrap();
    let vars = "vars: [{name: WEB, objref: {apiVersion: v1, kind: Service, name: web}}]\n";
    let kustomization = format!("resources: [{long}, deployment.yaml]\n{vars}");
    fs::write(dir.path().join("kustomization.yaml"), &kustomization).unwrap();
    fs::write(dir.path().join("deployment.yaml"), DEPLOYMENT.to_owned() + "spec: {a: $(WEB)}\n").unwrap();
    let before = names(dir.path());
    let done = kz(dir.path(), &["edit", "fix", "--vars"]);
    let stderr = text(&done.stderr);
    assert!(!done.status.success() && stderr.contains("error[write]: cannot write `"), "{stderr}");
    assert_eq!(text(&done.stdout), "");
    assert_eq!(fs::read_to_string(dir.path().join("kustomization.yaml")).unwrap(), kustomization);
    assert!(fs::read_to_string(dir.path().join("deployment.yaml")).unwrap().contains("$(WEB)"));
    assert_eq!(names(dir.path()), before);
}

#[test]
fn values_of_secrets_are_not_shown_with_lost_comments() {
    let dir = a_directory();
    let secret = "secretGenerator:\n- name: login\n  literals:\n  - password=sesame # open\n";
    fs::write(dir.path().join("kustomization.yaml"), secret).unwrap();
    let done = kz(dir.path(), &["edit", "set", "namespace", "a"]);
    let stderr = text(&done.stderr);
    assert!(done.status.success() && stderr.contains("kustomization.yaml:4"), "{stderr}");
    assert!(!stderr.contains("sesame"), "{stderr}");
}

/// What an edit writes it reads again, and writes the same once more.
#[test]
fn to_edit_twice_is_to_edit_once() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/edit");
    let mut count = 0;
    for case in fs::read_dir(cases).unwrap() {
        let dir = TempDir::new().unwrap();
        copy(&case.unwrap().path().join("files"), dir.path()).unwrap();
        let file = dir.path().join("kustomization.yaml");
        let Ok(written) = fs::read(&file) else { continue };
        // Nothing has this name: the file is only written anew.
        assert!(kz(dir.path(), &["edit", "remove", "label", "-i", "nothing"]).status.success());
        assert_eq!(text(&fs::read(&file).unwrap()), text(&written));
        count += 1;
    }
    assert!(count > 50, "{count}");
}

/// The examples of the help run, each in a directory that has what they name.
#[test]
fn examples_of_the_help_texts_run() {
    let mut count = 0;
    for group in [&["create"][..], &["edit"], &["edit", "add"], &["edit", "set"], &["edit", "remove"], &["edit", "fix"]]
    {
        let dir = TempDir::new().unwrap();
        for line in examples(dir.path(), group) {
            if group.len() == 2 && group[1] != "fix" {
                let what = words(&line)[3].clone();
                for line in examples(dir.path(), &[group, &[what.as_str()][..]].concat()) {
                    count += runs(&line);
                }
            }
            count += runs(&line);
        }
    }
    assert!(count > 40, "{count}");
}

fn examples(dir: &Path, group: &[&str]) -> Vec<String> {
    let help = text(&kz(dir, &[group, &["--help"]].concat()).stdout);
    let lines = help.lines().skip_while(|line| *line != "Examples:").skip(1);
    let lines = lines.map(|line| line.trim().split("   ").next().unwrap_or_default().to_owned());
    lines.filter(|line| !line.contains("https://") || line.contains("--no-verify")).collect()
}

/// As a shell splits a line.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_quoted = false;
    for c in line.chars() {
        match c {
            '\'' => is_quoted = !is_quoted,
            ' ' if !is_quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words
}

fn runs(line: &str) -> usize {
    let dir = TempDir::new().unwrap();
    let work = dir.path().join("work");
    let kustomization = "commonLabels: {team: a, tier: b}\ncommonAnnotations: {owner: a, note: b}\n\
        patches: [{path: patch.yaml, target: {kind: Deployment, name: web}}]\nbuildMetadata: [originAnnotations]\n\
        configMapGenerator: [{name: settings, namespace: shop, literals: [a=b]}, {name: limits, namespace: shop, literals: [a=b]}]\n";
    let kustomization = match line.contains(" set configmap") {
        true => kustomization.replace("namespace: shop, literals: [a=b]", "literals: [level=info]"),
        false => kustomization.to_owned(),
    };
    let secret = match line.contains("--new-namespace") {
        true => "secretGenerator: [{name: login, namespace: shop, literals: [a=b]}]\n",
        false => "secretGenerator: [{name: login, literals: [a=b]}]\n",
    };
    let secret = if line.contains(" add secret") { "" } else { secret };
    let kustomization = match line.contains(" add ") {
        true => String::new(),
        false => format!("{kustomization}{secret}"),
    };
    let files = [
        ("work/deployment.yaml", DEPLOYMENT),
        ("work/service.yaml", DEPLOYMENT),
        ("work/services/a.yaml", DEPLOYMENT),
        ("work/generators/secrets.yaml", DEPLOYMENT),
        ("work/transformers/a.yaml", DEPLOYMENT),
        ("work/app.conf", "a"),
        ("work/login.env", "A=b\n"),
        ("base/kustomization.yaml", ""),
        ("monitoring/kustomization.yaml", ""),
        ("components/tls/kustomization.yaml", "kind: Component\n"),
    ];
    for (path, content) in files {
        fs::create_dir_all(dir.path().join(path).parent().unwrap()).unwrap();
        fs::write(dir.path().join(path), content).unwrap();
    }
    if !line.contains("kz create") {
        fs::write(work.join("kustomization.yaml"), kustomization).unwrap();
    }
    let words = words(line);
    let args: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
    let done = kz(&work, &args);
    assert!(done.status.success(), "{line}: {}", text(&done.stderr));
    1
}
