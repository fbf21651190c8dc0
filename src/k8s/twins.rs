//! Nodes that change together.
//!
//! kustomize's label and annotation transformers put one and the same node of memory in every
//! place of an object where a label is new. What is written over one of these places later, by
//! an overlay's labels, a strategic merge patch, a replacement, a var, is therefore written over
//! all: `labels: {app: b}` without selectors, over a base with `commonLabels: {app: a}`, changes
//! the selectors too. Repositories rely on it without knowing.
//!
//! What makes an object anew breaks the ties: JSON patches, functions and other plugins outside
//! the process, a deep copy.
//!
//! **Invariant:** ties stand between nodes of one object; numbers mean nothing outside of it.
//! **Not here:** who ties and who overwrites ([`Node::overwrite`]).

use super::resource::Resource;
use crate::yaml::{Node, Twin, Value};

/// How many ties an object has seen, and how many of them do not hold any more.
#[derive(Clone, Copy, Debug, Default)]
pub struct Twins {
    last: u32,
    forgotten: u32,
}

impl Resource {
    /// `count` fresh ties, numbered from the one that is returned.
    pub fn new_twins(&mut self, count: u32) -> u32 {
        let first = self.twins.last + 1;
        self.twins.last += count;
        first
    }

    pub fn has_twins(&self) -> bool {
        self.twins.last > self.twins.forgotten
    }

    /// For what makes the object anew in the reference tool: from now on each node is its own.
    pub fn forget_twins(&mut self) {
        self.twins.forgotten = self.twins.last;
    }

    /// kustomize: SetAnnotations makes all entries anew.
    pub fn untwin_annotations(&mut self) {
        let annotations = self.node.lookup_mut(&["metadata", "annotations"]).and_then(Node::as_mapping_mut);
        annotations.into_iter().flat_map(|m| m.iter_mut()).for_each(|(_, value)| value.twin = Twin::NONE);
    }

    /// Gives what was written over a node to its twins. To be called by who overwrites scalars
    /// that somebody else made, after each step. Costs nothing where no ties are, else a walk.
    pub fn settle_twins(&mut self) {
        if !self.has_twins() {
            return;
        }
        let mut written = Vec::new();
        collect_written(&mut self.node, self.twins.forgotten, &mut written);
        if !written.is_empty() {
            write_over(&mut self.node, &written);
        }
    }
}

fn collect_written(node: &mut Node, forgotten: u32, written: &mut Vec<(Twin, Node)>) {
    if node.twin.is_written() {
        node.twin = Twin::numbered(node.twin.number());
        if node.twin.number() > forgotten {
            let copy = node.clone();
            // The last word counts.
            written.retain(|(twin, _)| *twin != node.twin);
            written.push((node.twin, copy));
        }
    }
    match &mut node.value {
        Value::Scalar(_) => {}
        Value::Sequence(s) => s.iter_mut().for_each(|item| collect_written(item, forgotten, written)),
        Value::Mapping(m) => m.iter_mut().for_each(|(_, value)| collect_written(value, forgotten, written)),
    }
}

fn write_over(node: &mut Node, written: &[(Twin, Node)]) {
    if node.twin != Twin::NONE
        && let Some((_, new)) = written.iter().find(|(twin, _)| *twin == node.twin)
    {
        node.value = new.value.clone();
        node.span = new.span;
    }
    match &mut node.value {
        Value::Scalar(_) => {}
        Value::Sequence(s) => s.iter_mut().for_each(|item| write_over(item, written)),
        Value::Mapping(m) => m.iter_mut().for_each(|(_, value)| write_over(value, written)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Span;

    fn tied(text: &str, number: u32) -> Node {
        let mut node = Node::string(text, Span::NOWHERE);
        node.twin = Twin::numbered(number);
        node
    }

    fn resource() -> Resource {
        let mut node = Node::mapping(Span::NOWHERE);
        let mapping = node.as_mapping_mut().expect("just made");
        mapping.set("a", tied("x", 1));
        mapping.set("b", tied("x", 1));
        mapping.set("c", tied("x", 2));
        let mut resource = Resource::new(node);
        resource.new_twins(2);
        resource
    }

    fn texts(resource: &Resource) -> Vec<&str> {
        ["a", "b", "c"].into_iter().filter_map(|key| resource.node.get(key)?.text()).collect()
    }

    #[test]
    fn what_is_written_over_one_is_written_over_its_twins() {
        let mut resource = resource();
        resource.node.get_mut("b").expect("set above").overwrite(Node::string("y", Span::NOWHERE));
        resource.settle_twins();
        assert_eq!(texts(&resource), ["y", "y", "x"]);
    }

    #[test]
    fn forgotten_ties_do_not_hold_and_copies_have_none() {
        let mut first = resource();
        first.forget_twins();
        let mut second = resource();
        second.node = second.node.clone();
        for mut resource in [first, second] {
            resource.node.get_mut("b").expect("set above").overwrite(Node::string("y", Span::NOWHERE));
            resource.settle_twins();
            assert_eq!(texts(&resource), ["x", "y", "x"]);
        }
    }
}
