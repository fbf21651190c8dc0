//! One change: a heading that unfolds, and below it the fields that differ.

use super::{escape, line, sides};
use crate::diff::comparison::{Difference, FieldChange, ObjectChange, Status};
use crate::diff::path::{FieldPath, Step};
use crate::diff::report::text::{self, Piece, Row};
use crate::diff::report::{Report, Section, words};
use crate::diff::value::Value;

/// Lines around a change in a longer text.
const CONTEXT: usize = 3;

/// Values stand beside one another as long as both have no more characters.
const ONE_LINE: usize = 110;

pub fn write(section: &Section, report: &Report, number: usize, is_open: bool, out: &mut String) {
    let change = section.change;
    let status = status(change.status);
    let risky = if change.risks.is_empty() { "" } else { " data-risky" };
    let open = if is_open { " open" } else { "" };
    let at: Vec<String> = section.environments.iter().map(ToString::to_string).collect();
    out.push_str(&format!(
        "<details class=\"object {status}\" id=\"o{number}\" data-status=\"{status}\" data-kind=\"{}\" data-environments=\"{}\"{risky}{open}>\n",
        line(&change.id.kind),
        at.join(" ")
    ));
    out.push_str(&format!(
        "<summary>{}</summary>\n<div class=\"body\">\n<div class=\"fields\">\n",
        summary(section, report)
    ));
    for risk in &change.risks {
        let place = if risk.path.0.is_empty() { String::new() } else { format!(" <code>{}</code>", path(&risk.path)) };
        out.push_str(&format!("<p class=\"risk\">{}{place}</p>\n", sentence(&risk.message)));
    }
    if (2..report.environments.len()).contains(&section.environments.len()) {
        let names = section.environments.iter().map(|at| report.environments[*at].name.as_str());
        let names: Vec<String> = names.map(|name| format!("<code>{}</code>", line(name))).collect();
        out.push_str(&format!("<p class=\"places\">In {}</p>\n", names.join(" ")));
    }
    change.fields.iter().filter(|field| !field.follows).for_each(|field| self::field(field, out));
    for field in change.fields.iter().filter(|field| field.follows) {
        let new = field.after.as_ref().map(words::short).unwrap_or_default();
        let text = format!("<span class=\"remark\">follows</span> <code>{}</code>", line(&new));
        row(&field.path, &text, out);
    }
    if !change.followers.is_empty() {
        let names = change.followers.iter().map(|id| format!("<code>{}</code>", line(&id.to_string())));
        out.push_str(&format!("<p class=\"places\">Followed by {}</p>\n", names.collect::<Vec<_>>().join(" ")));
    }
    match (&change.before, &change.after) {
        (None, Some(after)) => lines(after.to_yaml().lines().map(|text| ('+', text)), out),
        (Some(before), None) => lines(before.to_yaml().lines().map(|text| ('-', text)), out),
        _ => {}
    }
    out.push_str("</div>\n");
    sides::write(change, out);
    out.push_str("</div>\n</details>\n");
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Added => "added",
        Status::Changed => "changed",
        Status::Removed => "removed",
    }
}

fn summary(section: &Section, report: &Report) -> String {
    let change = section.change;
    let mut out = format!("<span class=\"badge\">{}</span> {}", status(change.status), title(change));
    if !change.risks.is_empty() {
        out.push_str(" <span class=\"badge risky\">risky</span>");
    }
    let mut remarks = Vec::new();
    if change.status == Status::Changed && !change.fields.is_empty() {
        remarks.push(words::fields(change));
    }
    match (section.environments.as_slice(), report.environments.len()) {
        (_, 0 | 1) => {}
        ([one], _) => remarks.push(line(&report.environments[*one].name)),
        (some, all) if some.len() == all => remarks.push(format!("all {all} environments")),
        (some, all) => remarks.push(format!("{} of {all} environments", some.len())),
    }
    if !remarks.is_empty() {
        out.push_str(&format!(" <span class=\"remark\">{}</span>", remarks.join(" · ")));
    }
    out
}

/// `Deployment.apps shop/web`, the name brought out.
fn title(change: &ObjectChange) -> String {
    let id = &change.id;
    let group = if id.group.is_empty() { String::new() } else { format!("<small>.{}</small>", line(&id.group)) };
    let full = |namespace: &str, name: &str| match namespace {
        "" => format!("<b>{}</b>", line(name)),
        namespace => format!("<small>{}/</small><b>{}</b>", line(namespace), line(name)),
    };
    let old = match &change.old_id {
        Some(old) => format!("{} <span class=\"arrow\">→</span> ", full(&old.namespace, &old.name)),
        None => String::new(),
    };
    format!("<span class=\"title\">{}{group} {old}{}</span>", line(&id.kind), full(&id.namespace, &id.name))
}

fn path(path: &FieldPath) -> String {
    line(&path.to_string())
}

/// A message of ours, in which names stand in backticks.
fn sentence(message: &str) -> String {
    let parts: Vec<&str> = message.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return line(message);
    }
    let piece = |(at, part): (usize, &&str)| match at % 2 {
        0 => line(part),
        _ => format!("<code>{}</code>", line(part)),
    };
    parts.iter().enumerate().map(piece).collect()
}

fn field(field: &FieldChange, out: &mut String) {
    match (&field.before, &field.after, field.difference) {
        (Some(before), Some(after), Difference::Order) => {
            let names = [before, after].map(|list| line(&words::names(list)));
            let [before, after] = names;
            let text = format!(
                "<span class=\"remark\">other order:</span> <code>{before}</code> <span class=\"arrow\">→</span> <code>{after}</code>"
            );
            row(&field.path, &text, out);
        }
        (Some(Value::Text(old)), Some(Value::Text(new)), Difference::Content)
            if old.contains('\n') || new.contains('\n') =>
        {
            row(&field.path, "", out);
            texts(old, new, out);
        }
        (before, after, _) => match (words::remark(field), before, after) {
            (Some(remark), ..) => {
                row(&field.path, &format!("<span class=\"remark\">{}</span>", line(&remark)), out);
            }
            (None, Some(before), Some(after)) => both(&field.path, &words::short(before), &words::short(after), out),
            (None, Some(before), None) => one(field, '-', before, out),
            (None, None, Some(after)) => one(field, '+', after, out),
            (None, None, None) => {}
        },
    }
}

/// Both values beside one another if they are short, else each in a line.
fn both(path: &FieldPath, old: &str, new: &str, out: &mut String) {
    let is_short = old.chars().count() + new.chars().count() <= ONE_LINE;
    let [old, new] = <[_; 2]>::from(text::pieces(old, new)).map(|side| pieces(&side));
    if is_short {
        let text = format!("<del>{old}</del> <span class=\"arrow\">→</span> <ins>{new}</ins>");
        return row(path, &text, out);
    }
    row(path, "", out);
    let lines = format!("<div class=\"old\">- {old}</div><div class=\"new\">+ {new}</div>");
    out.push_str(&format!("<div class=\"lines\">{lines}</div>\n"));
}

/// A field and what is told of it in one line; what comes last in its path is brought out. `text` is HTML.
fn row(path: &FieldPath, text: &str, out: &mut String) {
    let full = path.to_string();
    let last = path.0.iter().rposition(|step| matches!(step, Step::Key(_))).unwrap_or_default();
    let start = FieldPath(path.0[..last].to_vec()).to_string().len();
    let start = start + usize::from(full[start..].starts_with('.'));
    let text = if text.is_empty() { String::new() } else { format!(" <span class=\"value\">{text}</span>") };
    out.push_str(&format!(
        "<div class=\"field\"><code class=\"path\">{}<b>{}</b></code>{text}</div>\n",
        line(&full[..start]),
        line(&full[start..])
    ));
}

fn one(field: &FieldChange, sign: char, value: &Value, out: &mut String) {
    let (tag, word) = if sign == '-' { ("del", "removed") } else { ("ins", "added") };
    let remark = format!("<span class=\"remark\">{word}</span>");
    match value {
        Value::Text(text) if text.contains('\n') => {
            row(&field.path, &remark, out);
            lines(text.lines().map(|text| (sign, text)), out);
        }
        _ if value.is_collection() => {
            row(&field.path, &remark, out);
            lines(value.to_yaml().lines().map(|text| (sign, text)), out);
        }
        _ => row(&field.path, &format!("{remark} <{tag}>{}</{tag}>", line(&words::short(value))), out),
    }
}

fn pieces(pieces: &[Piece]) -> String {
    let piece = |Piece { text, is_changed }: &Piece| match is_changed {
        true => format!("<mark>{}</mark>", line(text)),
        false => line(text),
    };
    pieces.iter().map(piece).collect()
}

/// Lines that are all new or all old.
fn lines<'t>(lines: impl Iterator<Item = (char, &'t str)>, out: &mut String) {
    out.push_str("<div class=\"lines\">");
    for (sign, text) in lines {
        let class = if sign == '-' { "old" } else { "new" };
        out.push_str(&format!("<div class=\"{class}\">{sign} {}</div>", escape(text)));
    }
    out.push_str("</div>\n");
}

fn texts(old: &str, new: &str, out: &mut String) {
    out.push_str("<div class=\"lines\">");
    for row in text::rows(old, new, CONTEXT) {
        out.push_str(&match row {
            Row::Old(line) => format!("<div class=\"old\">- {}</div>", pieces(&line)),
            Row::New(line) => format!("<div class=\"new\">+ {}</div>", pieces(&line)),
            Row::Same(line) => format!("<div>  {}</div>", escape(line)),
            Row::NoBreak => format!("<div class=\"end\">{}</div>", words::NO_BREAK),
            Row::Gap(count) => format!("<div class=\"skip\">{}</div>", words::skipped(count)),
        });
    }
    out.push_str("</div>\n");
}
