//! Helm's duration functions: `mustToDuration`, `durationSeconds`, `durationRoundTo` and so on.
//!
//! All but the first take what is no duration for none. Source: pkg/engine/funcs.go of Helm 4.3.1.

use crate::gotmpl::{Call, Fault, Func, Type, Value};
use crate::sprig::Duration;

const SECOND: i64 = 1_000_000_000;
/// One more than the largest int64; the least is its opposite.
const INT64_END: f64 = 9_223_372_036_854_775_808.0;

const ONE: &[Type] = &[Type::Any];
const TWO: &[Type] = &[Type::Any, Type::Any];

pub const FUNCS: &[Func] = &[
    func("mustToDuration", ONE, |call| Ok(Value::object(as_duration(&call.args[0]).map_err(Fault::new)?))),
    func("durationSeconds", ONE, |call| Ok(Value::Float(or_none(call).seconds()))),
    func("durationMilliseconds", ONE, |call| Ok(Value::int64(or_none(call).0 / 1_000_000))),
    func("durationMicroseconds", ONE, |call| Ok(Value::int64(or_none(call).0 / 1_000))),
    func("durationNanoseconds", ONE, |call| Ok(Value::int64(or_none(call).0))),
    func("durationMinutes", ONE, |call| Ok(Value::Float(or_none(call).minutes()))),
    func("durationHours", ONE, |call| Ok(Value::Float(or_none(call).hours()))),
    func("durationDays", ONE, |call| Ok(Value::Float(or_none(call).hours() / 24.0))),
    func("durationWeeks", ONE, |call| Ok(Value::Float(or_none(call).hours() / 24.0 / 7.0))),
    func("durationRoundTo", TWO, |call| Ok(to_multiple(call, Duration::round))),
    func("durationTruncateTo", TWO, |call| Ok(to_multiple(call, Duration::truncate))),
];

const fn func(name: &'static str, params: &'static [Type], run: fn(&mut Call) -> Result<Value, Fault>) -> Func {
    Func { name, params, variadic: None, run }
}

fn or_none(call: &Call) -> Duration {
    as_duration(&call.args[0]).unwrap_or(Duration(0))
}

/// helm: with what is no duration as the second argument the first stays as it is.
fn to_multiple(call: &Call, change: fn(Duration, Duration) -> Duration) -> Value {
    let of = as_duration(&call.args[1]).unwrap_or(Duration(0));
    Value::object(change(or_none(call), of))
}

/// helm: asDuration. A text is a duration or a number; numbers are seconds.
fn as_duration(value: &Value) -> Result<Duration, String> {
    match value {
        Value::Nil => Err("invalid duration".to_string()),
        Value::Str(text) => {
            let text = text.to_text();
            let bare = text.trim();
            if bare.is_empty() {
                return Err("empty duration".to_string());
            }
            Duration::parse(bare).or_else(|_| match bare.parse() {
                Ok(seconds) => of_seconds(seconds),
                Err(_) => Err(format!("could not parse duration {text:?}")),
            })
        }
        Value::Int(seconds, _) => seconds.checked_mul(SECOND).map(Duration).ok_or_else(|| overflow(seconds)),
        Value::Uint(seconds, _) => {
            let nanos = i64::try_from(*seconds).ok().and_then(|seconds| seconds.checked_mul(SECOND));
            nanos.map(Duration).ok_or_else(|| overflow(seconds))
        }
        Value::Float(seconds) => of_seconds(*seconds),
        Value::Object(object) => match (value.downcast::<Duration>(), object.underlying()) {
            (Some(duration), _) => Ok(*duration),
            // Go: a month is a number too.
            (None, Some(number @ (Value::Int(..) | Value::Uint(..) | Value::Float(_)))) => as_duration(&number),
            _ => Err(unsupported(value)),
        },
        _ => Err(unsupported(value)),
    }
}

/// helm: durationFromSecondsFloat.
fn of_seconds(seconds: f64) -> Result<Duration, String> {
    if !seconds.is_finite() {
        return Err(format!("invalid duration seconds: {seconds}"));
    }
    let nanos = seconds * SECOND as f64;
    if seconds.abs() > INT64_END / SECOND as f64 || nanos.abs() > INT64_END {
        return Err(overflow(&seconds));
    }
    // Go: a number one past the end becomes the least one.
    Ok(Duration(if nanos == INT64_END { i64::MIN } else { nanos as i64 }))
}

fn overflow(seconds: &dyn std::fmt::Display) -> String {
    format!("duration seconds overflow: {seconds}")
}

fn unsupported(value: &Value) -> String {
    format!("unsupported duration type {}", value.ty().map_or("<nil>", Type::name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gotmpl::{IntType, UintType};

    fn shown(value: Value) -> String {
        as_duration(&value).map_or_else(|error| error, |duration| duration.to_string())
    }

    /// From runs of helm 4.3.1.
    #[test]
    fn texts_and_numbers_are_durations() {
        assert_eq!(shown(Value::str(" 5s ")), "5s");
        assert_eq!(shown(Value::str("2.5")), "2.5s");
        assert_eq!(shown(Value::str("1e3")), "16m40s");
        assert_eq!(shown(Value::int(3600)), "1h0m0s");
        assert_eq!(shown(Value::Float(-2.5)), "-2.5s");
        assert_eq!(shown(Value::object(Duration(SECOND))), "1s");
        assert_eq!(shown(Value::Nil), "invalid duration");
        assert_eq!(shown(Value::str("")), "empty duration");
        assert_eq!(shown(Value::str("x")), "could not parse duration \"x\"");
        assert_eq!(shown(Value::list(Vec::new())), "unsupported duration type []interface {}");
    }

    /// From the limits in pkg/engine/funcs.go.
    #[test]
    fn seconds_past_the_end_are_none() {
        assert_eq!(shown(Value::Int(9_223_372_036, IntType::Int64)), "2562047h47m16s");
        assert_eq!(shown(Value::Int(9_223_372_037, IntType::Int64)), "duration seconds overflow: 9223372037");
        assert!(as_duration(&Value::Int(i64::MIN, IntType::Int64)).is_err());
        assert!(as_duration(&Value::Uint(u64::MAX, UintType::Uint64)).is_err());
        assert!(as_duration(&Value::Float(1e10)).is_err());
        assert!(as_duration(&Value::str("inf")).is_err());
    }
}
