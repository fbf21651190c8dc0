//! One page for browsers, complete in itself: what changes, with filters, and both sides of each object.
//!
//! It can be read without its script: objects fold and unfold by themselves. The script adds the filters, the keys
//! and the view of both sides, which it draws when an object is opened, so that thousands of objects open fast.
//!
//! **Invariant:** nothing is loaded from elsewhere, and no script or style runs but the page's own: a policy in the
//! page names both by their hashes. All content is escaped.

mod object;
mod sides;

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::{Outcome, Report, words};
use crate::base::base64;
use crate::base::report::printable;

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// Objects are open from the start as long as there are no more.
const MOST_OPEN: usize = 12;

/// The page; ends with a line break.
pub fn write(report: &Report) -> String {
    let sections = report.sections();
    let verdict = escape(&words::verdict(report));
    // A browser takes every line break for `\n` before it looks at the hash.
    let [style, script] = [STYLE, SCRIPT].map(|text| text.replace('\r', ""));
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        hash(&style),
        hash(&script)
    );
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>kz diff: {verdict}</title>\n<style>{style}</style>\n</head>\n<body>\n"
    );
    out.push_str(&format!("<header>\n<h1>{verdict}</h1>\n"));
    if let [environment] = report.environments.as_slice() {
        out.push_str(&format!("<p class=\"name\">{}</p>\n", line(&environment.name)));
    }
    out.push_str("</header>\n");
    let kinds: BTreeSet<&str> = sections.iter().map(|section| section.change.id.kind.as_str()).collect();
    out.push_str(&tools(report, &kinds));
    out.push_str("<main>\n");
    out.push_str(&environments(report));
    out.push_str(&failures(report));
    out.push_str("<section id=\"objects\" aria-label=\"Objects\">\n");
    let is_open = sections.len() <= MOST_OPEN;
    for (number, section) in sections.iter().enumerate() {
        object::write(section, report, number + 1, is_open, &mut out);
    }
    out.push_str("</section>\n<p id=\"none\" hidden>No object passes the filters.</p>\n</main>\n");
    out.push_str(HELP);
    out.push_str(&format!("<script>{script}</script>\n</body>\n</html>\n"));
    out
}

/// What is done with the page; shown by the script, for it is of no use without.
fn tools(report: &Report, kinds: &BTreeSet<&str>) -> String {
    let option = |(at, name): (usize, &str)| format!("<option value=\"{at}\">{}</option>", line(name));
    let kinds: String = kinds.iter().map(|kind| format!("<option value=\"{0}\">{0}</option>", line(kind))).collect();
    let names = report.environments.iter().map(|environment| environment.name.as_str()).enumerate();
    let environments: String = match report.environments.len() {
        0 | 1 => String::new(),
        _ => format!(
            "<select id=\"environment\" aria-label=\"Environment\"><option value=\"\">All environments</option>{}</select>\n",
            names.map(option).collect::<String>()
        ),
    };
    let counts = report.counts();
    let chip = |name: &str, count: usize, word: &str| match count {
        0 => String::new(),
        _ => format!("<button class=\"chip {name}\" data-chip=\"{name}\" aria-pressed=\"false\">{word}</button>\n"),
    };
    let chips = [
        chip("added", counts.added, "Added"),
        chip("changed", counts.changed, "Changed"),
        chip("removed", counts.removed, "Removed"),
        chip("risky", counts.risky, "Risky"),
    ]
    .concat();
    format!(
        "<div id=\"tools\" role=\"toolbar\" aria-label=\"Filters and views\" hidden>\n\
         <input id=\"search\" type=\"search\" placeholder=\"Filter ( / )\" aria-label=\"Filter by text\" autocomplete=\"off\" spellcheck=\"false\">\n\
         {chips}<select id=\"kind\" aria-label=\"Kind\"><option value=\"\">All kinds</option>{kinds}</select>\n\
         {environments}<output id=\"shown\"></output>\n<span class=\"gap\"></span>\n\
         <button id=\"view\" aria-pressed=\"false\" title=\"Fields, or both sides (v)\">Side by side</button>\n\
         <button id=\"fold\" title=\"Open or close all (e)\">Open all</button>\n\
         <button id=\"theme\" title=\"Dark or light (t)\" aria-label=\"Dark or light\">◐</button>\n\
         <button id=\"keys\" title=\"Keys (?)\" aria-label=\"Keys\">?</button>\n</div>\n"
    )
}

fn failures(report: &Report) -> String {
    let failure = |(name, why): (&str, &str)| {
        format!(
            "<section class=\"failure\">\n<h2><code>{}</code> could not be compared</h2>\n<pre>{}</pre>\n</section>\n",
            line(name),
            escape(why)
        )
    };
    report.failures().map(failure).collect()
}

/// The table of environments; nothing where there is one only.
fn environments(report: &Report) -> String {
    if report.environments.len() < 2 {
        return String::new();
    }
    let row = |environment: &super::Environment| {
        let counts = environment.counts();
        let number = |class: &str, count: usize| match (&environment.outcome, count) {
            (Outcome::Failed(_), _) => "<td></td>".to_owned(),
            (_, 0) => "<td class=\"zero\">0</td>".to_owned(),
            (_, count) => format!("<td class=\"{class}\">{count}</td>"),
        };
        let numbers = [
            number("added", counts.added),
            number("changed", counts.changed),
            number("removed", counts.removed),
            number("risky", counts.risky),
        ];
        let status = words::status(environment);
        format!(
            "<tr><th scope=\"row\"><code>{}</code></th>{}<td class=\"status {status}\">{status}</td></tr>\n",
            line(&environment.name),
            numbers.concat()
        )
    };
    let rows: String = report.environments.iter().map(row).collect();
    format!(
        "<div class=\"environments\"><table>\n<thead><tr><th scope=\"col\">Environment</th><th scope=\"col\">Added</th>\
         <th scope=\"col\">Changed</th><th scope=\"col\">Removed</th><th scope=\"col\">Risky</th>\
         <th scope=\"col\"></th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n"
    )
}

const HELP: &str = "\
<dialog id=\"help\" aria-label=\"Keys\">
<h2>Keys</h2>
<dl>
<dt><kbd>j</kbd> <kbd>k</kbd></dt><dd>next and previous object</dd>
<dt><kbd>Enter</kbd></dt><dd>open or close it</dd>
<dt><kbd>/</kbd></dt><dd>filter by text; <kbd>Esc</kbd> clears it</dd>
<dt><kbd>r</kbd></dt><dd>only what is risky</dd>
<dt><kbd>v</kbd></dt><dd>fields, or both sides</dd>
<dt><kbd>e</kbd></dt><dd>open or close all</dd>
<dt><kbd>t</kbd></dt><dd>dark or light</dd>
<dt><kbd>?</kbd></dt><dd>this</dd>
</dl>
<form method=\"dialog\"><button>Close</button></form>
</dialog>
";

/// How a policy names a script or a style.
fn hash(text: &str) -> String {
    format!("sha256-{}", base64::encode(&Sha256::digest(text.as_bytes())))
}

/// A text for any place in HTML, also in quotes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in printable(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// The same, in one line.
fn line(text: &str) -> String {
    escape(&words::one_line(text))
}

#[cfg(test)]
mod tests;
