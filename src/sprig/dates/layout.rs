//! Layouts: texts that show how the reference time (Mon Jan 2 15:04:05 MST 2006) is written.

/// What a piece of a layout stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    Year,
    Year2,
    Month(Style),
    MonthName,
    MonthNameShort,
    Day(Style),
    DayOfYear(Style),
    Weekday,
    WeekdayShort,
    Hour,
    Hour12(Style),
    Minute(Style),
    Second(Style),
    /// `PM`
    Half,
    /// `pm`
    HalfLower,
    /// `MST`
    ZoneName,
    /// `-07:00`, or with `Z` for UTC.
    Offset {
        z: bool,
        shape: Shape,
    },
    /// `.000`, or `.999` where zeros at the end are left out.
    Fraction {
        trim: bool,
        digits: usize,
        separator: u8,
    },
}

/// What stands before a number of few digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    Zero,
    Space,
}

/// How an offset is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Hours,
    Minutes,
    ColonMinutes,
    Seconds,
    ColonSeconds,
}

const fn offset(z: bool, shape: Shape) -> Element {
    Element::Offset { z, shape }
}

/// The first that a text starts with counts.
const ELEMENTS: [(&[u8], Element); 33] = [
    (b"January", Element::MonthName),
    (b"Jan", Element::MonthNameShort),
    (b"Monday", Element::Weekday),
    (b"Mon", Element::WeekdayShort),
    (b"MST", Element::ZoneName),
    (b"01", Element::Month(Style::Zero)),
    (b"02", Element::Day(Style::Zero)),
    (b"03", Element::Hour12(Style::Zero)),
    (b"04", Element::Minute(Style::Zero)),
    (b"05", Element::Second(Style::Zero)),
    (b"06", Element::Year2),
    (b"002", Element::DayOfYear(Style::Zero)),
    (b"15", Element::Hour),
    (b"1", Element::Month(Style::Plain)),
    (b"2006", Element::Year),
    (b"2", Element::Day(Style::Plain)),
    (b"_2", Element::Day(Style::Space)),
    (b"__2", Element::DayOfYear(Style::Space)),
    (b"3", Element::Hour12(Style::Plain)),
    (b"4", Element::Minute(Style::Plain)),
    (b"5", Element::Second(Style::Plain)),
    (b"PM", Element::Half),
    (b"pm", Element::HalfLower),
    (b"-070000", offset(false, Shape::Seconds)),
    (b"-07:00:00", offset(false, Shape::ColonSeconds)),
    (b"-0700", offset(false, Shape::Minutes)),
    (b"-07:00", offset(false, Shape::ColonMinutes)),
    (b"-07", offset(false, Shape::Hours)),
    (b"Z070000", offset(true, Shape::Seconds)),
    (b"Z07:00:00", offset(true, Shape::ColonSeconds)),
    (b"Z0700", offset(true, Shape::Minutes)),
    (b"Z07:00", offset(true, Shape::ColonMinutes)),
    (b"Z07", offset(true, Shape::Hours)),
];

/// A layout, cut at its first element.
pub struct Cut<'l> {
    pub before: &'l [u8],
    pub element: Element,
    /// How the layout has it.
    pub text: &'l [u8],
    pub rest: &'l [u8],
}

/// Go: nextStdChunk. Nothing where there is no element any more.
pub fn next(layout: &[u8]) -> Option<Cut<'_>> {
    (0..layout.len()).find_map(|at| {
        let (before, here) = layout.split_at(at);
        let (element, length) = element_at(here)?;
        let (text, rest) = here.split_at(length);
        Some(Cut { before, element, text, rest })
    })
}

/// The element that a text starts with, and its length.
fn element_at(text: &[u8]) -> Option<(Element, usize)> {
    if let Some(b'.' | b',') = text.first() {
        return fraction(text);
    }
    let (name, element) = ELEMENTS.iter().find(|(name, element)| {
        let Some(rest) = text.strip_prefix(*name) else { return false };
        match element {
            // Go: `Janet` is a name.
            Element::MonthNameShort | Element::WeekdayShort => !rest.first().is_some_and(u8::is_ascii_lowercase),
            // Go: `_2006` is a year behind a line.
            Element::Day(Style::Space) => !rest.starts_with(b"006"),
            _ => true,
        }
    })?;
    Some((*element, name.len()))
}

/// A point or comma and only zeros or only nines, behind which no other digit stands.
fn fraction(text: &[u8]) -> Option<(Element, usize)> {
    let (separator, behind) = text.split_first()?;
    let digit = *behind.first().filter(|digit| matches!(digit, b'0' | b'9'))?;
    let digits = behind.iter().take_while(|other| **other == digit).count();
    let ends = !behind.get(digits).is_some_and(u8::is_ascii_digit);
    let element = Element::Fraction { trim: digit == b'9', digits, separator: *separator };
    ends.then_some((element, 1 + digits))
}
