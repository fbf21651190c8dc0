//! The flags of `kz template`: Helm's, with its meanings, and a few of kz's own.
//!
//! Source: Helm 4.3.1, pkg/cmd/template.go, install.go, flags.go and pkg/cli/environment.go.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command};
use kz::base::{Diagnostic, Result};
use kz::helm::values::ValueOptions;

use crate::cli::args::{Purpose, parse_bool, path, switch, value, values};
use crate::cli::charts;

const ABOUT: &str = "Render a Helm chart and print what `helm template` 4.3.1 prints, to the byte";

const EXAMPLES: &str = "\
Examples:
  kz template web ./chart                              the chart with its own values
  kz template web ./chart -f prod.yaml --set tag=1.2   with values of a file and of the command line
  kz template web ./chart -n prod | kubectl apply -f -
  kz template web ./chart -s templates/service.yaml    one template only
  kz template web ./chart --output-dir out             a file for each template
  kz template web ./chart --warn-unused-values         name the values that no template reads";

const VALUES: &str = "Values";
const CLUSTER: &str = "What the chart sees of the cluster";
const OUTPUT: &str = "What is printed";
const BEYOND: &str = "Beyond Helm";

/// What a command line of `kz template` says.
pub struct Flags {
    pub words: Vec<String>,
    pub namespace: String,
    pub name_template: Option<String>,
    pub generate_name: bool,
    pub use_release_name: bool,
    pub kube_version: Option<String>,
    pub api_versions: Vec<String>,
    pub is_upgrade: bool,
    pub include_crds: bool,
    pub no_hooks: bool,
    pub skip_tests: bool,
    pub skip_schema_validation: bool,
    pub enable_dns: bool,
    /// Where the chart comes from.
    pub chart: charts::Flags,
    pub dependency_update: bool,
    pub show_only: Vec<String>,
    pub output_dir: Option<PathBuf>,
    /// The release of kz whose revision it becomes.
    pub record: Option<String>,
    pub post_renderer: Option<String>,
    pub post_renderer_args: Vec<String>,
    pub debug: bool,
    pub strict: bool,
    pub warn_unused_values: bool,
    pub seed: Option<String>,
    pub values: ValueOptions,
    /// What is to be said about the flags themselves.
    pub notes: Vec<String>,
}

/// Flags of Helm that change nothing about what is rendered: on or off, and with a value.
const WITHOUT_EFFECT: &[&str] = &[
    "atomic",
    "create-namespace",
    "disable-openapi-validation",
    "force",
    "force-conflicts",
    "force-replace",
    "hide-notes",
    "kube-insecure-skip-tls-verify",
    "render-subchart-notes",
    "replace",
    "rollback-on-failure",
    "server-side",
    "take-ownership",
    "wait-for-jobs",
];
const WITHOUT_EFFECT_VALUED: &[&str] = &[
    "burst-limit",
    "color",
    "colour",
    "content-cache",
    "description",
    "kube-apiserver",
    "kube-as-group",
    "kube-as-user",
    "kube-ca-file",
    "kube-context",
    "kube-tls-server-name",
    "kube-token",
    "kubeconfig",
    "labels",
    "qps",
    "timeout",
];

pub fn command(purpose: Purpose) -> Command {
    let on_or_off = |name, help| switch(name, help, purpose);
    let command = Command::new("template")
        .about(ABOUT)
        .override_usage("kz template [NAME] CHART [FLAGS]")
        .after_help(EXAMPLES)
        .arg(
            Arg::new("words")
                .value_name("NAME CHART")
                .help("The release's name, and a chart: a folder or a `.tgz`")
                .num_args(0..),
        )
        .next_help_heading(VALUES)
        .arg(values("values", "FILE", "Values in a YAML file; `-` is stdin").short('f').value_delimiter(','))
        .arg(values("set", "KEY=VALUE", "Values: `key1=val1,key2=val2`"))
        .arg(values("set-string", "KEY=TEXT", "Values that are always strings"))
        .arg(values("set-file", "KEY=FILE", "Values that are the texts of files"))
        .arg(values("set-json", "KEY=JSON", "Values in JSON: `key={\"a\":1}`, or all as one object"))
        .arg(values("set-literal", "KEY=TEXT", "A string, taken as it stands"))
        .arg(on_or_off("skip-schema-validation", "Do not check values against `values.schema.json`"))
        .next_help_heading(CLUSTER)
        .arg(value("namespace", "NAME", "The namespace of the release [env: HELM_NAMESPACE]").short('n'))
        .arg(value("kube-version", "VERSION", "The version of Kubernetes"))
        .arg(
            values("api-versions", "VERSION", "API versions that are there beside the usual")
                .short('a')
                .value_delimiter(','),
        )
        .arg(on_or_off("is-upgrade", "Render for an upgrade, not for an installation"))
        .arg(on_or_off("enable-dns", "Let templates look up hosts"))
        .arg(
            value("dry-run", "WHERE", "`client`: nothing else is possible here")
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("unset")
                .hide(true),
        )
        .arg(on_or_off("validate", "Needs a cluster").hide(true))
        .next_help_heading(OUTPUT)
        .arg(values("show-only", "TEMPLATE", "Only what these templates write; patterns are understood").short('s'))
        .arg(path("output-dir", "DIR", "Write a file for each template into a directory"))
        .arg(on_or_off("release-name", "With --output-dir: into a folder of the release's name"))
        .arg(on_or_off("include-crds", "Print the chart's CRDs too"))
        .arg(on_or_off("skip-crds", "Do not print CRDs: the default").hide(true))
        .arg(on_or_off("no-hooks", "Leave hooks out"))
        .arg(on_or_off("skip-tests", "Leave hooks for tests out"))
        .arg(value("name-template", "TEMPLATE", "A template that gives the release's name"))
        .arg(on_or_off("generate-name", "Accepted: `helm template` makes up no name either").short('g'))
        .arg(value("post-renderer", "COMMAND", "A program that gets what was rendered and gives back what is printed"))
        .arg(values("post-renderer-args", "ARG", "An argument for that program"))
        .arg(on_or_off("debug", "Print what was rendered even if it is not valid YAML"))
        .next_help_heading(BEYOND)
        .arg(value("record", "NAME", "Keep what is rendered as a revision of a release of kz"))
        .arg(on_or_off("strict", "A key that is missing is an error"))
        .arg(on_or_off("warn-unused-values", "Name values of files and flags that no template reads"))
        .arg(value("seed", "TEXT", "Make random values, keys and the time repeatable: for comparing, not for secrets"))
        .arg(value("wait", "STRATEGY", "").num_args(0..=1).require_equals(true).hide(true));
    let update = "First fetch what the chart depends on into its charts/, if something is missing";
    let command =
        charts::chart_flags(command, purpose).arg(on_or_off("dependency-update", update).help_heading(charts::CHART));
    let command =
        WITHOUT_EFFECT.iter().fold(command, |command, name| command.arg(switch(name, "", purpose).hide(true)));
    WITHOUT_EFFECT_VALUED.iter().fold(command, |command, name| {
        let arg = value(name, "VALUE", "").hide(true).action(ArgAction::Append);
        command.arg(if *name == "labels" { arg.short('l') } else { arg })
    })
}

impl Flags {
    /// Errors: flags that need a cluster or that exclude one another.
    pub fn new(matches: &ArgMatches) -> Result<Flags> {
        let is_on = |name: &str| matches.get_one::<bool>(name).copied().unwrap_or_default();
        let text = |name: &str| matches.get_one::<String>(name).filter(|text| !text.is_empty()).cloned();
        let texts = |name: &str| matches.get_many::<String>(name).unwrap_or_default().cloned().collect::<Vec<_>>();
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        check_cluster(matches)?;
        Ok(Flags {
            words: texts("words"),
            namespace: text("namespace").or_else(|| variable("HELM_NAMESPACE")).unwrap_or_else(|| "default".to_owned()),
            name_template: text("name-template"),
            generate_name: is_on("generate-name"),
            use_release_name: is_on("release-name"),
            kube_version: text("kube-version"),
            api_versions: texts("api-versions"),
            is_upgrade: is_on("is-upgrade"),
            include_crds: is_on("include-crds"),
            no_hooks: is_on("no-hooks"),
            skip_tests: is_on("skip-tests"),
            skip_schema_validation: is_on("skip-schema-validation"),
            enable_dns: is_on("enable-dns"),
            chart: charts::Flags::new(matches)?,
            dependency_update: is_on("dependency-update"),
            show_only: texts("show-only"),
            output_dir: matches.get_one::<PathBuf>("output-dir").filter(|path| !path.as_os_str().is_empty()).cloned(),
            record: text("record"),
            post_renderer: text("post-renderer"),
            post_renderer_args: texts("post-renderer-args"),
            debug: is_on("debug") || variable("HELM_DEBUG").is_some_and(|value| parse_bool(&value) == Ok(true)),
            strict: is_on("strict"),
            warn_unused_values: is_on("warn-unused-values"),
            seed: matches.get_one::<String>("seed").cloned(),
            values: ValueOptions {
                files: texts("values"),
                set: texts("set"),
                set_string: texts("set-string"),
                set_file: texts("set-file"),
                set_json: texts("set-json"),
                set_literal: texts("set-literal"),
            },
            notes: notes(matches),
        })
    }
}

/// Errors: `--validate`, `--dry-run=server`.
fn check_cluster(matches: &ArgMatches) -> Result<()> {
    let needs = |flag: &str| {
        Err(Diagnostic::new("needs-cluster", format!("`{flag}` needs a cluster, and kz talks to none"))
            .help("pipe the output to `kubectl apply --dry-run=server -f -`"))
    };
    if matches.get_one::<bool>("validate").copied().unwrap_or_default() {
        return needs("--validate");
    }
    match matches.get_one::<String>("dry-run").map(String::as_str) {
        None | Some("client" | "unset" | "true") => Ok(()),
        Some("server" | "none" | "false") => needs("--dry-run=server"),
        Some(other) => Err(Diagnostic::new("usage", format!("the flag `--dry-run` cannot be `{other}`"))
            .help("it takes `client`: kz talks to no cluster")),
    }
}

fn notes(matches: &ArgMatches) -> Vec<String> {
    use clap::parser::ValueSource::CommandLine;
    let given = |flag: &&&str| matches.value_source(flag) == Some(CommandLine);
    let without = WITHOUT_EFFECT.iter().chain(WITHOUT_EFFECT_VALUED).chain(&["wait", "skip-crds"]);
    without.filter(given).map(|flag| format!("`--{flag}` changes nothing here")).collect()
}
