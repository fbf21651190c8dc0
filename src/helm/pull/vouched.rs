//! Archives that are fetched together with what vouches for them.
//!
//! Source: VerificationStrategy and DownloadTo in pkg/downloader/chart_downloader.go.
//!
//! **Invariant:** where an archive has to be verified and cannot be, nobody gets it.
//! **Not here:** what a signature must be like ([`crate::helm::provenance`]).

use std::path::Path;
use std::sync::Arc;

use super::Pulling;
use super::archive::{self, Archive};
use super::source::Source;
use crate::base::{Diagnostic, Result};
use crate::helm::provenance::{Keyring, Verification, verify};

/// What is asked of the provenance of an archive. The paths are those of keyrings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Check<'c> {
    /// Nobody asks for it.
    #[default]
    Never,
    /// It is fetched where there is one, and not looked into.
    Later,
    /// Where there is one it must hold.
    IfPossible(&'c Path),
    /// There must be one, and it must hold.
    Always(&'c Path),
}

/// What stands beside an archive: a signature over its digest.
pub enum Provenance {
    There(Arc<[u8]>),
    /// There is none, and why.
    Missing(String),
}

/// An archive with what was found out about it.
pub struct Pulled {
    pub archive: Archive,
    /// Where it was asked for.
    pub provenance: Option<Provenance>,
    pub verification: Option<Verification>,
}

impl Pulled {
    /// What Helm tells of the registry that an archive is from; it pulls once more for what vouches for it.
    pub fn origin(&self) -> String {
        let Some(origin) = &self.archive.origin else { return String::new() };
        let times = if matches!(self.provenance, Some(Provenance::There(_))) { 2 } else { 1 };
        origin.to_string().repeat(times)
    }
}

impl From<Archive> for Pulled {
    fn from(archive: Archive) -> Pulled {
        Pulled { archive, provenance: None, verification: None }
    }
}

/// The archive of a source.
///
/// Errors: those of fetching, `wrong-digest`; `provenance`, `keyring`.
pub fn fetch(pulling: &Pulling, source: &Source, check: Check) -> Result<Pulled> {
    let (archive, provenance) = archive::fetch(pulling, source, check != Check::Never)?;
    let verification = match (check, &provenance) {
        (Check::Never | Check::Later, _) | (_, None) => None,
        (Check::IfPossible(keyring) | Check::Always(keyring), Some(Provenance::There(text))) => {
            let keyring = Keyring::read(pulling.fs, keyring)?;
            Some(verify(&archive.content, text, &archive.file_name, &keyring, pulling.fetch.now())?)
        }
        (Check::IfPossible(_), Some(Provenance::Missing(_))) => None,
        (Check::Always(_), Some(Provenance::Missing(why))) => {
            let message = format!("failed to fetch the provenance file of `{}`: {why}", archive.file_name);
            return Err(Diagnostic::new("provenance", message)
                .help("ask who keeps the chart to sign it; without `--verify` it is taken as it is"));
        }
    };
    Ok(Pulled { archive, provenance, verification })
}
