//! A new kustomization file: what `kz create` does.
//!
//! Source: kustomize 5.8.1, kustomize/commands/create/create.go.
//!
//! **Invariant:** nothing is written here, and a file that is there is never replaced.

use super::context::Context;
use super::edit::{Draft, Metadata, fresh, parse_pairs, resources_named};
use super::loader::KUSTOMIZATION_FILE_NAMES;
use crate::base::fs::Entry;
use crate::base::{Diagnostic, Result};
use crate::k8s::read::read_objects;

/// What the file is to say; what is empty is not said.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Patterns of files and directories, or what is elsewhere.
    pub resources: Vec<String>,
    pub namespace: String,
    pub name_prefix: String,
    pub name_suffix: String,
    /// Pairs `key:value`.
    pub labels: Vec<String>,
    pub annotations: Vec<String>,
    pub detect: Detect,
}

/// Which files of the working directory become resources of themselves: those that hold objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detect {
    #[default]
    Nothing,
    /// Those in the directory itself.
    Here,
    /// Those below it too; a directory with a kustomization stands for all in it.
    Below,
}

/// A new kustomization file of the working directory.
///
/// Errors: there is one already; a resource that is not there; a pair without a key.
pub fn create(ctx: &Context, request: &Request) -> Result<Draft> {
    let mut resources = resources_named(ctx, &request.resources)?;
    let mut draft = fresh(ctx)?;
    let mut detected = Vec::new();
    if request.detect != Detect::Nothing {
        detect(ctx, "", request.detect == Detect::Below, &mut detected)?;
    }
    detected.retain(|path| !resources.contains(path));
    resources.extend(detected);
    let pairs = |words: &[String], kind| parse_pairs(words.iter().map(String::as_str), kind);
    draft.set_list("resources", &resources);
    draft.set_text("namespace", &request.namespace);
    draft.set_text("namePrefix", &request.name_prefix);
    draft.set_text("nameSuffix", &request.name_suffix);
    draft.set_pairs("commonAnnotations", pairs(&request.annotations, Metadata::Annotations)?);
    draft.set_pairs("commonLabels", pairs(&request.labels, Metadata::Labels)?);
    Ok(draft)
}

/// kustomize: detectResources. What cannot be read as objects is none; an empty file is one with none.
fn detect(ctx: &Context, dir: &str, below: bool, into: &mut Vec<String>) -> Result<()> {
    let place = ctx.options.working_dir.join(dir);
    let failed = |path: &str, e: std::io::Error| {
        Diagnostic::new("unreadable-file", format!("`{path}` cannot be read: {e}"))
            .help("see whether this user may read it, or name the resources with `--resources`")
    };
    let shown = if dir.is_empty() { "." } else { dir };
    for (name, kind) in ctx.fs.entries(&place).map_err(|e| failed(shown, e))? {
        let path = if dir.is_empty() { name } else { format!("{dir}/{name}") };
        let full = ctx.options.working_dir.join(&path);
        if kind == Entry::Folder {
            let has_kustomization =
                KUSTOMIZATION_FILE_NAMES.into_iter().any(|name| ctx.fs.canonical(&full.join(name)).is_ok());
            match (below, has_kustomization) {
                (false, _) => {}
                (true, true) => into.push(path),
                (true, false) => detect(ctx, &path, below, into)?,
            }
            continue;
        }
        let text = ctx.fs.read(&full).map_err(|e| failed(&path, e))?;
        let source = ctx.sources.add(path.clone(), text);
        if read_objects(ctx.sources, source).is_ok() {
            into.push(path);
        }
    }
    Ok(())
}
