//! Versions and constraints as Masterminds/semver 3.5 reads and compares them, which Helm and sprig use.
//!
//! Why its own: what is a version (`1.2`, `v01.2`) and what a constraint lets through (`>1` without 1.5.0,
//! prereleases only where the constraint names one) is that library's, and no specification's.
//!
//! **Invariant:** parts of a version are bounded ([`MOST_VERSION`]), and prerelease and metadata are valid.
//! **Not here:** what templates see of a version.

mod constraint;
mod text;

use std::cmp::Ordering;
use std::fmt;

pub use constraint::Constraints;

/// The longest text that is read as a version.
const MOST_VERSION: usize = 256;

const INVALID: &str = "invalid semantic version";

/// A version.
#[derive(Clone, Debug)]
pub struct Version {
    pub major: u64,
    pub minor: u64,
    pub patch: u64,
    pre: String,
    metadata: String,
    original: String,
}

impl Version {
    /// semver: NewVersion. Minor and patch may be missing, a `v` may stand in front, and numbers may start
    /// with zeros. Errors: Go's text.
    pub fn new(text: &str) -> Result<Version, String> {
        limit(text)?;
        let (parts, rest) = text::version(text, |c| c.is_ascii_digit()).ok_or(INVALID)?;
        if !rest.is_empty() {
            return Err(INVALID.to_string());
        }
        let number = |text: &str| number(text).map_err(|error| format!("error parsing version segment: {error}"));
        let version = Version {
            major: number(parts.major)?,
            minor: parts.minor.map_or(Ok(0), number)?,
            patch: parts.patch.map_or(Ok(0), number)?,
            pre: parts.pre.unwrap_or_default().to_string(),
            metadata: parts.metadata.unwrap_or_default().to_string(),
            original: text.to_string(),
        };
        parts.pre.map_or(Ok(()), valid_prerelease)?;
        parts.metadata.map_or(Ok(()), valid_metadata)?;
        Ok(version)
    }

    /// semver: StrictNewVersion. Three numbers, nothing in front. Errors: Go's text.
    pub fn strict(text: &str) -> Result<Version, String> {
        if text.is_empty() {
            return Err("version string empty".to_string());
        }
        limit(text)?;
        let mut parts = text.splitn(3, '.');
        let (Some(major), Some(minor), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(INVALID.to_string());
        };
        let (rest, metadata) = rest.split_once('+').map_or((rest, None), |(rest, behind)| (rest, Some(behind)));
        metadata.map_or(Ok(()), valid_metadata)?;
        let (patch, pre) = rest.split_once('-').map_or((rest, None), |(rest, behind)| (rest, Some(behind)));
        pre.map_or(Ok(()), valid_prerelease)?;
        for part in [major, minor, patch] {
            if !part.bytes().all(|c| c.is_ascii_digit()) {
                return Err("invalid characters in version".to_string());
            }
            if starts_with_zero(part) {
                return Err(ZERO.to_string());
            }
        }
        Ok(Version {
            major: number(major)?,
            minor: number(minor)?,
            patch: number(patch)?,
            pre: pre.unwrap_or_default().to_string(),
            metadata: metadata.unwrap_or_default().to_string(),
            original: text.to_string(),
        })
    }

    pub fn prerelease(&self) -> &str {
        &self.pre
    }

    pub fn metadata(&self) -> &str {
        &self.metadata
    }

    /// The text that was read.
    pub fn original(&self) -> &str {
        &self.original
    }

    /// semver: Version.Compare. Metadata does not count.
    pub fn compare(&self, other: &Version) -> Ordering {
        let numbers = |v: &Version| (v.major, v.minor, v.patch);
        numbers(self).cmp(&numbers(other)).then_with(|| match (self.pre.as_str(), other.pre.as_str()) {
            ("", "") => Ordering::Equal,
            ("", _) => Ordering::Greater,
            (_, "") => Ordering::Less,
            (own, other) => compare_prerelease(own, other),
        })
    }

    /// semver: Version.IncMajor. Nothing where the number would overflow.
    pub fn next_major(&self) -> Option<Version> {
        Some(self.successor(self.major.checked_add(1)?, 0, 0))
    }

    /// semver: Version.IncMinor.
    pub fn next_minor(&self) -> Option<Version> {
        Some(self.successor(self.major, self.minor.checked_add(1)?, 0))
    }

    /// semver: Version.IncPatch. What follows a prerelease is its release.
    pub fn next_patch(&self) -> Option<Version> {
        let step = u64::from(self.pre.is_empty());
        Some(self.successor(self.major, self.minor, self.patch.checked_add(step)?))
    }

    /// semver: Version.SetPrerelease.
    pub fn with_prerelease(&self, pre: &str) -> Result<Version, String> {
        if !pre.is_empty() {
            valid_prerelease(pre)?;
        }
        Ok(Version { pre: pre.to_string(), ..self.clone() }.renamed())
    }

    /// semver: Version.SetMetadata.
    pub fn with_metadata(&self, metadata: &str) -> Result<Version, String> {
        if !metadata.is_empty() {
            valid_metadata(metadata)?;
        }
        Ok(Version { metadata: metadata.to_string(), ..self.clone() }.renamed())
    }

    fn successor(&self, major: u64, minor: u64, patch: u64) -> Version {
        let original = self.original.clone();
        Version { major, minor, patch, pre: String::new(), metadata: String::new(), original }.renamed()
    }

    /// With an original that is its text. Go: the `v` in front stays.
    fn renamed(self) -> Version {
        let v = if self.original.starts_with('v') { "v" } else { "" };
        Version { original: format!("{v}{self}"), ..self }
    }
}

/// semver: Version.String.
impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.pre.is_empty() {
            write!(f, "-{}", self.pre)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

const ZERO: &str = "version segment starts with 0";

fn limit(text: &str) -> Result<(), String> {
    match text.len() > MOST_VERSION {
        true => Err(format!("version string is too long (max {MOST_VERSION} bytes)")),
        false => Ok(()),
    }
}

fn number(digits: &str) -> Result<u64, String> {
    digits.parse().map_err(|_| {
        let why = if digits.is_empty() { "invalid syntax" } else { "value out of range" };
        format!("strconv.ParseUint: parsing \"{digits}\": {why}")
    })
}

fn starts_with_zero(digits: &str) -> bool {
    digits.len() > 1 && digits.starts_with('0')
}

fn valid_prerelease(text: &str) -> Result<(), String> {
    for part in text.split('.') {
        if !is_identifier(part) {
            return Err("invalid prerelease string".to_string());
        }
        if part.bytes().all(|c| c.is_ascii_digit()) && starts_with_zero(part) {
            return Err(ZERO.to_string());
        }
    }
    Ok(())
}

fn valid_metadata(text: &str) -> Result<(), String> {
    match text.split('.').all(is_identifier) {
        true => Ok(()),
        false => Err("invalid metadata string".to_string()),
    }
}

fn is_identifier(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(text::is_identifier)
}

/// semver: comparePrerelease. Part by part, a missing part is the smallest.
fn compare_prerelease(own: &str, other: &str) -> Ordering {
    let (mut own, mut other) = (own.split('.'), other.split('.'));
    loop {
        let order = match (own.next(), other.next()) {
            (None, None) => return Ordering::Equal,
            (a, b) => compare_part(a.unwrap_or_default(), b.unwrap_or_default()),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Numbers come before words. Go: a number that does not fit into 64 bits is a word.
fn compare_part(own: &str, other: &str) -> Ordering {
    match (own.parse::<u64>(), other.parse::<u64>()) {
        _ if own.is_empty() || other.is_empty() => own.len().cmp(&other.len()),
        (Ok(own), Ok(other)) => own.cmp(&other),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => own.cmp(other),
    }
}

#[cfg(test)]
mod tests;
