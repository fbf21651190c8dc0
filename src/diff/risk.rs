//! What of a change deserves a second look before it is applied.
//!
//! Sources: the validation of updates in Kubernetes (pkg/apis/*/validation: the fields that `ValidateImmutableField`
//! or an equality check holds), and the reference of the API for what removal takes along.

mod images;
mod immutable;
mod rbac;

use compact_str::CompactString;

use super::comparison::{ObjectChange, Status};
use super::path::FieldPath;
use super::value::Value;

/// One reason to look twice.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Risk {
    /// One word for machines, such as `immutable-field`.
    pub code: &'static str,
    /// What may happen, for people.
    pub message: String,
    /// The field that it is about; empty for the whole object.
    pub path: FieldPath,
}

impl Risk {
    fn of_object(code: &'static str, message: impl Into<String>) -> Risk {
        Risk { code, message: message.into(), path: FieldPath::default() }
    }

    fn of_field(code: &'static str, message: impl Into<String>, path: &FieldPath) -> Risk {
        Risk { code, message: message.into(), path: path.clone() }
    }
}

/// Everything risky about the change of an object.
pub fn risks(change: &ObjectChange) -> Vec<Risk> {
    let mut found = Vec::new();
    match change.status {
        Status::Removed => removed(change, &mut found),
        Status::Added => added(change, &mut found),
        Status::Changed => changed(change, &mut found),
    }
    if let Some(after) = &change.after {
        rbac::widened(change, after, &mut found);
    }
    found
}

fn removed(change: &ObjectChange, found: &mut Vec<Risk>) {
    let message = match change.id.kind.as_str() {
        "Namespace" => "removing a namespace removes everything in it",
        "CustomResourceDefinition" => "removing a CRD removes all its objects",
        "PersistentVolumeClaim" => "removing a claim may remove its data",
        "PersistentVolume" => "removing a volume may remove its data",
        "StatefulSet" => "the pods go, their claims stay behind",
        _ => "the object goes",
    };
    found.push(Risk::of_object("removed", message));
}

fn added(change: &ObjectChange, found: &mut Vec<Risk>) {
    let Some(after) = &change.after else { return };
    images::judge(None, after, found);
}

fn changed(change: &ObjectChange, found: &mut Vec<Risk>) {
    let (Some(before), Some(after)) = (&change.before, &change.after) else { return };
    if let Some(old) = change.old_id.as_ref().filter(|_| !change.is_generated) {
        let message = match old.namespace == change.id.namespace {
            true => format!("the object is made anew, and `{}` stays behind or goes", old.name),
            false if old.namespace.is_empty() => {
                "the object is made anew, and the one without a namespace stays behind or goes".to_owned()
            }
            false => format!("the object is made anew, and the one in `{}` stays behind or goes", old.namespace),
        };
        found.push(Risk::of_object("renamed", message));
    }
    immutable::judge(change, before, found);
    images::judge(Some(before), after, found);
    replicas(before, after, found);
    match change.id.kind.as_str() {
        "CustomResourceDefinition" => crd_versions(before, after, found),
        "Namespace" => found.push(Risk::of_object("namespace", "a namespace changes")),
        _ => {}
    }
}

fn replicas(before: &Value, after: &Value, found: &mut Vec<Risk>) {
    let path = ["spec", "replicas"];
    let is_zero = |value: &Value| value.lookup(&path) == Some(&Value::Number(CompactString::const_new("0")));
    if is_zero(after) && !is_zero(before) {
        found.push(Risk::of_field("scaled-to-zero", "no replica is left", &FieldPath::of_keys(&path)));
    }
}

/// Versions that are served no more, or that objects can no longer be stored in.
fn crd_versions(before: &Value, after: &Value, found: &mut Vec<Risk>) {
    let versions = |crd: &Value| -> Vec<String> {
        let listed = crd.lookup(&["spec", "versions"]).map(Value::as_list).unwrap_or_default();
        let served = listed.iter().filter(|version| version.get("served") != Some(&Value::Bool(false)));
        served.filter_map(|version| version.get("name").and_then(Value::as_text)).map(str::to_owned).collect()
    };
    let new = versions(after);
    let path = FieldPath::of_keys(&["spec", "versions"]);
    for gone in versions(before).iter().filter(|version| !new.contains(version)) {
        found.push(Risk::of_field("crd-version", format!("version `{gone}` is no longer served"), &path));
    }
    let listed = |crd: &Value| crd.lookup(&["spec", "versions"]).map(Value::as_list).unwrap_or_default().to_vec();
    let name = |version: &Value| version.get("name").and_then(Value::as_text).map(str::to_owned);
    let kept: Vec<_> = listed(after).iter().filter_map(name).collect();
    // Source: ValidateCustomResourceDefinitionStoredVersions of apiextensions.
    let stored = listed(before).into_iter().filter(|version| version.get("storage") == Some(&Value::Bool(true)));
    for gone in stored.filter_map(|version| name(&version)).filter(|name| !kept.contains(name)) {
        let message = format!(
            "objects are stored in version `{gone}`, which goes: they are lost, or the cluster refuses it while \
             `status.storedVersions` names it"
        );
        found.push(Risk::of_field("crd-stored-version", message, &path));
    }
    found.push(Risk::of_object("crd", "a CRD changes: its objects are judged by the new schema"));
}
