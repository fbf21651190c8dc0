//! The digest of a folder's files.
//!
//! It is that of a list with a line for each file, sorted by path: the file's digest, two spaces, and its path. So it
//! can be had without kz: `find -L . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum`.

use std::path::Path;

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
    let mut lines = Vec::new();
    walk(fs, folder, ".", 0, &mut lines)?;
    lines.sort_unstable();
    let list: String = lines.into_iter().map(|(path, hex)| format!("{hex}  {path}\n")).collect();
    Ok(Digest::of(list.as_bytes()))
}

fn walk(fs: &dyn FileSystem, folder: &Path, name: &str, depth: usize, lines: &mut Vec<(String, String)>) -> Result<()> {
    let failed = |path: &Path, why: &dyn std::fmt::Display| {
        Diagnostic::new("unreadable-file", format!("`{}` cannot be read: {why}", path.display()))
            .help("see whether this user may read it")
    };
    if depth > MAX_DEPTH || lines.len() > MAX_FILES {
        return Err(failed(folder, &"it holds too much to be a chart").help("see whether a link leads in a circle"));
    }
    for entry in fs.list(folder).map_err(|e| failed(folder, &e))? {
        let (path, name) = (folder.join(&entry), format!("{name}/{entry}"));
        if fs.is_dir(&path) {
            walk(fs, &path, &name, depth + 1, lines)?;
        } else {
            let content = fs.read(&path).map_err(|e| failed(&path, &e))?;
            lines.push((name, Digest::of(&content).hex()));
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
