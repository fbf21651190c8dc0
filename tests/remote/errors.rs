//! What is said of what is not there. The texts are kz's own.

use crate::bench::{Bench, config_map, underlined};

/// What is said of a base with this address.
fn said(bench: &Bench, url: &str) -> String {
    bench.kustomization(&format!("resources:\n- {url}\n"));
    bench.fails(&["."])
}

#[test]
fn all_of_it_is_told() {
    let Some(bench) = Bench::new() else { return };
    bench.usual("repo");
    bench.commit(
        "repo",
        &[
            ("bad/kustomization.yaml", "namePrefx: x\n"),
            ("patched/kustomization.yaml", "resources: [../deploy/base]\npatches:\n- path: ../deploy/base/base.yaml\n"),
            ("misses/kustomization.yaml", "resources: [../deploy/bas]\n"),
        ],
    );
    bench.git(".", &["init", "--quiet", "empty"]);
    let url = bench.url("repo");
    let mut all = String::new();
    for address in [
        format!("{url}?ref=nowhere"),
        format!("{url}?ref=0123456789012345678901234567890123456789"),
        format!("{url}?ref=0123456"),
        format!("{url}//deploy/bse"),
        format!("{url}//deploy/base/base.yaml?ref=main"),
        format!("{url}//deploy"),
        format!("{url}//bad?ref=main"),
        format!("{url}//patched"),
        format!("{url}//misses"),
        bench.url("norepo"),
        bench.url("empty"),
    ] {
        all += &format!(
            "# {}\n{}\n",
            address.replace(&bench.path().display().to_string(), "$TEMP"),
            said(&bench, &address)
        );
    }
    let all = underlined(&all);
    if std::env::var("KZ_UPDATE").is_ok() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/remote/errors.txt"), &all).unwrap();
    }
    assert_eq!(all, include_str!("errors.txt"));
}

#[test]
fn cycles_are_found() {
    let Some(bench) = Bench::new() else { return };
    let url = bench.url("a");
    bench.commit(
        "a",
        &[
            ("kustomization.yaml", &format!("resources:\n- {}\n", bench.url("b"))),
            ("self/kustomization.yaml", &format!("resources:\n- {url}//self\n")),
            ("up/kustomization.yaml", "resources:\n- ..\n"),
            ("x.yaml", &config_map("x")),
        ],
    );
    bench.commit("b", &[("kustomization.yaml", &format!("resources:\n- {url}\n"))]);
    for (address, code, message) in [
        (format!("{url}//self"), "cycle", "`file://$TEMP/a//self` leads back to itself"),
        (url.clone(), "cycle", "`file://$TEMP/a` leads back to itself"),
        (
            format!("{url}//up"),
            "cycle",
            "`file://$TEMP/a` holds the kustomization `file://$TEMP/a//up` that leads to it",
        ),
    ] {
        let said = said(&bench, &address);
        assert!(said.starts_with(&format!("error[{code}]: {message}")), "{said}");
    }
}

#[test]
fn without_git_that_is_said() {
    let Some(bench) = Bench::new() else { return };
    let done = bench.done(bench.command(&["build", "github.com/org/repo"]).env("PATH", "/nowhere").output().unwrap());
    let expected = "error[git-missing]: something must be fetched from a git repository, and there is no program `git`\n  \
        = help: install git, or add its directory to `PATH`\n";
    assert_eq!(done.stderr, expected);
}
