//! What a kustomization asks for, and how it is done.

pub mod absorb;
pub mod accumulate;
pub mod build;
pub mod charts;
pub mod configurations;
pub mod context;
pub mod crds;
pub mod create;
pub mod decode;
pub mod edit;
pub mod field_path;
pub mod fieldspec;
pub mod fieldspecs;
pub mod finish;
pub mod generators;
pub mod hash;
pub mod kustomization;
pub mod loader;
pub mod localize;
pub mod lock;
pub mod origin;
pub mod path_forest;
pub mod plugins;
pub mod references;
pub mod selector;
pub mod shape;
pub mod trail;
pub mod transform;
pub mod transformers;
pub mod vars;
pub mod vendor;

pub use build::build;
pub use context::{BuildOptions, Context};
pub use kustomization::{FieldSpec, Kustomization, Text};
pub use localize::localize;
