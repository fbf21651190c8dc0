//! Numbers as Go's parse.NumberNode reads them.

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
        if let Some(imaginary) = text.strip_suffix('i')
            && let Some(imaginary) = parse_float(imaginary)
        {
            return Ok(Number::simplified(0.0, imaginary));
        }
        let mut number = Number { int: parse_int(text), uint: parse_uint(text), ..Number::default() };
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
        } else if let Some(float) = parse_float(text) {
            if !text.contains(['.', 'e', 'E', 'p', 'P']) {
                return Err(format!("integer overflow: {}", super::super::fmt::quote(text.as_bytes())));
            }
            number.float = Some(float);
            number.int = exact_int(float);
            number.uint = exact_uint(float);
        } else {
            return Err(format!("illegal number syntax: {}", super::super::fmt::quote(text.as_bytes())));
        }
        Ok(number)
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

fn exact_int(float: f64) -> Option<i64> {
    (float as i64 as f64 == float && float < 9_223_372_036_854_775_808.0).then_some(float as i64)
}

fn exact_uint(float: f64) -> Option<u64> {
    (float as u64 as f64 == float && float < 18_446_744_073_709_551_616.0).then_some(float as u64)
}

/// Go: strconv.ParseUint of any base.
fn parse_uint(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    let prefixed = bytes.len() >= 3;
    let (radix, digits) = match bytes {
        [b'0', b'b' | b'B', rest @ ..] if prefixed => (2, rest),
        [b'0', b'o' | b'O', rest @ ..] if prefixed => (8, rest),
        [b'0', b'x' | b'X', rest @ ..] if prefixed => (16, rest),
        [b'0', rest @ ..] => (8, rest),
        [] => return None,
        _ => (10, bytes),
    };
    let sum = digits.iter().filter(|byte| **byte != b'_').try_fold(0u64, |sum, byte| {
        let digit = char::from(*byte).to_digit(radix)?;
        sum.checked_mul(radix.into())?.checked_add(digit.into())
    })?;
    underscores_ok(text).then_some(sum)
}

/// Go: strconv.ParseInt of any base.
fn parse_int(text: &str) -> Option<i64> {
    match text.strip_prefix('-') {
        Some(digits) => 0i64.checked_sub_unsigned(parse_uint(digits)?),
        None => i64::try_from(parse_uint(text.strip_prefix('+').unwrap_or(text))?).ok(),
    }
}

/// Go: strconv.ParseFloat of a number without letters but those of hexadecimal numbers and exponents.
fn parse_float(text: &str) -> Option<f64> {
    if text.contains('_') && !underscores_ok(text) {
        return None;
    }
    let text: String = text.chars().filter(|c| *c != '_').collect();
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(&text);
    let float = match unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X")) {
        Some(hex) => parse_hex_float(hex)?,
        // Rust's own also takes names of numbers, which are none here.
        None if unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') => unsigned.parse().ok()?,
        None => return None,
    };
    let float = if text.starts_with('-') { -float } else { float };
    float.is_finite().then_some(float)
}

/// The mantissa behind `0x` and a binary exponent, which must be there. Rounds to even.
fn parse_hex_float(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once(['p', 'P'])?;
    let sign_and_digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if sign_and_digits.is_empty() || !sign_and_digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let magnitude = sign_and_digits.parse::<i64>().unwrap_or(i64::MAX).min(100_000);
    let mut exponent = if exponent.starts_with('-') { -magnitude } else { magnitude };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let (mut bits, mut lost) = (0u64, false);
    for (is_fraction, digit) in whole.chars().map(|c| (false, c)).chain(fraction.chars().map(|c| (true, c))) {
        let digit = u64::from(digit.to_digit(16)?);
        if bits >> 60 == 0 {
            bits = bits << 4 | digit;
            exponent -= if is_fraction { 4 } else { 0 };
        } else {
            lost |= digit != 0;
            exponent += if is_fraction { 0 } else { 4 };
        }
    }
    Some(scaled(bits, lost, exponent))
}

/// `bits` times two to the power of `exponent`, rounded once. `lost` says that a bit more follows.
fn scaled(bits: u64, lost: bool, exponent: i64) -> f64 {
    if bits == 0 {
        return 0.0;
    }
    let top = 63 - i64::from(bits.leading_zeros());
    // As many bits as the float has at that magnitude; fewer where it is denormal.
    let room = (53i64).min(exponent + top + 1075);
    if room < 0 {
        return 0.0;
    }
    let drop = top + 1 - room;
    let (mut kept, mut exponent) = (bits, exponent);
    if drop > 0 {
        let (half, mask) = (1u128 << (drop - 1), (1u128 << drop) - 1);
        let tail = u128::from(bits) & mask;
        kept = (u128::from(bits) >> drop) as u64;
        if tail > half || tail == half && (lost || kept & 1 == 1) {
            kept += 1;
        }
        exponent += drop;
    }
    // Both steps are exact: the bits fit, and the powers are taken in two halves that are normal numbers.
    let half = exponent.clamp(-2200, 2200) / 2;
    let rest = exponent.clamp(-2200, 2200) - half;
    power_of_two(kept as f64, half, rest)
}

fn power_of_two(float: f64, first: i64, second: i64) -> f64 {
    let power = |exponent: i64| 2f64.powi(exponent as i32);
    // The larger step first, so that nothing is lost by a denormal number on the way.
    let (large, small) = if first.abs() > second.abs() { (first, second) } else { (second, first) };
    float * power(small) * power(large)
}

/// Go: strconv.underscoreOK. They stand between digits, or between a prefix and a digit.
fn underscores_ok(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text).as_bytes();
    let (digits, is_hex, mut saw) = match unsigned {
        [b'0', base @ (b'b' | b'B' | b'o' | b'O' | b'x' | b'X'), rest @ ..] => {
            (rest, matches!(base, b'x' | b'X'), b'0')
        }
        _ => (unsigned, false, b'^'),
    };
    for byte in digits {
        let is_digit = byte.is_ascii_digit() || is_hex && byte.is_ascii_hexdigit();
        saw = match byte {
            _ if is_digit => b'0',
            b'_' if saw == b'0' => b'_',
            b'_' => return false,
            _ if saw == b'_' => return false,
            _ => b'!',
        };
    }
    saw != b'_'
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
    let bad = || format!("strconv.ParseFloat: parsing {}: invalid syntax", super::super::fmt::quote(text.as_bytes()));
    if !text.contains(['x', 'X'])
        && let Some((mantissa, exponent)) = text.split_once('p')
    {
        let exponent: i64 = exponent.parse().map_err(|_| bad())?;
        return Ok(power_of_two(parse_float(mantissa).ok_or_else(bad)?, 0, exponent.clamp(-1022, 1023)));
    }
    parse_float(text).ok_or_else(bad)
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

    #[test]
    fn hexadecimal_floats_are_rounded_once() {
        assert_eq!(parse_float("0x1.fffffffffffff8p0"), Some(2.0));
        assert_eq!(parse_float("0x1p-1074"), Some(5e-324));
        assert_eq!(parse_float("0x1p-1075"), Some(0.0));
        assert_eq!(parse_float("0x1.8p-1075"), Some(5e-324));
        assert_eq!(parse_float("0x1p1023"), Some(8.98846567431158e307));
        assert_eq!(parse_float("0x1p1024"), None);
    }
}
