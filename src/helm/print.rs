//! What `helm template` prints of a rendered chart: one text, parts of it, or files.
//!
//! Source: pkg/cmd/template.go, and renderResources in pkg/action/action.go.
//!
//! **Not here:** writing anything.

use std::collections::BTreeSet;

use super::manifest::{Hook, Manifest, Sorted, split};
use super::path_match;
use crate::base::{Diagnostic, Result};

/// A file of a chart's `crds` folder.
#[derive(Clone, Debug)]
pub struct Crd {
    /// With the names of the charts: `web/crds/widget.yaml`.
    pub path: String,
    pub content: Vec<u8>,
}

/// What of the hooks is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hooks {
    #[default]
    All,
    WithoutTests,
    None,
}

impl Hooks {
    fn of(self, sorted: &Sorted) -> impl Iterator<Item = &Hook> {
        let shown = move |hook: &&Hook| match self {
            Hooks::All => true,
            Hooks::WithoutTests => !hook.is_test,
            Hooks::None => false,
        };
        sorted.hooks.iter().filter(shown)
    }
}

/// All of a chart as one text.
pub struct Stream<'m> {
    pub text: Vec<u8>,
    /// Each manifest in it, and where its content starts.
    pub manifests: Vec<(usize, &'m Manifest)>,
}

pub fn stream<'m>(crds: &[Crd], sorted: &'m Sorted, hooks: Hooks) -> Stream<'m> {
    let mut manifests = Vec::new();
    // All at once: a text that grows takes several times the memory, which the system has to clear.
    let of_crds: usize = crds.iter().map(|crd| section_size(&crd.path, &crd.content)).sum();
    let all = sorted.manifests.iter().chain(hooks.of(sorted).map(|hook| &hook.manifest));
    let of_manifests: usize = all.map(|one| section_size(&one.path, one.content.as_bytes())).sum();
    let mut blob = Vec::with_capacity(of_crds + of_manifests + 1);
    crds.iter().for_each(|crd| section(&mut blob, &crd.path, &crd.content));
    let mut add = |out: &mut Vec<u8>, manifest: &'m Manifest| {
        section(out, &manifest.path, manifest.content.as_bytes());
        manifests.push((out.len() - 1 - manifest.content.len(), manifest));
    };
    sorted.manifests.iter().for_each(|manifest| add(&mut blob, manifest));
    // Helm: what is trimmed is the whole of the manifests, and no hook.
    let mut text = trimmed(blob);
    hooks.of(sorted).for_each(|hook| add(&mut text, &hook.manifest));
    Stream { text, manifests }
}

/// What `--debug` shows of files that cannot be read as YAML.
pub fn unsorted<'f>(files: impl IntoIterator<Item = (&'f str, &'f [u8])>) -> Vec<u8> {
    let mut blob = Vec::new();
    let texts = files.into_iter().filter(|(_, content)| !String::from_utf8_lossy(content).trim().is_empty());
    texts.for_each(|(path, content)| section(&mut blob, path, content));
    trimmed(blob)
}

const SOURCE: &[u8] = b"---\n# Source: ";

/// How long a [`section`] is.
fn section_size(path: &str, content: &[u8]) -> usize {
    SOURCE.len() + path.len() + 1 + content.len() + 1
}

fn section(out: &mut Vec<u8>, path: &str, content: &[u8]) {
    out.extend_from_slice(SOURCE);
    out.extend_from_slice(path.as_bytes());
    out.push(b'\n');
    out.extend_from_slice(content);
    out.push(b'\n');
}

/// Go: strings.TrimSpace, and a newline.
fn trimmed(mut blob: Vec<u8>) -> Vec<u8> {
    let (before, content) = match std::str::from_utf8(&blob) {
        Ok(text) => (text.len() - text.trim_start().len(), text.trim().len()),
        Err(_) => (blob.len() - blob.trim_ascii_start().len(), blob.trim_ascii().len()),
    };
    blob.truncate(before + content);
    blob.drain(..before);
    blob.push(b'\n');
    blob
}

/// The manifests of the templates that patterns name (`templates/web.yaml`, `charts/db/templates/*`), in the
/// order of the patterns.
///
/// Errors: a pattern that names none.
pub fn show_only(stream: &[u8], patterns: &[String]) -> Result<Vec<u8>> {
    let text = String::from_utf8_lossy(stream);
    let documents: Vec<(&str, &str)> =
        split(&text).into_iter().filter_map(|(_, document)| Some((source_of(document)?, document))).collect();
    let mut out = Vec::new();
    for pattern in patterns {
        let before = out.len();
        for (_, document) in documents.iter().filter(|(path, _)| path_match::matches(pattern, path)) {
            out.extend_from_slice(b"---\n");
            out.extend_from_slice(document.as_bytes());
            out.push(b'\n');
        }
        if out.len() == before {
            let paths: BTreeSet<&str> = documents.iter().map(|(path, _)| *path).collect();
            let shown: Vec<String> = paths.iter().take(20).map(|path| format!("`{path}`")).collect();
            let error = Diagnostic::new("template-not-found", format!("could not find template {pattern} in chart"));
            return Err(match shown.is_empty() {
                true => error.help("the chart renders nothing with these values"),
                false => error.help(format!("what the chart renders: {}", shown.join(", "))),
            });
        }
    }
    Ok(out)
}

/// The path behind `# Source: NAME/`, on whatever line it stands. Helm: the regular expression
/// `# Source: [^/]+/(.+)`.
fn source_of(document: &str) -> Option<&str> {
    document.match_indices("# Source: ").find_map(|(at, mark)| {
        let (chart, rest) = document[at + mark.len()..].split_once('/')?;
        let path = rest.split('\n').next().unwrap_or_default();
        (!chart.is_empty() && !path.is_empty()).then_some(path)
    })
}

/// A file below `--output-dir`.
#[derive(Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// In the output directory, or with `in_release` in a folder of the release's name.
    pub path: String,
    pub in_release: bool,
    pub content: Vec<u8>,
    /// Whether to add to what is there. Helm adds hooks to files that exist already.
    pub append: Append,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Append {
    Never,
    Always,
    WhereItExists,
}

/// The writes of `--output-dir`, in order: several may be of one file.
pub fn files(crds: &[Crd], sorted: &Sorted, hooks: Hooks) -> Vec<OutputFile> {
    let mut written = BTreeSet::new();
    let mut file = |path: &str, in_release: bool, content: &[u8], is_hook: bool| {
        let again = !written.insert(path.to_owned());
        let append = match (is_hook, again) {
            (true, _) => Append::WhereItExists,
            (false, true) => Append::Always,
            (false, false) => Append::Never,
        };
        let mut text = Vec::new();
        section(&mut text, path, content);
        OutputFile { path: path.to_owned(), in_release, content: text, append }
    };
    let manifest = |m: &Manifest| (m.path.clone(), m.content.clone());
    let mut out: Vec<OutputFile> = crds.iter().map(|crd| file(&crd.path, false, &crd.content, false)).collect();
    for (path, content) in sorted.manifests.iter().map(manifest) {
        out.push(file(&path, true, content.as_bytes(), false));
    }
    for (path, content) in hooks.of(sorted).map(|hook| manifest(&hook.manifest)) {
        out.push(file(&path, true, content.as_bytes(), true));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(path: &str, content: &str) -> Manifest {
        Manifest { path: path.to_owned(), content: content.to_owned(), kind: String::new(), at: 0 }
    }

    fn sorted() -> Sorted {
        let hook = |path: &str, is_test| Hook { manifest: manifest(path, "h: 1\n"), is_test };
        Sorted {
            manifests: vec![manifest("c/templates/a.yaml", "a: 1\n\n"), manifest("c/templates/b.yaml", "b: 1\n\n")],
            hooks: vec![hook("c/templates/h.yaml", false), hook("c/templates/t.yaml", true)],
        }
    }

    #[test]
    fn manifests_are_trimmed_and_hooks_are_not() {
        let text = String::from_utf8(stream(&[], &sorted(), Hooks::WithoutTests).text).unwrap();
        let expected = "---\n# Source: c/templates/a.yaml\na: 1\n\n\n---\n# Source: c/templates/b.yaml\nb: 1\n\
                        ---\n# Source: c/templates/h.yaml\nh: 1\n\n";
        assert_eq!(text, expected);
        assert_eq!(stream(&[], &Sorted::default(), Hooks::All).text, b"\n");
    }

    #[test]
    fn parts_are_shown_in_the_order_of_the_patterns() {
        let all = stream(&[], &sorted(), Hooks::All).text;
        let shown = |patterns: &[&str]| {
            let patterns: Vec<String> = patterns.iter().map(|p| (*p).to_owned()).collect();
            show_only(&all, &patterns).map(|text| String::from_utf8(text).unwrap())
        };
        let a = "---\n# Source: c/templates/a.yaml\na: 1\n\n\n\n";
        let b = "---\n# Source: c/templates/b.yaml\nb: 1\n\n";
        assert_eq!(shown(&["templates/b.yaml", "templates/a*"]).unwrap(), format!("{b}{a}"));
        let error = shown(&["templates/a.yaml", "a.yaml"]).unwrap_err();
        assert_eq!(error.message, "could not find template a.yaml in chart");
    }

    #[test]
    fn files_are_added_to_where_a_template_wrote_several_manifests() {
        let mut twice = sorted();
        twice.manifests.push(manifest("c/templates/a.yaml", "c: 1"));
        let crds = [Crd { path: "c/crds/x.yaml".to_owned(), content: b"x: 1".to_vec() }];
        let files = files(&crds, &twice, Hooks::All);
        let shape: Vec<_> = files.iter().map(|f| (f.path.as_str(), f.in_release, f.append)).collect();
        assert_eq!(
            shape,
            [
                ("c/crds/x.yaml", false, Append::Never),
                ("c/templates/a.yaml", true, Append::Never),
                ("c/templates/b.yaml", true, Append::Never),
                ("c/templates/a.yaml", true, Append::Always),
                ("c/templates/h.yaml", true, Append::WhereItExists),
                ("c/templates/t.yaml", true, Append::WhereItExists),
            ]
        );
        assert_eq!(files[0].content, b"---\n# Source: c/crds/x.yaml\nx: 1\n");
    }
}
