//! What Argo CD says of an application and its cluster, beside the parameters.
//!
//! What it has no word for is there and empty; of dynamic parameters neither the cluster nor the revision is told.

use std::path::{Path, PathBuf};

use kz::base::{Diagnostic, Result};

/// Looks into the environment.
#[derive(Clone, Copy)]
pub struct Server<'e> {
    environment: &'e [(String, String)],
}

impl<'e> Server<'e> {
    pub fn new(environment: &'e [(String, String)]) -> Server<'e> {
        Server { environment }
    }

    fn variable(self, name: &str) -> Option<&'e str> {
        let found = self.environment.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        found.filter(|value| !value.is_empty())
    }

    /// The name of a chart's release. Argo CD: that of the application; one that is not in Argo CD's own namespace is
    /// known as `NAMESPACE_NAME`, which no release can be called.
    ///
    /// Errors: nobody says it.
    pub fn release(self) -> Result<String> {
        let name = self.variable("ARGOCD_APP_NAME").ok_or_else(|| {
            Diagnostic::new("argocd-application", "`ARGOCD_APP_NAME` is not set, and a chart's release needs a name")
                .help("Argo CD sets it; set it by hand to try a chart: `ARGOCD_APP_NAME=web kz argocd generate`")
        })?;
        Ok(name.split_once('_').map_or(name, |(_, name)| name).to_owned())
    }

    /// The namespace of a chart's release. Helm: without one it is `default`.
    pub fn namespace(self) -> String {
        self.variable("ARGOCD_APP_NAMESPACE").unwrap_or("default").to_owned()
    }

    pub fn kube_version(self) -> Option<String> {
        self.variable("KUBE_VERSION").map(str::to_owned)
    }

    pub fn api_versions(self) -> Vec<String> {
        let list = self.variable("KUBE_API_VERSIONS").unwrap_or_default();
        list.split(',').filter(|version| !version.is_empty()).map(str::to_owned).collect()
    }

    /// Whether nobody names a folder for the indexes of chart repositories.
    pub fn keeps_no_indexes(self) -> bool {
        ["HELM_REPOSITORY_CACHE", "HELM_CACHE_HOME"].iter().all(|name| self.variable(name).is_none())
    }

    /// Whose passwords git may have: the address of the repository, where Argo CD's own program hands out its credentials.
    pub fn passwords_of(self) -> Option<String> {
        self.variable("ARGOCD_GIT_ASKPASS_NONCE")?;
        Some(self.variable("ARGOCD_APP_SOURCE_REPO_URL").unwrap_or_default().to_owned())
    }

    /// The top of the repository around an application's folder; the folder itself where it does not lie as is told. `None`
    /// by hand: nobody says that it is in a repository.
    pub fn repository(self, folder: &Path) -> Option<PathBuf> {
        // Argo CD: charts of chart repositories have no path.
        let path = self.variable("ARGOCD_APP_SOURCE_PATH");
        let path = path.or_else(|| self.variable("ARGOCD_APP_SOURCE_REPO_URL").and(Some("")))?;
        let path: PathBuf = Path::new(path).components().filter(|part| *part != std::path::Component::CurDir).collect();
        let top = folder.ends_with(&path).then(|| folder.ancestors().nth(path.components().count())).flatten();
        Some(top.unwrap_or(folder).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<T>(name: &str, value: &str, ask: impl Fn(Server) -> T) -> T {
        ask(Server::new(&[(name.to_owned(), value.to_owned())]))
    }

    #[test]
    fn the_release_is_the_application() {
        let release = |name| with("ARGOCD_APP_NAME", name, |server| server.release().ok());
        assert_eq!(release("shop").as_deref(), Some("shop"));
        assert_eq!(release("team-a_shop").as_deref(), Some("shop"));
        assert_eq!(release(""), None);
    }

    #[test]
    fn the_repository_is_around_the_folder() {
        let repository = |name, value, folder: &str| with(name, value, |server| server.repository(Path::new(folder)));
        let top = |path, folder| repository("ARGOCD_APP_SOURCE_PATH", path, folder).unwrap().display().to_string();
        assert_eq!(top("apps/shop", "/repo/apps/shop"), "/repo");
        assert_eq!(top("./apps/shop/", "/repo/apps/shop"), "/repo");
        assert_eq!(top(".", "/repo"), "/repo");
        assert_eq!(top("other/shop", "/repo/apps/shop"), "/repo/apps/shop");
        assert_eq!(top("../shop", "/repo/apps/shop"), "/repo/apps/shop");
        let url = "https://charts.example.com";
        assert_eq!(repository("ARGOCD_APP_SOURCE_REPO_URL", url, "/repo"), Some("/repo".into()));
        assert_eq!(repository("ARGOCD_APP_NAME", "shop", "/repo"), None);
    }

    #[test]
    fn versions_are_told_with_commas_between() {
        let versions = |list| with("KUBE_API_VERSIONS", list, |server| server.api_versions());
        assert_eq!(versions("v1,apps/v1,apps/v1/Deployment"), ["v1", "apps/v1", "apps/v1/Deployment"]);
        assert_eq!(versions(""), Vec::<String>::new());
    }
}
