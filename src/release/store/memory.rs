//! A store that is there as long as the process: what goes into an archive, or has come out of one.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};
use std::time::SystemTime;

use super::Store;
use crate::base::Result;

/// What is kept, by its keys.
#[derive(Debug, Default)]
pub struct Memory {
    files: Mutex<BTreeMap<String, Vec<u8>>>,
    name: String,
}

impl Memory {
    /// An empty one, and what people call it.
    pub fn new(name: impl Into<String>) -> Memory {
        Memory { files: Mutex::default(), name: name.into() }
    }

    /// All keys with what they hold, sorted.
    pub fn into_files(self) -> BTreeMap<String, Vec<u8>> {
        self.files.into_inner().unwrap_or_else(|e| e.into_inner())
    }

    /// All keys, sorted.
    pub fn keys(&self) -> Vec<String> {
        self.files().keys().cloned().collect()
    }

    fn files(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.files.lock().unwrap_or_else(|e| e.into_inner())
    }
}

impl Store for Memory {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.files().get(key).cloned())
    }

    fn put_new(&self, key: &str, content: &[u8]) -> Result<bool> {
        let mut files = self.files();
        let is_new = !files.contains_key(key);
        if is_new {
            files.insert(key.to_owned(), content.to_vec());
        }
        Ok(is_new)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let files = self.files();
        let below = files.range(prefix.clone()..).map_while(|(key, _)| key.strip_prefix(&prefix));
        let mut names: Vec<String> =
            below.map(|rest| rest.split_once('/').map_or(rest, |(name, _)| name).to_owned()).collect();
        // What is below a folder need not stand together: `a-b` comes before `a/b`.
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }

    fn put_with(&self, key: &str, content: &[u8], needed: &[(String, Vec<u8>)]) -> Result<bool> {
        needed.iter().try_for_each(|(key, content)| self.put_new(key, content).map(drop))?;
        self.put_new(key, content)
    }

    fn written(&self, _: &str) -> Result<Option<SystemTime>> {
        Ok(None)
    }

    fn remove(&self, key: &str) -> Result<()> {
        self.files().remove(key);
        Ok(())
    }

    fn name(&self) -> String {
        self.name.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_is_listed_once() {
        let store = Memory::new("`x`");
        for key in ["format", "a/b/1", "a/b/2", "a/b-c/1", "a/b.d"] {
            assert_eq!(store.put_new(key, b"x"), Ok(true));
        }
        assert_eq!(store.put_new("format", b"y"), Ok(false));
        assert_eq!(store.get("format"), Ok(Some(b"x".to_vec())));
        assert_eq!(store.list("a").unwrap_or_default(), ["b", "b-c", "b.d"]);
        assert_eq!(store.list("a/b").unwrap_or_default(), ["1", "2"]);
        assert_eq!(store.list("").unwrap_or_default(), ["a", "format"]);
        assert_eq!(store.list("none"), Ok(Vec::new()));
    }
}
