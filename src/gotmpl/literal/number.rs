//! Numbers as Go's parse.NumberNode reads them.

use super::super::strconv::{parse_float, parse_int, parse_uint, power_of_two, quote};
use super::unquote_rune;

/// A number, as each type that it can be.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Number {
    pub int: Option<i64>,
    pub uint: Option<u64>,
    pub float: Option<f64>,
    pub complex: Option<(f64, f64)>,
    /// It is written as a float: with a point or an exponent.
    pub looks_like_float: bool,
}

impl Number {
    /// A character constant with its quotes.
    pub fn from_char(quoted: &str) -> Result<Number, String> {
        let rune = unquote_rune(quoted)?;
        Ok(Number { int: Some(rune.into()), uint: Some(rune.into()), float: Some(rune.into()), ..Number::default() })
    }

    /// `1+2i`
    pub fn from_complex(text: &str) -> Result<Number, String> {
        let bad = || "syntax error scanning complex number".to_owned();
        let (real, rest) = float_token(text);
        if !rest.starts_with(['+', '-']) {
            return Err(bad());
        }
        // Go: the sign is taken before the imaginary part, which may have another.
        let (imaginary, behind) = float_token(&rest[1..]);
        if !behind.starts_with('i') {
            return Err(bad());
        }
        let imaginary = &rest[..1 + imaginary.len()];
        Ok(Number::simplified(scan_float(real)?, scan_float(imaginary)?))
    }

    pub fn from_text(text: &str) -> Result<Number, String> {
        if let Some(int) = small_decimal(text.as_bytes()) {
            let (uint, float) = (Some(int.into()), Some(int.into()));
            return Ok(Number { int: Some(int.into()), uint, float, ..Number::default() });
        }
        if let Some(imaginary) = text.strip_suffix('i')
            && let Ok(imaginary) = parse_float(imaginary.as_bytes())
        {
            return Ok(Number::simplified(0.0, imaginary));
        }
        let bytes = text.as_bytes();
        let mut number = Number { int: parse_int(bytes, 0).ok(), uint: parse_uint(bytes, 0).ok(), ..Number::default() };
        let is_hex = text.len() > 2 && (text.starts_with("0x") || text.starts_with("0X"));
        number.looks_like_float = text.contains(['.', 'e', 'E', 'p', 'P']) && (!is_hex || text.contains(['p', 'P']));
        if number.int == Some(0) {
            // "-0" is unsigned too.
            number.uint = number.uint.or(Some(0));
        }
        if let Some(int) = number.int {
            number.float = Some(int as f64);
        } else if let Some(uint) = number.uint {
            number.float = Some(uint as f64);
        } else if let Ok(float) = parse_float(bytes) {
            if !text.contains(['.', 'e', 'E', 'p', 'P']) {
                return Err(format!("integer overflow: {}", quote(text.as_bytes())));
            }
            number.float = Some(float);
            number.int = exact_int(float);
            number.uint = exact_uint(float);
        } else {
            return Err(format!("illegal number syntax: {}", quote(text.as_bytes())));
        }
        Ok(number)
    }

    /// The integer that it is where any type will do, if it is one.
    pub fn plain_int(&self) -> Option<i64> {
        if self.complex.is_some() || self.looks_like_float { None } else { self.int }
    }

    /// Go: simplifyComplex.
    fn simplified(real: f64, imaginary: f64) -> Number {
        let is_real = imaginary == 0.0;
        Number {
            complex: Some((real, imaginary)),
            float: is_real.then_some(real),
            int: is_real.then(|| exact_int(real)).flatten(),
            uint: is_real.then(|| exact_uint(real)).flatten(),
            looks_like_float: false,
        }
    }
}

/// A number of a few decimal digits, which most are.
fn small_decimal(text: &[u8]) -> Option<u32> {
    let is_octal = text.len() > 1 && text[0] == b'0';
    let is_plain = (1..=9).contains(&text.len()) && !is_octal && text.iter().all(u8::is_ascii_digit);
    is_plain.then(|| text.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')))
}

fn exact_int(float: f64) -> Option<i64> {
    (float as i64 as f64 == float && float < 9_223_372_036_854_775_808.0).then_some(float as i64)
}

fn exact_uint(float: f64) -> Option<u64> {
    (float as u64 as f64 == float && float < 18_446_744_073_709_551_616.0).then_some(float as u64)
}

/// Go: the number at the start of a text as fmt.Sscan takes it, and the rest.
fn float_token(text: &str) -> (&str, &str) {
    let bytes = text.as_bytes();
    let mut at = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let run = |at: &mut usize, is_digit: fn(&u8) -> bool| {
        while bytes.get(*at).is_some_and(|byte| is_digit(byte) || *byte == b'_') {
            *at += 1;
        }
    };
    let mut is_digit: fn(&u8) -> bool = u8::is_ascii_digit;
    let mut exponent: &[u8] = b"eEpP";
    if bytes.get(at) == Some(&b'0') && matches!(bytes.get(at + 1), Some(b'x' | b'X')) {
        at += 2;
        is_digit = u8::is_ascii_hexdigit;
        exponent = b"pP";
    }
    run(&mut at, is_digit);
    if bytes.get(at) == Some(&b'.') {
        at += 1;
        run(&mut at, is_digit);
    }
    if bytes.get(at).is_some_and(|byte| exponent.contains(byte)) {
        at += 1;
        at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
        run(&mut at, u8::is_ascii_digit);
    }
    text.split_at(at)
}

/// Go: fmt's convertFloat, which also knows decimal numbers with a binary exponent.
fn scan_float(text: &str) -> Result<f64, String> {
    let bad = || format!("strconv.ParseFloat: parsing {}: invalid syntax", quote(text.as_bytes()));
    if !text.contains(['x', 'X'])
        && let Some((mantissa, exponent)) = text.split_once('p')
    {
        let exponent: i64 = exponent.parse().map_err(|_| bad())?;
        return Ok(power_of_two(parse_float(mantissa.as_bytes()).map_err(|_| bad())?, 0, exponent.clamp(-1022, 1023)));
    }
    parse_float(text.as_bytes()).map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of Go's numberTests (parse_test.go).
    #[test]
    fn numbers_are_all_that_they_can_be() {
        let read = |text: &str| {
            let number = if text.starts_with('\'') {
                Number::from_char(text)
            } else if text.len() > 1 && text.ends_with('i') && text[1..].contains(['+', '-']) && !text.contains('e') {
                Number::from_complex(text)
            } else {
                Number::from_text(text)
            };
            number.map(|n| (n.int, n.uint, n.float, n.complex))
        };
        assert_eq!(read("0"), Ok((Some(0), Some(0), Some(0.0), None)));
        assert_eq!(read("-0"), Ok((Some(0), Some(0), Some(0.0), None)));
        assert_eq!(read("0b101"), Ok((Some(5), Some(5), Some(5.0), None)));
        assert_eq!(read("0o377"), Ok((Some(255), Some(255), Some(255.0), None)));
        assert_eq!(read("-0xAF_0"), Ok((Some(-0xAF0), None, Some(-2800.0), None)));
        assert_eq!(read("073"), Ok((Some(59), Some(59), Some(59.0), None)));
        assert_eq!(read("-12.34"), Ok((None, None, Some(-12.34), None)));
        assert_eq!(read("1e19"), Ok((None, Some(10_000_000_000_000_000_000), Some(1e19), None)));
        assert_eq!(read("0x1.1p4"), Ok((Some(17), Some(17), Some(17.0), None)));
        assert_eq!(read("0x1p-2"), Ok((None, None, Some(0.25), None)));
        assert_eq!(read("1_2.3_4"), Ok((None, None, Some(12.34), None)));
        assert_eq!(read("4i"), Ok((None, None, None, Some((0.0, 4.0)))));
        assert_eq!(read("073i"), Ok((None, None, None, Some((0.0, 73.0)))));
        assert_eq!(read("-12+0i"), Ok((Some(-12), None, Some(-12.0), Some((-12.0, 0.0)))));
        assert_eq!(read("'\\''"), Ok((Some(39), Some(39), Some(39.0), None)));
        assert_eq!(read("0xef"), Ok((Some(0xef), Some(0xef), Some(239.0), None)));
        for bad in ["1__2", "'x", "'xx'", "'433937734937734969526500969526500'", "0xi"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
