//! Whom to trust, and as whom to speak.
//!
//! **Invariant:** certificates are read when the first connection over TLS is made, and not before.

mod roots;
mod verify;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

/// Where the certificates of the authorities are that this machine trusts. The default: where the system has them.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// `SSL_CERT_FILE`: instead of the system's file.
    pub file: Option<PathBuf>,
    /// `SSL_CERT_DIR`: instead of the system's directories.
    pub dirs: Option<Vec<PathBuf>>,
}

/// What is said of TLS for a server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TlsOptions {
    /// The authorities to trust instead of the machine's. Helm: `--ca-file`.
    pub ca_file: Option<PathBuf>,
    /// Who asks: a certificate and its key, in PEM. Helm: `--cert-file`, `--key-file`.
    pub identity: Option<(PathBuf, PathBuf)>,
    /// Any certificate will do. Helm: `--insecure-skip-tls-verify`.
    pub insecure: bool,
}

impl TlsOptions {
    /// For a server that is not to know who asks.
    pub(crate) fn without_identity(self) -> TlsOptions {
        TlsOptions { identity: None, ..self }
    }
}

/// All that connections need. Errors: a file that cannot be read, a key that does not fit; for messages.
pub(super) fn client_config(options: &TlsOptions, trust: &Trust) -> Result<ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?;
    let builder = if options.insecure {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(verify::Anything::new(provider)))
    } else {
        let certificates = match &options.ca_file {
            Some(file) => roots::of_file(file)?,
            None => roots::of_machine(trust),
        };
        if certificates.is_empty() {
            return Err("this machine has no certificates of authorities to trust".to_owned());
        }
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(certificates.iter().cloned());
        let verifier = verify::OfRoots::new(store, certificates, provider)?;
        builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
    };
    match &options.identity {
        None => Ok(builder.with_no_client_auth()),
        Some((certificate, key)) => {
            let chain = certificates_of(certificate).map_err(|why| unreadable(certificate, &why))?;
            let key = PrivateKeyDer::from_pem_file(key).map_err(|e| unreadable(key, &pem_reason(e)))?;
            builder
                .with_client_auth_cert(chain, key)
                .map_err(|e| format!("the certificate `{}` cannot be used with its key: {e}", certificate.display()))
        }
    }
}

fn unreadable(path: &Path, why: &str) -> String {
    format!("cannot read `{}`: {why}", path.display())
}

/// The certificates of a PEM file, at least one.
fn certificates_of(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let text = std::fs::read(path).map_err(|e| io_reason(&e))?;
    let found: Vec<_> = CertificateDer::pem_slice_iter(&text).filter_map(Result::ok).collect();
    if found.is_empty() { Err("it holds no certificate".to_owned()) } else { Ok(found) }
}

fn pem_reason(error: rustls::pki_types::pem::Error) -> String {
    match error {
        rustls::pki_types::pem::Error::Io(e) => io_reason(&e),
        rustls::pki_types::pem::Error::NoItemsFound => "it holds no private key".to_owned(),
        _ => "it is not in the form PEM".to_owned(),
    }
}

fn io_reason(error: &io::Error) -> String {
    super::http::reason(error)
}
