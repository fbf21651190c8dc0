//! Functions that templates call: what they take, and how they are called.
//!
//! A table of [`Func`]s is data; the engine checks number and types of the arguments as Go's reflection does
//! before it calls one.

use super::value::{Str, Type, Value};
use super::world::World;

/// A function or method.
pub struct Func {
    pub name: &'static str,
    /// The types of the parameters, without the variadic one.
    pub params: &'static [Type],
    /// The type of each of the arguments that `...` takes, if there is such a parameter.
    pub variadic: Option<Type>,
    pub run: fn(&mut Call) -> Result<Value, Fault>,
}

/// One call. The arguments are as many as the function takes and of the types that it declares: nil only
/// where the type is [`Type::Any`], a list or a map (then it is that type's nil).
pub struct Call<'c> {
    pub args: &'c [Value],
    pub world: &'c mut World,
    /// The engine that is calling; none where a test calls.
    pub engine: Option<&'c mut dyn Engine>,
}

/// What functions such as `include` and `tpl` ask of the engine that calls them.
pub trait Engine {
    /// Executes a template that is defined, and gives what it writes.
    fn include(&mut self, name: &Str, data: &Value, world: &mut World) -> Result<Str, Fault>;

    /// Parses a text as a template and executes it.
    fn tpl(&mut self, text: &Str, data: &Value, world: &mut World) -> Result<Str, Fault>;
}

/// Why a call failed.
#[derive(Debug)]
pub struct Fault {
    /// Go's text of the error.
    pub message: String,
    /// The failure of the template that was executed within the call.
    pub inner: Option<Box<super::ExecError>>,
}

impl Fault {
    pub fn new(message: impl Into<String>) -> Fault {
        Fault { message: message.into(), inner: None }
    }
}

impl Call<'_> {
    /// An argument that is declared to be a string.
    pub fn str(&self, at: usize) -> &Str {
        match &self.args[at] {
            Value::Str(text) => text,
            _ => unreachable!("the engine has checked the type"),
        }
    }

    /// An argument that is declared to be an int of any width.
    pub fn int(&self, at: usize) -> i64 {
        match self.args[at] {
            Value::Int(n, _) => n,
            _ => unreachable!("the engine has checked the type"),
        }
    }
}
