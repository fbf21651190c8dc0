//! Errors and notes as lines of JSON, each an object. The shape is part of kz's interface: the
//! book's page on errors describes it, and keys are only ever added.
//!
//! **Invariant:** no text of a source file is in there but what a message itself says.

use super::super::diagnostic::Diagnostic;
use super::super::source::{Location, Sources};

/// A diagnostic and those that came together with it, one line each.
pub fn json(diagnostic: &Diagnostic, sources: &Sources) -> String {
    std::iter::once(diagnostic).chain(&diagnostic.others).map(|error| object("error", error, sources) + "\n").collect()
}

/// A diagnostic that is no error, as one line.
pub fn json_warning(diagnostic: &Diagnostic, sources: &Sources) -> String {
    object("warning", diagnostic, sources) + "\n"
}

/// Something to say that is no error, as one line.
pub fn json_note(text: &str) -> String {
    format!("{{\"level\":\"note\",\"message\":{}}}\n", string(text))
}

fn object(level: &str, error: &Diagnostic, sources: &Sources) -> String {
    let places: Vec<(Location, &str)> =
        error.labels.iter().filter_map(|label| Some((sources.locate(label.span)?, label.text.as_str()))).collect();
    let (file, line, column) = match places.first() {
        Some((place, _)) => (string(&place.file), place.line.to_string(), place.column.to_string()),
        None => ("null".to_owned(), "null".to_owned(), "null".to_owned()),
    };
    let labels = places.iter().map(|(place, text)| {
        let Location { file, line, column, width, .. } = place;
        let (file, text) = (string(file), string(text));
        format!("{{\"file\":{file},\"line\":{line},\"column\":{column},\"width\":{width},\"text\":{text}}}")
    });
    format!(
        "{{\"level\":\"{level}\",\"code\":{},\"message\":{},\"file\":{file},\"line\":{line},\"column\":{column},\
         \"labels\":[{}],\"help\":{},\"trace\":[{}]}}",
        string(error.code),
        string(&error.message),
        labels.collect::<Vec<_>>().join(","),
        error.help.as_deref().map_or("null".to_owned(), string),
        error.trace.iter().map(|step| string(step)).collect::<Vec<_>>().join(","),
    )
}

fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
