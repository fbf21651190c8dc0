//! One door: from a target to its objects, and from resources to the bytes that are printed.

pub mod live;
pub mod place;
pub mod revision;
pub mod since;
pub mod target;

use crate::base::{Result, parallel};
use crate::k8s::{ResMap, Resource};
use crate::yaml;

/// Objects that one thread writes in a row.
const CHUNK: usize = 48;

/// The manifests as `kustomize build` prints them: in order, with `---` between them. In pieces, to be
/// written one after the other.
///
/// Errors: an object that YAML or JSON has no form for (`.nan`, a key that is no text).
pub fn manifests(resources: &ResMap) -> Result<Vec<Vec<u8>>> {
    let all: Vec<&Resource> = resources.iter().collect();
    let chunks: Vec<(usize, &[&Resource])> = all.chunks(CHUNK).enumerate().collect();
    let write = |(number, chunk): &(usize, &[&Resource])| {
        let mut out = Vec::with_capacity(chunk.len() * 1024);
        for (at, resource) in chunk.iter().enumerate() {
            if *number > 0 || at > 0 {
                out.extend_from_slice(b"---\n");
            }
            yaml::emit(&resource.node, &mut out)?;
        }
        Ok(out)
    };
    parallel::map(&chunks, chunks.len(), write).into_iter().collect()
}
