//! Text <-> nodes, to the letter as the Go libraries do it that kustomize and Helm use.
//!
//! **Not here:** what the nodes mean to Kubernetes.

mod compose;
mod decode;
pub mod emit;
mod input;
pub mod json;
pub mod json_read;
pub mod jsonable;
pub mod node;
pub mod normal;
pub mod number;
mod parse;
mod read;
mod resolve;
mod scan;
mod sort;
pub mod styled;
mod timestamp;

/// Nesting that a text may have, as go-yaml bounds it; deeper is an error.
pub const MAX_DEPTH: usize = 10_000;

/// What `!!` stands for.
const TAG_PREFIX: &str = "tag:yaml.org,2002:";

pub use emit::emit;
pub use json::to_json;
pub use json_read::{read_json, read_json_at};
pub use node::{Entry, Mapping, Node, Scalar, Sequence, Style, Tag, Twin, Value};
pub use number::Number;
pub use read::{Document, Documents, Duplicates, ReadOptions, read};
pub use resolve::{Resolved, Schema, resolve};
pub use sort::sort_natural;
pub use timestamp::Timestamp;
