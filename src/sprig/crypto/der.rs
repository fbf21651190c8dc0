//! DER, the encoding of keys and certificates: writing it, and reading it.
//!
//! **Invariant:** what is written is as encoding/asn1 of Go writes it; what is read is checked as cryptobyte does:
//! lengths and numbers in their shortest form only.
//! **Not here:** what the elements mean.

pub const BOOLEAN: u8 = 0x01;
pub const INTEGER: u8 = 0x02;
pub const BIT_STRING: u8 = 0x03;
pub const OCTET_STRING: u8 = 0x04;
pub const OBJECT_ID: u8 = 0x06;
pub const UTF8_STRING: u8 = 0x0c;
pub const NUMERIC_STRING: u8 = 0x12;
pub const PRINTABLE_STRING: u8 = 0x13;
pub const T61_STRING: u8 = 0x14;
pub const IA5_STRING: u8 = 0x16;
pub const UTC_TIME: u8 = 0x17;
pub const GENERALIZED_TIME: u8 = 0x18;
pub const BMP_STRING: u8 = 0x1e;
pub const SEQUENCE: u8 = 0x30;
pub const SET: u8 = 0x31;
pub const NULL: &[u8] = &[0x05, 0];

/// The tag of a field by its number: of one value, or of others inside.
pub const fn field(number: u8) -> u8 {
    0x80 | number
}

pub const fn nested_field(number: u8) -> u8 {
    0xa0 | number
}

/// An element of these parts.
pub fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(length + 6);
    out.push(tag);
    let digits = length.to_be_bytes();
    let digits = &digits[digits.iter().take_while(|digit| **digit == 0).count()..];
    match length {
        0..0x80 => out.push(length as u8),
        _ => {
            out.push(0x80 | digits.len() as u8);
            out.extend(digits);
        }
    }
    parts.iter().for_each(|part| out.extend(*part));
    out
}

pub fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(SEQUENCE, parts)
}

/// A number that is not negative, from its bytes, the highest first.
pub fn integer(bytes: &[u8]) -> Vec<u8> {
    let bytes = without_zeros(bytes);
    let sign: &[u8] = if bytes.first().is_none_or(|byte| byte & 0x80 != 0) { &[0] } else { &[] };
    element(INTEGER, &[sign, bytes])
}

pub fn bit_string(bytes: &[u8]) -> Vec<u8> {
    element(BIT_STRING, &[&[0], bytes])
}

pub fn octet_string(bytes: &[u8]) -> Vec<u8> {
    element(OCTET_STRING, &[bytes])
}

pub fn object_id(encoded: &[u8]) -> Vec<u8> {
    element(OBJECT_ID, &[encoded])
}

/// Without the zeros that a number begins with.
pub fn without_zeros(bytes: &[u8]) -> &[u8] {
    &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..]
}

/// What is left to be read. Each function gives nothing where the next element is not what it asks for.
#[derive(Clone, Copy)]
pub struct Reader<'a>(pub &'a [u8]);

pub struct Element<'a> {
    pub tag: u8,
    /// With its tag and length.
    pub whole: &'a [u8],
    pub content: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn next_is(&self, tag: u8) -> bool {
        self.0.first() == Some(&tag)
    }

    pub fn any(&mut self) -> Option<Element<'a>> {
        let (&tag, &short) = (self.0.first()?, self.0.get(1)?);
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (start, length) = match short {
            0..0x80 => (2, usize::from(short)),
            _ => {
                let digits = self.0.get(2..2 + usize::from(short & 0x7f))?;
                if !(1..=4).contains(&digits.len()) || digits[0] == 0 {
                    return None;
                }
                let length = digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit));
                (2 + digits.len(), if length < 0x80 { return None } else { length })
            }
        };
        let whole = self.0.get(..start + length)?;
        self.0 = &self.0[whole.len()..];
        Some(Element { tag, whole, content: &whole[start..] })
    }

    fn tagged(&mut self, tag: u8) -> Option<Element<'a>> {
        if self.next_is(tag) { self.any() } else { None }
    }

    pub fn whole(&mut self, tag: u8) -> Option<&'a [u8]> {
        Some(self.tagged(tag)?.whole)
    }

    pub fn content(&mut self, tag: u8) -> Option<&'a [u8]> {
        Some(self.tagged(tag)?.content)
    }

    pub fn nested(&mut self, tag: u8) -> Option<Reader<'a>> {
        Some(Reader(self.content(tag)?))
    }

    /// An element that may be left out: `Some(None)` then.
    pub fn optional(&mut self, tag: u8) -> Option<Option<Reader<'a>>> {
        if self.next_is(tag) { Some(Some(self.nested(tag)?)) } else { Some(None) }
    }

    pub fn boolean(&mut self) -> Option<bool> {
        match self.content(BOOLEAN)? {
            [0] => Some(false),
            [0xff] => Some(true),
            _ => None,
        }
    }

    /// The bytes of a number; the highest bit is its sign.
    pub fn integer(&mut self) -> Option<&'a [u8]> {
        match self.content(INTEGER)? {
            [] | [0, 0..0x80, ..] | [0xff, 0x80..=0xff, ..] => None,
            bytes => Some(bytes),
        }
    }

    /// The bits, moved so that the last byte is whole. Go: asn1.BitString.RightAlign
    pub fn bit_string(&mut self) -> Option<Vec<u8>> {
        let (&unused, bytes) = self.content(BIT_STRING)?.split_first()?;
        let last = bytes.last().copied().unwrap_or_default();
        if unused > 7 || (bytes.is_empty() && unused != 0) || last & ((1 << unused) - 1) != 0 {
            return None;
        }
        let mut above = 0;
        let shifted = |byte: &u8| {
            let two = u16::from_be_bytes([std::mem::replace(&mut above, *byte), *byte]);
            (two >> unused) as u8
        };
        Some(bytes.iter().map(shifted).collect())
    }

    pub fn object_id(&mut self) -> Option<&'a [u8]> {
        let bytes = self.content(OBJECT_ID)?;
        let mut starts = true;
        for byte in bytes {
            if starts && *byte == 0x80 {
                return None;
            }
            starts = byte & 0x80 == 0;
        }
        if starts && !bytes.is_empty() { Some(bytes) } else { None }
    }
}
