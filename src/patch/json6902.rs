//! JSON patches (RFC 6902), as the library that kustomize uses understands them.
//!
//! It is more liberal than the RFC: indexes may be negative or have leading zeros, `replace` of a
//! missing key adds it, `copy` of a missing key copies null, whatever stands before the first slash
//! of a pointer is ignored. Numbers and strings are compared by their JSON text. Source:
//! evanphx/json-patch v4.13 (patch.go), and api/filters/patchjson6902.
//!
//! **Invariant:** what is put into an object has the span of its text in the patch.
//! **Not here:** which objects a patch is for.

use std::sync::Arc;

use crate::base::{Diagnostic, Result, SourceId, Span};
use crate::yaml::{self, Mapping, Node, Sequence, Style, Tag, Value, normal};

/// The operations of a patch. What is wrong with one of them comes out when it is applied, as in
/// the reference.
#[derive(Clone, Debug)]
pub struct JsonPatch {
    operations: Vec<Operation>,
    /// The text, for strings that are compared by their JSON.
    text: Arc<[u8]>,
}

#[derive(Clone, Debug)]
struct Operation {
    kind: Kind,
    path: Option<Pointer>,
    from: Option<Pointer>,
    value: Option<Node>,
    span: Span,
}

#[derive(Clone, Debug)]
enum Kind {
    Add,
    Remove,
    Replace,
    Move,
    Copy,
    Test,
    Unknown(String),
}

#[derive(Clone, Debug)]
struct Pointer {
    text: String,
    span: Span,
}

/// A place in a document: what holds it and its key there.
struct Place<'n> {
    holder: Holder<'n>,
    key: String,
}

enum Holder<'n> {
    Object(&'n mut Mapping),
    Array(&'n mut Sequence),
}

/// Why a holder does not do as it is told.
struct Refusal(String);

impl JsonPatch {
    /// Reads a patch: JSON if it starts with `[`, else YAML, of which the first document counts.
    /// A text without content is a patch without operations. Errors are those of the syntax, and
    /// anything but a list of maps.
    pub fn parse(source: SourceId, text: Arc<[u8]>) -> Result<JsonPatch> {
        let root = if text.first() == Some(&b'[') {
            Some(yaml::read_json(&text, source)?)
        } else {
            let document = yaml::read(source, &text, yaml::ReadOptions::config())?.pop();
            let mut root = document.and_then(|document| document.root);
            root.as_mut().map_or(Ok(()), normal::config_to_json_form)?;
            root
        };
        let operations = match root {
            None => Vec::new(),
            Some(Node { value: Value::Sequence(items), .. }) => {
                items.into_items().into_iter().map(Operation::of).collect::<Result<_>>()?
            }
            Some(other) => return Err(not_a("list of operations", &other)),
        };
        Ok(JsonPatch { operations, text })
    }

    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// Changes an object. Errors: an operation that is malformed or does not apply, a `test` that
    /// fails, and what has no JSON form.
    pub fn apply(&self, node: &mut Node) -> Result<()> {
        normal::to_json_form(node)?;
        for operation in &self.operations {
            operation.apply(node, &self.text)?;
        }
        if node.as_mapping().is_none() {
            return Err(failed("the JSON patch makes something else than a map of the object", node.span));
        }
        normal::from_json_form(node)
    }
}

fn not_a(wanted: &str, node: &Node) -> Box<Diagnostic> {
    Diagnostic::new("json-patch-syntax", format!("expected a {wanted}, found a {}", node.kind_name()))
        .at(node.span)
        .help("a JSON patch is a list of operations such as `{op: replace, path: /spec/replicas, value: 3}`")
}

fn failed(message: impl Into<String>, span: Span) -> Box<Diagnostic> {
    Diagnostic::new("json-patch-failed", message).at(span)
}

impl Operation {
    fn of(node: Node) -> Result<Operation> {
        let span = node.span;
        let fields = match node.value {
            Value::Mapping(fields) => fields,
            Value::Scalar(s) if s.tag == Tag::Null => Mapping::default(),
            _ => return Err(not_a("map that is an operation", &node)),
        };
        let pointer = |key: &str| {
            let node = fields.get(key)?;
            let text = node.as_scalar().filter(|s| s.tag == Tag::Str)?.text.to_string();
            Some(Pointer { text, span: node.span })
        };
        // Go: what is no string is the operation `unknown`.
        let kind = match pointer("op").as_ref().map_or("unknown", |op| &op.text) {
            "add" => Kind::Add,
            "remove" => Kind::Remove,
            "replace" => Kind::Replace,
            "move" => Kind::Move,
            "copy" => Kind::Copy,
            "test" => Kind::Test,
            other => Kind::Unknown(other.to_owned()),
        };
        let (path, from) = (pointer("path"), pointer("from"));
        Ok(Operation { kind, path, from, value: fields.get("value").cloned(), span })
    }

    fn apply(&self, root: &mut Node, text: &[u8]) -> Result<()> {
        match &self.kind {
            Kind::Add => {
                let path = self.path()?;
                let value = self.value_or_null();
                self.place(root, path)?.add(value).map_err(|refusal| self.refused(path, refusal))
            }
            Kind::Remove => {
                let path = self.path()?;
                self.place(root, path)?.remove().map(drop).map_err(|refusal| self.refused(path, refusal))
            }
            Kind::Replace => self.replace(root),
            Kind::Move => {
                let from = self.from()?;
                let value = self.place(root, from)?.remove().map_err(|refusal| self.refused(from, refusal))?;
                let path = self.path()?;
                self.place(root, path)?.add(value).map_err(|refusal| self.refused(path, refusal))
            }
            Kind::Copy => {
                let from = self.from()?;
                let found = self.place(root, from)?.get().map(|n| n.cloned());
                let value = found.map_err(|refusal| self.refused(from, refusal))?;
                let path = self.path()?;
                let mut value = value.unwrap_or_else(|| Node::null(from.span));
                forget_text(&mut value);
                self.place(root, path)?.add(value).map_err(|refusal| self.refused(path, refusal))
            }
            Kind::Test => self.test(root, text),
            Kind::Unknown(op) => {
                let help = "an operation is one of `add`, `remove`, `replace`, `move`, `copy`, `test`";
                Err(failed(format!("unexpected operation `{op}` in a JSON patch"), self.span).help(help))
            }
        }
    }

    fn path(&self) -> Result<&Pointer> {
        self.path.as_ref().ok_or_else(|| failed("an operation of a JSON patch has no `path`", self.span))
    }

    fn from(&self) -> Result<&Pointer> {
        self.from.as_ref().ok_or_else(|| failed("an operation of a JSON patch has no `from`", self.span))
    }

    /// Go: `add` without a value adds null.
    fn value_or_null(&self) -> Node {
        self.value.clone().unwrap_or_else(|| Node::null(self.span))
    }

    fn place<'n>(&self, root: &'n mut Node, pointer: &Pointer) -> Result<Place<'n>> {
        find(root, &pointer.text).ok_or_else(|| {
            let message = format!("the object has no place `{}`", pointer.text);
            let says = self.missing_place(pointer);
            failed(message, pointer.span)
                .help("all but the last part of the path must be there already")
                .reference(says)
        })
    }

    /// Go: what the operations say when they do not find a place.
    fn missing_place(&self, pointer: &Pointer) -> String {
        let is_from = self.from.as_ref().is_some_and(|from| std::ptr::eq(from, pointer));
        let (op, what) = match (&self.kind, is_from) {
            (Kind::Add | Kind::Unknown(_), _) => ("add", format!("doc is missing path: \"{}\"", pointer.text)),
            (Kind::Remove, _) => ("remove", format!("doc is missing path: \"{}\"", pointer.text)),
            (Kind::Replace, _) => ("replace", format!("doc is missing path: {}", pointer.text)),
            (Kind::Test, _) => ("test", format!("is missing path: {}", pointer.text)),
            (Kind::Move, true) => ("move", format!("doc is missing from path: {}", pointer.text)),
            (Kind::Move, false) => ("move", format!("doc is missing destination path: {}", pointer.text)),
            (Kind::Copy, true) => ("copy", format!("doc is missing from path: {}", pointer.text)),
            (Kind::Copy, false) => ("copy", format!("doc is missing destination path: {}", pointer.text)),
        };
        format!("{op} operation does not apply: {what}: missing value")
    }

    fn refused(&self, pointer: &Pointer, Refusal(reason): Refusal) -> Box<Diagnostic> {
        failed(format!("the JSON patch does not apply at `{}`: {reason}", pointer.text), pointer.span)
    }

    fn replace(&self, root: &mut Node) -> Result<()> {
        let path = self.path()?;
        if path.text.is_empty() {
            match &self.value {
                Some(value) if !matches!(value.value, Value::Scalar(_)) => *root = value.clone(),
                _ => return Err(failed("only a map can replace the whole object", path.span)),
            }
            return Ok(());
        }
        let place = self.place(root, path)?;
        place.set(self.value_or_null()).map_err(|refusal| self.refused(path, refusal))
    }

    fn test(&self, root: &mut Node, text: &[u8]) -> Result<()> {
        let path = self.path()?;
        let is_equal = if path.text.is_empty() {
            self.value.as_ref().is_some_and(|value| equal(root, value, text))
        } else {
            let place = self.place(root, path)?;
            let found = place.get().map_err(|refusal| self.refused(path, refusal))?;
            match (found.filter(|n| !n.is_null()), self.value.as_ref().filter(|n| !n.is_null())) {
                (None, None) => true,
                (Some(found), Some(value)) => equal(found, value, text),
                _ => false,
            }
        };
        if is_equal {
            return Ok(());
        }
        let span = self.value.as_ref().map_or(self.span, |value| value.span);
        Err(failed(format!("the test of `{}` failed: the object has another value there", path.text), span))
    }
}

/// Go: findObject.
fn find<'n>(root: &'n mut Node, pointer: &str) -> Option<Place<'n>> {
    let (_ignored, path) = pointer.split_once('/')?;
    let (way, key) = path.rsplit_once('/').map_or((None, path), |(way, key)| (Some(way), key));
    let mut at = root;
    for part in way.into_iter().flat_map(|way| way.split('/')) {
        let part = unescape(part);
        at = match &mut at.value {
            Value::Mapping(fields) => fields.get_mut(&part)?,
            Value::Sequence(items) => {
                let index = position(&part, items.len()).ok()?;
                items.get_mut(index)?
            }
            Value::Scalar(_) => return None,
        };
    }
    let holder = match &mut at.value {
        Value::Mapping(fields) => Holder::Object(fields),
        Value::Sequence(items) => Holder::Array(items),
        Value::Scalar(_) => return None,
    };
    Some(Place { holder, key: unescape(key) })
}

/// Go: one pass, so that `~01` is `~1`.
fn unescape(part: &str) -> String {
    let mut pieces = part.split('~');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.as_bytes().first() {
            Some(b'1') => {
                out.push('/');
                out.push_str(&piece[1..]);
            }
            Some(b'0') => {
                out.push('~');
                out.push_str(&piece[1..]);
            }
            _ => {
                out.push('~');
                out.push_str(piece);
            }
        }
    }
    out
}

/// Go: strconv.Atoi: a sign and leading zeros are fine.
fn index(key: &str) -> Result<i64, Refusal> {
    let digits = key.strip_prefix(['+', '-']).unwrap_or(key);
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let parsed = is_number.then(|| key.parse().ok()).flatten();
    parsed.ok_or_else(|| Refusal(format!("`{key}` is not an index of a list")))
}

/// The position that an index means in a list where `len` positions may be named; a negative one
/// counts from the end.
fn position(key: &str, len: usize) -> Result<usize, Refusal> {
    let index = index(key)?;
    let position = if index < 0 { index.checked_add(len as i64) } else { Some(index) };
    let position = position.and_then(|p| usize::try_from(p).ok()).filter(|p| *p < len);
    position.ok_or_else(|| Refusal(format!("the index `{key}` is out of range")))
}

impl<'n> Place<'n> {
    /// What is there; a missing key of an object is no error.
    fn get(&self) -> Result<Option<&Node>, Refusal> {
        match &self.holder {
            Holder::Object(fields) => Ok(fields.get(&self.key)),
            Holder::Array(items) => Ok(items.get(position(&self.key, items.len())?)),
        }
    }

    fn set(self, value: Node) -> Result<(), Refusal> {
        match self.holder {
            Holder::Object(fields) => fields.set(&self.key, value),
            Holder::Array(items) => {
                let at = position(&self.key, items.len())?;
                items[at] = value;
            }
        }
        Ok(())
    }

    fn add(self, value: Node) -> Result<(), Refusal> {
        match self.holder {
            Holder::Object(fields) => fields.set(&self.key, value),
            Holder::Array(items) if self.key == "-" => items.push(value),
            Holder::Array(items) => {
                let at = position(&self.key, items.len() + 1)?;
                items.insert(at, value);
            }
        }
        Ok(())
    }

    fn remove(self) -> Result<Node, Refusal> {
        match self.holder {
            Holder::Object(fields) => {
                fields.remove(&self.key).ok_or_else(|| Refusal(format!("there is no key `{}`", self.key)))
            }
            Holder::Array(items) => {
                let at = position(&self.key, items.len())?;
                Ok(items.remove(at))
            }
        }
    }
}

/// Go: lazyNode.equal: scalars by their JSON text, so that `1.0` is not `1`. A null in a list makes
/// the reference crash; here it is equal to nothing.
fn equal(found: &Node, value: &Node, text: &[u8]) -> bool {
    match (&found.value, &value.value) {
        (Value::Mapping(a), Value::Mapping(b)) => {
            a.len() == b.len()
                && a.iter().all(|entry| {
                    let other = entry.key.text().and_then(|key| b.get(key));
                    other.is_some_and(|other| match (entry.value.is_null(), other.is_null()) {
                        (false, false) => equal(&entry.value, other, text),
                        (a, b) => a == b,
                    })
                })
        }
        (Value::Sequence(a), Value::Sequence(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| !a.is_null() && !b.is_null() && equal(a, b, text))
        }
        (Value::Scalar(a), Value::Scalar(b)) => match (a.tag, b.tag) {
            (Tag::Str, Tag::Str) if a.style == Style::Plain && b.style == Style::Plain => a.text == b.text,
            (Tag::Str, Tag::Str) => json_text(found, text) == json_text(value, text),
            (a_tag, b_tag) => (a_tag == Tag::Str) == (b_tag == Tag::Str) && a.text == b.text,
        },
        _ => false,
    }
}

/// A string's JSON: as it stands in the patch if that is JSON, else as Go writes it.
fn json_text(node: &Node, text: &[u8]) -> Vec<u8> {
    let Some(scalar) = node.as_scalar() else { return Vec::new() };
    match text.get(node.span.start as usize..node.span.end as usize) {
        Some(raw) if scalar.style == Style::DoubleQuoted => raw.to_vec(),
        _ => {
            let mut out = String::new();
            yaml::json::write_string(&scalar.text, &mut out);
            out.into_bytes()
        }
    }
}

/// Go: copying writes strings anew.
fn forget_text(node: &mut Node) {
    match &mut node.value {
        Value::Scalar(scalar) => scalar.style = Style::Plain,
        Value::Sequence(items) => items.iter_mut().for_each(forget_text),
        Value::Mapping(fields) => fields.iter_mut().for_each(|(_, value)| forget_text(value)),
    }
}
