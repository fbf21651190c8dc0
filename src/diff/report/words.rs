//! The words in which the formats for people tell a change.

use super::super::comparison::{Difference, FieldChange, ObjectChange, Status};
use super::super::value::Value;
use super::{Environment, Outcome, Report, Section};
use crate::base::report::printable;

/// All of it in a line.
pub fn verdict(report: &Report) -> String {
    match report.environments.len() {
        0 | 1 if report.is_equal() => "no differences".to_owned(),
        all if report.is_equal() => format!("{all} environments: no differences"),
        _ => report.verdict(),
    }
}

/// How an environment fares, in a word.
pub fn status(environment: &Environment) -> &'static str {
    match environment.outcome {
        Outcome::Failed(_) => "failed",
        Outcome::Compared(_) => match environment.counts() {
            counts if counts.risky > 0 => "risky",
            counts if counts.objects() > 0 => "changed",
            _ => "equal",
        },
    }
}

/// A text that makes up no lines of its own and does nothing to who shows it.
pub fn one_line(text: &str) -> String {
    printable(text).replace('\n', "\u{240a}")
}

/// How many fields differ.
pub fn fields(change: &ObjectChange) -> String {
    match change.fields.len() {
        1 => "1 field".to_owned(),
        count => format!("{count} fields"),
    }
}

/// A sign in front of an object: `+`, `~`, `-`.
pub fn sign(status: Status) -> char {
    match status {
        Status::Added => '+',
        Status::Changed => '~',
        Status::Removed => '-',
    }
}

/// What is told instead of lines that are the same.
pub fn skipped(count: usize) -> String {
    if count == 1 { "1 line".to_owned() } else { format!("{count} lines") }
}

/// Git says nearly the same.
pub const NO_BREAK: &str = "\\ no line break at the end";

/// What an object is called: `ConfigMap shop/web-26d2th5m7g -> web-9kmbc4g886`.
pub fn title(change: &ObjectChange) -> String {
    match &change.old_id {
        None => change.id.to_string(),
        Some(old) if old.namespace == change.id.namespace => format!("{old} -> {}", change.id.name),
        Some(old) => format!("{old} -> {}/{}", change.id.namespace, change.id.name),
    }
}

/// A scalar as YAML has it, in one line; a collection in flow style.
pub fn short(value: &Value) -> String {
    let yaml = match value {
        Value::Text(text) if !text.contains('\n') => value.to_yaml(),
        _ => return value.to_line(),
    };
    // YAML folds long texts.
    let yaml = yaml.trim_end();
    if yaml.contains('\n') { value.to_line() } else { yaml.to_owned() }
}

/// What is told of a field beside its values: that it is secret, that only the order or the form differs.
pub fn remark(field: &FieldChange) -> Option<String> {
    match (&field.before, &field.after, field.difference) {
        (_, _, Difference::Form) => Some("the same, written otherwise".to_owned()),
        (Some(before), Some(after), Difference::Order) => {
            Some(format!("other order: {} -> {}", names(before), names(after)))
        }
        (Some(Value::Secret { bytes: old, .. }), Some(Value::Secret { bytes: new, .. }), _) => {
            Some(format!("changed ({old} -> {new} bytes)"))
        }
        _ => None,
    }
}

/// The items of a list in another order, each by what names it.
pub fn names(list: &Value) -> String {
    list.as_list().iter().filter_map(Value::as_text).collect::<Vec<_>>().join(", ")
}

/// The objects that only follow a new name: `followed by Deployment.apps web`.
pub fn followers(change: &ObjectChange) -> Option<String> {
    let names: Vec<String> = change.followers.iter().map(|id| id.to_string()).collect();
    (!names.is_empty()).then(|| format!("followed by {}", some_of(&names)))
}

/// Where a change is met, if there is more than one place.
pub fn environments(section: &Section, report: &Report) -> Option<String> {
    let all = report.environments.len();
    if all <= 1 {
        return None;
    }
    let names: Vec<&str> = section.environments.iter().map(|at| report.environments[*at].name.as_str()).collect();
    Some(match names.len() {
        1 => names.concat(),
        count if count == all && all > MOST_OF_ALL => format!("all {all} environments"),
        count if count == all => format!("all {all} environments: {}", some_of(&names)),
        count => format!("{count} of {all} environments: {}", some_of(&names)),
    })
}

/// Names in a list; more are counted.
const MOST_NAMES: usize = 12;

/// All environments are named up to so many.
const MOST_OF_ALL: usize = 4;

fn some_of<T: std::borrow::Borrow<str>>(names: &[T]) -> String {
    match names.len().saturating_sub(MOST_NAMES) {
        // To count one takes as much room as to name it.
        0 | 1 => names.join(", "),
        rest => format!("{} and {rest} others", names[..MOST_NAMES].join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_cut() {
        let names: Vec<String> = (1..=14).map(|number| number.to_string()).collect();
        assert_eq!(some_of(&names[..2]), "1, 2");
        assert!(some_of(&names[..13]).ends_with(", 12, 13"));
        assert!(some_of(&names).ends_with(", 12 and 2 others"));
    }
}
