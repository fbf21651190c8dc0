//! Lists whose elements are told apart by keys, such as containers by name.
//!
//! The patch's elements come first, in the patch's order, then the rest of the target's; where it
//! takes several keys to tell elements apart only the patch's new ones do. Where all elements have
//! their keys and none twice, that is all there is to it. Where they do not, the
//! reference does peculiar things (elements get lost, or appear twice); `Associative` follows it
//! step by step through shared elements. Source: kyaml/yaml/walk/associative_sequence.go and
//! ElementSetter, ElementMatcher, FieldMatcher in kyaml/yaml/fns.go.
//!
//! **Invariant:** what well-formed lists give is the same by either way.

use std::borrow::Cow;

use hashbrown::HashMap;

use super::{DIRECTIVE, Directive, Met, Verdict, Walker, directive_named};
use crate::base::{Diagnostic, Result};
use crate::k8s::schema::Type;
use crate::yaml::{Node, Sequence, Tag, Value};

/// Reads a list's directive, an element that holds nothing else, and takes it out of the patch.
/// Go: determineSequenceNodePatchStrategy: only the first element with a directive is looked at.
pub(super) fn directive(patch: &mut Sequence) -> Result<Directive> {
    let first = patch.iter().filter_map(Node::as_mapping).find(|m| m.contains(DIRECTIVE));
    let Some(value) = first.filter(|m| m.len() == 1).and_then(|m| m.get(DIRECTIVE)) else {
        return Ok(Directive::Merge);
    };
    let directive = directive_named(value)?;
    let word = value.text().unwrap_or_default().to_owned();
    patch.retain(|item| !is_null_or_empty_map(item) && item.get(DIRECTIVE).and_then(Node::text) != Some(&word));
    Ok(directive)
}

/// Merges the patch's elements into the target's.
pub(super) fn merge<'s>(
    walker: &Walker<'s>,
    target: &mut Sequence,
    patch: &mut Sequence,
    keys: &[&str],
    elements: Option<Type<'s>>,
) -> Result<()> {
    let Some(pairs) = pairs(target, patch, keys) else {
        let items = std::mem::take(&mut **target);
        let patch = std::mem::take(&mut **patch);
        **target = Associative::new(*walker, items, Some(patch), keys, elements).run()?;
        return Ok(());
    };
    // Go: with several keys an element of the target is taken out of its place and put behind the others.
    let stays = used_keys(target.first().or(patch.first()), keys).len() > 1;
    let mut old: Vec<Option<Node>> = std::mem::take(&mut **target).into_iter().map(Some).collect();
    let mut is_merged = vec![false; old.len()];
    let mut result = Vec::with_capacity(old.len() + patch.len());
    for (change, pair) in patch.iter_mut().zip(pairs) {
        match pair.and_then(|at| Some((at, old[at].take()?))) {
            Some((at, mut item)) => match walker.merge(&mut item, change, elements)? {
                Verdict::Nothing => {}
                // Go: the target's element is put back over the patch's: to replace one has no effect.
                Verdict::Target | Verdict::Patch if stays => (old[at], is_merged[at]) = (Some(item), true),
                Verdict::Target | Verdict::Patch => result.push(item),
            },
            None => {
                if walker.settle(change, elements, Met::AsNew)? && !is_null_or_empty_map(change) {
                    open(change);
                    result.push(change.clone());
                }
            }
        }
    }
    for (item, is_merged) in old.into_iter().zip(is_merged) {
        let Some(mut item) = item else { continue };
        if is_merged {
            result.push(item);
        } else if walker.keep(&mut item, elements)? {
            open(&mut item);
            result.push(item);
        }
    }
    **target = result;
    Ok(())
}

/// Walks the elements of a list that the patch does not touch.
pub(super) fn keep<'s>(
    walker: &Walker<'s>,
    target: &mut Sequence,
    keys: &[&str],
    elements: Option<Type<'s>>,
) -> Result<()> {
    if identities(target, target.first(), keys).is_some() {
        for item in target.iter_mut() {
            walker.keep(item, elements)?;
            open(item);
        }
    } else {
        let items = std::mem::take(&mut **target);
        **target = Associative::new(*walker, items, None, keys, elements).run()?;
    }
    Ok(())
}

/// Walks the patch's list together with itself.
pub(super) fn settle<'s>(
    walker: &Walker<'s>,
    patch: &mut Sequence,
    keys: &[&str],
    elements: Option<Type<'s>>,
) -> Result<()> {
    if identities(patch, patch.first(), keys).is_some() {
        let mut error = None;
        patch.retain_mut(|item| match walker.settle(item, elements, Met::Below) {
            Ok(is_left) => {
                open(item);
                is_left && !is_null_or_empty_map(item)
            }
            Err(e) => {
                error.get_or_insert(e);
                true
            }
        });
        error.map_or(Ok(()), Err)
    } else {
        let items = std::mem::take(&mut **patch);
        **patch = Associative::itself(*walker, items, keys, elements).run()?;
        Ok(())
    }
}

/// For each of the patch's elements the position of the target's that it changes. `None` where the
/// lists are not well-formed.
fn pairs(target: &Sequence, patch: &Sequence, keys: &[&str]) -> Option<Vec<Option<usize>>> {
    let first = target.first().or(patch.first());
    let (old, new) = (identities(target, first, keys)?, identities(patch, first, keys)?);
    if old.len().min(new.len()) <= 8 {
        return Some(new.iter().map(|id| old.iter().position(|other| other == id)).collect());
    }
    let positions = positions(&old);
    Some(new.iter().map(|id| positions.get(id.as_ref()).copied()).collect())
}

/// What tells the elements of a list apart; `None` where that is not plain: an element that is no
/// map, lacks a key that another one of the two lists has, or is there twice. `first` is any element.
fn identities<'a>(items: &'a Sequence, first: Option<&Node>, keys: &[&str]) -> Option<Vec<Cow<'a, str>>> {
    let used = used_keys(first, keys);
    if used.is_empty() && !keys.is_empty() && !items.is_empty() {
        return None;
    }
    let identities = items.iter().map(|item| identity(item, keys, &used)).collect::<Option<Vec<_>>>()?;
    let is_unique = if identities.len() <= 8 {
        identities.iter().enumerate().all(|(at, id)| !identities[..at].contains(id))
    } else {
        positions(&identities).len() == identities.len()
    };
    is_unique.then_some(identities)
}

/// The keys that an element has, and with it, where the lists are well-formed, all others.
fn used_keys<'k>(first: Option<&Node>, keys: &[&'k str]) -> Vec<&'k str> {
    keys.iter().copied().filter(|key| first.is_some_and(|first| !key_text(first, key).is_empty())).collect()
}

fn identity<'a>(item: &'a Node, keys: &[&str], used: &[&str]) -> Option<Cow<'a, str>> {
    match keys {
        [] => match &item.value {
            Value::Scalar(s) if s.tag != Tag::Null && !s.text.is_empty() => Some(Cow::Borrowed(s.text.as_str())),
            _ => None,
        },
        [key] => Some(key_text(item, key)).filter(|text| !text.is_empty()).map(Cow::Borrowed),
        _ => {
            let mut all = String::new();
            for key in keys {
                let text = key_text(item, key);
                if text.is_empty() == used.contains(key) {
                    return None;
                }
                all.push_str(text);
                all.push('\0');
            }
            Some(Cow::Owned(all))
        }
    }
}

/// The text under a key that is neither missing nor null; empty for all else.
fn key_text<'a>(item: &'a Node, key: &str) -> &'a str {
    item.get(key).filter(|value| !value.is_null()).and_then(Node::text).unwrap_or_default()
}

fn positions<'a>(identities: &'a [Cow<'_, str>]) -> HashMap<&'a str, usize, foldhash::fast::FixedState> {
    identities.iter().enumerate().map(|(at, id)| (id.as_ref(), at)).collect()
}

fn is_null_or_empty_map(node: &Node) -> bool {
    node.is_null() || node.as_mapping().is_some_and(|m| m.is_empty())
}

/// Go: a scalar element is written anew without its tag.
fn open(item: &mut Node) {
    if let Some(scalar) = item.as_scalar_mut()
        && scalar.tag == Tag::Str
    {
        scalar.tag = Tag::Open;
    }
}

/// The reference's way through lists that are not well-formed. Elements are numbered, because the
/// two lists may share them.
struct Associative<'k, 's> {
    walker: Walker<'s>,
    elements: Option<Type<'s>>,
    keys: Vec<&'k str>,
    nodes: Vec<Node>,
    target: Vec<usize>,
    patch: Patch,
}

enum Patch {
    Absent,
    /// The target's list is the patch's.
    Same,
    List(Vec<usize>),
}

impl<'k, 's> Associative<'k, 's> {
    fn new(
        walker: Walker<'s>,
        target: Vec<Node>,
        patch: Option<Vec<Node>>,
        keys: &[&'k str],
        elements: Option<Type<'s>>,
    ) -> Associative<'k, 's> {
        let first_of_patch = target.len();
        let mut nodes = target;
        let patch = match patch {
            Some(patch) => {
                nodes.extend(patch);
                Patch::List((first_of_patch..nodes.len()).collect())
            }
            None => Patch::Absent,
        };
        Associative { walker, elements, keys: keys.to_vec(), nodes, target: (0..first_of_patch).collect(), patch }
    }

    fn itself(
        walker: Walker<'s>,
        list: Vec<Node>,
        keys: &[&'k str],
        elements: Option<Type<'s>>,
    ) -> Associative<'k, 's> {
        Associative { patch: Patch::Same, ..Associative::new(walker, list, None, keys, elements) }
    }

    fn patch(&self) -> Option<&[usize]> {
        match &self.patch {
            Patch::Absent => None,
            Patch::Same => Some(&self.target),
            Patch::List(list) => Some(list),
        }
    }

    /// Go: setAssociativeSequenceElements.
    fn run(mut self) -> Result<Vec<Node>> {
        let mut tuples = self.tuples();
        if self.keys.is_empty() {
            self.keys = vec![""];
        }
        if self.keys.len() > 1 {
            merge_tuples(&mut tuples);
        }
        let mut items = Vec::new();
        let mut used = Vec::new();
        for at in 0..tuples.len() {
            let values: Vec<&str>;
            (used, values) = valid_keys(&tuples, &tuples[at], &self.keys);
            match self.walk(&used, &values)? {
                None => self.target = self.set(&self.target, &used, &values, None)?,
                Some(node) => {
                    self.add_missing_keys(node, &used, &values);
                    items = self.set(&items, &used, &values, Some(node))?;
                }
            }
        }
        if !tuples.is_empty() {
            items = self.append_rest(items, &used)?;
        } else {
            items = std::mem::take(&mut self.target);
        }
        Ok(self.nodes_of(items))
    }

    /// The values of the keys, of each element once: the patch's first. Go: elementValues, elementPrimitiveValues.
    fn tuples(&self) -> Vec<Vec<String>> {
        let mut tuples: Vec<Vec<String>> = Vec::new();
        for at in self.patch().unwrap_or_default().iter().chain(&self.target) {
            let node = &self.nodes[*at];
            let tuple = match &self.keys[..] {
                [] => vec![text_of(node).to_owned()],
                keys => keys.iter().map(|key| key_text(node, key).to_owned()).collect(),
            };
            if !tuples.contains(&tuple) {
                tuples.push(tuple);
            }
        }
        tuples
    }

    /// Merges the elements that have these values. Go: elementValueList and Walk; `None` where nothing is left.
    fn walk(&mut self, keys: &[&str], values: &[&str]) -> Result<Option<usize>> {
        let (keys, values) = without_empty(keys, values);
        let target = self.find(&self.target, &keys, &values);
        let patch = self.patch().and_then(|list| self.find(list, &keys, &values));
        let left = match (target, patch) {
            (None, None) => None,
            (Some(target), None) => {
                let is_left = self.walker.keep(&mut self.nodes[target], self.elements)?;
                is_left.then_some(target)
            }
            (None, Some(patch)) => {
                let is_left = self.walker.settle(&mut self.nodes[patch], self.elements, Met::AsNew)?;
                is_left.then_some(patch)
            }
            (Some(target), Some(patch)) if target == patch => {
                let is_left = self.walker.settle(&mut self.nodes[patch], self.elements, Met::Below)?;
                is_left.then_some(patch)
            }
            (Some(target), Some(patch)) => {
                // The target's elements are numbered before the patch's.
                let (targets, patches) = self.nodes.split_at_mut(patch);
                match self.walker.merge(&mut targets[target], &mut patches[0], self.elements)? {
                    Verdict::Target => Some(target),
                    Verdict::Patch => Some(patch),
                    Verdict::Nothing => None,
                }
            }
        };
        Ok(left.filter(|at| !is_null_or_empty_map(&self.nodes[*at])))
    }

    fn add_missing_keys(&mut self, at: usize, keys: &[&str], values: &[&str]) {
        let node = &mut self.nodes[at];
        let span = node.span;
        match &mut node.value {
            Value::Scalar(_) => open(node),
            Value::Mapping(fields) => {
                for (key, value) in keys.iter().zip(values).filter(|(_, value)| !value.is_empty()) {
                    if !fields.contains(key) {
                        fields.set(key, Node::plain(*value, span));
                    }
                }
            }
            Value::Sequence(_) => {}
        }
    }

    /// The first element whose keys have these values. Go: ElementMatcher.
    fn find(&self, list: &[usize], keys: &[&str], values: &[&str]) -> Option<usize> {
        let is_it = |node: &Node| match keys {
            ["", ..] => text_of(node) == values[0],
            _ => {
                keys.iter().zip(values).all(|(key, value)| node.get(key).is_some_and(|field| text_of(field) == *value))
            }
        };
        list.iter().copied().find(|at| is_it(&self.nodes[*at]))
    }

    /// Go: ElementSetter: puts an element in the place of all that match, or behind the others;
    /// without an element takes out all that match.
    fn set(&self, list: &[usize], keys: &[&str], values: &[&str], element: Option<usize>) -> Result<Vec<usize>> {
        let is_for_maps = !keys[0].is_empty() && values.first().is_some_and(|v| !v.is_empty());
        let mut result = Vec::with_capacity(list.len() + 1);
        let mut is_matched = false;
        for at in list.iter().copied() {
            let node = &self.nodes[at];
            if is_null_or_empty_map(node) {
                continue;
            }
            if is_for_maps && node.as_mapping().is_none() {
                result.push(at);
                continue;
            }
            if !self.matches(node, keys, values)? {
                if !values.is_empty() {
                    result.push(at);
                }
                continue;
            }
            is_matched = true;
            result.extend(element);
        }
        if !is_matched {
            result.extend(element.filter(|at| !self.nodes[*at].is_null()));
        }
        Ok(result)
    }

    /// Go: the loop over keys in ElementSetter: where there are fewer values than keys, the last
    /// answer stands for the rest.
    fn matches(&self, node: &Node, keys: &[&str], values: &[&str]) -> Result<bool> {
        let mut is_found = false;
        for (at, key) in keys.iter().enumerate() {
            if let Some(value) = values.get(at) {
                is_found = match (key, &node.value) {
                    (&"", Value::Scalar(_)) => text_of(node) == *value,
                    (&"", _) => return Err(wrong_kind(node, "scalar")),
                    (key, Value::Mapping(fields)) => {
                        fields.get(key).is_some_and(|field| value.is_empty() || text_of(field) == *value)
                    }
                    _ => return Err(wrong_kind(node, "mapping")),
                };
            }
            if !is_found {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Puts the target's elements behind the merged ones, or in their places. Go: appendListNode.
    fn append_rest(&self, mut items: Vec<usize>, keys: &[&str]) -> Result<Vec<usize>> {
        for at in self.target.iter().copied() {
            let node = &self.nodes[at];
            if keys[0].is_empty() {
                items = self.set(&items, &[""], &[raw_text_of(node)], Some(at))?;
                continue;
            }
            let mut values = Vec::with_capacity(keys.len());
            for key in keys {
                let field = match &node.value {
                    Value::Mapping(fields) => fields.get(key),
                    _ if node.is_null() => None,
                    _ => return Err(wrong_kind(node, "mapping")),
                };
                match field {
                    Some(field) => values.push(raw_text_of(field)),
                    // Go: `continue` goes on with the next key, not with the next element.
                    None => items.push(at),
                }
            }
            if keys.len() > 1 {
                items = self.set(&items, keys, &values, None)?;
            }
            items = self.set(&items, keys, &values, Some(at))?;
        }
        Ok(items)
    }

    fn nodes_of(self, items: Vec<usize>) -> Vec<Node> {
        let mut nodes: Vec<Option<Node>> = self.nodes.into_iter().map(Some).collect();
        let mut result: Vec<Node> = Vec::with_capacity(items.len());
        for (position, at) in items.iter().enumerate() {
            let node = nodes[*at].take().or_else(|| {
                let earlier = items[..position].iter().position(|other| other == at)?;
                result.get(earlier).cloned()
            });
            result.extend(node);
        }
        result
    }
}

/// Go: yaml.Node.Value, which null has too and lists and maps have not.
fn raw_text_of(node: &Node) -> &str {
    node.text().unwrap_or_default()
}

use raw_text_of as text_of;

/// Keys of which some element has a value, and this element's values for them. Go: validateKeys.
fn valid_keys<'k, 't>(tuples: &[Vec<String>], tuple: &'t [String], keys: &[&'k str]) -> (Vec<&'k str>, Vec<&'t str>) {
    let is_valid = |at: usize| tuples.iter().any(|t| t.get(at).is_some_and(|v| !v.is_empty()));
    let all = || keys.iter().copied().zip(tuple.iter().map(String::as_str));
    if (0..keys.len()).any(is_valid) {
        all().enumerate().filter(|(at, _)| is_valid(*at)).map(|(_, pair)| pair).unzip()
    } else {
        all().unzip()
    }
}

fn without_empty<'a>(keys: &[&'a str], values: &[&'a str]) -> (Vec<&'a str>, Vec<&'a str>) {
    let pairs = || keys.iter().copied().zip(values.iter().copied());
    if values.iter().any(|v| !v.is_empty()) {
        pairs().filter(|(_, value)| !value.is_empty()).unzip()
    } else {
        pairs().unzip()
    }
}

/// Go: mergeValues: two elements that agree where both have a value are taken for one.
fn merge_tuples(tuples: &mut [Vec<String>]) {
    for i in 0..tuples.len() {
        // Go: `range` looks at the inner tuples as they are now, at the outer one as it was.
        let first = tuples[i].clone();
        for j in 0..tuples.len() {
            if let Some(merged) = merged(&first, &tuples[j]) {
                tuples[i] = merged.clone();
                tuples[j] = merged;
            }
        }
    }
}

/// Go: match.
fn merged(a: &[String], b: &[String]) -> Option<Vec<String>> {
    if a.iter().zip(b).any(|(x, y)| x != y && !x.is_empty() && !y.is_empty()) || !a.iter().zip(b).any(|(x, y)| x == y) {
        return None;
    }
    Some(a.iter().zip(b).map(|(x, y)| if x.is_empty() { y.clone() } else { x.clone() }).collect())
}

fn wrong_kind(node: &Node, expected: &str) -> Box<Diagnostic> {
    let message = format!("a list that merges has a {} where its other elements are {expected}s", node.kind_name());
    Diagnostic::new("patch-kind-mismatch", message).at(node.span)
}
