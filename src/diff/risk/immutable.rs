//! Fields that cannot be changed: the object has to be made anew.

use super::super::comparison::ObjectChange;
use super::super::path::{FieldPath, Step};
use super::super::value::Value;
use super::Risk;

/// By kind and group: the fields that updates may not touch. A list of keys; what lies below counts too.
const IMMUTABLE: &[(&str, &str, &[&[&str]])] = &[
    ("Deployment", "apps", &[&["spec", "selector"]]),
    ("DaemonSet", "apps", &[&["spec", "selector"]]),
    ("ReplicaSet", "apps", &[&["spec", "selector"]]),
    (
        "StatefulSet",
        "apps",
        &[
            &["spec", "selector"],
            &["spec", "serviceName"],
            &["spec", "podManagementPolicy"],
            &["spec", "volumeClaimTemplates"],
        ],
    ),
    (
        "Job",
        "batch",
        &[&["spec", "selector"], &["spec", "template"], &["spec", "completions"], &["spec", "completionMode"]],
    ),
    (
        "PersistentVolumeClaim",
        "",
        &[
            &["spec", "accessModes"],
            &["spec", "selector"],
            &["spec", "storageClassName"],
            &["spec", "volumeMode"],
            &["spec", "volumeName"],
            &["spec", "dataSource"],
            &["spec", "dataSourceRef"],
        ],
    ),
    ("Service", "", &[&["spec", "clusterIP"], &["spec", "clusterIPs"]]),
    ("RoleBinding", "rbac.authorization.k8s.io", &[&["roleRef"]]),
    ("ClusterRoleBinding", "rbac.authorization.k8s.io", &[&["roleRef"]]),
    (
        "StorageClass",
        "storage.k8s.io",
        &[&["provisioner"], &["parameters"], &["reclaimPolicy"], &["volumeBindingMode"]],
    ),
    ("IngressClass", "networking.k8s.io", &[&["spec", "controller"]]),
    ("PriorityClass", "scheduling.k8s.io", &[&["value"], &["preemptionPolicy"]]),
    ("CustomResourceDefinition", "apiextensions.k8s.io", &[&["spec", "group"], &["spec", "scope"]]),
    ("Secret", "", &[&["type"]]),
];

pub fn judge(change: &ObjectChange, before: &Value, found: &mut Vec<Risk>) {
    // Under another name it is another object.
    if change.old_id.is_some() {
        return;
    }
    let id = &change.id;
    let known = IMMUTABLE.iter().find(|(kind, group, _)| *kind == id.kind && *group == id.group);
    let fields = known.map(|(_, _, fields)| *fields).unwrap_or_default();
    let mut told: Vec<&[&str]> = Vec::new();
    for field in change.fields.iter().filter(|field| !field.is_form()) {
        for keys in fields.iter().copied().filter(|keys| touches(&field.path, keys)) {
            if !told.contains(&keys) {
                told.push(keys);
                let name = keys.last().copied().unwrap_or_default();
                let message = format!("`{name}` of a {} cannot be changed: it has to be made anew", id.kind);
                found.push(Risk::of_field("immutable-field", message, &field.path));
            }
        }
    }
    let is_frozen = before.get("immutable") == Some(&Value::Bool(true)) && (id.is_config_map() || id.is_secret());
    let is_data = |path: &FieldPath| {
        path.0
            .first()
            .is_some_and(|step| ["data", "binaryData", "stringData", "immutable"].iter().any(|key| step.is_key(key)))
    };
    if let Some(field) = change.fields.iter().find(|field| is_frozen && is_data(&field.path)) {
        let message = format!("this {} is immutable: it has to be made anew", id.kind);
        found.push(Risk::of_field("immutable-field", message, &field.path));
    }
    if let ("Pod", "", Some(field)) = (
        id.kind.as_str(),
        id.group.as_str(),
        change.fields.iter().find(|field| field.path.starts_with(&["spec"]) && !may_change_in_pod(&field.path)),
    ) {
        found.push(Risk::of_field("immutable-field", "a Pod cannot be changed: it has to be made anew", &field.path));
    }
}

/// Whether a change at a path changes what lies at some keys: at or below it, or above it.
fn touches(path: &FieldPath, keys: &[&str]) -> bool {
    path.0.iter().zip(keys).all(|(step, key)| step.is_key(key))
}

/// Kubernetes: ValidatePodUpdate.
fn may_change_in_pod(path: &FieldPath) -> bool {
    match path.0.as_slice() {
        [_, Step::Key(list), Step::Item(_) | Step::Index(_), Step::Key(field)] => {
            matches!(list.as_str(), "containers" | "initContainers") && field == "image"
        }
        [_, Step::Key(field), ..] => {
            matches!(field.as_str(), "activeDeadlineSeconds" | "tolerations" | "schedulingGates")
        }
        _ => false,
    }
}
