//! What a kustomization file names, found out without building anything.
//!
//! A repository has many kustomizations, and a change touches few. Which ones is to be known before any is built; so
//! this looks for too much rather than for too little: each text of the file that could be a path counts as one.
//!
//! **Invariant:** paths are from the top of the repository on, with slashes, without `.` and `..`.

use std::collections::BTreeSet;

use crate::base::SourceId;
use crate::yaml::{Node, ReadOptions, Value, read};

/// What one kustomization names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct References {
    pub is_component: bool,
    /// What may be other kustomizations.
    pub bases: BTreeSet<String>,
    /// What may be files.
    pub files: BTreeSet<String>,
    /// What may be folders of charts, all of which counts.
    pub charts: BTreeSet<String>,
    /// Files that may name others: generators, transformers and validators.
    pub further: BTreeSet<String>,
}

/// The fields whose entries may be kustomizations, and whether their files name others.
const LISTS: [(&str, bool); 6] = [
    ("resources", false),
    ("bases", false),
    ("components", false),
    ("generators", true),
    ("transformers", true),
    ("validators", true),
];

/// Longer texts in one line are no paths. Linux: PATH_MAX.
const LONGEST: usize = 4096;

impl References {
    /// Of a kustomization file in a folder. `None` where it cannot be read.
    pub fn of_kustomization(text: &[u8], folder: &str) -> Option<References> {
        let root = root(text)?;
        let mut found = References::default();
        found.take(&root, text, folder);
        found.is_component = root.get("kind").and_then(Node::text) == Some("Component");
        for entry in root.as_mapping()?.iter() {
            let key = entry.key.text().unwrap_or_default();
            let Some((_, leads_on)) = LISTS.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)) else { continue };
            let items = entry.value.as_sequence().map(|list| list.iter()).into_iter().flatten();
            for path in items.filter_map(Node::text).filter_map(|text| join(folder, text)) {
                if *leads_on {
                    found.further.insert(path.clone());
                }
                found.bases.insert(path);
            }
        }
        Some(found)
    }

    /// Adds what a generator, transformer or validator names. Its paths are from the folder of the kustomization on.
    pub fn add_further(&mut self, text: &[u8], folder: &str) {
        for document in read(SourceId::NONE, text, ReadOptions::values()).unwrap_or_default() {
            if let Some(root) = &document.root {
                self.take(root, text, folder);
            }
        }
    }

    fn take(&mut self, root: &Node, text: &[u8], folder: &str) {
        self.texts(root, folder);
        if memchr::memmem::find(text, b"elmChart").is_some() {
            let mut charts = Charts::default();
            charts.gather(root);
            self.charts.extend(charts.folders().filter_map(|path| join(folder, &path)));
        }
    }

    fn texts(&mut self, node: &Node, folder: &str) {
        match &node.value {
            Value::Scalar(scalar) => {
                for line in scalar.text.lines().filter(|line| line.len() <= LONGEST) {
                    let line = line.trim().trim_start_matches("- ");
                    // `key=path` of generators, and what stands inside of a text.
                    let rests = [
                        Some(line),
                        line.split_once('=').map(|(_, path)| path),
                        line.split_once(": ").map(|(_, path)| path),
                    ];
                    let paths = rests.into_iter().flatten().map(|path| path.trim_matches(['"', '\'', ' ']));
                    self.files.extend(paths.filter_map(|path| join(folder, path)));
                }
            }
            Value::Mapping(mapping) => mapping.iter().for_each(|entry| self.texts(&entry.value, folder)),
            Value::Sequence(sequence) => sequence.iter().for_each(|item| self.texts(item, folder)),
        }
    }
}

/// The charts that a file speaks of.
#[derive(Default)]
struct Charts {
    homes: BTreeSet<String>,
    /// With their versions.
    names: BTreeSet<(String, Option<String>)>,
}

impl Charts {
    fn gather(&mut self, node: &Node) {
        if let Some(mapping) = node.as_mapping() {
            let text = |key: &str| mapping.get(key).and_then(Node::text).map(str::to_owned);
            self.homes.extend(text("chartHome"));
            let names = [text("name"), text("chartName")];
            self.names.extend(names.into_iter().flatten().map(|name| (name, text("version"))));
            mapping.iter().for_each(|entry| self.gather(&entry.value));
        }
        node.as_sequence().into_iter().flat_map(|list| list.iter()).for_each(|item| self.gather(item));
    }

    /// kustomize: a chart that is fetched has a folder of its own version.
    fn folders(&self) -> impl Iterator<Item = String> {
        let homes = self.homes.iter().map(String::as_str).chain(["charts"]);
        homes.flat_map(|home| {
            self.names.iter().flat_map(move |(name, version)| {
                let versioned = version.as_ref().map(|version| format!("{home}/{name}-{version}/{name}"));
                [Some(format!("{home}/{name}")), versioned].into_iter().flatten()
            })
        })
    }
}

fn root(text: &[u8]) -> Option<Node> {
    read(SourceId::NONE, text, ReadOptions::config()).ok()?.into_iter().next()?.root
}

/// A path from a folder on; `None` where it leads out of the repository, to a folder that it is in, or to a server.
pub fn join(folder: &str, path: &str) -> Option<String> {
    if path.is_empty() || path.starts_with('/') || path.contains("://") {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    let is_above = joined.is_empty() || folder == joined || folder.starts_with(&format!("{joined}/"));
    (!is_above).then_some(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(paths: &[&str]) -> BTreeSet<String> {
        paths.iter().map(|path| (*path).to_owned()).collect()
    }

    #[test]
    fn paths_are_those_of_the_repository() {
        assert_eq!(join("a/b", "../c/./d").as_deref(), Some("a/c/d"));
        assert_eq!(join("", "x y").as_deref(), Some("x y"));
        for path in ["", ".", "..", "../..", "../../../x", "/etc/x", "https://host/x"] {
            assert_eq!(join("a/b", path), None, "{path}");
        }
    }

    #[test]
    fn all_that_may_be_a_path_is_found() {
        let text = "
kind: Component
resources: [../base, d.yaml]
Components:
- ../../extra
configMapGenerator:
- name: c
  files: [key=files/größe.txt, 'with blank.txt']
generators:
- gen.yaml
- |
  kind: ConfigMapGenerator
  files:
  - inline.txt
patches:
- path: p.yaml
";
        let found = References::of_kustomization(text.as_bytes(), "app/prod").unwrap();
        assert!(found.is_component);
        assert!(set(&["app/base", "extra", "app/prod/d.yaml"]).is_subset(&found.bases), "{found:?}");
        let files = ["d.yaml", "files/größe.txt", "with blank.txt", "inline.txt", "p.yaml"];
        for file in files.map(|file| format!("app/prod/{file}")) {
            assert!(found.files.contains(&file), "{file}");
        }
        assert!(found.further.contains("app/prod/gen.yaml"));
        assert_eq!(found.charts, BTreeSet::new());
        assert_eq!(References::of_kustomization(b"a: [", ""), None);
    }

    #[test]
    fn charts_are_found_in_their_homes() {
        let text = b"helmGlobals: {chartHome: ../charts}\nhelmCharts: [{name: web, version: 1.0.0}]\n";
        let found = References::of_kustomization(text, "app/prod").unwrap();
        let wanted = ["app/charts/web", "app/charts/web-1.0.0/web", "app/prod/charts/web"];
        assert!(set(&wanted).is_subset(&found.charts), "{found:?}");
    }
}
