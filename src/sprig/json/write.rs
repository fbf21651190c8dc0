//! Values -> JSON, to the letter as encoding/json writes it.

use super::LARGEST_TEXT;
use super::view::{View, unsupported_value};
use crate::gotmpl::{Fault, Value};
use crate::yaml::{MAX_DEPTH, number};

/// What stands between the values, and what is escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Go: json.Marshal. `<`, `>` and `&` are escaped.
    Compact,
    /// Go: json.MarshalIndent with two spaces.
    Pretty,
    /// Go: json.Encoder without SetEscapeHTML.
    Raw,
}

/// The JSON of a value, which is UTF-8 whatever its strings are.
pub fn marshal(value: &Value, layout: Layout) -> Result<Vec<u8>, Fault> {
    let mut writer = Writer { out: Vec::new(), layout, depth: 0 };
    writer.value(value)?;
    Ok(writer.out)
}

struct Writer {
    out: Vec<u8>,
    layout: Layout,
    depth: usize,
}

impl Writer {
    fn value(&mut self, value: &Value) -> Result<(), Fault> {
        match View::of(value)? {
            View::Null => self.out.extend_from_slice(b"null"),
            View::Bool(b) => self.out.extend_from_slice(if b { b"true" } else { b"false" }),
            View::Int(n) => self.out.extend_from_slice(n.to_string().as_bytes()),
            View::Uint(n) => self.out.extend_from_slice(n.to_string().as_bytes()),
            View::Float(f) => self.out.extend_from_slice(number::json_float(f).as_bytes()),
            View::Text(text) => self.string(&text),
            View::List(list) => {
                self.collection(value, b"[]", list.items().iter(), |writer, item| writer.value(item))?;
            }
            View::Map(map) => {
                self.collection(value, b"{}", map.entries().iter(), |w, (key, entry)| w.entry(key, &entry.value))?;
            }
            View::Fields(fields) => {
                self.collection(value, b"{}", fields.iter(), |w, (name, value)| w.entry(name, value))?;
            }
        }
        if self.out.len() > LARGEST_TEXT {
            return Err(Fault::new("json: the text is too long"));
        }
        Ok(())
    }

    fn collection<T>(
        &mut self,
        value: &Value,
        brackets: &[u8; 2],
        items: impl ExactSizeIterator<Item = T>,
        write: impl Fn(&mut Writer, T) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        // Go: a cycle is looked for where values are nested deeply.
        if self.depth == MAX_DEPTH {
            let name = value.ty().map_or("", |ty| ty.name());
            return Err(unsupported_value(&format!("encountered a cycle via {name}")));
        }
        self.out.push(brackets[0]);
        let is_empty = items.len() == 0;
        self.depth += 1;
        for (at, item) in items.enumerate() {
            if at > 0 {
                self.out.push(b',');
            }
            self.line();
            write(self, item)?;
        }
        self.depth -= 1;
        if !is_empty {
            self.line();
        }
        self.out.push(brackets[1]);
        Ok(())
    }

    fn entry(&mut self, key: &[u8], value: &Value) -> Result<(), Fault> {
        self.string(key);
        self.out.extend_from_slice(if self.layout == Layout::Pretty { b": " } else { b":" });
        self.value(value)
    }

    fn line(&mut self) {
        if self.layout == Layout::Pretty {
            self.out.push(b'\n');
            self.out.resize(self.out.len() + 2 * self.depth, b' ');
        }
    }

    /// Go: appendString.
    fn string(&mut self, bytes: &[u8]) {
        self.out.push(b'"');
        if bytes.iter().all(|byte| byte.is_ascii() && !self.may_be_escaped(*byte)) {
            self.out.extend_from_slice(bytes);
            self.out.push(b'"');
            return;
        }
        for chunk in bytes.utf8_chunks() {
            self.characters(chunk.valid());
            chunk.invalid().iter().for_each(|_| self.out.extend_from_slice(b"\\ufffd"));
        }
        self.out.push(b'"');
    }

    fn characters(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut start = 0;
        while let Some(at) = bytes[start..].iter().position(|byte| self.may_be_escaped(*byte)).map(|at| start + at) {
            self.out.extend_from_slice(&bytes[start..at]);
            start = at + self.escape(&bytes[at..]);
        }
        self.out.extend_from_slice(&bytes[start..]);
    }

    /// 0xE2 starts U+2028 and U+2029.
    fn may_be_escaped(&self, byte: u8) -> bool {
        match byte {
            b'<' | b'>' | b'&' => self.layout != Layout::Raw,
            _ => matches!(byte, 0..0x20 | b'"' | b'\\' | 0xe2),
        }
    }

    /// Writes the character that a text starts with; gives its length.
    fn escape(&mut self, text: &[u8]) -> usize {
        let short = match text[0] {
            byte @ (b'"' | b'\\') => byte,
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            8 => b'b',
            12 => b'f',
            0xe2 => return self.separator(text),
            byte => {
                self.out.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
                return 1;
            }
        };
        self.out.extend_from_slice(&[b'\\', short]);
        1
    }

    fn separator(&mut self, text: &[u8]) -> usize {
        match text {
            [0xe2, 0x80, 0xa8, ..] => self.out.extend_from_slice(b"\\u2028"),
            [0xe2, 0x80, 0xa9, ..] => self.out.extend_from_slice(b"\\u2029"),
            _ => {
                self.out.push(0xe2);
                return 1;
            }
        }
        3
    }
}
