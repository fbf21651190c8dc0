//! What an application is: what lies in its folder.

use std::fmt;
use std::path::Path;

use kz::base::{Diagnostic, Result};

use crate::cli::target;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum App {
    Kustomization,
    Chart,
}

impl App {
    /// Argo CD: where a folder holds both, it is a kustomization.
    ///
    /// Errors: it holds neither.
    pub fn of(folder: &Path) -> Result<App> {
        if target::kustomization(folder).is_some() {
            return Ok(App::Kustomization);
        }
        if target::is_chart(folder) {
            return Ok(App::Chart);
        }
        Err(Diagnostic::new(
            "argocd-application",
            "the application's folder holds neither a kustomization file nor a Chart.yaml",
        )
        .help("see whether `spec.source.path` of the application is the folder that you mean"))
    }
}

impl fmt::Display for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            App::Kustomization => "kustomization",
            App::Chart => "chart",
        })
    }
}
