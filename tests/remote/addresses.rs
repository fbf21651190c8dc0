//! Ways to say which kustomization of which repository is meant.

use std::os::unix::fs::symlink;

use crate::bench::{Bench, config_map, names};

#[test]
fn branches_tags_and_commits_lead_to_what_they_name() {
    let Some(bench) = Bench::new() else { return };
    let first =
        bench.commit("repo", &[("kustomization.yaml", "resources: [a.yaml]\n"), ("a.yaml", &config_map("one"))]);
    bench.git("repo", &["tag", "light"]);
    bench.git("repo", &["tag", "--annotate", "--message", "m", "heavy"]);
    bench.git("repo", &["branch", "old/branch"]);
    let second = bench.commit("repo", &[("a.yaml", &config_map("two"))]);
    bench.git("repo", &["tag", "both"]);
    bench.commit("repo", &[("a.yaml", &config_map("three"))]);
    bench.git("repo", &["branch", "both"]);
    bench.git("repo", &["update-ref", "refs/pull/7/head", &second]);

    let url = bench.url("repo");
    let wanted = [
        ("", "three"),
        ("?ref=main", "three"),
        ("?ref=light", "one"),
        ("?ref=heavy", "one"),
        ("?version=light", "one"),
        ("?ref=old/branch", "one"),
        ("?ref=both", "two"),
        ("?ref=heads/both", "three"),
        ("?ref=refs/heads/both", "three"),
        ("?ref=refs/pull/7/head", "two"),
        (&format!("?ref={first}"), "one"),
        (&format!("?ref={}", second.to_uppercase()), "two"),
    ];
    for (query, name) in wanted {
        // Once as it comes, once when the cache knows it.
        for _ in 0..2 {
            assert_eq!(bench.names(&[&format!("{url}{query}")]), name, "{query}");
        }
    }
}

#[test]
fn a_url_can_be_built_itself() {
    let Some(bench) = Bench::new() else { return };
    bench.usual("repo.git");
    let url = bench.url("repo.git");
    for (path, expected) in [("", "top"), ("//deploy/prod", "prod-base"), ("/deploy/prod/", "prod-base"), ("/", "top")]
    {
        assert_eq!(names(&bench.build(&[&format!("{url}{path}")])), expected, "{path}");
    }
    // What is asked for above its folder is found, too.
    assert_eq!(names(&bench.build(&[&format!("{url}//deploy/../deploy/prod?ref=main")])), "prod-base");
}

/// The hosts are not asked: git's own settings lead to folders of this machine, as they may lead to a mirror.
#[test]
fn the_forms_of_well_known_hosts_are_read() {
    let Some(bench) = Bench::new() else { return };
    for place in [
        "github/org/repo",
        "github-ssh/org/repo.git",
        "gitlab/group/sub/project.git",
        "gitlab-ssh/group/project",
        "bitbucket/scm/project/repository.git",
        "azure/org/project/_git/repo",
        "visualstudio/project/_git/repo",
        "codecommit/v1/repos",
        "plain/a/b",
    ] {
        std::fs::create_dir_all(bench.path().join("hosts").join(place)).unwrap();
        bench.git(&format!("hosts/{place}"), &["init", "--quiet"]);
        bench.usual(&format!("hosts/{place}"));
        bench.git(&format!("hosts/{place}"), &["tag", "v1.0"]);
    }
    for (host, address) in [
        ("github", "https://github.com/"),
        ("github-ssh", "git@github.com:"),
        ("gitlab", "https://gitlab.com/"),
        ("gitlab-ssh", "git@gitlab.com:"),
        ("bitbucket", "https://bitbucket.example.com/"),
        ("azure", "https://org@dev.azure.com/"),
        ("visualstudio", "https://org.visualstudio.com/"),
        ("codecommit", "ssh://git-codecommit.us-east-2.amazonaws.com/"),
        ("plain", "http://git.example.com:8080/"),
    ] {
        let place = format!("url.{}/hosts/{host}/.insteadOf", bench.url("").trim_end_matches('/'));
        bench.git(".", &["config", "--global", &place, address]);
    }
    for url in [
        "github.com/org/repo//deploy/prod?ref=v1.0",
        "GitHub.com/org/repo/deploy/prod",
        "github.com:org/repo/deploy/prod",
        "https://github.com/org/repo//deploy/prod?ref=v1.0&timeout=90s&submodules=false",
        "http://github.com/org/repo/deploy/prod?ref=main",
        "git::https://github.com/org/repo//deploy/prod?ref=main",
        "git@github.com:org/repo.git//deploy/prod?ref=v1.0",
        "git@github.com/org/repo.git/deploy/prod",
        "ssh://git@github.com/org/repo.git//deploy/prod?ref=v1.0",
        "https://gitlab.com/group/sub/project.git//deploy/prod?ref=v1.0",
        "https://gitlab.com/group/sub/project.git/deploy/prod",
        "git@gitlab.com:group/project//deploy/prod?ref=main",
        "git@gitlab.com:group/project/deploy/prod",
        "https://bitbucket.example.com/scm/project/repository.git//deploy/prod?ref=v1.0",
        "https://org@dev.azure.com/org/project/_git/repo//deploy/prod?ref=v1.0",
        "https://org.visualstudio.com/project/_git/repo/deploy/prod?version=v1.0",
        "ssh://git-codecommit.us-east-2.amazonaws.com/v1/repos//deploy/prod?ref=main",
        "http://git.example.com:8080/a/b/deploy/prod",
    ] {
        assert_eq!(names(&bench.build(&[url])), "prod-base", "{url}");
    }
}

#[test]
fn bases_components_and_the_older_field_can_be_elsewhere() {
    let Some(bench) = Bench::new() else { return };
    bench.usual("repo");
    let url = bench.url("repo");
    bench.kustomization(&format!(
        "bases:\n- {url}//deploy/base\nresources:\n- {url}\n- {url}//deploy/prod?ref=main\ncomponents:\n- {url}//parts/label\n"
    ));
    let printed = bench.build(&["."]);
    assert_eq!(names(&printed), "base prod-base top");
    assert_eq!(printed.matches("labelled: by-component").count(), 3);
}

#[test]
fn repositories_lead_to_others_and_to_their_own_folders() {
    let Some(bench) = Bench::new() else { return };
    bench.usual("repo");
    let url = bench.url("repo");
    bench.commit(
        "outer",
        &[
            (
                "app/kustomization.yaml",
                &format!("nameSuffix: -outer\nresources:\n- {url}//deploy/prod\n- ../more\n- own.yaml\n"),
            ),
            ("app/own.yaml", &config_map("own")),
            ("more/kustomization.yaml", "resources:\n- more.yaml\n"),
            ("more/more.yaml", &config_map("more")),
        ],
    );
    let outer = bench.url("outer");
    assert_eq!(bench.names(&[&format!("{outer}//app")]), "more-outer own-outer prod-base-outer");
    // One way into a repository is not another: `more` is no cycle, though the build came by `app`.
    bench.commit(
        "outer",
        &[
            ("more/kustomization.yaml", &format!("resources:\n- {outer}//more/x\n")),
            ("more/x/kustomization.yaml", "resources:\n- ../why\n"),
            ("more/why/kustomization.yaml", "resources:\n- why.yaml\n"),
            ("more/why/why.yaml", &config_map("why")),
        ],
    );
    assert_eq!(bench.names(&[&format!("{outer}//more")]), "why");
}

#[test]
fn links_within_a_repository_are_followed() {
    let Some(bench) = Bench::new() else { return };
    bench.usual("repo");
    symlink("deploy/prod", bench.path().join("repo/latest")).unwrap();
    symlink("../../deploy", bench.path().join("repo/parts/label/all")).unwrap();
    bench.commit(
        "repo",
        &[
            ("linked/kustomization.yaml", "resources:\n- ../parts/label/all/base\n- here.yaml\n"),
            ("linked/real.yaml", &config_map("real")),
        ],
    );
    symlink("real.yaml", bench.path().join("repo/linked/here.yaml")).unwrap();
    bench.commit("repo", &[]);
    let url = bench.url("repo");
    assert_eq!(bench.names(&[&format!("{url}//latest")]), "prod-base");
    assert_eq!(bench.names(&[&format!("{url}//linked")]), "base real");
}

/// `path`, `repo` and `ref` are what kustomize makes of the address alone.
#[test]
fn origins_name_repository_path_and_reference() {
    let Some(bench) = Bench::new() else { return };
    let commit = bench.usual("repo");
    let url = bench.url("repo");
    bench.commit(
        "repo",
        &[("gen/kustomization.yaml", "configMapGenerator:\n- name: made\n  literals: [a=b]\nnamePrefix: x-\n")],
    );
    bench.kustomization(&format!(
        "buildMetadata: [originAnnotations, transformerAnnotations]\nresources:\n- {url}?ref={commit}\n- {url}//deploy/prod/?ref=main\n- {url}//gen\ncomponents:\n- {url}//parts/label?ref=main\n"
    ));
    assert_eq!(bench.build(&["."]).replace(&commit, "$COMMIT"), include_str!("origins.yaml"));
    // What is built itself is no origin.
    bench.commit(
        "repo",
        &[("own/kustomization.yaml", "buildMetadata: [originAnnotations]\nresources: [../deploy/prod]\n")],
    );
    let printed = bench.build(&[&format!("{url}//own?ref=main")]);
    assert!(printed.contains("path: ../deploy/base/base.yaml\n  name: prod-base"), "{printed}");
}

#[test]
fn the_prefix_of_other_tools_is_noted() {
    let Some(bench) = Bench::new() else { return };
    bench.usual("repo");
    let url = format!("git::{}", bench.url("repo"));
    let done = bench.kz(&["build", &url]);
    assert_eq!(names(&done.stdout), "top");
    assert_eq!(done.stderr, "note: `git::file://$TEMP/repo`: the prefix `git::` has no effect and is deprecated\n");
}

/// Attributes of folders above say how files are written.
#[test]
fn files_are_written_as_the_repository_says() {
    let Some(bench) = Bench::new() else { return };
    let kustomization = "configMapGenerator:\n- name: text\n  files: [x.txt, y.txt]\ngeneratorOptions:\n  disableNameSuffixHash: true\n";
    bench.commit(
        "repo",
        &[
            (".gitattributes", "*.txt text eol=crlf\n"),
            ("a/.gitattributes", "y.txt -text\n"),
            ("a/b/kustomization.yaml", kustomization),
            ("a/b/x.txt", "one\ntwo\n"),
            ("a/b/y.txt", "one\ntwo\n"),
        ],
    );
    let printed = bench.build(&[&format!("{}//a/b", bench.url("repo"))]);
    assert!(printed.contains("x.txt: \"one\\r\\ntwo\\r\\n\"") && printed.contains("y.txt: |\n"), "{printed}");
}

#[test]
fn names_that_mean_something_to_git_are_names() {
    let Some(bench) = Bench::new() else { return };
    let folders = ["#a b", "!x[1]", "st*r", "q?", "back\\slash", "tail "];
    for (number, folder) in folders.iter().enumerate() {
        bench.commit(
            "repo",
            &[
                (&format!("{folder}/kustomization.yaml"), "resources: [a.yaml]\n"),
                (&format!("{folder}/a.yaml"), &config_map(&format!("n{number}"))),
            ],
        );
    }
    for (number, folder) in folders.iter().enumerate().filter(|(_, folder)| !folder.contains('?')) {
        let printed = bench.build(&[&format!("{}//{folder}", bench.url("repo"))]);
        assert_eq!(names(&printed), format!("n{number}"), "{folder}");
    }
}

#[test]
fn the_way_to_a_folder_may_be_a_link() {
    let Some(bench) = Bench::new() else { return };
    bench.usual("repo");
    bench.commit("repo", &[("deep/x", "")]);
    symlink("deploy", bench.path().join("repo/way")).unwrap();
    symlink("../deploy", bench.path().join("repo/deep/er")).unwrap();
    bench.commit("repo", &[]);
    for way in ["way/prod", "deep/er/prod"] {
        let printed = bench.build(&[&format!("{}//{way}", bench.url("repo"))]);
        assert_eq!(names(&printed), "prod-base", "{way}");
    }
}
