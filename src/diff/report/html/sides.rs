//! Both sides of an object for the script of the page: the lines of its YAML in a block of data.
//!
//! A list of texts, each a line with a sign in front of it: a blank where both sides have it, `-` or `+` where one has.

use super::printable;
use crate::diff::comparison::ObjectChange;
use crate::diff::report::text::{self, Line};
use crate::diff::value::Value;

/// Enough for every line to be shown.
const ALL: usize = u32::MAX as usize >> 1;

pub fn write(change: &ObjectChange, out: &mut String) {
    let [before, after] =
        [&change.before, &change.after].map(|side| side.as_ref().map(Value::to_yaml).unwrap_or_default());
    let lines: Vec<String> = text::lines(&before, &after, ALL)
        .iter()
        .map(|line| match line {
            Line::Same(line) => format!(" {}", printable(line)),
            Line::Old(line) => format!("-{}", printable(line)),
            Line::New(line) => format!("+{}", printable(line)),
            // YAML ends with a line break, and no line is further from a change than that.
            Line::NoBreak | Line::Gap(_) => String::from(" "),
        })
        .collect();
    let json = serde_json::Value::from(lines).to_string();
    // In a script nothing is escaped for HTML, but it ends at the first `</script`; in JSON `<` stands in texts only.
    out.push_str(&format!("<script type=\"application/json\">{}</script>\n", json.replace('<', "\\u003c")));
}
