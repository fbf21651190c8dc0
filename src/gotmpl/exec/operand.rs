//! A value on its way through a template.
//!
//! What is evaluated is written to where it is wanted, and only what there is to say of it is given back: most values
//! of a template go through several hands, and moving them took longer than making them.

use hashbrown::HashMap;

use super::super::ast::NodeId;
use super::super::value::{Type, Value};
use crate::base::Span;

/// Go's reflect.Value, as far as it is seen.
#[derive(Clone)]
pub(super) struct Operand {
    pub value: Value,
    pub held: Held,
}

/// What there is to say of a value besides itself. In one word: so it is given back in a register.
#[derive(Clone, Copy)]
pub(super) struct Held(u64);

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

impl Held {
    /// Of a value that no file set.
    pub const PLAIN: Held = Held::from(Origin::NOWHERE);

    pub const fn from(origin: Origin) -> Held {
        Held::new(false, origin)
    }

    pub const fn new(is_interface: bool, origin: Origin) -> Held {
        Held(origin.0 << 1 | is_interface as u64)
    }

    /// The value stands in a place of type `interface {}`: an entry of a map, say. So there are two nils: an
    /// interface that is nil, of which nothing can be asked, and no value at all.
    pub const fn is_interface(self) -> bool {
        self.0 & 1 == 1
    }

    pub const fn origin(self) -> Origin {
        Origin(self.0 >> 1)
    }

    /// Go: reflect.Value.Type, for errors.
    pub fn type_name(self, value: &Value) -> &'static str {
        if self.is_interface() { Type::Any.name() } else { value.ty().unwrap_or(Type::Any).name() }
    }
}

impl Operand {
    pub fn receiver(&self) -> Receiver<'_> {
        Receiver { value: &self.value, held: self.held }
    }

    /// A value that no file set.
    pub fn plain(value: Value) -> Operand {
        Operand { value, held: Held::PLAIN }
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
    pub held: Held,
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
    /// Where that comes from what the command before it in the pipeline gave. The value is where the result is to be.
    pub last: Option<Origin>,
}

impl Args<'_> {
    pub fn len(&self) -> usize {
        self.words.len() + usize::from(self.last.is_some())
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
