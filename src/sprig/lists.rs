//! Lists: `list`, `first`, `append`, `uniq` and so on, and their `must` forms, which fail alike.
//!
//! **Invariant:** what is made is a new list; only `slice` keeps the type of the one it is made of.
//! **Not here:** lists of texts ([`super::strings`]).

mod equal;
mod seen;

use std::rc::Rc;

use super::{check_items, func, to_int64, variadic};
use crate::gotmpl::{Call, Fault, Func, IntType, Kind, List, Type, Value};
pub use equal::deep_equal;
use seen::Seen;

const ANY: &[Type] = &[Type::Any];
const TWO: &[Type] = &[Type::Any, Type::Any];
const CHUNK: &[Type] = &[Type::Int(IntType::Int), Type::Any];

pub const FUNCS: &[Func] = &[
    func("append", TWO, push),
    func("chunk", CHUNK, chunk),
    func("compact", ANY, compact),
    variadic("concat", &[], Type::Any, concat),
    func("first", ANY, first),
    func("has", TWO, has),
    func("initial", ANY, initial),
    func("last", ANY, last),
    variadic("list", &[], Type::Any, list),
    func("mustAppend", TWO, push),
    func("mustChunk", CHUNK, chunk),
    func("mustCompact", ANY, compact),
    func("mustFirst", ANY, first),
    func("mustHas", TWO, has),
    func("mustInitial", ANY, initial),
    func("mustLast", ANY, last),
    func("mustPrepend", TWO, prepend),
    func("mustPush", TWO, push),
    func("mustRest", ANY, rest),
    func("mustReverse", ANY, reverse),
    variadic("mustSlice", ANY, Type::Any, slice),
    func("mustUniq", ANY, uniq),
    variadic("mustWithout", ANY, Type::Any, without),
    func("prepend", TWO, prepend),
    func("push", TWO, push),
    func("rest", ANY, rest),
    func("reverse", ANY, reverse),
    // Before Go's own function of that name, which cuts texts too.
    variadic("slice", ANY, Type::Any, slice),
    variadic("tuple", &[], Type::Any, list),
    func("uniq", ANY, uniq),
    variadic("without", ANY, Type::Any, without),
];

/// The list that a value of kind slice is made of.
pub fn slice_of(value: &Value) -> Option<Rc<List>> {
    match value {
        Value::List(list) => Some(list.clone()),
        Value::Object(object) if object.kind() == Kind::Slice => object.underlying()?.as_list().cloned(),
        _ => None,
    }
}

/// The list that an argument has to be; `refusal` is Go's format of the message, of the kind that it is instead.
fn slice_at(call: &Call, at: usize, refusal: &str) -> Result<Rc<List>, Fault> {
    let value = &call.args[at];
    slice_of(value).ok_or_else(|| match value {
        // Go: reflect.TypeOf(nil) is nil, and has no kind.
        Value::Nil => Fault::new("runtime error: invalid memory address or nil pointer dereference"),
        _ => Fault::new(refusal.replace("%s", value.kind().name())),
    })
}

fn list(call: &mut Call) -> Result<Value, Fault> {
    Ok(Value::list(call.args.to_vec()))
}

fn push(call: &mut Call) -> Result<Value, Fault> {
    let list = slice_at(call, 0, "Cannot push on type %s")?;
    let mut items = Vec::with_capacity(check_items(list.len() + 1)?);
    items.extend_from_slice(&list.items());
    items.push(call.args[1].clone());
    Ok(Value::list(items))
}

fn prepend(call: &mut Call) -> Result<Value, Fault> {
    let list = slice_at(call, 0, "Cannot prepend on type %s")?;
    let mut items = Vec::with_capacity(check_items(list.len() + 1)?);
    items.push(call.args[1].clone());
    items.extend_from_slice(&list.items());
    Ok(Value::list(items))
}

fn first(call: &mut Call) -> Result<Value, Fault> {
    Ok(slice_at(call, 0, "Cannot find first on type %s")?.get(0).unwrap_or(Value::Nil))
}

fn last(call: &mut Call) -> Result<Value, Fault> {
    Ok(slice_at(call, 0, "Cannot find last on type %s")?.items().last().cloned().unwrap_or(Value::Nil))
}

fn rest(call: &mut Call) -> Result<Value, Fault> {
    let list = slice_at(call, 0, "Cannot find rest on type %s")?;
    let items = list.items();
    Ok(items.split_first().map_or_else(nil, |(_, rest)| Value::list(rest.to_vec())))
}

fn initial(call: &mut Call) -> Result<Value, Fault> {
    let list = slice_at(call, 0, "Cannot find initial on type %s")?;
    let items = list.items();
    Ok(items.split_last().map_or_else(nil, |(_, initial)| Value::list(initial.to_vec())))
}

fn reverse(call: &mut Call) -> Result<Value, Fault> {
    let list = slice_at(call, 0, "Cannot find reverse on type %s")?;
    Ok(Value::list(list.items().iter().rev().cloned().collect()))
}

fn compact(call: &mut Call) -> Result<Value, Fault> {
    let list = slice_at(call, 0, "Cannot compact on type %s")?;
    Ok(Value::list(list.items().iter().filter(|item| item.is_true()).cloned().collect()))
}

fn uniq(call: &mut Call) -> Result<Value, Fault> {
    let list = slice_at(call, 0, "Cannot find uniq on type %s")?;
    let (mut seen, mut kept) = (Seen::default(), Vec::new());
    for item in list.items().iter() {
        if seen.insert(item)? {
            kept.push(item.clone());
        }
    }
    Ok(Value::list(kept))
}

fn without(call: &mut Call) -> Result<Value, Fault> {
    let list = slice_at(call, 0, "Cannot find without on type %s")?;
    let mut omitted = Seen::default();
    for item in &call.args[1..] {
        omitted.insert(item)?;
    }
    let mut kept = Vec::new();
    for item in list.items().iter() {
        if !omitted.contains(item)? {
            kept.push(item.clone());
        }
    }
    Ok(Value::list(kept))
}

fn has(call: &mut Call) -> Result<Value, Fault> {
    if call.args[1].is_nil() {
        return Ok(false.into());
    }
    let list = slice_at(call, 1, "Cannot find has on type %s")?;
    for item in list.items().iter() {
        if deep_equal(&call.args[0], item)? {
            return Ok(true.into());
        }
    }
    Ok(false.into())
}

/// sprig: slice. The list from an index up to another one. Of an empty list it gives nil.
fn slice(call: &mut Call) -> Result<Value, Fault> {
    let list = slice_at(call, 0, "list should be type of slice or array but %s")?;
    if list.is_empty() {
        return Ok(Value::Nil);
    }
    let start = call.args.get(1).map_or(0, to_int64);
    let end = call.args.get(2).map_or(list.len() as i64, to_int64);
    match (usize::try_from(start), usize::try_from(end)) {
        (Ok(start), Ok(end)) if start <= end && end <= list.len() => {
            let items = list.items()[start..end].to_vec();
            Ok(Value::List(Rc::new(List::new(list.ty(), items))))
        }
        _ => Err(Fault::new("reflect.Value.Slice: slice index out of bounds")),
    }
}

/// sprig: concat. Nothing at all is a nil list.
fn concat(call: &mut Call) -> Result<Value, Fault> {
    let mut items = Vec::new();
    for at in 0..call.args.len() {
        let list = slice_at(call, at, "Cannot concat type %s as list")?;
        check_items(items.len() + list.len())?;
        items.extend_from_slice(&list.items());
    }
    Ok(if items.is_empty() { nil() } else { Value::list(items) })
}

/// sprig: chunk. It reckons in floats, so that some lists can be cut in chunks of less than nothing.
fn chunk(call: &mut Call) -> Result<Value, Fault> {
    let out_of_range = || Fault::new("runtime error: makeslice: len out of range");
    let size = call.int(0);
    let list = slice_at(call, 1, "Cannot chunk type %s")?;
    let items = list.items();
    let (length, width) = (items.len() as f64, size as f64);
    let count = ((length - 1.0) / width).floor() + 1.0;
    if !(0.0..=length + 1.0).contains(&count) {
        return Err(out_of_range());
    }
    let count = count as i64;
    let mut chunks = Vec::new();
    for at in 0..count {
        let remainder = if at == count - 1 { (length % width).floor() as i64 } else { 0 };
        let taken = if remainder == 0 { size } else { remainder };
        let taken = usize::try_from(taken).map_err(|_| out_of_range())?;
        let from = usize::try_from(at.wrapping_mul(size)).map_err(|_| out_of_range())?;
        let chunk = from.checked_add(taken).and_then(|to| items.get(from..to));
        chunks.push(Value::list(chunk.ok_or_else(out_of_range)?.to_vec()));
    }
    Ok(Value::List(Rc::new(List::new(Type::Lists, chunks))))
}

fn nil() -> Value {
    Value::List(Rc::new(List::nil(Type::List)))
}

#[cfg(test)]
mod tests;
