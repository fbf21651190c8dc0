//! PEM: keys and certificates as text.
//!
//! **Not here:** what a block holds.

use crate::base::base64;

pub struct Block {
    /// What stands behind BEGIN.
    pub label: String,
    pub bytes: Vec<u8>,
}

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"\n-----END ";
const DASHES: &[u8] = b"-----";

/// Go: pem.Encode, without headers.
pub fn encode(label: &str, bytes: &[u8]) -> String {
    let text = base64::encode(bytes);
    let mut out = format!("-----BEGIN {label}-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, behind) = rest.split_at(rest.len().min(64));
        out.push_str(line);
        out.push('\n');
        rest = behind;
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}

/// The first block that is whole. Go: pem.Decode
pub fn decode(text: &[u8]) -> Option<Block> {
    let mut from = 0;
    loop {
        // The first END, and the last BEGIN before it.
        let end = from + memchr::memmem::find(&text[from..], END)?;
        let trailer = end + END.len();
        let begin = memchr::memmem::rfind(&text[from..end], BEGIN).map(|at| from + at);
        if let Some(begin) = begin.filter(|&begin| begin == from || text[begin - 1] == b'\n') {
            match block(text, begin + BEGIN.len(), end, trailer) {
                Attempt::Found(block) => return Some(block),
                Attempt::PastTheEnd => return None,
                Attempt::Broken => {}
            }
        }
        from = trailer;
    }
}

enum Attempt {
    Found(Block),
    Broken,
    /// Reading went over the END, so that Go gives up.
    PastTheEnd,
}

/// A block whose label begins at `start`, whose END line begins before `end`, and `trailer` is behind that word.
fn block(text: &[u8], start: usize, end: usize, trailer: usize) -> Attempt {
    let (line, mut at) = line(text, start);
    let Some(label) = line.strip_suffix(DASHES) else { return Attempt::Broken };
    let mut headers = false;
    loop {
        if at == text.len() {
            return Attempt::PastTheEnd;
        }
        let (header, next) = self::line(text, at);
        if !header.contains(&b':') {
            break;
        }
        (at, headers) = (next, true);
    }
    if at > trailer {
        return Attempt::PastTheEnd;
    }
    if headers && end < at {
        return Attempt::Broken;
    }
    let closing = text[trailer..].strip_prefix(label).and_then(|rest| rest.strip_prefix(DASHES));
    if !closing.is_some_and(|rest| self::line(rest, 0).0.is_empty()) {
        return Attempt::Broken;
    }
    let coded = text.get(at..end).unwrap_or_default().iter().filter(|byte| !matches!(byte, b' ' | b'\t'));
    match base64::decode(&coded.copied().collect::<Vec<_>>()) {
        Ok(bytes) => Attempt::Found(Block { label: String::from_utf8_lossy(label).into_owned(), bytes }),
        Err(_) => Attempt::Broken,
    }
}

/// The line at an offset without white space at its end, and where the next one begins.
fn line(text: &[u8], at: usize) -> (&[u8], usize) {
    let (line, next) = match memchr::memchr(b'\n', &text[at..]) {
        Some(length) => {
            let line = &text[at..at + length];
            (line.strip_suffix(b"\r").unwrap_or(line), at + length + 1)
        }
        None => (&text[at..], text.len()),
    };
    let length = line.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(0, |last| last + 1);
    (&line[..length], next)
}
