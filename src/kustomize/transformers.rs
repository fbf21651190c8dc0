//! What changes objects, a file a transformer. The order in which they run is the recipe's.
//!
//! **Not here:** which fields they touch (`fieldspecs`, `configurations`); plugins outside of kz.

pub mod annotations;
pub mod hash_suffix;
pub mod images;
pub mod labels;
pub mod name_prefix;
pub mod namespace;
pub mod patches;
pub mod patches_json6902;
pub mod patches_strategic_merge;
pub mod replacements;
pub mod replicas;
pub mod sort_order;

/// So many objects take a transformer longer than a thread takes to start.
const WORTH_A_THREAD: usize = 1000;

#[cfg(test)]
mod tests;
