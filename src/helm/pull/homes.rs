//! Where Helm's files are.
//!
//! Source: pkg/helmpath, pkg/cli/environment.go.

use std::path::{Path, PathBuf};

/// The files that are shared with Helm. A path is empty where nobody says where it is and there is no home directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Homes {
    /// `repositories.yaml`
    pub repositories: PathBuf,
    /// The folder of the cached indexes.
    pub indexes: PathBuf,
    /// The credentials of registries.
    pub registries: PathBuf,
    /// Those that docker keeps.
    pub docker: PathBuf,
}

impl Homes {
    /// By the variables of the environment: Helm's own, those of XDG, `HOME`.
    ///
    /// Unlike Helm, nothing is looked for in the working directory where there is no `HOME`.
    pub fn of_environment(variable: &dyn Fn(&str) -> Option<String>) -> Homes {
        // Go: LookupEnv. What is set and empty counts.
        let named = |name: &str, other: PathBuf| variable(name).map_or(other, PathBuf::from);
        let home = |helm: &str, xdg: &str, below: &[&str], path: &str| {
            let is_given = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
            let base = is_given(helm)
                .or_else(|| is_given(xdg).map(|base| base.join("helm")))
                .or_else(|| Some(below.iter().fold(is_given("HOME")?, |path, part| path.join(part)).join("helm")));
            base.map_or_else(PathBuf::new, |base| base.join(path))
        };
        let config = |path: &str| home("HELM_CONFIG_HOME", "XDG_CONFIG_HOME", CONFIG, path);
        let cache = |path: &str| home("HELM_CACHE_HOME", "XDG_CACHE_HOME", CACHE, path);
        Homes {
            repositories: named("HELM_REPOSITORY_CONFIG", config("repositories.yaml")),
            indexes: named("HELM_REPOSITORY_CACHE", cache("repository")),
            registries: named("HELM_REGISTRY_CONFIG", config("registry/config.json")),
            docker: Homes::docker(variable),
        }
    }

    /// Docker's file. ORAS: getDockerConfigPath.
    pub fn docker(variable: &dyn Fn(&str) -> Option<String>) -> PathBuf {
        let is_given = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let folder = is_given("DOCKER_CONFIG").or_else(|| Some(is_given("HOME")?.join(".docker")));
        folder.map_or_else(PathBuf::new, |folder| folder.join("config.json"))
    }

    /// The cached index of a repository. Go: CacheIndexFile.
    pub fn index(&self, repository: &str) -> PathBuf {
        self.cached(repository, "index.yaml")
    }

    /// The list of the names in it. Go: CacheChartsFile.
    pub fn charts(&self, repository: &str) -> PathBuf {
        self.cached(repository, "charts.txt")
    }

    fn cached(&self, repository: &str, file: &str) -> PathBuf {
        let separator = if repository.is_empty() { "" } else { "-" };
        self.indexes.join(format!("{repository}{separator}{file}"))
    }

    /// Whether nobody says where a file is.
    pub fn is_nowhere(path: &Path) -> bool {
        path.as_os_str().is_empty()
    }
}

const CONFIG: &[&str] = if cfg!(target_os = "macos") { &["Library", "Preferences"] } else { &[".config"] };
const CACHE: &[&str] = if cfg!(target_os = "macos") { &["Library", "Caches"] } else { &[".cache"] };

#[cfg(test)]
mod tests {
    use super::*;

    fn homes(variables: &[(&str, &str)]) -> Homes {
        Homes::of_environment(&|name| {
            variables.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned())
        })
    }

    // Expectations: `helm env` of Helm 4.3.1 on Linux.
    #[test]
    #[cfg(target_os = "linux")]
    fn the_environment_says_where_the_files_are() {
        let paths = |variables: &[(&str, &str)]| {
            let homes = homes(variables);
            [homes.repositories, homes.indexes].map(|path| path.display().to_string())
        };
        let home = ("HOME", "/h");
        assert_eq!(paths(&[home]), ["/h/.config/helm/repositories.yaml", "/h/.cache/helm/repository"]);
        let xdg = [home, ("XDG_CONFIG_HOME", "/c"), ("XDG_CACHE_HOME", "")];
        assert_eq!(paths(&xdg), ["/c/helm/repositories.yaml", "/h/.cache/helm/repository"]);
        let helm = [home, ("XDG_CONFIG_HOME", "/c"), ("HELM_CONFIG_HOME", "/hc"), ("HELM_CACHE_HOME", "/hx")];
        assert_eq!(paths(&helm), ["/hc/repositories.yaml", "/hx/repository"]);
        let own = [home, ("HELM_REPOSITORY_CONFIG", "r.yaml"), ("HELM_REPOSITORY_CACHE", "/x")];
        assert_eq!(paths(&own), ["r.yaml", "/x"]);
        assert!(Homes::is_nowhere(&homes(&[]).repositories));
    }

    #[test]
    fn cached_files_have_the_name_of_their_repository() {
        let homes = Homes { indexes: "/x".into(), ..Homes::default() };
        assert_eq!(homes.index("a"), Path::new("/x/a-index.yaml"));
        assert_eq!(homes.charts(""), Path::new("/x/charts.txt"));
    }
}
