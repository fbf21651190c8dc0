//! A value on its way through a template.

use super::super::ast::NodeId;
use super::super::value::{Type, Value};
use crate::base::Span;

/// Go's reflect.Value, as far as it is seen.
#[derive(Clone)]
pub(super) struct Operand {
    pub value: Value,
    /// The value stands in a place of type `interface {}`: an entry of a map, say. So there are two nils: an
    /// interface that is nil, of which nothing can be asked, and no value at all.
    pub is_interface: bool,
    /// The place of the file that set the value.
    pub span: Span,
}

impl Operand {
    /// The data that a template is executed with.
    pub fn root(value: Value) -> Operand {
        Operand::plain(value)
    }

    /// A value that no file set.
    pub fn plain(value: Value) -> Operand {
        Operand { value, is_interface: false, span: Span::NOWHERE }
    }

    /// Go: the zero reflect.Value.
    pub fn invalid() -> Operand {
        Operand::plain(Value::Nil)
    }

    /// Go: reflect.Value.Type, for errors.
    pub fn type_name(&self) -> &'static str {
        if self.is_interface { Type::Any.name() } else { self.value.ty().unwrap_or(Type::Any).name() }
    }
}

/// What a function or method is called with.
#[derive(Default)]
pub(super) struct Args<'t> {
    /// The words behind its name.
    pub words: &'t [NodeId],
    /// What the command before it in the pipeline gave.
    pub last: Option<Operand>,
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
