//! JSON text -> nodes, as strict as Go's encoding/json.
//!
//! JSON is not quite a part of what the YAML reader takes (`\/`, surrogate pairs), and some of what
//! kustomize reads must be JSON and nothing else: a JSON patch that starts with `[`.
//!
//! **Invariant:** the span of each value is its text, so that who needs a number or a string as it
//! was written finds it in the source. Of equal keys the last one counts, as in Go.

use compact_str::CompactString;

use super::MAX_DEPTH;
use super::node::{Mapping, Node, Scalar, Sequence, Style, Tag, Value};
use crate::base::{Diagnostic, Result, SourceId, Span};

/// Reads one JSON value with nothing but white space around it.
pub fn read_json(text: &[u8], source: SourceId) -> Result<Node> {
    let mut reader = Reader { text, at: 0, source };
    let node = reader.value(0)?;
    match reader.peek() {
        None => Ok(node),
        Some(_) => Err(reader.error("there is more text behind the end of the JSON value")),
    }
}

/// Reads the JSON value that stands at an offset; what follows the end of its span is not looked at.
/// Go: Decoder.Decode.
pub fn read_json_at(text: &[u8], at: usize, source: SourceId) -> Result<Node> {
    Reader { text, at, source }.value(0)
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    source: SourceId,
}

impl Reader<'_> {
    /// The next byte that is not white space.
    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.text.get(self.at) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    fn error(&self, message: impl Into<String>) -> Box<Diagnostic> {
        let end = (self.at + 1).min(self.text.len());
        Diagnostic::new("json-syntax", message).at(Span::new(self.source, self.at, end))
    }

    fn unexpected(&self, wanted: &str) -> Box<Diagnostic> {
        match self.text.get(self.at) {
            None => self.error(format!("the JSON text ends where {wanted} should be")),
            Some(_) => self.error(format!("invalid JSON: expected {wanted}")),
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node> {
        if depth > MAX_DEPTH {
            return Err(self.error("the JSON value is nested too deeply"));
        }
        let first = self.peek();
        let start = self.at;
        let value = match first {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => scalar(self.string()?, Tag::Str, Style::DoubleQuoted),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.literal("true", Tag::Bool)?,
            Some(b'f') => self.literal("false", Tag::Bool)?,
            Some(b'n') => self.literal("null", Tag::Null)?,
            _ => return Err(self.unexpected("a value")),
        };
        Ok(Node::new(value, Span::new(self.source, start, self.at)))
    }

    fn literal(&mut self, word: &'static str, tag: Tag) -> Result<Value> {
        if !self.text[self.at..].starts_with(word.as_bytes()) {
            return Err(self.unexpected("a value"));
        }
        self.at += word.len();
        Ok(scalar(word.into(), tag, Style::Plain))
    }

    fn object(&mut self, depth: usize) -> Result<Value> {
        self.at += 1;
        let mut mapping = Mapping::default();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(mapping.into());
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a key in double quotes"));
            }
            let start = self.at;
            let key = self.string()?;
            let key_span = Span::new(self.source, start, self.at);
            if self.peek() != Some(b':') {
                return Err(self.unexpected("`:`"));
            }
            self.at += 1;
            let value = self.value(depth + 1)?;
            match mapping.get_mut(&key) {
                Some(earlier) => *earlier = value,
                None => mapping.push(Node::new(scalar(key, Tag::Str, Style::DoubleQuoted), key_span), value),
            }
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(mapping.into());
                }
                _ => return Err(self.unexpected("`,` or `}`")),
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value> {
        self.at += 1;
        let mut items = Vec::new();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Sequence::with_items(items).into());
        }
        loop {
            items.push(self.value(depth + 1)?);
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Sequence::with_items(items).into());
                }
                _ => return Err(self.unexpected("`,` or `]`")),
            }
        }
    }

    fn number(&mut self) -> Result<Value> {
        let start = self.at;
        if self.text[self.at] == b'-' {
            self.at += 1;
        }
        match self.text.get(self.at) {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits()?,
            _ => return Err(self.unexpected("a digit")),
        }
        let mut tag = Tag::Int;
        if self.text.get(self.at) == Some(&b'.') {
            (tag, self.at) = (Tag::Float, self.at + 1);
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.text.get(self.at) {
            (tag, self.at) = (Tag::Float, self.at + 1);
            if let Some(b'+' | b'-') = self.text.get(self.at) {
                self.at += 1;
            }
            self.digits()?;
        }
        let text = std::str::from_utf8(&self.text[start..self.at]).expect("digits are ASCII");
        Ok(scalar(text.into(), tag, Style::Plain))
    }

    fn digits(&mut self) -> Result<()> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.text.get(self.at) {
            self.at += 1;
        }
        if self.at == start { Err(self.unexpected("a digit")) } else { Ok(()) }
    }

    /// From the opening to behind the closing quote.
    fn string(&mut self) -> Result<CompactString> {
        self.at += 1;
        let mut out = Vec::new();
        loop {
            let start = self.at;
            while let Some(b) = self.text.get(self.at)
                && !matches!(b, b'"' | b'\\' | 0..0x20)
            {
                self.at += 1;
            }
            out.extend_from_slice(&self.text[start..self.at]);
            match self.text.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    // Go: bytes that are no UTF-8 become U+FFFD.
                    return Ok(CompactString::from_utf8_lossy(&out));
                }
                Some(b'\\') => self.escape(&mut out)?,
                Some(_) => return Err(self.error("invalid JSON: a control character in a string must be escaped")),
                None => return Err(self.unexpected("the end of a string")),
            }
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result<()> {
        self.at += 1;
        let byte = match self.text.get(self.at) {
            Some(b @ (b'"' | b'\\' | b'/')) => *b,
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => {
                self.at += 1;
                let c = self.unicode()?;
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            _ => return Err(self.unexpected("an escape such as `\\n`")),
        };
        self.at += 1;
        out.push(byte);
        Ok(())
    }

    /// The four digits behind `\u`, and those of the other half of a surrogate pair. Go: half a
    /// pair alone is U+FFFD.
    fn unicode(&mut self) -> Result<char> {
        let Some(unit) = self.hex() else { return Err(self.unexpected("four hexadecimal digits")) };
        if let Some(c) = char::from_u32(unit) {
            return Ok(c);
        }
        let before = self.at;
        if unit < 0xDC00 && self.text[self.at..].starts_with(b"\\u") {
            self.at += 2;
            if let Some(low @ 0xDC00..0xE000) = self.hex() {
                let code = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = before;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        let value = digits.iter().try_fold(0, |sum, b| Some(sum * 16 + char::from(*b).to_digit(16)?))?;
        self.at += 4;
        Some(value)
    }
}

fn scalar(text: CompactString, tag: Tag, style: Style) -> Value {
    Value::Scalar(Scalar { text, tag, style })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Node> {
        read_json(text.as_bytes(), SourceId::NONE).ok()
    }

    // Expectations from Go 1.26's encoding/json.
    #[test]
    fn strings_are_unquoted_as_go_does_it() {
        for (json, text) in [
            (r#""a\/b\u0041\t""#, "a/bA\t"),
            (r#""\ud83d\ude00""#, "\u{1F600}"),
            (r#""\ud83d""#, "\u{FFFD}"),
            (r#""\ud83dx\udc00""#, "\u{FFFD}x\u{FFFD}"),
            (r#""\ud83d\u0041""#, "\u{FFFD}A"),
        ] {
            assert_eq!(read(json).as_ref().and_then(Node::text), Some(text), "{json}");
        }
    }

    #[test]
    fn what_go_rejects_is_rejected() {
        for json in [
            "",
            "[1,]",
            "{\"a\":1,}",
            "01",
            "1.",
            ".5",
            "+1",
            "1e",
            "'a'",
            "[1] 2",
            "{a: 1}",
            "\"\n\"",
            "nul",
            "\"\\x\"",
            "\"\\u12\"",
            "[",
            "-",
        ] {
            assert!(read(json).is_none(), "{json}");
        }
        assert!(crate::base::stack::with_deep_stack(|| read(&"[".repeat(100_000)).is_none()));
    }

    #[test]
    fn spans_are_the_text_and_the_last_of_equal_keys_counts() {
        let node = read(r#" {"a": 1.50, "a" : [ true , null ]} "#).expect("is JSON");
        let mapping = node.as_mapping().expect("is an object");
        assert_eq!(mapping.len(), 1);
        let list = mapping.get("a").expect("is there");
        assert_eq!((list.span.start, list.span.end), (19, 34));
        assert_eq!(list.as_sequence().map(|s| s.len()), Some(2));
    }
}
