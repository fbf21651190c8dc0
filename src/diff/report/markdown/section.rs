//! One change as a folded section.

use super::escape::{cell, code, codes, fence, indented, sentence};
use crate::diff::comparison::{Difference, FieldChange, ObjectChange, Status};
use crate::diff::report::text::{self, Line};
use crate::diff::report::{Report, Section, words};
use crate::diff::value::Value;

/// Lines around a change in a longer text.
const CONTEXT: usize = 3;

/// Values stand beside one another as long as both have no more characters.
const ONE_LINE: usize = 100;

/// Names in a list; more are counted.
const MOST_NAMES: usize = 30;

/// The section, with a blank line before it.
pub fn write(section: &Section, report: &Report) -> String {
    let change = section.change;
    let mut out = format!("\n<details>\n<summary>{}</summary>\n\n", summary(section, report));
    if (2..report.environments.len()).contains(&section.environments.len()) {
        let names: Vec<&str> = section.environments.iter().map(|at| report.environments[*at].name.as_str()).collect();
        out.push_str(&format!("In {}\n\n", codes(&names, MOST_NAMES)));
    }
    for risk in &change.risks {
        let place = if risk.path.0.is_empty() { String::new() } else { format!(" ({})", code(&risk.path.to_string())) };
        out.push_str(&format!("- ⚠ {}{place}\n", sentence(&risk.message)));
    }
    change.fields.iter().filter(|field| !field.follows).for_each(|field| out.push_str(&told(field)));
    for field in change.fields.iter().filter(|field| field.follows) {
        let new = field.after.as_ref().map(words::short).unwrap_or_default();
        out.push_str(&format!("- {} follows {}\n", code(&field.path.to_string()), code(&new)));
    }
    if !change.followers.is_empty() {
        let names: Vec<String> = change.followers.iter().map(ToString::to_string).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        out.push_str(&format!("- followed by {}\n", codes(&names, MOST_NAMES)));
    }
    if let Some(after) = change.after.as_ref().filter(|_| change.status == Status::Added) {
        let gap = if change.risks.is_empty() { "" } else { "\n" };
        out.push_str(&format!("{gap}{}", fence("yaml", &after.to_yaml())));
    }
    out.push_str("\n</details>\n");
    out
}

/// Where a change is met, in a few words; nothing where there is one environment only.
pub fn environments_in_short(section: &Section, report: &Report) -> Option<String> {
    match (section.environments.as_slice(), report.environments.len()) {
        (_, 0 | 1) => None,
        ([one], _) => Some(code(&report.environments[*one].name)),
        (some, all) if some.len() == all => Some(format!("all {all} environments")),
        (some, all) => Some(format!("{} of {all} environments", some.len())),
    }
}

fn summary(section: &Section, report: &Report) -> String {
    let change = section.change;
    let mut remarks = Vec::new();
    if change.status == Status::Changed && !change.fields.is_empty() {
        remarks.push(words::fields(change));
    }
    if !change.risks.is_empty() {
        remarks.push("<b>risky</b>".to_owned());
    }
    match (section.environments.as_slice(), report.environments.len()) {
        (_, 0 | 1) => {}
        ([one], _) => remarks.push(cell(&report.environments[*one].name)),
        (some, all) if some.len() == all => remarks.push(format!("all {all} environments")),
        (some, all) => remarks.push(format!("{} of {all} environments", some.len())),
    }
    let remarks: String = remarks.iter().map(|remark| format!(" · {remark}")).collect();
    format!("{} {}{remarks}", status(change), cell(&words::title(change)))
}

fn status(change: &ObjectChange) -> &'static str {
    match change.status {
        Status::Added => "<b>Added</b>",
        Status::Changed => "<b>Changed</b>",
        Status::Removed => "<b>Removed</b>",
    }
}

fn told(field: &FieldChange) -> String {
    let path = code(&field.path.to_string());
    match (&field.before, &field.after, field.difference) {
        (Some(before), Some(after), Difference::Order) => {
            format!("- {path}: other order: {} → {}\n", code(&words::names(before)), code(&words::names(after)))
        }
        (Some(Value::Text(old)), Some(Value::Text(new)), Difference::Content)
            if old.contains('\n') || new.contains('\n') =>
        {
            format!("- {path}:\n{}", indented(&fence("diff", &lines(old, new))))
        }
        (before, after, _) => match (words::remark(field), before, after) {
            (Some(remark), ..) => format!("- {path}: {remark}\n"),
            (None, Some(before), Some(after)) => both(&path, &words::short(before), &words::short(after)),
            (None, Some(before), None) => one(&path, "removed", '-', before),
            (None, None, Some(after)) => one(&path, "added", '+', after),
            (None, None, None) => String::new(),
        },
    }
}

fn both(path: &str, old: &str, new: &str) -> String {
    if old.chars().count() + new.chars().count() <= ONE_LINE {
        return format!("- {path}: {} → {}\n", code(old), code(new));
    }
    let lines = format!("- {}\n+ {}\n", words::one_line(old), words::one_line(new));
    format!("- {path}:\n{}", indented(&fence("diff", &lines)))
}

fn one(path: &str, what: &str, sign: char, value: &Value) -> String {
    let text = match value {
        Value::Text(text) if text.contains('\n') => text.to_string(),
        _ if value.is_collection() => value.to_yaml(),
        Value::Secret { .. } => return format!("- {path} {what}: {}\n", value.secret_words().replace('*', "\\*")),
        _ => return format!("- {path} {what}: {}\n", code(&words::short(value))),
    };
    let lines: String = text.split_terminator('\n').map(|line| format!("{sign} {line}\n")).collect();
    format!("- {path} {what}:\n{}", indented(&fence("diff", &lines)))
}

/// As `diff -u` has it, but that a line says how many are left out.
fn lines(old: &str, new: &str) -> String {
    let line = |line: &Line| match line {
        Line::Old(line) => format!("- {line}\n"),
        Line::New(line) => format!("+ {line}\n"),
        Line::Same(line) => format!("  {line}\n"),
        Line::NoBreak => format!("{}\n", words::NO_BREAK),
        Line::Gap(count) => format!("@@ {} @@\n", words::skipped(*count)),
    };
    text::lines(old, new, CONTEXT).iter().map(line).collect()
}
