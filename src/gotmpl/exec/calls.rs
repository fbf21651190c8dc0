//! Calls: arguments by the types that functions declare.

use super::super::ast::{Callee, NodeId, NodeKind, Part};
use super::super::func::{Call, Fault, Func};
use super::super::value::{IntType, Type, UintType, Value};
use super::fields::zero;
use super::nested::Nested;
use super::operand::{Args, Meta, Operand, Origin, can_be_nil, clear, put, take};
use super::{Exec, Frame};

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
        out: &mut Value,
    ) -> Exec<Meta> {
        match callee {
            Callee::Func(func) => {
                let node = self.tree.node(id);
                let name = Part { start: node.start, end: node.end };
                self.call(dot, func, whole, name, args, out)
            }
            Callee::And => self.short_circuit(dot, false, "and", args, out),
            Callee::Or => self.short_circuit(dot, true, "or", args, out),
            Callee::Call => self.call_value(dot, whole, args, out),
        }
    }

    /// Go: `and` gives the first argument that is false, `or` the first that is true, or else the last.
    fn short_circuit(&mut self, dot: &Operand, stops_at: bool, name: &str, args: Args, out: &mut Value) -> Exec<Meta> {
        if args.is_empty() {
            return self.fail(format!("wrong number of args for {name}: want at least 1 got 0"));
        }
        let piped = args.piped.map(|meta| (take(out), meta));
        let mut meta = Meta::PLAIN;
        for arg in args.words {
            clear(out);
            meta = self.any_argument(dot, *arg, out)?;
            self.tested(out, meta.origin());
            if out.is_true() == stops_at {
                return Ok(meta);
            }
        }
        let Some((piped, meta)) = piped else { return Ok(meta) };
        *out = piped;
        Ok(meta)
    }

    /// Go: the builtin `call`. No value of a template is a function, so there is nothing that it could call.
    fn call_value(&mut self, dot: &Operand, whole: NodeId, args: Args, out: &mut Value) -> Exec<Meta> {
        let piped = args.piped.map(|_| take(out));
        let mut given = Vec::new();
        for arg in args.words {
            let mut value = Value::Nil;
            self.any_argument(dot, *arg, &mut value)?;
            given.push(value);
        }
        let name = match (args.words.first(), &piped) {
            (Some(arg), _) => String::from_utf8_lossy(&self.tree.print(*arg)).into_owned(),
            (None, Some(Value::Str(text))) => text.to_text().into_owned(),
            (None, Some(piped)) => format!("<{} Value>", Meta::PLAIN.type_name(piped)),
            (None, None) => return self.fail("wrong number of args for call: want at least 1 got 0"),
        };
        given.extend(piped);
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
        whole: NodeId,
        name: Part,
        args: Args,
        out: &mut Value,
    ) -> Exec<Meta> {
        let (fixed, given) = (func.params.len(), args.len());
        if given < fixed || given > fixed && func.variadic.is_none() {
            let name = String::from_utf8_lossy(self.tree.field(name));
            return self.fail(match func.variadic {
                Some(_) => format!("wrong number of args for {name}: want at least {fixed} got {}", args.words.len()),
                None => format!("wrong number of args for {name}: want {fixed} got {given}"),
            });
        }
        let receivers = usize::from(args.receiver.is_some());
        let mut spare = self.run.spare_slots(receivers + given);
        let values = &mut spare[..receivers + given];
        if let Some(receiver) = args.receiver {
            put(&mut values[0], receiver.clone());
        }
        let slots = &mut values[receivers..];
        let mut origin = Origin::NOWHERE;
        if self.run.records {
            origin = self.recorded_arguments(dot, func, args, out, slots)?;
        } else {
            let mut types = parameters(func);
            for (arg, slot) in args.words.iter().zip(&mut *slots) {
                self.argument(dot, types(), *arg, slot)?;
            }
            if let (Some(meta), Some(slot)) = (args.piped, slots.last_mut()) {
                self.fit(take(out), meta, *types(), slot)?;
            }
        }
        let mut nested = Nested { scope: self.scope, run: self.run, tree: self.tree, action: self.action };
        let mut call = Call { args: values, world: self.world, engine: Some(&mut nested) };
        let result = (func.run)(&mut call);
        values.iter_mut().for_each(clear);
        self.run.spare.push(spare);
        match result {
            Ok(value) => {
                let is_interface = value.is_nil();
                put(out, value);
                Ok(Meta::from(origin).with_interface(is_interface))
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

    /// As in [`Frame::call`], but the arguments are read, unless the function looks up something in them. The place is what
    /// the function makes is told to come from: the last of its arguments that comes from a file, or what it looks up.
    #[cold]
    fn recorded_arguments(
        &mut self,
        dot: &Operand,
        func: &Func,
        args: Args,
        out: &mut Value,
        slots: &mut [Value],
    ) -> Exec<Origin> {
        let mut origin = Origin::NOWHERE;
        let lookup = self.lookup(func);
        let mut types = parameters(func);
        let mut read = |frame: &mut Self, value: &Value, from: Origin| {
            if lookup.is_none() {
                frame.read(value, from);
            }
            origin = if from == Origin::NOWHERE { origin } else { from };
        };
        for (arg, slot) in args.words.iter().zip(&mut *slots) {
            let from = self.argument(dot, types(), *arg, slot)?;
            read(self, slot, from);
        }
        if let (Some(meta), Some(slot)) = (args.piped, slots.last_mut()) {
            self.fit(take(out), meta, *types(), slot)?;
            read(self, slot, meta.origin());
        }
        let Some(map) = lookup else { return Ok(origin) };
        let found = self.looked_up(map, slots);
        Ok(if found == Origin::NOWHERE { origin } else { found })
    }

    /// Go: evalArg. Gives where the value comes from.
    #[inline(always)]
    fn argument(&mut self, dot: &Operand, ty: &Type, id: NodeId, slot: &mut Value) -> Exec<Origin> {
        self.node = id;
        let tree = self.tree;
        // What fits without a look.
        match (tree.node(id).kind, ty) {
            (NodeKind::String(text), Type::Any | Type::String) => {
                put(slot, Value::Str(tree.string(text).clone()));
                Ok(Origin::NOWHERE)
            }
            (NodeKind::Number(number), Type::Any) => {
                put(slot, tree.number(number).plain_int().map_or_else(|| self.literal(id), |int| Ok(Value::int(int)))?);
                Ok(Origin::NOWHERE)
            }
            (NodeKind::Variable(name, fields), Type::Any) if fields.is_empty() => {
                let Operand { value, meta } = self.variable(name)?;
                put(slot, value.clone());
                Ok(meta.origin())
            }
            (NodeKind::Variable(name, fields), Type::String) if fields.is_empty() => {
                let Operand { value, meta } = self.variable(name)?;
                let Value::Str(text) = value else { return self.fitting_argument(dot, *ty, id, slot) };
                put(slot, Value::Str(text.clone()));
                Ok(meta.origin())
            }
            (NodeKind::Pipe(_), Type::Any) => self.pipeline(dot, id, slot).map(Meta::origin),
            _ => self.fitting_argument(dot, *ty, id, slot),
        }
    }

    fn fitting_argument(&mut self, dot: &Operand, ty: Type, id: NodeId, slot: &mut Value) -> Exec<Origin> {
        match self.tree.node(id).kind {
            NodeKind::Nil if can_be_nil(ty) => put(slot, zero(ty)),
            NodeKind::Nil => return self.fail(format!("cannot assign nil to {}", ty.name())),
            NodeKind::Bool(_) | NodeKind::Number(_) | NodeKind::String(_) => put(slot, self.typed_literal(ty, id)?),
            _ => {
                let mut value = Value::Nil;
                let meta = self.any_argument(dot, id, &mut value)?;
                self.fit(value, meta, ty, slot)?;
                return Ok(meta.origin());
            }
        }
        Ok(Origin::NOWHERE)
    }

    /// Go: evalArg where the parameter is a reflect.Value.
    pub(super) fn any_argument(&mut self, dot: &Operand, id: NodeId, out: &mut Value) -> Exec<Meta> {
        self.node = id;
        let tree = self.tree;
        match tree.node(id).kind {
            NodeKind::Dot => {
                put(out, dot.value.clone());
                Ok(dot.meta)
            }
            NodeKind::Nil => Ok(Meta::PLAIN),
            NodeKind::Field(fields) => {
                self.field_chain(dot, dot.receiver(), id, tree.fields(fields), Args::default(), out)
            }
            NodeKind::Variable(name, fields) => {
                let value = self.variable(name)?.clone();
                self.field_chain(dot, value.receiver(), id, tree.fields(fields), Args::default(), out)
            }
            NodeKind::Pipe(_) => self.pipeline(dot, id, out),
            NodeKind::Function(callee) => self.call_function(dot, callee, id, id, Args::default(), out),
            NodeKind::Chain(inner, fields) => self.chain(dot, id, inner, tree.fields(fields), Args::default(), out),
            _ => {
                put(out, self.literal(id)?);
                Ok(Meta::PLAIN)
            }
        }
    }

    /// A literal as the type of a parameter.
    fn typed_literal(&mut self, ty: Type, id: NodeId) -> Exec<Value> {
        let tree = self.tree;
        let kind = tree.node(id).kind;
        let number = if let NodeKind::Number(number) = kind { Some(tree.number(number)) } else { None };
        let (value, expected) = match ty {
            Type::Any => return self.literal(id),
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

    /// Go: validateType.
    #[inline]
    fn fit(&self, value: Value, meta: Meta, ty: Type, slot: &mut Value) -> Exec<()> {
        match (ty, &value) {
            (Type::Any, _) | (Type::String, Value::Str(_)) => {
                put(slot, value);
                Ok(())
            }
            _ => self.fit_type(value, meta, ty, slot),
        }
    }

    fn fit_type(&self, value: Value, meta: Meta, ty: Type, slot: &mut Value) -> Exec<()> {
        let value = match (&value, value.ty()) {
            (_, None) => match (meta.is_interface(), can_be_nil(ty)) {
                (false, true) => zero(ty),
                (false, false) => return self.fail(format!("invalid value; expected {}", ty.name())),
                (true, _) => return self.wrong_type(Type::Any, ty),
            },
            (_, Some(actual)) if actual == ty => value,
            // The types are made of the same, and one of them has no name.
            (Value::Map(_), Some(Type::Values)) if ty == Type::Map => value,
            (Value::Object(object), Some(actual)) => match object.underlying() {
                Some(inner) if inner.ty() == Some(ty) => inner,
                _ => return self.wrong_type(actual, ty),
            },
            (_, Some(actual)) => return self.wrong_type(actual, ty),
        };
        put(slot, value);
        Ok(())
    }

    fn wrong_type<T>(&self, actual: Type, expected: Type) -> Exec<T> {
        self.fail(format!("wrong type for value; expected {}; got {}", expected.name(), actual.name()))
    }
}

/// The types of a function's parameters, one after another.
#[inline]
fn parameters<'f>(func: &'f Func) -> impl FnMut() -> &'f Type {
    let variadic = func.variadic.as_ref().unwrap_or(&Type::Any);
    let mut params = func.params.iter();
    move || params.next().unwrap_or(variadic)
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
