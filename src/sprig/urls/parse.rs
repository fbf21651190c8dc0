//! A URL and its parts. Go: url.Parse and URL.String.

use std::net::IpAddr;

use memchr::{memchr, memmem, memrchr};

use super::escape::{Part, Refusal, escape, should_escape, unescape};
use crate::gotmpl::{Str, fmt};

#[derive(Default)]
pub struct Url {
    pub scheme: Vec<u8>,
    /// What is behind the scheme, where that is no path: of `mailto:a@b`.
    pub opaque: Vec<u8>,
    pub user: Option<UserInfo>,
    /// With the port.
    pub host: Vec<u8>,
    pub path: Vec<u8>,
    /// As it was written.
    pub query: Vec<u8>,
    pub fragment: Vec<u8>,
}

pub struct UserInfo {
    name: Vec<u8>,
    password: Option<Vec<u8>>,
}

impl UserInfo {
    /// Go: Userinfo.String.
    pub fn to_text(&self) -> Vec<u8> {
        let mut out = escape(&self.name, Part::UserPassword);
        if let Some(password) = &self.password {
            out.push(b':');
            out.extend(escape(password, Part::UserPassword));
        }
        out
    }
}

impl Url {
    /// Go: URL.Hostname. The host without port and brackets.
    pub fn hostname(&self) -> &[u8] {
        let host = match memrchr(b':', &self.host) {
            Some(colon) if is_optional_port(&self.host[colon..]) => &self.host[..colon],
            _ => &self.host,
        };
        host.strip_prefix(b"[").and_then(|host| host.strip_suffix(b"]")).unwrap_or(host)
    }

    /// Go: URL.String, of a URL that was not parsed.
    pub fn to_text(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.scheme.is_empty() {
            out.extend_from_slice(&self.scheme);
            out.push(b':');
        }
        if !self.opaque.is_empty() {
            out.extend_from_slice(&self.opaque);
        } else {
            self.append_hierarchy(&mut out);
        }
        if !self.query.is_empty() {
            out.push(b'?');
            out.extend_from_slice(&self.query);
        }
        if !self.fragment.is_empty() {
            out.push(b'#');
            out.extend(escape(&self.fragment, Part::Fragment));
        }
        out
    }

    /// User, host and path.
    fn append_hierarchy(&self, out: &mut Vec<u8>) {
        if !self.host.is_empty() || self.user.is_some() || !self.scheme.is_empty() && !self.path.is_empty() {
            out.extend_from_slice(b"//");
        }
        if let Some(user) = &self.user {
            out.extend(user.to_text());
            out.push(b'@');
        }
        out.extend(escape(&self.host, Part::Host));
        let path = if self.path == b"*" { b"*".to_vec() } else { escape(&self.path, Part::Path) };
        if !path.is_empty() && !path.starts_with(b"/") && !self.host.is_empty() {
            out.push(b'/');
        }
        // Else what is before a colon would be a scheme.
        if out.is_empty() && first_segment(&path).contains(&b':') {
            out.extend_from_slice(b"./");
        }
        out.extend(path);
    }
}

/// Go: URL.EscapedPath, of a path as it stands in a URL: itself, unless something in it has to be escaped.
pub fn escaped_path(path: &[u8]) -> Vec<u8> {
    let is_fine = |byte: &u8| b"[]%!'()*".contains(byte) || !should_escape(*byte, Part::Path);
    match unescape(path, Part::Path) {
        Ok(plain) if !path.iter().all(is_fine) => escape(&plain, Part::Path),
        _ => path.to_vec(),
    }
}

/// Go: url.Parse. Errors are its texts.
pub fn parse(text: &Str) -> Result<Url, String> {
    let (before, fragment) = cut(text, b'#');
    let quoted = |text: &[u8], message: String| format!("parse {}: {message}", fmt::quote(text));
    let mut url = parse_before_fragment(before).map_err(|message| quoted(before, message))?;
    url.fragment = unescaped(fragment, Part::Fragment).map_err(|message| quoted(text, message))?;
    Ok(url)
}

fn parse_before_fragment(text: &[u8]) -> Result<Url, String> {
    if text.iter().any(u8::is_ascii_control) {
        return Err("net/url: invalid control character in URL".to_owned());
    }
    if text == b"*" {
        return Ok(Url { path: text.to_vec(), ..Url::default() });
    }
    let (scheme, rest) = scheme(text)?;
    let mut url = Url { scheme: scheme.to_ascii_lowercase(), ..Url::default() };
    let (mut rest, query) = cut(rest, b'?');
    url.query = query.to_vec();
    if !rest.starts_with(b"/") {
        if !scheme.is_empty() {
            url.opaque = rest.to_vec();
            return Ok(url);
        }
        if first_segment(rest).contains(&b':') {
            return Err("first path segment in URL cannot contain colon".to_owned());
        }
    }
    if rest.starts_with(b"//") && (!scheme.is_empty() || !rest.starts_with(b"///")) {
        let end = memchr(b'/', &rest[2..]).map_or(rest.len(), |slash| slash + 2);
        (url.user, url.host) = authority(&url.scheme, &rest[2..end])?;
        rest = &rest[end..];
    }
    url.path = unescaped(rest, Part::Path)?;
    Ok(url)
}

/// Go: getScheme.
fn scheme(text: &[u8]) -> Result<(&[u8], &[u8]), String> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    match text.iter().position(|byte| !is_part(byte)) {
        Some(0) if text[0] == b':' => Err("missing protocol scheme".to_owned()),
        Some(colon) if text[colon] == b':' && text[0].is_ascii_alphabetic() => Ok((&text[..colon], &text[colon + 1..])),
        _ => Ok((b"", text)),
    }
}

/// Go: parseAuthority.
fn authority(scheme: &[u8], text: &[u8]) -> Result<(Option<UserInfo>, Vec<u8>), String> {
    let Some(at) = memrchr(b'@', text) else { return Ok((None, host(scheme, text)?)) };
    let host = host(scheme, &text[at + 1..])?;
    let user = &text[..at];
    if !user.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte)) {
        return Err("net/url: invalid userinfo".to_owned());
    }
    let (name, password) = match memchr(b':', user) {
        Some(colon) => (&user[..colon], Some(&user[colon + 1..])),
        None => (user, None),
    };
    let name = unescaped(name, Part::UserPassword)?;
    let password = password.map(|password| unescaped(password, Part::UserPassword)).transpose()?;
    Ok((Some(UserInfo { name, password }), host))
}

/// Go: parseHost.
fn host(scheme: &[u8], text: &[u8]) -> Result<Vec<u8>, String> {
    match memrchr(b'[', text) {
        Some(0) => return ip_literal(text),
        Some(_) => return Err("invalid IP-literal".to_owned()),
        None => {}
    }
    // Of several colons, only web addresses take the first to be that of the port.
    let colon = if matches!(scheme, b"http" | b"https") { memchr(b':', text) } else { memrchr(b':', text) };
    if let Some(colon) = colon {
        check_port(&text[colon..])?;
    }
    unescaped(text, Part::Host)
}

/// An address in brackets, maybe with a zone, and its port.
fn ip_literal(text: &[u8]) -> Result<Vec<u8>, String> {
    let end = memrchr(b']', text).ok_or("missing ']' in host")?;
    let port = &text[end + 1..];
    check_port(port)?;
    let port = unescaped(port, Part::Host)?;
    let name = &text[1..end];
    let zone = memmem::find(name, b"%25").unwrap_or(name.len());
    let mut address = unescaped(&name[..zone], Part::Host)?;
    address.extend(unescaped(&name[zone..], Part::Zone)?);
    check_address(&address)?;
    Ok([b"[", &*address, b"]", &*port].concat())
}

/// Go: netip.ParseAddr, of which only IPv6 addresses are taken.
fn check_address(text: &[u8]) -> Result<(), String> {
    let invalid = |why: &str| Err(format!("invalid host: ParseAddr({}): {why}", fmt::quote(text)));
    let (address, zone) = match memchr(b'%', text) {
        Some(percent) => (&text[..percent], Some(&text[percent + 1..])),
        None => (text, None),
    };
    let address = std::str::from_utf8(address).unwrap_or_default();
    match (address.parse::<IpAddr>(), zone) {
        (Ok(IpAddr::V6(_)), None | Some([_, ..])) => Ok(()),
        (Ok(IpAddr::V6(_)), Some([])) => invalid("zone must be a non-empty string"),
        (Ok(IpAddr::V4(_)), None) => Err("invalid IP-literal".to_owned()),
        _ => invalid("unable to parse IP"),
    }
}

fn check_port(port: &[u8]) -> Result<(), String> {
    if is_optional_port(port) { Ok(()) } else { Err(format!("invalid port {} after host", fmt::quote(port))) }
}

/// Go: validOptionalPort. A colon and digits, maybe none, or nothing at all.
fn is_optional_port(port: &[u8]) -> bool {
    match port {
        [] => true,
        [b':', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

fn unescaped(text: &[u8], part: Part) -> Result<Vec<u8>, String> {
    unescape(text, part).map_err(|refusal| match refusal {
        Refusal::Escape(escape) => format!("invalid URL escape {}", fmt::quote(escape)),
        Refusal::Host(character) => format!("invalid character {} in host name", fmt::quote(character)),
    })
}

fn first_segment(path: &[u8]) -> &[u8] {
    cut(path, b'/').0
}

/// Go: strings.Cut.
fn cut(text: &[u8], at: u8) -> (&[u8], &[u8]) {
    match memchr(at, text) {
        Some(found) => (&text[..found], &text[found + 1..]),
        None => (text, b""),
    }
}
