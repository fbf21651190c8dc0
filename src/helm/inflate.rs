//! A chart and values -> manifests: the recipe of `helm template`.
//!
//! Source: RunWithContext in pkg/action/install.go, renderResources in pkg/action/action.go, render in
//! pkg/engine/engine.go.
//!
//! **Invariant:** manifests are text as the templates wrote it.
//! **Not here:** loading the chart, merging what the user sets, printing.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::capabilities::Capabilities;
use super::chart::{self, Chart, Template};
use super::coalesce::coalesce_last;
use super::files::Files;
use super::hands::Hands;
use super::manifest::{self, Sorted};
use super::print::{self, Crd};
use super::release::Release;
use super::{capabilities, dependencies, errors, post_render, validate, values};
use crate::base::{Diagnostic, Result, SourceId, Sources};
use crate::gotmpl::{ExecOptions, Map, MissingKey, NO_VALUE, Output, Templates, Type, Value, World};

/// What is not rendered as a manifest but read by people.
const NOTES: &str = "NOTES.txt";

/// What to render, and how.
pub struct Order<'a> {
    pub sources: &'a Sources,
    pub release: &'a Release,
    /// What the user sets, without the chart's own values.
    pub values: Rc<Map>,
    /// The files that it comes from, for messages.
    pub value_files: &'a [String],
    pub capabilities: &'a Capabilities,
    pub skip_schema_validation: bool,
    pub include_crds: bool,
    /// Missing keys, limits, what is recorded.
    pub exec: ExecOptions,
    /// A program that gets the rendered stream and gives back another.
    pub post_renderer: Option<&'a dyn Fn(String) -> Result<String>>,
}

/// A chart that was rendered.
pub struct Inflated {
    /// The release's name.
    pub release: String,
    pub crds: Vec<Crd>,
    pub sorted: Sorted,
    /// For each template, which of its text comes from where, if that was recorded.
    pub outputs: BTreeMap<String, Output>,
    /// What Helm says on stderr.
    pub notes: Vec<String>,
    pub remains: Remains,
}

/// Why a chart could not be rendered.
pub struct Failure {
    pub error: Box<Diagnostic>,
    /// All that `--debug` has to print all the same, from where on Helm has a release.
    pub printed: Option<Vec<u8>>,
    pub notes: Vec<String>,
}

impl From<Box<Diagnostic>> for Failure {
    fn from(error: Box<Diagnostic>) -> Failure {
        Failure { error, printed: None, notes: Vec::new() }
    }
}

/// What was made on the way: it may be large, and who ends with the release need not take it apart.
pub struct Remains {
    _chart: Chart,
    _templates: Templates,
    _scopes: Vec<Rc<Map>>,
}

/// Renders a chart.
///
/// Errors: the release's name; dependencies; values that the schema refuses; templates; manifests that are no YAML.
pub fn inflate(
    mut chart: Chart,
    order: &Order,
    world: &mut World,
    hands: &mut Hands,
) -> std::result::Result<Inflated, Box<Failure>> {
    let mut notes = chart.all_notes();
    let values = prepare(&mut chart, order, &mut notes).map_err(|error| failed(error, None, &notes))?;
    capabilities::check_kube_version(&chart, order.capabilities).map_err(|error| failed(error, nothing(), &notes))?;
    let mut templates = Templates::new(hands.functions().clone());
    let rendered = render(&chart, &values, order, world, &mut templates, hands);
    let (outputs, scopes) = rendered.map_err(|error| failed(error, nothing(), &notes))?;
    let texts = texts_of(&outputs, order).map_err(|error| failed(error, nothing(), &notes))?;
    if order.post_renderer.is_some() {
        texts.iter().for_each(|(path, text)| hands.read((path.clone(), text.clone()), 0));
    }
    let documents: BTreeMap<String, Result<Vec<_>>> = hands.documents().into_iter().collect();
    let documents: Result<Vec<_>> = documents.into_values().collect();
    let sorted = manifest::sort(
        documents
            .map_err(|error| {
                let pieces = texts.iter().map(|(path, text)| (path.as_str(), text.as_slice()));
                failed(error, Some(print::unsorted(pieces)), &notes)
            })?
            .into_iter()
            .flatten(),
    );
    let crds = match order.include_crds {
        true => chart.crds().into_iter().map(|crd| Crd { path: crd.path, content: crd.file.data.to_vec() }).collect(),
        false => Vec::new(),
    };
    let remains = Remains { _chart: chart, _templates: templates, _scopes: scopes };
    Ok(Inflated { release: order.release.name.clone(), crds, sorted, outputs, notes, remains })
}

/// Helm: a release without manifests is printed as an empty line.
fn nothing() -> Option<Vec<u8>> {
    Some(print::unsorted([]))
}

fn failed(error: Box<Diagnostic>, printed: Option<Vec<u8>>, notes: &[String]) -> Box<Failure> {
    Box::new(Failure { error, printed, notes: notes.to_vec() })
}

/// Everything that comes before the templates. Gives the chart's values as they will see them.
fn prepare(chart: &mut Chart, order: &Order, notes: &mut Vec<String>) -> Result<Rc<Map>> {
    dependencies::check(chart, notes)?;
    order.release.check_name()?;
    dependencies::process(chart, &order.values, notes)?;
    let values = coalesce_last(chart, &order.values, notes)?;
    if !order.skip_schema_validation {
        validate::validate(chart, &values)?;
    }
    Ok(values)
}

/// What each template writes, and the scopes of the charts.
type Rendered = (BTreeMap<String, Output>, Vec<Rc<Map>>);

/// What each template writes, but for those whose names start with `_`, and the scopes of the charts.
/// Hands on each text that may hold manifests as soon as it is finished.
fn render(
    chart: &Chart,
    values: &Rc<Map>,
    order: &Order,
    world: &mut World,
    templates: &mut Templates,
    hands: &mut Hands,
) -> Result<Rendered> {
    let files = |chart: &Chart| {
        Value::object(Files::new(chart.files.iter().map(|file| (file.name.as_str(), file.data.clone()))))
    };
    let found = chart::templates(chart, values, order.release, order.capabilities.value(), &files);
    // Go: of templates with the same name the last counts.
    let by_name: BTreeMap<&str, &Template> = found.iter().map(|template| (template.name.as_str(), template)).collect();
    let depth = |template: &Template| template.name.bytes().filter(|byte| *byte == b'/').count();
    let mut in_order: Vec<(usize, &Template)> = by_name.into_values().map(|one| (depth(one), one)).collect();
    in_order.sort_by_key(|(depth, template)| std::cmp::Reverse((*depth, template.name.as_str())));

    for (_, template) in &in_order {
        let added = match &template.file.template {
            Some(text) => templates.add(&template.name, text),
            None => templates.parse(&template.name, template.file.data.clone(), SourceId::NONE),
        };
        added.map_err(|error| errors::parse_error(&template.name, &error))?;
    }
    let mut rendered = BTreeMap::new();
    let mut left = in_order.len();
    for (_, template) in in_order {
        left -= 1;
        if template.name.rsplit('/').next().is_some_and(|name| name.starts_with('_')) {
            continue;
        }
        let about = Map::new(Type::Values);
        about.set(*b"Name", Value::str(template.name.as_str()));
        about.set(*b"BasePath", Value::str(template.base_path.as_str()));
        template.scope.set(*b"Template", Value::Map(Rc::new(about)));
        let data = Value::Map(template.scope.clone());
        let mut output = templates
            .execute(&template.name, &data, world, &order.exec)
            .map_err(|error| errors::exec_error(&template.name, &error))
            .map_err(|error| where_to_set(error, chart, order))?;
        // Helm: what Go prints for a key that is missing is taken out of the finished text, whoever wrote it.
        if order.exec.missing_key == MissingKey::Zero {
            output.erase(NO_VALUE);
        }
        if !template.name.ends_with(NOTES) && order.post_renderer.is_none() {
            hands.read((template.name.clone(), output.text.clone()), left);
        }
        rendered.insert(template.name.clone(), output);
    }
    Ok((rendered, found.into_iter().map(|template| template.scope).collect()))
}

/// Where a value that is nil could have been set, as far as it is one of the chart's values.
fn where_to_set(mut error: Box<Diagnostic>, chart: &Chart, order: &Order) -> Box<Diagnostic> {
    if let Some(help) = error.help.as_mut().filter(|help| help.starts_with("`.Values")) {
        let own = chart.values_file.as_ref().and_then(|file| order.sources.get(file.source?));
        let own = own.map(|source| source.name.clone());
        let given = order.value_files.iter().map(|file| values::shown(file).into_owned());
        let files: Vec<String> = own.into_iter().chain(given).map(|file| format!("`{file}`")).collect();
        if !files.is_empty() {
            help.push_str(&format!("; it could stand in {}", files.join(" or ")));
        }
    }
    error
}

/// The files to be sorted: without notes, and as the post-renderer gave them back.
fn texts_of(files: &BTreeMap<String, Output>, order: &Order) -> Result<BTreeMap<String, Arc<Vec<u8>>>> {
    let texts = files.iter().filter(|(path, _)| !path.ends_with(NOTES));
    let texts = texts.map(|(path, output)| (path.clone(), output.text.clone())).collect();
    match order.post_renderer {
        Some(run) => {
            let files = post_render::split(&run(post_render::merge(&texts)?)?)?;
            Ok(files.into_iter().map(|(path, text)| (path, Arc::new(text))).collect())
        }
        None => Ok(texts),
    }
}
