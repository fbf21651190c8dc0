//! Fields: keys of maps, fields of structs, methods.

use std::rc::Rc;

use super::super::ast::{NodeId, NodeKind, Part};
use super::super::value::{Kind, Map, Type, Value};
use super::operand::{Args, Held, Operand, Origin, Receiver, put};
use super::{Exec, Frame, MissingKey};

impl Frame<'_> {
    /// Go: evalChainNode.
    pub(super) fn chain(
        &mut self,
        dot: &Operand,
        id: NodeId,
        inner: NodeId,
        fields: &[Part],
        args: Args,
        out: &mut Value,
    ) -> Exec<Held> {
        self.node = inner;
        let mut receiver = Value::Nil;
        let held = match self.tree.node(inner).kind {
            NodeKind::Function(callee) => {
                self.call_function(dot, callee, inner, inner, Args::default(), &mut receiver)?
            }
            _ => Held::from(self.pipeline(dot, inner, &mut receiver)?),
        };
        self.field_chain(dot, Receiver { value: &receiver, held }, id, fields, args, out)
    }

    /// Go: evalFieldChain. The last of the fields may be a method, which gets the arguments.
    pub(super) fn field_chain(
        &mut self,
        dot: &Operand,
        receiver: Receiver,
        id: NodeId,
        fields: &[Part],
        args: Args,
        out: &mut Value,
    ) -> Exec<Held> {
        let [first, rest @ ..] = fields else {
            put(out, receiver.value.clone());
            return Ok(receiver.held);
        };
        let Some((end, middle)) = rest.split_last() else {
            return self.field(dot, *first, id, args, receiver, out);
        };
        let mut value = Value::Nil;
        let mut held = self.field(dot, *first, id, Args::default(), receiver, &mut value)?;
        for field in middle {
            let mut next = Value::Nil;
            held = self.field(dot, *field, id, Args::default(), Receiver { value: &value, held }, &mut next)?;
            value = next;
        }
        self.field(dot, *end, id, args, Receiver { value: &value, held }, out)
    }

    /// Go: evalField.
    fn field(
        &mut self,
        dot: &Operand,
        field: Part,
        id: NodeId,
        args: Args,
        receiver: Receiver,
        out: &mut Value,
    ) -> Exec<Held> {
        let name = self.tree.field(field);
        match receiver.value {
            Value::Map(map) => {
                if map.ty() == Type::Values
                    && let Some(method) = self.scope.base.funcs().method(Type::Values, name)
                {
                    let args = Args { receiver: Some(receiver.value), ..args };
                    return self.call(dot, method, id, field, args, out);
                }
                self.entry(map, name, args, out)
            }
            Value::Object(_) => self.object_field(dot, field, id, args, receiver, out),
            Value::Nil => self.field_of_nil(field, id, receiver.held, out),
            _ => self.no_such_field(name, receiver),
        }
    }

    fn object_field(
        &mut self,
        dot: &Operand,
        field: Part,
        id: NodeId,
        args: Args,
        receiver: Receiver,
        out: &mut Value,
    ) -> Exec<Held> {
        let name = self.tree.field(field);
        let (Value::Object(object), Ok(text)) = (receiver.value, std::str::from_utf8(name)) else {
            return self.no_such_field(name, receiver);
        };
        if let Some(method) = object.method(text) {
            let args = Args { receiver: Some(receiver.value), ..args };
            return self.call(dot, method, id, field, args, out);
        }
        if let Some(value) = object.field(text) {
            if !args.is_empty() {
                return self.fail(format!("{text} has arguments but cannot be invoked as function"));
            }
            let is_interface = value.is_nil();
            put(out, value);
            return Ok(Held::new(is_interface, Origin::NOWHERE));
        }
        match object.underlying() {
            Some(Value::Map(map)) if object.kind() == Kind::Map => self.entry(&map, name, args, out),
            _ => self.no_such_field(name, receiver),
        }
    }

    /// The value at a key of a map.
    fn entry(&mut self, map: &Map, name: &[u8], args: Args, out: &mut Value) -> Exec<Held> {
        if !args.is_empty() {
            return self.fail(format!("{} is not a method but has arguments", String::from_utf8_lossy(name)));
        }
        let element = map.ty().element();
        let is_interface = element == Type::Any;
        if let Some(entry) = map.entries().get(name) {
            put(out, entry.value.clone());
            return Ok(Held::new(is_interface, self.run.origin(entry.span)));
        }
        if self.run.options.missing_key == MissingKey::Error {
            return self.fail(format!("map has no entry for key {}", super::super::fmt::quote(name)));
        }
        put(out, zero(element));
        Ok(Held::new(is_interface, Origin::NOWHERE))
    }

    /// Go: what comes from the command before it is not looked at.
    fn field_of_nil(&self, field: Part, id: NodeId, held: Held, out: &mut Value) -> Exec<Held> {
        let name = self.tree.field(field);
        if !held.is_interface() {
            if self.run.options.missing_key == MissingKey::Error {
                return self.fail(format!("nil data; no entry for key {}", super::super::fmt::quote(name)));
            }
            *out = Value::Nil;
            return Ok(Held::PLAIN);
        }
        let name = String::from_utf8_lossy(name);
        let mut error = self.error(format!("nil pointer evaluating {}.{name}", Type::Any.name()));
        let path = self.tree.slice(self.tree.node(id).start, field.start - 1);
        let path = String::from_utf8_lossy(path).into_owned();
        error.nil_path = Some(if path.is_empty() { ".".to_owned() } else { path });
        Err(error)
    }

    fn no_such_field<T>(&self, name: &[u8], receiver: Receiver) -> Exec<T> {
        let (name, type_name) = (String::from_utf8_lossy(name), receiver.held.type_name(receiver.value));
        self.fail(format!("can't evaluate field {name} in type {type_name}"))
    }
}

/// Go: reflect.Zero.
pub(in super::super) fn zero(ty: Type) -> Value {
    use super::super::value::List;
    match ty {
        Type::Any | Type::Named(_) => Value::Nil,
        Type::Bool => Value::Bool(false),
        Type::Int(ty) => Value::Int(0, ty),
        Type::Uint(ty) => Value::Uint(0, ty),
        Type::Float64 => Value::Float(0.0),
        Type::Complex128 => Value::Complex(0.0, 0.0),
        Type::String => Value::str(""),
        Type::List | Type::Strings | Type::Ints | Type::Bytes | Type::Lists => Value::List(Rc::new(List::nil(ty))),
        Type::Map | Type::StringMap | Type::Values => Value::Map(Rc::new(Map::nil(ty))),
    }
}
