//! Forests and templates while they are read.

use std::sync::Arc;

use super::super::ast::{DOLLAR, Forest, Name, Node, NodeId, NodeKind, Part, VarId};
use super::super::lex::Token;
use super::Parser;
use crate::base::SourceId;

/// What has so many bytes has about one node.
const BYTES_A_NODE: usize = 16;

/// A template while it is read.
pub(super) struct Draft {
    pub name: Name,
    /// The variables that are known at this point.
    pub scope: Vec<VarId>,
    /// Where the innermost action starts.
    pub action_at: Option<u32>,
    pub range_depth: usize,
    pub paren_depth: usize,
}

impl Draft {
    pub fn new(name: Name) -> Draft {
        Draft { name, scope: vec![DOLLAR], action_at: None, range_depth: 0, paren_depth: 0 }
    }
}

/// One without templates.
pub(super) fn forest(source: SourceId, text: Arc<[u8]>) -> Forest {
    let about = text.len() / BYTES_A_NODE;
    Forest {
        source,
        text,
        nodes: Vec::with_capacity(about),
        ids: Vec::with_capacity(about),
        fields: Vec::with_capacity(about / 4),
        numbers: Vec::new(),
        strings: Vec::with_capacity(about / 8),
        names: Vec::new(),
        variables: vec![Part::default()],
    }
}

impl<'t> Parser<'t> {
    #[inline]
    pub(super) fn node(&mut self, pos: u32, start: u32, end: u32, kind: NodeKind) -> NodeId {
        self.forest.nodes.push(Node { pos, start, end, kind });
        (self.forest.nodes.len() - 1) as NodeId
    }

    #[inline]
    pub(super) fn node_of(&mut self, token: Token, kind: NodeKind) -> NodeId {
        self.node(token.start, token.start, token.end, kind)
    }

    /// Where the last of some nodes ends.
    pub(super) fn end_of(&self, nodes: &[NodeId], start: u32) -> u32 {
        nodes.last().map_or(start, |last| self.forest.node(*last).end)
    }

    /// A list of what is open from a number on.
    pub(super) fn list(&mut self, start: u32, open: usize) -> NodeId {
        let end = self.end_of(&self.open[open..], start);
        let elements = self.close(open);
        self.node(start, start, end, NodeKind::List(elements))
    }

    /// Puts what is open from a number on where it stays.
    pub(super) fn close(&mut self, open: usize) -> Part {
        let start = self.forest.ids.len() as u32;
        self.forest.ids.extend_from_slice(&self.open[open..]);
        self.open.truncate(open);
        Part { start, end: self.forest.ids.len() as u32 }
    }

    /// The number of a variable's name.
    pub(super) fn variable(&mut self, token: Token) -> VarId {
        let text: &'t [u8] = self.slice(token);
        if text == b"$" {
            return DOLLAR;
        }
        let variables = &mut self.forest.variables;
        *self.variables.entry(text).or_insert_with(|| {
            variables.push(Part { start: token.start, end: token.end });
            (variables.len() - 1) as VarId
        })
    }

    /// Whether there is nothing in a list but white space.
    pub(super) fn is_empty(&self, list: NodeId) -> bool {
        match self.forest.node(list).kind {
            NodeKind::List(nodes) => self.forest.ids(nodes).iter().all(|id| self.is_white_space(*id)),
            _ => false,
        }
    }

    fn is_white_space(&self, id: NodeId) -> bool {
        let node = self.forest.node(id);
        let text = self.forest.slice(node.start, node.end);
        matches!(node.kind, NodeKind::Text) && std::str::from_utf8(text).is_ok_and(|text| text.trim().is_empty())
    }
}
