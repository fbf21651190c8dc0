//! What is known of the types of Kubernetes objects.

/// The types in use: the built-in ones, and what a kustomization's `openapi` adds.
#[derive(Clone, Debug, Default)]
pub struct Schema {}

impl Schema {
    /// True only where the type is known to have no namespace.
    pub fn is_certainly_cluster_scoped(&self, _api_version: &str, kind: &str) -> bool {
        kind == "Namespace"
    }
}
