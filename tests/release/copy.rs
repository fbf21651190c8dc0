//! Releases on their way from store to store, and through archives; stores made ready.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{APP, PASSWORDS, Place, SERVICE, files, said, with_secrets};

/// Two releases with marks and Secrets in `.kz`, and a repository to copy them into.
fn filled() -> Place {
    let place = Place::new();
    let init = ["init", "--quiet", "--initial-branch=main", place.work().to_str().unwrap()].map(str::to_owned);
    assert!(Command::new("git").args(init).status().unwrap().success());
    for text in [APP, SERVICE, &with_secrets(PASSWORDS), &format!("{APP}---\n{SERVICE}")] {
        place.record(text);
    }
    place.ok(&["release", "record", "api", "app.yaml"]);
    place.ok(&["release", "mark", "web@2", "applied"]);
    place.ok(&["release", "mark", "web@2", "failed", "--context", "prod"]);
    place
}

/// All files of a folder's store but its ignore file.
fn content(store: &Path) -> Vec<(String, Vec<u8>)> {
    let all = files(store).into_iter().filter(|file| !file.ends_with(".gitignore"));
    all.map(|file| (file.strip_prefix(store).unwrap().display().to_string(), fs::read(&file).unwrap())).collect()
}

#[test]
fn a_copy_of_a_copy_is_the_same() {
    let place = filled();
    let copied = |words: &[&str]| said(&place.run(words));
    assert_eq!(copied(&["release", "copy", ".kz", "git:"]), "note: 5 revisions copied into `git:`\n");
    assert_eq!(copied(&["release", "copy", "git:", "back"]), "note: 5 revisions copied into `back`\n");
    assert_eq!(content(&place.work().join("back")), content(&place.store()));
    assert_eq!(place.ok(&["release", "show", "web@3", "--store", "git:"]), with_secrets(PASSWORDS));
    assert_eq!(place.ok(&["release", "verify", "--store", "git:"]), "");
    // Again there is nothing to do; and then only what is new.
    assert_eq!(copied(&["release", "copy", ".kz", "git:"]), "note: 0 revisions copied into `git:`\n");
    place.record(SERVICE);
    place.ok(&["release", "mark", "web@2", "applied"]);
    assert_eq!(copied(&["release", "copy", ".kz", "git:", "api"]), "note: 0 revisions copied into `git:`\n");
    assert_eq!(copied(&["release", "copy", ".kz", "git:", "web"]), "note: 1 revision copied into `git:`\n");
    assert_eq!(place.ok(&["release", "history", "web", "--store", "git:"]), place.ok(&["release", "history", "web"]));
    // A part of it, into what is there in part.
    fs::remove_dir_all(place.work().join("back/revisions/web")).unwrap();
    fs::remove_dir_all(place.work().join("back/marks")).unwrap();
    assert_eq!(copied(&["release", "copy", "git:", "back"]), "note: 5 revisions copied into `back`\n");
    assert_eq!(content(&place.work().join("back")), content(&place.store()));
    assert!(place.fails(&["release", "copy", ".kz", "back", "db"]).contains("there is no release `db`"));
    assert!(place.fails(&["release", "copy", "none", "back"]).contains("there is no store `none`"));
    assert!(place.fails(&["release", "copy", ".kz", ".kz"]).contains("cannot be copied into itself"));
}

#[test]
fn a_long_history_is_copied_with_its_sums() {
    let place = Place::new();
    for number in 1..=260 {
        place.record(&APP.replace("2", &number.to_string()));
    }
    place.ok(&["release", "copy", ".kz", "back"]);
    assert_eq!(content(&place.work().join("back")), content(&place.store()));
}

#[test]
fn histories_that_part_are_not_mixed() {
    let place = filled();
    place.ok(&["release", "copy", ".kz", "other", "web"]);
    place.ok(&["release", "record", "web", "app.yaml", "--store", "other", "--no-secrets"]);
    place.write("app.yaml", APP);
    place.ok(&["release", "record", "web", "app.yaml", "--store", "other"]);
    place.record(&APP.replace("2", "9"));
    let before = content(&place.work().join("other"));
    let error = place.fails(&["release", "copy", ".kz", "other"]);
    assert!(error.contains("revision 5 of `web` in `other` is another one than in `.kz`"), "{error}");
    assert_eq!(content(&place.work().join("other")), before, "nothing was written");
    place.ok(&["release", "copy", ".kz", "other", "api"]);
}

#[test]
fn what_is_sealed_to_others_is_sealed_anew_or_not_copied() {
    let place = filled();
    place.ok(&["release", "copy", ".kz", "other"]);
    let theirs = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
    place.ok(&["release", "keys", "add", theirs, "--store", "other"]);
    place.record(&with_secrets(["correct-horse-battery", "tr0ub5"]));
    place.ok(&["release", "copy", ".kz", "other"]);
    assert_eq!(
        place.ok(&["release", "show", "web", "--store", "other"]),
        with_secrets(["correct-horse-battery", "tr0ub5"])
    );
    assert!(!place.work().join("other/sealed/0000000001").join("x").exists());
    let sealed = files(&place.work().join("other/sealed"));
    assert!(sealed.iter().all(|file| file.to_string_lossy().contains("0000000002")), "{sealed:?}");
    // Keys that have nothing to do with these.
    place.ok(&["release", "init", "--store", "strange"]);
    let error = place.fails(&["release", "copy", ".kz", "strange"]);
    assert!(error.contains("store-keys") && error.contains("has other keys than"), "{error}");
    assert!(!place.work().join("strange/revisions").exists());
    fs::remove_file(place.temp.path().join(".config/kz/identity.txt")).unwrap();
    place.ok(&["release", "copy", ".kz", "closed"]);
    let error = place.fails(&["release", "copy", ".kz", "other"]);
    assert!(error.contains("name an identity that opens both"), "{error}");
}

#[test]
fn damage_is_left_out_and_told() {
    let place = filled();
    fs::write(place.store().join("revisions/web/0000000002"), "nonsense").unwrap();
    let output = place.run(&["release", "copy", ".kz", "other"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("4 revisions copied") && said(&output).contains("0000000002"), "{}", said(&output));
    assert_eq!(place.ok(&["release", "show", "web@3", "--store", "other"]), with_secrets(PASSWORDS));
    assert_eq!(place.ok(&["release", "verify", "--store", "other"]), "");
}

#[test]
fn an_archive_holds_all_of_it() {
    let place = filled();
    let archive = |names: &[&str]| {
        let output = place.run(&[&["release", "export"], names].concat());
        assert!(output.status.success(), "{}", said(&output));
        output.stdout
    };
    let whole = archive(&[]);
    assert_eq!(whole, archive(&[]), "the same each time");
    fs::write(place.work().join("all.tar.zst"), &whole).unwrap();
    place.ok(&["release", "import", "all.tar.zst", "--store", "back"]);
    place.ok(&["release", "import", "all.tar.zst", "--store", "back"]);
    assert_eq!(content(&place.work().join("back")), content(&place.store()));
    place.ok(&["release", "import", "all.tar.zst", "--store", "git:"]);
    assert_eq!(place.ok(&["release", "show", "web@3", "--store", "git:"]), with_secrets(PASSWORDS));
    // One release, by way of stdin.
    let one = archive(&["api"]);
    assert!(one.len() < whole.len());
    let mut child = place.command(&["release", "import", "-", "--store", "one"]).stdin(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), &one).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(place.ok(&["release", "list", "--store", "one"]).lines().count(), 2);
    assert!(place.fails(&["release", "export", "db"]).contains("there is no release `db`"));
    // What others can read of it: `zstd -d | tar -x`, `sha256sum -c SHA256SUMS`.
    let plain = zstd::stream::decode_all(whole.as_slice()).unwrap();
    let names: Vec<String> = tar::Archive::new(plain.as_slice())
        .entries()
        .unwrap()
        .map(|entry| entry.unwrap().path().unwrap().display().to_string())
        .collect();
    assert_eq!(names.last().map(String::as_str), Some("SHA256SUMS"));
    assert!(names.contains(&"revisions/web/0000000004".to_owned()), "{names:?}");
}

#[test]
fn a_damaged_archive_changes_nothing() {
    let place = filled();
    let whole = place.run(&["release", "export"]).stdout;
    let file = place.work().join("x.tar.zst");
    let mut altered = whole.clone();
    altered[whole.len() / 2] ^= 1;
    for broken in [&whole[..whole.len() / 2], &whole[..whole.len() - 1], &altered, b"", b"nonsense"] {
        fs::write(&file, broken).unwrap();
        let error = place.fails(&["release", "import", "x.tar.zst", "--store", "back"]);
        assert!(error.contains("release-archive") && error.contains("nothing was imported"), "{error}");
        assert!(!place.work().join("back").exists());
    }
    assert!(place.fails(&["release", "import", "none", "--store", "back"]).contains("cannot read `none`"));
}

#[test]
fn what_is_wrong_with_the_settings_is_shown_at_its_place() {
    let place = Place::new();
    place.write(".git/HEAD", "");
    place.write(".kz.toml", "[release]\nstore = 7\n");
    for args in [&["release", "import", "x"][..], &["release", "export"]] {
        let told = place.fails(args);
        assert!(told.contains("`release.store` is a text") && told.contains(".kz.toml:2:1"), "{told}");
    }
}

#[test]
fn a_store_is_made_ready_once() {
    let place = Place::new();
    let git = Command::new("git").args(["init", "--quiet"]).arg(place.work()).status().unwrap();
    assert!(git.success());
    for store in [".kz", "git:"] {
        let made = place.ok(&["release", "init", "--store", store]);
        assert!(made.starts_with(&format!("made the store `{store}`\nvalues of Secrets are sealed to age1")), "{made}");
        let again = place.ok(&["release", "init", "--store", store]);
        assert!(again.starts_with(&format!("the store `{store}` is there already\n")), "{again}");
        assert_eq!(again.lines().nth(1), made.lines().nth(1));
    }
    assert_eq!(fs::read_to_string(place.store().join(".gitignore")).unwrap(), "*\n");
    let other = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
    let error = place.fails(&["release", "init", "--store", ".kz", "--recipient", other]);
    assert!(error.contains("is no recipient") && error.contains("kz release keys add"), "{error}");
    let made = place.ok(&["release", "init", "--store", "new", "--recipient", other]);
    assert_eq!(made, format!("made the store `new`\nvalues of Secrets are sealed to {other}\n"));
    assert_eq!(place.ok(&["release", "keys", "list", "--store", "new"]), format!("{other}\n"));
    assert!(place.fails(&["release", "init", "--store", "wrong", "--recipient", "age1x"]).contains("is no recipient"));
    assert!(!place.work().join("wrong").exists());
    place.write("full/file", "x");
    assert!(place.fails(&["release", "init", "--store", "full"]).contains("is no store, but holds `file`"));
    fs::write(place.store().join("format"), "kz-store 2\n").unwrap();
    assert!(place.fails(&["release", "init", "--store", ".kz"]).contains("kz-store 2"));
}
