//! Repositories inside of repositories.

use crate::bench::{Bench, config_map, names};

/// `outer` holds `inner` at `deps/inner`, and that holds `innermost` at `more`.
fn nested(bench: &Bench) {
    bench.commit("innermost", &[("kustomization.yaml", "resources: [m.yaml]\n"), ("m.yaml", &config_map("innermost"))]);
    bench.commit(
        "inner",
        &[
            ("kustomization.yaml", "resources: [i.yaml, more]\n"),
            ("i.yaml", &config_map("inner")),
            ("sub/kustomization.yaml", "resources: [s.yaml]\n"),
            ("sub/s.yaml", &config_map("sub")),
        ],
    );
    // Relative, as in forges.
    bench.git("inner", &["submodule", "--quiet", "add", "../innermost", "more"]);
    bench.commit("inner", &[]);
    bench.commit(
        "outer",
        &[
            ("app/kustomization.yaml", "resources: [../deps/inner]\n"),
            ("plain/kustomization.yaml", "resources: [p.yaml]\n"),
            ("plain/p.yaml", &config_map("plain")),
        ],
    );
    bench.git("outer", &["submodule", "--quiet", "add", "../inner", "deps/inner"]);
    bench.commit("outer", &[]);
}

#[test]
fn they_are_part_of_what_is_asked_for() {
    let Some(bench) = Bench::new() else { return };
    nested(&bench);
    let outer = bench.url("outer");
    for (path, expected) in [
        ("app", "inner innermost"),
        ("deps/inner", "inner innermost"),
        ("deps/inner/sub", "sub"),
        ("deps/inner/more", "innermost"),
        ("plain", "plain"),
    ] {
        for _ in 0..2 {
            assert_eq!(names(&bench.build(&[&format!("{outer}//{path}")])), expected, "{path}");
        }
    }
}

#[test]
fn they_are_left_out_where_that_is_said() {
    let Some(bench) = Bench::new() else { return };
    nested(&bench);
    let outer = bench.url("outer");
    assert_eq!(names(&bench.build(&[&format!("{outer}//plain?submodules=false")])), "plain");
    let said = bench.fails(&[&format!("{outer}//app?submodules=false")]);
    assert!(
        said.starts_with("error[no-kustomization]: there is no kustomization file in `file://$TEMP/outer//deps/inner`"),
        "{said}"
    );
    assert_eq!(names(&bench.build(&[&format!("{outer}//app?submodules=true")])), "inner innermost");
}

/// kustomize fetches all of them, and fails.
#[test]
fn only_those_that_are_needed_are_fetched() {
    let Some(bench) = Bench::new() else { return };
    nested(&bench);
    std::fs::rename(bench.path().join("inner"), bench.path().join("gone")).unwrap();
    let outer = bench.url("outer");
    assert_eq!(bench.names_of_kz(&[&format!("{outer}//plain")]), "plain");
    let said = bench.fails(&[&format!("{outer}//app")]);
    let expected = "error[git-failed]: git cannot fetch `file://$TEMP/inner`: '$TEMP/inner' does not appear to be a git repository\n";
    assert!(said.starts_with(expected), "{said}");
    assert!(said.contains("in submodule `deps/inner`"), "{said}");
}

#[test]
fn one_that_comes_from_nowhere_is_an_error() {
    let Some(bench) = Bench::new() else { return };
    nested(&bench);
    bench.commit("outer", &[(".gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = ../x\n")]);
    let said = bench.fails(&[&format!("{}//app", bench.url("outer"))]);
    let expected = "error[git-submodule]: `.gitmodules` of `file://$TEMP/outer` does not say where the submodule `deps/inner` comes from\n";
    assert!(said.starts_with(expected), "{said}");
}

#[test]
fn one_that_is_not_to_be_fetched_is_not() {
    let Some(bench) = Bench::new() else { return };
    nested(&bench);
    let list = "[submodule \"deps/inner\"]\n\tpath = deps/inner\n\turl = ../nowhere\n\tupdate = none\n";
    bench.commit("outer", &[(".gitmodules", list), ("kustomization.yaml", "resources: [plain]\n")]);
    assert_eq!(names(&bench.build(&[&bench.url("outer")])), "plain");
}
