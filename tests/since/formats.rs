//! Many environments in the formats for people.

use crate::repo::Repo;

/// Two overlays change by their base, one has an object less, and one cannot be built.
fn repo() -> Option<Repo> {
    let repo = Repo::usual()?;
    let web = std::fs::read_to_string(repo.path().join("base/web.yaml")).unwrap();
    repo.write(&[
        ("base/web.yaml", &web.replace("1.0.0", "1.1.0")),
        ("lone/kustomization.yaml", "resources: []\n"),
        ("queue/kustomization.yaml", "resources: [gone.yaml]\n"),
    ]);
    Some(repo)
}

#[test]
fn markdown_tells_the_same_change_once() {
    let Some(repo) = repo() else { return };
    let done = repo.kz(&["diff", "--enable-helm", "--since", "HEAD", "--format", "markdown"]);
    assert_eq!(done.code, 2, "{}", done.stderr);
    let (head, sections) = done.stdout.split_once("> [!CAUTION]\n").expect("a failure is told");
    assert_eq!(
        head,
        "\
**4 environments: 2 objects changed, 0 added, 1 removed, 1 risky, 1 could not be compared**

| Environment | Added | Changed | Removed | Risky | |
| :-- | --: | --: | --: | --: | :-- |
| <code>lone</code> | 0 | 0 | 1 | 1 | risky |
| <code>overlays/dev</code> | 0 | 1 | 0 | 0 | changed |
| <code>overlays/prod</code> | 0 | 1 | 0 | 0 | changed |
| <code>queue</code> | | | | | **failed** |

"
    );
    let (failure, sections) = sections.split_once("\n\n").expect("more is told");
    assert!(failure.starts_with("> `queue` could not be compared:\n> ```text\n> now: error["), "{failure}");
    assert!(failure.contains("gone.yaml") && failure.ends_with("\n> ```"), "{failure}");
    assert_eq!(
        sections,
        "\
> [!WARNING]
> **Look twice before this is applied**
> - `ConfigMap lone`: the object goes, in `lone`

<details>
<summary><b>Removed</b> <code>ConfigMap lone</code> · <b>risky</b> · <code>lone</code></summary>

- ⚠ the object goes

</details>

<details>
<summary><b>Changed</b> <code>Deployment.apps dev-web</code> · 1 field · 2 of 4 environments</summary>

In `overlays/dev` and `overlays/prod`

- `spec.template.spec.containers[name=web].image`: `web:1.0.0` → `web:1.1.0`

</details>
"
    );
}

#[test]
fn a_terminal_is_told_the_same() {
    let Some(repo) = repo() else { return };
    let done = repo.kz(&["diff", "--enable-helm", "--since", "HEAD"]);
    assert_eq!(done.code, 2, "{}", done.stderr);
    let start = "\
- ConfigMap lone
    in lone
    ! the object goes

~ Deployment.apps dev-web
    in 2 of 4 environments: overlays/dev, overlays/prod
    spec.template.spec.containers[name=web].image: web:1.0.0 -> web:1.1.0

! queue could not be compared
    now: error[";
    assert!(done.stdout.starts_with(start), "{}", done.stdout);
    let end = "\n\n4 environments: 2 objects changed, 0 added, 1 removed, 1 risky, 1 could not be compared\n";
    assert!(done.stdout.ends_with(end), "{}", done.stdout);
}

#[test]
fn a_page_and_a_template_know_the_environments() {
    let Some(repo) = repo() else { return };
    let page = repo.kz(&["diff", "--enable-helm", "--since", "HEAD", "--format", "html"]).stdout;
    for piece in [
        "<tr><th scope=\"row\"><code>lone</code></th>",
        "<h2><code>queue</code> could not be compared</h2>",
        "<p class=\"places\">In <code>overlays/dev</code> <code>overlays/prod</code></p>",
        "<option value=\"2\">overlays/prod</option>",
    ] {
        assert!(page.contains(piece), "{piece} is not in\n{page}");
    }
    let template = "{% for e in environments %}\n{{ e.name }}{{ ': failed' if e.error }}\n{% endfor %}\n";
    std::fs::write(repo.around().join("report.txt"), template).unwrap();
    let told = repo.kz(&["diff", "--enable-helm", "--since", "HEAD", "--format-template", "../report.txt"]).stdout;
    assert_eq!(told, "lone\noverlays/dev\noverlays/prod\nqueue: failed\n");
}
