//! The command line: arguments in, the library's verbs called, results and errors printed.
//!
//! **Invariant:** only this layer prints, reads the environment and exits. Results go to stdout and
//! everything else to stderr; after an error nothing has gone to stdout.
//!
//! **Not here:** what the verbs do.

mod argocd;
mod args;
mod ask;
mod build;
mod cache;
mod called_as;
mod charts;
mod comment;
mod complete;
mod completion;
mod create;
mod dependency;
mod diff;
mod edit;
mod exit;
mod fetching;
mod hash;
mod localize;
mod lock;
mod man;
mod overview;
mod parity;
mod progress;
mod pull;
mod registry;
mod release;
mod repo;
mod settings;
mod show;
mod sizes;
mod table;
mod target;
mod template;
mod ui;
mod usage;
mod vendor;
mod verify;
mod version;
mod world;

use std::ffi::OsString;

use args::Purpose;
use clap::error::ErrorKind;
pub use exit::Exit;
use ui::{ErrorFormat, Ui};

/// Runs one command line, the program's name first.
pub fn run(args: Vec<OsString>) -> Exit {
    let ui = Ui::new(ErrorFormat::of_words(&args));
    if let Some(exit) = args.first().and_then(called_as::Tool::of_program).and_then(|tool| tool.answer(&args, &ui)) {
        return exit;
    }
    let matches = match args::command(Purpose::Parsing, &args).try_get_matches_from(&args) {
        Ok(matches) => matches,
        Err(error) => match error.kind() {
            ErrorKind::DisplayHelp => return help(&ui, &args),
            ErrorKind::DisplayVersion => return ui.print(version::LINE.as_bytes()),
            _ => {
                ui.fail(&usage::explain(&error, &args), &Default::default());
                return usage::exit(&args);
            }
        },
    };
    match args::chosen(&matches) {
        Some((run, matches)) => run(matches, &ui),
        None => help(&ui, &args),
    }
}

/// Prints the help of the command that is named, or of kz itself.
fn help(ui: &Ui, args: &[OsString]) -> Exit {
    let mut command = overview::by_tasks(args::command(Purpose::Help, &[]));
    command.build();
    let mut found = &mut command;
    for name in args::named_by(args) {
        found = found.find_subcommand_mut(name).expect("what is named is there");
    }
    ui.print_styled(&found.render_help())
}

/// All of standard input.
fn stdin() -> kz::base::Result<Vec<u8>> {
    let mut text = Vec::new();
    std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut text)
        .map_err(|error| kz::base::Diagnostic::new("read", format!("cannot read standard input: {error}")))?;
    Ok(text)
}
