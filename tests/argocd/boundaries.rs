//! An application neither reads nor writes outside of its repository: beside that lie the repositories of others, and the
//! sidecar's own files.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::http_backend;
use crate::project;
use crate::repo_server::{App, RepoServer, text};
use crate::temp_dir::copy;

/// What nobody but another application may see.
const OTHERS: &str = "hunter2";

/// The repository of another application: a kustomization, charts, a file of values, and git's own files.
fn others(server: &RepoServer) -> App {
    let repository = server.path("others");
    let write = |path: &str, text: &str| write(&repository, path, text);
    write("kustomization.yaml", "configMapGenerator:\n- name: others\n  literals: [password=hunter2]\n");
    write("values.yaml", "password: hunter2\n");
    write("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n");
    write("charts/web/templates/cm.yaml", "kind: ConfigMap\napiVersion: v1\nmetadata: {name: hunter2}\n");
    let app = server.stream(&repository, ".");
    let git = |words: &[&str]| {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=me", "-c", "user.email=me@example.com"]).args(words).current_dir(app.folder());
        assert!(git.output().unwrap().status.success(), "{words:?}");
    };
    git(&["init", "-q", "-b", "main"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "start"]);
    app
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// An application in `apps/web` of a repository that `make` fills.
fn app(server: &RepoServer, make: impl Fn(&Path)) -> App {
    let repository: PathBuf = server.path("repository");
    if repository.exists() {
        fs::remove_dir_all(&repository).unwrap();
    }
    make(&repository);
    server.stream(&repository, "apps/web")
}

/// None of the commands shows what the others have, and all of them that fail say one of the codes.
fn assert_refused(server: &RepoServer, app: &App, codes: &[&str]) {
    let with_flag = [&server.plugin.generate[..], &["--load-restrictor=LoadRestrictionsNone".to_owned()]].concat();
    for words in [&server.plugin.generate, &with_flag, &server.plugin.dynamic] {
        let done = server.run(words, app, &[]);
        let said = format!("{}{}", text(&done.stdout), text(&done.stderr));
        assert!(!said.contains(OTHERS), "{words:?}: {said}");
        if words[2] == "generate" {
            assert_eq!((done.status.code(), text(&done.stdout)), (Some(1), ""), "{words:?}: {said}");
            assert!(codes.iter().any(|code| said.starts_with(&format!("error[{code}]"))), "{words:?}: {said}");
        }
    }
}

#[test]
fn a_kustomization_uses_its_repository_alone() {
    let server = RepoServer::new("plugin.yaml");
    let others = others(&server);
    let others = others.folder();
    let name = others.file_name().unwrap().to_str().unwrap();
    let cases = [
        (format!("resources: [../../../{name}]\n"), "outside-repository"),
        (format!("components: [../../../{name}]\n"), "outside-repository"),
        (format!("resources: [link/../../../../{name}]\n"), "outside-repository"),
        ("resources: [link]\n".to_owned(), "outside-repository"),
        (format!("resources: ['file://{}?ref=main']\n", others.display()), "outside-repository"),
        (
            format!("helmCharts: [{{name: web, version: 0.1.0, repo: 'git+file://{}@charts'}}]\n", others.display()),
            "outside-repository",
        ),
        ("configMapGenerator: [{name: a, files: [link/values.yaml]}]\n".to_owned(), "no-such-file"),
        (
            format!("helmCharts: [{{name: web}}]\nhelmGlobals: {{chartHome: ../../../{name}/charts}}\n"),
            "chart-not-found",
        ),
        (
            format!("helmCharts: [{{name: web}}]\nhelmGlobals: {{chartHome: {}/charts}}\n", others.display()),
            "chart-not-found",
        ),
        ("helmCharts: [{name: web}]\nhelmGlobals: {chartHome: link/charts}\n".to_owned(), "chart-not-found"),
        ("helmCharts: [{name: own}]\n".to_owned(), "chart-file"),
    ];
    for (file, code) in &cases {
        let app = app(&server, |repository| {
            write(repository, "apps/web/kustomization.yaml", file);
            write(repository, "apps/web/charts/own/Chart.yaml", "apiVersion: v2\nname: own\nversion: 0.1.0\n");
            symlink(others.join("values.yaml"), repository.join("apps/web/charts/own/values.yaml")).unwrap();
            symlink(&others, repository.join("apps/web/link")).unwrap();
        });
        assert_refused(&server, &app, &[code, "outside-root"]);
    }
    // What lies beside it in the repository is there.
    let app = app(&server, |repository| {
        write(repository, "base/kustomization.yaml", "configMapGenerator: [{name: a, literals: [a=b]}]\n");
        write(repository, "apps/web/kustomization.yaml", "resources: [../../base]\n");
    });
    assert!(server.manifests(&app, &[]).contains("  a: b\n"));
}

#[test]
fn a_chart_uses_its_repository_alone() {
    let server = RepoServer::new("plugin.yaml");
    let others = others(&server).folder();
    let chart = |repository: &Path| copy(&project("testdata/argocd/chart/in"), &repository.join("apps/web")).unwrap();
    let links = [
        ("values.yaml", "values.yaml"),
        ("files/values.yaml", "values.yaml"),
        ("templates/cm.yaml", "charts/web/templates/cm.yaml"),
        ("charts", "charts"),
    ];
    for (from, to) in links {
        let app = app(&server, |repository| {
            chart(repository);
            let from = repository.join("apps/web").join(from);
            fs::create_dir_all(from.parent().unwrap()).unwrap();
            fs::remove_file(&from).ok();
            symlink(others.join(to), from).unwrap();
        });
        assert_refused(&server, &app, &["chart-file"]);
    }
    // A link within the repository is as good as the file.
    let app = app(&server, |repository| {
        chart(repository);
        write(repository, "shared.yaml", "replicas: 7\nimage: {name: registry.example/web, tag: '1'}\n");
        fs::remove_file(repository.join("apps/web/values.yaml")).unwrap();
        symlink("../../shared.yaml", repository.join("apps/web/values.yaml")).unwrap();
    });
    assert!(text(&server.generate(&app, &[]).stdout).contains("  replicas: 7\n"));
}

/// `init` puts archives into `charts/`, and removes those that are outdated.
#[test]
fn what_a_chart_lacks_is_written_into_its_repository_alone() {
    let server = RepoServer::new("plugin.yaml");
    let others = others(&server);
    let with = |repository: &Path, dependency: &str| {
        write(repository, "lib/Chart.yaml", "apiVersion: v2\nname: lib\nversion: 0.1.0\n");
        let file = format!("apiVersion: v2\nname: shop\nversion: 0.1.0\ndependencies:\n- {{{dependency}}}\n");
        write(repository, "apps/web/Chart.yaml", &file);
    };
    let lib = "name: lib, version: 0.1.0, repository: 'file://../../lib'";
    let foreign = format!("name: web, version: 0.1.0, repository: 'file://{}/charts/web'", others.folder().display());
    let of_git = format!("name: web, version: 0.1.0, repository: 'git+file://{}@charts'", others.folder().display());
    let before = others.files();
    type Make<'m> = &'m dyn Fn(&Path);
    let cases: [Make; 4] = [
        &|repository| {
            with(repository, lib);
            symlink(others.folder().join("charts"), repository.join("apps/web/charts")).unwrap();
        },
        &|repository| {
            with(repository, lib);
            write(repository, "apps/web/.helmignore", "charts\n");
            symlink(others.folder().join("charts"), repository.join("apps/web/charts")).unwrap();
        },
        &|repository| with(repository, &foreign),
        &|repository| with(repository, &of_git),
    ];
    for (number, make) in cases.iter().enumerate() {
        let app = app(&server, make);
        let done = server.run(&server.plugin.init, &app, &[]);
        assert_eq!((done.status.code(), text(&done.stdout)), (Some(1), ""), "{number}: {}", text(&done.stderr));
        assert_eq!(others.files(), before, "{number}");
        assert!(!app.folder().join("charts/web-0.1.0.tgz").exists());
    }
}

/// What a server has, and what was fetched from it, is no file of the sidecar.
#[test]
fn charts_and_values_come_from_git_servers() {
    let server = RepoServer::new("plugin.yaml");
    let site = http_backend::serve(&others(&server).folder());
    let url = |path: &str| format!("git+{}@{path}", site.url("/.git"));
    let file =
        "apiVersion: v2\nname: shop\nversion: 0.1.0\ndependencies:\n- {name: web, version: 0.1.0, repository: 'URL'}\n";
    let app = app(&server, |repository| {
        write(repository, "apps/web/Chart.yaml", &file.replace("URL", &url("charts")));
        write(
            repository,
            "apps/web/templates/cm.yaml",
            "kind: ConfigMap\nmetadata: {name: '{{ .Values.password }}'}\n",
        );
    });
    let parameters = format!(r#"[{{"name":"values-files","array":["{}"]}}]"#, url("values.yaml"));
    let manifests = server.manifests(&app, &[("ARGOCD_APP_PARAMETERS", &parameters)]);
    assert!(manifests.contains("# Source: shop/charts/web/templates/cm.yaml\n"), "{manifests}");
    assert!(manifests.contains("metadata: {name: 'hunter2'}"), "{manifests}");
}

/// Beside the sidecar's own files the folders of other applications lie outside.
#[test]
fn files_of_values_come_from_the_repository_alone() {
    let server = RepoServer::new("plugin.yaml");
    let repository = server.path("repository");
    copy(&project("testdata/argocd/chart/in"), &repository.join("apps/web")).unwrap();
    fs::write(repository.join("shared.yaml"), "replicas: 7\n").unwrap();
    fs::write(server.path("tmp/others.yaml"), "replicas: 8\n").unwrap();
    std::os::unix::fs::symlink(server.path("tmp/others.yaml"), repository.join("link.yaml")).unwrap();
    let app = server.stream(&repository, "apps/web");
    let with = |path: &str| {
        let parameters = format!(r#"[{{"name":"values-files","array":["{path}"]}}]"#);
        server.generate(&app, &[("ARGOCD_APP_PARAMETERS", &parameters)])
    };
    for path in ["../../shared.yaml", "/shared.yaml"] {
        assert!(text(&with(path).stdout).contains("  replicas: 7\n"), "{path}");
    }
    let absolute = server.path("tmp/others.yaml").display().to_string();
    for path in ["../../link.yaml", "../../../../others.yaml", &absolute, &format!("file://{absolute}"), "-"] {
        let refused = with(path);
        let told =
            format!("error[argocd-parameter]: `values-files` names `{path}`, and the repository has no such file\n");
        assert!(text(&refused.stderr).starts_with(&told), "{}", text(&refused.stderr));
        assert!(refused.stdout.is_empty());
    }
}
