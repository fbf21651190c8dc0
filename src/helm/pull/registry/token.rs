//! Tokens: what a registry takes for an answer that does not give them out itself.
//!
//! Source: validateRealm, fetchDistributionToken, fetchOAuth2Token in registry/remote/auth/client.go of ORAS.
//!
//! **Invariant:** credentials go to another host than the registry's only over TLS, and never to one that is named by
//! an address of the private net.

use std::net::IpAddr;

use serde_json::Value;

use super::{Credential, Registry};
use crate::base::{Diagnostic, Result};
use crate::fetch::http::{self, Auth, Failure, Kind, Method, Request};
use crate::fetch::{Url, without_secrets};

/// So large may an answer be.
const MAX_ANSWER: u64 = 128 << 10;

/// A token for what, and from whom.
pub struct Wanted {
    pub realm: String,
    pub service: String,
    pub scopes: Vec<String>,
}

/// How a token is asked for by name and password.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// As Docker's registries want it.
    Usual,
    /// As OAuth 2 has it.
    OAuth,
}

/// A token; where nobody says who asks, one for anybody.
///
/// Errors: `registry-token`, those of fetching.
pub fn get(registry: &Registry, wanted: &Wanted, credential: &Credential, way: Way) -> Result<Auth> {
    if !credential.registry_token.is_empty() {
        return Ok(Auth::Bearer(credential.registry_token.clone()));
    }
    let realm = safe_realm(registry, &wanted.realm, credential)?;
    let is_own = realm.is_of_same_origin(&registry.base);
    let request = match () {
        () if !credential.identity_token.is_empty() => {
            let secret = [("grant_type", "refresh_token"), ("refresh_token", &credential.identity_token)];
            form(realm, &secret, wanted)
        }
        () if way == Way::OAuth => {
            let Credential { username, password, .. } = credential;
            let secret = [("grant_type", "password"), ("username", username), ("password", password)];
            form(realm, &secret, wanted)
        }
        () => {
            let is_known = !credential.username.is_empty() || !credential.password.is_empty();
            let auth = is_known.then(|| Auth::basic(&credential.username, &credential.password));
            Request::get(with_query(&realm, wanted)?).auth(auth)
        }
    };
    let tls = registry.access.tls.clone();
    let tls = if is_own { tls } else { tls.without_identity() };
    let request = request.tls(tls).limit(MAX_ANSWER);
    let answer = http::send(registry.fetch, &request).map_err(|failure| refused(registry, failure))?;
    token_of(&answer.body, request.method).ok_or_else(|| {
        wrong(registry, &format!("what `{}` gives is no token", request.url))
            .help("try again later, or ask who runs it")
    })
}

fn form(realm: Url, secret: &[(&str, &str)], wanted: &Wanted) -> Request {
    let scope = wanted.scopes.join(" ");
    let mut fields = secret.to_vec();
    fields.extend([("service", wanted.service.as_str()), ("client_id", "kz")]);
    if !scope.is_empty() {
        fields.push(("scope", &scope));
    }
    Request::post_form(realm, &fields)
}

fn with_query(realm: &Url, wanted: &Wanted) -> Result<Url> {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if !wanted.service.is_empty() {
        query.append_pair("service", &wanted.service);
    }
    query.extend_pairs(wanted.scopes.iter().map(|scope| ("scope", scope)));
    let query = query.finish();
    if query.is_empty() {
        return Ok(realm.clone());
    }
    let separator = if realm.address().contains('?') { '&' } else { '?' };
    realm.join(&format!("{}{separator}{query}", realm.address()))
}

fn token_of(answer: &[u8], method: Method) -> Option<Auth> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    let text = |name: &str| answer.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let other = || text("token").filter(|_| method == Method::Get);
    text("access_token").or_else(other).map(|token| Auth::Bearer(token.to_owned()))
}

/// Where tokens are given out, if it is safe to ask there.
fn safe_realm(registry: &Registry, realm: &str, credential: &Credential) -> Result<Url> {
    let shown = without_secrets(realm);
    let unsafe_because = |why: &str| {
        wrong(registry, &format!("it says that tokens are given out at `{shown}`: {why}"))
            .help("see whether the registry is what you take it for, and ask who runs it")
    };
    let url = Url::parse(realm).map_err(|_| unsafe_because("that is no URL of the web"))?;
    if url.credentials().is_some() {
        return Err(unsafe_because("there is a user in it"));
    }
    if registry.base.is_https() && !url.is_https() {
        return Err(unsafe_because("anybody could read and change what is said there"));
    }
    if url.host() == registry.base.host() {
        return Ok(url);
    }
    if is_of_private_net(url.host()) {
        return Err(unsafe_because("that is a machine of the private net, and not the registry's"));
    }
    if !url.is_https() && !credential.is_empty() {
        return Err(unsafe_because("anybody could read your credentials on their way to that host"));
    }
    Ok(url)
}

fn is_of_private_net(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    match address.map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(v4)) => {
            let is_local_group = matches!(v4.octets(), [224, 0, 0, _]);
            v4.is_loopback() || v4.is_private() || v4.is_link_local() || v4.is_unspecified() || is_local_group
        }
        Ok(IpAddr::V6(v6)) => {
            let is_local_group = v6.segments()[0] & 0xff0f == 0xff02;
            let is_inner = v6.is_unique_local() || v6.is_unicast_link_local();
            v6.is_loopback() || is_inner || v6.is_unspecified() || is_local_group
        }
        Err(_) => false,
    }
}

fn refused(registry: &Registry, failure: Failure) -> Box<Diagnostic> {
    let is_refusal = matches!(failure.kind, Kind::Unauthorized | Kind::Forbidden | Kind::Status(400));
    let mut error = failure.diagnostic;
    if is_refusal {
        error.code = "http-unauthorized";
        error.help = Some(format!(
            "log in: `kz registry login {}`, or see whether the user and the password are right",
            registry.host
        ));
    }
    error.message = format!("there is no token for `{}`: {}", registry.host, error.message);
    error
}

fn wrong(registry: &Registry, why: &str) -> Box<Diagnostic> {
    Diagnostic::new("registry-token", format!("there is no token for `{}`: {why}", registry.host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Context;
    use crate::helm::pull::access::Access;
    use crate::helm::pull::homes::Homes;
    use crate::helm::pull::registry::Memo;

    fn is_safe(registry: &str, realm: &str, has_credentials: bool) -> bool {
        let (context, homes, memo) = (Context::offline(), Homes::default(), Memo::default());
        let (scheme, host) = registry.split_once("://").unwrap();
        let access = Access { plain_http: scheme == "http", ..Access::default() };
        let registry = Registry::new(&context, &homes, &memo, &access, host).unwrap();
        let username = if has_credentials { "me".to_owned() } else { String::new() };
        safe_realm(&registry, realm, &Credential { username, ..Credential::default() }).is_ok()
    }

    #[test]
    fn tokens_are_asked_for_where_it_is_safe() {
        for (registry, realm) in [
            ("https://registry.example.com", "https://auth.example.com/token?x=y"),
            ("https://10.0.0.1:5000", "https://10.0.0.1:8443/token"),
            ("http://127.0.0.1:5000", "http://127.0.0.1:6000/token"),
            ("http://registry.example.com", "https://auth.example.com/token"),
        ] {
            assert!(is_safe(registry, realm, true), "{realm}");
        }
        for (registry, realm) in [
            ("https://registry.example.com", "http://registry.example.com/token"),
            ("https://registry.example.com", "https://169.254.169.254/token"),
            ("https://registry.example.com", "https://127.0.0.1/token"),
            ("https://registry.example.com", "https://[::ffff:10.0.0.1]/token"),
            ("https://registry.example.com", "https://[fe80::1]/token"),
            ("https://registry.example.com", "https://user@auth.example.com/token"),
            ("https://registry.example.com", "file:///etc/passwd"),
            ("https://registry.example.com", ""),
            ("http://registry.example.com", "http://auth.example.com/token"),
        ] {
            assert!(!is_safe(registry, realm, true), "{realm}");
        }
        assert!(is_safe("http://registry.example.com", "http://auth.example.com/token", false));
    }

    #[test]
    fn queries_are_added() {
        let url = |realm: &str, service: &str, scopes: &[&str]| {
            let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
            let wanted = Wanted { realm: String::new(), service: service.to_owned(), scopes };
            with_query(&Url::parse(realm).unwrap(), &wanted).unwrap().address().to_owned()
        };
        assert_eq!(url("https://h/t", "r g", &["a:b:pull", "c"]), "https://h/t?service=r+g&scope=a%3Ab%3Apull&scope=c");
        assert_eq!(url("https://h/t?x=1", "", &["a"]), "https://h/t?x=1&scope=a");
        assert_eq!(url("https://h/t", "", &[]), "https://h/t");
    }
}
