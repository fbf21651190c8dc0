//! What happens at each layer: a kustomization's resources, generators, components, transformers and
//! validators, in this order. kustomize: KustTarget.accumulateTarget.

use std::sync::Arc;

use super::absorb::{absorb, append, append_all};
use super::charts::Inflation;
use super::configurations::TransformerConfig;
use super::context::{ChartNamespace, Context};
use super::kustomization::{HelmGlobals, Kustomization, Text};
use super::loader::{Loader, Target, shown};
use super::plugins::{self, Plugin};
use super::vars::VarSet;
use super::{charts, crds, decode, generators, origin, transform};
use crate::base::{Diagnostic, Result, Span, parallel};
use crate::k8s::read::read_resources;
use crate::k8s::schema::{Level, OpenApi};
use crate::k8s::{Origin, ResMap, Resource, Schema};

/// So many files are opened, and so many bytes are read, in about the time that a thread takes to start.
const FILES_WORTH_A_THREAD: usize = 8;
const BYTES_WORTH_A_THREAD: usize = 32 << 10;

/// What the layers so far have yielded.
#[derive(Default)]
pub struct Accumulator {
    pub resources: ResMap,
    pub config: Arc<TransformerConfig>,
    pub vars: VarSet,
}

/// One kustomization and how the build came to it.
pub struct Layer {
    loader: Loader,
    kustomization: Kustomization,
    /// The kustomization file's own name, for origins.
    file_name: &'static str,
    /// Set where the root asks for any `buildMetadata`: the way from the root to here.
    origin: Option<Origin>,
    /// The nearest `namespace` of the kustomizations that use this one: what its charts get if nothing else is said.
    outer_namespace: Text,
}

impl Layer {
    /// The kustomization that the build was asked for.
    pub fn root(ctx: &Context, loader: Loader, schema: &mut Schema) -> Result<Layer> {
        let (kustomization, file_name) = read_kustomization(ctx, &loader)?;
        *schema = choose_schema(ctx, &loader, &kustomization, schema, Level::Outermost)?;
        let origin = (!kustomization.build_metadata.is_empty()).then(Origin::default);
        Ok(Layer { loader, kustomization, file_name, origin, outer_namespace: Text::default() })
    }

    pub fn kustomization(&self) -> &Kustomization {
        &self.kustomization
    }

    /// Adds this layer to what was accumulated before it (nothing, but for components).
    ///
    /// An error comes with the mistakes of the parts that were not reached, as far as they are independent.
    pub fn accumulate(&self, ctx: &Context, into: Accumulator, schema: &mut Schema) -> Result<Accumulator> {
        let mut part = Part::Resources;
        self.run_parts(ctx, into, schema, &mut part).map_err(|error| {
            let errors = std::iter::once(error).chain(self.mistakes_after(ctx, part));
            Diagnostic::together(errors).unwrap_or_else(|| unreachable!("there is the first one"))
        })
    }

    fn run_parts(&self, ctx: &Context, into: Accumulator, schema: &mut Schema, part: &mut Part) -> Result<Accumulator> {
        let kustomization = &self.kustomization;
        let mut acc = into;
        self.add_resources(ctx, &mut acc, "resources", &kustomization.resources, schema)?;
        *part = Part::Configurations;
        let own = TransformerConfig::load(ctx, &self.loader, &kustomization.configurations)?;
        merge_config(&mut acc, own)?;
        if !kustomization.crds.is_empty() {
            merge_config(&mut acc, Arc::new(crds::load(ctx, &self.loader, &kustomization.crds)?))?;
        }
        *part = Part::Generators;
        self.generate(ctx, &mut acc, schema)?;
        *part = Part::Components;
        for path in &kustomization.components {
            let loader = self.loader.base(ctx, "components", path)?;
            acc = self.enter(ctx, path, loader, Kind::Component, acc, schema)?;
        }
        *part = Part::Transformers;
        self.transform(ctx, &mut acc, schema)?;
        self.validate(ctx, &mut acc, schema)?;
        acc.vars.merge(&kustomization.vars, &mut acc.resources, schema)?;
        Ok(acc)
    }

    /// What is wrong with the files that later parts name, whatever the earlier ones yield.
    fn mistakes_after(&self, ctx: &Context, part: Part) -> Option<Box<Diagnostic>> {
        let k = &self.kustomization;
        let mut mistakes = Vec::new();
        if part < Part::Configurations {
            mistakes.extend(TransformerConfig::load(ctx, &self.loader, &k.configurations).err());
        }
        if part < Part::Generators {
            mistakes.extend(self.generators(ctx).err());
        }
        if part < Part::Components {
            mistakes.extend(k.components.iter().filter_map(|path| self.loader.base(ctx, "components", path).err()));
        }
        if part < Part::Transformers {
            mistakes.extend(transform::load(ctx, &self.loader, k).err());
        }
        Diagnostic::together(mistakes)
    }

    /// Files and bases, in the order in which they are named.
    fn add_resources(
        &self,
        ctx: &Context,
        acc: &mut Accumulator,
        field: &str,
        paths: &[Text],
        schema: &mut Schema,
    ) -> Result<()> {
        // Files are opened and read side by side; what they hold is added in the order of the list.
        let open = |path: &Text| self.loader.resource(ctx, field, path);
        let targets = parallel::map(paths, paths.len() / FILES_WORTH_A_THREAD, open);
        let bytes: usize = targets.iter().flatten().map(Target::size).sum();
        let opened = parallel::map(&targets, bytes / BYTES_WORTH_A_THREAD, |target| match target {
            Ok(Target::File(file)) => Ok(Entry::File(read_resources(ctx.sources, file.source)?)),
            Ok(Target::Directory(loader)) => Ok(Entry::Base(loader.clone())),
            Err(error) => Err(error.clone()),
        });
        let mut mistakes = Vec::new();
        let mut goes_on = true;
        for (path, opened) in paths.iter().zip(opened) {
            let added = match opened {
                // What cannot be read has no part in what is wrong with the others.
                Err(error) => {
                    mistakes.push(error);
                    continue;
                }
                Ok(_) if !goes_on => continue,
                Ok(Entry::File(resources)) => self.add_file(acc, path, resources, schema),
                Ok(Entry::Base(loader)) => self
                    .enter(ctx, path, loader, Kind::Base, Accumulator::default(), schema)
                    .and_then(|base| acc.merge(base, schema)),
            };
            if let Err(error) = added {
                mistakes.push(error);
                goes_on = false;
            }
        }
        Diagnostic::together(mistakes).map_or(Ok(()), Err)
    }

    fn add_file(&self, acc: &mut Accumulator, path: &Text, read: Vec<Resource>, schema: &Schema) -> Result<()> {
        for mut resource in read {
            if let Some(here) = &self.origin {
                resource.origin = Some(Box::new(origin::append(here, path)));
            }
            append(&mut acc.resources, resource, schema)?;
        }
        Ok(())
    }

    /// Goes down into a base, which starts from nothing, or into a component, which goes on with what is there.
    fn enter(
        &self,
        ctx: &Context,
        path: &Text,
        loader: Loader,
        kind: Kind,
        acc: Accumulator,
        schema: &mut Schema,
    ) -> Result<Accumulator> {
        let step = || format!("in {} `{}`", kind.word(), shown(path));
        let layer = self.sub_layer(ctx, loader, path, kind, schema).map_err(|e| e.within(step()))?;
        layer.accumulate(ctx, acc, schema).map_err(|e| e.within(step()))
    }

    fn sub_layer(&self, ctx: &Context, loader: Loader, path: &Text, kind: Kind, schema: &mut Schema) -> Result<Layer> {
        let (mut kustomization, file_name) = read_kustomization(ctx, &loader)?;
        // Only what the root's `buildMetadata` says counts.
        kustomization.build_metadata.clear();
        *schema = choose_schema(ctx, &loader, &kustomization, schema, Level::Nested)?;
        let is_component = &*kustomization.kind == "Component";
        match kind {
            Kind::Base if is_component => {
                return Err(Diagnostic::new(
                    "component-as-base",
                    format!("`{}` is a component, not a base", shown(path)),
                )
                .at(path.span)
                .label(kustomization.kind.span, "it says so here")
                .help("list it under `components`"));
            }
            Kind::Component if !is_component => {
                return Err(Diagnostic::new("base-as-component", format!("`{}` is not a component", shown(path)))
                    .at(path.span)
                    .label(kustomization.kind.span, "its kind")
                    .help("list it under `resources`, or give it `kind: Component` and `apiVersion: kustomize.config.k8s.io/v1alpha1`"));
            }
            _ => {}
        }
        let origin = self.origin.as_ref().map(|here| origin::append(here, path));
        let outer_namespace = self.chart_namespace(ctx);
        Ok(Layer { loader, kustomization, file_name, origin, outer_namespace })
    }

    fn generate(&self, ctx: &Context, acc: &mut Accumulator, schema: &mut Schema) -> Result<()> {
        let kustomization = &self.kustomization;
        let made = self.generators(ctx)?;
        let charts = self.charts(ctx)?;
        let plugins = self.plugins(ctx, "generators", &kustomization.generators, schema)?;
        for (kind, resource) in made {
            let mut resources = ResMap::from_list(vec![resource]);
            if let Some(here) = &self.origin {
                origin::stamp_origin(&mut resources, &origin::builtin(here, self.file_name, kind));
            }
            absorb(&mut acc.resources, resources, schema)?;
        }
        for mut resources in charts {
            if let Some(here) = &self.origin {
                origin::stamp_origin(&mut resources, &origin::builtin(here, self.file_name, charts::KIND));
            }
            absorb(&mut acc.resources, resources, schema)?;
        }
        for plugin in &plugins {
            let mut resources = plugin.generate(ctx, &self.loader, schema)?;
            if let Some(origin) = &plugin.origin {
                origin::stamp_origin(&mut resources, origin);
            }
            absorb(&mut acc.resources, resources, schema)?;
        }
        Ok(())
    }

    /// What the built-in generators make, with the kind of each generator. Mistakes are reported together.
    fn generators(&self, ctx: &Context) -> Result<Vec<(&'static str, Resource)>> {
        let k = &self.kustomization;
        let globals = k.generator_options.as_ref();
        let config_map = |args| generators::config_map(ctx, &self.loader, args, globals);
        let secret = |args| generators::secret(ctx, &self.loader, args, globals);
        let config_maps = k.config_map_generator.iter().map(|args| Ok(("ConfigMapGenerator", config_map(args)?)));
        let secrets = k.secret_generator.iter().map(|args| Ok(("SecretGenerator", secret(args)?)));
        Diagnostic::all(config_maps.chain(secrets))
    }

    fn charts(&self, ctx: &Context) -> Result<Vec<ResMap>> {
        let nothing = HelmGlobals::default();
        let globals = self.kustomization.helm_globals.as_ref().unwrap_or(&nothing);
        let namespace = self.chart_namespace(ctx);
        let of_chart = |chart| Inflation { globals, chart, namespace: &namespace };
        let inflations: Vec<Inflation> = self.kustomization.helm_charts.iter().map(of_chart).collect();
        charts::generate(ctx, &self.loader, &inflations)
    }

    /// What charts are told. kustomize: helmRootNamespace.
    fn chart_namespace(&self, ctx: &Context) -> Text {
        let own = &self.kustomization.namespace;
        match ctx.options.chart_namespace {
            ChartNamespace::Objects => Text::default(),
            ChartNamespace::Release if own.is_empty() => self.outer_namespace.clone(),
            ChartNamespace::Release => own.clone(),
        }
    }

    fn transform(&self, ctx: &Context, acc: &mut Accumulator, schema: &mut Schema) -> Result<()> {
        let plugins = self.plugins(ctx, "transformers", &self.kustomization.transformers, schema)?;
        let origin_of = |kind: &str| self.origin.as_ref().map(|here| origin::builtin(here, self.file_name, kind));
        transform::built_in(ctx, &self.loader, &self.kustomization, acc, schema, &origin_of)?;
        for plugin in &plugins {
            plugin.transform(ctx, &self.loader, &mut acc.resources, schema)?;
            if let Some(origin) = &plugin.origin {
                origin::stamp_transformer(&mut acc.resources, origin);
            }
            acc.resources.drop_empties();
        }
        Ok(())
    }

    fn validate(&self, ctx: &Context, acc: &mut Accumulator, schema: &mut Schema) -> Result<()> {
        for plugin in self.plugins(ctx, "validators", &self.kustomization.validators, schema)? {
            plugin.validate(ctx, &self.loader, &mut acc.resources, schema)?;
        }
        Ok(())
    }

    /// The plugins that entries name: each an inline object, a file of objects, or a kustomization that yields some.
    fn plugins(&self, ctx: &Context, field: &str, entries: &[Text], schema: &mut Schema) -> Result<Vec<Plugin>> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let mut acc = Accumulator::default();
        let mut paths = Vec::new();
        for entry in entries {
            let inline = ctx.sources.add_embedded(entry.value.as_bytes(), entry.span);
            match read_resources(ctx.sources, inline) {
                Ok(configs) => {
                    for mut config in configs {
                        config.origin = self.origin.as_ref().map(|here| Box::new(origin::append(here, self.file_name)));
                        append(&mut acc.resources, config, schema)?;
                    }
                }
                Err(_) => paths.push(entry.clone()),
            }
        }
        self.add_resources(ctx, &mut acc, field, &paths, schema)?;
        plugins::load(ctx, &self.loader, acc.resources.into_list(), schema)
    }
}

/// What a layer goes through, in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Resources,
    Configurations,
    Generators,
    Components,
    Transformers,
}

/// What a path under `resources` turned out to be.
enum Entry {
    File(Vec<Resource>),
    Base(Loader),
}

#[derive(Clone, Copy)]
enum Kind {
    Base,
    Component,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Kind::Base => "base",
            Kind::Component => "component",
        }
    }
}

impl Accumulator {
    /// Takes in what a base yielded. kustomize: ResAccumulator.MergeAccumulator.
    fn merge(&mut self, base: Accumulator, schema: &Schema) -> Result<()> {
        append_all(&mut self.resources, base.resources, schema)?;
        merge_config(self, base.config)?;
        self.vars.merge_set(base.vars)
    }
}

fn merge_config(acc: &mut Accumulator, more: Arc<TransformerConfig>) -> Result<()> {
    acc.config = TransformerConfig::merge(&acc.config, &more)?;
    Ok(())
}

/// The kustomization file of a directory, and its name. Notes what is deprecated.
fn read_kustomization(ctx: &Context, loader: &Loader) -> Result<(Kustomization, &'static str)> {
    let (file, name) = loader.kustomization_file(ctx)?;
    let kustomization = decode::read_kustomization(ctx.sources, file.source)?;
    kustomization.deprecated.iter().for_each(|warning| ctx.note(*warning));
    Ok((kustomization, name))
}

/// kustomize: openapi.SetSchema: the first kustomization on the way that names one decides, the root anew.
fn choose_schema(
    ctx: &Context,
    loader: &Loader,
    kustomization: &Kustomization,
    schema: &Schema,
    level: Level,
) -> Result<Schema> {
    let field = |name: &str| kustomization.openapi.iter().find(|(key, _)| &**key == name).map(|(_, value)| value);
    let path = field("path");
    let file = path.map(|path| loader.load(ctx, "openapi.path", path)).transpose()?;
    let openapi = OpenApi {
        version: field("version").map(|version| (&**version, version.span)),
        file: file.map(|file| (file.source, file.text)),
        path_span: path.map_or(Span::NOWHERE, |path| path.span),
    };
    schema.set(openapi, level)
}
