//! Floating point numbers as text.

use crate::base::float::{Decimal, fixed};

/// Go: strconv.FormatFloat of 64 bits. The format is one of `b e E f g G x X`; without a precision there are as
/// many digits as it takes to read the same number back.
pub fn format_float(f: f64, format: u8, precision: Option<usize>) -> String {
    if f.is_nan() {
        return "NaN".to_owned();
    }
    if f.is_infinite() {
        return if f > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let text = match format.to_ascii_lowercase() {
        b'b' => binary(f),
        b'x' => hexadecimal(f, precision),
        b'e' => scientific(f, precision),
        b'f' => match precision {
            Some(precision) => fixed(f, precision),
            None => {
                let decimal = Decimal::shortest(f);
                decimal.plain(decimal.decimals())
            }
        },
        _ => general(f, precision),
    };
    if format.is_ascii_uppercase() { text.to_uppercase() } else { text }
}

fn scientific(f: f64, precision: Option<usize>) -> String {
    match precision {
        Some(precision) => Decimal::rounded(f, precision + 1).scientific(precision, 2),
        None => {
            let decimal = Decimal::shortest(f);
            decimal.scientific(decimal.digits.len() - 1, 2)
        }
    }
}

/// Go: `%e` is used if the exponent is less than -4 or not less than the precision, which is taken to be 6 for
/// the shortest digits.
fn general(f: f64, precision: Option<usize>) -> String {
    let (decimal, limit) = match precision {
        None => (Decimal::shortest(f), 6),
        Some(precision) => {
            let precision = precision.max(1);
            let decimal = Decimal::rounded(f, precision);
            let count = decimal.digits.len();
            let is_whole = count as i64 > i64::from(decimal.exponent);
            let limit = if precision > count && is_whole { count } else { precision };
            (decimal, limit)
        }
    };
    if i64::from(decimal.exponent) < -4 || i64::from(decimal.exponent) >= limit as i64 {
        decimal.scientific(decimal.digits.len() - 1, 2)
    } else {
        decimal.plain(decimal.decimals())
    }
}

/// The mantissa and the power of two of a finite number.
fn parts(f: f64) -> (u64, i32) {
    let bits = f.to_bits();
    let (exponent, fraction) = ((bits >> 52 & 0x7ff) as i32, bits & ((1 << 52) - 1));
    if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) }
}

fn sign(f: f64) -> &'static str {
    if f.is_sign_negative() { "-" } else { "" }
}

fn binary(f: f64) -> String {
    let (mantissa, exponent) = parts(f);
    format!("{}{mantissa}p{exponent:+}", sign(f))
}

fn hexadecimal(f: f64, precision: Option<usize>) -> String {
    let (mantissa, exponent) = parts(f);
    // The leading one is moved to bit 60: fifteen digits follow it.
    let shift = if mantissa == 0 { 0 } else { mantissa.leading_zeros() - 3 };
    let (mut mantissa, mut exponent) = (mantissa << shift, exponent + 60 - shift as i32);
    if mantissa == 0 {
        exponent = 0;
    }
    if let Some(precision @ 0..15) = precision {
        let dropped = 60 - 4 * precision as u32;
        let (tail, half) = (mantissa & ((1 << dropped) - 1), 1u64 << (dropped - 1));
        mantissa >>= dropped;
        if tail > half || tail == half && mantissa & 1 == 1 {
            mantissa += 1;
        }
        mantissa <<= dropped;
        if mantissa >> 61 != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let digits = format!("{:015x}", mantissa & ((1 << 60) - 1));
    let fraction = match precision {
        None => digits.trim_end_matches('0').to_owned(),
        Some(precision) => format!("{}{}", &digits[..precision.min(15)], "0".repeat(precision.saturating_sub(15))),
    };
    let point = if fraction.is_empty() { "" } else { "." };
    let direction = if exponent < 0 { '-' } else { '+' };
    format!("{}0x{}{point}{fraction}p{direction}{:02}", sign(f), mantissa >> 60, exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of Go's ftoa_test.go.
    #[test]
    fn floats_are_formatted() {
        let cases: &[(f64, u8, Option<usize>, &str)] = &[
            (1.0, b'e', Some(5), "1.00000e+00"),
            (1.0, b'f', Some(5), "1.00000"),
            (1.0, b'g', Some(5), "1"),
            (1.0, b'g', None, "1"),
            (1.0, b'x', None, "0x1p+00"),
            (1.0, b'x', Some(5), "0x1.00000p+00"),
            (20.0, b'g', None, "20"),
            (20.0, b'x', None, "0x1.4p+04"),
            (1234567.8, b'g', None, "1.2345678e+06"),
            (200000.0, b'g', None, "200000"),
            (2000000.0, b'g', None, "2e+06"),
            (1e10, b'g', None, "1e+10"),
            (400.0, b'g', Some(2), "4e+02"),
            (40.0, b'g', Some(2), "40"),
            (4.0, b'g', Some(2), "4"),
            (0.4, b'g', Some(2), "0.4"),
            (0.0, b'e', Some(4), "0.0000e+00"),
            (0.0, b'g', Some(5), "0"),
            (0.0, b'x', None, "0x0p+00"),
            (0.0, b'x', Some(5), "0x0.00000p+00"),
            (-1.0, b'e', Some(5), "-1.00000e+00"),
            (-0.0, b'g', None, "-0"),
            (12.0, b'f', Some(5), "12.00000"),
            (123456700.0, b'e', Some(5), "1.23457e+08"),
            (1.2345e6, b'f', Some(5), "1234500.00000"),
            (1.2345e6, b'e', Some(5), "1.23450e+06"),
            (1e23, b'e', Some(17), "9.99999999999999916e+22"),
            (1e23, b'f', Some(17), "99999999999999991611392.00000000000000000"),
            (1e23, b'g', Some(17), "9.9999999999999992e+22"),
            (1e23, b'g', None, "1e+23"),
            (100.0, b'x', None, "0x1.9p+06"),
            (f64::NAN, b'g', None, "NaN"),
            (f64::NEG_INFINITY, b'g', None, "-Inf"),
            (-1.0, b'b', None, "-4503599627370496p-52"),
            (0.9, b'f', Some(1), "0.9"),
            (0.09, b'f', Some(0), "0"),
            (0.0999, b'f', Some(1), "0.1"),
            (0.5, b'f', Some(0), "0"),
            (1.5, b'f', Some(0), "2"),
            (2.5, b'f', Some(0), "2"),
            (2.2250738585072012e-308, b'g', None, "2.2250738585072014e-308"),
            (383260575764816448.0, b'f', Some(0), "383260575764816448"),
            (498484681984085570.0, b'f', None, "498484681984085570"),
            (-5.8339553793802237e+23, b'g', None, "-5.8339553793802237e+23"),
            (123.45, b'g', Some(0), "1e+02"),
            (8e9, b'g', Some(500), "8000000000"),
            (2.275555555555555, b'x', None, "0x1.23456789abcdep+01"),
            (2.275555555555555, b'x', Some(0), "0x1p+01"),
            (2.275555555555555, b'x', Some(2), "0x1.23p+01"),
            (2.275555555555555, b'x', Some(16), "0x1.23456789abcde000p+01"),
            (2.275555555555555, b'X', Some(3), "0X1.234P+01"),
            (5e-324, b'x', None, "0x1p-1074"),
            (1.999999, b'x', Some(2), "0x1.00p+01"),
        ];
        for (f, format, precision, expected) in cases {
            assert_eq!(format_float(*f, *format, *precision), *expected, "{f} {} {precision:?}", *format as char);
        }
    }
}
