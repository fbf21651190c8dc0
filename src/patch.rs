//! Patches on nodes: strategic merge and JSON 6902.
//!
//! **Not here:** which objects a patch goes to.

pub mod json6902;
pub mod strategic;

pub use json6902::JsonPatch;
