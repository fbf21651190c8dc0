//! `kz argocd`: kz as a config-management plugin of Argo CD.
//!
//! Argo CD runs a plugin's commands in the folder of an application and tells the rest by the environment. What it
//! prints on stdout are manifests, and what a command that fails says on stderr is shown to users.
//!
//! Source: Argo CD 3, cmpserver/plugin/plugin.go and reposerver/repository/repository.go.
//!
//! **Invariant:** an application reads and writes nothing outside of its repository, and `generate` and `parameters` write
//! nothing but the cache. No line of the parameter `values` is shown.
//! **Not here:** how kustomizations are built and charts rendered.

mod announce;
mod app;
mod generate;
mod init;
mod parameters;
mod server;
mod values;

use clap::Command;

use super::args::{Purpose, Verb, switch};
use super::{build, fetching};

pub const VERBS: &[Verb] = &[
    Verb::new("init", init_command, init::run),
    Verb::new("generate", generate_command, generate::run),
    Verb::new("parameters", parameters_command, announce::run),
];

const EXAMPLES: &str = "\
Examples:
  kz argocd init         what `init` of a `plugin.yaml` runs
  kz argocd generate     what `generate` runs
  kz argocd parameters   what `parameters.dynamic` runs";

const GENERATE_EXAMPLES: &str = "\
Examples:
  kz argocd generate                   the manifests of the application in the working directory
  export ARGOCD_APP_PARAMETERS='[{\"name\": \"namespace\", \"string\": \"review\"}]'
  kz argocd generate                   with a parameter
  kz argocd generate --allow-empty     also where there are none";

pub fn command(_purpose: Purpose) -> Command {
    Command::new("argocd")
        .about("Be a config-management plugin of Argo CD")
        .override_usage("kz argocd init|generate|parameters [FLAGS]")
        .after_help(EXAMPLES)
}

fn init_command(purpose: Purpose) -> Command {
    let command = Command::new("init")
        .about("Fetch what a chart in the working directory depends on and has not got")
        .after_help("Examples:\n  kz argocd init");
    fetching::flags(command, purpose)
}

fn generate_command(purpose: Purpose) -> Command {
    let command = Command::new("generate")
        .about("Print the manifests of the application in the working directory")
        .after_help(GENERATE_EXAMPLES)
        .arg(switch(
            "allow-empty",
            "Let an application have no objects: Argo CD then removes all that it had",
            purpose,
        ));
    fetching::flags(build::rendering(command, purpose), purpose)
}

fn parameters_command(purpose: Purpose) -> Command {
    let command = Command::new("parameters")
        .about("Announce the parameters of the application in the working directory, with what they are now, as JSON")
        .after_help("Examples:\n  kz argocd parameters");
    fetching::flags(build::rendering(command, purpose), purpose)
}
