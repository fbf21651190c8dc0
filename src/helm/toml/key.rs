//! Keys as BurntSushi/toml writes them. Source: Key in meta.go, dblQuotedReplacer in encode.go.

/// The parts of a key with dots between them.
pub fn joined<K: AsRef<[u8]>>(parts: &[K]) -> Vec<u8> {
    let mut out = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            out.push(b'.');
        }
        append_part(&mut out, part.as_ref());
    }
    out
}

/// One part: as it is, or in quotes.
pub fn append_part(out: &mut Vec<u8>, part: &[u8]) {
    if !part.is_empty() && part.iter().all(|byte| is_bare(char::from(*byte))) {
        out.extend_from_slice(part);
    } else {
        append_quoted(out, part);
    }
}

/// Whether a character may stand in a key without quotes.
pub fn is_bare(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

/// A text in double quotes. Bytes that are no UTF-8 stay.
pub fn append_quoted(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    for byte in text {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', *byte]),
            8 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            12 => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0..0x20 | 0x7f => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(*byte),
        }
    }
    out.push(b'"');
}
