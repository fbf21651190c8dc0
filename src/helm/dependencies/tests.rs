//! Cases are in `cases.txt`, which says where they come from.

use std::path::Path;
use std::rc::Rc;

use super::*;
use crate::base::Sources;
use crate::base::fs::Memory;
use crate::gotmpl::{Key, Type};
use crate::helm::chart::templates;
use crate::helm::load::load;
use crate::helm::release::Release;
use crate::helm::values;
use crate::yaml::number::json_float;

fn json(value: &Value) -> String {
    match value {
        Value::Nil => "null".into(),
        Value::Bool(b) => b.to_string(),
        Value::Float(f) => json_float(*f),
        Value::Str(s) => serde_json::to_string(&s.to_text()).unwrap(),
        Value::List(list) => format!("[{}]", list.items().iter().map(json).collect::<Vec<_>>().join(",")),
        Value::Map(map) => {
            let key = |key: &Key| serde_json::to_string(&String::from_utf8_lossy(key)).unwrap();
            let entries = map.entries();
            let entries = entries.iter().map(|(k, entry)| format!("{}:{}", key(k), json(&entry.value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
        _ => "?".into(),
    }
}

/// The pieces of a case by their names.
fn pieces(case: &str) -> Vec<(&str, &str)> {
    case.split("--- ").skip(1).filter_map(|piece| piece.split_once('\n')).collect()
}

fn load_case(pieces: &[(&str, &str)]) -> Result<(Chart, Rc<Map>)> {
    let (mut fs, sources, mut notes) = (Memory::new(), Sources::new(), Vec::new());
    let mut given = Map::new(Type::Map);
    for (name, text) in pieces {
        let path = Path::new("/top").join(name);
        if *name == "given" {
            given = values::read(sources.add("given", text.as_bytes()), text.as_bytes())?;
        } else if let Some(folder) = path.parent().filter(|_| name.ends_with("Chart.yaml")) {
            let chart = folder.file_name().unwrap().to_string_lossy();
            fs.write(&path, format!("apiVersion: v2\nname: {chart}\nversion: 1.0.0\n{text}"));
            fs.write(folder.join("templates/v.yaml"), "");
            fs.write(folder.join("templates/_v.yaml"), "");
        } else {
            fs.write(&path, *text);
        }
    }
    let mut chart = load(&fs, &sources, Path::new("/top"), &mut |_| {})?;
    check(&chart, &mut notes)?;
    process(&mut chart, &given, &mut notes)?;
    let values = coalesce_values(&chart, &given, Nulls::Delete, &mut notes)?;
    Ok((chart, values))
}

/// What the templates of all charts see.
fn seen(pieces: &[(&str, &str)]) -> String {
    let (chart, values) = match load_case(pieces) {
        Ok(loaded) => loaded,
        Err(error) => return format!("error: {}", error.message),
    };
    let release = Release { name: "r".into(), namespace: "default".into(), is_upgrade: false };
    let templates = templates(&chart, &values, &release, Value::Nil, &|_| Value::Nil);
    let mut lines: Vec<String> = templates
        .iter()
        .filter_map(|template| {
            let path = template.name.strip_suffix("/templates/v.yaml")?;
            assert_eq!(template.base_path, format!("{path}/templates"));
            Some(format!("{path} {}", json(&template.scope.get(b"Values").unwrap())))
        })
        .collect();
    lines.sort();
    lines.dedup();
    lines.join("\n")
}

#[test]
fn charts_see_the_values_that_helm_shows_them() {
    let mut problems = Vec::new();
    for case in include_str!("cases.txt").split("=== ").skip(1) {
        let title = case.lines().next().unwrap_or_default();
        let pieces = pieces(case);
        let Some(((_, expected), pieces)) = pieces.split_last() else { panic!("{title}") };
        let found = seen(pieces);
        if found != expected.trim_end() {
            problems.push(format!("{title}\n{found}\n{expected}"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn what_cannot_be_rendered_is_refused_with_helms_words() {
    let refusal = |text: &str| seen(&[("Chart.yaml", text), ("charts/a/Chart.yaml", "")]);
    assert_eq!(refusal("type: library"), "error: library charts are not installable");
    assert_eq!(
        refusal("dependencies: [{name: a}, {name: b}, {name: c, alias: a2}]"),
        "error: an error occurred while checking for chart dependencies: found in Chart.yaml, but missing in charts/ \
         directory: b, c"
    );
    let mut notes = Vec::new();
    let (chart, _) = load_case(&[("Chart.yaml", "deprecated: true")]).unwrap_or_else(|error| panic!("{error}"));
    assert!(check(&chart, &mut notes).is_ok());
    assert_eq!(notes, ["this chart is deprecated"]);
}

#[test]
fn what_was_imported_shows_in_the_chart() {
    let pieces = [
        ("Chart.yaml", "dependencies: [{name: a, alias: al, version: 1.0.0, import-values: [x, {child: c}, 5]}]"),
        ("charts/a/Chart.yaml", ""),
    ];
    let (chart, _) = load_case(&pieces).unwrap_or_else(|error| panic!("{error}"));
    let metadata = crate::helm::chart::metadata_value(&chart.metadata);
    let dependencies = metadata.as_map().and_then(|map| map.get(b"Dependencies")).unwrap();
    // Printed by `{{ toJson .Chart.Dependencies }}`.
    assert_eq!(
        json(&dependencies),
        r#"[{"Alias":"al","Condition":"","Enabled":true,"ImportValues":[{"child":"exports.x","parent":"."},{"child":"c","parent":"<nil>"}],"Name":"al","Repository":"","Tags":[],"Version":"1.0.0"}]"#
    );
}

#[test]
fn aliases_of_aliases_end() {
    let aliases: String = (0..30).map(|n| format!("- {{name: a, alias: a{n}, version: 1.0.0}}\n")).collect();
    let list = format!("dependencies:\n- {{name: a, version: 1.0.0}}\n{aliases}");
    let names: Vec<String> = (0..6).map(|depth| format!("{}Chart.yaml", "charts/a/".repeat(depth))).collect();
    let lists = names.iter().map(|name| name.as_str()).zip(std::iter::repeat_n(list.as_str(), 5).chain([""]));
    let message = load_case(&lists.collect::<Vec<_>>()).err().map(|error| error.message);
    let expected = "chart dependencies processing failed: there are more than 10000 charts in one another";
    assert!(message.is_some_and(|message| message.starts_with(expected)));
}
