//! A user's own format: a template of minijinja over the data of [`json::document`].
//!
//! **Invariant:** a template ends, within some memory: each step and each byte that it makes takes fuel. It reads no
//! file and knows nothing beside the report.

use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value};
use serde_json::Value as Json;

use super::{Report, json};
use crate::base::{Diagnostic, Result, Sources, Span};

/// As many steps, or 64 times as many bytes.
const FUEL: u64 = 4_000_000;

/// The report as the template at `path` with this `text` writes it. In files for browsers (`.html`, `.htm`, `.xml`,
/// with or without `.j2` behind it) what is inserted is escaped.
///
/// Errors: the text is no UTF-8 or no template; it asks for what is not there; it takes too long.
pub fn write(report: &Report, path: &str, text: Vec<u8>, sources: &Sources) -> Result<String> {
    let source = sources.add(path, text.clone());
    let Ok(text) = String::from_utf8(text) else {
        return Err(Diagnostic::new("diff-template", format!("`{path}` is not UTF-8")).help("save it as UTF-8"));
    };
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_auto_escape_callback(escaping);
    let mut syntax = environment.syntax().to_builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    environment.set_syntax(syntax.build().expect("the usual delimiters are valid"));
    environment.render_named_str(path, &text, value(&json::document(report))).map_err(|error| {
        let end = text.trim_end().len();
        let range = error.range().unwrap_or_else(|| line(&text, error.line()));
        told(&error).at(Span::new(source, range.start.min(end), range.end.min(end)))
    })
}

fn escaping(name: &str) -> AutoEscape {
    let name = name.strip_suffix(".j2").or_else(|| name.strip_suffix(".jinja")).unwrap_or(name);
    match [".html", ".htm", ".xml"].iter().any(|ending| name.ends_with(ending)) {
        true => AutoEscape::Html,
        false => AutoEscape::None,
    }
}

fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::from(()),
        Json::Bool(is_true) => Value::from(*is_true),
        Json::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(number), ..) => Value::from(number),
            (_, Some(number), _) => Value::from(number),
            (.., Some(number)) => Value::from(number),
            _ => Value::from(number.to_string()),
        },
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => items.iter().map(value).collect(),
        Json::Object(fields) => Value::from_pairs(fields.iter().map(|(key, field)| (key.as_str(), value(field)))),
    }
}

/// The bytes of a line, counted from 1; of the first without a number.
fn line(text: &str, number: Option<usize>) -> std::ops::Range<usize> {
    let before = number.unwrap_or(1).saturating_sub(1);
    let start = text.split_inclusive('\n').take(before).map(str::len).sum::<usize>();
    let length = text[start..].find('\n').unwrap_or(text.len() - start);
    start..start + length
}

fn told(error: &Error) -> Box<Diagnostic> {
    let detail = error.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
    let help = match error.kind() {
        ErrorKind::OutOfFuel => "a template may do four million steps and write 256 MB: loop over less",
        ErrorKind::SyntaxError => {
            "the syntax is that of Jinja: `{{ value }}`, `{% for change in changes %}…{% endfor %}`"
        }
        ErrorKind::UndefinedError => {
            "the fields are those of `--format json`; `is defined` and `default` help with what may be missing"
        }
        ErrorKind::UnknownFilter | ErrorKind::UnknownFunction | ErrorKind::UnknownTest | ErrorKind::UnknownMethod => {
            "what there is beside the data is what minijinja brings along"
        }
        _ => "the fields are those of `--format json`",
    };
    Diagnostic::new("diff-template", format!("{}{detail}", error.kind())).help(help)
}
