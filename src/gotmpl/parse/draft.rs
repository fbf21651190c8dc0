//! A template while it is read.

use std::cell::Cell;
use std::rc::Rc;

use hashbrown::HashMap;

use super::super::ast::{Branch, DOLLAR, Name, Node, NodeId, NodeKind, Tree, VarId};
use super::super::lex::Token;
use crate::base::SourceId;

pub(super) struct Draft {
    pub name: Name,
    nodes: Vec<Node>,
    variables: Vec<Box<[u8]>>,
    numbers: HashMap<Box<[u8]>, VarId>,
    /// The variables that are known at this point.
    pub scope: Vec<VarId>,
    /// Where the innermost action starts.
    pub action_at: Option<u32>,
    pub range_depth: usize,
    pub paren_depth: usize,
}

impl Draft {
    pub fn new(name: Name) -> Draft {
        Draft {
            name,
            nodes: Vec::new(),
            variables: vec![Box::from(*b"$")],
            numbers: HashMap::new(),
            scope: vec![DOLLAR],
            action_at: None,
            range_depth: 0,
            paren_depth: 0,
        }
    }

    pub fn node(&mut self, pos: u32, start: u32, end: u32, kind: NodeKind) -> NodeId {
        self.nodes.push(Node { pos, start, end, kind });
        (self.nodes.len() - 1) as NodeId
    }

    pub fn node_of(&mut self, token: Token, kind: NodeKind) -> NodeId {
        self.node(token.start, token.start, token.end, kind)
    }

    pub fn list(&mut self, start: u32, nodes: Vec<NodeId>) -> NodeId {
        let end = nodes.last().map_or(start, |last| self.get(*last).end);
        self.node(start, start, end, NodeKind::List(nodes.into()))
    }

    pub fn get(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }

    pub fn get_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id as usize]
    }

    /// The number of a variable's name.
    pub fn variable(&mut self, name: &[u8]) -> VarId {
        if name == b"$" {
            return DOLLAR;
        }
        let next = self.variables.len() as VarId;
        *self.numbers.entry_ref(name).or_insert_with(|| {
            self.variables.push(name.into());
            next
        })
    }

    pub fn into_tree(self, root: NodeId, file: Rc<str>, source: SourceId, text: Rc<[u8]>) -> Tree {
        let is_empty = match &self.get(root).kind {
            NodeKind::List(nodes) => nodes.iter().all(|id| self.is_white_space(*id, &text)),
            _ => false,
        };
        let Draft { name, nodes, variables, .. } = self;
        Tree { name, file, source, text, nodes, root, variables, is_empty, included: Cell::default() }
    }

    fn is_white_space(&self, id: NodeId, text: &[u8]) -> bool {
        let node = self.get(id);
        let text = &text[node.start as usize..node.end as usize];
        matches!(node.kind, NodeKind::Text) && std::str::from_utf8(text).is_ok_and(|text| text.trim().is_empty())
    }
}

impl Branch {
    pub(super) fn boxed(pipe: NodeId, list: NodeId, otherwise: Option<NodeId>) -> Box<Branch> {
        Box::new(Branch { pipe, list, otherwise })
    }
}
