//! The certificates of the authorities that this machine trusts.
//!
//! Source: crypto/x509/root_unix.go and root_linux.go.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::{Trust, certificates_of, unreadable};

/// The first that can be read counts.
const FILES: [&str; 6] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// All of these count.
const DIRS: [&str; 2] = ["/etc/ssl/certs", "/etc/pki/tls/certs"];

/// The certificates of one file, which are all that is trusted then.
pub(super) fn of_file(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    certificates_of(path).map_err(|why| unreadable(path, &why))
}

/// All that this machine trusts, each once. What cannot be read is not trusted.
pub(super) fn of_machine(trust: &Trust) -> Vec<CertificateDer<'static>> {
    if let (true, Some(native)) = (trust.file.is_none() && trust.dirs.is_none(), of_system_store()) {
        return native;
    }
    let files = trust.file.as_ref().map_or_else(|| FILES.map(PathBuf::from).to_vec(), |file| vec![file.clone()]);
    let dirs = trust.dirs.clone().unwrap_or_else(|| DIRS.map(PathBuf::from).to_vec());
    let (mut seen, mut found) = (HashSet::new(), Vec::new());
    let first = files.iter().find_map(|file| std::fs::read(file).ok());
    let others = dirs.iter().flat_map(|dir| entries(dir)).filter_map(|file| std::fs::read(file).ok());
    for text in first.into_iter().chain(others) {
        let certificates = CertificateDer::pem_slice_iter(&text).filter_map(Result::ok);
        found.extend(certificates.filter(|certificate| seen.insert(certificate.clone())));
    }
    found
}

/// The files of a directory, but for links to other files of it.
fn entries(dir: &Path) -> Vec<PathBuf> {
    let is_other_name = |path: &Path| std::fs::read_link(path).is_ok_and(|target| target.components().count() == 1);
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| !is_other_name(path)).collect()
}

/// Systems that have no files.
#[cfg(any(target_os = "macos", windows))]
fn of_system_store() -> Option<Vec<CertificateDer<'static>>> {
    Some(rustls_native_certs::load_native_certs().certs)
}

#[cfg(not(any(target_os = "macos", windows)))]
fn of_system_store() -> Option<Vec<CertificateDer<'static>>> {
    None
}
