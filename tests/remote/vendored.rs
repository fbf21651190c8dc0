//! `kz vendor`: a folder that builds to the same, with the net down and nothing in the cache. With `KUSTOMIZE` it must
//! build it to the same, too.

use std::fs;
use std::path::Path;

use crate::bench::{Bench, config_map, names};
use crate::http_backend::{serve, serve_if};
use crate::server::{Reply, Server};

impl Bench {
    /// Copies to `out`, and gives what a build of the copy prints where there is nothing but the copy.
    fn vendor(&self, target: &str) -> String {
        let built = self.kz(&["build", target]);
        let done = self.kz(&["vendor", target, "out"]);
        assert!(done.is_success && done.stdout.is_empty(), "{}", done.stderr);
        assert_eq!(
            done.stderr,
            format!("note: `out` is a copy of `{}`\n", target.replace(&self.path().display().to_string(), "$TEMP"))
        );
        let moved = self.path().join("moved");
        fs::rename(self.work().join("out"), &moved).unwrap();
        let mut command = self.command(&["build", "../moved", "--offline", "--cache-dir", "none"]);
        let copied = self.done(command.env("PATH", "/nowhere").output().unwrap());
        assert!(copied.is_success, "{}", copied.stderr);
        assert_eq!(copied.stdout, built.stdout);
        // Others build it to the same.
        if let Some(reference) = self.reference(&["build", "../moved", "--enable-helm"]) {
            assert_eq!(reference.stdout, built.stdout, "{}", reference.stderr);
        }
        copied.stdout
    }

    fn copied(&self, file: &str) -> String {
        fs::read_to_string(self.path().join("moved").join(file)).unwrap()
    }
}

fn files(dir: &Path, prefix: &str, into: &mut Vec<String>) {
    for entry in fs::read_dir(dir).unwrap().flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        match entry.path().is_dir() {
            true => files(&entry.path(), &format!("{name}/"), into),
            false => into.push(name),
        }
    }
    into.sort();
}

#[test]
fn bases_lie_in_the_copy_and_comments_stay() {
    let Some(bench) = Bench::new() else { return };
    let commit = bench.usual("repo");
    let server = serve(bench.path());
    let url = server.url("/repo/.git");
    bench.write(
        "work",
        &[
            ("shared/kustomization.yaml", "resources:\n- cm.yaml\n- ../overlays/prod/part\n"),
            ("shared/cm.yaml", &format!("# Shared.\n{}", config_map("shared"))),
            ("shared/not-used.yaml", ""),
            ("overlays/prod/part/kustomization.yaml", "resources: [cm.yaml]\n"),
            ("overlays/prod/part/cm.yaml", &config_map("part")),
            (
                "overlays/prod/kustomization.yaml",
                &format!(
                    "# What prod is.\nresources:\n- ../../shared # ours\n  # theirs\n- '{url}//deploy/prod?ref=main'\n\
                     - {url}?timeout=20s\ncomponents: [ \"{url}//parts/label?ref={commit}\" ]\nnamePrefix:   x- # odd\n"
                ),
            ),
        ],
    );
    let built = bench.vendor("overlays/prod");
    assert_eq!(names(&built), "x-part x-prod-base x-shared x-top");
    let place = format!("vendored/127.0.0.1/repo/{}", &commit[..12]);
    assert_eq!(
        bench.copied("kustomization.yaml"),
        format!(
            "# What prod is.\nresources:\n- vendored/up-2/shared # ours\n  # theirs\n- '{place}/deploy/prod'\n- {place}\n\
             components: [ \"{place}/parts/label\" ]\nnamePrefix:   x- # odd\n"
        )
    );
    assert_eq!(bench.copied("vendored/up-2/shared/kustomization.yaml"), "resources:\n- cm.yaml\n- ../../../part\n");
    let mut found = Vec::new();
    files(&bench.path().join("moved"), "", &mut found);
    let expected = [
        "kustomization.yaml".to_owned(),
        "part/cm.yaml".to_owned(),
        "part/kustomization.yaml".to_owned(),
        format!("{place}/deploy/base/base.yaml"),
        format!("{place}/deploy/base/kustomization.yaml"),
        format!("{place}/deploy/prod/kustomization.yaml"),
        format!("{place}/kustomization.yaml"),
        format!("{place}/parts/label/kustomization.yaml"),
        format!("{place}/top.yaml"),
        "vendored/up-2/shared/cm.yaml".to_owned(),
        "vendored/up-2/shared/kustomization.yaml".to_owned(),
    ];
    assert_eq!(found, expected);
}

#[test]
fn files_of_servers_lie_beside_those_who_name_them() {
    let Some(bench) = Bench::new() else { return };
    let server = Server::start(|asked, _| match asked.target.as_str() {
        "/a/cm.yaml?ref=1" => Reply::ok(config_map("one")),
        "/a/cm.yaml?ref=2" => Reply::ok(config_map("two")),
        "/a/patch.yaml" => Reply::ok("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\ndata: {a: b}\n"),
        "/app.conf" => Reply::ok("a = b\n"),
        _ => Reply::status(404, ""),
    });
    let of = |path: &str| server.url(path);
    bench.write("work", &[("base/kustomization.yaml", &format!("resources:\n- \"{}\"\n", of("/a/cm.yaml?ref=1")))]);
    bench.kustomization(&format!(
        "resources:\n- base\n- {}\npatches:\n- path: {}\nconfigMapGenerator:\n- name: made\n  files: [{}, k={}]\n\
         generators:\n- |-\n  apiVersion: builtin\n  kind: ConfigMapGenerator\n  metadata: {{name: plugin}}\n  files:\n  - {}\n",
        of("/a/cm.yaml?ref=2"), of("/a/patch.yaml"), of("/app.conf"), of("/app.conf"), of("/app.conf")
    ));
    let built = bench.vendor(".");
    assert!(built.contains("  app.conf: |\n") && built.contains("  k: |\n") && built.contains("  a: b\n"), "{built}");
    let text = bench.copied("kustomization.yaml");
    assert!(text.contains("files: [vendored/127.0.0.1/app.conf, k=vendored/127.0.0.1/app.conf]\n"), "{text}");
    assert!(text.contains("  files:\n  - vendored/127.0.0.1/app.conf\n") && !text.contains("http"), "{text}");
    assert!(bench.copied("base/kustomization.yaml").starts_with("resources:\n- \"vendored/"));
}

const LABELS: &str = "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: l}\nlabels: {a: b}\n\
    fieldSpecs: [{path: metadata/labels, create: true}]\n";

#[test]
fn charts_and_plugins_lie_in_the_copy() {
    let Some(bench) = Bench::new() else { return };
    let chart: &[(&str, &str)] = &[
        ("charts/one/Chart.yaml", "apiVersion: v2\nname: one\nversion: 0.1.0\n"),
        ("charts/one/values.yaml", "{a: b}\n"),
        ("charts/one/files/x", "x"),
        (
            "charts/one/templates/cm.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata: {x: {{ .Files.Get \"files/x\" }}}\n",
        ),
    ];
    let app = "namePrefix: a-\nhelmGlobals: {chartHome: ./charts}\nhelmCharts:\n- {name: one, releaseName: r, valuesInline: {c: d}}\n";
    bench.commit("repo", &[("app/kustomization.yaml", app)]);
    bench.write("repo/app", chart);
    bench.commit("repo", &[]);
    bench.write("work", chart);
    let kustomization = format!(
        "resources: [{}//app]\nhelmCharts: [{{name: one, releaseName: q}}]\ntransformers: [set]\n",
        bench.url("repo")
    );
    bench.write(
        "work",
        &[
            ("kustomization.yaml", &kustomization),
            ("set/kustomization.yaml", "resources: [t.yaml]\n"),
            ("set/t.yaml", LABELS),
        ],
    );
    let built = bench.vendor(".");
    assert_eq!(names(&built), "a-r q");
    assert_eq!(built.matches("    a: b\n").count(), 2, "{built}");
}

#[test]
fn a_target_may_be_an_address_and_is_held_to_its_lock() {
    let Some(bench) = Bench::new() else { return };
    bench.usual("repo");
    let built = bench.vendor(&format!("{}//deploy/prod?ref=main", bench.url("repo")));
    assert_eq!(names(&built), "prod-base");
    fs::remove_dir_all(bench.path().join("moved")).unwrap();

    bench.kustomization(&format!("resources:\n- {}//deploy/prod\n", bench.url("repo")));
    assert!(bench.kz(&["lock"]).is_success);
    bench.commit("repo", &[("deploy/base/base.yaml", &config_map("moved"))]);
    assert_eq!(names(&bench.vendor(".")), "prod-base");
}

#[test]
fn nothing_is_left_of_what_cannot_be_copied() {
    let Some(bench) = Bench::new() else { return };
    bench.usual("repo");
    let server = serve_if(bench.path(), |_| None);
    let url = server.url("/repo/.git//deploy/base");
    let fails = |kustomization: &str, code: &str| {
        bench.kustomization(kustomization);
        let said = bench.kz_fails(&["vendor", ".", "out"]);
        assert!(said.starts_with(&format!("error[{code}]: ")), "{said}");
        assert!(!bench.work().join("out").exists() || fs::read_dir(bench.work().join("out")).unwrap().next().is_none());
        said
    };
    let good = format!("resources:\n- {url}\n");
    let origins = format!("buildMetadata: [originAnnotations]\n{good}");
    let said = fails(&origins, "vendor-differs");
    assert!(
        said.contains("in the copy ConfigMap `base` would be something else") && said.contains("`--no-verify`"),
        "{said}"
    );
    let said = fails(&format!("resources:\n- >-\n  {url}\n"), "vendor-edit");
    assert!(said.contains("--> kustomization.yaml:2:"), "{said}");
    fails(&format!("resources:\n- {url}?ref=nothing\n"), "git-reference");
    fs::create_dir(bench.work().join("out")).unwrap();
    fails(&origins, "vendor-differs");
    assert!(bench.kz(&["vendor", ".", "out", "--no-verify"]).is_success);
    bench.kustomization(&good);
    let refused = |out: &str, why: &str| {
        let said = bench.kz_fails(&["vendor", ".", out]);
        assert!(said.starts_with(&format!("error[vendor-destination]: the destination `{out}` {why}\n")), "{said}");
    };
    refused("out", "is not empty");
    refused("kustomization.yaml", "is no directory");
    refused("a/b", "is in no directory");
    assert!(!bench.work().join("a").exists());
}
