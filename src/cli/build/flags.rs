//! The flags of `kz build`: kustomize's, with its meanings.
//!
//! Source: kustomize 5.8.1, kustomize/commands/build.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command};
use kz::base::{Diagnostic, Result};
use kz::fetch;
use kz::kustomize::BuildOptions;
use kz::kustomize::context::{ChartNamespace, FunctionOptions, LoadRestrictor, Reorder};

use crate::cli::args::{Purpose, path, switch, value, values};
use crate::cli::fetching;

const ABOUT: &str = "Build a kustomization and print what `kustomize build` 5.8.1 prints, to the byte";

const EXAMPLES: &str = "\
Examples:
  kz build                                      the working directory
  kz build overlays/prod                        another one
  kz build overlays/prod | kubectl apply -f -   apply what was built
  kz build overlays/prod -o prod.yaml           write one file
  kz build overlays/prod -o out                 write a file for each object into a directory
  kz build overlays/prod --error-format json    errors for machines";

const FUNCTIONS: &str = "Plugins and functions";
const CHARTS: &str = "Charts";

/// What a command line of `kz build` says.
pub struct Flags {
    pub dir: String,
    pub output: Option<PathBuf>,
    /// The release whose revision it becomes.
    pub record: Option<String>,
    pub options: BuildOptions,
    pub fetch: fetch::Context,
    /// What is to be said about the flags themselves.
    pub notes: Vec<String>,
}

pub fn command(purpose: Purpose) -> Command {
    let command = Command::new("build")
        .about(ABOUT)
        .override_usage("kz build [DIR|URL] [FLAGS]")
        .after_help(EXAMPLES)
        .arg(
            Arg::new("dir")
                .value_name("DIR")
                .help("The directory with the kustomization, or its URL in a git repository")
                .default_value("."),
        )
        .arg(path("output", "PATH", "Write to a file, or a file an object into a directory").short('o'))
        .arg(value("record", "NAME", "Keep it as a revision of a release too"));
    fetching::flags(rendering(command, purpose), purpose)
}

/// The flags that say how a kustomization is built, for every command that builds some.
pub fn rendering(command: Command, purpose: Purpose) -> Command {
    let on_or_off = |name, help| switch(name, help, purpose);
    command
        .arg(
            value("load-restrictor", "RESTRICTOR", "`LoadRestrictionsNone`: also read files outside the root")
                .value_parser(PossibleValuesParser::new(["LoadRestrictionsRootOnly", "LoadRestrictionsNone", ""]))
                .default_value("LoadRestrictionsRootOnly")
                .hide_possible_values(true)
                .hide_default_value(true),
        )
        .arg(
            value("reorder", "ORDER", "`legacy` or `none`; deprecated for the field `sortOptions`")
                .value_parser(["legacy", "none"])
                .hide_possible_values(true),
        )
        .arg(on_or_off("enable-managedby-label", "Deprecated for the field `buildMetadata`"))
        .next_help_heading(FUNCTIONS)
        .arg(on_or_off("enable-alpha-plugins", "Run plugins and functions"))
        .arg(on_or_off("enable-exec", "Let functions be executables: only where you trust them"))
        .arg(values("env", "NAME[=VALUE]", "An environment variable for functions in containers").short('e'))
        .arg(values("mount", "MOUNT", "A mount for functions in containers"))
        .arg(on_or_off("network", "Let functions that ask for it use the network"))
        .arg(value("network-name", "NAME", "Accepted and not used, as by kustomize").hide(true))
        .arg(on_or_off("as-current-user", "Run functions in containers as the user who runs kz"))
        .next_help_heading(CHARTS)
        .arg(on_or_off("enable-helm", "Accepted and not needed: charts are inflated without a program"))
        .arg(
            values("helm-api-versions", "VERSION", "API versions that charts see beside the usual")
                .value_delimiter(','),
        )
        .arg(value("helm-kube-version", "VERSION", "The version of Kubernetes that charts see"))
        .arg(
            value(
                "helm-namespace-on",
                "WHAT",
                "The field `namespace` is for the `release`, or as in 5.7 the `objects`",
            )
            .value_parser(["release", "objects"])
            .hide_possible_values(true),
        )
        .arg(value("helm-command", "PATH", "Accepted and not used: kz runs no helm").hide(true))
        .arg(on_or_off("helm-debug", "Accepted and not used").hide(true))
}

impl Flags {
    /// Errors: the working directory is gone.
    pub fn new(matches: &ArgMatches) -> Result<Flags> {
        Ok(Flags {
            dir: matches.get_one::<String>("dir").cloned().unwrap_or_default(),
            output: matches.get_one::<PathBuf>("output").filter(|path| !path.as_os_str().is_empty()).cloned(),
            record: matches.get_one::<String>("record").cloned(),
            options: options(matches)?,
            fetch: fetching::context(matches),
            notes: notes(matches),
        })
    }
}

/// What the flags of [`rendering`] say.
///
/// Errors: the working directory is gone.
pub fn options(matches: &ArgMatches) -> Result<BuildOptions> {
    let is_on = |name: &str| matches.get_one::<bool>(name).copied().unwrap_or_default();
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str).unwrap_or_default();
    let texts = |name: &str| matches.get_many::<String>(name).unwrap_or_default().cloned().collect::<Vec<_>>();
    let plain = plain_options()?;
    let enable_plugins = is_on("enable-alpha-plugins");
    // kustomize: konfig.EnableManagedbyLabelEnv.
    let label_by_env =
        plain.environment.iter().any(|(name, value)| name == "KUSTOMIZE_ENABLE_MANAGEDBY_LABEL" && value == "on");
    Ok(BuildOptions {
        load_restrictor: match text("load-restrictor") {
            "LoadRestrictionsNone" => LoadRestrictor::None,
            _ => LoadRestrictor::RootOnly,
        },
        reorder: match text("reorder") {
            "legacy" => Reorder::Legacy,
            "none" => Reorder::None,
            _ => Reorder::Unspecified,
        },
        enable_plugins,
        // kustomize: HonorKustomizeFlags hands on the options of functions only with plugins.
        enable_exec: enable_plugins && is_on("enable-exec"),
        enable_helm: enable_plugins || is_on("enable-helm"),
        helm_kube_version: Some(text("helm-kube-version")).filter(|text| !text.is_empty()).map(str::to_owned),
        helm_api_versions: texts("helm-api-versions"),
        chart_namespace: match text("helm-namespace-on") {
            "objects" => ChartNamespace::Objects,
            _ => ChartNamespace::Release,
        },
        managed_by_label: is_on("enable-managedby-label") || label_by_env,
        functions: FunctionOptions {
            as_current_user: is_on("as-current-user"),
            env: texts("env"),
            mounts: texts("mount"),
            network: is_on("network"),
        },
        ..plain
    })
}

/// The options of a build without flags.
///
/// Errors: the working directory is gone.
pub fn plain_options() -> Result<BuildOptions> {
    let working_dir = std::env::current_dir().map_err(|e| {
        Diagnostic::new("working-directory", format!("the working directory cannot be found: {e}"))
            .help("change to a directory that exists")
    })?;
    let environment = std::env::vars_os()
        .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
        .collect();
    Ok(BuildOptions { environment, working_dir, ..BuildOptions::default() })
}

/// What is to be said about the flags of [`rendering`].
pub fn notes(matches: &ArgMatches) -> Vec<String> {
    use clap::parser::ValueSource::CommandLine;
    let about = [
        ("reorder", "`--reorder` is deprecated: use the field `sortOptions` of the kustomization"),
        (
            "enable-managedby-label",
            "`--enable-managedby-label` is deprecated: use the field `buildMetadata` of the kustomization",
        ),
        ("network-name", "`--network-name` changes nothing: functions that may use the network use this machine's"),
        ("helm-command", "`--helm-command` changes nothing: kz runs no helm"),
        ("helm-debug", "`--helm-debug` changes nothing: kz runs no helm"),
        ("stack-trace", "`--stack-trace` changes nothing: errors of kz name their places"),
    ];
    about
        .iter()
        .filter(|(flag, _)| matches.value_source(flag) == Some(CommandLine))
        .map(|(_, text)| (*text).to_owned())
        .collect()
}
