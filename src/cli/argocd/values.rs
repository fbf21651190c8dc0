//! The values that an application sets for its chart, and those that a chart is announced with.
//!
//! An entry of the map is what a parameter of a chart is to Argo CD itself: `--set KEY=VALUE`. Source: Argo CD,
//! util/helm/cmd.go.
//!
//! **Invariant:** what is announced, set as it is, prints as it did.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kz::base::fs::Overlay;
use kz::base::{Diagnostic, FileSystem, Result, SourceId, Sources, Span};
use kz::gotmpl::{Map, Type, Value};
use kz::helm::strvals::{Budget, Reading, parse_into};
use kz::helm::values::{ValueOptions, read};

use super::parameters::{Parameters, VALUES, VALUES_FILES, wrong};

/// What the text of `values` is called, as if it were a file.
const TEXT: &str = "parameter `values`";

/// The values as flags have them. The text of `values` is put into `files`, which otherwise has what may be read.
///
/// Errors: `argocd-parameter`: a file that is not there; a text that is no YAML; an entry that is no path to a value.
pub fn options(
    parameters: &Parameters,
    repository: &Path,
    files: &mut Overlay,
    sources: &Sources,
) -> Result<ValueOptions> {
    let mut options = ValueOptions::default();
    for path in parameters.array(VALUES_FILES) {
        options.files.push(file(path, repository, files)?);
    }
    let text = parameters.string(VALUES);
    if !text.is_empty() {
        // Looked at here, for what stands in the text is not to be shown.
        read(sources.add(TEXT, text.as_bytes()), text.as_bytes()).map_err(|error| {
            let place = error.labels.first().map_or(Span::NOWHERE, |label| label.span);
            // The message may quote the text.
            wrong(format!("the {TEXT} is no mapping in YAML")).at(place).masked()
        })?;
        files.put(TEXT, TEXT, text.as_bytes());
        options.files.push(TEXT.to_owned());
    }
    let (scratch, mut budget) = (Map::new(Type::Map), Budget::default());
    for (key, value) in parameters.map(VALUES) {
        let entry = format!("{key}={}", escaped(value));
        parse_into(&entry, SourceId::NONE, &scratch, Reading::Typed, &mut budget).map_err(|_| {
            wrong(format!("the entry `{key}` of the {TEXT} is no path to a value, or has none that can be read")).help(
                "write `image.tag` or `hosts[0].name` for a path, `{a,b}` for a list; `\\` before a dot in a name",
            )
        })?;
        options.set.push(entry);
    }
    Ok(options)
}

/// Masks the lines of the text of `values` that an error would show.
pub fn hidden(error: Box<Diagnostic>, sources: &Sources) -> Box<Diagnostic> {
    let is_of_values = |span| {
        let file = sources.outermost(span);
        file.is_some_and(|(source, _)| [TEXT, "--set"].contains(&source.name.as_str()))
    };
    let mut labels = error.labels.iter().chain(error.others.iter().flat_map(|other| &other.labels));
    if labels.any(|label| is_of_values(label.span)) { error.masked() } else { error }
}

/// How addresses of files begin. Those of this machine's repositories are none: they are other applications'.
const REMOTE: [&str; 5] = ["https://", "http://", "git+https://", "git+http://", "git+ssh://"];

/// Where a file of values is. Argo CD: what begins with a slash counts from the top of the repository.
fn file(path: &str, repository: &Path, files: &Overlay) -> Result<String> {
    if REMOTE.iter().any(|start| path.starts_with(start)) {
        return Ok(path.to_owned());
    }
    let place = match path.strip_prefix('/') {
        Some(below) => repository.join(below),
        None => PathBuf::from(path),
    };
    if !files.is_file(&place) {
        return Err(wrong(format!("`{VALUES_FILES}` names `{path}`, and the repository has no such file"))
            .help("a path counts from the application's folder, with `/` before it from the top of the repository"));
    }
    Ok(place.to_string_lossy().into_owned())
}

/// Argo CD: a comma is part of the value, but for that of a list in braces.
fn escaped(value: &str) -> String {
    if value.starts_with('{') && value.ends_with('}') {
        return value.to_owned();
    }
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        if c == ',' && !out.ends_with('\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The values of a chart by their paths. What would not be the same if it were set is left out: a text that looks like
/// a number, a fraction, null, a list of mappings.
pub fn announced(values: &Map) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    gather(values, &mut Vec::new(), &mut found);
    found
}

fn gather(values: &Map, path: &mut Vec<String>, into: &mut BTreeMap<String, String>) {
    for (key, entry) in values.entries().iter() {
        path.push(String::from_utf8_lossy(key).into_owned());
        match &entry.value {
            Value::Map(inner) => gather(inner, path, into),
            value => into.extend(entry_of(path, value)),
        }
        path.pop();
    }
}

/// A path and a text that set a value to what it is.
fn entry_of(path: &[String], value: &Value) -> Option<(String, String)> {
    let text = match value {
        Value::List(list) => {
            let item = |item: &Value| text_of(item).filter(|text| !text.contains(','));
            let items = list.items().iter().map(item).collect::<Option<Vec<_>>>()?;
            format!("{{{}}}", items.join(","))
        }
        value => text_of(value)?,
    };
    let key = path.iter().map(|part| escaped_key(part)).collect::<Vec<_>>().join(".");
    let (scratch, mut budget) = (Map::new(Type::Map), Budget::default());
    parse_into(&format!("{key}={}", escaped(&text)), SourceId::NONE, &scratch, Reading::Typed, &mut budget).ok()?;
    let mut set = Value::Map(scratch.into());
    for part in path {
        set = set.as_map()?.get(part.as_bytes())?;
    }
    is_same(value, &set).then_some((key, text))
}

fn escaped_key(key: &str) -> String {
    let special = ['\\', '.', ',', '=', '[', ']'];
    key.chars().flat_map(|c| special.contains(&c).then_some('\\').into_iter().chain([c])).collect()
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Bool(is_on) => Some(is_on.to_string()),
        Value::Int(number, _) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Str(text) => std::str::from_utf8(text).ok().map(str::to_owned),
        _ => None,
    }
}

/// Go: the numbers of a file of values are floats, of which those below a million print as whole numbers do.
const PRINT_ALIKE: f64 = 1e6;

fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Float(a), Value::Int(b, _)) => a.abs() < PRINT_ALIKE && *a == *b as f64,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a, _), Value::Int(b, _)) => a == b,
        (Value::Str(a), Value::Str(b)) => a[..] == b[..],
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.items().iter().zip(b.items().iter()).all(|(a, b)| is_same(a, b))
        }
        _ => false,
    }
}
