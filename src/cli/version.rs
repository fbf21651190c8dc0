//! `kz version`

use clap::{ArgMatches, Command};

use super::args;
use super::exit::Exit;
use super::ui::Ui;

/// What `kz --version` prints.
pub const LINE: &str = concat!("kz ", env!("CARGO_PKG_VERSION"), "\n");
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The version of kustomize whose output `kz build` gives.
pub const KUSTOMIZE: &str = "v5.8.1";
/// The version of Helm whose output `kz template` gives.
pub const HELM: &str = "v4.3.1";

pub fn command() -> Command {
    Command::new("version")
        .about("Print the version of kz, and of the tools whose output it gives")
        .after_help("Examples:\n  kz version\n  kz version -o json")
        .arg(
            args::value("output", "FORMAT", "Print all that is known, as `json` or `yaml`")
                .short('o')
                .value_parser(["json", "yaml"])
                .hide_possible_values(true),
        )
}

pub fn run(matches: &ArgMatches, ui: &Ui) -> Exit {
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    let text = match matches.get_one::<String>("output").map(String::as_str) {
        Some("json") => format!(
            "{{\n  \"version\": \"{VERSION}\",\n  \"kustomize\": \"{KUSTOMIZE}\",\n  \"helm\": \"{HELM}\",\n  \"os\": \"{os}\",\n  \"arch\": \"{arch}\"\n}}\n"
        ),
        Some(_) => format!("version: {VERSION}\nkustomize: {KUSTOMIZE}\nhelm: {HELM}\nos: {os}\narch: {arch}\n"),
        None => format!("kz {VERSION} (kustomize {KUSTOMIZE}, helm {HELM})\n"),
    };
    ui.print(text.as_bytes())
}
