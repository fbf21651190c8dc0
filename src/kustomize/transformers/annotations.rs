//! Annotations: `commonAnnotations` and the AnnotationsTransformer plugin. kustomize: api/filters/annotations.

use super::labels::set_pairs;
use crate::base::Result;
use crate::k8s::ResMap;
use crate::kustomize::fieldspecs::FieldSpecs;
use crate::kustomize::kustomization::Pairs;

/// Puts annotations into the mappings that the field specs lead to. One that is there gets the new value.
///
/// Errors: there is something else than a mapping.
pub fn annotations(resources: &mut ResMap, pairs: &Pairs, specs: &FieldSpecs) -> Result<()> {
    set_pairs(resources, pairs, specs)
}
