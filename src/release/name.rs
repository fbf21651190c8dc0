//! What releases and their revisions are called: `web`, `web@3`, `web@-1`, `web@sha256:ab12`, `web@2026-11-01`.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::base::{Diagnostic, Result};

/// Which revision of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// The newest.
    Latest,
    Number(u64),
    /// So many before the newest.
    Before(u64),
    /// The newest whose content hash begins so.
    Hash(String),
    /// The one that was the newest at that time.
    At(Timestamp),
    /// The last one that was marked so.
    Applied,
}

/// A release, and one of its revisions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub name: String,
    pub which: Which,
}

/// Digits of a hash that are enough to name one.
const FEWEST_DIGITS: usize = 4;

/// Checks a release's name: `[a-z0-9][a-z0-9.-]*`, and no more than a file's name may have.
pub fn check(name: &str) -> Result<()> {
    let is_right = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let starts = name.bytes().next().is_some_and(is_right);
    if starts && name.len() <= 200 && name.bytes().all(|b| is_right(b) || b == b'.' || b == b'-') {
        return Ok(());
    }
    Err(Diagnostic::new("release-name", format!("`{name}` cannot be the name of a release"))
        .help("a name is made of lower-case letters, digits, `.` and `-`, and starts with a letter or digit"))
}

impl Reference {
    /// Reads `NAME[@REVISION]`.
    ///
    /// Errors: no name, or no revision that it could be.
    pub fn parse(text: &str) -> Result<Reference> {
        let (name, which) = text.split_once('@').unwrap_or((text, "latest"));
        check(name)?;
        Ok(Reference { name: name.to_owned(), which: Which::parse(which)? })
    }
}

impl Which {
    /// Reads what stands behind the `@`.
    pub fn parse(text: &str) -> Result<Which> {
        if let Some(digits) = text.strip_prefix("sha256:") {
            let is_hash = (FEWEST_DIGITS..=64).contains(&digits.len())
                && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
            return if is_hash { Ok(Which::Hash(text.to_owned())) } else { Err(no_revision(text)) };
        }
        match text {
            "latest" => return Ok(Which::Latest),
            "applied" => return Ok(Which::Applied),
            _ => {}
        }
        if let Some(count) = text.strip_prefix('-').filter(|count| count.bytes().all(|b| b.is_ascii_digit())) {
            return count.parse().map(Which::Before).map_err(|_| no_revision(text));
        }
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            return match text.parse() {
                Ok(number @ 1..) => Ok(Which::Number(number)),
                _ => Err(no_revision(text)),
            };
        }
        let of_day = || {
            // All of the day counts.
            let next = text.parse::<Date>().ok()?.tomorrow().ok()?;
            let midnight = TimeZone::UTC.to_timestamp(next.to_datetime(jiff::civil::Time::midnight())).ok()?;
            midnight.checked_sub(jiff::SignedDuration::from_nanos(1)).ok()
        };
        let time = text.parse::<Timestamp>().ok().or_else(of_day);
        time.map(Which::At).ok_or_else(|| no_revision(text))
    }
}

fn no_revision(text: &str) -> Box<Diagnostic> {
    Diagnostic::new("release-revision", format!("`{text}` names no revision"))
        .help("`3`, `latest`, `-1` (the one before), `applied`, `sha256:…`, `2026-11-01` or `2026-11-01T12:00:00Z`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_have_many_names() {
        let which = |text: &str| Reference::parse(text).map(|reference| reference.which).ok();
        assert_eq!(which("web"), Some(Which::Latest));
        assert_eq!(which("web@latest"), Some(Which::Latest));
        assert_eq!(which("web@12"), Some(Which::Number(12)));
        assert_eq!(which("web@-1"), Some(Which::Before(1)));
        assert_eq!(which("web@applied"), Some(Which::Applied));
        assert_eq!(which("web@sha256:ab12"), Some(Which::Hash("sha256:ab12".to_owned())));
        let at = |text: &str| Some(Which::At(text.parse().expect("is a time")));
        assert_eq!(which("web@2026-11-01"), at("2026-11-01T23:59:59.999999999Z"));
        assert_eq!(which("web@2026-11-01T12:00:00+01:00"), at("2026-11-01T11:00:00Z"));
        for wrong in ["web@", "web@0", "web@x", "web@sha256:", "web@sha256:XY12", "web@99999999999999999999", "web@--1"]
        {
            assert_eq!(which(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn names_are_names_of_files_and_no_flags() {
        for name in ["web", "web-1.prod", "0"] {
            assert!(check(name).is_ok(), "{name}");
        }
        for name in ["", "-web", ".web", "..", "Web", "we/b", "we b", "wéb", &"a".repeat(201)] {
            assert!(check(name).is_err(), "{name}");
        }
    }
}
