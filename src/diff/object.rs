//! The objects of one side, and what tells them apart.

use compact_str::CompactString;

use crate::k8s::gvk::parse_api_version;
use crate::yaml::Node;

/// The annotation in which `kubectl apply` keeps a copy of all that it applied, values of Secrets among it.
pub const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What the cluster knows an object by. Not its version: the same object is served in several.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id {
    pub kind: CompactString,
    pub group: CompactString,
    pub namespace: CompactString,
    pub name: CompactString,
}

/// An object as it is applied.
#[derive(Clone, Debug)]
pub struct Object {
    pub id: Id,
    /// What it is called where no environment gives it a prefix, a suffix or a hash.
    pub base_name: CompactString,
    pub node: Node,
}

impl Object {
    /// Takes an object in, without what `kubectl apply` keeps in an annotation.
    pub fn new(mut node: Node) -> Object {
        drop_last_applied(&mut node);
        let text = |path: &[&str]| CompactString::from(node.lookup(path).and_then(Node::text).unwrap_or_default());
        let api_version = text(&["apiVersion"]);
        let id = Id {
            kind: text(&["kind"]),
            group: parse_api_version(&api_version).0.into(),
            namespace: text(&["metadata", "namespace"]),
            name: text(&["metadata", "name"]),
        };
        Object { base_name: id.name.clone(), id, node }
    }
}

fn drop_last_applied(node: &mut Node) {
    let Some(metadata) = node.get_mut("metadata").and_then(Node::as_mapping_mut) else { return };
    let Some(annotations) = metadata.get_mut("annotations").and_then(Node::as_mapping_mut) else { return };
    if annotations.remove(LAST_APPLIED).is_some() && annotations.is_empty() {
        metadata.remove("annotations");
    }
}

impl Id {
    /// Whether it is a Secret of Kubernetes itself.
    pub fn is_secret(&self) -> bool {
        self.kind == "Secret" && self.group.is_empty()
    }

    /// Whether it holds texts that may be documents.
    pub fn is_config_map(&self) -> bool {
        self.kind == "ConfigMap" && self.group.is_empty()
    }
}

/// `Deployment.apps shop/web`; as short as it can be: `Service web`.
impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.kind)?;
        if !self.group.is_empty() {
            write!(f, ".{}", self.group)?;
        }
        f.write_str(" ")?;
        if !self.namespace.is_empty() {
            write!(f, "{}/", self.namespace)?;
        }
        f.write_str(&self.name)
    }
}
