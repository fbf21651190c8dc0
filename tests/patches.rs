//! Patches and what the reference's own libraries made of them. The files under `testdata/patch/`
//! were recorded from Go: `strategic.jsonl` from merge2.Merge of kyaml v0.21.1 with
//! MergeOptionsListPrepend, `json6902.jsonl` from the patchjson6902 filter of kustomize's api
//! v0.21.1, both printed as kustomize prints objects. One random case a line: `target`, the
//! `patches` in order, and `out` or `error`. `DELETED` stands for an object that is gone.

use kz::base::stack::with_deep_stack;
use kz::base::{Result, Sources};
use kz::k8s::Schema;
use kz::patch::JsonPatch;
use kz::patch::strategic::{self, Comments, Outcome};
use kz::yaml::{self, Node, ReadOptions};
use serde_json::Value as Json;

fn read(text: &str) -> Result<Node> {
    let source = Sources::new().add("text", text.as_bytes());
    let documents = yaml::read(source, text.as_bytes(), ReadOptions::resource())?;
    Ok(documents.into_iter().find_map(|document| document.root).expect("every case has an object"))
}

fn print(node: &Node) -> Result<String> {
    let mut out = Vec::new();
    yaml::emit(node, &mut out)?;
    Ok(String::from_utf8(out).expect("YAML is UTF-8"))
}

fn merged(target: &str, patches: &[&str]) -> Result<String> {
    let (mut node, schema) = (read(target)?, Schema::default());
    for patch in patches {
        if strategic::merge(&mut node, read(patch)?, &schema, Comments::default())? == Outcome::Deleted {
            return Ok("DELETED".into());
        }
    }
    print(&node)
}

fn patched(target: &str, patches: &[&str]) -> Result<String> {
    let mut node = read(target)?;
    for patch in patches {
        let source = Sources::new().add("text", patch.as_bytes());
        JsonPatch::parse(source, patch.as_bytes().into())?.apply(&mut node)?;
    }
    print(&node)
}

fn check(cases: &str, run: impl Fn(&str, &[&str]) -> Result<String> + Sync) {
    with_deep_stack(|| {
        let mut count = 0;
        for line in cases.lines() {
            let case: Json = serde_json::from_str(line).expect("a case is JSON");
            let target = case["target"].as_str().expect("a text");
            let patches = case["patches"].as_array().expect("a list").iter();
            let patches: Vec<&str> = patches.map(|patch| patch.as_str().expect("a text")).collect();
            match (run(target, &patches), case["out"].as_str()) {
                (Ok(found), Some(expected)) => assert_eq!(found, expected, "{line}"),
                (Ok(found), None) => panic!("should be the error {}, is {found}: {line}", case["error"]),
                (Err(error), Some(_)) => panic!("{error}: {line}"),
                (Err(_), None) => {}
            }
            count += 1;
        }
        assert!(count > 100);
    });
}

#[test]
fn strategic_merges_are_the_references() {
    check(include_str!("../testdata/patch/strategic.jsonl"), merged);
}

#[test]
fn json_patches_are_the_references() {
    check(include_str!("../testdata/patch/json6902.jsonl"), patched);
}
