//! The flags of `kz diff`.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command};
use kz::base::report::Style;
use kz::base::{Diagnostic, Result};
use kz::diff::{Filter, Options};
use kz::fetch;
use kz::helm::values::ValueOptions;
use kz::kustomize::BuildOptions;
use kz::render::target::ChartOptions;

use crate::cli::args::{Purpose, path, switch, value, values};
use crate::cli::{build, fetching};

const ABOUT: &str = "Compare what two targets render to, and tell what changes for the cluster";

const EXAMPLES: &str = "\
Examples:
  kz diff main:overlays/prod overlays/prod   an overlay now and in a revision of git
  kz diff overlays/staging overlays/prod     two overlays
  kz diff chart-1.2.tgz chart-1.3.tgz -f values.yaml
  kz diff ./chart ./chart --values-a old.yaml --values-b new.yaml
  kz diff live: overlays/prod                what applying would change in the cluster
  kz build overlays/prod | kz diff applied.yaml -
  kz diff a.yaml b.yaml --format json | jq '.changes[].object.title'

It ends with 0 where nothing differs, 1 where something does, and 2 where that could not be found out.";

const FORMATS: [&str; 3] = ["terminal", "unified", "json"];
const TOLD: &str = "What is told";
const CHARTS: &str = "Charts";
const KUSTOMIZATIONS: &str = "Kustomizations";

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Terminal,
    Unified,
    Json,
    Stat,
    Names,
}

/// What a command line of `kz diff` says.
pub struct Flags {
    pub before: String,
    pub after: String,
    pub format: Format,
    /// Colours, where `--color` speaks of them.
    pub style: Option<Style>,
    pub output: Option<PathBuf>,
    pub options: Options,
    /// For a chart on either side.
    pub charts: [ChartOptions; 2],
    /// The context of kubectl, for `live:`.
    pub context: Option<String>,
    pub build: BuildOptions,
    pub fetch: fetch::Context,
    pub notes: Vec<String>,
}

/// Flags that set values, with what stands for it on one side only.
const VALUES: [(&str, &str, &str, &str, &str); 5] = [
    ("values", "values-a", "values-b", "FILE", "Values in a YAML file"),
    ("set", "set-a", "set-b", "KEY=VALUE", "Values: `key1=val1,key2=val2`"),
    ("set-string", "set-string-a", "set-string-b", "KEY=TEXT", "Values that are always strings"),
    ("set-file", "set-file-a", "set-file-b", "KEY=FILE", "Values that are the texts of files"),
    ("set-json", "set-json-a", "set-json-b", "KEY=JSON", "Values in JSON"),
];

pub fn command(purpose: Purpose) -> Command {
    let on_or_off = |name, help| switch(name, help, purpose);
    let mut command = Command::new("diff")
        .about(ABOUT)
        .override_usage("kz diff A B [FLAGS]")
        .after_help(EXAMPLES)
        .arg(
            Arg::new("sides")
                .value_name("A B")
                .help("Each a kustomization, a chart, manifests, `-`, `REV:PATH` (`git:REV:PATH`) of git, or `live:`")
                .num_args(0..),
        )
        .next_help_heading(TOLD)
        .arg(
            value("format", "FORMAT", "`terminal`, `unified` or `json`")
                .value_parser(FORMATS)
                .hide_possible_values(true),
        )
        .arg(on_or_off("stat", "Only how much changes in each object"))
        .arg(on_or_off("name-only", "Only the names of the objects that differ"))
        .arg(path("output", "PATH", "Write to a file").short('o'))
        .arg(
            value("color", "WHEN", "`auto`, `always` or `never`")
                .value_parser(["auto", "always", "never"])
                .hide_possible_values(true),
        )
        .arg(on_or_off("show-secrets", "Show the values of Secrets: only where nobody else sees them"))
        .arg(values("ignore", "[KIND:]PATH", "Pass over a field, such as `Deployment:spec.replicas`; `*`, `**`"))
        .arg(values("only", "KIND[/NAME]", "Compare only these objects; `*` stands for any text"))
        .arg(value("context", "NAME", "The context of kubectl that `live:` asks"))
        .next_help_heading(CHARTS);
    for (name, of_a, of_b, value_name, help) in VALUES {
        let arg = values(name, value_name, help);
        command = command.arg(if name == "values" { arg.short('f').value_delimiter(',') } else { arg });
        for (name, side) in [(of_a, "the first"), (of_b, "the second")] {
            let arg = Arg::new(name).long(name).value_name(value_name).help(format!("The same, of {side} side only"));
            let arg = arg.allow_hyphen_values(true).action(clap::ArgAction::Append);
            command = command.arg(if name.starts_with("values") { arg.value_delimiter(',') } else { arg });
        }
    }
    let command = command
        .arg(
            value("release-name", "NAME", "The name of the release")
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
        .arg(on_or_off("include-crds", "Compare the chart's CRDs too"))
        .next_help_heading(KUSTOMIZATIONS);
    fetching::flags(build::rendering(command, purpose), purpose)
}

impl Flags {
    /// Errors: not two sides; flags that exclude one another; patterns that are none.
    pub fn new(matches: &ArgMatches) -> Result<Flags> {
        let is_on = |name: &str| matches.get_one::<bool>(name).copied().unwrap_or_default();
        let texts = |name: &str| matches.get_many::<String>(name).unwrap_or_default().cloned().collect::<Vec<_>>();
        let sides = texts("sides");
        let [before, after] = sides.as_slice() else {
            return Err(Diagnostic::new("usage", format!("two sides are compared, and {} were named", sides.len()))
                .help("`kz diff A B`, such as `kz diff main:overlays/prod overlays/prod`"));
        };
        Ok(Flags {
            before: before.clone(),
            after: after.clone(),
            format: format(matches)?,
            style: match matches.get_one::<String>("color").map(String::as_str) {
                Some("always") => Some(Style::Color),
                Some("never") => Some(Style::Plain),
                _ => None,
            },
            output: matches.get_one::<PathBuf>("output").filter(|path| !path.as_os_str().is_empty()).cloned(),
            options: Options {
                filter: Filter::new(&texts("ignore"), &texts("only"))?,
                show_secrets: is_on("show-secrets"),
            },
            charts: [chart(matches, 0), chart(matches, 1)],
            context: matches.get_one::<String>("context").filter(|context| !context.is_empty()).cloned(),
            build: build::options(matches)?,
            fetch: fetching::context(matches),
            notes: build::notes(matches),
        })
    }
}

/// Errors: more than one of `--format`, `--stat` and `--name-only`.
fn format(matches: &ArgMatches) -> Result<Format> {
    let is_on = |name: &str| matches.get_one::<bool>(name).copied().unwrap_or_default();
    let given = matches.get_one::<String>("format").map(|format| match format.as_str() {
        "unified" => Format::Unified,
        "json" => Format::Json,
        _ => Format::Terminal,
    });
    let of_switches = [("stat", Format::Stat), ("name-only", Format::Names)];
    let wanted: Vec<Format> =
        of_switches.into_iter().filter(|(name, _)| is_on(name)).map(|(_, format)| format).chain(given).collect();
    match wanted.as_slice() {
        [] => Ok(Format::Terminal),
        [format] => Ok(*format),
        _ => Err(Diagnostic::new("usage", "`--format`, `--stat` and `--name-only` exclude one another")
            .help("choose one of them")),
    }
}

/// What a chart on one side is rendered with: what is said of both first, so that what is said of one wins.
fn chart(matches: &ArgMatches, side: usize) -> ChartOptions {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let texts = |name: &str| matches.get_many::<String>(name).unwrap_or_default().cloned().collect::<Vec<_>>();
    let [files, set, set_string, set_file, set_json] = VALUES.map(|(both, of_a, of_b, ..)| {
        let mut all = texts(both);
        all.extend(texts(if side == 0 { of_a } else { of_b }));
        all
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
