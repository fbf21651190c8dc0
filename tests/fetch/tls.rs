//! Whom is trusted, and who is told who asks.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use kz::fetch::http::{Kind, Request, send};
use kz::fetch::tls::TlsOptions;
use rcgen::{BasicConstraints, Certificate, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

use super::server::{Reply, Server};
use super::temp_dir::TempDir;
use super::{context, request, settings, told};

/// An authority, and what it has signed.
struct Authority {
    dir: TempDir,
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("ca.pem"), certificate.pem()).unwrap();
    Authority { dir, certificate, issuer: Issuer::new(params, key) }
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn server_config(certificate: &Certificate, key: &KeyPair, clients: Option<&Certificate>) -> ServerConfig {
    let builder = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider()).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        }
    };
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    builder.with_single_cert(vec![certificate.der().clone()], key).unwrap()
}

impl Authority {
    fn sign(&self, names: &[&str]) -> (Certificate, KeyPair) {
        let names: Vec<String> = names.iter().map(|name| name.to_string()).collect();
        let key = KeyPair::generate().unwrap();
        (CertificateParams::new(names).unwrap().signed_by(&key, &self.issuer).unwrap(), key)
    }

    fn server(&self, names: &[&str]) -> Server {
        let (certificate, key) = self.sign(names);
        Server::start_with(Some(server_config(&certificate, &key, None)), |_, _| Reply::ok("private"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn trusted(&self) -> TlsOptions {
        TlsOptions { ca_file: Some(self.path("ca.pem")), ..TlsOptions::default() }
    }
}

fn get(url: &str, tls: TlsOptions) -> String {
    told(send(&context(settings(None)), &request(url).tls(tls)))
}

#[test]
fn authorities_are_trusted_where_somebody_says_so() {
    let authority = authority();
    let server = authority.server(&["127.0.0.1", "localhost"]);
    assert_eq!(get(&server.url("/"), authority.trusted()), "private");
    assert_eq!(get(&server.url_by_name("/"), authority.trusted()), "private");
    assert_eq!(get(&server.url("/"), TlsOptions { insecure: true, ..TlsOptions::default() }), "private");

    let failure = send(&context(settings(None)), &request(&server.url("/"))).unwrap_err();
    assert_eq!(failure.kind, Kind::Tls);
    let why = "no authority that is trusted here has signed the server's certificate";
    assert_eq!(failure.diagnostic.message, format!("cannot fetch `{}`: {why}", server.url("/")));

    // As SSL_CERT_FILE and SSL_CERT_DIR say it.
    let mut by_file = settings(None);
    by_file.trust.file = Some(authority.path("ca.pem"));
    assert_eq!(told(send(&context(by_file), &request(&server.url("/")))), "private");
    let mut by_dir = settings(None);
    by_dir.trust.dirs = Some(vec![PathBuf::from("/no/such"), authority.dir.path().to_owned()]);
    assert_eq!(told(send(&context(by_dir), &request(&server.url("/")))), "private");
    assert!(server.asked().iter().all(|asked| asked.target == "/"));
}

#[test]
fn a_certificate_is_for_its_host() {
    let authority = authority();
    let server = authority.server(&["host.example"]);
    let told = get(&server.url("/"), authority.trusted());
    assert!(told.ends_with("the server's certificate is for another host"), "{told}");
    assert_eq!(server.count(), 0);
}

/// `openssl req -x509` makes such certificates, and Go trusts them where they are named.
#[test]
fn what_somebody_signed_himself_is_trusted_by_name() {
    let dir = TempDir::new().unwrap();
    for is_ca in [IsCa::NoCa, IsCa::Ca(BasicConstraints::Unconstrained)] {
        let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        params.is_ca = is_ca;
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let ca_file = dir.path().join("own.pem");
        fs::write(&ca_file, certificate.pem()).unwrap();
        let server = Server::start_with(Some(server_config(&certificate, &key, None)), |_, _| Reply::ok("own"));
        let trusted = TlsOptions { ca_file: Some(ca_file), ..TlsOptions::default() };
        assert_eq!(get(&server.url("/"), trusted.clone()), "own");
        let told = get(&server.url_by_name("/"), trusted);
        assert!(told.ends_with("the server's certificate is for another host"), "{told}");
        let told = get(&server.url("/"), TlsOptions::default());
        assert!(told.starts_with("http-tls: "), "{told}");
    }
}

#[test]
fn who_asks_is_told_to_the_server_that_was_asked() {
    let authority = authority();
    let (certificate, key) = authority.sign(&["client"]);
    fs::write(authority.path("me.pem"), certificate.pem()).unwrap();
    fs::write(authority.path("me.key"), key.serialize_pem()).unwrap();
    let (certificate, key) = authority.sign(&["127.0.0.1"]);
    let config = || server_config(&certificate, &key, Some(&authority.certificate));
    let server = Server::start_with(Some(config()), |_, _| Reply::ok("hello you"));
    let to = server.url("/");
    let me = TlsOptions { identity: Some((authority.path("me.pem"), authority.path("me.key"))), ..authority.trusted() };
    assert_eq!(get(&server.url("/"), me.clone()), "hello you");
    let told = get(&server.url("/"), authority.trusted());
    assert!(!told.contains("hello"), "{told}");

    let elsewhere = Server::start_with(Some(config()), move |_, _| Reply::redirect(to.clone()));
    let told = get(&elsewhere.url("/"), me);
    assert!(!told.contains("hello"), "{told}");
}

#[test]
fn files_that_are_not_what_they_should_be_are_named() {
    let authority = authority();
    let server = authority.server(&["127.0.0.1"]);
    let (certificate, _) = authority.sign(&["client"]);
    fs::write(authority.path("me.pem"), certificate.pem()).unwrap();
    fs::write(authority.path("other.key"), KeyPair::generate().unwrap().serialize_pem()).unwrap();
    fs::write(authority.path("junk"), "junk").unwrap();
    let ca = |name: &str| TlsOptions { ca_file: Some(authority.path(name)), ..TlsOptions::default() };
    let identity = |certificate: &str, key: &str| TlsOptions {
        identity: Some((authority.path(certificate), authority.path(key))),
        ..authority.trusted()
    };
    let shown = |name: &str| authority.path(name).display().to_string();
    for (tls, why) in [
        (ca("none.pem"), format!("cannot read `{}`: no such file or directory", shown("none.pem"))),
        (ca("junk"), format!("cannot read `{}`: it holds no certificate", shown("junk"))),
        (identity("junk", "other.key"), format!("cannot read `{}`: it holds no certificate", shown("junk"))),
        (identity("me.pem", "junk"), format!("cannot read `{}`: it holds no private key", shown("junk"))),
        (identity("me.pem", "other.key"), format!("the certificate `{}` cannot be used with its key", shown("me.pem"))),
    ] {
        let told = get(&server.url("/"), tls);
        assert!(told.starts_with("http-local: ") && told.contains(&why), "{told}");
    }
    assert_eq!(server.count(), 0);
}

#[test]
fn no_way_leads_from_https_to_http() {
    let authority = authority();
    let plain = Server::always(|| Reply::ok("anybody's"));
    let to_plain = plain.url("/");
    let (certificate, key) = authority.sign(&["127.0.0.1"]);
    let config = server_config(&certificate, &key, None);
    let server = Server::start_with(Some(config), move |_, _| Reply::redirect(to_plain.clone()));
    let told = get(&server.url("/"), authority.trusted());
    assert!(told.starts_with("http-redirect: "), "{told}");
    assert_eq!(plain.count(), 0);

    // The other way is a good one.
    let server = authority.server(&["127.0.0.1"]);
    let to_server = server.url("/");
    let plain = Server::start(move |_, _| Reply::redirect(to_server.clone()));
    assert_eq!(get(&plain.url("/"), authority.trusted()), "private");
}

#[test]
fn large_answers_come_whole() {
    let authority = authority();
    let (certificate, key) = authority.sign(&["127.0.0.1"]);
    let body: Vec<u8> = (0..3_000_000u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    let sent = body.clone();
    let config = server_config(&certificate, &key, None);
    let server = Server::start_with(Some(config), move |_, _| Reply::ok(sent.clone()));
    let context = context(settings(None));
    let request: Request = request(&server.url("/")).tls(authority.trusted());
    for _ in 0..3 {
        assert!(send(&context, &request).unwrap().body == body);
    }
    assert_eq!(server.connections(), 1);
}
