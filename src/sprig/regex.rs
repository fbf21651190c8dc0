//! Regular expressions: `regexMatch`, `regexReplaceAll` and so on, and their `must` forms.
//!
//! **Not here:** the expressions themselves, which are [`crate::base::regexp`]'s.

use std::rc::Rc;

use crate::base::regexp::{Regexp, quote_meta};
use crate::gotmpl::{Call, Fault, Func, IntType, List, Str, Type, Value};

/// The most items that a list of matches or pieces may have.
const MOST_ITEMS: usize = 10_000_000;

const INT: Type = Type::Int(IntType::Int);
const TWO: &[Type] = &[Type::String, Type::String];
const THREE: &[Type] = &[Type::String, Type::String, Type::String];
const WITH_COUNT: &[Type] = &[Type::String, Type::String, INT];

type Compile = fn(&Call) -> Result<Rc<Regexp>, Fault>;

pub const FUNCS: &[Func] = &[
    // sprig: a pattern that is none matches nothing.
    func("regexMatch", TWO, |call| Ok(must(call).is_ok_and(|regexp| regexp.is_match(call.str(1))).into())),
    func("mustRegexMatch", TWO, |call| Ok(must(call)?.is_match(call.str(1)).into())),
    func("regexFind", TWO, |call| find(call, compiled)),
    func("mustRegexFind", TWO, |call| find(call, must)),
    func("regexFindAll", WITH_COUNT, |call| find_all(call, compiled)),
    func("mustRegexFindAll", WITH_COUNT, |call| find_all(call, must)),
    func("regexReplaceAll", THREE, |call| replace_all(call, compiled)),
    func("mustRegexReplaceAll", THREE, |call| replace_all(call, must)),
    func("regexReplaceAllLiteral", THREE, |call| replace_all_literal(call, compiled)),
    func("mustRegexReplaceAllLiteral", THREE, |call| replace_all_literal(call, must)),
    func("regexSplit", WITH_COUNT, |call| split(call, compiled)),
    func("mustRegexSplit", WITH_COUNT, |call| split(call, must)),
    func("regexQuoteMeta", &[Type::String], |call| Ok(Value::str(quote_meta(call.str(0))))),
];

const fn func(name: &'static str, params: &'static [Type], run: fn(&mut Call) -> Result<Value, Fault>) -> Func {
    Func { name, params, variadic: None, run }
}

/// Go: regexp.Compile, of the first argument.
fn must(call: &Call) -> Result<Rc<Regexp>, Fault> {
    Regexp::new(call.str(0)).map_err(Fault::new)
}

/// Go: regexp.MustCompile, which panics with another text.
fn compiled(call: &Call) -> Result<Rc<Regexp>, Fault> {
    let pattern = call.str(0);
    Regexp::new(pattern).map_err(|fault| Fault::new(format!("regexp: Compile(`{}`): {fault}", pattern.to_text())))
}

fn find(call: &Call, compile: Compile) -> Result<Value, Fault> {
    let text = call.str(1);
    let found = compile(call)?.find(text).and_then(|range| text.get(range));
    Ok(Value::str(Str::new(found.unwrap_or_default())))
}

/// Go: no match at all is a nil slice.
fn find_all(call: &Call, compile: Compile) -> Result<Value, Fault> {
    let text = call.str(1);
    let found = compile(call)?.find_all(text, count(call));
    let found: Vec<_> = found.into_iter().filter_map(|range| text.get(range)).collect();
    strings((!found.is_empty()).then_some(found))
}

fn replace_all(call: &Call, compile: Compile) -> Result<Value, Fault> {
    compile(call)?.replace_all(call.str(1), call.str(2)).map(Value::str).map_err(Fault::new)
}

fn replace_all_literal(call: &Call, compile: Compile) -> Result<Value, Fault> {
    compile(call)?.replace_all_literal(call.str(1), call.str(2)).map(Value::str).map_err(Fault::new)
}

fn split(call: &Call, compile: Compile) -> Result<Value, Fault> {
    strings(compile(call)?.split(call.str(1), count(call)))
}

/// How many are asked for; a negative number asks for all, of which one more than there may be is enough.
fn count(call: &Call) -> Option<usize> {
    Some(usize::try_from(call.int(2)).unwrap_or(usize::MAX).min(MOST_ITEMS + 1))
}

/// A `[]string`, nil where there is none.
fn strings(items: Option<Vec<&[u8]>>) -> Result<Value, Fault> {
    match items {
        None => Ok(Value::List(Rc::new(List::nil(Type::Strings)))),
        Some(items) if items.len() > MOST_ITEMS => Err(Fault::new(format!("more than {MOST_ITEMS} items"))),
        Some(items) => Ok(Value::strings(items.into_iter().map(Str::new))),
    }
}
