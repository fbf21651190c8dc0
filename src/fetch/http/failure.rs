//! Why there is no answer, in a form that callers can act upon.

use super::request::{Headers, Request};
use crate::base::Diagnostic;
use crate::fetch::Url;

/// What went wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Nothing may be fetched, and this would have to be.
    Offline,
    /// 401: the server wants to know who asks; `WWW-Authenticate` is among the headers.
    Unauthorized,
    /// 403
    Forbidden,
    /// 404, 410
    NotFound,
    /// Another status that is no success.
    Status(u16),
    /// The server cannot be found or reached, or the connection broke.
    Connection,
    Timeout,
    /// The server's certificate is not trusted, or the two do not agree on how to speak.
    Tls,
    /// Larger than the request allows.
    TooLarge,
    /// Redirects without end, or to where one must not go.
    Redirect,
    /// What comes is not HTTP.
    Protocol,
    /// There is no such proxy, or it refuses.
    Proxy,
    /// The request needs something of this machine that cannot be used: files of certificates, the cache.
    Local,
}

/// Why a request has no answer.
#[derive(Clone, Debug)]
pub struct Failure {
    pub kind: Kind,
    /// Of the answer, if there was one: its headers, and the beginning of its body.
    pub headers: Headers,
    pub body: Vec<u8>,
    /// Where the answer came from, after redirects.
    pub url: Option<Box<Url>>,
    pub diagnostic: Box<Diagnostic>,
}

impl Failure {
    pub(crate) fn new(kind: Kind, url: &Url, why: &str) -> Failure {
        let (code, help) = code_and_help(kind);
        let error = Diagnostic::new(code, format!("cannot fetch `{url}`: {why}")).help(help);
        Failure { kind, url: Some(Box::new(url.clone())), ..Failure::from(error) }
    }

    pub(crate) fn offline(request: &Request) -> Failure {
        let error = Diagnostic::new("offline", format!("`{}` is not in the cache", request.url))
            .help("run once without `--offline`");
        Failure { kind: Kind::Offline, ..Failure::from(error) }
    }

    /// The status, if there was an answer that has one.
    pub fn status(&self) -> Option<u16> {
        match self.kind {
            Kind::Unauthorized => Some(401),
            Kind::Forbidden => Some(403),
            Kind::NotFound => Some(404),
            Kind::Status(status) => Some(status),
            _ => None,
        }
    }
}

/// Something on this machine that is in the way.
impl From<Box<Diagnostic>> for Failure {
    fn from(diagnostic: Box<Diagnostic>) -> Failure {
        Failure { kind: Kind::Local, headers: Headers::default(), body: Vec::new(), url: None, diagnostic }
    }
}

impl From<Failure> for Box<Diagnostic> {
    fn from(failure: Failure) -> Box<Diagnostic> {
        failure.diagnostic
    }
}

fn code_and_help(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Offline => ("offline", "run once without `--offline`"),
        Kind::Unauthorized => ("http-unauthorized", "log in, or see whether the user and the password are right"),
        Kind::Forbidden => ("http-forbidden", "see whether this user may read it"),
        Kind::NotFound => {
            ("http-not-found", "see whether the address is right; servers also say so to those who may not know")
        }
        Kind::Status(400..500) => ("http-status", "see whether the address is right, and what the server wants"),
        Kind::Status(_) => ("http-status", "the server could not give it; try again later"),
        Kind::Connection => (
            "http-connection",
            "see whether the host is right and can be reached from here, and whether a proxy is needed",
        ),
        Kind::Timeout => ("http-timeout", "the server or the way to it is too slow; try again later"),
        Kind::Tls => (
            "http-tls",
            "add the certificate of the server's authority to those of the system, or name a file that holds it in \
             `SSL_CERT_FILE`",
        ),
        Kind::TooLarge => ("http-too-large", "see whether the address is right: what is fetched has a bound"),
        Kind::Redirect => ("http-redirect", "name the address that is redirected to, if you trust it"),
        Kind::Protocol => ("http-protocol", "see whether the address leads to a web server"),
        Kind::Proxy => (
            "http-proxy",
            "see `HTTP_PROXY` and `HTTPS_PROXY`: `http://USER:PASSWORD@HOST:PORT`; hosts in `NO_PROXY` need none",
        ),
        Kind::Local => ("http-local", "see whether the file can be used"),
    }
}
