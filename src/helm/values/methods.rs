//! The methods of `common.Values`, which `.Values` and the scopes of templates are.
//!
//! Source: pkg/chart/common/values.go.

use std::rc::Rc;

use super::path::{path_value, table};
use crate::gotmpl::{Call, Fault, Func, Map, Type, Value};
use crate::helm::to_yaml::marshal;

static METHODS: &[Func] = &[
    Func { name: "AsMap", params: &[], variadic: None, run: |call| own(call).map(as_map) },
    // Go: a writer is wanted, which templates do not have.
    Func { name: "Encode", params: &[Type::Named("io.Writer")], variadic: None, run: |_| Err(no_writer()) },
    Func {
        name: "PathValue",
        params: &[Type::String],
        variadic: None,
        run: |call| path_value(own(call)?, &call.str(1).to_text()).map_err(|missing| Fault::new(missing.to_string())),
    },
    Func { name: "Table", params: &[Type::String], variadic: None, run: find_table },
    Func { name: "YAML", params: &[], variadic: None, run: |call| marshal(&call.args[0]).map(Value::str) },
];

/// The method of a name.
pub fn values_method(name: &[u8]) -> Option<&'static Func> {
    METHODS.iter().find(|method| method.name.as_bytes() == name)
}

fn own<'c>(call: &'c Call) -> Result<&'c Rc<Map>, Fault> {
    call.args.first().and_then(Value::as_map).ok_or_else(|| Fault::new("not a common.Values"))
}

/// The same map as a plain one.
fn as_map(values: &Rc<Map>) -> Value {
    Value::Map(Rc::new(Map::converted(values, Type::Map)))
}

fn find_table(call: &mut Call) -> Result<Value, Fault> {
    let found = table(own(call)?, &call.str(1).to_text()).map_err(|missing| Fault::new(missing.to_string()))?;
    Ok(Value::Map(Rc::new(Map::converted(&found, Type::Values))))
}

fn no_writer() -> Fault {
    Fault::new("invalid memory address or nil pointer dereference")
}
