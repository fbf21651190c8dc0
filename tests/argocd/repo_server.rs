//! The part of Argo CD's repo-server, and of its little server in the sidecar.
//!
//! Source: Argo CD 3, ReceiveRepoStream in util/cmp, runCommand in cmpserver/plugin/plugin.go, newEnv and getPluginEnvs
//! in reposerver/repository/repository.go.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::plugin::Plugin;
use crate::temp_dir::{TempDir, copy};

pub struct RepoServer {
    temp: TempDir,
    pub plugin: Plugin,
    streams: AtomicUsize,
}

/// A repository that was streamed into a fresh folder, and the application's folder in it.
pub struct App {
    top: PathBuf,
    path: String,
}

impl App {
    pub fn folder(&self) -> PathBuf {
        self.top.join(&self.path)
    }

    /// All files of the repository.
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        visit(&self.top, &mut |path| {
            let link = fs::read_link(path).map(|to| to.into_os_string().into_encoded_bytes());
            files.push((path.to_owned(), link.unwrap_or_else(|_| fs::read(path).unwrap())));
        });
        files.sort();
        files
    }
}

fn visit(folder: &Path, with: &mut impl FnMut(&Path)) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        match entry.file_type().unwrap().is_dir() {
            true => visit(&entry.path(), with),
            false => with(&entry.path()),
        }
    }
}

impl RepoServer {
    /// With a plugin whose file is at the project's top.
    pub fn new(plugin: &str) -> RepoServer {
        let server =
            RepoServer { temp: TempDir::new().unwrap(), plugin: Plugin::read(plugin), streams: AtomicUsize::new(0) };
        for folder in ["bin", "tmp"] {
            fs::create_dir(server.path(folder)).unwrap();
        }
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_kz"), server.path("bin/kz")).unwrap();
        server
    }

    /// A path of its own.
    pub fn path(&self, path: &str) -> PathBuf {
        self.temp.path().join(path)
    }

    /// Sends a repository into a fresh folder. All files arrive with the mode 0644, and links as they are: Argo CD itself
    /// refuses those that lead out of the repository, unless it is told not to.
    pub fn stream(&self, repository: &Path, path: &str) -> App {
        let number = self.streams.fetch_add(1, Ordering::Relaxed);
        let top = self.path(&format!("tmp/_cmp_server/{number}"));
        copy(repository, &top).unwrap();
        visit(&top, &mut |path| {
            if !path.is_symlink() {
                fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
            }
        });
        App { top, path: path.to_owned() }
    }

    /// A command as it is run for an application: in a group of its own, without a home, with nothing on stdin.
    pub fn command(&self, words: &[String], app: &App, environment: &[(&str, &str)]) -> Command {
        let (program, args) = words.split_first().expect("the plugin names this command");
        let mut command = Command::new(match program.as_str() {
            "kz" => self.path("bin/kz"),
            program => program.into(),
        });
        command.args(args).current_dir(app.folder()).process_group(0).stdin(Stdio::null());
        let path = std::env::var("PATH").unwrap_or_default();
        command.env_clear().env("PATH", format!("{}:{path}", self.path("bin").display()));
        command.env("TMPDIR", self.path("tmp")).env("ARGOCD_APP_NAME", "shop").env("ARGOCD_APP_SOURCE_PATH", &app.path);
        command.env("ARGOCD_APP_SOURCE_REPO_URL", "https://git.example.com/shop.git");
        command.env("ARGOCD_APP_SOURCE_TARGET_REVISION", "main").env("ARGOCD_APP_PARAMETERS", "null");
        command.envs(environment.iter().copied());
        command
    }

    pub fn run(&self, words: &[String], app: &App, environment: &[(&str, &str)]) -> Output {
        self.command(words, app, environment).output().unwrap()
    }

    /// Runs `init` and `generate`; gives what the second left, or the first where it fails.
    pub fn generate(&self, app: &App, environment: &[(&str, &str)]) -> Output {
        let cluster = [
            ("ARGOCD_APP_NAMESPACE", "shop-prod"),
            ("ARGOCD_APP_PROJECT_NAME", "default"),
            ("ARGOCD_APP_REVISION", "3f2a9c1d3f2a9c1d3f2a9c1d3f2a9c1d3f2a9c1d"),
            ("ARGOCD_APP_REVISION_SHORT", "3f2a9c1"),
            ("ARGOCD_APP_REVISION_SHORT_8", "3f2a9c1d"),
            ("KUBE_VERSION", "1.31.0"),
            ("KUBE_API_VERSIONS", "v1,apps/v1,apps/v1/Deployment"),
        ];
        let environment = [&cluster[..], environment].concat();
        let init = self.run(&self.plugin.init, app, &environment);
        if !init.status.success() {
            return init;
        }
        self.run(&self.plugin.generate, app, &environment)
    }

    /// What `generate` prints, without the newline at its end.
    pub fn manifests(&self, app: &App, environment: &[(&str, &str)]) -> String {
        let done = self.generate(app, environment);
        assert!(done.status.success(), "{}", text(&done.stderr));
        assert_eq!(text(&done.stderr), "");
        let manifests = text(&done.stdout);
        manifests.strip_suffix('\n').unwrap_or(manifests).to_owned()
    }

    /// What the dynamic command announces. Of the cluster and the revision nothing is told.
    pub fn announcements(&self, app: &App, environment: &[(&str, &str)]) -> (serde_json::Value, String) {
        let done = self.run(&self.plugin.dynamic, app, environment);
        assert!(done.status.success(), "{}", text(&done.stderr));
        (serde_json::from_slice(&done.stdout).unwrap(), text(&done.stderr).to_owned())
    }

    /// Starts `generate`, to be ended by its group.
    pub fn start(&self, app: &App) -> Child {
        let mut command = self.command(&self.plugin.generate, app, &[]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Whether nothing was made that only a home would have.
    pub fn is_home_missing(&self) -> bool {
        let names = fs::read_dir(self.temp.path()).unwrap().flatten().map(|entry| entry.file_name());
        names.filter(|name| name != "bin" && name != "tmp" && name != "repository").count() == 0
    }
}

pub fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}
