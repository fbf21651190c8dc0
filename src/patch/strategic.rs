//! Strategic merge: a patch that looks like the object it changes.
//!
//! Maps merge field by field, null deletes, scalars and most lists are replaced; lists of which the
//! schema knows a merge key merge element by element (`list`). `$patch: delete`, `replace` or
//! `merge` says so otherwise. Source: kyaml/yaml/merge2 and kyaml/yaml/walk, as
//! api/filters/patchstrategicmerge calls them.
//!
//! The reference walks a target and a patch as pointers, and where the target lacks something it
//! walks the patch's part together with itself. The functions here are its cases:
//! `merge` for both, `keep` for the target alone, `settle` for the patch's part with itself.
//!
//! **Invariant:** a value that comes from the patch keeps its span; a scalar that is written over
//! another takes over that one's style, as the reference has it.
//! **Not here:** which objects a patch is for; what of an object's identity is put back afterwards.

mod list;

use crate::base::{Diagnostic, Result};
use crate::k8s::Schema;
use crate::k8s::schema::{CommentTypes, Type};
use crate::yaml::{Mapping, Node, Tag, Value};

const DIRECTIVE: &str = "$patch";

/// Whether there is an object left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    Merged,
    Deleted,
}

/// What comments in the texts of the object and the patch say of the types of fields.
#[derive(Clone, Copy, Debug, Default)]
pub struct Comments<'s> {
    pub target: Option<&'s CommentTypes>,
    pub patch: Option<&'s CommentTypes>,
}

/// Merges a patch into an object. The patch is used up.
///
/// Errors are a value of one kind (map, list, scalar) where the other has another, and an unknown
/// directive. `$patch: replace` at the root has no effect, as in the reference.
pub fn merge(target: &mut Node, mut patch: Node, schema: &Schema, comments: Comments) -> Result<Outcome> {
    let walker = Walker { schema, comments };
    match walker.merge(target, &mut patch, None)? {
        Verdict::Target | Verdict::Patch => Ok(Outcome::Merged),
        Verdict::Nothing => Ok(Outcome::Deleted),
    }
}

#[derive(Clone, Copy)]
struct Walker<'s> {
    schema: &'s Schema,
    comments: Comments<'s>,
}

/// Whose value stands after a merge. Go: what Walk returns.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Target,
    Patch,
    Nothing,
}

/// How a part of the patch is met when it is walked together with itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Met {
    /// In place of something that the target lacks: directives are not looked at closely.
    AsNew,
    /// Below such a place.
    Below,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Directive {
    Merge,
    Replace,
    Delete,
}

impl<'s> Walker<'s> {
    /// Go: Walker.GetSchema: what the parent's type says, or else what the object itself says that it is.
    fn type_of(&self, known: Option<Type<'s>>, nodes: [Option<&Node>; 2]) -> Option<Type<'s>> {
        let own = || nodes.into_iter().flatten().find_map(|node| self.own_type(node));
        known.or_else(own)
    }

    /// Go: fieldValue: what a comment behind the field's key says, or else what the type of the map does.
    fn type_of_field(&self, known: Option<Type<'s>>, key: &Node, other: Option<&Node>) -> Option<Type<'s>> {
        let Comments { target, patch } = self.comments;
        let commented = |key: &Node| {
            [target, patch].into_iter().flatten().find_map(|comments| self.schema.commented(comments, key))
        };
        if (target.is_some() || patch.is_some())
            && let Some(commented) = commented(key).or_else(|| other.and_then(commented))
        {
            return Some(commented);
        }
        known?.field(key.text()?)
    }

    fn own_type(&self, node: &Node) -> Option<Type<'s>> {
        let mapping = node.as_mapping()?;
        let text = |key: &str| mapping.get(key).filter(|n| !n.is_null()).and_then(Node::text).filter(|t| !t.is_empty());
        self.schema.object(text("apiVersion")?, text("kind")?)
    }

    fn merge(&self, target: &mut Node, patch: &mut Node, known: Option<Type<'s>>) -> Result<Verdict> {
        let known = self.type_of(known, [Some(target), Some(patch)]);
        if patch.is_null() {
            return Ok(Verdict::Nothing);
        }
        if target.is_null() {
            let is_left = self.settle(patch, known, Met::AsNew)?;
            return Ok(if is_left { Verdict::Patch } else { Verdict::Nothing });
        }
        match (&mut target.value, &mut patch.value) {
            (Value::Mapping(fields), Value::Mapping(changes)) => match directive_of_mapping(changes)? {
                Directive::Delete => Ok(Verdict::Nothing),
                Directive::Replace => {
                    self.settle_fields(changes, known)?;
                    Ok(Verdict::Patch)
                }
                Directive::Merge => {
                    self.merge_fields(fields, changes, known)?;
                    Ok(Verdict::Target)
                }
            },
            (Value::Sequence(items), Value::Sequence(changes)) => {
                let Some(keys) = known.and_then(|t| t.merge_keys()) else { return Ok(Verdict::Patch) };
                let elements = known.and_then(|t| t.elements());
                match list::directive(changes)? {
                    Directive::Delete => Ok(Verdict::Nothing),
                    Directive::Replace => {
                        list::settle(self, changes, &keys, elements)?;
                        Ok(Verdict::Patch)
                    }
                    Directive::Merge => {
                        list::merge(self, items, changes, &keys, elements)?;
                        Ok(Verdict::Target)
                    }
                }
            }
            (Value::Scalar(_), Value::Scalar(_)) => Ok(Verdict::Patch),
            _ => Err(kinds_differ(target, patch)),
        }
    }

    fn merge_fields(&self, fields: &mut Mapping, changes: &mut Mapping, known: Option<Type<'s>>) -> Result<()> {
        let new: Vec<usize> = (0..changes.len()).filter(|at| !has_key_of(fields, changes, *at)).collect();
        let mut gone = Vec::new();
        for (at, (key, value)) in fields.iter_mut().enumerate() {
            let change = key.text().and_then(|text| changes.position(text));
            let other = change.and_then(|at| changes.entry_at(at)).map(|entry| &entry.key);
            let field_type = self.type_of_field(known, key, other);
            let verdict = match change.and_then(|at| changes.value_at_mut(at)) {
                Some(change) => {
                    let verdict = self.merge(value, change, field_type)?;
                    if verdict == Verdict::Patch {
                        write_over(value, change.clone());
                    }
                    verdict
                }
                None if self.keep(value, field_type)? => Verdict::Target,
                None => Verdict::Nothing,
            };
            match verdict {
                Verdict::Nothing => gone.push(at),
                Verdict::Target => quote_ambiguous(value),
                Verdict::Patch => {}
            }
        }
        remove_at(fields, &gone);
        for at in new {
            let Some(key) = changes.entry_at(at).map(|e| e.key.clone()) else { continue };
            let field_type = self.type_of_field(known, &key, None);
            let Some(value) = changes.value_at_mut(at) else { continue };
            if !value.is_null() && self.settle(value, field_type, Met::AsNew)? {
                quote_ambiguous(value);
                fields.push(key, value.clone());
            }
        }
        Ok(())
    }

    /// Walks what the patch does not touch; false where it goes. Go: VisitMap keeps a null that is
    /// spelt out and drops one that is not.
    fn keep(&self, target: &mut Node, known: Option<Type<'s>>) -> Result<bool> {
        let known = self.type_of(known, [Some(target), None]);
        match &mut target.value {
            Value::Scalar(scalar) => return Ok(scalar.tag != Tag::Null || !scalar.text.is_empty()),
            Value::Mapping(fields) => {
                let mut gone = Vec::new();
                for (at, (key, value)) in fields.iter_mut().enumerate() {
                    let field_type = self.type_of_field(known, key, None);
                    if self.keep(value, field_type)? {
                        quote_ambiguous(value);
                    } else {
                        gone.push(at);
                    }
                }
                remove_at(fields, &gone);
            }
            Value::Sequence(items) => {
                if let Some(keys) = known.and_then(|t| t.merge_keys()) {
                    list::keep(self, items, &keys, known.and_then(|t| t.elements()))?;
                }
            }
        }
        Ok(true)
    }

    /// Walks a part of the patch together with itself, which takes out nulls and obeys directives;
    /// false where nothing is left.
    fn settle(&self, patch: &mut Node, known: Option<Type<'s>>, met: Met) -> Result<bool> {
        let known = self.type_of(known, [Some(patch), None]);
        match &mut patch.value {
            Value::Scalar(scalar) => return Ok(scalar.tag != Tag::Null),
            Value::Mapping(fields) => {
                match directive_of_mapping(fields) {
                    Ok(Directive::Delete) => return Ok(false),
                    Err(error) if met == Met::Below => return Err(error),
                    _ => {}
                }
                self.settle_fields(fields, known)?;
            }
            Value::Sequence(items) => {
                let Some(keys) = known.and_then(|t| t.merge_keys()) else { return Ok(true) };
                if met == Met::Below && list::directive(items)? == Directive::Delete {
                    return Ok(false);
                }
                list::settle(self, items, &keys, known.and_then(|t| t.elements()))?;
            }
        }
        Ok(true)
    }

    fn settle_fields(&self, fields: &mut Mapping, known: Option<Type<'s>>) -> Result<()> {
        let mut gone = Vec::new();
        for (at, (key, value)) in fields.iter_mut().enumerate() {
            let field_type = self.type_of_field(known, key, None);
            if self.settle(value, field_type, Met::Below)? {
                quote_ambiguous(value);
            } else {
                gone.push(at);
            }
        }
        remove_at(fields, &gone);
        Ok(())
    }
}

fn has_key_of(fields: &Mapping, changes: &Mapping, at: usize) -> bool {
    changes.entry_at(at).and_then(|e| e.key.text()).is_some_and(|key| fields.contains(key))
}

/// Removes entries by position, ascending.
fn remove_at(fields: &mut Mapping, gone: &[usize]) {
    if gone.is_empty() {
        return;
    }
    let (mut at, mut gone) = (0, gone.iter().peekable());
    fields.retain(|_| {
        let stays = gone.next_if_eq(&&at).is_none();
        at += 1;
        stays
    });
}

/// Reads a map's directive and takes it out of the patch.
fn directive_of_mapping(patch: &mut Mapping) -> Result<Directive> {
    let Some(value) = patch.get(DIRECTIVE) else { return Ok(Directive::Merge) };
    let directive = directive_named(value)?;
    patch.remove(DIRECTIVE);
    Ok(directive)
}

fn directive_named(value: &Node) -> Result<Directive> {
    match value.text().unwrap_or_default() {
        "delete" => Ok(Directive::Delete),
        "replace" => Ok(Directive::Replace),
        "merge" => Ok(Directive::Merge),
        other => Err(Diagnostic::new("unknown-patch-strategy", format!("unknown patch strategy `{other}`"))
            .at(value.span)
            .help("`$patch` may be `merge`, `replace` or `delete`")),
    }
}

fn kinds_differ(target: &Node, patch: &Node) -> Box<Diagnostic> {
    let (is, has) = (patch.kind_name(), target.kind_name());
    Diagnostic::new("patch-kind-mismatch", format!("the patch has a {is} where the object has a {has}"))
        .at(patch.span)
        .label(target.span, format!("the {has} is here"))
        .help(format!("write a {has}, or `null` to delete the field"))
}

/// Puts a value of the patch in the place of another. Go: FieldSetter keeps the style of what was
/// there, so that a number written over a quoted text becomes a text.
fn write_over(target: &mut Node, value: Node) {
    let style = target.as_scalar().map(|old| old.style);
    target.overwrite(value);
    if let (Some(style), Some(scalar)) = (style, target.as_scalar_mut()) {
        scalar.style = style;
    }
}

/// Go: FieldSetter, with which the reference sets each field, also the untouched ones.
fn quote_ambiguous(value: &mut Node) {
    if let Some(scalar) = value.as_scalar_mut() {
        scalar.quote_if_ambiguous();
    }
}
