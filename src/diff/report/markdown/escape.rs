//! Keeps content from being taken for Markdown, for HTML, or for a word to somebody.
//!
//! GitHub and GitLab look for `@names` and `#1` in what a text was turned into, where a backslash or an entity no
//! longer hides them. They do not look into code.
//!
//! **Invariant:** content stands in code, or in a text without any sign that means something.

use crate::base::report::printable;
use crate::diff::report::words::one_line;

/// A code span.
pub fn code(text: &str) -> String {
    let text = one_line(text);
    let ticks = "`".repeat(longest_run(&text) + 1);
    let is_bare = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) || text.is_empty();
    let pad = if is_bare { " " } else { "" };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

/// Code spans, no more than `most`: `a`, `b` and 12 others.
pub fn codes(texts: &[&str], most: usize) -> String {
    let shown: Vec<String> = texts.iter().take(most).map(|text| code(text)).collect();
    match (texts.len().saturating_sub(most), shown.split_last()) {
        (0, Some((last, rest))) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        (0, _) => shown.concat(),
        (rest, _) => format!("{} and {}", shown.join(", "), others(rest)),
    }
}

/// `1 other`, `12 others`
pub fn others(count: usize) -> String {
    if count == 1 { "1 other".to_owned() } else { format!("{count} others") }
}

/// Code in a cell of a table or in a heading in HTML, where a code span would not do.
pub fn cell(text: &str) -> String {
    let mut out = String::from("<code>");
    for c in one_line(text).chars() {
        match c {
            ' ' | '.' | '/' | '-' | ',' | '=' => out.push(c),
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => out.push_str(&format!("&#{};", c as u32)),
            c => out.push(c),
        }
    }
    out.push_str("</code>");
    out
}

/// A fenced block; ends with a line break.
pub fn fence(language: &str, text: &str) -> String {
    let text = printable(text);
    let ticks = "`".repeat((longest_run(&text) + 1).max(3));
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("{ticks}{language}\n{text}{end}{ticks}\n")
}

/// An alert: a quotation with a heading that GitHub and GitLab know.
pub fn quoted(kind: &str, text: &str) -> String {
    std::iter::once(format!("> [!{kind}]\n"))
        .chain(text.split_terminator('\n').map(|line| format!("> {line}\n")))
        .collect()
}

/// Each line further to the right, so that it belongs to an item of a list.
pub fn indented(text: &str) -> String {
    text.split_terminator('\n').map(|line| format!("  {line}\n")).collect()
}

/// A message of ours, in which names stand in backticks.
pub fn sentence(message: &str) -> String {
    let parts: Vec<&str> = message.split('`').collect();
    // Without a partner a backtick is content.
    if parts.len().is_multiple_of(2) {
        return code(message);
    }
    let piece = |(at, part): (usize, &&str)| match at % 2 {
        _ if part.is_empty() => String::new(),
        0 => plain(part),
        _ => code(part),
    };
    parts.iter().enumerate().map(piece).collect()
}

/// A text whose signs mean nothing: not to Markdown, and not to who looks for names in it.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for c in one_line(text).chars() {
        match c {
            ' ' | '.' | ',' | ':' | ';' | '(' | ')' | '\'' | '"' | '/' | '-' => out.push(c),
            c if c.is_ascii_punctuation() => out.extend(['\\', c, '\u{200b}']),
            c => out.push(c),
        }
    }
    out.replace("://", ":/\u{200b}/")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_stay_inside_of_code() {
        assert_eq!(code("web"), "`web`");
        assert_eq!(code("a``b"), "```a``b```");
        assert_eq!(code("`x"), "`` `x ``");
        assert_eq!(code(""), "`  `");
        assert_eq!(code("a\nb"), "`a␊b`");
        assert_eq!(fence("diff", "+ ````\n"), "`````diff\n+ ````\n`````\n");
        assert_eq!(fence("text", "a"), "```text\na\n```\n");
    }

    #[test]
    fn cells_hold_no_sign_that_means_something() {
        assert_eq!(cell("a|b"), "<code>a&#124;b</code>");
        assert_eq!(cell("</code>@x"), "<code>&#60;/code&#62;&#64;x</code>");
    }

    #[test]
    fn messages_keep_their_code_and_call_nobody() {
        assert_eq!(sentence("`web` stays behind"), "`web` stays behind");
        assert_eq!(sentence("a `b` c"), "a `b` c");
        assert_eq!(sentence("the image is `a` @you `b`"), "the image is `a` \\@\u{200b}you `b`");
        assert_eq!(sentence("an odd ` @you"), "``an odd ` @you``");
        assert_eq!(sentence("https://github.com"), "https:/\u{200b}/github.com");
    }

    #[test]
    fn lists_are_cut() {
        assert_eq!(codes(&["a"], 2), "`a`");
        assert_eq!(codes(&["a", "b"], 2), "`a` and `b`");
        assert_eq!(codes(&["a", "b", "c", "d"], 2), "`a`, `b` and 2 others");
        assert_eq!(codes(&["a", "b", "c"], 2), "`a`, `b` and 1 other");
    }
}
