//! `add patch` and `remove patch`: entries of `patches`.
//!
//! Source: kustomize 5.8.1, kustomize/commands/edit: addpatch.go, removepatch.go; Patch.Equals in api/types.

use super::fields::{object, set, set_items, take_items};
use super::{Edited, bad_argument, draft};
use crate::base::Result;
use crate::kustomize::context::Context;
use crate::kustomize::shape;
use crate::yaml::Node;

/// An entry of `patches`; what is empty is not said.
#[derive(Clone, Debug, Default)]
pub struct PatchFlags {
    pub path: String,
    pub patch: String,
    pub group: String,
    pub version: String,
    pub kind: String,
    pub name: String,
    pub namespace: String,
    pub annotation_selector: String,
    pub label_selector: String,
}

impl PatchFlags {
    fn check(&self) -> Result<()> {
        match self.path.is_empty() || self.patch.is_empty() {
            true => Ok(()),
            false => {
                Err(bad_argument("a patch is in a file or in place, not both")
                    .help("give one of `--path` and `--patch`"))
            }
        }
    }

    /// The entry as it stands in a file.
    fn entry(&self) -> Result<Node> {
        let target = object(&[
            ("annotationSelector", &self.annotation_selector),
            ("group", &self.group),
            ("kind", &self.kind),
            ("labelSelector", &self.label_selector),
            ("name", &self.name),
            ("namespace", &self.namespace),
            ("version", &self.version),
        ]);
        let mut entry = object(&[("patch", &self.patch), ("path", &self.path)]);
        let has_target = target.as_mapping().is_some_and(|target| !target.is_empty());
        set(&mut entry, "target", has_target.then_some(target));
        shape::conform(&entry, shape::PATCH)
    }
}

/// Adds a patch. The file of it need not be there.
///
/// Errors: neither a path nor a patch, or both; those of [`draft::open`].
pub fn add_patch(ctx: &Context, flags: &PatchFlags) -> Edited {
    flags.check()?;
    if flags.path.is_empty() && flags.patch.is_empty() {
        return Err(bad_argument("there is no patch").help("give one of `--path` and `--patch`"));
    }
    let entry = flags.entry()?;
    let mut draft = draft::open(ctx)?;
    let mut patches = take_items(&mut draft.fields, "patches");
    if patches.contains(&entry) {
        ctx.note("the patch is there already");
        return Ok(None);
    }
    patches.push(entry);
    set_items(&mut draft.fields, "patches", patches);
    Ok(Some(draft))
}

/// Removes the patches that say the same, and no more.
///
/// Errors: both a path and a patch; those of [`draft::open`].
pub fn remove_patch(ctx: &Context, flags: &PatchFlags) -> Edited {
    flags.check()?;
    let entry = flags.entry()?;
    let mut draft = draft::open(ctx)?;
    let mut patches = take_items(&mut draft.fields, "patches");
    let before = patches.len();
    patches.retain(|patch| *patch != entry);
    if patches.len() == before {
        ctx.note("there is no such patch: all that an entry says must be given");
        return Ok(None);
    }
    set_items(&mut draft.fields, "patches", patches);
    Ok(Some(draft))
}
