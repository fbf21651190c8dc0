//! `replacements`: values copied from fields of one object to fields of others.
//!
//! kustomize: api/filters/replacement/replacement.go, ReplacementTransformer.go in api/internal/builtins.
//!
//! **Invariant:** replacements are done one after the other, each sees what those before it did;
//! who selects by literal names and kinds finds objects by look-up.
//! **Not here:** how the field `replacements` is read (`decode`).

mod embedded;
mod objects;
mod source;
mod target;
mod target_path;
#[cfg(test)]
mod tests;

use std::borrow::{Borrow, Cow};

use crate::base::{Diagnostic, Result, Sources};
use crate::k8s::ResMap;
use crate::kustomize::context::Context;
use crate::kustomize::decode;
use crate::kustomize::kustomization::{Replacement, ReplacementField};
use crate::kustomize::loader::Loader;
use crate::yaml::{ReadOptions, Value, read};
use objects::Objects;

/// The replacements that a field lists, those in files among them.
///
/// Errors: `path` beside an inline replacement; a file that cannot be read or decoded.
pub fn load_replacements<'k>(
    ctx: &Context,
    loader: &Loader,
    fields: &'k [ReplacementField],
) -> Result<Vec<Cow<'k, Replacement>>> {
    let mut all = Vec::with_capacity(fields.len());
    for field in fields {
        let own = inline(field);
        if field.path.is_empty() {
            all.push(own);
        } else if own.source.is_some() || own.targets.is_some() {
            return Err(Diagnostic::new(
                "replacement-path",
                "a replacement cannot have both a `path` and its own fields",
            )
            .at(field.path.span)
            .help("remove the `path`, or move the `source` and the `targets` into the file"));
        } else {
            all.extend(load_file(ctx, loader, field)?.into_iter().map(Cow::Owned));
        }
    }
    Ok(all)
}

/// The replacement that stands in a field. Go: an empty list of targets is lost on the way to the plugin.
fn inline(field: &ReplacementField) -> Cow<'_, Replacement> {
    match &field.replacement.targets {
        Some(targets) if targets.is_empty() => Cow::Owned(Replacement { targets: None, ..field.replacement.clone() }),
        _ => Cow::Borrowed(&field.replacement),
    }
}

/// A file holds one replacement or a list of them.
fn load_file(ctx: &Context, loader: &Loader, field: &ReplacementField) -> Result<Vec<Replacement>> {
    let file = loader.load(ctx, "replacements", &field.path)?;
    let document = read(file.source, &file.text, ReadOptions::config())?.into_iter().next();
    let root = document.and_then(|document| document.root);
    match root.as_ref().map(|root| (&root.value, root)) {
        Some((Value::Sequence(_), root)) => decode::lenient::<Vec<Replacement>>(root),
        Some((Value::Mapping(_), root)) => Ok(vec![decode::lenient::<Replacement>(root)?]),
        _ => Err(Diagnostic::new("replacement-path", "the file holds neither a replacement nor a list of them")
            .at(root.map_or(field.path.span, |root| root.span))
            .help("write a mapping with `source` and `targets`, or a list of such mappings")),
    }
}

/// Does replacements. What is written has the place of the field that it was copied from, or of
/// the `sourceValue`.
///
/// Errors: no source or several; a field that is not there; a selector that cannot be read; a
/// delimiter where there is no plain value.
pub fn replace_values(
    sources: &Sources,
    resources: &mut ResMap,
    replacements: &[impl Borrow<Replacement>],
) -> Result<()> {
    if replacements.is_empty() {
        return Ok(());
    }
    let mut objects = Objects::new(resources);
    for replacement in replacements.iter().map(Borrow::borrow) {
        let targets = match &replacement.targets {
            Some(targets) if replacement.source.is_some() || replacement.source_value.is_some() => targets,
            _ => {
                return Err(Diagnostic::new("replacement", "a replacement must have a source and at least one target")
                    .at(replacement.span)
                    .help("add `source` (or `sourceValue`) and `targets`"));
            }
        };
        let mut value = source::value(&mut objects, replacement)?;
        for target in targets {
            target::write(sources, &mut objects, &mut value, target)?;
        }
    }
    objects.drop_empties();
    Ok(())
}
