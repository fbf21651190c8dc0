//! Holds the repository to what it says of itself: the layers, the size of files, the book, the examples.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The files below a folder whose names end so, as paths from the repository's root, sorted.
fn files(dir: &str, ending: &str) -> Vec<PathBuf> {
    fn walk(dir: &Path, ending: &str, into: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, ending, into);
            } else if path.to_string_lossy().ends_with(ending) {
                into.push(path.strip_prefix(root()).unwrap().to_owned());
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(dir), ending, &mut found);
    found.sort();
    found
}

fn assert_none(what: &str, problems: Vec<String>) {
    assert!(problems.is_empty(), "{what}:\n{}", problems.join("\n"));
}

/// A file's lines of code with their numbers: no comments, and nothing of the tests at its end.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
    lines.take_while(|(_, line)| *line != "#[cfg(test)]").filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// Lowest first; the book's page on the architecture shows them.
const LAYERS: [&str; 14] = [
    "base",
    "yaml",
    "fetch",
    "forge",
    "gotmpl",
    "sprig",
    "helm",
    "k8s",
    "patch",
    "diff",
    "release",
    "kustomize",
    "render",
    "cli",
];

fn layer_of(file: &Path) -> Option<usize> {
    let name = file.components().nth(1)?.as_os_str().to_str()?;
    LAYERS.iter().position(|layer| *layer == name.trim_end_matches(".rs"))
}

#[test]
fn imports_point_downward() {
    let mut problems = Vec::new();
    for file in files("src", ".rs") {
        let Some(own) = layer_of(&file) else { continue };
        let text = read(&root().join(&file));
        for (number, line) in code(&text) {
            let paths = line.match_indices("crate::").chain(line.match_indices("kz::"));
            for (at, start) in paths {
                let rest = &line[at + start.len()..];
                let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
                let other = LAYERS.iter().position(|layer| *layer == name);
                if other.is_some_and(|other| other > own) || rest.starts_with('{') {
                    problems.push(format!("{}:{number}: {}", file.display(), line.trim()));
                }
            }
        }
    }
    assert_none("imports that point upward, or that cannot be told", problems);
}

#[test]
fn only_the_command_line_prints_reads_the_environment_and_exits() {
    let words = [
        "println!",
        "eprintln!",
        "print!(",
        "dbg!(",
        "env::var",
        "env::args",
        "env::current_dir",
        "process::exit",
        "stdout()",
        "stderr()",
    ];
    let mut problems = Vec::new();
    for file in files("src", ".rs").iter().filter(|file| layer_of(file) != Some(LAYERS.len() - 1)) {
        for (number, line) in code(&read(&root().join(file))).filter(|_| *file != Path::new("src/main.rs")) {
            if words.iter().any(|word| line.contains(word)) {
                problems.push(format!("{}:{number}: {}", file.display(), line.trim()));
            }
        }
    }
    assert_none("the library talks to the outside", problems);
}

#[test]
fn files_are_small_and_say_what_they_are() {
    let mut problems = Vec::new();
    for file in files("src", ".rs").into_iter().chain(files("tests", ".rs")).chain(files("benches", ".rs")) {
        let text = read(&root().join(&file));
        let lines = text.lines().count();
        if lines > 600 {
            problems.push(format!("{} has {lines} lines: where is the second concept?", file.display()));
        }
        if !text.starts_with("//!") {
            problems.push(format!("{} does not open with what it is for (`//!`)", file.display()));
        }
        if file.ends_with("mod.rs") {
            problems.push(format!("{}: modules are `name.rs` beside `name/`", file.display()));
        }
    }
    assert_none("files", problems);
}

#[test]
fn links_of_the_book_and_the_readme_lead_somewhere() {
    let mut pages = files("book/src", ".md");
    pages.extend(["README.md".into(), "testdata/README.md".into()]);
    let summary = read(&root().join("book/src/SUMMARY.md"));
    let mut problems = Vec::new();
    for page in pages {
        let text = read(&root().join(&page));
        let dir = root().join(&page).parent().unwrap().to_owned();
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let includes = text.split("{{#include ").skip(1).filter_map(|rest| rest.split("}}").next());
        for link in links.chain(includes).filter(|link| !link.contains("://")) {
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { root().join(&page) } else { dir.join(path) };
            if !target.exists() {
                problems.push(format!("{}: {link}", page.display()));
            } else if !anchor.is_empty() && !headings(&read(&target)).contains(anchor) {
                problems.push(format!("{}: {link}: there is no such heading", page.display()));
            }
        }
        let name = page.strip_prefix("book/src").ok().filter(|name| *name != Path::new("SUMMARY.md"));
        if name.is_some_and(|name| !summary.contains(&format!("({})", kz::base::fs::slashed(name)))) {
            problems.push(format!("{} is not in the summary", page.display()));
        }
    }
    assert_none("links", problems);
}

/// A path in backticks is one of a case, or with `::` of a test.
#[test]
fn the_page_on_security_names_tests_and_cases_that_are_there() {
    let page = read(&root().join("book/src/security.md"));
    let is_named = |word: &&str| ["src/", "tests/", "testdata/"].iter().any(|folder| word.starts_with(folder));
    let named: Vec<&str> = page.split('`').skip(1).step_by(2).filter(is_named).collect();
    let problems = named.iter().filter(|word| match word.split_once("::") {
        Some((file, test)) => !read(&root().join(file)).contains(&format!("fn {test}()")),
        None => !root().join(word).join("cmd").is_file(),
    });
    assert!(!named.is_empty());
    assert_none("there is no such test or case", problems.map(|word| (*word).to_owned()).collect());
}

/// The anchors that mdBook gives to headings.
fn headings(text: &str) -> BTreeSet<String> {
    let anchor = |heading: &str| {
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.collect::<String>().to_lowercase().replace(' ', "-")
    };
    text.lines().filter(|line| line.starts_with('#')).map(|line| anchor(line.trim_start_matches('#').trim())).collect()
}

/// Runs kz in the repository's root and gives back its exit code and all that it printed.
fn kz(args: &[&str]) -> (bool, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kz"));
    let done = command.args(args).current_dir(root()).stdin(Stdio::null()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (done.status.success(), text(&done.stdout), text(&done.stderr))
}

/// `expected.yaml` is what kustomize 5.8.1 prints, with helm 4.3.1 for charts: for the kustomization beside it, or for the overlay
/// `prod`.
#[test]
fn every_example_builds() {
    let mut problems = Vec::new();
    let kustomizations = files("examples", "kustomization.yaml");
    assert!(!kustomizations.is_empty());
    // A component is nothing by itself.
    let is_component = |file: &Path| read(&root().join(file)).contains("kind: Component");
    let is_whole = |file: &&PathBuf| !file.starts_with("examples/mistakes") && !is_component(file);
    for file in kustomizations.iter().filter(is_whole) {
        let dir = file.parent().unwrap().to_str().unwrap();
        let (is_done, _, stderr) = kz(&["build", dir]);
        if !is_done || !stderr.is_empty() {
            problems.push(format!("{dir}: {stderr}"));
        }
    }
    for file in files("examples", "expected.yaml") {
        let beside = file.with_file_name("kustomization.yaml");
        let dir = file.with_file_name(if kustomizations.contains(&beside) { "" } else { "overlays/prod" });
        if kz(&["build", dir.to_str().unwrap()]).1 != read(&root().join(&file)) {
            problems.push(format!("{} is not what is printed for {}", file.display(), dir.display()));
        }
    }
    assert_none("examples", problems);
}

#[test]
fn the_reference_names_every_flag_and_the_page_on_errors_every_code() {
    let mut problems: Vec<String> = Vec::new();
    let commands: &[&[&str]] = &[
        &["argocd", "generate"],
        &["argocd", "init"],
        &["argocd", "parameters"],
        &["build"],
        &["cache", "list"],
        &["cache", "prune"],
        &["comment"],
        &["create"],
        &["dependency", "build"],
        &["dependency", "list"],
        &["dependency", "update"],
        &["diff"],
        &["edit", "add", "annotation"],
        &["edit", "add", "configmap"],
        &["edit", "add", "label"],
        &["edit", "add", "patch"],
        &["edit", "add", "resource"],
        &["edit", "add", "secret"],
        &["edit", "fix"],
        &["edit", "remove", "configmap"],
        &["edit", "remove", "label"],
        &["edit", "remove", "patch"],
        &["edit", "set", "configmap"],
        &["edit", "set", "secret"],
        &["hash"],
        &["localize"],
        &["lock"],
        &["pull"],
        &["registry", "login"],
        &["registry", "logout"],
        &["release", "copy"],
        &["release", "export"],
        &["release", "history"],
        &["release", "import"],
        &["release", "init"],
        &["release", "keys", "add"],
        &["release", "keys", "list"],
        &["release", "keys", "remove"],
        &["release", "list"],
        &["release", "mark"],
        &["release", "record"],
        &["release", "rollback"],
        &["release", "show"],
        &["release", "verify"],
        &["repo", "add"],
        &["repo", "list"],
        &["repo", "remove"],
        &["repo", "update"],
        &["show", "all"],
        &["show", "chart"],
        &["show", "crds"],
        &["show", "readme"],
        &["show", "values"],
        &["template"],
        &["vendor"],
        &["verify"],
    ];
    // The flags of all commands that fetch charts are on one page.
    let charts = read(&root().join("book/src/reference/charts.md"));
    for command in commands {
        let verb = command.join(" ");
        let page = read(&root().join(format!("book/src/reference/{}.md", command[0]))) + &charts;
        let help = kz(&[command, &["--help"][..]].concat()).1;
        let flags = help
            .lines()
            .filter_map(|line| line.trim_start().split("--").nth(1).filter(|_| line.trim_start().starts_with('-')));
        let flags = flags.map(|rest| rest.split([' ', ',']).next().unwrap_or_default());
        let shared = ["help", "error-format", "stack-trace"];
        let missing = flags.filter(|flag| !shared.contains(flag) && !page.contains(&format!("`--{flag}")));
        problems.extend(missing.map(|flag| format!("{verb}: no word on --{flag}")));
    }

    let errors = read(&root().join("book/src/reference/errors.md"));
    let mut codes = BTreeSet::new();
    for file in files("src", ".rs") {
        let text = read(&root().join(file));
        let text: String = code(&text).flat_map(|(_, line)| [line.trim(), "\n"]).collect();
        for rest in text.split("Diagnostic::new(").skip(1) {
            let first = rest.trim_start().split([',', ')']).next().unwrap_or_default();
            codes.extend(first.strip_prefix('"').and_then(|code| code.strip_suffix('"')).map(str::to_owned));
        }
    }
    problems.extend(
        codes.iter().filter(|code| !errors.contains(&format!("`{code}`"))).map(|code| format!("no word on {code}")),
    );
    assert_none("the reference is not complete", problems);
}
