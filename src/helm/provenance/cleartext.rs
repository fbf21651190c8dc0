//! A text that is signed and can be read: `-----BEGIN PGP SIGNED MESSAGE-----`.
//!
//! Source: Decode in openpgp/clearsign/clearsign.go of go-crypto.

use super::armor::{self, line};

const START: &[u8] = b"-----BEGIN PGP SIGNED MESSAGE-----";
const SIGNATURE: &[u8] = b"-----BEGIN PGP SIGNATURE-----";
const END: &[u8] = b"\n-----END PGP SIGNATURE-----";
const HASHES: [&str; 9] = ["MD5", "SHA1", "RIPEMD160", "SHA224", "SHA256", "SHA384", "SHA512", "SHA3-256", "SHA3-512"];

/// The first signed text of a file.
pub struct Block {
    /// What somebody reads.
    pub text: Vec<u8>,
    /// What was signed: lines without blanks at their ends, and with CRLF between them.
    pub signed: Vec<u8>,
    /// Packets. Error: they are not base64.
    pub signature: Result<Vec<u8>, String>,
}

impl Block {
    /// `None`: there is none, or it is broken.
    pub fn find(data: &[u8]) -> Option<Block> {
        let mut rest = match data.strip_prefix(START) {
            Some(rest) => rest,
            None => {
                let at = memchr::memmem::find_iter(data, START).find(|at| data[..*at].ends_with(b"\n"))?;
                &data[at + START.len()..]
            }
        };
        if !line(&mut rest)?.is_empty() {
            return None;
        }
        headers(&mut rest)?;
        let (mut text, mut signed) = (Vec::new(), Vec::new());
        let armored = loop {
            let before = rest;
            let line = line(&mut rest)?;
            if line == SIGNATURE {
                break before;
            }
            if line.is_empty() && rest.is_empty() {
                return None;
            }
            if !text.is_empty() {
                signed.extend_from_slice(b"\r\n");
            }
            let line = line.strip_prefix(b"- ").unwrap_or(line);
            let blanks = line.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            let line = &line[..line.len() - blanks];
            signed.extend_from_slice(line);
            text.extend_from_slice(line);
            text.push(b'\n');
        };
        text.pop();
        let end = memchr::memmem::find(armored, END)? + END.len();
        let (block, _) = armor::next(&armored[..end])?;
        Some(Block { text, signed, signature: block.body })
    }
}

/// Passes the headers over, of which there is but one: `Hash`. It is not what counts.
fn headers(rest: &mut &[u8]) -> Option<()> {
    loop {
        let header = line(rest)?;
        if header.trim_ascii().is_empty() {
            return Some(());
        }
        let header =
            std::str::from_utf8(header).ok().filter(|text| text.bytes().all(|b| (0x20..=0x7e).contains(&b)))?;
        let (key, values) = header.split_once(':')?;
        let is_known = |value: &str| HASHES.contains(&value.trim().to_ascii_uppercase().as_str());
        if key.trim() != "Hash" || !values.split(',').all(is_known) {
            return None;
        }
    }
}
