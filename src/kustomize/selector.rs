//! Which objects a patch is for.
//!
//! Group, version, kind, name and namespace are regular expressions that match as a whole; name and
//! namespace match the original or the present one. Labels and annotations are asked by
//! Kubernetes' selectors. Source: api/types/selector.go, Select in api/resmap/reswrangler.go.
//!
//! **Invariant:** with a kind and a name that are plain texts only the objects of that kind and name
//! are looked at.
//! **Not here:** the selectors of replacements, which are no regular expressions.

use super::kustomization::{Selector, Text};
use crate::base::Result;
use crate::base::regexp::Pattern;
use crate::k8s::{LabelSelector, ResMap, Resource, Schema};

/// A selector that is ready to be asked.
#[derive(Debug)]
pub struct Target {
    group: Option<Pattern>,
    version: Option<Pattern>,
    kind: Option<Pattern>,
    name: Option<Pattern>,
    namespace: Option<Pattern>,
    labels: Requirements,
    annotations: Requirements,
}

/// A selector of labels or annotations. kustomize: it is read once there is something to ask it
/// about, so a mistake in it comes out only then.
#[derive(Debug)]
struct Requirements {
    parsed: Result<LabelSelector>,
}

impl Target {
    /// Error: a pattern that is no regular expression.
    pub fn new(selector: &Selector) -> Result<Target> {
        let pattern = |pattern: &str| match pattern {
            "" => Ok(None),
            _ => Pattern::whole(pattern).map(Some).map_err(|error| error.at(selector.span)),
        };
        let at = |text: &Text| match &text[..] {
            "" => Ok(None),
            pattern => Pattern::whole(pattern).map(Some).map_err(|error| error.at(text.span)),
        };
        Ok(Target {
            group: pattern(&selector.gvk.group)?,
            version: pattern(&selector.gvk.version)?,
            kind: pattern(&selector.gvk.kind)?,
            name: at(&selector.name)?,
            namespace: at(&selector.namespace)?,
            labels: Requirements::of(&selector.label_selector),
            annotations: Requirements::of(&selector.annotation_selector),
        })
    }

    /// The positions of the objects that are selected, ascending. Error: a selector of labels or
    /// annotations that is needed and cannot be read.
    pub fn select(&self, resources: &mut ResMap, schema: &Schema) -> Result<Vec<usize>> {
        let (kind, name) = (self.kind.as_ref(), self.name.as_ref());
        if let (Some(kind), Some(name)) = (kind.and_then(Pattern::literal), name.and_then(Pattern::literal)) {
            return self.pick(resources.candidates(kind, name), schema);
        }
        self.pick(resources.iter().enumerate(), schema)
    }

    fn pick<'r>(&self, all: impl Iterator<Item = (usize, &'r Resource)>, schema: &Schema) -> Result<Vec<usize>> {
        let mut picked = Vec::new();
        for (at, resource) in all {
            if self.selects(resource, schema)? {
                picked.push(at);
            }
        }
        Ok(picked)
    }

    fn selects(&self, resource: &Resource, schema: &Schema) -> Result<bool> {
        let id = resource.id(schema);
        let is_kind =
            takes(&self.kind, id.kind) && takes(&self.version, id.version()) && takes(&self.group, id.group());
        if !is_kind {
            return Ok(false);
        }
        let original = resource.original_id(schema);
        let is_named = takes(&self.name, original.name) || takes(&self.name, id.name);
        let is_there =
            takes(&self.namespace, original.effective_namespace()) || takes(&self.namespace, id.effective_namespace());
        Ok(is_named
            && is_there
            && self.labels.select(resource, "labels")?
            && self.annotations.select(resource, "annotations")?)
    }
}

fn takes(pattern: &Option<Pattern>, text: &str) -> bool {
    pattern.as_ref().is_none_or(|pattern| pattern.is_match(text))
}

impl Requirements {
    fn of(text: &Text) -> Requirements {
        Requirements { parsed: LabelSelector::parse(text, text.span) }
    }

    fn select(&self, resource: &Resource, of: &str) -> Result<bool> {
        let selector = self.parsed.as_ref().map_err(Clone::clone)?;
        let map = resource.node.lookup(&["metadata", of]);
        Ok(selector.matches(|key| map.and_then(|map| map.get(key)).map(|value| value.text().unwrap_or_default())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Span;
    use crate::k8s::Gvk;
    use crate::yaml::{Mapping, Node};

    fn resource(kind: &str, name: &str, namespace: &str) -> Resource {
        let text = |text: &str| Node::string(text, Span::NOWHERE);
        let mut metadata = Mapping::default();
        metadata.set("name", text(name));
        if !namespace.is_empty() {
            metadata.set("namespace", text(namespace));
        }
        let mut node = Mapping::default();
        node.set("apiVersion", text("v1"));
        node.set("kind", text(kind));
        node.set("metadata", Node::new(metadata, Span::NOWHERE));
        Resource::new(Node::new(node, Span::NOWHERE))
    }

    fn selected(kind: &str, name: &str, namespace: &str) -> Vec<usize> {
        let schema = Schema::default();
        let mut renamed = resource("Service", "web", "");
        renamed.store_previous_id(&schema);
        renamed.set_name("pre-web", Span::NOWHERE);
        let list = vec![
            resource("ConfigMap", "web", ""),
            renamed,
            resource("Namespace", "web", ""),
            resource("Service", "web-2", "shop"),
        ];
        let selector = Selector {
            gvk: Gvk::new("", "", kind),
            name: Text::new(name, Span::NOWHERE),
            namespace: Text::new(namespace, Span::NOWHERE),
            ..Selector::default()
        };
        Target::new(&selector)
            .expect("patterns are right")
            .select(&mut ResMap::from_list(list), &schema)
            .expect("no selectors")
    }

    // Expectations from kustomize 5.8.1.
    #[test]
    fn names_match_as_a_whole_and_by_any_name_they_had() {
        assert_eq!(selected("", "web", ""), [0, 1, 2]);
        assert_eq!(selected("Service", "web", ""), [1]);
        assert_eq!(selected("Service", "pre-web", ""), [1]);
        assert!(selected("Service", "pre", "").is_empty());
        assert_eq!(selected("Ser.*", "web.*", ""), [1, 3]);
        assert_eq!(selected("", "", "default"), [0, 1]);
        assert_eq!(selected("", "", "shop|default"), [0, 1, 3]);
        assert_eq!(selected("", "", ""), [0, 1, 2, 3]);
    }
}
