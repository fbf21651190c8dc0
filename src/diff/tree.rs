//! Two values of one object, compared field by field.
//!
//! **Invariant:** what is equal as JSON makes no change.
//! **Not here:** which items of lists belong together (`lists`), texts that are documents (`embedded`).

use super::comparison::{Difference, FieldChange};
use super::path::{FieldPath, Step};
use super::value::Value;
use super::{embedded, lists};
use crate::k8s::schema::Type;

/// The changes between two values, collected on the way.
pub struct Walk {
    path: FieldPath,
    /// Texts that stand right below one of these are looked at as documents.
    documents_in: &'static [&'static str],
    found: Vec<FieldChange>,
}

/// The fields that differ. Of an object whose texts below `documents_in` may be documents; `schema` is its type,
/// where that is known.
pub fn compare(
    before: &Value,
    after: &Value,
    schema: Option<Type>,
    documents_in: &'static [&'static str],
) -> Vec<FieldChange> {
    let mut walk = Walk { path: FieldPath::default(), documents_in, found: Vec::new() };
    walk.compare(before, after, schema);
    walk.found
}

impl Walk {
    pub fn compare(&mut self, before: &Value, after: &Value, schema: Option<Type>) {
        match (before, after) {
            _ if before == after => {}
            (Value::Map(old), Value::Map(new)) if !old.is_empty() && !new.is_empty() => {
                self.compare_maps(before, after, schema);
            }
            (Value::List(old), Value::List(new)) if !old.is_empty() && !new.is_empty() => {
                lists::compare(self, old, new, schema);
            }
            (Value::Text(old), Value::Text(new)) if self.may_be_document() => {
                self.compare_texts(old, new, before, after);
            }
            _ => self.tell(Difference::Content, Some(before), Some(after)),
        }
    }

    /// Goes one step down and back up.
    pub fn within(&mut self, step: Step, compare: impl FnOnce(&mut Walk)) {
        self.path.0.push(step);
        compare(self);
        self.path.0.pop();
    }

    pub fn tell(&mut self, difference: Difference, before: Option<&Value>, after: Option<&Value>) {
        let change = FieldChange {
            path: self.path.clone(),
            difference,
            before: before.cloned(),
            after: after.cloned(),
            follows: false,
        };
        self.found.push(change);
    }

    fn compare_maps(&mut self, before: &Value, after: &Value, schema: Option<Type>) {
        for (key, old) in before.fields() {
            let new = after.get(key);
            self.within(Step::Key(key.clone()), |walk| match new {
                Some(new) => walk.compare(old, new, schema.and_then(|schema| schema.field(key))),
                None => walk.tell(Difference::Content, Some(old), None),
            });
        }
        for (key, new) in after.fields().iter().filter(|(key, _)| before.get(key).is_none()) {
            self.within(Step::Key(key.clone()), |walk| walk.tell(Difference::Content, None, Some(new)));
        }
    }

    fn may_be_document(&self) -> bool {
        match self.path.0.as_slice() {
            [Step::Key(field), Step::Key(_)] => self.documents_in.contains(&field.as_str()),
            _ => false,
        }
    }

    fn compare_texts(&mut self, old: &str, new: &str, before: &Value, after: &Value) {
        let name = self.path.last_key().unwrap_or_default();
        let Some((format, old, new)) = embedded::read_both(name, old, new) else {
            return self.tell(Difference::Content, Some(before), Some(after));
        };
        if old == new {
            return self.tell(Difference::Form, Some(before), Some(after));
        }
        self.within(Step::Document(format), |walk| walk.compare(&old, &new, None));
    }
}
