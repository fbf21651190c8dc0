//! The built-in generators and transformers as plugins: `apiVersion: builtin` and a kind, with a configuration of
//! their own. kustomize: api/internal/plugins/builtinhelpers and the `Config` functions of api/internal/builtins.
//!
//! **Invariant:** a configuration is read leniently: what a plugin does not know is passed over, `apiVersion`,
//! `kind` and `metadata` among it.
//! **Not here:** what the plugins do.

mod configs;
mod iam_policy;
mod value_add;

use std::borrow::Cow;

use configs::{Affixes, Generator, JsonPatch, MergePatches};
use iam_policy::IamPolicy;
use value_add::ValueAdd;

use crate::base::{Diagnostic, Result};
use crate::k8s::{ResMap, Resource, Schema};
use crate::kustomize::charts::{self, Inflation};
use crate::kustomize::context::Context;
use crate::kustomize::decode::{ConfigMapArgs, HelmPlugin, SecretArgs, lenient, nearest};
use crate::kustomize::fieldspecs::FieldSpecs;
use crate::kustomize::generators;
use crate::kustomize::kustomization::{GeneratorArgs, Replacement, Text};
use crate::kustomize::loader::Loader;
use crate::kustomize::transformers::{
    annotations, hash_suffix, images, labels, name_prefix, namespace, patches, patches_json6902,
    patches_strategic_merge, replacements, replicas,
};
use crate::yaml::Node;

/// A built-in plugin and its configuration.
#[derive(Debug)]
pub enum Builtin {
    ConfigMap(GeneratorArgs),
    Secret(GeneratorArgs),
    IamPolicy(IamPolicy),
    Chart(Box<HelmPlugin>),
    Annotations(configs::Annotations),
    Labels(configs::Labels),
    Hash,
    Images(configs::ImageTag),
    Namespace(namespace::Options),
    Patch(patches::LoadedPatch),
    PatchJson6902(patches_json6902::LoadedPatch),
    PatchStrategicMerge(Vec<Resource>),
    Affixes { prefix: Option<Affix>, suffix: Option<Affix> },
    Replacements(Vec<Replacement>),
    Replicas(configs::ReplicaCount),
    ValueAdd(ValueAdd),
}

/// Where a prefix or suffix goes, and the text.
type Affix = (FieldSpecs, Text);

/// All kinds that may stand beside `apiVersion: builtin`. `SortOrderTransformer` is none of them on purpose.
pub const KINDS: [&str; 18] = [
    "AnnotationsTransformer",
    "ConfigMapGenerator",
    "HashTransformer",
    "HelmChartInflationGenerator",
    "IAMPolicyGenerator",
    "ImageTagTransformer",
    "LabelTransformer",
    "NamespaceTransformer",
    "PatchJson6902Transformer",
    "PatchStrategicMergeTransformer",
    "PatchTransformer",
    "PrefixSuffixTransformer",
    "PrefixTransformer",
    "ReplacementTransformer",
    "ReplicaCountTransformer",
    "SecretGenerator",
    "SuffixTransformer",
    "ValueAddTransformer",
];

/// The plugin that a configuration names.
///
/// Errors: there is none of that kind; the configuration is not what it takes; a file that it names is not there.
pub fn configure(ctx: &Context, loader: &Loader, config: &Resource) -> Result<Builtin> {
    let node = &config.node;
    Ok(match config.kind() {
        "ConfigMapGenerator" => Builtin::ConfigMap(lenient::<Generator<ConfigMapArgs>>(node)?.args()),
        "SecretGenerator" => {
            Builtin::Secret(lenient::<Generator<SecretArgs>>(node).map_err(Diagnostic::masked)?.args())
        }
        "IAMPolicyGenerator" => Builtin::IamPolicy(lenient(node)?),
        charts::KIND => Builtin::Chart(Box::new(lenient(node)?)),
        "AnnotationsTransformer" => Builtin::Annotations(lenient(node)?),
        "LabelTransformer" => Builtin::Labels(lenient(node)?),
        "HashTransformer" => Builtin::Hash,
        "ImageTagTransformer" => Builtin::Images(lenient(node)?),
        "NamespaceTransformer" => Builtin::Namespace(lenient::<configs::Namespace>(node)?.options()?),
        "PatchTransformer" => Builtin::Patch(patches::load(ctx, loader, &lenient(node)?)?),
        "PatchJson6902Transformer" => {
            Builtin::PatchJson6902(patches_json6902::load(ctx, loader, &lenient::<JsonPatch>(node)?.0)?)
        }
        "PatchStrategicMergeTransformer" => {
            let MergePatches(patches) = lenient(node)?;
            if patches.is_empty() {
                let error = Diagnostic::new("empty-patch", "the plugin has neither `paths` nor `patches`");
                return Err(error.at(node.span).help("name files under `paths`, or write patches under `patches`"));
            }
            Builtin::PatchStrategicMerge(patches_strategic_merge::load(ctx, loader, &patches)?)
        }
        "PrefixTransformer" => {
            let config: Affixes = lenient(node)?;
            Builtin::Affixes { prefix: Some((config.specs()?, config.prefix)), suffix: None }
        }
        "SuffixTransformer" => {
            let config: Affixes = lenient(node)?;
            Builtin::Affixes { prefix: None, suffix: Some((config.specs()?, config.suffix)) }
        }
        "PrefixSuffixTransformer" => {
            let config: Affixes = lenient(node)?;
            let specs = config.specs()?;
            Builtin::Affixes { prefix: Some((specs.clone(), config.prefix)), suffix: Some((specs, config.suffix)) }
        }
        "ReplacementTransformer" => {
            let configs::Replacements(fields) = lenient(node)?;
            let loaded = replacements::load_replacements(ctx, loader, &fields)?;
            Builtin::Replacements(loaded.into_iter().map(Cow::into_owned).collect())
        }
        "ReplicaCountTransformer" => Builtin::Replicas(lenient(node)?),
        "ValueAddTransformer" => Builtin::ValueAdd(ValueAdd::configure(ctx, loader, node)?),
        other => return Err(unknown(other, node)),
    })
}

fn unknown(kind: &str, node: &Node) -> Box<Diagnostic> {
    let place = node.get("kind").map_or(node.span, |kind| kind.span);
    let error = Diagnostic::new("no-such-plugin", format!("there is no built-in plugin `{kind}`")).at(place);
    if kind == "SortOrderTransformer" {
        return error.help("set `sortOptions` in the kustomization that is built");
    }
    // All names end alike, which must not make them near.
    let bare = |kind: &'static str| kind.trim_end_matches("Transformer").trim_end_matches("Generator");
    let meant = nearest(kind.trim_end_matches("Transformer").trim_end_matches("Generator"), KINDS.map(bare));
    match meant.and_then(|meant| KINDS.into_iter().find(|kind| bare(kind) == meant)) {
        Some(meant) => error.help(format!("did you mean `{meant}`?")),
        None => error.help(format!("the built-in plugins are {}", KINDS.map(|k| format!("`{k}`")).join(", "))),
    }
}

impl Builtin {
    /// The objects that it makes; `None` where it is no generator.
    pub fn generate(&self, ctx: &Context, loader: &Loader) -> Option<Result<ResMap>> {
        let made = match self {
            Builtin::ConfigMap(args) => generators::config_map(ctx, loader, args, None),
            Builtin::Secret(args) => generators::secret(ctx, loader, args, None),
            Builtin::IamPolicy(policy) => policy.generate(ctx),
            Builtin::Chart(config) => return Some(chart(ctx, loader, config)),
            _ => return None,
        };
        Some(made.map(|resource| ResMap::from_list(vec![resource])))
    }

    /// Changes objects; `None` where it is no transformer.
    pub fn transform(&self, ctx: &Context, resources: &mut ResMap, schema: &Schema) -> Option<Result<()>> {
        use Builtin::*;
        let r = resources;
        Some(match self {
            ConfigMap(_) | Secret(_) | IamPolicy(_) | Chart(_) => return None,
            Annotations(configs::Annotations(pairs, specs)) => annotations::annotations(r, pairs, specs),
            Labels(configs::Labels(pairs, specs)) => labels::labels(r, pairs, specs),
            Hash => hash_suffix::hash_suffix(r, schema),
            Images(configs::ImageTag(image, specs)) => images::images(r, std::slice::from_ref(image), specs),
            Namespace(options) => namespace::set_namespace(r, options, schema),
            Patch(patch) => patches::apply(patch, r, schema),
            PatchJson6902(patch) => patches_json6902::apply(patch, r, schema),
            PatchStrategicMerge(patches) => patches_strategic_merge::apply(patches, r, schema),
            Affixes { prefix, suffix } => add_affixes(prefix.as_ref(), suffix.as_ref(), r, schema),
            Replacements(loaded) => replacements::replace_values(ctx.sources, r, loaded),
            Replicas(configs::ReplicaCount(replica, specs)) => replicas::replicas(r, replica, specs, schema),
            ValueAdd(add) => add.transform(r, schema),
        })
    }
}

fn chart(ctx: &Context, loader: &Loader, config: &HelmPlugin) -> Result<ResMap> {
    let HelmPlugin(globals, chart) = config;
    let namespace = &Text::default();
    let made = charts::generate(ctx, loader, &[Inflation { globals, chart, namespace }])?;
    Ok(made.into_iter().next().unwrap_or_default())
}

fn add_affixes(prefix: Option<&Affix>, suffix: Option<&Affix>, resources: &mut ResMap, schema: &Schema) -> Result<()> {
    if let Some((specs, text)) = prefix {
        name_prefix::name_prefix(resources, text, specs, schema)?;
    }
    if let Some((specs, text)) = suffix {
        name_prefix::name_suffix(resources, text, specs, schema)?;
    }
    Ok(())
}
