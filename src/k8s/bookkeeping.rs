//! kustomize keeps its bookkeeping in annotations under `internal.config.kubernetes.io/` and believes
//! what it finds there, also in users' files and in what functions give back. Here it lives in fields of
//! [`Resource`]; this module reads such annotations into them.

use super::resource::{Behavior, PreviousId, Resource};
use crate::yaml::Node;

const PREFIX: &str = "internal.config.kubernetes.io/";

/// Names behind the prefix that kustomize removes in the end (resource.BuildAnnotations, kioutil).
const NAMES: [&str; 16] = [
    "previousKinds",
    "previousNames",
    "previousNamespaces",
    "prefixes",
    "suffixes",
    "allowNameChange",
    "allowKindChange",
    "refBy",
    "generatorBehavior",
    "needsHashSuffix",
    "helm-generated",
    "path",
    "index",
    "seqindent",
    "id",
    "annotations-migration-resource-id",
];

impl Resource {
    /// Whether kustomize has annotations of its own on the object by now.
    pub fn has_bookkeeping(&self) -> bool {
        !self.previous.is_empty()
            || !self.prefixes.is_empty()
            || !self.suffixes.is_empty()
            || self.needs_hash
            || self.behavior != Behavior::Unspecified
            || self.from_helm
            || self.origin.is_some()
            || !self.transformations.is_empty()
    }

    /// Makes `metadata.annotations` where there are none, for what finds kustomize's own there.
    /// True where there were none.
    pub fn make_annotations(&mut self) -> bool {
        let Some(metadata) = self.metadata_mut() else { return false };
        let span = metadata.span;
        let Some(metadata) = metadata.as_mapping_mut() else { return false };
        let is_missing = metadata.get("annotations").is_none_or(Node::is_nil_or_empty);
        if is_missing {
            metadata.set("annotations", Node::mapping(span));
        }
        is_missing
    }
}

/// Whether a key is one of kustomize's internal annotations.
pub fn is_internal(key: &str) -> bool {
    key.strip_prefix(PREFIX).is_some_and(|name| NAMES.contains(&name))
}

/// A resource from an object, with what its internal annotations say.
pub fn adopt(node: Node) -> Resource {
    let mut resource = Resource::new(node);
    let found: Vec<(String, String)> = resource
        .annotations()
        .filter_map(|(key, value)| Some((key.strip_prefix(PREFIX)?.to_string(), value.to_string())))
        .collect();
    if found.is_empty() {
        return resource;
    }
    let value = |name: &str| found.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let list = |name: &str| value(name).map(|v| v.split(',').collect::<Vec<_>>()).unwrap_or_default();
    let enabled = |name: &str| value(name) == Some("enabled");
    resource.previous = list("previousNames")
        .into_iter()
        .zip(list("previousNamespaces"))
        .zip(list("previousKinds"))
        .map(|((name, namespace), kind)| PreviousId {
            kind: kind.into(),
            name: name.into(),
            namespace: namespace.into(),
        })
        .collect();
    resource.prefixes = list("prefixes").into_iter().map(Into::into).collect();
    resource.suffixes = list("suffixes").into_iter().map(Into::into).collect();
    resource.needs_hash = enabled("needsHashSuffix");
    resource.allow_name_change = enabled("allowNameChange");
    resource.allow_kind_change = enabled("allowKindChange");
    resource.from_helm = value("helm-generated") == Some("true");
    resource.behavior = match value("generatorBehavior") {
        Some("create") => Behavior::Create,
        Some("replace") => Behavior::Replace,
        Some("merge") => Behavior::Merge,
        _ => Behavior::Unspecified,
    };
    resource
}
