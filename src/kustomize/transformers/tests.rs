//! What the transformers make of objects; the expectations are what kustomize 5.8.1 prints.

use super::{annotations, images, labels, name_prefix, namespace, replicas, sort_order};
use crate::base::{SourceId, Span};
use crate::k8s::{Gvk, ResMap, Resource, Schema};
use crate::kustomize::configurations::TransformerConfig;
use crate::kustomize::fieldspecs;
use crate::kustomize::kustomization::*;
use crate::yaml::{self, Node};

const DEPLOYMENT: &str = r#"{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"},
    "spec": {"template": {"spec": {"containers": [{"name": "c", "image": "nginx:1"}]}}}}"#;

fn resource(json: &str) -> Resource {
    Resource::new(yaml::read_json(json.as_bytes(), SourceId::NONE).expect("an object"))
}

fn resources(jsons: &[&str]) -> ResMap {
    ResMap::from_list(jsons.iter().map(|json| resource(json)).collect())
}

fn text(text: &str) -> Text {
    Text::new(text, Span::NOWHERE)
}

fn pair(key: &str, value: &str) -> Pairs {
    vec![(text(key), text(value))]
}

fn field(kind: &str, path: &str, create: bool) -> FieldSpec {
    FieldSpec { gvk: Gvk::new("", "", kind), path: path.to_string().into(), create }
}

fn printed(resources: &ResMap) -> String {
    let documents = resources.iter().map(|resource| {
        let mut out = Vec::new();
        yaml::emit(&resource.node, &mut out).expect("can be printed");
        String::from_utf8(out).expect("UTF-8")
    });
    documents.collect::<Vec<_>>().join("---\n")
}

fn lookup<'r>(resources: &'r ResMap, path: &[&str]) -> &'r Node {
    resources.get(0).and_then(|r| r.node.lookup(path)).expect("is there")
}

fn selected(value: &str) -> String {
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata:
  labels:
    app: {value}
  name: d
spec:
  selector:
    matchLabels:
      app: {value}
  template:
    metadata:
      labels:
        app: {value}
    spec:
      containers:
      - image: nginx:1
        name: c
"
    )
}

#[test]
fn a_label_goes_where_it_selects() {
    let mut resources = resources(&[DEPLOYMENT]);
    labels::labels(&mut resources, &pair("app", "x"), &fieldspecs::common_labels()).expect("labels");
    assert_eq!(printed(&resources), selected("x"));
}

/// kustomize: one node in memory stands in all places of a label.
#[test]
fn a_label_written_over_without_selectors_changes_the_selectors_too() {
    let mut resources = resources(&[DEPLOYMENT]);
    labels::labels(&mut resources, &pair("app", "x"), &fieldspecs::common_labels()).expect("labels");
    let only_metadata = labels::specs(&Label::default(), &TransformerConfig::builtin()).expect("specs");
    labels::labels(&mut resources, &pair("app", "why"), &only_metadata).expect("labels");
    assert_eq!(printed(&resources), selected("why"));
}

#[test]
fn a_prefix_for_each_place_of_a_label_is_put_before_all_of_them_each_time() {
    let mut resources = resources(&[DEPLOYMENT]);
    labels::labels(&mut resources, &pair("app", "x"), &fieldspecs::common_labels()).expect("labels");
    let specs = vec![
        field("Deployment", "metadata/labels/app", false),
        field("Deployment", "spec/selector/matchLabels/app", false),
    ];
    name_prefix::name_prefix(&mut resources, &text("pre-"), &specs.into(), &Schema::default()).expect("prefix");
    assert_eq!(printed(&resources), selected("pre-pre-x"));
}

#[test]
fn what_is_written_has_the_span_of_the_line_that_asks_for_it() {
    let source = crate::base::Sources::new().add("kustomization.yaml", "".as_bytes());
    let [key, value, asked] = [1, 2, 3].map(|at| Span::new(source, at, at + 1));
    let schema = Schema::default();
    let mut resources = resources(&[DEPLOYMENT]);
    let pairs = vec![(Text::new("app", key), Text::new("x", value))];
    labels::labels(&mut resources, &pairs, &fieldspecs::common_labels()).expect("labels");
    assert_eq!(lookup(&resources, &["metadata", "labels", "app"]).span, value);
    assert_eq!(lookup(&resources, &["spec", "selector", "matchLabels", "app"]).span, value);
    assert_eq!(lookup(&resources, &["spec", "selector"]).span, key);
    annotations::annotations(&mut resources, &pairs, &fieldspecs::common_annotations()).expect("annotations");
    assert_eq!(lookup(&resources, &["spec", "template", "metadata", "annotations", "app"]).span, value);
    namespace::namespace(&mut resources, &Text::new("ns", asked), &fieldspecs::namespace(), &schema).expect("moved");
    assert_eq!(lookup(&resources, &["metadata", "namespace"]).span, asked);
    name_prefix::name_prefix(&mut resources, &Text::new("p-", value), &fieldspecs::name_prefix(), &schema).expect("p");
    assert_eq!(lookup(&resources, &["metadata", "name"]).span, value);
    name_prefix::name_suffix(&mut resources, &Text::new("-s", key), &fieldspecs::name_suffix(), &schema).expect("s");
    assert_eq!(lookup(&resources, &["metadata", "name"]).span, key);
    let image = Image { name: text("nginx"), new_tag: Text::new("2", asked), ..Image::default() };
    images::images(&mut resources, &[image], &fieldspecs::images()).expect("image");
    let containers = lookup(&resources, &["spec", "template", "spec", "containers"]);
    let container = containers.as_sequence().and_then(|s| s.first()).and_then(|c| c.get("image"));
    assert_eq!(container.map(|image| image.span), Some(asked));
    let replica = Replica { name: text("d"), count: 3, count_span: value };
    replicas::replicas(&mut resources, &replica, &fieldspecs::replicas(), &schema).expect("replicas");
    assert_eq!(lookup(&resources, &["spec", "replicas"]).span, value);
}

#[test]
fn prefix_and_suffix_leave_some_kinds_alone_and_remember_the_old_name() {
    let mut resources = resources(&[
        r#"{"apiVersion": "example.com/v1", "kind": "Namespace", "metadata": {"name": "a"}}"#,
        r#"{"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": {"name": "b"}}"#,
        r#"{"apiVersion": "example.com/v1", "kind": "APIService", "metadata": {"name": "c"}}"#,
        r#"{"apiVersion": "v1", "kind": "Service", "metadata": {"name": 1}}"#,
    ]);
    let schema = Schema::default();
    name_prefix::name_prefix(&mut resources, &text("p-"), &fieldspecs::name_prefix(), &schema).expect("prefix");
    name_prefix::name_suffix(&mut resources, &text("-s"), &fieldspecs::name_suffix(), &schema).expect("suffix");
    let names: Vec<&str> = resources.iter().map(Resource::name).collect();
    assert_eq!(names, ["a", "b", "p-c-s", "p-1-s"]);
    let previous = resources.iter().map(|r| r.previous.iter().map(|p| p.name.as_str()).collect::<Vec<_>>());
    assert_eq!(previous.collect::<Vec<_>>(), [vec![], vec![], vec!["c", "p-c"], vec!["1", "p-1"]]);
}

#[test]
fn a_tag_suffix_is_added_twice_where_an_image_is_found_twice() {
    let mut resources = resources(&[
        DEPLOYMENT,
        r#"{"apiVersion": "v1", "kind": "Foo", "metadata": {"name": "d"}, "containers": [{"image": "nginx:1"}]}"#,
    ]);
    let image = Image { name: text("nginx"), tag_suffix: text("-x"), ..Image::default() };
    images::images(&mut resources, &[image], &fieldspecs::images()).expect("images");
    let images: Vec<String> =
        printed(&resources).lines().filter(|line| line.contains("image")).map(|line| line.trim().to_string()).collect();
    assert_eq!(images, ["- image: nginx:1-x-x", "- image: nginx:1-x"]);
}

#[test]
fn a_quoted_count_stays_a_text_and_null_becomes_a_number() {
    let mut resources = resources(&[
        r#"{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": {"replicas": "3"}}"#,
        r#"{"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "d"}, "spec": {"replicas": null}}"#,
    ]);
    let schema = Schema::default();
    let replica = Replica { name: text("d"), count: 5, count_span: Span::NOWHERE };
    replicas::replicas(&mut resources, &replica, &fieldspecs::replicas(), &schema).expect("replicas");
    let printed = printed(&resources);
    let counts: Vec<&str> = printed.lines().filter(|line| line.contains("replicas")).collect();
    assert_eq!(counts, ["  replicas: \"5\"", "  replicas: 5"]);
    let unknown = Replica { name: text("e"), count: 5, count_span: Span::NOWHERE };
    assert!(replicas::replicas(&mut resources, &unknown, &fieldspecs::replicas(), &schema).is_err());
}

#[test]
fn two_objects_that_meet_in_a_namespace_are_an_error() {
    let config_map = |namespace: &str| {
        format!(
            r#"{{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {{"name": "c", "namespace": "{namespace}"}}}}"#
        )
    };
    let mut resources = resources(&[&config_map("a"), &config_map("b")]);
    let error = namespace::namespace(&mut resources, &text("c"), &fieldspecs::namespace(), &Schema::default());
    assert_eq!(error.expect_err("they clash").code, "namespace-conflict");
}

#[test]
fn objects_are_ordered_by_kind_type_namespace_and_name() {
    let object = |api_version: &str, kind: &str, namespace: &str, name: &str| {
        format!(
            r#"{{"apiVersion": "{api_version}", "kind": "{kind}",
                "metadata": {{"name": "{name}", "namespace": "{namespace}"}}}}"#
        )
    };
    let objects = [
        object("v1", "Zoo", "", "a"),
        object("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "", "w"),
        object("apps/v1", "Deployment", "", "d"),
        object("apps/v1", "Deployment", "n", "d"),
        object("example.com/v1", "Zoo", "", "b"),
        object("v1", "ConfigMap", "", "c"),
        object("example.com/v1", "Namespace", "", "n2"),
        object("v1", "Namespace", "", "n1"),
    ];
    let mut resources = resources(&objects.each_ref().map(String::as_str));
    let options = SortOptions { order: text("legacy"), legacy: None };
    sort_order::sort_order(&mut resources, &options, &Schema::default()).expect("sorted");
    let ids = resources.iter().map(|r| format!("{} {} {} {}", r.api_version(), r.kind(), r.namespace(), r.name()));
    assert_eq!(
        ids.collect::<Vec<_>>(),
        [
            "v1 Namespace  n1",
            "example.com/v1 Namespace  n2",
            "v1 ConfigMap  c",
            "apps/v1 Deployment n d",
            "apps/v1 Deployment  d",
            "example.com/v1 Zoo  b",
            "v1 Zoo  a",
            "admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration  w",
        ]
    );
}
