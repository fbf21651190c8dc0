//! What a field holds, as JSON has it; or that it is not to be shown.

use compact_str::CompactString;

use crate::base::{Result, SourceId};
use crate::yaml::json::{Numbers, to_json};
use crate::yaml::{self, Node, Tag};

/// A value of an object. Objects are compared by it: key order, quoting and comments are gone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    Null,
    Bool(bool),
    /// As JSON writes it.
    Number(CompactString),
    Text(CompactString),
    List(Vec<Value>),
    /// Sorted by key.
    Map(Vec<(CompactString, Value)>),
    /// A value that is not shown: how many bytes it has; what tells it from others, for comparing only; and
    /// whether it is a new one in the place of another.
    Secret {
        bytes: usize,
        digest: u64,
        is_other: bool,
    },
}

impl Value {
    /// The value of an object, or of a document. Errors: what has no JSON form.
    pub fn of_node(node: &Node) -> Result<Value> {
        let mut json = String::new();
        to_json(node, Numbers::Exact, &mut json)?;
        Value::of_json(&json)
    }

    /// Of a JSON text. Errors: it is none.
    pub fn of_json(json: &str) -> Result<Value> {
        Ok(Value::of_json_form(&yaml::read_json(json.as_bytes(), SourceId::NONE)?))
    }

    /// Of a node whose scalars are JSON's.
    fn of_json_form(node: &Node) -> Value {
        match &node.value {
            yaml::Value::Scalar(scalar) => match scalar.tag {
                Tag::Null => Value::Null,
                Tag::Bool => Value::Bool(scalar.text == "true"),
                Tag::Int | Tag::Float => Value::Number(scalar.text.clone()),
                _ => Value::Text(scalar.text.clone()),
            },
            yaml::Value::Sequence(items) => Value::List(items.iter().map(Value::of_json_form).collect()),
            yaml::Value::Mapping(fields) => {
                let field = |entry: &yaml::Entry| {
                    (entry.key.text().unwrap_or_default().into(), Value::of_json_form(&entry.value))
                };
                let mut fields: Vec<(CompactString, Value)> = fields.iter().map(field).collect();
                fields.sort_by(|(a, _), (b, _)| a.cmp(b));
                Value::Map(fields)
            }
        }
    }

    pub fn get(&self, key: &str) -> Option<&Value> {
        let Value::Map(fields) = self else { return None };
        fields.binary_search_by(|(own, _)| own.as_str().cmp(key)).ok().map(|at| &fields[at].1)
    }

    /// What lies at the end of some keys.
    pub fn lookup(&self, keys: &[&str]) -> Option<&Value> {
        keys.iter().try_fold(self, |value, key| value.get(key))
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_list(&self) -> &[Value] {
        match self {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The fields of a map, sorted; none of anything else.
    pub fn fields(&self) -> &[(CompactString, Value)] {
        match self {
            Value::Map(fields) => fields,
            _ => &[],
        }
    }

    /// Whether it is a list or map with something in it.
    pub fn is_collection(&self) -> bool {
        match self {
            Value::List(items) => !items.is_empty(),
            Value::Map(fields) => !fields.is_empty(),
            _ => false,
        }
    }

    /// As one line, in the flow style of YAML as JSON has it: `{"a": [1, 2]}`. A text is in quotes.
    pub fn to_line(&self) -> String {
        let mut out = String::new();
        self.write_line(&mut out);
        out
    }

    fn write_line(&self, out: &mut String) {
        match self {
            Value::Null => out.push_str("null"),
            Value::Bool(is_true) => out.push_str(if *is_true { "true" } else { "false" }),
            Value::Number(text) => out.push_str(text),
            Value::Text(text) => quote(text, out),
            Value::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    out.push_str(if at > 0 { ", " } else { "" });
                    item.write_line(out);
                }
                out.push(']');
            }
            Value::Map(fields) => {
                out.push('{');
                for (at, (key, value)) in fields.iter().enumerate() {
                    out.push_str(if at > 0 { ", " } else { "" });
                    quote(key, out);
                    out.push_str(": ");
                    value.write_line(out);
                }
                out.push('}');
            }
            Value::Secret { .. } => out.push_str(&self.secret_words()),
        }
    }

    /// As lines of YAML, as `kz build` writes objects.
    pub fn to_yaml(&self) -> String {
        let mut out = Vec::new();
        match yaml::emit(&self.to_node(), &mut out) {
            Ok(()) => String::from_utf8_lossy(&out).into_owned(),
            // Nothing that JSON has is without a form in YAML.
            Err(_) => self.to_line(),
        }
    }

    fn to_node(&self) -> Node {
        use crate::base::Span;
        let scalar = |text: &str, tag| yaml::Scalar { text: text.into(), tag, style: yaml::Style::Plain };
        let value = match self {
            Value::Null => scalar("null", Tag::Null).into(),
            Value::Bool(is_true) => scalar(if *is_true { "true" } else { "false" }, Tag::Bool).into(),
            Value::Number(text) if text.bytes().all(|b| b.is_ascii_digit() || b == b'-') => {
                scalar(text, Tag::Int).into()
            }
            Value::Number(text) => scalar(text, Tag::Float).into(),
            Value::Text(text) => scalar(text, Tag::Str).into(),
            Value::Secret { .. } => scalar(&self.secret_words(), Tag::Str).into(),
            Value::List(items) => {
                yaml::Value::from(yaml::Sequence::with_items(items.iter().map(Value::to_node).collect()))
            }
            Value::Map(fields) => {
                let mut mapping = yaml::Mapping::with_capacity(fields.len());
                for (key, value) in fields {
                    mapping.push(Node::string(key.as_str(), Span::NOWHERE), value.to_node());
                }
                mapping.into()
            }
        };
        Node::new(value, Span::NOWHERE)
    }

    /// What is shown in place of a secret value; empty for any other.
    pub fn secret_words(&self) -> String {
        match self {
            Value::Secret { bytes, is_other: false, .. } => format!("*** ({bytes} bytes)"),
            Value::Secret { bytes, is_other: true, .. } => format!("*** ({bytes} bytes, changed)"),
            _ => String::new(),
        }
    }
}

/// JSON's quotes.
fn quote(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}
