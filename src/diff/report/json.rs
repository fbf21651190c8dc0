//! For machines. The book's page on `kz diff` documents each field; `version` goes up when one changes its meaning.

use serde_json::{Map, Value as Json, json};

use super::{Environment, Outcome, Report, Section};
use crate::diff::comparison::{Difference, FieldChange, Status};
use crate::diff::object::Id;
use crate::diff::path::FieldPath;
use crate::diff::value::Value;

/// The report as one document, indented; ends with a line break.
pub fn write(report: &Report) -> String {
    format!("{:#}\n", document(report))
}

/// The report as data, for templates too.
pub fn document(report: &Report) -> Json {
    let counts = report.counts();
    json!({
        "version": 1,
        "verdict": report.verdict(),
        "equal": report.is_equal(),
        "counts": {
            "added": counts.added,
            "changed": counts.changed,
            "removed": counts.removed,
            "risky": counts.risky,
            "failed": counts.failed,
        },
        "environments": report.environments.iter().map(environment).collect::<Vec<_>>(),
        "changes": report.sections().iter().map(|section| change(section, report)).collect::<Vec<_>>(),
    })
}

fn environment(environment: &Environment) -> Json {
    let counts = environment.counts();
    match &environment.outcome {
        Outcome::Compared(comparison) => json!({
            "name": environment.name,
            "added": counts.added,
            "changed": counts.changed,
            "removed": counts.removed,
            "risky": counts.risky,
            "unchanged": comparison.unchanged,
        }),
        Outcome::Failed(why) => json!({"name": environment.name, "error": why}),
    }
}

fn change(section: &Section, report: &Report) -> Json {
    let change = section.change;
    let names: Vec<&str> = section.environments.iter().map(|at| report.environments[*at].name.as_str()).collect();
    let risk =
        |risk: &super::super::Risk| json!({"code": risk.code, "message": risk.message, "path": path(&risk.path)});
    let mut out = Map::new();
    out.insert("status".into(), status(change.status).into());
    out.insert("object".into(), id(&change.id));
    if let Some(old) = &change.old_id {
        out.insert("previous".into(), id(old));
        out.insert("generated".into(), change.is_generated.into());
    }
    out.insert("environments".into(), names.into());
    out.insert("risks".into(), change.risks.iter().map(risk).collect());
    match change.status {
        Status::Changed => {
            out.insert("fields".into(), change.fields.iter().map(field).collect());
            out.insert("followers".into(), change.followers.iter().map(id).collect());
        }
        Status::Added => drop(change.after.as_ref().map(|after| out.insert("after".into(), value(after)))),
        Status::Removed => drop(change.before.as_ref().map(|before| out.insert("before".into(), value(before)))),
    }
    Json::Object(out)
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Added => "added",
        Status::Changed => "changed",
        Status::Removed => "removed",
    }
}

fn id(id: &Id) -> Json {
    json!({
        "kind": id.kind.as_str(),
        "group": id.group.as_str(),
        "namespace": id.namespace.as_str(),
        "name": id.name.as_str(),
        "title": id.to_string(),
    })
}

fn path(path: &FieldPath) -> Json {
    path.to_string().into()
}

fn field(field: &FieldChange) -> Json {
    let mut out = Map::new();
    out.insert("path".into(), path(&field.path));
    let difference = match field.difference {
        Difference::Content => "content",
        Difference::Order => "order",
        Difference::Form => "form",
    };
    out.insert("difference".into(), difference.into());
    out.insert("follows".into(), field.follows.into());
    for (name, side) in [("before", &field.before), ("after", &field.after)] {
        if let Some(side) = side {
            out.insert(name.into(), value(side));
        }
    }
    Json::Object(out)
}

/// A value as it is; one that is not shown as `{"$secret": {"bytes": 12}}`.
fn value(of: &Value) -> Json {
    match of {
        Value::Null => Json::Null,
        Value::Bool(is_true) => (*is_true).into(),
        Value::Number(text) => serde_json::from_str(text).unwrap_or_else(|_| text.as_str().into()),
        Value::Text(text) => text.as_str().into(),
        Value::List(items) => items.iter().map(value).collect(),
        Value::Map(fields) => {
            Json::Object(fields.iter().map(|(key, field)| (key.as_str().to_owned(), value(field))).collect())
        }
        Value::Secret { bytes, .. } => json!({"$secret": {"bytes": bytes}}),
    }
}
