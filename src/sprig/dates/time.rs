//! Go's time.Time: a moment, and the zone that it is shown in.

use std::cmp::Ordering;

use super::calendar::{self, Date, Local};
use super::duration::{Duration, SECOND, is_less_than_half};
use super::format;
use super::zone::Zone;

/// Seconds from the year 1 to 1970.
const YEAR_1_TO_1970: i64 = 62_135_596_800;

/// Go: time.Time.
#[derive(Clone)]
pub struct Time {
    /// Since the year 1, UTC.
    seconds: i64,
    /// Of the second.
    nanos: u32,
    /// Of the clock that only runs forward, where the time is now's. Go: it starts with the program.
    monotonic: Option<i64>,
    zone: Zone,
}

/// Hours, minutes, seconds and nanoseconds.
pub type Clock = (i64, i64, i64, u32);

impl Time {
    /// Go: time.Time{}.
    pub fn zero() -> Time {
        Time { seconds: 0, nanos: 0, monotonic: None, zone: Zone::Utc }
    }

    /// Go: time.Unix.
    pub fn unix(seconds: i64, nanos: u32, local: Zone) -> Time {
        Time { seconds: seconds.wrapping_add(YEAR_1_TO_1970), nanos, monotonic: None, zone: local }
    }

    /// Go: time.Now. Of the clock that starts with the program it is always the first moment.
    pub fn now((seconds, nanos): (i64, u32), local: Zone) -> Time {
        Time { monotonic: Some(0), ..Time::unix(seconds, nanos, local) }
    }

    /// Go: time.Date. Months and days may be past their end.
    pub fn date_in(year: i64, month: i64, day: i64, clock: Clock, zone: Zone) -> Time {
        let (hour, minute, second, nanos) = clock;
        let shown = calendar::seconds_before(year, month, day).wrapping_add(hour * 3600 + minute * 60 + second);
        let shown_unix = shown.wrapping_sub(YEAR_1_TO_1970);
        // Go: the offset at the time as if it were UTC's is close; near a change another look is needed.
        let offset = i64::from(zone.at(shown_unix).offset);
        let offset = i64::from(zone.at(shown_unix.wrapping_sub(offset)).offset);
        Time { seconds: shown.wrapping_sub(offset), nanos, monotonic: None, zone }
    }

    /// Go: Time.In.
    pub fn within(&self, zone: Zone) -> Time {
        Time { zone, monotonic: None, ..self.clone() }
    }

    pub fn location(&self) -> &Zone {
        &self.zone
    }

    /// Go: Time.Unix.
    pub fn unix_seconds(&self) -> i64 {
        self.seconds.wrapping_sub(YEAR_1_TO_1970)
    }

    /// In units of which a second has so many.
    pub fn unix_in(&self, units: i64) -> i64 {
        self.unix_seconds().wrapping_mul(units).wrapping_add(i64::from(self.nanos) * units / SECOND)
    }

    pub fn nanosecond(&self) -> u32 {
        self.nanos
    }

    pub fn is_zero(&self) -> bool {
        self.seconds == 0 && self.nanos == 0
    }

    /// Go: Time.Zone. Its name and offset.
    pub fn zone(&self) -> (String, i32) {
        let period = self.zone.at(self.unix_seconds());
        (period.name, period.offset)
    }

    pub fn is_summer(&self) -> bool {
        self.zone.at(self.unix_seconds()).is_summer
    }

    fn shown(&self) -> Local {
        Local::new(self.seconds.wrapping_add(i64::from(self.zone().1)))
    }

    pub fn date(&self) -> Date {
        self.shown().date()
    }

    /// Hour, minute and second.
    pub fn clock(&self) -> (i64, i64, i64) {
        self.shown().clock()
    }

    pub fn weekday(&self) -> i64 {
        self.shown().weekday()
    }

    /// Go: Time.Add.
    pub fn add(&self, duration: Duration) -> Time {
        let nanos = i64::from(self.nanos) + duration.0 % SECOND;
        let seconds = self.seconds.saturating_add(duration.0 / SECOND).saturating_add(nanos.div_euclid(SECOND));
        Time {
            seconds,
            nanos: nanos.rem_euclid(SECOND) as u32,
            monotonic: self.monotonic.and_then(|now| now.checked_add(duration.0)),
            zone: self.zone.clone(),
        }
    }

    /// Go: Time.AddDate.
    pub fn add_date(&self, years: i64, months: i64, days: i64) -> Time {
        let (date, (hour, minute, second)) = (self.date(), self.clock());
        Time::date_in(
            date.year.wrapping_add(years),
            date.month.wrapping_add(months),
            date.day.wrapping_add(days),
            (hour, minute, second, self.nanos),
            self.zone.clone(),
        )
    }

    /// Go: Time.Sub. What is too long is as long as can be.
    pub fn since(&self, earlier: &Time) -> Duration {
        if let (Some(own), Some(other)) = (self.monotonic, earlier.monotonic) {
            return Duration(own.saturating_sub(other));
        }
        let seconds = i128::from(self.seconds) - i128::from(earlier.seconds);
        let nanos = seconds * i128::from(SECOND) + i128::from(self.nanos) - i128::from(earlier.nanos);
        Duration(nanos.clamp(i64::MIN.into(), i64::MAX.into()) as i64)
    }

    /// Go: Time.Compare.
    pub fn compare(&self, other: &Time) -> Ordering {
        match (self.monotonic, other.monotonic) {
            (Some(own), Some(other)) => own.cmp(&other),
            _ => (self.seconds, self.nanos).cmp(&(other.seconds, other.nanos)),
        }
    }

    /// Go's `==`, which sees the zone too.
    pub fn is_same(&self, other: &Time) -> bool {
        let parts = |time: &Time| (time.seconds, time.nanos, time.monotonic);
        parts(self) == parts(other) && self.zone.is(&other.zone)
    }

    /// Go: Time.Truncate. To a multiple since the year 1.
    pub fn truncate(&self, to: Duration) -> Time {
        let plain = Time { monotonic: None, ..self.clone() };
        if to.0 <= 0 { plain } else { plain.add(Duration(-self.rest(to))) }
    }

    /// Go: Time.Round. Halves up.
    pub fn round(&self, to: Duration) -> Time {
        let plain = Time { monotonic: None, ..self.clone() };
        let rest = if to.0 <= 0 { 0 } else { self.rest(to) };
        plain.add(Duration(if is_less_than_half(rest, to) || to.0 <= 0 { -rest } else { to.0 - rest }))
    }

    /// Go: div.
    fn rest(&self, of: Duration) -> i64 {
        let nanos = i128::from(self.seconds) * i128::from(SECOND) + i128::from(self.nanos);
        nanos.rem_euclid(i128::from(of.0)) as i64
    }

    /// Go: Time.MarshalText. Nothing where RFC 3339 has no text for it.
    pub fn rfc3339(&self) -> Option<String> {
        let in_reach = (0..=9999).contains(&self.date().year) && self.zone().1.abs() < 24 * 3600;
        in_reach.then(|| String::from_utf8_lossy(&format::format(self, format::RFC3339_NANO)).into_owned())
    }
}

/// Go: Time.String.
impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = format::format(self, b"2006-01-02 15:04:05.999999999 -0700 MST");
        write!(f, "{}", String::from_utf8_lossy(&text))?;
        if let Some(now) = self.monotonic {
            let (sign, size) = (if now < 0 { '-' } else { '+' }, now.unsigned_abs());
            write!(f, " m={sign}{}.{:09}", size / SECOND as u64, size % SECOND as u64)?;
        }
        Ok(())
    }
}
