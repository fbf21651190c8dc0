//! Releases in a branch of git, with and without a remote.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::{APP, PASSWORDS, Place, SERVICE, base64, said, with_secrets};

/// The place, whose folder is a repository with one commit.
fn repository() -> Place {
    let place = Place::new();
    git(&place, &place.work(), &["init", "--quiet", "--initial-branch=main"]);
    place.write("app.yaml", APP);
    git(&place, &place.work(), &["add", "app.yaml"]);
    commit(&place, &place.work());
    place
}

/// The same, with a bare repository beside it as its remote `origin`.
fn with_remote() -> Place {
    let place = repository();
    git(&place, place.temp.path(), &["init", "--quiet", "--bare", "origin.git"]);
    git(&place, &place.work(), &["remote", "add", "origin", "../origin.git"]);
    git(&place, &place.work(), &["push", "--quiet", "origin", "main"]);
    place
}

fn commit(place: &Place, folder: &Path) {
    git(place, folder, &["-c", "user.name=me", "-c", "user.email=me@x", "commit", "--quiet", "-m", "x"]);
}

fn run_git(place: &Place, folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new("git");
    command.args(args).current_dir(folder).stdin(Stdio::null());
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", place.temp.path());
    command.output().unwrap()
}

fn git(place: &Place, folder: &Path, args: &[&str]) -> String {
    let output = run_git(place, folder, args);
    assert!(output.status.success(), "git {args:?}: {}", said(&output));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[cfg(unix)]
fn script(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// What a kz says that runs in a folder.
fn kz_in(place: &Place, folder: &Path, args: &[&str]) -> String {
    let output = place.command(args).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

const GIT: [&str; 2] = ["--store", "git:"];
const ORIGIN: [&str; 2] = ["--store", "git:origin"];

fn record(place: &Place, store: [&str; 2], text: &str) -> String {
    place.write("app.yaml", text);
    place.ok(&[&["release", "record", "web", "app.yaml"], &store[..]].concat())
}

#[cfg(unix)]
#[test]
fn a_branch_keeps_what_a_folder_keeps_and_nothing_else_is_touched() {
    let place = repository();
    for hook in ["reference-transaction", "post-commit", "pre-push", "update"] {
        script(&place.work().join(".git/hooks").join(hook), "#!/bin/sh\ntouch ../hook-was-run hook-was-run\n");
    }
    let state = || {
        let index = fs::read(place.work().join(".git/index")).unwrap();
        (
            index,
            fs::read_to_string(place.work().join(".git/HEAD")).unwrap(),
            git(&place, &place.work(), &["rev-parse", "main"]),
        )
    };
    let before = state();
    let texts = [APP.to_owned(), format!("{APP}---\n{SERVICE}"), format!("# x\n{SERVICE}")];
    for (at, text) in texts.iter().enumerate() {
        assert_eq!(record(&place, GIT, text), format!("web@{}\n", at + 1));
    }
    assert_eq!(record(&place, GIT, &texts[2]), "web@3\n");
    for (at, text) in texts.iter().enumerate() {
        assert_eq!(place.ok(&["release", "show", &format!("web@{}", at + 1), "--store", "git:"]), *text);
    }
    place.ok(&["release", "mark", "web@1", "applied", "--store", "git:"]);
    assert_eq!(place.ok(&["release", "show", "web@applied", "--store", "git:"]), texts[0]);
    assert_eq!(place.ok(&["release", "verify", "--store", "git:"]), "");
    place.write("app.yaml", APP);
    assert_eq!(state(), before, "index, HEAD and the branch of the user");
    assert!(!place.work().join("hook-was-run").exists() && !place.work().join(".git/hook-was-run").exists());
    assert_eq!(git(&place, &place.work(), &["log", "-1", "--format=%cn <%ce>", "kz"]), "kz <kz@localhost>");
    assert_eq!(run_git(&place, &place.work(), &["merge-base", "kz", "main"]).status.code(), Some(1));
    assert!(!place.store().exists(), "no folder is made");
    // Who is known to git commits by that name.
    git(&place, &place.work(), &["config", "user.name", "Me"]);
    git(&place, &place.work(), &["config", "user.email", "me@x"]);
    record(&place, ["--store", "git:#other/branch"], APP);
    assert_eq!(git(&place, &place.work(), &["log", "-1", "--format=%cn <%ce>", "other/branch"]), "Me <me@x>");
    assert!(git(&place, &place.work(), &["fsck", "--strict", "--no-dangling"]).is_empty());
}

#[test]
fn it_works_beside_a_detached_head_in_work_trees_and_bare_repositories() {
    let place = repository();
    record(&place, GIT, APP);
    git(&place, &place.work(), &["checkout", "--quiet", "--detach"]);
    assert_eq!(record(&place, GIT, SERVICE), "web@2\n");
    git(&place, &place.work(), &["worktree", "add", "--quiet", "--detach", "../tree", "main"]);
    assert_eq!(kz_in(&place, &place.temp.path().join("tree"), &["release", "show", "web", "--store", "git:"]), SERVICE);
    git(&place, place.temp.path(), &["clone", "--quiet", "--mirror", "work", "bare.git"]);
    assert_eq!(
        kz_in(&place, &place.temp.path().join("bare.git"), &["release", "show", "web", "--store", "git:"]),
        SERVICE
    );
    let folder = place.temp.path().join("nowhere");
    fs::create_dir(&folder).unwrap();
    let output = place.command(&["release", "list", "--store", "git:"]).current_dir(&folder).output().unwrap();
    assert!(
        said(&output).contains("git-repository") && said(&output).contains("is in no git repository"),
        "{}",
        said(&output)
    );
}

/// All records of many writers, who each have a folder to work in.
fn record_at_once(place: &Place, folders: &[std::path::PathBuf], store: [&str; 2], rounds: usize) {
    std::thread::scope(|scope| {
        for (worker, folder) in folders.iter().enumerate() {
            scope.spawn(move || {
                for round in 0..rounds {
                    let file = folder.join(format!("{worker}-{round}.yaml"));
                    fs::write(&file, SERVICE.replace("web", &format!("w{worker}-{round}"))).unwrap();
                    kz_in(place, folder, &[&["release", "record", "web", file.to_str().unwrap()], &store[..]].concat());
                }
            });
        }
    });
    let count = folders.len() * rounds;
    let history = kz_in(place, &folders[0], &[&["release", "history", "web", "-o", "json"], &store[..]].concat());
    let history: serde_json::Value = serde_json::from_str(&history).unwrap();
    let column = |name: &str| history.as_array().unwrap().iter().map(|row| row[name].to_string()).collect::<Vec<_>>();
    assert_eq!(column("revision"), (1..=count).map(|number| number.to_string()).collect::<Vec<_>>());
    let contents: BTreeSet<String> = column("content").into_iter().collect();
    assert_eq!(contents.len(), count, "each record is one revision");
    assert_eq!(kz_in(place, &folders[0], &[&["release", "verify"], &store[..]].concat()), "");
}

#[test]
fn who_records_at_once_in_one_branch_loses_nothing() {
    let place = repository();
    record_at_once(&place, &vec![place.work(); 8], GIT, 50);
    assert!(git(&place, &place.work(), &["fsck", "--strict", "--no-dangling"]).is_empty());
}

#[test]
fn who_pushes_at_once_from_many_clones_loses_nothing() {
    let place = with_remote();
    let url = format!("file://{}/origin.git", place.temp.path().display());
    let clones: Vec<_> = (0..8).map(|number| place.temp.path().join(format!("clone-{number}"))).collect();
    for clone in &clones {
        git(&place, place.temp.path(), &["clone", "--quiet", "--depth=1", &url, clone.to_str().unwrap()]);
    }
    // A push takes longer than a commit: half as many records are enough.
    record_at_once(&place, &clones, ORIGIN, 25);
    assert!(git(&place, &place.temp.path().join("origin.git"), &["fsck", "--strict", "--no-dangling"]).is_empty());
}

#[test]
fn a_remote_is_written_to_and_read_from() {
    let place = with_remote();
    assert_eq!(record(&place, ORIGIN, APP), "web@1\n");
    // By address, from outside of any repository, the cache has a copy.
    let url = format!("git:file://{}/origin.git", place.temp.path().display());
    let folder = place.temp.path().join("nowhere");
    fs::create_dir(&folder).unwrap();
    assert_eq!(kz_in(&place, &folder, &["release", "show", "web", "--store", &url]), APP);
    assert_eq!(kz_in(&place, &folder, &["release", "show", "web", "--store", "git:../origin.git"]), APP);
    fs::write(folder.join("app.yaml"), SERVICE).unwrap();
    assert_eq!(kz_in(&place, &folder, &["release", "record", "web", "app.yaml", "--store", &url]), "web@2\n");
    assert_eq!(place.ok(&["release", "show", "web", "--store", "git:origin"]), SERVICE);
    let references = git(&place, &place.work(), &["for-each-ref", "--format=%(refname)"]);
    assert_eq!(references, "refs/heads/main\nrefs/kz/origin/kz\nrefs/remotes/origin/kz\nrefs/remotes/origin/main");
    // Without a line to it, what was fetched is there, and nothing can be recorded.
    fs::rename(place.temp.path().join("origin.git"), place.temp.path().join("away.git")).unwrap();
    let error = place.fails(&["release", "show", "web", "--store", "git:origin"]);
    assert!(error.contains("git-failed") && error.contains("origin"), "{error}");
    place.write("app.yaml", &APP.replace("2", "3"));
    let error = place.fails(&["release", "record", "web", "app.yaml", "--store", "git:origin"]);
    assert!(error.contains("git-failed"), "{error}");
    let offline = |args: &[&str]| place.command(args).env("KZ_OFFLINE", "1").output().unwrap();
    let shown = offline(&["release", "show", "web", "--store", "git:origin"]);
    assert_eq!(String::from_utf8_lossy(&shown.stdout), SERVICE);
    let recorded = place.run(&["release", "record", "web", "app.yaml", "--store", "git:origin", "--offline"]);
    assert!(!recorded.status.success() && said(&recorded).contains("cannot be written offline"), "{}", said(&recorded));
}

#[cfg(unix)]
#[test]
fn a_remote_that_refuses_or_does_not_answer_is_no_record() {
    let place = with_remote();
    let hook = place.temp.path().join("origin.git/hooks/pre-receive");
    record(&place, ORIGIN, APP);
    script(&hook, "#!/bin/sh\necho only robots may push here >&2\nexit 1\n");
    place.write("app.yaml", SERVICE);
    let words = ["release", "record", "web", "app.yaml", "--store", "git:origin"];
    let error = place.fails(&words);
    for part in ["git-refused", "pre-receive hook declined", "only robots may push here", "nothing was recorded"] {
        assert!(error.contains(part), "{error}");
    }
    fs::remove_file(&hook).unwrap();
    assert_eq!(place.ok(&["release", "show", "web", "--store", "git:origin"]), APP);

    // A push that takes effect, and whose answer is lost.
    let real = String::from_utf8(Command::new("sh").args(["-c", "command -v git"]).output().unwrap().stdout).unwrap();
    let real = real.trim();
    let bin = place.temp.path().join("bin");
    // What is asked one question after the other goes to git itself.
    let text = format!(
        "#!/bin/sh\ncase \"$*\" in *cat-file*) exec {real} \"$@\" ;; esac\n\
         {real} \"$@\" > {0}/out 2> {0}/err\nended=$?\n\
         case \"$*\" in *' push '*)\n  echo x >> {0}/pushes\n  \
         if [ $(wc -l < {0}/pushes) = 1 ]; then echo 'fatal: the remote end hung up unexpectedly' >&2; exit 128; fi ;;\n\
         esac\ncat {0}/out; cat {0}/err >&2; exit $ended\n",
        bin.display()
    );
    script(&bin.join("git"), &text);
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let output = place.command(&words).env("PATH", path).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "web@2\n");
    assert_eq!(fs::read_to_string(bin.join("pushes")).unwrap().lines().count(), 1);
    assert!(place.fails(&["release", "show", "web@3", "--store", "git:origin"]).contains("its revisions are 1 to 2"));
    assert_eq!(place.ok(&["release", "show", "web", "--store", "git:origin"]), SERVICE);
}

#[test]
fn a_branch_that_is_gone_or_is_another_one_is_not_begun_anew() {
    let place = with_remote();
    record(&place, ORIGIN, APP);
    let origin = place.temp.path().join("origin.git");
    git(&place, &origin, &["update-ref", "-d", "refs/heads/kz"]);
    let record = ["release", "record", "web", "app.yaml", "--store", "git:origin"];
    let error = place.fails(&record);
    assert!(error.contains("is gone from `origin`"), "{error}");
    git(&place, &place.work(), &["push", "--quiet", "origin", "refs/kz/origin/kz:refs/heads/kz"]);
    assert_eq!(place.ok(&record), "web@1\n");
    // What others have at the remote is not begun anew here.
    git(&place, &place.work(), &["fetch", "--quiet", "origin"]);
    let error = place.fails(&["release", "record", "web", "app.yaml", "--store", "git:"]);
    assert!(error.contains("there is one at `origin`") && error.contains("--store git:origin"), "{error}");
    assert!(place.fails(&["release", "list", "--store", "git:"]).contains("there is no store `git:`"));
    for store in ["git:#main", "git:origin#main"] {
        let error = place.fails(&["release", "record", "web", "app.yaml", "--store", store]);
        assert!(error.contains("holds something else than releases"), "{error}");
    }
    assert!(place.fails(&["release", "list", "--store", "git:upstream"]).contains("git-failed"));
}

#[test]
fn addresses_run_no_programs() {
    let place = with_remote();
    for store in ["git:ext::touch% x", "git:#-x", "git:--upload-pack=x", "git:origin#a..b", "git:fd::1/x"] {
        let error = place.fails(&["release", "list", "--store", store]);
        assert!(error.contains("git-url"), "{store}: {error}");
    }
    // What a repository's file says leads to no folder of this machine.
    let url = format!("git:file://{}/origin.git", place.temp.path().display());
    place.write(".kz.toml", &format!("[release]\nstore = \"{url}\"\n"));
    let error = place.fails(&["release", "list"]);
    assert!(error.contains("transport 'file' not allowed"), "{error}");
    place.write(".kz.toml", "[release]\nstore = \"git:origin\"\n");
    place.ok(&["release", "record", "web", "app.yaml"]);
    assert_eq!(place.ok(&["release", "show", "web", "--store", "git:origin"]), APP);
}

#[cfg(unix)]
#[test]
fn who_is_killed_leaves_a_whole_branch() {
    let place = repository();
    record(&place, GIT, APP);
    for round in 0..40u64 {
        place.write("app.yaml", &format!("{APP}---\n{}", SERVICE.replace("web", &format!("s{round}"))));
        let args = ["release", "record", "web", "app.yaml", "--store", "git:"];
        let mut child = place.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_micros(round * 700));
        child.kill().unwrap();
        child.wait().unwrap();
        place.ok(&["release", "show", "web", "--store", "git:"]);
    }
    assert_eq!(place.ok(&["release", "verify", "--store", "git:"]), "");
    let shown = place.ok(&["release", "history", "web", "--store", "git:"]);
    let last = shown.lines().count() - 1;
    assert_eq!(record(&place, GIT, SERVICE), format!("web@{}\n", last + 1));
}

#[test]
fn damage_is_named_and_the_rest_stays_readable() {
    let place = repository();
    record(&place, GIT, APP);
    record(&place, GIT, SERVICE);
    let pack = git(&place, &place.work(), &["diff-tree", "-r", "--name-only", "kz~1", "kz", "--", "packs"]);
    let id = git(&place, &place.work(), &["rev-parse", &format!("kz:{pack}")]);
    let file = place.work().join(".git/objects").join(&id[..2]).join(&id[2..]);
    let content = fs::read(&file).unwrap();
    let write = |content: &[u8]| {
        fs::remove_file(&file).ok();
        fs::write(&file, content).unwrap();
    };
    for broken in [Some(&content[..content.len() / 2]), Some(&b"nonsense"[..]), None] {
        match broken {
            Some(broken) => write(broken),
            None => fs::remove_file(&file).unwrap(),
        }
        let output = place.run(&["release", "verify", "--store", "git:"]);
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains("revision 2 of `web`") && said(&output).contains("packs/"), "{}", said(&output));
        assert!(place.fails(&["release", "show", "web@2", "--store", "git:"]).contains("damaged or missing"));
        assert_eq!(place.ok(&["release", "show", "web@1", "--store", "git:"]), APP);
        place.ok(&["release", "history", "web", "--store", "git:"]);
    }
    write(&content);
    assert_eq!(place.ok(&["release", "verify", "--store", "git:"]), "");
    // A folder of the branch, and its newest commit.
    for name in ["kz:revisions/web", "kz"] {
        let id = git(&place, &place.work(), &["rev-parse", name]);
        let file = place.work().join(".git/objects").join(&id[..2]).join(&id[2..]);
        let content = fs::read(&file).unwrap();
        fs::remove_file(&file).unwrap();
        for args in [&["release", "show", "web"][..], &["release", "record", "web", "app.yaml"]] {
            let error = place.fails(&[args, &GIT[..]].concat());
            assert!(error.contains("store-damaged"), "{error}");
        }
        fs::write(&file, content).unwrap();
    }
    // What a git leaves that was killed.
    let lock = place.work().join(".git/refs/heads/kz.lock");
    fs::write(&lock, "").unwrap();
    place.write("app.yaml", APP);
    let error = place.fails(&["release", "record", "web", "app.yaml", "--store", "git:"]);
    assert!(error.contains("store-busy") && error.contains("refs/heads/kz.lock"), "{error}");
    fs::remove_file(&lock).unwrap();
    assert_eq!(place.ok(&["release", "record", "web", "app.yaml", "--store", "git:"]), "web@3\n");
}

#[test]
fn old_revisions_are_taken_out_of_the_branch() {
    let place = with_remote();
    for store in [GIT, ORIGIN] {
        let gc = |flags: &[&str]| place.ok(&[&["release", "gc", "--keep", "2"], flags, &store[..]].concat());
        for number in 1..=6 {
            record(&place, store, &format!("{APP}---\n{}", SERVICE.replace("web", &format!("s{number}"))));
        }
        assert_eq!(gc(&[]), "", "they are too young");
        assert_eq!(gc(&["--grace", "0s"]), "web@1\nweb@2\nweb@3\nweb@4\n");
        assert_eq!(place.ok(&[&["release", "verify"], &store[..]].concat()), "");
        let shown = place.ok(&[&["release", "show", "web@5"], &store[..]].concat());
        assert!(shown.contains("s5"), "{shown}");
        let to = format!("copy-of-{}", store[1].replace(':', "-"));
        place.ok(&["release", "copy", store[1], &to]);
        assert_eq!(place.ok(&["release", "show", "web@5", "--store", &to]), shown);
        assert_eq!(place.ok(&["release", "verify", "--store", &to]), "");
    }
    let packs = git(&place, &place.work(), &["ls-tree", "-r", "--name-only", "kz", "packs"]);
    assert_eq!(packs.lines().count(), 3, "those of the application and of two services");
}

/// All objects of the repository, reachable or not.
#[test]
fn no_value_of_a_secret_lies_in_the_repository() {
    use sha2::Digest;
    let place = with_remote();
    git(&place, &place.work(), &["rm", "--quiet", "--cached", "app.yaml"]);
    let message = format!("sets {}", PASSWORDS[0]);
    place.write("app.yaml", &with_secrets(PASSWORDS));
    for store in [GIT, ORIGIN] {
        place.ok(&[
            &["release", "record", "web", "app.yaml", "-m", &message, "--set", "p=correct-horse-battery"],
            &store[..],
        ]
        .concat());
    }
    let identity = fs::read_to_string(place.temp.path().join(".config/kz/identity.txt")).unwrap();
    let identity = identity.lines().last().unwrap().to_owned();
    let mut count = 0;
    for folder in [place.work(), place.temp.path().join("origin.git")] {
        let ids =
            git(&place, &folder, &["cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)"]);
        for (id, kind) in ids.lines().filter_map(|line| line.split_once(' ')) {
            let content = run_git(&place, &folder, &["cat-file", kind, id]).stdout;
            let plain = zstd::stream::decode_all(content.as_slice()).unwrap_or_default();
            for text in [content, plain] {
                count += 1;
                let text = String::from_utf8_lossy(&text).into_owned();
                for password in PASSWORDS {
                    let hash: String = sha2::Sha256::digest(password).iter().map(|b| format!("{b:02x}")).collect();
                    for form in [password, &base64(password), &hash, &identity] {
                        assert!(!text.contains(form), "{id} holds {form}");
                    }
                }
            }
        }
    }
    assert!(count > 40, "{count}");
    assert_eq!(place.ok(&["release", "show", "web", "--store", "git:origin"]), with_secrets(PASSWORDS));
    // Recipients come and go as in a folder.
    let own = place.ok(&["release", "keys", "list", "--store", "git:"]);
    let other = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
    assert_eq!(place.ok(&["release", "keys", "add", other, "--store", "git:"]), format!("{own}{other}\n"));
    assert_eq!(place.ok(&["release", "keys", "remove", other, "--store", "git:"]), own);
    assert_eq!(place.ok(&["release", "show", "web", "--store", "git:"]), with_secrets(PASSWORDS));
}
