//! What programs get that help with fetching: git, and those that keep passwords.

use std::path::PathBuf;

use crate::base::process::{Family, find_in_path};

/// What such programs need to know of the machine. The default: nothing at all.
#[derive(Clone, Default)]
pub struct Programs {
    /// The environment that they get, as the process has it.
    pub environment: Vec<(String, String)>,
    /// Whether there is a terminal on which they can ask.
    pub has_terminal: bool,
    /// Whose they are: who can ask has to share the terminal.
    pub family: Family,
}

impl Programs {
    /// Where the program of a name is.
    pub fn find(&self, name: &str) -> Option<PathBuf> {
        let path = self.environment.iter().rev().find(|(key, _)| key == "PATH");
        find_in_path(name, path.map_or("", |(_, path)| path.as_str()))
    }
}
