//! The environment, as the tools of the clouds read it.

use std::path::PathBuf;

/// Names with values; of equal names the last counts, and an empty value is none.
pub struct Variables<'v>(pub &'v [(String, String)]);

impl Variables<'_> {
    pub fn get(&self, name: &str) -> Option<String> {
        let value = self.0.iter().rfind(|(key, _)| key == name).map(|(_, value)| value.trim().to_owned());
        value.filter(|value| !value.is_empty())
    }

    /// The first of these that is there.
    pub fn first(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.get(name))
    }

    /// A file below the home directory.
    pub fn at_home(&self, path: &str) -> Option<PathBuf> {
        self.first(&["HOME", "USERPROFILE"]).map(|home| PathBuf::from(home).join(path))
    }
}
