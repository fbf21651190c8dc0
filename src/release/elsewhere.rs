//! What other releases still need of objects that go away.

use std::collections::{BTreeSet, HashMap};

use compact_str::CompactString;

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

/// How objects name ConfigMaps: the field around the name, and the field with it. Source: the types of Volume,
/// EnvFromSource, EnvVarSource and VolumeProjection in Kubernetes' reference of the API.
const CONFIG_MAP: [(&str, &str); 3] = [("configMap", "name"), ("configMapRef", "name"), ("configMapKeyRef", "name")];

/// The same of Secrets, also of a ServiceAccount, an Ingress and of what follows their habits.
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
    let positions: HashMap<&Id, usize> = objects.iter().enumerate().map(|(at, id)| (*id, at)).collect();
    let others = if objects.is_empty() { Vec::new() } else { history::names(contents.store)? };
    for other in others.iter().filter(|other| *other != name) {
        let Some(newest) = tip(contents.store, other)?.newest else { continue };
        let Ok(theirs) = contents.objects(&newest, sources) else { continue };
        let revision = format!("{other}@{}", newest.number);
        for object in &theirs {
            if let Some(at) = positions.get(&object.id) {
                found[*at].1.push(Use { revision: revision.clone(), by: None });
            }
            for id in references(object).iter().filter(|id| **id != object.id) {
                if let Some(at) = positions.get(id) {
                    found[*at].1.push(Use { revision: revision.clone(), by: Some(object.id.clone()) });
                }
            }
        }
    }
    found.retain(|(_, uses)| !uses.is_empty());
    Ok(found)
}

/// The ConfigMaps and Secrets that an object names, each once. They are in its own namespace.
fn references(object: &Object) -> BTreeSet<Id> {
    let mut found = BTreeSet::new();
    if let Ok(value) = Value::of_node(&object.node) {
        gather(&value, &object.id.namespace, &mut found);
    }
    found
}

fn gather(value: &Value, namespace: &CompactString, found: &mut BTreeSet<Id>) {
    for (around, value) in value.fields() {
        for (kind, forms) in [("ConfigMap", &CONFIG_MAP[..]), ("Secret", &SECRET)] {
            for (_, field) in forms.iter().filter(|(outer, _)| outer == around) {
                let items = std::iter::once(value).chain(value.as_list());
                let names = items.filter_map(|item| item.get(field)?.as_text());
                found.extend(names.map(|name| Id {
                    kind: kind.into(),
                    group: CompactString::default(),
                    namespace: namespace.clone(),
                    name: name.into(),
                }));
            }
        }
        gather(value, namespace, found);
    }
    value.as_list().iter().for_each(|item| gather(item, namespace, found));
}
