//! Go's text/template, and the values it works on.
//!
//! **Invariant:** what is printed, and what is an error, is as in Go 1.26; positions of errors are Go's.
//! **Not here:** charts, sprig, Helm's functions. They are handed in as tables of [`Func`]s.

mod ast;
mod builtins;
mod compare;
mod error;
mod exec;
pub mod fmt;
mod func;
mod lex;
mod literal;
mod parse;
mod set;
pub mod strconv;
mod trace;
mod unicode;
mod value;
mod world;

pub use error::{ExecError, ParseError, Site};
pub use exec::{ExecOptions, Limits, MissingKey, Output, Place, PlaceId, Places, Reads};
pub use func::{Call, Engine, Fault, Func};
pub use literal::unquote;
pub use set::{FuncMap, Methods, TemplateText, Templates};
pub use trace::{Mark, NO_VALUE, Trace, erase};
pub use unicode::is_print;
pub use value::{Entries, Entry, IntType, Key, Kind, List, Map, Object, Str, Type, UintType, Value};
pub use world::World;
