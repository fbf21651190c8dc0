//! Bases in private repositories, where they are kept, and what becomes of git when the time is over.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::ExitStatusExt;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

use crate::bench::Bench;
use crate::http_backend::serve_if;
use crate::repo_server::{App, RepoServer, text};
use crate::server::Reply;

/// An application with one base, at a URL.
fn app_with_base(server: &RepoServer, url: &str) -> App {
    let repository = server.path("repository");
    fs::create_dir_all(&repository).unwrap();
    fs::write(repository.join("kustomization.yaml"), format!("resources:\n- {url}\n")).unwrap();
    server.stream(&repository, ".")
}

/// The folder for what is fetched where there is no home.
fn cache(server: &RepoServer) -> std::path::PathBuf {
    server.path("tmp").join(format!("kz-cache-{}", rustix::process::geteuid().as_raw()))
}

/// With `provideGitCreds` Argo CD names the program `argocd`, which looks at these variables. Source:
/// util/askpass/server.go.
const ASK: [(&str, &str); 5] = [
    ("GIT_ASKPASS", "argocd"),
    ("ARGOCD_GIT_ASKPASS_NONCE", "n0nce"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("ARGOCD_BINARY_NAME", "argocd-git-ask-pass"),
    ("AKSPASS_SOCKET_PATH", "/tmp/reposerver-ask-pass.sock"),
];

#[test]
fn the_credentials_of_the_repository_are_for_its_server() {
    let Some(bench) = Bench::new() else { return };
    bench.usual("repo");
    // me:s3cret
    let private = serve_if(bench.path(), |asked| {
        let is_known = asked.header("authorization") == Some("Basic bWU6czNjcmV0");
        (!is_known).then(|| Reply::status(401, "").header("WWW-Authenticate", "Basic realm=\"x\""))
    });
    let server = RepoServer::new("plugin.yaml");
    let ask = server.path("bin/argocd");
    let script = "#!/bin/sh\ntest \"$ARGOCD_BINARY_NAME:$ARGOCD_GIT_ASKPASS_NONCE\" = argocd-git-ask-pass:n0nce || exit 1\n\
                  case $1 in Username*) echo me ;; *) echo s3cret ;; esac\n";
    fs::write(&ask, script).unwrap();
    fs::set_permissions(&ask, fs::Permissions::from_mode(0o755)).unwrap();
    let app = app_with_base(&server, &private.url("/repo/.git//deploy/prod"));

    let denied = server.generate(&app, &[]);
    assert_eq!((denied.status.code(), text(&denied.stdout)), (Some(1), ""));
    assert!(text(&denied.stderr).starts_with("error[git-failed]"), "{}", text(&denied.stderr));

    // A kustomization may name any server.
    for of in ["https://git.example.com/shop.git", &private.url("/shop.git").replace("127.0.0.1", "localhost"), ""] {
        let denied = server.generate(&app, &[&ASK[..], &[("ARGOCD_APP_SOURCE_REPO_URL", of)]].concat());
        assert_eq!((denied.status.code(), text(&denied.stdout)), (Some(1), ""), "{of}");
        assert!(private.asked().iter().all(|asked| asked.header("authorization").is_none()), "{of}");
    }

    let before = app.files();
    let own = private.url("/shop.git");
    let ask = [&ASK[..], &[("ARGOCD_APP_SOURCE_REPO_URL", &own)]].concat();
    assert!(server.manifests(&app, &ask).contains("  name: prod-base"));
    assert_eq!(app.files(), before);
    assert!(server.is_home_missing());
}

#[test]
fn without_a_home_there_is_a_cache_that_nobody_else_can_write() {
    let Some(bench) = Bench::new() else { return };
    let commit = bench.usual("repo");
    // git's program for that has no word for a file that is not there.
    let repositories = serve_if(bench.path(), |asked| {
        let is_of_git = asked.method == "POST" || asked.target.contains("/info/refs");
        (!is_of_git).then(|| Reply::status(404, "no such file"))
    });
    let server = RepoServer::new("plugin.yaml");
    let app = app_with_base(&server, &repositories.url(&format!("/repo/.git//deploy/prod?ref={commit}")));
    let first = server.manifests(&app, &[]);
    let made = fs::metadata(cache(&server)).unwrap();
    assert_eq!(made.mode() & 0o777, 0o700);
    // What is there is not fetched again, by whichever application.
    let asked = repositories.asked().len();
    assert_eq!(server.manifests(&app, &[("HOME", "/")]), first);
    assert_eq!(repositories.asked().len(), asked);

    fs::set_permissions(cache(&server), fs::Permissions::from_mode(0o777)).unwrap();
    let refused = server.generate(&app, &[]);
    assert!(text(&refused.stderr).starts_with("error[no-cache]"), "{}", text(&refused.stderr));
    // Who names one is not in need of it.
    let named = server.path("tmp/named");
    assert_eq!(server.manifests(&app, &[("KZ_CACHE_DIR", named.to_str().unwrap())]), first);
}

/// What is waited for comes soon, or never.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that says nothing to git. It tells when git has asked, and when it has gone.
fn silent_server() -> (SocketAddr, Receiver<&'static str>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 4096];
            let length = stream.read(&mut request).unwrap();
            if !String::from_utf8_lossy(&request[..length]).contains("service=git-upload-pack") {
                // kz looks for a file first, as kustomize does.
                stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
                continue;
            }
            tell.send("asked").unwrap();
            while stream.read(&mut request).is_ok_and(|length| length > 0) {}
            tell.send("gone").unwrap();
        }
    });
    (address, told)
}

/// Argo CD ends the group of a command whose deadline is over; git and its helpers are of it.
#[test]
fn at_the_deadline_all_ends() {
    if Bench::new().is_none() {
        return;
    }
    let (address, told) = silent_server();
    let server = RepoServer::new("plugin.yaml");
    let app = app_with_base(&server, &format!("http://{address}/repo/.git//deploy/prod"));
    let mut kz = server.start(&app);
    let group = Pid::from_raw(i32::try_from(kz.id()).unwrap()).unwrap();
    assert_eq!(told.recv_timeout(PATIENCE), Ok("asked"));
    kill_process_group(group, Signal::TERM).unwrap();
    let status = kz.wait().unwrap();
    assert_eq!(status.signal(), Some(Signal::TERM.as_raw()), "{status}");
    assert_eq!(told.recv_timeout(PATIENCE), Ok("gone"));
}
