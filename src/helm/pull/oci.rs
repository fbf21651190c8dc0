//! Charts of registries: which tag is meant, its manifest, and the archive among the layers of that.
//!
//! ```text
//! reference, version ──> tag or digest ──> manifest ──> layers: archive, provenance
//!                        `tags`            `manifest`
//! ```
//!
//! Source: ValidateReference and Pull in pkg/registry/client.go, ResolveChartVersion in
//! pkg/downloader/chart_downloader.go.
//!
//! **Invariant:** manifests and layers have the digests that they are asked for by. What an exact version was found
//! to be is not asked for again.
//! **Not here:** how a registry is asked ([`super::registry`]).

mod manifest;
mod tags;

use std::fmt;
use std::sync::Arc;

pub use self::tags::all as versions;
use super::Pulling;
use super::access::Access;
use super::archive::Archive;
use super::once::Onces;
use super::registry::Registry;
use super::registry::reference::{Reference, is_tag, tag_of};
use super::vouched::Provenance;
use crate::base::semver::Version;
use crate::base::{Diagnostic, Result};
use crate::fetch::Digest;

/// A chart of a registry that somebody asks for.
#[derive(Clone)]
pub struct Wanted {
    /// `oci://host/charts/web`, with or without tag and digest.
    pub reference: String,
    /// A version, a constraint, or an empty text for the newest. `None`: the reference says it, whatever its tag is.
    pub version: Option<String>,
    pub access: Access,
}

/// What registries have said in this process.
#[derive(Default)]
pub struct Memo {
    tags: Onces<Arc<[String]>>,
    manifests: Onces<(Arc<[u8]>, Digest)>,
}

/// What an archive of a registry is there.
#[derive(Clone)]
pub struct Origin {
    /// `host/charts/web:1.2.0`
    pub reference: String,
    /// That of the manifest.
    pub digest: Digest,
    /// The archive has the media type of old.
    pub is_legacy: bool,
}

/// As Helm tells of it.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_legacy {
            writeln!(f, "Warning: chart media type {} is deprecated", manifest::OLD_CHART)?;
        }
        writeln!(f, "Pulled: {}\nDigest: {}", self.reference, self.digest)
    }
}

/// The archive of a chart, and where it is asked for the file that vouches for it.
///
/// Errors: `oci-reference`, `chart-not-found`, `oci-manifest`, `registry-*`, `wrong-digest`, those of fetching.
pub fn fetch(pulling: &Pulling, wanted: &Wanted, with_provenance: bool) -> Result<(Archive, Option<Provenance>)> {
    let reference = Reference::parse(&wanted.reference)?;
    let registry = registry(pulling, &wanted.access, &reference)?;
    let scope = format!("repository:{}:pull", reference.repository);
    let chart = Chart { pulling, registry, scope };
    let (reference, file_name) = chart.resolve(reference.clone(), wanted.version.as_deref().map(str::trim))?;
    let manifest = chart.manifest(&reference)?;
    let content = chart.layer(&reference, "chart", &manifest.chart)?;
    // Helm tells of what somebody names.
    let origin = wanted.version.is_some().then(|| Origin {
        reference: reference.to_string(),
        digest: manifest.digest,
        is_legacy: manifest.is_legacy,
    });
    let archive = Archive { content, digest: manifest.chart.digest, file_name, origin };
    let provenance = match (&manifest.provenance, with_provenance) {
        (_, false) => None,
        (Some(layer), true) => Some(Provenance::There(chart.layer(&reference, "provenance", layer)?)),
        (None, true) => {
            Some(Provenance::Missing(format!("manifest does not contain a layer with mediatype {}", manifest::PROV)))
        }
    };
    Ok((archive, provenance))
}

fn registry<'r>(pulling: &'r Pulling, access: &'r Access, reference: &'r Reference) -> Result<Registry<'r>> {
    Registry::new(pulling.fetch, pulling.homes, &pulling.registries, access, &reference.host)
}

/// The repository of a registry that holds the versions of one chart.
struct Chart<'c> {
    pulling: &'c Pulling<'c>,
    registry: Registry<'c>,
    scope: String,
}

impl Chart<'_> {
    /// The reference of one manifest, and what its archive is called. Go: ValidateReference.
    fn resolve(&self, mut reference: Reference, version: Option<&str>) -> Result<(Reference, String)> {
        let wrong = |why: String| Diagnostic::new("oci-reference", why);
        let is_meant = version.is_none() && reference.tag.is_some();
        let version = version.unwrap_or_default();
        let version = match (&reference.tag, version) {
            (Some(tag), "") => tag.clone(),
            (Some(tag), version) if tag != version => {
                return Err(wrong(format!("chart reference and version mismatch: {version} is not {tag}"))
                    .help("leave one of them out"));
            }
            (_, version) => version.to_owned(),
        };
        let name = reference.name().to_owned();
        if let Some(digest) = reference.digest {
            if !version.is_empty() {
                self.check_tag(&reference, &version, digest)?;
            }
            reference.tag = None;
            return Ok((reference, format!("{name}@sha256-{}.tgz", digest.hex())));
        }
        let version = match Version::new(&version) {
            Ok(_) => version,
            Err(_) if is_meant => version,
            Err(_) => tags::choose(self, &reference, &version)?,
        };
        if !is_tag(&tag_of(&version)) {
            return Err(wrong(format!("`{version}` cannot be the version of a chart in a registry"))
                .help("versions have letters, digits, `.`, `-` and `+`, and at most 128 characters"));
        }
        let file_name = format!("{name}-{}.tgz", if is_meant { tag_of(&version) } else { version.clone() });
        Ok((Reference { tag: Some(version), ..reference }, file_name))
    }

    /// Where there is a tag beside a digest both must mean the same; the tag need not be there.
    fn check_tag(&self, reference: &Reference, tag: &str, digest: Digest) -> Result<()> {
        let tagged = Reference { tag: Some(tag.to_owned()), digest: None, ..reference.clone() };
        match self.manifest_of_tag(&tagged, tag) {
            Ok((_, found)) if found != digest => Err(Diagnostic::new(
                "wrong-digest",
                format!("chart reference digest mismatch: {found} is not {digest}"),
            )
            .help(format!("the tag `{tag}` is of another chart than the digest: leave one of them out"))),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}
