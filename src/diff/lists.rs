//! Which items of two lists belong together.
//!
//! Lists of named things are compared by what names their items: the merge keys of the schema, or `name`. Others
//! are compared by position, once what is the same on both sides has been put side by side.

use std::collections::{HashMap, HashSet};

use compact_str::CompactString;
use imara_diff::{Algorithm, Diff, Hunk, Token};

use super::comparison::Difference;
use super::path::Step;
use super::tree::Walk;
use super::value::Value;
use crate::k8s::schema::Type;

/// The values that tell an item from the others of its list.
type Identity = Vec<(CompactString, CompactString)>;

/// Tells a walk what differs between two lists that are not alike.
pub fn compare(walk: &mut Walk, before: &[Value], after: &[Value], schema: Option<Type>) {
    let elements = schema.and_then(|schema| schema.elements());
    match identities(before, after, schema) {
        Some((old, new)) => by_identity(walk, (before, &old), (after, &new), elements),
        None => by_position(walk, before, after, elements),
    }
}

/// The identities of the items of both lists: by those keys under which the most items are found again.
fn identities(before: &[Value], after: &[Value], schema: Option<Type>) -> Option<(Vec<Identity>, Vec<Identity>)> {
    let merge_keys = schema.and_then(|schema| schema.merge_keys()).filter(|keys| !keys.is_empty());
    let by_name = vec!["name"];
    let candidates = merge_keys.into_iter().chain([by_name]);
    let sides = candidates.filter_map(|keys| Some((identify(before, &keys)?, identify(after, &keys)?)));
    let found_again = |(old, new): &(Vec<Identity>, Vec<Identity>)| {
        let known: HashSet<&Identity> = old.iter().collect();
        new.iter().filter(|identity| known.contains(identity)).count()
    };
    // The first of those that are equally good.
    sides.map(|sides| (found_again(&sides), sides)).reduce(|a, b| if b.0 > a.0 { b } else { a }).map(|(_, sides)| sides)
}

/// The identity of each item. Nothing where an item has none, or two have the same.
fn identify(items: &[Value], keys: &[&str]) -> Option<Vec<Identity>> {
    let mut seen = HashSet::with_capacity(items.len());
    let identity = |item: &Value| {
        let field = |(at, key): (usize, &&str)| match item.get(key) {
            Some(Value::Text(text) | Value::Number(text)) => Some(Some(((*key).into(), text.clone()))),
            // All but the first may be left to their defaults.
            None if at > 0 => Some(None),
            _ => None,
        };
        let fields: Option<Vec<Option<(CompactString, CompactString)>>> = keys.iter().enumerate().map(field).collect();
        fields.map(|fields| fields.into_iter().flatten().collect::<Identity>())
    };
    items.iter().map(|item| identity(item).filter(|identity| seen.insert(identity.clone()))).collect()
}

fn by_identity(
    walk: &mut Walk,
    before: (&[Value], &[Identity]),
    after: (&[Value], &[Identity]),
    elements: Option<Type>,
) {
    let position: HashMap<&Identity, usize> = after.1.iter().enumerate().map(|(at, identity)| (identity, at)).collect();
    let mut order = Vec::new();
    for (old, identity) in before.0.iter().zip(before.1) {
        let new = position.get(identity).copied();
        order.extend(new);
        walk.within(Step::Item(identity.clone()), |walk| match new {
            Some(at) => walk.compare(old, &after.0[at], elements),
            None => walk.tell(Difference::Content, Some(old), None),
        });
    }
    let known: HashSet<&Identity> = before.1.iter().collect();
    for (new, identity) in after.0.iter().zip(after.1).filter(|(_, identity)| !known.contains(identity)) {
        walk.within(Step::Item(identity.clone()), |walk| walk.tell(Difference::Content, None, Some(new)));
    }
    if !order.is_sorted() {
        let names = |order: &[usize]| Value::List(order.iter().map(|at| Value::Text(name(&after.1[*at]))).collect());
        let old = names(&order);
        order.sort_unstable();
        walk.tell(Difference::Order, Some(&old), Some(&names(&order)));
    }
}

fn name(identity: &Identity) -> CompactString {
    identity.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(",").into()
}

fn by_position(walk: &mut Walk, before: &[Value], after: &[Value], elements: Option<Type>) {
    for Hunk { before: old, after: new } in hunks(before, after) {
        let (old, new) = (old.start as usize..old.end as usize, new.start as usize..new.end as usize);
        let both = old.len().min(new.len());
        for (from, to) in old.clone().zip(new.clone()) {
            walk.within(Step::Index(to), |walk| walk.compare(&before[from], &after[to], elements));
        }
        for at in old.skip(both) {
            walk.within(Step::Index(at), |walk| walk.tell(Difference::Content, Some(&before[at]), None));
        }
        for at in new.skip(both) {
            walk.within(Step::Index(at), |walk| walk.tell(Difference::Content, None, Some(&after[at])));
        }
    }
}

/// Where two lists are not the same.
fn hunks<'v>(before: &'v [Value], after: &'v [Value]) -> Vec<Hunk> {
    let mut numbers: HashMap<&'v Value, u32> = HashMap::with_capacity(before.len() + after.len());
    let mut tokens = |items: &mut dyn Iterator<Item = &'v Value>| -> Vec<Token> {
        let number = |item| {
            let next = numbers.len() as u32;
            Token(*numbers.entry(item).or_insert(next))
        };
        items.map(number).collect()
    };
    let (old, new) = (tokens(&mut before.iter()), tokens(&mut after.iter()));
    let mut diff = Diff::default();
    diff.compute_with(Algorithm::Histogram, &old, &new, numbers.len() as u32);
    diff.hunks().collect()
}
