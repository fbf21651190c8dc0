//! What every layer may use and which uses none of them: text positions,
//! source texts, errors and their drawing, the file system.
//!
//! **Not here:** anything that knows what YAML, Kubernetes or kustomize is.

pub mod base64;
pub mod bytes;
pub mod diagnostic;
pub mod float;
pub mod fs;
mod hex;
pub mod parallel;
pub mod process;
pub mod regexp;
pub mod report;
pub mod semver;
pub mod source;
pub mod span;
pub mod stack;
pub mod suggest;
pub mod threads;

pub use diagnostic::{Diagnostic, Result};
pub use fs::FileSystem;
pub use hex::hex;
pub use source::{Location, SourceId, Sources};
pub use span::Span;
