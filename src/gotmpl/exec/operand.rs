//! A value on its way through a template.
//!
//! What is evaluated is written to where it is wanted, `out`, and only its [`Meta`] is given back: most values of a
//! template go through several hands, and moving them took longer than making them.
//!
//! **Invariant:** `out` is nil when an evaluation begins, unless a value is piped into it ([`Args::piped`]), which lies
//! there and is taken before the result is put. What gives nil need not write it. After an error `out` may hold anything.

use hashbrown::HashMap;

use super::super::ast::NodeId;
use super::super::value::{Type, Value};
use crate::base::Span;

/// Go's reflect.Value, as far as it is seen.
#[derive(Clone)]
pub(super) struct Operand {
    pub value: Value,
    pub meta: Meta,
}

/// What there is to say of a value besides itself. Go: the flag of a reflect.Value. In one word, so that it is given back
/// in a register.
#[derive(Clone, Copy)]
pub(super) struct Meta(u64);

/// The place of the file that set a value, if that is recorded: its number among all, from 1.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Origin(u64);

impl Origin {
    pub const NOWHERE: Origin = Origin(0);
}

/// The places that values come from.
#[derive(Default)]
pub(super) struct Origins {
    spans: Vec<Span>,
    known: HashMap<Span, Origin>,
}

impl Origins {
    pub fn of(&mut self, span: Span) -> Origin {
        if span.is_nowhere() {
            return Origin::NOWHERE;
        }
        *self.known.entry(span).or_insert_with(|| {
            self.spans.push(span);
            Origin(self.spans.len() as u64)
        })
    }

    pub fn span(&self, origin: Origin) -> Span {
        origin.0.checked_sub(1).map_or(Span::NOWHERE, |at| self.spans[at as usize])
    }
}

impl Meta {
    /// Of a value that no file set.
    pub const PLAIN: Meta = Meta::from(Origin::NOWHERE);

    const INTERFACE: u64 = 1;
    const ADDRESSABLE: u64 = 2;

    pub const fn from(origin: Origin) -> Meta {
        Meta(origin.0 << 2)
    }

    pub const fn with_interface(self, is_interface: bool) -> Meta {
        self.with(Meta::INTERFACE, is_interface)
    }

    pub const fn with_address(self, is_addressable: bool) -> Meta {
        self.with(Meta::ADDRESSABLE, is_addressable)
    }

    const fn with(self, flag: u64, is_set: bool) -> Meta {
        if is_set { Meta(self.0 | flag) } else { Meta(self.0 & !flag) }
    }

    /// The value stands in a place of type `interface {}`: an entry of a map, say. So there are two nils: an
    /// interface that is nil, of which nothing can be asked, and no value at all.
    pub const fn is_interface(self) -> bool {
        self.0 & Meta::INTERFACE != 0
    }

    /// Go: the value is a field of what a pointer points to, so the methods of a pointer to it are its own. It is not once
    /// it has been in an interface: in a map or a list, or as what a function gives.
    pub const fn is_addressable(self) -> bool {
        self.0 & Meta::ADDRESSABLE != 0
    }

    pub const fn origin(self) -> Origin {
        Origin(self.0 >> 2)
    }

    /// Go: reflect.Value.Type, for errors.
    pub fn type_name(self, value: &Value) -> &'static str {
        if self.is_interface() { Type::Any.name() } else { value.ty().unwrap_or(Type::Any).name() }
    }
}

impl Operand {
    pub fn receiver(&self) -> Receiver<'_> {
        Receiver { value: &self.value, meta: self.meta }
    }

    /// A value that no file set.
    pub fn plain(value: Value) -> Operand {
        Operand { value, meta: Meta::PLAIN }
    }

    /// Go: the zero reflect.Value.
    pub fn invalid() -> Operand {
        Operand::plain(Value::Nil)
    }
}

/// What has the field that is asked for.
#[derive(Clone, Copy)]
pub(super) struct Receiver<'v> {
    pub value: &'v Value,
    pub meta: Meta,
}

/// Puts a value where none is yet, so that there is nothing to drop.
#[inline(always)]
pub(super) fn put(out: &mut Value, value: Value) {
    debug_assert!(out.is_nil());
    std::mem::forget(std::mem::replace(out, value));
}

/// Takes a value from where it is.
#[inline(always)]
pub(super) fn take(out: &mut Value) -> Value {
    std::mem::replace(out, Value::Nil)
}

/// Drops a value and leaves nil. Half of them are numbers and truths, of which there is nothing to drop.
#[inline(always)]
pub(super) fn clear(value: &mut Value) {
    match value {
        Value::Nil | Value::Bool(_) | Value::Int(..) | Value::Uint(..) | Value::Float(_) => {
            std::mem::forget(take(value));
        }
        _ => *value = Value::Nil,
    }
}

/// What a function or method is called with.
#[derive(Clone, Copy, Default)]
pub(super) struct Args<'t> {
    /// Of a method.
    pub receiver: Option<&'t Value>,
    /// The words behind its name.
    pub words: &'t [NodeId],
    /// Of the value that is piped in. The value itself lies where the result is to be. Go: final.
    pub piped: Option<Meta>,
}

impl Args<'_> {
    pub fn len(&self) -> usize {
        self.words.len() + usize::from(self.piped.is_some())
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Go: canBeNil.
pub(super) fn can_be_nil(ty: Type) -> bool {
    !matches!(
        ty,
        Type::Bool | Type::Int(_) | Type::Uint(_) | Type::Float64 | Type::Complex128 | Type::String | Type::Named(_)
    )
}
