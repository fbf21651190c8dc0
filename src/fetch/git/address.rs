//! What git may be given, and what of it may be shown.
//!
//! Addresses come from kustomizations and from `.gitmodules`, so anybody may have written them.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::base::{Diagnostic, Result};

const SCHEMES: [&str; 5] = ["https://", "http://", "ssh://", "git://", "file://"];

/// Lets pass what leads to a server or a folder, and nothing else.
///
/// Errors: `git-url`.
pub fn check(url: &str) -> Result<()> {
    let refused = |why: &str| {
        let message = format!("git is not given the address `{}`: {why}", without_password(url));
        Diagnostic::new("git-url", message)
            .help("write `https://HOST/PATH`, `ssh://USER@HOST/PATH` or `USER@HOST:PATH`")
    };
    if url.chars().any(char::is_control) {
        return Err(refused("it holds control characters"));
    }
    // git: for a scheme that it does not know it runs a program, `git-remote-SCHEME`.
    let is_scheme = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    if url.split_once("://").is_some_and(|(scheme, _)| is_scheme(scheme))
        && !SCHEMES.iter().any(|scheme| url.starts_with(scheme))
    {
        return Err(refused("it is of no kind that is known"));
    }
    let (authority, path) = match SCHEMES.iter().find_map(|scheme| url.strip_prefix(scheme)) {
        Some(rest) => rest.split_once('/').unwrap_or((rest, "")),
        None => {
            // git: `name::address` hands the address to a program `git-remote-name`.
            let is_scp = url.split_once(':').is_some_and(|(host, path)| !host.contains('/') && !path.starts_with(':'));
            let end = if is_scp { url.find(':') } else { url.find('/') };
            let end = end.ok_or_else(|| refused("it is of no kind that is known"))?;
            // With neither host nor scheme it is a folder, which only a submodule can have.
            if url.contains("::") {
                return Err(refused("it names a program"));
            }
            (&url[..end], &url[end + 1..])
        }
    };
    // ssh would read them as options.
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if url.starts_with('-') || authority.starts_with('-') || host.starts_with('-') || path.starts_with('-') {
        return Err(refused("a part of it begins with `-`"));
    }
    Ok(())
}

/// Where an address leads to in the file system of this machine.
pub fn is_local(url: &str) -> bool {
    url.starts_with("file://") || url.starts_with('/')
}

/// Whether it is reached by ssh.
pub fn is_ssh(url: &str) -> bool {
    url.starts_with("ssh://") || !is_local(url) && !url.contains("://")
}

/// An address as it may be shown and written down: of a web server without user and password, which may be a token;
/// of others without the password.
pub fn without_password(url: &str) -> Cow<'_, str> {
    let Some((scheme, rest)) = url.split_once("://") else { return Cow::Borrowed(url) };
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let Some((user, host)) = authority.rsplit_once('@') else { return Cow::Borrowed(url) };
    if scheme.eq_ignore_ascii_case("file") {
        return Cow::Borrowed(url);
    }
    // kustomize: `git::https://…`.
    let is_web = scheme.rsplit(':').next().is_some_and(|scheme| scheme.to_ascii_lowercase().starts_with("http"));
    if is_web {
        return Cow::Owned(format!("{scheme}://{host}{path}"));
    }
    match user.split_once(':') {
        Some((name, _)) => Cow::Owned(format!("{scheme}://{name}@{host}{path}")),
        None => Cow::Borrowed(url),
    }
}

/// User and password of an address, which git is to have without showing them to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    pub user: String,
    pub password: String,
    /// The server that they are for: `https://host:8443`.
    pub server: String,
}

/// An address of a web server without user and password, and these.
pub fn split_credentials(url: &str) -> Option<(String, Credentials)> {
    let (scheme, rest) = url.split_once("://").filter(|(scheme, _)| matches!(*scheme, "https" | "http"))?;
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let (userinfo, host) = authority.rsplit_once('@')?;
    let (user, password) = userinfo.split_once(':')?;
    let [user, password] = [user, password].map(|text| percent_decode_str(text).decode_utf8().ok());
    // git takes a line for each of them.
    let is_plain = |text: &Cow<str>| !text.chars().any(char::is_control);
    let (user, password) = (user.filter(is_plain)?.into_owned(), password.filter(is_plain)?.into_owned());
    let server = format!("{scheme}://{host}");
    Some((format!("{server}{path}"), Credentials { user, password, server }))
}

/// What a program has said, fit to be shown: without what stands before an `@` in addresses, without colours and
/// other control characters.
pub fn clean_message(text: &str, url: &str) -> String {
    let text = text.replace(url, &without_password(url));
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, behind)) = rest.split_once("://") {
        out.push_str(before);
        out.push_str("://");
        let end = behind.find(|c: char| c.is_whitespace() || matches!(c, '/' | '\'' | '"')).unwrap_or(behind.len());
        let (authority, after) = behind.split_at(end);
        let secret = authority.rfind('@').filter(|_| !before.ends_with("ssh"));
        out.push_str(secret.map_or(authority, |at| &authority[at + 1..]));
        rest = after;
    }
    out.push_str(rest);
    out.chars().filter(|c| *c == '\n' || !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn git_gets_no_options_and_no_programs() {
        let passed = [
            "https://github.com/org/repo",
            "ssh://git@host:22/org/repo.git",
            "git@host:org/repo",
            "git@host/org/repo",
            "file:///srv/repo",
            "git://host/repo",
            "/srv/repo",
            "https://user:pass@host/a/b",
        ];
        for url in passed {
            assert_eq!(check(url).map_err(|e| e.message), Ok(()), "{url}");
        }
        let refused = [
            "ext::sh -c touch% /tmp/x",
            "fd::17/foo",
            "persistent-https://host/a",
            "HTTPS://host/a",
            "ssh://-oProxyCommand=x/a/b",
            "ssh://git@-oProxyCommand=x/a/b",
            "git@-oProxyCommand=x:a/b",
            "git@host:-x/b",
            "-x@host:a/b",
            "--upload-pack=x",
            "--upload-pack=x/y",
            "https://host/a\nb",
            "repo",
            "",
        ];
        for url in refused {
            assert_eq!(check(url).map_err(|e| e.code), Err("git-url"), "{url}");
        }
    }

    #[test]
    fn passwords_are_taken_out_of_addresses() {
        let (url, credentials) = split_credentials("https://me:p%40ss:w@host:8443/a@b").unwrap();
        assert_eq!(url, "https://host:8443/a@b");
        let expected = ("me", "p@ss:w", "https://host:8443");
        assert_eq!((&*credentials.user, &*credentials.password, &*credentials.server), expected);
        for other in ["https://me@host/a", "https://host/a", "ssh://me:p@host/a", "https://me:p%0Ahost=x@host/a"] {
            assert_eq!(split_credentials(other), None, "{other}");
        }
    }

    #[test]
    fn passwords_and_tokens_are_not_shown() {
        let shown = [
            ("https://token@host/a", "https://host/a"),
            ("https://user:p@ss@host:8443/a@b", "https://host:8443/a@b"),
            ("git::https://token@host/a", "git::https://host/a"),
            ("ssh://git:pass@host/a", "ssh://git@host/a"),
            ("ssh://git@host/a", "ssh://git@host/a"),
            ("git@host:a/b", "git@host:a/b"),
            ("file://git@home/a", "file://git@home/a"),
            ("https://host/a", "https://host/a"),
        ];
        for (url, expected) in shown {
            assert_eq!(without_password(url), expected);
        }
        let said =
            "fatal: cannot reach 'https://me:t0ken@other/x' nor https://u:p@host/a\u{1b}[31m, ssh://git@host/b\n";
        let expected = "fatal: cannot reach 'https://other/x' nor https://host/a[31m, ssh://git@host/b\n";
        assert_eq!(clean_message(said, "https://u:p@host/a"), expected);
    }
}
