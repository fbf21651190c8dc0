//! Why a path cannot be read as a file, and how that is told.

use std::io::ErrorKind;
use std::path::Path;

use super::Loader;
use super::remote::shown;
use crate::base::{Diagnostic, fs};
use crate::fetch::http;
use crate::kustomize::context::Context;
use crate::kustomize::decode::nearest;
use crate::kustomize::kustomization::Text;

/// Why a path cannot be read as a file.
pub enum Refusal {
    Missing,
    Directory,
    Outside,
    Remote(http::Failure),
    Other(std::io::Error),
}

impl Refusal {
    pub fn from_io(error: std::io::Error) -> Refusal {
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => Refusal::Missing,
            ErrorKind::IsADirectory => Refusal::Directory,
            _ => Refusal::Other(error),
        }
    }

    /// Nothing may be fetched, and this would have to be.
    pub fn is_offline(&self) -> bool {
        matches!(self, Refusal::Remote(failure) if failure.kind == http::Kind::Offline)
    }
}

impl Loader {
    /// The error that says so.
    pub(super) fn refused(&self, ctx: &Context, refusal: Refusal, field: &str, path: &Text) -> Box<Diagnostic> {
        // Where a path was made of others, it is absolute.
        let shown_path = match self.is_in_repository() && fs::is_absolute(path) {
            true => self.display(ctx, Path::new(&**path)),
            false => shown(path).into_owned(),
        };
        let by = if field.is_empty() { String::new() } else { format!("`{field}` names ") };
        let (code, message, help) = match refusal {
            Refusal::Remote(failure) => return failure.diagnostic.at(path.span),
            Refusal::Missing => (
                "no-such-file",
                format!("{by}`{shown_path}`, and there is no such file or directory"),
                self.suggestion(ctx, path).unwrap_or_else(|| {
                    format!("paths are relative to the directory of the kustomization, `{}`", self.name())
                }),
            ),
            Refusal::Directory => {
                ("is-a-directory", format!("{by}`{shown_path}`, which is a directory"), "name a file".to_string())
            }
            Refusal::Outside => (
                "outside-root",
                format!("{by}`{shown_path}`, which is outside of the kustomization's directory `{}`", self.name()),
                self.way_out().to_string(),
            ),
            Refusal::Other(error) => (
                "unreadable-file",
                format!("{by}`{shown_path}`, which cannot be read: {}", reason(&error)),
                "see whether this user may read the file".to_string(),
            ),
        };
        Diagnostic::new(code, message).at(path.span).help(help)
    }

    fn way_out(&self) -> &'static str {
        match self.remote() {
            // There no flag lets it.
            Some(_) => "a kustomization of a repository can use files in or below its directory only",
            None => {
                "move the file into the directory, or allow such paths with `--load-restrictor LoadRestrictionsNone`"
            }
        }
    }

    /// A file beside the missing one that has nearly its name.
    fn suggestion(&self, ctx: &Context, path: &str) -> Option<String> {
        let absolute = fs::clean(&self.root().join(path));
        let names = ctx.fs.list(absolute.parent()?).ok()?;
        let meant = nearest(absolute.file_name()?.to_str()?, names.iter().map(String::as_str))?;
        let written = path.trim_end_matches('/').rsplit_once('/').map_or(String::new(), |(dir, _)| format!("{dir}/"));
        Some(format!("did you mean `{written}{meant}`?"))
    }
}

/// An I/O error as a person would say it.
pub fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file or directory".to_string(),
        ErrorKind::NotADirectory => "a part of the path is not a directory".to_string(),
        ErrorKind::PermissionDenied => "permission denied".to_string(),
        _ => error.to_string().to_lowercase(),
    }
}
