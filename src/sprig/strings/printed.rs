//! Values as texts side by side: `quote`, `squote`, `cat`. Nil is left out.

use crate::gotmpl::{Fault, Value, fmt};
use crate::sprig::strval;

/// sprig: quote, as `%q` does it.
pub fn quote(values: &[Value]) -> Result<Vec<u8>, Fault> {
    joined(values, |out, value| {
        out.extend_from_slice(fmt::quote(&strval(value)?).as_bytes());
        Ok(())
    })
}

/// sprig: squote, which escapes nothing.
pub fn squote(values: &[Value]) -> Result<Vec<u8>, Fault> {
    joined(values, |out, value| {
        out.push(b'\'');
        fmt::append_value(out, value)?;
        out.push(b'\'');
        Ok(())
    })
}

/// sprig: cat.
pub fn cat(values: &[Value]) -> Result<Vec<u8>, Fault> {
    joined(values, fmt::append_value)
}

fn joined(values: &[Value], append: impl Fn(&mut Vec<u8>, &Value) -> Result<(), Fault>) -> Result<Vec<u8>, Fault> {
    let mut out = Vec::new();
    for (at, value) in values.iter().filter(|value| !value.is_nil()).enumerate() {
        if at > 0 {
            out.push(b' ');
        }
        append(&mut out, value)?;
    }
    Ok(out)
}
