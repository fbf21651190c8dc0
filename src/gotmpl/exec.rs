//! Executes templates.
//!
//! A [`Frame`] is one template in execution: Go's state. What all of them share, from the outermost template down
//! through `include` and `tpl`, is the [`Run`]: the text written so far, the variables, what is left of the limits.
//!
//! **Invariant:** `Frame::node` is the node that Go would name if an error happened now.
//! **Not here:** what functions do ([`super::builtins`] and the tables that are handed in).

mod calls;
mod fields;
mod limits;
mod nested;
mod operand;
mod output;
mod pipeline;
mod range;
mod reads;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::num::NonZeroU32;
use std::rc::Rc;

use hashbrown::HashSet;

pub(super) use self::fields::zero;
pub use self::limits::Limits;
use self::operand::{Operand, Origin, Origins};
use self::output::Recorder;
pub use self::output::{Output, Place, PlaceId, Places};
use super::ast::{Branch, DOLLAR, Name, NodeId, NodeKind, Tree, VarId};
use super::error::{ExecError, Site};
use super::set::{SET_NAME, Scope};
use super::value::Value;
use super::world::World;
use crate::base::Span;

/// Go: maxExecDepth, of templates in templates. The stack may be used up before.
const MAX_TEMPLATE_DEPTH: u32 = 100_000;

/// Most functions are called with fewer arguments.
const FEW_ARGUMENTS: usize = 8;

pub(super) type Exec<T> = Result<T, Box<ExecError>>;

/// The places of the entries of maps that were read, each with all that is in it.
pub type Reads = Rc<RefCell<HashSet<Span>>>;

/// How templates are executed.
#[derive(Clone, Default)]
pub struct ExecOptions {
    pub missing_key: MissingKey,
    /// What may be used up, by all executions that are given the same limits.
    pub limits: Rc<Limits>,
    /// Whether to record which text was written by which action.
    pub trace: bool,
    /// Where to record which values are read, if that is asked for.
    pub reads: Option<Reads>,
}

/// What a key is that a map does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingKey {
    /// The zero value of the map's elements, which is nil in a `map[string]interface {}`.
    #[default]
    Zero,
    Error,
}

/// Where execution goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Next,
    Break,
    Continue,
}

/// What all templates of one execution share.
pub(super) struct Run {
    options: ExecOptions,
    out: Vec<u8>,
    variables: Vec<Variable>,
    /// Lists for arguments that are not in use. All that is in them is nil.
    spare: Vec<Box<[Value]>>,
    recorder: Option<Box<Recorder>>,
    /// Anything is recorded: what is written, or what is read.
    records: bool,
    origins: Origins,
    stack_top: usize,
}

struct Variable {
    name: VarId,
    value: Operand,
}

/// One template in execution.
pub(super) struct Frame<'e> {
    scope: &'e Scope<'e>,
    tree: &'e Tree,
    run: &'e mut Run,
    world: &'e mut World,
    /// The first of its variables among all.
    base: usize,
    node: NodeId,
    /// The action or control structure that is at work.
    action: NodeId,
    depth: u32,
}

/// Go: Template.ExecuteTemplate.
pub(super) fn execute(
    scope: &Scope,
    name: &[u8],
    data: &Value,
    world: &mut World,
    options: &ExecOptions,
) -> Exec<Output> {
    let tree = scope.find(name).ok_or_else(|| no_template(name))?;
    let mut run = Run {
        options: options.clone(),
        out: Vec::new(),
        variables: Vec::new(),
        spare: Vec::new(),
        recorder: options.trace.then(Box::default),
        records: options.trace || options.reads.is_some(),
        origins: Origins::default(),
        stack_top: limits::stack_address(),
    };
    run_tree(scope, tree, &Operand::plain(data.clone()), &mut run, world, 0)?;
    Ok(Output::new(run.out, run.recorder))
}

fn no_template(name: &[u8]) -> Box<ExecError> {
    let quoted = super::fmt::quote(name);
    ExecError::new(format!("no template {quoted} associated with template \"{SET_NAME}\""))
}

/// Executes a template with variables of its own, and appends what it writes.
fn run_tree(scope: &Scope, tree: &Tree, dot: &Operand, run: &mut Run, world: &mut World, depth: u32) -> Exec<()> {
    let base = run.variables.len();
    run.variables.push(Variable { name: DOLLAR, value: dot.clone() });
    let mut frame = Frame { scope, tree, run, world, base, node: tree.root, action: tree.root, depth };
    let done = frame.walk_list(dot, tree.root);
    run.variables.truncate(base);
    done.map(|_| ())
}

impl Run {
    /// A list for so many arguments and perhaps more, all of them nil. To be put back among the others.
    #[inline]
    fn spare_slots(&mut self, count: usize) -> Box<[Value]> {
        match self.spare.pop() {
            Some(slots) if slots.len() >= count => slots,
            _ => (0..count.max(FEW_ARGUMENTS)).map(|_| Value::Nil).collect(),
        }
    }

    /// Where a value comes from that stands in a place of a file.
    #[inline]
    fn origin(&mut self, span: Span) -> Origin {
        if self.records { self.origins.of(span) } else { Origin::NOWHERE }
    }
}

impl<'e> Frame<'e> {
    /// The error of what is at work now.
    fn error(&self, message: impl Into<String>) -> Box<ExecError> {
        let (line, column) = self.tree.location(self.node);
        let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let site = Site {
            file: self.tree.file.to_string(),
            line,
            column,
            template: lossy(&self.tree.name),
            context: lossy(&self.tree.print(self.node)),
            span: self.tree.span(self.node),
        };
        Box::new(ExecError { site: Some(Box::new(site)), message: message.into(), cause: None, nil_path: None })
    }

    fn fail<T>(&self, message: impl Into<String>) -> Exec<T> {
        Err(self.error(message))
    }

    /// Takes a step off those that are left.
    fn step(&self) -> Exec<()> {
        if self.run.options.limits.take_step() { Ok(()) } else { self.fail("the templates run for too long") }
    }

    fn walk_list(&mut self, dot: &Operand, id: NodeId) -> Exec<Flow> {
        let tree = self.tree;
        let NodeKind::List(nodes) = tree.node(id).kind else { return Ok(Flow::Next) };
        for node in tree.ids(nodes) {
            let flow = self.walk(dot, *node)?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn walk(&mut self, dot: &Operand, id: NodeId) -> Exec<Flow> {
        let tree = self.tree;
        let node = tree.node(id);
        (self.node, self.action) = (id, id);
        self.step()?;
        match node.kind {
            NodeKind::Text => self.write_text(id)?,
            NodeKind::Action(pipe) => {
                let mut value = Value::Nil;
                let meta = self.pipeline(dot, pipe, &mut value)?;
                if tree.pipe(pipe).variables.is_empty() {
                    self.node = id;
                    self.print(&value, meta)?;
                }
            }
            NodeKind::If(branch) => return self.branch(dot, branch, false),
            NodeKind::With(branch) => return self.branch(dot, branch, true),
            NodeKind::Range(branch) => return self.range(dot, branch),
            NodeKind::Template(name, pipe) => self.template(dot, tree.template(name), pipe)?,
            NodeKind::Break => return Ok(Flow::Break),
            NodeKind::Continue => return Ok(Flow::Continue),
            _ => return self.fail("unknown node"),
        }
        Ok(Flow::Next)
    }

    /// `if` and `with`, which differ in what dot is within.
    fn branch(&mut self, dot: &Operand, branch: Branch, sets_dot: bool) -> Exec<Flow> {
        let known = self.run.variables.len();
        let mut value = Value::Nil;
        let meta = self.pipeline(dot, branch.pipe, &mut value)?;
        self.tested(&value, meta.origin());
        let flow = match (value.is_true(), branch.otherwise) {
            (true, _) if sets_dot => self.walk_list(&Operand { value, meta }, branch.list),
            (true, _) => self.walk_list(dot, branch.list),
            (false, Some(otherwise)) => self.walk_list(dot, otherwise.get()),
            (false, None) => Ok(Flow::Next),
        };
        self.run.variables.truncate(known);
        flow
    }

    /// `{{template}}`, and `{{block}}` where it stands.
    fn template(&mut self, dot: &Operand, name: &Name, pipe: Option<NonZeroU32>) -> Exec<()> {
        let Some(tree) = self.scope.find(name) else {
            return self.fail(format!("template {} not defined", super::fmt::quote(name)));
        };
        if self.depth == MAX_TEMPLATE_DEPTH || limits::stack_used(self.run.stack_top) > limits::MAX_STACK {
            return self.fail(format!("exceeded maximum template depth ({MAX_TEMPLATE_DEPTH})"));
        }
        let mut data = Operand::invalid();
        if let Some(pipe) = pipe {
            data.meta = self.pipeline(dot, pipe.get(), &mut data.value)?;
        }
        let outer = self.run.enter(self.tree, self.action);
        run_tree(self.scope, tree, &data, self.run, self.world, self.depth + 1)?;
        self.run.leave(outer);
        Ok(())
    }
}
