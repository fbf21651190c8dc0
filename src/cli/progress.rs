//! What takes longer than a second is shown on a terminal, on one line that goes away again.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use kz::fetch::{Event, ProgressSink};

use super::sizes;

const PATIENCE: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(100);

/// Most terminals are wider; longer lines would not go away whole.
const WIDTH: usize = 79;

/// Draws on stderr if that is a terminal. Until something goes on nothing is looked at.
pub fn sink() -> ProgressSink {
    let state = Arc::new(Mutex::new(State::default()));
    Box::new(move |event| {
        let mut now = state.lock().unwrap_or_else(PoisonError::into_inner);
        let is_terminal = *now.is_terminal.get_or_insert_with(|| io::stderr().is_terminal());
        if !is_terminal {
            return;
        }
        now.note(event);
        if !now.is_watched && !now.running.is_empty() {
            now.is_watched = true;
            let state = state.clone();
            // Where there is no thread to be had, nothing is shown.
            std::thread::Builder::new().spawn(move || watch(&state)).ok();
        }
    })
}

#[derive(Default)]
struct State {
    is_terminal: Option<bool>,
    is_watched: bool,
    is_drawn: bool,
    running: BTreeMap<u64, Running>,
}

struct Running {
    since: Instant,
    what: String,
    done: u64,
    total: Option<u64>,
}

impl State {
    fn note(&mut self, event: &Event<'_>) {
        if event.has_ended {
            self.running.remove(&event.id);
            if self.running.is_empty() {
                self.draw("");
            }
            return;
        }
        let fresh = || Running { since: Instant::now(), what: event.what.to_owned(), done: 0, total: None };
        let running = self.running.entry(event.id).or_insert_with(fresh);
        (running.done, running.total) = (event.done, event.total);
    }

    /// The oldest of what takes long, and how many more there are.
    fn line(&self) -> Option<String> {
        let first = self.running.values().find(|running| running.since.elapsed() > PATIENCE)?;
        let bytes = match (first.done, first.total) {
            (0, _) => String::new(),
            (done, None) => format!(" {}", sizes::human(done)),
            (done, Some(total)) => format!(" {} of {}", sizes::human(done), sizes::human(total)),
        };
        let others = match self.running.len() - 1 {
            0 => String::new(),
            others => format!(" (and {others} more)"),
        };
        let room = WIDTH.saturating_sub(bytes.len() + others.len());
        let is_short = first.what.chars().count() <= room;
        let what: String = first.what.chars().take(if is_short { room } else { room.saturating_sub(1) }).collect();
        Some(format!("{what}{}{bytes}{others}", if is_short { "" } else { "…" }))
    }

    fn draw(&mut self, line: &str) {
        if self.is_drawn || !line.is_empty() {
            // A closed stderr is no reason to stop.
            write!(io::stderr().lock(), "\r\x1b[2K{line}").ok();
        }
        self.is_drawn = !line.is_empty();
    }
}

/// Draws until nothing is going on any more.
fn watch(state: &Mutex<State>) {
    loop {
        std::thread::sleep(PAUSE);
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.running.is_empty() {
            state.is_watched = false;
            return;
        }
        if let Some(line) = state.line() {
            state.draw(&line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_shows_the_oldest_and_fits() {
        let running = |seconds: u64, what: &str, done, total| {
            let since = Instant::now().checked_sub(Duration::from_secs(seconds)).unwrap();
            Running { since, what: what.to_owned(), done, total }
        };
        let mut state = State::default();
        state.running.insert(3, running(0, "fetching c", 0, None));
        assert_eq!(state.line(), None);
        state.running.insert(1, running(2, "fetching a", 2048, Some(4096)));
        assert_eq!(state.line().unwrap(), "fetching a 2.0 KiB of 4.0 KiB (and 1 more)");
        state.running.insert(0, running(2, &"ä".repeat(100), 5, None));
        let line = state.line().unwrap();
        assert!(line.ends_with("ä… 5 B (and 2 more)") && line.chars().count() == WIDTH, "{line}");
    }
}
