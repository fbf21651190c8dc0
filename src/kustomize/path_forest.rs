//! Many field paths of one type of object, followed at once.
//!
//! Name references and vars have dozens of paths for a Deployment, and nearly all of them start
//! alike. Here the paths become trees, so that what they share is walked once.
//!
//! **Invariant:** every field sees its paths in the order in which they were given.
//! **Not here:** what a path is ([`Path`]); which paths are for which type; making missing fields.

use super::fieldspec::{Part, Path, not_a_way};
use crate::base::Result;
use crate::yaml::{Node, Sequence, Tag, Value};

/// Paths, and the number that the caller gave to each.
#[derive(Debug, Default)]
pub struct PathForest {
    /// One after the other: a path that leads through the end of another starts a new tree.
    trees: Vec<Tree>,
}

#[derive(Debug, Default)]
struct Tree {
    /// The numbers of the paths that end here. Where there are some, there are no branches.
    ends: Vec<usize>,
    branches: Vec<Branch>,
}

#[derive(Debug)]
struct Branch {
    part: Part,
    /// The part can be a field's name; what cannot is an error where a mapping is met.
    is_name: bool,
    tree: Tree,
}

/// Up to so many entries are gone through one by one; in larger mappings the keys are looked up.
const WIDE: usize = 24;

impl PathForest {
    pub fn new<'p>(paths: impl IntoIterator<Item = (usize, &'p Path)>) -> PathForest {
        let mut forest = PathForest::default();
        for (number, path) in paths {
            if !forest.trees.last().is_some_and(|tree| tree.takes(path.parts())) {
                forest.trees.push(Tree::default());
            }
            if let Some(tree) = forest.trees.last_mut() {
                tree.add(path.parts(), number);
            }
        }
        forest
    }

    pub fn is_empty(&self) -> bool {
        self.trees.is_empty()
    }

    /// Calls `set` with the number of each path and the fields that are there; they may be null.
    /// Twins are the caller's business.
    ///
    /// Errors: a path leads through a plain value; what `set` says.
    pub fn visit(&self, object: &mut Node, set: Setter) -> Result<()> {
        self.trees.iter().try_for_each(|tree| tree.visit(object, set))
    }
}

pub type Setter<'a> = &'a mut dyn FnMut(usize, &mut Node) -> Result<()>;

impl Tree {
    /// Whether a path can join: it neither ends within another nor leads through the end of one,
    /// and its lists are lists for the others as well.
    fn takes(&self, parts: &[Part]) -> bool {
        match parts.split_first() {
            None => self.branches.is_empty(),
            Some(_) if !self.ends.is_empty() => false,
            Some((part, rest)) => match self.branches.iter().find(|b| b.part.name == part.name) {
                Some(branch) => branch.part == *part && branch.tree.takes(rest),
                None => true,
            },
        }
    }

    fn add(&mut self, parts: &[Part], number: usize) {
        let Some((part, rest)) = parts.split_first() else {
            self.ends.push(number);
            return;
        };
        let at = self.branches.iter().position(|b| b.part == *part).unwrap_or_else(|| {
            let is_name = part.check().is_ok();
            self.branches.push(Branch { part: part.clone(), is_name, tree: Tree::default() });
            self.branches.len() - 1
        });
        self.branches[at].tree.add(rest, number);
    }

    fn visit(&self, node: &mut Node, set: Setter) -> Result<()> {
        for number in &self.ends {
            set(*number, node)?;
        }
        match self.branches.first() {
            Some(first) => self.descend(node, &first.part, set),
            None => Ok(()),
        }
    }

    fn descend(&self, node: &mut Node, wanted: &Part, set: Setter) -> Result<()> {
        match &mut node.value {
            Value::Scalar(scalar) if scalar.tag == Tag::Null => Ok(()),
            Value::Scalar(_) => Err(not_a_way(node, wanted)),
            Value::Sequence(items) => items.iter_mut().try_for_each(|item| self.descend(item, wanted, set)),
            Value::Mapping(mapping) => {
                for branch in self.branches.iter().filter(|branch| !branch.is_name) {
                    branch.part.check()?;
                }
                if mapping.len() > WIDE {
                    let found = |branch: &Branch| mapping.position(&branch.part.name);
                    let places: Vec<_> = self.branches.iter().map(found).collect();
                    for (branch, at) in self.branches.iter().zip(places) {
                        match at.and_then(|at| mapping.value_at_mut(at)) {
                            Some(field) => branch.enter(field, set)?,
                            None => continue,
                        }
                    }
                    return Ok(());
                }
                for (key, field) in mapping.iter_mut() {
                    let Some(key) = key.text() else { continue };
                    if let Some(branch) = self.branches.iter().find(|branch| branch.part.name == key) {
                        branch.enter(field, set)?;
                    }
                }
                Ok(())
            }
        }
    }
}

impl Branch {
    fn enter(&self, field: &mut Node, set: Setter) -> Result<()> {
        if self.part.is_list && field.is_null() {
            field.value = Sequence::default().into();
        }
        self.tree.visit(field, set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Span;
    use crate::yaml::Mapping;

    fn map(entries: Vec<(&str, Node)>) -> Node {
        let mut mapping = Mapping::default();
        entries.into_iter().for_each(|(key, value)| mapping.set(key, value));
        Node::new(mapping, Span::NOWHERE)
    }

    fn list(items: Vec<Node>) -> Node {
        Node::new(Sequence::with_items(items), Span::NOWHERE)
    }

    fn text(text: &str) -> Node {
        Node::string(text, Span::NOWHERE)
    }

    fn visits(paths: &[&str], object: &mut Node) -> Result<Vec<String>> {
        let mut seen = Vec::new();
        let paths: Vec<Path> = paths.iter().map(|path| Path::new(path.to_string())).collect();
        let forest = PathForest::new(paths.iter().enumerate());
        forest.visit(object, &mut |number, node| {
            seen.push(format!("{number}:{}", node.text().unwrap_or(node.kind_name())));
            Ok(())
        })?;
        Ok(seen)
    }

    #[test]
    fn lists_are_entered_and_slashes_may_be_escaped() {
        let mut object = map(vec![
            ("a", list(vec![map(vec![("b", text("1"))]), Node::null(Span::NOWHERE), map(vec![("b", text("2"))])])),
            ("x/y", text("3")),
        ]);
        let seen = visits(&["a/b", "x\\/y", "a/c", "/x\\/y"], &mut object).expect("the paths fit");
        assert_eq!(seen, ["0:1", "0:2", "1:3", "3:3"]);
    }

    #[test]
    fn a_path_through_the_end_of_another_keeps_its_turn() {
        let mut object = map(vec![("a", map(vec![("b", text("1"))]))]);
        let seen = visits(&["a/b", "a", "a/b"], &mut object).expect("the paths fit");
        assert_eq!(seen, ["0:1", "1:mapping", "2:1"]);
    }

    #[test]
    fn null_becomes_a_list_where_the_path_says_so() {
        let mut object = map(vec![("a", Node::null(Span::NOWHERE)), ("b", Node::null(Span::NOWHERE))]);
        assert!(visits(&["a[]/x", "b/x"], &mut object).expect("the paths fit").is_empty());
        assert_eq!(object.get("a").map(Node::kind_name), Some("sequence"));
        assert!(object.get("b").is_some_and(Node::is_null));
    }

    #[test]
    fn a_scalar_on_the_way_is_an_error_that_names_the_path() {
        let mut object = map(vec![("a", text("1"))]);
        let error = visits(&["a/b/c"], &mut object).expect_err("a scalar is in the way");
        assert_eq!(error.message, "expected a mapping or a list that holds `b`");
    }

    #[test]
    fn a_number_is_no_key() {
        let mut object = map(vec![("a", map(vec![("0", text("1"))]))]);
        let error = visits(&["a/0"], &mut object).expect_err("0 is a way into a list");
        assert_eq!(error.code, "field-spec-path");
    }
}
