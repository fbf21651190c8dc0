//! Nodes -> structs, by the rules of sigs.k8s.io/yaml and encoding/json.
//!
//! Field names match without regard to case, numbers and booleans are taken for texts where a text is wanted,
//! null changes nothing, and reading into what is there already fills it up (requirements.yaml does that).
//!
//! A struct says what fields it has ([`Fields`]); all else is here.

use std::collections::BTreeMap;

use crate::base::{Diagnostic, Result};
use crate::gotmpl::Value;
use crate::helm::from_yaml::value_of;
use crate::yaml::{self, Mapping, Node, Resolved, Timestamp, jsonable};

/// What a field of a struct can be read into.
pub enum Slot<'s> {
    Text(&'s mut String),
    Flag(&'s mut bool),
    Texts(&'s mut Vec<String>),
    Pairs(&'s mut Option<BTreeMap<String, String>>),
    Values(&'s mut Vec<Value>),
    /// A time in RFC 3339, kept as it was written.
    Time(&'s mut String),
    /// Structs in one another.
    Nested(&'s mut dyn Nested),
}

/// A struct: its fields by their names in JSON.
pub trait Fields {
    fn fields(&mut self) -> Vec<(&'static str, Slot<'_>)>;
}

/// What is made of structs: a list of them.
pub trait Nested {
    fn read(&mut self, field: &'static str, node: &Node, rules: Rules) -> Result<()>;
}

/// What becomes of a key that names no field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rules {
    /// Nobody looks at it. Go: yaml.Unmarshal.
    Lenient,
    /// It is an error. Go: yaml.UnmarshalStrict.
    Strict,
}

/// Fills the fields that a mapping has, and gives these. Errors: `chart-metadata`.
pub fn read_struct<'n>(target: &mut dyn Fields, node: &'n Node, rules: Rules) -> Result<Vec<(&'static str, &'n Node)>> {
    let yaml::Value::Mapping(mapping) = &node.value else {
        return Err(wrong_type("the document", "a mapping", node));
    };
    let mut found = Vec::new();
    let mut fields = target.fields();
    for (key, value) in sorted(mapping) {
        let exact = fields.iter().position(|(name, _)| *name == key);
        let at = exact.or_else(|| fields.iter().position(|(name, _)| jsonable::same_field(name, key)));
        match at.and_then(|at| fields.get_mut(at)) {
            Some((name, slot)) => {
                read_slot(slot, name, value, rules)?;
                found.push((*name, value));
            }
            None if rules == Rules::Strict => {
                return Err(Diagnostic::new("chart-metadata", format!("unknown field \"{key}\"")).at(value.span));
            }
            // What nobody reads has to fit into JSON nevertheless.
            None => jsonable::check(value)?,
        }
    }
    Ok(found)
}

/// Go: encoding/json writes the keys of maps in this order, and of two that mean one field the last counts.
pub fn sorted(mapping: &Mapping) -> Vec<(&str, &Node)> {
    let mut entries: Vec<_> = mapping.iter().filter_map(|entry| Some((entry.key.text()?, &entry.value))).collect();
    entries.sort_by_key(|(key, _)| *key);
    entries
}

fn read_slot(slot: &mut Slot<'_>, field: &'static str, node: &Node, rules: Rules) -> Result<()> {
    match slot {
        Slot::Text(text) => read_text(text, field, node),
        Slot::Flag(flag) => match node.as_scalar().map(jsonable::resolved) {
            Some(Resolved::Bool(value)) => {
                **flag = value;
                Ok(())
            }
            Some(Resolved::Null) => Ok(()),
            _ => Err(wrong_type(field, "`true` or `false`", node)),
        },
        Slot::Time(text) => {
            if node.is_null() {
                return Ok(());
            }
            let time = node.as_scalar().filter(|scalar| is_rfc3339(scalar));
            **text =
                time.ok_or_else(|| wrong_type(field, "a time such as `2006-01-02T15:04:05Z`", node))?.text.to_string();
            Ok(())
        }
        Slot::Texts(texts) => {
            texts.clear();
            for item in items(field, node)? {
                let mut text = String::new();
                read_text(&mut text, field, item)?;
                texts.push(text);
            }
            Ok(())
        }
        Slot::Values(values) => {
            **values = items(field, node)?.iter().map(value_of).collect::<Result<_>>()?;
            Ok(())
        }
        Slot::Pairs(pairs) => match &node.value {
            yaml::Value::Mapping(mapping) => {
                let pairs = pairs.get_or_insert_default();
                for (key, value) in sorted(mapping) {
                    let mut text = String::new();
                    read_text(&mut text, field, value)?;
                    pairs.insert(key.to_owned(), text);
                }
                Ok(())
            }
            _ if node.is_null() => {
                **pairs = None;
                Ok(())
            }
            _ => Err(wrong_type(field, "a mapping of names to texts", node)),
        },
        Slot::Nested(nested) => nested.read(field, node, rules),
    }
}

/// The items of a list; null is an empty one.
pub fn items<'n>(field: &str, node: &'n Node) -> Result<&'n [Node]> {
    match &node.value {
        yaml::Value::Sequence(items) => Ok(items),
        _ if node.is_null() => Ok(&[]),
        _ => Err(wrong_type(field, "a list", node)),
    }
}

fn read_text(text: &mut String, field: &str, node: &Node) -> Result<()> {
    let scalar = node.as_scalar().ok_or_else(|| wrong_type(field, "a text", node))?;
    match jsonable::resolved(scalar) {
        Resolved::Null => {}
        Resolved::Timestamp(_) | Resolved::Str => *text = scalar.text.to_string(),
        Resolved::Bool(_) | Resolved::Number(_) => *text = jsonable::coerced(scalar).unwrap_or_default(),
    }
    Ok(())
}

/// Go: Time.UnmarshalJSON takes RFC 3339 to the letter: all digits, a `T`, a zone.
fn is_rfc3339(scalar: &yaml::Scalar) -> bool {
    let is_text = matches!(jsonable::resolved(scalar), Resolved::Str | Resolved::Timestamp(_));
    let text = scalar.text.as_bytes();
    let shape = b"0000-00-00T00:00:00";
    let fits = |(b, shape): (&u8, &u8)| if *shape == b'0' { b.is_ascii_digit() } else { b == shape };
    is_text && text.len() > shape.len() && text.iter().zip(shape).all(fits) && Timestamp::parse(&scalar.text).is_some()
}

/// Of a value that cannot be read into a field.
pub fn wrong_type(what: &str, wanted: &str, node: &Node) -> Box<Diagnostic> {
    let what = if what.starts_with("the ") { what.to_owned() } else { format!("`{what}`") };
    let message = format!("{what} must be {wanted}, not {}", jsonable::kind_of(node));
    Diagnostic::new("chart-metadata", message).at(node.span)
}
