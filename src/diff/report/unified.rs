//! As `diff -u` has it: all objects as YAML, the lines that differ.

use imara_diff::{Algorithm, Diff, Hunk, InternedInput};

use super::paint::{Role, paint};
use super::words;
use super::{Report, Section};
use crate::base::report::Style;
use crate::diff::object::Id;
use crate::diff::value::Value;

/// Lines around a change.
const CONTEXT: usize = 3;

/// The report; ends with a line break. Nothing where nothing differs. What could not be compared comes as comments.
pub fn write(report: &Report, style: Style) -> String {
    let mut out = Output { text: String::new(), style };
    for section in report.sections() {
        out.object(&section, report);
    }
    for (name, why) in report.failures() {
        out.line(Some(Role::Faint), &format!("# {name} could not be compared"));
        why.lines().for_each(|line| out.line(Some(Role::Faint), &format!("# {line}")));
    }
    out.text
}

struct Output {
    text: String,
    style: Style,
}

impl Output {
    fn line(&mut self, role: Option<Role>, line: &str) {
        let line = words::one_line(line);
        self.text.push_str(&role.map_or_else(|| line.clone(), |role| paint(self.style, role, &line)));
        self.text.push('\n');
    }

    fn object(&mut self, section: &Section, report: &Report) {
        let change = section.change;
        let remarks =
            [words::environments(section, report).map(|places| format!("in {places}")), words::followers(change)];
        remarks.into_iter().flatten().for_each(|remark| self.line(Some(Role::Faint), &format!("# {remark}")));
        let old = change.before.as_ref().map(|_| change.old_id.as_ref().unwrap_or(&change.id));
        let new = change.after.as_ref().map(|_| &change.id);
        self.line(Some(Role::Head), &format!("--- {}", file("a", old)));
        self.line(Some(Role::Head), &format!("+++ {}", file("b", new)));
        let [before, after] = [&change.before, &change.after].map(|value| value.as_ref().map(Value::to_yaml));
        self.hunks(&before.unwrap_or_default(), &after.unwrap_or_default());
    }

    fn hunks(&mut self, before: &str, after: &str) {
        let input = InternedInput::new(before, after);
        let mut diff = Diff::compute(Algorithm::Histogram, &input);
        diff.postprocess_lines(&input);
        let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
        for group in groups(diff.hunks().collect()) {
            let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
            let lead = CONTEXT.min(first.before.start as usize);
            let tail = CONTEXT.min(old.len() - last.before.end as usize);
            let (from, to) = (first.before.start as usize - lead, last.before.end as usize + tail);
            let (from_new, to_new) = (first.after.start as usize - lead, last.after.end as usize + tail);
            let head = format!("@@ -{} +{} @@", range(from, to), range(from_new, to_new));
            self.line(Some(Role::Path), &head);
            let mut at = from;
            for Hunk { before: gone, after: come } in &group {
                let (start, end) = (gone.start as usize, gone.end as usize);
                old[at..start].iter().for_each(|line| self.line(None, &format!(" {line}")));
                old[start..end].iter().for_each(|line| self.line(Some(Role::Old), &format!("-{line}")));
                let come = &new[come.start as usize..come.end as usize];
                come.iter().for_each(|line| self.line(Some(Role::New), &format!("+{line}")));
                at = end;
            }
            old[at..to].iter().for_each(|line| self.line(None, &format!(" {line}")));
        }
    }
}

/// `a/Deployment.apps/shop/web`
fn file(side: &str, id: Option<&Id>) -> String {
    let Some(id) = id else { return "/dev/null".to_owned() };
    let group = if id.group.is_empty() { String::new() } else { format!(".{}", id.group) };
    let namespace = if id.namespace.is_empty() { String::new() } else { format!("{}/", id.namespace) };
    format!("{side}/{}{group}/{namespace}{}", id.kind, id.name)
}

/// Changes whose surroundings touch are shown as one.
fn groups(hunks: Vec<Hunk>) -> Vec<Vec<Hunk>> {
    let mut groups: Vec<Vec<Hunk>> = Vec::new();
    for hunk in hunks {
        let is_near = |last: &Hunk| (hunk.before.start - last.before.end) as usize <= 2 * CONTEXT;
        match groups.last_mut() {
            Some(group) if group.last().is_some_and(is_near) => group.push(hunk),
            _ => groups.push(vec![hunk]),
        }
    }
    groups
}

/// Where lines stand: the number of the first and how many; of none, the number of the one before.
fn range(from: usize, to: usize) -> String {
    match to - from {
        0 => format!("{from},0"),
        1 => format!("{}", from + 1),
        count => format!("{},{count}", from + 1),
    }
}
