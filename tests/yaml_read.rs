//! The YAML reader against go-yaml.
//!
//! `testdata/yaml/read/*.jsonl` hold an input a line and what the Go libraries made of it:
//! `resource` is the tree that kyaml's `kio.ByteReader` reads (with aliases expanded, one document
//! a line) or `!` and its error, `json` what `RNode.MarshalJSON` prints of each document, and
//! `config` what `yaml.YAMLToJSON` of `sigs.k8s.io/yaml` prints. Scalars in trees are their tag, a
//! letter for the style if they are strings and not plain, and the text as JSON.
//! `testdata/yaml/scalars.tsv` holds plain scalars and their values by go-yaml v2 and v3.

use std::fmt::Write;
use std::path::Path;

use kz::base::SourceId;
use kz::yaml::json::Numbers;
use kz::yaml::{self, Node, Number, ReadOptions, Resolved, Scalar, Schema, Style, Tag, Value, to_json};
use serde_json::Value as Json;

fn dump(node: &Node, out: &mut String) {
    match &node.value {
        Value::Scalar(scalar) => dump_scalar(scalar, out),
        Value::Sequence(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { " " } else { "" });
                dump(item, out);
            }
            out.push(']');
        }
        Value::Mapping(entries) => {
            out.push('{');
            for (at, entry) in entries.iter().enumerate() {
                out.push_str(if at > 0 { " " } else { "" });
                dump(&entry.key, out);
                out.push('=');
                dump(&entry.value, out);
            }
            out.push('}');
        }
    }
}

fn dump_scalar(scalar: &Scalar, out: &mut String) {
    let tag = match scalar.tag {
        Tag::Open => "open",
        Tag::Null => "null",
        Tag::Bool => "bool",
        Tag::Int => "int",
        Tag::Float => "float",
        Tag::Timestamp => "timestamp",
        Tag::Str => "str",
        Tag::Binary => "binary",
        // Any text may have the tag `!!merge`, but only this one is a merge key to go-yaml.
        Tag::Merge if scalar.text == "<<" => "merge",
        Tag::Merge => "other",
        Tag::Other => "other",
    };
    let has_style = matches!(scalar.tag, Tag::Str | Tag::Binary | Tag::Other | Tag::Merge);
    let style = match scalar.style {
        _ if !has_style => "",
        Style::Plain => "",
        Style::SingleQuoted => "s",
        Style::DoubleQuoted => "d",
        Style::Literal => "l",
        Style::Folded => "f",
    };
    let _ = write!(out, "{tag}{style}{}", Json::from(scalar.text.as_str()));
}

/// The trees, one a line, and each one's JSON.
fn resource(text: &[u8]) -> Result<(String, Vec<Result<String, String>>), String> {
    let documents = yaml::read(SourceId::NONE, text, ReadOptions::resource()).map_err(|e| e.message)?;
    let roots: Vec<&Node> = documents.iter().filter_map(|d| d.root.as_ref()).collect();
    let mut trees = String::new();
    for (at, root) in roots.iter().enumerate() {
        trees.push_str(if at > 0 { "\n" } else { "" });
        dump(root, &mut trees);
    }
    let json = roots.iter().map(|root| match root.value {
        Value::Scalar(_) => Ok(String::new()),
        _ => json(root),
    });
    let json = json.collect();
    Ok((trees, json))
}

fn config(text: &[u8]) -> Result<Json, String> {
    let documents = yaml::read(SourceId::NONE, text, ReadOptions::config()).map_err(|e| e.message)?;
    match documents.first().and_then(|d| d.root.as_ref()) {
        Some(root) => as_json(root),
        None => Ok(Json::Null),
    }
}

fn as_json(node: &Node) -> Result<Json, String> {
    match &node.value {
        Value::Scalar(scalar) => match scalar.resolved(Schema::V2) {
            Resolved::Null => Ok(Json::Null),
            Resolved::Bool(value) => Ok(value.into()),
            Resolved::Number(Number::Int(value)) => Ok(value.into()),
            Resolved::Number(Number::Uint(value)) => Ok(value.into()),
            Resolved::Number(Number::Float(value)) if !value.is_finite() => Err("not finite".into()),
            // Go prints whole floats as integers.
            Resolved::Number(Number::Float(value)) => {
                let text = yaml::number::json_float(value);
                Ok(serde_json::from_str(&text).unwrap())
            }
            Resolved::Timestamp(_) => Err("a time is text in v2".into()),
            Resolved::Str => Ok(scalar.text.as_str().into()),
        },
        Value::Sequence(items) => items.iter().map(as_json).collect::<Result<Vec<_>, _>>().map(Json::Array),
        Value::Mapping(entries) => {
            let mut object = serde_json::Map::new();
            for entry in entries {
                object.insert(entry.key.text().unwrap().to_owned(), as_json(&entry.value)?);
            }
            Ok(object.into())
        }
    }
}

fn json(root: &Node) -> Result<String, String> {
    let mut out = String::new();
    to_json(root, Numbers::Exact, &mut out).map_err(|e| e.message)?;
    Ok(out)
}

fn same_json(ours: &str, theirs: &str) -> bool {
    ours == theirs || serde_json::from_str::<Json>(ours).ok() == serde_json::from_str::<Json>(theirs).ok()
}

/// What is wrong with a case.
fn check(case: &Json) -> Option<String> {
    let input = case["in"].as_str()?.as_bytes();
    let expected = case["resource"].as_str().unwrap_or_default();
    let json: Vec<&str> = case["json"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    match resource(input) {
        // Mistakes that kustomize finds only when it prints an object.
        Err(_) if expected.starts_with('!') || json.iter().any(|j| j.starts_with('!')) => {}
        Err(message) => return Some(format!("resource: error `{message}` instead of\n{expected}")),
        Ok((trees, _)) if expected.starts_with('!') => {
            return Some(format!("resource: {trees}\ninstead of {expected}"));
        }
        Ok((trees, _)) if trees != expected => return Some(format!("resource: {trees}\ninstead of {expected}")),
        Ok((_, ours)) => {
            for (ours, theirs) in ours.iter().zip(&json) {
                let is_same = match ours {
                    Ok(ours) => same_json(ours, theirs),
                    Err(_) => theirs.starts_with('!'),
                };
                if !is_same {
                    return Some(format!("json: {ours:?}\ninstead of {theirs}"));
                }
            }
        }
    }
    let expected = case["config"].as_str().unwrap_or_default();
    match config(input) {
        Err(_) if expected.starts_with('!') => None,
        Ok(ours) if serde_json::from_str::<Json>(expected).is_ok_and(|expected| ours == expected) => None,
        ours => Some(format!("config: {ours:?}\ninstead of {expected}")),
    }
}

#[test]
fn inputs_read_as_by_go_yaml() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/yaml/read");
    let mut failures = Vec::new();
    let mut count = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        for line in std::fs::read_to_string(file.unwrap().path()).unwrap().lines() {
            let case: Json = serde_json::from_str(line).unwrap();
            count += 1;
            failures.extend(check(&case).map(|wrong| format!("input {}\n{wrong}\n", case["in"])));
        }
    }
    assert!(failures.is_empty(), "{} of {count} differ:\n{}", failures.len(), failures.join("\n"));
}

fn value(resolved: Resolved, text: &str) -> String {
    match resolved {
        Resolved::Null => "null".into(),
        Resolved::Bool(value) => format!("bool {value}"),
        Resolved::Number(Number::Int(value)) => format!("int {value}"),
        Resolved::Number(Number::Uint(value)) => format!("uint {value}"),
        Resolved::Number(Number::Float(value)) if value.is_nan() => "float NaN".into(),
        Resolved::Number(Number::Float(value)) => format!("float {:016x}", value.to_bits()),
        Resolved::Timestamp(time) => format!("time {}", time.to_rfc3339().unwrap_or_else(|| "!".into())),
        Resolved::Str => {
            let _ = text;
            "str".into()
        }
    }
}

#[test]
fn plain_scalars_have_the_values_of_go_yaml() {
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/yaml/scalars.tsv");
    let mut failures = String::new();
    for line in std::fs::read_to_string(table).unwrap().lines() {
        let [text, v2, v3] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        for (schema, expected) in [(Schema::V2, v2), (Schema::V3, v3)] {
            let resolved = Resolved::of_plain(schema, text);
            let mut found = value(resolved, text);
            if schema == Schema::V2 && found.starts_with("time ") {
                // Go: v2 gives a time as its text when asked for any value.
                found = "str".into();
            }
            if found != expected {
                let _ = writeln!(failures, "{text} {schema:?}: {found} instead of {expected}");
            }
            assert_eq!(resolved.tag(), yaml::resolve(schema, text), "{text}");
        }
    }
    assert!(failures.is_empty(), "{failures}");
}
