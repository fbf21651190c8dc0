//! Go's fmt package.

use super::value::Value;

/// Go: fmt.Sprintf.
pub fn sprintf(_format: &[u8], _args: &[Value]) -> Vec<u8> {
    Vec::new()
}

/// Go: fmt.Sprint.
pub fn sprint(_args: &[Value]) -> Vec<u8> {
    Vec::new()
}

/// Go: fmt.Sprintln.
pub fn sprintln(_args: &[Value]) -> Vec<u8> {
    Vec::new()
}

/// Appends a value as `%v` prints it.
pub fn append_value(_out: &mut Vec<u8>, _value: &Value) {}

/// Go: strconv.Quote.
pub fn quote(_text: &[u8]) -> String {
    String::new()
}
