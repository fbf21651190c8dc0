//! Dates and times. Source: valueDatetime in parse.go, internal/tz.go.

use crate::gotmpl::{Value, World, fmt};
use crate::sprig::dates::{Time, Zone, parse_time};

/// The zones of what is written without one, which have the machine's offset at the time when it is read. Go: so
/// that the encoder knows how a time was written.
pub struct Local {
    local: Zone,
    datetime: Zone,
    date: Zone,
    time: Zone,
}

impl Local {
    pub fn of(world: &mut World) -> Local {
        let local = Zone::local(&world.time_zone);
        let offset = local.at((world.now)().0).offset;
        Local {
            local,
            datetime: Zone::fixed(DATETIME, offset),
            date: Zone::fixed(DATE, offset),
            time: Zone::fixed(TIME, offset),
        }
    }
}

/// The name of the zone of a date with a time.
pub const DATETIME: &str = "datetime-local";
/// The name of the zone of a date.
pub const DATE: &str = "date-local";
/// The name of the zone of a time.
pub const TIME: &str = "time-local";

pub fn read(text: &str, local: &Local) -> Result<Value, String> {
    let text = text.replace('z', "Z").replace(['t', ' '], "T");
    let layouts: [(&str, &Zone); 7] = [
        ("2006-01-02T15:04:05.999999999Z07:00", &local.local),
        ("2006-01-02T15:04:05.999999999", &local.datetime),
        ("2006-01-02", &local.date),
        ("15:04:05.999999999", &local.time),
        ("2006-01-02T15:04Z07:00", &local.local),
        ("2006-01-02T15:04", &local.datetime),
        ("15:04", &local.time),
    ];
    let parse = |(layout, zone): (&'static str, &Zone)| {
        let time: Time = parse_time(layout.as_bytes(), text.as_bytes(), zone).ok()?;
        Some((layout, time))
    };
    match layouts.into_iter().find_map(parse) {
        Some((layout, time)) if !lacks_leading_zero(&text, layout) => Ok(Value::object(time)),
        _ => Err(format!("invalid datetime: {}", fmt::quote(text.as_bytes()))),
    }
}

/// Go: missingLeadingZero. A separator stands elsewhere than in the layout.
fn lacks_leading_zero(text: &str, layout: &str) -> bool {
    let layout = layout.bytes().take_while(|c| !matches!(c, b'.' | b'Z'));
    let mut pairs = layout.zip(text.bytes());
    pairs.any(|(expected, found)| !expected.is_ascii_digit() && found != expected)
}
