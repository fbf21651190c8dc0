//! What one side of a comparison is called on the command line, and where that is.

use std::path::PathBuf;

use crate::base::{Diagnostic, Result};
use crate::release::name::Reference;

/// Where the objects of one side come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A kustomization, a chart or manifests in the work tree, or a URL.
    Here(String),
    Stdin,
    /// A path in a revision of git; the path is from the working directory on, as git has it of `./`.
    Revision {
        revision: String,
        path: PathBuf,
    },
    /// A revision of a release.
    Release(Reference),
    /// What the cluster has of the objects of the other side.
    Live,
}

impl Place {
    /// Reads a side. What exists wins over `REV:PATH`; a revision of one letter needs `git:REV:PATH`, because
    /// `C:\` is a path.
    ///
    /// Errors: `git:` without a revision or a path.
    pub fn parse(text: &str, exists: impl Fn(&str) -> bool) -> Result<Place> {
        if text == "-" {
            return Ok(Place::Stdin);
        }
        let is_path = text.starts_with(['.', '/', '~']) || exists(text);
        if is_path {
            return Ok(Place::Here(text.to_owned()));
        }
        if text == "live:" {
            return Ok(Place::Live);
        }
        if let Some(reference) = text.strip_prefix("release:") {
            return Reference::parse(reference).map(Place::Release);
        }
        if text.contains('@')
            && let Ok(reference) = Reference::parse(text)
        {
            return Ok(Place::Release(reference));
        }
        if let Some(rest) = text.strip_prefix("git:") {
            let wrong = || {
                Diagnostic::new("diff-side", format!("`{text}` names no revision and path"))
                    .help("`git:REV:PATH`, such as `git:main:overlays/prod`")
            };
            let (revision, path) =
                rest.split_once(':').filter(|(revision, _)| !revision.is_empty()).ok_or_else(wrong)?;
            return Ok(Place::Revision { revision: revision.to_owned(), path: path_of(path) });
        }
        match text.split_once(':') {
            Some((revision, path))
                if revision.chars().count() > 1 && !path.starts_with("//") && !revision.contains('@') =>
            {
                Ok(Place::Revision { revision: revision.to_owned(), path: path_of(path) })
            }
            _ => Ok(Place::Here(text.to_owned())),
        }
    }
}

/// git: nothing behind the colon is the whole tree; here that is the working directory.
fn path_of(path: &str) -> PathBuf {
    if path.is_empty() { PathBuf::from(".") } else { PathBuf::from(path) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_is_a_path_wherever_it_can_be_one() {
        let parse = |text: &str| Place::parse(text, |path| path == "main:x").expect("is a side");
        let here = |path: &str| Place::Here(path.to_owned());
        let at = |revision: &str, path: &str| Place::Revision { revision: revision.into(), path: path.into() };
        assert_eq!(parse("overlays/prod"), here("overlays/prod"));
        assert_eq!(parse("main:x"), here("main:x"));
        assert_eq!(parse("./main:y"), here("./main:y"));
        assert_eq!(parse("main:y"), at("main", "y"));
        assert_eq!(parse("HEAD~2:"), at("HEAD~2", "."));
        assert_eq!(parse("git:main:x"), at("main", "x"));
        assert_eq!(parse("C:\\prod"), here("C:\\prod"));
        assert_eq!(parse("git:C:prod"), at("C", "prod"));
        assert_eq!(parse("https://host/repo//prod?ref=x"), here("https://host/repo//prod?ref=x"));
        assert_eq!(parse("git@host:org/repo"), here("git@host:org/repo"));
        let release = |text: &str| Place::Release(Reference::parse(text).expect("names a revision"));
        assert_eq!(parse("web@3"), release("web@3"));
        assert_eq!(parse("web@sha256:ab12"), release("web@sha256:ab12"));
        assert_eq!(parse("release:web"), release("web@latest"));
        assert_eq!(parse("main@{1}:x"), here("main@{1}:x"));
        assert_eq!(parse("-"), Place::Stdin);
        assert_eq!(parse("live:"), Place::Live);
        assert!(Place::parse("git::x", |_| false).is_err());
        assert!(Place::parse("git:main", |_| false).is_err());
    }
}
