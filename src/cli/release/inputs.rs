//! What a revision was rendered from, as people know it.

use std::path::Path;

use kz::base::fs::{Witness, slashed};
use kz::base::hex;
use kz::kustomize::lock::Entries;
use kz::release::inputs::Read;
use sha2::{Digest, Sha256};

/// What was read while something was rendered: files by their paths from the working directory. What lies in the cache
/// was fetched, and `fetched` tells of it; where it does not, `target` came from there.
pub fn read(files: &Witness, fetched: &Entries, target: &str, working_dir: &Path, cache: Option<&Path>) -> Read {
    let mut read = Read::default();
    for (path, content) in files.files() {
        if !cache.is_some_and(|cache| path.starts_with(cache)) {
            read.files.insert(shown(&path, working_dir), content);
        } else if fetched.is_empty() {
            read.fetched.insert(super::record::shown(target), format!("sha256:{}", hex(&Sha256::digest(&content))));
        }
    }
    read.fetched.extend(fetched.iter().map(|(thing, pin)| (thing.to_string(), pin.to_string())));
    read
}

/// A path from the working directory, the same on every system.
fn shown(path: &Path, working_dir: &Path) -> String {
    let inside = slashed(path.strip_prefix(working_dir).unwrap_or(path));
    inside.strip_prefix("./").map(str::to_owned).unwrap_or(inside)
}
