//! `set image`: new names, tags and digests of images.
//!
//! Source: kustomize 5.8.1, kustomize/commands/edit/set/setimage.go.

use std::collections::BTreeMap;

use super::fields::{object, set_items, take_items, text_of};
use super::{Edited, bad_argument, draft};
use crate::base::Result;
use crate::kustomize::context::Context;
use crate::kustomize::transformers::images::split;
use crate::yaml::Node;

/// What stands for what the file says already.
const KEEP: &str = "*";

/// A change that a word asks for.
#[derive(Debug, PartialEq, Eq)]
struct Change {
    name: String,
    new_name: String,
    new_tag: String,
    digest: String,
}

/// Words `name=new:tag@digest`, of which only the name must be there and one more. The entries are sorted by name then.
///
/// Errors: a word that says no more than a name; those of [`draft::open`].
pub fn set_images(ctx: &Context, words: &[String]) -> Edited {
    if words.is_empty() {
        return Err(bad_argument("no image is given").help(FORMS));
    }
    // Of equal names in the words the last counts.
    let changes = words.iter().map(|word| parse(word)).collect::<Result<Vec<_>>>()?;
    let changes: BTreeMap<String, Change> = changes.into_iter().map(|change| (change.name.clone(), change)).collect();
    let mut draft = draft::open(ctx)?;
    let mut entries: BTreeMap<String, Node> = BTreeMap::new();
    for entry in take_items(&mut draft.fields, "images") {
        // kustomize: of equal names in the file the first counts.
        entries.entry(text_of(&entry, "name").to_owned()).or_insert(entry);
    }
    for (name, change) in changes {
        let changed = change.entry(entries.get(&name));
        entries.insert(name, changed);
    }
    set_items(&mut draft.fields, "images", entries.into_values().collect());
    Ok(Some(draft))
}

impl Change {
    /// The entry that the change makes of one that is there, or of none.
    fn entry(&self, old: Option<&Node>) -> Node {
        let kept = |new: &str, field: &str| match (new, old) {
            (KEEP, Some(old)) => text_of(old, field).to_owned(),
            (KEEP, None) => String::new(),
            (new, _) => new.to_owned(),
        };
        object(&[
            ("digest", &kept(&self.digest, "digest")),
            ("name", &self.name),
            ("newName", &kept(&self.new_name, "newName")),
            ("newTag", &kept(&self.new_tag, "newTag")),
        ])
    }
}

const FORMS: &str = "write `name:tag`, `name@digest`, `name=new`, `name=new:tag`, `name=new@digest`, or with both \
                     `:tag@digest`; `*` stands for what the file says already";

fn parse(word: &str) -> Result<Change> {
    let (key, value) = word.split_once('=').map_or((None, word), |(key, value)| (Some(key), value));
    let (name, tag, digest) = split(value);
    if name == word {
        return Err(bad_argument(format!("`{word}` says nothing but the name of an image")).help(FORMS));
    }
    let (name, new_name) = match key {
        Some(key) if !key.is_empty() => (key, name),
        _ => (name, ""),
    };
    let owned = str::to_owned;
    Ok(Change { name: owned(name), new_name: owned(new_name), new_tag: owned(tag), digest: owned(digest) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_read_as_kustomize_reads_it() {
        let read =
            |word: &str| parse(word).map(|c| format!("{}|{}|{}|{}", c.name, c.new_name, c.new_tag, c.digest)).ok();
        let cases = [
            ("nginx", None),
            ("nginx:1", Some("nginx||1|")),
            ("nginx@sha256:a", Some("nginx|||sha256:a")),
            ("nginx:1@sha256:a", Some("nginx||1|sha256:a")),
            ("nginx=other", Some("nginx|other||")),
            ("nginx=host:5000/other:2@sha256:a", Some("nginx|host:5000/other|2|sha256:a")),
            ("host:5000/nginx", None),
            ("host:5000/nginx=*:1", Some("host:5000/nginx|*|1|")),
            ("nginx=*@*", Some("nginx|*||*")),
            ("nginx=", Some("nginx|||")),
            ("=nginx:1", Some("nginx||1|")),
            ("a=b=c:1", Some("a|b=c|1|")),
        ];
        for (word, expected) in cases {
            assert_eq!(read(word).as_deref(), expected, "{word}");
        }
    }
}
