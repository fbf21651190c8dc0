//! What identifies an object: type, name and namespace.

use compact_str::CompactString;

use super::gvk::{Gvk, parse_api_version};

/// The namespace of what has none. kustomize: resid.TotallyNotANamespace.
pub const CLUSTER: &str = "_non_namespaceable_";
pub const DEFAULT_NAMESPACE: &str = "default";

/// An id that owns its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ResId {
    pub gvk: Gvk,
    pub name: CompactString,
    pub namespace: CompactString,
}

/// An id that borrows from a resource: made on the spot, never stored, so it cannot go stale.
#[derive(Clone, Copy, Debug)]
pub struct IdRef<'a> {
    pub api_version: &'a str,
    pub kind: &'a str,
    pub name: &'a str,
    pub namespace: &'a str,
    pub cluster_scoped: bool,
}

impl<'a> IdRef<'a> {
    pub fn group(&self) -> &'a str {
        parse_api_version(self.api_version).0
    }

    pub fn version(&self) -> &'a str {
        parse_api_version(self.api_version).1
    }

    /// [`CLUSTER`] for cluster-scoped types, `default` for none. kustomize: ResId.EffectiveNamespace.
    pub fn effective_namespace(&self) -> &'a str {
        effective_namespace(self.cluster_scoped, self.namespace)
    }

    /// Same type, name and effective namespace. kustomize: ResId.Equals.
    pub fn equals(&self, other: &IdRef) -> bool {
        self.gvkn_equals(other) && self.effective_namespace() == other.effective_namespace()
    }

    /// Same type and name. kustomize: ResId.GvknEquals.
    pub fn gvkn_equals(&self, other: &IdRef) -> bool {
        self.name == other.name
            && self.kind == other.kind
            && parse_api_version(self.api_version) == parse_api_version(other.api_version)
    }

    /// Whether the named parts of a selector are equal to these; an empty part selects everything.
    pub fn is_selected_by_gvk(&self, selector: &Gvk) -> bool {
        use super::gvk::selects;
        selects(&selector.kind, self.kind)
            && selects(&selector.group, self.group())
            && selects(&selector.version, self.version())
    }

    pub fn to_owned(&self) -> ResId {
        ResId {
            gvk: Gvk::from_api_version(self.api_version, self.kind),
            name: self.name.into(),
            namespace: self.namespace.into(),
        }
    }
}

/// kustomize: ResId.EffectiveNamespace.
pub fn effective_namespace(cluster_scoped: bool, namespace: &str) -> &str {
    match namespace {
        _ if cluster_scoped => CLUSTER,
        "" => DEFAULT_NAMESPACE,
        other => other,
    }
}

/// As messages of the reference have it: `Deployment.v1.apps/web.[noNs]`.
impl std::fmt::Display for ResId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = if self.name.is_empty() { "[noName]" } else { &self.name };
        let namespace = if self.namespace.is_empty() { "[noNs]" } else { &self.namespace };
        write!(f, "{}/{name}.{namespace}", self.gvk)
    }
}
