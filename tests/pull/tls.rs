//! A certificate for the servers of a test, which is its own authority.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

/// Files with a certificate and its key.
pub struct Identity {
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// For servers of the test itself.
    pub config: ServerConfig,
}

impl Identity {
    pub fn new(folder: &Path, names: &[&str]) -> Identity {
        let key_pair = KeyPair::generate().unwrap();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let made = CertificateParams::new(names).unwrap().self_signed(&key_pair).unwrap();
        let (certificate, key) = (folder.join("ca.pem"), folder.join("key.pem"));
        fs::write(&certificate, made.pem()).unwrap();
        fs::write(&key, key_pair.serialize_pem()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.der().clone()], PrivateKeyDer::try_from(key_pair.serialize_der()).unwrap())
            .unwrap();
        Identity { certificate, key, config }
    }
}
