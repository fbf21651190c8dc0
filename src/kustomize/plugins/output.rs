//! What becomes of the objects that a plugin gives back. kustomize: api/internal/plugins/utils/utils.go.

use super::exchange::{self, remove_id, take_requests};
use crate::base::{Diagnostic, Result, Span};
use crate::k8s::{ResMap, Resource, Schema};
use crate::kustomize::absorb;
use crate::kustomize::context::Context;
use crate::yaml::{Mapping, Node, Value};

/// The objects that a generator made. `config` is where its configuration stands.
///
/// Errors: two objects of one id; what they ask for is nonsense.
pub fn generated(ctx: &Context, objects: Vec<Node>, config: Span, schema: &Schema) -> Result<ResMap> {
    let mut resources = ResMap::new();
    for mut object in objects {
        give_spans(&mut object, None, config);
        let mut resource = exchange::import(ctx, object)?;
        take_requests(&mut resource)?;
        absorb::append(&mut resources, resource, schema)?;
    }
    Ok(resources)
}

/// Makes a set of resources what a transformer gave back: what is there is replaced by id, in its place, what
/// is new comes last, what was not given back goes. kustomize: UpdateResMapValues.
///
/// Errors: two objects of one id, in what was given back or in the set.
pub fn update(
    ctx: &Context,
    plugin: &str,
    objects: Vec<Node>,
    config: Span,
    resources: &mut ResMap,
    schema: &Schema,
) -> Result<()> {
    let mut given = ResMap::new();
    for mut object in objects {
        remove_id(&mut object);
        given.append(exchange::import(ctx, object)?, schema).map_err(|(_, twice)| {
            let message = format!("plugin `{plugin}` gives back {} `{}` twice", twice.kind(), twice.name());
            Diagnostic::new("plugin-output", message).at(config).help("make it give back each object once")
        })?;
    }
    let mut places = Vec::with_capacity(given.len());
    for resource in given.iter() {
        let found = resources.find_by_current_id(&resource.id(schema), schema);
        if found.len() > 1 {
            let message = format!("id `{}` matches {} objects", resource.id(schema).to_owned(), found.len());
            return Err(Diagnostic::new("ambiguous-id", message).at(config));
        }
        places.push(found.first().copied());
    }
    let mut old: Vec<Option<Resource>> = std::mem::take(resources).into_list().into_iter().map(Some).collect();
    let mut kept: Vec<Option<Resource>> = old.iter().map(|_| None).collect();
    let mut new = Vec::new();
    for (mut resource, place) in given.into_list().into_iter().zip(places) {
        let before = place.and_then(|at| old.get_mut(at)).and_then(Option::take);
        give_spans(&mut resource.node, before.as_ref().map(|r| &r.node), config);
        match place.and_then(|at| kept.get_mut(at)) {
            Some(slot) => {
                // kustomize: ResetRNode leaves the names of vars alone.
                resource.var_names = before.map(|r| r.var_names).unwrap_or_default();
                *slot = Some(resource);
            }
            None => new.push(resource),
        }
    }
    *resources = ResMap::from_list(kept.into_iter().flatten().chain(new).collect());
    Ok(())
}

/// Gives each value that a plugin left as it was its old place, and the others the place of the plugin's
/// configuration: that is what a person would edit.
pub fn give_spans(new: &mut Node, old: Option<&Node>, config: Span) {
    let place = |same: bool| old.filter(|_| same).map_or(config, |old| old.span);
    match (&mut new.value, old.map(|old| &old.value)) {
        (Value::Scalar(scalar), was) => {
            let same = matches!(was, Some(Value::Scalar(was)) if was.text == scalar.text);
            new.span = place(same);
        }
        (Value::Sequence(items), was) => {
            let was = if let Some(Value::Sequence(was)) = was { Some(was) } else { None };
            for (at, item) in items.iter_mut().enumerate() {
                give_spans(item, was.and_then(|was| was.get(at)), config);
            }
            new.span = place(was.is_some());
        }
        (Value::Mapping(mapping), was) => {
            let was = if let Some(Value::Mapping(was)) = was { Some(was) } else { None };
            let mut entries = std::mem::take(mapping).into_entries();
            for entry in &mut entries {
                let at = entry.key.text().and_then(|key| was?.position(key));
                let before = at.and_then(|at| was?.entry_at(at));
                give_spans(&mut entry.value, before.map(|entry| &entry.value), config);
                entry.key.span = before.map_or(config, |entry| entry.key.span);
            }
            *mapping = Mapping::from_entries(entries);
            new.span = place(was.is_some());
        }
    }
}
