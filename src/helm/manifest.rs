//! Rendered files -> manifests and hooks, in the order in which they are installed and printed.
//!
//! Helm works on text here: a manifest is printed as the template wrote it, and YAML is read only to learn
//! kind and annotations. Source: pkg/release/v1/util (manifest.go, manifest_sorter.go, kind_sorter.go).
//!
//! **Not here:** rendering; what is done with the manifests.

use crate::base::{Diagnostic, Result, Sources, bytes};
use crate::yaml::{self, Node, ReadOptions, jsonable};

/// A document of a rendered file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The template that wrote it: `web/templates/service.yaml`.
    pub path: String,
    pub content: String,
    pub kind: String,
    /// Where the content starts in the file's rendered text.
    pub at: usize,
}

/// A manifest that Helm would apply at some event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    pub manifest: Manifest,
    /// It is run by `helm test`.
    pub is_test: bool,
}

/// What a chart's files came to.
#[derive(Debug, Default)]
pub struct Sorted {
    pub manifests: Vec<Manifest>,
    pub hooks: Vec<Hook>,
}

/// Kinds in the order in which Helm installs them; all others follow, by name.
const INSTALL_ORDER: [&str; 38] = [
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// The events of the annotation `helm.sh/hook`.
const EVENTS: [&str; 10] = [
    "pre-install",
    "post-install",
    "pre-delete",
    "post-delete",
    "pre-upgrade",
    "post-upgrade",
    "pre-rollback",
    "post-rollback",
    "test",
    "test-success",
];

/// A manifest, and the events of the annotation `helm.sh/hook` if it has that.
pub type Document = (Manifest, Option<String>);

/// The documents of one rendered file.
///
/// Errors: one that is no YAML, or whose kind or annotations are not of the right types.
pub fn read(path: &str, content: &[u8], sources: &Sources) -> Result<Vec<Document>> {
    let name = path.rsplit('/').next().unwrap_or_default();
    if name.starts_with('_') || is_blank(content) {
        return Ok(Vec::new());
    }
    let Ok(text) = std::str::from_utf8(content) else {
        return Err(unreadable(path, Diagnostic::new("yaml-encoding", "the rendered text is not valid UTF-8")));
    };
    let document = |(at, document): (usize, &str)| {
        let Head { kind, hook } = Head::read(path, document, sources)?;
        Ok((Manifest { path: path.to_owned(), content: document.to_owned(), kind, at }, hook))
    };
    split(text).into_iter().map(document).collect()
}

/// The documents of all files, which are in the order of their paths, by kind and then as they stand.
pub fn sort(documents: impl IntoIterator<Item = Document>) -> Sorted {
    let mut sorted = Sorted::default();
    for (manifest, hook) in documents {
        let Some(events) = hook else {
            sorted.manifests.push(manifest);
            continue;
        };
        let events: Vec<String> = events.split(',').map(|event| event.trim().to_lowercase()).collect();
        // Helm: one event that it does not know, and the manifest is left out.
        if events.iter().all(|event| EVENTS.contains(&event.as_str())) {
            let is_test = events.iter().any(|event| event.starts_with("test"));
            sorted.hooks.push(Hook { manifest, is_test });
        }
    }
    sorted.manifests.sort_by(|a, b| install_rank(&a.kind).cmp(&install_rank(&b.kind)));
    sorted.hooks.sort_by(|a, b| install_rank(&a.manifest.kind).cmp(&install_rank(&b.manifest.kind)));
    sorted
}

fn install_rank(kind: &str) -> (usize, &str) {
    match INSTALL_ORDER.iter().position(|known| *known == kind) {
        Some(rank) => (rank, ""),
        None => (INSTALL_ORDER.len(), kind),
    }
}

/// The documents of a text that are more than white space, and where each starts.
///
/// Helm: SplitManifests. What follows `---` on its line belongs to the document.
pub fn split(text: &str) -> Vec<(usize, &str)> {
    let from = text.len() - text.trim_start().len();
    let mut documents = Vec::new();
    let mut keep = |start: usize, end: usize| {
        let document = text[start..end].trim_start();
        if !document.is_empty() {
            documents.push((end - document.len(), document));
        }
    };
    let mut start = from;
    let mut line = from;
    loop {
        if text[line..].starts_with("---") {
            keep(start, line);
            let rest = &text[line + 3..];
            start = text.len() - rest.trim_start_matches([' ', '\t']).len();
        }
        match bytes::find(b'\n', &text.as_bytes()[line..]) {
            Some(length) => line += length + 1,
            None => break,
        }
    }
    keep(start, text.len());
    documents
}

fn is_blank(content: &[u8]) -> bool {
    std::str::from_utf8(content).is_ok_and(|text| text.trim_start().is_empty())
}

/// What Helm reads of a manifest: SimpleHead.
struct Head {
    kind: String,
    /// The annotation `helm.sh/hook`.
    hook: Option<String>,
}

impl Head {
    fn read(path: &str, document: &str, sources: &Sources) -> Result<Head> {
        let source = sources.add(format!("{path} (rendered)"), document.as_bytes());
        let read = || -> Result<Head> {
            let documents = yaml::read(source, document.as_bytes(), ReadOptions::config())?;
            let Some(root) = documents.into_iter().next().and_then(|document| document.root) else {
                return Ok(Head { kind: String::new(), hook: None });
            };
            jsonable::check(&root)?;
            mapping(&root, "a manifest")?;
            text(field(&root, "apiVersion"), "apiVersion")?;
            let kind = text(field(&root, "kind"), "kind")?.unwrap_or_default();
            let mut head = Head { kind, hook: None };
            if let Some(metadata) = field(&root, "metadata").filter(|node| !jsonable::is_null(node)) {
                mapping(metadata, "metadata")?;
                text(field(metadata, "name"), "metadata.name")?;
                if let Some(annotations) = field(metadata, "annotations").filter(|node| !jsonable::is_null(node)) {
                    mapping(annotations, "metadata.annotations")?;
                    for entry in annotations.as_mapping().into_iter().flatten() {
                        let value = text(Some(&entry.value), "an annotation")?;
                        if jsonable::key(&entry.key).as_deref() == Some("helm.sh/hook") {
                            head.hook = Some(value.unwrap_or_default());
                        }
                    }
                }
            }
            Ok(head)
        };
        read().map_err(|error| unreadable(path, error))
    }
}

/// The value of a field. Go: encoding/json takes names in any case, and of several the last in its order.
fn field<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    let entries = node.as_mapping()?.iter().filter_map(|entry| Some((jsonable::key(&entry.key)?, &entry.value)));
    entries.filter(|(key, _)| jsonable::same_field(name, key)).max_by(|(a, _), (b, _)| a.cmp(b)).map(|(_, value)| value)
}

fn mapping(node: &Node, what: &str) -> Result<()> {
    match node.as_mapping() {
        Some(_) => Ok(()),
        None => Err(wrong_type(node, what, "a mapping")),
    }
}

/// A field that wants a string, which numbers and booleans become (sigs.k8s.io/yaml).
fn text(node: Option<&Node>, what: &str) -> Result<Option<String>> {
    let Some(node) = node.filter(|node| !jsonable::is_null(node)) else { return Ok(None) };
    let Some(scalar) = node.as_scalar() else { return Err(wrong_type(node, what, "a string")) };
    Ok(Some(jsonable::coerced(scalar).unwrap_or_else(|| scalar.text.to_string())))
}

fn wrong_type(node: &Node, what: &str, wanted: &str) -> Box<Diagnostic> {
    let message = format!("{what} must be {wanted}, not {}", jsonable::kind_of(node));
    Diagnostic::new("manifest-type", message).at(node.span)
}

/// Helm's own words before what is wrong.
fn unreadable(path: &str, mut error: Box<Diagnostic>) -> Box<Diagnostic> {
    error.message = format!("YAML parse error on {path}: {}", error.message);
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expectations: SplitManifests of Helm 4.3.1.
    #[test]
    fn documents_are_split_at_three_dashes() {
        let docs = |text| split(text).into_iter().map(|(_, document)| document).collect::<Vec<_>>();
        assert_eq!(docs("\n\n---\na: 1\n--- \nb: 2\n"), ["a: 1\n", "b: 2\n"]);
        assert_eq!(docs("---# x\na: 1"), ["# x\na: 1"]);
        assert_eq!(docs("---\n---\n \n---"), [""; 0]);
        assert_eq!(docs("a: |\n  ---\n----\n"), ["a: |\n  ---\n", "-\n"]);
        assert_eq!(split("\n---\n\n a: 1\n")[0].0, 7);
    }

    #[test]
    fn kinds_are_in_the_order_of_installation() {
        let mut kinds = ["Zebra", "Deployment", "Apple", "Secret", "ValidatingWebhookConfiguration", ""];
        kinds.sort_by(|a, b| install_rank(a).cmp(&install_rank(b)));
        assert_eq!(kinds, ["Secret", "Deployment", "ValidatingWebhookConfiguration", "", "Apple", "Zebra"]);
    }

    #[test]
    fn a_hook_with_an_unknown_event_is_left_out() {
        let file =
            |events: &str| format!("kind: Job\nmetadata:\n  annotations:\n    helm.sh/hook: {events}\n").into_bytes();
        let files = [
            ("c/templates/_c.tpl", b"kind: Job".to_vec()),
            ("c/templates/a.yaml", file("pre-install, Test")),
            ("c/templates/b.yaml", file("pre-install,foo")),
        ];
        let sources = Sources::new();
        let sorted = sort(files.iter().flat_map(|(path, text)| read(path, text, &sources).unwrap()));
        assert_eq!(sorted.manifests, []);
        let hooks: Vec<_> = sorted.hooks.iter().map(|hook| (hook.manifest.path.as_str(), hook.is_test)).collect();
        assert_eq!(hooks, [("c/templates/a.yaml", true)]);
    }

    #[test]
    fn annotations_that_cannot_be_strings_are_errors() {
        let read = |annotation: &str| {
            let text = format!("metadata:\n  annotations:\n    a: {annotation}\n");
            read("c/t.yaml", text.as_bytes(), &Sources::new())
        };
        assert_eq!(read("5").unwrap().len(), 1);
        let error = read("[5]").unwrap_err();
        assert_eq!(error.message, "YAML parse error on c/t.yaml: an annotation must be a string, not a list");
    }
}
