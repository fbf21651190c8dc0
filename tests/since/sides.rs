//! Revisions as sides, and one side alone.

use std::fs;
use std::os::unix::fs::symlink;

use crate::repo::{Repo, config_map};

#[test]
fn a_path_alone_is_compared_with_the_last_commit() {
    let Some(repo) = Repo::usual() else { return };
    assert_eq!(repo.told(&["overlays/prod"]), "HEAD:overlays/prod -> overlays/prod: +0 ~0 -0\n");
    repo.write(&[(
        "base/web.yaml",
        &fs::read_to_string(repo.path().join("base/web.yaml")).unwrap().replace("1.0.0", "1.1.0"),
    )]);
    let expected = "HEAD:overlays/prod -> overlays/prod: +0 ~1 -0\nchanged Deployment.apps prod-web spec.template.spec.containers[name=web].image\n";
    assert_eq!(repo.told(&["overlays/prod"]), expected);
    // What is in the index already is not in the last commit.
    repo.git(&["add", "--all"]);
    assert_eq!(repo.told(&["overlays/prod"]), expected);
    assert_eq!(repo.told_in("overlays", &["prod"]), expected.replace("overlays/", ""));
    assert_eq!(repo.told_in("overlays/prod", &["."]), expected.replace("overlays/prod", "."));
    let outside = repo.kz_in(repo.around(), &["diff", "repo/overlays/prod", "--name-only"]);
    assert_eq!((outside.code, &*outside.stdout), (1, "~\tDeployment.apps prod-web\n"), "{}", outside.stderr);
}

#[test]
fn what_is_new_or_gone_is_so_with_all_its_objects() {
    let Some(repo) = Repo::usual() else { return };
    repo.write(&[("new/kustomization.yaml", "resources: [a.yaml]\n"), ("new/a.yaml", &config_map("a", "1"))]);
    assert_eq!(repo.told(&["new"]), "HEAD:new -> new: +1 ~0 -0\nadded ConfigMap a\n");
    repo.remove("lone");
    assert_eq!(repo.told(&["lone"]), "HEAD:lone -> lone: +0 ~0 -1\nremoved ConfigMap lone\n");
    let done = repo.kz(&["diff", "nowhere"]);
    assert_eq!(done.code, 2);
    assert!(
        done.stderr.starts_with("error[diff-side]: there is nothing at either side of `HEAD:nowhere -> nowhere`"),
        "{}",
        done.stderr
    );
}

#[test]
fn revisions_have_many_names() {
    let Some(repo) = Repo::usual() else { return };
    let first = repo.git(&["rev-parse", "HEAD"]);
    repo.git(&["tag", "light"]);
    repo.git(&["tag", "--annotate", "--message", "m", "v1.0"]);
    repo.git(&["branch", "feature/x"]);
    repo.write(&[("lone/lone.yaml", &config_map("lone", "2"))]);
    repo.commit("two");
    repo.write(&[("lone/lone.yaml", &config_map("lone", "3"))]);
    for revision in
        ["light", "v1.0", "feature/x", "HEAD~1", "HEAD^", &first, &first[..10], "HEAD^{/start}", "git:main~1"]
    {
        let told = repo.told(&[&format!("{revision}:lone"), "lone"]);
        assert_eq!(told, format!("{revision}:lone -> lone: +0 ~1 -0\nchanged ConfigMap lone data.value\n"));
    }
    assert_eq!(repo.told(&["HEAD~1:lone"]), "HEAD~1:lone -> lone: +0 ~1 -0\nchanged ConfigMap lone data.value\n");
    assert_eq!(
        repo.told_in("lone", &["HEAD~1:", "HEAD:."]),
        "HEAD~1: -> HEAD:.: +0 ~1 -0\nchanged ConfigMap lone data.value\n"
    );
    assert_eq!(repo.told(&["v1.0:lone/lone.yaml", "light:lone"]), "v1.0:lone/lone.yaml -> light:lone: +0 ~0 -0\n");
    // What exists is a path.
    fs::create_dir(repo.path().join("light:lone")).unwrap();
    assert_eq!(repo.told(&["light:lone", "v1.0:lone"]), "light:lone -> v1.0:lone: +1 ~0 -0\nadded ConfigMap lone\n");
}

#[test]
fn of_a_revision_nothing_is_taken_from_the_work_tree() {
    let Some(repo) = Repo::usual() else { return };
    let before = repo.told(&["HEAD:overlays/prod", "HEAD:overlays/dev"]);
    for folder in ["base", "overlays", "components", "charts", "queue"] {
        repo.remove(folder);
    }
    assert_eq!(repo.told(&["HEAD:overlays/prod", "HEAD:overlays/dev"]), before);
    assert_eq!(
        repo.told(&["--enable-helm", "HEAD:queue", "HEAD:charts/queue"]),
        "HEAD:queue -> HEAD:charts/queue: +0 ~1 -0\nchanged ConfigMap queue data.size\n"
    );
    assert_eq!(repo.git(&["diff", "--cached", "--name-only"]), "");
}

#[test]
fn values_of_charts_are_those_of_the_revision() {
    let Some(repo) = Repo::usual() else { return };
    repo.write(&[("charts/queue/big.yaml", "size: 100\n")]);
    repo.commit("big");
    repo.write(&[("charts/queue/big.yaml", "size: 200\n")]);
    let expected = ": +0 ~1 -0\nchanged ConfigMap queue data.size\n";
    let told = repo.told(&["charts/queue", "-f", "charts/queue/big.yaml"]);
    assert_eq!(told, format!("HEAD:charts/queue -> charts/queue{expected}"));
    // Where the revision has none, those of now are taken.
    let told = repo.told(&["HEAD~1:charts/queue", "charts/queue", "-f", "charts/queue/big.yaml"]);
    assert_eq!(told, "HEAD~1:charts/queue -> charts/queue: +0 ~0 -0\n");
}

#[test]
fn links_lead_on_within_the_revision() {
    let Some(repo) = Repo::new() else { return };
    repo.write(&[
        ("v1/kustomization.yaml", "resources: [a.yaml]\n"),
        ("v1/a.yaml", &config_map("a", "1")),
        ("v2/kustomization.yaml", "resources: [a.yaml]\n"),
        ("v2/a.yaml", &config_map("a", "2")),
        ("app/kustomization.yaml", "resources: [../current]\n"),
    ]);
    symlink("v1", repo.path().join("current")).unwrap();
    repo.commit("one");
    fs::remove_file(repo.path().join("current")).unwrap();
    symlink("v2", repo.path().join("current")).unwrap();
    for target in ["app", "current"] {
        let told = repo.told(&[target]);
        assert_eq!(told, format!("HEAD:{target} -> {target}: +0 ~1 -0\nchanged ConfigMap a data.value\n"));
        let told = repo.told(&[&format!("HEAD:{target}"), "v1"]);
        assert_eq!(told, format!("HEAD:{target} -> v1: +0 ~0 -0\n"));
    }
    assert_eq!(repo.told(&["--since", "HEAD"]), "app: +0 ~1 -0\nchanged ConfigMap a data.value\n");
    // What stays the same is reached through the link too.
    repo.commit("two");
    repo.write(&[("v2/a.yaml", &config_map("a", "3"))]);
    assert_eq!(
        repo.told(&["--since", "HEAD"]),
        "app: +0 ~1 -0\nv1: +0 ~0 -0\n".split_once('v').unwrap().0.to_owned() + "changed ConfigMap a data.value\n"
    );
    fs::remove_file(repo.path().join("current")).unwrap();
    symlink("current", repo.path().join("current")).unwrap();
    repo.commit("round");
    let done = repo.kz(&["diff", "HEAD:app", "v1"]);
    assert_eq!(done.code, 2, "{}", done.stdout);
}

#[test]
fn folders_become_files_and_links_and_back() {
    let Some(repo) = Repo::new() else { return };
    repo.write(&[
        ("app/kustomization.yaml", "resources: [part]\n"),
        ("app/part/kustomization.yaml", "resources: [a.yaml]\n"),
        ("app/part/a.yaml", &config_map("a", "1")),
        ("elsewhere/kustomization.yaml", "resources: [a.yaml]\n"),
        ("elsewhere/a.yaml", &config_map("a", "2")),
    ]);
    repo.commit("folder");
    repo.remove("app/part");
    repo.write(&[("app/part", &config_map("a", "3"))]);
    let expected = "HEAD:app -> app: +0 ~1 -0\nchanged ConfigMap a data.value\n";
    assert_eq!(repo.told(&["app"]), expected);
    repo.commit("file");
    assert_eq!(repo.told(&["HEAD~1:app", "app"]), expected.replace("HEAD", "HEAD~1"));
    repo.remove("app/part");
    symlink("../elsewhere", repo.path().join("app/part")).unwrap();
    assert_eq!(repo.told(&["app"]), expected);
    repo.commit("link");
    fs::remove_file(repo.path().join("app/part")).unwrap();
    repo.write(&[("app/part/kustomization.yaml", "resources: [b.yaml]\n"), ("app/part/b.yaml", &config_map("a", "4"))]);
    assert_eq!(repo.told(&["app"]), expected);
}

/// Names of git are bytes; those that people type are mostly such.
#[test]
fn names_may_have_blanks_and_any_letters() {
    let Some(repo) = Repo::new() else { return };
    repo.write(&[
        ("über uns/kustomization.yaml", "resources: ['größe 1.yaml']\n"),
        ("über uns/größe 1.yaml", &config_map("a", "1")),
    ]);
    repo.commit("one");
    repo.write(&[("über uns/größe 1.yaml", &config_map("a", "2"))]);
    let expected = "changed ConfigMap a data.value\n";
    assert_eq!(repo.told(&["über uns"]), format!("HEAD:über uns -> über uns: +0 ~1 -0\n{expected}"));
    assert_eq!(repo.told(&["HEAD:über uns"]), format!("HEAD:über uns -> über uns: +0 ~1 -0\n{expected}"));
    assert_eq!(repo.told(&["--since", "HEAD"]), format!("über uns: +0 ~1 -0\n{expected}"));
}

/// What git makes of a file when it checks it out is no change, and what it is to ignore is there on both sides.
#[test]
fn filters_and_ignored_files_are_no_changes() {
    let Some(repo) = Repo::new() else { return };
    repo.git(&["config", "filter.upper.smudge", "tr a-z A-Z"]);
    repo.git(&["config", "filter.upper.clean", "tr A-Z a-z"]);
    repo.write(&[
        (".gitattributes", "*.txt filter=upper\n"),
        (".gitignore", "local.env\n"),
        ("app/kustomization.yaml", "configMapGenerator:\n- name: a\n  files: [a.txt, b.md]\n  envs: [local.env]\n"),
        ("app/a.txt", "TEXT\n"),
        ("app/b.md", "1\n"),
        ("app/local.env", "X=1\n"),
    ]);
    repo.commit("one");
    assert_eq!(repo.told(&["app"]), "HEAD:app -> app: +0 ~0 -0\n");
    repo.write(&[("app/b.md", "2\n")]);
    let told = repo.told(&["--since", "HEAD"]);
    assert!(told.ends_with(" data[\"b.md\"]\n") || told.ends_with(" data[b.md]\n"), "{told}");
}
