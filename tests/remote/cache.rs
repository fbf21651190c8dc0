//! What is fetched once is not fetched again.

use std::process::Stdio;

use crate::bench::{Bench, config_map, names, underlined};
use crate::http_backend::{fetches, serve};

#[test]
fn a_commit_that_is_here_needs_neither_the_net_nor_git() {
    let Some(mut bench) = Bench::new() else { return };
    let commit = bench.usual("repo");
    let server = serve(bench.path());
    let url = server.url(&format!("/repo/.git//deploy/prod?ref={commit}"));
    bench.kustomization(&format!("resources:\n- {url}\n- {}\n", server.url(&format!("/repo/.git?ref={commit}"))));
    let printed = bench.build(&["."]);
    assert_eq!(names(&printed), "prod-base top");
    drop(server);
    bench.set("PATH", "/nowhere");
    assert_eq!(bench.kz(&["build", "."]).stdout, printed);
    assert_eq!(names(&bench.kz(&["build", &url]).stdout), "prod-base");
}

#[test]
fn a_branch_is_asked_for_and_fetched_when_it_has_moved() {
    let Some(bench) = Bench::new() else { return };
    bench.usual("repo");
    let server = serve(bench.path());
    let url = server.url("/repo/.git//deploy/base?ref=main");
    let build = || bench.names_of_kz(&[&url]);
    assert_eq!(build(), "base");
    let first = fetches(&server);
    assert!(first > 0);
    assert_eq!(build(), "base");
    assert_eq!(fetches(&server), first);
    bench.commit("repo", &[("deploy/base/base.yaml", &config_map("moved"))]);
    assert_eq!(build(), "moved");
    assert_eq!(fetches(&server), 2 * first);
    bench.git("repo", &["tag", "new"]);
    let count = server.count();
    assert_eq!(bench.names_of_kz(&[&server.url("/repo/.git//deploy/base?ref=new")]), "moved");
    assert!(server.count() > count);
}

/// However many bases come from it.
#[test]
fn a_build_fetches_a_commit_once() {
    let Some(bench) = Bench::new() else { return };
    bench.usual("repo");
    let server = serve(bench.path());
    let of = |path: &str| server.url(&format!("/repo/.git//{path}?ref=main"));
    bench.write(
        "work",
        &[
            (
                "a/kustomization.yaml",
                &format!("namePrefix: a-\nresources:\n- {}\n- {}\n", of("deploy/prod"), of("deploy/base")),
            ),
            ("b/kustomization.yaml", &format!("namePrefix: b-\nresources:\n- {}\n", of("deploy/prod"))),
            (
                "c/kustomization.yaml",
                &format!("namePrefix: c-\nresources:\n- {}\ncomponents:\n- {}\n", of(""), of("parts/label")),
            ),
        ],
    );
    bench.kustomization("resources: [a, b, c]\n");
    assert_eq!(bench.names_of_kz(&["."]), "a-base a-prod-base b-prod-base c-top");
    let depth = |asked: &crate::server::Asked| String::from_utf8_lossy(&asked.body).contains("deepen 1");
    assert_eq!(server.asked().iter().filter(|asked| depth(asked)).count(), 1);
}

#[test]
fn of_many_processes_one_fetches() {
    let Some(bench) = Bench::new() else { return };
    let commit = bench.usual("repo");
    let server = serve(bench.path());
    for query in [format!("?ref={commit}"), "?ref=main".to_owned()] {
        let url = server.url(&format!("/repo/.git//deploy/prod{query}"));
        let start = |_| bench.command(&["build", &url]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let children: Vec<_> = (0..8).map(start).collect();
        for child in children {
            let done = bench.done(child.wait_with_output().unwrap());
            assert_eq!((names(&done.stdout).as_str(), done.stderr.as_str()), ("prod-base", ""));
        }
    }
    let deep = server.asked().iter().filter(|asked| String::from_utf8_lossy(&asked.body).contains("deepen 1")).count();
    // The branch may be fetched to learn that it is the same commit.
    assert!(deep <= 2, "{deep}");
}

#[test]
fn nothing_is_fetched_offline_and_all_that_is_missing_is_named() {
    let Some(bench) = Bench::new() else { return };
    let commit = bench.usual("repo");
    let server = serve(bench.path());
    let of = |path: &str, reference: &str| server.url(&format!("/repo/.git//{path}?ref={reference}"));
    bench.write(
        "work",
        &[
            ("a/kustomization.yaml", &format!("resources:\n- {}\n", of("deploy/base", "main"))),
            ("b/kustomization.yaml", &format!("components:\n- {}\n", of("parts/label", &commit))),
        ],
    );
    bench.kustomization("resources: [a, b, https://host.invalid/x.yaml]\n");
    let said = bench.kz_fails(&["build", "--offline"]).replace(&server.url(""), "$SERVER").replace(&commit, "$COMMIT");
    assert_eq!(underlined(&said), include_str!("offline.txt"));
    assert_eq!(server.count(), 0);

    // What the branch was when it was last asked for is good enough.
    bench.names_of_kz(&["a"]);
    bench.names_of_kz(&["b"]);
    let count = server.count();
    assert_eq!(bench.names_of_kz(&["a", "--offline"]), "base");
    assert_eq!(bench.names_of_kz(&["b", "--offline"]), "");
    // Of this commit other folders are there.
    bench.kustomization(&format!("resources: [\"{}\"]\n", of("deploy/prod", "main")));
    let said = bench.kz_fails(&["build", "--offline"]);
    assert!(said.starts_with("error[offline]: `deploy/prod` of the repository `http://"), "{said}");
    assert_eq!(server.count(), count);
}

/// Of images, for example, in which somebody else has filled it.
#[test]
fn a_cache_that_may_only_be_read_is_good_for_what_it_holds() {
    let Some(bench) = Bench::new() else { return };
    bench.usual("repo");
    let url = bench.url("repo//deploy/prod?ref=main");
    assert_eq!(bench.names_of_kz(&[&url]), "prod-base");
    let change = |mode: &str| {
        std::process::Command::new("chmod").args(["-R", mode]).arg(bench.cache()).status().unwrap();
    };
    change("a-w");
    let done = bench.kz(&["build", &url]);
    change("u+w");
    assert_eq!((names(&done.stdout).as_str(), done.stderr.as_str()), ("prod-base", ""));
}

#[test]
fn the_cache_can_be_named_by_a_relative_path() {
    let Some(bench) = Bench::new() else { return };
    bench.usual("repo");
    let url = bench.url("repo//deploy/prod");
    assert_eq!(bench.names_of_kz(&[&url, "--cache-dir", "a/b"]), "prod-base");
    assert!(bench.work().join("a/b/trees").exists() && !bench.cache().exists());
}

#[test]
fn no_place_for_a_cache_is_an_error() {
    let Some(bench) = Bench::new() else { return };
    bench.usual("repo");
    let url = bench.url("repo");
    let mut command = bench.command(&["build", &url]);
    let done = bench.done(command.env_remove("HOME").env_remove("KZ_CACHE_DIR").output().unwrap());
    assert!(done.stderr.starts_with("error[no-cache]: "), "{}", done.stderr);
}
