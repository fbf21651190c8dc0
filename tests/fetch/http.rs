//! Answers of all kinds.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use kz::fetch::Url;
use kz::fetch::http::{Auth, Kind, Request, send};

use super::server::{Reply, Server};
use super::{context, get, request, settings, told};

#[test]
fn statuses_are_kinds_that_callers_can_act_upon() {
    let challenge = r#"Bearer realm="https://auth/token",service="registry""#;
    let server = Server::start(move |asked, _| match asked.target.as_str() {
        "/401" => Reply::status(401, "who?").header("WWW-Authenticate", challenge).header("www-authenticate", "Basic"),
        path => Reply::status(path[1..].parse().unwrap(), "x"),
    });
    let failure = |path: &str| get(&server.url(path)).unwrap_err();
    let unauthorized = failure("/401");
    assert_eq!(unauthorized.headers.all("WWW-AUTHENTICATE").collect::<Vec<_>>(), [challenge, "Basic"]);
    assert_eq!(unauthorized.body, b"who?");
    let kinds = [
        (206, Kind::Status(206)),
        (401, Kind::Unauthorized),
        (403, Kind::Forbidden),
        (404, Kind::NotFound),
        (418, Kind::Status(418)),
    ];
    for (status, kind) in kinds {
        let failure = failure(&format!("/{status}"));
        assert_eq!((failure.kind, failure.status()), (kind, Some(status)));
    }
    assert_eq!(failure("/410").kind, Kind::NotFound);
    // None of these goes away by asking again.
    assert_eq!(server.count(), 7);
}

#[test]
fn what_may_pass_is_asked_for_again() {
    for fault in [500, 502, 503, 504, 429, 408] {
        let server =
            Server::start(move |_, number| if number < 2 { Reply::status(fault, "") } else { Reply::ok("at last") });
        assert_eq!(told(get(&server.url("/"))), "at last", "{fault}");
        assert_eq!(server.count(), 3);
    }
    let server = Server::always(|| Reply::status(503, ""));
    let message = format!("http-status: cannot fetch `{}`: the server says 503 Service Unavailable", server.url("/"));
    assert_eq!(told(get(&server.url("/"))), message);
    assert_eq!(server.count(), 3);
}

#[test]
fn servers_that_ask_for_patience_get_a_little() {
    let server = Server::start(|_, number| match number {
        0 => Reply::status(429, "").header("Retry-After", "1"),
        1 => Reply::status(503, "").header("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"),
        _ => Reply::ok("thanks"),
    });
    assert_eq!(told(get(&server.url("/"))), "thanks");

    // More than there is: it is not even begun.
    let server = Server::always(|| Reply::status(429, "").header("Retry-After", "3600"));
    assert_eq!(get(&server.url("/")).unwrap_err().kind, Kind::Status(429));
    assert_eq!(server.count(), 1);
}

#[test]
fn broken_connections_are_tried_again() {
    let cut: [&[u8]; 5] = [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegins",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nbegins\r\n",
    ];
    for bytes in cut {
        let flaky =
            Server::start(move |_, number| if number == 0 { Reply::Raw(bytes.to_vec()) } else { Reply::ok("whole") });
        assert_eq!(told(get(&flaky.url("/"))), "whole", "{}", String::from_utf8_lossy(bytes));
        let broken = Server::always(move || Reply::Raw(bytes.to_vec()));
        let failure = get(&broken.url("/")).unwrap_err();
        assert_eq!(failure.kind, Kind::Connection, "{}", failure.diagnostic.message);
        assert_eq!(broken.count(), 3);
    }
}

#[test]
fn nobody_there() {
    let told = told(get("http://127.0.0.1:1/"));
    assert!(told.starts_with("http-connection: "), "{told}");
    let failure = get("http://host.invalid/").unwrap_err();
    assert_eq!(failure.kind, Kind::Connection, "{}", failure.diagnostic.message);
}

#[test]
fn what_is_no_answer_is_told() {
    for bytes in [&b"SSH-2.0-OpenSSH_9.2\r\n"[..], b"HTTP/1.1 banana\r\n\r\n", b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"] {
        let server = Server::always(move || Reply::Raw(bytes.to_vec()));
        let failure = get(&server.url("/")).unwrap_err();
        assert!(matches!(failure.kind, Kind::Protocol | Kind::Connection), "{}", failure.diagnostic.message);
    }
    let server = Server::always(|| Reply::ok("").header("X", "x".repeat(1 << 20)));
    assert_eq!(get(&server.url("/")).unwrap_err().kind, Kind::Protocol);
}

#[test]
fn a_silent_server_is_not_waited_for_without_end() {
    let server = Server::always(|| Reply::Silence);
    let mut impatient = settings(None);
    impatient.timeouts.read = Duration::from_millis(50);
    let failure = send(&context(impatient), &request(&server.url("/"))).unwrap_err();
    assert_eq!((failure.kind, failure.diagnostic.code), (Kind::Timeout, "http-timeout"));
    assert_eq!(server.count(), 3);
}

#[test]
fn answers_are_bounded_in_size_and_time() {
    let server = Server::always(|| Reply::Endless);
    let failure = send(&context(settings(None)), &request(&server.url("/")).limit(3 << 20)).unwrap_err();
    assert_eq!(failure.kind, Kind::TooLarge);
    assert!(failure.diagnostic.message.ends_with("it has more than 3 MiB"), "{}", failure.diagnostic.message);
    assert_eq!(server.count(), 1);

    let mut hurried = settings(None);
    hurried.timeouts.whole = Duration::from_millis(50);
    let failure = send(&context(hurried), &request(&server.url("/")).limit(u64::MAX)).unwrap_err();
    assert_eq!(failure.kind, Kind::Timeout);

    // What is said to be too large is not begun.
    let long = || Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx".to_vec());
    let server = Server::always(long);
    assert_eq!(get(&server.url("/")).unwrap_err().kind, Kind::TooLarge);
}

#[test]
fn longer_than_announced_is_cut_off() {
    let server = Server::always(|| Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef".to_vec()));
    assert_eq!(told(get(&server.url("/"))), "abc");
}

#[test]
fn connections_are_used_again() {
    let server = Server::always(|| Reply::ok("x"));
    let context = context(settings(None));
    for _ in 0..5 {
        send(&context, &request(&server.url("/"))).unwrap();
    }
    assert_eq!((server.count(), server.connections()), (5, 1));
}

#[test]
fn heads_and_forms_are_sent() {
    let server = Server::start(|asked, _| match asked.method.as_str() {
        "HEAD" => Reply::ok("twelve bytes").header("Docker-Content-Digest", "sha256:x"),
        _ => Reply::ok(asked.body.clone()),
    });
    let context = context(settings(None));
    let url = Url::parse(&server.url("/token")).unwrap();
    let head = send(&context, &Request::head(url.clone())).unwrap();
    assert_eq!((head.headers.get("docker-content-digest"), head.body.as_slice()), (Some("sha256:x"), &b""[..]));
    let form = Request::post_form(url, &[("scope", "a b&c"), ("grant_type", "password")]);
    assert_eq!(told(send(&context, &form)), "scope=a+b%26c&grant_type=password");
    let asked = server.asked();
    assert_eq!(asked[1].header("content-type"), Some("application/x-www-form-urlencoded"));
    assert!(asked[0].header("user-agent").unwrap().starts_with("kz/"));
    assert_eq!(asked[0].header("accept-encoding"), None);
}

/// `me:secret`
const BASIC: &str = "Basic bWU6c2VjcmV0";

#[test]
fn credentials_go_to_their_host_only() {
    let other = Server::always(|| Reply::ok("of the other"));
    let to_other = other.url("/x");
    let server = Server::start(move |asked, _| match asked.target.as_str() {
        "/away" => Reply::redirect(to_other.clone()),
        "/here" => Reply::redirect("there?x=1"),
        _ => Reply::ok("of the same"),
    });
    let me = Auth::Basic { user: "me".into(), password: "secret".into() };
    let send = |path: &str, pass: bool| {
        let mut request = request(&server.url(path)).header("Private-Token", "secret").header("Accept", "text/x");
        request.auth = Some(me.clone());
        request.pass_credentials = pass;
        told(send(&context(settings(None)), &request))
    };
    assert_eq!(send("/here", false), "of the same");
    let asked = server.asked();
    assert_eq!(asked[1].target, "/there?x=1");
    assert!(asked.iter().all(|asked| asked.header("authorization") == Some(BASIC)));

    assert_eq!(send("/away", false), "of the other");
    let asked = other.asked();
    assert_eq!((asked[0].header("authorization"), asked[0].header("private-token")), (None, None));
    assert_eq!(asked[0].header("accept"), Some("text/x"));

    assert_eq!(send("/away", true), "of the other");
    assert_eq!(other.asked()[1].header("authorization"), Some(BASIC));
}

#[test]
fn credentials_do_not_come_back_with_the_way() {
    let home = Arc::new(Mutex::new(String::new()));
    let to_home = home.clone();
    let other = Server::start(move |_, _| Reply::redirect(to_home.lock().unwrap().clone()));
    let to_other = other.url("/x");
    let server = Server::start(move |asked, _| match asked.target.as_str() {
        "/away" => Reply::redirect(to_other.clone()),
        _ => Reply::ok("home again"),
    });
    *home.lock().unwrap() = server.url("/home");
    let url = server.url("/away").replace("http://", "http://me:secret@");
    assert_eq!(told(get(&url)), "home again");
    let asked = server.asked();
    assert_eq!(asked[0].header("authorization"), Some(BASIC));
    assert_eq!(asked[1].header("authorization"), None);
}

#[test]
fn redirects_end() {
    let server = Server::start(|_, number| Reply::redirect(format!("/{number}")));
    let told = told(get(&server.url("/")));
    assert_eq!(told, format!("http-redirect: cannot fetch `{}`: more than 10 redirects", server.url("/")));
    let server = Server::always(|| Reply::redirect("file:///etc/passwd"));
    assert_eq!(get(&server.url("/")).unwrap_err().kind, Kind::Redirect);
}

#[test]
fn posts_become_gets_where_a_browser_would_do_so() {
    let server = Server::start(|asked, _| match asked.target.as_str() {
        "/302" => Reply::redirect("/end"),
        "/307" => Reply::status(307, "").header("Location", "/end"),
        _ => Reply::ok(format!("{} {}", asked.method, String::from_utf8_lossy(&asked.body))),
    });
    let post = |path: &str| {
        let request = Request::post_form(Url::parse(&server.url(path)).unwrap(), &[("a", "b")]);
        told(send(&context(settings(None)), &request))
    };
    assert_eq!((post("/302").as_str(), post("/307").as_str()), ("GET ", "POST a=b"));
}

#[test]
fn no_message_holds_a_secret() {
    let server = Server::start(|asked, _| match asked.target.split('?').next().unwrap() {
        "/401" => Reply::status(401, ""),
        "/500" => Reply::status(500, ""),
        "/redirect" => Reply::redirect("http://me:secret@:0/?token=secret"),
        "/unknown" => Reply::redirect("http://me:secret@host.invalid/?token=secret"),
        "/cut" => Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n".to_vec()),
        "/endless" => Reply::Endless,
        _ => Reply::Raw(b"secret".to_vec()),
    });
    for path in ["/401", "/500", "/redirect", "/unknown", "/cut", "/endless", "/odd"] {
        let url = server.url(path).replace("http://", "http://me:secret@") + "?token=secret";
        let request = request(&url).limit(1 << 16).auth(Some(Auth::Bearer("secret".into())));
        let failure = send(&context(settings(None)), &request).unwrap_err();
        for text in [format!("{:?}", failure.diagnostic), format!("{request:?}")] {
            assert!(!text.contains("secret"), "{text}");
        }
    }
    // A line break in a token must not become a header.
    let request = request(&server.url("/")).auth(Some(Auth::Bearer("secret\r\nX: y".into())));
    let failure = send(&context(settings(None)), &request).unwrap_err();
    assert!(!format!("{:?}", failure.diagnostic).contains("secret"));
    assert!(server.asked().iter().all(|asked| asked.header("x").is_none()));
}
