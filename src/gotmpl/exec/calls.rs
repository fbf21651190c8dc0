//! Calls: arguments by the types that functions declare.

use super::super::ast::{Callee, NodeId, NodeKind, Part};
use super::super::func::{Call, Fault, Func};
use super::super::value::{IntType, Type, UintType, Value};
use super::fields::zero;
use super::nested::Nested;
use super::operand::{Args, Operand, can_be_nil};
use super::{Exec, Frame};
use crate::base::Span;

impl Frame<'_> {
    /// Go: evalFunction. `whole` is the node that an error of the function is told of, `id` its name.
    #[inline]
    pub(super) fn call_function(
        &mut self,
        dot: &Operand,
        callee: Callee,
        whole: NodeId,
        id: NodeId,
        args: Args,
    ) -> Exec<Operand> {
        match callee {
            Callee::Func(func) => {
                let node = self.tree.node(id);
                let name = Part { start: node.start, end: node.end };
                self.call(dot, func, None, whole, name, args)
            }
            Callee::And => self.short_circuit(dot, false, "and", args),
            Callee::Or => self.short_circuit(dot, true, "or", args),
            Callee::Call => self.call_value(dot, whole, args),
        }
    }

    /// Go: `and` gives the first argument that is false, `or` the first that is true, or else the last.
    fn short_circuit(&mut self, dot: &Operand, stops_at: bool, name: &str, args: Args) -> Exec<Operand> {
        if args.is_empty() {
            return self.fail(format!("wrong number of args for {name}: want at least 1 got 0"));
        }
        let mut value = Operand::invalid();
        for arg in args.words {
            value = self.any_argument(dot, *arg)?;
            self.tested(&value);
            if value.value.is_true() == stops_at {
                return Ok(value);
            }
        }
        Ok(args.last.unwrap_or(value))
    }

    /// Go: the builtin `call`. No value of a template is a function, so there is nothing that it could call.
    fn call_value(&mut self, dot: &Operand, whole: NodeId, args: Args) -> Exec<Operand> {
        let mut given = Vec::new();
        for arg in args.words {
            given.push(self.any_argument(dot, *arg)?.value);
        }
        let name = match (args.words.first(), &args.last) {
            (Some(arg), _) => String::from_utf8_lossy(&self.tree.print(*arg)).into_owned(),
            (None, Some(Operand { value: Value::Str(text), .. })) => text.to_text().into_owned(),
            (None, Some(last)) => format!("<{} Value>", last.type_name()),
            (None, None) => return self.fail("wrong number of args for call: want at least 1 got 0"),
        };
        given.extend(args.last.map(|last| last.value));
        let message = match given.first().and_then(Value::ty) {
            None => "call of nil".to_owned(),
            Some(ty) => format!("non-function {name} of type {}", ty.name()),
        };
        self.node = whole;
        self.fault(b"call", Fault::new(message))
    }

    /// Go: evalCall.
    pub(super) fn call(
        &mut self,
        dot: &Operand,
        func: &'static Func,
        receiver: Option<&Value>,
        whole: NodeId,
        name: Part,
        args: Args,
    ) -> Exec<Operand> {
        let (fixed, given) = (func.params.len(), args.len());
        if given < fixed || given > fixed && func.variadic.is_none() {
            let name = String::from_utf8_lossy(self.tree.field(name));
            return self.fail(match func.variadic {
                Some(_) => format!("wrong number of args for {name}: want at least {fixed} got {}", args.words.len()),
                None => format!("wrong number of args for {name}: want {fixed} got {given}"),
            });
        }
        let mut values = self.run.spare.pop().unwrap_or_default();
        if let Some(receiver) = receiver {
            values.push(receiver.clone());
        }
        let mut span = Span::NOWHERE;
        if self.run.records {
            span = self.recorded_arguments(dot, func, args, &mut values)?;
        } else {
            let mut types = parameters(func);
            for arg in args.words {
                self.argument(dot, types(), *arg, &mut values)?;
            }
            if let Some(last) = args.last {
                self.fit(last, types(), &mut values)?;
            }
        }
        let mut nested = Nested { scope: self.scope, run: self.run, tree: self.tree, action: self.action };
        let mut call = Call { args: &values, world: self.world, engine: Some(&mut nested) };
        let result = (func.run)(&mut call);
        values.clear();
        self.run.spare.push(values);
        match result {
            Ok(value) => {
                let is_interface = value.is_nil();
                Ok(Operand { value, is_interface, span })
            }
            Err(fault) => {
                self.node = whole;
                self.fault(self.tree.field(name), fault)
            }
        }
    }

    fn fault<T>(&self, name: &[u8], fault: Fault) -> Exec<T> {
        let mut error = self.error(format!("error calling {}", String::from_utf8_lossy(name)));
        error.cause = Some(fault);
        Err(error)
    }

    /// Arguments that are read, unless the function looks up something in them. The place is what the function
    /// makes is told to come from: the last of its arguments that comes from a file, or what it looks up.
    #[cold]
    fn recorded_arguments(&mut self, dot: &Operand, func: &Func, args: Args, values: &mut Vec<Value>) -> Exec<Span> {
        let mut span = Span::NOWHERE;
        let lookup = self.lookup(func);
        let mut types = parameters(func);
        let mut last = args.last;
        for at in 0..args.words.len() + usize::from(last.is_some()) {
            let from = match args.words.get(at) {
                Some(arg) => self.argument(dot, types(), *arg, values)?,
                None => self.fit(last.take().unwrap_or_else(Operand::invalid), types(), values)?,
            };
            if let (None, Some(value)) = (lookup, values.last()) {
                self.read(value, from);
            }
            span = if from.is_nowhere() { span } else { from };
        }
        let Some(map) = lookup else { return Ok(span) };
        let found = self.looked_up(map, values);
        Ok(if found.is_nowhere() { span } else { found })
    }

    /// Go: evalArg. The value joins the others; its place is given back.
    #[inline(always)]
    fn argument(&mut self, dot: &Operand, ty: Type, id: NodeId, values: &mut Vec<Value>) -> Exec<Span> {
        self.node = id;
        let tree = self.tree;
        // What fits without a look.
        match (tree.node(id).kind, ty) {
            (NodeKind::String(text), Type::Any | Type::String) => {
                values.push(Value::Str(tree.string(text).clone()));
                Ok(Span::NOWHERE)
            }
            (NodeKind::Number(number), Type::Any) => {
                match tree.number(number).plain_int() {
                    Some(int) => values.push(Value::int(int)),
                    None => values.push(self.literal(id)?.value),
                }
                Ok(Span::NOWHERE)
            }
            (NodeKind::Variable(name, fields), Type::Any) if fields.is_empty() => {
                let Operand { value, span, .. } = self.variable(name)?;
                values.push(value.clone());
                Ok(*span)
            }
            (NodeKind::Variable(name, fields), Type::String) if fields.is_empty() => {
                let operand = self.variable(name)?;
                match &operand.value {
                    Value::Str(text) => values.push(Value::Str(text.clone())),
                    _ => return self.fit_type(operand.clone(), ty, values),
                }
                Ok(operand.span)
            }
            (NodeKind::Pipe(_), Type::Any) => {
                let Operand { value, span, .. } = self.pipeline(dot, id)?;
                values.push(value);
                Ok(span)
            }
            _ => self.fitting_argument(dot, ty, id, values),
        }
    }

    fn fitting_argument(&mut self, dot: &Operand, ty: Type, id: NodeId, values: &mut Vec<Value>) -> Exec<Span> {
        let tree = self.tree;
        let operand = match tree.node(id).kind {
            NodeKind::Dot => return self.fit(dot.clone(), ty, values),
            NodeKind::Nil if can_be_nil(ty) => {
                values.push(zero(ty));
                return Ok(Span::NOWHERE);
            }
            NodeKind::Nil => return self.fail(format!("cannot assign nil to {}", ty.name())),
            NodeKind::Field(fields) => self.field_chain(dot, dot, id, tree.fields(fields), Args::default())?,
            NodeKind::Variable(name, fields) => {
                let value = self.variable(name)?.clone();
                match tree.fields(fields) {
                    [] => value,
                    fields => self.field_chain(dot, &value, id, fields, Args::default())?,
                }
            }
            NodeKind::Pipe(_) => self.pipeline(dot, id)?,
            NodeKind::Function(callee) => self.call_function(dot, callee, id, id, Args::default())?,
            NodeKind::Chain(inner, fields) => self.chain(dot, id, inner, tree.fields(fields), Args::default())?,
            _ => {
                values.push(self.typed_literal(ty, id)?);
                return Ok(Span::NOWHERE);
            }
        };
        self.fit(operand, ty, values)
    }

    /// Go: evalArg where the parameter is a reflect.Value.
    fn any_argument(&mut self, dot: &Operand, id: NodeId) -> Exec<Operand> {
        self.node = id;
        let tree = self.tree;
        match tree.node(id).kind {
            NodeKind::Dot => Ok(dot.clone()),
            NodeKind::Nil => Ok(Operand::invalid()),
            NodeKind::Field(fields) => self.field_chain(dot, dot, id, tree.fields(fields), Args::default()),
            NodeKind::Variable(name, fields) => {
                let value = self.variable(name)?.clone();
                match tree.fields(fields) {
                    [] => Ok(value),
                    fields => self.field_chain(dot, &value, id, fields, Args::default()),
                }
            }
            NodeKind::Pipe(_) => self.pipeline(dot, id),
            NodeKind::Function(callee) => self.call_function(dot, callee, id, id, Args::default()),
            NodeKind::Chain(inner, fields) => self.chain(dot, id, inner, tree.fields(fields), Args::default()),
            _ => self.literal(id),
        }
    }

    /// A literal as the type of a parameter.
    fn typed_literal(&mut self, ty: Type, id: NodeId) -> Exec<Value> {
        let tree = self.tree;
        let kind = tree.node(id).kind;
        let number = if let NodeKind::Number(number) = kind { Some(tree.number(number)) } else { None };
        let (value, expected) = match ty {
            Type::Any => return Ok(self.literal(id)?.value),
            Type::Bool => (if let NodeKind::Bool(b) = kind { Some(Value::Bool(b)) } else { None }, "bool"),
            Type::String => {
                (if let NodeKind::String(s) = kind { Some(Value::Str(tree.string(s).clone())) } else { None }, "string")
            }
            Type::Int(ty) => (number.and_then(|n| n.int).map(|n| wrapped_int(n, ty)), "integer"),
            Type::Uint(ty) => (number.and_then(|n| n.uint).map(|n| wrapped_uint(n, ty)), "unsigned integer"),
            Type::Float64 => (number.and_then(|n| n.float).map(Value::Float), "float"),
            Type::Complex128 => (number.and_then(|n| n.complex).map(|(re, im)| Value::Complex(re, im)), "complex"),
            _ => {
                let node = String::from_utf8_lossy(&self.tree.print(id)).into_owned();
                return self.fail(format!("can't handle {node} for arg of type {}", ty.name()));
            }
        };
        value.ok_or_else(|| {
            let node = String::from_utf8_lossy(&self.tree.print(id)).into_owned();
            self.error(format!("expected {expected}; found {node}"))
        })
    }

    /// Go: validateType. The value joins the others; its place is given back.
    #[inline]
    fn fit(&self, operand: Operand, ty: Type, values: &mut Vec<Value>) -> Exec<Span> {
        match (ty, &operand.value) {
            (Type::Any, _) | (Type::String, Value::Str(_)) => {
                values.push(operand.value);
                Ok(operand.span)
            }
            _ => self.fit_type(operand, ty, values),
        }
    }

    fn fit_type(&self, operand: Operand, ty: Type, values: &mut Vec<Value>) -> Exec<Span> {
        let value = match (&operand.value, operand.value.ty()) {
            (_, None) => match (operand.is_interface, can_be_nil(ty)) {
                (false, true) => zero(ty),
                (false, false) => return self.fail(format!("invalid value; expected {}", ty.name())),
                (true, _) => return self.wrong_type(Type::Any, ty),
            },
            (_, Some(actual)) if actual == ty => operand.value,
            // The types are made of the same, and one of them has no name.
            (Value::Map(_), Some(Type::Values)) if ty == Type::Map => operand.value,
            (Value::Object(object), Some(actual)) => match object.underlying() {
                Some(inner) if inner.ty() == Some(ty) => inner,
                _ => return self.wrong_type(actual, ty),
            },
            (_, Some(actual)) => return self.wrong_type(actual, ty),
        };
        values.push(value);
        Ok(operand.span)
    }

    fn wrong_type<T>(&self, actual: Type, expected: Type) -> Exec<T> {
        self.fail(format!("wrong type for value; expected {}; got {}", expected.name(), actual.name()))
    }
}

/// The types of a function's parameters, one after another.
#[inline]
fn parameters(func: &Func) -> impl FnMut() -> Type {
    let variadic = func.variadic.unwrap_or(Type::Any);
    let mut params = func.params.iter();
    move || params.next().copied().unwrap_or(variadic)
}

/// Go: reflect.Value.SetInt.
fn wrapped_int(n: i64, ty: IntType) -> Value {
    let n = match ty {
        IntType::Int | IntType::Int64 => n,
        IntType::Int8 => n as i8 as i64,
        IntType::Int16 => n as i16 as i64,
        IntType::Int32 => n as i32 as i64,
    };
    Value::Int(n, ty)
}

fn wrapped_uint(n: u64, ty: UintType) -> Value {
    let n = match ty {
        UintType::Uint | UintType::Uint64 => n,
        UintType::Uint8 => n as u8 as u64,
        UintType::Uint16 => n as u16 as u64,
        UintType::Uint32 => n as u32 as u64,
    };
    Value::Uint(n, ty)
}
