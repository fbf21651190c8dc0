//! Go's text/template, and the values it works on.
//!
//! **Invariant:** what is printed, and what is an error, is as in Go 1.26; positions of errors are Go's.
//! **Not here:** charts, sprig, Helm's functions. They are handed in as tables of [`Func`]s.

pub mod fmt;
mod func;
mod trace;
mod value;
mod world;

pub use func::{Call, Engine, Fault, Func};
pub use trace::{Mark, Trace};
pub use value::{Entry, IntType, Key, Kind, List, Map, Object, Str, Type, UintType, Value};
pub use world::World;

/// A failure in the course of a template. (To be completed by the engine.)
#[derive(Debug)]
pub struct ExecError {
    pub message: String,
}
