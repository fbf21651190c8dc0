//! `toYaml`, `mustToYaml` and `toYamlPretty`.
//!
//! The first two are sigs.k8s.io/yaml's: a value goes through JSON, and is written as go-yaml v2 writes what it
//! reads of that. The last one is go-yaml v3's, of the value as it is.
//!
//! **Not here:** how texts are laid out ([`Writer`], [`crate::yaml::styled`]).

mod pretty;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use compact_str::ToCompactString;

use crate::base::bytes;
use crate::gotmpl::{Call, Fault, Func, Str, Type, Value};
use crate::sprig::json::{self, LARGEST_TEXT, View};
use crate::yaml::emit::{Refusal, Writer, float_text};
use crate::yaml::{MAX_DEPTH, Schema, sort_natural};

pub const FUNCS: &[Func] = &[
    func("toYaml", |call| Ok(without_newline(marshal(&call.args[0]).unwrap_or_default()))),
    func("mustToYaml", |call| marshal(&call.args[0]).map(without_newline)),
    func("toYamlPretty", |call| pretty::marshal(&call.args[0]).map(|text| without_newline(text.into_bytes()))),
];

const fn func(name: &'static str, run: fn(&mut Call) -> Result<Value, Fault>) -> Func {
    Func { name, params: &[Type::Any], variadic: None, run }
}

fn without_newline(mut text: Vec<u8>) -> Value {
    text.pop_if(|last| *last == b'\n');
    Value::str(text)
}

/// Go: yaml.Marshal of sigs.k8s.io/yaml.
pub fn marshal(value: &Value) -> Result<Vec<u8>, Fault> {
    let mut out = Vec::new();
    let mut tree = Tree { writer: Writer::new(&mut out), depth: 0, left: LARGEST_TEXT };
    tree.value(value)?;
    tree.writer.finish();
    Ok(out)
}

struct Tree<'o> {
    writer: Writer<'o>,
    depth: usize,
    /// Of the bytes that may be written.
    left: usize,
}

impl Tree<'_> {
    fn value(&mut self, value: &Value) -> Result<(), Fault> {
        self.take(8)?;
        let view = View::of(value).map_err(|fault| Fault::new(format!("error marshaling into JSON: {fault}")))?;
        match view {
            View::Null => self.writer.plain("null"),
            View::Bool(true) => self.writer.plain("true"),
            View::Bool(false) => self.writer.plain("false"),
            View::Int(n) => self.writer.plain(&n.to_compact_string()),
            View::Uint(n) => self.writer.plain(&n.to_compact_string()),
            View::Float(f) => self.writer.plain(&float_text(f)),
            View::Text(text) => self.text(&text)?,
            View::List(list) => self.list(&list.items())?,
            View::Map(map) => {
                self.map(map.entries().iter().map(|(key, entry)| (json::text(key), &entry.value)).collect())?;
            }
            View::Fields(fields) => {
                self.map(fields.iter().map(|(name, value)| (json::text(name), value)).collect())?;
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &Str) -> Result<(), Fault> {
        let text = json::text(text);
        self.take_text(&text)?;
        self.writer.string(&text).map_err(fault)
    }

    fn list(&mut self, items: &[Value]) -> Result<(), Fault> {
        if items.is_empty() {
            return self.writer.empty_sequence().map_err(fault);
        }
        self.enter()?;
        self.writer.sequence_start().map_err(fault)?;
        for item in items {
            self.writer.item();
            self.value(item)?;
        }
        self.leave();
        Ok(())
    }

    fn map(&mut self, mut entries: Vec<(Cow<str>, &Value)>) -> Result<(), Fault> {
        if entries.is_empty() {
            return self.writer.empty_mapping().map_err(fault);
        }
        sort_natural(&mut entries, Schema::V2, |(key, _)| key);
        // Keys that were no UTF-8 may have become equal. Go: JSON has both then, and the last one counts.
        entries.dedup_by(|later, earlier| {
            let is_equal = later.0 == earlier.0;
            if is_equal {
                earlier.1 = later.1;
            }
            is_equal
        });
        self.enter()?;
        self.writer.mapping_start().map_err(fault)?;
        for (key, value) in entries {
            self.take_text(&key)?;
            self.writer.key(&key).map_err(fault)?;
            self.value(value)?;
        }
        self.leave();
        Ok(())
    }

    /// Before anything is written, so that a map that holds itself ends here.
    fn enter(&mut self) -> Result<(), Fault> {
        if self.depth == MAX_DEPTH {
            return Err(fault(Refusal::TooDeep));
        }
        self.depth += 1;
        Ok(())
    }

    fn leave(&mut self) {
        self.depth -= 1;
        self.writer.end();
    }

    /// Each line is indented.
    fn take_text(&mut self, text: &str) -> Result<(), Fault> {
        let lines = 1 + bytes::count(b'\n', text.as_bytes());
        self.take(text.len() + lines * (2 * self.depth + 4))
    }

    fn take(&mut self, bytes: usize) -> Result<(), Fault> {
        self.left = self.left.checked_sub(bytes).ok_or_else(|| Fault::new("yaml: the text is too long"))?;
        Ok(())
    }
}

/// What go-yaml v2 says where it reads the JSON.
fn fault(refusal: Refusal) -> Fault {
    Fault::new(match refusal {
        Refusal::ControlCharacter(_) => "yaml: control characters are not allowed",
        Refusal::DocumentMarker => "yaml: found unexpected document indicator",
        Refusal::LeadingTab => "yaml: found a tab character where an indentation space is expected",
        Refusal::LongKey | Refusal::BrokenKey => "yaml: did not find expected ',' or '}'",
        Refusal::TooDeep => "yaml: exceeded max depth of 10000",
    })
}
