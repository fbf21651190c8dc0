//! The recipe: from a directory with a kustomization to the resources that are printed.

use super::accumulate::{Accumulator, Layer};
use super::context::Context;
use super::finish::finish;
use super::loader::{Loader, missing};
use crate::base::Result;
use crate::base::stack::with_deep_stack;
use crate::k8s::{ResMap, Schema};

/// What a build gives.
pub struct Built {
    /// In the order in which they are printed.
    pub resources: ResMap,
    /// What is known of types in the end: of the built-in ones, or of those of the kustomization's `openapi`.
    pub schema: Schema,
}

/// Builds the kustomization in `dir` as `kustomize build` does. What is to be said on stderr is in `ctx.notes`
/// afterwards, also after an error.
///
/// Errors: everything that kustomize calls an error, as one diagnostic (independent ones together).
pub fn build(ctx: &Context, dir: &str) -> Result<Built> {
    with_deep_stack(|| {
        let loader = Loader::open(ctx, dir)?;
        let mut schema = Schema::default();
        let root = Layer::root(ctx, loader.clone(), &mut schema)?;
        let accumulated =
            root.accumulate(ctx, Accumulator::default(), &mut schema).map_err(|error| match error.code {
                // All that has to be fetched, not only what the build came to first.
                "offline" => missing(ctx, &loader).unwrap_or(error),
                _ => error,
            })?;
        schema.check()?;
        let resources = finish(ctx, root.kustomization(), accumulated, &schema)?;
        Ok(Built { resources, schema })
    })
}
