//! The fields of each built-in plugin's configuration: a line a field. Source: kustomize 5.8.1, the structs of
//! api/internal/builtins.

use crate::base::{Diagnostic, Result, Span};
use crate::kustomize::decode::{ConfigMapArgs, Decode, Decoder, Fields, SecretArgs};
use crate::kustomize::fieldspecs::FieldSpecs;
use crate::kustomize::kustomization::{FieldSpec, GeneratorArgs, Image, Pairs, Patch, ReplacementField, Replica, Text};
use crate::kustomize::transformers::namespace::{Options, Subjects};
use crate::yaml::Node;

fn field_specs(f: &mut Fields) -> FieldSpecs {
    FieldSpecs::from(f.take::<Vec<FieldSpec>>("fieldSpecs"))
}

/// `LabelTransformer`.
#[derive(Debug, Default)]
pub struct Labels(pub Pairs, pub FieldSpecs);

impl Decode for Labels {
    fn decode(node: &Node, d: &mut Decoder) -> Labels {
        let mut f = Fields::of(node, d);
        let out = Labels(f.take("labels"), field_specs(&mut f));
        f.finish();
        out
    }
}

/// `AnnotationsTransformer`.
#[derive(Debug, Default)]
pub struct Annotations(pub Pairs, pub FieldSpecs);

impl Decode for Annotations {
    fn decode(node: &Node, d: &mut Decoder) -> Annotations {
        let mut f = Fields::of(node, d);
        let out = Annotations(f.take("annotations"), field_specs(&mut f));
        f.finish();
        out
    }
}

/// `ImageTagTransformer`.
#[derive(Debug, Default)]
pub struct ImageTag(pub Image, pub FieldSpecs);

impl Decode for ImageTag {
    fn decode(node: &Node, d: &mut Decoder) -> ImageTag {
        let mut f = Fields::of(node, d);
        let out = ImageTag(f.take("imageTag"), field_specs(&mut f));
        f.finish();
        out
    }
}

/// `ReplicaCountTransformer`.
#[derive(Debug, Default)]
pub struct ReplicaCount(pub Replica, pub FieldSpecs);

impl Decode for ReplicaCount {
    fn decode(node: &Node, d: &mut Decoder) -> ReplicaCount {
        let mut f = Fields::of(node, d);
        let out = ReplicaCount(f.take("replica"), field_specs(&mut f));
        f.finish();
        out
    }
}

/// `ReplacementTransformer`.
#[derive(Debug, Default)]
pub struct Replacements(pub Vec<ReplacementField>);

impl Decode for Replacements {
    fn decode(node: &Node, d: &mut Decoder) -> Replacements {
        let mut f = Fields::of(node, d);
        let out = Replacements(f.take("replacements"));
        f.finish();
        out
    }
}

/// `PatchJson6902Transformer`.
#[derive(Debug, Default)]
pub struct JsonPatch(pub Patch);

impl Decode for JsonPatch {
    fn decode(node: &Node, d: &mut Decoder) -> JsonPatch {
        let mut f = Fields::of(node, d);
        let out = JsonPatch(Patch {
            path: f.take("path"),
            patch: f.take("jsonOp"),
            target: f.take("target"),
            span: f.span(),
            ..Patch::default()
        });
        f.finish();
        out
    }
}

/// `PatchStrategicMergeTransformer`: paths, each of which may be a patch itself, and a text of patches.
#[derive(Debug, Default)]
pub struct MergePatches(pub Vec<Text>);

impl Decode for MergePatches {
    fn decode(node: &Node, d: &mut Decoder) -> MergePatches {
        let mut f = Fields::of(node, d);
        let mut all: Vec<Text> = f.take("paths");
        let patches: Text = f.take("patches");
        if !patches.is_empty() {
            all.push(patches);
        }
        f.finish();
        MergePatches(all)
    }
}

/// `PrefixTransformer`, `SuffixTransformer`, and both in one.
#[derive(Debug, Default)]
pub struct Affixes {
    pub prefix: Text,
    pub suffix: Text,
    specs: Option<Vec<FieldSpec>>,
    span: Span,
}

impl Affixes {
    /// Where they go.
    ///
    /// Errors: the configuration does not say.
    pub fn specs(&self) -> Result<FieldSpecs> {
        self.specs.clone().map(FieldSpecs::from).ok_or_else(|| {
            Diagnostic::new("missing-field-specs", "this plugin needs `fieldSpecs`").at(self.span).help(
                "to add to names write `fieldSpecs: [{path: metadata/name}]`, or set `namePrefix` in the kustomization",
            )
        })
    }
}

impl Decode for Affixes {
    fn decode(node: &Node, d: &mut Decoder) -> Affixes {
        let mut f = Fields::of(node, d);
        let out =
            Affixes { prefix: f.take("prefix"), suffix: f.take("suffix"), specs: f.take("fieldSpecs"), span: f.span() };
        f.finish();
        out
    }
}

/// `NamespaceTransformer`.
#[derive(Debug, Default)]
pub struct Namespace {
    metadata: Identity,
    specs: FieldSpecs,
    unset_only: bool,
    subjects: Text,
}

impl Namespace {
    /// Errors: an unknown way to treat the subjects of role bindings.
    pub fn options(self) -> Result<Options> {
        let subjects = match &*self.subjects {
            "" | "defaultOnly" => Subjects::DefaultOnly,
            "allServiceAccounts" => Subjects::AllServiceAccounts,
            "none" => Subjects::None,
            other => {
                let message = format!("unknown value `{other}` of `setRoleBindingSubjects`");
                return Err(Diagnostic::new("wrong-value", message)
                    .at(self.subjects.span)
                    .help("it must be `defaultOnly`, `none` or `allServiceAccounts`"));
            }
        };
        Ok(Options { namespace: self.metadata.namespace, specs: self.specs, unset_only: self.unset_only, subjects })
    }
}

impl Decode for Namespace {
    fn decode(node: &Node, d: &mut Decoder) -> Namespace {
        let mut f = Fields::of(node, d);
        let out = Namespace {
            metadata: f.take("metadata"),
            specs: field_specs(&mut f),
            unset_only: f.take("unsetOnly"),
            subjects: f.take("setRoleBindingSubjects"),
        };
        f.finish();
        out
    }
}

/// A configuration's own name and namespace.
#[derive(Debug, Default)]
struct Identity {
    name: Text,
    namespace: Text,
}

impl Decode for Identity {
    fn decode(node: &Node, d: &mut Decoder) -> Identity {
        let mut f = Fields::of(node, d);
        let out = Identity { name: f.take("name"), namespace: f.take("namespace") };
        f.finish();
        out
    }
}

/// `ConfigMapGenerator` and `SecretGenerator`: what the kustomization's fields of these names take.
#[derive(Debug, Default)]
pub struct Generator<T> {
    args: T,
    metadata: Identity,
    /// The older `env`, which counts in kustomizations only.
    env: Text,
}

impl From<ConfigMapArgs> for GeneratorArgs {
    fn from(args: ConfigMapArgs) -> GeneratorArgs {
        args.0
    }
}

impl From<SecretArgs> for GeneratorArgs {
    fn from(args: SecretArgs) -> GeneratorArgs {
        args.0
    }
}

impl<T: Into<GeneratorArgs>> Generator<T> {
    /// What to generate. The configuration's own name and namespace stand in for missing ones.
    pub fn args(self) -> GeneratorArgs {
        let mut args: GeneratorArgs = self.args.into();
        if args.name.is_empty() {
            args.name = self.metadata.name;
        }
        if args.namespace.is_empty() {
            args.namespace = self.metadata.namespace;
        }
        if !self.env.is_empty() {
            args.envs.pop();
        }
        args
    }
}

impl<T: Decode> Decode for Generator<T> {
    fn decode(node: &Node, d: &mut Decoder) -> Generator<T> {
        let args = T::decode(node, d);
        let mut f = Fields::of(node, d);
        let out = Generator { args, metadata: f.take("metadata"), env: f.embedded("env") };
        f.finish();
        out
    }
}
