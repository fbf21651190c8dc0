//! The reader's errors in go-yaml's words, for templates that print them.

use crate::base::Diagnostic;

/// Go: the text of the error, as far as the reader's error tells which it is.
pub fn go_text(error: &Diagnostic, _text: &[u8]) -> String {
    format!("yaml: {}", error.message)
}
