//! The stream that a post-renderer gets, and what becomes of what it gives back.
//!
//! Each document carries the path of its template in an annotation, by which the result is sorted into files
//! again. Source: annotateAndMerge and splitAndDeannotate in pkg/action/action.go.
//!
//! **Not here:** running the post-renderer.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::manifest;
use crate::base::{Diagnostic, Result, Span};
use crate::yaml::Node;
use crate::yaml::styled::Styled;

const FILENAME: &str = "postrenderer.helm.sh/postrender-filename";

/// Rendered files as one stream. Errors: a document that cannot be read as YAML.
pub fn merge(files: &BTreeMap<String, Arc<Vec<u8>>>) -> Result<String> {
    let mut documents = Vec::new();
    for (path, content) in files {
        if path.rsplit('/').next().is_some_and(|name| name.starts_with('_')) {
            continue;
        }
        for (_, document) in manifest::split(&String::from_utf8_lossy(content)) {
            let within = |mut error: Box<Diagnostic>| {
                error.message = format!("cannot hand {path} to the post-renderer: {}", error.message);
                error
            };
            let Some(mut styled) = Styled::read(document).map_err(within)? else { continue };
            annotate(&mut styled.root, path);
            documents.push(styled.write().map_err(within)?);
        }
    }
    Ok(documents.join("---\n"))
}

/// The files of a stream that came back. What has lost its annotation gets a name of its own.
///
/// Errors: it is empty or no YAML.
pub fn split(stream: &str) -> Result<BTreeMap<String, Vec<u8>>> {
    let unusable = |what: &str| Diagnostic::new("post-renderer", format!("the post-renderer produced {what}"));
    if stream.trim().is_empty() {
        return Err(unusable("empty output").help("it must print the manifests that it reads from stdin"));
    }
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for (number, (_, document)) in manifest::split(stream).into_iter().enumerate() {
        let read = |error: Box<Diagnostic>| unusable(&format!("what is no YAML: {}", error.message));
        let Some(mut styled) = Styled::read(document).map_err(read)? else { continue };
        let path =
            take_annotation(&mut styled.root).unwrap_or_else(|| format!("generated-by-postrender-{number}.yaml"));
        let file = files.entry(path).or_default();
        if !file.is_empty() {
            file.extend_from_slice(b"---\n");
        }
        file.extend_from_slice(styled.write().map_err(read)?.as_bytes());
    }
    Ok(files)
}

fn annotate(root: &mut Node, path: &str) {
    let Some(mapping) = root.as_mapping_mut() else { return };
    let mut within = mapping;
    for name in ["metadata", "annotations"] {
        if within.get(name).is_none_or(|node| node.as_mapping().is_none()) {
            within.set(name, Node::mapping(Span::NOWHERE));
        }
        match within.get_mut(name).and_then(Node::as_mapping_mut) {
            Some(inner) => within = inner,
            None => return,
        }
    }
    within.set(FILENAME, Node::string(path, Span::NOWHERE));
}

/// Takes the annotation away, and the mapping that held it where that is empty then.
fn take_annotation(root: &mut Node) -> Option<String> {
    let metadata = root.get_mut("metadata")?.as_mapping_mut()?;
    let annotations = metadata.get_mut("annotations")?.as_mapping_mut()?;
    let path = annotations.remove(FILENAME)?.text()?.to_owned();
    if annotations.is_empty() {
        metadata.remove("annotations");
    }
    if metadata.is_empty() {
        root.as_mapping_mut()?.remove("metadata");
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_back_as_they_went() {
        let files: BTreeMap<String, Arc<Vec<u8>>> = [
            ("c/templates/_a.tpl".to_owned(), b"x: 1\n".to_vec().into()),
            (
                "c/templates/a.yaml".to_owned(),
                b"# top\nkind: A # why\nmetadata:\n  name: a\n---\nkind: B\n".to_vec().into(),
            ),
        ]
        .into();
        let merged = merge(&files).unwrap();
        assert!(merged.contains("    postrenderer.helm.sh/postrender-filename: c/templates/a.yaml\n"), "{merged}");
        let back = split(&merged.replace("kind: B", "kind: C")).unwrap();
        let texts: Vec<_> = back.iter().map(|(path, text)| (path.as_str(), String::from_utf8_lossy(text))).collect();
        let expected = "# top\nkind: A # why\nmetadata:\n  name: a\n---\nkind: C\n";
        assert_eq!(texts, [("c/templates/a.yaml", expected.into())]);
    }

    #[test]
    fn what_has_no_annotation_gets_a_name() {
        let files = split("a: 1\n---\nb: 1\n").unwrap();
        let names: Vec<_> = files.keys().map(String::as_str).collect();
        assert_eq!(names, ["generated-by-postrender-0.yaml", "generated-by-postrender-1.yaml"]);
        assert_eq!(split(" \n").unwrap_err().message, "the post-renderer produced empty output");
    }
}
