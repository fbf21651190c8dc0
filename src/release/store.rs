//! Where revisions are kept: names with bytes, each written once and never changed.
//!
//! **Invariant:** what [`Store::put_new`] said it wrote is there, whole, also after the machine has lost its power.
//! **Not here:** what the bytes mean.

mod address;
mod cloud;
mod folder;
pub mod git;
mod memory;

pub use address::Address;
pub use cloud::Cloud;
pub use folder::Folder;
pub use git::Git;
pub use memory::Memory;

use std::time::SystemTime;

use crate::base::{Diagnostic, Result};

/// The only way to what is kept. Keys are paths with `/` between their parts.
pub trait Store: Sync {
    /// Errors: the store cannot be read. What is not there is none.
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>>;

    /// Writes what is not there yet; false where it is, whoever was first. Of two that write at once one wins.
    ///
    /// Errors: the store cannot be written; then nothing is there.
    fn put_new(&self, key: &str, content: &[u8]) -> Result<bool>;

    /// The last parts of the keys right below a folder, sorted; none where there is none.
    fn list(&self, folder: &str) -> Result<Vec<String>>;

    /// The same of those behind one of them, which need not be there.
    fn list_after(&self, folder: &str, after: &str) -> Result<Vec<String>> {
        let mut names = self.list(folder)?;
        names.drain(..names.partition_point(|name| name.as_str() <= after));
        Ok(names)
    }

    /// Writes what a key needs, which may be there already, and then the key, as [`Store::put_new`] does. What is there
    /// already counts as written now ([`Store::written`]).
    ///
    /// Errors: the store cannot be written; then the key is not there.
    fn put_with(&self, key: &str, content: &[u8], needed: &[(String, Vec<u8>)]) -> Result<bool>;

    /// When a key was written last; nothing where it is not there, or where nobody knows.
    fn written(&self, key: &str) -> Result<Option<SystemTime>>;

    /// Writes what some keys need, as [`Store::put_with`] does, and then each of these in turn, where it is not there
    /// yet. Ends at the first that is there with other content, and gives how many came before it.
    ///
    /// Errors: the store cannot be written; then the keys are there up to one of them.
    fn put_series(&self, needed: &[(String, Vec<u8>)], series: &[(String, Vec<u8>)]) -> Result<usize> {
        for (at, (key, content)) in series.iter().enumerate() {
            let needed = if at == 0 { needed } else { &[] };
            if !self.put_with(key, content, needed)? && self.get(key)?.as_ref() != Some(content) {
                return Ok(at);
            }
        }
        if series.is_empty() {
            needed.iter().try_for_each(|(key, content)| self.put_new(key, content).map(drop))?;
        }
        Ok(series.len())
    }

    /// Takes away what is of no use any more; not being there is no error.
    fn remove(&self, key: &str) -> Result<()>;

    /// The same of many.
    fn remove_all(&self, keys: &[String]) -> Result<()> {
        keys.iter().try_for_each(|key| self.remove(key))
    }

    /// Takes away groups of keys whose first was written before a time. Of what nobody knows how old it is, it stays.
    fn remove_old(&self, groups: &[Vec<String>], before: SystemTime) -> Result<()> {
        for group in groups {
            // Looked at just before, for somebody may be about to use it.
            let written = group.first().map_or(Ok(None), |first| self.written(first))?;
            if written.is_some_and(|written| written <= before) {
                self.remove_all(group)?;
            }
        }
        Ok(())
    }

    /// What people call it, for messages.
    fn name(&self) -> String;
}

/// The layout of a store, so that a later one can be told from it.
const FORMAT: &str = "kz-store 1\n";

/// Makes a store ready for writing.
///
/// Errors: those of the store; it has another format.
pub fn prepare(store: &dyn Store) -> Result<()> {
    if check(store)? {
        return Ok(());
    }
    if !store.put_new("format", FORMAT.as_bytes())? {
        check(store)?;
    } else if store.put_new("format", FORMAT.as_bytes())? {
        // What is there now was written over; nothing is to be found there that looks like a store.
        store.remove("format").ok();
        return Err(overwrites(&store.name()));
    }
    Ok(())
}

/// A store in which two who record at once could write over each other's revisions.
fn overwrites(name: &str) -> Box<Diagnostic> {
    Diagnostic::new("store-overwrites", format!("{name} cannot write only what is not there yet"))
        .help("take one that can: a server of S3 has to know `If-None-Match`")
}

/// Whether there is anything in a store that kz can read.
///
/// Errors: those of the store; it has another format.
pub fn check(store: &dyn Store) -> Result<bool> {
    match store.get("format")? {
        None => Ok(false),
        Some(format) if format == FORMAT.as_bytes() => Ok(true),
        Some(format) => {
            let format = String::from_utf8_lossy(&format[..format.len().min(40)]).trim().to_owned();
            let message =
                format!("the store {} has the format `{format}`, and this kz knows `{}`", store.name(), FORMAT.trim());
            Err(Diagnostic::new("store-format", message).help("use the version of kz that wrote it, or a newer one"))
        }
    }
}
