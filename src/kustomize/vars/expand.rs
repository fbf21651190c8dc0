//! `$(NAME)` in one text.
//!
//! kustomize: DoReplacements and tryReadVariableName (api/filters/refvar/expand.go), which go by bytes.

use super::{Content, VarValue};
use crate::base::{base64, bytes};
use crate::yaml::number::general_float;

/// What became of a text.
#[derive(Debug)]
pub(super) enum Expanded<'v> {
    Unchanged,
    Text(String),
    /// The whole text was one var.
    Value(&'v VarValue),
}

/// Replaces `$(NAME)` where `find` knows the name, and `$$` by `$`.
pub(super) fn expand<'v>(text: &str, mut find: impl FnMut(&str) -> Option<&'v VarValue>) -> Expanded<'v> {
    if bytes::find(b'$', text.as_bytes()).is_none() {
        return Expanded::Unchanged;
    }
    let bytes = text.as_bytes();
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(found) = bytes::find(b'$', &bytes[at..]) {
        let dollar = at + found;
        out.extend_from_slice(&bytes[at..dollar]);
        let rest = &bytes[dollar + 1..];
        let taken = match rest.first() {
            None => {
                out.push(b'$');
                0
            }
            Some(b'$') => {
                out.push(b'$');
                1
            }
            Some(b'(') => match bytes::find(b')', rest) {
                Some(end) => {
                    // Both ends are ASCII, so this is a piece of the text.
                    let name = &text[dollar + 2..dollar + 1 + end];
                    match find(name) {
                        Some(value) if dollar == 0 && end + 2 == bytes.len() => return Expanded::Value(value),
                        Some(value) => out.extend_from_slice(value.content.in_text().as_bytes()),
                        None => out.extend_from_slice(&bytes[dollar..dollar + 2 + end]),
                    }
                    end + 1
                }
                None => {
                    out.extend_from_slice(b"$(");
                    1
                }
            },
            Some(byte) => {
                // Go: string(byte) makes a character of it, which breaks what is not ASCII.
                out.push(b'$');
                out.extend_from_slice(char::from(*byte).encode_utf8(&mut [0; 2]).as_bytes());
                1
            }
        };
        at = dollar + 1 + taken;
    }
    out.extend_from_slice(&bytes[at..]);
    match String::from_utf8(out) {
        Ok(new) if new == text => Expanded::Unchanged,
        Ok(new) => Expanded::Text(new),
        Err(broken) => Expanded::Text(in_lines(&base64::encode(broken.as_bytes()))),
    }
}

/// Go: encodeBase64 of go-yaml, which Node.SetString uses for what is not UTF-8.
fn in_lines(encoded: &str) -> String {
    const LINE: usize = 70;
    if encoded.len() < LINE {
        return encoded.to_string();
    }
    let lines = encoded.as_bytes().chunks(LINE);
    lines.map(|line| format!("{}\n", String::from_utf8_lossy(line))).collect()
}

impl Content {
    /// Go: `%v`.
    fn in_text(&self) -> String {
        match self {
            Content::Text(text) => text.to_string(),
            Content::Int(int) => int.to_string(),
            Content::Float(float) => general_float(*float),
            Content::Bool(truth) => truth.to_string(),
            Content::Structure(_) => String::new(),
        }
    }
}
