//! How a chart in a git repository is written: `git+https://HOST/REPO@PATH?ref=REF&sparse=0&depupdate=0&package=0`.
//!
//! Source: parse_uri of the plugin helm-git.
//!
//! **Invariant:** a path does not lead out of its repository. What git may be given is for [`crate::fetch::git`] to say.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::base::{Diagnostic, Result};
use crate::fetch::git;
use crate::fetch::without_secrets;
use crate::helm::pull::access::Access;

const SCHEMES: [&str; 4] = ["https", "http", "ssh", "file"];

/// A repository and a place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// As git takes it.
    pub url: String,
    /// From the root of the repository, without `.` and `..`; empty is the root.
    pub path: String,
    /// A branch, a tag or a commit; empty for what the repository has checked out.
    pub reference: String,
    /// `sparse=0`: all of the repository is fetched, and not the folder alone.
    pub is_whole: bool,
    /// What a chart depends on and lacks is fetched, unless `depupdate=0`.
    pub updates: bool,
    /// Charts are packed, unless `package=0`: then archives and an index lie there.
    pub packs: bool,
}

/// Whether an address is one of this kind.
pub fn is_git(text: &str) -> bool {
    text.starts_with("git+")
}

impl Address {
    /// Reads one.
    ///
    /// Errors: `git-url`.
    pub fn parse(text: &str) -> Result<Address> {
        let wrong = |why: &str| {
            Diagnostic::new("git-url", format!("`{}` names no chart in a git repository: {why}", without_secrets(text)))
                .help("write `git+https://HOST/REPO@PATH?ref=REF`")
        };
        let bare = text.strip_prefix("git+").ok_or_else(|| wrong("it does not begin with `git+`"))?;
        let bare = bare.split_once('#').map_or(bare, |(before, _)| before);
        let (bare, query) = bare.split_once('?').unwrap_or((bare, ""));
        let (scheme, rest) = bare.split_once("://").ok_or_else(|| wrong("it has no `://`"))?;
        if !SCHEMES.contains(&scheme) {
            return Err(wrong(&format!("its protocol is none of {}", SCHEMES.join(", "))));
        }
        let (authority, way) = rest.split_at(rest.find('/').ok_or_else(|| wrong("it has no path"))?);
        let (repository, path) = match way.split_once('@') {
            Some(parts) => parts,
            // What is asked of a repository without a path stands in its root.
            None => match way.rsplit_once('/') {
                Some((before, file)) if file.ends_with(".tgz") => (before, file),
                _ => (way, ""),
            },
        };
        let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        if parts.contains(&"..") {
            return Err(wrong("its path leads upwards"));
        }
        let pairs: Vec<(&str, &str)> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let value = |name: &str| pairs.iter().rfind(|(key, _)| *key == name).map_or("", |(_, value)| *value);
        let is_on = |name: &str| matches!(value(name), "" | "1");
        Ok(Address {
            url: format!("{scheme}://{authority}{}", repository.trim_end_matches('/')),
            path: parts.join("/"),
            reference: value("ref").to_owned(),
            is_whole: !is_on("sparse"),
            updates: is_on("depupdate"),
            packs: is_on("package"),
        })
    }

    /// With the user and the password that somebody gives, where it has none itself.
    pub fn with_access(mut self, access: &Access) -> Address {
        let Some((scheme, rest)) = self.url.split_once("://").filter(|(scheme, _)| scheme.starts_with("http")) else {
            return self;
        };
        let has_user = rest.split('/').next().is_some_and(|authority| authority.contains('@'));
        if !has_user && !access.username.is_empty() && !access.password.is_empty() {
            let [user, password] =
                [&access.username, &access.password].map(|text| utf8_percent_encode(text, NON_ALPHANUMERIC));
            self.url = format!("{scheme}://{user}:{password}@{rest}");
        }
        self
    }

    /// Whether it lies on this machine.
    pub fn is_local(&self) -> bool {
        git::is_local(&self.url)
    }

    /// As it may be shown.
    pub fn shown(&self) -> String {
        let url = git::without_password(&self.url);
        let at = if self.reference.is_empty() { "" } else { "@" };
        let separator = if self.path.is_empty() { "" } else { "//" };
        format!("{url}{at}{}{separator}{}", self.reference, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The first ones are cases of the plugin's own tests.
    #[test]
    fn addresses_are_read_as_the_plugin_reads_them() {
        for (text, url, path, reference) in [
            ("git+https://h/jetstack/cm@deploy/charts", "https://h/jetstack/cm", "deploy/charts", ""),
            ("git+https://h/jetstack/cm@deploy/charts?ref=", "https://h/jetstack/cm", "deploy/charts", ""),
            ("git+https://git@h/jetstack/cm@deploy?ref=foo", "https://git@h/jetstack/cm", "deploy", "foo"),
            ("git+https://h/o/r@test?ref=feature/x", "https://h/o/r", "test", "feature/x"),
            ("git+https://h/o/r@/test?ref=x", "https://h/o/r", "test", "x"),
            ("git+https://h/o/r@?ref=x", "https://h/o/r", "", "x"),
            ("git+https://h/o/group/r@a/./b/", "https://h/o/group/r", "a/b", ""),
            ("git+https://h/o/r?ref=x", "https://h/o/r", "", "x"),
            ("git+https://h/o/r/web-1.0.0.tgz?ref=x", "https://h/o/r", "web-1.0.0.tgz", "x"),
            ("git+ssh://git@h/o/r.git@c", "ssh://git@h/o/r.git", "c", ""),
            ("git+file:///srv/r@c#d", "file:///srv/r", "c", ""),
            ("git+http://h:80/r@c@d", "http://h:80/r", "c@d", ""),
        ] {
            let address = Address::parse(text).unwrap();
            let found = (&*address.url, &*address.path, &*address.reference);
            assert_eq!(found, (url, path, reference), "{text}");
            assert!(address.updates && address.packs && !address.is_whole);
        }
        let address = Address::parse("git+https://h/r@c?ref=x&sparse=0&depupdate=0&package=0").unwrap();
        assert!(!address.updates && !address.packs && address.is_whole);
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in ["https://h/r@c", "git+git@h:o/r@c", "git+ext://h/r@c", "git+https://h", "git+https://h/r@../c"] {
            assert_eq!(Address::parse(text).map_err(|error| error.code), Err("git-url"), "{text}");
        }
        let error = Address::parse("git+https://me:s3cret@h/r@../c?ref=s3cret").unwrap_err();
        assert!(!error.message.contains("s3cret"), "{}", error.message);
    }

    #[test]
    fn credentials_are_for_addresses_without() {
        let access = Access { username: "me".into(), password: "p@ss".into(), ..Access::default() };
        let url = |text: &str| Address::parse(text).unwrap().with_access(&access).url;
        assert_eq!(url("git+https://h/r@c"), "https://me:p%40ss@h/r");
        assert_eq!(url("git+https://you@h/r@c"), "https://you@h/r");
        assert_eq!(url("git+file:///r@c"), "file:///r");
    }
}
