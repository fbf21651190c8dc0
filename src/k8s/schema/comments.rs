//! Types that comments give to fields: `ports: # {"type":"array","x-kubernetes-patch-merge-key":"port",...}`.
//!
//! kustomize reads a JSON object in a comment behind a key as the type of that field, before what it
//! knows of the field itself; also the `# {"$openapi":"name"}` that kpt writes, about which nothing is
//! known. Source: fieldMeta.Read in kyaml/fieldmeta, fieldValue in kyaml/yaml/walk/map.go.
//!
//! **Invariant:** a text without such comments costs a search for `#` and no more.
//! **Not here:** comments above a key, which count in the reference where they are alone.

use std::collections::HashMap;
use std::sync::Arc;

use super::custom::CustomType;
use crate::base::{SourceId, bytes};
use crate::yaml::{self, Node};

/// The types in the comments of one text, by the place of the key.
#[derive(Debug)]
pub struct CommentTypes {
    source: SourceId,
    types: HashMap<u32, CustomType>,
}

impl CommentTypes {
    /// `None` where no comment holds a type, as almost always.
    pub fn of(text: &[u8], source: SourceId) -> Option<Arc<CommentTypes>> {
        let mut types = HashMap::new();
        for at in bytes::places(b'#', text) {
            if !text[at + 1..].trim_ascii_start().starts_with(b"{") || !text[..at].ends_with(b" ") {
                continue;
            }
            let start = bytes::rfind(b'\n', &text[..at]).map_or(0, |newline| newline + 1);
            let end = bytes::find(b'\n', &text[at..]).map_or(text.len(), |len| at + len);
            if let Some(key) = key_of(&text[start..at])
                && let Some(found) = type_of(&text[at + 1..end], source)
            {
                types.insert((start + key) as u32, found);
            }
        }
        (!types.is_empty()).then(|| Arc::new(CommentTypes { source, types }))
    }

    pub(super) fn at(&self, key: &Node) -> Option<&CustomType> {
        self.types.get(&key.span.start).filter(|_| key.span.source == self.source)
    }
}

/// Where the first key of a line starts, behind the dashes of list items.
fn key_of(line: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += line[at..].len() - line[at..].trim_ascii_start().len();
        match &line[at..] {
            [] => return None,
            [b'-', b' ', ..] => at += 1,
            _ => return Some(at),
        }
    }
}

/// Go: a comment that is no JSON object is a comment; an empty object says nothing.
fn type_of(comment: &[u8], source: SourceId) -> Option<CustomType> {
    let object = yaml::read_json(comment, source).ok()?;
    object.as_mapping().filter(|fields| !fields.is_empty())?;
    Some(CustomType::of(&object))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Span;

    #[test]
    fn only_objects_behind_a_key_are_types() {
        let text =
            b"a: # {\"type\": \"array\"}\n- b: 1 # {\"$openapi\":\"x\"}\nc: 'x#{}' # {}\n# {\"d\":1}\ne: 5 # {f}\n";
        let types = CommentTypes::of(text, SourceId::NONE).expect("has two");
        let mut starts: Vec<u32> = types.types.keys().copied().collect();
        starts.sort();
        assert_eq!(starts, [0, 25]);
        assert!(types.at(&Node::null(Span::new(SourceId::NONE, 25, 26))).is_some());
        assert!(CommentTypes::of(b"a: 1 # plain\nb: {}\n", SourceId::NONE).is_none());
    }
}
