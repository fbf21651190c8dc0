//! The elliptic curves of NIST: keys on them, and signatures by ECDSA.
//!
//! **Not here:** how keys are written.

use rsa::rand_core::CryptoRngCore;
use rsa::signature::hazmat::RandomizedPrehashSigner;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::der;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    P224,
    P256,
    P384,
    P521,
}

/// With their object ids, and how many bytes a key has.
const CURVES: [(Curve, &[u8], usize); 4] = [
    (Curve::P224, &[0x2b, 0x81, 0x04, 0x00, 0x21], 28),
    (Curve::P256, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07], 32),
    (Curve::P384, &[0x2b, 0x81, 0x04, 0x00, 0x22], 48),
    (Curve::P521, &[0x2b, 0x81, 0x04, 0x00, 0x23], 66),
];

/// The same expression with the module of each curve.
macro_rules! on_curve {
    ($curve:expr, $module:ident => $body:expr) => {
        match $curve {
            Curve::P224 => {
                use p224 as $module;
                $body
            }
            Curve::P256 => {
                use p256 as $module;
                $body
            }
            Curve::P384 => {
                use p384 as $module;
                $body
            }
            Curve::P521 => {
                use p521 as $module;
                $body
            }
        }
    };
}

impl Curve {
    pub fn of_object_id(id: &[u8]) -> Option<Curve> {
        CURVES.iter().find(|(_, known, _)| *known == id).map(|(curve, ..)| *curve)
    }

    pub fn object_id(self) -> &'static [u8] {
        CURVES[self as usize].1
    }

    /// How many bytes a private key has.
    pub fn size(self) -> usize {
        CURVES[self as usize].2
    }

    pub fn generate(self, chance: &mut impl CryptoRngCore) -> Vec<u8> {
        on_curve!(self, curve => curve::ecdsa::SigningKey::random(chance).to_bytes().to_vec())
    }

    /// The point that belongs to a private key, uncompressed. Nothing where it is no key: zero, or too large.
    pub fn public(self, key: &[u8]) -> Option<Vec<u8>> {
        on_curve!(self, curve => {
            let key = curve::ecdsa::SigningKey::from_slice(key).ok()?;
            Some(curve::ecdsa::VerifyingKey::from(&key).to_encoded_point(false).as_bytes().to_vec())
        })
    }

    /// Whether these bytes are an uncompressed point of the curve.
    pub fn has(self, point: &[u8]) -> bool {
        point.first() == Some(&4)
            && on_curve!(self, curve => curve::ecdsa::VerifyingKey::from_sec1_bytes(point).is_ok())
    }

    /// The object id of ECDSA with the hash that Go takes for the curve.
    pub fn signature_algorithm(self) -> &'static [u8] {
        match self {
            Curve::P224 | Curve::P256 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
            Curve::P384 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03],
            Curve::P521 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04],
        }
    }

    /// Nothing where the key is none.
    pub fn sign(self, key: &[u8], message: &[u8], chance: &mut impl CryptoRngCore) -> Option<Vec<u8>> {
        let digest = match self {
            Curve::P224 | Curve::P256 => Sha256::digest(message).to_vec(),
            Curve::P384 => Sha384::digest(message).to_vec(),
            Curve::P521 => Sha512::digest(message).to_vec(),
        };
        on_curve!(self, curve => {
            let key = curve::ecdsa::SigningKey::from_slice(key).ok()?;
            let signature: curve::ecdsa::Signature = key.sign_prehash_with_rng(chance, &digest).ok()?;
            let (r, s) = signature.split_bytes();
            Some(der::sequence(&[&der::integer(&r), &der::integer(&s)]))
        })
    }
}
