//! What holds of every text: its length, and that content stays in code.

use super::super::samples::{self, HOSTILE, environment, failure};
use super::*;

/// What is left of a text without its code: fenced, in spans, and in `<code>`.
fn outside_of_code(text: &str) -> String {
    let mut out = String::new();
    let mut fence: Option<&str> = None;
    for line in text.lines() {
        let inner = line.trim_start_matches([' ', '>']);
        let ticks = &inner[..inner.len() - inner.trim_start_matches('`').len()];
        match fence {
            Some(open) => fence = if inner == open { None } else { Some(open) },
            None if ticks.len() >= 3 && !inner[ticks.len()..].contains('`') => fence = Some(ticks),
            None => {
                let spans = without_spans(line);
                let pieces = spans.split("<code>").enumerate();
                out.extend(pieces.map(|(at, piece)| {
                    let rest = if at == 0 { piece } else { piece.split_once("</code>").expect("is closed").1 };
                    rest.to_owned()
                }));
                out.push('\n');
            }
        }
    }
    assert_eq!(fence, None, "a fence is open");
    out
}

fn without_spans(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('`') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let ticks = rest.len() - rest.trim_start_matches('`').len();
        let (fence, content) = rest.split_at(ticks);
        let mut ends = content.match_indices(fence).map(|(at, _)| at);
        let is_whole = |at: &usize| !content[..*at].ends_with('`') && !content[at + ticks..].starts_with('`');
        let end = ends.find(is_whole).unwrap_or_else(|| panic!("a span is open: {line}"));
        rest = &content[end + ticks..];
    }
    out + rest
}

fn assert_safe(text: &str) {
    let mut open = outside_of_code(text);
    for tag in ["<details>", "</details>", "<summary>", "</summary>", "<b>", "</b>"] {
        open = open.replace(tag, "");
    }
    for sign in ["@you", "#1", "<", "[x]", "*z*", "_w_"] {
        assert!(!open.contains(sign), "{sign} stands in\n{open}");
    }
    let count = |tag: &str| text.lines().filter(|line| *line == tag).count();
    assert_eq!(count("<details>"), count("</details>"));
}

#[test]
fn content_stays_in_code() {
    let text = write(&samples::many(), MOST_BYTES);
    assert!(text.contains("@you") && text.contains("#1"));
    assert_safe(&text);
}

#[test]
fn many_environments_are_told_together() {
    let text = write(&samples::many(), MOST_BYTES);
    let head = "\
**6 environments: 3 objects changed, 1 added, 1 removed, 1 risky, 2 could not be compared**

| Environment | Added | Changed | Removed | Risky | |
| :-- | --: | --: | --: | --: | :-- |
| <code>overlays/dev</code> | 1 | 1 | 0 | 0 | changed |
| <code>overlays/staging</code> | 0 | 1 | 0 | 0 | changed |
| <code>overlays/prod</code> | 0 | 1 | 1 | 1 | risky |
| <code>overlays/same</code> | 0 | 0 | 0 | 0 | equal |
";
    assert!(text.starts_with(head), "{text}");
    let broken = "
> [!CAUTION]
> `overlays/broken` could not be compared:
> ```text
> error[build]: no such file `a.yaml`
>  --> kustomization.yaml:2:3
> ```
";
    assert!(text.contains(broken), "{text}");
    let section = "
<details>
<summary><b>Changed</b> <code>Deployment.apps dev/web</code> · 1 field · 3 of 6 environments</summary>

In `overlays/dev`, `overlays/staging` and `overlays/prod`

- `spec.template.spec.containers[name=web].image`: `web:1.26.1` → `web:1.27.0`

</details>
";
    assert!(text.contains(section), "{text}");
    assert!(
        text.contains("> - `PersistentVolumeClaim data`: removing a claim may remove its data, in `overlays/prod`\n")
    );
}

#[test]
fn nothing_is_told_where_nothing_differs() {
    let same = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    let report = Report { environments: vec![environment("a", same, same)] };
    assert_eq!(write(&report, MOST_BYTES), "**no differences**\n");
}

/// Objects, environments and errors that are too many and too long.
fn huge() -> Report {
    let mut report = samples::many();
    for number in 0..150 {
        let object = |size: usize| {
            let value = HOSTILE.repeat(size);
            format!(
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: \"n{number} {HOSTILE}\"}}\ndata: {{a: {value:?}}}\n"
            )
            .replace("\\\\", "/")
        };
        let (before, after) =
            if number % 3 == 0 { (object(1 + number), String::new()) } else { (object(1), object(number)) };
        report.environments.push(environment(&format!("{number}/{HOSTILE}"), &before, &after));
        report
            .environments
            .push(failure(&format!("f{number}"), &format!("error {number}: {}", HOSTILE.repeat(number))));
    }
    report
}

#[test]
fn no_text_is_longer_than_it_may_be() {
    let report = huge();
    let sections = report.sections().len();
    let whole = write(&report, 100_000_000);
    let folded = |text: &str| text.matches("<details>\n").count() - text.matches("environments</summary>\n\n|").count();
    assert_eq!(folded(&whole), sections);
    assert!(whole.contains("<details>\n<summary>306 environments</summary>\n\n| Environment |"));
    for most in [FEWEST_BYTES, 2_500, 4_096, 10_000, 32_768, MOST_BYTES, MOST_BYTES + 1] {
        let text = write(&report, most);
        assert!(text.len() <= most, "{} bytes of {most}", text.len());
        assert_safe(&text);
        let shown = folded(&text);
        let rest = sections - shown;
        let objects = if rest == 1 { "object" } else { "objects" };
        assert!(text.contains(&format!("**{rest} more {objects} not shown**")), "{rest} at {most}");
        assert!(text.ends_with('\n'));
    }
}

#[test]
fn what_is_risky_is_left_out_last() {
    let object = |name: &str| {
        format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{a: {}}}\n", "x".repeat(900))
    };
    let claim = "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\n";
    let report = Report { environments: vec![environment("a", claim, &["a", "b", "c", "d"].map(object).concat())] };
    let text = write(&report, FEWEST_BYTES);
    assert!(text.contains("<summary><b>Removed</b> <code>PersistentVolumeClaim data</code>"), "{text}");
    assert!(text.ends_with("\n**3 more objects not shown**: `ConfigMap b`, `ConfigMap c`, `ConfigMap d`.\n"), "{text}");
}
