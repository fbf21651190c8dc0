//! The `patches` field: strategic merge patches and JSON patches, inline or in files.
//!
//! Each entry is a transformer of its own. All are loaded before the first one runs, so that a
//! mistake in the last is found before anything is changed. Source: PatchTransformer in
//! api/internal/builtins, ApplySmPatch in api/resource/resource.go and api/resmap/reswrangler.go.
//!
//! **Invariant:** each text is read once, however many objects it is for.
//! **Not here:** how a patch is merged (`crate::patch`).

mod lookup;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::super::context::Context;
use super::super::kustomization::{Patch, Text};
use super::super::loader::Loader;
use super::super::selector::Target;
use crate::base::{Diagnostic, Result, SourceId, Span};
use crate::k8s::read::{read_resources, rewrite_metadata_map};
use crate::k8s::{Behavior, ResMap, Resource, Schema};
use crate::patch::JsonPatch;
use crate::patch::strategic::{self, Comments, Outcome};
use crate::yaml::Node;

pub(super) use lookup::find_target;

/// An entry of `patches` that was read.
#[derive(Debug)]
pub struct LoadedPatch {
    content: Content,
    target: Option<super::super::kustomization::Selector>,
    span: Span,
}

#[derive(Debug)]
enum Content {
    /// Perhaps none: a text of comments only.
    Merges(Vec<Resource>),
    Json(JsonPatch),
}

/// The text of an entry: of the file that `path` names, or the inline one. `wanted` says what is missing.
/// Errors: neither `path` nor `patch`, or both; a file that cannot be read.
pub(super) fn text_of(
    ctx: &Context,
    loader: &Loader,
    field: &str,
    patch: &Patch,
    inline: &str,
    wanted: &str,
) -> Result<(SourceId, Arc<[u8]>)> {
    match (&patch.path[..], inline) {
        ("", "") => Err(Diagnostic::new("patch-without-content", "a patch has neither `path` nor `patch`")
            .at(patch.span)
            .help(format!("name a file with `path`, or write {wanted} below `patch: |-`"))),
        (_, "") => {
            let file = loader.load(ctx, field, &patch.path)?;
            Ok((file.source, file.text))
        }
        ("", inline) => Ok(embed(ctx, inline, patch.patch.span)),
        _ => Err(Diagnostic::new("patch-path-and-patch", "a patch has both `path` and `patch`")
            .at(patch.path.span)
            .label(patch.patch.span, "and here is the other one")
            .help("keep one of them")),
    }
}

/// Reads an entry. Errors: neither `path` nor `patch`, or both; a file that cannot be read; a text
/// that is no patch of either kind.
pub fn load(ctx: &Context, loader: &Loader, patch: &Patch) -> Result<LoadedPatch> {
    let (source, text) = text_of(ctx, loader, "patches", patch, patch.patch.trim(), "the patch itself")?;
    let content = read(ctx, source, text)?;
    let content = match content {
        Content::Merges(mut merges) => {
            let options = patch.options;
            for merge in merges.iter_mut().filter(|_| options.allow_name_change || options.allow_kind_change) {
                merge.allow_name_change |= options.allow_name_change;
                merge.allow_kind_change |= options.allow_kind_change;
                // kustomize: the options are kept in annotations, which become texts by that.
                rewrite_metadata_map(&mut merge.node, "annotations", |_| true);
            }
            Content::Merges(merges)
        }
        json => json,
    };
    Ok(LoadedPatch { content, target: patch.target.clone(), span: patch.span })
}

/// A text that stands in the kustomization, as a source of its own whose places are found there.
pub(super) fn embed(ctx: &Context, text: &str, span: Span) -> (SourceId, Arc<[u8]>) {
    let bytes: Arc<[u8]> = text.as_bytes().into();
    (ctx.sources.add_embedded(bytes.clone(), span), bytes)
}

/// kustomize: a text is tried as both kinds. No text with content is both: one has to be a list, the
/// other must not.
fn read(ctx: &Context, source: SourceId, text: Arc<[u8]>) -> Result<Content> {
    let looks_like_list = text.trim_ascii_start().starts_with(b"[") || text.trim_ascii_start().starts_with(b"- ");
    let json = || JsonPatch::parse(source, text.clone());
    let merges = || read_resources(ctx.sources, source);
    if looks_like_list {
        match json() {
            Ok(patch) if !patch.is_empty() => Ok(Content::Json(patch)),
            Ok(_) => Ok(Content::Merges(Vec::new())),
            Err(error) => merges().map(Content::Merges).map_err(|_| no_patch(error)),
        }
    } else {
        match merges() {
            Ok(merges) => Ok(Content::Merges(merges)),
            Err(error) => match json() {
                Ok(patch) if patch.is_empty() => Ok(Content::Merges(Vec::new())),
                Ok(patch) => Ok(Content::Json(patch)),
                Err(_) => Err(no_patch(error)),
            },
        }
    }
}

fn no_patch(error: Box<Diagnostic>) -> Box<Diagnostic> {
    error.within("in a patch, which must be an object to merge or a list of JSON patch operations")
}

/// Applies an entry. Errors: a merge that finds no object or several, a JSON patch without a target,
/// what the patch itself says.
pub fn apply(patch: &LoadedPatch, resources: &mut ResMap, schema: &Schema) -> Result<()> {
    match &patch.content {
        Content::Merges(merges) => match (&merges[..], &patch.target) {
            ([], _) => Ok(()),
            ([merge], Some(selector)) => {
                let selected = Target::new(selector)?.select(resources, schema)?;
                merge_into_all(merge, &selected, resources, schema)
            }
            (_, Some(_)) => Err(Diagnostic::new(
                "patch-target-for-several",
                "a patch with several documents cannot have a `target`",
            )
            .at(patch.span)
            .help("make an entry of each document, or take the `target` away and let each name its object")),
            (merges, None) => merges.iter().try_for_each(|merge| {
                let at = find_target(merge, resources, schema)?;
                merge_into(merge.node.clone(), merge, at, resources, schema)
            }),
        },
        Content::Json(json) => {
            let Some(selector) = &patch.target else {
                return Err(Diagnostic::new("json-patch-without-target", "a JSON patch needs a `target`")
                    .at(patch.span)
                    .help("add `target:` with the kind and name of the object that it is for"));
            };
            for at in Target::new(selector)?.select(resources, schema)? {
                change_by_json(json, at, Remember::PreviousId, resources, schema)?;
            }
            Ok(())
        }
    }
}

/// Merges a patch into objects at positions, whatever the patch's own name is. kustomize:
/// resWrangler.ApplySmPatch: the patch's labels and annotations become texts, so that null does not
/// delete them; its apiVersion becomes the object's.
pub(super) fn merge_into_all(merge: &Resource, at: &[usize], resources: &mut ResMap, schema: &Schema) -> Result<()> {
    let mut patch = merge.node.clone();
    rewrite_metadata_map(&mut patch, "labels", |_| true);
    rewrite_metadata_map(&mut patch, "annotations", |_| true);
    for at in at.iter().copied() {
        let mut copy = patch.clone();
        let version = resources.get(at).and_then(|target| target.node.get("apiVersion")).cloned();
        if let Some(fields) = copy.as_mapping_mut() {
            fields.set("apiVersion", version.unwrap_or_else(|| Node::plain("", merge.node.span)));
        }
        merge_into(copy, merge, at, resources, schema)?;
    }
    if merge.allow_name_change || merge.allow_kind_change {
        at.iter().try_for_each(|at| check_unique(*at, resources, schema))?;
    }
    Ok(())
}

/// kustomize: ApplySmPatch puts the objects together anew, which finds ids that are there twice.
fn check_unique(at: usize, resources: &mut ResMap, schema: &Schema) -> Result<()> {
    let Some(resource) = resources.get(at).filter(|resource| !resource.node.is_nil_or_empty()).cloned() else {
        return Ok(());
    };
    let id = resource.id(schema);
    match resources.find_by_current_id(&id, schema)[..] {
        [first, second, ..] => {
            let name = |at: usize| resources.get(at).map_or(Span::NOWHERE, Resource::name_span);
            let other = if first == at { second } else { first };
            Err(Diagnostic::new("duplicate-id", format!("a patch gives two objects the id {}", id.to_owned()))
                .label(name(at), "the one that is patched")
                .label(name(other), "the other one")
                .help("let the target select one object, or take `allowNameChange` or `allowKindChange` away"))
        }
        _ => Ok(()),
    }
}

/// kustomize: Resource.ApplySmPatch: name, kind and namespace stay, unless the patch may change them.
fn merge_into(patch: Node, options: &Resource, at: usize, resources: &mut ResMap, schema: &Schema) -> Result<()> {
    let may_change_id = options.allow_name_change || options.allow_kind_change;
    let list = if may_change_id { &mut resources.list_mut()[..] } else { resources.list_mut_same_ids() };
    let Some(target) = list.get_mut(at) else { return Ok(()) };
    if may_change_id {
        store_previous_id(target, schema)?;
    }
    if removes_annotations(&patch) {
        forget_bookkeeping(target);
    }
    if target.has_bookkeeping() && patch.lookup(&["metadata", "annotations", "$patch"]).is_some() {
        // kustomize: bookkeeping is in the annotations, so there are some for the directive.
        target.make_annotations();
    }
    let kept = Identity::of(target);
    let place = target.name_span();
    let texts = target.comments.clone();
    let comments = Comments { target: texts.as_deref(), patch: options.comments.as_deref() };
    let outcome =
        strategic::merge(&mut target.node, patch, schema, comments).map_err(|error| about(target, place, error))?;
    if outcome == Outcome::Deleted || target.node.is_nil_or_empty() {
        target.node = Node::null(target.node.span);
        return Ok(());
    }
    kept.put_back(target, options);
    target.settle_twins();
    Ok(())
}

/// The parts of an object that a merge leaves alone, as nodes, so that they keep their places.
struct Identity {
    kind: Option<Node>,
    name: Option<Node>,
    namespace: Option<Node>,
}

impl Identity {
    fn of(resource: &Resource) -> Identity {
        let node = &resource.node;
        let filled = |path: &[&str]| node.lookup(path).filter(|n| !n.is_null() && n.text() != Some("")).cloned();
        Identity {
            kind: filled(&["kind"]),
            name: filled(&["metadata", "name"]),
            namespace: filled(&["metadata", "namespace"]),
        }
    }

    /// Go: what was missing is set, too, to an empty text.
    fn put_back(self, resource: &mut Resource, options: &Resource) {
        let span = resource.node.span;
        if !options.allow_kind_change {
            match self.kind {
                Some(kind) => put(&mut resource.node, "kind", kind),
                None => resource.set_kind("", span),
            }
        }
        if !options.allow_name_change {
            match (self.name, resource.metadata_mut()) {
                (Some(name), Some(metadata)) => put(metadata, "name", name),
                _ => resource.set_name("", span),
            }
        }
        match (self.namespace, resource.metadata_mut()) {
            (Some(namespace), Some(metadata)) => put(metadata, "namespace", namespace),
            _ => resource.set_namespace("", span),
        }
    }
}

fn put(node: &mut Node, key: &str, value: Node) {
    if let Some(fields) = node.as_mapping_mut() {
        fields.set(key, value);
    }
}

/// Whether a patch takes away all annotations, and with them, in the reference, its bookkeeping.
fn removes_annotations(patch: &Node) -> bool {
    let replaces = |node: &Node| matches!(node.get("$patch").and_then(Node::text), Some("delete" | "replace"));
    patch.get("metadata").is_some_and(|metadata| {
        let annotations = metadata.get("annotations");
        metadata.is_null() || replaces(metadata) || annotations.is_some_and(|a| a.is_null() || replaces(a))
    })
}

fn forget_bookkeeping(resource: &mut Resource) {
    resource.previous.clear();
    resource.prefixes.clear();
    resource.suffixes.clear();
    resource.needs_hash = false;
    resource.behavior = Behavior::Unspecified;
    resource.from_helm = false;
    resource.origin = None;
    resource.transformations.clear();
}

/// kustomize: an empty part of an id is not stored, and the parts that are do not fit together then.
fn store_previous_id(target: &mut Resource, schema: &Schema) -> Result<()> {
    let missing = match (target.kind(), target.name()) {
        ("", _) => "kind",
        (_, "") => "name",
        _ => {
            target.store_previous_id(schema);
            return Ok(());
        }
    };
    let message = format!("the patch is for an object that has no {missing} any more");
    Err(Diagnostic::new("object-without-identity", message)
        .at(target.name_span())
        .help(format!("an earlier patch took the {missing} away; let it set another one instead")))
}

/// Whether a JSON patch leaves the present id as a previous one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Remember {
    PreviousId,
    Nothing,
}

/// Applies a JSON patch to the object at a position.
pub(super) fn change_by_json(
    patch: &JsonPatch,
    at: usize,
    remember: Remember,
    resources: &mut ResMap,
    schema: &Schema,
) -> Result<()> {
    let Some(target) = resources.list_mut_same_ids().get_mut(at) else { return Ok(()) };
    let before = target.id(schema).to_owned();
    if remember == Remember::PreviousId {
        store_previous_id(target, schema)?;
    }
    if target.has_bookkeeping() {
        // kustomize: bookkeeping is in the annotations, so there are some for the patch to find.
        target.make_annotations();
    }
    let place = target.name_span();
    patch.apply(&mut target.node).map_err(|error| about(target, place, error))?;
    target.forget_twins();
    target.comments = None;
    if target.node.get("metadata").is_none()
        && let Some(fields) = target.node.as_mapping_mut()
    {
        fields.set("metadata", Node::mapping(place));
    }
    rewrite_metadata_map(&mut target.node, "annotations", |_| true);
    if target.id(schema).to_owned() != before {
        resources.list_mut();
    }
    Ok(())
}

/// Says which object a patch failed on. Lines of a Secret are not shown.
fn about(target: &Resource, place: Span, error: Box<Diagnostic>) -> Box<Diagnostic> {
    let error = error.label(place, format!("while patching this {}", target.kind()));
    if target.kind() == "Secret" { error.masked() } else { error }
}

/// A place of a text that is named in a message; the text of `paths` entries that are inline is long.
pub(super) fn is_inline(text: &Text) -> bool {
    text.contains('\n') || text.trim_start().starts_with('{')
}
