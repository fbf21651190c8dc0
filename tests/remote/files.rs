//! Files on web servers.

use crate::bench::{Bench, config_map, names};
use crate::http_backend::serve_if;
use crate::server::{Asked, Reply, Server};

fn files(asked: &Asked) -> Option<Reply> {
    Some(match asked.target.as_str() {
        "/cm.yaml" => Reply::ok(config_map("file")),
        "/org/repo/main/cm.yaml?ref=main" => Reply::ok(config_map("raw")),
        "/patch.yaml" => {
            Reply::ok("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: file\ndata:\n  patched: \"yes\"\n")
        }
        "/page" => Reply::ok("<!DOCTYPE html>\n<html><p>welcome: here</html>"),
        "/org/repo/broken.yaml" => Reply::ok("a: b: c\n"),
        "/repo/.git/releases/install" | "/repo/.git/releases/cm.yaml" => Reply::ok(config_map("released")),
        "/gone.yaml" => Reply::status(404, ""),
        "/repo/.git//deploy/prod" => Reply::ok("<html>"),
        _ => return None,
    })
}

#[test]
fn resources_patches_and_sources_may_be_files_of_servers() {
    let Some(bench) = Bench::new() else { return };
    let server = Server::start(|asked, _| files(asked).unwrap_or_else(|| Reply::status(404, "")));
    let of = |path: &str| server.url(path);
    bench.kustomization(&format!(
        "resources:\n- {}\n- {}\npatches:\n- path: {}\nconfigMapGenerator:\n- name: made\n  files:\n  - cm={}\ngeneratorOptions:\n  disableNameSuffixHash: true\n",
        of("/cm.yaml"), of("/org/repo/main/cm.yaml?ref=main"), of("/patch.yaml"), of("/cm.yaml")
    ));
    let printed = bench.build(&["."]);
    assert_eq!(names(&printed), "file made raw");
    assert!(printed.contains("patched: \"yes\"") && printed.contains("cm: |\n    apiVersion: v1"), "{printed}");
}

#[test]
fn an_address_is_a_file_or_a_repository() {
    let Some(bench) = Bench::new() else { return };
    bench.usual("repo");
    let server = serve_if(bench.path(), files);
    // A page for people; nothing.
    for path in ["/repo/.git//deploy/prod", "/repo/.git//deploy/prod?ref=main"] {
        assert_eq!(bench.names(&[&server.url(path)]), "prod-base");
    }
    let count = |bench: &Bench| {
        let before = server.count();
        bench.names_of_kz(&["."]);
        server.asked()[before..]
            .iter()
            .filter(|asked| !asked.target.contains("info/refs") && asked.method == "GET")
            .count()
    };
    // Once it is known what it is, nobody asks for a file.
    assert_eq!(count(&bench), 0);
    // There are files below it, all the same.
    for path in ["/repo/.git/releases/install", "/repo/.git/releases/cm.yaml"] {
        assert_eq!(bench.names(&[&server.url(path)]), "released", "{path}");
    }
}

#[test]
fn what_is_wrong_with_files_is_told() {
    let Some(bench) = Bench::new() else { return };
    let server = Server::start(|asked, _| files(asked).unwrap_or_else(|| Reply::status(404, "")));
    let said = |path: &str| {
        bench.kustomization(&format!("resources:\n- {}\n", server.url(path)));
        bench.fails(&["."]).replace(&server.url(""), "$SERVER")
    };
    let gone = said("/gone.yaml");
    assert!(gone.starts_with("error[http-not-found]: cannot fetch `$SERVER/gone.yaml`: "), "{gone}");
    // Not what git says of it.
    let broken = said("/org/repo/broken.yaml");
    assert!(broken.starts_with("error[yaml-syntax]: "), "{broken}");
    assert!(broken.contains("--> $SERVER/org/repo/broken.yaml:1:5"), "{broken}");
    let neither = said("/org/repo");
    assert!(neither.starts_with("error[git-failed]: git cannot fetch `$SERVER/org/repo`: "), "{neither}");
}

#[test]
fn origins_of_files_are_told_by_their_addresses() {
    let Some(bench) = Bench::new() else { return };
    let server = Server::start(|asked, _| files(asked).unwrap_or_else(|| Reply::status(404, "")));
    bench.kustomization(&format!(
        "buildMetadata: [originAnnotations]\nresources:\n- {}\n- {}\n",
        server.url("/cm.yaml"),
        server.url("/org/repo/main/cm.yaml?ref=main")
    ));
    let printed = bench.build(&["."]).replace(&server.url(""), "$SERVER").replace(&server.address.to_string(), "$HOST");
    let origins: Vec<&str> = printed.lines().filter(|line| line.starts_with("      ")).map(str::trim).collect();
    assert_eq!(origins, ["path: http:/$HOST/cm.yaml", "path: main/cm.yaml", "repo: $SERVER/org/repo", "ref: main"]);
}
