//! What is asked, and what comes back.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::base::base64;
use crate::fetch::tls::TlsOptions;
use crate::fetch::{Digest, Url};

/// What is enough for indexes of large chart repositories and too little for a flood.
const DEFAULT_LIMIT: u64 = 256 << 20;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

/// Who asks. Not shown.
#[derive(Clone, PartialEq, Eq)]
pub enum Auth {
    Basic { user: String, password: String },
    Bearer(String),
}

impl Auth {
    pub fn basic(user: &str, password: &str) -> Auth {
        Auth::Basic { user: user.to_owned(), password: password.to_owned() }
    }

    /// As the headers `Authorization` and `Proxy-Authorization` have it.
    pub(super) fn header(&self) -> String {
        match self {
            Auth::Basic { user, password } => {
                format!("Basic {}", base64::encode(format!("{user}:{password}").as_bytes()))
            }
            Auth::Bearer(token) => format!("Bearer {token}"),
        }
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Auth")
    }
}

/// What is sent along.
#[derive(Clone, PartialEq, Eq)]
pub struct Body {
    /// Nothing is said of it where this is empty.
    pub media_type: String,
    pub content: Vec<u8>,
}

/// A request. Made by [`Request::get`] and its like, and changed as needed.
#[derive(Clone)]
pub struct Request {
    pub method: Method,
    pub url: Url,
    /// Credentials do not belong here: see `auth`.
    pub headers: Vec<(String, String)>,
    /// Goes before what stands in the URL.
    pub auth: Option<Auth>,
    /// Other hosts that are redirected to get the credentials too. Helm: `--pass-credentials`.
    pub pass_credentials: bool,
    pub tls: TlsOptions,
    pub body: Option<Body>,
    /// An answer may have so many bytes.
    pub limit: u64,
    /// A failure that may pass is left to the caller, who knows whether asking twice does harm.
    pub is_tried_once: bool,
}

impl Request {
    pub fn new(method: Method, url: Url) -> Request {
        Request {
            method,
            url,
            headers: Vec::new(),
            auth: None,
            pass_credentials: false,
            tls: TlsOptions::default(),
            body: None,
            limit: DEFAULT_LIMIT,
            is_tried_once: false,
        }
    }

    pub fn get(url: Url) -> Request {
        Request::new(Method::Get, url)
    }

    pub fn head(url: Url) -> Request {
        Request::new(Method::Head, url)
    }

    /// Sends a form, as for tokens.
    pub fn post_form(url: Url, fields: &[(&str, &str)]) -> Request {
        let content = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into_bytes();
        let body = Body { media_type: "application/x-www-form-urlencoded".to_owned(), content };
        Request { body: Some(body), ..Request::new(Method::Post, url) }
    }

    pub fn header(mut self, name: &str, value: impl Into<String>) -> Request {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub fn auth(mut self, auth: Option<Auth>) -> Request {
        self.auth = auth;
        self
    }

    pub fn tls(mut self, tls: TlsOptions) -> Request {
        self.tls = tls;
        self
    }

    pub fn limit(mut self, bytes: u64) -> Request {
        self.limit = bytes;
        self
    }

    /// The same for requests that are the same, credentials and all, and for no others.
    pub(crate) fn fingerprint(&self) -> Digest {
        let auth = self.effective_auth().map(|auth| auth.header());
        let mut hasher = Sha256::default();
        let parts =
            format!("{:?}", (self.method, self.url.address(), &self.headers, auth, self.pass_credentials, &self.tls));
        hasher.update(parts);
        hasher.update(self.body.as_ref().map_or(&[][..], |body| &body.content));
        Digest::of_hasher(hasher)
    }

    /// Whether the caller has an earlier answer, and wants another only if it is new.
    pub(super) fn is_conditional(&self) -> bool {
        let names = ["if-none-match", "if-modified-since"];
        self.headers.iter().any(|(header, _)| names.iter().any(|name| header.eq_ignore_ascii_case(name)))
    }

    /// Who asks: what was said, else what stands in the URL.
    pub(super) fn effective_auth(&self) -> Option<Auth> {
        let of_url = || self.url.credentials().map(|(user, password)| Auth::basic(user, password));
        self.auth.clone().or_else(of_url)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}", self.method, self.url)
    }
}

/// The headers of an answer.
#[derive(Clone, Debug, Default)]
pub struct Headers(pub(super) Vec<(String, String)>);

impl Headers {
    /// All of them, names and values, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The first of a name, in any case.
    pub fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        Some(value)
    }

    /// All of a name, in their order.
    pub fn all<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h str> {
        self.0.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// 200 to 299; 304 where the request was a conditional one.
    pub status: u16,
    pub headers: Headers,
    /// Where it came from in the end, after redirects.
    pub url: Url,
    pub body: Vec<u8>,
}
