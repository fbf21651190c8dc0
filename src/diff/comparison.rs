//! The recipe: from the objects of two sides to what changes between them.

use compact_str::CompactString;

use super::filter::Filter;
use super::object::{Id, Object};
use super::pair::{Pair, Tie, pair};
use super::path::FieldPath;
use super::risk::{Risk, risks};
use super::secrets::{self, Known};
use super::value::Value;
use super::{followers, tree};
use crate::base::stack::with_deep_stack;
use crate::base::{Result, parallel};
use crate::k8s::Schema;

/// What changes between two sides.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// In the order of the new side, what is gone where it stood.
    pub changes: Vec<ObjectChange>,
    /// How many objects are the same.
    pub unchanged: usize,
}

/// What happens to one object.
#[derive(Clone, Debug)]
pub struct ObjectChange {
    pub status: Status,
    /// Of the new object, or of the one that is gone.
    pub id: Id,
    /// What it is called where no environment gives it a prefix, a suffix or a hash.
    pub base_name: CompactString,
    /// What it was called before, where that is something else.
    pub old_id: Option<Id>,
    /// The new name differs only in the hash of the content.
    pub is_generated: bool,
    /// The fields that differ; none of what is added or removed as a whole.
    pub fields: Vec<FieldChange>,
    /// Objects of which nothing changes but that they name this one by its new name.
    pub followers: Vec<Id>,
    pub risks: Vec<Risk>,
    /// All of the object on each side.
    pub before: Option<Value>,
    pub after: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    Added,
    Changed,
    Removed,
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FieldChange {
    pub path: FieldPath,
    pub difference: Difference,
    /// Nothing where it is new.
    pub before: Option<Value>,
    /// Nothing where it is gone.
    pub after: Option<Value>,
    /// It names another object, and that has a new name.
    pub follows: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Difference {
    Content,
    /// The items of a list are the same in another order; before and after are what names them.
    Order,
    /// A text is the same document, written otherwise.
    Form,
}

/// How a comparison is done.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub filter: Filter,
    /// Values of Secrets are shown.
    pub show_secrets: bool,
}

impl Options {
    /// Two environments are compared by what they say, where the namespaces that tell them apart are passed over.
    fn without_namespace(&self, mut object: Object) -> Object {
        if self.filter.ignores(&object.id, &FieldPath::of_keys(&["metadata", "namespace"])) {
            object.id.namespace.clear();
        }
        object
    }
}

impl FieldChange {
    pub fn is_form(&self) -> bool {
        self.difference == Difference::Form
    }
}

/// Compares two sides. `schema` says how lists of the known types are merged.
///
/// Errors: an object that has no JSON form.
pub fn compare(before: Vec<Object>, after: Vec<Object>, schema: &Schema, options: &Options) -> Result<Comparison> {
    with_deep_stack(|| {
        let known = if options.show_secrets { Known::default() } else { Known::of(before.iter().chain(&after)) };
        let wanted = |objects: Vec<Object>| -> Vec<Object> {
            let taken = objects.into_iter().filter(|object| options.filter.takes(&object.id));
            taken.map(|object| options.without_namespace(object)).collect()
        };
        let pairs = pair(wanted(before), wanted(after));
        let all = pairs.len();
        let differing: Vec<Pair> = pairs.into_iter().filter(|pair| !is_same(pair)).collect();
        let work = Work { schema, options };
        let changes = parallel::map(&differing, differing.len() / 32, |pair| work.change(pair));
        let mut changes = changes.into_iter().filter_map(Result::transpose).collect::<Result<Vec<_>>>()?;
        let told = changes.len();
        changes.iter_mut().for_each(|change| change.risks = risks(change));
        let mut changes = followers::fold(changes);
        changes.iter_mut().for_each(|change| hide(change, &known));
        Ok(Comparison { changes, unchanged: all - told })
    })
}

/// Whether a glance shows that nothing differs.
fn is_same(pair: &Pair) -> bool {
    matches!(pair, Pair::Both(old, new, _) if old.id == new.id && old.node == new.node)
}

/// What all pairs are compared with.
struct Work<'o> {
    schema: &'o Schema,
    options: &'o Options,
}

impl Work<'_> {
    /// The change of one pair; nothing where both sides say the same, or only what is ignored differs.
    fn change(&self, pair: &Pair) -> Result<Option<ObjectChange>> {
        let blank = |status, object: &Object| ObjectChange {
            status,
            id: object.id.clone(),
            base_name: object.base_name.clone(),
            old_id: None,
            is_generated: false,
            fields: Vec::new(),
            followers: Vec::new(),
            risks: Vec::new(),
            before: None,
            after: None,
        };
        match pair {
            Pair::Removed(old) => {
                let before = Some(self.value(old)?);
                Ok(Some(ObjectChange { before, ..blank(Status::Removed, old) }))
            }
            Pair::Added(new) => {
                let after = Some(self.value(new)?);
                Ok(Some(ObjectChange { after, ..blank(Status::Added, new) }))
            }
            Pair::Both(old, new, tie) => {
                let (before, after) = (self.value(old)?, self.value(new)?);
                let schema = self
                    .schema
                    .object(new.node.get("apiVersion").and_then(|v| v.text()).unwrap_or_default(), &new.id.kind);
                let fields = tree::compare(&before, &after, schema, self.documents_in(&new.id));
                let is_renamed = old.id != new.id;
                let fields: Vec<_> = fields.into_iter().filter_map(|field| self.wanted(field, &new.id)).collect();
                // In a ConfigMap of its own name a document that is only written otherwise is no difference.
                if !is_renamed && fields.iter().all(FieldChange::is_form) {
                    return Ok(None);
                }
                Ok(Some(ObjectChange {
                    old_id: is_renamed.then(|| old.id.clone()),
                    is_generated: *tie == Tie::Hash,
                    fields,
                    before: Some(before),
                    after: Some(after),
                    ..blank(Status::Changed, new)
                }))
            }
        }
    }

    /// A field without what is passed over.
    fn wanted(&self, mut field: FieldChange, id: &Id) -> Option<FieldChange> {
        let filter = &self.options.filter;
        if is_name(&field.path) || filter.ignores(id, &field.path) {
            return None;
        }
        match (field.before.take(), field.after.take()) {
            (Some(before), None) => field.before = Some(filter.rest(id, &field.path, before)?),
            (None, Some(after)) => field.after = Some(filter.rest(id, &field.path, after)?),
            (before, after) => (field.before, field.after) = (before, after),
        }
        Some(field)
    }

    fn value(&self, object: &Object) -> Result<Value> {
        let mut value = Value::of_node(&object.node)?;
        if self.options.show_secrets {
            secrets::show_own(&mut value);
        } else {
            secrets::hide_own(&mut value);
        }
        Ok(value)
    }

    fn documents_in(&self, id: &Id) -> &'static [&'static str] {
        if id.is_config_map() {
            &["data"]
        } else if id.is_secret() && self.options.show_secrets {
            &["data", "stringData"]
        } else {
            &[]
        }
    }
}

/// The id of an object is told as a whole.
fn is_name(path: &FieldPath) -> bool {
    let keys = |keys: &[&str]| path.0.len() == keys.len() && path.starts_with(keys);
    keys(&["metadata", "name"]) || keys(&["metadata", "namespace"]) || keys(&["kind"])
}

/// Hides what came out of a Secret, wherever it is shown.
fn hide(change: &mut ObjectChange, known: &Known) {
    for field in &mut change.fields {
        field.before.iter_mut().chain(field.after.as_mut()).for_each(|value| known.hide(value));
        if let (Some(before), Some(after)) = (&field.before, &mut field.after) {
            secrets::mark_others(before, after);
        }
    }
    change.before.iter_mut().chain(change.after.as_mut()).for_each(|value| known.hide(value));
    if let (Some(before), Some(after)) = (&change.before, &mut change.after) {
        secrets::mark_others(before, after);
    }
    let message = |text: &mut String| {
        let mut value = Value::Text(text.as_str().into());
        known.hide(&mut value);
        if matches!(value, Value::Secret { .. }) {
            *text = "***".to_owned();
        }
    };
    change.risks.iter_mut().for_each(|risk| message(&mut risk.message));
}
