//! kz as a plugin of Argo CD: `plugin.yaml` and `plugin-discovery.yaml` are read, and their commands run as Argo CD's
//! servers read and run them. What `generate` prints is held to the reference tools by the cases of `testdata/argocd`.
#![cfg(unix)]

#[allow(dead_code, reason = "other tests make more of it")]
#[path = "../remote/bench.rs"]
mod bench;
#[allow(dead_code, reason = "other tests make more of it")]
#[path = "../remote/http_backend.rs"]
mod http_backend;
#[allow(dead_code, reason = "other tests make more of it")]
#[path = "../fetch/server.rs"]
mod server;
#[path = "../support/temp_dir.rs"]
mod temp_dir;

mod announcements;
mod boundaries;
mod credentials;
mod plugin;
mod repo_server;

use std::fs;
use std::path::Path;

use plugin::Plugin;
use repo_server::{RepoServer, text};

/// A path from the top of the project.
fn project(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[test]
fn an_application_is_generated_from_a_copy_of_its_repository() {
    let server = RepoServer::new("plugin.yaml");
    let app = server.stream(&project("examples"), "hello/overlays/prod");
    let before = app.files();
    let manifests = server.manifests(&app, &[]);
    assert_eq!(manifests + "\n", fs::read_to_string(project("examples/hello/expected.yaml")).unwrap());
    // Parameters are not written into it, and there was no home to write to.
    let parameters =
        r#"[{"name":"images","array":["registry.example/shop:9"]},{"name":"replicas","map":{"shop":"9"}}]"#;
    let changed = server.manifests(&app, &[("ARGOCD_APP_PARAMETERS", parameters)]);
    assert!(changed.contains("image: registry.example/shop:9\n") && changed.contains("replicas: 9\n"), "{changed}");
    assert_eq!(app.files(), before);
    assert!(server.is_home_missing());
}

/// The chart names another that lies in the same repository, as helm's `file://` has it.
#[test]
fn what_a_chart_lacks_is_fetched_before() {
    let server = RepoServer::new("plugin.yaml");
    let repository = server.path("repository");
    let write = |path: &str, text: &str| {
        let path = repository.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("lib/Chart.yaml", "apiVersion: v2\nname: lib\nversion: 0.1.0\n");
    write("lib/templates/cm.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-lib\n");
    let dependency = "dependencies:\n- name: lib\n  version: 0.1.0\n  repository: file://../lib\n";
    write("web/Chart.yaml", &format!("apiVersion: v2\nname: web\nversion: 0.1.0\n{dependency}"));
    let app = server.stream(&repository, "web");
    let manifests = server.manifests(&app, &[]);
    assert!(manifests.contains("# Source: web/charts/lib/templates/cm.yaml\n"), "{manifests}");
    assert!(manifests.ends_with("  name: shop-lib"), "{manifests}");

    // The same from a chart repository. There need be no home, and no home that can be written to.
    let site = server.path("tmp/site");
    temp_dir::copy(&app.folder().join("charts"), &site).unwrap();
    let index = "apiVersion: v1\nentries:\n  lib:\n  - {name: lib, version: 0.1.0, urls: [lib-0.1.0.tgz]}\n";
    fs::write(site.join("index.yaml"), index).unwrap();
    let site = http_backend::serve_files(site);
    let file = fs::read_to_string(repository.join("web/Chart.yaml")).unwrap();
    write("web/Chart.yaml", &file.replace("file://../lib", &site.url("")));
    let (no_folder, cache) = (server.path("bin/kz").display().to_string(), server.path("tmp/kz").display().to_string());
    for environment in [&[][..], &[("HOME", no_folder.as_str()), ("KZ_CACHE_DIR", &cache)]] {
        let from_site = server.stream(&repository, "web");
        let done = server.run(&server.plugin.init, &from_site, environment);
        assert!(done.status.success(), "{}", text(&done.stderr));
        assert_eq!(server.manifests(&from_site, &[]), manifests);
        assert_eq!(from_site.files().len(), app.files().len(), "{:?}", from_site.files());
    }
    assert!(server.is_home_missing());

    // Nothing is fetched, and nothing written, where it is there.
    let before = app.files();
    assert!(before.iter().any(|(path, _)| path.ends_with("charts/lib-0.1.0.tgz")), "{before:?}");
    server.manifests(&app, &[]);
    assert_eq!(app.files(), before);
}

#[test]
fn a_failure_is_told_on_stderr_alone() {
    let server = RepoServer::new("plugin.yaml");
    let app = server.stream(&project("examples"), "mistakes/secret");
    let failed = server.generate(&app, &[]);
    assert_eq!((failed.status.code(), text(&failed.stdout)), (Some(1), ""));
    let told = text(&failed.stderr);
    assert!(told.starts_with("error[yaml-syntax]") && told.contains("(not shown: it may hold secret data)"), "{told}");
}

#[test]
fn applications_are_claimed_by_their_settings_file() {
    let server = RepoServer::new("plugin-discovery.yaml");
    let repository = server.path("repository");
    for folder in ["mine/below", "others/below"] {
        fs::create_dir_all(repository.join(folder)).unwrap();
        fs::write(repository.join(folder).join("kustomization.yaml"), "resources: []\n").unwrap();
    }
    for file in [".kz.toml", "mine/.kz.toml", "others/below/.kz.toml"] {
        fs::write(repository.join(file), "").unwrap();
    }
    for (folder, is_claimed) in [("mine", true), ("mine/below", false), ("others", false), ("others/below", true)] {
        let app = server.stream(&repository, folder);
        let found = server.run(&server.plugin.find, &app, &[]);
        // Argo CD: another exit code is an error, not a no.
        assert!(found.status.success(), "{folder}: {}", text(&found.stderr));
        assert_eq!(!text(&found.stdout).is_empty(), is_claimed, "{folder}");
    }
}

/// The two files differ by discovery alone, and hold what Argo CD reads: no `version`, which Argo CD 4 refuses.
#[test]
fn the_plugin_files_are_what_argo_cd_reads() {
    let (plain, discovery) = (Plugin::read("plugin.yaml"), Plugin::read("plugin-discovery.yaml"));
    for plugin in [&plain, &discovery] {
        let field = |path: &[&str]| plugin.root.lookup(path).and_then(|node| node.text());
        assert_eq!(field(&["apiVersion"]), Some("argoproj.io/v1alpha1"));
        assert_eq!(field(&["kind"]), Some("ConfigManagementPlugin"));
        assert_eq!(field(&["metadata", "name"]), Some("kz"));
        let spec = plugin.root.get("spec").and_then(|spec| spec.as_mapping()).unwrap();
        let fields = spec.iter().filter_map(|entry| entry.key.text());
        let fields: Vec<_> = fields.filter(|field| *field != "discover").collect();
        assert_eq!(fields, ["init", "generate", "parameters", "provideGitCreds"]);
    }
    assert!(plain.root.lookup(&["spec", "discover"]).is_none() && plain.find.is_empty());
    assert_eq!(
        (&plain.init, &plain.generate, &plain.dynamic),
        (&discovery.init, &discovery.generate, &discovery.dynamic)
    );
    assert_eq!(plain.announced(), discovery.announced());
}

/// There may be no engine to build the image; what it copies is enough for cargo to know the package, and is there.
#[test]
fn the_image_is_made_of_what_is_there() {
    let text = fs::read_to_string(project("Containerfile")).unwrap();
    let lines = |word: &str| {
        let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        lines.into_iter().filter(|words: &Vec<&str>| words.first() == Some(&word)).collect::<Vec<_>>()
    };
    let temp = temp_dir::TempDir::new().unwrap();
    for words in lines("COPY").iter().filter(|words| !words[1].starts_with("--from")) {
        let (to, sources) = words[1..].split_last().unwrap();
        for source in sources {
            let from = project(source);
            assert!(from.exists(), "{source} is not there");
            if to.starts_with('/') {
                continue;
            }
            match from.is_dir() {
                true => temp_dir::copy(&from, &temp.path().join(to)).unwrap(),
                false => drop(fs::copy(&from, temp.path().join(source)).unwrap()),
            }
        }
    }
    let cargo = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--locked", "--format-version", "1"])
        .current_dir(temp.path())
        .output()
        .unwrap();
    assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&cargo.stdout).unwrap();
    for target in metadata["packages"][0]["targets"].as_array().unwrap() {
        assert!(Path::new(target["src_path"].as_str().unwrap()).exists(), "{target}");
    }
    let copied = ["COPY", "plugin.yaml", "/home/argocd/cmp-server/config/plugin.yaml"];
    assert!(lines("COPY").iter().any(|words| words == &copied));
    assert_eq!(lines("USER"), [["USER", "999"]]);
    assert_eq!(lines("ENTRYPOINT"), [["ENTRYPOINT", "[\"/var/run/argocd/argocd-cmp-server\"]"]]);
}
