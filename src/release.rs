//! What was rendered, by its content.
//!
//! **Not here:** how manifests are rendered.

pub mod digest;
