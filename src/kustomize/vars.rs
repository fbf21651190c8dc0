//! `vars`: `$(NAME)` in texts, replaced by fields of objects.
//!
//! Vars are gathered layer by layer, each one's object is marked when its layer is done, so that
//! it is known by the name it had there; values are read and written once, in the end. kustomize:
//! api/internal/accumulator/resaccumulator.go, api/types/var.go.
//!
//! **Invariant:** no two vars of a set have the same name.
//! **Not here:** which fields may hold a `$(NAME)` (`configurations`).

mod expand;
mod write;

use std::collections::BTreeMap;

use compact_str::CompactString;

use super::context::Context;
use super::field_path;
use super::fieldspecs::FieldSpecs;
use super::kustomization::{Text, Var};
use crate::base::{Diagnostic, Result, Span};
use crate::k8s::gvk::parse_api_version;
use crate::k8s::resid::effective_namespace;
use crate::k8s::{Gvk, IdRef, ResMap, Schema};
use crate::yaml::{Node, Tag, Value};

/// kustomize: types.DefaultReplacementFieldPath.
const DEFAULT_FIELD_PATH: &str = "metadata.name";

/// The vars of a layer and of those below it, by name.
#[derive(Clone, Debug, Default)]
pub struct VarSet {
    vars: BTreeMap<String, Var>,
}

/// What a var stands for.
#[derive(Clone, Debug)]
struct VarValue {
    content: Content,
    /// The field that it is.
    span: Span,
}

#[derive(Clone, Debug, PartialEq)]
enum Content {
    Text(CompactString),
    Int(i64),
    Float(f64),
    Bool(bool),
    /// A list or a mapping, which cannot stand in a text.
    Structure(&'static str),
}

impl VarSet {
    pub fn is_empty(&self) -> bool {
        self.vars.is_empty()
    }

    /// Takes in the vars of a layer and marks their objects. A var without an object is none of
    /// this layer's business.
    ///
    /// Errors: several objects fit; a name is taken. kustomize: ResAccumulator.MergeVars.
    pub fn merge(&mut self, incoming: &[Var], resources: &mut ResMap, schema: &Schema) -> Result<()> {
        for var in incoming {
            mark_object(var, resources, schema)?;
        }
        incoming.iter().try_for_each(|var| self.insert(var.clone()))
    }

    /// Takes in the vars of another layer. Errors: a name is taken. kustomize: VarSet.MergeSet.
    pub fn merge_set(&mut self, other: VarSet) -> Result<()> {
        other.vars.into_values().try_for_each(|var| self.insert(var))
    }

    fn insert(&mut self, mut var: Var) -> Result<()> {
        if let Some(first) = self.vars.get(&var.name.value) {
            return Err(Diagnostic::new("duplicate-var", format!("there are two vars called `{}`", var.name))
                .at(var.name.span)
                .label(first.name.span, "this is the other one")
                .help("give one of them another name"));
        }
        if var.field_path.is_empty() {
            var.field_path = Text::new(DEFAULT_FIELD_PATH, var.name.span);
        }
        self.vars.insert(var.name.value.clone(), var);
        Ok(())
    }
}

/// kustomize: ObjRef.GVK, and how MergeVars compares ids: without a namespace any will do.
fn mark_object(var: &Var, resources: &mut ResMap, schema: &Schema) -> Result<()> {
    let object = &var.object;
    let gvk = match object.api_version.matches('/').count() {
        _ if object.api_version.is_empty() => object.gvk.clone(),
        0 => Gvk { version: object.api_version.as_str().into(), ..object.gvk.clone() },
        1 => {
            let (group, version) = parse_api_version(&object.api_version);
            Gvk::new(group, version, &object.gvk.kind)
        }
        _ => object.gvk.clone(),
    };
    let is_meant = |id: &IdRef| {
        id.name == object.name
            && id.kind == gvk.kind
            && id.group() == gvk.group
            && id.version() == gvk.version
            && (object.namespace.is_empty()
                || id.effective_namespace() == effective_namespace(false, &object.namespace))
    };
    match resources.find_by_any_id_where(&gvk.kind, &object.name, schema, is_meant)[..] {
        [] => Ok(()),
        [at] => {
            if let Some(resource) = resources.list_mut_same_ids().get_mut(at) {
                resource.var_names.push(var.name.value.as_str().into());
            }
            Ok(())
        }
        ref several => {
            let message = format!("the var `{}` may mean {} objects", var.name, several.len());
            let error = Diagnostic::new("ambiguous-var", message).at(var.name.span);
            let spans = several.iter().filter_map(|at| Some(resources.get(*at)?.name_span()));
            Err(spans
                .fold(error, |error, span| error.label(span, "may be this one"))
                .help("name the namespace in `objref`"))
        }
    }
}

/// Puts the values of vars in the place of `$(NAME)` in the fields that specs lead to. A text that is
/// nothing but `$(NAME)` becomes the value, with its type and its place.
///
/// Vars that no text names are noted. Errors: a var without an object or field; a list or
/// mapping with something else than texts.
pub fn resolve_vars(ctx: &Context, resources: &mut ResMap, vars: &VarSet, specs: &FieldSpecs) -> Result<()> {
    if vars.is_empty() {
        return Ok(());
    }
    let mut replacer = write::Replacer::new(values(resources, vars)?);
    replacer.replace_all(resources, specs)?;
    replacer.notes().into_iter().for_each(|note| ctx.note(note));
    Ok(())
}

/// kustomize: makeVarReplacementMap.
fn values(resources: &ResMap, vars: &VarSet) -> Result<BTreeMap<String, VarValue>> {
    let mut objects: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, resource) in resources.iter().enumerate() {
        for name in &resource.var_names {
            objects.entry(name).or_insert(at);
        }
    }
    let mut values = BTreeMap::new();
    let mut errors = Vec::new();
    for (name, var) in &vars.vars {
        match objects.get(name.as_str()).and_then(|at| resources.get(*at)) {
            Some(resource) => match value(&resource.node, var) {
                Ok(value) => {
                    values.insert(name.clone(), value);
                }
                Err(error) => errors.push(error.label(resource.name_span(), "the object that it names")),
            },
            None => errors.push(
                Diagnostic::new("unknown-var-object", format!("there is no object that the var `{name}` names"))
                    .at(var.name.span)
                    .help(
                        "`objref` must give the `apiVersion`, and the name that the object has in this kustomization",
                    ),
            ),
        }
    }
    Diagnostic::together(errors).map_or(Ok(values), Err)
}

/// kustomize: RNode.GetFieldValue.
fn value(object: &Node, var: &Var) -> Result<VarValue> {
    let missing = |why: &str| {
        let message = format!("the var `{}` names the field `{}`, {why}", var.name, var.field_path);
        Diagnostic::new("unknown-var-field", message).at(var.field_path.span)
    };
    let found = field_path::lookup(object, &field_path::split_var_path(&var.field_path)).map_err(|error| {
        error.label(var.field_path.span, "the path").within(format!("reading the var `{}`", var.name))
    })?;
    let Some(node) = found else { return Err(missing("which is not there")) };
    let Value::Scalar(scalar) = &node.value else {
        return Ok(VarValue { content: Content::Structure(node.kind_name()), span: node.span });
    };
    // Go: strconv's rules, which know less than YAML's.
    let content = match scalar.tag {
        Tag::Int => scalar.text.parse().ok().map(Content::Int),
        Tag::Float => scalar.text.parse().ok().filter(|f: &f64| f.is_finite()).map(Content::Float),
        Tag::Bool => parse_bool(&scalar.text).map(Content::Bool),
        _ => Some(Content::Text(scalar.text.clone())),
    };
    let unread = || missing("which is no plain number or truth value").label(node.span, "found here");
    Ok(VarValue { content: content.ok_or_else(unread)?, span: node.span })
}

/// Go: strconv.ParseBool.
fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}
