//! Ways into values whose steps are separated by dots.
//!
//! Source: Values.Table and Values.PathValue in pkg/chart/common/values.go.

use std::fmt;
use std::rc::Rc;

use crate::gotmpl::{Map, Value};

/// Why a path leads nowhere. Reads as Go's error.
#[derive(Debug, PartialEq, Eq)]
pub enum Missing {
    /// Go: ErrNoTable.
    Table(String),
    /// Go: ErrNoValue.
    Value(String),
    EmptyPath,
}

/// The table at a path.
pub fn table(values: &Map, path: &str) -> Result<Rc<Map>, Missing> {
    let mut steps = path.split('.');
    let first = lookup(values, steps.next().unwrap_or_default())?;
    steps.try_fold(first, |table, step| lookup(&table, step))
}

fn lookup(table: &Map, key: &str) -> Result<Rc<Map>, Missing> {
    match table.get(key.as_bytes()) {
        Some(Value::Map(table)) => Ok(table),
        _ => Err(Missing::Table(key.to_owned())),
    }
}

/// What is at a path, if that is no table.
pub fn path_value(values: &Map, path: &str) -> Result<Value, Missing> {
    if path.is_empty() {
        return Err(Missing::EmptyPath);
    }
    let missing = |key: &str| Missing::Value(key.to_owned());
    let found = match path.rsplit_once('.') {
        Some((way, key)) => table(values, way).map_err(|_| missing(key))?.get(key.as_bytes()),
        None => values.get(path.as_bytes()),
    };
    let key = path.rsplit('.').next().unwrap_or_default();
    found.filter(|value| !matches!(value, Value::Map(_))).ok_or_else(|| missing(key))
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Missing::Table(key) => write!(f, "{key:?} is not a table"),
            Missing::Value(key) => write!(f, "{key:?} is not a value"),
            Missing::EmptyPath => f.write_str("YAML path cannot be empty"),
        }
    }
}
