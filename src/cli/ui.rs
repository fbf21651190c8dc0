//! What reaches the user: results on stdout, errors and notes on stderr.

use std::ffi::OsString;
use std::io::{self, ErrorKind, IsTerminal, Write};

use kz::base::report::{self, Style};
use kz::base::{Diagnostic, Sources};

use super::exit::Exit;

/// `--error-format`
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorFormat {
    Human,
    Json,
}

impl ErrorFormat {
    pub const NAMES: [&str; 2] = ["human", "json"];

    /// What a command line asks for, even one that is wrong elsewhere.
    pub fn of_words(args: &[OsString]) -> ErrorFormat {
        let follows = args.windows(2).any(|pair| pair[0] == "--error-format" && pair[1] == "json");
        if follows || args.iter().any(|arg| arg == "--error-format=json") {
            ErrorFormat::Json
        } else {
            ErrorFormat::Human
        }
    }
}

/// A number of things: `1 object`, `2 objects`.
pub fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

pub struct Ui {
    format: ErrorFormat,
    style: Style,
}

impl Ui {
    pub fn new(format: ErrorFormat) -> Ui {
        let style = if wants_colors(io::stderr().is_terminal()) { Style::Color } else { Style::Plain };
        Ui { format, style }
    }

    /// Reports an error.
    pub fn fail(&self, error: &Diagnostic, sources: &Sources) -> Exit {
        let text = match self.format {
            ErrorFormat::Human => report::text(error, sources, self.style),
            ErrorFormat::Json => report::json(error, sources),
        };
        say(&text);
        Exit::Failed
    }

    /// Reports what is no error but worth a look.
    pub fn warn(&self, warning: &Diagnostic, sources: &Sources) {
        say(&match self.format {
            ErrorFormat::Human => report::warning(warning, sources, self.style),
            ErrorFormat::Json => report::json_warning(warning, sources),
        });
    }

    /// Says a line that stands for itself.
    pub fn say(&self, line: &str) {
        match self.format {
            ErrorFormat::Human => say(&format!("{line}\n")),
            ErrorFormat::Json => say(&report::json_note(line)),
        }
    }

    /// Says something that is no error.
    pub fn note(&self, text: &str) {
        say(&match self.format {
            ErrorFormat::Human => report::note(text, self.style),
            ErrorFormat::Json => report::json_note(text),
        });
    }

    /// Writes a result to stdout.
    pub fn print(&self, bytes: &[u8]) -> Exit {
        self.print_all(&[bytes])
    }

    /// Writes the pieces of a result to stdout. Where the reader has gone away there is nothing
    /// left to do, and that is no error: `kz build | head`.
    pub fn print_all(&self, pieces: &[impl AsRef<[u8]>]) -> Exit {
        let mut stdout = io::stdout().lock();
        let written =
            pieces.iter().try_for_each(|piece| stdout.write_all(piece.as_ref())).and_then(|()| stdout.flush());
        match written {
            Ok(()) => Exit::Done,
            Err(e) if e.kind() == ErrorKind::BrokenPipe => Exit::Done,
            Err(e) => self.fail(&Diagnostic::new("write", format!("cannot write to stdout: {e}")), &Sources::new()),
        }
    }

    /// Whether what goes to stdout is in colours, where nobody says.
    pub fn stdout_style(&self) -> Style {
        if wants_colors(io::stdout().is_terminal()) { Style::Color } else { Style::Plain }
    }

    /// Writes help to stdout, in colours on a terminal.
    pub fn print_styled(&self, text: &clap::builder::StyledStr) -> Exit {
        match self.stdout_style() {
            Style::Color => self.print(text.ansi().to_string().as_bytes()),
            Style::Plain => self.print(text.to_string().as_bytes()),
        }
    }
}

/// A closed stderr is no reason to stop.
fn say(text: &str) {
    io::stderr().lock().write_all(text.as_bytes()).ok();
}

/// <https://no-color.org>: any value but the empty one turns colours off.
fn wants_colors(is_terminal: bool) -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    is_terminal && !is_set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}
