//! A template as a tree.
//!
//! The nodes of a tree stand in one list and name each other by number: a tree of any depth is dropped without
//! recursion, and a place in it is a number. Names and texts stay in the source text.
//!
//! **Invariant:** node numbers within a tree are of that tree; children stand before their parents.
//! **Not here:** how trees come to be ([`super::parse`]).

use std::cell::Cell;
use std::rc::Rc;

use super::func::Func;
use super::literal::Number;
use super::value::Str;
use crate::base::{SourceId, Span};

/// The name of a template.
pub(super) type Name = Rc<[u8]>;

/// A node of a [`Tree`], by its number.
pub(super) type NodeId = u32;

/// The number of a variable's name in its tree. `$` is [`DOLLAR`].
pub(super) type VarId = u32;

pub(super) const DOLLAR: VarId = 0;

/// One template.
pub(super) struct Tree {
    pub name: Name,
    /// The name of the file that it was read from, for errors.
    pub file: Rc<str>,
    pub source: SourceId,
    pub text: Rc<[u8]>,
    pub nodes: Vec<Node>,
    /// A list.
    pub root: NodeId,
    /// The names of variables with their dollar signs.
    pub variables: Vec<Box<[u8]>>,
    /// There is nothing in it but white space.
    pub is_empty: bool,
    /// How often it is being included now.
    pub included: Cell<u32>,
}

pub(super) struct Node {
    /// Go's position, which lines and columns in errors tell: of chains of fields it is the second field.
    pub pos: u32,
    pub start: u32,
    pub end: u32,
    pub kind: NodeKind,
}

pub(super) enum NodeKind {
    List(Box<[NodeId]>),
    Text,
    /// The pipeline.
    Action(NodeId),
    Pipe(Box<Pipe>),
    Command(Box<[NodeId]>),
    Function(Callee),
    Variable(VarId, Box<[Field]>),
    Field(Box<[Field]>),
    /// Fields of what another node gives.
    Chain(NodeId, Box<[Field]>),
    Dot,
    Nil,
    Bool(bool),
    Number(Box<Number>),
    String(Str),
    If(Box<Branch>),
    Range(Box<Branch>),
    With(Box<Branch>),
    Break,
    Continue,
    Template(Name, Option<NodeId>),
}

pub(super) struct Pipe {
    /// Variables that are declared or assigned.
    pub variables: Vec<VarId>,
    pub is_assignment: bool,
    pub commands: Vec<NodeId>,
}

pub(super) struct Branch {
    pub pipe: NodeId,
    pub list: NodeId,
    pub otherwise: Option<NodeId>,
}

/// The place of a field's name, without its dot.
#[derive(Clone, Copy)]
pub(super) struct Field {
    pub start: u32,
    pub end: u32,
}

/// What is called.
#[derive(Clone, Copy)]
pub(super) enum Callee {
    /// Go's own `and` and `or`, which evaluate no more arguments than they need.
    And,
    Or,
    /// Go's own `call`.
    Call,
    Func(&'static Func),
}

impl Tree {
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }

    pub fn pipe(&self, id: NodeId) -> &Pipe {
        match &self.node(id).kind {
            NodeKind::Pipe(pipe) => pipe,
            _ => unreachable!("the parser puts pipelines there"),
        }
    }

    /// The text between two offsets.
    pub fn slice(&self, start: u32, end: u32) -> &[u8] {
        &self.text[start as usize..end as usize]
    }

    pub fn field(&self, field: Field) -> &[u8] {
        self.slice(field.start, field.end)
    }

    pub fn span(&self, id: NodeId) -> Span {
        let node = self.node(id);
        if self.source == SourceId::NONE {
            return Span::NOWHERE;
        }
        Span { source: self.source, start: node.start, end: node.end }
    }

    /// Go: ErrorContext. The line from 1 and the column in bytes from 0.
    pub fn location(&self, id: NodeId) -> (usize, usize) {
        let before = &self.text[..self.node(id).pos as usize];
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        (memchr::memchr_iter(b'\n', before).count() + 1, before.len() - line_start)
    }

    /// Go: Node.String, for the nodes that errors speak of.
    pub fn print(&self, id: NodeId) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out, id);
        out
    }

    fn write(&self, out: &mut Vec<u8>, id: NodeId) {
        let node = self.node(id);
        match &node.kind {
            NodeKind::Action(pipe) => {
                out.extend_from_slice(b"{{");
                self.write(out, *pipe);
                out.extend_from_slice(b"}}");
            }
            NodeKind::Pipe(pipe) => self.write_pipe(out, pipe),
            NodeKind::Command(words) => {
                for (at, word) in words.iter().enumerate() {
                    if at > 0 {
                        out.push(b' ');
                    }
                    self.write_in_parens(out, *word);
                }
            }
            NodeKind::Chain(inner, fields) => {
                self.write_in_parens(out, *inner);
                for field in fields {
                    out.push(b'.');
                    out.extend_from_slice(self.field(*field));
                }
            }
            NodeKind::Template(name, pipe) => {
                out.extend_from_slice(b"{{template ");
                out.extend_from_slice(super::fmt::quote(name).as_bytes());
                if let Some(pipe) = pipe {
                    out.push(b' ');
                    self.write(out, *pipe);
                }
                out.extend_from_slice(b"}}");
            }
            NodeKind::Break => out.extend_from_slice(b"{{break}}"),
            NodeKind::Continue => out.extend_from_slice(b"{{continue}}"),
            NodeKind::If(branch) | NodeKind::Range(branch) | NodeKind::With(branch) => self.write(out, branch.pipe),
            // What is one word prints as it was written.
            _ => out.extend_from_slice(self.slice(node.start, node.end)),
        }
    }

    fn write_pipe(&self, out: &mut Vec<u8>, pipe: &Pipe) {
        for (at, variable) in pipe.variables.iter().enumerate() {
            if at > 0 {
                out.extend_from_slice(b", ");
            }
            out.extend_from_slice(&self.variables[*variable as usize]);
        }
        if !pipe.variables.is_empty() {
            out.extend_from_slice(if pipe.is_assignment { b" = " } else { b" := " });
        }
        for (at, command) in pipe.commands.iter().enumerate() {
            if at > 0 {
                out.extend_from_slice(b" | ");
            }
            self.write(out, *command);
        }
    }

    /// Pipelines among the words of a command are in parentheses.
    fn write_in_parens(&self, out: &mut Vec<u8>, id: NodeId) {
        if matches!(self.node(id).kind, NodeKind::Pipe(_)) {
            out.push(b'(');
            self.write(out, id);
            out.push(b')');
        } else {
            self.write(out, id);
        }
    }
}
