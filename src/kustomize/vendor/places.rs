//! Where in the copy things have their places.
//!
//! | What | Its place |
//! |---|---|
//! | what lies in the directory that is copied | the same |
//! | other paths of this machine | `vendored/up-2/base` for `../../base` |
//! | what lies in a repository | `vendored/HOST/REPOSITORY/COMMIT/PATH` |
//! | a file of a web server | `vendored/HOST/PATH` beside the kustomization that names it, which can read no other |
//!
//! **Invariant:** places are clean and start with `/`, the top of the copy.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use crate::base::Result;
use crate::base::fs::{clean, relative};
use crate::fetch::Digest;
use crate::kustomize::loader::RepoSpec;
use crate::kustomize::localize::places::{REMOTE, of_file, of_root};

/// The folder for what the copied directory has not.
const FOLDER: &str = "vendored";

/// So many digits of a commit tell it from others.
const ID: usize = 12;

pub struct Places {
    /// The directory that is copied.
    root: PathBuf,
    /// Roots of repositories on this machine, and their places.
    repositories: BTreeMap<PathBuf, PathBuf>,
}

impl Places {
    pub fn new(root: &Path) -> Places {
        Places { root: root.to_owned(), repositories: BTreeMap::new() }
    }

    pub fn add_repository(&mut self, spec: &RepoSpec, commit: &str, tree: &Path) {
        let reference = commit.get(..ID).unwrap_or(commit).to_owned();
        let place = of_root(&RepoSpec { reference, ..spec.clone() }, tree, tree);
        self.repositories.insert(tree.to_owned(), vendored(&place));
    }

    /// The place of a path.
    pub fn of(&self, path: &Path) -> PathBuf {
        if let Ok(inside) = path.strip_prefix(&self.root) {
            return clean(&Path::new("/").join(inside));
        }
        let of_repository =
            self.repositories.iter().find_map(|(tree, place)| Some((place, path.strip_prefix(tree).ok()?)));
        if let Some((place, inside)) = of_repository {
            return clean(&place.join(inside));
        }
        let way = relative(&self.root, path);
        let up = way.components().take_while(|part| *part == Component::ParentDir).count();
        let rest: PathBuf = way.components().skip(up).collect();
        clean(&Path::new("/").join(FOLDER).join(format!("up-{up}")).join(rest))
    }

    /// The place of a file of a web server that a kustomization in `root` names.
    ///
    /// Errors: `bad-url`.
    pub fn of_url(&self, root: &Path, url: &str) -> Result<PathBuf> {
        let place = vendored(&of_file(url)?);
        // What a query asks for may be another file each time.
        let query = url.split_once('?').map(|(_, query)| Digest::of(query.as_bytes()).hex());
        let query = query.as_deref().and_then(|hex| hex.get(..ID)).unwrap_or_default();
        let inside = place.strip_prefix(Path::new("/").join(FOLDER)).unwrap_or(&place);
        Ok(clean(&self.of(root).join(FOLDER).join(query).join(inside)))
    }
}

/// A place of a copy that `kz localize` makes, in the folder of this one.
fn vendored(place: &Path) -> PathBuf {
    clean(&Path::new("/").join(FOLDER).join(place.strip_prefix(REMOTE).unwrap_or(place)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_has_a_place() {
        let mut places = Places::new(Path::new("/srv/app/overlays/prod"));
        let spec = RepoSpec::parse("https://me@github.com/org/repo.git//deploy?ref=main").unwrap();
        places.add_repository(&spec, "0123456789abcdef", Path::new("/cache/t"));
        for (path, place) in [
            ("/srv/app/overlays/prod", "/"),
            ("/srv/app/overlays/prod/a/b.yaml", "/a/b.yaml"),
            ("/srv/app/base", "/vendored/up-2/base"),
            ("/srv/app/overlays/prod2", "/vendored/up-1/prod2"),
            ("/cache/t/deploy/x.yaml", "/vendored/github.com/org/repo/0123456789ab/deploy/x.yaml"),
        ] {
            assert_eq!(places.of(Path::new(path)), Path::new(place));
        }
        let of_url = |root: &str, url: &str| places.of_url(Path::new(root), url).unwrap();
        let root = "/srv/app/overlays/prod/a";
        assert_eq!(of_url(root, "https://me:pw@h:1/x/../y.yaml"), Path::new("/a/vendored/h/y.yaml"));
        assert_eq!(of_url(root, "https://h/y.yaml?test"), Path::new("/a/vendored/9f86d081884c/h/y.yaml"));
        assert_eq!(of_url("/srv/app/base", "http://h/y"), Path::new("/vendored/up-2/base/vendored/h/y"));
    }
}
