//! Registries of containers, which hold charts too: where they are, how they are asked, and who asks.
//!
//! ```text
//! request ──> answer
//!         └─> 401: WWW-Authenticate ──> credentials ──> token ──> the request once more
//!                  `challenge`          `credentials`   `token`
//! ```
//!
//! Source: pkg/registry/client.go of Helm; registry/remote/auth/client.go of ORAS.
//!
//! **Invariant:** credentials are looked up when a registry asks for them, and not before; they go to that registry,
//! and to where it says that tokens are given out if that is safe ([`token`]). A request is made twice at most.
//! **Not here:** what of a registry is a chart ([`super::oci`]).

mod challenge;
mod config;
mod credentials;
mod helper;
pub mod login;
pub mod reference;
mod token;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use self::challenge::Challenge;
use super::access::Access;
use super::homes::Homes;
use super::once::Onces;
use crate::base::Result;
use crate::fetch::http::{Auth, Failure, Kind, Request};
use crate::fetch::{Context, Url};

/// Who asks, as files and helpers have it. What is empty is not known.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Credential {
    pub username: String,
    pub password: String,
    /// Good for getting tokens.
    pub identity_token: String,
    /// Good as it is.
    pub registry_token: String,
}

impl Credential {
    pub fn is_empty(&self) -> bool {
        *self == Credential::default()
    }
}

/// What this process knows of registries.
#[derive(Default)]
pub struct Memo {
    /// What a registry took the last time.
    auths: Mutex<HashMap<Asker, Auth>>,
    credentials: Onces<Option<Credential>>,
}

/// Who asks which registry for what.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Asker {
    base: String,
    user: String,
    password: String,
    scope: String,
}

/// A registry, and how it is asked.
pub struct Registry<'r> {
    fetch: &'r Context,
    homes: &'r Homes,
    memo: &'r Memo,
    access: &'r Access,
    /// As it was written.
    pub host: &'r str,
    base: Url,
}

impl<'r> Registry<'r> {
    /// Errors: `oci-reference`.
    pub fn new(
        fetch: &'r Context,
        homes: &'r Homes,
        memo: &'r Memo,
        access: &'r Access,
        host: &'r str,
    ) -> Result<Registry<'r>> {
        // Helm: what is said of TLS goes before.
        let tls = &access.tls;
        let has_tls = tls.identity.is_some() || tls.ca_file.is_some() || tls.insecure;
        let base = reference::base_url(host, access.plain_http && !has_tls)?;
        Ok(Registry { fetch, homes, memo, access, host, base })
    }

    /// A request for something of the API.
    ///
    /// Errors: `bad-url`.
    pub fn request(&self, path: &str) -> Result<Request> {
        Ok(Request::get(self.base.join(path)?).tls(self.access.tls.clone()))
    }

    /// Where the API is.
    pub fn address(&self) -> &str {
        self.base.address()
    }

    /// A name for what the registry says of a thing to who asks here.
    pub fn name_of(&self, thing: &str) -> String {
        let Access { username, password, .. } = self.access;
        format!("{}\n{username}\n{password}\n{thing}", self.base.address())
    }

    /// Makes a request, if need be once more as somebody that the registry knows. `scope` is what for:
    /// `repository:charts/web:pull`.
    ///
    /// Errors: those of fetching; `registry-token`, `registry-config`, `registry-helper`.
    pub fn ask<T>(
        &self,
        request: &Request,
        scope: &str,
        send: impl Fn(&Request) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let asker = self.asker(scope);
        let known = self.known(&asker);
        let failure = match send(&request.clone().auth(known)) {
            Err(failure) if failure.kind == Kind::Unauthorized && self.is_own(&failure) => failure,
            other => return other.map_err(|failure| self.advised(failure)),
        };
        let Some(auth) = self.auth(&failure, scope)? else { return Err(self.advised(failure)) };
        let answer = send(&request.clone().auth(Some(auth.clone()))).map_err(|failure| self.advised(failure))?;
        let is_for_all = matches!(auth, Auth::Basic { .. });
        let asker = if is_for_all { Asker { scope: String::new(), ..asker } } else { asker };
        self.auths().insert(asker, auth);
        Ok(answer)
    }

    /// What the registry took for the same, or for anything.
    fn known(&self, asker: &Asker) -> Option<Auth> {
        let for_all = Asker { scope: String::new(), ..asker.clone() };
        let auths = self.auths();
        auths.get(asker).or_else(|| auths.get(&for_all)).cloned()
    }

    /// Nobody else than the registry itself may ask who it is.
    fn is_own(&self, failure: &Failure) -> bool {
        failure.url.as_ref().is_some_and(|url| url.is_of_same_origin(&self.base))
    }

    /// What the registry takes, if anything is known that it might.
    fn auth(&self, failure: &Failure, scope: &str) -> Result<Option<Auth>> {
        let Some(challenge) = Challenge::of_headers(failure.headers.all("www-authenticate")) else { return Ok(None) };
        let credential = credentials::of(self)?;
        match challenge {
            Challenge::Basic => {
                let usable = credential.filter(|found| !found.username.is_empty() && !found.password.is_empty());
                Ok(usable.map(|found| Auth::basic(&found.username, &found.password)))
            }
            Challenge::Bearer { realm, service, scope: asked } => {
                let wanted = token::Wanted { realm, service, scopes: scopes(scope, &asked) };
                token::get(self, &wanted, &credential.unwrap_or_default(), token::Way::Usual).map(Some)
            }
        }
    }

    fn asker(&self, scope: &str) -> Asker {
        let Access { username, password, .. } = self.access;
        let (base, scope) = (self.base.address().to_owned(), scope.to_owned());
        Asker { base, user: username.clone(), password: password.clone(), scope }
    }

    fn auths(&self) -> MutexGuard<'_, HashMap<Asker, Auth>> {
        self.memo.auths.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn advised(&self, mut failure: Failure) -> Failure {
        let host = self.host;
        let help = match failure.kind {
            Kind::Unauthorized | Kind::Forbidden => {
                format!("log in: `kz registry login {host}`, or see whether this user may read it")
            }
            Kind::Tls => {
                "trust its authority: `--ca-file FILE`; one that has no TLS is asked with `--plain-http`".to_owned()
            }
            _ => return failure,
        };
        if self.is_own(&failure) {
            failure.diagnostic.help = Some(help);
        }
        failure
    }
}

/// What is wanted and what the registry says that one should want, each once.
fn scopes(wanted: &str, asked: &str) -> Vec<String> {
    let mut scopes: Vec<String> = Vec::new();
    for scope in wanted.split(' ').chain(asked.split(' ')).filter(|scope| !scope.is_empty()) {
        if !scopes.iter().any(|known| known == scope) {
            scopes.push(scope.to_owned());
        }
    }
    scopes
}
