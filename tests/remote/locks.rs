//! `kz lock`: builds use what was locked, and say what is something else.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::bench::{Bench, config_map, names};
use crate::http_backend::{serve, serve_if};
use crate::server::{Reply, Server};

impl Bench {
    fn lock(&self) -> String {
        fs::read_to_string(self.work().join("kz.lock")).unwrap()
    }

    /// Locks, and gives what is printed.
    fn locks(&self, args: &[&str]) -> String {
        let done = self.kz(&[&["lock"][..], args].concat());
        assert!(done.is_success, "kz lock {args:?}: {}", done.stderr);
        done.stdout
    }

    /// Exit code and stdout of `kz lock --check`.
    fn checks(&self) -> (Option<i32>, String) {
        let done = self.command(&["lock", "--check"]).output().unwrap();
        (done.status.code(), self.done(done).stdout)
    }

    fn forget(&self) {
        fs::remove_dir_all(self.cache()).unwrap();
    }
}

/// The lock without its head.
fn entries(lock: &str) -> &str {
    lock.split_once("version = 1\n").unwrap().1
}

#[test]
fn a_branch_that_has_moved_is_what_it_was() {
    let Some(bench) = Bench::new() else { return };
    let old = bench.usual("repo");
    let server = serve(bench.path());
    let url = server.url("/repo/.git");
    bench.kustomization(&format!("resources:\n- {url}//deploy/prod?ref=main&timeout=20s\n- {url}\n"));
    assert_eq!(names(&bench.build(&["."])), "prod-base top");
    let printed = bench.locks(&[]);
    assert_eq!(
        printed,
        format!(
            "added: the repository `{url}`: commit `{old}`\nadded: the repository `{url}` at `main`: commit `{old}`\n"
        )
    );
    let git = |reference: &str| format!("\n[[git]]\nurl = \"{url}\"\n{reference}commit = \"{old}\"\n");
    assert_eq!(entries(&bench.lock()), git("") + &git("ref = \"main\"\n"));
    assert_eq!(bench.checks(), (Some(0), String::new()));

    let new = bench.commit("repo", &[("deploy/base/base.yaml", &config_map("moved"))]);
    assert_eq!(bench.names_of_kz(&["."]), "prod-base top");
    // Nobody is asked, and on a machine that has nothing the commit is fetched.
    let count = server.count();
    assert_eq!(bench.names_of_kz(&["."]), "prod-base top");
    assert_eq!(bench.names_of_kz(&[".", "--offline"]), "prod-base top");
    assert_eq!(server.count(), count);
    bench.forget();
    assert_eq!(bench.names_of_kz(&["."]), "prod-base top");

    let moved = |at: &str| format!("moved: the repository `{url}`{at}: from commit `{old}` to commit `{new}`\n");
    assert_eq!(bench.checks(), (Some(1), moved("") + &moved(" at `main`")));
    let lock = bench.lock();
    assert_eq!(bench.locks(&[]), "");
    assert_eq!(bench.lock(), lock);
    assert_eq!(bench.locks(&[".", "--update"]).lines().count(), 2);
    assert_eq!(bench.names_of_kz(&["."]), "prod-moved top");
    assert_eq!(bench.checks(), (Some(0), String::new()));
}

#[test]
fn a_commit_that_is_gone_is_told() {
    let Some(bench) = Bench::new() else { return };
    bench.usual("repo");
    bench.kustomization(&format!("resources:\n- {}//deploy/base?ref=main\n", bench.url("repo")));
    let old = bench.commit("repo", &[("deploy/base/base.yaml", &config_map("gone"))]);
    bench.locks(&[]);
    bench.git("repo", &["reset", "--quiet", "--hard", "HEAD~"]);
    bench.git("repo", &["reflog", "expire", "--expire=now", "--all"]);
    bench.git("repo", &["gc", "--quiet", "--prune=now"]);
    assert_eq!(bench.names_of_kz(&["."]), "gone");
    bench.forget();
    let said = bench.kz_fails(&["build"]);
    let start = format!(
        "error[lock-moved]: the repository `file://$TEMP/repo` at `main` is no longer what `kz.lock` says, commit `{old}`: "
    );
    assert!(said.starts_with(&start), "{said}");
    assert!(said.contains("`kz lock . --update repo` takes what is there now"), "{said}");
    let said = bench.kz_fails(&["build", "--offline"]);
    assert!(said.starts_with("error[offline]: ") && said.contains(&old), "{said}");
    bench.locks(&[".", "--update", "repo"]);
    assert_eq!(bench.names_of_kz(&["."]), "base");
}

/// A server with a file that changes.
fn changing() -> (Server, Arc<Mutex<String>>) {
    let content = Arc::new(Mutex::new(config_map("first")));
    let served = content.clone();
    let server = Server::start(move |asked, _| match asked.target.split('?').next() {
        Some("/cm.yaml") => Reply::ok(served.lock().unwrap().clone()),
        Some("/other.yaml") => Reply::ok(config_map("other")),
        _ => Reply::status(404, ""),
    });
    (server, content)
}

#[test]
fn a_file_that_has_changed_is_told() {
    let Some(bench) = Bench::new() else { return };
    let (server, content) = changing();
    let (file, other) = (server.url("/cm.yaml?token=secret&ref=main"), server.url("/other.yaml"));
    let with_password = other.replace("http://", "http://me:secret@");
    bench.kustomization(&format!("resources:\n- {file}\n- {with_password}\n"));
    bench.locks(&[]);
    let lock = bench.lock();
    assert!(lock.contains(&format!("[[file]]\nurl = \"{}?ref=main&…", server.url("/cm.yaml"))), "{lock}");
    assert!(lock.contains(&format!("[[file]]\nurl = \"{other}\"\n")) && !lock.contains("secret"), "{lock}");
    let count = server.count();
    assert_eq!(bench.names_of_kz(&["."]), "first other");
    assert_eq!(server.count(), count);

    *content.lock().unwrap() = config_map("second");
    assert_eq!(bench.names_of_kz(&["."]), "first other");
    bench.forget();
    let said = bench.kz_fails(&["build"]);
    assert!(said.starts_with("error[lock-moved]: the file `http://"), "{said}");
    assert!(!said.lines().next().unwrap().contains("secret"), "{said}");
    assert_eq!(said.matches("`sha256:").count(), 3, "{said}");
    bench.forget();
    let said = bench.kz_fails(&["build", "--offline"]);
    assert_eq!(said.matches("error[offline]: ").count(), 2, "{said}");
    let (code, changes) = bench.checks();
    assert!(code == Some(1) && changes.starts_with("moved: the file ") && changes.lines().count() == 1, "{changes}");
    let printed = bench.locks(&[".", "--update", "cm.yaml"]);
    assert!(printed.starts_with("changed: the file ") && printed.lines().count() == 1, "{printed}");
    assert_eq!(bench.names_of_kz(&["."]), "other second");
}

#[test]
fn what_a_lock_does_not_have_is_told_and_what_is_not_used_is_fine() {
    let Some(bench) = Bench::new() else { return };
    bench.usual("repo");
    let (server, _) = changing();
    let (git, file) = (bench.url("repo//deploy/base?ref=main"), server.url("/cm.yaml"));
    bench.kustomization(&format!("resources:\n- {git}\n"));
    assert_eq!(
        bench.kz(&["lock", "--check"]).stderr,
        "error[lock-file]: there is no `kz.lock`\n  = help: make one: `kz lock .`\n"
    );
    bench.locks(&[]);
    bench.kustomization(&format!("resources:\n- {git}\n- {file}\n"));
    let said = bench.kz_fails(&["build"]).replace(&server.url(""), "$SERVER");
    assert!(said.starts_with("error[lock-missing]: `kz.lock` says nothing of the file `$SERVER/cm.yaml`\n"), "{said}");
    assert!(said.contains("help: add it: `kz lock .`"), "{said}");
    let (code, changes) = bench.checks();
    assert!(code == Some(1) && changes.starts_with("missing: the file ") && changes.lines().count() == 1, "{changes}");
    assert!(bench.locks(&[]).starts_with("added: the file "));
    bench.kustomization(&format!("resources:\n- {file}\n"));
    assert_eq!(bench.names_of_kz(&["."]), "first");
    let repository = "the repository `file://$TEMP/repo` at `main`\n";
    assert_eq!(bench.checks(), (Some(1), format!("superfluous: {repository}")));
    assert_eq!(bench.locks(&[]), format!("removed: {repository}"));
    assert_eq!(bench.checks(), (Some(0), String::new()));
    let said = bench.kz_fails(&["lock", ".", "--update", "nothing"]);
    assert!(said.starts_with("error[usage]: `kz.lock` has nothing of the name `nothing`\n"), "{said}");
    assert!(said.contains("it has `cm.yaml`"), "{said}");
    // Trouble is something else than a difference.
    drop(server);
    assert_eq!(bench.checks(), (Some(2), String::new()));
}

#[test]
fn what_is_used_by_bases_of_repositories_is_locked_and_only_the_targets_lock_counts() {
    let Some(bench) = Bench::new() else { return };
    let inner = bench.usual("inner");
    let (server, content) = changing();
    let outer = bench.commit(
        "outer",
        &[
            (
                "kustomization.yaml",
                &format!("resources:\n- {}//deploy/base?ref=main\n- {}\n", bench.url("inner"), server.url("/cm.yaml")),
            ),
            ("kz.lock", "version = 99\n"),
        ],
    );
    bench.write(
        "work",
        &[
            ("base/kustomization.yaml", &format!("resources:\n- {}\n", bench.url("outer"))),
            ("base/kz.lock", "version = 99\n"),
        ],
    );
    bench.kustomization("resources: [base]\n");
    bench.locks(&[]);
    let lock = bench.lock();
    assert!(lock.contains(&inner) && lock.contains(&outer) && lock.contains("/cm.yaml\"\n"), "{lock}");
    bench.commit("inner", &[("deploy/base/base.yaml", &config_map("moved"))]);
    *content.lock().unwrap() = config_map("second");
    assert_eq!(bench.names_of_kz(&["."]), "base first");
    let said = bench.kz_fails(&["build", "base"]);
    let expected = "error[lock-version]: `base/kz.lock` is of version 99\n  \
        = help: this kz knows version 1: use a newer one, or make a new lock\n";
    assert_eq!(said, expected);
    bench.write("work", &[("base/kz.lock", "version = 1\n[[git]]\nurl = 'x'\n")]);
    let said = bench.kz_fails(&["build", "base"]);
    assert!(
        said.starts_with("error[lock-file]: `base/kz.lock` cannot be used: in `[[git]]`: `commit` is missing\n"),
        "{said}"
    );
    // It can be made anew all the same.
    bench.locks(&["base", "--update"]);
    assert_eq!(bench.names_of_kz(&["base"]), "moved second");
}

/// An address may be that of a file or of a repository, and pages for people are neither.
#[test]
fn an_address_stays_what_it_was() {
    let Some(bench) = Bench::new() else { return };
    let commit = bench.usual("repo");
    let number = Arc::new(AtomicUsize::new(0));
    let pages = number.clone();
    let server = serve_if(bench.path(), move |asked| match asked.target.as_str() {
        "/repo/.git//deploy/prod?ref=main" => {
            Some(Reply::ok(format!("<html>{}</html>", pages.fetch_add(1, Ordering::SeqCst))))
        }
        "/repo/.git/releases/cm" => Some(Reply::ok(config_map("released"))),
        _ => None,
    });
    let (base, file) = (server.url("/repo/.git//deploy/prod?ref=main"), server.url("/repo/.git/releases/cm"));
    bench.kustomization(&format!("resources:\n- {base}\n- {file}\n"));
    bench.locks(&[]);
    let lock = bench.lock();
    assert_eq!((lock.matches("[[git]]").count(), lock.matches("[[file]]").count()), (1, 1), "{lock}");
    assert!(lock.contains(&commit) && lock.contains(&file), "{lock}");
    for _ in 0..2 {
        let count = number.load(Ordering::SeqCst);
        assert_eq!(bench.names_of_kz(&["."]), "prod-base released");
        assert_eq!(number.load(Ordering::SeqCst), count);
        bench.forget();
    }
    assert_eq!(bench.checks(), (Some(0), String::new()));
}

#[test]
fn a_chart_in_git_stays_at_its_commit() {
    let Some(bench) = Bench::new() else { return };
    let template = |name: &str| [("charts/one/templates/cm.yaml", config_map(name))];
    let commit = |name: &str| {
        let [(path, text)] = template(name);
        bench.commit(
            "repo",
            &[
                ("charts/one/Chart.yaml", "apiVersion: v2\nname: one\nversion: 0.1.0\n"),
                ("charts/one/values.yaml", "{}\n"),
                (path, &text),
            ],
        )
    };
    let old = commit("first");
    let server = serve(bench.path());
    let url = server.url("/repo/.git");
    bench.kustomization(&format!("helmCharts:\n- {{name: one, repo: 'git+{url}@charts?ref=main', releaseName: r}}\n"));
    bench.locks(&[]);
    let lock = bench.lock();
    assert!(lock.contains(&format!("repo = \"git+{url}@charts?ref=main\"\nversion = \"0.1.0\"\n")), "{lock}");
    assert!(lock.contains(&format!("[[git]]\nurl = \"{url}\"\nref = \"main\"\ncommit = \"{old}\"\n")), "{lock}");
    commit("second");
    let count = server.count();
    assert_eq!(bench.names_of_kz(&["."]), "first");
    assert_eq!(bench.names_of_kz(&[".", "--offline"]), "first");
    assert_eq!(server.count(), count);
    bench.forget();
    assert_eq!(bench.names_of_kz(&["."]), "first");
    let (code, changes) = bench.checks();
    assert_eq!((code, changes.matches("moved: ").count()), (Some(1), 2), "{changes}");
    bench.locks(&[".", "--update"]);
    assert_eq!(bench.names_of_kz(&["."]), "second");
}

#[test]
fn a_chart_in_a_folder_is_held_to_its_files() {
    let Some(bench) = Bench::new() else { return };
    bench.write(
        "work",
        &[
            (
                "app/kustomization.yaml",
                "helmGlobals: {chartHome: charts/..}\nhelmCharts: [{name: one, releaseName: r}]\n",
            ),
            ("app/one/Chart.yaml", "apiVersion: v2\nname: one\nversion: 0.1.0\n"),
            ("app/one/values.yaml", "{}\n"),
            ("app/one/templates/cm.yaml", &config_map("of-chart")),
        ],
    );
    bench.kustomization("resources: [app]\n");
    bench.locks(&[]);
    assert!(bench.lock().contains("[[folder]]\npath = \"app/one\"\ndigest = \"sha256:"), "{}", bench.lock());
    assert_eq!(bench.names_of_kz(&["."]), "of-chart");
    let shell = "find -L . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum";
    let sum = std::process::Command::new("sh")
        .args(["-c", shell])
        .current_dir(bench.work().join("app/one"))
        .output()
        .unwrap();
    let sum = String::from_utf8(sum.stdout).unwrap();
    assert!(bench.lock().contains(sum.split(' ').next().unwrap()), "{sum}");

    bench.write("work", &[("app/one/templates/cm.yaml", &config_map("edited"))]);
    let said = bench.kz_fails(&["build"]);
    assert!(said.starts_with("error[lock-moved]: the chart in `app/one` has files with the digest `sha256:"), "{said}");
    assert!(said.contains("--> app/kustomization.yaml:2:"), "{said}");
    assert!(said.contains("`kz lock . --update app/one` takes what is there now"), "{said}");
    assert_eq!(bench.checks().0, Some(1));
    assert!(bench.kz_fails(&["lock"]).starts_with("error[lock-moved]: "));
    bench.locks(&[".", "--update", "one"]);
    assert_eq!(bench.names_of_kz(&["."]), "edited");
}
