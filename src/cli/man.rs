//! `kz man`: manual pages and the reference of all commands, made of what `--help` shows.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command};
use clap_mangen::Man;
use kz::base::suggest::nearest;
use kz::base::{Diagnostic, Result, Sources};

use super::args::{self, Purpose, is_on, path, switch, texts};
use super::exit::Exit;
use super::ui::Ui;

const EXAMPLES: &str = "\
Examples:
  kz man | man -l -              the manual page of kz
  kz man release record          of a command, as the program `man` wants it
  kz man --output man1           a file for each command
  kz man --markdown              all commands and their flags on one page";

pub fn command(purpose: Purpose) -> Command {
    Command::new("man")
        .about("Print manual pages")
        .override_usage("kz man [COMMAND…] [FLAGS]")
        .after_help(EXAMPLES)
        .arg(Arg::new("words").value_name("COMMAND").num_args(0..).help("The command whose page is wanted"))
        .arg(path("output", "DIR", "Write the pages of all commands into a folder").short('o'))
        .arg(switch("markdown", "Print all commands and their flags as one page of Markdown", purpose))
}

pub fn run(matches: &ArgMatches, ui: &Ui) -> Exit {
    match pages(matches) {
        Ok(text) => ui.print(&text),
        Err(error) => ui.fail(&error, &Sources::new()),
    }
}

fn pages(matches: &ArgMatches) -> Result<Vec<u8>> {
    let mut root = args::command(Purpose::Help, &[]);
    root.build();
    if is_on(matches, "markdown") {
        let mut text = String::from("# All commands\n\nWhat `--help` shows, on one page.\n");
        markdown(&mut root, "kz", &mut text);
        return Ok(text.into_bytes());
    }
    if let Some(folder) = matches.get_one::<PathBuf>("output") {
        let failed = |error: std::io::Error| {
            Diagnostic::new("write", format!("cannot write manual pages to `{}`: {error}", folder.display()))
                .help("see whether the folder can be written")
        };
        std::fs::create_dir_all(folder).map_err(failed)?;
        return write_all(&root, "kz", folder).map(|()| Vec::new()).map_err(failed);
    }
    let words = texts(matches, "words");
    let mut command = &root;
    for word in &words {
        command = command.find_subcommand(word).ok_or_else(|| {
            let error = Diagnostic::new("usage", format!("there is no command `{word}`"));
            match nearest(word, below(command).map(Command::get_name)) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help("`kz --help` lists what there is"),
            }
        })?;
    }
    let name = std::iter::once("kz").chain(words.iter().map(|word| word.as_str())).collect::<Vec<_>>().join("-");
    page(command, &name).map_err(|error| Diagnostic::new("write", format!("cannot make a manual page: {error}")))
}

fn page(command: &Command, name: &str) -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    let title = name.to_uppercase();
    // clap wants names that stay; there are some hundred of them.
    let name: &'static str = name.to_owned().leak();
    Man::new(command.clone().name(name).disable_help_subcommand(true)).title(title).date("").render(&mut text)?;
    Ok(text)
}

fn write_all(command: &Command, name: &str, folder: &std::path::Path) -> std::io::Result<()> {
    std::fs::write(folder.join(format!("{name}.1")), page(command, name)?)?;
    below(command).try_for_each(|command| write_all(command, &format!("{name}-{}", command.get_name()), folder))
}

fn below(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|command| !command.is_hide_set() && command.get_name() != "help")
}

fn markdown(command: &mut Command, name: &str, text: &mut String) {
    let help = command.render_long_help().to_string();
    text.push_str(&format!("\n## {name}\n\n```text\n{}\n```\n", help.trim_end()));
    let names: Vec<String> = below(command).map(|command| command.get_name().to_owned()).collect();
    for below in names {
        if let Some(command) = command.find_subcommand_mut(&below) {
            markdown(command, &format!("{name} {below}"), text);
        }
    }
}
