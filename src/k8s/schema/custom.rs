//! Types that a kustomization brings in an OpenAPI document (`openapi.path`).
//!
//! Kept of each type is what a strategic merge asks for. Source: kyaml/openapi/openapi.go.
//!
//! **Not here:** how these types and the built-in ones go together.

use std::collections::HashMap;

use compact_str::{CompactString, format_compact};

use crate::yaml::{Mapping, Node};

const GVK: &str = "x-kubernetes-group-version-kind";
const STRATEGY: &str = "x-kubernetes-patch-strategy";
const MERGE_KEY: &str = "x-kubernetes-patch-merge-key";
const LIST_MAP_KEYS: &str = "x-kubernetes-list-map-keys";

#[derive(Debug, Default)]
pub(super) struct Document {
    definitions: HashMap<CompactString, CustomType>,
    /// (apiVersion, kind) -> name of the definition.
    types: HashMap<(CompactString, CompactString), CompactString>,
    /// (apiVersion, kind) -> is it namespaced?
    scopes: HashMap<(CompactString, CompactString), bool>,
}

/// A type, or a reference to one.
#[derive(Debug, Default)]
pub(super) struct CustomType {
    pub(super) reference: Option<CompactString>,
    properties: HashMap<CompactString, CustomType>,
    additional_properties: Option<Box<CustomType>>,
    items: Option<Box<CustomType>>,
    is_array: bool,
    strategy: Option<CompactString>,
    merge_keys: Vec<CompactString>,
}

impl Document {
    pub(super) fn of(node: &Node) -> Document {
        let mut document = Document::default();
        for entry in entries(node.get("definitions")) {
            let name: CompactString = entry.key.text().unwrap_or_default().into();
            document.definitions.insert(name.clone(), CustomType::of(&entry.value));
            let gvks = entry.value.get(GVK).and_then(Node::as_sequence).into_iter().flat_map(|gvks| gvks.iter());
            document.types.extend(gvks.filter_map(type_meta).map(|t| (t, name.clone())));
        }
        for entry in entries(node.get("paths")) {
            let Some(meta) = entry.value.lookup(&["get", GVK]).and_then(type_meta) else { continue };
            let is_namespaced = entry.key.text().unwrap_or_default().contains("namespaces/{namespace}");
            *document.scopes.entry(meta).or_default() |= is_namespaced;
        }
        document
    }

    pub(super) fn of_type(&self, api_version: &str, kind: &str) -> Option<&CustomType> {
        self.definitions.get(self.types.get(&(api_version.into(), kind.into()))?)
    }

    pub(super) fn is_namespaced(&self, api_version: &str, kind: &str) -> Option<bool> {
        self.scopes.get(&(api_version.into(), kind.into())).copied()
    }

    /// What a pointer behind `#/definitions/` leads to: a name, and perhaps steps into that definition.
    pub(super) fn pointed_to(&self, pointer: &str) -> Option<&CustomType> {
        let mut steps = pointer.split('/').map(|step| step.replace("~1", "/").replace("~0", "~"));
        let mut at = self.definitions.get(steps.next()?.as_str())?;
        while let Some(step) = steps.next() {
            at = match step.as_str() {
                "properties" => at.properties.get(steps.next()?.as_str())?,
                "items" => at.items.as_deref()?,
                "additionalProperties" => at.additional_properties.as_deref()?,
                _ => return None,
            };
        }
        Some(at)
    }
}

impl CustomType {
    pub(super) fn of(node: &Node) -> CustomType {
        let text = |key: &str| node.get(key).and_then(Node::text).map(CompactString::from);
        let nested =
            |key: &str| node.get(key).filter(|n| n.as_mapping().is_some()).map(|n| Box::new(CustomType::of(n)));
        let is_array = match node.get("type") {
            Some(list) if list.as_sequence().is_some() => {
                list.as_sequence().is_some_and(|s| matches!(&s[..], [only] if only.text() == Some("array")))
            }
            other => other.and_then(Node::text) == Some("array"),
        };
        let merge_keys = match node.get(LIST_MAP_KEYS).and_then(Node::as_sequence) {
            Some(keys) => keys.iter().filter_map(Node::text).map(CompactString::from).collect(),
            None => text(MERGE_KEY).into_iter().collect(),
        };
        CustomType {
            reference: text("$ref").filter(|r| !r.is_empty()),
            properties: entries(node.get("properties"))
                .map(|e| (e.key.text().unwrap_or_default().into(), CustomType::of(&e.value)))
                .collect(),
            additional_properties: nested("additionalProperties"),
            items: nested("items"),
            is_array,
            strategy: text(STRATEGY),
            merge_keys,
        }
    }

    /// The type of a field, perhaps a reference. kustomize: ResourceSchema.Field.
    pub(super) fn field(&self, name: &str) -> Option<&CustomType> {
        self.properties.get(name).or(self.additional_properties.as_deref())
    }

    /// The type of a list's elements, perhaps a reference. kustomize: ResourceSchema.Elements.
    pub(super) fn elements(&self) -> Option<&CustomType> {
        self.items.as_deref().filter(|_| self.is_array)
    }

    /// kustomize: PatchStrategyAndKeyList; `None` where the strategy is not to merge.
    pub(super) fn merge_keys(&self) -> Option<&[CompactString]> {
        self.strategy.as_ref()?.split(',').any(|s| s == "merge").then_some(&self.merge_keys)
    }
}

fn entries(node: Option<&Node>) -> impl Iterator<Item = &crate::yaml::Entry> {
    node.and_then(Node::as_mapping).into_iter().flat_map(Mapping::iter)
}

/// (apiVersion, kind) of an `x-kubernetes-group-version-kind`.
fn type_meta(gvk: &Node) -> Option<(CompactString, CompactString)> {
    let text = |key: &str| gvk.get(key).and_then(Node::text);
    let (version, kind) = (text("version")?, text("kind")?);
    let api_version = match text("group") {
        Some(group) if !group.is_empty() => format_compact!("{group}/{version}"),
        _ => version.into(),
    };
    Some((api_version, kind.into()))
}
