//! The words in which the formats for people tell a change.

use super::super::comparison::{Difference, FieldChange, ObjectChange, Status};
use super::super::value::Value;
use super::{Report, Section};

/// A sign in front of an object: `+`, `~`, `-`.
pub fn sign(status: Status) -> char {
    match status {
        Status::Added => '+',
        Status::Changed => '~',
        Status::Removed => '-',
    }
}

/// What an object is called: `ConfigMap shop/web-26d2th5m7g -> web-9kmbc4g886`.
pub fn title(change: &ObjectChange) -> String {
    match &change.old_id {
        None => change.id.to_string(),
        Some(old) if old.namespace == change.id.namespace => format!("{old} -> {}", change.id.name),
        Some(old) => format!("{old} -> {}/{}", change.id.namespace, change.id.name),
    }
}

/// A scalar as YAML has it, in one line; a collection in flow style.
pub fn short(value: &Value) -> String {
    match value {
        Value::Text(text) if !text.contains('\n') => value.to_yaml().trim_end().to_owned(),
        _ => value.to_line(),
    }
}

/// What is told of a field beside its values: that it is secret, that only the order or the form differs.
pub fn remark(field: &FieldChange) -> Option<String> {
    match (&field.before, &field.after, field.difference) {
        (_, _, Difference::Form) => Some("the same, written otherwise".to_owned()),
        (Some(before), Some(after), Difference::Order) => {
            Some(format!("other order: {} -> {}", names(before), names(after)))
        }
        (Some(Value::Secret { bytes: old, .. }), Some(Value::Secret { bytes: new, .. }), _) => {
            Some(format!("changed ({old} -> {new} bytes)"))
        }
        _ => None,
    }
}

fn names(list: &Value) -> String {
    list.as_list().iter().filter_map(Value::as_text).collect::<Vec<_>>().join(", ")
}

/// The objects that only follow a new name: `followed by Deployment.apps web`.
pub fn followers(change: &ObjectChange) -> Option<String> {
    let names: Vec<String> = change.followers.iter().map(|id| id.to_string()).collect();
    (!names.is_empty()).then(|| format!("followed by {}", names.join(", ")))
}

/// Where a change is met, if there is more than one place.
pub fn environments(section: &Section, report: &Report) -> Option<String> {
    let all = report.environments.len();
    if all <= 1 {
        return None;
    }
    let names: Vec<&str> = section.environments.iter().map(|at| report.environments[*at].name.as_str()).collect();
    Some(match names.len() {
        1 => names.concat(),
        count if count == all => format!("all {all} environments"),
        count => format!("{count} of {all} environments: {}", names.join(", ")),
    })
}
