//! Go's time.Duration.

/// Nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration(pub i64);

pub const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

const UNITS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    // The micro sign, and the Greek letter.
    ("\u{b5}s", 1_000),
    ("\u{3bc}s", 1_000),
    ("ms", 1_000_000),
    ("s", SECOND as u64),
    ("m", MINUTE as u64),
    ("h", HOUR as u64),
];

impl Duration {
    /// Go: time.ParseDuration.
    pub fn parse(text: &str) -> Result<Duration, String> {
        let wrong = |what: &str| format!("time: {what} {text:?}");
        let invalid = || wrong("invalid duration");
        let (is_negative, mut rest) = match text.strip_prefix(['-', '+']) {
            Some(rest) => (text.starts_with('-'), rest),
            None => (false, text),
        };
        if rest == "0" {
            return Ok(Duration(0));
        }
        if rest.is_empty() {
            return Err(invalid());
        }
        let mut total = 0u64;
        while !rest.is_empty() {
            let (whole, behind) = digits(rest);
            let (fraction, behind) = behind.strip_prefix('.').map_or(("", behind), digits);
            if whole.is_empty() && fraction.is_empty() {
                return Err(invalid());
            }
            let end = behind.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(behind.len());
            let (unit, behind) = behind.split_at(end);
            rest = behind;
            if unit.is_empty() {
                return Err(wrong("missing unit in duration"));
            }
            let Some((_, size)) = UNITS.iter().find(|(name, _)| *name == unit) else {
                return Err(wrong(&format!("unknown unit {unit:?} in duration")));
            };
            let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| invalid())? };
            if whole > LIMIT / size {
                return Err(invalid());
            }
            let (fraction, scale) = fraction_of(fraction);
            let part = whole * size + (fraction as f64 * (*size as f64 / scale)) as u64;
            // Both are far from the end of the type.
            total = total.saturating_add(part);
            if part > LIMIT || total > LIMIT {
                return Err(invalid());
            }
        }
        match is_negative {
            true => Ok(Duration((total as i64).wrapping_neg())),
            false => i64::try_from(total).map(Duration).map_err(|_| invalid()),
        }
    }

    /// Go: Duration.Seconds.
    pub fn seconds(self) -> f64 {
        self.in_units(SECOND)
    }

    pub fn minutes(self) -> f64 {
        self.in_units(MINUTE)
    }

    pub fn hours(self) -> f64 {
        self.in_units(HOUR)
    }

    fn in_units(self, unit: i64) -> f64 {
        (self.0 / unit) as f64 + (self.0 % unit) as f64 / unit as f64
    }

    /// Go: Duration.Truncate.
    pub fn truncate(self, to: Duration) -> Duration {
        if to.0 <= 0 { self } else { Duration(self.0 - self.0 % to.0) }
    }

    /// Go: Duration.Round. Halves away from zero.
    pub fn round(self, to: Duration) -> Duration {
        if to.0 <= 0 {
            return self;
        }
        let rest = self.0 % to.0;
        let down = self.0 - rest;
        Duration(match is_less_than_half(rest, to) {
            true => down,
            false => down.saturating_add(if self.0 < 0 { -to.0 } else { to.0 }),
        })
    }

    /// Go: Duration.Abs.
    pub fn abs(self) -> Duration {
        Duration(self.0.saturating_abs())
    }
}

/// The size of the largest number that is read; that of the least one too.
const LIMIT: u64 = 1 << 63;

/// Go: lessThanHalf, of the size of a rest.
pub fn is_less_than_half(rest: i64, of: Duration) -> bool {
    rest.unsigned_abs() * 2 < of.0.unsigned_abs()
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

/// Go: leadingFraction. Digits beyond what fits do not count.
fn fraction_of(digits: &str) -> (u64, f64) {
    let (mut value, mut scale) = (0u64, 1.0);
    for digit in digits.bytes() {
        if value > (LIMIT - 1) / 10 {
            break;
        }
        value = value * 10 + u64::from(digit - b'0');
        scale *= 10.0;
    }
    (value, scale)
}

/// Go: Duration.String.
impl std::fmt::Display for Duration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let size = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        match size {
            0 => return write!(f, "0s"),
            1..1_000 => return write!(f, "{sign}{size}ns"),
            1_000..1_000_000 => return write!(f, "{sign}{}\u{b5}s", decimal(size, 3)),
            1_000_000..1_000_000_000 => return write!(f, "{sign}{}ms", decimal(size, 6)),
            _ => write!(f, "{sign}")?,
        }
        let (minutes, rest) = (size / MINUTE as u64, size % MINUTE as u64);
        if minutes >= 60 {
            write!(f, "{}h", minutes / 60)?;
        }
        if minutes > 0 {
            write!(f, "{}m", minutes % 60)?;
        }
        write!(f, "{}s", decimal(rest, 9))
    }
}

/// A number with that many digits behind the point, without zeros at its end.
fn decimal(n: u64, places: usize) -> String {
    let unit = 10u64.pow(places as u32);
    let text = format!("{}.{:0places$}", n / unit, n % unit);
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}
