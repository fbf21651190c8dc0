//! What is kept of charts that have to be signed; what helm says of them is in `testdata/pull/signed-*`.

use std::fs;

use super::promises::Place;
use super::site;

fn place() -> Place {
    let place = Place::new();
    fs::copy(site::signed().join("ring.gpg"), place.work("ring.gpg")).unwrap();
    place
}

fn app(place: &Place, version: &str) {
    let dependency = format!("- name: web\n  version: {version}\n  repository: $SERVER/signed\n");
    place.write("app/Chart.yaml", &format!("apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n{dependency}"));
}

#[test]
fn nothing_is_kept_of_what_does_not_hold() {
    let place = place();
    for version in ["1.2.0", "1.3.0", "1.4.0"] {
        place.fails(&format!("pull web --repo $SERVER/signed --version {version} --verify --keyring ring.gpg"));
        app(&place, version);
        place.fails("dependency update app --verify --keyring ring.gpg");
    }
    assert_eq!(place.files(), ["app/Chart.yaml", "ring.gpg"]);
}

#[test]
fn dependencies_that_are_signed_are_put_into_place() {
    let place = place();
    app(&place, "1.0.0");
    for verb in ["update", "build"] {
        place.succeeds(&format!("dependency {verb} app --verify --keyring ring.gpg"));
        assert_eq!(place.files(), ["app/Chart.lock", "app/Chart.yaml", "app/charts/web-1.0.0.tgz", "ring.gpg"]);
    }
}

#[test]
fn dependency_build_takes_what_nobody_has_signed() {
    let place = place();
    app(&place, "1.3.0");
    place.succeeds("dependency update app");
    let (_, said) = place.succeeds("dependency build app --verify --keyring ring.gpg");
    assert!(said.starts_with("note: `web-1.3.0.tgz` is not verified: "), "{said}");
}

#[test]
fn what_was_verified_is_verified_again_without_the_net() {
    let place = place();
    let line = "template a web --repo $SERVER/signed --version 1.0.0 --verify --keyring ring.gpg";
    let (printed, _) = place.succeeds(line);
    assert_eq!(place.succeeds(&format!("{line} --offline")).0, printed);
}
