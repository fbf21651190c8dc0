//! The flags that set values, and the order in which they count.
//!
//! Source: pkg/cli/values/options.go.

use std::borrow::Cow;
use std::io;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use super::{merge_maps, read};
use crate::base::{Diagnostic, FileSystem, Result, SourceId, Sources, Span};
use crate::fetch::http::Request;
use crate::fetch::{self, Freshness, Url, without_secrets};
use crate::gotmpl::{Map, Type, Value};
use crate::helm::from_yaml::json_value_of;
use crate::helm::load::prefixed;
use crate::helm::pull::Pulling;
use crate::helm::pull::git::{self, is_git};
use crate::helm::pull::homes::Homes;
use crate::helm::strvals::{self, Budget, Fault, Reading};
use crate::yaml::read_json;

/// What the flags say, each in the order of the command line. Whatever the order in which the kinds of flags
/// were given, they count in this one, and the last that sets a value wins.
#[derive(Clone, Debug, Default)]
pub struct ValueOptions {
    /// `--values`; `-` is standard input.
    pub files: Vec<String>,
    pub set_json: Vec<String>,
    pub set: Vec<String>,
    pub set_string: Vec<String>,
    pub set_file: Vec<String>,
    pub set_literal: Vec<String>,
}

/// Where files that flags name are read from.
pub struct Files<'f> {
    pub fs: &'f dyn FileSystem,
    pub sources: &'f Sources,
    pub fetch: &'f fetch::Context,
    /// Reads all of standard input.
    pub stdin: &'f mut dyn FnMut() -> io::Result<Vec<u8>>,
}

/// The values that the flags make together. Go: MergeValues.
pub fn merge_options(options: &ValueOptions, files: &mut Files<'_>) -> Result<Rc<Map>> {
    let mut base = Map::new(Type::Map);
    for path in &options.files {
        base = merge_maps(&base, &files.values(path)?);
    }
    let sources = files.sources;
    let mut budget = Budget::default();
    for text in &options.set_json {
        if text.trim_start().starts_with('{') {
            let object = text.trim();
            base = merge_maps(&base, &json_object(object, sources.add("--set-json", object.as_bytes()))?);
        } else {
            let source = sources.add("--set-json", text.as_bytes());
            let error = |fault| refused("--set-json", &format!("data {text}"), text, source, fault);
            strvals::parse_into(text, source, &base, Reading::Json, &mut budget).map_err(error)?;
        }
    }
    let mut set = |flag: &'static str, text: &str, reading: Reading<'_>| {
        let source = sources.add(flag, text.as_bytes());
        let error = |fault: Fault| refused(flag, &format!("data: {}", fault.message), text, source, fault);
        strvals::parse_into(text, source, &base, reading, &mut budget).map_err(error)
    };
    for text in &options.set {
        set("--set", text, Reading::Typed)?;
    }
    for text in &options.set_string {
        set("--set-string", text, Reading::Text)?;
    }
    for text in &options.set_file {
        let mut read = |path: &str| match files.bytes(path) {
            Ok(bytes) => Ok(Value::str(bytes.to_vec())),
            Err(error) => Err(error.message),
        };
        set("--set-file", text, Reading::File(&mut read))?;
    }
    for text in &options.set_literal {
        set("--set-literal", text, Reading::Literal)?;
    }
    Ok(Rc::new(base))
}

fn json_object(text: &str, source: SourceId) -> Result<Map> {
    let root = read_json(text.as_bytes(), source).and_then(|node| json_value_of(&node));
    match root {
        Ok(value) => {
            Ok(value.as_map().map_or_else(|| Map::new(Type::Map), |map| merge_maps(&Map::new(Type::Map), map)))
        }
        Err(mut error) => {
            error.code = "values-set";
            Err(prefixed(&format!("failed parsing --set-json data JSON: {text}"), error))
        }
    }
}

fn refused(flag: &str, what: &str, text: &str, source: SourceId, fault: Fault) -> Box<Diagnostic> {
    // An error at the end points to the last character.
    let start = text.char_indices().map(|(at, _)| at).take_while(|at| *at <= fault.at).last().unwrap_or(0);
    let error = Diagnostic::new("values-set", format!("failed parsing {flag} {what}"));
    let help = match flag {
        "--set-json" => "write `name=` and a JSON value, or a JSON object",
        "--set-literal" => "write `name=value`",
        _ => "write `name=value,other.name=value`; a comma in a value is `\\,`",
    };
    error
        .label(Span::new(source, start, start + 1), if flag == "--set-json" { fault.message } else { String::new() })
        .help(help)
}

impl Files<'_> {
    fn values(&mut self, path: &str) -> Result<Map> {
        let text = self.bytes(path)?;
        let shown = shown(path);
        let source = self.sources.add(if is_stdin(path) { "<stdin>" } else { &shown }, text.clone());
        read(source, &text).map_err(|error| prefixed(&format!("failed to parse {shown}"), error))
    }

    /// Go: readFile.
    fn bytes(&mut self, path: &str) -> Result<Arc<[u8]>> {
        let fail = |why: String| Diagnostic::new("values-unreadable", why);
        if is_stdin(path) {
            return (self.stdin)()
                .map(Into::into)
                .map_err(|error| fail(format!("cannot read standard input: {error}")));
        }
        if is_url(path) {
            let url = Url::parse(path)?;
            let freshness = Freshness::of(&url);
            return Ok(fetch::file(self.fetch, "values", &Request::get(url), freshness)?.content);
        }
        if is_git(path) {
            let homes = Homes::default();
            let pulling = Pulling::new(self.fs, self.sources, self.fetch, &homes, &|_| ());
            let missing = || fail(format!("there is no file `{}`", without_secrets(path)));
            return git::file(&pulling, path)?
                .ok_or_else(|| missing().help("write `git+https://HOST/REPO@PATH?ref=REF`"));
        }
        self.fs.read(Path::new(path)).map_err(|error| {
            fail(format!("open {path}: {error}"))
                .help("name a file, its path relative to the working directory, a URL, or `-`")
        })
    }
}

/// The name of a file of values for messages: of a URL, without what may be secret.
pub fn shown(path: &str) -> Cow<'_, str> {
    if is_url(path) || is_git(path) { Cow::Owned(without_secrets(path)) } else { Cow::Borrowed(path) }
}

/// Go: url.Parse, and the providers of `http` and `https`.
fn is_url(path: &str) -> bool {
    let scheme = path.split_once(':').map_or("", |(scheme, _)| scheme);
    ["http", "https"].iter().any(|known| known.eq_ignore_ascii_case(scheme))
}

fn is_stdin(path: &str) -> bool {
    path.trim() == "-"
}
