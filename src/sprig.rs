//! The functions of sprig 3.3, a family a file. The tables are the list of what there is.
//!
//! **Not here:** what Helm adds or replaces.

mod convert;
mod crypto;
mod dates;
mod defaults;
mod dicts;
mod encoding;
pub mod json;
mod lists;
mod math;
mod paths;
mod random;
mod reflect;
mod regex;
mod semver;
mod strings;
mod urls;

pub use convert::{strval, to_float64, to_int64};

use crate::gotmpl::Func;

/// All families.
pub const FAMILIES: &[&[Func]] = &[
    convert::FUNCS,
    crypto::FUNCS,
    dates::FUNCS,
    defaults::FUNCS,
    dicts::FUNCS,
    encoding::FUNCS,
    json::FUNCS,
    lists::FUNCS,
    math::FUNCS,
    paths::FUNCS,
    random::FUNCS,
    reflect::FUNCS,
    regex::FUNCS,
    semver::FUNCS,
    strings::FUNCS,
    urls::FUNCS,
];
