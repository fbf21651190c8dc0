//! What patches make of objects and the places that they leave; the expectations are what kustomize
//! 5.8.1 prints.

use std::path::PathBuf;
use std::sync::Mutex;

use super::super::{patches, patches_json6902, patches_strategic_merge};
use crate::base::fs::Memory;
use crate::base::{Diagnostic, Result, Sources, Span};
use crate::fetch;
use crate::gotmpl::World;
use crate::k8s::read::read_resources;
use crate::k8s::{Gvk, ResMap, Schema};
use crate::kustomize::context::{BuildOptions, Context};
use crate::kustomize::kustomization::*;
use crate::kustomize::loader::Loader;
use crate::yaml::{self, Node};

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {a: x, b: y}
spec:
  template:
    spec:
      containers:
      - name: c
        image: i:1
";

/// A build in which the only source besides the kustomization is `r.yaml`.
struct Bench {
    sources: Sources,
    fs: Memory,
    options: BuildOptions,
    resources: ResMap,
}

impl Bench {
    fn new(objects: &str) -> Bench {
        let sources = Sources::new();
        let source = sources.add("r.yaml", objects.as_bytes());
        let resources = ResMap::from_list(read_resources(&sources, source).expect("objects"));
        let mut fs = Memory::new();
        fs.write("/app/kustomization.yaml", "");
        fs.write(
            "/app/patch.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 3\n",
        );
        let options = BuildOptions { working_dir: PathBuf::from("/app"), ..BuildOptions::default() };
        Bench { sources, fs, options, resources }
    }

    fn with<R>(&mut self, run: impl FnOnce(&Context, &Loader, &mut ResMap) -> Result<R>) -> Result<R> {
        let notes = Mutex::new(Vec::new());
        let ctx = Context {
            fs: &self.fs,
            sources: &self.sources,
            options: &self.options,
            fetch: &fetch::Context::offline(),
            lock: &Default::default(),
            trail: None,
            world: || World::fixed(0),
            notes,
        };
        let loader = Loader::open(&ctx, "/app")?;
        run(&ctx, &loader, &mut self.resources)
    }

    fn apply(&mut self, patch: Patch) -> Result<()> {
        self.with(|ctx, loader, resources| {
            let loaded = patches::load(ctx, loader, &patch)?;
            patches::apply(&loaded, resources, &Schema::default())
        })
    }

    /// A text of the kustomization, as a block scalar there.
    fn inline(&self, text: &str) -> Text {
        let block: String = text.lines().map(|line| format!("    {line}\n")).collect();
        let file = format!("patches:\n- patch: |-\n{block}");
        let source = self.sources.add("kustomization.yaml", file.as_bytes());
        Text::new(text, Span::new(source, 18, file.len()))
    }

    fn printed(&self) -> String {
        let documents = self.resources.iter().map(|resource| {
            let mut out = Vec::new();
            yaml::emit(&resource.node, &mut out).expect("can be printed");
            String::from_utf8(out).expect("UTF-8")
        });
        documents.collect::<Vec<_>>().join("---\n")
    }

    /// `file:line` of a value of the first object.
    fn place(&self, path: &[&str]) -> String {
        let node = self.resources.get(0).and_then(|r| r.node.lookup(path)).expect("is there");
        self.locate(node.span)
    }

    fn locate(&self, span: Span) -> String {
        let place = self.sources.locate(span).expect("has a place");
        format!("{}:{}", place.file, place.line)
    }
}

fn target(kind: &str, name: &str) -> Option<Selector> {
    let name = Text::new(name, Span::NOWHERE);
    Some(Selector { gvk: Gvk::new("", "", kind), name, ..Selector::default() })
}

fn message(error: &Diagnostic) -> (&'static str, &str, &str) {
    (error.code, &error.message, error.help.as_deref().unwrap_or_default())
}

#[test]
fn what_a_merge_writes_has_the_place_of_its_line_in_the_kustomization() {
    let mut bench = Bench::new(DEPLOYMENT);
    let patch = bench.inline(
        "kind: Deployment\nmetadata: {name: any, namespace: n}\nspec:\n  replicas: 2\n  template:\n    spec:\n      \
         containers: [{name: c, image: i:2}]",
    );
    bench.apply(Patch { patch, target: target("Deployment", ""), ..Patch::default() }).expect("applies");
    assert_eq!(bench.place(&["spec", "replicas"]), "kustomization.yaml:6");
    assert_eq!(bench.place(&["metadata", "name"]), "r.yaml:4");
    assert_eq!(bench.place(&["metadata", "labels", "a"]), "r.yaml:5");
    let container = bench.resources.get(0).and_then(|r| r.node.lookup(&["spec", "template", "spec", "containers"]));
    let container = container.and_then(Node::as_sequence).and_then(|s| s.first()).expect("is there");
    assert_eq!(bench.locate(container.get("image").expect("is there").span), "kustomization.yaml:9");
    assert_eq!(bench.locate(container.get("name").expect("is there").span), "kustomization.yaml:9");
    assert_eq!(bench.locate(container.span), "r.yaml:10");
}

#[test]
fn what_a_json_patch_writes_has_the_place_of_its_value() {
    let mut bench = Bench::new(DEPLOYMENT);
    let patch =
        bench.inline("- op: add\n  path: /spec/replicas\n  value: 2\n- {op: copy, from: /metadata/name, path: /x}");
    bench.apply(Patch { patch, target: target("Deployment", "web"), ..Patch::default() }).expect("applies");
    assert_eq!(bench.place(&["spec", "replicas"]), "kustomization.yaml:5");
    assert_eq!(bench.place(&["x"]), "r.yaml:4");
    assert_eq!(bench.place(&["metadata", "labels", "a"]), "r.yaml:5");
}

#[test]
fn null_deletes_labels_only_without_a_target() {
    let patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  labels: {a: null, c: 5}";
    let labels = |target: Option<Selector>| {
        let mut bench = Bench::new(DEPLOYMENT);
        let patch = bench.inline(patch);
        bench.apply(Patch { patch, target, ..Patch::default() }).expect("applies");
        let printed = bench.printed();
        printed.split("labels:\n").nth(1).and_then(|p| p.split("  name").next()).map(str::to_owned)
    };
    assert_eq!(labels(None).as_deref(), Some("    b: \"y\"\n    c: 5\n"));
    assert_eq!(labels(target("Deployment", "")).as_deref(), Some("    a: \"null\"\n    b: \"y\"\n    c: \"5\"\n"));
}

#[test]
fn who_deletes_all_annotations_deletes_the_bookkeeping_in_them() {
    let needs_hash = |target: Option<Selector>| {
        let mut bench = Bench::new("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n");
        bench.resources.list_mut()[0].needs_hash = true;
        let patch = bench.inline("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n  annotations: null");
        bench.apply(Patch { patch, target, ..Patch::default() }).expect("applies");
        bench.resources.get(0).is_some_and(|r| r.needs_hash)
    };
    assert!(!needs_hash(None));
    assert!(needs_hash(target("ConfigMap", "")));
}

#[test]
fn a_patch_for_nothing_says_what_is_near() {
    let mut bench = Bench::new(DEPLOYMENT);
    let patch = bench.inline("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: webb");
    let error = bench.apply(Patch { patch, ..Patch::default() }).expect_err("matches nothing");
    assert_eq!(
        message(&error),
        (
            "patch-target-not-found",
            "no object matches the patch for apps/v1 Deployment `webb`",
            "there is apps/v1 Deployment `web`; apiVersion, kind, name and namespace must all be the same, \
             or give the patch a `target`"
        )
    );
    assert_eq!(bench.locate(error.labels[0].span), "kustomization.yaml:6");
    let patch = bench.inline("apiVersion: v1\nkind: Pod\nmetadata:\n  name: x");
    let error = bench.apply(Patch { patch, ..Patch::default() }).expect_err("matches nothing");
    assert_eq!(
        error.help.as_deref(),
        Some("there is no object of this kind and none of this name; is a resource missing?")
    );
    let patch = bench.inline("apiVersion: v1\nkind: Pod\nmetadata:\n  name: x");
    bench.apply(Patch { patch, target: target("Pod", ""), ..Patch::default() }).expect("a target may be for nothing");
}

#[test]
fn mistakes_of_an_entry_have_their_codes() {
    let mut bench = Bench::new(DEPLOYMENT);
    let code = |bench: &mut Bench, patch: Patch| bench.apply(patch).err().map_or("", |error| error.code);
    let path = Text::new("patch.yaml", Span::NOWHERE);
    let list = bench.inline("- {op: remove, path: /spec}");
    let scalar = bench.inline("nonsense");
    let documents = bench.inline("kind: A\nmetadata: {name: a}\n---\nkind: B\nmetadata: {name: b}");
    assert_eq!(code(&mut bench, Patch::default()), "patch-without-content");
    assert_eq!(
        code(&mut bench, Patch { path: path.clone(), patch: list.clone(), ..Patch::default() }),
        "patch-path-and-patch"
    );
    assert_eq!(code(&mut bench, Patch { patch: list.clone(), ..Patch::default() }), "json-patch-without-target");
    assert_ne!(code(&mut bench, Patch { patch: scalar, ..Patch::default() }), "");
    let several = Patch { patch: documents, target: target("A", ""), ..Patch::default() };
    assert_eq!(code(&mut bench, several), "patch-target-for-several");
    let unreadable = Patch { patch: list, target: target("(", ""), ..Patch::default() };
    assert_ne!(code(&mut bench, unreadable), "");
    assert_eq!(code(&mut bench, Patch { path, ..Patch::default() }), "");
    assert_eq!(bench.place(&["spec", "replicas"]), "patch.yaml:6");
}

#[test]
fn the_older_fields_do_the_same() {
    let mut bench = Bench::new(DEPLOYMENT);
    let inline = bench.inline("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  labels: null");
    let operations = bench.inline("[{\"op\": \"remove\", \"path\": \"/spec/template\"}]");
    bench
        .with(|ctx, loader, resources| {
            let schema = Schema::default();
            let texts = [inline, Text::new("patch.yaml", Span::NOWHERE)];
            let loaded = patches_strategic_merge::load(ctx, loader, &texts)?;
            patches_strategic_merge::apply(&loaded, resources, &schema)?;
            let entry = Patch { patch: operations, target: target("Deployment", "web"), ..Patch::default() };
            let loaded = patches_json6902::load(ctx, loader, &entry)?;
            patches_json6902::apply(&loaded, resources, &schema)
        })
        .expect("apply");
    let expected = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  labels:
    a: x
    b: \"y\"
  name: web
spec:
  replicas: 3
";
    assert_eq!(bench.printed(), expected);
}
