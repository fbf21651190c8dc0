//! Dates: `now`, `date`, `toDate`, `dateModify`, `ago`, `duration` and so on.
//!
//! Why its own dates: layouts, wrap-around and what is printed are those of Go's time package, which no library
//! has. Time zones come from `jiff`.

mod calendar;
mod duration;
mod format;
mod layout;
mod objects;
mod parse;
mod time;
mod zone;

pub use duration::Duration;
pub use format::format as format_time;
pub use parse::parse as parse_time;
pub use time::Time;
pub use zone::Zone;

use crate::gotmpl::{Call, Fault, Func, IntType, Type, Value};
use objects::TIME;

const HTML_DATE: &[u8] = b"2006-01-02";

pub const FUNCS: &[Func] = &[
    func("ago", &[Type::Any], |call| {
        let time = as_time(call, 0, &[IntType::Int64, IntType::Int]);
        let past = now(call).since(&time).round(Duration(duration::SECOND));
        Ok(Value::str(past.to_string()))
    }),
    func("date", &[Type::String, Type::Any], |call| Ok(date(call, call.str(0).to_vec(), 1, "Local"))),
    func("date_in_zone", &[Type::String, Type::Any, Type::String], date_in_zone),
    func("dateInZone", &[Type::String, Type::Any, Type::String], date_in_zone),
    func("htmlDate", &[Type::Any], |call| Ok(date(call, HTML_DATE.to_vec(), 0, "Local"))),
    func("htmlDateInZone", &[Type::Any, Type::String], |call| {
        let zone = call.str(1).to_text().into_owned();
        Ok(date(call, HTML_DATE.to_vec(), 0, &zone))
    }),
    func("date_modify", &[Type::String, TIME], date_modify),
    func("dateModify", &[Type::String, TIME], date_modify),
    func("must_date_modify", &[Type::String, TIME], must_date_modify),
    func("mustDateModify", &[Type::String, TIME], must_date_modify),
    func("toDate", &[Type::String, Type::String], |call| {
        Ok(Value::object(to_date(call).unwrap_or_else(|_| Time::zero())))
    }),
    func("mustToDate", &[Type::String, Type::String], |call| Ok(Value::object(to_date(call).map_err(Fault::new)?))),
    func("now", &[], |call| Ok(Value::object(now(call)))),
    func("unixEpoch", &[TIME], |call| Ok(Value::str(objects::time(call, 0)?.unix_seconds().to_string()))),
    func("duration", &[Type::Any], |call| {
        let seconds = match &call.args[0] {
            Value::Str(text) => leading_int(&text.to_text()),
            Value::Int(n, IntType::Int64) => *n,
            _ => 0,
        };
        Ok(Value::str(Duration(seconds.wrapping_mul(duration::SECOND)).to_string()))
    }),
    func("durationRound", &[Type::Any], |call| {
        let duration = match &call.args[0] {
            Value::Str(text) => Duration::parse(&text.to_text()).unwrap_or(Duration(0)),
            Value::Int(n, IntType::Int64) => Duration(*n),
            other => match other.downcast::<Time>() {
                Some(time) => now(call).since(&time.clone()),
                None => Duration(0),
            },
        };
        Ok(Value::str(largest_unit(duration)))
    }),
];

const fn func(name: &'static str, params: &'static [Type], run: fn(&mut Call) -> Result<Value, Fault>) -> Func {
    Func { name, params, variadic: None, run }
}

fn local(call: &Call) -> Zone {
    Zone::local(&call.world.time_zone)
}

fn now(call: &mut Call) -> Time {
    let now = (call.world.now)();
    Time::now(now, local(call))
}

/// A time, or seconds since 1970 of one of these types. sprig: what is neither is now.
fn as_time(call: &mut Call, at: usize, types: &[IntType]) -> Time {
    match &call.args[at] {
        Value::Int(seconds, ty) if types.contains(ty) => Time::unix(*seconds, 0, local(call)),
        other => match other.downcast::<Time>() {
            Some(time) => time.clone(),
            None => now(call),
        },
    }
}

/// sprig: dateInZone. A zone that there is not is UTC.
fn date(call: &mut Call, layout: Vec<u8>, at: usize, zone: &str) -> Value {
    let time = as_time(call, at, &[IntType::Int64, IntType::Int, IntType::Int32]);
    let zone = Zone::named(zone, &call.world.time_zone).unwrap_or(Zone::Utc);
    Value::str(format::format(&time.within(zone), &layout))
}

fn date_in_zone(call: &mut Call) -> Result<Value, Fault> {
    let (layout, zone) = (call.str(0).to_vec(), call.str(2).to_text().into_owned());
    Ok(date(call, layout, 1, &zone))
}

/// sprig: with what is no duration the time stays as it is.
fn date_modify(call: &mut Call) -> Result<Value, Fault> {
    let time = objects::time(call, 1)?;
    Ok(Value::object(time.add(Duration::parse(&call.str(0).to_text()).unwrap_or(Duration(0)))))
}

fn must_date_modify(call: &mut Call) -> Result<Value, Fault> {
    let duration = Duration::parse(&call.str(0).to_text()).map_err(Fault::new)?;
    Ok(Value::object(objects::time(call, 1)?.add(duration)))
}

fn to_date(call: &Call) -> Result<Time, String> {
    parse::parse(call.str(0), call.str(1), &local(call))
}

/// Go: strconv.ParseInt, whose error nobody looks at: what is no number is 0, what is too large the largest.
fn leading_int(text: &str) -> i64 {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit());
    match text.parse() {
        Ok(n) => n,
        Err(_) if !is_number => 0,
        Err(_) if text.starts_with('-') => i64::MIN,
        Err(_) => i64::MAX,
    }
}

/// sprig: durationRound. Only what is more than a unit is told in it.
fn largest_unit(duration: Duration) -> String {
    const UNITS: [(u64, &str); 6] =
        [(365 * 86_400, "y"), (30 * 86_400, "mo"), (86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let size = duration.0.unsigned_abs();
    let in_nanos = UNITS.iter().map(|(seconds, name)| (seconds * duration::SECOND as u64, name));
    let found = in_nanos.into_iter().find(|(unit, _)| size > *unit);
    found.map_or("0s".to_string(), |(unit, name)| format!("{}{name}", size / unit))
}

#[cfg(test)]
mod tests;
