//! `.kz.toml`

use crate::repo::{Repo, config_map};

#[test]
fn a_repository_says_what_it_wants_of_each_comparison() {
    let Some(repo) = Repo::usual() else { return };
    let replicas =
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 9\n  paused: true\n";
    repo.write(&[
        (".kz.toml", "# Usual.\n[diff]\nignore = ['spec.replicas']\nonly = [\"Deployment\"]\nformat = \"json\"\n"),
        ("overlays/prod/replicas.yaml", replicas),
        ("lone/lone.yaml", &config_map("lone", "2")),
    ]);
    let expected = "HEAD:. -> .: +0 ~1 -0\nchanged Deployment.apps prod-web spec.paused\n";
    assert_eq!(repo.told_in("overlays/prod", &["."]), expected);
    assert!(repo.kz(&["diff", "overlays/prod"]).stdout.starts_with('{'));
    assert!(repo.kz(&["diff", "overlays/prod", "--name-only"]).stdout.starts_with('~'));
    assert_eq!(repo.told(&["lone"]), "HEAD:lone -> lone: +0 ~0 -0\n");
    // Flags go before, but for what is ignored, which adds up.
    assert_eq!(
        repo.told(&["lone", "--only", "ConfigMap"]),
        "HEAD:lone -> lone: +0 ~1 -0\nchanged ConfigMap lone data.value\n"
    );
    assert_eq!(repo.told_in("overlays/prod", &[".", "--ignore", "spec.paused"]), "HEAD:. -> .: +0 ~0 -0\n");
    // The nearest counts.
    repo.write(&[("lone/.kz.toml", "")]);
    assert_eq!(repo.told_in("lone", &["."]), "HEAD:. -> .: +0 ~1 -0\nchanged ConfigMap lone data.value\n");
}

#[test]
fn who_changes_the_settings_is_told_of() {
    let Some(repo) = Repo::usual() else { return };
    repo.write(&[(".kz.toml", "[diff]\nonly = [\"Deployment\"]\n"), ("lone/lone.yaml", &config_map("lone", "2"))]);
    let done = repo.kz(&["diff", "--since", "HEAD"]);
    assert_eq!(done.code, 0);
    assert_eq!(done.stderr, "note: `.kz.toml` is among the changes, and what it says counts for this report already\n");
}

#[test]
fn above_a_repository_nothing_counts() {
    let Some(repo) = Repo::usual() else { return };
    std::fs::write(repo.around().join(".kz.toml"), "what = 1\n").unwrap();
    assert_eq!(repo.told(&["lone"]), "HEAD:lone -> lone: +0 ~0 -0\n");
    assert_eq!(repo.kz_in(repo.around(), &["diff", "repo/lone"]).code, 2);
}

#[test]
fn what_it_cannot_say_is_an_error_with_its_place() {
    let Some(repo) = Repo::usual() else { return };
    let said = |text: &str| {
        repo.write(&[(".kz.toml", text)]);
        let done = repo.kz(&["diff", "lone"]);
        assert_eq!((done.code, &*done.stdout), (2, ""), "{text}");
        done.stderr
    };
    assert_eq!(
        said("[diff]\nignroe = []\n"),
        "\
error[settings]: there is no setting `diff.ignroe`
 --> .kz.toml:2:1
  |
2 | ignroe = []
  | ^^^^^^
  = help: did you mean `ignore`?
"
    );
    assert!(
        said("[diff]\nshow-secrets = true\n")
            .contains("= help: who wants to see secrets says so on the command line\n")
    );
    let said_of_table = said("other = 1\n");
    assert!(
        said_of_table.starts_with("error[settings]: there is no setting `other`\n --> .kz.toml:1:1\n"),
        "{said_of_table}"
    );
    assert!(said("diff = 1\n").starts_with("error[settings]: `diff` is a table: `[diff]`\n --> .kz.toml:1:1\n"));
    assert!(
        said("[diff]\nonly = 'Deployment'\n")
            .starts_with("error[settings]: `diff.only` is a list of texts\n --> .kz.toml:2:1\n")
    );
    assert!(said("[diff]\nformat = 'pdf'\n").starts_with("error[settings]: `diff.format` is one of `terminal`, "));
    let broken = said("[diff]\nonly = [\n");
    assert!(broken.starts_with("error[settings]: toml: line "), "{broken}");
    assert!(said("[diff]\nonly = ['/web']\n").starts_with("error[diff-only]: "));
}
