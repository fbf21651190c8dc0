//! The colours of the reports for terminals.

use anstyle::{AnsiColor, Reset, Style as Ansi};

use crate::base::report::Style;

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Old,
    New,
    /// The words of an old or new line that make the difference.
    OldWord,
    NewWord,
    Changed,
    Head,
    Path,
    Faint,
    Risk,
}

/// Text in the colour of its role; as it is without colours.
pub fn paint(style: Style, role: Role, text: &str) -> String {
    if style == Style::Plain || text.is_empty() {
        return text.to_owned();
    }
    let ansi = match role {
        Role::Old => AnsiColor::Red.on_default(),
        Role::New => AnsiColor::Green.on_default(),
        Role::OldWord => AnsiColor::Red.on_default().bold().underline(),
        Role::NewWord => AnsiColor::Green.on_default().bold().underline(),
        Role::Changed => AnsiColor::Yellow.on_default(),
        Role::Head => Ansi::new().bold(),
        Role::Path => AnsiColor::Cyan.on_default(),
        Role::Faint => Ansi::new().dimmed(),
        Role::Risk => AnsiColor::Magenta.on_default().bold(),
    };
    format!("{}{text}{}", ansi.render(), Reset.render())
}
