//! kz renders Kubernetes manifests and remembers what it rendered.
//!
//! The layers, lowest first; imports point downward only:
//! [`base`] <- [`yaml`] <- [`k8s`].

pub mod base;
pub mod k8s;
pub mod kustomize;
pub mod patch;
pub mod render;
pub mod yaml;
