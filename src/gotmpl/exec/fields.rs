//! Fields: keys of maps, fields of structs, methods.

use std::rc::Rc;

use super::super::ast::{NodeId, NodeKind, Part};
use super::super::value::{Kind, Map, Object, Type, Value};
use super::operand::{Args, Operand};
use super::{Exec, Frame, MissingKey};
use crate::base::Span;

impl Frame<'_> {
    /// Go: evalChainNode.
    pub(super) fn chain(
        &mut self,
        dot: &Operand,
        id: NodeId,
        inner: NodeId,
        fields: &[Part],
        args: Args,
    ) -> Exec<Operand> {
        self.node = inner;
        let receiver = match self.tree.node(inner).kind {
            NodeKind::Function(callee) => self.call_function(dot, callee, inner, inner, Args::default())?,
            _ => self.pipeline(dot, inner)?,
        };
        self.field_chain(dot, &receiver, id, fields, args)
    }

    /// Go: evalFieldChain. The last of the fields may be a method, which gets the arguments.
    pub(super) fn field_chain(
        &mut self,
        dot: &Operand,
        receiver: &Operand,
        id: NodeId,
        fields: &[Part],
        args: Args,
    ) -> Exec<Operand> {
        let [first, rest @ ..] = fields else { return Ok(receiver.clone()) };
        let Some((end, middle)) = rest.split_last() else {
            return self.field(dot, *first, id, args, receiver);
        };
        let mut value = self.field(dot, *first, id, Args::default(), receiver)?;
        for field in middle {
            value = self.field(dot, *field, id, Args::default(), &value)?;
        }
        self.field(dot, *end, id, args, &value)
    }

    /// Go: evalField.
    fn field(&mut self, dot: &Operand, field: Part, id: NodeId, args: Args, receiver: &Operand) -> Exec<Operand> {
        let name = self.tree.field(field);
        match &receiver.value {
            Value::Map(map) => {
                if map.ty() == Type::Values
                    && let Some(method) = self.scope.base.funcs().method(Type::Values, name)
                {
                    return self.call(dot, method, Some(&receiver.value), id, field, args);
                }
                self.entry(map, name, !args.is_empty())
            }
            Value::Object(object) => self.object_field(dot, object, field, id, args, receiver),
            Value::Nil => self.field_of_nil(field, id, receiver),
            _ => self.no_such_field(name, receiver),
        }
    }

    fn object_field(
        &mut self,
        dot: &Operand,
        object: &Rc<dyn Object>,
        field: Part,
        id: NodeId,
        args: Args,
        receiver: &Operand,
    ) -> Exec<Operand> {
        let name = self.tree.field(field);
        let Ok(text) = std::str::from_utf8(name) else { return self.no_such_field(name, receiver) };
        if let Some(method) = object.method(text) {
            return self.call(dot, method, Some(&receiver.value), id, field, args);
        }
        if let Some(value) = object.field(text) {
            if !args.is_empty() {
                return self.fail(format!("{text} has arguments but cannot be invoked as function"));
            }
            let is_interface = value.is_nil();
            return Ok(Operand { value, is_interface, span: Span::NOWHERE });
        }
        match object.underlying() {
            Some(Value::Map(map)) if object.kind() == Kind::Map => self.entry(&map, name, !args.is_empty()),
            _ => self.no_such_field(name, receiver),
        }
    }

    /// The value at a key of a map.
    fn entry(&self, map: &Map, name: &[u8], has_args: bool) -> Exec<Operand> {
        if has_args {
            return self.fail(format!("{} is not a method but has arguments", String::from_utf8_lossy(name)));
        }
        let element = map.ty().element();
        let is_interface = element == Type::Any;
        if let Some(entry) = map.entries().get(name) {
            return Ok(Operand { value: entry.value.clone(), is_interface, span: entry.span });
        }
        if self.run.options.missing_key == MissingKey::Error {
            return self.fail(format!("map has no entry for key {}", super::super::fmt::quote(name)));
        }
        Ok(Operand { value: zero(element), is_interface, span: Span::NOWHERE })
    }

    fn field_of_nil(&self, field: Part, id: NodeId, receiver: &Operand) -> Exec<Operand> {
        let name = self.tree.field(field);
        if !receiver.is_interface {
            if self.run.options.missing_key == MissingKey::Error {
                return self.fail(format!("nil data; no entry for key {}", super::super::fmt::quote(name)));
            }
            return Ok(Operand::invalid());
        }
        let name = String::from_utf8_lossy(name);
        let mut error = self.error(format!("nil pointer evaluating {}.{name}", receiver.type_name()));
        let path = self.tree.slice(self.tree.node(id).start, field.start - 1);
        let path = String::from_utf8_lossy(path).into_owned();
        error.nil_path = Some(if path.is_empty() { ".".to_owned() } else { path });
        Err(error)
    }

    fn no_such_field<T>(&self, name: &[u8], receiver: &Operand) -> Exec<T> {
        let name = String::from_utf8_lossy(name);
        self.fail(format!("can't evaluate field {name} in type {}", receiver.type_name()))
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
