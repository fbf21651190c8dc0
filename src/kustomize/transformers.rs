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

#[cfg(test)]
mod tests;
