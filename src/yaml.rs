//! Text <-> nodes, to the letter as the Go libraries do it that kustomize and Helm use.
//!
//! **Not here:** what the nodes mean to Kubernetes.

pub mod json_read;
pub mod node;

/// Nesting that a text may have, as go-yaml bounds it; deeper is an error.
pub const MAX_DEPTH: usize = 10_000;

pub use json_read::read_json;
pub use node::{Entry, Mapping, Node, Scalar, Sequence, Style, Tag, Twin, Value};
