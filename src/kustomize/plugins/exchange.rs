//! What a build remembers of an object, as the annotations that plugins of kustomize see and may change.
//!
//! Inside a build this is kept in fields of [`Resource`]; kustomize keeps it in annotations, so a program that
//! gets its objects as text has to find them there, and what it makes of them counts.
//! Names: kustomize, api/internal/utils/annotations.go, api/internal/plugins/utils.

use crate::base::{Result, Span};
use crate::k8s::read::rewrite_metadata_map;
use crate::k8s::resource::{ConfiguredBy, child_mapping_mut};
use crate::k8s::{Behavior, Origin, Resource, Schema, bookkeeping};
use crate::kustomize::context::Context;
use crate::kustomize::decode::{self, Decode, Decoder, Fields};
use crate::kustomize::origin::{self, ORIGIN_ANNOTATION, TRANSFORMATIONS_ANNOTATION};
use crate::yaml::{self, Mapping, Node, ReadOptions};

const PREVIOUS_KINDS: &str = "internal.config.kubernetes.io/previousKinds";
const PREVIOUS_NAMES: &str = "internal.config.kubernetes.io/previousNames";
const PREVIOUS_NAMESPACES: &str = "internal.config.kubernetes.io/previousNamespaces";
const PREFIXES: &str = "internal.config.kubernetes.io/prefixes";
const SUFFIXES: &str = "internal.config.kubernetes.io/suffixes";
const BEHAVIOR: &str = "internal.config.kubernetes.io/generatorBehavior";
const NEEDS_HASH: &str = "internal.config.kubernetes.io/needsHashSuffix";
const ALLOW_NAME_CHANGE: &str = "internal.config.kubernetes.io/allowNameChange";
const ALLOW_KIND_CHANGE: &str = "internal.config.kubernetes.io/allowKindChange";
const FROM_HELM: &str = "internal.config.kubernetes.io/helm-generated";
const ENABLED: &str = "enabled";

const ALL: [&str; 12] = [
    PREVIOUS_KINDS,
    PREVIOUS_NAMES,
    PREVIOUS_NAMESPACES,
    PREFIXES,
    SUFFIXES,
    BEHAVIOR,
    NEEDS_HASH,
    ALLOW_NAME_CHANGE,
    ALLOW_KIND_CHANGE,
    FROM_HELM,
    ORIGIN_ANNOTATION,
    TRANSFORMATIONS_ANNOTATION,
];

/// Tells a transformer which object is which.
const ID: &str = "kustomize.config.k8s.io/id";
/// With these two a generator asks for a hash suffix and for a behaviour.
const ASK_HASH: &str = "kustomize.config.k8s.io/needs-hash";
const ASK_BEHAVIOR: &str = "kustomize.config.k8s.io/behavior";

/// The object with all that is remembered of it in its annotations.
pub fn export(resource: &Resource) -> Node {
    let mut object = resource.node.clone();
    if resource.annotations().any(|(key, _)| ALL.contains(&key)) {
        // What a user wrote was taken into the fields.
        rewrite_metadata_map(&mut object, "annotations", |key| !ALL.contains(&key));
    }
    let list = |parts: &mut dyn Iterator<Item = &str>| parts.collect::<Vec<_>>().join(",");
    let mut set = |key: &str, value: String| {
        if !value.is_empty() {
            annotate(&mut object, key, &value);
        }
    };
    set(PREVIOUS_KINDS, list(&mut resource.previous.iter().map(|p| p.kind.as_str())));
    set(PREVIOUS_NAMES, list(&mut resource.previous.iter().map(|p| p.name.as_str())));
    set(PREVIOUS_NAMESPACES, list(&mut resource.previous.iter().map(|p| p.namespace.as_str())));
    set(PREFIXES, list(&mut resource.prefixes.iter().map(|p| p.as_str())));
    set(SUFFIXES, list(&mut resource.suffixes.iter().map(|s| s.as_str())));
    set(BEHAVIOR, behavior_name(resource.behavior).into());
    let mut flag = |key, on: bool, value: &str| set(key, if on { value.into() } else { String::new() });
    flag(NEEDS_HASH, resource.needs_hash, ENABLED);
    flag(ALLOW_NAME_CHANGE, resource.allow_name_change, ENABLED);
    flag(ALLOW_KIND_CHANGE, resource.allow_kind_change, ENABLED);
    flag(FROM_HELM, resource.from_helm, "true");
    if let Some(origin) = &resource.origin {
        set(ORIGIN_ANNOTATION, origin::origin_text(origin));
    }
    if !resource.transformations.is_empty() {
        set(TRANSFORMATIONS_ANNOTATION, origin::transformations_text(&resource.transformations));
    }
    object
}

/// As [`export`], with the annotation that names the object's present id. kustomize: GetResMapWithIDAnnotation.
pub fn export_with_id(resource: &Resource, schema: &Schema) -> Result<Node> {
    let id = resource.id(schema);
    let parts = [
        ("group", id.group()),
        ("kind", id.kind),
        ("name", id.name),
        ("namespace", id.namespace),
        ("version", id.version()),
    ];
    let mut mapping = Mapping::default();
    for (key, value) in parts.into_iter().filter(|(_, value)| !value.is_empty()) {
        mapping.push(Node::string(key, Span::NOWHERE), Node::string(value, Span::NOWHERE));
    }
    let mut text = Vec::new();
    yaml::emit(&Node::new(mapping, Span::NOWHERE), &mut text)?;
    let mut object = export(resource);
    // kustomize: SetAnnotations makes texts of all of them.
    rewrite_metadata_map(&mut object, "annotations", |_| true);
    annotate(&mut object, ID, &String::from_utf8_lossy(&text));
    Ok(object)
}

/// The object that a plugin gave, with what its annotations say in fields again.
///
/// Errors: an origin that cannot be read.
pub fn import(ctx: &Context, object: Node) -> Result<Resource> {
    let mut resource = bookkeeping::adopt(object);
    if resource.annotations().any(|(key, _)| ALL.contains(&key)) {
        resource.origin = read(ctx, &resource, ORIGIN_ANNOTATION)?.map(Box::new);
        resource.transformations = read(ctx, &resource, TRANSFORMATIONS_ANNOTATION)?.unwrap_or_default();
        rewrite_metadata_map(&mut resource.node, "annotations", |key| !ALL.contains(&key));
    }
    Ok(resource)
}

/// Drops the annotation of [`export_with_id`]; all annotations become texts. kustomize: removeIDAnnotation.
pub fn remove_id(object: &mut Node) {
    rewrite_metadata_map(object, "annotations", |key| key != ID);
}

/// Does what a generator's annotations ask for. kustomize: UpdateResourceOptions.
///
/// Errors: a value of `needs-hash` that is neither true nor false.
pub fn take_requests(resource: &mut Resource) -> Result<()> {
    let needs_hash = match resource.annotation(ASK_HASH) {
        None => false,
        Some(value) => parse_bool(value).ok_or_else(|| {
            let message = format!("the annotation `{ASK_HASH}` must be `true` or `false`, not `{value}`");
            crate::base::Diagnostic::new("plugin-output", message).at(resource.name_span())
        })?,
    };
    resource.needs_hash |= needs_hash;
    resource.behavior = behavior_of(resource.annotation(ASK_BEHAVIOR).unwrap_or_default());
    rewrite_metadata_map(&mut resource.node, "annotations", |key| key != ASK_HASH && key != ASK_BEHAVIOR);
    Ok(())
}

/// Sets an annotation to a text.
pub fn annotate(object: &mut Node, key: &str, value: &str) {
    let span = object.span;
    let annotations = child_mapping_mut(object, "metadata").and_then(|m| child_mapping_mut(m, "annotations"));
    if let Some(annotations) = annotations.and_then(Node::as_mapping_mut) {
        annotations.set(key, Node::string(value, span));
    }
}

/// Go: strconv.ParseBool.
fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

fn behavior_name(behavior: Behavior) -> &'static str {
    match behavior {
        Behavior::Unspecified => "",
        Behavior::Create => "create",
        Behavior::Replace => "replace",
        Behavior::Merge => "merge",
    }
}

/// kustomize: NewGenerationBehavior; other words are passed over.
fn behavior_of(text: &str) -> Behavior {
    match text {
        "create" => Behavior::Create,
        "replace" => Behavior::Replace,
        "merge" => Behavior::Merge,
        _ => Behavior::Unspecified,
    }
}

/// An annotation that holds YAML.
fn read<T: Decode>(ctx: &Context, resource: &Resource, key: &str) -> Result<Option<T>> {
    let Some(node) = resource.node.lookup(&["metadata", "annotations", key]) else { return Ok(None) };
    let text = node.text().unwrap_or_default().as_bytes();
    let source = ctx.sources.add_embedded(text, node.span);
    let documents = yaml::read(source, text, ReadOptions::config())?;
    documents.into_iter().find_map(|document| document.root).map(|root| decode::lenient(&root)).transpose()
}

impl Decode for Origin {
    fn decode(node: &Node, d: &mut Decoder) -> Origin {
        let mut f = Fields::of(node, d);
        let out = Origin {
            path: f.take("path"),
            repo: f.take("repo"),
            git_ref: f.take("ref"),
            configured_in: f.take("configuredIn"),
            configured_by: f.take("configuredBy"),
        };
        f.finish();
        out
    }
}

impl Decode for ConfiguredBy {
    fn decode(node: &Node, d: &mut Decoder) -> ConfiguredBy {
        let mut f = Fields::of(node, d);
        let out = ConfiguredBy {
            api_version: f.take("apiVersion"),
            kind: f.take("kind"),
            name: f.take("name"),
            namespace: f.take("namespace"),
        };
        f.finish();
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Sources;
    use crate::base::fs::Memory;
    use crate::fetch;
    use crate::gotmpl::World;
    use crate::k8s::PreviousId;
    use crate::k8s::read::read_objects;
    use crate::kustomize::context::BuildOptions;

    fn with_context<T>(run: impl FnOnce(&Context) -> T) -> T {
        let (fs, sources, options) = (Memory::new(), Sources::new(), BuildOptions::default());
        run(&Context {
            fs: &fs,
            sources: &sources,
            options: &options,
            fetch: &fetch::Context::offline(),
            lock: &Default::default(),
            trail: None,
            world: || World::fixed(0),
            notes: Default::default(),
        })
    }

    fn object(ctx: &Context, text: &str) -> Node {
        let source = ctx.sources.add("test", text.as_bytes());
        read_objects(ctx.sources, source).unwrap().remove(0)
    }

    fn text_of(node: &Node) -> String {
        let mut out = Vec::new();
        yaml::emit(node, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_is_remembered_goes_out_and_comes_back() {
        with_context(|ctx| {
            let text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  annotations: {mine: x}\n";
            let by = ConfiguredBy { api_version: "builtin".into(), kind: "T".into(), ..Default::default() };
            let step = Origin { configured_in: "k.yaml".into(), configured_by: Some(by), ..Origin::default() };
            let before = Resource {
                previous: vec![
                    PreviousId { kind: "ConfigMap".into(), name: "a".into(), namespace: "default".into() },
                    PreviousId { kind: "ConfigMap".into(), name: "b".into(), namespace: "ns".into() },
                ],
                prefixes: vec!["p-".into(), "q-".into()],
                suffixes: vec!["-s".into()],
                needs_hash: true,
                behavior: Behavior::Merge,
                from_helm: true,
                origin: Some(Box::new(Origin {
                    path: "a b: c.yaml".into(),
                    git_ref: "yes".into(),
                    ..Origin::default()
                })),
                transformations: vec![step.clone(), step],
                ..Resource::new(object(ctx, text))
            };
            let sent = export(&before);
            let annotation = |key| sent.lookup(&["metadata", "annotations", key]).and_then(Node::text);
            assert_eq!(annotation(PREVIOUS_NAMES), Some("a,b"));
            assert_eq!(annotation(PREFIXES), Some("p-,q-"));
            assert_eq!(annotation(NEEDS_HASH), Some("enabled"));
            let after = import(ctx, sent).unwrap();
            assert_eq!(text_of(&after.node), text_of(&before.node));
            assert_eq!(after.previous, before.previous);
            assert_eq!((&after.prefixes, &after.suffixes), (&before.prefixes, &before.suffixes));
            assert_eq!((after.needs_hash, after.behavior, after.from_helm), (true, Behavior::Merge, true));
            assert_eq!((after.origin, after.transformations), (before.origin, before.transformations));
        });
    }

    /// The id as kustomize 5.8.1 writes it.
    #[test]
    fn an_object_goes_to_a_transformer_with_its_id() {
        with_context(|ctx| {
            let text =
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: p-web, namespace: nsx, annotations: {n: 1}}\n";
            let sent = export_with_id(&Resource::new(object(ctx, text)), &Schema::default()).unwrap();
            let annotation = |key| sent.lookup(&["metadata", "annotations", key]).and_then(Node::text);
            assert_eq!(
                annotation(ID),
                Some("group: apps\nkind: Deployment\nname: p-web\nnamespace: nsx\nversion: v1\n")
            );
            let mut back = sent;
            remove_id(&mut back);
            assert!(text_of(&back).contains("    \"n\": \"1\"\n"));
        });
    }
}
