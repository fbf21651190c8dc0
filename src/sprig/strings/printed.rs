//! Values as texts side by side: `quote`, `squote`, `cat`. Nil is left out.

use crate::gotmpl::{Value, fmt};
use crate::sprig::strval;

/// sprig: quote, as `%q` does it.
pub fn quote(values: &[Value]) -> Vec<u8> {
    joined(values, |out, value| out.extend_from_slice(fmt::quote(&strval(value)).as_bytes()))
}

/// sprig: squote, which escapes nothing.
pub fn squote(values: &[Value]) -> Vec<u8> {
    joined(values, |out, value| {
        out.push(b'\'');
        fmt::append_value(out, value);
        out.push(b'\'');
    })
}

/// sprig: cat.
pub fn cat(values: &[Value]) -> Vec<u8> {
    joined(values, fmt::append_value)
}

fn joined(values: &[Value], append: impl Fn(&mut Vec<u8>, &Value)) -> Vec<u8> {
    let mut out = Vec::new();
    for (at, value) in values.iter().filter(|value| !value.is_nil()).enumerate() {
        if at > 0 {
            out.push(b' ');
        }
        append(&mut out, value);
    }
    out
}
