//! Conversions, as spf13/cast and sprig make them: `int`, `int64`, `float64`, `atoi`, `toDecimal`, `toString`,
//! `toStrings`.
//!
//! **Invariant:** what cannot be converted to a number is zero, without an error.

use super::{func, strslice};
use crate::gotmpl::strconv::{atoi, parse_float, parse_int};
use crate::gotmpl::{Fault, Func, List, Object, Str, Type, UintType, Value, fmt};

const ANY: &[Type] = &[Type::Any];

pub const FUNCS: &[Func] = &[
    // sprig: the error is dropped, not the number beside it.
    func("atoi", &[Type::String], |call| Ok(Value::int(atoi(call.str(0)).unwrap_or_else(|(nearest, _)| nearest)))),
    func("float64", ANY, |call| Ok(Value::Float(to_float64(&call.args[0])))),
    func("int", ANY, |call| Ok(Value::int(to_int64(&call.args[0])))),
    func("int64", ANY, |call| Ok(Value::int64(to_int64(&call.args[0])))),
    func("toDecimal", ANY, |call| Ok(Value::int64(parse_int(&fmt::sprint(call.args)?, 8).unwrap_or(0)))),
    func("toString", ANY, |call| strval(&call.args[0]).map(Value::Str)),
    func("toStrings", ANY, |call| strslice(&call.args[0]).map(Value::List)),
];

/// sprig: toInt64 and toInt, which are the same on machines of 64 bits. cast: ToInt64.
pub fn to_int64(value: &Value) -> i64 {
    match value {
        Value::Bool(b) => i64::from(*b),
        Value::Int(n, _) => *n,
        Value::Uint(n, _) => *n as i64,
        Value::Float(f) => truncated(*f),
        Value::Str(text) => parse_int(without_zero_decimals(text), 0).unwrap_or(0),
        Value::Object(object) => named_int(&**object).unwrap_or(0),
        _ => 0,
    }
}

/// sprig: toFloat64. cast: ToFloat64.
pub fn to_float64(value: &Value) -> f64 {
    match value {
        Value::Bool(b) => f64::from(u8::from(*b)),
        Value::Int(n, _) => *n as f64,
        Value::Uint(n, _) => *n as f64,
        Value::Float(f) => *f,
        Value::Str(text) => parse_float(text).unwrap_or(0.0),
        Value::Object(object) => named_int(&**object).unwrap_or(0) as f64,
        _ => 0.0,
    }
}

/// sprig: strval.
pub fn strval(value: &Value) -> Result<Str, Fault> {
    match value {
        Value::Str(text) => return Ok(text.clone()),
        Value::List(list) if list.ty() == Type::Bytes => return Ok(Str::new(bytes(list))),
        Value::Object(object) => {
            if let Some(text) = object.text() {
                return Ok(Str::from(text));
            }
        }
        _ => {}
    }
    let mut out = Vec::new();
    fmt::append_value(&mut out, value)?;
    Ok(Str::from(out))
}

/// The bytes of a `[]byte`.
fn bytes(list: &List) -> Vec<u8> {
    let byte = |item: &Value| if let Value::Uint(n, UintType::Uint8) = item { *n as u8 } else { 0 };
    list.items().iter().map(byte).collect()
}

/// Go: the conversion of a float to an int64 on amd64. What does not fit is the least number.
fn truncated(f: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&f) { f as i64 } else { i64::MIN }
}

/// cast: trimZeroDecimal. Up to a point that only zeros follow, at least one (and more points behind those).
fn without_zero_decimals(text: &[u8]) -> &[u8] {
    let mut found_zero = false;
    for (at, byte) in text.iter().enumerate().rev() {
        match byte {
            b'.' if found_zero => return &text[..at],
            b'.' => {}
            b'0' => found_zero = true,
            _ => break,
        }
    }
    text
}

/// cast: of the types that are made of an int, it only knows those of the calendar.
fn named_int(object: &dyn Object) -> Option<i64> {
    match object.underlying() {
        Some(Value::Int(n, _)) if matches!(object.type_name(), "time.Month" | "time.Weekday") => Some(n),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `int64`, `float64` and `atoi` of Helm give.
    #[test]
    fn numbers_are_cast() {
        let ints: &[(Value, i64)] = &[
            (Value::str("0x10"), 16),
            (Value::str("010"), 8),
            (Value::str("08"), 0),
            (Value::str("0b11"), 3),
            (Value::str("1_000"), 1000),
            (Value::str("1.0"), 1),
            (Value::str("10.00"), 10),
            (Value::str("100"), 100),
            (Value::str("1."), 0),
            (Value::str("5.0."), 5),
            (Value::str(".0"), 0),
            (Value::str("1.9"), 0),
            (Value::str(" 1"), 0),
            (Value::str("-5"), -5),
            (Value::str("9223372036854775808"), 0),
            (Value::Float(1.9), 1),
            (Value::Float(-1.9), -1),
            (Value::Float(1e19), i64::MIN),
            (Value::Float(f64::NAN), i64::MIN),
            (Value::Uint(u64::MAX, UintType::Uint64), -1),
            (true.into(), 1),
            (Value::Nil, 0),
            (Value::list(vec![]), 0),
        ];
        for (value, expected) in ints {
            assert_eq!(to_int64(value), *expected, "{}", fmt::shown(value));
        }
        let floats: &[(Value, f64)] = &[
            (Value::str("1.5e3"), 1500.0),
            (Value::str("0x1p-2"), 0.25),
            (Value::str("0x10"), 0.0),
            (Value::str("1_0.5"), 10.5),
            (Value::str("inf"), f64::INFINITY),
            (Value::str("1e999"), 0.0),
            (Value::int(3), 3.0),
            (true.into(), 1.0),
            (Value::Nil, 0.0),
        ];
        for (value, expected) in floats {
            assert_eq!(to_float64(value), *expected, "{}", fmt::shown(value));
        }
    }

    #[test]
    fn texts_of_values() -> Result<(), Fault> {
        assert_eq!(&*strval(&Value::Nil)?, b"<nil>");
        assert_eq!(&*strval(&Value::Float(1e6))?, b"1e+06");
        let list = Value::list(vec![Value::int(1), Value::Nil, Value::str("a")]);
        assert_eq!(fmt::shown(&Value::List(strslice(&list)?)), "[1 a]");
        assert_eq!(fmt::shown(&Value::List(strslice(&Value::Nil)?)), "[]");
        assert_eq!(fmt::shown(&Value::List(strslice(&true.into())?)), "[true]");
        Ok(())
    }
}
