//! What programs get that help with fetching: git, and those that keep passwords.

use std::path::PathBuf;

use super::Url;
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
    /// An address on the one server whose passwords `GIT_ASKPASS` knows: it tells them whoever asks, so git has it for
    /// that server alone. `None` where it looks at who asks.
    pub passwords_of: Option<String>,
}

impl Programs {
    /// Whether `GIT_ASKPASS` may be asked for the passwords of an address.
    pub fn may_ask(&self, url: &str) -> bool {
        let Some(known) = &self.passwords_of else { return true };
        matches!((Url::parse(known), Url::parse(url)), (Ok(known), Ok(url)) if known.is_of_same_origin(&url))
    }

    /// Where the program of a name is.
    pub fn find(&self, name: &str) -> Option<PathBuf> {
        let path = self.environment.iter().rev().find(|(key, _)| key == "PATH");
        find_in_path(name, path.map_or("", |(_, path)| path.as_str()))
    }
}
