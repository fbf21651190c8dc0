//! `kz argocd parameters`: the parameters that an application has, and what they are now.
//!
//! Argo CD shows them on the application's page, where they can be changed: a list or a map then is set as a whole. So
//! they have the forms in which they can be set.
//!
//! **Not here:** what the application sets itself; Argo CD knows that.

use std::collections::BTreeMap;
use std::path::Path;

use clap::ArgMatches;
use kz::base::fs::Disk;
use kz::base::{Result, Sources};
use kz::diff::Object;
use kz::helm::load;
use kz::kustomize::Kustomization;
use kz::kustomize::kustomization::Image;
use kz::kustomize::loader::Loader;
use kz::kustomize::lock::Lock;
use kz::kustomize::transformers::images::split;
use kz::render::target::ChartOptions;
use kz::yaml::{Node, Value};
use serde::Serialize;

use super::app::App;
use super::generate::Task;
use super::parameters::{ALLOW_EMPTY, Form, IMAGES, KNOWN, Known, NAME_PREFIX, NAMESPACE, REPLICAS, VALUES};
use super::values;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;

/// One of the list that is printed. Source: ParameterAnnouncement in reposerver/repository/repository.proto.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Announcement {
    name: &'static str,
    title: &'static str,
    tooltip: &'static str,
    item_type: &'static str,
    collection_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    string: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    array: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    map: Option<BTreeMap<String, String>>,
}

/// What the application's sources say, by the names of the parameters.
#[derive(Default)]
struct Now {
    strings: BTreeMap<&'static str, String>,
    arrays: BTreeMap<&'static str, Vec<String>>,
    maps: BTreeMap<&'static str, BTreeMap<String, String>>,
}

/// Prints the list.
pub fn run(matches: &ArgMatches, ui: &Ui) -> Exit {
    let sources = Sources::new();
    match announce(matches, &sources, ui) {
        Ok(text) => ui.print(text.as_bytes()),
        Err(error) => ui.fail(&error, &sources),
    }
}

fn announce(matches: &ArgMatches, sources: &Sources, ui: &Ui) -> Result<String> {
    let task = Task::new(matches, sources)?;
    let mut now = Now::default();
    now.strings.insert(ALLOW_EMPTY, "false".to_owned());
    match task.app {
        App::Kustomization => of_kustomization(&task, ui, &mut now)?,
        App::Chart => {
            let chart = load::load_any(&Disk, sources, Path::new("."), Path::new("."))?;
            now.maps.insert(VALUES, values::announced(&chart.values));
        }
    }
    let own = KNOWN.iter().filter(|known| known.of.is_none_or(|of| of == task.app));
    let list: Vec<Announcement> = own.map(|known| announcement(known, &mut now)).collect();
    Ok(serde_json::to_string(&list).expect("texts can be written as JSON") + "\n")
}

fn announcement(known: &Known, now: &mut Now) -> Announcement {
    let Known { name, title, tooltip, forms, .. } = *known;
    let form = forms.first().copied().unwrap_or(Form::String);
    let item_type = match name {
        REPLICAS => "number",
        ALLOW_EMPTY => "boolean",
        _ => "string",
    };
    Announcement {
        name,
        title,
        tooltip,
        item_type,
        collection_type: form.name(),
        string: (form == Form::String).then(|| now.strings.remove(name).unwrap_or_default()),
        array: (form == Form::Array).then(|| now.arrays.remove(name).unwrap_or_default()),
        map: (form == Form::Map).then(|| now.maps.remove(name).unwrap_or_default()),
    }
}

/// What the kustomization says, and the objects that it builds to. A build that fails, such as for want of the
/// credentials that only `generate` gets, is told, and costs no more than what it would have shown.
fn of_kustomization(task: &Task, ui: &Ui, now: &mut Now) -> Result<()> {
    let lock = Lock::default();
    let (kustomization, _) =
        task.with_context(&Disk, &lock, |context| Loader::open(context, ".")?.read_kustomization(context))?;
    let objects = match task.renderer(&Disk).render(".", &ChartOptions::default()) {
        Ok(rendered) => rendered.objects,
        Err(error) => {
            ui.warn(&error, task.sources);
            Vec::new()
        }
    };
    now.strings.insert(NAMESPACE, kustomization.namespace.value.clone());
    now.strings.insert(NAME_PREFIX, kustomization.name_prefix.value.clone());
    now.arrays.insert(IMAGES, images(&kustomization, &objects));
    now.maps.insert(REPLICAS, replicas(&kustomization, &objects));
    Ok(())
}

/// The counts of the kustomization's entries, and those of objects that have no entry, by their names in the base.
fn replicas(kustomization: &Kustomization, objects: &[Object]) -> BTreeMap<String, String> {
    let entries = kustomization.replicas.iter().map(|entry| (entry.name.value.clone(), entry.count.to_string()));
    let mut counts: BTreeMap<String, String> = entries.collect();
    for object in objects.iter().filter(|object| HAVE_REPLICAS.contains(&object.id.kind.as_str())) {
        if let Some(count) = object.node.lookup(&["spec", "replicas"]).and_then(Node::text) {
            counts.entry(object.base_name.to_string()).or_insert_with(|| count.to_owned());
        }
    }
    counts
}

/// Whose replicas a kustomization changes. kustomize: replicas.go of its built-in field specs.
const HAVE_REPLICAS: [&str; 4] = ["Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"];

/// The images as `kz edit set image` takes them: those of the kustomization's entries, and those of its containers that
/// no entry has made what they are.
fn images(kustomization: &Kustomization, objects: &[Object]) -> Vec<String> {
    let mut words: Vec<String> = kustomization.images.iter().filter_map(word).collect();
    let mut used = Vec::new();
    objects.iter().for_each(|object| gather(&object.node, &mut used));
    used.sort_unstable();
    used.dedup();
    for image in used {
        let (name, tag, digest) = split(image);
        let made = |entry: &Image| {
            let new = if entry.new_name.value.is_empty() { &entry.name } else { &entry.new_name };
            new.value == name
        };
        if kustomization.images.iter().any(made) {
            continue;
        }
        words.push(if tag.is_empty() && digest.is_empty() { format!("{image}={image}") } else { image.to_owned() });
    }
    words
}

/// An entry of `images`; nothing where it says what such a word cannot say.
fn word(entry: &Image) -> Option<String> {
    let part = |mark: &str, text: &str| if text.is_empty() { String::new() } else { format!("{mark}{text}") };
    let (new_name, rest) = (&entry.new_name.value, part(":", &entry.new_tag.value) + &part("@", &entry.digest.value));
    let says_nothing = new_name.is_empty() && rest.is_empty();
    (!says_nothing).then(|| format!("{}{}{rest}", entry.name.value, part("=", new_name)))
}

/// The images of all containers, at any depth. kustomize: the same lists, by their names.
fn gather<'n>(node: &'n Node, into: &mut Vec<&'n str>) {
    match &node.value {
        Value::Mapping(mapping) => {
            for entry in mapping {
                if matches!(entry.key.text(), Some("containers" | "initContainers")) {
                    let items = entry.value.as_sequence().into_iter().flat_map(|items| items.iter());
                    into.extend(items.filter_map(|item| item.get("image").and_then(Node::text)));
                }
                gather(&entry.value, into);
            }
        }
        Value::Sequence(items) => items.iter().for_each(|item| gather(item, into)),
        Value::Scalar(_) => {}
    }
}
