//! The digest of a folder's files.
//!
//! It is that of a list with a line for each file, sorted by path: the file's digest, two spaces, and its path. So it
//! can be had without kz: `find -L . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum`.

use std::path::Path;
use std::sync::Arc;

use crate::base::{Diagnostic, FileSystem, Result};
use crate::fetch::Digest;

/// Folders in each other; past that a link leads in a circle.
const MAX_DEPTH: usize = 64;
/// A chart has far fewer.
const MAX_FILES: usize = 100_000;

/// The digest of all files below a folder, also of those that links lead to.
///
/// Errors: `unreadable-file`.
pub fn digest(fs: &dyn FileSystem, folder: &Path) -> Result<Digest> {
    let line = |(path, text): (String, Arc<[u8]>)| format!("{}  ./{path}\n", Digest::of(&text).hex());
    let list: String = files(fs, folder)?.into_iter().map(line).collect();
    Ok(Digest::of(list.as_bytes()))
}

/// All files below a folder, sorted by their paths in it; also those that links lead to.
///
/// Errors: `unreadable-file`.
pub fn files(fs: &dyn FileSystem, folder: &Path) -> Result<Vec<(String, Arc<[u8]>)>> {
    let mut files = Vec::new();
    walk(fs, folder, "", 0, &mut files)?;
    files.sort_unstable();
    Ok(files)
}

fn walk(
    fs: &dyn FileSystem,
    folder: &Path,
    prefix: &str,
    depth: usize,
    files: &mut Vec<(String, Arc<[u8]>)>,
) -> Result<()> {
    let failed = |path: &Path, why: &dyn std::fmt::Display| {
        Diagnostic::new("unreadable-file", format!("`{}` cannot be read: {why}", path.display()))
            .help("see whether this user may read it")
    };
    if depth > MAX_DEPTH || files.len() > MAX_FILES {
        return Err(failed(folder, &"it holds too much to be a chart").help("see whether a link leads in a circle"));
    }
    for entry in fs.list(folder).map_err(|e| failed(folder, &e))? {
        let path = folder.join(&entry);
        if fs.is_dir(&path) {
            walk(fs, &path, &format!("{prefix}{entry}/"), depth + 1, files)?;
        } else {
            let content = fs.read(&path).map_err(|e| failed(&path, &e))?;
            files.push((format!("{prefix}{entry}"), content));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::fs::Memory;

    #[test]
    fn it_is_that_of_sha256sum() {
        let mut fs = Memory::new();
        fs.write("/c/b/x", "x\n");
        fs.write("/c/b-x", "x\n");
        fs.write("/c/a", "");
        let of = |text: &str| Digest::of(text.as_bytes()).hex();
        let list = format!("{}  ./a\n{}  ./b-x\n{}  ./b/x\n", of(""), of("x\n"), of("x\n"));
        assert_eq!(digest(&fs, Path::new("/c")).unwrap(), Digest::of(list.as_bytes()));
    }
}
