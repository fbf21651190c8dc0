//! What repositories and addresses of others cannot do.

use std::fs;
use std::os::unix::fs::symlink;

use crate::bench::{Bench, config_map};
use crate::http_backend::serve;
use crate::server::{Reply, Server};

#[test]
fn addresses_give_git_no_options() {
    let Some(bench) = Bench::new() else { return };
    let commit = bench.usual("repo");
    let url = bench.url("repo");
    let mark = bench.path().join("mark");
    let touch = format!("touch%20{}", mark.display());
    for address in [
        format!("{url}?ref=--upload-pack={touch}"),
        format!("{url}?ref=-x"),
        format!("{url}?ref=main:refs/heads/x"),
        format!("{url}?ref=%2Bmain"),
        format!("{url}?ref={commit}%0A--upload-pack={touch}"),
        format!("ssh://-oProxyCommand={touch}/org/repo"),
        format!("ssh://git@-oProxyCommand={touch}/org/repo"),
        format!("git@-oProxyCommand={touch}:org/repo"),
        "git@host.invalid:-x/y".to_owned(),
    ] {
        let said = bench.kz_fails(&["build", &address]);
        assert!(said.starts_with("error[git-url]: "), "{address}: {said}");
    }
    assert!(!mark.exists());
    assert!(!bench.cache().join("trees").exists());
}

#[test]
fn submodules_run_no_programs_and_lead_to_no_folders_of_this_machine() {
    let Some(bench) = Bench::new() else { return };
    let inner = bench.commit("inner", &[("secret", "s3cret")]);
    bench.usual("outer");
    let server = serve(bench.path());
    let mark = bench.path().join("mark");
    let local = bench.path().join("inner").display().to_string();
    for (address, code) in [
        (format!("ext::sh -c touch% {}", mark.display()), "git-url"),
        ("--upload-pack=x".to_owned(), "git-url"),
        ("ssh://-oProxyCommand=x/y".to_owned(), "git-url"),
        (local.clone(), "git-submodule"),
        (format!("file://{local}"), "git-submodule"),
    ] {
        let list = format!("[submodule \"deploy/x\"]\n\tpath = deploy/x\n\turl = \"{address}\"\n");
        bench.write("outer", &[(".gitmodules", &list)]);
        bench.git("outer", &["add", ".gitmodules"]);
        bench.git("outer", &["update-index", "--add", "--cacheinfo", &format!("160000,{inner},deploy/x")]);
        bench.git("outer", &["commit", "--quiet", "--message", "m"]);
        let said = bench.kz_fails(&["build", &server.url("/outer/.git//deploy")]);
        assert!(said.starts_with(&format!("error[{code}]: ")), "{address}: {said}");
    }
    assert!(!mark.exists());
    assert!(!bench.cached_texts().contains("s3cret"));
}

/// Where `protocol.file.allow` is not set, git lets no submodule lead to a folder, also not from a folder.
#[test]
fn settings_of_git_count_for_submodules() {
    let Some(mut bench) = Bench::new() else { return };
    bench.usual("inner");
    bench.usual("outer");
    bench.git("outer", &["submodule", "--quiet", "add", "../inner", "inner"]);
    bench.commit("outer", &[]);
    bench.set("GIT_CONFIG_COUNT", "1");
    bench.set("GIT_CONFIG_KEY_0", "protocol.file.allow");
    bench.set("GIT_CONFIG_VALUE_0", "user");
    let said = bench.fails(&[&format!("{}//inner", bench.url("outer"))]);
    assert!(said.contains("transport 'file' not allowed"), "{said}");
}

#[test]
fn nothing_outside_of_a_repository_is_read() {
    let Some(bench) = Bench::new() else { return };
    bench.write("outside", &[("kustomization.yaml", "resources: [s.yaml]\n"), ("s.yaml", &config_map("s3cret"))]);
    let outside = bench.path().join("outside");
    bench.usual("repo");
    let repo = bench.path().join("repo");
    for (name, target) in [("link", outside.clone()), ("file.yaml", outside.join("s.yaml"))] {
        symlink(target, repo.join(name)).unwrap();
    }
    symlink("/etc/passwd", repo.join("parts/passwd")).unwrap();
    symlink(&outside, repo.join("parts/chart")).unwrap();
    let up = "../".repeat(20);
    let chart = "helmCharts:\n- name: c\n  releaseName: r\nhelmGlobals:\n  chartHome: ";
    let cases: Vec<(&str, String)> = vec![
        ("base", format!("resources: [{up}{}]\n", outside.display())),
        ("above", "resources: [../../../outside]\n".to_owned()),
        ("linked", "resources: [../../link]\n".to_owned()),
        ("file", "resources: [../../file.yaml]\n".to_owned()),
        ("absolute", format!("configMapGenerator:\n- name: x\n  files: [{}]\n", outside.join("s.yaml").display())),
        ("passwd", "configMapGenerator:\n- name: x\n  files: [../../parts/passwd]\n".to_owned()),
        ("chart", format!("{chart}{up}{}\n", outside.display())),
        ("chart-absolute", format!("{chart}{}\n", outside.display())),
        ("chart-linked", format!("{chart}../../parts/chart\n")),
        ("component", "components: [../../../outside]\n".to_owned()),
    ];
    bench.write(
        "outside",
        &[
            ("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n"),
            ("c/values.yaml", ""),
            ("c/templates/t.yaml", &config_map("s3cret")),
        ],
    );
    for (name, text) in &cases {
        bench.write("repo", &[(&format!("cases/{name}/kustomization.yaml"), text)]);
    }
    bench.commit("repo", &[]);
    let server = serve(bench.path());
    for (name, _) in &cases {
        for url in [format!("{}//cases/{name}", bench.url("repo")), server.url(&format!("/repo/.git//cases/{name}"))] {
            let said = bench.kz_fails(&["build", "--load-restrictor", "LoadRestrictionsNone", "--enable-helm", &url]);
            assert!(!said.contains("s3cret"), "{name}: {said}");
            // Nobody knows the places of the cache.
            assert!(!said.contains("cache/trees"), "{name}: {said}");
            let codes = ["outside-repository", "outside-root", "chart-not-found", "no-such-file"];
            assert!(codes.iter().any(|code| said.starts_with(&format!("error[{code}]: "))), "{name}: {said}");
        }
    }
    let said = bench.fails(&[&format!("{}//link", bench.url("repo"))]);
    let expected =
        "error[outside-repository]: `file://$TEMP/repo//link` lies outside of the repository `file://$TEMP/repo`\n";
    assert!(said.starts_with(expected), "{said}");
}

/// kustomize clones it.
#[test]
fn repositories_of_servers_do_not_lead_to_those_of_this_machine() {
    let Some(bench) = Bench::new() else { return };
    bench.usual("mine");
    bench.commit("repo", &[("kustomization.yaml", &format!("resources:\n- {}\n", bench.url("mine")))]);
    let server = serve(bench.path());
    let said = bench.kz_fails(&["build", &server.url("/repo/.git")]);
    let expected = "error[outside-repository]: `file://$TEMP/mine` lies on this machine, and a repository on a server asks for it\n";
    assert!(said.starts_with(expected), "{said}");
    // From one of this machine it is another matter.
    assert_eq!(bench.names_of_kz(&[&bench.url("repo")]), "top");
}

#[test]
fn hooks_and_settings_of_repositories_do_nothing() {
    let Some(bench) = Bench::new() else { return };
    bench.usual("repo");
    let mark = bench.path().join("mark");
    for hook in ["post-checkout", "post-merge", "reference-transaction"] {
        bench.write("repo", &[(&format!(".git/hooks/{hook}"), &format!("#!/bin/sh\ntouch {}\n", mark.display()))]);
        let path = bench.path().join("repo/.git/hooks").join(hook);
        fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    bench.write("home/hooks", &[("reference-transaction", &format!("#!/bin/sh\ntouch {}\n", mark.display()))]);
    fs::set_permissions(
        bench.path().join("home/hooks/reference-transaction"),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    bench.git(".", &["config", "--global", "core.hooksPath", &bench.path().join("home/hooks").display().to_string()]);
    assert_eq!(bench.names_of_kz(&[&bench.url("repo")]), "top");
    assert!(!mark.exists());
}

/// kustomize runs what a configuration says, wherever that is from.
#[test]
fn what_was_fetched_runs_no_programs_and_mounts_no_folders_of_this_machine() {
    let Some(bench) = Bench::new() else { return };
    let mark = bench.path().join("mark");
    let config = |spec: &str| {
        let annotation = format!("    config.kubernetes.io/function: '{spec}'\n");
        format!("apiVersion: v1\nkind: F\nmetadata:\n  name: f\n  annotations:\n{annotation}")
    };
    let exec = config(&format!("exec: {{path: /bin/sh, args: [-c, \"touch {}\"]}}", mark.display()));
    let mount = config("container: {image: x, mounts: [{type: bind, src: ., dst: /x}]}");
    let chart = "{apiVersion: v2, name: app, version: 1.0.0}";
    let common =
        "resources: [f.yaml]\ncommonAnnotations:\n  config.kubernetes.io/function: 'exec: {path: /bin/true}'\n";
    bench.commit(
        "repo",
        &[
            ("exec/kustomization.yaml", "resources: [f.yaml]\n"),
            ("exec/f.yaml", &exec),
            ("mount/kustomization.yaml", "resources: [f.yaml]\n"),
            ("mount/f.yaml", &mount),
            ("chart/kustomization.yaml", "helmCharts: [{name: app}]\n"),
            ("chart/charts/app/Chart.yaml", chart),
            ("chart/charts/app/values.yaml", ""),
            ("chart/charts/app/templates/f.yaml", &exec),
            ("common/kustomization.yaml", common),
            ("common/f.yaml", "apiVersion: v1\nkind: F\nmetadata: {name: f}\n"),
        ],
    );
    for (folder, code) in [
        ("exec", "plugins-disabled"),
        ("mount", "plugin-mount"),
        ("chart", "plugins-disabled"),
        ("common", "plugins-disabled"),
    ] {
        for field in ["generators", "transformers", "validators"] {
            let own = format!("resources: [{}//{folder}]\n", bench.url("repo"));
            let files = [("kustomization.yaml", &*format!("{field}: [own]\n")), ("own/kustomization.yaml", &own)];
            bench.write("local", &files);
            let local = bench.path().join("local").display().to_string();
            let said = bench.kz_fails(&["build", "--enable-alpha-plugins", "--enable-exec", "--enable-helm", &local]);
            assert!(said.starts_with(&format!("error[{code}]: ")), "{folder}: {said}");
        }
    }
    assert!(!mark.exists());
}

/// Of a repository that kz is called in, as hooks are.
#[test]
fn the_repository_around_has_no_say() {
    let Some(mut bench) = Bench::new() else { return };
    bench.usual("repo");
    bench.usual("around");
    for (name, path) in
        [("GIT_DIR", "around/.git"), ("GIT_WORK_TREE", "around"), ("GIT_INDEX_FILE", "around/.git/index")]
    {
        bench.set(name, &bench.path().join(path).display().to_string());
    }
    assert_eq!(bench.names_of_kz(&[&bench.url("repo//deploy/prod")]), "prod-base");
    bench.env.clear();
    assert_eq!(bench.git("around", &["status", "--short"]), "");
    assert_eq!(bench.git("around", &["remote"]), "");
}

#[test]
fn servers_cannot_draw_on_the_terminal() {
    let Some(bench) = Bench::new() else { return };
    let text = "001e# service=git-upload-pack\n0000002eERR \u{1b}[31mlook https://u:s3cret@host/\u{1b}[0m\n";
    let server =
        Server::always(move || Reply::ok(text).header("Content-Type", "application/x-git-upload-pack-advertisement"));
    let said = bench.kz_fails(&["build", &server.url("/org/repo")]);
    assert!(!said.contains('\u{1b}') && !said.contains("s3cret"), "{said}");
}

/// kustomize runs the program, and mounts what the link leads to.
#[test]
fn repositories_run_no_programs_and_mount_no_folders_of_this_machine() {
    let Some(bench) = Bench::new() else { return };
    let mark = bench.path().join("mark");
    let function = |spec: &str| {
        format!(
            "generators:\n- |-\n  apiVersion: v1\n  kind: F\n  metadata:\n    name: f\n    annotations:\n      config.kubernetes.io/function: '{spec}'\n"
        )
    };
    let exec = function(&format!("exec: {{path: /bin/sh, args: [-c, \"touch {}\"]}}", mark.display()));
    let mount = function("container: {image: x, mounts: [{type: bind, src: link, dst: /x}]}");
    bench.commit("repo", &[("exec/kustomization.yaml", &exec), ("mount/kustomization.yaml", &mount)]);
    symlink("/etc", bench.path().join("repo/mount/link")).unwrap();
    bench.commit("repo", &[]);
    for (folder, code) in [("exec", "plugins-disabled"), ("mount", "plugin-mount")] {
        let url = format!("{}//{folder}", bench.url("repo"));
        let said = bench.kz_fails(&["build", "--enable-alpha-plugins", "--enable-exec", &url]);
        assert!(said.starts_with(&format!("error[{code}]: ")), "{folder}: {said}");
    }
    assert!(!mark.exists());
}
