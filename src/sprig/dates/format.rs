//! Writing times by a layout.

use super::calendar::{month_name, weekday_name};
use super::layout::{self, Element, Shape, Style};
use super::time::Time;

pub const RFC3339_NANO: &[u8] = b"2006-01-02T15:04:05.999999999Z07:00";

/// Go: Time.Format.
pub fn format(time: &Time, layout: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(layout.len() + 10);
    let (zone_name, offset) = time.zone();
    let mut rest = layout;
    while let Some(cut) = layout::next(rest) {
        out.extend_from_slice(cut.before);
        rest = cut.rest;
        let (hour, minute, second) = time.clock();
        let hour12 = if hour % 12 == 0 { 12 } else { hour % 12 };
        match cut.element {
            Element::Year => number(&mut out, time.date().year, Style::Zero, 4),
            Element::Year2 => number(&mut out, (time.date().year % 100).abs(), Style::Zero, 2),
            Element::Month(style) => number(&mut out, time.date().month, style, 2),
            Element::MonthName => out.extend(month_name(time.date().month).bytes()),
            Element::MonthNameShort => out.extend(month_name(time.date().month).bytes().take(3)),
            Element::Day(style) => number(&mut out, time.date().day, style, 2),
            Element::DayOfYear(style) => number(&mut out, time.date().day_of_year, style, 3),
            Element::Weekday => out.extend(weekday_name(time.weekday()).bytes()),
            Element::WeekdayShort => out.extend(weekday_name(time.weekday()).bytes().take(3)),
            Element::Hour => number(&mut out, hour, Style::Zero, 2),
            Element::Hour12(style) => number(&mut out, hour12, style, 2),
            Element::Minute(style) => number(&mut out, minute, style, 2),
            Element::Second(style) => number(&mut out, second, style, 2),
            Element::Half => out.extend_from_slice(if hour >= 12 { b"PM" } else { b"AM" }),
            Element::HalfLower => out.extend_from_slice(if hour >= 12 { b"pm" } else { b"am" }),
            // Go: a zone without a name is written as its offset.
            Element::ZoneName if zone_name.is_empty() => append_offset(&mut out, offset, Shape::Minutes),
            Element::ZoneName => out.extend(zone_name.bytes()),
            Element::Offset { z: true, .. } if offset == 0 => out.push(b'Z'),
            Element::Offset { shape, .. } => append_offset(&mut out, offset, shape),
            Element::Fraction { trim, digits, separator } => {
                append_fraction(&mut out, time.nanosecond(), trim, digits, separator);
            }
        }
    }
    out.extend_from_slice(rest);
    out
}

/// Go: appendInt. The sign does not count to the width.
fn number(out: &mut Vec<u8>, n: i64, style: Style, width: usize) {
    let digits = n.unsigned_abs().to_string();
    let fill = match style {
        Style::Plain => None,
        Style::Zero => Some(b'0'),
        Style::Space => Some(b' '),
    };
    if n < 0 {
        out.push(b'-');
    }
    out.extend(fill.into_iter().flat_map(|fill| std::iter::repeat_n(fill, width.saturating_sub(digits.len()))));
    out.extend(digits.bytes());
}

fn append_offset(out: &mut Vec<u8>, offset: i32, shape: Shape) {
    // Go: the sign is that of the minutes.
    let minutes = i64::from(offset / 60);
    out.push(if minutes < 0 { b'-' } else { b'+' });
    number(out, minutes.abs() / 60, Style::Zero, 2);
    let rest = match shape {
        Shape::Hours => return,
        Shape::Minutes | Shape::ColonMinutes => [Some(minutes.abs() % 60), None],
        Shape::Seconds | Shape::ColonSeconds => {
            // Go: of an offset of less than a minute before UTC the seconds keep their sign.
            let seconds = if minutes < 0 { -i64::from(offset) } else { i64::from(offset) };
            [Some(minutes.abs() % 60), Some(seconds % 60)]
        }
    };
    for n in rest.into_iter().flatten() {
        if matches!(shape, Shape::ColonMinutes | Shape::ColonSeconds) {
            out.push(b':');
        }
        number(out, n, Style::Zero, 2);
    }
}

/// Go: appendNano.
fn append_fraction(out: &mut Vec<u8>, nanosecond: u32, trim: bool, digits: usize, separator: u8) {
    let text = format!("{nanosecond:09}");
    let mut text = &text[..digits.min(9)];
    if trim {
        text = text.trim_end_matches('0');
        if text.is_empty() {
            return;
        }
    }
    out.push(separator);
    out.extend(text.bytes());
}
