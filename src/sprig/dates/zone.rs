//! Time zones: their names, and their offsets at a time.
//!
//! Go reads the files of the system; here the database that comes with the program is used, so that the same
//! templates give the same text everywhere.

use std::rc::Rc;
use std::sync::OnceLock;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// Go: a pointer to a time.Location.
#[derive(Clone)]
pub enum Zone {
    Utc,
    /// What the machine has.
    Local(Rc<Location>),
    Other(Rc<Location>),
}

pub struct Location {
    name: String,
    rules: Rules,
}

enum Rules {
    /// One offset always, with a name that may be empty.
    Fixed {
        name: String,
        offset: i32,
    },
    Database(TimeZone),
}

/// What holds at a time.
pub struct Period {
    pub name: String,
    /// Seconds east of UTC.
    pub offset: i32,
    pub is_summer: bool,
}

/// The 400 years after which the calendar repeats, in seconds.
const CYCLE: i64 = 146_097 * 86_400;
/// In 2100: later, zones follow their last rule for ever.
const LAST_KNOWN: i64 = 4_102_444_800;

impl Zone {
    /// Go: time.Local, of what `TZ` says. What there is not is UTC.
    pub fn local(time_zone: &str) -> Zone {
        let name = time_zone.strip_prefix(':').unwrap_or(time_zone);
        let name = name.strip_prefix("/usr/share/zoneinfo/").unwrap_or(name);
        let found = if name.is_empty() || name == "UTC" { None } else { Location::named(name) };
        let utc = || Location { name: "UTC".into(), rules: Rules::Fixed { name: "UTC".into(), offset: 0 } };
        Zone::Local(Rc::new(found.unwrap_or_else(utc)))
    }

    /// Go: time.LoadLocation. Nothing where there is no such zone.
    pub fn named(name: &str, local: &str) -> Option<Zone> {
        match name {
            "" | "UTC" => Some(Zone::Utc),
            "Local" => Some(Zone::local(local)),
            _ => Some(Zone::Other(Rc::new(Location::named(name)?))),
        }
    }

    /// Go: time.FixedZone.
    pub fn fixed(name: &str, offset: i32) -> Zone {
        let rules = Rules::Fixed { name: name.into(), offset };
        Zone::Other(Rc::new(Location { name: name.into(), rules }))
    }

    /// Go: Location.String.
    pub fn name(&self) -> &str {
        self.location().map_or("UTC", |location| &location.name)
    }

    /// What holds at a time, in seconds since 1970.
    pub fn at(&self, unix: i64) -> Period {
        match self.location().map(|location| &location.rules) {
            None => Period { name: "UTC".into(), offset: 0, is_summer: false },
            Some(Rules::Fixed { name, offset }) => Period { name: name.clone(), offset: *offset, is_summer: false },
            Some(Rules::Database(zone)) => {
                let info = zone.to_offset_info(timestamp(unix));
                Period {
                    name: info.abbreviation().to_string(),
                    offset: info.offset().seconds(),
                    is_summer: info.dst().is_dst(),
                }
            }
        }
    }

    /// Go: Location.lookupName. The offset that a name such as `CET` stands for, at a time of that place.
    pub fn offset_of(&self, name: &str, unix: i64) -> Option<i32> {
        let Rules::Database(zone) = &self.location()?.rules else { return None };
        let named: Vec<i32> = periods(zone).filter(|(own, _)| own == name).map(|(_, offset)| offset).collect();
        let holds =
            |offset: &i32| Some(self.at(unix.wrapping_sub(i64::from(*offset)))).filter(|period| period.name == name);
        named.iter().find_map(holds).map(|period| period.offset).or(named.first().copied())
    }

    /// Whether both are the same pointer.
    pub fn is(&self, other: &Zone) -> bool {
        match (self, other) {
            (Zone::Utc, Zone::Utc) | (Zone::Local(_), Zone::Local(_)) => true,
            (Zone::Other(own), Zone::Other(other)) => Rc::ptr_eq(own, other),
            _ => false,
        }
    }

    fn location(&self) -> Option<&Location> {
        match self {
            Zone::Utc => None,
            Zone::Local(location) | Zone::Other(location) => Some(location),
        }
    }
}

impl Location {
    /// From the database. Go: names are files, so case counts.
    fn named(name: &str) -> Option<Location> {
        static DATABASE: OnceLock<TimeZoneDatabase> = OnceLock::new();
        let zone = DATABASE.get_or_init(TimeZoneDatabase::bundled).get(name).ok()?;
        let is_it = zone.iana_name() == Some(name) && !zone.is_unknown();
        is_it.then(|| Location { name: name.into(), rules: Rules::Database(zone) })
    }
}

/// A time of the database; one out of its reach stands for the same time in a cycle that it knows.
fn timestamp(unix: i64) -> Timestamp {
    let within = if unix > LAST_KNOWN { LAST_KNOWN + (unix - LAST_KNOWN) % CYCLE } else { unix };
    Timestamp::from_second(within).unwrap_or(Timestamp::MIN)
}

/// The names and offsets that a zone ever had, the oldest first.
fn periods(zone: &TimeZone) -> impl Iterator<Item = (String, i32)> {
    let first = zone.to_offset_info(Timestamp::MIN);
    let first = (first.abbreviation().to_string(), first.offset().seconds());
    let later = zone.following(Timestamp::MIN).take_while(|next| next.timestamp().as_second() < LAST_KNOWN);
    std::iter::once(first).chain(later.map(|next| (next.abbreviation().to_string(), next.offset().seconds())))
}
