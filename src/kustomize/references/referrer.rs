//! One object that refers to others, and the choice of what it means by a name.
//!
//! kustomize: nameref.Filter (api/filters/nameref/nameref.go) and
//! SubsetThatCouldBeReferencedByResource (api/resmap/reswrangler.go).

use compact_str::CompactString;

use super::Link;
use super::candidates::{Candidate, Candidates, Key, Present, outermost};
use crate::base::{Diagnostic, Result, Span};
use crate::k8s::resid::{CLUSTER, effective_namespace};
use crate::k8s::{Gvk, Resource, Schema};
use crate::kustomize::fieldspec::set_scalar;
use crate::yaml::{self, Node, Resolved, Scalar, Style, Tag, Value};

pub(super) struct Referrer<'a> {
    resource: &'a Resource,
    candidates: &'a Candidates<'a>,
    name: CompactString,
    /// Its effective namespace; `None` for a cluster-scoped object, which may refer to anything.
    scope: Option<CompactString>,
    /// The namespaces of the ServiceAccounts that a RoleBinding names.
    account_namespaces: Vec<CompactString>,
    /// What `roleRef` says of its type.
    role: Option<Gvk>,
}

/// What has to be the same in all candidates for it not to matter which one is taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taken {
    Name,
    NameAndNamespace,
}

impl<'a> Referrer<'a> {
    /// Fails where a RoleBinding names a ServiceAccount whose namespace is no text.
    pub fn new(
        resource: &'a Resource,
        node: &Node,
        candidates: &'a Candidates<'a>,
        schema: &Schema,
    ) -> Result<Referrer<'a>> {
        let present = Present::of(node);
        let cluster_scoped = present.is_cluster_scoped(schema);
        let is_role_binding = present.kind == "RoleBinding" && !cluster_scoped;
        Ok(Referrer {
            resource,
            candidates,
            name: present.name.into(),
            scope: (!cluster_scoped).then(|| effective_namespace(false, present.namespace).into()),
            account_namespaces: if is_role_binding { account_namespaces(node)? } else { Vec::new() },
            role: role_of(node),
        })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Writes the present name of what a field refers to. True where that has to be told to twins.
    pub fn update(&self, link: &Link, field: &mut Node) -> Result<bool> {
        match &mut field.value {
            Value::Sequence(items) => {
                let mut tied = false;
                for item in items.iter_mut() {
                    if let Value::Sequence(_) = item.value {
                        return Err(Diagnostic::new(
                            "name-reference",
                            format!("`{}` leads to a list in a list, where a name was expected", link.spec.path),
                        )
                        .at(item.span));
                    }
                    tied |= self.update(link, item)?;
                }
                Ok(tied)
            }
            Value::Mapping(_) => self.update_mapping(link, field),
            Value::Scalar(scalar) if scalar.tag == Tag::Null => Ok(false),
            Value::Scalar(scalar) => {
                let found = self.select(link, &scalar.text, None, Taken::Name, field.span)?;
                match found {
                    Some(new) => set_text(field, &new.name, new.name_span),
                    None => Ok(false),
                }
            }
        }
    }

    /// A mapping that holds a name and may hold a namespace, such as an item of `subjects`.
    fn update_mapping(&self, link: &Link, field: &mut Node) -> Result<bool> {
        let Some(name) = field.get("name") else {
            return Err(Diagnostic::new(
                "name-reference",
                format!("`{}` leads to a mapping without `name`", link.spec.path),
            )
            .at(field.span)
            .help("a path of `nameReference` has to lead to a name, or to mappings that have a `name`"));
        };
        let old = name.text().unwrap_or_default();
        let namespace = field.get("namespace").map(|n| n.text().unwrap_or_default());
        let Some(new) = self.select(link, old, namespace, Taken::NameAndNamespace, name.span)? else {
            return Ok(false);
        };
        if new.name == old && new.namespace.is_empty() {
            return Ok(false);
        }
        let mut tied = set_field(field, "name", &new.name, new.name_span)?;
        // kustomize: an empty namespace is a wild card here, it does not replace `default`.
        if !new.namespace.is_empty() {
            tied |= set_field(field, "namespace", &new.namespace, new.namespace_span)?;
        }
        Ok(tied)
    }

    /// What is meant by an old name. kustomize: selectReferral.
    fn select(
        &self,
        link: &Link,
        old: &str,
        namespace: Option<&str>,
        taken: Taken,
        span: Span,
    ) -> Result<Option<&'a Candidate<'a>>> {
        let role = self.role.as_ref().filter(|_| link.in_role_ref);
        let is_origin =
            namespace.is_some_and(|ns| self.candidates.is_origin(ns, self.scope.as_deref(), &self.account_namespaces));
        let fits = |candidate: &Candidate| {
            let in_namespace = match namespace {
                None => true,
                Some(ns) if is_origin => candidate.original_namespace() == ns,
                Some(ns) => ns != CLUSTER && candidate.scope() == ns,
            };
            in_namespace && candidate.had_type(link.target) && role.is_none_or(|role| candidate.had_type(role))
        };
        let mut found = self.in_sight(old, &fits, Breadth::Two);
        if found.len() > 1 {
            found = self.in_sight(old, &fits, Breadth::AllOfTheseAffixes);
            found.retain(|candidate| affixes_agree(self.resource, candidate.resource, Empty::AgreesWithAll));
        }
        if found.len() > 1 {
            found.retain(|candidate| affixes_agree(self.resource, candidate.resource, Empty::AgreesWithEmpty));
        }
        match found.split_first() {
            None => Ok(None),
            Some((first, others)) => {
                let same = |other: &&Candidate| {
                    other.name == first.name && (taken == Taken::Name || other.namespace == first.namespace)
                };
                if others.iter().all(same) { Ok(Some(first)) } else { Err(ambiguous(old, span, &found)) }
            }
        }
    }

    /// The candidates that once had a name, that this object can see, and that fit, in order.
    fn in_sight(&self, old: &str, fits: &dyn Fn(&Candidate) -> bool, breadth: Breadth) -> Vec<&'a Candidate<'a>> {
        let limit = if breadth == Breadth::Two { 2 } else { usize::MAX };
        let Some(own) = &self.scope else {
            return self.candidates.find(Key::Name(old)).map(|(_, c)| c).filter(|c| fits(c)).take(limit).collect();
        };
        let mut found = Vec::new();
        self.gather(old, own, breadth, &mut found, |c| fits(c));
        self.gather(old, CLUSTER, breadth, &mut found, |c| fits(c));
        for namespace in &self.account_namespaces {
            let scope = effective_namespace(false, namespace);
            let is_account = |c: &Candidate| c.gvk.kind == "ServiceAccount" && c.namespace == *namespace;
            if scope != own {
                self.gather(old, scope, breadth, &mut found, |c| is_account(c) && fits(c));
            }
        }
        found.sort_by_key(|(at, _)| *at);
        found.into_iter().map(|(_, candidate)| candidate).collect()
    }

    /// Adds what fits of one scope.
    fn gather(
        &self,
        old: &str,
        scope: &str,
        breadth: Breadth,
        found: &mut Vec<(u32, &'a Candidate<'a>)>,
        fits: impl Fn(&Candidate) -> bool,
    ) {
        let mut add = |key: Key, limit: usize| {
            found.extend(self.candidates.find(key).filter(|(_, candidate)| fits(candidate)).take(limit));
        };
        let (prefix, suffix) = (outermost(&self.resource.prefixes), outermost(&self.resource.suffixes));
        match breadth {
            Breadth::Two => add(Key::Scoped(old, scope), 2),
            Breadth::AllOfTheseAffixes if !prefix.is_empty() => {
                [prefix, ""].into_iter().for_each(|prefix| add(Key::Prefixed(old, scope, prefix), usize::MAX));
            }
            Breadth::AllOfTheseAffixes if !suffix.is_empty() => {
                [suffix, ""].into_iter().for_each(|suffix| add(Key::Suffixed(old, scope, suffix), usize::MAX));
            }
            Breadth::AllOfTheseAffixes => add(Key::Scoped(old, scope), usize::MAX),
        }
    }
}

/// How much is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Breadth {
    /// Enough to see whether there is more than one.
    Two,
    /// All, but for those whose prefixes and suffixes cannot agree with the referrer's.
    AllOfTheseAffixes,
}

/// What an empty list of prefixes, or of suffixes, agrees with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Empty {
    AgreesWithAll,
    AgreesWithEmpty,
}

/// kustomize: Resource.PrefixesSuffixesEquals.
fn affixes_agree(a: &Resource, b: &Resource, empty: Empty) -> bool {
    let agree = |a: &[CompactString], b: &[CompactString]| {
        let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
        match short {
            [] => empty == Empty::AgreesWithAll || long.is_empty(),
            _ => long.ends_with(short),
        }
    };
    agree(&a.prefixes, &b.prefixes) && agree(&a.suffixes, &b.suffixes)
}

/// The namespaces of the ServiceAccounts among the `subjects` of a RoleBinding. kustomize:
/// getNamespacesForRoleBinding.
fn account_namespaces(node: &Node) -> Result<Vec<CompactString>> {
    let mut namespaces: Vec<CompactString> = Vec::new();
    let subjects = node.get("subjects").and_then(Node::as_sequence);
    for subject in subjects.into_iter().flat_map(|list| list.iter()) {
        let Some(fields) = subject.as_mapping() else {
            return Err(Diagnostic::new("role-binding-subject", "a subject of a RoleBinding has to be a mapping")
                .at(subject.span));
        };
        let Some(namespace) = fields.get("namespace") else { continue };
        if fields.get("kind").and_then(Node::text) != Some("ServiceAccount") {
            continue;
        }
        match namespace.as_scalar() {
            Some(scalar) if scalar.resolved(yaml::Schema::V3) == Resolved::Str => {
                if !namespaces.contains(&scalar.text) {
                    namespaces.push(scalar.text.clone());
                }
            }
            _ => {
                return Err(Diagnostic::new(
                    "role-binding-subject",
                    "the namespace of a ServiceAccount has to be a text",
                )
                .at(namespace.span)
                .help("name the namespace, or leave the field out"));
            }
        }
    }
    Ok(namespaces)
}

/// The type that `roleRef` names, where it names group and kind. kustomize: getRoleRefGvk.
fn role_of(node: &Node) -> Option<Gvk> {
    let role = node.get("roleRef")?;
    let text = |key| role.get(key).map(|value| value.text().unwrap_or_default());
    Some(Gvk::new(text("apiGroup")?, "", text("kind")?))
}

/// Writes over a scalar unless it has that text. True where it has twins.
fn set_text(node: &mut Node, text: &str, span: Span) -> Result<bool> {
    if node.text() == Some(text) || text.is_empty() {
        return Ok(false);
    }
    set_scalar(node, text, Tag::Open, span)?;
    Ok(node.twin.is_written())
}

/// Sets a field of a mapping. True where it has twins.
fn set_field(node: &mut Node, key: &str, text: &str, span: Span) -> Result<bool> {
    let Some(mapping) = node.as_mapping_mut() else { return Ok(false) };
    match mapping.get_mut(key) {
        // Go: an empty text is no value, and setting no value clears the field.
        _ if text.is_empty() => {
            mapping.remove(key);
            Ok(false)
        }
        Some(old) if old.text() == Some(text) => Ok(false),
        Some(old) => {
            // Go: FieldSetter takes the place of whatever is there, and only keeps a style.
            let style = old.as_scalar().map_or(Style::Plain, |scalar| scalar.style);
            old.overwrite(Node::new(Scalar { text: text.into(), tag: Tag::Open, style }, span));
            Ok(old.twin.is_written())
        }
        None => {
            // Go: what YAML 1.1 would not read as text is quoted.
            mapping.push(Node::plain(key, span), Node::string(text, span));
            Ok(false)
        }
    }
}

fn ambiguous(old: &str, span: Span, found: &[&Candidate]) -> Box<Diagnostic> {
    let ids: Vec<String> = found.iter().map(|candidate| format!("`{}`", candidate.id())).collect();
    let message = format!("the name `{old}` may mean several resources: {}", ids.join(", "));
    let error = Diagnostic::new("ambiguous-name-reference", message).label(span, "referred to here");
    let error = found.iter().fold(error, |error, candidate| error.label(candidate.name_span, "may be this one"));
    error.help("tell them apart by namespace, prefix or suffix, or give one of them another name")
}
