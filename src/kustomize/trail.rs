//! What a build uses, step by step: for those who make a copy that builds to the same.
//!
//! **Invariant:** whoever follows a build changes nothing of it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::kustomization::Text;
use super::loader::{File, RepoSpec};

/// What was used so far, in the order of threads.
#[derive(Debug, Default)]
pub struct Trail(Mutex<Vec<Step>>);

/// How a kustomization names something.
#[derive(Clone, Debug)]
pub struct Named {
    /// The directory of the kustomization; absolute.
    pub root: PathBuf,
    pub text: Text,
}

/// All paths are absolute.
#[derive(Clone, Debug)]
pub enum Step {
    /// A commit of a repository, of which `tree` is the root.
    Repository {
        spec: RepoSpec,
        commit: String,
        tree: PathBuf,
    },
    /// A kustomization file.
    Kustomization {
        path: PathBuf,
        file: File,
    },
    File {
        by: Named,
        file: File,
    },
    /// The directory of a base or a component.
    Folder {
        by: Named,
        root: PathBuf,
    },
    Chart {
        /// The chart home, which is empty where nothing is said.
        by: Named,
        home: PathBuf,
        folder: PathBuf,
        /// With their paths in the chart's folder.
        files: Vec<(String, Arc<[u8]>)>,
    },
}

impl Trail {
    pub fn add(&self, step: Step) {
        self.0.lock().unwrap_or_else(|e| e.into_inner()).push(step);
    }

    pub fn into_steps(self) -> Vec<Step> {
        self.0.into_inner().unwrap_or_else(|e| e.into_inner())
    }
}

impl Named {
    pub fn new(root: &Path, text: &Text) -> Named {
        Named { root: root.to_owned(), text: text.clone() }
    }
}
