//! Paths by patterns, as Go's filepath.Glob finds them. Hidden files are left out, unless the pattern asks for them.
//!
//! Source: kustomize 5.8.1, Glob in kyaml/filesys, GlobPatterns and GlobPatternsWithLoader in
//! kustomize/commands/internal/util.
//!
//! **Invariant:** names of one folder come sorted.

use std::path::Path;

use super::{bad_argument, no_match};
use crate::base::fs::slashed;
use crate::base::{Result, Span};
use crate::helm::path_match;
use crate::kustomize::context::Context;
use crate::kustomize::kustomization::Text;
use crate::kustomize::loader::{Loader, is_remote_file};

/// The paths that a pattern fits, relative to the working directory as the pattern is; none if there are none.
///
/// Errors: the pattern is malformed.
pub fn glob(ctx: &Context, pattern: &str) -> Result<Vec<String>> {
    check(pattern)?;
    let mut found = find(ctx, pattern);
    if !is_hidden(pattern) {
        found.retain(|path| !is_hidden(path));
    }
    Ok(found)
}

/// Errors: the pattern is malformed.
pub fn check(pattern: &str) -> Result<()> {
    match path_match::is_valid(pattern) {
        true => Ok(()),
        false => Err(bad_argument(format!("`{pattern}` is no pattern of paths"))
            .help("a `[` needs its `]`, and a `\\` something behind it")),
    }
}

/// The paths that patterns fit. Where one fits nothing, a note says so.
///
/// Errors: those of [`glob`].
pub fn glob_all<'p>(ctx: &Context, patterns: impl IntoIterator<Item = &'p str>) -> Result<Vec<String>> {
    let mut all = Vec::new();
    for pattern in patterns {
        let found = glob(ctx, pattern)?;
        if found.is_empty() {
            ctx.note(format!("nothing fits `{pattern}`"));
        }
        all.extend(found);
    }
    Ok(all)
}

/// The paths that patterns fit, and the patterns themselves where they name something elsewhere that can be fetched.
///
/// Errors: those of [`glob`]; nothing is there.
pub fn glob_or_fetch<'p>(
    ctx: &Context,
    field: &str,
    patterns: impl IntoIterator<Item = &'p str>,
) -> Result<Vec<String>> {
    let mut all = Vec::new();
    for pattern in patterns {
        let found = glob(ctx, pattern)?;
        if found.is_empty() {
            let text = Text::new(pattern, Span::NOWHERE);
            let loader = Loader::open(ctx, ".")?;
            match is_remote_file(pattern) {
                true => loader.resource(ctx, field, &text).map(drop),
                false => loader.base(ctx, field, &text).map(drop),
            }
            .map_err(|error| match error.code {
                "no-such-file" | "empty-path" | "not-a-directory" => missing(pattern),
                _ => error,
            })?;
            all.push(pattern.to_owned());
        } else {
            all.extend(found);
        }
    }
    Ok(all)
}

/// The error for what is to be named and is not there.
pub fn missing(path: &str) -> Box<crate::base::Diagnostic> {
    no_match(format!("there is nothing at `{path}`"))
        .help("name a file, a directory or a pattern of them, relative to the working directory")
}

fn is_hidden(path: &str) -> bool {
    path.trim_end_matches('/').rsplit('/').next().is_some_and(|name| name.starts_with('.'))
}

fn has_meta(text: &str) -> bool {
    text.contains(['*', '?', '[', '\\'])
}

/// Go: filepath.Glob. What cannot be read holds nothing.
fn find(ctx: &Context, pattern: &str) -> Vec<String> {
    let there = |path: &str| ctx.fs.canonical(&ctx.options.working_dir.join(path)).is_ok();
    if pattern.is_empty() {
        return Vec::new();
    }
    if !has_meta(pattern) {
        return if there(pattern) { vec![pattern.to_owned()] } else { Vec::new() };
    }
    let (folder, name) = match pattern.rsplit_once('/') {
        Some(("", name)) => ("/", name),
        Some((folder, name)) => (folder, name),
        None => (".", pattern),
    };
    let folders = if has_meta(folder) { find(ctx, folder) } else { vec![folder.to_owned()] };
    folders.iter().flat_map(|folder| find_in(ctx, folder, name)).collect()
}

fn find_in(ctx: &Context, folder: &str, pattern: &str) -> Vec<String> {
    let names = ctx.fs.list(&ctx.options.working_dir.join(folder)).unwrap_or_default();
    let fitting = names.into_iter().filter(|name| path_match::matches(pattern, name));
    fitting.map(|name| join(folder, &name)).collect()
}

/// Go: filepath.Join cleans what it joins.
pub fn join(folder: &str, name: &str) -> String {
    let path = Path::new(folder).join(name);
    let mut parts: Vec<std::path::Component> = Vec::new();
    for part in path.components() {
        match (part, parts.last()) {
            (std::path::Component::CurDir, _) => {}
            (std::path::Component::ParentDir, Some(std::path::Component::Normal(_))) => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    let joined: std::path::PathBuf = parts.into_iter().collect();
    if joined.as_os_str().is_empty() { ".".to_owned() } else { slashed(&joined) }
}
