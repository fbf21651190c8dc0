//! URLs of charts as Helm puts them together, which is as Go's package net/url does.
//!
//! **Invariant:** a URL stays a text; credentials in it stay in it, and no error shows it.

use crate::base::{Diagnostic, Result};
use crate::fetch::without_secrets;
use crate::gotmpl::Str;
use crate::sprig::urls::{self, escaped_path};

/// The scheme of a URL; empty where it is none.
pub fn scheme(text: &str) -> String {
    let found = urls::parse_url(&Str::from(text)).map(|url| url.scheme).unwrap_or_default();
    String::from_utf8(found).unwrap_or_default()
}

/// Whether a text is a whole URL, with host and path.
pub fn is_absolute(text: &str) -> bool {
    urls::parse_url(&Str::from(text))
        .is_ok_and(|url| ![&url.scheme, &url.host, &url.path].iter().any(|part| part.is_empty()))
}

/// Where a reference leads that stands in an index of `base`: a URL stays itself, and all else is taken below the
/// repository, whose query it gets. Go: repo.ResolveReferenceURL.
///
/// Errors: `bad-url`.
pub fn resolve(base: &str, reference: &str) -> Result<String> {
    let check = |text: &str| {
        urls::parse_url(&Str::from(text)).map_err(|_| {
            Diagnostic::new("bad-url", format!("failed to parse {} as URL", without_secrets(text)))
                .help("write `https://HOST/PATH`")
        })
    };
    if !check(reference)?.scheme.is_empty() {
        return Ok(reference.to_owned());
    }
    check(base)?;
    let (base, reference) = (Parts::of(base), Parts::of(reference));
    if let Some(authority) = reference.authority {
        let scheme = base.scheme.map_or(String::new(), |scheme| format!("{scheme}:"));
        let path = without_dots(&escaped(reference.path));
        return Ok(format!("{scheme}//{authority}{path}{}", base.query_with_mark()));
    }
    let folder = format!("{}/", base.path.strip_suffix('/').unwrap_or(base.path));
    let path = match reference.path {
        "" => escaped(&folder),
        path if path.starts_with('/') => escaped(path),
        path => format!("{}{}", escaped(&folder), escaped(path)),
    };
    let scheme = base.scheme.map_or(String::new(), |scheme| format!("{scheme}:"));
    let authority = base.authority.map_or(String::new(), |authority| format!("//{authority}"));
    Ok(format!("{scheme}{authority}{}{}", without_dots(&path), base.query_with_mark()))
}

/// Whether two URLs of repositories are the same one. Go: urlutil.Equal.
pub fn equal(a: &str, b: &str) -> bool {
    let normal = |text: &str| {
        let mut url = urls::parse_url(&Str::from(text)).ok()?;
        url.path = clean(&url.path);
        Some(url.to_text())
    };
    match (normal(a), normal(b)) {
        (Some(a), Some(b)) => a == b,
        (None, _) => a.trim_end_matches('/') == b.trim_end_matches('/'),
        (Some(_), None) => false,
    }
}

/// The last part of a URL's path, without escapes. Go: filepath.Base of url.URL.Path.
pub fn file_name(text: &str) -> String {
    let path = urls::parse_url(&Str::from(text)).map(|url| url.path).unwrap_or_default();
    let path = String::from_utf8_lossy(&path);
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned()
}

/// The parts of a URL's text.
struct Parts<'t> {
    scheme: Option<&'t str>,
    authority: Option<&'t str>,
    path: &'t str,
    query: &'t str,
}

impl<'t> Parts<'t> {
    fn of(text: &'t str) -> Parts<'t> {
        let text = text.split_once('#').map_or(text, |(before, _)| before);
        let (text, query) = text.split_once('?').unwrap_or((text, ""));
        let is_scheme = |scheme: &str| {
            scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
        };
        let (scheme, rest) = match text.split_once(':').filter(|(scheme, _)| is_scheme(scheme)) {
            Some((scheme, rest)) => (Some(scheme), rest),
            None => (None, text),
        };
        match rest.strip_prefix("//") {
            Some(rest) => {
                let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                Parts { scheme, authority: Some(authority), path, query }
            }
            None => Parts { scheme, authority: None, path: rest, query },
        }
    }

    fn query_with_mark(&self) -> String {
        if self.query.is_empty() { String::new() } else { format!("?{}", self.query) }
    }
}

fn escaped(path: &str) -> String {
    String::from_utf8(escaped_path(path.as_bytes())).unwrap_or_default()
}

/// Go: resolvePath, of a path that is put together already.
fn without_dots(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let mut ends_in_folder = false;
    for part in path.split('/').skip(usize::from(path.starts_with('/'))) {
        ends_in_folder = matches!(part, "." | "..");
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let end = if ends_in_folder && !parts.is_empty() { "/" } else { "" };
    if path.is_empty() { String::new() } else { format!("/{}{end}", parts.join("/")) }
}

/// Go: filepath.Clean; the empty path is the root.
fn clean(path: &[u8]) -> Vec<u8> {
    let path = String::from_utf8_lossy(path);
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let root = if path.is_empty() || path.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/")).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    // Expectations: repo.ResolveReferenceURL of Helm 4.3.1, which keeps fragments; they are not sent.
    #[test]
    fn references_of_an_index_are_resolved_as_helm_does() {
        for (base, reference, expected) in RESOLVED {
            assert_eq!(resolve(base, reference).ok().as_deref(), *expected, "{base} {reference}");
        }
    }

    const RESOLVED: &[(&str, &str, Option<&str>)] = &[
        ("https://h/charts", "web-1.tgz", Some("https://h/charts/web-1.tgz")),
        ("https://h/charts", "../web-1.tgz", Some("https://h/web-1.tgz")),
        ("https://h/charts", "/x/web.tgz", Some("https://h/x/web.tgz")),
        ("https://h/charts", "//other/x/../web.tgz", Some("https://other/web.tgz")),
        ("https://h/charts", "https://o/web.tgz?x=1", Some("https://o/web.tgz?x=1")),
        ("https://h/charts", "a b+c%2Bd.tgz", Some("https://h/charts/a%20b+c+d.tgz")),
        ("https://h/charts", "./x/./y/..", Some("https://h/charts/x/")),
        ("https://h/charts", "", Some("https://h/charts/")),
        ("https://h/charts", "oci://r/x:1", Some("oci://r/x:1")),
        ("https://h/charts", "a:b", Some("a:b")),
        ("https://h/charts", "..", Some("https://h/")),
        ("https://h/charts", "%zz", None),
        ("https://u:p@h:8443/a%2Fb?t=1", "web-1.tgz", Some("https://u:p@h:8443/a%2Fb/web-1.tgz?t=1")),
        ("https://u:p@h:8443/a%2Fb?t=1", "../web-1.tgz", Some("https://u:p@h:8443/web-1.tgz?t=1")),
        ("https://u:p@h:8443/a%2Fb?t=1", "/x/web.tgz", Some("https://u:p@h:8443/x/web.tgz?t=1")),
        ("https://u:p@h:8443/a%2Fb?t=1", "//other/x/../web.tgz", Some("https://other/web.tgz?t=1")),
        ("https://u:p@h:8443/a%2Fb?t=1", "https://o/web.tgz?x=1", Some("https://o/web.tgz?x=1")),
        ("https://u:p@h:8443/a%2Fb?t=1", "a b+c%2Bd.tgz", Some("https://u:p@h:8443/a%2Fb/a%20b+c+d.tgz?t=1")),
        ("https://u:p@h:8443/a%2Fb?t=1", "./x/./y/..", Some("https://u:p@h:8443/a%2Fb/x/?t=1")),
        ("https://u:p@h:8443/a%2Fb?t=1", "", Some("https://u:p@h:8443/a%2Fb/?t=1")),
        ("https://u:p@h:8443/a%2Fb?t=1", "oci://r/x:1", Some("oci://r/x:1")),
        ("https://u:p@h:8443/a%2Fb?t=1", "a:b", Some("a:b")),
        ("https://u:p@h:8443/a%2Fb?t=1", "..", Some("https://u:p@h:8443/?t=1")),
        ("https://u:p@h:8443/a%2Fb?t=1", "%zz", None),
        ("https://h", "..", Some("https://h/")),
        ("http://h/a/b//", "../web-1.tgz", Some("http://h/a/b/web-1.tgz")),
        ("http://h/a/b//", "..", Some("http://h/a/b/")),
    ];

    // Expectations: urlutil.Equal of Helm 4.3.1.
    #[test]
    fn repositories_are_the_same_by_their_urls() {
        for (a, b, expected) in EQUAL {
            assert_eq!(equal(a, b), *expected, "{a} {b}");
        }
    }

    const EQUAL: &[(&str, &str, bool)] = &[
        ("https://h", "https://h/", true),
        ("https://h/a/", "https://h/a", true),
        ("https://h/a/../b", "https://h/b", true),
        ("https://h/a", "http://h/a", false),
        ("HTTPS://h/a", "https://h/a", true),
        ("https://H/a", "https://h/a", false),
        ("https://h:443/a", "https://h/a", false),
        ("https://h/a?x", "https://h/a", false),
        ("a", "a/", true),
        ("", "/", true),
        ("https://u@h/a", "https://h/a", false),
        ("%zz", "%zz/", true),
        ("file:///a", "file:///a/", true),
        ("@r", "@r", true),
    ];
}
