//! `kz vendor`: charts lie where the build of the copy finds them.

use std::fs;

use super::docker_registry::{DockerRegistry, Setup};
use super::locks::{Place, State, changing};
use super::temp_dir::TempDir;
use super::tls::Identity;

#[test]
fn charts_lie_in_the_chart_home() {
    let (server, state) = changing();
    let repo = server.url("/charts");
    let kustomization = format!(
        "# Charts.\nhelmCharts:\n- name: web # newest\n  repo: {repo}\n  releaseName: a\n- name: web\n  repo: {repo}\n  \
         version: 1.0.0\n  releaseName: b\n  valuesFile: charts/web-1.0.0/web/values.yaml\n- name: db\n  \
         repo: {repo}\n  version: ^0.3\n  releaseName: c\n"
    );
    let place = Place::new(&kustomization);
    place.succeeds("lock");
    let built = place.succeeds("build");
    *state.lock().unwrap() = State::Newer;
    place.succeeds("vendor . ../out");
    drop(server);
    fs::remove_dir_all(place.path("cache")).unwrap();
    assert_eq!(place.succeeds("build ../out --offline"), built);
    assert_eq!(fs::read_to_string(place.path("out/kustomization.yaml")).unwrap(), kustomization);
    for chart in ["web", "web-1.0.0/web", "db-^0.3/db"] {
        assert!(place.path(&format!("out/charts/{chart}/Chart.yaml")).is_file(), "{chart}");
    }
    assert!(!place.path("out/kz.lock").exists());
}

#[test]
fn charts_of_one_name_without_versions_cannot_lie_side_by_side() {
    let (server, state) = changing();
    let of = |number: usize| {
        format!("- {{name: web, repo: '{}{}', releaseName: r{number}}}\n", server.url("/charts"), "/".repeat(number))
    };
    let place = Place::new(&format!("helmCharts:\n{}", of(0)));
    place.succeeds("vendor . ../one");
    // The cache is asked for by address: one of them is newer.
    place.succeeds("lock");
    *state.lock().unwrap() = State::Newer;
    fs::write(place.path("work/kustomization.yaml"), format!("helmCharts:\n{}{}", of(0), of(1))).unwrap();
    place.succeeds("lock");
    let said = place.fails("vendor . ../out");
    assert!(said.starts_with("error[vendor-clash]: two things would have the place `charts/web/"), "{said}");
    assert!(!place.path("out").exists());
}

#[test]
fn charts_of_registries_lie_there_too() {
    let temp = TempDir::new().unwrap();
    let identity = Identity::new(temp.path(), &["127.0.0.1"]);
    let setup = Setup { is_private: false, tls: Some((&identity.certificate, &identity.key)) };
    let Some(registry) = DockerRegistry::start(&temp.path().join("registry"), setup) else { return };
    let repo = format!("oci://{}/charts", registry.address);
    let mut place =
        Place::new(&format!("helmCharts:\n- {{name: web, repo: '{repo}', version: 1.0.0, releaseName: r}}\n"));
    place.env.push(("SSL_CERT_FILE", identity.certificate.display().to_string()));
    let built = place.succeeds("build");
    place.succeeds("vendor . ../out");
    drop(registry);
    fs::remove_dir_all(place.path("cache")).unwrap();
    assert_eq!(place.succeeds("build ../out"), built);
}
