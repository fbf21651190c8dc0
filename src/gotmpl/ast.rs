//! Templates as trees.
//!
//! The nodes of all templates of a text stand in one list and name each other by number, and so do the words of
//! their commands and the fields of their chains: trees of any depth and size are made with a few allocations and
//! dropped without recursion, and a place in one is a number. Names and texts stay in the source text.
//!
//! **Invariant:** numbers within a forest are of that forest; children stand before their parents. A [`Forest`] may
//! go from thread to thread.
//! **Not here:** how trees come to be ([`super::parse`]).

use std::cell::{Cell, OnceCell};
use std::num::NonZeroU32;
use std::rc::Rc;
use std::sync::Arc;

use super::func::Func;
use super::literal::Number;
use super::parse::{Parsed, Root};
use super::value::Str;
use crate::base::{SourceId, Span, bytes};

/// The name of a template.
pub(super) type Name = Arc<[u8]>;

/// A node of a [`Forest`], by its number.
pub(super) type NodeId = u32;

/// The number of a variable's name in its forest. `$` is [`DOLLAR`].
pub(super) type VarId = u32;

pub(super) const DOLLAR: VarId = 0;

/// One template.
pub(super) struct Tree {
    pub name: Name,
    /// The name of the text, for errors.
    pub file: Rc<str>,
    /// What it stands in.
    parsed: Arc<Parsed>,
    /// A list.
    pub root: NodeId,
    /// There is nothing in it but white space.
    pub is_empty: bool,
    /// The strings of the forest that were asked for.
    strings: Rc<[OnceCell<Str>]>,
    /// How often it is being included now.
    pub included: Cell<u32>,
}

/// The templates of one text, ready to be executed.
pub(super) struct Trees {
    pub all: Vec<Rc<Tree>>,
    /// Which of them has the name of the text.
    pub main: usize,
}

/// What is parsed of one text.
pub(super) struct Forest {
    pub source: SourceId,
    pub text: Arc<[u8]>,
    pub nodes: Vec<Node>,
    /// Elements of lists, commands of pipelines, words of commands; numbers of variables.
    pub ids: Vec<u32>,
    pub fields: Vec<Part>,
    pub numbers: Vec<Number>,
    pub strings: Vec<Literal>,
    /// The names that templates are called by.
    pub names: Vec<Name>,
    /// The first places of the names of variables, with their dollar signs. That of [`DOLLAR`] is not looked at.
    pub variables: Vec<Part>,
}

/// From where to where: in the text, or in one of the lists of a [`Forest`].
#[derive(Clone, Copy, Default)]
pub(super) struct Part {
    pub start: u32,
    pub end: u32,
}

#[derive(Clone, Copy)]
pub(super) struct Node {
    /// Go's position, which lines and columns in errors tell: of chains of fields it is the second field.
    pub pos: u32,
    pub start: u32,
    pub end: u32,
    pub kind: NodeKind,
}

#[derive(Clone, Copy)]
pub(super) enum NodeKind {
    List(Part),
    Text,
    /// The pipeline.
    Action(NodeId),
    Pipe(Pipe),
    /// Its words.
    Command(Part),
    Function(Callee),
    /// With the names of its fields, without their dots.
    Variable(VarId, Part),
    Field(Part),
    /// Fields of what another node gives.
    Chain(NodeId, Part),
    Dot,
    Nil,
    Bool(bool),
    /// The number of a number.
    Number(u32),
    /// The number of a string.
    String(u32),
    If(Branch),
    Range(Branch),
    With(Branch),
    Break,
    Continue,
    /// The number of a name, and the pipeline.
    Template(u32, Option<NonZeroU32>),
}

#[derive(Clone, Copy, Default)]
pub(super) struct Pipe {
    /// Variables that are declared or assigned.
    pub variables: Part,
    pub commands: Part,
    pub is_assignment: bool,
}

#[derive(Clone, Copy)]
pub(super) struct Branch {
    pub pipe: NodeId,
    pub list: NodeId,
    /// Never the first node, which is of the pipeline at the latest.
    pub otherwise: Option<NonZeroU32>,
}

/// A string of a template.
pub(super) enum Literal {
    /// As it stands in the text.
    Plain(Part),
    /// What its escapes stand for.
    Unquoted(Box<[u8]>),
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

impl Forest {
    #[inline]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }

    /// The text between two offsets.
    #[inline]
    pub fn slice(&self, start: u32, end: u32) -> &[u8] {
        &self.text[start as usize..end as usize]
    }

    #[inline]
    pub fn ids(&self, part: Part) -> &[u32] {
        &self.ids[part.start as usize..part.end as usize]
    }
}

impl Trees {
    /// Of a text with a name, which is that of its main template.
    pub fn new(name: &str, parsed: &Arc<Parsed>) -> Trees {
        let strings: Rc<[OnceCell<Str>]> = parsed.forest.strings.iter().map(|_| OnceCell::new()).collect();
        let file: Rc<str> = name.into();
        let tree = |(at, root): (usize, &Root)| {
            let name = if at == parsed.main { name.as_bytes().into() } else { root.name.clone() };
            let (file, parsed, strings) = (file.clone(), parsed.clone(), strings.clone());
            let Root { root, is_empty, .. } = *root;
            Rc::new(Tree { name, file, parsed, root, is_empty, strings, included: Cell::default() })
        };
        Trees { all: parsed.roots.iter().enumerate().map(tree).collect(), main: parsed.main }
    }
}

impl Tree {
    #[inline]
    pub fn node(&self, id: NodeId) -> &Node {
        self.parsed.forest.node(id)
    }

    #[inline]
    pub fn pipe(&self, id: NodeId) -> &Pipe {
        match &self.node(id).kind {
            NodeKind::Pipe(pipe) => pipe,
            _ => unreachable!("the parser puts pipelines there"),
        }
    }

    /// Elements of a list, words of a command, and so on.
    #[inline]
    pub fn ids(&self, part: Part) -> &[u32] {
        self.parsed.forest.ids(part)
    }

    /// The text between two offsets.
    #[inline]
    pub fn slice(&self, start: u32, end: u32) -> &[u8] {
        self.parsed.forest.slice(start, end)
    }

    #[inline]
    pub fn fields(&self, part: Part) -> &[Part] {
        &self.parsed.forest.fields[part.start as usize..part.end as usize]
    }

    #[inline]
    pub fn field(&self, field: Part) -> &[u8] {
        self.slice(field.start, field.end)
    }

    pub fn number(&self, number: u32) -> &Number {
        &self.parsed.forest.numbers[number as usize]
    }

    pub fn string(&self, number: u32) -> &Str {
        self.strings[number as usize].get_or_init(|| match &self.parsed.forest.strings[number as usize] {
            Literal::Plain(part) => Str::new(self.slice(part.start, part.end)),
            Literal::Unquoted(text) => Str::new(&**text),
        })
    }

    /// The name of a template that is called.
    pub fn template(&self, number: u32) -> &Name {
        &self.parsed.forest.names[number as usize]
    }

    /// The name of a variable, with its dollar sign.
    pub fn variable(&self, variable: VarId) -> &[u8] {
        if variable == DOLLAR { b"$" } else { self.field(self.parsed.forest.variables[variable as usize]) }
    }

    pub fn span(&self, id: NodeId) -> Span {
        let node = self.node(id);
        if self.parsed.forest.source == SourceId::NONE {
            return Span::NOWHERE;
        }
        Span { source: self.parsed.forest.source, start: node.start, end: node.end }
    }

    /// Go: ErrorContext. The line from 1 and the column in bytes from 0.
    pub fn location(&self, id: NodeId) -> (usize, usize) {
        let before = &self.parsed.forest.text[..self.node(id).pos as usize];
        let line_start = bytes::rfind(b'\n', before).map_or(0, |at| at + 1);
        (bytes::count(b'\n', before) + 1, before.len() - line_start)
    }

    /// Go: Node.String, for the nodes that errors speak of.
    pub fn print(&self, id: NodeId) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out, id);
        out
    }

    fn write(&self, out: &mut Vec<u8>, id: NodeId) {
        let node = self.node(id);
        match node.kind {
            NodeKind::Action(pipe) => {
                out.extend_from_slice(b"{{");
                self.write(out, pipe);
                out.extend_from_slice(b"}}");
            }
            NodeKind::Pipe(pipe) => self.write_pipe(out, pipe),
            NodeKind::Command(words) => {
                for (at, word) in self.ids(words).iter().enumerate() {
                    if at > 0 {
                        out.push(b' ');
                    }
                    self.write_in_parens(out, *word);
                }
            }
            NodeKind::Chain(inner, fields) => {
                self.write_in_parens(out, inner);
                for field in self.fields(fields) {
                    out.push(b'.');
                    out.extend_from_slice(self.field(*field));
                }
            }
            NodeKind::Template(name, pipe) => {
                out.extend_from_slice(b"{{template ");
                out.extend_from_slice(super::fmt::quote(self.template(name)).as_bytes());
                if let Some(pipe) = pipe {
                    out.push(b' ');
                    self.write(out, pipe.get());
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

    fn write_pipe(&self, out: &mut Vec<u8>, pipe: Pipe) {
        for (at, variable) in self.ids(pipe.variables).iter().enumerate() {
            if at > 0 {
                out.extend_from_slice(b", ");
            }
            out.extend_from_slice(self.variable(*variable));
        }
        if !pipe.variables.is_empty() {
            out.extend_from_slice(if pipe.is_assignment { b" = " } else { b" := " });
        }
        for (at, command) in self.ids(pipe.commands).iter().enumerate() {
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

impl Part {
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }
}
