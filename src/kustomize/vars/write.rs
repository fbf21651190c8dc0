//! Values of vars, written to the fields that name them.
//!
//! kustomize: refvar.Filter (api/filters/refvar/refvar.go), MakePrimitiveReplacer.

use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::expand::{Expanded, expand};
use super::{Content, VarValue};
use crate::base::{Diagnostic, Result, Span};
use crate::k8s::{ResMap, Resource};
use crate::kustomize::fieldspecs::FieldSpecs;
use crate::kustomize::path_forest::PathForest;
use crate::yaml::{Node, Scalar, Style, Tag, Value};

pub(super) struct Replacer {
    values: BTreeMap<String, VarValue>,
    used: BTreeSet<String>,
    /// Vars that a text names although they cannot stand in a text.
    unfit: BTreeSet<String>,
}

impl Replacer {
    pub fn new(values: BTreeMap<String, VarValue>) -> Replacer {
        Replacer { values, used: BTreeSet::new(), unfit: BTreeSet::new() }
    }

    pub fn replace_all(&mut self, resources: &mut ResMap, specs: &FieldSpecs) -> Result<()> {
        let mut forests: HashMap<CompactString, Vec<(CompactString, PathForest)>, FixedState> = HashMap::default();
        for resource in resources.list_mut() {
            let outcome = if resource.has_twins() {
                self.replace_one_by_one(resource, specs)
            } else {
                let (kind, api_version) = (resource.kind(), resource.api_version());
                let of_kind = forests.entry_ref(kind).or_default();
                let at = of_kind.iter().position(|(version, _)| version == api_version).unwrap_or_else(|| {
                    let paths = specs.compiled().iter().filter(|spec| spec.matches(api_version, kind));
                    of_kind.push((api_version.into(), PathForest::new(paths.map(|spec| &spec.path).enumerate())));
                    of_kind.len() - 1
                });
                of_kind[at].1.visit(&mut resource.node, &mut |_, field| self.replace(field))
            };
            outcome.map_err(|error| {
                error.within(format!("replacing vars in {} `{}`", resource.kind(), resource.name()))
            })?;
        }
        Ok(())
    }

    /// What is written over one field is looked at again in its twins.
    fn replace_one_by_one(&mut self, resource: &mut Resource, specs: &FieldSpecs) -> Result<()> {
        let (api_version, kind) = (resource.api_version().to_string(), resource.kind().to_string());
        for spec in specs.compiled().iter().filter(|spec| spec.matches(&api_version, &kind)) {
            spec.apply(resource, None, Span::NOWHERE, &mut |field| self.replace(field))?;
        }
        Ok(())
    }

    fn replace(&mut self, field: &mut Node) -> Result<()> {
        match &mut field.value {
            Value::Scalar(_) => {
                self.replace_text(field);
                Ok(())
            }
            Value::Sequence(items) => items.iter_mut().try_for_each(|item| {
                if self.replace_text(item) {
                    return Ok(());
                }
                Err(Diagnostic::new("var-reference", "a list that may hold vars must hold texts and nothing else")
                    .at(item.span)
                    .help("put the value in quotes"))
            }),
            Value::Mapping(mapping) => mapping.iter_mut().try_for_each(|(key, value)| {
                if !is_text(key) {
                    return Err(Diagnostic::new(
                        "var-reference",
                        "a mapping that may hold vars must have texts as keys",
                    )
                    .at(key.span)
                    .help("put the key in quotes"));
                }
                self.replace_text(value);
                Ok(())
            }),
        }
    }

    /// False where the node is no text.
    fn replace_text(&mut self, node: &mut Node) -> bool {
        let Some(scalar) = node.as_scalar_mut() else { return false };
        if !matches!(scalar.tag, Tag::Str | Tag::Open) {
            return false;
        }
        let expanded = expand(&scalar.text, |name| {
            let (name, value) = self.values.get_key_value(name)?;
            if let Content::Structure(_) = value.content {
                self.unfit.insert(name.clone());
                return None;
            }
            if !self.used.contains(name) {
                self.used.insert(name.clone());
            }
            Some(value)
        });
        let new = match expanded {
            Expanded::Unchanged => {
                // kustomize: what was looked at is a text from now on, whatever it reads like.
                (scalar.tag, scalar.style) = (Tag::Str, Style::Plain);
                return true;
            }
            Expanded::Text(text) => Node::string(text, node.span),
            Expanded::Value(value) => value.content.node(value.span),
        };
        node.overwrite(new);
        true
    }

    /// What is to be said in the end.
    pub fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = Vec::new();
        for name in &self.unfit {
            let Some(VarValue { content: Content::Structure(kind), .. }) = self.values.get(name) else { continue };
            notes.push(format!("the var {name} is a {kind}, which cannot stand in a text"));
        }
        let unused: Vec<&str> =
            self.values.keys().filter(|name| !self.used.contains(*name)).map(String::as_str).collect();
        if !unused.is_empty() {
            notes.push(format!("well-defined vars that were never replaced: {}", unused.join(",")));
        }
        notes
    }
}

/// Go: IsYNodeString.
fn is_text(node: &Node) -> bool {
    node.as_scalar().is_some_and(|scalar| matches!(scalar.tag, Tag::Str | Tag::Open))
}

impl Content {
    /// kustomize: updateNodeValue.
    fn node(&self, span: Span) -> Node {
        let (text, tag) = match self {
            Content::Text(text) => (text.clone(), Tag::Str),
            Content::Int(int) => (int.to_string().into(), Tag::Int),
            Content::Float(float) => (float.to_string().into(), Tag::Float),
            Content::Bool(truth) => (truth.to_string().into(), Tag::Bool),
            Content::Structure(_) => (CompactString::default(), Tag::Null),
        };
        Node::new(Scalar { text, tag, style: Style::Plain }, span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> BTreeMap<String, VarValue> {
        let values = [
            ("T", Content::Text("text".into())),
            ("I", Content::Int(-5)),
            ("F", Content::Float(1.5)),
            ("G", Content::Float(3.0)),
            ("H", Content::Float(12345678.0)),
            ("B", Content::Bool(true)),
            ("M", Content::Structure("mapping")),
            ("L", Content::Text("a\nb".into())),
            ("E", Content::Text("".into())),
            ("N", Content::Text("12".into())),
            ("S", Content::Text("$(T)".into())),
            ("é", Content::Text("e".into())),
        ];
        values
            .into_iter()
            .map(|(name, content)| (name.to_string(), VarValue { content, span: Span::NOWHERE }))
            .collect()
    }

    /// A text, and the tag and text of what becomes of it. From a run of refvar.Filter of kustomize 5.8.1.
    #[rustfmt::skip]
    const CASES: [(&str, Tag, &str); 46] = [
        ("", Tag::Str, ""),
        ("plain", Tag::Str, "plain"),
        ("$(T)", Tag::Str, "text"),
        ("a$(T)b", Tag::Str, "atextb"),
        ("$(T)$(T)", Tag::Str, "texttext"),
        ("$(I)", Tag::Int, "-5"),
        ("x$(I)", Tag::Str, "x-5"),
        ("$(F)", Tag::Float, "1.5"),
        ("x$(F)", Tag::Str, "x1.5"),
        ("$(G)", Tag::Float, "3"),
        ("x$(G)", Tag::Str, "x3"),
        ("$(B)", Tag::Bool, "true"),
        ("x$(B)", Tag::Str, "xtrue"),
        ("$(M)", Tag::Str, "$(M)"),
        ("x$(M)", Tag::Str, "x$(M)"),
        ("$(U)", Tag::Str, "$(U)"),
        ("x$(U)y", Tag::Str, "x$(U)y"),
        ("$$(T)", Tag::Str, "$(T)"),
        ("$$$(T)", Tag::Str, "$text"),
        ("$$", Tag::Str, "$"),
        ("$", Tag::Str, "$"),
        ("a$", Tag::Str, "a$"),
        ("$(", Tag::Str, "$("),
        ("$(T", Tag::Str, "$(T"),
        ("a$(T", Tag::Str, "a$(T"),
        ("$()", Tag::Str, "$()"),
        ("$T", Tag::Str, "$T"),
        ("$(T)$", Tag::Str, "text$"),
        ("$x(T)", Tag::Str, "$x(T)"),
        ("((T))", Tag::Str, "((T))"),
        ("$( T)", Tag::Str, "$( T)"),
        ("$(T) ", Tag::Str, "text "),
        ("$($(T))", Tag::Str, "$($(T))"),
        ("$é", Tag::Str, "JMODqQ=="),
        ("a$é$(T)", Tag::Str, "YSTDg6l0ZXh0"),
        ("$日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語", Tag::Str, "JMOml6XmnKzoqp7ml6XmnKzoqp7ml6XmnKzoqp7ml6XmnKzoqp7ml6XmnKzoqp7ml6XmnK\nzoqp7ml6XmnKzoqp7ml6XmnKzoqp7ml6XmnKzoqp7ml6XmnKzoqp7ml6XmnKzoqp4=\n"),
        ("$(é)", Tag::Str, "e"),
        ("$(L)", Tag::Str, "a\nb"),
        ("x$(L)", Tag::Str, "xa\nb"),
        ("$(E)", Tag::Str, ""),
        ("a$(E)b", Tag::Str, "ab"),
        ("$(N)", Tag::Str, "12"),
        ("$(S)", Tag::Str, "$(T)"),
        ("$$(S)", Tag::Str, "$(S)"),
        ("$(H)", Tag::Float, "12345678"),
        ("x$(H)", Tag::Str, "x1.2345678e+07"),
    ];

    #[test]
    fn texts_become_what_the_reference_makes_of_them() {
        for (text, tag, expected) in CASES {
            let mut node = Node::string(text, Span::NOWHERE);
            Replacer::new(values()).replace(&mut node).expect("a text");
            let scalar = node.as_scalar().expect("a scalar");
            assert_eq!((scalar.tag, scalar.text.as_str()), (tag, expected), "{text:?}");
        }
    }

    #[test]
    fn what_is_not_used_or_does_not_fit_is_said() {
        let mut replacer = Replacer::new(values());
        for text in ["$(M)", "$(T)$(I)$(F)$(G)$(H)$(B)", "$(L)$(E)"] {
            replacer.replace(&mut Node::string(text, Span::NOWHERE)).expect("a text");
        }
        assert_eq!(
            replacer.notes(),
            [
                "the var M is a mapping, which cannot stand in a text",
                "well-defined vars that were never replaced: M,N,S,é",
            ]
        );
    }
}
