//! Which version of a chart is meant.
//!
//! Source: IndexFile.Get and isVersionRange in pkg/repo/v1/index.go.

use super::index::ChartVersion;
use crate::base::semver::{Constraints, Version};

/// What `--devel` stands for.
pub const DEVELOPMENT: &str = ">0.0.0-0";

/// The version that was found.
pub struct Choice<'v> {
    pub version: &'v ChartVersion,
    /// One version was asked for, and this is another one: `1.2` is 1.2.3, `v1.2.3` is 1.2.3.
    pub is_another: bool,
}

/// Chooses among versions, the newest of which comes first: the one that is named to the letter; else the first that
/// a constraint lets through; without a text the newest that is no prerelease.
///
/// Errors: what is wrong with the constraint. `None`: there is no such version.
pub fn choose<'v>(versions: &'v [ChartVersion], wanted: &str) -> Result<Option<Choice<'v>>, String> {
    let constraint = Constraints::new(if wanted.is_empty() { "*" } else { wanted })?;
    let exact = versions.iter().find(|version| !wanted.is_empty() && version.metadata.version == wanted);
    if let Some(version) = exact {
        return Ok(Some(Choice { version, is_another: false }));
    }
    let fits = |version: &&ChartVersion| {
        Version::new(&version.metadata.version).is_ok_and(|version| constraint.check(&version))
    };
    let is_another = !wanted.is_empty() && !is_range(wanted);
    Ok(versions.iter().find(fits).map(|version| Choice { version, is_another }))
}

/// Whether a text names one version and no other: what was found for it once is what it means for ever.
pub fn is_exact(wanted: &str) -> bool {
    Version::strict(wanted).is_ok()
}

/// Go: isVersionRange. Whether a text does not even look like one version.
fn is_range(wanted: &str) -> bool {
    if wanted.contains(['^', '~', '<', '>', '=', '!', '*']) || wanted.contains("||") || wanted.contains(" - ") {
        return true;
    }
    let core = wanted.split(['-', '+']).next().unwrap_or_default();
    core.contains(['x', 'X'])
}
