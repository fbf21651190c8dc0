//! Registries that give out tokens, or do something wrong. The server takes part of both: `/v2/` is the registry,
//! `/token` is where it says that tokens are given out.

use std::process::{Command, Output, Stdio};

use super::docker_registry::digest;
use super::server::{Asked, Reply, Server};
use super::site;
use super::temp_dir::TempDir;

const CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

fn archive() -> Vec<u8> {
    std::fs::read(site::repository().join("web-1.0.0.tgz")).unwrap()
}

fn manifest(size: usize) -> String {
    let chart = digest(&archive());
    format!(
        "{{\"config\":{{\"mediaType\":\"{CONFIG}\"}},\"layers\":[{{\"mediaType\":\"{CHART}\",\"digest\":\"{chart}\",\
         \"size\":{size}}}]}}"
    )
}

/// What a registry of one chart has at a path.
fn content(path: &str) -> Reply {
    let archive = archive();
    match path.split('?').next().unwrap() {
        "/v2/" => Reply::ok("{}"),
        "/v2/web/tags/list" => Reply::ok(r#"{"tags": ["1.0.0"]}"#),
        "/v2/web/manifests/1.0.0" => Reply::ok(manifest(archive.len())),
        path if path == format!("/v2/web/blobs/{}", digest(&archive)) => Reply::ok(archive),
        _ => Reply::status(404, "there is nothing"),
    }
}

fn unauthorized(realm: &str) -> Reply {
    let challenge = format!("Bearer realm=\"{realm}\",service=\"reg\",scope=\"repository:web:pull\"");
    Reply::status(401, "who is it?").header("WWW-Authenticate", challenge)
}

/// Where the server itself gives out tokens.
fn own_realm(asked: &Asked) -> String {
    format!("http://{}/token", asked.header("host").unwrap())
}

/// A registry that takes the token `t0ken`, which `give` gives out.
fn with_tokens(give: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Server {
    Server::start(move |asked, _| match asked.target.as_str() {
        path if path.starts_with("/token") => give(asked),
        path if asked.header("authorization") == Some("Bearer t0ken") => content(path),
        _ => unauthorized(&own_realm(asked)),
    })
}

fn run(server: &Server, home: &TempDir, line: &str) -> Output {
    let host = server.address.to_string();
    let line = line.replace("$WEB", &format!("oci://{host}/web --plain-http")).replace("$HOST", &host);
    let mut command = Command::new(env!("CARGO_BIN_EXE_kz"));
    command.args(line.split_whitespace()).current_dir(home.path()).stdin(Stdio::null());
    command.env_clear().env("HOME", home.path()).output().unwrap()
}

/// What is asked for, with the credentials: `GET /v2/ -`.
fn asked(server: &Server) -> Vec<String> {
    let all = server.asked();
    let shown =
        |asked: &Asked| format!("{} {} {}", asked.method, asked.target, asked.header("authorization").unwrap_or("-"));
    all.iter().map(shown).collect()
}

#[track_caller]
fn succeeds(server: &Server, line: &str) {
    let home = TempDir::new().unwrap();
    let done = run(server, &home, line);
    assert!(done.status.success(), "{line}: {}", String::from_utf8_lossy(&done.stderr));
}

#[track_caller]
fn fails(server: &Server, line: &str) -> String {
    let home = TempDir::new().unwrap();
    let done = run(server, &home, line);
    assert!(!done.status.success(), "{line}");
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(!said.contains("pass-word") && !said.contains("t0ken"), "{said}");
    said
}

const WITH_USER: &str = "pull $WEB --username me --password pass-word";
const TOKEN: &str = "/token?service=reg&scope=repository%3Aweb%3Apull";
/// `me:pass-word`
const ME: &str = "Basic bWU6cGFzcy13b3Jk";

#[test]
fn anybody_may_get_a_token() {
    for answer in [r#"{"token": "t0ken"}"#, r#"{"access_token": "t0ken", "token": "other"}"#] {
        let server = with_tokens(move |_| Reply::ok(answer));
        succeeds(&server, "pull $WEB");
        // One token is enough for all that follows.
        let blob = digest(&archive());
        assert_eq!(
            asked(&server),
            [
                "GET /v2/web/tags/list -".to_owned(),
                format!("GET {TOKEN} -"),
                "GET /v2/web/tags/list Bearer t0ken".to_owned(),
                "GET /v2/web/manifests/1.0.0 Bearer t0ken".to_owned(),
                format!("GET /v2/web/blobs/{blob} Bearer t0ken"),
            ]
        );
    }
}

#[test]
fn a_process_asks_once() {
    let server = Server::start(|asked, _| content(&asked.target));
    succeeds(&server, "pull $WEB $WEB");
    assert_eq!(server.count(), 3);
}

#[test]
fn of_many_processes_one_fetches() {
    let server = Server::start(|asked, _| content(&asked.target));
    let home = TempDir::new().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| {
                let done = run(&server, &home, "template a $WEB --version 1.0.0");
                assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
            });
        }
    });
    assert_eq!(server.count(), 2);
}

#[test]
fn users_get_tokens_by_their_passwords() {
    let server = with_tokens(|asked| match asked.header("authorization") {
        Some(ME) => Reply::ok(r#"{"token": "t0ken"}"#),
        _ => Reply::status(401, "who?"),
    });
    succeeds(&server, WITH_USER);
    assert!(asked(&server).contains(&format!("GET {TOKEN} {ME}")));
    let said = fails(&server, "pull $WEB --username me --password wrong");
    assert!(said.starts_with("error[http-unauthorized]: there is no token for `127.0.0.1:"), "{said}");
    // Login tries OAuth first.
    succeeds(&server, "registry login $HOST --plain-http -u me -p pass-word");
    let posts: Vec<String> = server
        .asked()
        .iter()
        .filter(|asked| asked.method == "POST")
        .map(|asked| String::from_utf8(asked.body.clone()).unwrap())
        .collect();
    assert_eq!(
        posts,
        ["grant_type=password&username=me&password=pass-word&service=reg&client_id=kz&scope=repository%3Aweb%3Apull"]
    );
    assert!(fails(&server, "registry login $HOST --plain-http -u me -p wrong").contains("error[http-unauthorized]"));
}

#[test]
fn tokens_of_identity_are_good_for_others() {
    let expected =
        "grant_type=refresh_token&refresh_token=1dentity&service=reg&client_id=kz&scope=repository%3Aweb%3Apull";
    let server = with_tokens(move |asked| match asked.body == expected.as_bytes() {
        true => Reply::ok(r#"{"access_token": "t0ken"}"#),
        false => Reply::status(401, "who?"),
    });
    let home = TempDir::new().unwrap();
    std::fs::create_dir(home.path().join(".docker")).unwrap();
    let keep = |entry: &str| {
        let config = format!("{{\"auths\": {{\"{}\": {entry}}}}}", server.address);
        std::fs::write(home.path().join(".docker/config.json"), config).unwrap();
    };
    keep(r#"{"auth": "bWU6", "identitytoken": "1dentity"}"#);
    let done = run(&server, &home, "pull $WEB");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    // One for the registry itself needs no other.
    keep(r#"{"registrytoken": "t0ken"}"#);
    let before = server.asked().iter().filter(|asked| asked.method == "POST").count();
    let done = run(&server, &home, "pull $WEB --cache-dir other");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(server.asked().iter().filter(|asked| asked.method == "POST").count(), before);
}

#[test]
fn refusals_come_to_an_end() {
    let server = Server::start(|asked, _| match asked.target.starts_with("/token") {
        true => Reply::ok(r#"{"token": "t0ken"}"#),
        false => unauthorized(&own_realm(asked)),
    });
    let said = fails(&server, WITH_USER);
    assert!(said.starts_with("error[http-unauthorized]: cannot fetch `http://127.0.0.1:"), "{said}");
    assert_eq!(server.count(), 3);
    let server = Server::always(|| Reply::status(401, "").header("WWW-Authenticate", "Basic realm=\"x\""));
    fails(&server, WITH_USER);
    assert_eq!(server.count(), 2);
    for answer in ["", "{}", "[]", r#"{"token": 7}"#, r#"{"token": ""}"#] {
        let server = with_tokens(move |_| Reply::ok(answer));
        assert!(fails(&server, "pull $WEB").starts_with("error[registry-token]: "), "{answer}");
    }
    let server = with_tokens(|_| Reply::ok("{\"token\": \"a\\nb: c\"}"));
    assert!(fails(&server, "pull $WEB").starts_with("error[http-protocol]: "));
}

#[test]
fn credentials_stay_with_the_registry() {
    // Its tokens are given out by another host, in the clear.
    let other = Server::always(|| Reply::ok(r#"{"token": "t0ken"}"#));
    let realm = other.url_by_name("/token");
    let server = Server::start(move |_, _| unauthorized(&realm));
    let said = fails(&server, WITH_USER);
    assert!(said.contains("anybody could read your credentials on their way to that host"), "{said}");
    assert_eq!(other.count(), 0);

    // What is asked for lies elsewhere, and who has it wants to know more.
    let elsewhere = Server::start(|asked, _| unauthorized(&own_realm(asked)));
    let target = elsewhere.url_by_name("/v2/web/tags/list");
    let server = Server::start(move |_, _| Reply::redirect(target.clone()));
    assert!(fails(&server, WITH_USER).starts_with("error[http-unauthorized]: "));
    assert_eq!(asked(&elsewhere), ["GET /v2/web/tags/list -"]);

    // As archives of many registries do.
    let elsewhere = Server::always(|| Reply::ok(archive()));
    let target = elsewhere.url_by_name("/blob");
    let server = Server::start(move |asked, _| match asked.header("authorization") {
        Some(ME) if asked.target.contains("/blobs/") => Reply::redirect(target.clone()),
        Some(ME) => content(&asked.target),
        _ => Reply::status(401, "").header("WWW-Authenticate", "Basic realm=\"x\""),
    });
    succeeds(&server, WITH_USER);
    assert_eq!(asked(&elsewhere), ["GET /blob -"]);
}

#[test]
fn user_and_password_are_for_one_registry() {
    let [first, second] = [(); 2].map(|()| Server::start(|asked, _| content(&asked.target)));
    let home = TempDir::new().unwrap();
    let dependency = |server: &Server| {
        format!(
            "- {{name: web, alias: a{}, version: ^1, repository: \"oci://{}\"}}\n",
            server.address.port(),
            server.address
        )
    };
    let both = format!("{}{}", dependency(&first), dependency(&second));
    let chart = format!("apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n{both}");
    std::fs::write(home.path().join("Chart.yaml"), chart).unwrap();
    let done = run(&first, &home, "dependency update --plain-http --username me --password pass-word");
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(said.starts_with("error[usage]: `--username` is for one server"), "{said}");
    assert_eq!((first.count(), second.count()), (0, 0));
}

#[test]
fn lists_of_tags_come_in_pages() {
    let server = Server::start(|asked, _| match asked.target.as_str() {
        "/v2/web/tags/list" => Reply::ok(r#"{"tags": ["0.1.0", "latest"]}"#)
            .header("Link", "</v2/web/tags/list?last=latest&n=2>; rel=\"next\""),
        "/v2/web/tags/list?last=latest&n=2" => Reply::ok(r#"{"tags": ["1.0.0", "0.9.0"]}"#),
        path => content(path),
    });
    succeeds(&server, "pull $WEB");
    assert_eq!(server.count(), 4);
    for (link, why) in [
        ("<http://other.example.com/v2/web/tags/list>", "which is not of the registry"),
        ("nonsense", "which is not of the registry"),
        ("</v2/web/tags/list>; rel=\"next\"", "the list does not end"),
    ] {
        let server = Server::always(move || Reply::ok("{\"tags\": [\"1.0.0\"]}").header("Link", link));
        let said = fails(&server, "pull $WEB");
        assert!(said.starts_with("error[oci-tags]: ") && said.contains(why), "{said}");
    }
    let server = Server::always(|| Reply::ok("<html>"));
    assert!(fails(&server, "pull $WEB").starts_with("error[oci-tags]: "));
}

#[test]
fn what_comes_is_checked() {
    let version = "pull $WEB --version 1.0.0";
    let of_manifest = |reply: fn() -> Reply| {
        let server = Server::start(move |asked, _| match asked.target.as_str() {
            "/v2/web/manifests/1.0.0" => reply(),
            path => content(path),
        });
        fails(&server, version)
    };
    let said = of_manifest(|| Reply::ok(manifest(1)).header("Docker-Content-Digest", digest(b"other")));
    assert!(said.starts_with("error[wrong-digest]: "), "{said}");
    let said = of_manifest(|| Reply::ok(manifest(archive().len() + 1)));
    assert!(said.contains("another size than its manifest says"), "{said}");
    assert!(of_manifest(|| Reply::ok(manifest(archive().len() - 1))).starts_with("error[http-too-large]: "));
    assert!(of_manifest(|| Reply::ok(manifest(1 << 40))).contains("has more than 128 MiB"));
    assert!(of_manifest(|| Reply::Endless).starts_with("error[http-too-large]: "));
    for text in ["", "[]", "{}", "{\"manifests\": 7}", "<html>"] {
        let server = Server::start(move |asked, _| match asked.target.as_str() {
            "/v2/web/manifests/1.0.0" => Reply::ok(text),
            path => content(path),
        });
        assert!(fails(&server, version).starts_with("error[oci-manifest]: "), "{text}");
    }
    let server = Server::start(|asked, _| match asked.target.contains("/blobs/") {
        true => Reply::ok(vec![b'x'; archive().len()]),
        false => content(&asked.target),
    });
    assert!(fails(&server, version).starts_with("error[wrong-digest]: "));
}
