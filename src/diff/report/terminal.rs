//! For people at a terminal: an object after the other, the fields that differ with both values.

use super::paint::{Role, paint};
use super::text::{self, Piece, Row};
use super::words;
use super::{Report, Section};
use crate::base::report::Style;
use crate::diff::comparison::{FieldChange, Status};
use crate::diff::value::Value;

/// Lines around a change in a longer text.
const CONTEXT: usize = 2;

/// Both values of a field stand in one line as long as that has no more characters.
const ONE_LINE: usize = 110;

/// The report; ends with a line break. Nothing where nothing differs.
pub fn write(report: &Report, style: Style) -> String {
    if report.is_equal() {
        return String::new();
    }
    let mut out = Output { text: String::new(), style };
    for section in report.sections() {
        out.section(&section, report);
    }
    for (why, names) in report.failures_by_reason() {
        let others = match names.len() {
            0 | 1 => String::new(),
            2 => " and one more".to_owned(),
            count => format!(" and {} more", count - 1),
        };
        let name = names.first().unwrap_or(&"");
        out.line(0, &[(Role::Risk, "!"), (Role::Head, &format!(" {name}{others} could not be compared"))]);
        why.lines().for_each(|line| out.line(4, &[(Role::Faint, line)]));
        out.text.push('\n');
    }
    out.line(0, &[(Role::Head, &report.verdict())]);
    out.text
}

struct Output {
    text: String,
    style: Style,
}

impl Output {
    fn line(&mut self, indent: usize, pieces: &[(Role, &str)]) {
        self.text.extend(std::iter::repeat_n(' ', indent));
        for run in pieces.chunk_by(|(one, _), (next, _)| one == next) {
            let text: String = run.iter().map(|(_, text)| words::one_line(text)).collect();
            self.text.push_str(&paint(self.style, run[0].0, &text));
        }
        self.text.push('\n');
    }

    fn section(&mut self, section: &Section, report: &Report) {
        let change = section.change;
        let role = match change.status {
            Status::Added => Role::New,
            Status::Changed => Role::Changed,
            Status::Removed => Role::Old,
        };
        self.line(0, &[(role, &format!("{} ", words::sign(change.status))), (Role::Head, &words::title(change))]);
        if let Some(places) = words::environments(section, report) {
            self.line(4, &[(Role::Faint, &format!("in {places}"))]);
        }
        for risk in &change.risks {
            let place = if risk.path.0.is_empty() { String::new() } else { format!(" ({})", risk.path) };
            self.line(4, &[(Role::Risk, "! "), (Role::Risk, &risk.message), (Role::Faint, &place)]);
        }
        if let Some(after) = change.after.as_ref().filter(|_| change.status == Status::Added) {
            self.block(4, Role::New, "+ ", &after.to_yaml());
        }
        for field in change.fields.iter().filter(|field| !field.follows) {
            self.field(field);
        }
        for field in change.fields.iter().filter(|field| field.follows) {
            let new = field.after.as_ref().map(words::short).unwrap_or_default();
            self.line(4, &[(Role::Faint, &format!("{} follows {new}", field.path))]);
        }
        if let Some(followers) = words::followers(change) {
            self.line(4, &[(Role::Faint, &followers)]);
        }
        self.text.push('\n');
    }

    fn block(&mut self, indent: usize, role: Role, sign: &str, text: &str) {
        text.lines().for_each(|line| self.line(indent, &[(role, sign), (role, line)]));
    }

    fn field(&mut self, field: &FieldChange) {
        let path = format!("{}:", field.path);
        if let Some(remark) = words::remark(field) {
            return self.line(4, &[(Role::Path, &path), (Role::Changed, &format!(" {remark}"))]);
        }
        match (&field.before, &field.after) {
            (Some(Value::Text(old)), Some(Value::Text(new))) if old.contains('\n') || new.contains('\n') => {
                self.line(4, &[(Role::Path, &path)]);
                self.texts(old, new);
            }
            (Some(old), Some(new)) => self.both(&path, &words::short(old), &words::short(new)),
            (Some(old), None) => self.one(&path, Role::Old, "- ", old),
            (None, Some(new)) => self.one(&path, Role::New, "+ ", new),
            (None, None) => {}
        }
    }

    fn both(&mut self, path: &str, old: &str, new: &str) {
        if [path, old, new].iter().map(|text| text.chars().count()).sum::<usize>() > ONE_LINE {
            self.line(4, &[(Role::Path, path)]);
            return self.pair(old, new);
        }
        let (old, new) = text::pieces(old, new);
        let path = format!("{path} ");
        let mut line = vec![(Role::Path, path.as_str())];
        line.extend(painted(Role::Old, Role::OldWord, &old));
        line.push((Role::Faint, " -> "));
        line.extend(painted(Role::New, Role::NewWord, &new));
        self.line(4, &line);
    }

    /// A line and what became of it, the words that differ brought out.
    fn pair(&mut self, old: &str, new: &str) {
        let (old, new) = text::pieces(old, new);
        self.pieces("- ", Role::Old, Role::OldWord, &old);
        self.pieces("+ ", Role::New, Role::NewWord, &new);
    }

    fn pieces(&mut self, sign: &str, role: Role, word: Role, pieces: &[Piece]) {
        let line: Vec<(Role, &str)> = std::iter::once((role, sign)).chain(painted(role, word, pieces)).collect();
        self.line(6, &line);
    }

    fn one(&mut self, path: &str, role: Role, sign: &str, value: &Value) {
        match value {
            Value::Text(text) if text.contains('\n') => {
                self.line(4, &[(role, sign), (Role::Path, path)]);
                self.block(6, role, sign, text);
            }
            _ if value.is_collection() => {
                self.line(4, &[(role, sign), (Role::Path, path)]);
                self.block(6, role, sign, &value.to_yaml());
            }
            _ => self.line(4, &[(role, sign), (Role::Path, path), (role, &format!(" {}", words::short(value)))]),
        }
    }

    fn texts(&mut self, old: &str, new: &str) {
        for row in text::rows(old, new, CONTEXT) {
            match row {
                Row::Old(line) => self.pieces("- ", Role::Old, Role::OldWord, &line),
                Row::New(line) => self.pieces("+ ", Role::New, Role::NewWord, &line),
                Row::Same(line) => self.line(6, &[(Role::Faint, "  "), (Role::Faint, line)]),
                Row::NoBreak => self.line(6, &[(Role::Faint, words::NO_BREAK)]),
                Row::Gap(_) => self.line(6, &[(Role::Faint, "...")]),
            }
        }
    }
}

/// Pieces of a line, those that differ as words.
fn painted<'t>(role: Role, word: Role, pieces: &'t [Piece<'t>]) -> impl Iterator<Item = (Role, &'t str)> {
    pieces.iter().map(move |Piece { text, is_changed }| (if *is_changed { word } else { role }, *text))
}
