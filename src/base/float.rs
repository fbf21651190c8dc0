//! The digits of floating point numbers, as Go chooses and arranges them.
//!
//! **Invariant:** the number is finite; its digits are the ones that Go's strconv prints.
//! **Not here:** when which arrangement is taken, and the names of infinities.

/// A decimal number: the digits with a point behind the first one, times ten to the power of the exponent.
pub struct Decimal {
    pub negative: bool,
    /// At least one; no zeros at the end but for zero itself.
    pub digits: String,
    pub exponent: i32,
}

/// Rust takes no precision of any size. Behind so many digits only zeros follow in any float64.
const MOST_DIGITS: usize = 1200;

/// The integer that a number is, if it has no more than six digits, with which it is written in all ways. Most
/// numbers are such.
pub fn small_integer(f: f64) -> Option<i32> {
    let n = f as i32;
    (n.unsigned_abs() < 1_000_000 && f64::from(n).to_bits() == f.to_bits()).then_some(n)
}

impl Decimal {
    /// The shortest digits that read back as the same number.
    pub fn shortest(f: f64) -> Decimal {
        let mut decimal = Decimal::read(f, &format!("{:e}", f.abs()));
        // Go: halfway between two texts the even one is taken; Rust takes the greater.
        let digits = &decimal.digits;
        if digits.len() >= 16 && is_halfway(f, digits.len()) {
            let last = digits.len() - 1;
            let even: String = digits.char_indices().map(|(at, c)| if at == last { to_even(c) } else { c }).collect();
            if format!("{}.{}e{}", &even[..1], &even[1..], decimal.exponent).parse() == Ok(f.abs()) {
                decimal.digits = even;
            }
        }
        decimal
    }

    /// So many significant digits (at least one), rounded to even.
    pub fn rounded(f: f64, count: usize) -> Decimal {
        let decimals = count.clamp(1, MOST_DIGITS) - 1;
        let mut decimal = Decimal::read(f, &format!("{:.decimals$e}", f.abs()));
        let kept = decimal.digits.trim_end_matches('0').len().max(1);
        decimal.digits.truncate(kept);
        decimal
    }

    /// Of Rust's scientific notation of the number without its sign.
    fn read(f: f64, text: &str) -> Decimal {
        let (digits, exponent) = text.split_once('e').expect("`{:e}` writes an exponent");
        Decimal {
            negative: f.is_sign_negative(),
            digits: digits.chars().filter(char::is_ascii_digit).collect(),
            exponent: exponent.parse().expect("the exponent is a number"),
        }
    }

    /// How many digits stand behind the point if all are written.
    pub fn decimals(&self) -> usize {
        usize::try_from(self.digits.len() as i32 - 1 - self.exponent).unwrap_or(0)
    }

    /// Without an exponent, and with so many digits behind the point; there must be no more.
    pub fn plain(&self, decimals: usize) -> String {
        let Decimal { digits, exponent, .. } = self;
        let mut text = self.sign();
        let (whole, fraction) = match usize::try_from(exponent + 1) {
            Err(_) | Ok(0) => {
                text.push('0');
                (0, "0".repeat(exponent.unsigned_abs() as usize - 1))
            }
            Ok(whole) => (whole, String::new()),
        };
        let (before, behind) = digits.split_at(whole.min(digits.len()));
        text.push_str(before);
        text.push_str(&"0".repeat(whole - before.len()));
        if decimals > 0 {
            text.push('.');
            text.push_str(&fraction);
            text.push_str(behind);
            text.push_str(&"0".repeat(decimals.saturating_sub(fraction.len() + behind.len())));
        }
        text
    }

    /// With an exponent of at least so many digits, and with so many digits between point and exponent.
    pub fn scientific(&self, decimals: usize, least_exponent: usize) -> String {
        let mut text = self.sign();
        let (first, rest) = self.digits.split_at(1);
        text.push_str(first);
        if decimals > 0 {
            text.push('.');
            text.push_str(rest);
            text.push_str(&"0".repeat(decimals.saturating_sub(rest.len())));
        }
        let direction = if self.exponent < 0 { '-' } else { '+' };
        text + &format!("e{direction}{:0least_exponent$}", self.exponent.abs())
    }

    fn sign(&self) -> String {
        if self.negative { "-".to_owned() } else { String::new() }
    }
}

/// As Go's `%.*f`: rounded to so many digits behind the point.
pub fn fixed(f: f64, decimals: usize) -> String {
    let exact = decimals.min(MOST_DIGITS);
    format!("{f:.exact$}") + &"0".repeat(decimals - exact)
}

/// Whether the digits behind the first `count` are a five and nothing else.
fn is_halfway(f: f64, count: usize) -> bool {
    let long = format!("{:.*e}", count + 30, f.abs());
    let mut rest = long.bytes().filter(|b| *b != b'.').take_while(u8::is_ascii_digit).skip(count);
    rest.next() == Some(b'5') && rest.all(|b| b == b'0')
}

fn to_even(digit: char) -> char {
    char::from(digit as u8 & !1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_integers_are_told_from_other_numbers() {
        let others = [-0.0, 0.5, 1e6, -2147483648.0, 1e300, f64::NAN, f64::INFINITY];
        assert_eq!(others.map(small_integer), [None; 7]);
        let found = [0.0, -7.0, 999_999.0].map(small_integer);
        assert_eq!(found, [Some(0), Some(-7), Some(999_999)]);
    }

    /// What Go's strconv.FormatFloat prints.
    #[test]
    fn digits_are_arranged_as_go_arranges_them() {
        let plain = |f: f64, decimals| Decimal::shortest(f).plain(decimals);
        assert_eq!(plain(0.0, 0), "0");
        assert_eq!(plain(0.05, 2), "0.05");
        assert_eq!(plain(0.5, 3), "0.500");
        assert_eq!(plain(-12.5, 1), "-12.5");
        assert_eq!(plain(1200.0, 0), "1200");
        assert_eq!(plain(1200.0, 2), "1200.00");
        assert_eq!(Decimal::shortest(1.5e-7).scientific(1, 2), "1.5e-07");
        assert_eq!(Decimal::shortest(-0.0).scientific(2, 2), "-0.00e+00");
        assert_eq!(Decimal::rounded(2.5, 1).digits, "2");
        assert_eq!(Decimal::rounded(3.5, 1).digits, "4");
        assert_eq!(Decimal::rounded(999.5, 3).scientific(2, 2), "1.00e+03");
        assert_eq!((fixed(0.5, 0).as_str(), fixed(1.5, 0).as_str(), fixed(0.125, 2).as_str()), ("0", "2", "0.12"));
        assert_eq!(fixed(0.1, 70_000).len(), 70_002);
    }
}
