//! JSON -> values, with the errors of encoding/json in Go's words.

use std::rc::Rc;

use crate::gotmpl::{Entries, Entry, Map, Type, Value, fmt};
use crate::yaml::MAX_DEPTH;

/// Go: json.Unmarshal into an `interface {}`: the value, and the error. There is no value where the text is not
/// JSON; where a number is out of range it is null, and the rest is there.
pub fn unmarshal(text: &[u8]) -> (Value, Option<String>) {
    let mut reader = Reader { text, at: 0, depth: 0, out_of_range: None };
    match reader.document() {
        Ok(value) => (value, reader.out_of_range),
        Err(message) => (Value::Nil, Some(message)),
    }
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    depth: usize,
    /// The error of the first number that a float64 cannot hold.
    out_of_range: Option<String>,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<Value, String> {
        let value = self.value()?;
        match self.peek() {
            None => Ok(value),
            Some(_) => Err(self.unexpected("after top-level value")),
        }
    }

    /// The next byte that is not white space.
    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.text.get(self.at) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    /// The error that the next byte is.
    fn unexpected(&self, context: &str) -> String {
        match self.text.get(self.at) {
            Some(byte) => format!("invalid character {} {context}", quoted(*byte)),
            None => "unexpected end of JSON input".into(),
        }
    }

    /// The same within a number, a word or an escape. Go: a space stands for the end there.
    fn unexpected_inside(&self, context: &str) -> String {
        format!("invalid character {} {context}", quoted(self.text.get(self.at).copied().unwrap_or(b' ')))
    }

    fn value(&mut self) -> Result<Value, String> {
        match self.peek() {
            Some(b'{') => self.nested(Reader::object),
            Some(b'[') => self.nested(Reader::array),
            Some(b'"') => Ok(Value::str(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.literal("true").map(|()| Value::Bool(true)),
            Some(b'f') => self.literal("false").map(|()| Value::Bool(false)),
            Some(b'n') => self.literal("null").map(|()| Value::Nil),
            _ => Err(self.unexpected("looking for beginning of value")),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, String>) -> Result<Value, String> {
        if self.depth == MAX_DEPTH {
            return Err(self.unexpected("exceeded max depth"));
        }
        self.depth += 1;
        self.at += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn literal(&mut self, word: &'static str) -> Result<(), String> {
        for byte in word.bytes() {
            match self.text.get(self.at) {
                Some(next) if *next == byte => self.at += 1,
                _ => {
                    let context = format!("in literal {word} (expecting '{}')", byte as char);
                    return Err(self.unexpected_inside(&context));
                }
            }
        }
        Ok(())
    }

    fn array(&mut self) -> Result<Value, String> {
        let mut items = Vec::new();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::list(items));
        }
        loop {
            items.push(self.value()?);
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Value::list(items));
                }
                _ => return Err(self.unexpected("after array element")),
            }
        }
    }

    fn object(&mut self) -> Result<Value, String> {
        let mut entries = Entries::default();
        if self.peek() == Some(b'}') {
            self.at += 1;
        } else {
            loop {
                if self.peek() != Some(b'"') {
                    return Err(self.unexpected("looking for beginning of object key string"));
                }
                let key = self.string()?;
                if self.peek() != Some(b':') {
                    return Err(self.unexpected("after object key"));
                }
                self.at += 1;
                entries.insert(key.into(), Entry::new(self.value()?));
                match self.peek() {
                    Some(b',') => self.at += 1,
                    Some(b'}') => {
                        self.at += 1;
                        break;
                    }
                    _ => return Err(self.unexpected("after object key:value pair")),
                }
            }
        }
        Ok(Value::Map(Rc::new(Map::from_entries(Type::Map, entries))))
    }

    fn number(&mut self) -> Result<Value, String> {
        let start = self.at;
        if self.text[self.at] == b'-' {
            self.at += 1;
        }
        match self.text.get(self.at) {
            Some(b'0') => self.at += 1,
            _ => self.digits("in numeric literal")?,
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits("after decimal point in numeric literal")?;
        }
        if let Some(b'e' | b'E') = self.text.get(self.at) {
            self.at += 1;
            if let Some(b'+' | b'-') = self.text.get(self.at) {
                self.at += 1;
            }
            self.digits("in exponent of numeric literal")?;
        }
        let text = String::from_utf8_lossy(&self.text[start..self.at]);
        match text.parse::<f64>() {
            Ok(float) if float.is_finite() => Ok(Value::Float(float)),
            _ => {
                let message = || format!("json: cannot unmarshal number {text} into Go value of type float64");
                self.out_of_range.get_or_insert_with(message);
                Ok(Value::Nil)
            }
        }
    }

    fn digits(&mut self, context: &str) -> Result<(), String> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.text.get(self.at) {
            self.at += 1;
        }
        if self.at == start { Err(self.unexpected_inside(context)) } else { Ok(()) }
    }

    /// From the opening to behind the closing quote. Go: unquoteBytes; what is no UTF-8 becomes U+FFFD.
    fn string(&mut self) -> Result<Vec<u8>, String> {
        self.at += 1;
        let mut out = Vec::new();
        loop {
            let start = self.at;
            while let Some(byte) = self.text.get(self.at)
                && !matches!(byte, b'"' | b'\\' | 0..0x20)
            {
                self.at += 1;
            }
            out.extend_from_slice(super::text(&self.text[start..self.at]).as_bytes());
            match self.text.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => self.escape(&mut out)?,
                _ => return Err(self.unexpected("in string literal")),
            }
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), String> {
        self.at += 1;
        out.push(match self.text.get(self.at) {
            Some(byte @ (b'"' | b'\\' | b'/')) => *byte,
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => {
                self.at += 1;
                let c = self.character()?;
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            _ => return Err(self.unexpected_inside("in string escape code")),
        });
        self.at += 1;
        Ok(())
    }

    /// What stands behind `\u`, with the other half of a surrogate pair. Go: half a pair alone is U+FFFD.
    fn character(&mut self) -> Result<char, String> {
        let unit = self.hex()?;
        if let Some(c) = char::from_u32(unit) {
            return Ok(c);
        }
        let before = self.at;
        if unit < 0xdc00 && self.text[self.at..].starts_with(b"\\u") {
            self.at += 2;
            if let low @ 0xdc00..0xe000 = self.hex()? {
                let code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = before;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn hex(&mut self) -> Result<u32, String> {
        let mut value = 0;
        for _ in 0..4 {
            let digit = self.text.get(self.at).and_then(|byte| char::from(*byte).to_digit(16));
            let Some(digit) = digit else { return Err(self.unexpected_inside("in \\u hexadecimal character escape")) };
            value = value * 16 + digit;
            self.at += 1;
        }
        Ok(value)
    }
}

/// Go: quoteChar.
fn quoted(byte: u8) -> String {
    match byte {
        b'\'' => "'\\''".into(),
        b'"' => "'\"'".into(),
        _ => {
            let text = fmt::quote(char::from(byte).encode_utf8(&mut [0; 4]).as_bytes());
            format!("'{}'", text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(&text))
        }
    }
}
