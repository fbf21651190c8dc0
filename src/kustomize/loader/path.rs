//! Paths as a person would type them.

use std::path::Path;

use crate::base::fs::slashed;

/// A path relative to the working directory where the two have more than the root in common, else
/// as it is. Both are absolute and clean.
pub fn display(working_dir: &Path, path: &Path) -> String {
    if path == working_dir {
        return ".".to_string();
    }
    let shared = working_dir.components().zip(path.components()).take_while(|(a, b)| a == b).count();
    let inside = shared == working_dir.components().count();
    if shared < 2 && !inside {
        return slashed(path);
    }
    let up = working_dir.components().skip(shared).map(|_| "..".to_string());
    let down = path.components().skip(shared).map(|c| c.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_where_that_is_natural() {
        let shown = |wd: &str, path: &str| display(Path::new(wd), Path::new(path));
        assert_eq!(shown("/home/me/repo", "/home/me/repo/app/k.yaml"), "app/k.yaml");
        assert_eq!(shown("/home/me/repo/app", "/home/me/repo/base/k.yaml"), "../base/k.yaml");
        assert_eq!(shown("/home/me/repo", "/home/me/repo"), ".");
        assert_eq!(shown("/home/me/repo", "/srv/k.yaml"), "/srv/k.yaml");
        assert_eq!(shown("/", "/srv/k.yaml"), "srv/k.yaml");
    }
}
