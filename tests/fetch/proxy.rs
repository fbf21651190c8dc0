//! By way of proxies.

use std::net::SocketAddr;

use kz::fetch::http::{Kind, send};
use kz::fetch::proxy::Proxies;

use super::server::{Reply, Server};
use super::{context, request, settings, told};

fn get_by(proxies: Proxies, url: &str) -> String {
    let settings = kz::fetch::Settings { proxies, ..settings(None) };
    told(send(&context(settings), &request(url)))
}

#[test]
fn proxies_are_asked_for_whole_urls() {
    let proxy = Server::start(|asked, _| Reply::ok(format!("{} by proxy", asked.target)));
    let with_user = proxy.url("").replace("http://", "http://me:secret@");
    let proxies = Proxies::new(&with_user, "", "");
    let told = get_by(proxies.clone(), "http://host.invalid:81/a?b");
    assert_eq!(told, "http://host.invalid:81/a?b by proxy");
    let asked = &proxy.asked()[0];
    assert_eq!(asked.header("host"), Some("host.invalid:81"));
    assert_eq!(asked.header("proxy-authorization"), Some("Basic bWU6c2VjcmV0"));
    assert_eq!(asked.header("authorization"), None);

    let refusing = Server::always(|| Reply::status(407, ""));
    let told = get_by(Proxies::new(&refusing.url(""), "", ""), "http://host.invalid/");
    assert!(told.starts_with("http-proxy: "), "{told}");

    // On one connection as well.
    let settings = kz::fetch::Settings { proxies, ..settings(None) };
    let context = context(settings);
    for path in ["x", "y"] {
        let answer = send(&context, &request(&format!("http://host.invalid/{path}"))).unwrap();
        assert_eq!(answer.body, format!("http://host.invalid/{path} by proxy").into_bytes());
    }
    assert_eq!(proxy.connections(), 2);
}

#[test]
fn tunnels_are_opened_for_https() {
    let proxy = Server::start(|asked, _| match asked.target.as_str() {
        "refused.invalid:443" => Reply::status(407, "who?"),
        // Somebody who speaks no TLS is as far as this needs to get.
        _ => Reply::Tunnel(SocketAddr::from(([127, 0, 0, 1], 1))),
    });
    let proxies = || Proxies::new("", &proxy.url("").replace("http://", "http://me:secret@"), "");
    let told = get_by(proxies(), "https://refused.invalid/");
    assert!(
        told.starts_with("http-proxy: ") && told.contains("the proxy refuses") && !told.contains("secret"),
        "{told}"
    );
    assert!(!get_by(proxies(), "https://host.invalid/").contains("secret"));
    let asked = proxy.asked();
    assert_eq!((asked[0].method.as_str(), asked[0].target.as_str()), ("CONNECT", "refused.invalid:443"));
    assert_eq!(asked[0].header("proxy-authorization"), Some("Basic bWU6c2VjcmV0"));
}

#[test]
fn a_proxy_that_is_none_is_told_without_its_password() {
    for proxy in ["http://me:secret@:0", "gopher://me:secret@host", "http://me:secret@ho st"] {
        let settings = kz::fetch::Settings { proxies: Proxies::new(proxy, proxy, ""), ..settings(None) };
        for url in ["http://host.invalid/", "https://host.invalid/"] {
            let failure = send(&context(settings.clone()), &request(url)).unwrap_err();
            assert_eq!(failure.kind, Kind::Proxy, "{proxy}");
            assert!(!format!("{:?}", failure.diagnostic).contains("secret"));
        }
    }
}

#[test]
fn hosts_may_be_left_out() {
    let proxy = Server::always(|| Reply::ok("by proxy"));
    let told = get_by(Proxies::new(&proxy.url(""), "", ".invalid"), "http://host.invalid/");
    assert!(told.starts_with("http-connection: "), "{told}");
    assert_eq!(proxy.count(), 0);
    // What is on this machine needs no proxy.
    let server = Server::always(|| Reply::ok("direct"));
    assert_eq!(get_by(Proxies::new(&proxy.url(""), "", ""), &server.url("/")), "direct");
}
