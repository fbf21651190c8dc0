//! Servers of several kinds, and what goes wrong with them.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::bench::{Bench, config_map, names};
use crate::http_backend::{answer_plainly, fetches, serve, serve_files, serve_if};
use crate::server::{Reply, Server};

/// What nobody asks for stays where it is.
#[test]
fn of_files_only_those_are_fetched_that_are_needed() {
    let Some(bench) = Bench::new() else { return };
    bench.usual("repo");
    let server = serve(bench.path());
    assert_eq!(names(&bench.build(&[&server.url("/repo/.git//deploy/prod")])), "prod-base");
    let trees = fs::read_dir(bench.cache().join("trees")).unwrap().flatten().next().unwrap().path();
    let place = fs::read_dir(trees).unwrap().flatten().next().unwrap().path();
    let mut folders: Vec<_> =
        fs::read_dir(place.join("tree")).unwrap().flatten().map(|entry| entry.file_name()).collect();
    folders.sort();
    assert_eq!(folders, ["deploy"]);
    // Neither file of the others' folders is among the objects.
    let large = bench.git("repo", &["rev-parse", "HEAD:other/large"]);
    let repository = place.join("repo").display().to_string();
    let missing = bench.git(".", &["--git-dir", &repository, "rev-list", "--objects", "--missing=print", "FETCH_HEAD"]);
    assert!(missing.contains(&format!("?{large}")), "{missing}");
}

/// Each folder is a visit.
#[test]
fn a_repository_of_which_many_folders_are_needed_comes_as_a_whole() {
    let Some(bench) = Bench::new() else { return };
    bench.usual("repo");
    let mut all = "resources:\n".to_owned();
    for number in 10..30 {
        let name = format!("n{number}");
        bench.write(
            &format!("repo/many/{name}"),
            &[("kustomization.yaml", "resources: [a.yaml]\n"), ("a.yaml", &config_map(&name))],
        );
        all += &format!("- ../many/{name}\n");
    }
    bench.commit("repo", &[("all/kustomization.yaml", &all)]);
    let server = serve(bench.path());
    let printed = bench.build(&[&server.url("/repo/.git//all")]);
    assert_eq!(names(&printed).split(' ').count(), 20);
    assert!(fetches(&server) <= 12, "{}", fetches(&server));
    bench.names_of_kz(&[&server.url("/repo/.git//other/../deploy/prod"), "--offline"]);
}

#[test]
fn servers_that_cannot_leave_anything_out_serve_as_well() {
    let Some(mut bench) = Bench::new() else { return };
    let commit = bench.usual("repo");
    bench.commit("repo", &[("deploy/base/base.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: later\n")]);
    let root = bench.path().to_owned();
    let plain = serve_if(bench.path(), move |asked| Some(answer_plainly(&root, asked)));
    assert_eq!(names(&bench.build(&[&plain.url("/repo/.git//deploy/prod")])), "prod-later");

    // No program at all, only files.
    bench.git("repo", &["update-server-info"]);
    let files = serve_files(bench.path().to_owned());
    assert_eq!(bench.names_of_kz(&[&files.url("/repo/.git//deploy/prod?ref=main")]), "prod-later");
    assert_eq!(bench.names_of_kz(&[&files.url(&format!("/repo/.git//deploy/prod?ref={commit}"))]), "prod-base");

    // The older protocol: neither commits nor files can be asked for by their ids.
    bench.set("GIT_CONFIG_COUNT", "1");
    bench.set("GIT_CONFIG_KEY_0", "protocol.version");
    bench.set("GIT_CONFIG_VALUE_0", "0");
    let old = serve(bench.path());
    assert_eq!(names(&bench.build(&[&old.url("/repo/.git//deploy/prod?ref=main")])), "prod-later");
    assert_eq!(bench.names_of_kz(&[&old.url(&format!("/repo/.git//deploy/prod?ref={commit}"))]), "prod-base");
    assert_eq!(bench.names_of_kz(&[&bench.url(&format!("repo//deploy/prod?ref={commit}"))]), "prod-base");
}

/// Requests of somebody else are answered 401.
pub fn private(bench: &Bench, expected: &'static str) -> Server {
    serve_if(bench.path(), move |asked| {
        let is_known = asked.header("authorization") == Some(expected);
        (!is_known).then(|| Reply::status(401, "").header("WWW-Authenticate", "Basic realm=\"x\""))
    })
}

#[test]
fn credentials_come_from_where_git_has_them_and_are_not_told() {
    let Some(mut bench) = Bench::new() else { return };
    bench.usual("repo");
    // me:s3cret
    let server = private(&bench, "Basic bWU6czNjcmV0");
    let with = |user: &str| server.url("/repo/.git//deploy/prod").replace("http://", &format!("http://{user}@"));
    // What git writes down are the arguments of it and of all that it starts.
    let trace = bench.path().join("trace");
    bench.set("GIT_TRACE", &trace.display().to_string());
    assert_eq!(names(&bench.kz(&["build", &with("me:s3cret")]).stdout), "prod-base");
    let trace = fs::read_to_string(trace).unwrap();
    assert!(trace.contains("remote-http origin http://127.0.0.1:") && !trace.contains("s3cret"), "{trace}");
    bench.set("GIT_TRACE", "0");
    assert_eq!(names(&bench.build(&[&with("me:s3cret")])), "prod-base");
    assert_eq!(bench.names(&[&with("me:s3cret")]), "prod-base");
    assert!(!bench.cached_texts().contains("s3cret"));

    let said = bench.fails(&[&server.url("/repo/.git//deploy/prod")]);
    assert!(said.starts_with("error[git-failed]: git cannot fetch `http://127.0.0.1:"), "{said}");
    assert!(said.contains("could not read Username"), "{said}");
    assert!(said.contains("help: see whether `git clone` of it works here"), "{said}");

    for resources in ["resources", "components"] {
        bench.kustomization(&format!("{resources}:\n- {}\n", with("me:wr0ng")));
        let said = bench.fails(&["."]);
        assert!(!said.contains("wr0ng") && said.contains("Authentication failed"), "{said}");
        assert!(said.contains("(not shown: it may hold secret data)"), "{said}");
    }

    let ask = bench.path().join("ask");
    fs::write(&ask, "#!/bin/sh\ncase $1 in Username*) echo me ;; *) echo s3cret ;; esac\n").unwrap();
    fs::set_permissions(&ask, fs::Permissions::from_mode(0o755)).unwrap();
    bench.set("GIT_ASKPASS", &ask.display().to_string());
    assert_eq!(names(&bench.build(&[&server.url("/repo/.git//deploy/prod")])), "prod-base");
    assert!(!bench.cached_texts().contains("s3cret"));

    bench.kustomization(&format!("buildMetadata: [originAnnotations]\nresources:\n- {}\n", with("me:s3cret")));
    let printed = bench.kz(&["build", "."]).stdout;
    assert!(printed.contains("repo: http://127.0.0.1:") && !printed.contains("s3cret"), "{printed}");
}

/// ssh runs a command on the other side; here it runs it on this one.
#[test]
fn ssh_is_what_the_user_says() {
    let Some(mut bench) = Bench::new() else { return };
    bench.usual("repo");
    let ssh = bench.path().join("ssh");
    fs::write(&ssh, "#!/bin/sh\necho \"$@\" >>\"$HOME/calls\"\nfor last; do :; done\nexec sh -c \"$last\"\n").unwrap();
    fs::set_permissions(&ssh, fs::Permissions::from_mode(0o755)).unwrap();
    bench.set("GIT_SSH_COMMAND", &ssh.display().to_string());
    let path = bench.path().display().to_string();
    for url in [
        format!("ssh://git@host.invalid{path}/repo//deploy/prod"),
        format!("ssh://git@host.invalid:2222{path}/repo//deploy/prod?ref=main"),
        format!("git@host.invalid:{path}/repo//deploy/prod"),
        format!("git@host.invalid:..{path}/repo/.git/deploy/prod"),
    ] {
        if url.contains(":..") {
            let said = bench.fails(&[&url]);
            assert!(
                said.starts_with("error[git-failed]: git cannot fetch `git@host.invalid:..$TEMP/repo/.git`: "),
                "{said}"
            );
            continue;
        }
        assert_eq!(names(&bench.build(&[&url])), "prod-base", "{url}");
    }
    let calls = fs::read_to_string(bench.path().join("home/calls")).unwrap();
    assert!(calls.contains("-p 2222") && calls.contains("git@host.invalid git-upload-pack"), "{calls}");
}

#[test]
fn a_server_that_says_nothing_is_waited_for_only_so_long() {
    let Some(bench) = Bench::new() else { return };
    let server = Server::always(|| Reply::Silence);
    let url = server.url("/org/repo?timeout=700ms");
    let said = bench.fails(&[&url]).replace(&server.url(""), "$SERVER");
    let expected = "error[git-timeout]: git has not fetched `$SERVER/org/repo` within 0.7 s\n  \
        = help: give it more time at the end of the address: `?timeout=120s`, or `&timeout=120s`\n";
    assert_eq!(said, expected);
    assert!(!bench.cached_texts().contains("unfinished"));
}

#[test]
fn what_may_pass_is_tried_again() {
    let Some(bench) = Bench::new() else { return };
    bench.usual("repo");
    let tries = std::sync::atomic::AtomicUsize::new(0);
    let server = serve_if(bench.path(), move |_| {
        let number = tries.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        (number == 0).then(|| Reply::status(503, ""))
    });
    assert_eq!(bench.names_of_kz(&[&server.url("/repo/.git")]), "top");
    let broken = Server::always(|| Reply::status(404, ""));
    let said = bench.fails(&[&broken.url("/org/repo")]).replace(&broken.url(""), "$SERVER");
    let expected = "error[git-failed]: git cannot fetch `$SERVER/org/repo`: repository '$SERVER/org/repo/' not found\n";
    assert!(said.starts_with(expected), "{said}");
}
