//! Days and dates of Go's time: the Gregorian calendar, as far as 64 bits reach.
//!
//! Go counts days from 1 March of a year far in the past, so that none is negative and that the day that years
//! differ in is their last. Source: "Computations on Times" in time/time.go of Go 1.26.
//!
//! **Invariant:** what is out of reach wraps around, as it does in Go.

/// The year that days are counted from; a multiple of 400.
const FIRST_YEAR: u64 = 292_277_022_400;
/// Days from March to December.
const MARCH_TO_DECEMBER: u64 = 306;
/// Days between the first and 1 January of year 1.
const TO_YEAR_1: u64 = FIRST_YEAR / 400 * 146_097 + MARCH_TO_DECEMBER;

pub const SECONDS_A_DAY: u64 = 86_400;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// A moment in a place, without its offset: seconds since the first day.
#[derive(Clone, Copy)]
pub struct Local(u64);

pub struct Date {
    pub year: i64,
    /// From 1.
    pub month: i64,
    pub day: i64,
    /// From 1.
    pub day_of_year: i64,
}

/// Go: Month.String.
pub fn month_name(month: i64) -> String {
    name(&MONTHS, month.wrapping_sub(1)).unwrap_or_else(|| format!("%!Month({})", month as u64))
}

/// Go: Weekday.String.
pub fn weekday_name(weekday: i64) -> String {
    name(&WEEKDAYS, weekday).unwrap_or_else(|| format!("%!Weekday({})", weekday as u64))
}

/// Which of the names of months a text starts with, in full or its first three letters; case does not count.
pub fn find_month(text: &[u8], in_full: bool) -> Option<(i64, &[u8])> {
    find(&MONTHS, text, in_full).map(|(at, rest)| (at + 1, rest))
}

pub fn find_weekday(text: &[u8], in_full: bool) -> Option<(i64, &[u8])> {
    find(&WEEKDAYS, text, in_full)
}

fn name(names: &[&str], at: i64) -> Option<String> {
    usize::try_from(at).ok().and_then(|at| names.get(at)).map(|name| name.to_string())
}

fn find<'t>(names: &[&str], text: &'t [u8], in_full: bool) -> Option<(i64, &'t [u8])> {
    names.iter().enumerate().find_map(|(at, name)| {
        let name = if in_full { name } else { &name[..3] };
        let (start, rest) = text.split_at_checked(name.len())?;
        start.eq_ignore_ascii_case(name.as_bytes()).then_some((at as i64, rest))
    })
}

impl Local {
    /// From seconds since the year 1.
    pub fn new(seconds: i64) -> Local {
        Local((seconds as u64).wrapping_add(TO_YEAR_1.wrapping_mul(SECONDS_A_DAY)))
    }

    fn days(self) -> u64 {
        self.0 / SECONDS_A_DAY
    }

    /// Hour, minute and second.
    pub fn clock(self) -> (i64, i64, i64) {
        let seconds = (self.0 % SECONDS_A_DAY) as i64;
        (seconds / 3600, seconds / 60 % 60, seconds % 60)
    }

    /// From 0, which is Sunday.
    pub fn weekday(self) -> i64 {
        // The first day was a Wednesday.
        ((self.days() + 3) % 7) as i64
    }

    pub fn date(self) -> Date {
        let quarters = 4 * self.days() + 3;
        let century = quarters / 146_097;
        let quarters = (quarters % 146_097) | 3;
        // Of a year that starts in March.
        let (year, day) = (quarters / 1461, quarters % 1461 / 4);
        let march_year = (century * 100 + year).wrapping_sub(FIRST_YEAR) as i64;
        let march_month = (5 * day + 461) / 153;
        let is_next_year = day >= MARCH_TO_DECEMBER;
        let leap_day = u64::from(is_leap(march_year));
        Date {
            year: march_year + i64::from(is_next_year),
            month: (if is_next_year { march_month - 12 } else { march_month }) as i64,
            day: (day - (153 * march_month - 457) / 5 + 1) as i64,
            day_of_year: (if is_next_year { day - MARCH_TO_DECEMBER } else { day + 31 + 28 + leap_day } + 1) as i64,
        }
    }
}

/// Seconds from the year 1 to the start of a day. Months and days may be past their end.
pub fn seconds_before(year: i64, month: i64, day: i64) -> i64 {
    let months = month.wrapping_sub(1);
    let (year, month) = (year.wrapping_add(months.div_euclid(12)), months.rem_euclid(12) as u64 + 1);
    let before_march = u64::from(month < 3);
    let march_month = month + 12 * before_march;
    let march_year = (year as u64).wrapping_sub(before_march).wrapping_add(FIRST_YEAR);
    let day_of_year = (153 * march_month - 457) / 5 + 1461 * (march_year % 100) / 4;
    let days = (march_year / 100).wrapping_mul(146_097) / 4;
    let days = days.wrapping_add(day_of_year).wrapping_add(day as u64).wrapping_sub(1);
    days.wrapping_sub(TO_YEAR_1).wrapping_mul(SECONDS_A_DAY) as i64
}

pub fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// How many days a month has.
pub fn days_in(month: i64, year: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
