//! The fields of each type of a kustomization: a line a field. Source: kustomize 5.8.1, api/types.
//!
//! `embedded` marks what stands in an embedded struct there (see [`Fields::embedded`]).

use super::helm::HelmChartArgs;
use super::{Decode, Decoder, Fields};
use crate::k8s::Gvk;
use crate::kustomize::kustomization::*;
use crate::yaml::Node;

/// The file as it stands; see [`super::decode_kustomization`] for what is made of it.
impl Decode for Kustomization {
    fn decode(node: &Node, d: &mut Decoder) -> Kustomization {
        let mut f = Fields::of(node, d);
        f.take::<ObjectMeta>("metadata");
        let older = f.take::<Vec<HelmChartArgs>>("helmChartInflationGenerator");
        let out = Kustomization {
            api_version: f.embedded("apiVersion"),
            kind: f.embedded("kind"),
            openapi: f.take("openapi"),
            name_prefix: f.take("namePrefix"),
            name_suffix: f.take("nameSuffix"),
            namespace: f.take("namespace"),
            common_labels: f.take("commonLabels"),
            labels: f.take("labels"),
            common_annotations: f.take("commonAnnotations"),
            patches_strategic_merge: f.take("patchesStrategicMerge"),
            patches_json6902: f.take("patchesJson6902"),
            patches: f.take("patches"),
            images: concat(f.take("images"), f.take("imageTags")),
            replacements: f.take("replacements"),
            replicas: f.take("replicas"),
            vars: f.take("vars"),
            sort_options: f.take("sortOptions"),
            resources: concat(f.take("resources"), f.take("bases")),
            components: f.take("components"),
            crds: f.take("crds"),
            config_map_generator: f.take::<Vec<ConfigMapArgs>>("configMapGenerator").into_iter().map(|a| a.0).collect(),
            secret_generator: f.take::<Vec<SecretArgs>>("secretGenerator").into_iter().map(|a| a.0).collect(),
            generator_options: f.take("generatorOptions"),
            helm_globals: f.take::<Option<HelmGlobals>>("helmGlobals").or_else(|| older_globals(&older)),
            helm_charts: concat(f.take("helmCharts"), older.into_iter().map(|args| args.1).collect()),
            configurations: f.take("configurations"),
            generators: f.take("generators"),
            transformers: f.take("transformers"),
            validators: f.take("validators"),
            build_metadata: f.take("buildMetadata"),
            deprecated: Vec::new(),
        };
        f.finish();
        out
    }
}

/// kustomize: SplitHelmParameters. The last that says something counts.
fn older_globals(args: &[HelmChartArgs]) -> Option<HelmGlobals> {
    let last = |field: fn(&HelmGlobals) -> &Text| {
        args.iter().rev().map(|args| field(&args.0)).find(|text| !text.is_empty()).cloned().unwrap_or_default()
    };
    let globals = HelmGlobals { chart_home: last(|g| &g.chart_home), config_home: last(|g| &g.config_home) };
    (!globals.chart_home.is_empty() || !globals.config_home.is_empty()).then_some(globals)
}

fn concat<T>(mut list: Vec<T>, older: Vec<T>) -> Vec<T> {
    list.extend(older);
    list
}

/// A kustomization's own `metadata`: checked, and of no effect.
#[derive(Default)]
struct ObjectMeta;

impl Decode for ObjectMeta {
    fn decode(node: &Node, d: &mut Decoder) -> ObjectMeta {
        let mut f = Fields::of(node, d);
        f.take::<Text>("name");
        f.take::<Text>("namespace");
        f.take::<Pairs>("labels");
        f.take::<Pairs>("annotations");
        f.finish();
        ObjectMeta
    }
}

impl Decode for Label {
    fn decode(node: &Node, d: &mut Decoder) -> Label {
        let mut f = Fields::of(node, d);
        let out = Label {
            pairs: f.take("pairs"),
            include_selectors: f.take("includeSelectors"),
            include_templates: f.take("includeTemplates"),
            field_specs: f.take("fields"),
        };
        f.finish();
        out
    }
}

/// The three fields of a type, which the Go structs embed.
fn gvk(f: &mut Fields) -> Gvk {
    Gvk { group: f.embedded("group"), version: f.embedded("version"), kind: f.embedded("kind") }
}

impl Decode for FieldSpec {
    fn decode(node: &Node, d: &mut Decoder) -> FieldSpec {
        let mut f = Fields::of(node, d);
        let out = FieldSpec { gvk: gvk(&mut f), path: f.take::<String>("path").into(), create: f.take("create") };
        f.finish();
        out
    }
}

impl Decode for Image {
    fn decode(node: &Node, d: &mut Decoder) -> Image {
        let mut f = Fields::of(node, d);
        let out = Image {
            name: f.take("name"),
            new_name: f.take("newName"),
            tag_suffix: f.take("tagSuffix"),
            new_tag: f.take("newTag"),
            digest: f.take("digest"),
        };
        f.finish();
        out
    }
}

impl Decode for Replica {
    fn decode(node: &Node, d: &mut Decoder) -> Replica {
        let mut f = Fields::of(node, d);
        let count_span = f.value("count").map_or(node.span, |n| n.span);
        let out = Replica { name: f.take("name"), count: f.take("count"), count_span };
        f.finish();
        out
    }
}

impl Decode for Selector {
    fn decode(node: &Node, d: &mut Decoder) -> Selector {
        let mut f = Fields::of(node, d);
        let out = Selector {
            gvk: gvk(&mut f),
            name: f.embedded("name"),
            namespace: f.embedded("namespace"),
            annotation_selector: f.take("annotationSelector"),
            label_selector: f.take("labelSelector"),
            span: f.span(),
        };
        f.finish();
        out
    }
}

impl Decode for Patch {
    fn decode(node: &Node, d: &mut Decoder) -> Patch {
        let mut f = Fields::of(node, d);
        let out = Patch {
            path: f.take("path"),
            patch: f.take("patch"),
            target: f.take("target"),
            options: f.take("options"),
            span: f.span(),
        };
        f.finish();
        out
    }
}

impl Decode for PatchOptions {
    fn decode(node: &Node, d: &mut Decoder) -> PatchOptions {
        let mut f = Fields::of(node, d);
        let out =
            PatchOptions { allow_name_change: f.take("allowNameChange"), allow_kind_change: f.take("allowKindChange") };
        f.finish();
        out
    }
}

impl Decode for ReplacementField {
    fn decode(node: &Node, d: &mut Decoder) -> ReplacementField {
        let mut f = Fields::of(node, d);
        let replacement = Replacement {
            source: f.embedded("source"),
            source_value: f.embedded("sourceValue"),
            targets: f.embedded("targets"),
            span: f.span(),
        };
        let out = ReplacementField { path: f.take("path"), replacement };
        f.finish();
        out
    }
}

impl Decode for Replacement {
    fn decode(node: &Node, d: &mut Decoder) -> Replacement {
        let mut f = Fields::of(node, d);
        let out = Replacement {
            source: f.take("source"),
            source_value: f.take("sourceValue"),
            targets: f.take("targets"),
            span: f.span(),
        };
        f.finish();
        out
    }
}

impl Decode for SourceSelector {
    fn decode(node: &Node, d: &mut Decoder) -> SourceSelector {
        let mut f = Fields::of(node, d);
        let out = SourceSelector {
            gvk: gvk(&mut f),
            name: f.embedded("name"),
            namespace: f.embedded("namespace"),
            field_path: f.take("fieldPath"),
            options: f.take("options"),
            span: f.span(),
        };
        f.finish();
        out
    }
}

impl Decode for TargetSelector {
    fn decode(node: &Node, d: &mut Decoder) -> TargetSelector {
        let mut f = Fields::of(node, d);
        let out = TargetSelector {
            select: f.take("select"),
            reject: f.take("reject"),
            field_paths: f.take("fieldPaths"),
            options: f.take("options"),
            span: f.span(),
        };
        f.finish();
        out
    }
}

impl Decode for FieldOptions {
    fn decode(node: &Node, d: &mut Decoder) -> FieldOptions {
        let mut f = Fields::of(node, d);
        let out = FieldOptions {
            delimiter: f.take("delimiter"),
            index: f.take("index"),
            encoding: f.take("encoding"),
            create: f.take("create"),
        };
        f.finish();
        out
    }
}

impl Decode for Var {
    fn decode(node: &Node, d: &mut Decoder) -> Var {
        let mut f = Fields::of(node, d);
        let out = Var {
            name: f.take("name"),
            object: f.take("objref"),
            field_path: f.take::<FieldRef>("fieldref").field_path,
        };
        f.finish();
        out
    }
}

/// What a var's `objref` says, as it is written: an `apiVersion` is not split yet.
impl Decode for VarObject {
    fn decode(node: &Node, d: &mut Decoder) -> VarObject {
        let mut f = Fields::of(node, d);
        let out = VarObject {
            api_version: f.take("apiVersion"),
            gvk: gvk(&mut f),
            name: f.take("name"),
            namespace: f.take("namespace"),
        };
        f.finish();
        out
    }
}

/// A var's `fieldref`.
#[derive(Default)]
struct FieldRef {
    field_path: Text,
}

impl Decode for FieldRef {
    fn decode(node: &Node, d: &mut Decoder) -> FieldRef {
        let mut f = Fields::of(node, d);
        let out = FieldRef { field_path: f.take("fieldPath") };
        f.finish();
        out
    }
}

impl Decode for SortOptions {
    fn decode(node: &Node, d: &mut Decoder) -> SortOptions {
        let mut f = Fields::of(node, d);
        let out = SortOptions { order: f.take("order"), legacy: f.take("legacySortOptions") };
        f.finish();
        out
    }
}

impl Decode for LegacySortOptions {
    fn decode(node: &Node, d: &mut Decoder) -> LegacySortOptions {
        let mut f = Fields::of(node, d);
        let out = LegacySortOptions { order_first: f.take("orderFirst"), order_last: f.take("orderLast") };
        f.finish();
        out
    }
}

impl Decode for GeneratorOptions {
    fn decode(node: &Node, d: &mut Decoder) -> GeneratorOptions {
        let mut f = Fields::of(node, d);
        let out = GeneratorOptions {
            labels: f.take("labels"),
            annotations: f.take("annotations"),
            disable_name_suffix_hash: f.take("disableNameSuffixHash"),
            immutable: f.take("immutable"),
        };
        f.finish();
        out
    }
}

/// An entry of `configMapGenerator`, which has no `type`.
#[derive(Clone, Debug, Default)]
pub struct ConfigMapArgs(pub GeneratorArgs);

impl Decode for ConfigMapArgs {
    fn decode(node: &Node, d: &mut Decoder) -> ConfigMapArgs {
        let mut f = Fields::of(node, d);
        let out = ConfigMapArgs(generator_args(&mut f));
        f.finish();
        out
    }
}

/// An entry of `secretGenerator`.
#[derive(Clone, Debug, Default)]
pub struct SecretArgs(pub GeneratorArgs);

impl Decode for SecretArgs {
    fn decode(node: &Node, d: &mut Decoder) -> SecretArgs {
        let mut f = Fields::of(node, d);
        let args = generator_args(&mut f);
        let out = SecretArgs(GeneratorArgs { secret_type: f.embedded("type"), ..args });
        f.finish();
        out
    }
}

/// What both generators take. kustomize: FixKustomization moves `env` behind `envs`.
fn generator_args(f: &mut Fields) -> GeneratorArgs {
    let mut envs: Vec<Text> = f.embedded("envs");
    let env: Text = f.embedded("env");
    if !env.is_empty() {
        envs.push(env);
    }
    GeneratorArgs {
        namespace: f.embedded("namespace"),
        name: f.embedded("name"),
        behavior: f.embedded("behavior"),
        literals: f.embedded("literals"),
        files: f.embedded("files"),
        envs,
        options: f.embedded("options"),
        secret_type: Text::default(),
        span: f.span(),
    }
}
