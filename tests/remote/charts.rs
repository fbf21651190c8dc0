//! Charts in git repositories: `git+https://HOST/REPO@PATH?ref=REF`, as users of the plugin helm-git write them.
//!
//! Helm 4.3.1 with a plugin for `git+file` asks for the same addresses, and takes the index that kz makes.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use crate::bench::{Bench, config_map, names};
use crate::http_backend::{fetches, serve};
use crate::server::Server;
use crate::servers::private;

fn chart(name: &str, version: &str, dependencies: &str) -> String {
    format!("apiVersion: v2\nname: {name}\nversion: {version}\ndescription: |\n  two\n  lines\n{dependencies}")
}

/// `charts/web`, `charts/db`, and `common` beside them; `web` depends on the others.
fn usual(bench: &Bench, db: &str) -> String {
    let dependencies = format!(
        "dependencies:\n- {{name: common, version: ^0.1, repository: \"file://../../common\"}}\n- {{name: db, version: 0.4.0, repository: \"{db}\"}}\n"
    );
    bench.commit(
        "repo",
        &[
            ("charts/web/Chart.yaml", &chart("web", "1.2.0", &dependencies)),
            ("charts/web/values.yaml", "color: blue\n"),
            ("charts/web/templates/map.yaml", &config_map("web-{{ .Values.color }}")),
            ("charts/db/Chart.yaml", &chart("db", "0.4.0", "")),
            ("charts/db/values.yaml", ""),
            ("charts/db/templates/map.yaml", &config_map("db")),
            ("common/Chart.yaml", &chart("common", "0.1.3", "")),
            ("common/templates/map.yaml", &config_map("common")),
            ("other/large", &"large ".repeat(100_000)),
        ],
    )
}

/// The address of a folder of the repository.
fn at(server: &Server, rest: &str) -> String {
    format!("git+{}{rest}", server.url("/repo/.git"))
}

fn succeeds(bench: &Bench, args: &[&str]) -> String {
    let done = bench.kz(args);
    assert!(done.is_success, "kz {args:?}: {}", done.stderr);
    done.stdout
}

fn bench() -> Option<(Bench, Server)> {
    let bench = Bench::new()?;
    let server = serve(bench.path());
    usual(&bench, &at(&server, "@charts?ref=main"));
    Some((bench, server))
}

#[test]
fn charts_are_what_their_folders_are() {
    let Some((bench, server)) = bench() else { return };
    // The same chart, with all that it depends on in its `charts/`.
    let clone = bench.path().join("clone");
    bench.git("", &["clone", "-q", &bench.url("repo"), &clone.display().to_string()]);
    for (from, to) in [("common", "common"), ("charts/db", "db")] {
        bench.git("", &["clone", "-q", &bench.url("repo"), &clone.join("x").display().to_string()]);
        fs::create_dir_all(clone.join("charts/web/charts")).unwrap();
        fs::rename(clone.join("x").join(from), clone.join("charts/web/charts").join(to)).unwrap();
        fs::remove_dir_all(clone.join("x")).unwrap();
    }
    let expected = succeeds(&bench, &["template", "a", &clone.join("charts/web").display().to_string()]);
    assert_eq!(names(&expected), "common db web-blue");
    let here = format!("git+{}", bench.url("repo"));
    for args in [
        &[&*at(&server, "@charts/web?ref=main")][..],
        &[&at(&server, "@/charts/./web/")],
        &[&at(&server, "@charts/web-1.2.0.tgz?ref=main&sparse=0")],
        &["web", "--repo", &at(&server, "@charts?ref=main")],
        &["web", "--repo", &at(&server, "@charts/web"), "--version", "^1"],
        &[&format!("{here}@charts/web")],
    ] {
        assert_eq!(succeeds(&bench, &[&["template", "a"], args].concat()), expected, "{args:?}");
    }
    bench.commit("repo", &[("values/prod.yaml", "color: red\n")]);
    let file = at(&server, "@values/prod.yaml?ref=main");
    let printed = succeeds(&bench, &["template", "a", &at(&server, "@charts/web"), "-f", &file]);
    assert_eq!(names(&printed), "common db web-red");
    let said = bench.kz_fails(&["template", "a", &at(&server, "@charts/web"), "-f", &at(&server, "@values/none.yaml")]);
    assert!(said.starts_with("error[values-unreadable]: there is no file `git+http://127.0.0.1:"), "{said}");
    let without = succeeds(&bench, &["template", "a", &at(&server, "@charts/db?depupdate=0")]);
    assert_eq!(names(&without), "db");
    assert!(bench.kz_fails(&["template", "a", &at(&server, "@charts/web?depupdate=0")]).contains("common"));
    let shown = succeeds(&bench, &["show", "chart", "db", "--repo", &at(&server, "@charts")]);
    assert_eq!(shown, "apiVersion: v2\ndescription: 'two lines '\nname: db\nversion: 0.4.0\n\n");
    succeeds(&bench, &["pull", &at(&server, "@charts/db"), "--untar"]);
    assert_eq!(fs::read_to_string(bench.work().join("db/templates/map.yaml")).unwrap(), config_map("db"));
}

#[test]
fn repositories_may_be_in_git() {
    let Some((bench, server)) = bench() else { return };
    let repo = at(&server, "@charts?ref=main");
    succeeds(&bench, &["repo", "add", "own", &repo]);
    assert_eq!(names(&succeeds(&bench, &["template", "a", "own/db"])), "db");
    bench.write(
        "work/app",
        &[(
            "Chart.yaml",
            &chart("app", "1.0.0", &format!("dependencies:\n- {{name: db, version: ~0.4, repository: \"{repo}\"}}\n")),
        )],
    );
    succeeds(&bench, &["dependency", "update", "app"]);
    assert_eq!(names(&succeeds(&bench, &["template", "a", "app"])), "db");
    succeeds(&bench, &["repo", "remove", "own"]);
    succeeds(&bench, &["dependency", "build", "app"]);

    bench.kustomization(&format!("helmCharts:\n- {{name: db, version: 0.4.0, repo: \"{repo}\"}}\n"));
    assert_eq!(names(&succeeds(&bench, &["build", ".", "--enable-helm"])), "db");
}

#[test]
fn archives_and_an_index_may_lie_there() {
    let Some((bench, server)) = bench() else { return };
    succeeds(&bench, &["pull", &at(&server, "@charts/db")]);
    let archive = fs::read(bench.work().join("db-0.4.0.tgz")).unwrap();
    let packed = bench.path().join("repo/packed");
    fs::create_dir_all(&packed).unwrap();
    fs::write(packed.join("db-9.9.9.tgz"), archive).unwrap();
    let index =
        "apiVersion: v1\nentries:\n  db:\n  - {apiVersion: v2, name: db, version: 9.9.9, urls: [db-9.9.9.tgz]}\n";
    bench.commit("repo", &[("packed/index.yaml", index)]);
    for query in ["?package=0", "?package=1", ""] {
        let repo = at(&server, &format!("@packed{query}"));
        assert_eq!(names(&succeeds(&bench, &["template", "a", "db", "--repo", &repo])), "db");
    }
    assert_eq!(names(&succeeds(&bench, &["template", "a", &at(&server, "@packed/db-9.9.9.tgz")])), "db");
    let said = bench.kz_fails(&["template", "a", &at(&server, "@charts/db?package=0")]);
    assert!(said.starts_with("error[chart-not-found]: "), "{said}");
    let said = bench.kz_fails(&["template", "a", "db", "--repo", &at(&server, "@charts?package=0")]);
    assert!(said.starts_with("error[repository-index]: "), "{said}");
}

#[test]
fn a_commit_is_fetched_once() {
    let Some(bench) = Bench::new() else { return };
    let commit = usual(&bench, "");
    let server = serve(bench.path());
    let chart = at(&server, &format!("@charts/db?ref={commit}"));
    succeeds(&bench, &["template", "a", &chart]);
    let before = (fetches(&server), server.count());
    succeeds(&bench, &["template", "a", &chart]);
    succeeds(&bench, &["template", "a", &chart, "--offline"]);
    assert_eq!((fetches(&server), server.count()), before);
    assert!(!bench.cached_texts().contains("large large"));
    let said = bench.kz_fails(&["template", "a", &at(&server, "@charts/db?ref=other"), "--offline"]);
    assert!(said.starts_with("error[offline]: "), "{said}");
}

/// ssh runs a command on the other side; here it runs it on this one.
#[test]
fn charts_come_by_ssh() {
    let Some(mut bench) = Bench::new() else { return };
    usual(&bench, "");
    let ssh = bench.path().join("ssh");
    fs::write(&ssh, "#!/bin/sh\nfor last; do :; done\nexec sh -c \"$last\"\n").unwrap();
    fs::set_permissions(&ssh, fs::Permissions::from_mode(0o755)).unwrap();
    bench.set("GIT_SSH_COMMAND", &ssh.display().to_string());
    let address = format!("git+ssh://git@host.invalid:2222{}/repo/.git@charts/db?ref=main", bench.path().display());
    assert_eq!(names(&succeeds(&bench, &["template", "a", &address])), "db");
}

#[test]
fn a_lock_holds_what_a_branch_had() {
    let Some((bench, server)) = bench() else { return };
    let repo = at(&server, "@charts?ref=main");
    bench.kustomization(&format!("helmCharts:\n- {{name: web, repo: \"{repo}\"}}\n"));
    succeeds(&bench, &["lock", "."]);
    let expected = succeeds(&bench, &["build", ".", "--enable-helm"]);
    assert_eq!(names(&expected), "common db web-blue");
    assert_eq!(succeeds(&bench, &["build", ".", "--enable-helm", "--offline"]), expected);
    bench.commit("repo", &[("common/templates/map.yaml", &config_map("other"))]);
    // The commit is still there, so it is what is built, as for bases; only `--check` looks at the branch.
    assert_eq!(succeeds(&bench, &["build", ".", "--enable-helm"]), expected);
    let check = bench.kz(&["lock", ".", "--check"]);
    assert!(!check.is_success && check.stdout.contains("moved") || check.stderr.contains("moved"), "{}", check.stderr);
    succeeds(&bench, &["lock", ".", "--update", "web"]);
    assert_eq!(names(&succeeds(&bench, &["build", ".", "--enable-helm"])), "db other web-blue");
}

#[test]
fn passwords_are_for_git_and_are_not_told() {
    let Some(bench) = Bench::new() else { return };
    usual(&bench, "");
    // me:s3cret
    let server = private(&bench, "Basic bWU6czNjcmV0");
    let by_flags = ["--username", "me", "--password", "s3cret"];
    let by_url = at(&server, "@charts?ref=main").replace("http://", "http://me:s3cret@");
    let plain = at(&server, "@charts?ref=main");
    assert_eq!(names(&succeeds(&bench, &[&["template", "a", "db", "--repo", &plain][..], &by_flags].concat())), "db");
    assert_eq!(names(&succeeds(&bench, &["template", "a", "db", "--repo", &by_url])), "db");
    for url in
        [&*by_url.replace("s3cret", "wr0ng"), &by_url.replace("@charts", "@none").replace("s3cret", "wr0ng"), &plain]
    {
        let said = bench.kz_fails(&["template", "a", "db", "--repo", url]);
        assert!(said.starts_with("error[git-failed]: ") && !said.contains("wr0ng"), "{said}");
    }
    assert!(!bench.cached_texts().contains("s3cret"));
}

#[test]
fn charts_of_others_read_nothing_of_this_machine() {
    let Some(bench) = Bench::new() else { return };
    let server = serve(bench.path());
    let secret = bench.path().join("outside");
    bench.write(
        "outside",
        &[("Chart.yaml", &chart("secret", "1.0.0", "")), ("templates/map.yaml", &config_map("s3cret"))],
    );
    bench.commit(
        "mine",
        &[("secret/Chart.yaml", &chart("secret", "1.0.0", "")), ("secret/templates/map.yaml", &config_map("s3cret"))],
    );
    let mine = format!("git+{}@secret", bench.url("mine"));
    let on = |repository: &str| {
        chart(
            "web",
            "1.0.0",
            &format!("dependencies:\n- {{name: secret, version: 1.0.0, repository: \"{repository}\"}}\n"),
        )
    };
    let index = format!(
        "apiVersion: v1\nentries:\n  secret:\n  - {{apiVersion: v2, name: secret, version: 1.0.0, urls: [\"{mine}/secret-1.0.0.tgz\"]}}\n"
    );
    let kustomization = format!("helmCharts:\n- {{name: secret, version: 1.0.0, repo: \"{mine}\"}}\n");
    bench.commit(
        "repo",
        &[
            ("above/Chart.yaml", &on(&format!("file://../../{}", secret.display()))),
            ("up/Chart.yaml", &on("file://../../../../../../../../outside")),
            ("git/Chart.yaml", &on(&mine)),
            ("linked/Chart.yaml", &on("file://../link")),
            ("index/index.yaml", &index),
            ("kustomize/kustomization.yaml", &kustomization),
            ("round/Chart.yaml", &on(&at(&server, "@round"))),
        ],
    );
    let repo = bench.path().join("repo");
    symlink(&secret, repo.join("link")).unwrap();
    symlink(&secret, repo.join("direct")).unwrap();
    symlink(secret.join("templates"), repo.join("above/templates")).unwrap();
    bench.commit("repo", &[("round/templates/map.yaml", &config_map("x"))]);
    // One that is there where kz runs.
    bench.write(
        "work/secret",
        &[("Chart.yaml", &chart("secret", "1.0.0", "")), ("templates/map.yaml", &config_map("s3cret"))],
    );
    for folder in ["above", "up", "git", "linked", "direct", "../mine", "round"] {
        let said = bench.kz_fails(&["template", "a", &at(&server, &format!("@{folder}"))]);
        assert!(!said.contains("s3cret") && !said.contains("cache/trees"), "{folder}: {said}");
    }
    let said = bench.kz_fails(&["template", "a", "secret", "--repo", &at(&server, "@index")]);
    assert!(said.starts_with("error[outside-repository]: "), "{said}");
    let said = bench.kz_fails(&["build", "--enable-helm", &format!("{}//kustomize", server.url("/repo/.git"))]);
    assert!(said.starts_with("error[outside-repository]: "), "{said}");
    // Who sits here may.
    let args = ["template", "a", &mine];
    assert_eq!(names(&succeeds(&bench, &args)), "s3cret");
}

#[test]
fn git_gets_no_options() {
    let Some(bench) = Bench::new() else { return };
    usual(&bench, "");
    let mark = bench.path().join("mark");
    let touch = format!("touch {}", mark.display());
    for address in [
        format!("git+{}@charts/db?ref=--upload-pack={touch}", bench.url("repo")),
        format!("git+{}@charts/db?ref=main:x", bench.url("repo")),
        format!("git+ssh://-oProxyCommand={touch}/org/repo@x"),
        format!("git+ext::sh -c {touch}@x"),
        "git+ftp://host/repo@x".to_owned(),
    ] {
        let said = bench.kz_fails(&["template", "a", &address]);
        assert!(said.starts_with("error[git-url]: "), "{address}: {said}");
    }
    assert!(!Path::new(&mark).exists());
}
