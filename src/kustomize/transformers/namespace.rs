//! `namespace` and the NamespaceTransformer plugin.
//!
//! kustomize: api/internal/builtins/NamespaceTransformer.go, api/filters/namespace.

use std::sync::LazyLock;

use super::WORTH_A_THREAD;
use crate::base::{Diagnostic, Result, parallel};
use crate::k8s::{ResMap, Resource, Schema};
use crate::kustomize::fieldspec::{CompiledSpec, CreateKind, set_scalar, wrong_kind};
use crate::kustomize::fieldspecs::FieldSpecs;
use crate::kustomize::kustomization::{FieldSpec, Text};
use crate::yaml::{Node, Tag, Value};

const OWN_PATH: &str = "metadata/namespace";

/// What the plugin can be told; the field of the kustomization says only the first two.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub namespace: Text,
    /// `fieldSpecs`
    pub specs: FieldSpecs,
    /// Leave namespaces alone that are set.
    pub unset_only: bool,
    pub subjects: Subjects,
}

/// Which subjects of role bindings get the namespace: `setRoleBindingSubjects`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Subjects {
    /// Those that are called `default`.
    #[default]
    DefaultOnly,
    AllServiceAccounts,
    None,
}

/// Moves all objects that may have a namespace into one. What Helm made is left alone.
///
/// Errors: a field that is not a plain value; two objects that get the same id.
pub fn namespace(resources: &mut ResMap, namespace: &Text, specs: &FieldSpecs, schema: &Schema) -> Result<()> {
    let options = Options { namespace: namespace.clone(), specs: specs.clone(), ..Options::default() };
    set_namespace(resources, &options, schema)
}

/// As [`namespace`], with all that the plugin can be told.
pub fn set_namespace(resources: &mut ResMap, options: &Options, schema: &Schema) -> Result<()> {
    let namespace = &options.namespace;
    if namespace.is_empty() {
        return Ok(());
    }
    parallel::for_each(resources.list_mut(), WORTH_A_THREAD, |resource| {
        if !is_to_move(resource) {
            return Ok(());
        }
        resource.store_previous_id(schema);
        move_into(resource, options, schema).map_err(|e| e.within(format!("setting the namespace `{namespace}`")))
    })?;
    match resources.clash(schema, |first, second| is_to_move(first) || is_to_move(second)) {
        Some((first, second)) => Err(clash(first, second, namespace)),
        None => Ok(()),
    }
}

fn is_to_move(resource: &Resource) -> bool {
    !resource.node.is_nil_or_empty() && !resource.from_helm
}

fn clash(first: &Resource, second: &Resource, namespace: &Text) -> Box<Diagnostic> {
    let message = format!(
        "two objects of kind `{}` are called `{}` once they are in the namespace `{namespace}`",
        second.kind(),
        second.name()
    );
    Diagnostic::new("namespace-conflict", message)
        .label(namespace.span, "all objects are to be in this namespace")
        .label(first.name_span(), "the first")
        .label(second.name_span(), "the second")
        .help("rename one of them, or set the namespace in two kustomizations of their own")
}

/// Puts the namespace into one object, and nowhere but where every object has it.
/// kustomize: what a ValueAddTransformer with the field path `metadata/namespace` does.
pub fn set_own_namespace(resource: &mut Resource, namespace: &Text, schema: &Schema) -> Result<()> {
    move_into(resource, &Options { namespace: namespace.clone(), ..Options::default() }, schema)
}

/// kustomize: namespace.Filter.
fn move_into(resource: &mut Resource, options: &Options, schema: &Schema) -> Result<()> {
    static OWN: LazyLock<CompiledSpec> =
        LazyLock::new(|| CompiledSpec::new(&FieldSpec { path: OWN_PATH.into(), create: true, ..FieldSpec::default() }));
    let Options { namespace, specs, .. } = options;
    let is_binding = matches!(resource.kind(), "RoleBinding" | "ClusterRoleBinding");
    let is_core = resource.api_version() == "v1";
    let mut set = |node: &mut Node| set_field(node, options);
    if !schema.is_certainly_cluster_scoped(resource.api_version(), resource.kind()) {
        let create = Some(CreateKind::Scalar(Tag::Open));
        OWN.apply(resource, create, namespace.span, &mut set)?;
    }
    if is_binding {
        set_subjects(resource, options)?;
    }
    for spec in specs.for_kind(resource.kind()) {
        // kustomize: metadata.namespace is dealt with above; names of core objects only, so that
        // other groups' kind Namespace is not renamed; subjects as the mode says.
        let passed_over = match spec.path.as_str() {
            OWN_PATH => true,
            "metadata/name" => !is_core,
            "subjects/namespace" => is_binding && !spec.gvk.kind.is_empty(),
            _ => false,
        };
        if !passed_over && spec.matches_version(resource.api_version()) {
            let create = Some(CreateKind::Scalar(Tag::Str));
            spec.apply(resource, create, namespace.span, &mut set)?;
        }
    }
    Ok(())
}

fn set_field(node: &mut Node, options: &Options) -> Result<()> {
    let namespace = &options.namespace;
    if options.unset_only && !node.is_null() && node.text().is_some_and(|text| !text.is_empty()) {
        return Ok(());
    }
    set_scalar(node, &**namespace, Tag::Str, namespace.span)
}

/// kustomize: roleBindingHack.
fn set_subjects(resource: &mut Resource, options: &Options) -> Result<()> {
    let namespace = &options.namespace;
    let (key, wanted) = match options.subjects {
        Subjects::None => return Ok(()),
        Subjects::DefaultOnly => ("name", "default"),
        Subjects::AllServiceAccounts => ("kind", "ServiceAccount"),
    };
    let Some(subjects) = resource.node.get_mut("subjects").filter(|subjects| !subjects.is_null()) else {
        return Ok(());
    };
    let Value::Sequence(items) = &mut subjects.value else {
        return Err(wrong_kind(subjects, "a list of subjects", namespace.span));
    };
    for item in items.iter_mut().filter(|item| !item.is_null()) {
        let Value::Mapping(subject) = &mut item.value else {
            return Err(wrong_kind(item, "a subject", namespace.span));
        };
        let is_wanted = match subject.get(key) {
            Some(found) if found.is_null() => false,
            Some(found) => found.text().ok_or_else(|| wrong_kind(found, "a plain value", namespace.span))? == wanted,
            None => false,
        };
        if !is_wanted {
            continue;
        }
        match subject.get_mut("namespace") {
            Some(old) => set_field(old, options)?,
            None => subject
                .push(Node::plain("namespace", namespace.span), Node::string(namespace.value.as_str(), namespace.span)),
        }
    }
    Ok(())
}
