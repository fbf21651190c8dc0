//! One object, and what the build remembers of it.
//!
//! **Invariant:** bookkeeping is in fields; the node holds only what the user's object holds.
//! (kustomize keeps these as annotations under `internal.config.kubernetes.io/`.)

use std::sync::Arc;

use compact_str::CompactString;

use super::resid::IdRef;
use super::schema::{CommentTypes, Schema};
use super::twins::Twins;
use crate::base::Span;
use crate::yaml::{Mapping, Node, Scalar, Tag};

#[derive(Clone, Debug)]
pub struct Resource {
    /// The object: a mapping, or null once a patch has deleted it.
    pub node: Node,
    /// Ids it had before it was renamed, oldest first.
    pub previous: Vec<PreviousId>,
    /// Name prefixes and suffixes given so far, innermost first.
    pub prefixes: Vec<CompactString>,
    pub suffixes: Vec<CompactString>,
    /// Its name gets a hash of its content in the end.
    pub needs_hash: bool,
    /// What a generator asked to do with an object of the same id.
    pub behavior: Behavior,
    /// For patches: may the target's name or kind change?
    pub allow_name_change: bool,
    pub allow_kind_change: bool,
    /// Made by Helm inflation: the namespace transformer leaves it alone.
    pub from_helm: bool,
    /// Names of the vars that read from it.
    pub var_names: Vec<CompactString>,
    /// Where it came from, for `buildMetadata: [originAnnotations]`; kept only when asked for.
    pub origin: Option<Box<Origin>>,
    /// What changed it, for `buildMetadata: [transformerAnnotations]`.
    pub transformations: Vec<Origin>,
    /// Which of its nodes change together.
    pub twins: Twins,
    /// Types that comments of its text give to fields.
    pub comments: Option<Arc<CommentTypes>>,
}

/// An id that a resource had. Its group and version are always the current ones. kustomize: utils.PrevIds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviousId {
    pub kind: CompactString,
    pub name: CompactString,
    /// The effective namespace: `default` or [`super::resid::CLUSTER`] where none was written.
    pub namespace: CompactString,
}

/// What `behavior:` of a generator says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Behavior {
    #[default]
    Unspecified,
    Create,
    Replace,
    Merge,
}

/// kustomize: resource.Origin, written as YAML into `config.kubernetes.io/origin`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    pub path: String,
    pub repo: String,
    pub git_ref: String,
    pub configured_in: String,
    pub configured_by: Option<ConfiguredBy>,
}

/// The plugin that made or changed an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfiguredBy {
    pub api_version: String,
    pub kind: String,
    pub name: String,
    pub namespace: String,
}

impl Resource {
    pub fn new(node: Node) -> Resource {
        Resource {
            node,
            previous: Vec::new(),
            prefixes: Vec::new(),
            suffixes: Vec::new(),
            needs_hash: false,
            behavior: Behavior::Unspecified,
            allow_name_change: false,
            allow_kind_change: false,
            from_helm: false,
            var_names: Vec::new(),
            origin: None,
            transformations: Vec::new(),
            twins: Twins::default(),
            comments: None,
        }
    }

    pub fn api_version(&self) -> &str {
        self.node.get("apiVersion").and_then(Node::text).unwrap_or_default()
    }

    pub fn kind(&self) -> &str {
        self.node.get("kind").and_then(Node::text).unwrap_or_default()
    }

    pub fn name(&self) -> &str {
        self.metadata_text("name")
    }

    pub fn namespace(&self) -> &str {
        self.metadata_text("namespace")
    }

    fn metadata_text(&self, key: &str) -> &str {
        metadata_text(self.node.get("metadata"), key)
    }

    /// Where the name is written, for messages; the object itself where there is none.
    pub fn name_span(&self) -> Span {
        self.node.lookup(&["metadata", "name"]).map_or(self.node.span, |n| n.span)
    }

    /// The id it has now. kustomize: Resource.CurId.
    pub fn id<'a>(&'a self, schema: &Schema) -> IdRef<'a> {
        let (api_version, kind) = (self.api_version(), self.kind());
        let metadata = self.node.get("metadata");
        IdRef {
            api_version,
            kind,
            name: metadata_text(metadata, "name"),
            namespace: metadata_text(metadata, "namespace"),
            cluster_scoped: schema.is_certainly_cluster_scoped(api_version, kind),
        }
    }

    /// The ids it had, oldest first. kustomize: utils.PrevIds makes these without asking the schema, so
    /// none of them counts as cluster-scoped.
    pub fn previous_ids(&self) -> impl Iterator<Item = IdRef<'_>> {
        let api_version = self.api_version();
        self.previous.iter().map(move |p| IdRef {
            api_version,
            kind: &p.kind,
            name: &p.name,
            namespace: &p.namespace,
            cluster_scoped: false,
        })
    }

    /// Whether one of its ids has this kind and name, or its present kind and a name that it had go together.
    pub fn had_kind_and_name(&self, kind: &str, name: &str) -> bool {
        let is_kind = self.kind() == kind;
        (is_kind && self.name() == name) || self.previous.iter().any(|p| p.name == name && (is_kind || p.kind == kind))
    }

    /// The first id it had. kustomize: Resource.OrgId.
    pub fn original_id<'a>(&'a self, schema: &Schema) -> IdRef<'a> {
        match self.previous_ids().next() {
            Some(first) => first,
            None => self.id(schema),
        }
    }

    /// The kind of the first id it had.
    pub fn original_kind(&self) -> &str {
        self.previous.first().map_or_else(|| self.kind(), |first| &first.kind)
    }

    /// Remembers the present id before a change. kustomize: Resource.StorePreviousId.
    pub fn store_previous_id(&mut self, schema: &Schema) {
        let id = self.id(schema);
        let previous =
            PreviousId { kind: id.kind.into(), name: id.name.into(), namespace: id.effective_namespace().into() };
        self.previous.push(previous);
    }

    /// Sets a plain field at the top, keeping the style of what was there (Go: SetMapField with a
    /// scalar without a tag).
    pub fn set_kind(&mut self, kind: &str, span: Span) {
        set_plain(&mut self.node, "kind", kind, span);
    }

    pub fn set_api_version(&mut self, api_version: &str, span: Span) {
        set_plain(&mut self.node, "apiVersion", api_version, span);
    }

    pub fn set_name(&mut self, name: &str, span: Span) {
        if let Some(metadata) = self.metadata_mut() {
            set_plain(metadata, "name", name, span);
        }
    }

    /// An empty namespace removes the field. kustomize: RNode.SetNamespace.
    pub fn set_namespace(&mut self, namespace: &str, span: Span) {
        if namespace.is_empty() {
            if let Some(metadata) = self.node.get_mut("metadata").and_then(Node::as_mapping_mut) {
                metadata.remove("namespace");
            }
        } else if let Some(metadata) = self.metadata_mut() {
            set_plain(metadata, "namespace", namespace, span);
        }
    }

    /// `metadata`, made if missing or null; `None` where the object or its metadata is not a mapping.
    pub fn metadata_mut(&mut self) -> Option<&mut Node> {
        child_mapping_mut(&mut self.node, "metadata")
    }

    pub fn label(&self, key: &str) -> Option<&str> {
        self.node.lookup(&["metadata", "labels", key]).and_then(Node::text)
    }

    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.node.lookup(&["metadata", "annotations", key]).and_then(Node::text)
    }

    pub fn labels(&self) -> impl Iterator<Item = (&str, &str)> {
        text_pairs(self.node.lookup(&["metadata", "labels"]))
    }

    pub fn annotations(&self) -> impl Iterator<Item = (&str, &str)> {
        text_pairs(self.node.lookup(&["metadata", "annotations"]))
    }
}

/// Go: RNode.getMetaStringField: null reads as empty.
fn metadata_text<'a>(metadata: Option<&'a Node>, key: &str) -> &'a str {
    let value = metadata.and_then(|metadata| metadata.get(key));
    value.filter(|value| !value.is_null()).and_then(Node::text).unwrap_or_default()
}

/// The scalar pairs of a mapping as texts. Go: RNode.getMapFromMeta.
fn text_pairs(node: Option<&Node>) -> impl Iterator<Item = (&str, &str)> {
    let entries = node.and_then(Node::as_mapping).into_iter().flat_map(Mapping::iter);
    entries.map(|e| (e.key.text().unwrap_or_default(), e.value.text().unwrap_or_default()))
}

/// The mapping under a key, made if missing or null.
pub fn child_mapping_mut<'a>(node: &'a mut Node, key: &str) -> Option<&'a mut Node> {
    let span = node.span;
    let mapping = node.as_mapping_mut()?;
    if mapping.get(key).is_none_or(Node::is_null) {
        mapping.set(key, Node::mapping(span));
    }
    mapping.get_mut(key).filter(|child| child.as_mapping().is_some())
}

/// Go: FieldSetter with an untagged scalar: the style of the old value stays, so what was quoted
/// stays a string, and what was plain is read anew.
fn set_plain(node: &mut Node, key: &str, text: &str, span: Span) {
    let Some(mapping) = node.as_mapping_mut() else { return };
    match mapping.get_mut(key) {
        Some(old) if old.text() == Some(text) => {}
        Some(old) => {
            let style = old.as_scalar().map_or(crate::yaml::Style::Plain, |s| s.style);
            *old = Node::plain(text, span);
            if let Some(scalar) = old.as_scalar_mut() {
                scalar.style = style;
                scalar.tag = Tag::Open;
            }
        }
        None => {
            // kyaml: FieldSetter.
            let mut value = Node::plain(text, span);
            value.as_scalar_mut().into_iter().for_each(Scalar::quote_if_ambiguous);
            mapping.push(Node::string(key, span), value);
        }
    }
}
