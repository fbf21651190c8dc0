//! The functions that Helm makes anew for each rendering: those that execute templates, and those that end it.
//!
//! **Not here:** the engine that they ask ([`crate::gotmpl::Engine`]).

use crate::gotmpl::{Call, Fault, Func, Type, Value};

pub const FUNCS: &[Func] = &[
    Func { name: "fail", params: &[Type::String], variadic: None, run: fail },
    Func { name: "include", params: &[Type::String, Type::Any], variadic: None, run: include },
    Func { name: "required", params: &[Type::String, Type::Any], variadic: None, run: required },
    Func { name: "tpl", params: &[Type::String, Type::Any], variadic: None, run: tpl },
];

/// What stands around the message of an author of templates, so that it is found again in an error's text.
pub const WARN_START: &str = "HELM_ERR_START";
pub const WARN_END: &str = "HELM_ERR_END";

fn warning(message: &[u8]) -> Fault {
    Fault::new(format!("{WARN_START}{}{WARN_END}", String::from_utf8_lossy(message)))
}

fn fail(call: &mut Call) -> Result<Value, Fault> {
    Err(warning(call.str(0)))
}

fn required(call: &mut Call) -> Result<Value, Fault> {
    match &call.args[1] {
        Value::Nil => Err(warning(call.str(0))),
        Value::Str(text) if text.is_empty() => Err(warning(call.str(0))),
        value => Ok(value.clone()),
    }
}

fn include(call: &mut Call) -> Result<Value, Fault> {
    let (name, data) = (call.str(0).clone(), &call.args[1]);
    let engine = call.engine.as_mut().ok_or_else(no_engine)?;
    engine.include(&name, data, call.world).map(Value::Str)
}

fn tpl(call: &mut Call) -> Result<Value, Fault> {
    let (text, data) = (call.str(0).clone(), &call.args[1]);
    let engine = call.engine.as_mut().ok_or_else(no_engine)?;
    engine.tpl(&text, data, call.world).map(Value::Str)
}

fn no_engine() -> Fault {
    Fault::new("there are no templates here")
}
