//! kz renders Kubernetes manifests and remembers what it rendered.
//!
//! The layers, lowest first; imports point downward only:
//! [`base`] <- [`yaml`] <- [`k8s`] <- [`patch`] <- [`kustomize`] <- [`render`].
//!
//! The way in is [`kustomize::build`], the way out [`render::manifests`].

pub mod base;
pub mod gotmpl;
pub mod helm;
pub mod k8s;
pub mod kustomize;
pub mod patch;
pub mod render;
pub mod sprig;
pub mod yaml;
