//! `set replicas`: how many there are to be.
//!
//! Source: kustomize 5.8.1, kustomize/commands/edit/set/setreplicas.go.

use std::collections::BTreeMap;

use super::fields::{number, object, set, set_items, take_items, text_of};
use super::{Edited, bad_argument, draft};
use crate::base::Result;
use crate::kustomize::context::Context;
use crate::yaml::Node;

/// Words `name=count`. The entries are sorted by name then.
///
/// Errors: a word of another form; those of [`draft::open`].
pub fn set_replicas(ctx: &Context, words: &[String]) -> Edited {
    let form = "write `name=count` for each";
    if words.is_empty() {
        return Err(bad_argument("no replicas are given").help(form));
    }
    let changes = words.iter().map(|word| parse(word).ok_or(word)).collect::<Result<Vec<_>, _>>();
    let changes = changes.map_err(|word| bad_argument(format!("`{word}` is no number of replicas")).help(form))?;
    let mut draft = draft::open(ctx)?;
    let mut entries: BTreeMap<String, Node> = BTreeMap::new();
    // kustomize: of equal names the last of the words counts, then the first of the file.
    let old = take_items(&mut draft.fields, "replicas");
    for entry in changes.iter().rev().map(|(name, count)| entry(name, *count)).chain(old) {
        entries.entry(text_of(&entry, "name").to_owned()).or_insert(entry);
    }
    set_items(&mut draft.fields, "replicas", entries.into_values().collect());
    Ok(Some(draft))
}

fn parse(word: &str) -> Option<(&str, i64)> {
    let (name, count) = word.split_once('=')?;
    Some((name, count.parse().ok()?))
}

fn entry(name: &str, count: i64) -> Node {
    let mut entry = object(&[("name", name)]);
    set(&mut entry, "count", Some(number(count)));
    entry
}
