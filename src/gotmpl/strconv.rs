//! Go's strconv package: numbers and quoted strings as text.
//!
//! **Not here:** how texts are unquoted, which only the literals of templates need ([`super::literal`]).

mod float;
mod parse;
mod quote;

pub use float::format_float;
pub(super) use parse::power_of_two;
pub use parse::{NumError, atoi, parse_float, parse_int, parse_uint};
pub use quote::{can_backquote, quote, quote_rune, quote_rune_to_ascii, quote_to_ascii};
