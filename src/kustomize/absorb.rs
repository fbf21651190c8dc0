//! What happens when a generated object meets one of the same id: create, replace or merge.
//! kustomize: resWrangler.AbsorbAll, Resource.CopyMergeMetaDataFieldsFrom.

use crate::base::{Diagnostic, Result, Span};
use crate::k8s::read::content_pairs;
use crate::k8s::{Behavior, ResId, ResMap, Resource, Schema};
use crate::yaml::{Mapping, Node, Style};

/// Takes generated resources into a set, by the behaviour that each asks for.
///
/// Errors: `merge` or `replace` of what is not there; `create` of what is; several that fit.
pub fn absorb(into: &mut ResMap, generated: ResMap, schema: &Schema) -> Result<()> {
    for mut resource in generated.into_list() {
        let id = resource.id(schema).to_owned();
        let matches = into.find_by_any_id(&resource.id(schema), schema);
        match (matches.as_slice(), resource.behavior) {
            ([], Behavior::Merge | Behavior::Replace) => return Err(nothing_to_merge(&resource, &id, into)),
            ([], _) => into.push(resource),
            (&[at], Behavior::Merge | Behavior::Replace) => {
                // The new object takes the old one's name and history, so the index stays true.
                if let Some(old) = into.list_mut_same_ids().get_mut(at) {
                    if resource.behavior == Behavior::Merge {
                        merge_into(&mut resource, old);
                    } else {
                        take_metadata(&mut resource, old);
                    }
                    *old = resource;
                }
            }
            (&[at], _) => return Err(exists(&resource, &id, into.get(at))),
            _ => {
                let places = matches.iter().filter_map(|at| into.get(*at));
                let error =
                    Diagnostic::new("ambiguous-merge", format!("several objects could take in the generated `{id}`"))
                        .at(resource.node.span);
                return Err(places.fold(error, |e, r| e.label(r.name_span(), "this is one of them")));
            }
        }
    }
    Ok(())
}

/// Appends a resource; its id must be new.
pub fn append(into: &mut ResMap, resource: Resource, schema: &Schema) -> Result<()> {
    into.append(resource, schema).map_err(|(at, resource)| {
        let id = resource.id(schema).to_owned();
        let error =
            Diagnostic::new("duplicate-id", format!("may not add resource with an already registered id: {id}"))
                .label(resource.name_span(), "added here");
        let error = match into.get(at) {
            Some(first) => error.label(first.name_span(), "first here"),
            None => error,
        };
        error.help("two objects of the same kind, name and namespace: remove one, rename one, or turn one into a patch")
    })
}

/// Appends all; ids must be new.
pub fn append_all(into: &mut ResMap, resources: ResMap, schema: &Schema) -> Result<()> {
    if into.is_empty() && resources.names_differ() {
        *into = resources;
        return Ok(());
    }
    resources.into_list().into_iter().try_for_each(|resource| append(into, resource, schema))
}

fn nothing_to_merge(resource: &Resource, id: &ResId, into: &ResMap) -> Box<Diagnostic> {
    let verb = behavior_name(resource.behavior);
    let same_name = into.iter().find(|r| r.name() == resource.name() && r.kind() == resource.kind());
    let error =
        Diagnostic::new("nothing-to-merge", format!("`{id}` does not exist; cannot {verb}")).at(resource.node.span);
    match same_name {
        Some(other) => error
            .label(other.name_span(), "this one has the name, in another namespace")
            .help("give the generator the same `namespace`"),
        None => error.help(format!(
            "`behavior: {verb}` needs an object of that name from `resources` or an earlier generator; to make a new one leave `behavior` out"
        )),
    }
}

fn exists(resource: &Resource, id: &ResId, old: Option<&Resource>) -> Box<Diagnostic> {
    let verb = behavior_name(resource.behavior);
    let error = Diagnostic::new(
        "generated-exists",
        format!("`{id}` exists; cannot use behavior `{verb}`, it must be `merge` or `replace`"),
    )
    .at(resource.node.span);
    match old {
        Some(old) => error.label(old.name_span(), "it exists here"),
        None => error,
    }
    .help("set `behavior: merge` or `behavior: replace` on this generator, or use another name")
}

fn behavior_name(behavior: Behavior) -> &'static str {
    match behavior {
        Behavior::Unspecified => "unspecified",
        Behavior::Create => "create",
        Behavior::Replace => "replace",
        Behavior::Merge => "merge",
    }
}

fn merge_into(new: &mut Resource, old: &Resource) {
    take_metadata(new, old);
    for field in ["data", "binaryData"] {
        // Go: GetDataMap reads null as empty.
        let merged =
            merged_map(&[old.node.get(field), new.node.get(field)], |v| if v.is_null() { None } else { v.text() });
        set_or_remove(&mut new.node, field, merged, |value| {
            // Go: makeConfigMapValueRNode.
            if let Some(scalar) = value.as_scalar_mut().filter(|s| s.text.contains('\n')) {
                scalar.style = Style::Literal;
            }
        });
    }
    if old.origin.is_some() {
        new.origin.clone_from(&old.origin);
    }
}

/// The old object's identity, history and metadata, with the new one's labels and annotations on top.
/// The hash suffix stays only if both want it.
fn take_metadata(new: &mut Resource, old: &Resource) {
    for field in ["labels", "annotations"] {
        let path = ["metadata", field];
        let merged = merged_map(&[old.node.lookup(&path), new.node.lookup(&path)], Node::text);
        if let Some(metadata) = new.metadata_mut() {
            set_or_remove(metadata, field, merged, |_| {});
        }
    }
    new.needs_hash &= old.needs_hash;
    new.behavior = old.behavior;
    new.previous.clone_from(&old.previous);
    new.prefixes.clone_from(&old.prefixes);
    new.suffixes.clone_from(&old.suffixes);
    new.var_names.clone_from(&old.var_names);
    new.from_helm = old.from_helm;
    if new.transformations.is_empty() {
        new.transformations.clone_from(&old.transformations);
    }
    new.set_name(old.name(), old.name_span());
    let namespace_span = old.node.lookup(&["metadata", "namespace"]).map_or(Span::NOWHERE, |n| n.span);
    new.set_namespace(old.namespace(), namespace_span);
}

/// Maps of strings on top of one another, sorted by key; values are texts, keys are written without a tag.
fn merged_map(maps: &[Option<&Node>], read: fn(&Node) -> Option<&str>) -> Mapping {
    let mut pairs: Vec<(&Node, &Node)> = maps.iter().flatten().flat_map(|node| content_pairs(node)).collect();
    let text = |node: &Node| node.text().unwrap_or_default().to_string();
    pairs.sort_by_cached_key(|(key, _)| text(key));
    let mut merged = Mapping::with_capacity(pairs.len());
    let mut pairs = pairs.into_iter().peekable();
    while let Some((key, value)) = pairs.next() {
        if pairs.peek().is_some_and(|(next, _)| next.text() == key.text()) {
            continue;
        }
        let text = read(value).unwrap_or_default();
        merged.push(Node::plain(key.text().unwrap_or_default(), key.span), Node::string(text, value.span));
    }
    merged
}

fn set_or_remove(node: &mut Node, field: &str, map: Mapping, style: impl Fn(&mut Node)) {
    let span = node.get(field).map_or(node.span, |old| old.span);
    let Some(mapping) = node.as_mapping_mut() else { return };
    if map.is_empty() {
        mapping.remove(field);
        return;
    }
    let mut map = Node::new(map, span);
    if let Some(entries) = map.as_mapping_mut() {
        entries.iter_mut().for_each(|(_, value)| style(value));
    }
    mapping.set(field, map);
}
