//! The few colours of a report.

use anstyle::{AnsiColor, Reset, Style as Ansi};

/// With or without escape sequences.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    Plain,
    Color,
}

impl Style {
    pub(super) fn error(self) -> String {
        self.render(AnsiColor::BrightRed.on_default().bold())
    }

    pub(super) fn warning(self) -> String {
        self.render(AnsiColor::BrightYellow.on_default().bold())
    }

    pub(super) fn note(self) -> String {
        self.render(AnsiColor::BrightCyan.on_default().bold())
    }

    /// Line numbers and the lines around them.
    pub(super) fn frame(self) -> String {
        self.render(AnsiColor::BrightBlue.on_default().bold())
    }

    pub(super) fn bold(self) -> String {
        self.render(Ansi::new().bold())
    }

    pub(super) fn reset(self) -> String {
        if self == Style::Color { Reset.render().to_string() } else { String::new() }
    }

    fn render(self, ansi: Ansi) -> String {
        if self == Style::Color { ansi.render().to_string() } else { String::new() }
    }
}
