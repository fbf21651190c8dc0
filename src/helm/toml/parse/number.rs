//! Numbers. Source: valueInteger and valueFloat in parse.go.

use crate::gotmpl::{Value, fmt};

/// Go: strconv.ParseInt with base 0 and 64 bits.
pub fn integer(text: &str) -> Result<Value, String> {
    let quoted = || fmt::quote(text.as_bytes());
    if !underscores_are_fine(text) {
        return Err(format!("Invalid integer {}: underscores must be surrounded by digits", quoted()));
    }
    if has_leading_zero(text) {
        return Err(format!("Invalid integer {}: cannot have leading zeroes", quoted()));
    }
    let plain = text.replace('_', "");
    let (base, digits) = match plain.get(..2) {
        Some("0x") => (16, &plain[2..]),
        Some("0o") => (8, &plain[2..]),
        Some("0b") => (2, &plain[2..]),
        _ => (10, plain.as_str()),
    };
    i64::from_str_radix(digits, base).map(Value::int64).map_err(|_| format!("{text} is out of range for int64"))
}

/// Go: strconv.ParseFloat.
pub fn float(text: &str) -> Result<Value, String> {
    let quoted = || fmt::quote(text.as_bytes());
    let parts: Vec<&str> = text.split(['.', 'e', 'E']).filter(|part| !part.is_empty()).collect();
    if !parts.iter().all(|part| underscores_are_fine(part)) {
        return Err(format!("Invalid float {}: underscores must be surrounded by digits", quoted()));
    }
    if parts.first().is_some_and(|first| has_leading_zero(first)) {
        return Err(format!("Invalid float {}: cannot have leading zeroes", quoted()));
    }
    if text.split('.').skip(1).any(|behind| !behind.starts_with(|c: char| c.is_ascii_digit())) {
        return Err(format!("Invalid float {}: '.' must be followed by one or more digits", quoted()));
    }
    let invalid = || format!("Invalid float value: {}", quoted());
    let float = match text {
        "nan" | "+nan" => f64::NAN,
        "-nan" => -f64::NAN,
        "inf" | "+inf" => f64::INFINITY,
        "-inf" => f64::NEG_INFINITY,
        _ if text.contains(|c: char| c.is_ascii_alphabetic() && !matches!(c, 'e' | 'E')) => return Err(invalid()),
        _ => match text.replace('_', "").parse::<f64>() {
            Ok(float) if float.is_finite() => float,
            Ok(_) => return Err(format!("{text} is out of range for float64")),
            Err(_) => return Err(invalid()),
        },
    };
    Ok(Value::Float(float))
}

/// Go: numHasLeadingZero.
fn has_leading_zero(text: &str) -> bool {
    match text.as_bytes() {
        [b'0', second, ..] => !matches!(second, b'b' | b'o' | b'x'),
        [b'-' | b'+', b'0', _, ..] => true,
        _ => false,
    }
}

/// Go: numUnderscoresOK. Each stands between hexadecimal digits.
fn underscores_are_fine(text: &str) -> bool {
    if matches!(text, "nan" | "+nan" | "-nan" | "inf" | "-inf" | "+inf") {
        return true;
    }
    let mut behind_digit = false;
    for c in text.chars() {
        if c == '_' && !behind_digit {
            return false;
        }
        behind_digit = c.is_ascii_hexdigit();
    }
    behind_digit
}
