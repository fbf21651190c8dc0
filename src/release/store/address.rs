//! How people name a store.

use std::path::PathBuf;

use super::cloud;
use super::git::BRANCH;
use crate::base::{Diagnostic, Result};

/// Where a store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    Folder(PathBuf),
    /// A branch of the repository around the working directory, or of another one.
    Git {
        /// The name of a remote, or the URL of a repository.
        remote: Option<String>,
        branch: String,
    },
    /// `s3://`, `gs://` or `az://`, whole.
    Cloud(String),
}

impl Address {
    /// Understands `DIR`, `git:[REMOTE][#BRANCH]` and `s3://BUCKET/PREFIX` with its like.
    ///
    /// Errors: a URL of another kind.
    pub fn parse(text: &str) -> Result<Address> {
        if let Some(rest) = text.strip_prefix("git:") {
            let (remote, branch) = rest.rsplit_once('#').unwrap_or((rest, ""));
            return Ok(Address::Git {
                remote: Some(remote.to_owned()).filter(|remote| !remote.is_empty()),
                branch: if branch.is_empty() { BRANCH } else { branch }.to_owned(),
            });
        }
        match text.split_once("://") {
            None => Ok(Address::Folder(text.into())),
            Some((scheme, _)) if cloud::is_scheme(scheme) => Ok(Address::Cloud(text.to_owned())),
            Some((scheme, _)) => Err(Diagnostic::new("store-address", format!("there is no store of the kind `{scheme}://`"))
                .help("a store is a folder, `s3://BUCKET/PREFIX`, `gs://BUCKET/PREFIX`, `az://CONTAINER/PREFIX`, or `git:[REMOTE][#BRANCH]`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_are_told_by_their_addresses() {
        let git = |remote: Option<&str>, branch: &str| Address::Git {
            remote: remote.map(str::to_owned),
            branch: branch.to_owned(),
        };
        let of = |text| Address::parse(text).expect("is an address");
        assert_eq!(of("../shared"), Address::Folder("../shared".into()));
        assert_eq!(of("C:\\store"), Address::Folder("C:\\store".into()));
        assert_eq!(of("s3://bucket/a/b"), Address::Cloud("s3://bucket/a/b".to_owned()));
        assert_eq!(of("git:"), git(None, "kz"));
        assert_eq!(of("git:#history"), git(None, "history"));
        assert_eq!(of("git:origin"), git(Some("origin"), "kz"));
        assert_eq!(of("git:git@host:a/b.git#history"), git(Some("git@host:a/b.git"), "history"));
        assert_eq!(Address::parse("ftp://host/x").expect_err("is none").code, "store-address");
    }
}
