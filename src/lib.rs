//! kz renders Kubernetes manifests and remembers what it rendered.
//!
//! The layers, lowest first; imports point downward only:
//! [`base`] <- [`yaml`] <- [`fetch`] <- [`forge`] <- [`gotmpl`] <- [`sprig`] <- [`helm`] <- [`k8s`] <- [`patch`] <- [`diff`] <- [`release`] <- [`kustomize`] <- [`render`].
//!
//! For kustomizations the way in is [`kustomize::build`], the way out [`render::manifests`]; for charts
//! [`helm::load::load`] and [`helm::inflate::inflate`] lead in, [`helm::print`] leads out.

pub mod base;
pub mod diff;
pub mod fetch;
pub mod forge;
pub mod gotmpl;
pub mod helm;
pub mod k8s;
pub mod kustomize;
pub mod patch;
pub mod release;
pub mod render;
pub mod sprig;
pub mod yaml;
