//! `fix --vars`: vars become replacements.
//!
//! Where a file of the kustomization, or of a base on this machine, says `$(VAR)`, it says `VAR_PLACEHOLDER`
//! afterwards, and a replacement has each such place as a target. Source: kustomize 5.8.1,
//! kustomize/commands/edit/fix/convert.go.
//!
//! Differences, on purpose: replacements that were there stay; paths in bases are relative to the base, however deep it
//! is; each base is looked at once.
//!
//! **Not here:** whether the result builds to the same, which depends on the order of transformers.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use super::draft::Draft;
use super::fields::{append, items, number, object, set, set_items, take_items, text, text_of, texts};
use super::fix::bring_up_to_date;
use super::glob::join;
use super::write::Change;
use crate::base::{Diagnostic, Result};
use crate::k8s::read::{is_wrapper, take_items as wrapped_items};
use crate::kustomize::context::Context;
use crate::kustomize::decode;
use crate::kustomize::loader::KUSTOMIZATION_FILE_NAMES;
use crate::kustomize::shape;
use crate::yaml::{self, Node, ReadOptions, Value};

/// Converts the vars of a draft; the files that change with it become part of it.
///
/// Errors: a var within a text that nothing separates from what is around it; a base that cannot be read.
pub fn convert_vars(ctx: &Context, draft: &mut Draft) -> Result<()> {
    let vars = take_items(&mut draft.fields, "vars");
    if vars.is_empty() {
        return Ok(());
    }
    let mut touched = Touched::default();
    touched.add(ctx, &draft.fields, "")?;
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for path in &touched.files {
        let read = ctx.fs.read(&ctx.options.working_dir.join(path)).ok();
        if let Some(text) = read.and_then(|text| String::from_utf8(text.to_vec()).ok()) {
            texts.insert(path.clone(), text);
        }
    }
    let originals = texts.clone();
    for var in &vars {
        let name = text_of(var, "name");
        let mut targets = Vec::new();
        for path in &touched.files {
            let Some(text) = texts.get(path) else { continue };
            targets.extend(targets_in(ctx, path, text, name, touched.patches.get(path))?);
        }
        let mut replacement = object(&[]);
        set(&mut replacement, "source", Some(source_of(var)));
        set_items(&mut replacement, "targets", targets);
        append(&mut draft.fields, "replacements", [replacement]);
        let (said, placeholder) = (format!("$({name})"), format!("{name}_PLACEHOLDER"));
        texts.values_mut().for_each(|text| *text = text.replace(&said, &placeholder));
    }
    for (path, text) in texts.into_iter().filter(|(path, text)| originals.get(path) != Some(text)) {
        let place = ctx.options.working_dir.join(&path);
        let place = ctx.fs.canonical(&place).unwrap_or(place);
        draft.others.push(Change { path: place, name: path, text: text.into_bytes() });
    }
    Ok(())
}

/// What a kustomization and its bases are made of.
#[derive(Default)]
struct Touched {
    /// Relative to the working directory; also what is no file.
    files: Vec<String>,
    /// Entries of `patches` by the path of their file.
    patches: BTreeMap<String, Node>,
    bases: HashSet<PathBuf>,
}

impl Touched {
    fn add(&mut self, ctx: &Context, kustomization: &Node, dir: &str) -> Result<()> {
        for resource in texts(kustomization, "resources") {
            let path = join(dir, resource);
            self.add_base(ctx, &path)?;
            self.files.push(path);
        }
        for patch in items(kustomization, "patches") {
            let path = text_of(patch, "path");
            if !path.is_empty() {
                let path = join(dir, path);
                self.files.push(path.clone());
                self.patches.insert(path, patch.clone());
            }
        }
        Ok(())
    }

    /// If the path is one of a directory with a kustomization.
    fn add_base(&mut self, ctx: &Context, path: &str) -> Result<()> {
        let dir = ctx.options.working_dir.join(path);
        if !ctx.fs.is_dir(&dir) || !self.bases.insert(ctx.fs.canonical(&dir).unwrap_or(dir.clone())) {
            return Ok(());
        }
        for name in KUSTOMIZATION_FILE_NAMES {
            let Ok(text) = ctx.fs.read(&dir.join(name)) else { continue };
            let source = ctx.sources.add(join(path, name), text);
            let Some(root) = decode::read_root(ctx.sources, source)? else { continue };
            let mut kustomization = shape::conform(&root, shape::KUSTOMIZATION)?;
            bring_up_to_date(&mut kustomization);
            self.add(ctx, &kustomization, path)?;
        }
        Ok(())
    }
}

/// kustomize: copySourceFromVars.
fn source_of(var: &Node) -> Node {
    let empty = object(&[]);
    let object_of = var.get("objref").unwrap_or(&empty);
    let (group, version) = match text_of(object_of, "apiVersion") {
        "" => (text_of(object_of, "group"), text_of(object_of, "version")),
        api_version => split_version(api_version),
    };
    object(&[
        ("fieldPath", var.get("fieldref").map(|field| text_of(field, "fieldPath")).unwrap_or_default()),
        ("group", group),
        ("kind", text_of(object_of, "kind")),
        ("name", text_of(object_of, "name")),
        ("namespace", text_of(object_of, "namespace")),
        ("version", version),
    ])
}

fn split_version(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

/// The places of a file where a var is said. What is no YAML has none.
fn targets_in(ctx: &Context, path: &str, file: &str, var: &str, patch: Option<&Node>) -> Result<Vec<Node>> {
    let said = format!("$({var})");
    if !file.contains(&said) {
        return Ok(Vec::new());
    }
    let source = ctx.sources.add(path, file.as_bytes().to_vec());
    let Ok(documents) = yaml::read(source, file.as_bytes(), ReadOptions::resource()) else { return Ok(Vec::new()) };
    let mut objects: Vec<Node> = documents.into_iter().filter_map(|document| document.root).collect();
    if let [alone] = objects.as_slice()
        && is_wrapper(alone)
    {
        objects = objects.pop().map(wrapped_items).unwrap_or_default();
    }
    let mut targets = Vec::new();
    for object in &objects {
        let mut places = Vec::new();
        find(object, &said, &mut Vec::new(), &mut places)?;
        targets.extend(places.into_iter().map(|place| target(object, place, patch)));
    }
    Ok(targets)
}

/// A place in an object, and how the var stands in its text.
struct Place {
    path: String,
    within: Option<Within>,
}

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
struct Within {
    delimiter: String,
    index: usize,
}

/// kustomize: findVarName.
fn find(node: &Node, said: &str, path: &mut Vec<String>, into: &mut Vec<Place>) -> Result<()> {
    match &node.value {
        Value::Sequence(items) => {
            for (at, item) in items.iter().enumerate() {
                path.push(at.to_string());
                find(item, said, path, into)?;
                path.pop();
            }
        }
        Value::Mapping(mapping) => {
            for entry in mapping {
                let key = entry.key.text().unwrap_or_default().trim();
                path.push(if key.contains('.') { format!("[{key}]") } else { key.to_owned() });
                find(&entry.value, said, path, into)?;
                path.pop();
            }
        }
        Value::Scalar(scalar) if scalar.text.contains(said) => {
            let within = within(&scalar.text, said).ok_or_else(|| {
                Diagnostic::new("edit-var", format!("`{said}` stands in a text with nothing that separates it"))
                    .at(node.span)
                    .help("a replacement needs the same character before and behind; write such a text by hand")
            })?;
            into.push(Place { path: path.join("."), within });
        }
        Value::Scalar(_) => {}
    }
    Ok(())
}

/// How a var stands in a text; `Some(None)` where it is all of it, `None` where that cannot be told.
/// kustomize: constructFieldOptions.
fn within(value: &str, said: &str) -> Option<Option<Within>> {
    let (before, behind) = value.split_once(said)?;
    let delimiter = match (before.chars().next_back(), behind.chars().next()) {
        (None, None) => return Some(None),
        (None, Some(next)) => return Some(Some(Within { delimiter: next.to_string(), index: 0 })),
        (Some(last), None) => {
            let index = value.split(last).count() - 1;
            return Some(Some(Within { delimiter: last.to_string(), index }));
        }
        (Some(last), Some(next)) if last == next => last,
        _ => return None,
    };
    let index = value.split(delimiter).position(|part| part == said)?;
    Some(Some(Within { delimiter: delimiter.to_string(), index }))
}

/// kustomize: constructTargets and writePatchTargets.
fn target(object_of: &Node, place: Place, patch: Option<&Node>) -> Node {
    let metadata = |field| object_of.get("metadata").map(|metadata| text_of(metadata, field)).unwrap_or_default();
    let may = |patch: &Node, field| patch.get("options").is_some_and(|options| text_of(options, field) == "true");
    let patch = patch.filter(|patch| !may(patch, "allowNameChange") || !may(patch, "allowKindChange"));
    let select = match patch {
        Some(patch) => {
            let mut select = patch.get("target").cloned().unwrap_or_else(|| object(&[]));
            let own = [
                (may(patch, "allowNameChange"), "name", metadata("name")),
                (may(patch, "allowKindChange"), "kind", text_of(object_of, "kind")),
                (!metadata("namespace").is_empty(), "namespace", metadata("namespace")),
            ];
            for (_, field, value) in own.into_iter().filter(|(is_wanted, ..)| *is_wanted) {
                set(&mut select, field, Some(text(value)));
            }
            select
        }
        None => {
            let (group, version) = split_version(text_of(object_of, "apiVersion"));
            object(&[
                ("group", group),
                ("kind", text_of(object_of, "kind")),
                ("name", metadata("name")),
                ("namespace", metadata("namespace")),
                ("version", version),
            ])
        }
    };
    let mut target = object(&[]);
    set_items(&mut target, "fieldPaths", vec![text(&place.path)]);
    set(&mut target, "options", place.within.map(options));
    set(&mut target, "select", Some(select));
    target
}

fn options(within: Within) -> Node {
    let mut options = object(&[("delimiter", &within.delimiter)]);
    set(&mut options, "index", Some(number(within.index)));
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_var_in_a_text_is_one_of_its_parts() {
        let read = |value| within(value, "$(A)").map(|w| w.map(|w| format!("{}{}", w.delimiter, w.index)));
        assert_eq!(read("$(A)"), Some(None));
        assert_eq!(read("$(A):80"), Some(Some(":0".into())));
        assert_eq!(read("http://$(A)"), Some(Some("/2".into())));
        assert_eq!(read("x.$(A).y"), Some(Some(".1".into())));
        assert_eq!(read("x/$(A):80"), None);
        assert_eq!(read("a-b$(A)b-a"), Some(Some("b1".into())));
        assert_eq!(read("a$(A)$(A)"), None);
    }
}
