//! Rights that grow.

use std::collections::BTreeSet;

use super::super::comparison::ObjectChange;
use super::super::path::FieldPath;
use super::super::value::Value;
use super::Risk;

const GROUP: &str = "rbac.authorization.k8s.io";

/// Notes what a role or a binding allows that it did not allow before.
pub fn widened(change: &ObjectChange, after: &Value, found: &mut Vec<Risk>) {
    if change.id.group != GROUP {
        return;
    }
    let before = change.before.as_ref();
    let (field, what) = match change.id.kind.as_str() {
        "Role" | "ClusterRole" => ("rules", new_rights(before, after)),
        "RoleBinding" | "ClusterRoleBinding" => ("subjects", new_subjects(before, after)),
        _ => return,
    };
    let what: Vec<String> = what.into_iter().collect();
    let Some((last, first)) = what.split_last() else { return };
    let named = match first {
        [] => last.clone(),
        [_] | [_, _] => format!("{} and {last}", first.join(", ")),
        [a, b, rest @ ..] => format!("{a}, {b} and {} more", rest.len() + 1),
    };
    let message = match field {
        "rules" => format!("it allows more: {named}"),
        _ => format!("it holds for more: {named}"),
    };
    found.push(Risk::of_field("rbac-widened", message, &FieldPath::of_keys(&[field])));
}

/// A verb on a resource of a group, or on a path: `get pods`, `* *.apps`.
fn new_rights(before: Option<&Value>, after: &Value) -> BTreeSet<String> {
    let old = before.map(rights).unwrap_or_default();
    let is_covered = |right: &Right| old.iter().any(|old| old.covers(right));
    rights(after).into_iter().filter(|right| !is_covered(right)).map(|right| right.to_string()).collect()
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Right {
    verb: String,
    group: String,
    /// A resource, or a path that starts with a slash.
    resource: String,
    /// Of one object only; empty for all.
    name: String,
}

impl Right {
    fn covers(&self, other: &Right) -> bool {
        let covers = |own: &str, other: &str| own == "*" || own == other;
        covers(&self.verb, &other.verb)
            && covers(&self.group, &other.group)
            && covers(&self.resource, &other.resource)
            && (self.name.is_empty() || self.name == other.name)
    }
}

impl std::fmt::Display for Right {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.verb, self.resource)?;
        if !self.group.is_empty() {
            write!(f, ".{}", self.group)?;
        }
        if !self.name.is_empty() {
            write!(f, " {}", self.name)?;
        }
        Ok(())
    }
}

/// So many are looked at: rules multiply out.
const MOST_RIGHTS: usize = 4096;

fn rights(role: &Value) -> Vec<Right> {
    let mut rights = Vec::new();
    for rule in role.get("rules").map(Value::as_list).unwrap_or_default() {
        let texts = |key: &str| -> Vec<String> {
            let items = rule.get(key).map(Value::as_list).unwrap_or_default();
            items.iter().filter_map(Value::as_text).map(str::to_owned).collect()
        };
        let names =
            Some(texts("resourceNames")).filter(|names| !names.is_empty()).unwrap_or_else(|| vec![String::new()]);
        for verb in texts("verbs") {
            let urls = texts("nonResourceURLs").into_iter().map(|url| (String::new(), url));
            let resources = texts("apiGroups")
                .into_iter()
                .flat_map(|group| texts("resources").into_iter().map(move |resource| (group.clone(), resource)));
            for (group, resource) in urls.chain(resources) {
                for name in &names {
                    if rights.len() < MOST_RIGHTS {
                        let right = Right {
                            verb: verb.clone(),
                            group: group.clone(),
                            resource: resource.clone(),
                            name: name.clone(),
                        };
                        rights.push(right);
                    }
                }
            }
        }
    }
    rights
}

fn new_subjects(before: Option<&Value>, after: &Value) -> BTreeSet<String> {
    let old = before.map(subjects).unwrap_or_default();
    subjects(after).into_iter().filter(|subject| !old.contains(subject)).collect()
}

fn subjects(binding: &Value) -> BTreeSet<String> {
    let text = |subject: &Value, key: &str| subject.get(key).and_then(Value::as_text).unwrap_or_default().to_owned();
    let name = |subject: &Value| match text(subject, "namespace") {
        namespace if namespace.is_empty() => format!("{} {}", text(subject, "kind"), text(subject, "name")),
        namespace => format!("{} {namespace}/{}", text(subject, "kind"), text(subject, "name")),
    };
    binding.get("subjects").map(Value::as_list).unwrap_or_default().iter().map(name).collect()
}
