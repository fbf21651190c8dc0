//! `kz completion`: scripts for shells. What they offer they ask of kz itself ([`super::complete`]).

use clap::{Arg, ArgMatches, Command};

use super::args::Purpose;
use super::exit::Exit;
use super::ui::Ui;

/// The shells, and their scripts.
const SCRIPTS: [(&str, &str); 4] = [
    ("bash", include_str!("completion/kz.bash")),
    ("fish", include_str!("completion/kz.fish")),
    ("powershell", include_str!("completion/kz.ps1")),
    ("zsh", include_str!("completion/kz.zsh")),
];

const EXAMPLES: &str = "\
Examples:
  kz completion bash > ~/.local/share/bash-completion/completions/kz
  kz completion zsh > ~/.zfunc/_kz                   with `fpath+=~/.zfunc` before `compinit`
  kz completion fish > ~/.config/fish/completions/kz.fish
  kz completion powershell >> $PROFILE";

pub fn command(_purpose: Purpose) -> Command {
    Command::new("completion")
        .about("Print a script that lets a shell complete commands, flags, targets, releases and revisions")
        .after_help(EXAMPLES)
        .arg(
            Arg::new("shell")
                .value_name("SHELL")
                .help("`bash`, `fish`, `powershell` or `zsh`")
                .required(true)
                .value_parser(SCRIPTS.map(|(shell, _)| shell))
                .hide_possible_values(true),
        )
}

pub fn run(matches: &ArgMatches, ui: &Ui) -> Exit {
    let shell = matches.get_one::<String>("shell").map_or("", String::as_str);
    let script = SCRIPTS.iter().find(|(name, _)| *name == shell).map_or("", |(_, script)| script);
    ui.print(script.as_bytes())
}
