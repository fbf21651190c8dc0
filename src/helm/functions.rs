//! All functions that templates of charts may call.
//!
//! **Invariant:** `env` and `expandenv` are not among them: a template reads nothing of the machine.

use super::{durations, late};
use crate::gotmpl::{Func, FuncMap};
use crate::sprig;

/// What Helm adds to sprig or replaces in it.
const OWN: &[&[Func]] = &[durations::FUNCS, late::FUNCS];

/// Sprig's functions, Helm's, and the methods of values.
pub fn all() -> FuncMap {
    FuncMap::new(sprig::FAMILIES.iter().chain(OWN).copied())
}
