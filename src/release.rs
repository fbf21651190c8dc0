//! What was rendered, kept by its content: revisions of releases.
//!
//! The way of the data: what was printed is split into [`piece`]s; those that are new go into a [`pack`], and a
//! [`revision`] names them all; [`history`] finds revisions again. Values of Secrets are sealed ([`seal`]).
//!
//! **Invariant:** a revision is there whole or not at all, and nothing that was recorded changes.
//! **Not here:** how manifests are rendered.

pub mod append;
pub mod archive;
pub mod copy;
pub mod digest;
pub mod elsewhere;
pub mod gc;
pub mod history;
pub mod inputs;
pub mod marks;
pub mod name;
pub mod pack;
pub mod piece;
pub mod record;
pub mod revision;
pub mod rollback;
pub mod seal;
pub mod store;
mod tip;

pub use tip::{Tip, tip};
