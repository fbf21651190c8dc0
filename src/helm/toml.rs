//! `toToml`, `mustToToml` and `fromToml`, as BurntSushi/toml 1.6 has them.
//!
//! Why no library: that one takes more and less than TOML says (a newline in an inline table, two keys of which
//! the later one loses), and templates print its layout and its errors.

mod key;
mod lex;
mod parse;
mod strings;
#[cfg(test)]
mod tests;
mod write;

use crate::gotmpl::{Call, Fault, Func, Type, Value, World};

pub const FUNCS: &[Func] = &[
    func("toToml", &[Type::Any], |call| match write::marshal(&call.args[0]) {
        Ok(text) => Ok(Value::str(text)),
        Err(write::Failure::Error(message)) => Ok(Value::str(message)),
        Err(write::Failure::Panic(message)) => Err(Fault::new(message)),
    }),
    func("mustToToml", &[Type::Any], |call| match write::marshal(&call.args[0]) {
        Ok(text) => Ok(Value::str(text)),
        Err(write::Failure::Error(message) | write::Failure::Panic(message)) => Err(Fault::new(message)),
    }),
    // Helm: an error's text is in the map.
    func("fromToml", &[Type::String], |call| {
        let local = parse::Local::of(call.world);
        Ok(parse::parse(call.str(0), local).unwrap_or_else(|message| Value::map([("Error", Value::str(message))])))
    }),
];

/// The map of a text, for files of our own.
///
/// Errors: what is wrong with it, with its line.
pub fn read(text: &[u8]) -> Result<Value, String> {
    parse::parse(text, parse::Local::of(&mut World::fixed(0)))
}

/// A text in quotes.
pub fn quoted(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len() + 2);
    key::append_quoted(&mut out, text.as_bytes());
    String::from_utf8_lossy(&out).into_owned()
}

const fn func(name: &'static str, params: &'static [Type], run: fn(&mut Call) -> Result<Value, Fault>) -> Func {
    Func { name, params, variadic: None, run }
}
