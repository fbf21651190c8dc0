//! The typed kustomization file, all of its fields.
//!
//! Every text knows its place, because a transformer gives what it writes the place of the line
//! that asked for it. Field names and types: kustomize 5.8.1, api/types.
//!
//! **Not here:** how the types are read from nodes.

use std::borrow::Cow;
use std::ops::Deref;

use crate::base::Span;
use crate::k8s::Gvk;
use crate::yaml::Node;

/// A text and its place. Empty where the field is missing.
#[derive(Clone, Debug, Default)]
pub struct Text {
    pub value: String,
    pub span: Span,
}

/// Keys and values of a map of strings. In the order of the file; equal keys are gone.
pub type Pairs = Vec<(Text, Text)>;

#[derive(Clone, Debug, Default)]
pub struct Kustomization {
    pub api_version: Text,
    pub kind: Text,
    /// `openapi`: `path` and `version`.
    pub openapi: Pairs,
    pub name_prefix: Text,
    pub name_suffix: Text,
    pub namespace: Text,
    pub common_labels: Pairs,
    pub labels: Vec<Label>,
    pub common_annotations: Pairs,
    /// Each a path or an inline patch.
    pub patches_strategic_merge: Vec<Text>,
    pub patches_json6902: Vec<Patch>,
    pub patches: Vec<Patch>,
    /// `images`, then the older `imageTags`.
    pub images: Vec<Image>,
    pub replacements: Vec<ReplacementField>,
    pub replicas: Vec<Replica>,
    pub vars: Vec<Var>,
    pub sort_options: Option<SortOptions>,
    /// `resources`, then the older `bases`.
    pub resources: Vec<Text>,
    pub components: Vec<Text>,
    pub crds: Vec<Text>,
    pub config_map_generator: Vec<GeneratorArgs>,
    pub secret_generator: Vec<GeneratorArgs>,
    pub generator_options: Option<GeneratorOptions>,
    pub helm_globals: Option<HelmGlobals>,
    /// `helmCharts`, then the older `helmChartInflationGenerator`.
    pub helm_charts: Vec<HelmChart>,
    pub configurations: Vec<Text>,
    /// Each a path or an inline object.
    pub generators: Vec<Text>,
    pub transformers: Vec<Text>,
    pub validators: Vec<Text>,
    pub build_metadata: Vec<Text>,
    /// Deprecated fields that the file uses, for the warnings on stderr.
    pub deprecated: Vec<&'static str>,
}

#[derive(Clone, Debug, Default)]
pub struct Label {
    pub pairs: Pairs,
    pub include_selectors: bool,
    pub include_templates: bool,
    /// `fields`
    pub field_specs: Vec<FieldSpec>,
}

/// Which field of which objects: empty parts of the type select every type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldSpec {
    pub gvk: Gvk,
    /// `spec/template/metadata/labels`; a part may end in `[]`; `\/` is a slash inside a part.
    pub path: Cow<'static, str>,
    /// `create`
    pub create: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Image {
    pub name: Text,
    pub new_name: Text,
    pub tag_suffix: Text,
    pub new_tag: Text,
    pub digest: Text,
}

/// `helmGlobals`
#[derive(Clone, Debug, Default)]
pub struct HelmGlobals {
    /// The folder that holds a folder for each chart; `charts` where nothing is said.
    pub chart_home: Text,
    pub config_home: Text,
}

/// A chart to inflate.
#[derive(Clone, Debug, Default)]
pub struct HelmChart {
    pub name: Text,
    pub version: Text,
    pub repo: Text,
    pub release_name: Text,
    pub namespace: Text,
    pub name_template: Text,
    pub values_file: Text,
    pub additional_values_files: Vec<Text>,
    pub values_inline: Option<Node>,
    /// `override` (the default), `merge` or `replace`.
    pub values_merge: Text,
    pub include_crds: bool,
    pub skip_hooks: bool,
    pub skip_tests: bool,
    pub api_versions: Vec<Text>,
    pub kube_version: Text,
    pub debug: bool,
    pub devel: bool,
    pub span: Span,
}

#[derive(Clone, Debug, Default)]
pub struct Replica {
    pub name: Text,
    pub count: i64,
    pub count_span: Span,
}

/// Selects objects; name and namespace are regular expressions in patch targets. Empty selects all.
#[derive(Clone, Debug, Default)]
pub struct Selector {
    pub gvk: Gvk,
    pub name: Text,
    pub namespace: Text,
    pub annotation_selector: Text,
    pub label_selector: Text,
    pub span: Span,
}

#[derive(Clone, Debug, Default)]
pub struct Patch {
    pub path: Text,
    /// The inline patch.
    pub patch: Text,
    pub target: Option<Selector>,
    pub options: PatchOptions,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct PatchOptions {
    pub allow_name_change: bool,
    pub allow_kind_change: bool,
}

/// A replacement in place, or the path of a file that holds some.
#[derive(Clone, Debug, Default)]
pub struct ReplacementField {
    pub path: Text,
    pub replacement: Replacement,
}

#[derive(Clone, Debug, Default)]
pub struct Replacement {
    pub source: Option<SourceSelector>,
    pub source_value: Option<Text>,
    /// Missing and empty are not the same in a file that `path` names.
    pub targets: Option<Vec<TargetSelector>>,
    pub span: Span,
}

#[derive(Clone, Debug, Default)]
pub struct SourceSelector {
    pub gvk: Gvk,
    pub name: Text,
    pub namespace: Text,
    /// Empty means `metadata.name`.
    pub field_path: Text,
    pub options: Option<FieldOptions>,
    pub span: Span,
}

#[derive(Clone, Debug, Default)]
pub struct TargetSelector {
    pub select: Option<Selector>,
    pub reject: Vec<Selector>,
    pub field_paths: Vec<Text>,
    pub options: Option<FieldOptions>,
    pub span: Span,
}

#[derive(Clone, Debug, Default)]
pub struct FieldOptions {
    pub delimiter: String,
    pub index: i64,
    pub encoding: String,
    pub create: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Var {
    pub name: Text,
    /// `objref`: `apiVersion` (or group and version), kind, name, namespace.
    pub object: VarObject,
    /// `fieldref.fieldPath`; empty means `metadata.name`.
    pub field_path: Text,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VarObject {
    pub api_version: String,
    pub gvk: Gvk,
    pub name: String,
    pub namespace: String,
}

#[derive(Clone, Debug, Default)]
pub struct SortOptions {
    /// `fifo` or `legacy`.
    pub order: Text,
    pub legacy: Option<LegacySortOptions>,
}

#[derive(Clone, Debug, Default)]
pub struct LegacySortOptions {
    pub order_first: Vec<String>,
    pub order_last: Vec<String>,
}

/// A ConfigMap or Secret to generate.
#[derive(Clone, Debug, Default)]
pub struct GeneratorArgs {
    pub namespace: Text,
    pub name: Text,
    /// `create`, `replace`, `merge` or empty.
    pub behavior: Text,
    pub literals: Vec<Text>,
    pub files: Vec<Text>,
    /// `envs`, then the older `env`.
    pub envs: Vec<Text>,
    pub options: Option<GeneratorOptions>,
    /// Of Secrets only.
    pub secret_type: Text,
    pub span: Span,
}

#[derive(Clone, Debug, Default)]
pub struct GeneratorOptions {
    pub labels: Pairs,
    pub annotations: Pairs,
    pub disable_name_suffix_hash: bool,
    pub immutable: bool,
}

impl Text {
    pub fn new(value: impl Into<String>, span: Span) -> Text {
        Text { value: value.into(), span }
    }
}

impl Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        &self.value
    }
}

impl std::fmt::Display for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.value)
    }
}
