//! Conversions, as spf13/cast and sprig make them.

use crate::gotmpl::{Func, Str, Value};

pub const FUNCS: &[Func] = &[];

/// sprig: toInt64.
pub fn to_int64(_value: &Value) -> i64 {
    0
}

/// sprig: toFloat64.
pub fn to_float64(_value: &Value) -> f64 {
    0.0
}

/// sprig: strval.
pub fn strval(_value: &Value) -> Str {
    Str::from("")
}
