//! Text -> resources, as kustomize's resource factory does it (api/resource/factory.go,
//! kyaml/kio/byteio_reader.go): documents, lists flattened, each object checked for a kind and a name.
//!
//! **Not here:** where texts come from.

use std::collections::VecDeque;

use super::bookkeeping;
use super::resource::Resource;
use super::schema::CommentTypes;
use crate::base::{Diagnostic, Result, SourceId, Sources};
use crate::yaml::{self, Mapping, Node, ReadOptions, Scalar, Sequence, Style, Tag, Value};

/// The resources of one text, in kustomize's order: the items of a list of objects come after
/// what stands beside it. Empty documents and empty objects are left out.
///
/// Errors: what the YAML reader says; an object without kind or name; `items` that is no list.
pub fn read_resources(sources: &Sources, source: SourceId) -> Result<Vec<Resource>> {
    let mut resources: Vec<Resource> = read_objects(sources, source)?.into_iter().map(bookkeeping::adopt).collect();
    if let Some(comments) = sources.get(source).and_then(|file| CommentTypes::of(&file.text, source)) {
        resources.iter_mut().for_each(|resource| resource.comments = Some(comments.clone()));
    }
    Ok(resources)
}

/// As [`read_resources`], the bare nodes.
pub fn read_objects(sources: &Sources, source: SourceId) -> Result<Vec<Node>> {
    let Some(file) = sources.get(source) else { return Ok(Vec::new()) };
    let documents = yaml::read(source, &file.text, ReadOptions::resource())?;
    let alone = documents.len() == 1;
    let mut objects = Vec::with_capacity(documents.len());
    for root in documents.into_iter().filter_map(|document| document.root) {
        if alone && is_wrapper(&root) {
            objects.extend(take_items(root));
        } else {
            objects.push(root);
        }
    }
    flatten(drop_bad(objects)?)
}

/// Checks objects that did not come straight from a text, and flattens lists among them.
///
/// Errors: as [`read_objects`].
pub fn flatten_objects(objects: Vec<Node>) -> Result<Vec<Node>> {
    flatten(drop_bad(objects)?)
}

/// Go: ByteReader.Read unwraps a `List` or `ResourceList` that is alone in its text.
pub fn is_wrapper(root: &Node) -> bool {
    let kind = root.get("kind").and_then(Node::text);
    matches!(kind, Some("List" | "ResourceList"))
        && (root.get("items").is_some() || root.get("functionConfig").is_some())
}

/// The items of a list of objects; none where there are no `items`.
pub fn take_items(mut root: Node) -> Vec<Node> {
    match root.get_mut("items").and_then(Node::as_sequence_mut) {
        Some(items) => std::mem::take(&mut **items),
        None => Vec::new(),
    }
}

/// kustomize: Factory.dropBadNodes.
fn drop_bad(objects: Vec<Node>) -> Result<Vec<Node>> {
    let objects: Vec<Node> = objects.into_iter().filter(|o| !o.is_nil_or_empty()).collect();
    match Diagnostic::together(objects.iter().filter_map(|o| check_identity(o).err())) {
        Some(error) => Err(error),
        None => Ok(objects),
    }
}

/// An object needs a kind, and a name unless its kind ends in `List`. kustomize: GetValidatedMetadata.
pub fn check_identity(object: &Node) -> Result<()> {
    let Some(mapping) = object.as_mapping() else {
        let message = format!("expected a Kubernetes object, found a {}", object.kind_name());
        return Err(Diagnostic::new("not-an-object", message)
            .at(object.span)
            .help("a resource is a mapping with `apiVersion`, `kind` and `metadata.name`"));
    };
    let present = |key| mapping.get(key).filter(|v| !v.is_nil_or_empty());
    let kind = present("kind").and_then(Node::text).unwrap_or_default();
    if kind.is_empty() {
        let place = mapping.iter().next().map_or(object.span, |e| e.key.span);
        return Err(Diagnostic::new("missing-kind", "this object has no `kind`")
            .at(place)
            .help("add `apiVersion` and `kind`; a file that is not a Kubernetes object cannot be a resource"));
    }
    let name = present("metadata").and_then(|m| m.get("name")).filter(|n| !n.is_null()).and_then(Node::text);
    if !kind.ends_with("List") && name.unwrap_or_default().is_empty() {
        let place = mapping.get("kind").map_or(object.span, |k| k.span);
        let generated = object.lookup(&["metadata", "generateName"]).is_some();
        let help = if generated {
            "`generateName` is not enough: kustomize identifies objects by name; add `metadata.name`"
        } else {
            "add `metadata.name`"
        };
        return Err(Diagnostic::new("missing-name", format!("this {kind} has no `metadata.name`"))
            .at(place)
            .help(help));
    }
    Ok(())
}

/// kustomize: Factory.inlineAnyEmbeddedLists: a `FooList` with `items` gives way to its items,
/// which are put at the end and may be lists again.
fn flatten(objects: Vec<Node>) -> Result<Vec<Node>> {
    let is_list = |o: &Node| o.get("kind").and_then(Node::text).is_some_and(|kind| kind.ends_with("List"));
    if !objects.iter().any(is_list) {
        return Ok(objects);
    }
    let mut queue = VecDeque::from(objects);
    let mut flat = Vec::new();
    while let Some(object) = queue.pop_front() {
        let items = if is_list(&object) { object.get("items") } else { None };
        match items {
            None => flat.push(object),
            Some(items) if items.is_null() => {}
            Some(items) if items.as_sequence().is_some() => {
                let mut objects = Vec::new();
                for mut item in take_items(object) {
                    reread_as_json(&mut item);
                    objects.extend(if is_wrapper(&item) { take_items(item) } else { vec![item] });
                }
                queue.extend(drop_bad(objects)?);
            }
            Some(items) => {
                let message = format!("expected a list in `items`, found a {}", items.kind_name());
                return Err(Diagnostic::new("list-items", message).at(items.span));
            }
        }
    }
    Ok(flat)
}

/// kustomize writes the items of a list as JSON and reads that: all texts come out double-quoted,
/// so that a setter that keeps the style keeps them texts.
fn reread_as_json(node: &mut Node) {
    match &mut node.value {
        Value::Scalar(s) => {
            if matches!(s.tag, Tag::Str | Tag::Other | Tag::Timestamp | Tag::Binary | Tag::Merge) {
                s.tag = Tag::Str;
                s.style = Style::DoubleQuoted;
            }
        }
        Value::Sequence(s) => s.iter_mut().for_each(reread_as_json),
        Value::Mapping(m) => m.iter_mut().for_each(|(_, value)| reread_as_json(value)),
    }
}

/// Keys and values of a mapping as Go's loops over `Content` see them: of a list, too, every two
/// items make a pair. kustomize: visitMappingNodeFields.
pub fn content_pairs(node: &Node) -> Vec<(&Node, &Node)> {
    match &node.value {
        Value::Mapping(m) => m.iter().map(|e| (&e.key, &e.value)).collect(),
        Value::Sequence(s) => pairs_of(s),
        Value::Scalar(_) => Vec::new(),
    }
}

fn pairs_of(items: &Sequence) -> Vec<(&Node, &Node)> {
    items.chunks_exact(2).filter_map(|pair| Some((pair.first()?, pair.get(1)?))).collect()
}

/// Replaces a map of strings under `metadata` by the same as kustomize writes it: texts as values,
/// sorted, and gone where it is empty. Go: RNode.SetAnnotations(GetAnnotations()) after removing keys.
pub fn rewrite_metadata_map(object: &mut Node, field: &str, mut keep: impl FnMut(&str) -> bool) {
    let Some(metadata) = super::resource::child_mapping_mut(object, "metadata") else { return };
    let Some(old) = metadata.get(field) else { return };
    let pairs = content_pairs(old);
    if old.as_mapping().is_some() && !pairs.is_empty() && pairs.iter().all(|(k, v)| is_as_written(k, v, &mut keep)) {
        return;
    }
    let span = old.span;
    let mut rewritten = Mapping::default();
    for (key, value) in pairs {
        let text = key.text().unwrap_or_default();
        if keep(text) {
            rewritten.remove(text);
            // Go: the key is written without a tag, so one that reads as something else (`"true"`) breaks the build.
            rewritten.push(Node::plain(text, key.span), Node::string(value.text().unwrap_or_default(), value.span));
        }
    }
    let Some(metadata) = metadata.as_mapping_mut() else { return };
    if rewritten.is_empty() {
        metadata.remove(field);
    } else {
        metadata.set(field, Node::new(rewritten, span));
    }
}

fn is_as_written(key: &Node, value: &Node, keep: &mut impl FnMut(&str) -> bool) -> bool {
    let plain_text = |s: &Scalar| s.tag == Tag::Str && s.style == Style::Plain;
    key.as_scalar().is_some_and(plain_text)
        && value.as_scalar().is_some_and(|s| s.tag == Tag::Str)
        && keep(key.text().unwrap_or_default())
}
