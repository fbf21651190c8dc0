//! `kz release`

mod copy;
mod gc;
mod init;
mod inputs;
mod keys;
mod read;
mod record;
mod rollback;
pub mod stores;
mod who;

pub use inputs::read;
pub use record::keep_printed;

use clap::{Arg, Command};
use kz::base::{Result, Sources};

use super::args::{Purpose, Verb};
use super::exit::Exit;
use super::ui::Ui;

pub const VERBS: &[Verb] = &[
    Verb::new("record", record::command, record::run),
    Verb::new("list", read::list_command, read::list).or(&["ls"]),
    Verb::new("history", read::history_command, read::history).or(&["hist"]),
    Verb::new("show", read::show_command, read::show),
    Verb::new("mark", record::mark_command, record::mark),
    Verb::new("rollback", rollback::command, rollback::run),
    Verb::new("verify", read::verify_command, read::verify),
    Verb::new("gc", gc::command, gc::run),
    Verb::new("init", init::command, init::run),
    Verb::new("copy", copy::copy_command, copy::copy_all),
    Verb::new("export", copy::export_command, copy::export),
    Verb::new("import", copy::import_command, copy::import),
    Verb::group("keys", keys::command, keys::VERBS),
];

const EXAMPLES: &str = "\
Examples:
  kz release record web overlays/prod -m 'two replicas more'
  kz release history web
  kz release show web@2
  kz diff web@2 web@latest
  kz release mark web applied
  kz release rollback web 2 | kubectl apply -f -";

pub fn command(_purpose: Purpose) -> Command {
    Command::new("release")
        .about("Keep what was rendered, show it, and go back to it")
        .override_usage(
            "kz release record|list|history|show|mark|rollback|verify|gc|init|copy|export|import|keys [FLAGS]",
        )
        .after_help(EXAMPLES)
}

/// What a command gives back is printed.
fn print(ui: &Ui, sources: &Sources, done: Result<String>) -> Exit {
    match done {
        Ok(text) => ui.print(text.as_bytes()),
        Err(error) => ui.fail(&error, sources),
    }
}

fn name(help: &'static str) -> Arg {
    Arg::new("name").value_name("NAME").required(true).help(help)
}
