//! How scalars, lists and maps are read.

use compact_str::CompactString;

use super::{Decode, Decoder, Step};
use crate::kustomize::kustomization::{Pairs, Text};
use crate::yaml::{Node, Resolved, Value, jsonable};

/// The text of a string; of a number or boolean where these are taken for strings.
fn text(node: &Node, d: &mut Decoder) -> CompactString {
    if let Value::Scalar(scalar) = &node.value {
        match jsonable::resolved(scalar) {
            Resolved::Timestamp(_) | Resolved::Str => return scalar.text.clone(),
            Resolved::Null => return CompactString::default(),
            _ if d.coerces => return jsonable::coerced(scalar).unwrap_or_default().into(),
            _ => {}
        }
    }
    d.wrong_type(node, "a string");
    CompactString::default()
}

impl Decode for CompactString {
    fn decode(node: &Node, d: &mut Decoder) -> CompactString {
        text(node, d)
    }
}

impl Decode for String {
    fn decode(node: &Node, d: &mut Decoder) -> String {
        text(node, d).into()
    }
}

/// Null has its place too.
impl Decode for Text {
    fn decode(node: &Node, d: &mut Decoder) -> Text {
        Text::new(text(node, d), node.span)
    }
}

impl Decode for bool {
    fn decode(node: &Node, d: &mut Decoder) -> bool {
        match node.as_scalar().map(jsonable::resolved) {
            Some(Resolved::Bool(value)) => value,
            Some(Resolved::Null) => false,
            _ => {
                d.wrong_type(node, "`true` or `false`");
                false
            }
        }
    }
}

impl Decode for i64 {
    fn decode(node: &Node, d: &mut Decoder) -> i64 {
        match node.as_scalar().map(jsonable::resolved) {
            Some(Resolved::Number(number)) => jsonable::number(number).parse().unwrap_or_else(|_| {
                d.wrong_type(node, "a whole number of at most 64 bits");
                0
            }),
            Some(Resolved::Null) => 0,
            _ => {
                d.wrong_type(node, "a whole number");
                0
            }
        }
    }
}

impl<T: Decode> Decode for Option<T> {
    fn decode(node: &Node, d: &mut Decoder) -> Option<T> {
        (!node.is_null()).then(|| T::decode(node, d))
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(node: &Node, d: &mut Decoder) -> Vec<T> {
        match &node.value {
            Value::Sequence(items) => {
                items.iter().enumerate().map(|(at, item)| d.within(Step::Item(at), |d| T::decode(item, d))).collect()
            }
            _ if node.is_null() => Vec::new(),
            _ => {
                d.wrong_type(node, "a list");
                Vec::new()
            }
        }
    }
}

/// A map of strings: keys of any scalar type, values that are strings or null.
impl Decode for Pairs {
    fn decode(node: &Node, d: &mut Decoder) -> Pairs {
        let Value::Mapping(mapping) = &node.value else {
            if !node.is_null() {
                d.wrong_type(node, "a mapping of names to strings");
            }
            return Pairs::default();
        };
        let mut pairs: Vec<(Text, &Node)> = Vec::with_capacity(mapping.len());
        let mut seen = hashbrown::HashMap::<_, usize, foldhash::fast::FixedState>::default();
        for entry in mapping {
            let Some(key) = jsonable::key(&entry.key) else { continue };
            // go-yaml v2: the last of equal keys counts.
            match seen.get(&key) {
                Some(at) => pairs[*at].1 = &entry.value,
                None => {
                    pairs.push((Text::new(key.clone(), entry.key.span), &entry.value));
                    seen.insert(key, pairs.len() - 1);
                }
            }
        }
        let mut read = |key: Text, value| {
            let value = d.within(Step::Key(key.value.as_str().into()), |d| Text::decode(value, d));
            (key, value)
        };
        pairs.into_iter().map(|(key, value)| read(key, value)).collect()
    }

    fn decode_again(mut self, node: &Node, d: &mut Decoder) -> Pairs {
        if node.is_null() {
            return Pairs::default();
        }
        let more = Pairs::decode(node, d);
        self.retain(|(key, _)| !more.iter().any(|(k, _)| **k == **key));
        self.extend(more);
        self
    }
}

/// Kept as it stands.
impl Decode for Node {
    fn decode(node: &Node, _: &mut Decoder) -> Node {
        node.clone()
    }
}

impl Default for Node {
    fn default() -> Node {
        Node::null(crate::base::Span::NOWHERE)
    }
}
