//! Addresses of the net that can be shown to anybody.
//!
//! **Invariant:** neither what is displayed nor [`Url::address`] holds the credentials of a URL; queries, which often
//! hold tokens, are sent and not displayed.

use std::fmt;

use percent_encoding::percent_decode_str;

use crate::base::{Diagnostic, Result};

/// An `http` or `https` URL.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Url {
    /// Without user and password.
    url: url::Url,
    credentials: Option<(String, String)>,
}

impl Url {
    /// Errors: `bad-url` where the text is none, or of another scheme.
    pub fn parse(text: &str) -> Result<Url> {
        let url = url::Url::parse(text).map_err(|e| bad(text, &e.to_string()))?;
        Url::checked(url).ok_or_else(|| bad(text, "it is neither `https` nor `http`"))
    }

    /// What a reference in an answer from here leads to: `../x.tgz`, `/x.tgz`, `//host/x.tgz`, a whole URL.
    ///
    /// Errors: `bad-url`.
    pub fn join(&self, reference: &str) -> Result<Url> {
        let url = self.url.join(reference).map_err(|e| bad(reference, &e.to_string()))?;
        Url::checked(url).ok_or_else(|| bad(reference, "it is neither `https` nor `http`"))
    }

    fn checked(mut url: url::Url) -> Option<Url> {
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return None;
        }
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let password = decoded(url.password().unwrap_or_default());
        let credentials =
            (!url.username().is_empty() || !password.is_empty()).then(|| (decoded(url.username()), password));
        url.set_username("").ok()?;
        url.set_password(None).ok()?;
        url.set_fragment(None);
        Some(Url { url, credentials })
    }

    /// All of it but the credentials, as it is sent. The query may be secret: this is not for messages.
    pub fn address(&self) -> &str {
        self.url.as_str()
    }

    /// User and password that stood in the URL.
    pub fn credentials(&self) -> Option<(&str, &str)> {
        self.credentials.as_ref().map(|(user, password)| (user.as_str(), password.as_str()))
    }

    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The host, in lower case; IPv6 addresses stand in brackets.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    pub fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or_default()
    }

    /// The path, with its first `/`.
    pub fn path(&self) -> &str {
        self.url.path()
    }

    /// Whether both are served by the same process as far as anybody can tell: scheme, host and port.
    pub fn is_of_same_origin(&self, other: &Url) -> bool {
        (self.is_https(), self.host(), self.port()) == (other.is_https(), other.host(), other.port())
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (shown, query) = self.url.as_str().split_once('?').map_or((self.url.as_str(), ""), |(url, _)| (url, "?…"));
        write!(f, "{shown}{query}")
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn bad(text: &str, why: &str) -> Box<Diagnostic> {
    Diagnostic::new("bad-url", format!("`{}` is no URL that can be fetched: {why}", without_secrets(text)))
        .help("write `https://HOST/PATH`")
}

/// A text that should be a URL, without what stands before an `@` and after a `?`.
pub fn without_secrets(text: &str) -> String {
    let (before, query) = text.split_once('?').map_or((text, ""), |(before, _)| (before, "?…"));
    let (scheme, rest) = before.split_once("://").map_or(("", before), |(scheme, rest)| (scheme, rest));
    let separator = if scheme.is_empty() { "" } else { "://" };
    // Of what is no URL nobody knows where the secrets end.
    let authority = if url::Url::parse(text).is_ok() { rest.find(['/', '\\', '#']) } else { None };
    let (authority, path) = rest.split_at(authority.unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}{separator}{host}{path}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_holds_no_secrets() {
        let url = Url::parse("https://me:s%40cret@Example.com:443/a b?token=secret#x").unwrap();
        assert_eq!(format!("{url} {url:?}"), "https://example.com/a%20b?… https://example.com/a%20b?…");
        assert_eq!(url.address(), "https://example.com/a%20b?token=secret");
        assert_eq!(url.credentials(), Some(("me", "s@cret")));
        for wrong in ["ftp://me:secret@host/x", "https://me:secret@:x/?secret", "me:secret@host", "", "https://"] {
            let error = Url::parse(wrong).unwrap_err();
            assert!(!error.message.contains("secret"), "{}", error.message);
        }
    }

    #[test]
    fn texts_are_shown_without_secrets() {
        for (text, shown) in [
            ("https://me:secret@host/charts@v2?token=secret", "https://host/charts@v2?…"),
            ("https://host/@scope/charts", "https://host/@scope/charts"),
            ("https://me:se/cret@host/charts", "https://host/charts"),
            ("https://me:secret@host:x/@a", "https://a"),
            ("me:secret@host", "host"),
        ] {
            assert_eq!(without_secrets(text), shown);
        }
    }

    #[test]
    fn references_lead_on() {
        let url = Url::parse("https://host/charts/index.yaml?x=1").unwrap();
        assert_eq!(url.join("a.tgz").unwrap().address(), "https://host/charts/a.tgz");
        assert_eq!(url.join("/a.tgz").unwrap().address(), "https://host/a.tgz");
        assert_eq!(url.join("http://other/a?b").unwrap().address(), "http://other/a?b");
        assert!(url.join("file:///etc/passwd").is_err());
        assert!(!url.is_of_same_origin(&url.join("http://host/").unwrap()));
        assert!(url.is_of_same_origin(&url.join("https://HOST:443/").unwrap()));
    }
}
