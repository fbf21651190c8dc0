//! What somebody is asked for: a password, on a terminal or by way of stdin.
//!
//! **Invariant:** nobody is asked where there is no terminal; a secret is not shown while it is typed.

use std::io::{self, BufRead, IsTerminal, Read, Write};

use kz::base::{Diagnostic, Result};

/// A line or a password may be so long.
const MOST: u64 = 1 << 20;

/// All of stdin, without the newline at its end.
pub fn password_of_stdin() -> Result<String> {
    let mut text = String::new();
    io::stdin().lock().take(MOST).read_to_string(&mut text).map_err(unreadable)?;
    Ok(without_newline(&text))
}

/// A line that somebody types.
///
/// Errors: `usage`: there is no terminal.
pub fn line(prompt: &str) -> Result<String> {
    if !io::stdin().is_terminal() {
        return Err(Diagnostic::new("usage", "there is no password, and no terminal to ask for it")
            .help("`--password-stdin` reads it from stdin, `--username` names the user"));
    }
    // Where the question cannot be shown the answer still counts.
    let _ = io::stderr().lock().write_all(prompt.as_bytes());
    let mut text = String::new();
    io::stdin().lock().take(MOST).read_line(&mut text).map_err(unreadable)?;
    Ok(without_newline(&text))
}

/// A line that is not shown.
///
/// Errors: as [`line`]; `usage`: the terminal would show it.
pub fn secret(prompt: &str) -> Result<String> {
    let _silence = match io::stdin().is_terminal() {
        true => Some(echo::off().ok_or_else(|| {
            Diagnostic::new("usage", "the terminal would show the password")
                .help("`--password-stdin` reads it from stdin")
        })?),
        false => None,
    };
    let text = line(prompt)?;
    let _ = io::stderr().lock().write_all(b"\n");
    Ok(text)
}

fn without_newline(text: &str) -> String {
    let line = text.strip_suffix('\n').unwrap_or(text);
    line.strip_suffix('\r').unwrap_or(line).to_owned()
}

fn unreadable(error: io::Error) -> Box<Diagnostic> {
    Diagnostic::new("usage", format!("cannot read a password from stdin: {error}")).help("pipe it in, as UTF-8")
}

#[cfg(unix)]
mod echo {
    use std::io::stdin;

    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

    /// Shows what is typed again when it is dropped.
    pub struct Silence(Termios);

    /// `None`: the terminal cannot.
    pub fn off() -> Option<Silence> {
        let before = tcgetattr(stdin()).ok()?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(stdin(), OptionalActions::Flush, &silent).ok()?;
        Some(Silence(before))
    }

    impl Drop for Silence {
        fn drop(&mut self) {
            // Where it fails now, it would fail again.
            let _ = tcsetattr(stdin(), OptionalActions::Now, &self.0);
        }
    }
}

#[cfg(not(unix))]
mod echo {
    pub struct Silence;

    pub fn off() -> Option<Silence> {
        None
    }
}
