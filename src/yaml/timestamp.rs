//! Timestamps as go-yaml reads them and as encoding/json writes a `time.Time`.
//!
//! **Not here:** arithmetic with time.

/// A date, a time of day and the distance from UTC, as they were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timestamp {
    year: u32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
    nanosecond: u32,
    /// Minutes east of UTC.
    offset: i32,
}

impl Timestamp {
    /// Reads the four layouts that go-yaml knows: with `T` or `t` and a zone, with a space and
    /// without a zone, and a date alone. Months, days and so on may have one digit.
    /// Source: parseTimestamp in resolve.go of go-yaml, and Go's time.Parse.
    pub fn parse(text: &str) -> Option<Timestamp> {
        let bytes = text.as_bytes();
        if bytes.len() < 8 || bytes[4] != b'-' || !bytes[..4].iter().all(u8::is_ascii_digit) {
            return None;
        }
        let mut rest = Reader { bytes: &bytes[5..] };
        let year = text[..4].parse().ok()?;
        let month = rest.number()?;
        rest.skip(b'-')?;
        let day = rest.number()?;
        let mut time = Timestamp { year, month, day, hour: 0, minute: 0, second: 0, nanosecond: 0, offset: 0 };
        if !(1..=12).contains(&month) || day < 1 || day > days_in(month, year) {
            return None;
        }
        let Some(separator) = rest.next() else { return Some(time) };
        if separator == b' ' {
            // Go: the blanks of a layout match any number of blanks.
            while rest.bytes.first() == Some(&b' ') {
                rest.next();
            }
        }
        time.hour = rest.number().filter(|n| *n < 24)?;
        rest.skip(b':')?;
        time.minute = rest.number().filter(|n| *n < 60)?;
        rest.skip(b':')?;
        time.second = rest.number().filter(|n| *n < 60)?;
        time.nanosecond = rest.fraction();
        match separator {
            b'T' | b't' => time.offset = rest.zone()?,
            b' ' => {}
            _ => return None,
        }
        rest.bytes.is_empty().then_some(time)
    }

    /// RFC 3339 with as many digits of the second's fraction as are needed. `None` where Go refuses:
    /// zones of a day or more. Go: Time.MarshalJSON.
    pub fn to_rfc3339(self) -> Option<String> {
        if self.offset.abs() >= 24 * 60 {
            return None;
        }
        let Timestamp { year, month, day, hour, minute, second, .. } = self;
        let mut text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
        if self.nanosecond != 0 {
            let fraction = format!(".{:09}", self.nanosecond);
            text.push_str(fraction.trim_end_matches('0'));
        }
        if self.offset == 0 {
            text.push('Z');
        } else {
            let sign = if self.offset < 0 { '-' } else { '+' };
            let size = self.offset.abs();
            text.push_str(&format!("{sign}{:02}:{:02}", size / 60, size % 60));
        }
        Some(text)
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl Reader<'_> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn skip(&mut self, expected: u8) -> Option<()> {
        (self.next()? == expected).then_some(())
    }

    /// One or two digits.
    fn number(&mut self) -> Option<u32> {
        let digit = |b: Option<&u8>| b.filter(|b| b.is_ascii_digit()).map(|b| u32::from(b - b'0'));
        let first = digit(self.bytes.first())?;
        match digit(self.bytes.get(1)) {
            Some(second) => {
                self.bytes = &self.bytes[2..];
                Some(first * 10 + second)
            }
            None => {
                self.bytes = &self.bytes[1..];
                Some(first)
            }
        }
    }

    /// A fraction of a second in nanoseconds, if one stands here; what is finer is cut off.
    /// Go: a comma will do.
    fn fraction(&mut self) -> u32 {
        if !matches!(self.bytes, [b'.' | b',', b'0'..=b'9', ..]) {
            return 0;
        }
        let count = self.bytes[1..].iter().take_while(|b| b.is_ascii_digit()).count();
        let value = (0..9).fold(0, |value, at| {
            let digit = if at < count { u32::from(self.bytes[1 + at] - b'0') } else { 0 };
            value * 10 + digit
        });
        self.bytes = &self.bytes[1 + count..];
        value
    }

    /// `Z`, `+hh:mm` or `-hh:mm`. Go: up to 24 hours and 60 minutes.
    fn zone(&mut self) -> Option<i32> {
        let sign = match self.next()? {
            b'Z' => return Some(0),
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        let [h, i, b':', m, n, rest @ ..] = self.bytes else { return None };
        self.bytes = rest;
        let two = |a: &u8, b: &u8| {
            (a.is_ascii_digit() && b.is_ascii_digit()).then(|| i32::from(a - b'0') * 10 + i32::from(b - b'0'))
        };
        let (hours, minutes) = (two(h, i)?, two(m, n)?);
        (hours <= 24 && minutes <= 60).then_some(sign * (hours * 60 + minutes))
    }
}

fn days_in(month: u32, year: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_read_and_written_as_by_go() {
        // Expectations: go-yaml v3 into an interface{}, then json.Marshal.
        let cases = [
            ("2001-12-14", Some("2001-12-14T00:00:00Z")),
            ("2001-1-2", Some("2001-01-02T00:00:00Z")),
            ("2001-12-14t21:59:43.10-05:00", Some("2001-12-14T21:59:43.1-05:00")),
            ("2001-12-14T21:59:43,1234567899+05:30", Some("2001-12-14T21:59:43.123456789+05:30")),
            ("2001-12-14T1:2:3+00:00", Some("2001-12-14T01:02:03Z")),
            ("2001-12-14 21:59:43.100", Some("2001-12-14T21:59:43.1Z")),
            ("2001-12-14  21:59:43", Some("2001-12-14T21:59:43Z")),
            ("2001-12-14 21:59:43 -5", None),
            ("2001-12-14 21:59:43Z", None),
            ("2001-12-14T21:59:43", None),
            ("2001-13-14", None),
            ("2001-02-29", None),
            ("2000-02-29", Some("2000-02-29T00:00:00Z")),
            ("20010-02-02", None),
            ("2001-12-14T24:00:00Z", None),
        ];
        for (text, expected) in cases {
            let written = Timestamp::parse(text).and_then(Timestamp::to_rfc3339);
            assert_eq!(written.as_deref(), expected, "{text}");
        }
    }
}
