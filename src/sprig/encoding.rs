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
    let hex = |byte: &u8| [byte >> 4, byte & 15].map(|digit| b"0123456789abcdef"[usize::from(digit)]);
    Ok(Value::str(digest.iter().flat_map(hex).collect::<Vec<u8>>()))
}

#[cfg(test)]
mod tests {
    use crate::sprig::tests::check;

    /// What sprig 3.3 gives with Go 1.26.
    #[test]
    fn encodings_and_checksums() {
        check(&[
            (r#"b64enc "aé""#, "YcOp"),
            (r#"b64dec "YcOp""#, "aé"),
            (r#"b64dec "Zm9v!""#, "illegal base64 data at input byte 4"),
            (r#"b32enc "aé""#, "MHB2S==="),
            (r#"b32dec "MHB2S===""#, "aé"),
            (r#"b32dec "mzxw6===""#, "illegal base32 data at input byte 0"),
            (r#"adler32sum "Hello World!""#, "474547262"),
            (r#"sha1sum "Hello World!""#, "2ef7bde608ce5404e97d5f042f95f89f1c232871"),
            (r#"sha256sum "Hello World!""#, "7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069"),
            (
                r#"sha512sum """#,
                "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
            ),
        ]);
    }
}
