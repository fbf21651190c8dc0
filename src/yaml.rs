//! Text <-> nodes, to the letter as the Go libraries do it that kustomize and Helm use.
//!
//! **Not here:** what the nodes mean to Kubernetes.

mod decode;
pub mod emit;
pub mod json;
pub mod json_read;
pub mod node;
pub mod number;
mod sort;
mod timestamp;

/// Nesting that a text may have, as go-yaml bounds it; deeper is an error.
pub const MAX_DEPTH: usize = 10_000;

pub use emit::emit;
pub use json::to_json;
pub use json_read::read_json;
pub use node::{Entry, Mapping, Node, Scalar, Sequence, Style, Tag, Twin, Value};
