//! Errors of templates as Helm words them.
//!
//! **Not here:** how Go words them, which is [`ExecError`]'s and [`ParseError`]'s own text.

use super::late::{WARN_END, WARN_START};
use crate::base::Diagnostic;
use crate::gotmpl::{ExecError, ParseError, Site};

/// How many of the templates that stand around an error are told.
const MAX_TRACE: usize = 10;

/// A template that Go does not parse. Source: cleanupParseError in pkg/engine/engine.go.
pub fn parse_error(file: &str, error: &ParseError) -> Box<Diagnostic> {
    let text = error.to_string();
    let mut parts = text.split(": ");
    let message = match (parts.nth(1), text.rsplit(": ").next()) {
        (Some(location), Some(last)) => format!("parse error at ({location}): {last}"),
        _ => format!("parse error in ({file}): {text}"),
    };
    Diagnostic::new("template-parse", message).at(error.span)
}

/// A failure in the course of a template.
pub fn exec_error(file: &str, error: &ExecError) -> Box<Diagnostic> {
    let mut diagnostic = Diagnostic::new("template-exec", exec_message(file, error));
    let sites: Vec<&Site> = chain(error).filter_map(|level| level.site.as_deref()).collect();
    // The innermost that stands in a file; texts that are made in templates stand in none.
    let shown = sites.iter().rposition(|site| !site.span.is_nowhere());
    if let Some(at) = shown {
        diagnostic = diagnostic.at(sites[at].span);
    }
    for site in sites.iter().rev().skip(1).take(MAX_TRACE) {
        let Site { file, line, column, context, .. } = site;
        diagnostic = diagnostic.within(format!("in `{context}` at {file}:{line}:{}", column + 1));
    }
    let innermost = chain(error).last().unwrap_or(error);
    match &innermost.nil_path {
        Some(path) => diagnostic.help(format!("`{path}` is not set: set it, or test it with `if` or `with`")),
        None => diagnostic,
    }
}

/// The failure and those within it, outermost first.
fn chain(error: &ExecError) -> impl Iterator<Item = &ExecError> {
    std::iter::successors(Some(error), |error| error.inner())
}

/// What `fail` and `required` say is told as Helm tells it (reformatExecErrorMsg in pkg/engine/engine.go). Of all
/// else Go's message of the innermost failure: the places and the way there are drawn, where Go puts them into words.
fn exec_message(file: &str, error: &ExecError) -> String {
    let text = error.to_string();
    if let Some(message) = warning(&text) {
        let location =
            error.site.as_ref().map_or(file.to_owned(), |site| format!("{}:{}:{}", site.file, site.line, site.column));
        return format!("execution error at ({location}): {message}");
    }
    let innermost = chain(error).last().unwrap_or(error);
    match &innermost.cause {
        Some(cause) => format!("{}: {}", innermost.message, cause.message),
        None => innermost.message.clone(),
    }
}

/// What `fail` or `required` was given.
fn warning(text: &str) -> Option<&str> {
    let from = text.find(WARN_START)? + WARN_START.len();
    let to = text.rfind(WARN_END)?;
    text.get(from..to)
}

#[cfg(test)]
mod tests {
    use super::super::late;
    use super::*;
    use crate::base::{SourceId, Sources};
    use crate::gotmpl::{ExecOptions, FuncMap, Templates, Value, World};

    /// Of a chart `c` with these two files. The messages are parts of what `helm template` 4.3.1 prints.
    fn error_of(helpers: &str, text: &str) -> Box<Diagnostic> {
        let sources = Sources::new();
        let source = sources.add("c/templates/out.yaml", text.as_bytes());
        let mut templates = Templates::new(FuncMap::new([late::FUNCS]));
        let files = [("c/templates/out.yaml", text, source), ("c/templates/_h.tpl", helpers, SourceId::NONE)];
        for (name, text, source) in files {
            if let Err(error) = templates.parse(name, text.as_bytes(), source) {
                return parse_error(name, &error);
            }
        }
        let data = Value::map([("Values", Value::map([]))]);
        let mut world = World::fixed(0);
        match templates.execute("c/templates/out.yaml", &data, &mut world, &ExecOptions::default()) {
            Ok(_) => panic!("{text} is fine"),
            Err(error) => exec_error("c/templates/out.yaml", &error),
        }
    }

    #[test]
    fn messages_are_those_of_helm_and_go() {
        let cases = [
            ("", "a: {{ fail \"no: way\" }}", "execution error at (c/templates/out.yaml:1:6): no: way"),
            (
                "{{define \"h\"}}{{ required \"x is needed\" .Values.x }}{{end}}",
                "\n{{ include \"h\" . }}",
                "execution error at (c/templates/out.yaml:2:3): x is needed",
            ),
            (
                "{{define \"h\"}}{{ .Values.x.y }}{{end}}",
                "{{ include \"h\" . }}",
                "nil pointer evaluating interface {}.y",
            ),
            ("", "{{ include \"h\" . }}", "no template \"h\" associated with template \"gotpl\""),
            ("", "{{ index .Values 1 }}", "error calling index: value has type int; should be string"),
            ("", "{{ tpl \"{{ .Values.x.y }}\" . }}", "nil pointer evaluating interface {}.y"),
            ("", "\n{{ nosuch }}", "parse error at (c/templates/out.yaml:2): function \"nosuch\" not defined"),
        ];
        for (helpers, text, message) in cases {
            assert_eq!(error_of(helpers, text).message, message, "{text}");
        }
    }

    #[test]
    fn the_place_and_the_way_to_it_are_told() {
        let error = error_of("{{define \"h\"}}{{ .Values.x.y }}{{end}}", "a: {{ include \"h\" . }}");
        assert_eq!((error.labels[0].span.start, error.labels[0].span.end), (6, 19));
        assert_eq!(error.trace, ["in `include \"h\" .` at c/templates/out.yaml:1:7"]);
        assert_eq!(error.help.as_deref(), Some("`.Values.x` is not set: set it, or test it with `if` or `with`"));
    }
}
