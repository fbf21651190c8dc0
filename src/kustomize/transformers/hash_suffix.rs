//! The hash of their content at the end of the names of generated ConfigMaps and Secrets.
//!
//! kustomize: api/internal/builtins/HashTransformer.go.

use crate::base::Result;
use crate::k8s::{ResMap, Schema};
use crate::kustomize::hash;

/// Appends it to the names of the objects that need one.
///
/// Errors: content that cannot be hashed.
pub fn hash_suffix(resources: &mut ResMap, schema: &Schema) -> Result<()> {
    if !resources.iter().any(|resource| resource.needs_hash) {
        return Ok(());
    }
    for resource in resources.list_mut().iter_mut().filter(|resource| resource.needs_hash) {
        let name = format!("{}-{}", resource.name(), hash::name_suffix(resource)?);
        let span = resource.name_span();
        resource.store_previous_id(schema);
        resource.set_name(&name, span);
    }
    Ok(())
}
