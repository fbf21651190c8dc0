//! Numbers out of text.

/// Why a text is no number. Go: strconv.ErrSyntax and ErrRange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumError {
    Syntax,
    /// It is one, but larger than the type can hold.
    Range,
}

impl NumError {
    /// The text of Go's error.
    pub fn message(self, function: &str, text: &[u8]) -> String {
        let why = match self {
            NumError::Syntax => "invalid syntax",
            NumError::Range => "value out of range",
        };
        format!("strconv.{function}: parsing {}: {why}", super::quote(text))
    }
}

/// Go: strconv.ParseUint of 64 bits. Base 0 goes by the prefix, and allows for underscores.
pub fn parse_uint(text: &[u8], base: u32) -> Result<u64, NumError> {
    let prefixed = text.len() >= 3;
    let (radix, digits) = match text {
        [] => return Err(NumError::Syntax),
        _ if base != 0 => (base, text),
        [b'0', b'b' | b'B', rest @ ..] if prefixed => (2, rest),
        [b'0', b'o' | b'O', rest @ ..] if prefixed => (8, rest),
        [b'0', b'x' | b'X', rest @ ..] if prefixed => (16, rest),
        [b'0', rest @ ..] => (8, rest),
        _ => (10, text),
    };
    let mut sum = 0u64;
    for byte in digits.iter().filter(|byte| base != 0 || **byte != b'_') {
        let digit = char::from(*byte).to_digit(radix).ok_or(NumError::Syntax)?;
        sum = sum.checked_mul(radix.into()).and_then(|sum| sum.checked_add(digit.into())).ok_or(NumError::Range)?;
    }
    if base == 0 && !underscores_ok(text) {
        return Err(NumError::Syntax);
    }
    Ok(sum)
}

/// Go: strconv.ParseInt of 64 bits.
pub fn parse_int(text: &[u8], base: u32) -> Result<i64, NumError> {
    match text {
        [b'-', digits @ ..] => 0i64.checked_sub_unsigned(parse_uint(digits, base)?).ok_or(NumError::Range),
        [b'+', digits @ ..] | digits => i64::try_from(parse_uint(digits, base)?).map_err(|_| NumError::Range),
    }
}

/// Go: strconv.Atoi. With an error, the number that Go returns beside it: one that is out of range is the
/// nearest that there is.
pub fn atoi(text: &[u8]) -> Result<i64, (i64, NumError)> {
    // Go: a fast path as well.
    if (1..=9).contains(&text.len()) && text.iter().all(u8::is_ascii_digit) {
        return Ok(text.iter().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')));
    }
    parse_int(text, 10).map_err(|error| match error {
        NumError::Syntax => (0, error),
        NumError::Range if text.starts_with(b"-") => (i64::MIN, error),
        NumError::Range => (i64::MAX, error),
    })
}

/// Go: strconv.ParseFloat of 64 bits.
pub fn parse_float(text: &[u8]) -> Result<f64, NumError> {
    let text = std::str::from_utf8(text).map_err(|_| NumError::Syntax)?;
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    if ["inf", "infinity"].iter().any(|name| unsigned.eq_ignore_ascii_case(name)) {
        return Ok(sign * f64::INFINITY);
    }
    if text.eq_ignore_ascii_case("nan") {
        return Ok(f64::NAN);
    }
    if text.contains('_') && !underscores_ok(text.as_bytes()) {
        return Err(NumError::Syntax);
    }
    let digits: String = unsigned.chars().filter(|c| *c != '_').collect();
    let float = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hex) => parse_hex_float(hex),
        // Rust's own also takes names of numbers and a second sign.
        None if digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') => digits.parse().ok(),
        None => None,
    };
    let float = float.ok_or(NumError::Syntax)?;
    if float.is_finite() { Ok(sign * float) } else { Err(NumError::Range) }
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

/// `float` times two to the power of both exponents, each of which is one that a normal number can have.
pub fn power_of_two(float: f64, first: i64, second: i64) -> f64 {
    let power = |exponent: i64| 2f64.powi(exponent as i32);
    // The larger step first, so that nothing is lost by a denormal number on the way.
    let (large, small) = if first.abs() > second.abs() { (first, second) } else { (second, first) };
    float * power(small) * power(large)
}

/// Go: strconv.underscoreOK. They stand between digits, or between a prefix and a digit.
fn underscores_ok(text: &[u8]) -> bool {
    let unsigned = if let [b'+' | b'-', rest @ ..] = text { rest } else { text };
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of Go's atoi_test.go and atof_test.go.
    #[test]
    fn numbers_are_read() {
        use NumError::{Range, Syntax};
        let ints: &[(&str, u32, Result<i64, NumError>)] = &[
            ("", 0, Err(Syntax)),
            ("-0", 0, Ok(0)),
            ("0x1_2_3_4_5", 0, Ok(0x12345)),
            ("-0x_1", 0, Ok(-1)),
            ("_12345", 0, Err(Syntax)),
            ("1__2", 0, Err(Syntax)),
            ("012345", 0, Ok(0o12345)),
            ("08", 0, Err(Syntax)),
            ("0b", 0, Err(Syntax)),
            ("12345x", 0, Err(Syntax)),
            ("9223372036854775807", 0, Ok(i64::MAX)),
            ("-9223372036854775808", 0, Ok(i64::MIN)),
            ("9223372036854775808", 0, Err(Range)),
            ("1_2", 10, Err(Syntax)),
            ("-17", 8, Ok(-15)),
            ("+-1", 10, Err(Syntax)),
        ];
        for (text, base, expected) in ints {
            assert_eq!(parse_int(text.as_bytes(), *base), *expected, "{text}");
        }
        assert_eq!(atoi(b"-99999999999999999999"), Err((i64::MIN, Range)));
        let floats: &[(&str, Result<f64, NumError>)] = &[
            ("1e23", Ok(1e23)),
            ("+.5e-1", Ok(0.05)),
            ("5.", Ok(5.0)),
            ("1_23.50_0_0e+1_2", Ok(1.235e14)),
            ("1_e1", Err(Syntax)),
            ("1e", Err(Syntax)),
            (".", Err(Syntax)),
            ("--1", Err(Syntax)),
            ("1.7976931348623159e308", Err(Range)),
            ("1e-400", Ok(0.0)),
            ("-iNf", Ok(f64::NEG_INFINITY)),
            ("+Infinity", Ok(f64::INFINITY)),
            ("infini", Err(Syntax)),
            ("+nan", Err(Syntax)),
            ("0x1.fffffffffffff8p0", Ok(2.0)),
            ("-0x1p-1074", Ok(-5e-324)),
            ("0x1p-1075", Ok(0.0)),
            ("0x1.8p-1075", Ok(5e-324)),
            ("0x1p1023", Ok(8.98846567431158e307)),
            ("0x1p1024", Err(Range)),
            ("0x1", Err(Syntax)),
            ("0xp1", Err(Syntax)),
        ];
        for (text, expected) in floats {
            assert_eq!(parse_float(text.as_bytes()), *expected, "{text}");
        }
        assert!(parse_float(b"NaN").is_ok_and(f64::is_nan));
        assert_eq!(Syntax.message("ParseInt", b"a\\n"), r#"strconv.ParseInt: parsing "a\\n": invalid syntax"#);
    }
}
