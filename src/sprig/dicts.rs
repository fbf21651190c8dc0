//! TODO family

use crate::gotmpl::Func;

pub const FUNCS: &[Func] = &[];
