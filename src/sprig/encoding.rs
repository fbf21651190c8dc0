//! Bytes as text (`b64enc`, `b32dec`) and checksums.
//!
//! **Not here:** keys and certificates ([`super::crypto`]).

mod adler32;
mod base32;

use sha2::Digest;

use super::func;
use crate::base::base64;
use crate::gotmpl::{Call, Fault, Func, Str, Type, Value};

const ONE: &[Type] = &[Type::String];

pub const FUNCS: &[Func] = &[
    func("adler32sum", ONE, |call| Ok(Value::str(adler32::checksum(call.str(0)).to_string()))),
    func("b32dec", ONE, |call| decoded(base32::decode(call.str(0)), "base32")),
    func("b32enc", ONE, |call| Ok(Value::str(base32::encode(call.str(0))))),
    func("b64dec", ONE, |call| decoded(base64::decode(call.str(0)), "base64")),
    func("b64enc", ONE, |call| Ok(Value::str(base64::encode(call.str(0))))),
    func("sha1sum", ONE, hash::<sha1::Sha1>),
    func("sha256sum", ONE, hash::<sha2::Sha256>),
    func("sha512sum", ONE, hash::<sha2::Sha512>),
];

/// sprig: the text of an error is the result. `Err` has the offset of what is wrong.
fn decoded(decoded: Result<Vec<u8>, usize>, encoding: &str) -> Result<Value, Fault> {
    let refusal = |at| Vec::from(format!("illegal {encoding} data at input byte {at}"));
    Ok(Value::Str(Str::new(decoded.unwrap_or_else(refusal))))
}

fn hash<D: Digest>(call: &mut Call) -> Result<Value, Fault> {
    let digest = D::digest(&**call.str(0));
    Ok(Value::str(digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()))
}
