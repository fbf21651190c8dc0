//! Called as `kustomize` or `helm`, kz answers as they do. The calls are those of Argo CD's repo-server
//! (util/kustomize/kustomize.go and util/helm/cmd.go of its sources).
#![cfg(unix)]

#[path = "support/temp_dir.rs"]
mod temp_dir;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use temp_dir::{TempDir, copy};

/// A checkout of the examples, and links to kz.
struct Server {
    temp: TempDir,
}

impl Server {
    fn new() -> Server {
        let server = Server { temp: TempDir::new().unwrap() };
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"), &server.app("")).unwrap();
        fs::create_dir(server.temp.path().join("bin")).unwrap();
        for name in ["kustomize", "helm", "kubectl-kz"] {
            std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_kz"), server.temp.path().join("bin").join(name)).unwrap();
        }
        server
    }

    fn app(&self, path: &str) -> PathBuf {
        self.temp.path().join("app").join(path)
    }

    /// Runs a tool in a folder as Argo CD does: with homes of its own, and nothing on stdin.
    fn run(&self, folder: &str, words: &[&str]) -> Output {
        let (tool, args) = words.split_first().unwrap();
        let mut command = Command::new(self.temp.path().join("bin").join(tool));
        command.args(args).current_dir(self.app(folder)).stdin(Stdio::null()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        for (name, path) in [("CACHE", "cache"), ("CONFIG", "config"), ("DATA", "data")] {
            command.env(format!("XDG_{name}_HOME"), self.temp.path().join(path));
        }
        command.env("HELM_CONFIG_HOME", self.temp.path().join("config"));
        command.output().unwrap()
    }

    fn ok(&self, folder: &str, words: &[&str]) -> String {
        let output = self.run(folder, words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

/// kustomize: words beside the flags of `create` have no effect.
#[test]
fn create_passes_over_words_as_kustomize_does() {
    let server = Server::new();
    fs::create_dir(server.app("new")).unwrap();
    server.ok("new", &["kustomize", "create", "--namespace", "staging", "word"]);
    let made = fs::read_to_string(server.app("new/kustomization.yaml")).unwrap();
    assert_eq!(made, "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: staging\n");
}

/// Formats: kustomize 5.8.1 and helm 4.3.1 themselves.
#[test]
fn versions_are_told_as_the_tools_tell_them() {
    let server = Server::new();
    let told = |words: &[&str]| server.ok("", words);
    assert_eq!(told(&["kustomize", "version"]), "v5.8.1\n");
    assert_eq!(told(&["kustomize", "version", "--short"]), "{v5.8.1  unknown   }\n");
    let json: serde_json::Value = serde_json::from_str(&told(&["kustomize", "version", "-o", "json"])).unwrap();
    assert_eq!(json["version"], "v5.8.1");
    assert!(told(&["kustomize", "version", "-o", "yaml"]).starts_with("version: v5.8.1\ngitCommit: unknown\n"));
    assert_eq!(told(&["helm", "version", "--client", "--short"]), "v4.3.1\n");
    assert_eq!(told(&["helm", "version", "--template", "{{ .Version }}"]), "v4.3.1");
    assert!(told(&["helm", "version"]).starts_with("version.BuildInfo{Version:\"v4.3.1\", GitCommit:\"\""));
    assert!(told(&["kubectl-kz", "version"]).starts_with("kz "));
}

#[test]
fn what_kz_has_not_is_an_error_that_says_so() {
    let server = Server::new();
    for (words, has) in
        [(["kustomize", "cfg"], "`localize`"), (["helm", "install"], "`template`"), (["helm", "build"], "`show`")]
    {
        let output = server.run("", &words);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), &b""[..]), "{words:?}");
        assert!(told.contains(&format!("has no `{}`", words.join(" "))) && told.contains(has), "{told}");
    }
}

#[test]
fn argo_cd_builds_kustomizations() {
    let server = Server::new();
    let prod = "hello/overlays/prod";
    let dir = server.app(prod);
    let plain = server.ok(prod, &["kustomize", "build", dir.to_str().unwrap()]);
    assert_eq!(plain, fs::read_to_string(server.app("hello/expected.yaml")).unwrap());
    for words in [
        &["edit", "set", "nameprefix", "--", "a-"][..],
        &["edit", "set", "namesuffix", "--", "-z"],
        &["edit", "set", "image", "registry.example/shop=registry.example/other:2", "nginx@sha256:0123"],
        &["edit", "set", "replicas", "shop=7"],
        &["edit", "add", "label", "--force", "--without-selector", "--include-templates", "team:a", "tier:b"],
        &["edit", "add", "annotation", "--force", "note:yes"],
        &["edit", "set", "namespace", "--", "other"],
    ] {
        assert_eq!(server.ok(prod, &[&["kustomize"], words].concat()), "", "{words:?}");
    }
    let options = ["--enable-helm", "--helm-kube-version", "1.34.0", "--helm-api-versions", "a/v1"];
    let built = server.ok(prod, &[&["kustomize", "build", dir.to_str().unwrap()][..], &options].concat());
    for line in [
        "  name: a-shop-z\n",
        "  namespace: other\n",
        "        image: registry.example/other:2\n",
        "  replicas: 7\n",
        "    team: a\n",
        "    note: \"yes\"\n",
    ] {
        assert!(built.contains(line), "{line}{built}");
    }
}

#[test]
fn argo_cd_renders_charts() {
    let server = Server::new();
    fs::write(server.temp.path().join("values.yaml"), "replicas: 9\n").unwrap();
    let values = server.temp.path().join("values.yaml");
    let rendered =
        server.ok(
            "chart",
            &[
                &[
                    "helm",
                    "template",
                    ".",
                    "--name-template",
                    "shop",
                    "--namespace",
                    "prod",
                    "--kube-version",
                    "1.34.0",
                ][..],
                &["--set", "a=b", "--set-string", "c=1", "--values", values.to_str().unwrap()],
                &["--api-versions", "v1", "--api-versions", "apps/v1", "--include-crds", "--skip-tests"],
                &["--skip-schema-validation"],
            ]
            .concat(),
        );
    assert!(rendered.starts_with("---\n# Source: "), "{rendered}");
    assert!(server.ok("chart", &["helm", "show", "chart", "."]).contains("name: "));
    server.ok("chart", &["helm", "show", "values", "."]);
    server.ok("chart", &["helm", "dependency", "build"]);
    assert!(!server.app("chart/Chart.lock").exists(), "nothing is written that was not asked for");
}
