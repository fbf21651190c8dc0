//! Blocks of base64 with a head and an end, as OpenPGP dresses bytes to be sent as text.
//!
//! Source: openpgp/armor/armor.go of go-crypto, which looks neither at checksums nor at what the end says.

use crate::base::base64;

const START: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

/// A line of base64 may be so long.
const MAX_LINE: usize = 96;

/// A block that was found.
pub struct Block {
    /// `PGP PUBLIC KEY BLOCK`
    pub kind: String,
    /// What is in it. Error: it is not base64.
    pub body: Result<Vec<u8>, String>,
}

/// The first block of a text, and the lines behind it. What stands before it is passed over.
pub fn next(text: &[u8]) -> Option<(Block, &[u8])> {
    let mut rest = text;
    'blocks: loop {
        let kind = loop {
            let line = line(&mut rest)?.trim_ascii();
            if line.len() > START.len() + DASHES.len() && line.starts_with(START) {
                break String::from_utf8_lossy(&line[START.len()..line.len() - DASHES.len()]).into_owned();
            }
        };
        loop {
            let header = line(&mut rest)?.trim_ascii();
            if header.is_empty() {
                let body = body(&mut rest);
                return Some((Block { kind, body }, rest));
            }
            if !header.contains(&b':') {
                continue 'blocks;
            }
        }
    }
}

fn body(rest: &mut &[u8]) -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    while let Some(line) = line(rest).map(<[u8]>::trim_ascii) {
        // The line of the checksum is the last.
        if line.starts_with(END) || (line.len() == 5 && line[0] == b'=') {
            break;
        }
        if line.len() > MAX_LINE {
            return Err("armor invalid: a line is too long".to_owned());
        }
        text.extend_from_slice(line);
    }
    base64::decode(&text).map_err(|at| format!("illegal base64 data at input byte {at}"))
}

/// Takes a line off a text, without what ends it.
pub fn line<'t>(rest: &mut &'t [u8]) -> Option<&'t [u8]> {
    if rest.is_empty() {
        return None;
    }
    let (line, behind) = match memchr::memchr(b'\n', rest) {
        Some(at) => (&rest[..at], &rest[at + 1..]),
        None => (*rest, &rest[rest.len()..]),
    };
    let ended = rest.len() - behind.len() > line.len();
    *rest = behind;
    Some(line.strip_suffix(b"\r").filter(|_| ended).unwrap_or(line))
}
