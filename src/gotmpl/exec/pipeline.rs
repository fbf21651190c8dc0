//! Values of pipelines, commands and literals.

use super::super::ast::{Callee, DOLLAR, Node, NodeId, NodeKind, Part, VarId};
use super::super::literal::Number;
use super::super::value::Value;
use super::operand::{Args, Meta, Operand};
use super::{Exec, Frame, Variable};

impl Frame<'_> {
    /// Go: evalPipeline. Variables that it declares stay until the end of the control structure. What was nil in an
    /// interface is no value from here on.
    pub(super) fn pipeline(&mut self, dot: &Operand, id: NodeId, out: &mut Value) -> Exec<Meta> {
        self.node = id;
        let tree = self.tree;
        let pipe = tree.pipe(id);
        let Some((first, others)) = tree.ids(pipe.commands).split_first() else { return Ok(Meta::PLAIN) };
        let mut meta = self.command(dot, *first, None, out)?.with_interface(false);
        for command in others {
            meta = self.command(dot, *command, Some(meta), out)?.with_interface(false);
        }
        for name in tree.ids(pipe.variables) {
            let value = Operand { value: out.clone(), meta };
            if pipe.is_assignment {
                self.assign(*name, value)?;
            } else {
                self.run.variables.push(Variable { name: *name, value });
            }
        }
        Ok(meta)
    }

    /// Go: evalCommand. Most commands are calls, which go the short way.
    #[inline(always)]
    fn command(&mut self, dot: &Operand, id: NodeId, piped: Option<Meta>, out: &mut Value) -> Exec<Meta> {
        let tree = self.tree;
        if let NodeKind::Command(words) = tree.node(id).kind
            && let [first, words @ ..] = tree.ids(words)
            && let Node { start, end, kind: NodeKind::Function(Callee::Func(func)), .. } = *tree.node(*first)
        {
            self.node = *first;
            return self.call(dot, func, id, Part { start, end }, Args { receiver: None, words, piped }, out);
        }
        self.other_command(dot, id, piped, out)
    }

    fn other_command(&mut self, dot: &Operand, id: NodeId, piped: Option<Meta>, out: &mut Value) -> Exec<Meta> {
        let tree = self.tree;
        let NodeKind::Command(words) = tree.node(id).kind else { return self.fail("can't evaluate command") };
        let Some((&first, words)) = tree.ids(words).split_first() else { return self.fail("can't evaluate command") };
        let args = Args { receiver: None, words, piped };
        match tree.node(first).kind {
            NodeKind::Field(fields) => {
                self.node = first;
                self.field_chain(dot, dot.receiver(), first, tree.fields(fields), args, out)
            }
            NodeKind::Chain(inner, fields) => self.chain(dot, first, inner, tree.fields(fields), args, out),
            NodeKind::Function(callee) => {
                self.node = first;
                self.call_function(dot, callee, id, first, args, out)
            }
            NodeKind::Pipe(_) => {
                self.not_a_function(first, &args)?;
                self.pipeline(dot, first, out)
            }
            NodeKind::Variable(name, fields) => {
                self.node = first;
                let value = self.variable(name)?.clone();
                if fields.is_empty() {
                    self.not_a_function(first, &args)?;
                }
                self.field_chain(dot, value.receiver(), first, tree.fields(fields), args, out)
            }
            kind => {
                self.node = first;
                self.not_a_function(first, &args)?;
                match kind {
                    NodeKind::Nil => self.fail("nil is not a command"),
                    _ => self.any_argument(dot, first, out),
                }
            }
        }
    }

    fn not_a_function(&self, first: NodeId, args: &Args) -> Exec<()> {
        if args.is_empty() {
            return Ok(());
        }
        let word = String::from_utf8_lossy(&self.tree.print(first)).into_owned();
        self.fail(format!("can't give argument to non-function {word}"))
    }

    /// A literal where any type will do.
    pub(super) fn literal(&mut self, id: NodeId) -> Exec<Value> {
        self.node = id;
        Ok(match self.tree.node(id).kind {
            NodeKind::Bool(b) => Value::Bool(b),
            NodeKind::String(text) => Value::Str(self.tree.string(text).clone()),
            NodeKind::Number(number) => match ideal_constant(self.tree.number(number)) {
                Some(value) => value,
                None => {
                    let text = String::from_utf8_lossy(&self.tree.print(id)).into_owned();
                    return self.fail(format!("{text} overflows int"));
                }
            },
            _ => return self.fail("can't evaluate command"),
        })
    }

    #[inline]
    pub(super) fn variable(&self, name: VarId) -> Exec<&Operand> {
        // Most of them are `$`, which is always there and never declared again but by `:=`.
        let known = &self.run.variables[self.base..];
        match known.iter().rev().find(|variable| variable.name == name) {
            Some(variable) => Ok(&variable.value),
            None => self.undefined(name),
        }
    }

    pub(super) fn assign(&mut self, name: VarId, value: Operand) -> Exec<()> {
        let base = self.base;
        match self.run.variables[base..].iter_mut().rev().find(|variable| variable.name == name) {
            Some(variable) => {
                variable.value = value;
                Ok(())
            }
            None => self.undefined(name),
        }
    }

    fn undefined<T>(&self, name: VarId) -> Exec<T> {
        debug_assert_ne!(name, DOLLAR);
        let name = String::from_utf8_lossy(self.tree.variable(name)).into_owned();
        self.fail(format!("undefined variable: {name}"))
    }
}

/// Go: idealConstant. `None` for what overflows an int.
fn ideal_constant(number: &Number) -> Option<Value> {
    if let Some((real, imaginary)) = number.complex {
        return Some(Value::Complex(real, imaginary));
    }
    match number.float {
        Some(float) if number.looks_like_float => Some(Value::Float(float)),
        _ => number.int.map(Value::int),
    }
}
