//! What the fields `generators`, `transformers` and `validators` name: objects that configure plugins, built-in
//! ones and programs. kustomize: api/internal/plugins, KustTarget.configureExternalGenerators and what follows.
//!
//! **Invariant:** no program is started without `--enable-alpha-plugins`, none ever through a shell.
//! **Not here:** how the objects are gathered; what the built-in generators and transformers do.

mod builtin;
mod container;
mod exchange;
mod external;
mod function;
mod output;
mod resource_list;
mod scratch;
mod shlex;

pub use builtin::KINDS as BUILTIN_KINDS;

use builtin::Builtin;
use external::External;

use super::context::Context;
use super::loader::Loader;
use crate::base::{Diagnostic, Result, Span};
use crate::k8s::read::rewrite_metadata_map;
use crate::k8s::resource::ConfiguredBy;
use crate::k8s::{Origin, ResMap, Resource, Schema};
use crate::yaml::{self, Node};

/// The label that a validator may leave behind.
const VALIDATED_BY: &str = "validated-by";

/// A plugin that is ready to run.
#[derive(Debug)]
pub struct Plugin {
    /// For `buildMetadata`: what made or changed an object. Set where the configuration's own origin is known.
    pub origin: Option<Origin>,
    /// As messages name it.
    name: String,
    /// Where its configuration stands.
    span: Span,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Builtin(Box<Builtin>),
    External(Box<External>),
}

/// Makes plugins of their configurations, in order.
///
/// Errors: a plugin that is not there; a configuration that its plugin cannot read; a program without
/// `--enable-alpha-plugins`.
pub fn load(ctx: &Context, loader: &Loader, configs: Vec<Resource>, schema: &Schema) -> Result<Vec<Plugin>> {
    configs.into_iter().map(|config| load_one(ctx, loader, config, schema)).collect()
}

fn load_one(ctx: &Context, loader: &Loader, config: Resource, schema: &Schema) -> Result<Plugin> {
    let span = config.node.span;
    let kind = if config.api_version() == "builtin" {
        Kind::Builtin(Box::new(builtin::configure(ctx, loader, &config)?))
    } else if ctx.options.enable_plugins {
        Kind::External(Box::new(external::find(ctx, loader, &config, schema)?))
    } else {
        let message = format!("external plugins are disabled; cannot load `{}`", config.kind());
        return Err(Diagnostic::new("plugins-disabled", message).at(span).help(
            "pass `--enable-alpha-plugins`, and for exec functions `--enable-exec`, if you trust what this runs",
        ));
    };
    let origin = config.origin.as_ref().map(|origin| origin_of(&config, origin));
    Ok(Plugin { origin, name: name_of(&config), span, kind })
}

/// `Kind/name`, for messages.
fn name_of(config: &Resource) -> String {
    format!("{}/{}", config.kind(), config.name())
}

/// kustomize: OriginFromCustomPlugin.
fn origin_of(config: &Resource, from: &Origin) -> Origin {
    let configured_by = ConfiguredBy {
        api_version: config.api_version().into(),
        kind: config.kind().into(),
        name: config.name().into(),
        namespace: config.namespace().into(),
    };
    Origin {
        path: String::new(),
        configured_in: from.path.clone(),
        configured_by: Some(configured_by),
        repo: from.repo.clone(),
        git_ref: from.git_ref.clone(),
    }
}

impl Plugin {
    /// The objects that it makes.
    ///
    /// Errors: it is no generator; what the generator says.
    pub fn generate(&self, ctx: &Context, loader: &Loader, schema: &Schema) -> Result<ResMap> {
        match &self.kind {
            Kind::Builtin(builtin) => builtin.generate(ctx, loader).unwrap_or_else(|| Err(self.is_no("generator"))),
            Kind::External(program) => {
                let objects = program.run(ctx, loader, None)?;
                output::generated(ctx, objects, self.span, schema)
            }
        }
    }

    /// Changes objects, adds some, removes some.
    ///
    /// Errors: it is no transformer; what the transformer says.
    pub fn transform(&self, ctx: &Context, loader: &Loader, resources: &mut ResMap, schema: &Schema) -> Result<()> {
        match &self.kind {
            Kind::Builtin(builtin) => {
                builtin.transform(ctx, resources, schema).unwrap_or_else(|| Err(self.is_no("transformer")))
            }
            Kind::External(program) => {
                let items = resources.iter().map(|r| exchange::export_with_id(r, schema)).collect::<Result<_>>()?;
                let objects = program.run(ctx, loader, Some(items))?;
                output::update(ctx, &self.name, objects, self.span, resources, schema)
            }
        }
    }

    /// Runs it as a validator: it may fail, and it may leave the label `validated-by`, but nothing else may be
    /// otherwise than before. kustomize: KustTarget.runValidators.
    pub fn validate(&self, ctx: &Context, loader: &Loader, resources: &mut ResMap, schema: &Schema) -> Result<()> {
        let before: Vec<Vec<u8>> = resources.iter().map(as_text).collect::<Result<_>>()?;
        self.transform(ctx, loader, resources, schema)?;
        if resources.len() != before.len() {
            return Err(self.changes(format!("turns {} objects into {}", before.len(), resources.len())));
        }
        for (text, resource) in before.iter().zip(resources.iter()) {
            let mut copy = resource.clone();
            if copy.label(VALIDATED_BY).is_some() {
                rewrite_metadata_map(&mut copy.node, "labels", |key| key != VALIDATED_BY);
            }
            if *text != as_text(&copy)? {
                return Err(self.changes(format!("changes {} `{}`", resource.kind(), resource.name())));
            }
        }
        Ok(())
    }

    fn changes(&self, what: String) -> Box<Diagnostic> {
        let message = format!("a validator must not change anything, and `{}` {what}", self.name);
        let is_function = matches!(&self.kind, Kind::External(program) if program.is_function());
        Diagnostic::new("validator-changes", message).at(self.span).help(if is_function {
            // kustomize: so no function passes that gives back what it got.
            "the paths that objects get on their way through a function count as changes; list it under `transformers`"
        } else {
            "list it under `transformers`"
        })
    }

    fn is_no(&self, role: &str) -> Box<Diagnostic> {
        let other = if role == "generator" { "transformers` or `validators" } else { "generators" };
        Diagnostic::new("wrong-plugin", format!("plugin `{}` is no {role}", self.name))
            .at(self.span)
            .help(format!("list it under `{other}`"))
    }
}

/// All of a resource as text, for comparison.
fn as_text(resource: &Resource) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    let node: Node = exchange::export(resource);
    yaml::emit(&node, &mut text)?;
    Ok(text)
}
