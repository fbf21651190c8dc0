//! Repositories and builds of them, in a folder that goes away with the test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::temp_dir::TempDir;

/// A ConfigMap of this name.
pub fn config_map(name: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n")
}

/// A folder for repositories and builds, with a home, settings of git and a cache of its own.
pub struct Bench {
    temp: TempDir,
    pub env: Vec<(String, String)>,
}

/// What a run left.
#[derive(Debug, PartialEq, Eq)]
pub struct Done {
    pub stdout: String,
    pub stderr: String,
    pub is_success: bool,
}

impl Bench {
    /// `None`, and a word about it, where there is no git.
    pub fn new() -> Option<Bench> {
        if Command::new("git").arg("--version").stdout(Stdio::null()).status().is_err() {
            eprintln!("skipped: there is no git");
            return None;
        }
        let temp = TempDir::new().unwrap();
        fs::create_dir(temp.path().join("home")).unwrap();
        fs::create_dir(temp.path().join("work")).unwrap();
        let config = "[user]\n\tname = n\n\temail = e@mail\n[init]\n\tdefaultBranch = main\n[protocol \"file\"]\n\tallow = always\n";
        fs::write(temp.path().join("home/.gitconfig"), config).unwrap();
        Some(Bench { temp, env: Vec::new() })
    }

    pub fn path(&self) -> &Path {
        self.temp.path()
    }

    /// The working directory of builds.
    pub fn work(&self) -> PathBuf {
        self.path().join("work")
    }

    pub fn cache(&self) -> PathBuf {
        self.path().join("cache")
    }

    /// Sets a variable of the environment of all that runs.
    pub fn set(&mut self, name: &str, value: &str) {
        self.env.push((name.to_owned(), value.to_owned()));
    }

    /// Writes files below a folder of the bench.
    pub fn write(&self, folder: &str, files: &[(&str, &str)]) {
        for (name, text) in files {
            let path = self.path().join(folder).join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    /// Runs git in a folder of the bench, and gives what it prints.
    pub fn git(&self, folder: &str, args: &[&str]) -> String {
        let mut command = Command::new("git");
        self.prepare(&mut command);
        let done = command.args(args).current_dir(self.path().join(folder)).output().unwrap();
        assert!(done.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap().trim_end().to_owned()
    }

    /// A repository with these files, in one commit more than before. Gives the commit's id.
    pub fn commit(&self, repository: &str, files: &[(&str, &str)]) -> String {
        let folder = self.path().join(repository);
        if !folder.exists() {
            fs::create_dir(&folder).unwrap();
            self.git(repository, &["init", "--quiet"]);
        }
        self.write(repository, files);
        self.git(repository, &["add", "--all"]);
        self.git(repository, &["commit", "--quiet", "--allow-empty", "--message", "change"]);
        self.git(repository, &["rev-parse", "HEAD"])
    }

    /// A repository that has what most tests need.
    pub fn usual(&self, repository: &str) -> String {
        self.commit(
            repository,
            &[
                ("kustomization.yaml", "resources:\n- top.yaml\n"),
                ("top.yaml", &config_map("top")),
                ("deploy/base/kustomization.yaml", "resources:\n- base.yaml\n"),
                ("deploy/base/base.yaml", &config_map("base")),
                ("deploy/prod/kustomization.yaml", "namePrefix: prod-\nresources:\n- ../base\n"),
                ("parts/label/kustomization.yaml", COMPONENT),
                ("other/large", &"large ".repeat(100_000)),
            ],
        )
    }

    /// Makes `work/kustomization.yaml`.
    pub fn kustomization(&self, text: &str) {
        self.write("work", &[("kustomization.yaml", text)]);
    }

    /// `file:///…/NAME`
    pub fn url(&self, repository: &str) -> String {
        format!("file://{}/{repository}", self.path().display())
    }

    /// Runs kz in the working directory.
    pub fn kz(&self, args: &[&str]) -> Done {
        self.done(self.command(args).output().unwrap())
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kz"));
        self.prepare(&mut command);
        command.args(args).current_dir(self.work()).env("KZ_CACHE_DIR", self.cache()).stdin(Stdio::null());
        command
    }

    pub fn done(&self, done: Output) -> Done {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&self.path().display().to_string(), "$TEMP");
        Done { stdout: text(&done.stdout), stderr: text(&done.stderr), is_success: done.status.success() }
    }

    /// Builds, and gives what is printed. With `KUSTOMIZE` it must be what kustomize prints.
    pub fn build(&self, args: &[&str]) -> String {
        let args = [&["build"][..], args].concat();
        let done = self.kz(&args);
        assert!(done.is_success, "kz {args:?}: {}", done.stderr);
        if let Some(reference) = self.reference(&args) {
            assert!(reference.is_success, "kustomize {args:?}: {}", reference.stderr);
            assert_eq!(done.stdout, reference.stdout);
        }
        done.stdout
    }

    /// Builds the working directory with these resources, and gives the names of what is printed.
    pub fn names(&self, resources: &[&str]) -> String {
        let entries: String = resources.iter().map(|resource| format!("- {resource}\n")).collect();
        self.kustomization(&format!("resources:\n{entries}"));
        names(&self.build(&["."]))
    }

    /// Builds what kz alone builds.
    pub fn names_of_kz(&self, args: &[&str]) -> String {
        let done = self.kz(&[&["build"][..], args].concat());
        assert!(done.is_success, "kz {args:?}: {}", done.stderr);
        names(&done.stdout)
    }

    /// Fails to build, and gives what is said. With `KUSTOMIZE` it must fail too.
    pub fn fails(&self, args: &[&str]) -> String {
        let args = [&["build"][..], args].concat();
        if let Some(reference) = self.reference(&args) {
            assert!(!reference.is_success, "kustomize {args:?}: {}", reference.stdout);
        }
        self.kz_fails(&args)
    }

    /// Fails, and gives what is said.
    pub fn kz_fails(&self, args: &[&str]) -> String {
        let done = self.kz(args);
        assert!(!done.is_success && done.stdout.is_empty(), "kz {args:?}: {}", done.stdout);
        done.stderr
    }

    /// What kustomize does, with `KUSTOMIZE`.
    pub fn reference(&self, args: &[&str]) -> Option<Done> {
        let mut command = Command::new(std::env::var_os("KUSTOMIZE")?);
        self.prepare(&mut command);
        Some(self.done(command.args(args).current_dir(self.work()).output().unwrap()))
    }

    fn prepare(&self, command: &mut Command) {
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.path().join("home")).envs(self.env.iter().map(|(name, value)| (name, value)));
    }

    /// All of the cache, for what must not be in it.
    pub fn cached_texts(&self) -> String {
        fn read(dir: &Path, into: &mut String) {
            for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
                let path = entry.path();
                into.push_str(&path.display().to_string());
                if path.is_dir() {
                    read(&path, into);
                } else if let Ok(bytes) = fs::read(path) {
                    into.push_str(&String::from_utf8_lossy(&bytes));
                }
            }
        }
        let mut texts = String::new();
        read(&self.cache(), &mut texts);
        texts
    }
}

const COMPONENT: &str =
    "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncommonAnnotations:\n  labelled: by-component\n";

/// Without the length of what is underlined, which depends on where the bench is.
pub fn underlined(text: &str) -> String {
    text.split_inclusive('\n').map(|line| if line.contains("^^") { "  | ^^^\n" } else { line }).collect()
}

/// The names of objects, in their order.
pub fn names(printed: &str) -> String {
    printed.lines().filter_map(|line| line.strip_prefix("  name: ")).collect::<Vec<_>>().join(" ")
}
