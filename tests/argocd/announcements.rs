//! What `parameters.dynamic` announces, and that it changes nothing where it is set as it is.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use crate::project;
use crate::repo_server::{App, RepoServer};

/// An announcement's value, by its name.
fn value<'v>(list: &'v Value, name: &str) -> &'v Value {
    let found = list.as_array().unwrap().iter().find(|item| item["name"] == name);
    let found = found.unwrap_or_else(|| panic!("{name} is not announced: {list}"));
    &found[found["collectionType"].as_str().unwrap()]
}

/// The parameters of an application that sets all that is announced, as Argo CD's page does.
fn as_set(list: &Value) -> String {
    let set = |item: &Value| {
        let form = item["collectionType"].as_str().unwrap();
        json!({ "name": item["name"], form: item[form] })
    };
    Value::Array(list.as_array().unwrap().iter().map(set).collect()).to_string()
}

fn assert_nothing_changes(server: &RepoServer, app: &App, list: &Value) {
    let plain = server.manifests(app, &[]);
    assert_eq!(server.manifests(app, &[("ARGOCD_APP_PARAMETERS", &as_set(list))]), plain, "{list}");
}

#[test]
fn a_kustomization_says_what_it_builds_to() {
    let server = RepoServer::new("plugin.yaml");
    let app = server.stream(&project("testdata/argocd/kustomization/in"), ".");
    let before = app.files();
    let (list, said) = server.announcements(&app, &[]);
    assert_eq!((said.as_str(), app.files()), ("", before));
    let images = [
        "registry.example/shop:1.4",
        "postgres=registry.example/postgres:17",
        "envoy@sha256:1111111111111111111111111111111111111111111111111111111111111111",
        "registry.example:5000/tools/wait=registry.example:5000/tools/wait",
    ];
    assert_eq!(value(&list, "images"), &json!(images));
    assert_eq!(value(&list, "replicas"), &json!({"shop": "2", "db": "1"}));
    assert_eq!(value(&list, "namespace"), "prod");
    assert_eq!(value(&list, "name-prefix"), "");
    assert_nothing_changes(&server, &app, &list);
}

/// Names are those of the base, by which replicas are set.
#[test]
fn a_prefix_is_announced_beside_the_names() {
    let server = RepoServer::new("plugin.yaml");
    let repository = server.path("repository");
    crate::temp_dir::copy(&project("testdata/argocd/kustomization/in"), &repository).unwrap();
    let file = repository.join("kustomization.yaml");
    fs::write(&file, fs::read_to_string(&file).unwrap() + "namePrefix: blue-\n").unwrap();
    let app = server.stream(&repository, ".");
    let (list, _) = server.announcements(&app, &[]);
    assert_eq!(value(&list, "replicas"), &json!({"shop": "2", "db": "1"}));
    assert_eq!(value(&list, "name-prefix"), "blue-");
    assert_nothing_changes(&server, &app, &list);
}

/// An entry for each name is all that can be set.
#[test]
fn what_one_entry_would_change_is_not_announced() {
    let server = RepoServer::new("plugin.yaml");
    let repository = server.path("repository");
    let deployment = |name: &str, kind: &str, replicas: &str, image: &str| {
        format!(
            "apiVersion: apps/v1\nkind: {kind}\nmetadata:\n  name: {name}\nspec:\n{replicas}  template:\n    spec:\n      \
             containers:\n      - name: a\n        image: {image}\n"
        )
    };
    let objects = [
        deployment("web", "Deployment", "  replicas: 2\n", "registry.example/web:1"),
        deployment("web", "StatefulSet", "  replicas: 3\n", "registry.example/web:2"),
        deployment("api", "Deployment", "  replicas: 2\n", "registry.example/api:1@sha256:0123"),
        deployment("api", "StatefulSet", "", "registry.example/suffixed:1"),
        deployment("job", "Deployment", "  replicas: 4\n", "registry.example/job"),
    ];
    fs::create_dir_all(&repository).unwrap();
    fs::write(repository.join("objects.yaml"), objects.join("---\n")).unwrap();
    let file = "resources: [objects.yaml]\nimages:\n- {name: registry.example/suffixed, tagSuffix: -alpine}\n";
    fs::write(repository.join("kustomization.yaml"), file).unwrap();
    let app = server.stream(&repository, ".");
    let (list, _) = server.announcements(&app, &[]);
    assert_eq!(value(&list, "replicas"), &json!({"job": "4"}));
    let images = ["registry.example/api:1@sha256:0123", "registry.example/job=registry.example/job"];
    assert_eq!(value(&list, "images"), &json!(images));
    assert_nothing_changes(&server, &app, &list);
}

#[test]
fn a_chart_says_its_values_by_their_paths() {
    let server = RepoServer::new("plugin.yaml");
    let repository = server.path("repository");
    fs::create_dir_all(repository.join("templates")).unwrap();
    fs::write(repository.join("Chart.yaml"), "apiVersion: v2\nname: web\nversion: 0.1.0\n").unwrap();
    let template =
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata: {{ toJson (toString (toYaml .Values)) }}\n";
    fs::write(repository.join("templates/cm.yaml"), template).unwrap();
    let values = "\
replicas: 3
enabled: false
image:
  name: registry.example/web
  tag: '1.0'
labels:
  example.com/team: shop
note: a, b
empty: ''
hosts: [a.example, b.example]
ports: [80, 443]
# What would be something else if it were set.
build: '20240101'
share: 0.5
nothing: null
none: []
large: 1000000
path: C:\\web
list:
- name: a
";
    fs::write(repository.join("values.yaml"), values).unwrap();
    let app = server.stream(&repository, ".");
    let (list, said) = server.announcements(&app, &[]);
    assert_eq!(said, "");
    let announced = json!({
        "replicas": "3",
        "enabled": "false",
        "image.name": "registry.example/web",
        "image.tag": "1.0",
        "labels.example\\.com/team": "shop",
        "note": "a, b",
        "empty": "",
        "hosts": "{a.example,b.example}",
        "ports": "{80,443}",
    });
    assert_eq!(value(&list, "values"), &announced);
    assert_eq!(value(&list, "values-files"), &json!([]));
    assert_eq!(value(&list, "allow-empty"), "false");
    assert_nothing_changes(&server, &app, &list);
}

/// Both lists are of the same parameters, with the same words.
#[test]
fn what_is_announced_for_each_is_announced_for_all() {
    let server = RepoServer::new("plugin.yaml");
    let words = |item: &Value| {
        ["name", "title", "tooltip", "itemType", "collectionType"].map(|key| item[key].as_str().unwrap().to_owned())
    };
    let mut dynamic = BTreeMap::new();
    for case in ["kustomization", "chart"] {
        let app = server.stream(&project(&format!("testdata/argocd/{case}/in")), ".");
        let (list, _) = server.announcements(&app, &[]);
        dynamic.extend(list.as_array().unwrap().iter().map(|item| (words(item)[0].clone(), words(item))));
    }
    let fixed: BTreeMap<_, _> = server.plugin.announced().into_iter().map(|item| (item[0].clone(), item)).collect();
    assert_eq!(dynamic, fixed);
}

/// The page of an application shows nothing at all where this command fails.
#[test]
fn of_a_build_that_fails_the_file_itself_is_told() {
    let server = RepoServer::new("plugin.yaml");
    let repository = server.path("repository");
    fs::create_dir_all(&repository).unwrap();
    let file = "resources:\n- https://git.example.com/private//base?ref=v1\nnamespace: prod\n\
                images:\n- name: web\n  newTag: v2\nreplicas:\n- name: web\n  count: 2\n";
    fs::write(repository.join("kustomization.yaml"), file).unwrap();
    let app = server.stream(&repository, ".");
    let (list, said) = server.announcements(&app, &[("KZ_OFFLINE", "true")]);
    assert!(said.starts_with("warning[offline]"), "{said}");
    assert_eq!(value(&list, "images"), &json!(["web:v2"]));
    assert_eq!(value(&list, "replicas"), &json!({"web": "2"}));
    assert_eq!(value(&list, "namespace"), "prod");
}
