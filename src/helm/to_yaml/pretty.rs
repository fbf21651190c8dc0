//! go-yaml v3 on values of templates. Source: encode.go of go.yaml.in/yaml/v3.

use crate::base::{Span, base64, bytes};
use crate::gotmpl::{Fault, Kind, Object, Value};
use crate::sprig::json::{self, LARGEST_TEXT, View, exported_fields};
use crate::yaml::number::general_float;
use crate::yaml::styled::{Lists, write_tree};
use crate::yaml::{MAX_DEPTH, Mapping, Node, Scalar, Schema, Sequence, Style, Tag, resolve, sort_natural};

/// Go: Encoder.Encode with an indentation of two spaces.
pub fn marshal(value: &Value) -> Result<String, Fault> {
    let root = Nodes { depth: 0, left: LARGEST_TEXT }.node(value)?;
    write_tree(root, Lists::Indented).map_err(|error| Fault::new(error.message.clone()))
}

struct Nodes {
    depth: usize,
    /// Of the bytes that the text may have.
    left: usize,
}

impl Nodes {
    fn node(&mut self, value: &Value) -> Result<Node, Fault> {
        let node = match value {
            Value::Nil => plain("null"),
            Value::Bool(b) => plain(if *b { "true" } else { "false" }),
            Value::Int(n, _) => plain(&n.to_string()),
            Value::Uint(n, _) => plain(&n.to_string()),
            Value::Float(f) => plain(&float(*f)),
            // Go: it panics.
            Value::Complex(..) => return Err(Fault::new("cannot marshal type: complex128")),
            Value::Str(text) => return self.string(text),
            Value::List(list) => {
                self.enter()?;
                let items = list.items().iter().map(|item| self.node(item)).collect::<Result<_, _>>()?;
                self.depth -= 1;
                Node::new(Sequence::with_items(items), Span::NOWHERE)
            }
            Value::Map(map) => {
                let entries = map.entries();
                // Go: keys compare by their characters, of which what is none is U+FFFD.
                let mut sorted: Vec<_> =
                    entries.iter().map(|(key, entry)| (json::text(key), &**key, &entry.value)).collect();
                sort_natural(&mut sorted, Schema::V3, |(text, ..)| text);
                self.mapping(sorted.into_iter().map(|(_, key, value)| (key, value)))?
            }
            Value::Object(object) => return self.object(&**object, value),
        };
        // A node takes memory too.
        self.take(32, 0)?;
        Ok(node)
    }

    fn object(&mut self, object: &dyn Object, value: &Value) -> Result<Node, Fault> {
        match (object.type_name(), object.kind()) {
            ("time.Duration", _) => self.string(object.text().unwrap_or_default().as_bytes()),
            ("time.Time", _) => match View::of(value)? {
                View::Text(text) => Ok(plain(&text.to_text())),
                _ => Ok(plain("null")),
            },
            // Of a struct that can say itself as text JSON has that text.
            (_, Kind::Struct | Kind::Ptr) => match object.json() {
                Some(Value::Str(text)) => self.string(&text),
                _ => {
                    // Go: without a tag a field has its name in small letters.
                    let fields = exported_fields(object);
                    let fields: Vec<_> = fields.into_iter().map(|(name, value)| (name.to_lowercase(), value)).collect();
                    self.mapping(fields.iter().map(|(name, value)| (name.as_bytes(), value)))
                }
            },
            (name, _) => match object.underlying() {
                Some(Value::Object(_)) | None => Err(Fault::new(format!("cannot marshal type: {name}"))),
                Some(plain) => self.node(&plain),
            },
        }
    }

    fn mapping<'v>(&mut self, entries: impl Iterator<Item = (&'v [u8], &'v Value)>) -> Result<Node, Fault> {
        self.enter()?;
        let mut mapping = Mapping::default();
        for (key, value) in entries {
            mapping.push(self.string(key)?, self.node(value)?);
        }
        self.depth -= 1;
        Ok(Node::new(mapping, Span::NOWHERE))
    }

    /// Go: stringv.
    fn string(&mut self, bytes: &[u8]) -> Result<Node, Fault> {
        let lines = 1 + bytes::count(b'\n', bytes);
        self.take(bytes.len(), lines)?;
        let Ok(text) = std::str::from_utf8(bytes) else {
            let text = in_lines(&base64::encode(bytes));
            let style = if text.contains('\n') { Style::Literal } else { Style::Plain };
            return Ok(scalar(&text, Tag::Binary, style));
        };
        let style = match () {
            _ if text.contains('\n') => Style::Literal,
            _ if resolve(Schema::V3, text) != Tag::Str || is_old_bool(text) || is_base_60(text) => Style::DoubleQuoted,
            _ => Style::Plain,
        };
        Ok(scalar(text, Tag::Open, style))
    }

    /// Go: what holds itself goes on until the stack is used up.
    fn enter(&mut self) -> Result<(), Fault> {
        if self.depth == MAX_DEPTH {
            return Err(Fault::new("yaml: exceeded max depth of 10000"));
        }
        self.depth += 1;
        Ok(())
    }

    fn take(&mut self, bytes: usize, lines: usize) -> Result<(), Fault> {
        let bytes = bytes + lines * (2 * self.depth + 4);
        self.left = self.left.checked_sub(bytes).ok_or_else(|| Fault::new("yaml: the text is too long"))?;
        Ok(())
    }
}

/// What is written as it is.
fn plain(text: &str) -> Node {
    scalar(text, Tag::Open, Style::Plain)
}

fn scalar(text: &str, tag: Tag, style: Style) -> Node {
    Node::new(Scalar { text: text.into(), tag, style }, Span::NOWHERE)
}

/// Go: floatv.
fn float(f: f64) -> String {
    match () {
        _ if f.is_nan() => ".nan".into(),
        _ if f == f64::INFINITY => ".inf".into(),
        _ if f == f64::NEG_INFINITY => "-.inf".into(),
        _ => general_float(f),
    }
}

/// Go: encodeBase64. Lines of 70 characters, each with its newline if there is more than one.
fn in_lines(base64: &str) -> String {
    const LENGTH: usize = 70;
    if base64.len() <= LENGTH {
        return base64.into();
    }
    let lines = base64.as_bytes().chunks(LENGTH).map(String::from_utf8_lossy);
    lines.flat_map(|line| [line, "\n".into()]).collect()
}

/// Go: isOldBool. Truth values of YAML 1.1.
fn is_old_bool(text: &str) -> bool {
    #[rustfmt::skip]
    const WORDS: [&str; 16] = [
        "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF",
    ];
    WORDS.contains(&text)
}

/// Go: isBase60Float. `^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$`
fn is_base_60(text: &str) -> bool {
    let is_digit_or_line = |c: char| c.is_ascii_digit() || c == '_';
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (text, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut parts = text.split(':');
    let starts_well = parts
        .next()
        .is_some_and(|first| first.starts_with(|c: char| c.is_ascii_digit()) && first.chars().all(is_digit_or_line));
    let is_sixtieth = |part: &str| matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']);
    let mut rest = parts.peekable();
    starts_well && rest.peek().is_some() && rest.all(is_sixtieth) && fraction.chars().all(is_digit_or_line)
}
