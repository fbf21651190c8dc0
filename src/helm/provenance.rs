//! Provenance: whether a chart's archive is what somebody has signed whose key is in a keyring.
//!
//! ```text
//! web-1.2.0.tgz.prov ──> text and signature ──> who signed ──> digests in the text ──> that of web-1.2.0.tgz
//!                        `cleartext`            `keyring`, `entity`, `signature`
//! ```
//!
//! Source: pkg/provenance/sign.go, VerifyChart in pkg/downloader/chart_downloader.go, and what these call of
//! github.com/ProtonMail/go-crypto/openpgp. Packets and mathematics are the `pgp` crate's; which keys and signatures
//! count is decided here, as Helm decides it.
//!
//! **Invariant:** the bytes that were verified are the bytes that are used.
//! **Not here:** where archive and provenance come from ([`crate::helm::pull`]).

mod armor;
mod cleartext;
mod entity;
mod keyring;
mod signature;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub use self::keyring::Keyring;
use crate::base::{Diagnostic, FileSystem, Result, Sources};
use crate::fetch::Digest;
use crate::helm::fields::{Fields, Rules, Slot, read_struct};
use crate::yaml::{ReadOptions, read};

/// A provenance file may have so many bytes.
pub const MAX_PROVENANCE: u64 = 8 << 20;

/// An archive on disk may have so many bytes.
const MAX_ARCHIVE: u64 = 128 << 20;

/// Who has signed an archive.
#[derive(Clone, Debug)]
pub struct Verification {
    /// The names that the key has.
    names: Vec<String>,
    /// In hexadecimal.
    fingerprint: String,
    digest: Digest,
}

/// As Helm tells of it.
impl fmt::Display for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.names.iter().try_for_each(|name| writeln!(f, "Signed by: {name}"))?;
        writeln!(f, "Using Key With Fingerprint: {}\nChart Hash Verified: {}", self.fingerprint, self.digest)
    }
}

/// Verifies an archive on disk by the provenance file beside it, and gives back the archive's bytes.
///
/// Errors: `provenance`: it is no archive, there is no such file, or as [`verify`]; `keyring`.
pub fn verify_file(
    fs: &dyn FileSystem,
    path: &Path,
    keyring: &Path,
    now: SystemTime,
) -> Result<(Vec<u8>, Verification)> {
    let shown = path.display();
    let wrong = |why: String| Diagnostic::new("provenance", why);
    let archives = "name the `.tgz` that was packed and signed";
    if fs.is_dir(path) {
        return Err(wrong("unpacked charts cannot be verified".to_owned()).help(archives));
    }
    if !fs.is_file(path) {
        return Err(wrong(format!("there is no file `{shown}`")).help(archives));
    }
    if !path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("tgz")) {
        return Err(wrong("chart must be a tgz file".to_owned()).help(archives));
    }
    let read = |path: &Path, most: u64| {
        let shown = path.display();
        match fs.read_within(path, most) {
            Ok(Some(text)) => Ok(text),
            Ok(None) => Err(wrong(format!("`{shown}` has more than {} MiB", most >> 20)).help("is it the right file?")),
            Err(e) => Err(wrong(format!("cannot read `{shown}`: {e}"))
                .help("a provenance file lies beside its archive: `helm package --sign` makes it")),
        }
    };
    let mut beside = path.as_os_str().to_owned();
    beside.push(".prov");
    let provenance = read(beside.as_ref(), MAX_PROVENANCE)?;
    let keyring = Keyring::read(fs, keyring)?;
    let archive = read(path, MAX_ARCHIVE)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let verification = verify(&archive, &provenance, &name, &keyring, now)?;
    Ok((archive.to_vec(), verification))
}

/// Verifies an archive that is called `name`. Go: Signatory.Verify.
///
/// Errors: `provenance`: the file is none, is not signed by a key of the keyring that counts, or is of another archive.
pub fn verify(
    archive: &[u8],
    provenance: &[u8],
    name: &str,
    keyring: &Keyring,
    now: SystemTime,
) -> Result<Verification> {
    let failed =
        |why: &str| Diagnostic::new("provenance", format!("the provenance file of `{name}` does not hold: {why}"));
    let block = cleartext::Block::find(provenance).ok_or_else(|| {
        failed("signature block not found")
            .help("it is a text between `-----BEGIN PGP SIGNED MESSAGE-----` and a signature")
    })?;
    let now = now.duration_since(UNIX_EPOCH).as_ref().map_or(0, Duration::as_secs);
    let entity = keyring.signer(&block, now).map_err(|why| {
        failed(&why)
            .help("`--keyring FILE` names the keys that are trusted; who keeps the chart knows with which it is signed")
    })?;
    let digest = Digest::of(archive);
    let files = sums(&block.text).map_err(|why| failed(&why).help("sign the chart anew: `helm package --sign`"))?;
    let Some(expected) = files.get(name) else {
        let others: Vec<String> = files.keys().map(|name| format!("`{name}`")).collect();
        let others = if others.is_empty() { "nothing".to_owned() } else { others.join(", ") };
        return Err(failed("provenance does not contain a SHA for it").help(format!("it vouches for {others}")));
    };
    if *expected != digest.to_string() {
        return Err(failed(&format!("sha256 sum does not match: the file says {expected}, the archive has {digest}"))
            .help("the archive is not the one that was signed: fetch it anew, and ask who keeps it"));
    }
    Ok(Verification { names: entity.names(), fingerprint: entity.fingerprint(), digest })
}

/// The digests of files, by their names: the second of the documents that were signed. Go: ParseMessageBlock.
fn sums(text: &[u8]) -> std::result::Result<BTreeMap<String, String>, String> {
    const END: &[u8] = b"\n...\n";
    let mut parts = memchr::memmem::find_iter(text, END).map(|at| at + END.len());
    let start = parts.next().ok_or("message block must have at least two parts")?;
    let end = parts.next().map_or(text.len(), |next| next - END.len());
    let second = text.get(start..end).unwrap_or_default();
    let sources = Sources::new();
    let source = sources.add("provenance", second);
    let documents = read(source, second, ReadOptions::config()).map_err(|error| error.message)?;
    let mut found = Sums::default();
    if let Some(root) = documents.into_iter().next().and_then(|document| document.root).filter(|root| !root.is_null()) {
        read_struct(&mut found, &root, Rules::Lenient).map_err(|error| error.message)?;
    }
    Ok(found.files.unwrap_or_default())
}

/// Go: SumCollection.
#[derive(Default)]
struct Sums {
    files: Option<BTreeMap<String, String>>,
    images: Option<BTreeMap<String, String>>,
}

impl Fields for Sums {
    fn fields(&mut self) -> Vec<(&'static str, Slot<'_>)> {
        vec![("files", Slot::Pairs(&mut self.files)), ("images", Slot::Pairs(&mut self.images))]
    }
}
