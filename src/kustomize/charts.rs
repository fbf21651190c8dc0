//! Charts that a kustomization names -> the resources that they render.
//!
//! kustomize calls helm for this, and reads what it prints. Here the chart is rendered in the process, with what
//! the same flags mean, to the same text. Source: HelmChartInflationGenerator.go in api/internal/builtins and
//! helmchartargs.go in api/types of kustomize 5.8.1.
//!
//! **Invariant:** a node's span leads to the line of the template that wrote it. Nothing is written: a chart that is
//! fetched stays in the cache.
//! **Not here:** how charts are fetched ([`crate::helm::pull`]).

mod fetched;

use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::context::{ChartNamespace, Context};
use super::kustomization::{HelmChart, HelmGlobals, Text};
use super::loader::{File, Loader};
use super::lock::{Thing, folder};
use super::trail::{Named, Step};
use crate::base::fs::{relative, slashed};
use crate::base::{Diagnostic, FileSystem, Result, SourceId, Span, fs, parallel};
use crate::gotmpl::{ExecOptions, Map, Type};
use crate::helm::capabilities::Capabilities;
use crate::helm::hands::{self, Hands};
use crate::helm::inflate::{self, Order};
use crate::helm::load::{self, Early};
use crate::helm::print::Hooks;
use crate::helm::pull::archive::Found;
use crate::helm::release::{self, Release};
use crate::helm::{from_yaml, places, print, values};
use crate::k8s::read::read_resources;
use crate::k8s::{ResMap, Schema};
use crate::patch::strategic::{self, Comments};
use crate::yaml::{self, Documents, Duplicates, Node, ReadOptions};

/// The kind of the generator, for origins.
pub const KIND: &str = "HelmChartInflationGenerator";

/// Where charts lie if nothing else is said.
const CHART_HOME: &str = "charts";

/// A chart to render, with all that is said about it elsewhere.
pub struct Inflation<'k> {
    pub globals: &'k HelmGlobals,
    pub chart: &'k HelmChart,
    /// The namespace of the kustomization, or of one that uses it; what the chart's entry says goes before.
    pub namespace: &'k Text,
}

/// A text as `helm template` would print it, and what it would say.
struct Rendered {
    source: SourceId,
    notes: Vec<String>,
}

/// Renders charts, side by side.
///
/// Errors: a chart or a file of values that is not there; what `kz template` would report; objects without kind
/// or name.
pub fn generate(ctx: &Context, loader: &Loader, inflations: &[Inflation]) -> Result<Vec<ResMap>> {
    let fetched = fetched::all(ctx, loader, inflations, |inflation| is_elsewhere(ctx, loader, inflation));
    let items: Vec<_> = inflations.iter().zip(fetched).collect();
    let render = |(inflation, fetched): &(&Inflation, Option<Result<Found>>)| {
        let name = &inflation.chart.name;
        let within = |error: Box<Diagnostic>| match name.is_empty() {
            true => error,
            false => error.within(format!("in chart `{name}`")),
        };
        let rendered = hands::with(ctx.sources, |hands| render(ctx, loader, inflation, fetched.as_ref(), hands));
        let rendered = rendered.map_err(within)?;
        if fetched.is_some() || loader.is_in_repository() {
            ctx.sources.mark_foreign(rendered.source);
        }
        Ok((read_resources(ctx.sources, rendered.source).map_err(within)?, rendered.notes))
    };
    let rendered = Diagnostic::all(parallel::map(&items, items.len(), render))?;
    // The templates have had the namespace.
    let is_done = ctx.options.chart_namespace == ChartNamespace::Release;
    let mut all = Vec::with_capacity(rendered.len());
    for (mut resources, notes) in rendered {
        notes.into_iter().for_each(|note| ctx.note(note));
        resources.iter_mut().for_each(|resource| resource.from_helm = is_done);
        all.push(ResMap::from_list(resources));
    }
    Ok(all)
}

fn render(
    ctx: &Context,
    loader: &Loader,
    inflation: &Inflation,
    fetched: Option<&Result<Found>>,
    hands: &mut Hands,
) -> Result<Rendered> {
    let chart = inflation.chart;
    let home = chart_home(loader, inflation)?;
    let path = home.join(&*chart.name);
    let mut additional = Vec::new();
    for file in &chart.additional_values_files {
        additional.push(loader.load(ctx, "additionalValuesFiles", file)?);
    }
    let mut ahead = |early: Early| hands.ahead(early);
    let loaded = match fetched {
        Some(found) => found.as_ref().map_err(Clone::clone)?.load(ctx.fs, ctx.sources, &mut ahead)?,
        None => {
            loader.reach(ctx, &path).map_err(|error| error.at(chart.name.span))?;
            let files = loader.files(ctx);
            if !files.is_dir(&path) {
                return Err(not_there(chart, &loader.display(ctx, &path)));
            }
            check_lock(ctx, loader, &path).map_err(|error| error.at(chart.name.span))?;
            load::load_shown(&files, ctx.sources, &path, Path::new(&loader.display(ctx, &path)), &mut ahead)?
        }
    };
    if let Some(trail) = ctx.trail {
        let files = match fetched {
            Some(found) => found.as_ref().map_err(Clone::clone)?.files()?,
            None => folder::files(&loader.files(ctx), &path)?,
        };
        let (by, folder) = (Named::new(loader.root(), &inflation.globals.chart_home), path.clone());
        trail.add(Step::Chart { by, home: home_of_charts(loader, inflation), folder, files });
    }
    let read = |file: &Text| {
        // What is fetched lies nowhere, and its files of values are where they would be if it did.
        let of_chart =
            || fetched::file(ctx, &loaded, fs::clean(&loader.root().join(&**file)).strip_prefix(&path).ok()?);
        match fetched.and_then(|_| of_chart()) {
            Some(found) => Ok(found),
            None => loader.load(ctx, "valuesFile", file),
        }
    };
    let values = merged_values(chart, &path, &read, &additional)?;

    let mut world = (ctx.world)();
    let name = match (chart.release_name.is_empty(), chart.name_template.is_empty()) {
        (false, false) => {
            return Err(Diagnostic::new("chart-field", "cannot set nameTemplate and also specify a releaseName")
                .at(chart.name_template.span)
                .label(chart.release_name.span, "the name is set here")
                .help("remove one of them"));
        }
        (false, true) => chart.release_name.to_string(),
        (true, false) => release::name_of_template(&chart.name_template, &mut world)
            .map_err(|error| error.at(chart.name_template.span))?,
        // kustomize asks helm to make up a name, which `helm template` does not do.
        (true, true) => "release-name".to_owned(),
    };
    let namespace = [&chart.namespace, inflation.namespace].into_iter().find(|text| !text.is_empty());
    let namespace = namespace.map(|text| &**text).or(ctx.env("HELM_NAMESPACE").filter(|name| !name.is_empty()));
    let release = Release { name, namespace: namespace.unwrap_or("default").to_owned(), is_upgrade: false };
    let order = Order {
        sources: ctx.sources,
        release: &release,
        values,
        value_files: &[],
        capabilities: &capabilities(ctx, chart)?,
        skip_schema_validation: false,
        include_crds: chart.include_crds,
        exec: ExecOptions { trace: true, ..ExecOptions::default() },
        post_renderer: None,
    };
    let inflated = inflate::inflate(loaded, &order, &mut world, hands).map_err(|failure| failure.error)?;
    let hooks = match (chart.skip_hooks, chart.skip_tests) {
        (true, _) => Hooks::None,
        (false, true) => Hooks::WithoutTests,
        (false, false) => Hooks::All,
    };
    let stream = print::stream(&inflated.crds, &inflated.sorted, hooks);
    let places = places::of_stream(&stream, &inflated, ctx.sources);
    let name = format!("{} (rendered)", chart.name);
    Ok(Rendered { source: ctx.sources.add_written(name, stream.text, places), notes: inflated.notes })
}

/// Holds the files of a chart to the lock. Those of a repository are held to its commit.
fn check_lock(ctx: &Context, loader: &Loader, path: &Path) -> Result<()> {
    if loader.is_in_repository() || !ctx.lock.is_on() {
        return Ok(());
    }
    let way = slashed(&relative(loader.outermost().root(), path));
    ctx.lock.check_folder(ctx.fs, Thing::Folder { path: way }, path)
}

/// Whether a chart has to be fetched.
fn is_elsewhere(ctx: &Context, loader: &Loader, inflation: &Inflation) -> bool {
    let chart = inflation.chart;
    let is_there = |home: PathBuf| {
        let path = home.join(&*chart.name);
        loader.reach(ctx, &path).is_ok() && loader.files(ctx).is_dir(&path)
    };
    // One without a name is an error of its own.
    !chart.repo.is_empty() && !chart_home(loader, inflation).is_ok_and(is_there) && !chart.name.is_empty()
}

/// The folder that holds the chart's folder. kustomize: absChartHome.
fn chart_home(loader: &Loader, inflation: &Inflation) -> Result<PathBuf> {
    let chart = inflation.chart;
    if chart.name.is_empty() {
        return Err(Diagnostic::new("chart-field", "chart name cannot be empty")
            .at(if chart.name.span.is_nowhere() { chart.span } else { chart.name.span })
            .help("name the chart: `name: NAME`"));
    }
    let home = home_of_charts(loader, inflation);
    // What is fetched lies beside other versions of it.
    let is_fetched = !chart.version.is_empty() && !chart.repo.is_empty();
    Ok(if is_fetched { home.join(format!("{}-{}", chart.name, chart.version)) } else { home })
}

/// The folder that `helmGlobals` names.
fn home_of_charts(loader: &Loader, inflation: &Inflation) -> PathBuf {
    let named = &inflation.globals.chart_home;
    fs::clean(&loader.root().join(if named.is_empty() { CHART_HOME } else { named }))
}

fn not_there(chart: &HelmChart, path: &str) -> Box<Diagnostic> {
    Diagnostic::new("chart-not-found", format!("no repo specified for pull, no chart found at `{path}`"))
        .at(chart.name.span)
        .help("put the chart there, or name its repository: `repo: URL`")
}

/// kustomize: the fields of the kustomization go before the flags.
fn capabilities(ctx: &Context, chart: &HelmChart) -> Result<Capabilities> {
    let options = &ctx.options;
    let kube_version = match chart.kube_version.is_empty() {
        true => options.helm_kube_version.as_deref(),
        false => Some(&*chart.kube_version),
    };
    let api_versions: Vec<String> = match chart.api_versions.is_empty() {
        true => options.helm_api_versions.clone(),
        // Helm: the flag takes a list with commas.
        false => chart.api_versions.iter().flat_map(|text| text.split(',')).map(str::to_owned).collect(),
    };
    Capabilities::of_flags(kube_version, &api_versions).map_err(|error| error.at(chart.kube_version.span))
}

/// The values that the files and `valuesInline` make together; `read` reads a file that the chart's entry names.
///
/// Errors: a file that is not there or may not be read; an unknown `valuesMerge`.
fn merged_values(
    chart: &HelmChart,
    path: &Path,
    read: &dyn Fn(&Text) -> Result<File>,
    additional: &[File],
) -> Result<Rc<Map>> {
    let precedence = Precedence::of(&chart.values_merge)?;
    let default = Text::new(slashed(&path.join("values.yaml")).as_str(), chart.span);
    let file = if chart.values_file.is_empty() { &default } else { &chart.values_file };
    let base = match chart.values_inline.as_ref().filter(|inline| !inline.is_nil_or_empty()) {
        None => {
            let file = read(file)?;
            values::read(file.source, &file.text)?
        }
        Some(inline) => {
            let merged = match precedence {
                Precedence::InlineAlone => inline.clone(),
                Precedence::Inline | Precedence::File => {
                    let file = read(file)?;
                    merge_inline(precedence, &first_document(file.source, &file.text)?, inline)?
                }
            };
            merged.as_mapping().map_or(Ok(Map::new(Type::Map)), from_yaml::map_of)?
        }
    };
    let mut merged = base;
    for file in additional {
        merged = values::merge_maps(&merged, &values::read(file.source, &file.text)?);
    }
    Ok(Rc::new(merged))
}

/// kustomize: kyaml.Parse.
fn first_document(source: SourceId, text: &[u8]) -> Result<Node> {
    let options = ReadOptions { schema: yaml::Schema::V3, duplicates: Duplicates::Reject, documents: Documents::First };
    let root = yaml::read(source, text, options)?.into_iter().next().and_then(|document| document.root);
    Ok(root.unwrap_or_else(|| Node::mapping(Span::NOWHERE)))
}

/// What `valuesMerge` says of values that stand both in the file and inline.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Precedence {
    /// `override`: inline ones win.
    Inline,
    /// `merge`: those of the file win.
    File,
    /// `replace`: the file does not count.
    InlineAlone,
}

impl Precedence {
    fn of(text: &Text) -> Result<Precedence> {
        match &**text {
            "" | "override" => Ok(Precedence::Inline),
            "merge" => Ok(Precedence::File),
            "replace" => Ok(Precedence::InlineAlone),
            _ => Err(Diagnostic::new("chart-field", format!("`valuesMerge` cannot be `{text}`"))
                .at(text.span)
                .help("it must be one of `merge`, `override`, `replace`")),
        }
    }
}

/// kustomize: replaceValuesInline.
fn merge_inline(precedence: Precedence, file: &Node, inline: &Node) -> Result<Node> {
    let (mut under, over) = match precedence {
        Precedence::File => (inline.clone(), file.clone()),
        _ => (file.clone(), inline.clone()),
    };
    match strategic::merge(&mut under, over, &Schema::default(), Comments::default())? {
        strategic::Outcome::Merged => Ok(under),
        strategic::Outcome::Deleted => Ok(Node::mapping(inline.span)),
    }
}
