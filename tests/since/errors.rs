//! What can be wrong with a repository and with what is asked of it.

use std::fs;

use crate::repo::{Repo, config_map};

fn fails(repo: &Repo, args: &[&str]) -> String {
    let done = repo.kz(&[&["diff"][..], args].concat());
    assert_eq!((done.code, &*done.stdout), (2, ""), "{args:?}");
    done.stderr
}

#[test]
fn what_is_no_revision_is_told_with_what_is_near() {
    let Some(repo) = Repo::usual() else { return };
    repo.git(&["tag", "v1.2.0"]);
    repo.git(&["update-ref", "refs/remotes/origin/production", "HEAD"]);
    for (revision, help) in [
        ("v1.2.", "did you mean `v1.2.0`?"),
        ("mian", "did you mean `main`?"),
        ("production", "did you mean `origin/production`?"),
        ("deadbeef", "see `git branch --all` and `git tag`; what is on a server only has to be fetched"),
    ] {
        let expected = format!("error[git-revision]: `$TEMP/repo` has no revision `{revision}`\n  = help: {help}\n");
        assert_eq!(fails(&repo, &[&format!("{revision}:lone"), "lone"]), expected);
        assert_eq!(fails(&repo, &["--since", revision]), expected);
    }
}

#[test]
fn what_a_revision_has_not_is_told_with_what_is_near() {
    let Some(repo) = Repo::usual() else { return };
    assert_eq!(
        fails(&repo, &["HEAD:overlays/prd", "lone"]),
        "error[diff-side]: revision `HEAD` has nothing at `overlays/prd`\n  = help: did you mean `overlays/prod`?\n"
    );
    assert_eq!(
        fails(&repo, &["HEAD:elsewhere", "lone"]),
        "error[diff-side]: revision `HEAD` has nothing at `elsewhere`\n  = help: see `git ls-tree -r --name-only HEAD`\n"
    );
    // What is in the folder of git itself is in no revision.
    fails(&repo, &["HEAD:.git/config", "lone"]);
}

#[test]
fn errors_in_a_revision_name_it() {
    let Some(repo) = Repo::usual() else { return };
    repo.write(&[("lone/kustomization.yaml", "resources: [lone.yaml, missing.yaml]\n")]);
    repo.commit("broken");
    repo.write(&[("lone/kustomization.yaml", "resources: [lone.yaml]\n")]);
    let expected = "\
error[no-such-file]: `resources` names `missing.yaml`, and there is no such file or directory
 --> HEAD:lone/kustomization.yaml:1:24
  |
1 | resources: [lone.yaml, missing.yaml]
  |                        ^^^^^^^^^^^^
  = help: paths are relative to the directory of the kustomization, `HEAD:lone`
";
    assert_eq!(fails(&repo, &["lone"]), expected);
    assert_eq!(fails(&repo, &["HEAD:lone", "lone"]), expected);
}

#[test]
fn revisions_give_git_no_options() {
    let Some(repo) = Repo::usual() else { return };
    let mark = repo.around().join("mark");
    for revision in ["--help", "--exec=x", "-h", "--output=../mark", "--all", "main..HEAD", "^main", "a\nb"] {
        for args in [
            vec!["--since=--help".replace("--help", revision)],
            vec![format!("git:{revision}:lone"), "lone".to_owned()],
        ] {
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            let said = fails(&repo, &args);
            assert!(said.starts_with("error[git-revision]: "), "{args:?}: {said}");
        }
    }
    assert!(!mark.exists());
}

/// A repository of somebody else may name programs for git to run.
#[test]
fn a_repository_runs_no_programs() {
    let Some(repo) = Repo::usual() else { return };
    let mark = repo.around().join("mark");
    let touch = format!("touch {}", mark.display());
    repo.git(&["config", "core.fsmonitor", &touch]);
    repo.git(&["config", "diff.external", &touch]);
    repo.git(&["config", "core.pager", &touch]);
    fs::write(repo.path().join(".git/hooks/post-index-change"), format!("#!/bin/sh\n{touch}\n")).unwrap();
    repo.write(&[("lone/lone.yaml", &config_map("lone", "2"))]);
    assert_eq!(repo.told(&["--since", "HEAD"]), "lone: +0 ~1 -0\nchanged ConfigMap lone data.value\n");
    repo.told(&["lone"]);
    repo.told(&["HEAD:lone", "lone"]);
    assert!(!mark.exists());
}

/// As in a hook of another repository.
#[test]
fn variables_do_not_lead_to_another_repository() {
    let Some(mut repo) = Repo::usual() else { return };
    let Some(other) = Repo::new() else { return };
    other.commit("other");
    repo.write(&[("lone/lone.yaml", &config_map("lone", "2"))]);
    repo.env.push(("GIT_DIR", other.path().join(".git").display().to_string()));
    repo.env.push(("GIT_INDEX_FILE", other.path().join(".git/index").display().to_string()));
    repo.env.push(("GIT_WORK_TREE", other.path().display().to_string()));
    assert_eq!(repo.told(&["lone"]), "HEAD:lone -> lone: +0 ~1 -0\nchanged ConfigMap lone data.value\n");
}

#[test]
fn without_repository_or_history_it_is_told() {
    let Some(repo) = Repo::usual() else { return };
    let plain = repo.around().join("plain");
    fs::create_dir(&plain).unwrap();
    fs::write(plain.join("a.yaml"), config_map("a", "1")).unwrap();
    for args in [&["diff", "a.yaml"][..], &["diff", "--since", "main"], &["diff", "main:a.yaml", "a.yaml"]] {
        let done = repo.kz_in(&plain, args);
        let expected = "error[git-repository]: `$TEMP/plain` is in no git repository\n  = help: two paths can be compared anywhere: `kz diff A B`\n";
        assert_eq!((done.code, &*done.stderr), (2, expected), "{args:?}");
    }
    let bare = repo.around().join("bare.git");
    repo.git(&["clone", "--quiet", "--bare", ".", bare.to_str().unwrap()]);
    let done = repo.kz_in(&bare, &["diff", "--since", "main"]);
    assert!(
        done.stderr.starts_with("error[git-repository]: the repository in `$TEMP/bare.git` has no work tree\n"),
        "{}",
        done.stderr
    );
    let Some(new) = Repo::new() else { return };
    new.write(&[("a.yaml", &config_map("a", "1"))]);
    assert_eq!(
        fails(&new, &["a.yaml"]),
        "error[git-revision]: `$TEMP/repo` has no revision `HEAD`\n  = help: it has no commit yet\n"
    );
}

#[test]
fn without_git_it_is_told() {
    let Some(mut repo) = Repo::usual() else { return };
    repo.env.push(("PATH", repo.around().join("home").display().to_string()));
    let said = fails(&repo, &["--since", "HEAD"]);
    assert_eq!(
        said,
        "error[git-missing]: a revision of git is to be read, and there is no program `git`\n  = help: install git, or add its directory to `PATH`\n"
    );
}

#[test]
fn a_clone_with_a_part_of_the_history_is_told_apart() {
    let Some(repo) = Repo::usual() else { return };
    repo.git(&["checkout", "--quiet", "-b", "topic"]);
    repo.write(&[("lone/lone.yaml", &config_map("lone", "2"))]);
    repo.commit("two");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.write(&[("lone/lone.yaml", &config_map("lone", "3"))]);
    repo.commit("three");
    let url = format!("file://{}", repo.path().display());
    let clone = repo.around().join("clone");
    repo.git(&["clone", "--quiet", "--depth=1", "--no-single-branch", "--branch=topic", &url, clone.to_str().unwrap()]);
    let done = repo.kz_in(&clone, &["diff", "--since", "origin/main"]);
    let expected = "\
error[git-history]: there is no commit at which `HEAD` and `origin/main` part: this clone has only a part of the history
  = help: fetch all of it: `git fetch --unshallow`, or `fetch-depth: 0` in the step that checks it out
";
    assert_eq!((done.code, &*done.stderr), (2, expected));
    let done = repo.kz_in(&clone, &["diff", "--since", "v9"]);
    assert!(done.stderr.contains("this clone has only a part of the history"), "{}", done.stderr);
    repo.git_in(&clone, &["fetch", "--quiet", "--unshallow"]);
    let done = repo.kz_in(&clone, &["diff", "--since", "origin/main", "--name-only"]);
    assert_eq!((done.code, &*done.stdout), (1, "~\tConfigMap lone\n"), "{}", done.stderr);
    repo.git(&["checkout", "--quiet", "--orphan", "apart"]);
    repo.commit("apart");
    assert_eq!(
        fails(&repo, &["--since", "main"]),
        "error[git-history]: there is no commit at which `HEAD` and `main` part\n  = help: they have no history in common; name another\n"
    );
}

#[test]
fn submodules_are_named() {
    let Some(repo) = Repo::usual() else { return };
    let Some(inner) = Repo::new() else { return };
    inner.write(&[("kustomization.yaml", "resources: [i.yaml]\n"), ("i.yaml", &config_map("inner", "1"))]);
    inner.commit("one");
    repo.git(&["submodule", "--quiet", "add", inner.path().to_str().unwrap(), "vendor/inner"]);
    repo.write(&[("app/kustomization.yaml", "resources: [../vendor/inner]\n")]);
    repo.commit("submodule");
    // Where it is the same on both sides its files are there.
    repo.write(&[("app/kustomization.yaml", "resources: [../vendor/inner]\ncommonAnnotations: {a: b}\n")]);
    let told = repo.told(&["--since", "HEAD"]);
    assert!(told.starts_with("app: +0 ~1 -0\nchanged ConfigMap inner metadata."), "{told}");
    let said = fails(&repo, &["HEAD:app", "lone"]);
    assert!(
        said.starts_with(
            "error[git-submodule]: `HEAD:vendor/inner` is a submodule, and its files are not in this repository\n"
        ),
        "{said}"
    );
    inner.write(&[("i.yaml", &config_map("inner", "2"))]);
    inner.commit("two");
    repo.git_in(&repo.path().join("vendor/inner"), &["pull", "--quiet"]);
    let told = repo.told(&["--since", "HEAD"]);
    assert!(told.starts_with("app: before: error[git-submodule]: "), "{told}");
}
