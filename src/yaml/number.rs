//! Numbers as Go reads and prints them.
//!
//! **Invariant:** what is read here is a number to go-yaml; infinities and NaN are spelled `.inf` and
//! `.nan` there and are not its business.
//! **Not here:** which texts are tried as numbers at all (`super::resolve`).

use crate::base::float::{Decimal, small_integer};

/// What go-yaml makes of a number: the smallest of Go's types that holds it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    Int(i64),
    /// Past `i64::MAX`.
    Uint(u64),
    Float(f64),
}

/// Reads a plain scalar that starts with a digit, a sign or a dot. `None`: it is no number.
/// Octals of YAML 1.2 with a sign behind the prefix (`0o-7`) are a number to go-yaml v3 only.
/// Source: resolve.go of go-yaml v2 and v3.
pub fn parse(text: &str, octal_1_2: bool) -> Option<Number> {
    if text.starts_with('.') {
        return parse_dotted(text).map(Number::Float);
    }
    let without;
    let plain = if text.contains('_') {
        without = text.replace('_', "");
        without.as_str()
    } else {
        text
    };
    if let Some(int) = parse_int(plain, 0) {
        return Some(int);
    }
    if is_yaml_float(plain) {
        return plain.parse().ok().filter(|f: &f64| f.is_finite()).map(Number::Float);
    }
    // Go: the prefix may be followed by a sign, because the rest goes through ParseInt once more.
    if let Some(rest) = plain.strip_prefix("0b") {
        return parse_int(rest, 2);
    }
    if octal_1_2 && let Some(rest) = plain.strip_prefix("0o") {
        return parse_int(rest, 8);
    }
    None
}

/// Go: strconv.ParseInt, and where that fails strconv.ParseUint, both of 64 bits. Base 0 looks at the prefix.
fn parse_int(text: &str, base: u32) -> Option<Number> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'+' => (false, &text[1..]),
        b'-' => (true, &text[1..]),
        _ => (false, text),
    };
    let (base, digits) = if base == 0 { prefixed(digits) } else { (base, digits) };
    // A bare `0` is octal without digits.
    let magnitude = if digits.is_empty() && base == 8 && text.ends_with('0') && text.len() <= 2 {
        0
    } else if digits.starts_with(['+', '-']) {
        return None;
    } else {
        u64::from_str_radix(digits, base).ok()?
    };
    match (i64::try_from(magnitude), negative) {
        (Ok(int), false) => Some(Number::Int(int)),
        (Ok(int), true) => Some(Number::Int(-int)),
        (Err(_), true) => (magnitude == 1 << 63).then_some(Number::Int(i64::MIN)),
        // Go: ParseUint takes no sign.
        (Err(_), false) => (!text.starts_with('+')).then_some(Number::Uint(magnitude)),
    }
}

/// The base that a prefix asks for, and what follows it.
fn prefixed(digits: &str) -> (u32, &str) {
    match digits.as_bytes() {
        [b'0', b'b' | b'B', _, ..] => (2, &digits[2..]),
        [b'0', b'o' | b'O', _, ..] => (8, &digits[2..]),
        [b'0', b'x' | b'X', _, ..] => (16, &digits[2..]),
        [b'0', ..] => (8, &digits[1..]),
        _ => (10, digits),
    }
}

/// `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`
fn is_yaml_float(text: &str) -> bool {
    let rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (before, rest) = digits(rest);
    let (point, rest) = match rest.strip_prefix('.') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let (after, rest) = if point { digits(rest) } else { (0, rest) };
    if before == 0 && after == 0 {
        return false;
    }
    match rest.strip_prefix(['e', 'E']) {
        Some(exponent) => {
            let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
            !exponent.is_empty() && digits(exponent).1.is_empty()
        }
        None => rest.is_empty(),
    }
}

/// How many digits a text starts with, and what follows them.
fn digits(text: &str) -> (usize, &str) {
    let n = text.bytes().take_while(u8::is_ascii_digit).count();
    (n, &text[n..])
}

/// A number that starts with a dot. Go: strconv.ParseFloat without more ado, so that `_` may stand
/// between digits, and in the exponent.
fn parse_dotted(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let between_digits = |at: usize| {
        at > 0
            && bytes[at - 1].is_ascii_digit()
            && bytes[at + 1..].iter().find(|b| **b != b'_').is_some_and(u8::is_ascii_digit)
    };
    let well_placed =
        bytes.iter().enumerate().all(|(at, b)| *b != b'_' || (between_digits(at) && bytes.get(at + 1) != Some(&b'_')));
    let plain = text.replace('_', "");
    if !well_placed || !is_yaml_float(&plain) {
        return None;
    }
    plain.parse().ok().filter(|f: &f64| f.is_finite())
}

/// As encoding/json writes a float64: digits alone from 1e-6 up to 1e21, else with an exponent.
/// Go: floatEncoder in encoding/json/encode.go. The number must be finite.
pub fn json_float(f: f64) -> String {
    if let Some(n) = small_integer(f) {
        return n.to_string();
    }
    let decimal = Decimal::shortest(f);
    if f == 0.0 || (1e-6..1e21).contains(&f.abs()) { plain(&decimal) } else { with_exponent(&decimal, 1) }
}

/// As Go's `%g` with the shortest digits: with an exponent below 1e-4 and from 1e6 on.
/// Go: strconv.FormatFloat(f, 'g', -1, 64). The number must be finite.
pub fn general_float(f: f64) -> String {
    if let Some(n) = small_integer(f) {
        return n.to_string();
    }
    let decimal = Decimal::shortest(f);
    if (-4..6).contains(&decimal.exponent) { plain(&decimal) } else { with_exponent(&decimal, 2) }
}

fn plain(decimal: &Decimal) -> String {
    decimal.plain(decimal.decimals())
}

fn with_exponent(decimal: &Decimal, least_exponent: usize) -> String {
    decimal.scientific(decimal.digits.len() - 1, least_exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Expectations: go-yaml v3's resolve and Go's strconv.

    #[test]
    fn numbers_are_what_go_reads() {
        use Number::{Float, Int, Uint};
        let cases = [
            ("0", Some(Int(0))),
            ("-0", Some(Int(0))),
            ("+7", Some(Int(7))),
            ("0644", Some(Int(420))),
            ("0o17", Some(Int(15))),
            ("0x1F", Some(Int(31))),
            ("-0X1f", Some(Int(-31))),
            ("1_000", Some(Int(1000))),
            ("0b101", Some(Int(5))),
            ("0b-1", Some(Int(-1))),
            ("0o-7", Some(Int(-7))),
            ("08", Some(Float(8.0))),
            ("9223372036854775807", Some(Int(i64::MAX))),
            ("-9223372036854775808", Some(Int(i64::MIN))),
            ("9223372036854775808", Some(Uint(1 << 63))),
            ("+9223372036854775808", Some(Float(9223372036854775808.0))),
            ("18446744073709551616", Some(Float(18446744073709551616.0))),
            ("1.", Some(Float(1.0))),
            (".5", Some(Float(0.5))),
            (".1_0", Some(Float(0.1))),
            (".1_", None),
            ("._1", None),
            ("1e3", Some(Float(1000.0))),
            ("1e999", None),
            ("1e", None),
            ("0x", None),
            ("-", None),
            (".", None),
            ("1.2.3", None),
            ("12:30", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text, true), expected, "{text}");
        }
        assert_eq!(parse("0o-7", false), None);
    }

    #[test]
    fn floats_are_printed_as_go_prints_them() {
        let cases = [
            (1.5, "1.5", "1.5"),
            (1e20, "100000000000000000000", "1e+20"),
            (1e21, "1e+21", "1e+21"),
            (1e-7, "1e-7", "1e-07"),
            (0.000001, "0.000001", "1e-06"),
            (0.0001, "0.0001", "0.0001"),
            (1234567.5, "1234567.5", "1.2345675e+06"),
            (123456.5, "123456.5", "123456.5"),
            (-0.0, "-0", "-0"),
            (f64::from_bits(0x42ed_26a3_1db9_d4e4), "256414260776615.12", "2.5641426077661512e+14"),
        ];
        for (f, json, general) in cases {
            assert_eq!((json_float(f).as_str(), general_float(f).as_str()), (json, general));
        }
    }
}
