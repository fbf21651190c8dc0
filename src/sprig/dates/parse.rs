//! Reading times by a layout. Source: parse in time/format.go of Go 1.26.

use super::calendar::{days_in, find_month, find_weekday, is_leap};
use super::layout::{self, Element, Shape, Style};
use super::time::Time;
use super::zone::Zone;

/// Go: time.ParseInLocation. What has no zone is of that one. Errors: Go's text.
pub fn parse(layout: &[u8], value: &[u8], local: &Zone) -> Result<Time, String> {
    let (mut rest_of_layout, mut rest) = (layout, value);
    let cannot = |value_part: &[u8], layout_part: &[u8]| {
        let (value_part, layout_part, layout) = (quote(value_part), quote(layout_part), quote(layout));
        format!("parsing time {} as {layout}: cannot parse {value_part} as {layout_part}", quote(value))
    };
    let wrong = |message: String| format!("parsing time {}: {message}", quote(value));
    let mut found = Found::default();
    while let Some(cut) = layout::next(rest_of_layout) {
        rest = skip(rest, cut.before).map_err(|rest| cannot(rest, cut.before))?;
        let before = rest;
        found.read(cut.element, &mut rest, cut.rest).map_err(|fault| match fault {
            Fault::Syntax => cannot(before, cut.text),
            Fault::Range(what) => wrong(format!("{what} out of range")),
        })?;
        rest_of_layout = cut.rest;
    }
    rest = skip(rest, rest_of_layout).map_err(|rest| cannot(rest, rest_of_layout))?;
    if !rest.is_empty() {
        return Err(wrong(format!("extra text: {}", quote(rest))));
    }
    found.time(local).map_err(|message| wrong(message.to_string()))
}

enum Fault {
    Syntax,
    /// Which part it is.
    Range(&'static str),
}

/// What was read.
#[derive(Default)]
struct Found<'v> {
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanos: u32,
    /// True in the afternoon.
    half: Option<bool>,
    is_utc: bool,
    offset: Option<i32>,
    zone_name: Option<&'v [u8]>,
}

impl<'v> Found<'v> {
    fn read(&mut self, element: Element, value: &mut &'v [u8], layout: &[u8]) -> Result<(), Fault> {
        match element {
            Element::Year2 => {
                let year = signed(take(value, 2)?)?;
                self.year = if year >= 69 { year + 1900 } else { year + 2000 };
            }
            Element::Year => {
                // Go: a sign would be read as one.
                let digits = take(value, 4)?;
                self.year = if digits[0].is_ascii_digit() { signed(digits)? } else { return Err(Fault::Syntax) };
            }
            Element::Month(style) => self.month = Some(within(number(value, style)?, 1..=12, "month")?),
            Element::MonthName => self.month = Some(name(value, find_month, true)?),
            Element::MonthNameShort => self.month = Some(name(value, find_month, false)?),
            // Go: that the weekday is the day's is not asked.
            Element::Weekday => drop(name(value, find_weekday, true)?),
            Element::WeekdayShort => drop(name(value, find_weekday, false)?),
            Element::Day(style) => {
                skip_spaces(value, if style == Style::Space { 1 } else { 0 });
                self.day = Some(number(value, style)?);
            }
            Element::DayOfYear(style) => {
                skip_spaces(value, if style == Style::Space { 2 } else { 0 });
                self.day_of_year = Some(number_of_three(value, style)?);
            }
            Element::Hour => self.hour = within(number(value, Style::Plain)?, 0..=23, "hour")?,
            Element::Hour12(style) => self.hour = within(number(value, style)?, 0..=12, "hour")?,
            Element::Minute(style) => self.minute = within(number(value, style)?, 0..=59, "minute")?,
            Element::Second(style) => {
                self.second = within(number(value, style)?, 0..=59, "second")?;
                // Go: a fraction may follow that the layout does not have.
                let is_in_layout = layout::next(layout).is_some_and(|cut| is_fraction(cut.element));
                if !is_in_layout {
                    self.fraction(value)?;
                }
            }
            Element::Half => self.half = Some(half(take(value, 2)?, b"AM", b"PM")?),
            Element::HalfLower => self.half = Some(half(take(value, 2)?, b"am", b"pm")?),
            Element::Offset { z: true, .. } if value.starts_with(b"Z") => {
                take(value, 1)?;
                self.is_utc = true;
            }
            Element::Offset { shape, .. } => self.offset = Some(offset(value, shape)?),
            Element::ZoneName if value.starts_with(b"UTC") => {
                take(value, 3)?;
                self.is_utc = true;
            }
            Element::ZoneName => {
                let length = zone_name_length(value).ok_or(Fault::Syntax)?;
                self.zone_name = Some(take(value, length)?);
            }
            Element::Fraction { trim: true, .. } => self.fraction(value)?,
            Element::Fraction { trim: false, digits, .. } => self.nanos = nanos(take(value, 1 + digits)?)?,
        }
        Ok(())
    }

    /// A point and any number of digits, if they are there.
    fn fraction(&mut self, value: &mut &'v [u8]) -> Result<(), Fault> {
        let digits = value.iter().skip(1).take_while(|c| c.is_ascii_digit()).count();
        if digits > 0 && matches!(value[0], b'.' | b',') {
            self.nanos = nanos(take(value, 1 + digits)?)?;
        }
        Ok(())
    }

    fn time(mut self, local: &Zone) -> Result<Time, &'static str> {
        match self.half {
            Some(true) if self.hour < 12 => self.hour += 12,
            Some(false) if self.hour == 12 => self.hour = 0,
            _ => {}
        }
        if let Some(day_of_year) = self.day_of_year {
            self.set_day_of_year(day_of_year)?;
        }
        let (year, month, day) = (self.year, self.month.unwrap_or(1), self.day.unwrap_or(1));
        if day < 1 || day > days_in(month, year) {
            return Err("day out of range");
        }
        let clock = (self.hour, self.minute, self.second, self.nanos);
        let time_in = |zone: Zone| Time::date_in(year, month, day, clock, zone);
        if self.is_utc {
            return Ok(time_in(Zone::Utc));
        }
        // Go: an offset of one second before UTC is taken for none.
        if let Some(offset) = self.offset.filter(|offset| *offset != -1) {
            let name = self.zone_name.map(String::from_utf8_lossy);
            let time = time_in(Zone::fixed(name.as_deref().unwrap_or_default(), offset));
            let period = local.at(time.unix_seconds());
            let is_local = period.offset == offset && name.is_none_or(|name| name == period.name);
            return Ok(if is_local { time.within(local.clone()) } else { time });
        }
        if let Some(name) = self.zone_name {
            let name = String::from_utf8_lossy(name);
            if let Some(offset) = local.offset_of(&name, time_in(Zone::Utc).unix_seconds()) {
                return Ok(time_in(Zone::fixed("", offset)).within(local.clone()));
            }
            // Go: with a name that says nothing here the time is as if it were UTC's.
            let hours = name.strip_prefix("GMT").and_then(|hours| signed(hours.as_bytes()).ok()).unwrap_or(0);
            let zone = Zone::fixed(&name, (hours * 3600) as i32);
            return Ok(time_in(Zone::Utc).within(zone));
        }
        Ok(time_in(local.clone()))
    }

    fn set_day_of_year(&mut self, day_of_year: i64) -> Result<(), &'static str> {
        if !(1..=365 + i64::from(is_leap(self.year))).contains(&day_of_year) {
            return Err("day-of-year out of range");
        }
        let (mut month, mut day) = (1, day_of_year);
        while day > days_in(month, self.year) {
            day -= days_in(month, self.year);
            month += 1;
        }
        if self.month.is_some_and(|own| own != month) {
            return Err("day-of-year does not match month");
        }
        if self.day.is_some_and(|own| own != day) {
            return Err("day-of-year does not match day");
        }
        (self.month, self.day) = (Some(month), Some(day));
        Ok(())
    }
}

fn is_fraction(element: Element) -> bool {
    matches!(element, Element::Fraction { .. })
}

/// Go: skip. Any number of spaces stands for any other, if there is one. Errors: what is left.
fn skip<'v>(mut value: &'v [u8], mut text: &[u8]) -> Result<&'v [u8], &'v [u8]> {
    while let Some((first, behind)) = text.split_first() {
        let next = value.split_first();
        if *first == b' ' {
            if next.is_some_and(|(c, _)| *c != b' ') {
                return Err(value);
            }
            skip_spaces(&mut text, usize::MAX);
            skip_spaces(&mut value, usize::MAX);
            continue;
        }
        match next {
            Some((c, rest)) if c == first => (text, value) = (behind, rest),
            _ => return Err(value),
        }
    }
    Ok(value)
}

fn skip_spaces(text: &mut &[u8], most: usize) {
    let spaces = text.iter().take(most).take_while(|c| **c == b' ').count();
    *text = &text[spaces..];
}

fn take<'v>(value: &mut &'v [u8], length: usize) -> Result<&'v [u8], Fault> {
    let (taken, rest) = value.split_at_checked(length).ok_or(Fault::Syntax)?;
    *value = rest;
    Ok(taken)
}

fn within(n: i64, range: std::ops::RangeInclusive<i64>, what: &'static str) -> Result<i64, Fault> {
    if range.contains(&n) { Ok(n) } else { Err(Fault::Range(what)) }
}

type Find = for<'t> fn(&'t [u8], bool) -> Option<(i64, &'t [u8])>;

fn name(value: &mut &[u8], find: Find, in_full: bool) -> Result<i64, Fault> {
    let (found, rest) = find(value, in_full).ok_or(Fault::Syntax)?;
    *value = rest;
    Ok(found)
}

/// Go: getnum. One or two digits; two where zeros fill up.
fn number(value: &mut &[u8], style: Style) -> Result<i64, Fault> {
    let digits = value.iter().take(2).take_while(|c| c.is_ascii_digit()).count();
    let is_enough = digits == 2 || digits == 1 && style != Style::Zero;
    if is_enough { signed(take(value, digits)?) } else { Err(Fault::Syntax) }
}

/// Go: getnum3.
fn number_of_three(value: &mut &[u8], style: Style) -> Result<i64, Fault> {
    let digits = value.iter().take(3).take_while(|c| c.is_ascii_digit()).count();
    let is_enough = digits == 3 || digits > 0 && style != Style::Zero;
    if is_enough { signed(take(value, digits)?) } else { Err(Fault::Syntax) }
}

/// Go: atoi, which takes a sign. Of few digits.
fn signed(text: &[u8]) -> Result<i64, Fault> {
    let (is_negative, digits) = match text.split_first() {
        Some((sign @ (b'+' | b'-'), digits)) => (*sign == b'-', digits),
        _ => (false, text),
    };
    if digits.len() > 18 || !digits.iter().all(u8::is_ascii_digit) {
        return Err(Fault::Syntax);
    }
    let n = digits.iter().fold(0, |n, digit| n * 10 + i64::from(digit - b'0'));
    Ok(if is_negative { -n } else { n })
}

fn half(text: &[u8], morning: &[u8], afternoon: &[u8]) -> Result<bool, Fault> {
    if text == afternoon || text == morning { Ok(text == afternoon) } else { Err(Fault::Syntax) }
}

/// `-07:00` and its like.
fn offset(value: &mut &[u8], shape: Shape) -> Result<i32, Fault> {
    let has_colons = matches!(shape, Shape::ColonMinutes | Shape::ColonSeconds);
    let parts = match shape {
        Shape::Hours => 1,
        Shape::Minutes | Shape::ColonMinutes => 2,
        Shape::Seconds | Shape::ColonSeconds => 3,
    };
    let step = if has_colons { 3 } else { 2 };
    let text = take(value, step * parts + usize::from(!has_colons))?;
    if has_colons && (1..parts).any(|part| text[step * part] != b':') {
        return Err(Fault::Syntax);
    }
    let mut numbers = [0; 3];
    let mut fault = None;
    for (part, number_of) in numbers.iter_mut().enumerate().take(parts) {
        match number(&mut &text[1 + step * part..3 + step * part], Style::Zero) {
            Ok(n) => *number_of = n,
            Err(error) => {
                fault = Some(error);
                break;
            }
        }
    }
    let [hours, minutes, seconds] = numbers;
    // Go: 24 hours and 60 minutes are still taken; what is too much is told before what is no number.
    within(seconds, 0..=60, "time zone offset second")?;
    within(minutes, 0..=60, "time zone offset minute")?;
    within(hours, 0..=24, "time zone offset hour")?;
    let size = (hours * 3600 + minutes * 60 + seconds) as i32;
    match (text[0], fault) {
        (b'+', None) => Ok(size),
        (b'-', None) => Ok(-size),
        _ => Err(Fault::Syntax),
    }
}

/// Go: parseNanoseconds. A point and digits, of which nine count.
fn nanos(text: &[u8]) -> Result<u32, Fault> {
    let (b'.' | b',', digits) = text.split_first().map(|(point, digits)| (*point, digits)).ok_or(Fault::Syntax)? else {
        return Err(Fault::Syntax);
    };
    let digits = &digits[..digits.len().min(9)];
    let n = signed(digits)?;
    let n = u32::try_from(n).map_err(|_| Fault::Range("fractional second"))?;
    Ok(n * 10u32.pow(9 - digits.len() as u32))
}

/// Go: parseTimeZone. The length of a name such as `CEST`, `GMT+3` or `+03`.
fn zone_name_length(value: &[u8]) -> Option<usize> {
    if value.len() < 3 {
        return None;
    }
    if value.starts_with(b"ChST") || value.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(rest) = value.strip_prefix(b"GMT") {
        return Some(3 + signed_offset_length(rest));
    }
    if matches!(value[0], b'+' | b'-') {
        return Some(signed_offset_length(value)).filter(|length| *length > 0);
    }
    let capitals = value.iter().take(6).take_while(|c| c.is_ascii_uppercase()).count();
    match capitals {
        3 => Some(3),
        4 if value[3] == b'T' || value.starts_with(b"WITA") => Some(4),
        5 if value[4] == b'T' => Some(5),
        _ => None,
    }
}

/// Go: parseSignedOffset. A sign and up to 23 hours.
fn signed_offset_length(value: &[u8]) -> usize {
    let Some((b'+' | b'-', digits)) = value.split_first() else { return 0 };
    let length = digits.iter().take_while(|c| c.is_ascii_digit()).count();
    let hours = signed(&digits[..length]).ok().filter(|hours| length > 0 && *hours <= 23);
    if hours.is_some() { 1 + length } else { 0 }
}

/// Go: quote of its time package.
fn quote(text: &[u8]) -> String {
    let mut out = String::from("\"");
    for byte in text {
        match byte {
            b'"' | b'\\' => out.extend(['\\', *byte as char]),
            b' '..=0x7f => out.push(*byte as char),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push('"');
    out
}
