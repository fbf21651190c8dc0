//! Charts from elsewhere: repositories, their indexes, archives, and what a chart depends on.
//!
//! ```text
//! reference ──> source ──> archive of a chart ──> loaded by helm/load, unpacked, packed into charts/
//! `repo/web`    a URL, an entry of an index,
//!               an OCI reference, a place in git, a path
//! ```
//!
//! **Invariant:** Helm's own files (repositories.yaml, the cached indexes) are read and written as Helm does, so that
//! what is set up for one is set up for the other. What was fetched is checked against the digest of the index.
//! **Not here:** connections and the cache of what was fetched ([`crate::fetch`]).

pub mod access;
pub mod archive;
pub mod choice;
pub mod dependencies;
pub mod files;
pub mod git;
pub mod homes;
pub mod index;
pub mod indexes;
pub mod lock;
pub mod manage;
pub mod oci;
mod once;
pub mod pack;
pub mod registry;
pub mod repositories;
pub mod save;
pub mod source;
pub mod url;
pub mod vouched;

use std::sync::Arc;

use self::homes::Homes;
use self::index::Index;
use self::once::Onces;
use crate::base::{FileSystem, Sources};
use crate::fetch::Context;

/// All that finding charts needs; shared by threads.
pub struct Pulling<'p> {
    pub fs: &'p dyn FileSystem,
    pub sources: &'p Sources,
    pub fetch: &'p Context,
    pub homes: &'p Homes,
    /// Takes what is no error but worth a word.
    pub note: &'p (dyn Fn(String) + Sync),
    /// The indexes that were read, by URL or path.
    indexes: Onces<Arc<Index>>,
    registries: registry::Memo,
    charts: oci::Memo,
}

impl<'p> Pulling<'p> {
    pub fn new(
        fs: &'p dyn FileSystem,
        sources: &'p Sources,
        fetch: &'p Context,
        homes: &'p Homes,
        note: &'p (dyn Fn(String) + Sync),
    ) -> Pulling<'p> {
        let indexes = Onces::default();
        Pulling { fs, sources, fetch, homes, note, indexes, registries: Default::default(), charts: Default::default() }
    }
}
