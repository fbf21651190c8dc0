//! Keys and values from literals, env files and whole files.
//!
//! Source: kustomize 5.8.1, api/kv/kv.go and api/internal/generators/utils.go.

use std::collections::BTreeMap;

use super::super::context::Context;
use super::super::kustomization::{GeneratorArgs, Text};
use super::super::loader::{File, Loader};
use crate::base::{Diagnostic, Result, Span};

/// One key of a ConfigMap or Secret.
pub struct Datum {
    pub key: String,
    pub key_span: Span,
    pub value: Vec<u8>,
    pub value_span: Span,
}

/// What is made of the data.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    ConfigMap,
    Secret,
}

impl Kind {
    /// The field that asks for it.
    fn field(self) -> &'static str {
        match self {
            Kind::ConfigMap => "configMapGenerator",
            Kind::Secret => "secretGenerator",
        }
    }
}

/// All data of one generator, sorted by key. No error about the files of a Secret, now or later, shows
/// their text. Messages name keys and paths, never values.
///
/// Errors, together: what cannot be read or is ill-formed; a key that is there twice.
pub fn read(ctx: &Context, loader: &Loader, args: &GeneratorArgs, kind: Kind) -> Result<Vec<Datum>> {
    let field = kind.field();
    let load = |path: &Text| -> Result<File> {
        let file = loader.load(ctx, field, path)?;
        if kind == Kind::Secret {
            ctx.sources.mark_secret(Span::new(file.source, 0, file.text.len()));
        }
        Ok(file)
    };
    let mut reader = Reader { by_key: BTreeMap::new(), errors: Vec::new(), field };
    // The order matters only for which of two equal keys is called the second.
    for path in &args.envs {
        match load(path) {
            Ok(file) => reader.add_lines(&file),
            Err(error) => reader.errors.push(*error),
        }
    }
    for literal in &args.literals {
        if kind == Kind::Secret {
            ctx.sources.mark_secret(literal.span);
        }
        reader.add_literal(literal);
    }
    for source in &args.files {
        let read = parse_file_source(source, field).and_then(|(key, path)| Ok((key, load(&path)?)));
        match read {
            Ok((key, file)) => {
                let value_span = Span::new(file.source, 0, file.text.len());
                reader.add(Datum { key, key_span: source.span, value: file.text.to_vec(), value_span });
            }
            Err(error) => reader.errors.push(*error),
        }
    }
    match Diagnostic::together(reader.errors.into_iter().map(Box::new)) {
        Some(errors) => Err(errors),
        None => Ok(reader.by_key.into_values().collect()),
    }
}

struct Reader<'a> {
    by_key: BTreeMap<String, Datum>,
    errors: Vec<Diagnostic>,
    field: &'a str,
}

impl Reader<'_> {
    fn add(&mut self, datum: Datum) {
        if let Some(first) = self.by_key.get(&datum.key) {
            let message = format!("`{}` has the key `{}` twice", self.field, datum.key);
            let error = Diagnostic::new("duplicate-key", message)
                .at(datum.key_span)
                .label(first.key_span, "the key is here already")
                .help("take one of them out; a generator's keys must differ");
            self.errors.push(*error);
        } else {
            self.by_key.insert(datum.key.clone(), datum);
        }
    }

    /// `key=value`; one pair of quotes around the value is taken off.
    fn add_literal(&mut self, literal: &Text) {
        match literal.split_once('=') {
            Some((key, value)) if !key.is_empty() => self.add(Datum {
                key: key.to_string(),
                key_span: literal.span,
                value: without_quotes(value).into(),
                value_span: literal.span,
            }),
            _ => {
                let what = if literal.starts_with('=') { "has no key" } else { "has no `=`" };
                let message = format!("a literal of `{}` {what}", self.field);
                let error = Diagnostic::new("invalid-literal", message).at(literal.span);
                self.errors.push(*error.help("a literal has the form `key=value`"));
            }
        }
    }

    /// The lines of an env file: blank ones and those that start with `#` are passed over, and those
    /// without a key; a line without `=` has an empty value.
    fn add_lines(&mut self, file: &File) {
        let mut at = 0;
        for (number, line) in file.text.split_inclusive(|b| *b == b'\n').enumerate() {
            let start = at;
            at += line.len();
            let whole = line.strip_suffix(b"\n").unwrap_or(line);
            // Go: bufio.Scanner gives up at a line that does not fit its buffer, and nobody asks why.
            if whole.len() >= 64 * 1024 {
                return;
            }
            let whole = whole.strip_suffix(b"\r").unwrap_or(whole);
            let span = Span::new(file.source, start, start + whole.len());
            let Ok(text) = std::str::from_utf8(whole) else {
                let message = format!("an env file of `{}` is not valid UTF-8", self.field);
                let error = Diagnostic::new("invalid-utf8", message).at(span);
                self.errors.push(*error.help("save the file as UTF-8, or add it under `files`"));
                continue;
            };
            let text = if number == 0 { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
            let text = text.trim_start();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let (key, value) = text.split_once('=').unwrap_or((text, ""));
            if !key.is_empty() {
                self.add(Datum { key: key.to_string(), key_span: span, value: value.into(), value_span: span });
            }
        }
    }
}

/// Go: removeQuotes looks at the first and the last byte.
fn without_quotes(text: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return inner;
        }
    }
    text
}

/// `path` or `key=path`. Without a key, the key is the path's last part.
pub fn parse_file_source(source: &Text, field: &str) -> Result<(String, Text)> {
    let wrong = |what: &str| {
        Err(Diagnostic::new("invalid-file-source", format!("an entry of `files` of `{field}` {what}"))
            .at(source.span)
            .help("write `path`, or `key=path` to choose the key"))
    };
    match source.split_once('=') {
        None => Ok((base_name(source).to_string(), source.clone())),
        Some((_, path)) if path.contains('=') => wrong("has more than one `=`: keys and paths cannot hold any"),
        Some(("", _)) => wrong("has no key before the `=`"),
        Some((_, "")) => wrong("has no path behind the `=`"),
        Some((key, path)) => Ok((key.to_string(), Text::new(path, source.span))),
    }
}

/// Go: path.Base.
fn base_name(path: &str) -> &str {
    if path.is_empty() {
        return ".";
    }
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() { "/" } else { trimmed.rsplit('/').next().unwrap_or(trimmed) }
}
