//! Fields that are lists of texts: what is named in them is added and removed.
//!
//! Source: kustomize 5.8.1, kustomize/commands/edit: addresource.go, addcomponent.go, addbase.go, addgenerator.go,
//! addtransformer.go, addbuildmetadata.go, setbuildmetadata.go, and their counterparts in remove.

use std::collections::HashSet;

use super::fields::{append, set_items, take_items, text, texts};
use super::glob::{check, glob_all, glob_or_fetch, missing};
use super::{Edited, already_there, bad_argument, draft};
use crate::base::Result;
use crate::helm::path_match;
use crate::kustomize::context::Context;

/// A list of files, and what one of them is called.
#[derive(Clone, Copy, Debug)]
pub struct Listed {
    pub field: &'static str,
    pub what: &'static str,
}

impl Listed {
    pub const RESOURCE: Listed = Listed { field: "resources", what: "resource" };
    pub const COMPONENT: Listed = Listed { field: "components", what: "component" };
    pub const GENERATOR: Listed = Listed { field: "generators", what: "generator" };
    pub const TRANSFORMER: Listed = Listed { field: "transformers", what: "transformer" };
}

/// `add resource`, `add component`: what patterns fit, or what they name elsewhere. With `verify` off they are taken as
/// they are.
///
/// Errors: nothing is there; those of [`draft::open`].
pub fn add_files(ctx: &Context, list: Listed, patterns: &[String], verify: bool) -> Edited {
    if patterns.is_empty() {
        return Err(no_file(list));
    }
    let paths = match verify {
        true => glob_or_fetch(ctx, list.field, patterns.iter().map(String::as_str))?,
        false => patterns.to_vec(),
    };
    add_paths(ctx, list, &paths)
}

/// The resources that patterns fit, or that they name elsewhere.
///
/// Errors: nothing is there.
pub fn resources_named(ctx: &Context, patterns: &[String]) -> Result<Vec<String>> {
    glob_or_fetch(ctx, Listed::RESOURCE.field, patterns.iter().map(String::as_str))
}

/// `add generator`, `add transformer`: what patterns fit.
///
/// Errors: a malformed pattern; those of [`draft::open`].
pub fn add_plugins(ctx: &Context, list: Listed, patterns: &[String]) -> Edited {
    if patterns.is_empty() {
        return Err(no_file(list));
    }
    let paths = glob_all(ctx, patterns.iter().map(String::as_str))?;
    add_paths(ctx, list, &paths)
}

fn add_paths(ctx: &Context, list: Listed, paths: &[String]) -> Edited {
    if paths.is_empty() {
        return Ok(None);
    }
    let mut draft = draft::open(ctx)?;
    let mut there: HashSet<String> = texts(&draft.fields, list.field).map(str::to_owned).collect();
    let mut new = Vec::new();
    for path in paths {
        let is_own = matches!(list.field, "resources" | "components") && path == draft.name();
        if is_own {
            continue;
        }
        match there.insert(path.clone()) {
            true => new.push(text(path)),
            false => ctx.note(format!("the {} `{path}` is there already", list.what)),
        }
    }
    append(&mut draft.fields, list.field, new);
    Ok(Some(draft))
}

/// `add base`: directories, in one word with commas between them.
///
/// Errors: one is not there, or in the file already; those of [`draft::open`].
pub fn add_bases(ctx: &Context, words: &[String]) -> Edited {
    let paths = super::one_list(words, "base")?;
    let mut draft = draft::open(ctx)?;
    for path in paths {
        if path.is_empty() || ctx.fs.canonical(&ctx.options.working_dir.join(path)).is_err() {
            return Err(missing(path));
        }
        if texts(&draft.fields, "resources").any(|there| there == path) {
            return Err(already_there(format!("the base `{path}` is there already")).help("leave it away"));
        }
        append(&mut draft.fields, "resources", [text(path)]);
    }
    Ok(Some(draft))
}

/// `remove resource`, `remove transformer`: the entries that patterns fit. Files need not be there.
///
/// Errors: a malformed pattern; those of [`draft::open`].
pub fn remove_files(ctx: &Context, list: Listed, patterns: &[String]) -> Edited {
    if patterns.is_empty() {
        return Err(no_file(list));
    }
    let mut draft = draft::open(ctx)?;
    let fits = |path: &str| patterns.iter().any(|pattern| path_match::matches(pattern, path));
    let paths: Vec<&str> = texts(&draft.fields, list.field).collect();
    // kustomize: where there is nothing to compare with, patterns are not looked at.
    if !paths.is_empty() {
        patterns.iter().try_for_each(|pattern| check(pattern))?;
    }
    for pattern in patterns.iter().filter(|pattern| !paths.iter().any(|path| path_match::matches(pattern, path))) {
        ctx.note(format!("no {} is named `{pattern}`", list.what));
    }
    if !paths.into_iter().any(fits) {
        return Ok(None);
    }
    let mut items = take_items(&mut draft.fields, list.field);
    items.retain(|item| !item.text().is_some_and(fits));
    set_items(&mut draft.fields, list.field, items);
    Ok(Some(draft))
}

fn no_file(list: Listed) -> Box<crate::base::Diagnostic> {
    bad_argument(format!("no {} is named", list.what)).help("name its file, or a pattern of files")
}

/// What is done with the options of `buildMetadata`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuildMetadata {
    Add,
    /// They take the place of all that were there.
    Set,
    Remove,
}

const BUILD_METADATA: [&str; 3] = ["originAnnotations", "transformerAnnotations", "managedByLabel"];

/// `add buildmetadata`, `set buildmetadata`, `remove buildmetadata`: options in one word with commas between them.
///
/// Errors: an option that there is not; one that is to be added and is there; those of [`draft::open`].
pub fn change_build_metadata(ctx: &Context, words: &[String], what: BuildMetadata) -> Edited {
    const FIELD: &str = "buildMetadata";
    let options = super::one_list(words, "option")?;
    if let Some(unknown) = options.iter().find(|option| !BUILD_METADATA.contains(option)) {
        let known = BUILD_METADATA.map(|option| format!("`{option}`")).join(", ");
        return Err(bad_argument(format!("there is no option `{unknown}`")).help(format!("the options are {known}")));
    }
    let mut draft = draft::open(ctx)?;
    let mut items = take_items(&mut draft.fields, FIELD);
    match what {
        BuildMetadata::Set => items = options.into_iter().map(text).collect(),
        BuildMetadata::Remove => items.retain(|item| !item.text().is_some_and(|text| options.contains(&text))),
        BuildMetadata::Add => {
            for option in options {
                if items.iter().any(|item| item.text() == Some(option)) {
                    return Err(already_there(format!("the option `{option}` is there already")).help("leave it away"));
                }
                items.push(text(option));
            }
        }
    }
    set_items(&mut draft.fields, FIELD, items);
    Ok(Some(draft))
}
