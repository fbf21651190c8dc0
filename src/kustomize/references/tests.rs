//! `cases.txt` holds layers, and what kustomize 5.8.1 prints for the last one; for errors only that there is
//! one. A layer takes other layers in, then its own objects, and then changes namespace and names.

use super::update_name_references;
use crate::base::{Result, Sources, Span};
use crate::k8s::{ResMap, Resource, Schema};
use crate::kustomize::fieldspecs;
use crate::kustomize::kustomization::Text;
use crate::kustomize::transformers::{name_prefix, namespace};
use crate::yaml::{self, Node, ReadOptions};

/// Runs all layers; gives what the last one holds.
fn run(sources: &Sources, layers: &str) -> Result<ResMap> {
    let schema = Schema::default();
    let mut made: Vec<(&str, Vec<Resource>)> = Vec::new();
    for layer in layers.split("@layer ").skip(1) {
        let (head, objects) = layer.split_once('\n').expect("a line of its own");
        let option = |name| head.split(' ').find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        let text = |name| Text::new(option(name).unwrap_or_default(), Span::NOWHERE);
        let mut list = Vec::new();
        for name in option("takes").into_iter().flat_map(|names| names.split(',')) {
            let (_, taken) = made.iter().find(|(made, _)| *made == name).expect("a layer above");
            list.extend(taken.iter().cloned());
        }
        let source = sources.add("objects", objects.as_bytes());
        let documents = yaml::read(source, objects.as_bytes(), ReadOptions::resource())?;
        list.extend(documents.into_iter().filter_map(|document| document.root).map(Resource::new));
        let mut resources = ResMap::from_list(list);
        namespace::namespace(&mut resources, &text("namespace"), &fieldspecs::namespace(), &schema)?;
        for (name, change, specs) in [
            ("prefix", name_prefix::name_prefix as fn(&mut _, &_, &_, &_) -> _, fieldspecs::name_prefix()),
            ("suffix", name_prefix::name_suffix, fieldspecs::name_suffix()),
        ] {
            if option(name).is_some() {
                change(&mut resources, &text(name), &specs, &schema)?;
            }
        }
        made.push((head.split(' ').next().expect("a name"), resources.into_list()));
    }
    let mut resources = ResMap::from_list(made.pop().expect("a layer").1);
    update_name_references(&mut resources, &fieldspecs::name_reference(), &schema)?;
    Ok(resources)
}

fn print(resources: &ResMap) -> Result<String> {
    let documents = resources.iter().map(|resource| {
        let mut out = Vec::new();
        yaml::emit(&resource.node, &mut out)?;
        Ok(String::from_utf8(out).expect("UTF-8"))
    });
    Ok(documents.collect::<Result<Vec<_>>>()?.join("---\n"))
}

#[test]
fn names_follow_where_the_reference_lets_them_follow() {
    let mut wrong = Vec::new();
    for case in include_str!("cases.txt").split("#### ").skip(1).collect::<Vec<_>>().chunks(2) {
        let [layers, expected] = case else { panic!("two parts each") };
        let title = layers.lines().next().unwrap_or_default();
        match (run(&Sources::new(), layers).and_then(|r| print(&r)), expected.strip_prefix("expected\n")) {
            (Ok(printed), Some(expected)) if printed == expected => {}
            (Err(_), None) => {}
            (Ok(printed), expected) => wrong.push(format!("{title}: expected {expected:?}, got\n{printed}")),
            (Err(error), _) => wrong.push(format!("{title}: {error:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const LAYERS: &str = "@layer top prefix=x-
apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---
apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {volumes: [{configMap: {name: a}}, {configMap: {name: b}}]}\n";

#[test]
fn a_name_that_followed_has_the_place_of_the_name() {
    let sources = Sources::new();
    let resources = run(&sources, LAYERS).expect("a prefix");
    let name = |at: usize| {
        let volumes = resources.get(1)?.node.lookup(&["spec", "volumes"])?.as_sequence()?;
        volumes.get(at)?.lookup(&["configMap", "name"])
    };
    let target = resources.get(0).expect("the ConfigMap").name_span();
    assert_eq!(name(0).and_then(Node::text), Some("x-a"));
    assert_eq!(name(0).map(|node| node.span), Some(target));
    // What did not follow keeps its own place.
    assert_ne!(name(1).map(|node| node.span), Some(target));
}

#[test]
fn an_ambiguous_name_is_an_error_with_all_places() {
    let layers = "@layer top prefix=x-
apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: s, namespace: n1}\n---
apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: s, namespace: n2}\n---
apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: b}
subjects: [{kind: ServiceAccount, name: s}]\n";
    let error = run(&Sources::new(), layers).expect_err("two accounts");
    assert_eq!(error.code, "ambiguous-name-reference");
    assert_eq!(
        error.message,
        "the name `s` may mean several resources: `ServiceAccount.v1.[noGrp]/x-s.n1`, `ServiceAccount.v1.[noGrp]/x-s.n2`"
    );
    let texts: Vec<_> = error.labels.iter().map(|label| label.text.as_str()).collect();
    assert_eq!(texts[0], "referred to here");
    assert!(texts[1..].iter().all(|text| *text == "may be this one"));
}
