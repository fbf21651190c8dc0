//! `kz argocd parameters`: the parameters that an application has, and what they are now.
//!
//! Argo CD shows them on the application's page, where they can be changed: a list or a map then is set as a whole. So
//! they have the forms in which they can be set.
//!
//! **Not here:** what the application sets itself; Argo CD knows that.

use std::collections::{BTreeMap, BTreeSet};
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
use crate::cli::build;
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
    build::notes(matches).iter().for_each(|text| ui.note(text));
    let task = Task::new(matches, sources)?;
    let mut now = Now::default();
    now.strings.insert(ALLOW_EMPTY, "false".to_owned());
    match task.app {
        App::Kustomization => of_kustomization(&task, ui, &mut now)?,
        App::Chart => {
            let chart = load::load_any(&task.files(), sources, Path::new("."), Path::new("."))?;
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

/// The counts of the kustomization's entries, and those of objects that have no entry, by their names in the base. Where
/// objects of one name have different counts, or one has none, an entry would change some of them.
fn replicas(kustomization: &Kustomization, objects: &[Object]) -> BTreeMap<String, String> {
    let mut found: BTreeMap<&str, BTreeSet<Option<&str>>> = BTreeMap::new();
    for object in objects.iter().filter(|object| HAVE_REPLICAS.contains(&object.id.kind.as_str())) {
        let count = object.node.lookup(&["spec", "replicas"]).and_then(Node::text);
        found.entry(&object.base_name).or_default().insert(count);
    }
    let alike = found.into_iter().filter(|(_, counts)| counts.len() == 1);
    let alike = alike.filter_map(|(name, counts)| Some((name.to_owned(), counts.into_iter().next()??.to_owned())));
    let entries = kustomization.replicas.iter().map(|entry| (entry.name.value.clone(), entry.count.to_string()));
    // Of what an entry says the objects may have become something else since.
    alike.chain(entries).collect()
}

/// Whose replicas a kustomization changes. kustomize: replicas.go of its built-in field specs.
const HAVE_REPLICAS: [&str; 4] = ["Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"];

/// The images as `kz edit set image` takes them: those of the kustomization's entries, and those of its containers that
/// no entry has made what they are. Where one is used in two versions, an entry would change one of them.
fn images(kustomization: &Kustomization, objects: &[Object]) -> Vec<String> {
    let mut used = BTreeSet::new();
    objects.iter().for_each(|object| gather(&object.node, &mut used));
    let made = kustomization.images.iter().map(|entry| match entry.new_name.value.as_str() {
        "" => entry.name.value.as_str(),
        name => name,
    });
    let made: BTreeSet<&str> = made.collect();
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    used.into_iter().for_each(|image| versions.entry(split(image).0).or_default().push(image));
    let other = versions.into_iter().filter_map(|(name, images)| match images.as_slice() {
        [image] if !made.contains(name) && *image == name => Some(format!("{name}={name}")),
        [image] if !made.contains(name) => Some((*image).to_owned()),
        _ => None,
    });
    kustomization.images.iter().filter_map(word).chain(other).collect()
}

/// An entry of `images`; nothing where it says what such a word cannot say.
fn word(entry: &Image) -> Option<String> {
    let part = |mark: &str, text: &str| if text.is_empty() { String::new() } else { format!("{mark}{text}") };
    let (new_name, rest) = (&entry.new_name.value, part(":", &entry.new_tag.value) + &part("@", &entry.digest.value));
    let is_sayable = entry.tag_suffix.value.is_empty() && !(new_name.is_empty() && rest.is_empty());
    is_sayable.then(|| format!("{}{}{rest}", entry.name.value, part("=", new_name)))
}

/// The images of all containers, at any depth. kustomize: the same lists, by their names.
fn gather<'n>(node: &'n Node, into: &mut BTreeSet<&'n str>) {
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
