//! What the changes since a revision touch.

use std::fs;

use crate::repo::{Repo, config_map};

const WEB: &str = "changed Deployment.apps dev-web spec.template.spec.containers[name=web].image\n";

#[test]
fn what_uses_a_base_changes_with_it() {
    let Some(repo) = Repo::usual() else { return };
    assert_eq!(repo.told(&["--since", "HEAD"]), "");
    let done = repo.kz(&["diff", "--since", "main"]);
    assert_eq!(done.code, 0);
    let base = repo.git(&["rev-parse", "--short=8", "HEAD"]);
    assert_eq!(done.stderr, format!("note: nothing that is built has changed since {base} (`main`)\n"));

    let web = fs::read_to_string(repo.path().join("base/web.yaml")).unwrap();
    repo.write(&[("base/web.yaml", &web.replace("1.0.0", "1.1.0")), ("README.md", "# More\n")]);
    let expected = format!("overlays/dev: +0 ~1 -0\noverlays/prod: +0 ~1 -0\n{WEB}");
    assert_eq!(repo.told(&["--since", "HEAD"]), expected);
    // Committed or not is the same, wherever one stands, and what comes later on the other branch does not count.
    repo.git(&["checkout", "--quiet", "-b", "topic"]);
    repo.commit("newer");
    assert_eq!(repo.told(&["--since", "main"]), expected);
    assert_eq!(repo.told_in("overlays/prod", &["--since", "main"]), expected);
    repo.git(&["checkout", "--quiet", "main"]);
    repo.write(&[("lone/lone.yaml", &config_map("lone", "2"))]);
    repo.commit("elsewhere");
    repo.git(&["checkout", "--quiet", "topic"]);
    assert_eq!(repo.told(&["--since", "main"]), expected);
    assert_eq!(repo.told(&["--since", "main", "overlays/dev"]), format!("overlays/dev: +0 ~1 -0\n{WEB}"));
    assert_eq!(repo.told(&["--since", "main", "overlays", "lone"]), expected);
    assert_eq!(repo.told(&["--since", "main", "lone"]), "");
    // A base is compared where it is named.
    assert_eq!(repo.told(&["--since", "main", "base"]), format!("base: +0 ~1 -0\n{}", WEB.replace("dev-", "")));
}

#[test]
fn files_of_all_kinds_lead_to_who_names_them() {
    let Some(repo) = Repo::usual() else { return };
    let touched = |name: &str, text: &str| {
        let path = repo.path().join(name);
        let before = fs::read(&path).unwrap();
        repo.write(&[(name, text)]);
        let told = repo.told(&["--enable-helm", "--since", "HEAD"]);
        fs::write(path, before).unwrap();
        told
    };
    let hash = touched("base/app.properties", "colour=blue\n");
    assert!(
        hash.starts_with("overlays/dev: +0 ~1 -0\noverlays/prod: +0 ~1 -0\nchanged ConfigMap dev-settings-"),
        "{hash}"
    );
    assert_eq!(
        touched(
            "components/debug/patch.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  paused: true\n"
        ),
        "overlays/dev: +0 ~1 -0\nchanged Deployment.apps dev-web spec.paused\n"
    );
    assert_eq!(
        touched(
            "overlays/prod/replicas.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 4\n"
        ),
        "overlays/prod: +0 ~1 -0\nchanged Deployment.apps prod-web spec.replicas\n"
    );
    let queue = "queue: +0 ~1 -0\nchanged ConfigMap queue data.size\n";
    assert_eq!(touched("queue/values.yaml", "size: 3\n"), queue);
    assert_eq!(
        touched(
            "charts/queue/templates/queue.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: queue\ndata:\n  size: many\n"
        ),
        queue
    );
    // What was locked decides what is built.
    repo.write(&[("lone/kz.lock", "version = 1\n")]);
    assert_eq!(repo.told(&["--since", "HEAD"]), "lone: +0 ~0 -0\n");
    repo.remove("lone/kz.lock");
    // No other chart of the same home.
    assert_eq!(touched("charts/other/templates/other.yaml", &config_map("other", "2")), "");
    assert_eq!(touched("README.md", "x"), "");
}

#[test]
fn files_that_git_does_not_know_yet_count() {
    let Some(repo) = Repo::usual() else { return };
    repo.write(&[
        (".gitignore", "out/\n"),
        ("overlays/test/kustomization.yaml", "resources: [../../lone]\nnamePrefix: test-\n"),
        ("out/kustomization.yaml", "resources: [nothing.yaml]\n"),
        ("charts/queue/templates/more.yaml", &config_map("more", "1")),
    ]);
    assert_eq!(
        repo.told(&["--enable-helm", "--since", "HEAD"]),
        "overlays/test: +1 ~0 -0\nqueue: +1 ~0 -0\nadded ConfigMap test-lone\nadded ConfigMap more\n"
    );
    // A file that is there but not in the index any more is no other.
    repo.git(&["rm", "--quiet", "--cached", "lone/lone.yaml"]);
    assert_eq!(repo.told(&["--since", "HEAD", "lone"]), "lone: +0 ~0 -0\n");
}

#[test]
fn overlays_come_and_go_and_move() {
    let Some(repo) = Repo::usual() else { return };
    repo.remove("overlays/dev");
    repo.write(&[("overlays/stage/kustomization.yaml", "namePrefix: stage-\nresources: [../../base]\n")]);
    let told = repo.told(&["--since", "HEAD"]);
    assert!(told.starts_with("overlays/dev: +0 ~0 -2\noverlays/stage: +2 ~0 -0\nremoved "), "{told}");
    repo.git(&["checkout", "--quiet", "--", "."]);
    repo.remove("overlays/stage");
    repo.git(&["mv", "lone", "alone"]);
    assert_eq!(
        repo.told(&["--since", "HEAD"]),
        "alone: +1 ~0 -0\nlone: +0 ~0 -1\nadded ConfigMap lone\nremoved ConfigMap lone\n"
    );
    let renamed = repo.told(&["HEAD:lone", "alone"]);
    assert_eq!(renamed, "HEAD:lone -> alone: +0 ~0 -0\n");
}

#[test]
fn another_name_of_the_kustomization_file_is_no_change() {
    let Some(repo) = Repo::usual() else { return };
    repo.git(&["mv", "lone/kustomization.yaml", "lone/Kustomization"]);
    assert_eq!(repo.told(&["--since", "HEAD"]), "lone: +0 ~0 -0\n");
}

#[test]
fn one_that_fails_does_not_hide_the_others() {
    let Some(repo) = Repo::usual() else { return };
    repo.write(&[
        ("overlays/prod/replicas.yaml", "a: [\n"),
        ("lone/lone.yaml", &config_map("lone", "2")),
        ("base/kustomization.yaml", "resources: [web.yaml]\n"),
    ]);
    let told = repo.told(&["--since", "HEAD"]);
    assert!(told.starts_with("lone: +0 ~1 -0\noverlays/dev: +0 ~1 -1\noverlays/prod: now: error["), "{told}");
    assert!(told.contains("--> overlays/prod/replicas.yaml:"), "{told}");
    // The other way round: what was broken is mended.
    repo.commit("broken");
    repo.write(&[(
        "overlays/prod/replicas.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 3\n",
    )]);
    let id = repo.git(&["rev-parse", "--short=8", "HEAD"]);
    let told = repo.told(&["--since", "HEAD"]);
    assert!(told.starts_with("overlays/prod: before: error["), "{told}");
    assert!(told.contains(&format!("--> {id}:overlays/prod/replicas.yaml:")), "{told}");
}

#[test]
fn one_reason_is_told_once_for_all_that_it_is_so_for() {
    let Some(repo) = Repo::usual() else { return };
    repo.write(&[("base/web.yaml", "kind: [\n")]);
    let done = repo.kz(&["diff", "--since", "HEAD"]);
    assert_eq!(done.code, 2);
    assert!(
        done.stdout.starts_with("! overlays/dev and one more could not be compared\n    now: error[yaml-"),
        "{}",
        done.stdout
    );
    assert_eq!(done.stdout.matches("could not be compared\n").count(), 2, "{}", done.stdout);
}

/// Of a thousand roots those that nobody has touched are not even built.
#[test]
fn what_is_not_touched_is_not_built() {
    let Some(repo) = Repo::usual() else { return };
    repo.write(&[
        ("broken/kustomization.yaml", "resources: [missing.yaml, ../components/debug]\n"),
        ("fetched/kustomization.yaml", "resources: [https://kz.invalid/x.yaml]\n"),
    ]);
    repo.commit("broken");
    repo.write(&[("lone/lone.yaml", &config_map("lone", "2")), ("broken/README.md", "x")]);
    assert_eq!(repo.told(&["--since", "HEAD"]), "lone: +0 ~1 -0\nchanged ConfigMap lone data.value\n");
}

/// What a broken kustomization uses does not become a root.
#[test]
fn a_broken_kustomization_still_uses_what_it_used() {
    let Some(repo) = Repo::new() else { return };
    repo.write(&[
        ("base/kustomization.yaml", "resources: [a.yaml]\n"),
        ("base/a.yaml", &config_map("a", "1")),
        ("top/kustomization.yaml", "resources: [../base]\n"),
    ]);
    repo.commit("one");
    repo.write(&[("base/a.yaml", &config_map("a", "2")), ("top/kustomization.yaml", "resources: [../base\n")]);
    let told = repo.told(&["--since", "HEAD"]);
    assert!(told.starts_with("top: now: error[yaml-"), "{told}");
    assert_eq!(told.matches("base: ").count(), 0, "{told}");
}

#[test]
fn charts_and_manifests_are_compared_where_they_are_named() {
    let Some(repo) = Repo::usual() else { return };
    repo.write(&[("charts/queue/values.yaml", "size: 7\n"), ("plain/a.yaml", &config_map("a", "1"))]);
    assert_eq!(repo.told(&["--enable-helm", "--since", "HEAD"]), "queue: +0 ~0 -0\n");
    assert_eq!(
        repo.told(&["--since", "HEAD", "charts/queue", "plain"]),
        "charts/queue: +0 ~1 -0\nplain: +1 ~0 -0\nchanged ConfigMap queue data.size\nadded ConfigMap a\n"
    );
    let done = repo.kz(&["diff", "--since", "HEAD", "nowhere"]);
    assert_eq!(done.code, 2);
    assert!(
        done.stderr.starts_with("error[diff-side]: there is nothing at `nowhere`, neither now nor before\n"),
        "{}",
        done.stderr
    );
}

#[test]
fn conflicts_are_compared_as_they_stand() {
    let Some(repo) = Repo::usual() else { return };
    repo.git(&["checkout", "--quiet", "-b", "topic"]);
    repo.write(&[("lone/lone.yaml", &config_map("lone", "2"))]);
    repo.commit("two");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.write(&[("lone/lone.yaml", &config_map("lone", "3"))]);
    repo.commit("three");
    repo.git(&["checkout", "--quiet", "topic"]);
    let mut merge = std::process::Command::new("git");
    merge.args(["merge", "--quiet", "main"]).current_dir(repo.path()).env("HOME", repo.around().join("home"));
    assert!(!merge.output().unwrap().status.success());
    repo.write(&[("lone/lone.yaml", &config_map("lone", "4"))]);
    assert_eq!(repo.told(&["--since", "main"]), "lone: +0 ~1 -0\nchanged ConfigMap lone data.value\n");
    assert_eq!(repo.told(&["lone"]), "HEAD:lone -> lone: +0 ~1 -0\nchanged ConfigMap lone data.value\n");
}

#[test]
fn nothing_is_written() {
    let Some(repo) = Repo::usual() else { return };
    repo.write(&[("base/app.properties", "colour=green\n")]);
    let index = fs::read(repo.path().join(".git/index")).unwrap();
    let status = repo.git(&["status", "--porcelain"]);
    // The times of files differ from what the index knows.
    let readme = fs::File::options().write(true).open(repo.path().join("README.md")).unwrap();
    readme.set_modified(std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000)).unwrap();
    let before = fs::read(repo.path().join(".git/index")).unwrap();
    repo.told(&["--since", "HEAD"]);
    repo.told(&["overlays/prod"]);
    assert_eq!(fs::read(repo.path().join(".git/index")).unwrap(), before);
    assert!(!index.is_empty() && !status.is_empty());
    assert_eq!(repo.git(&["status", "--porcelain"]), status);
}
