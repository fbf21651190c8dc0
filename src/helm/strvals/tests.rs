//! Cases are in `cases.txt`, which says where they come from.

use super::*;
use crate::base::Sources;

const BEFORE: &str = "l:[f1 {k:f2} nil [f3]] m:{x:f1} n:nil s:\"t\"";

fn before() -> Map {
    let Value::Map(map) = Value::map([
        ("m", Value::map([("x", Value::Float(1.0))])),
        (
            "l",
            Value::list(vec![
                Value::Float(1.0),
                Value::map([("k", Value::Float(2.0))]),
                Value::Nil,
                Value::list(vec![Value::Float(3.0)]),
            ]),
        ),
        ("s", Value::str("t")),
        ("n", Value::Nil),
    ]) else {
        unreachable!()
    };
    Rc::into_inner(map).unwrap()
}

fn show(value: &Value) -> String {
    match value {
        Value::Nil => "nil".into(),
        Value::Bool(b) => b.to_string(),
        Value::Int(n, _) => format!("i{n}"),
        Value::Float(f) if f.abs() > 1e18 => format!("f{}", crate::yaml::number::general_float(*f)),
        Value::Float(f) => format!("f{f}"),
        Value::Str(s) => serde_json::to_string(&s.to_text()).unwrap(),
        Value::List(list) => format!("[{}]", list.items().iter().map(show).collect::<Vec<_>>().join(" ")),
        Value::Map(map) => show_map(map),
        _ => "?".into(),
    }
}

fn show_map(map: &Map) -> String {
    let entries = map.entries();
    let entries = entries.iter().map(|(key, entry)| format!("{}:{}", String::from_utf8_lossy(key), show(&entry.value)));
    format!("{{{}}}", entries.collect::<Vec<_>>().join(" "))
}

fn run(kind: &str, text: &str) -> Result<Map, Fault> {
    let map = before();
    let mut read = |path: &str| match path {
        "bad" => Err("open bad".to_owned()),
        path => Ok(Value::str(format!("of {path}"))),
    };
    let reading = match kind {
        "set" => Reading::Typed,
        "string" => Reading::Text,
        "json" => Reading::Json,
        "literal" => Reading::Literal,
        _ => Reading::File(&mut read),
    };
    parse_into(text, SourceId::NONE, &map, reading, &mut Budget::default()).map(|()| map)
}

#[test]
fn texts_are_read_as_helm_reads_them() {
    for case in include_str!("cases.txt").lines().filter(|line| !line.starts_with('#')) {
        let [kind, text, expected] = case.split('\t').collect::<Vec<_>>()[..] else { panic!("{case}") };
        match run(kind, text) {
            Ok(map) => {
                let all = show_map(&map);
                let short = all.replace(&format!("{{{BEFORE}}}"), "...").replace(&format!("{BEFORE}}}"), "...");
                assert!(short == expected || all == expected, "{case}\n{all}");
            }
            Err(fault) => {
                let message = expected.strip_prefix("ERR ").unwrap_or_else(|| panic!("{case}\n{}", fault.message));
                let is_ours = kind == "json" || message.contains("['") || message.contains("out of range");
                assert!(fault.message == message || is_ours, "{case}\n{}", fault.message);
            }
        }
    }
}

#[test]
fn entries_have_the_place_that_set_them() {
    let (text, map) = ("a.b=xyz,c[1]=d", before());
    let source = Sources::new().add("--set", text.as_bytes());
    assert!(parse_into(text, source, &map, Reading::Typed, &mut Budget::default()).is_ok());
    let place = |map: &Map, key: &[u8]| {
        let span = map.entry(key).unwrap().span;
        &text[span.start as usize..span.end as usize]
    };
    let a = map.get(b"a").unwrap();
    assert_eq!((place(&map, b"a"), place(a.as_map().unwrap(), b"b"), place(&map, b"c")), ("a.b=xyz", "xyz", "c[1]=d"));
    assert!(map.entry(b"m").unwrap().span.is_nowhere());
}

#[test]
fn nothing_grows_beyond_measure() {
    let wide = "a".to_owned() + &"[65000]".repeat(100) + "=1";
    let deep = "a".to_owned() + &"[0]".repeat(5000) + "=1";
    let message = |text: &str| run("set", text).err().map(|fault| fault.message).unwrap_or_default();
    assert_eq!(message(&wide), "the lists grow beyond measure");
    assert_eq!(message(&deep), "lists are nested more than 1000 deep");
}
