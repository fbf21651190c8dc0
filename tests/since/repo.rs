//! A repository with a history, in a folder that goes away with the test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::temp_dir::TempDir;

pub struct Repo {
    temp: TempDir,
    pub env: Vec<(&'static str, String)>,
}

/// What a run left.
#[derive(Debug)]
pub struct Done {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Repo {
    /// An empty one. `None`, and a word about it, where there is no git.
    pub fn new() -> Option<Repo> {
        if Command::new("git").arg("--version").stdout(Stdio::null()).status().is_err() {
            eprintln!("skipped: there is no git");
            return None;
        }
        let temp = TempDir::new().unwrap();
        fs::create_dir(temp.path().join("home")).unwrap();
        fs::create_dir(temp.path().join("repo")).unwrap();
        let config = "[user]\n\tname = n\n\temail = e@mail\n[init]\n\tdefaultBranch = main\n[protocol \"file\"]\n\tallow = always\n";
        fs::write(temp.path().join("home/.gitconfig"), config).unwrap();
        let repo = Repo { temp, env: Vec::new() };
        repo.git(&["init", "--quiet"]);
        Some(repo)
    }

    /// One as many teams have it: overlays on a base with a component, files for generators, and a chart.
    pub fn usual() -> Option<Repo> {
        let repo = Repo::new()?;
        repo.write(&[
            ("README.md", "# Shop\n"),
            ("base/kustomization.yaml", "resources: [web.yaml]\nconfigMapGenerator:\n- name: settings\n  files: [app.properties]\n"),
            ("base/web.yaml", DEPLOYMENT),
            ("base/app.properties", "colour=red\n"),
            ("components/debug/kustomization.yaml", "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n- path: patch.yaml\n"),
            ("components/debug/patch.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  paused: false\n"),
            ("overlays/dev/kustomization.yaml", "namePrefix: dev-\nresources: [../../base]\ncomponents: [../../components/debug]\n"),
            ("overlays/prod/kustomization.yaml", "namePrefix: prod-\nresources: [../../base]\npatches:\n- path: replicas.yaml\n"),
            ("overlays/prod/replicas.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 3\n"),
            ("lone/kustomization.yaml", "resources: [lone.yaml]\n"),
            ("lone/lone.yaml", &config_map("lone", "1")),
            ("charts/queue/Chart.yaml", "apiVersion: v2\nname: queue\nversion: 1.0.0\n"),
            ("charts/queue/values.yaml", "size: 1\n"),
            ("charts/queue/templates/queue.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: queue\ndata:\n  size: {{ .Values.size | quote }}\n"),
            ("charts/other/Chart.yaml", "apiVersion: v2\nname: other\nversion: 1.0.0\n"),
            ("charts/other/templates/other.yaml", &config_map("other", "1")),
            ("queue/kustomization.yaml", "helmGlobals: {chartHome: ../charts}\nhelmCharts:\n- name: queue\n  valuesFile: values.yaml\n"),
            ("queue/values.yaml", "size: 2\n"),
        ]);
        repo.commit("start");
        Some(repo)
    }

    pub fn path(&self) -> PathBuf {
        self.temp.path().join("repo")
    }

    /// The folder that holds it.
    pub fn around(&self) -> &Path {
        self.temp.path()
    }

    pub fn write(&self, files: &[(&str, &str)]) {
        for (name, text) in files {
            let path = self.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    pub fn remove(&self, name: &str) {
        let path = self.path().join(name);
        if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
    }

    pub fn git(&self, args: &[&str]) -> String {
        self.git_in(&self.path(), args)
    }

    pub fn git_in(&self, folder: &Path, args: &[&str]) -> String {
        let mut command = Command::new("git");
        self.prepare(&mut command);
        let done = command.args(args).current_dir(folder).output().unwrap();
        assert!(done.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap().trim_end().to_owned()
    }

    /// All that there is becomes a commit; gives its id.
    pub fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Runs kz at the top.
    pub fn kz(&self, args: &[&str]) -> Done {
        self.kz_in(&self.path(), args)
    }

    pub fn kz_in(&self, folder: &Path, args: &[&str]) -> Done {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kz"));
        self.prepare(&mut command);
        let done = command.args(args).current_dir(folder).stdin(Stdio::null()).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&self.around().display().to_string(), "$TEMP");
        Done { code: done.status.code().unwrap(), stdout: text(&done.stdout), stderr: text(&done.stderr) }
    }

    /// Compares at the top, and gives what is told in a line each: environments, then changes.
    pub fn told(&self, args: &[&str]) -> String {
        self.told_in("", args)
    }

    pub fn told_in(&self, folder: &str, args: &[&str]) -> String {
        let done = self.kz_in(&self.path().join(folder), &[&["diff", "--format", "json"][..], args].concat());
        assert!(!done.stdout.is_empty(), "{args:?}: {}", done.stderr);
        let report: Value = serde_json::from_str(&done.stdout).unwrap();
        let expected = match (&report["counts"]["failed"], &report["equal"]) {
            (Value::Number(failed), _) if failed.as_u64() != Some(0) => 2,
            (_, Value::Bool(true)) => 0,
            _ => 1,
        };
        assert_eq!(done.code, expected, "{args:?}: {}", done.stderr);
        told(&report)
    }

    fn prepare(&self, command: &mut Command) {
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.around().join("home")).env("GIT_CONFIG_NOSYSTEM", "1");
        // Where folders for tests are may be a repository.
        command.env("GIT_CEILING_DIRECTORIES", self.around());
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_DATE"), "2024-05-01T10:00:00Z");
        }
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
    }
}

fn told(report: &Value) -> String {
    let mut lines = String::new();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for environment in list(&report["environments"]) {
        let name = text(&environment["name"]);
        lines += &match environment["error"].as_str() {
            Some(error) => format!("{name}: {error}\n"),
            None => {
                format!("{name}: +{} ~{} -{}\n", environment["added"], environment["changed"], environment["removed"])
            }
        };
    }
    for change in list(&report["changes"]) {
        let fields: Vec<String> = list(&change["fields"]).iter().map(|field| text(&field["path"])).collect();
        lines += &format!("{} {} {}\n", text(&change["status"]), text(&change["object"]["title"]), fields.join(" "));
    }
    lines.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// A ConfigMap with one value.
pub fn config_map(name: &str, value: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  value: \"{value}\"\n")
}

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: web:1.0.0
        envFrom:
        - configMapRef: {name: settings}
";
