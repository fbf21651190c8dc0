//! The comparisons of one environment, or of many, as they are told together.
//!
//! **Invariant:** every format tells the same: it writes what a [`Report`] says and finds out nothing by itself.

pub mod html;
pub mod json;
pub mod markdown;
pub mod names;
mod paint;
#[cfg(test)]
mod samples;
pub mod stat;
pub mod template;
pub mod terminal;
mod text;
pub mod unified;
mod words;

use std::collections::HashMap;

use super::comparison::{Comparison, Difference, FieldChange, ObjectChange, Status};
use super::path::FieldPath;
use super::value::Value;

/// What is told.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// In the order in which they were asked for.
    pub environments: Vec<Environment>,
}

/// Two sides that were compared, or could not be.
#[derive(Clone, Debug)]
pub struct Environment {
    /// What people call it: the folder of a kustomization, or both sides.
    pub name: String,
    pub outcome: Outcome,
}

#[derive(Clone, Debug)]
pub enum Outcome {
    Compared(Comparison),
    /// Why it could not be compared, as it is told to people.
    Failed(String),
}

/// One change, of one environment or of several in which it is the same.
#[derive(Clone, Debug)]
pub struct Section<'r> {
    pub change: &'r ObjectChange,
    /// Positions in [`Report::environments`], ascending.
    pub environments: Vec<usize>,
}

/// How many objects of one or all environments something happens to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub added: usize,
    pub changed: usize,
    pub removed: usize,
    /// Objects whose change is risky.
    pub risky: usize,
    /// Environments that could not be compared.
    pub failed: usize,
}

impl Counts {
    /// Objects that change at all.
    pub fn objects(&self) -> usize {
        self.added + self.changed + self.removed
    }

    fn add(&mut self, other: Counts) {
        self.added += other.added;
        self.changed += other.changed;
        self.removed += other.removed;
        self.risky += other.risky;
        self.failed += other.failed;
    }
}

impl Environment {
    pub fn counts(&self) -> Counts {
        let Outcome::Compared(comparison) = &self.outcome else { return Counts { failed: 1, ..Counts::default() } };
        let count = |status| comparison.changes.iter().filter(|change| change.status == status).count();
        Counts {
            added: count(Status::Added),
            changed: count(Status::Changed),
            removed: count(Status::Removed),
            risky: comparison.changes.iter().filter(|change| !change.risks.is_empty()).count(),
            failed: 0,
        }
    }
}

impl Report {
    pub fn counts(&self) -> Counts {
        let mut sum = Counts::default();
        self.environments.iter().for_each(|environment| sum.add(environment.counts()));
        sum
    }

    pub fn is_equal(&self) -> bool {
        let counts = self.counts();
        counts.objects() == 0 && counts.failed == 0
    }

    /// All of it in a line: `3 environments: 7 objects changed, 1 added, 0 removed, 1 risky`.
    pub fn verdict(&self) -> String {
        let Counts { added, changed, removed, risky, failed } = self.counts();
        let objects = if changed == 1 { "object" } else { "objects" };
        let mut line = match self.environments.as_slice() {
            [_] => String::new(),
            all => format!("{} environments: ", all.len()),
        };
        line.push_str(&format!("{changed} {objects} changed, {added} added, {removed} removed, {risky} risky"));
        if failed > 0 {
            line.push_str(&format!(", {failed} could not be compared"));
        }
        line
    }

    /// The changes, each once, in the order in which they are met first.
    pub fn sections(&self) -> Vec<Section<'_>> {
        let mut known: HashMap<Key, usize> = HashMap::new();
        let mut sections: Vec<Section> = Vec::new();
        for (number, environment) in self.environments.iter().enumerate() {
            let Outcome::Compared(comparison) = &environment.outcome else { continue };
            for change in &comparison.changes {
                match known.entry(Key::of(change)) {
                    std::collections::hash_map::Entry::Occupied(known)
                        if sections[*known.get()].environments.last() != Some(&number) =>
                    {
                        sections[*known.get()].environments.push(number);
                    }
                    std::collections::hash_map::Entry::Occupied(_) => {
                        sections.push(Section { change, environments: vec![number] });
                    }
                    std::collections::hash_map::Entry::Vacant(free) => {
                        free.insert(sections.len());
                        sections.push(Section { change, environments: vec![number] });
                    }
                }
            }
        }
        sections
    }

    /// Environments that could not be compared, with the reason.
    pub fn failures(&self) -> impl Iterator<Item = (&str, &str)> {
        self.environments.iter().filter_map(|environment| match &environment.outcome {
            Outcome::Failed(why) => Some((environment.name.as_str(), why.as_str())),
            Outcome::Compared(_) => None,
        })
    }

    /// The reasons why environments could not be compared, each once, with the names of all for which it is so.
    pub fn failures_by_reason(&self) -> Vec<(&str, Vec<&str>)> {
        let mut known: HashMap<&str, usize> = HashMap::new();
        let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
        for (name, why) in self.failures() {
            let at = *known.entry(why).or_insert(groups.len());
            if at == groups.len() {
                groups.push((why, Vec::new()));
            }
            groups[at].1.push(name);
        }
        groups
    }
}

/// What makes changes of two environments the same: they do the same to an object of the same name, whatever
/// prefix and namespace the environment gives it.
#[derive(PartialEq, Eq, Hash)]
struct Key<'c> {
    status: Status,
    kind: &'c str,
    group: &'c str,
    name: &'c str,
    fields: Vec<(&'c FieldPath, Difference, Option<&'c Value>, Option<&'c Value>)>,
    /// Of what is added or removed: all but metadata, and of that all but the names.
    whole: Vec<(&'c str, &'c Value)>,
}

impl<'c> Key<'c> {
    fn of(change: &'c ObjectChange) -> Key<'c> {
        let own = |field: &&FieldChange| !field.follows;
        let field =
            |field: &'c FieldChange| (&field.path, field.difference, field.before.as_ref(), field.after.as_ref());
        let whole = match change.status {
            Status::Changed => None,
            Status::Added => change.after.as_ref(),
            Status::Removed => change.before.as_ref(),
        };
        let whole = whole.into_iter().flat_map(|object| {
            let metadata = object.get("metadata").map(Value::fields).unwrap_or_default();
            let metadata = metadata.iter().filter(|(key, _)| key != "name" && key != "namespace");
            object.fields().iter().filter(|(key, _)| key != "metadata").chain(metadata)
        });
        Key {
            status: change.status,
            kind: &change.id.kind,
            group: &change.id.group,
            name: &change.base_name,
            fields: change.fields.iter().filter(own).map(field).collect(),
            whole: whole.map(|(key, value)| (key.as_str(), value)).collect(),
        }
    }
}
