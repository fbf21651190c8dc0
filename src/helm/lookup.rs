//! `lookup` and `getHostByName`: what templates ask of the world outside.
//!
//! **Invariant:** nobody is asked, but for the address of a host where the world lets templates ask for one.

use crate::gotmpl::{Call, Fault, Func, Type, Value};

pub const FUNCS: &[Func] = &[
    Func { name: "lookup", params: &[Type::String; 4], variadic: None, run: |_| Ok(Value::map([])) },
    Func { name: "getHostByName", params: &[Type::String], variadic: None, run: host_by_name },
];

/// Helm: nothing without `--enable-dns`. sprig: nothing for a host that is not known.
fn host_by_name(call: &mut Call) -> Result<Value, Fault> {
    let host = call.str(0).to_text().into_owned();
    let address = call.world.resolve_host.as_mut().and_then(|resolve| resolve(&host));
    Ok(Value::str(address.unwrap_or_default()))
}
