//! Repositories over TLS.

use std::fs;
use std::process::{Command, Output, Stdio};

use super::server::Server;
use super::site;
use super::temp_dir::TempDir;
use super::tls::Identity;

#[test]
fn authorities_may_be_those_of_a_repository() {
    let temp = TempDir::new().unwrap();
    let identity = Identity::new(temp.path(), &["127.0.0.1"]);
    let ca = identity.certificate;
    let server = Server::start_with(Some(identity.config), site::handler());

    let run = |line: &str| -> Output {
        let line = line.replace("$SERVER", &server.url("")).replace("$CA", &ca.display().to_string());
        let mut command = Command::new(env!("CARGO_BIN_EXE_kz"));
        command.args(line.split_whitespace()).current_dir(temp.path()).stdin(Stdio::null());
        command.env_clear().env("HOME", temp.path()).output().unwrap()
    };
    let succeeds = |line: &str| {
        let done = run(line);
        assert!(done.status.success(), "{line}: {}", String::from_utf8_lossy(&done.stderr));
    };
    let fails = |line: &str| {
        let done = run(line);
        assert!(!done.status.success() && done.stdout.is_empty(), "{line}");
        String::from_utf8(done.stderr).unwrap()
    };

    for line in
        ["repo add own $SERVER/charts", "template a web --repo $SERVER/charts", "pull $SERVER/charts/web-1.0.0.tgz"]
    {
        assert!(fails(line).starts_with("error[http-tls]: "), "{line}");
        succeeds(&format!("{line} --ca-file $CA"));
    }
    succeeds("template a web --repo $SERVER/charts --insecure-skip-tls-verify");
    // What was said of the repository goes for its archives, too.
    succeeds("template a own/web");
    succeeds("repo update");
    succeeds("repo add lax $SERVER/moved --insecure-skip-tls-verify");
    succeeds("template a lax/db");
    let list = fs::read_to_string(temp.path().join(".config/helm/repositories.yaml")).unwrap();
    assert!(list.contains(&format!("caFile: {}\n", ca.display())), "{list}");
    assert!(fails("template a own/web --cert-file $CA").contains("`--cert-file` and `--key-file` need one another"));
}
