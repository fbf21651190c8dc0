//! Expectations: what `{{ toJson .Values }}` printed with helm 4.3.1 and these flags, and what it said.

use super::*;
use crate::base::fs::Memory;
use crate::base::{Sources, Span};
use crate::fetch;
use crate::gotmpl::Value;

fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| text.to_string()).collect()
}

fn merge(options: &ValueOptions, sources: &Sources) -> Result<std::rc::Rc<Map>> {
    let mut fs = Memory::new();
    fs.write("/v1.yaml", "a: 1\nm: {x: 1, y: 2}\n");
    fs.write("/v2.yaml", "a: 2\nm: {y: 3}\nl: [1]\n");
    fs.write("/f.txt", "hi");
    merge_options(
        options,
        &mut Files {
            fs: &fs,
            sources,
            fetch: &fetch::Context::offline(),
            stdin: &mut || Ok(b"q: 1\n---\nr: 2".to_vec()),
        },
    )
}

fn show(value: &Value) -> String {
    match value {
        Value::Nil => "null".into(),
        Value::Int(n, _) => format!("int {n}"),
        Value::Float(f) => f.to_string(),
        Value::Str(s) => format!("{:?}", s.to_text()),
        Value::List(list) => format!("{:?}", list.items().iter().map(show).collect::<Vec<_>>()),
        Value::Map(map) => show_map(map),
        _ => "?".into(),
    }
}

fn show_map(map: &Map) -> String {
    let entries = map.entries();
    let entries =
        entries.iter().map(|(key, entry)| format!("{}: {}", String::from_utf8_lossy(key), show(&entry.value)));
    format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
}

#[test]
fn kinds_of_flags_count_in_helms_order() {
    let options = ValueOptions {
        files: strings(&["v1.yaml", "v2.yaml"]),
        set_json: strings(&["m.z=2,l=[2]", " {\"m\":{\"w\":1.5},\"j\":null}"]),
        set: strings(&["m.z=1", "l[1]=x"]),
        set_string: strings(&["s=1"]),
        set_file: strings(&["f=f.txt"]),
        set_literal: strings(&["m.lit=a,b"]),
    };
    let sources = Sources::new();
    let values = merge(&options, &sources).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(
        show_map(&values),
        r#"{a: 2, f: "hi", j: null, l: ["2", "\"x\""], m: {lit: "a,b", true: 3, w: 1.5, x: 1, z: int 1}, s: "1"}"#
    );
    let place = |span: Span| {
        let place = sources.locate(span).unwrap();
        format!("{}:{}:{}", place.file, place.line, place.column)
    };
    let m = values.get(b"m").and_then(|m| m.as_map().cloned()).unwrap();
    let places =
        [values.entry(b"a"), m.entry(b"x"), m.entry(b"w"), m.entry(b"z")].map(|entry| place(entry.unwrap().span));
    assert_eq!(places, ["v2.yaml:1:4", "v1.yaml:2:8", "--set-json:1:11", "--set:1:5"]);
}

#[test]
fn files_may_come_from_standard_input() {
    let options = ValueOptions { files: strings(&["-"]), ..ValueOptions::default() };
    let values = merge(&options, &Sources::new()).map(|values| show_map(&values));
    assert_eq!(values.unwrap_or_default(), "{q: 1, r: 2}");
}

#[test]
fn errors_are_helms_and_point_into_the_argument() {
    let text =
        |options: ValueOptions| merge(&options, &Sources::new()).err().map(|error| error.message).unwrap_or_default();
    let one = |text: &str| strings(&[text]);
    let default = ValueOptions::default;
    let cases = [
        (ValueOptions { set_json: one("a=tru"), ..default() }, "failed parsing --set-json data a=tru"),
        (ValueOptions { set: one("a"), ..default() }, "failed parsing --set data: key \"a\" has no value"),
        (
            ValueOptions { set_string: one("a"), ..default() },
            "failed parsing --set-string data: key \"a\" has no value",
        ),
        (
            ValueOptions { set_literal: one("a"), ..default() },
            "failed parsing --set-literal data: key \"a\" has no value",
        ),
        (ValueOptions { set_json: one("null"), ..default() }, "failed parsing --set-json data null"),
        (
            ValueOptions { files: one("f.txt"), ..default() },
            "failed to parse f.txt: cannot unmarshal yaml document: error unmarshaling JSON: while decoding JSON: \
             json: cannot unmarshal string into Go value of type map[string]interface {}",
        ),
    ];
    for (options, expected) in cases {
        assert_eq!(text(options), expected);
    }
    let begins = [
        (
            ValueOptions { set_json: one("{\"a\":1} x"), ..default() },
            "failed parsing --set-json data JSON: {\"a\":1} x",
        ),
        (ValueOptions { set_file: one("a=nofile"), ..default() }, "failed parsing --set-file data: open nofile: "),
        (ValueOptions { files: one("nofile"), ..default() }, "open nofile: "),
    ];
    for (options, expected) in begins {
        let message = text(options);
        assert!(message.starts_with(expected), "{message}");
    }
    let sources = Sources::new();
    let options = ValueOptions { set: one("a=1,b.c=2,b.c.d=3"), ..default() };
    let error = merge(&options, &sources).err().unwrap();
    let place = sources.locate(error.labels[0].span).unwrap();
    assert_eq!((place.file.as_str(), place.column), ("--set", 15));
}
