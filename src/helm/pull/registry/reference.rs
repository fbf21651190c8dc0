//! `oci://HOST[:PORT]/PATH/CHART[:TAG][@DIGEST]`, taken apart.
//!
//! Source: newReference in pkg/registry/reference.go of Helm, ParseReference in registry/reference.go of ORAS.
//!
//! **Invariant:** all parts can stand in a URL as they are; there are no credentials among them.

use std::fmt;

use crate::base::{Diagnostic, Result};
use crate::fetch::{Digest, Url, without_secrets};

/// A chart of a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// `registry.example.com:5000`
    pub host: String,
    /// `charts/web`
    pub repository: String,
    /// As a version is written, with `+`.
    pub tag: Option<String>,
    pub digest: Option<Digest>,
}

impl Reference {
    /// Reads a reference, with `oci://` or without.
    ///
    /// Errors: `oci-reference`.
    pub fn parse(text: &str) -> Result<Reference> {
        let wrong = |why: &str| {
            Diagnostic::new("oci-reference", format!("`{}` is no chart of a registry: {why}", without_secrets(text)))
                .help("write `oci://HOST/PATH/CHART`, and a version behind `--version` or as `:VERSION`")
        };
        let rest = text.strip_prefix("oci://").unwrap_or(text);
        let (host, path) = rest.split_once('/').ok_or_else(|| wrong("it has no path"))?;
        if host.contains('@') {
            return Err(wrong("user and password have no place in it").help("log in: `kz registry login HOST`"));
        }
        check_host(host).ok_or_else(|| wrong("there is no such host"))?;
        let (path, digest) = match path.split_once('@') {
            Some((path, digest)) => (path, Some(sha256(digest).ok_or_else(|| wrong("it has a digest that is none"))?)),
            None => (path, None),
        };
        let (repository, tag) = path.split_once(':').map_or((path, None), |(path, tag)| (path, Some(tag)));
        if !is_repository(repository) {
            return Err(wrong("paths have small letters and digits, and `.`, `_`, `-` between them"));
        }
        let tag = tag.filter(|tag| !tag.is_empty()).map(version_of);
        if tag.as_deref().is_some_and(|tag| !is_tag(&tag_of(tag))) {
            return Err(wrong("it has a tag that is none"));
        }
        Ok(Reference { host: host.to_owned(), repository: repository.to_owned(), tag, digest })
    }

    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.repository.rsplit('/').next().unwrap_or_default()
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.host, self.repository)?;
        match (&self.digest, &self.tag) {
            (Some(digest), _) => write!(f, "@{digest}"),
            (None, Some(tag)) => write!(f, ":{}", tag_of(tag)),
            (None, None) => Ok(()),
        }
    }
}

/// Where the API of a registry is. ORAS: buildRegistryBaseURL, Host.
///
/// Errors: `oci-reference`.
pub fn base_url(host: &str, plain_http: bool) -> Result<Url> {
    let scheme = if plain_http { "http" } else { "https" };
    let name = if host == "docker.io" { "registry-1.docker.io" } else { host };
    check_host(host).and_then(|()| Url::parse(&format!("{scheme}://{name}/v2/")).ok()).ok_or_else(|| {
        Diagnostic::new("oci-reference", format!("`{}` is no registry", without_secrets(host)))
            .help("name its host, and the port if it is not the usual one: `registry.example.com:5000`")
    })
}

/// The tag of a version: tags cannot have `+`.
pub fn tag_of(version: &str) -> String {
    version.replace('+', "_")
}

/// The version of a tag.
pub fn version_of(tag: &str) -> String {
    tag.replace('_', "+")
}

/// `sha256:` and 64 digits.
pub fn sha256(text: &str) -> Option<Digest> {
    text.strip_prefix("sha256:").and_then(Digest::parse)
}

/// Whether a text is a host with or without a port, and nothing else.
fn check_host(host: &str) -> Option<()> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || ".-_:[]".contains(c);
    (!host.is_empty() && host.chars().all(is_plain)).then_some(())?;
    Url::parse(&format!("https://{host}/")).ok().map(drop)
}

/// `[a-z0-9]+` with `.`, `_`, `__` or any number of `-` between, in parts between `/`.
fn is_repository(path: &str) -> bool {
    path.split('/').all(|part| {
        let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let ends = [part.bytes().next(), part.bytes().next_back()];
        let separators = part.split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
        ends.into_iter().all(|end| end.is_some_and(is_inner))
            && separators.into_iter().all(|run| matches!(run, "" | "." | "_" | "__") || run.bytes().all(|b| b == b'-'))
    })
}

/// `[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}`
pub fn is_tag(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.len() <= 128
        && text.bytes().next().is_some_and(is_word)
        && text.bytes().all(|byte| is_word(byte) || b".-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:082b574c710609ac8cb5363a239b6acdf050152fedab1bdde5afb9f1c54dc6fd";

    #[test]
    fn references_are_taken_apart() {
        let parts = |text: &str| {
            let reference = Reference::parse(text).unwrap();
            (reference.host, reference.repository, reference.tag, reference.digest.map(|digest| digest.to_string()))
        };
        let of = |host: &str, path: &str, tag: Option<&str>, digest: Option<&str>| {
            (host.to_owned(), path.to_owned(), tag.map(str::to_owned), digest.map(str::to_owned))
        };
        assert_eq!(parts("oci://h/web"), of("h", "web", None, None));
        assert_eq!(parts("h:5000/a/b-c/web:1.2.3"), of("h:5000", "a/b-c/web", Some("1.2.3"), None));
        assert_eq!(parts("oci://h/web:1.0.0_b.1"), of("h", "web", Some("1.0.0+b.1"), None));
        assert_eq!(parts("oci://h/web:1.0.0+b.1"), of("h", "web", Some("1.0.0+b.1"), None));
        assert_eq!(parts(&format!("oci://h/web:1.0.0@{DIGEST}")), of("h", "web", Some("1.0.0"), Some(DIGEST)));
        assert_eq!(parts("oci://[::1]:5000/web"), of("[::1]:5000", "web", None, None));
        assert_eq!(Reference::parse("oci://h/a/web:1.0.0+b").unwrap().to_string(), "h/a/web:1.0.0_b");
    }

    // Those that Helm 4.3.1 refuses.
    #[test]
    fn what_is_none_is_refused() {
        for text in [
            "oci://h",
            "oci:///web",
            "oci://h/",
            "oci://h/Charts",
            "oci://h/a//b",
            "oci://h/a/../b",
            "oci://h/a_-b",
            "oci://h/-a",
            "oci://h/web:-1",
            "oci://h/web@sha256:12",
            "oci://h/web@md5:d41d8cd98f00b204e9800998ecf8427e",
            "oci://h/web?x=y",
            "oci://h/web#x",
            "oci://h%2f/web",
            "oci://h:port/web",
            "oci://me:pass-word@h/web",
        ] {
            let error = Reference::parse(text).unwrap_err();
            assert_eq!(error.code, "oci-reference", "{text}");
            assert!(!error.message.contains("pass-word"), "{}", error.message);
        }
    }

    #[test]
    fn registries_have_a_place() {
        assert_eq!(base_url("docker.io", false).unwrap().to_string(), "https://registry-1.docker.io/v2/");
        assert_eq!(base_url("h:5000", true).unwrap().to_string(), "http://h:5000/v2/");
        assert_eq!(base_url("h/path", false).unwrap_err().code, "oci-reference");
    }
}
