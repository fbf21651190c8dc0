//! Values of basic types under a verb that fits them.

use super::super::strconv::{can_backquote, format_float, quote, quote_rune, quote_rune_to_ascii, quote_to_ascii};
use super::super::unicode::{decode_rune, is_print};
use super::spec::Spec;

/// An integer of any type.
#[derive(Clone, Copy)]
pub(super) struct Integer {
    pub negative: bool,
    pub magnitude: u64,
}

impl Integer {
    pub fn signed(n: i64) -> Integer {
        Integer { negative: n < 0, magnitude: n.unsigned_abs() }
    }

    pub fn unsigned(magnitude: u64) -> Integer {
        Integer { negative: false, magnitude }
    }

    /// As the code of a character. Go: what is none is U+FFFD.
    pub fn rune(self) -> char {
        let code = if self.negative { None } else { u32::try_from(self.magnitude).ok() };
        code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
    }
}

impl Spec {
    /// Go: fmt.fmtInteger. The verb tells the base.
    pub fn integer(&self, out: &mut Vec<u8>, integer: Integer, verb: char) {
        let Integer { negative, magnitude } = integer;
        let least = match self.precision {
            Some(0) if magnitude == 0 => return self.without_zero().fill(out, self.width.unwrap_or(0)),
            Some(precision) => precision,
            None if self.zero && !self.minus => {
                let sign = usize::from(negative || self.plus || self.space);
                self.width.unwrap_or(0).saturating_sub(sign)
            }
            None => 0,
        };
        let digits = match verb {
            'b' => format!("{magnitude:b}"),
            'o' | 'O' => format!("{magnitude:o}"),
            'x' => format!("{magnitude:x}"),
            'X' => format!("{magnitude:X}"),
            _ => magnitude.to_string(),
        };
        let digits = "0".repeat(least.saturating_sub(digits.len())) + &digits;
        let prefix = match verb {
            'b' if self.sharp => "0b",
            'x' if self.sharp => "0x",
            'X' if self.sharp => "0X",
            'o' if self.sharp && !digits.starts_with('0') => "0",
            'O' if self.sharp && !digits.starts_with('0') => "0o0",
            'O' => "0o",
            _ => "",
        };
        let sign = match () {
            () if negative => "-",
            () if self.plus => "+",
            () if self.space => " ",
            () => "",
        };
        self.without_zero().pad(out, format!("{sign}{prefix}{digits}").as_bytes());
    }

    /// Go: fmt.fmtUnicode.
    pub fn unicode(&self, out: &mut Vec<u8>, integer: Integer) {
        // Go: a negative number is the unsigned one of the same bits.
        let code = if integer.negative { integer.magnitude.wrapping_neg() } else { integer.magnitude };
        let least = self.precision.unwrap_or(0).max(4);
        let digits = format!("{code:X}");
        let mut text = format!("U+{}{digits}", "0".repeat(least.saturating_sub(digits.len())));
        if self.sharp && code <= u64::from(u32::from(char::MAX)) && char::from_u32(code as u32).is_some_and(is_print) {
            text.push_str(&format!(" '{}'", integer.rune()));
        }
        self.without_zero().pad(out, text.as_bytes());
    }

    /// Go: fmt.fmtC.
    pub fn character(&self, out: &mut Vec<u8>, integer: Integer) {
        self.pad(out, integer.rune().encode_utf8(&mut [0; 4]).as_bytes());
    }

    /// Go: fmt.fmtQc.
    pub fn quoted_character(&self, out: &mut Vec<u8>, integer: Integer) {
        let quote = if self.plus { quote_rune_to_ascii } else { quote_rune };
        self.pad(out, quote(integer.rune()).as_bytes());
    }

    /// Go: fmt.fmtS.
    pub fn string(&self, out: &mut Vec<u8>, text: &[u8]) {
        self.pad(out, self.truncated(text));
    }

    /// Go: fmt.fmtQ.
    pub fn quoted(&self, out: &mut Vec<u8>, text: &[u8]) {
        let text = self.truncated(text);
        if self.sharp && can_backquote(text) {
            return self.pad(out, &[b"`", text, b"`"].concat());
        }
        self.pad(out, if self.plus { quote_to_ascii(text) } else { quote(text) }.as_bytes());
    }

    /// So many characters as the precision says.
    fn truncated<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        let Some(precision) = self.precision else { return text };
        let mut end = 0;
        for _ in 0..precision {
            match decode_rune(&text[end..]) {
                Some((_, width)) => end += width,
                None => break,
            }
        }
        &text[..end]
    }

    /// Go: fmt.fmtSbx. The bytes of a text, with `x` or `X`.
    pub fn hexadecimal(&self, out: &mut Vec<u8>, text: &[u8], verb: char) {
        let text = &text[..self.precision.unwrap_or(usize::MAX).min(text.len())];
        let mut hex = String::with_capacity(2 * text.len());
        let prefix = if verb == 'X' { "0X" } else { "0x" };
        for (at, byte) in text.iter().enumerate() {
            if at > 0 && self.space {
                hex.push(' ');
            }
            if self.sharp && (at == 0 || self.space) {
                hex.push_str(prefix);
            }
            let digit = |half: u8| {
                let digit = char::from_digit(half.into(), 16).unwrap_or('0');
                if verb == 'X' { digit.to_ascii_uppercase() } else { digit }
            };
            hex.extend([digit(byte >> 4), digit(byte & 15)]);
        }
        self.pad(out, hex.as_bytes());
    }

    /// Go: fmt.fmtFloat. `precision` is what the verb has of its own.
    pub fn float(&self, out: &mut Vec<u8>, f: f64, format: u8, precision: Option<usize>) {
        let precision = self.precision.or(precision);
        let text = format_float(f, format, precision);
        let (sign, mut digits) = match text.strip_prefix(['-', '+']) {
            Some(digits) => (&text[..1], digits.to_owned()),
            None => ("+", text),
        };
        let sign = if self.space && sign == "+" && !self.plus { " " } else { sign };
        if !f.is_finite() {
            // Go: NaN has a sign only where one is asked for, infinity always.
            let sign = if f.is_nan() && !self.space && !self.plus { "" } else { sign };
            return self.without_zero().pad(out, format!("{sign}{digits}").as_bytes());
        }
        if self.sharp && format != b'b' {
            digits = with_point(&digits, format, precision);
        }
        let length = 1 + digits.len();
        match self.width {
            _ if sign == "+" && !self.plus => self.pad(out, digits.as_bytes()),
            // The sign stands before the zeros.
            Some(width) if self.zero && !self.minus && width > length => {
                out.extend_from_slice(sign.as_bytes());
                self.fill(out, width - length);
                out.extend_from_slice(digits.as_bytes());
            }
            _ => self.pad(out, format!("{sign}{digits}").as_bytes()),
        }
    }
}

/// Go: the flag `#` asks for a point, and keeps the zeros at the end that `g` leaves out.
fn with_point(digits: &str, format: u8, precision: Option<usize>) -> String {
    let exponent: &[char] = if matches!(format, b'x' | b'X') { &['p', 'P'] } else { &['e', 'E'] };
    let (mantissa, tail) = digits.split_at(digits.find(exponent).unwrap_or(digits.len()));
    let mut missing = match format {
        b'g' | b'G' | b'x' => precision.unwrap_or(6),
        _ => 0,
    };
    // Significant digits, of which the `x` behind a leading zero counts as one.
    let significant = mantissa.chars().filter(|c| *c != '.').skip_while(|c| *c == '0').count();
    missing = missing.saturating_sub(significant);
    let mut text = mantissa.to_owned();
    if !text.contains('.') {
        if text == "0" {
            missing = missing.saturating_sub(1);
        }
        text.push('.');
    }
    text.push_str(&"0".repeat(missing));
    text + tail
}
