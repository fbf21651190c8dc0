//! `images` and the ImageTagTransformer plugin: other names, tags and digests for images.
//!
//! kustomize looks twice: at all `image` fields of items of `containers` and `initContainers`, at
//! any depth of any object, and at what the field specs lead to. A field that is found both ways is
//! changed twice, which shows with `tagSuffix`. kustomize: api/filters/imagetag.
//!
//! **Not here:** what becomes of one image's name (`reference`).

mod reference;

use super::WORTH_A_THREAD;
use crate::base::{Result, Span, parallel};
use crate::k8s::{ResMap, Resource};
use crate::kustomize::fieldspec::{set_scalar, wrong_kind};
use crate::kustomize::fieldspecs::FieldSpecs;
use crate::kustomize::kustomization::Image;
use crate::yaml::{Node, Tag, Value};
use reference::Rule;
pub use reference::split;

/// Changes the images that the entries name, one entry after the other.
///
/// Errors: an image that is not a plain value; an item of a list of containers that is not a
/// mapping; a name that is not a regular expression.
pub fn images(resources: &mut ResMap, images: &[Image], specs: &FieldSpecs) -> Result<()> {
    let rules = images.iter().map(Rule::new).collect::<Result<Vec<_>>>()?;
    parallel::for_each(resources.list_mut_same_ids(), WORTH_A_THREAD, |resource| change_images(resource, &rules, specs))
}

/// Entries are applied to a field one after the other, each once for every way in which the field is
/// found; so it is enough to walk the object once, knowing how often the field specs will come by.
fn change_images(resource: &mut Resource, rules: &[Rule], specs: &FieldSpecs) -> Result<()> {
    if resource.kind() == "CustomResourceDefinition" {
        return Ok(());
    }
    let Some(asked) = rules.first().map(|rule| rule.asked) else { return Ok(()) };
    let mut by_specs = Vec::new();
    visit_specs(resource, specs, asked, &mut |node| {
        let text = image_text(node, asked)?;
        if rules.iter().any(|rule| rule.matches(text)) {
            by_specs.push(place_of(node));
        }
        Ok(())
    })?;
    let mut change = Change { rules, by_specs, wrote_twin: false };
    change.in_containers(&mut resource.node)?;
    let Change { mut by_specs, wrote_twin, .. } = change;
    if !by_specs.is_empty() {
        visit_specs(resource, specs, asked, &mut |node| {
            let times = take_all(&mut by_specs, place_of(node));
            apply(node, rules, times)
        })?;
    }
    if wrote_twin {
        resource.settle_twins();
    }
    Ok(())
}

fn visit_specs(
    resource: &mut Resource,
    specs: &FieldSpecs,
    asked: Span,
    visit: &mut dyn FnMut(&mut Node) -> Result<()>,
) -> Result<()> {
    for spec in specs.for_kind(resource.kind()) {
        if spec.matches_version(resource.api_version()) {
            spec.apply(resource, None, asked, visit)?;
        }
    }
    Ok(())
}

/// Tells nodes of a tree apart that is not rebuilt in between.
fn place_of(node: &Node) -> usize {
    std::ptr::from_ref(node).addr()
}

/// Removes a place and says how often it was there.
fn take_all(places: &mut Vec<usize>, place: usize) -> usize {
    let before = places.len();
    places.retain(|other| *other != place);
    before - places.len()
}

struct Change<'r> {
    rules: &'r [Rule<'r>],
    /// Fields that the specs lead to and that some rule changes, once for each spec.
    by_specs: Vec<usize>,
    wrote_twin: bool,
}

impl Change<'_> {
    /// kustomize: LegacyFilter.
    fn in_containers(&mut self, node: &mut Node) -> Result<()> {
        match &mut node.value {
            Value::Scalar(_) => Ok(()),
            Value::Sequence(items) => items.iter_mut().try_for_each(|item| self.in_containers(item)),
            Value::Mapping(mapping) => mapping.iter_mut().try_for_each(|(key, value)| {
                self.in_containers(value)?;
                match (key.text(), &mut value.value) {
                    (Some("containers" | "initContainers"), Value::Sequence(items)) => {
                        items.iter_mut().try_for_each(|item| self.container(item))
                    }
                    _ => Ok(()),
                }
            }),
        }
    }

    fn container(&mut self, item: &mut Node) -> Result<()> {
        let asked = self.rules.first().map_or(Span::NOWHERE, |rule| rule.asked);
        if item.is_null() {
            return Ok(());
        }
        let Value::Mapping(container) = &mut item.value else {
            return Err(wrong_kind(item, "a container", asked));
        };
        let Some(image) = container.get_mut("image") else { return Ok(()) };
        image_text(image, asked)?;
        let times = 1 + take_all(&mut self.by_specs, place_of(image));
        apply(image, self.rules, times)?;
        self.wrote_twin |= image.twin.is_written();
        Ok(())
    }
}

fn image_text(node: &Node, asked: Span) -> Result<&str> {
    node.text().ok_or_else(|| wrong_kind(node, "an image", asked))
}

/// Applies each rule so many times in turn.
fn apply(node: &mut Node, rules: &[Rule], times: usize) -> Result<()> {
    for rule in rules {
        for _ in 0..times {
            if let Some(new) = rule.change(image_text(node, rule.asked)?) {
                set_scalar(node, &new, Tag::Open, rule.asked)?;
            }
        }
    }
    Ok(())
}
