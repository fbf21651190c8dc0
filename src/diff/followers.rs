//! Objects that only follow the new name of another: a Deployment whose ConfigMap got another hash.

use std::collections::HashMap;

use compact_str::CompactString;

use super::comparison::ObjectChange;
use super::value::Value;

/// Marks the fields that hold a new name in the place of the old one, and takes the objects of which nothing else
/// changed out: they are noted with the object whose name they follow. What is risky even so stays.
pub fn fold(changes: Vec<ObjectChange>) -> Vec<ObjectChange> {
    let names: HashMap<(CompactString, CompactString), usize> = changes
        .iter()
        .enumerate()
        .filter_map(|(at, change)| Some(((change.old_id.as_ref()?.name.clone(), change.id.name.clone()), at)))
        .filter(|((old, new), _)| old != new)
        .collect();
    if names.is_empty() {
        return changes;
    }
    let mut followed: HashMap<usize, Vec<super::Id>> = HashMap::new();
    let mut is_kept = vec![true; changes.len()];
    let mut changes = changes;
    for (at, change) in changes.iter_mut().enumerate() {
        let mut leader = None;
        for field in &mut change.fields {
            let (Some(Value::Text(old)), Some(Value::Text(new))) = (&field.before, &field.after) else { continue };
            if let Some(found) = names.get(&(old.clone(), new.clone())).filter(|found| **found != at) {
                field.follows = true;
                leader.get_or_insert(*found);
            }
        }
        let only_follows =
            change.old_id.is_none() && change.risks.is_empty() && change.fields.iter().all(|field| field.follows);
        if let Some(leader) = leader.filter(|_| only_follows) {
            is_kept[at] = false;
            followed.entry(leader).or_default().push(change.id.clone());
        }
    }
    let mut kept = Vec::with_capacity(changes.len());
    for (at, mut change) in changes.into_iter().enumerate().filter(|(at, _)| is_kept[*at]) {
        change.followers = followed.remove(&at).unwrap_or_default();
        kept.push(change);
    }
    kept
}
