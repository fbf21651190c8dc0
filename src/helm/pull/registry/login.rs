//! Logging in to a registry, and out of it.
//!
//! Source: Login and Logout in pkg/registry/client.go of Helm.
//!
//! **Invariant:** what is kept was tried before.

use super::challenge::Challenge;
use super::{Credential, Memo, Registry, credentials, token};
use crate::base::{Diagnostic, Result};
use crate::fetch::http::{Auth, Failure, Kind, Request, send};
use crate::fetch::{Context, without_secrets};
use crate::helm::pull::access::{Access, because};
use crate::helm::pull::homes::Homes;

/// Tries the credentials of `access` on a registry, and keeps them for it, in Helm's file or where that says.
///
/// Errors: `oci-reference`, those of fetching, `registry-token`, `registry-config`, `registry-helper`.
pub fn login(fetch: &Context, homes: &Homes, access: &Access, host: &str) -> Result<()> {
    let memo = Memo::default();
    let registry = Registry::new(fetch, homes, &memo, access, host)?;
    let (username, password) = (access.username.clone(), access.password.clone());
    let credential = Credential { username, password, ..Credential::default() };
    check(&registry, &credential)
        .map_err(|error| because(format!("cannot log in to `{}`", without_secrets(host)), error))?;
    credentials::keep(fetch, homes, credentials::server(host), &credential)
}

/// Forgets the credentials of a registry. The registry is not asked.
///
/// Errors: `registry-config`, `registry-helper`.
pub fn logout(fetch: &Context, homes: &Homes, host: &str) -> Result<()> {
    credentials::forget(fetch, homes, credentials::server(host))
}

/// Whether the registry takes them. One that asks nobody takes all.
fn check(registry: &Registry, credential: &Credential) -> Result<()> {
    let request = registry.request("")?;
    let failure = match send(registry.fetch, &request) {
        Ok(_) => return Ok(()),
        Err(failure) if failure.kind == Kind::Unauthorized && registry.is_own(&failure) => failure,
        Err(failure) => return Err(registry.advised(failure).into()),
    };
    let refused = || {
        Diagnostic::new("http-unauthorized", "the registry does not say how it wants to be told who asks")
            .help("see whether the host is that of a registry")
    };
    match Challenge::of_headers(failure.headers.all("www-authenticate")).ok_or_else(refused)? {
        Challenge::Basic => try_out(registry, &request, Auth::basic(&credential.username, &credential.password)),
        Challenge::Bearer { realm, service, scope } => {
            let wanted = token::Wanted { realm, service, scopes: super::scopes("", &scope) };
            let by = |way| {
                let token = token::get(registry, &wanted, credential, way)?;
                try_out(registry, &request, token)
            };
            // ORAS: some know the one, some the other.
            let has_both = !credential.username.is_empty() && !credential.password.is_empty();
            if has_both && by(token::Way::OAuth).is_ok() {
                return Ok(());
            }
            by(token::Way::Usual)
        }
    }
}

fn try_out(registry: &Registry, request: &Request, auth: Auth) -> Result<()> {
    send(registry.fetch, &request.clone().auth(Some(auth))).map(drop).map_err(advised)
}

fn advised(failure: Failure) -> Box<Diagnostic> {
    let mut error = failure.diagnostic;
    if matches!(failure.kind, Kind::Unauthorized | Kind::Forbidden) {
        error.help = Some("see whether the user and the password are right".to_owned());
    }
    error
}
