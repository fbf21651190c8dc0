//! `cases.txt` holds objects, replacements, and what kustomize 5.8.1 prints for them; for errors
//! only that there is one. A line `@name` stands for a text given at the top of the file, and in
//! the output for the same as it is printed.

use super::{inline, replace_values};
use crate::base::{Result, Sources, Span};
use crate::k8s::{ResMap, Resource};
use crate::kustomize::decode;
use crate::kustomize::kustomization::ReplacementField;
use crate::yaml::{self, ReadOptions};

/// Everything is in one source, so that places can be compared with the texts.
struct Case {
    sources: Sources,
    resources: ResMap,
    replacements: Vec<ReplacementField>,
}

impl Case {
    fn new(objects: &str, replacements: &str) -> Case {
        let sources = Sources::new();
        let source = sources.add("objects", objects.as_bytes());
        let documents = yaml::read(source, objects.as_bytes(), ReadOptions::resource()).expect("objects");
        let roots = documents.into_iter().filter_map(|document| document.root);
        let resources = ResMap::from_list(roots.map(Resource::new).collect());
        let source = sources.add("replacements", replacements.as_bytes());
        let document = yaml::read(source, replacements.as_bytes(), ReadOptions::config()).expect("replacements").pop();
        let root = document.and_then(|document| document.root).expect("replacements");
        let replacements = decode::lenient::<Vec<ReplacementField>>(&root).expect("replacements");
        Case { sources, resources, replacements }
    }

    fn run(&mut self) -> Result<()> {
        let replacements: Vec<_> = self.replacements.iter().map(inline).collect();
        replace_values(&self.sources, &mut self.resources, &replacements)
    }

    /// Objects in the order of kustomize's own sorting.
    fn print(&self) -> Result<String> {
        let mut list: Vec<&Resource> = self.resources.iter().collect();
        list.sort_by_key(|resource| (resource.kind() != "ConfigMap", resource.namespace().is_empty()));
        let documents = list.into_iter().map(|resource| {
            let mut out = Vec::new();
            yaml::emit(&resource.node, &mut out)?;
            Ok(String::from_utf8(out).expect("UTF-8"))
        });
        Ok(documents.collect::<Result<Vec<_>>>()?.join("---\n"))
    }

    /// The text at a place.
    fn at(&self, span: Span) -> String {
        let source = self.sources.get(span.source).expect("a place");
        String::from_utf8_lossy(&source.text[span.start as usize..span.end as usize]).into_owned()
    }
}

fn sections(file: &str) -> Vec<(&str, &str)> {
    file.split("#### ").skip(1).filter_map(|section| section.split_once('\n')).collect()
}

#[test]
fn values_go_where_the_reference_puts_them() {
    let sections = sections(include_str!("cases.txt"));
    let (names, cases): (Vec<_>, Vec<_>) =
        sections.chunks(2).partition(|chunk| matches!(chunk, [(name, _), _] if name.starts_with('@')));
    let expand = |text: &str, at: usize| {
        names.iter().fold(text.to_string(), |text, name| text.replace(&format!("{}\n", name[0].0), name[at].1))
    };
    let sections: Vec<_> = cases.into_iter().flatten().collect();
    let mut wrong = Vec::new();
    for case in sections.chunks(3) {
        let [(title, objects), (_, replacements), (outcome, expected)] = case else { panic!("three parts each") };
        let mut case = Case::new(&expand(objects, 0), replacements);
        match (case.run().and_then(|()| case.print()), *outcome) {
            (Ok(printed), "expected") if printed == expand(expected, 1) => {}
            (Err(_), "error") => {}
            (Ok(printed), _) => wrong.push(format!("{title}: expected\n{}got\n{printed}", expand(expected, 1))),
            (Err(error), _) => wrong.push(format!("{title}: {error:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const OBJECTS: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: src}\ndata: {a: 'abc'}\n---
apiVersion: x/v1\nkind: T\nmetadata: {name: t}\nv: old\n";

#[test]
fn a_copied_value_has_the_place_of_the_source() {
    let mut case = Case::new(
        OBJECTS,
        "- source: {kind: ConfigMap, fieldPath: data.a}\n  targets: [{select: {kind: T}, fieldPaths: [v]}]\n",
    );
    case.run().expect("a value is copied");
    let span = case.resources.get(1).and_then(|r| r.node.get("v")).expect("there").span;
    assert_eq!(case.at(span), "'abc'");
}

#[test]
fn a_given_value_has_its_own_place_and_what_is_made_that_of_its_path() {
    let mut case = Case::new(
        OBJECTS,
        "- sourceValue: given\n  targets: [{select: {kind: T}, fieldPaths: [w.x], options: {create: true}}]\n",
    );
    case.run().expect("a value is written");
    let node = case.resources.get(1).and_then(|r| r.node.get("w")).expect("made");
    assert_eq!(case.at(node.span), "w.x");
    assert_eq!(case.at(node.get("x").expect("made").span), "given");
}

#[test]
fn an_error_names_the_places() {
    let mut case = Case::new(
        OBJECTS,
        "- source: {kind: ConfigMap, fieldPath: data.b}\n  targets: [{select: {kind: T}, fieldPaths: [v]}]\n",
    );
    let error = case.run().expect_err("there is no such field");
    let labels: Vec<_> = error.labels.iter().map(|label| (case.at(label.span), label.text.as_str())).collect();
    assert_eq!(error.message, "the source has no field `data.b`");
    assert_eq!(labels, [("data.b".into(), "asked for here"), ("src".into(), "the object that is the source")]);
}
