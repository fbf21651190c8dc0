//! What templates see of times: `time.Time`, `time.Duration`, `time.Month`, `time.Weekday` and
//! `*time.Location`, with Go's methods.
//!
//! Go: methods that give several results, such as `Date` and `ISOWeek`, cannot be called from a template.

use std::any::Any;
use std::cmp::Ordering;

use super::calendar::{month_name, weekday_name};
use super::duration::Duration;
use super::format::format;
use super::time::Time;
use super::zone::Zone;
use crate::gotmpl::fmt::quote;
use crate::gotmpl::{Call, Fault, Func, IntType, Kind, Object, Type, Value};

pub const TIME: Type = Type::Named("time.Time");
const DURATION: Type = Type::Named("time.Duration");
const LOCATION: Type = Type::Named("*time.Location");
const INT: Type = Type::Int(IntType::Int);

#[derive(PartialEq)]
struct Month(i64);

#[derive(PartialEq)]
struct Weekday(i64);

static TIME_METHODS: &[Func] = &[
    method("Add", &[DURATION], |call| Ok(Value::object(own(call)?.add(duration(call, 1)?)))),
    method("AddDate", &[INT, INT, INT], |call| {
        Ok(Value::object(own(call)?.add_date(call.int(1), call.int(2), call.int(3))))
    }),
    method("After", &[TIME], |call| Ok(order(call)?.is_gt().into())),
    method("Before", &[TIME], |call| Ok(order(call)?.is_lt().into())),
    method("Compare", &[TIME], |call| Ok(Value::int(order(call)? as i64))),
    method("Equal", &[TIME], |call| Ok(order(call)?.is_eq().into())),
    method("Day", &[], |call| Ok(Value::int(own(call)?.date().day))),
    method("Format", &[Type::String], |call| Ok(Value::str(format(own(call)?, call.str(1))))),
    method("Hour", &[], |call| Ok(Value::int(own(call)?.clock().0))),
    method("In", &[LOCATION], |call| {
        let zone = call.args.get(1).and_then(|value| value.downcast::<Zone>());
        let zone = zone.ok_or_else(|| Fault::new("time: missing Location in call to Time.In"))?;
        Ok(Value::object(own(call)?.within(zone.clone())))
    }),
    method("IsDST", &[], |call| Ok(own(call)?.is_summer().into())),
    method("IsZero", &[], |call| Ok(own(call)?.is_zero().into())),
    method("Local", &[], |call| Ok(Value::object(own(call)?.within(Zone::local(&call.world.time_zone))))),
    method("Location", &[], |call| Ok(Value::object(own(call)?.location().clone()))),
    method("Minute", &[], |call| Ok(Value::int(own(call)?.clock().1))),
    method("Month", &[], |call| Ok(Value::object(Month(own(call)?.date().month)))),
    method("Nanosecond", &[], |call| Ok(Value::int(own(call)?.nanosecond().into()))),
    method("Round", &[DURATION], |call| Ok(Value::object(own(call)?.round(duration(call, 1)?)))),
    method("Second", &[], |call| Ok(Value::int(own(call)?.clock().2))),
    method("String", &[], |call| Ok(Value::str(own(call)?.to_string()))),
    method("Sub", &[TIME], |call| Ok(Value::object(own(call)?.since(time(call, 1)?)))),
    method("Truncate", &[DURATION], |call| Ok(Value::object(own(call)?.truncate(duration(call, 1)?)))),
    method("UTC", &[], |call| Ok(Value::object(own(call)?.within(Zone::Utc)))),
    method("Unix", &[], |call| Ok(Value::int64(own(call)?.unix_seconds()))),
    method("UnixMicro", &[], |call| Ok(Value::int64(own(call)?.unix_in(1_000_000)))),
    method("UnixMilli", &[], |call| Ok(Value::int64(own(call)?.unix_in(1_000)))),
    method("UnixNano", &[], |call| Ok(Value::int64(own(call)?.unix_in(1_000_000_000)))),
    method("Weekday", &[], |call| Ok(Value::object(Weekday(own(call)?.weekday())))),
    method("Year", &[], |call| Ok(Value::int(own(call)?.date().year))),
    method("YearDay", &[], |call| Ok(Value::int(own(call)?.date().day_of_year))),
];

static DURATION_METHODS: &[Func] = &[
    method("Abs", &[], |call| Ok(Value::object(duration(call, 0)?.abs()))),
    method("Hours", &[], |call| Ok(Value::Float(duration(call, 0)?.hours()))),
    method("Microseconds", &[], |call| Ok(Value::int64(duration(call, 0)?.0 / 1_000))),
    method("Milliseconds", &[], |call| Ok(Value::int64(duration(call, 0)?.0 / 1_000_000))),
    method("Minutes", &[], |call| Ok(Value::Float(duration(call, 0)?.minutes()))),
    method("Nanoseconds", &[], |call| Ok(Value::int64(duration(call, 0)?.0))),
    method("Round", &[DURATION], |call| Ok(Value::object(duration(call, 0)?.round(duration(call, 1)?)))),
    method("Seconds", &[], |call| Ok(Value::Float(duration(call, 0)?.seconds()))),
    STRING,
    method("Truncate", &[DURATION], |call| Ok(Value::object(duration(call, 0)?.truncate(duration(call, 1)?)))),
];

/// The one method of the other types.
static STRING_METHODS: &[Func] = &[STRING];

const STRING: Func = method("String", &[], |call| match call.args.first() {
    Some(Value::Object(object)) => Ok(Value::str(object.text().unwrap_or_default())),
    _ => Err(missing()),
});

const fn method(name: &'static str, params: &'static [Type], run: fn(&mut Call) -> Result<Value, Fault>) -> Func {
    Func { name, params, variadic: None, run }
}

fn find(methods: &'static [Func], name: &str) -> Option<&'static Func> {
    methods.iter().find(|method| method.name == name)
}

/// An argument that is declared to be a time.
pub fn time<'c>(call: &'c Call, at: usize) -> Result<&'c Time, Fault> {
    call.args.get(at).and_then(|value| value.downcast()).ok_or_else(missing)
}

fn own<'c>(call: &'c Call) -> Result<&'c Time, Fault> {
    time(call, 0)
}

fn order(call: &Call) -> Result<Ordering, Fault> {
    Ok(own(call)?.compare(time(call, 1)?))
}

fn duration(call: &Call, at: usize) -> Result<Duration, Fault> {
    call.args.get(at).and_then(|value| value.downcast()).copied().ok_or_else(missing)
}

fn missing() -> Fault {
    Fault::new("invalid value")
}

impl Object for Time {
    fn type_name(&self) -> &'static str {
        TIME.name()
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn method(&self, name: &str) -> Option<&'static Func> {
        find(TIME_METHODS, name)
    }

    fn text(&self) -> Option<String> {
        Some(self.to_string())
    }

    /// Go: Time.GoString.
    fn syntax(&self) -> Option<String> {
        let (date, (hour, minute, second)) = (self.date(), self.clock());
        let location = match self.location() {
            Zone::Utc => "time.UTC".to_owned(),
            Zone::Local(_) => "time.Local".to_owned(),
            zone => format!("time.Location({})", quote(zone.name().as_bytes())),
        };
        let (year, month, day, nanos) = (date.year, month_name(date.month), date.day, self.nanosecond());
        Some(format!("time.Date({year}, time.{month}, {day}, {hour}, {minute}, {second}, {nanos}, {location})"))
    }

    /// Go: Time.MarshalJSON.
    fn json(&self) -> Option<Value> {
        self.rfc3339().map(Value::str)
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Time>().is_some_and(|other| self.is_same(other))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Object for Duration {
    fn type_name(&self) -> &'static str {
        DURATION.name()
    }

    fn kind(&self) -> Kind {
        Kind::Int(IntType::Int64)
    }

    fn method(&self, name: &str) -> Option<&'static Func> {
        find(DURATION_METHODS, name)
    }

    fn text(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::int64(self.0))
    }

    fn is_true(&self) -> bool {
        self.0 != 0
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Duration>() == Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Object for Month {
    fn type_name(&self) -> &'static str {
        "time.Month"
    }

    fn kind(&self) -> Kind {
        Kind::Int(IntType::Int)
    }

    fn method(&self, name: &str) -> Option<&'static Func> {
        find(STRING_METHODS, name)
    }

    fn text(&self) -> Option<String> {
        Some(month_name(self.0))
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::int(self.0))
    }

    fn is_true(&self) -> bool {
        self.0 != 0
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Month>() == Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Object for Weekday {
    fn type_name(&self) -> &'static str {
        "time.Weekday"
    }

    fn kind(&self) -> Kind {
        Kind::Int(IntType::Int)
    }

    fn method(&self, name: &str) -> Option<&'static Func> {
        find(STRING_METHODS, name)
    }

    fn text(&self) -> Option<String> {
        Some(weekday_name(self.0))
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::int(self.0))
    }

    fn is_true(&self) -> bool {
        self.0 != 0
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Weekday>() == Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Object for Zone {
    fn type_name(&self) -> &'static str {
        LOCATION.name()
    }

    fn kind(&self) -> Kind {
        Kind::Ptr
    }

    fn method(&self, name: &str) -> Option<&'static Func> {
        find(STRING_METHODS, name)
    }

    fn text(&self) -> Option<String> {
        Some(self.name().to_string())
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Zone>().is_some_and(|other| self.is(other))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
