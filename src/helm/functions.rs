//! All functions that templates of charts may call.
//!
//! **Invariant:** `env` and `expandenv` are not among them: a template reads nothing of the machine.

use super::values::values_method;
use super::{durations, from_text, late, lookup, to_yaml, toml};
use crate::gotmpl::{Func, FuncMap, Type};
use crate::sprig;

/// What Helm adds to sprig or replaces in it.
const OWN: &[&[Func]] = &[durations::FUNCS, from_text::FUNCS, late::FUNCS, lookup::FUNCS, to_yaml::FUNCS, toml::FUNCS];

/// Sprig's functions, Helm's, and the methods of values.
pub fn all() -> FuncMap {
    FuncMap::new(sprig::FAMILIES.iter().chain(OWN).copied())
        .with_methods(|ty, name| if ty == Type::Values { values_method(name) } else { None })
}
