//! Trees and what the reference's own libraries made of them: YAML as kustomize prints it, JSON, or
//! an error. The files under `testdata/yaml-emit/` were recorded from Go (kyaml v0.21.1,
//! sigs.k8s.io/yaml v1.5.0, Go 1.26): one JSON object a line, with the tree in `in`
//! (`s` text, `t` tag, `y` style; `q` sequence; `m` mapping) and the result in `out` or `err`, and
//! the JSON form in `json`.

use kz::base::Span;
use kz::base::stack::with_deep_stack;
use kz::yaml::json::Numbers;
use kz::yaml::{Mapping, Node, Scalar, Sequence, Style, Tag, emit, to_json};
use serde_json::Value as Json;

fn tree(json: &Json) -> Node {
    let nowhere = Span::NOWHERE;
    if let Some(text) = json.get("s") {
        let text = text.as_str().expect("a text").into();
        return Node::new(Scalar { text, tag: tag(json), style: style(json) }, nowhere);
    }
    if let Some(items) = json.get("q") {
        let items = items.as_array().expect("a list").iter().map(tree).collect();
        return Node::new(Sequence::with_items(items), nowhere);
    }
    let mut mapping = Mapping::default();
    for pair in json.get("m").and_then(Json::as_array).into_iter().flatten() {
        mapping.push(tree(&pair[0]), tree(&pair[1]));
    }
    Node::new(mapping, nowhere)
}

fn tag(json: &Json) -> Tag {
    match json.get("t").and_then(Json::as_str).unwrap_or("") {
        "" => Tag::Open,
        "str" => Tag::Str,
        "int" => Tag::Int,
        "float" => Tag::Float,
        "bool" => Tag::Bool,
        "null" => Tag::Null,
        "time" => Tag::Timestamp,
        "bin" => Tag::Binary,
        "merge" => Tag::Merge,
        "other" => Tag::Other,
        other => panic!("unknown tag {other}"),
    }
}

fn style(json: &Json) -> Style {
    match json.get("y").and_then(Json::as_str).unwrap_or("") {
        "" => Style::Plain,
        "'" => Style::SingleQuoted,
        "\"" => Style::DoubleQuoted,
        "|" => Style::Literal,
        ">" => Style::Folded,
        other => panic!("unknown style {other}"),
    }
}

/// The differences between what a recorded line wants and what we make, drawn for a person.
fn differences(line: &str) -> Option<String> {
    let case: Json = serde_json::from_str(line).expect("a recorded case");
    let node = tree(&case["in"]);
    let mut yaml = Vec::new();
    let got = emit(&node, &mut yaml).map(|()| String::from_utf8(yaml).expect("UTF-8"));
    let mut json = String::new();
    let got_json = to_json(&node, Numbers::Exact, &mut json).map(|()| json);
    let input = &case["in"];
    match (case.get("err").and_then(Json::as_str), &got) {
        (Some(_), Err(_)) => {}
        (Some(error), Ok(got)) => return Some(format!("in:   {input}\nwant: error: {error}\ngot:\n{got}")),
        (None, Err(error)) => return Some(format!("in:   {input}\nwant:\n{}\ngot:  error: {error}", case["out"])),
        (None, Ok(got)) if Some(got.as_str()) != case["out"].as_str() => {
            return Some(format!("in:   {input}\nwant: {}\ngot:  {}", case["out"], Json::from(got.as_str())));
        }
        (None, Ok(_)) => {}
    }
    match (case.get("json").and_then(Json::as_str), &got_json) {
        // Go writes bytes that are no UTF-8 as an escape, which reads as the character we write.
        (Some(want), Ok(got)) if want.replace("\\ufffd", "\u{fffd}") != *got => {
            Some(format!("in:   {input}\nwant: {want}\ngot:  {got}"))
        }
        (Some(want), Err(error)) => Some(format!("in:   {input}\nwant: {want}\ngot:  error: {error}")),
        _ => None,
    }
}

fn check(name: &str, lines: &str) {
    let mut found: Vec<String> = lines.lines().filter(|line| !line.is_empty()).filter_map(differences).collect();
    found.sort_by_key(String::len);
    let shown = found.iter().take(20).map(String::as_str).collect::<Vec<_>>().join("\n\n");
    assert!(found.is_empty(), "{name}: {} of {} cases differ\n{shown}", found.len(), lines.lines().count());
}

#[test]
fn output_is_the_references() {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/yaml-emit");
    let mut files: Vec<_> = std::fs::read_dir(dir).expect("testdata").map(|e| e.expect("an entry").path()).collect();
    files.sort();
    for file in files {
        check(&file.display().to_string(), &std::fs::read_to_string(&file).expect("a recorded file"));
    }
}

/// A mapping whose value is this many levels less one of lists, or of mappings.
fn nested(levels: usize, lists: bool) -> Node {
    let nowhere = Span::NOWHERE;
    let in_mapping = |value: Node| {
        let mut mapping = Mapping::default();
        mapping.push(Node::string("k", nowhere), value);
        Node::new(mapping, nowhere)
    };
    let in_list = |value: Node| Node::new(Sequence::with_items(vec![value]), nowhere);
    let inner =
        (1..levels).fold(Node::string("x", nowhere), |node, _| if lists { in_list(node) } else { in_mapping(node) });
    in_mapping(inner)
}

/// Expectations: the same trees through the reference's libraries.
#[test]
fn ten_thousand_levels_are_written_and_one_more_is_an_error() {
    with_deep_stack(|| {
        for (lists, length) in [(true, 20_003), (false, 100_020_002)] {
            let mut out = Vec::new();
            emit(&nested(10_000, lists), &mut out).expect("as deep as may be");
            assert_eq!(out.len(), length);
            let error = emit(&nested(10_001, lists), &mut Vec::new()).expect_err("too deep");
            assert_eq!(error.code, "yaml-too-deep");
        }
    });
}

/// For runs by hand: more cases, recorded into the file that `KZ_YAML_EMIT_CASES` names.
#[test]
fn output_is_the_references_in_cases_at_hand() {
    if let Some(file) = std::env::var_os("KZ_YAML_EMIT_CASES") {
        check("cases at hand", &std::fs::read_to_string(file).expect("a recorded file"));
    }
}
