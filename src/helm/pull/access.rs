//! How servers are asked: who asks, and whom to trust.
//!
//! Source: pkg/getter/httpgetter.go, ResolveChartVersion in pkg/downloader/chart_downloader.go.
//!
//! **Invariant:** credentials go to the server that they were given for; to others only where somebody says so.

use std::path::PathBuf;
use std::sync::Arc;

use super::repositories::Entry;
use crate::base::{Diagnostic, Result};
use crate::fetch::http::{Auth, Failure, Request};
use crate::fetch::tls::TlsOptions;
use crate::fetch::{self, Context, Freshness, Url};

/// What flags, or an entry of repositories.yaml, say of a server.
#[derive(Clone, Default)]
pub struct Access {
    pub username: String,
    pub password: String,
    pub tls: TlsOptions,
    /// The credentials are for other servers too, to which an index or a redirect leads.
    pub pass_credentials: bool,
    /// Registries are asked without TLS.
    pub plain_http: bool,
}

impl Access {
    /// What is said of a repository goes before what the command line says. Helm: of TLS all or nothing.
    pub fn of_repository(&self, entry: &Entry) -> Access {
        let mut access = self.clone();
        let path = |text: &str| (!text.is_empty()).then(|| PathBuf::from(text));
        let identity = path(&entry.cert_file).zip(path(&entry.key_file));
        if identity.is_some() || !entry.ca_file.is_empty() {
            access.tls.identity = identity;
            access.tls.ca_file = path(&entry.ca_file);
        }
        access.tls.insecure |= entry.insecure_skip_tls_verify;
        if !entry.username.is_empty() && !entry.password.is_empty() {
            access.username.clone_from(&entry.username);
            access.password.clone_from(&entry.password);
            access.pass_credentials = entry.pass_credentials_all;
        }
        access
    }

    /// A request for what is at `url`, where these credentials are for the server of `base`.
    ///
    /// Errors: `bad-url`.
    pub fn request(&self, base: &str, url: &str) -> Result<Request> {
        let (base, url) = (Url::parse(base)?, Url::parse(url)?);
        let is_known = self.pass_credentials || base.is_of_same_origin(&url);
        // Helm: half of them are none.
        let has_both = !self.username.is_empty() && !self.password.is_empty();
        let auth = || Auth::Basic { user: self.username.clone(), password: self.password.clone() };
        let mut request = Request::get(url).auth((has_both && is_known).then(auth)).tls(self.tls.clone());
        request.pass_credentials = self.pass_credentials;
        Ok(request)
    }
}

/// What is fetched, and how long it is good.
pub fn get(
    context: &Context,
    kind: &'static str,
    request: &Request,
    freshness: Freshness,
) -> Result<(Arc<[u8]>, fetch::Digest), Failure> {
    fetch::file(context, kind, request, freshness).map(|fetched| (fetched.content, fetched.digest))
}

/// Says in front of a failure what could not be done because of it.
pub fn because(what: impl std::fmt::Display, failure: impl Into<Box<Diagnostic>>) -> Box<Diagnostic> {
    let mut error = failure.into();
    error.message = format!("{what}: {}", error.message);
    error
}
