//! The flags that say how targets are rendered: charts and kustomizations alike.

use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};
use kz::base::{FileSystem, Sources};
use kz::fetch;
use kz::gotmpl::World;
use kz::helm::values::ValueOptions;
use kz::kustomize::BuildOptions;
use kz::kustomize::loader::KUSTOMIZATION_FILE_NAMES;
use kz::render::target::{ChartOptions, Renderer};

use super::args::{Purpose, switch, value, values};
use super::{build, world};

const CHARTS: &str = "Charts";
const KUSTOMIZATIONS: &str = "Kustomizations";

/// How many targets a command has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Targets {
    One,
    /// The flags that set values are there for each of them too.
    Two,
}

/// Which of two targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    A,
    B,
}

/// A flag that sets values, and what stands for it on one side only.
struct ValueFlag {
    name: &'static str,
    of_a: &'static str,
    of_b: &'static str,
    value_name: &'static str,
    help: &'static str,
}

const VALUES: [ValueFlag; 5] = [
    value_flag("values", "values-a", "values-b", "FILE", "Values in a YAML file"),
    value_flag("set", "set-a", "set-b", "KEY=VALUE", "Values: `key1=val1,key2=val2`"),
    value_flag("set-string", "set-string-a", "set-string-b", "KEY=TEXT", "Values that are always strings"),
    value_flag("set-file", "set-file-a", "set-file-b", "KEY=FILE", "Values that are the texts of files"),
    value_flag("set-json", "set-json-a", "set-json-b", "KEY=JSON", "Values in JSON"),
];

const fn value_flag(
    name: &'static str,
    of_a: &'static str,
    of_b: &'static str,
    value_name: &'static str,
    help: &'static str,
) -> ValueFlag {
    ValueFlag { name, of_a, of_b, value_name, help }
}

/// Adds the flags.
pub fn flags(command: Command, purpose: Purpose, targets: Targets) -> Command {
    let mut command = command.next_help_heading(CHARTS);
    for ValueFlag { name, of_a, of_b, value_name, help } in VALUES {
        // Helm: a list of files may stand in one argument.
        let listed = |arg: Arg| if name == "values" { arg.value_delimiter(',') } else { arg };
        let arg = listed(values(name, value_name, help));
        command = command.arg(if name == "values" { arg.short('f') } else { arg });
        if targets == Targets::Two {
            command = command.arg(listed(values(of_a, value_name, "The same, of the first side only")));
            command = command.arg(listed(values(of_b, value_name, "The same, of the second side only")));
        }
    }
    let command = command
        .arg(
            value("release-name", "NAME", "The name of the release that charts see")
                .default_value("release-name")
                .hide_default_value(true),
        )
        .arg(value("namespace", "NAME", "The namespace of the release").short('n').default_value("default"))
        .arg(
            values("api-versions", "VERSION", "API versions that are there beside the usual")
                .short('a')
                .value_delimiter(','),
        )
        .arg(value("kube-version", "VERSION", "The version of Kubernetes"))
        .arg(switch("include-crds", "Take the chart's CRDs too", purpose))
        .next_help_heading(KUSTOMIZATIONS);
    build::rendering(command, purpose)
}

/// What a chart is rendered with. What is said of one side goes before what is said of both.
pub fn chart_options(matches: &ArgMatches, side: Option<Side>) -> ChartOptions {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let texts = |name: &str| matches.get_many::<String>(name).unwrap_or_default().cloned().collect::<Vec<_>>();
    let [files, set, set_string, set_file, set_json] = VALUES.map(|flag| {
        let own = side.map(|side| if side == Side::A { flag.of_a } else { flag.of_b });
        [Some(flag.name), own].into_iter().flatten().flat_map(texts).collect()
    });
    ChartOptions {
        release: text("release-name").unwrap_or_default(),
        namespace: text("namespace").unwrap_or_default(),
        values: ValueOptions { files, set, set_string, set_file, set_json, set_literal: Vec::new() },
        kube_version: text("kube-version"),
        api_versions: texts("api-versions"),
        include_crds: matches.get_one::<bool>("include-crds").copied().unwrap_or_default(),
    }
}

/// Whether it was said which release charts see.
pub fn is_release_named(matches: &ArgMatches) -> bool {
    matches.value_source("release-name") == Some(ValueSource::CommandLine)
}

/// What targets of a file system, mostly the disk, are rendered with.
pub fn renderer<'r>(
    fs: &'r dyn FileSystem,
    build: &'r BuildOptions,
    fetch: &'r fetch::Context,
    sources: &'r Sources,
    world: fn() -> World,
) -> Renderer<'r> {
    Renderer { fs, value_files: fs, sources, build, fetch, world }
}

/// What templates see of the machine where renderings are compared: charts that make up passwords make up the same
/// each time, so that only what changes differs.
pub fn world_of_comparing() -> World {
    world::world(Some("kz diff"), false)
}

/// Whether a folder holds a chart.
pub fn is_chart(folder: &Path) -> bool {
    folder.join("Chart.yaml").is_file()
}

/// The kustomization file of a folder, if it has one.
pub fn kustomization(folder: &Path) -> Option<PathBuf> {
    KUSTOMIZATION_FILE_NAMES.iter().map(|name| folder.join(name)).find(|file| file.is_file())
}
