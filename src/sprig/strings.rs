//! Texts: cutting, joining, cases, layout.
//!
//! **Invariant:** texts are bytes. What Go does by bytes (lengths, cutting, wrapping) is done by bytes, even
//! within a character.
//! **Not here:** hashes and encodings ([`super::encoding`]), chance ([`super::random`]).

mod case;
mod layout;
mod pieces;
mod printed;
pub(super) mod runes;
mod words;

use super::{check_bytes, func, variadic};
use crate::gotmpl::{Call, Fault, Func, IntType, Str, Type, Value};

pub use pieces::strslice;

const INT: Type = Type::Int(IntType::Int);
const NONE: &[Type] = &[];
const ONE: &[Type] = &[Type::String];
const TWO: &[Type] = &[Type::String, Type::String];
const SIZED: &[Type] = &[INT, Type::String];

pub const FUNCS: &[Func] = &[
    func("abbrev", SIZED, |call| layout::abbrev(0, call.int(0), call.str(1), 4)),
    func("abbrevboth", &[INT, INT, Type::String], |call| {
        let (left, right) = (call.int(0), call.int(1));
        layout::abbrev(left, right, call.str(2), if left > 0 { 7 } else { 4 })
    }),
    func("camelcase", ONE, |call| Ok(Value::str(words::pascal(call.str(0))))),
    variadic("cat", NONE, Type::Any, |call| printed::cat(call.args).map(Value::str)),
    func("contains", TWO, |call| Ok(pieces::contains(call.str(1), call.str(0)).into())),
    func("hasPrefix", TWO, |call| Ok(call.str(1).starts_with(call.str(0)).into())),
    func("hasSuffix", TWO, |call| Ok(call.str(1).ends_with(call.str(0)).into())),
    func("hello", NONE, |_| Ok(Value::str("Hello!"))),
    func("indent", SIZED, |call| layout::indent(call.int(0), call.str(1), b"")),
    func("initials", ONE, |call| Ok(Value::str(case::initials(call.str(0))))),
    func("join", &[Type::String, Type::Any], |call| pieces::join(call.str(0), &call.args[1])),
    func("kebabcase", ONE, |call| Ok(Value::str(words::separated(call.str(0), '-')))),
    func("lower", ONE, |call| Ok(Value::str(case::lower(call.str(0))))),
    func("nindent", SIZED, |call| layout::indent(call.int(0), call.str(1), b"\n")),
    func("nospace", ONE, |call| Ok(Value::str(case::without_spaces(call.str(0))))),
    func("plural", &[Type::String, Type::String, INT], |call| {
        Ok(call.args[if call.int(2) == 1 { 0 } else { 1 }].clone())
    }),
    variadic("quote", NONE, Type::Any, |call| printed::quote(call.args).map(Value::str)),
    func("repeat", SIZED, |call| repeat(call.int(0), call.str(1))),
    func("replace", &[Type::String, Type::String, Type::String], |call| {
        pieces::replace(call.str(2), call.str(0), call.str(1))
    }),
    func("snakecase", ONE, |call| Ok(Value::str(words::separated(call.str(0), '_')))),
    func("sortAlpha", &[Type::Any], |call| pieces::sort_alpha(&call.args[0])),
    func("split", TWO, |call| pieces::split(call.str(0), -1, call.str(1))),
    func("splitList", TWO, |call| pieces::split_list(call.str(0), call.str(1))),
    func("splitn", &[Type::String, INT, Type::String], |call| pieces::split(call.str(0), call.int(1), call.str(2))),
    variadic("squote", NONE, Type::Any, |call| printed::squote(call.args).map(Value::str)),
    func("substr", &[INT, INT, Type::String], |call| substr(call.int(0), call.int(1), call.str(2))),
    func("swapcase", ONE, |call| Ok(Value::str(case::swap(call.str(0))))),
    func("title", ONE, |call| Ok(Value::str(case::title(call.str(0))))),
    func("trim", ONE, |call| Ok(Value::Str(layout::trim(call.str(0), runes::is_space)))),
    func("trimAll", TWO, trim_all),
    func("trimPrefix", TWO, |call| Ok(Value::Str(layout::trim_prefix(call.str(1), call.str(0))))),
    func("trimSuffix", TWO, |call| Ok(Value::Str(layout::trim_suffix(call.str(1), call.str(0))))),
    func("trimall", TWO, trim_all),
    func("trunc", SIZED, |call| Ok(Value::Str(trunc(call.int(0), call.str(1))))),
    func("untitle", ONE, |call| Ok(Value::str(case::untitle(call.str(0))))),
    func("upper", ONE, |call| Ok(Value::str(case::upper(call.str(0))))),
    func("wrap", SIZED, |call| layout::wrap(call.str(1), call.int(0), b"\n", layout::LongWords::Stay)),
    func("wrapWith", &[INT, Type::String, Type::String], |call| {
        let separator = if call.str(1).is_empty() { b"\n" } else { &**call.str(1) };
        layout::wrap(call.str(2), call.int(0), separator, layout::LongWords::Break)
    }),
];

/// Go: strings.Trim.
fn trim_all(call: &mut Call) -> Result<Value, Fault> {
    let mut cutset: Vec<char> = runes::runes(call.str(0)).map(|(rune, _)| rune).collect();
    cutset.sort_unstable();
    Ok(Value::Str(layout::trim(call.str(1), |rune| cutset.binary_search(&rune).is_ok())))
}

/// Go: strings.Repeat.
fn repeat(count: i64, text: &Str) -> Result<Value, Fault> {
    let count = usize::try_from(count).map_err(|_| Fault::new("strings: negative Repeat count"))?;
    check_bytes(text.len().checked_mul(count))?;
    Ok(Value::str(text.repeat(if text.is_empty() { 0 } else { count })))
}

/// sprig: trunc. A negative number counts from the end.
fn trunc(count: i64, text: &Str) -> Str {
    let (bytes, length) = (count.unsigned_abs() as usize, text.len());
    match count {
        _ if length <= bytes => text.clone(),
        0.. => layout::part(text, 0..bytes),
        _ => layout::part(text, length - bytes..length),
    }
}

/// sprig: substring. A negative start is the text's, a negative end too; what else is outside is an error.
fn substr(start: i64, end: i64, text: &Str) -> Result<Value, Fault> {
    let length = text.len() as i64;
    let (from, to) = match (start, end) {
        (..0, _) => (0, end),
        (_, ..0) => (start, length),
        _ => (start, end.min(length)),
    };
    if from > to || to > length || to < 0 {
        return Err(Fault::new(match (to, from) {
            (..0, _) => format!("runtime error: slice bounds out of range [:{to}]"),
            _ if to > length => format!("runtime error: slice bounds out of range [:{to}] with length {length}"),
            _ => format!("runtime error: slice bounds out of range [{from}:{to}]"),
        }));
    }
    Ok(Value::Str(layout::part(text, from as usize..to as usize)))
}

#[cfg(test)]
mod tests;
