//! Fields: keys of maps, fields of structs, methods.

use std::rc::Rc;

use super::super::ast::{NodeId, NodeKind, Part};
use super::super::func::Func;
use super::super::value::{Kind, Map, Object, Type, Value};
use super::operand::{Args, Meta, Operand, Receiver, clear, put};
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
    ) -> Exec<Meta> {
        self.node = inner;
        let mut receiver = Value::Nil;
        let meta = match self.tree.node(inner).kind {
            NodeKind::Function(callee) => {
                self.call_function(dot, callee, inner, inner, Args::default(), &mut receiver)?
            }
            _ => self.pipeline(dot, inner, &mut receiver)?,
        };
        self.field_chain(dot, Receiver { value: &receiver, meta }, id, fields, args, out)
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
    ) -> Exec<Meta> {
        let Some((end, before)) = fields.split_last() else {
            put(out, receiver.value.clone());
            return Ok(receiver.meta);
        };
        let mut value;
        let mut receiver = receiver;
        for field in before {
            let mut next = Value::Nil;
            let meta = self.field(dot, *field, id, Args::default(), receiver, &mut next)?;
            value = next;
            receiver = Receiver { value: &value, meta };
        }
        self.field(dot, *end, id, args, receiver, out)
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
    ) -> Exec<Meta> {
        let name = self.tree.field(field);
        if let Some(method) = self.method(receiver.value, name) {
            return self.call(dot, method, id, field, Args { receiver: Some(receiver.value), ..args }, out);
        }
        match receiver.value {
            Value::Map(map) => self.entry(map, name, args, out),
            Value::Object(object) => self.object_field(object, name, args, receiver, out),
            Value::Nil => self.field_of_nil(field, id, receiver.meta, out),
            _ => self.no_such_field(name, receiver),
        }
    }

    fn method(&self, value: &Value, name: &[u8]) -> Option<&'static Func> {
        match value {
            Value::Map(map) if map.ty() == Type::Values => self.scope.base.funcs().method(Type::Values, name),
            Value::Object(object) => object.method(std::str::from_utf8(name).ok()?),
            _ => None,
        }
    }

    fn object_field(
        &mut self,
        object: &Rc<dyn Object>,
        name: &[u8],
        args: Args,
        receiver: Receiver,
        out: &mut Value,
    ) -> Exec<Meta> {
        let Ok(text) = std::str::from_utf8(name) else { return self.no_such_field(name, receiver) };
        if let Some(value) = object.field(text) {
            if !args.is_empty() {
                return self.fail(format!("{text} has arguments but cannot be invoked as function"));
            }
            let is_interface = value.is_nil();
            put(out, value);
            let is_addressable = object.kind() == Kind::Ptr || receiver.meta.is_addressable();
            return Ok(Meta::PLAIN.with_interface(is_interface).with_address(is_addressable));
        }
        match object.underlying() {
            Some(Value::Map(map)) if object.kind() == Kind::Map => self.entry(&map, name, args, out),
            _ => self.no_such_field(name, receiver),
        }
    }

    /// The value at a key of a map.
    fn entry(&mut self, map: &Map, name: &[u8], args: Args, out: &mut Value) -> Exec<Meta> {
        if !args.is_empty() {
            return self.fail(format!("{} is not a method but has arguments", String::from_utf8_lossy(name)));
        }
        let element = map.ty().element();
        let is_interface = element == Type::Any;
        if let Some(entry) = map.entries().get(name) {
            put(out, entry.value.clone());
            return Ok(Meta::from(self.run.origin(entry.span)).with_interface(is_interface));
        }
        if self.run.options.missing_key == MissingKey::Error {
            return self.fail(format!("map has no entry for key {}", super::super::fmt::quote(name)));
        }
        put(out, zero(element));
        Ok(Meta::PLAIN.with_interface(is_interface))
    }

    /// Go: what is piped in is not looked at. So it is dropped here.
    fn field_of_nil(&self, field: Part, id: NodeId, meta: Meta, out: &mut Value) -> Exec<Meta> {
        let name = self.tree.field(field);
        if !meta.is_interface() {
            if self.run.options.missing_key == MissingKey::Error {
                return self.fail(format!("nil data; no entry for key {}", super::super::fmt::quote(name)));
            }
            clear(out);
            return Ok(Meta::PLAIN);
        }
        let name = String::from_utf8_lossy(name);
        let mut error = self.error(format!("nil pointer evaluating {}.{name}", Type::Any.name()));
        let path = self.tree.slice(self.tree.node(id).start, field.start - 1);
        let path = String::from_utf8_lossy(path).into_owned();
        error.nil_path = Some(if path.is_empty() { ".".to_owned() } else { path });
        Err(error)
    }

    fn no_such_field<T>(&self, name: &[u8], receiver: Receiver) -> Exec<T> {
        let (name, type_name) = (String::from_utf8_lossy(name), receiver.meta.type_name(receiver.value));
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
