//! kz renders Kubernetes manifests and remembers what it rendered.
//!
//! The layers, lowest first; imports point downward only:
//! [`base`] <- [`yaml`].

pub mod base;
pub mod yaml;
