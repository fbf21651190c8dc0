//! Values of Secrets are not shown: neither where they stand nor where they were copied to.
//!
//! **Invariant:** after [`hide_own`] a Secret holds no value, and after [`Known::hide`] nothing that is shown holds
//! one that is long enough to be told from other texts.

use std::hash::BuildHasher;

use aho_corasick::{AhoCorasick, MatchKind};
use foldhash::fast::FixedState;

use super::object::Object;
use super::value::Value;
use crate::base::base64;
use crate::yaml::{self, Node};

/// Shorter values stand in other texts by chance.
const FEWEST_BYTES: usize = 6;

/// Replaces the values of a Secret, also of one inside of something else.
pub fn hide_own(value: &mut Value) {
    for_secrets(value, &mut |data, is_base64| for_leaves(data, &mut |leaf| *leaf = hidden_leaf(leaf, is_base64)));
}

/// Puts the same in place of every value of a Secret, also of one inside of something else.
pub fn blank_own(value: &mut Value) {
    for_secrets(value, &mut |data, _| for_leaves(data, &mut |leaf| *leaf = Value::Text("".into())));
}

/// What is kept of a value of a Secret where the value itself is not: `kz-secret:12:` and what tells it from others.
const MARK: &str = "kz-secret:";

/// Puts marks in the place of the values of Secrets and of texts that hold one. `tell_apart` makes of a value what
/// tells it from others and does not give it away.
pub fn mark(value: &mut Value, known: &Known, tell_apart: &dyn Fn(&[u8]) -> String) {
    let mark = |bytes: &[u8]| Value::Text(format!("{MARK}{}:{}", bytes.len(), tell_apart(bytes)).into());
    for_secrets(value, &mut |data, is_base64| {
        for_leaves(data, &mut |leaf| {
            if let Some(bytes) = leaf_bytes(leaf, is_base64) {
                *leaf = mark(&bytes);
            }
        });
    });
    known.replace(value, &mark);
}

fn for_secrets(value: &mut Value, change: &mut dyn FnMut(&mut Value, bool)) {
    if is_secret(value) {
        return for_data(value, change);
    }
    match value {
        Value::List(items) => items.iter_mut().for_each(|item| for_secrets(item, change)),
        Value::Map(fields) => fields.iter_mut().for_each(|(_, value)| for_secrets(value, change)),
        _ => {}
    }
}

/// For who may see them: the values of a Secret as texts, where they are texts.
pub fn show_own(value: &mut Value) {
    if !is_secret(value) {
        return;
    }
    for_data(value, &mut |data, is_base64| {
        let Value::Map(fields) = data else { return };
        for (_, value) in fields.iter_mut().filter(|_| is_base64) {
            let bytes = value.as_text().and_then(|text| base64::decode(text.as_bytes()).ok());
            if let Some(text) = bytes.and_then(|bytes| String::from_utf8(bytes).ok()) {
                *value = Value::Text(text.into());
            }
        }
    });
}

/// Whether it is a Secret, or one is inside of it.
pub fn holds_secret(node: &Node) -> bool {
    let text = |key| node.get(key).and_then(Node::text);
    let is_secret = text("kind") == Some("Secret") && text("apiVersion") == Some("v1");
    is_secret
        || match &node.value {
            yaml::Value::Scalar(_) => false,
            yaml::Value::Sequence(items) => items.iter().any(holds_secret),
            yaml::Value::Mapping(fields) => fields.iter().any(|entry| holds_secret(&entry.value)),
        }
}

fn is_secret(value: &Value) -> bool {
    let text = |key| value.get(key).and_then(Value::as_text);
    text("kind") == Some("Secret") && text("apiVersion") == Some("v1")
}

fn for_data(secret: &mut Value, change: &mut dyn FnMut(&mut Value, bool)) {
    let Value::Map(fields) = secret else { return };
    for (key, value) in fields.iter_mut() {
        if matches!(key.as_str(), "data" | "stringData") {
            change(value, key == "data");
        }
    }
}

fn for_leaves(value: &mut Value, change: &mut dyn FnMut(&mut Value)) {
    match value {
        Value::List(items) => items.iter_mut().for_each(|item| for_leaves(item, change)),
        Value::Map(fields) => fields.iter_mut().for_each(|(_, value)| for_leaves(value, change)),
        _ => change(value),
    }
}

fn hidden_leaf(leaf: &Value, is_base64: bool) -> Value {
    let marked = leaf.as_text().and_then(|text| text.strip_prefix(MARK)?.split_once(':'));
    if let Some((bytes, apart)) = marked
        && let Ok(bytes) = bytes.parse()
    {
        return Value::Secret { bytes, digest: FixedState::default().hash_one(apart), is_other: false };
    }
    leaf_bytes(leaf, is_base64).map_or_else(|| leaf.clone(), |bytes| hidden(&bytes))
}

/// The bytes that a value of a Secret stands for; none of what says nothing.
fn leaf_bytes(leaf: &Value, is_base64: bool) -> Option<Vec<u8>> {
    match leaf {
        Value::Text(text) => {
            let bytes = if is_base64 { base64::decode(text.as_bytes()).ok() } else { None };
            Some(bytes.unwrap_or_else(|| text.as_bytes().to_vec()))
        }
        Value::Number(text) => Some(text.as_bytes().to_vec()),
        Value::Bool(is_true) => Some(is_true.to_string().into_bytes()),
        _ => None,
    }
}

fn hidden(bytes: &[u8]) -> Value {
    Value::Secret { bytes: bytes.len(), digest: FixedState::default().hash_one(bytes), is_other: false }
}

/// Marks the secrets of the new side that the old side does not have at the same place, so that a text of both
/// sides shows where they differ.
pub fn mark_others(before: &Value, after: &mut Value) {
    match (before, after) {
        (Value::Map(old), Value::Map(new)) => {
            for (key, new) in new {
                let old = old.binary_search_by(|(own, _)| own.cmp(key)).ok().map(|at| &old[at].1);
                mark_others(old.unwrap_or(&Value::Null), new);
            }
        }
        (Value::List(old), Value::List(new)) => {
            let old = old.iter().chain(std::iter::repeat(&Value::Null));
            new.iter_mut().zip(old).for_each(|(new, old)| mark_others(old, new));
        }
        (Value::Secret { digest: old, .. }, Value::Secret { digest, is_other, .. }) => *is_other = old != digest,
        _ => {}
    }
}

/// The values of the Secrets of some objects, to be found in other texts.
#[derive(Default)]
pub struct Known {
    patterns: Option<AhoCorasick>,
}

impl Known {
    /// Gathers the values of all Secrets: as they stand there, decoded, and line by line.
    pub fn of<'o>(objects: impl Iterator<Item = &'o Object>) -> Known {
        let mut values: Vec<Vec<u8>> = Vec::new();
        for object in objects.filter(|object| object.id.is_secret()) {
            for key in ["data", "stringData"] {
                gather(object.node.get(key), &mut values);
            }
        }
        values.retain(|value| value.len() >= FEWEST_BYTES);
        values.sort_unstable();
        values.dedup();
        let built = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&values).ok();
        Known { patterns: built.filter(|_| !values.is_empty()) }
    }

    /// A text in which `***` stands for every value of a Secret.
    pub fn without(&self, text: &str) -> String {
        let Some(patterns) = &self.patterns else { return text.to_owned() };
        let mut out = String::new();
        let mut end = 0;
        // Those that overlap are one: what is left of a longer value may still tell it.
        for found in patterns.find_overlapping_iter(text) {
            if found.end() <= end {
                continue;
            }
            if found.start() >= end {
                out.push_str(text.get(end..found.start()).unwrap_or_default());
                out.push_str("***");
            }
            end = found.end();
        }
        out.push_str(text.get(end..).unwrap_or_default());
        out
    }

    /// Whether a text holds a value of a Secret.
    pub fn is_in(&self, text: &str) -> bool {
        self.patterns.as_ref().is_some_and(|patterns| patterns.is_match(text))
    }

    /// Replaces every text that holds a value of a Secret.
    pub fn hide(&self, value: &mut Value) {
        self.replace(value, &hidden);
    }

    fn replace(&self, value: &mut Value, by: &dyn Fn(&[u8]) -> Value) {
        match value {
            Value::Text(text) if self.is_in(text) => *value = by(text.as_bytes()),
            Value::List(items) => items.iter_mut().for_each(|item| self.replace(item, by)),
            Value::Map(fields) => fields.iter_mut().for_each(|(_, value)| self.replace(value, by)),
            _ => {}
        }
    }
}

fn gather(data: Option<&Node>, into: &mut Vec<Vec<u8>>) {
    let Some(data) = data else { return };
    match &data.value {
        yaml::Value::Mapping(fields) => fields.iter().for_each(|entry| gather(Some(&entry.value), into)),
        yaml::Value::Sequence(items) => items.iter().for_each(|item| gather(Some(item), into)),
        yaml::Value::Scalar(scalar) => {
            let text = scalar.text.trim();
            into.push(text.into());
            let plain = base64::decode(text.as_bytes()).ok();
            let plain = plain.as_deref().unwrap_or(text.as_bytes());
            into.push(plain.trim_ascii().into());
            into.extend(plain.split(|byte| *byte == b'\n').map(|line| line.trim_ascii().into()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SourceId;
    use crate::yaml::{ReadOptions, read};

    fn object(text: &str) -> Object {
        let mut documents = read(SourceId::NONE, text.as_bytes(), ReadOptions::resource()).expect("is YAML");
        Object::new(documents.pop().and_then(|document| document.root).expect("is no empty document"))
    }

    const SECRET: &str =
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {password: aHVudGVyMg==}\nstringData: {token: abc}\n";

    #[test]
    fn nothing_of_a_secret_is_left_but_its_length() {
        let mut value = Value::of_node(&object(SECRET).node).expect("has a JSON form");
        let mut nested = Value::List(vec![value.clone()]);
        hide_own(&mut value);
        assert_eq!(value.lookup(&["data", "password"]).map(Value::to_line).as_deref(), Some("*** (7 bytes)"));
        assert_eq!(value.lookup(&["stringData", "token"]).map(Value::to_line).as_deref(), Some("*** (3 bytes)"));
        hide_own(&mut nested);
        assert_eq!(nested, Value::List(vec![value]));
    }

    #[test]
    fn copies_of_secret_values_are_found_in_texts() {
        let known = Known::of([object(SECRET)].iter());
        let is_hidden = |text: &str| {
            let mut value = Value::Text(text.into());
            known.hide(&mut value);
            matches!(value, Value::Secret { .. })
        };
        assert!(is_hidden("postgres://web:hunter2@db/shop"));
        assert!(is_hidden("aHVudGVyMg=="));
        assert_eq!(known.without("hunter2: no such user hunter2!"), "***: no such user ***!");
        assert!(!is_hidden("abc"), "too short to be told from other texts");
        assert!(!is_hidden("hunter"));
    }
}
