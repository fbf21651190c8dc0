//! `range`.

use std::rc::Rc;

use super::super::ast::Branch;
use super::super::value::{Entry, Key, List, Map, Str, Type, Value};
use super::operand::{Meta, Operand, Origin};
use super::{Exec, Flow, Frame};

impl Frame<'_> {
    pub(super) fn range(&mut self, dot: &Operand, branch: Branch) -> Exec<Flow> {
        let known = self.run.variables.len();
        let flow = self.range_or_else(dot, branch);
        self.run.variables.truncate(known);
        match flow? {
            // Go: a `break` also ends the list behind `else`; a `continue` there is the outer loop's.
            Flow::Break => Ok(Flow::Next),
            flow => Ok(flow),
        }
    }

    fn range_or_else(&mut self, dot: &Operand, branch: Branch) -> Exec<Flow> {
        let mut value = Value::Nil;
        let origin = self.pipeline(dot, branch.pipe, &mut value)?.origin();
        let made_of = match &value {
            Value::Object(object) => object.underlying(),
            _ => None,
        };
        self.ranged(&value, origin);
        let flow = match made_of.as_ref().unwrap_or(&value) {
            Value::Int(end, ty) => {
                self.one_variable(branch, &value)?;
                self.range_numbers(branch, (0..*end).map(|n| Value::Int(n, *ty)))?
            }
            Value::Uint(end, ty) => {
                self.one_variable(branch, &value)?;
                self.range_numbers(branch, (0..*end).map(|n| Value::Uint(n, *ty)))?
            }
            Value::List(list) => self.range_list(branch, list, origin)?,
            Value::Map(map) => self.range_map(branch, map)?,
            Value::Nil => None,
            value => {
                return self.fail(format!("range can't iterate over {}", super::super::fmt::shown(value)));
            }
        };
        match (flow, branch.otherwise) {
            (Some(flow), _) => Ok(flow),
            (None, Some(otherwise)) => self.walk_list(dot, otherwise.get()),
            (None, None) => Ok(Flow::Next),
        }
    }

    fn one_variable(&self, branch: Branch, value: &Value) -> Exec<()> {
        if self.tree.pipe(branch.pipe).variables.len() < 2 {
            return Ok(());
        }
        let value = super::super::fmt::shown(value);
        self.fail(format!("can't use {value} to iterate over more than one variable"))
    }

    /// `None` where there was nothing to go over.
    fn range_numbers(&mut self, branch: Branch, numbers: impl Iterator<Item = Value>) -> Exec<Option<Flow>> {
        let mut flow = None;
        for number in numbers {
            flow = Some(self.iteration(branch, Operand::invalid, Operand::plain(number))?);
            if flow == Some(Flow::Break) {
                break;
            }
        }
        Ok(flow)
    }

    fn range_list(&mut self, branch: Branch, list: &List, origin: Origin) -> Exec<Option<Flow>> {
        let is_interface = list.ty().element() == Type::Any;
        let mut flow = None;
        for at in 0..list.len() {
            let Some(value) = list.get(at) else { break };
            let element = Operand { value, meta: Meta::from(origin).with_interface(is_interface) };
            flow = Some(self.iteration(branch, || Operand::plain(Value::int(at as i64)), element)?);
            if flow == Some(Flow::Break) {
                break;
            }
        }
        Ok(flow)
    }

    /// Over the entries that the map has at the start.
    fn range_map(&mut self, branch: Branch, map: &Rc<Map>) -> Exec<Option<Flow>> {
        let is_interface = map.ty().element() == Type::Any;
        let element = |(key, entry): (&Key, &Entry)| {
            let meta = Meta::from(self.run.origin(entry.span)).with_interface(is_interface);
            (key.clone(), Operand { value: entry.value.clone(), meta })
        };
        let entries: Vec<(Key, Operand)> = map.entries().iter().map(element).collect();
        let mut flow = None;
        for (key, element) in entries {
            let meta = Meta::from(element.meta.origin());
            let key = || Operand { value: Value::Str(Str::new(key)), meta };
            flow = Some(self.iteration(branch, key, element)?);
            if flow == Some(Flow::Break) {
                break;
            }
        }
        Ok(flow)
    }

    /// The body for one element. `Break` means that it was the last.
    fn iteration(&mut self, branch: Branch, index: impl FnOnce() -> Operand, element: Operand) -> Exec<Flow> {
        self.step()?;
        let pipe = self.tree.pipe(branch.pipe);
        let mark = self.run.variables.len();
        match (self.tree.ids(pipe.variables), pipe.is_assignment) {
            ([], _) => {}
            ([one], true) => self.assign(*one, element.clone())?,
            ([first, second, ..], true) => {
                self.assign(*first, index())?;
                self.assign(*second, element.clone())?;
            }
            // They were declared by the pipeline and are the last.
            (names, false) => {
                let values = &mut self.run.variables[mark - names.len()..];
                if let [first, _] = values {
                    first.value = index();
                }
                if let Some(last) = values.last_mut() {
                    last.value = element.clone();
                }
            }
        }
        let flow = self.walk_list(&element, branch.list);
        self.run.variables.truncate(mark);
        Ok(if flow? == Flow::Break { Flow::Break } else { Flow::Next })
    }
}
