//! `Chart.lock`: which versions the dependencies of a chart were found to be.
//!
//! Source: HashReq and HashV2Req in internal/resolver/resolver.go, writeLock in pkg/downloader/manager.go.
//!
//! **Invariant:** the file and its digest are Helm's to the byte, so that either tool takes the other's.

use std::fs;
use std::path::Path;

use super::files;
use crate::base::{Diagnostic, Result};
use crate::fetch::Digest;
use crate::gotmpl::Fault;
use crate::helm::metadata::{Dependency, Lock};
use crate::sprig::dates::{Time, Zone};

/// The digest of what Chart.yaml asks for and of what was found for it.
pub fn digest(wanted: Option<&[Dependency]>, locked: &[Dependency]) -> Result<String> {
    let json = || -> Result<Vec<u8>, Fault> {
        let wanted = wanted.map_or_else(|| Ok(b"null".to_vec()), list)?;
        Ok([&b"["[..], &wanted, b",", &list(locked)?, b"]"].concat())
    };
    json().map(|json| Digest::of(&json).to_string()).map_err(unwritable)
}

/// The digest that Helm 2 wrote into requirements.lock.
pub fn digest_of_helm_2(wanted: &[Dependency]) -> Result<String> {
    let json = list(wanted).map(|list| [&b"{\"dependencies\":"[..], &list, b"}"].concat());
    json.map(|json| Digest::of(&json).to_string()).map_err(unwritable)
}

fn list(dependencies: &[Dependency]) -> Result<Vec<u8>, Fault> {
    let mut out = vec![b'['];
    for dependency in dependencies {
        if out.len() > 1 {
            out.push(b',');
        }
        out.extend(dependency.to_json()?);
    }
    out.push(b']');
    Ok(out)
}

/// A time, in seconds and nanoseconds, as it stands in the file. `zone` is what `TZ` says.
pub fn time_stamp(now: (i64, u32), zone: &str) -> String {
    Time::now(now, Zone::local(zone)).rfc3339().unwrap_or_default()
}

/// The name of the file: charts of version v1 have an older one.
pub fn file_name(is_v1: bool) -> &'static str {
    if is_v1 { "requirements.lock" } else { "Chart.lock" }
}

/// Writes the file into the folder of a chart.
///
/// Errors: `chart-lock`: it is a link, or cannot be written.
pub fn write(folder: &Path, lock: &Lock, is_v1: bool) -> Result<()> {
    let path = folder.join(file_name(is_v1));
    let failed = |why: String| {
        Diagnostic::new("chart-lock", format!("cannot write `{}`: {why}", path.display()))
            .help("make the file one that you may write to")
    };
    // Helm: so that no chart makes somebody write into a file of theirs elsewhere.
    if fs::symlink_metadata(&path).is_ok_and(|data| data.is_symlink()) {
        return Err(failed("it is a symbolic link".to_owned()));
    }
    let text = lock.to_yaml().map_err(unwritable)?;
    files::replace(&path, &text, 0o644).map_err(|e| failed(e.to_string()))
}

fn unwritable(fault: Fault) -> Box<Diagnostic> {
    Diagnostic::new("chart-lock", format!("the dependencies cannot be written as JSON: {fault}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_place() {
        assert_eq!(time_stamp((1_700_000_000, 120_000_000), ""), "2023-11-14T22:13:20.12Z");
        assert_eq!(time_stamp((1_700_000_000, 0), "Asia/Kolkata"), "2023-11-15T03:43:20+05:30");
    }
}
