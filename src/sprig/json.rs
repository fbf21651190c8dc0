//! Go's encoding/json on values of templates: `toRawJson`, `toPrettyJson`, `mustFromJson` and so on.
//!
//! **Not here:** JSON as nodes ([`crate::yaml::json_read`], [`crate::yaml::to_json`]).

mod read;
#[cfg(test)]
mod tests;
mod view;
mod write;

pub use read::unmarshal;
pub use view::{View, exported_fields, text};
pub use write::{Layout, marshal};

use crate::gotmpl::{Call, Fault, Func, Str, Type, Value};

/// The most bytes that a value may come to as text.
pub const LARGEST_TEXT: usize = 128 << 20;

pub const FUNCS: &[Func] = &[
    func("fromJson", &[Type::String], |call| Ok(unmarshal(call.str(0)).0)),
    func("mustFromJson", &[Type::String], |call| match unmarshal(call.str(0)) {
        (value, None) => Ok(value),
        (_, Some(message)) => Err(Fault::new(message)),
    }),
    func("toJson", &[Type::Any], |call| or_empty(write(call, Layout::Compact))),
    func("mustToJson", &[Type::Any], |call| write(call, Layout::Compact)),
    func("toPrettyJson", &[Type::Any], |call| or_empty(write(call, Layout::Pretty))),
    func("mustToPrettyJson", &[Type::Any], |call| write(call, Layout::Pretty)),
    // sprig: this one panics.
    func("toRawJson", &[Type::Any], |call| write(call, Layout::Raw)),
    func("mustToRawJson", &[Type::Any], |call| write(call, Layout::Raw)),
];

const fn func(name: &'static str, params: &'static [Type], run: fn(&mut Call) -> Result<Value, Fault>) -> Func {
    Func { name, params, variadic: None, run }
}

fn write(call: &Call, layout: Layout) -> Result<Value, Fault> {
    marshal(&call.args[0], layout).map(Value::str)
}

/// sprig: the functions without `must` print nothing where there is an error.
fn or_empty(result: Result<Value, Fault>) -> Result<Value, Fault> {
    Ok(result.unwrap_or_else(|_| Value::str(Str::from(""))))
}
