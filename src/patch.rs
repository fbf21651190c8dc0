//! Patches on nodes: strategic merge and JSON 6902.
//!
//! **Not here:** which objects a patch goes to.
