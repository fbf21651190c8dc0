//! What every step of a build may use.

use std::path::PathBuf;
use std::sync::Mutex;

use super::lock::Lock;
use super::trail::Trail;
use crate::base::{FileSystem, Sources};
use crate::fetch;
use crate::gotmpl::World;

/// Shared by reference through a whole build.
pub struct Context<'a> {
    pub fs: &'a dyn FileSystem,
    pub sources: &'a Sources,
    pub options: &'a BuildOptions,
    pub fetch: &'a fetch::Context,
    /// What of the outside the build may use, where it is held to something.
    pub lock: &'a Lock,
    /// Where it is told what the build uses.
    pub trail: Option<&'a Trail>,
    /// Makes what templates of charts see of the machine.
    pub world: fn() -> World,
    /// What is to be said on stderr when the build is over, in order: deprecations, unused vars.
    pub notes: Mutex<Vec<String>>,
}

/// What the flags of `kz build` say.
#[derive(Clone, Debug, Default)]
pub struct BuildOptions {
    pub load_restrictor: LoadRestrictor,
    pub reorder: Reorder,
    /// `--enable-alpha-plugins`
    pub enable_plugins: bool,
    /// `--enable-exec`
    pub enable_exec: bool,
    /// `--enable-helm`
    pub enable_helm: bool,
    /// `--helm-kube-version`
    pub helm_kube_version: Option<String>,
    /// `--helm-api-versions`
    pub helm_api_versions: Vec<String>,
    /// `--helm-namespace-on`
    pub chart_namespace: ChartNamespace,
    /// `--enable-managedby-label`
    pub managed_by_label: bool,
    /// For container functions: `--as-current-user`, `--env`, `--mount`, `--network`.
    pub functions: FunctionOptions,
    /// The environment of the process, for plugins and charts.
    pub environment: Vec<(String, String)>,
    /// The absolute working directory.
    pub working_dir: PathBuf,
    /// The folder that the kustomizations of this machine and their charts do not lead out of, free of links; `None` where
    /// they may lead anywhere.
    pub boundary: Option<PathBuf>,
}

#[derive(Clone, Debug, Default)]
pub struct FunctionOptions {
    pub as_current_user: bool,
    pub env: Vec<String>,
    pub mounts: Vec<String>,
    pub network: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoadRestrictor {
    #[default]
    RootOnly,
    None,
}

/// What of charts the `namespace` of a kustomization is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChartNamespace {
    /// That of the release, which templates see; what they make of it stays. kustomize: 5.8.1.
    #[default]
    Release,
    /// That of the objects, after the templates. kustomize: 5.7.
    Objects,
}

/// `--reorder`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reorder {
    #[default]
    Unspecified,
    None,
    Legacy,
}

impl Context<'_> {
    /// Keeps something to say on stderr.
    pub fn note(&self, text: impl Into<String>) {
        self.notes.lock().unwrap_or_else(|e| e.into_inner()).push(text.into());
    }

    /// Keeps something to say that is said once, however often the build comes across it.
    pub fn note_once(&self, text: String) {
        let mut notes = self.notes.lock().unwrap_or_else(|e| e.into_inner());
        if !notes.contains(&text) {
            notes.push(text);
        }
    }

    /// A variable of the process's environment.
    pub fn env(&self, name: &str) -> Option<&str> {
        self.options.environment.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}
