//! Kubernetes objects: what they are called, what identifies them, sets of them, and what is
//! known of the built-in types.
//!
//! **Not here:** how a kustomization changes them.

pub mod bookkeeping;
pub mod gvk;
pub mod label_selector;
pub mod read;
pub mod resid;
pub mod resmap;
pub mod resource;
pub mod schema;
pub mod twins;

pub use gvk::Gvk;
pub use label_selector::LabelSelector;
pub use resid::{IdRef, ResId};
pub use resmap::ResMap;
pub use resource::{Behavior, Origin, PreviousId, Resource};
pub use schema::Schema;
