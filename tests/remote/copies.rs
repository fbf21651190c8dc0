//! `kz localize`: what is named by addresses lies in the copy.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::bench::{Bench, config_map};
use crate::server::{Reply, Server};

/// The files below a folder and what they hold.
type Tree = BTreeMap<String, String>;

fn tree(root: &Path) -> Tree {
    fn walk(root: &Path, dir: &Path, into: &mut Tree) {
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            let path = entry.path();
            match path.is_dir() {
                true => walk(root, &path, into),
                false => {
                    let name = path.strip_prefix(root).unwrap().display().to_string();
                    drop(into.insert(name, fs::read_to_string(path).unwrap()));
                }
            }
        }
    }
    let mut files = Tree::new();
    walk(root, root, &mut files);
    files
}

/// Copies into `out` below the working directory. With `KUSTOMIZE` it must be the copy that kustomize makes; it is not
/// asked whether both build to the same, because it looks for the copy in the wrong place.
fn copy(bench: &Bench, target: &str) -> Tree {
    copy_and(bench, &["localize", target, "out"], "note: both build to the same\n")
}

fn copy_and(bench: &Bench, args: &[&str], end: &str) -> Tree {
    let out = bench.work().join("out");
    let reference = bench.reference(&[args, &["--no-verify"]].concat()).map(|done| {
        assert!(done.is_success, "kustomize {args:?}: {}", done.stderr);
        let files = tree(&out);
        fs::remove_dir_all(&out).unwrap();
        files
    });
    let done = bench.kz(args);
    assert!(done.is_success && done.stdout.is_empty(), "kz {args:?}: {}", done.stderr);
    assert!(done.stderr.ends_with(end), "{}", done.stderr);
    let files = tree(&out);
    reference.iter().for_each(|reference| assert_eq!(files, *reference));
    files
}

fn names(tree: &Tree) -> Vec<&str> {
    tree.keys().map(String::as_str).collect()
}

#[test]
fn bases_of_repositories_lie_in_the_copy() {
    let Some(bench) = Bench::new() else { return };
    bench.usual("repo");
    bench.git("repo", &["tag", "release/1"]);
    let url = bench.url("repo");
    bench.kustomization(&format!(
        "resources:\n- {url}//deploy/prod?ref=main\ncomponents:\n- {url}//parts/label?ref=release/1\n"
    ));
    let files = copy(&bench, ".");
    let place = format!("localized-files/file-schemed{}/repo", bench.path().display());
    assert_eq!(
        files["kustomization.yaml"],
        format!("components:\n- {place}/release/1/parts/label\nresources:\n- {place}/main/deploy/prod\n")
    );
    let expected = [
        "kustomization.yaml".to_owned(),
        format!("{place}/main/deploy/base/base.yaml"),
        format!("{place}/main/deploy/base/kustomization.yaml"),
        format!("{place}/main/deploy/prod/kustomization.yaml"),
        format!("{place}/release/1/parts/label/kustomization.yaml"),
    ];
    assert_eq!(names(&files), expected);
}

#[test]
fn a_target_may_be_a_url() {
    let Some(bench) = Bench::new() else { return };
    bench.usual("repo");
    bench.git("repo", &["tag", "release/1"]);
    let url = bench.url("repo");
    let files = copy(&bench, &format!("{url}//deploy/prod?ref=main"));
    let expected = ["deploy/base/base.yaml", "deploy/base/kustomization.yaml", "deploy/prod/kustomization.yaml"];
    assert_eq!(names(&files), expected);
    for (target, name) in [("//deploy/prod?ref=release/1", "prod"), ("?ref=release/1", "repo")] {
        let done = bench.kz(&["localize", &format!("{url}{target}")]);
        assert!(done.is_success, "{}", done.stderr);
        assert!(bench.work().join(format!("localized-{name}-release-1")).is_dir(), "{}", done.stderr);
    }
    let said = bench.kz_fails(&["localize", &format!("{url}?ref=main"), "new", "--scope", "."]);
    assert!(said.starts_with("error[localize-scope]: "), "{said}");
    let said = bench.kz_fails(&["localize", &url, "new"]);
    assert!(said.starts_with("error[localize-reference]: "), "{said}");
    assert!(!bench.work().join("new").exists());
}

#[test]
fn files_of_servers_lie_in_the_copy() {
    let Some(bench) = Bench::new() else { return };
    let server = Server::start(|asked, _| match asked.target.as_str() {
        "/a/cm.yaml" => Reply::ok(config_map("file")),
        "/p%20q.yaml" => Reply::ok("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: file\ndata:\n  a: b\n"),
        _ => Reply::status(404, ""),
    });
    let (resource, patch) = (server.url("/a/cm.yaml"), server.url("/p%20q.yaml"));
    bench.kustomization(&format!(
        "resources:\n- {resource}\npatches:\n- path: {patch}\nconfigMapGenerator:\n- name: made\n  files:\n  - cm={resource}\n"
    ));
    let files = copy(&bench, ".");
    let place = "localized-files/127.0.0.1";
    let expected = format!(
        "configMapGenerator:\n- files:\n  - cm={place}/a/cm.yaml\n  name: made\npatches:\n- path: {place}/p%20q.yaml\n\
         resources:\n- {place}/a/cm.yaml\n"
    );
    assert_eq!(files["kustomization.yaml"], expected);
    assert_eq!(files[&format!("{place}/a/cm.yaml")], config_map("file"));
    assert_eq!(files.len(), 3);
}

#[test]
fn a_chart_home_of_a_repository_is_copied() {
    let Some(bench) = Bench::new() else { return };
    bench.commit(
        "repo",
        &[
            (
                "app/kustomization.yaml",
                "helmGlobals:\n  chartHome: ../charts\nhelmCharts:\n- name: one\n  releaseName: r\n",
            ),
            ("charts/one/Chart.yaml", "apiVersion: v2\nname: one\nversion: 0.1.0\n"),
            ("charts/one/templates/cm.yaml", &config_map("of-chart")),
            ("other/large", "large"),
        ],
    );
    bench.kustomization(&format!("resources:\n- {}//app?ref=main\n", bench.url("repo")));
    let files = copy_and(&bench, &["localize", ".", "out", "--no-verify"], "note: `out` is a copy of `.`\n");
    let place = format!("localized-files/file-schemed{}/repo/main", bench.path().display());
    assert_eq!(files[&format!("{place}/charts/one/templates/cm.yaml")], config_map("of-chart"));
    assert_eq!(files.len(), 4);
}

#[test]
fn nothing_is_left_where_something_cannot_be_fetched() {
    let Some(bench) = Bench::new() else { return };
    bench.usual("repo");
    let url = bench.url("repo");
    let fails = |resource: &str, flag: &str, code: &str| {
        bench.write("work", &[("cm.yaml", &config_map("here"))]);
        bench.kustomization(&format!("resources:\n- cm.yaml\n- {resource}\n"));
        let said = bench.kz_fails(&["localize", ".", "out", flag]);
        assert!(said.starts_with(&format!("error[{code}]: ")), "{said}");
        assert!(!bench.work().join("out").exists());
    };
    fails(&format!("{url}//deploy/prod?ref=nope"), "--no-verify", "git-reference");
    fails(&format!("{url}//nope?ref=main"), "--no-verify", "no-such-file");
    fails("https://127.0.0.1:1/cm.yaml", "--offline", "offline");
    fails(&format!("{url}//deploy/prod"), "--no-verify", "localize-reference");
    fs::create_dir(bench.work().join("localized-files")).unwrap();
    fails(&format!("{url}//deploy/prod?ref=main"), "--no-verify", "localize-clash");
}

/// kustomize compares nothing, and calls it a success.
#[test]
fn a_copy_that_builds_to_something_else_is_told() {
    let Some(bench) = Bench::new() else { return };
    bench.usual("repo");
    bench.kustomization(&format!(
        "buildMetadata: [originAnnotations]\nresources:\n- {}//deploy/base?ref=main\n",
        bench.url("repo")
    ));
    let said = bench.kz_fails(&["localize", ".", "out"]);
    assert!(said.contains("error[localize-differs]: `.` and its copy `out` build to different manifests\n"), "{said}");
    assert!(bench.work().join("out/kustomization.yaml").exists());
}
