//! What other releases still need of objects that go away.

use super::history;
use super::rollback::Contents;
use super::tip::tip;
use crate::base::{Result, Sources};
use crate::diff::{Id, Object, Value};

/// Somebody's need of an object.
#[derive(Debug, PartialEq, Eq)]
pub struct Use {
    /// The revision that has it: `api@4`.
    pub revision: String,
    /// Who refers to the object; nothing where the release has the object itself.
    pub by: Option<Id>,
}

/// How a pod names a ConfigMap: the field around it, and the field with the name. Source: the types of Volume,
/// EnvFromSource, EnvVarSource and VolumeProjection in Kubernetes' reference of the API.
const CONFIG_MAP: [(&str, &str); 3] = [("configMap", "name"), ("configMapRef", "name"), ("configMapKeyRef", "name")];

/// The same of a Secret, also of a ServiceAccount, an Ingress and of what follows their habits.
const SECRET: [(&str, &str); 6] = [
    ("secret", "secretName"),
    ("secret", "name"),
    ("secretRef", "name"),
    ("secretKeyRef", "name"),
    ("imagePullSecrets", "name"),
    ("tls", "secretName"),
];

/// For each of some objects, how the newest revisions of other releases use it: as their own, or ConfigMaps and
/// Secrets by name.
///
/// Errors: the store cannot be read. A release that is damaged says nothing.
pub fn uses(contents: &Contents, name: &str, objects: &[&Id], sources: &Sources) -> Result<Vec<(Id, Vec<Use>)>> {
    let mut found: Vec<(Id, Vec<Use>)> = objects.iter().map(|id| ((*id).clone(), Vec::new())).collect();
    let others = if objects.is_empty() { Vec::new() } else { history::names(contents.store)? };
    for other in others.iter().filter(|other| *other != name) {
        let Some(newest) = tip(contents.store, other)?.newest else { continue };
        let Ok(theirs) = contents.objects(&newest, sources) else { continue };
        let revision = format!("{other}@{}", newest.number);
        for (id, uses) in &mut found {
            for object in &theirs {
                if object.id == *id {
                    uses.push(Use { revision: revision.clone(), by: None });
                } else if object.id.namespace == id.namespace && refers_to(object, id) {
                    uses.push(Use { revision: revision.clone(), by: Some(object.id.clone()) });
                }
            }
        }
    }
    found.retain(|(_, uses)| !uses.is_empty());
    Ok(found)
}

fn refers_to(object: &Object, id: &Id) -> bool {
    let forms: &[(&str, &str)] = match () {
        () if id.is_config_map() => &CONFIG_MAP,
        () if id.is_secret() => &SECRET,
        () => return false,
    };
    Value::of_node(&object.node).is_ok_and(|value| names(&value, forms, &id.name))
}

fn names(value: &Value, forms: &[(&str, &str)], name: &str) -> bool {
    let is_named = |around: &str, value: &Value| {
        let field = |item: &Value| {
            forms
                .iter()
                .any(|(outer, field)| *outer == around && item.get(field).and_then(Value::as_text) == Some(name))
        };
        field(value) || value.as_list().iter().any(field)
    };
    value.fields().iter().any(|(key, value)| is_named(key, value) || names(value, forms, name))
        || value.as_list().iter().any(|item| names(item, forms, name))
}
