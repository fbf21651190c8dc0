//! Private keys: making them, signing with them, their public half.
//!
//! **Not here:** their texts ([`super::key_text`]).

use ed25519_dalek::Signer;
use rsa::pkcs1v15::Pkcs1v15Sign;
use rsa::rand_core::{CryptoRng, CryptoRngCore, Error, RngCore};
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, RsaPrivateKey};
use sha2::{Digest, Sha256};

use super::curves::Curve;
use super::der;

pub enum PrivateKey {
    Rsa(Box<RsaPrivateKey>),
    /// With its bytes, as many as keys of the curve have.
    Ec(Curve, Vec<u8>),
    Ed25519([u8; 32]),
    /// Go reads these, and can do nothing with them here.
    X25519,
    Dsa(Dsa),
}

/// The numbers of a DSA key, the highest byte first.
pub struct Dsa {
    pub p: Vec<u8>,
    pub q: Vec<u8>,
    pub g: Vec<u8>,
    pub y: Vec<u8>,
    pub x: Vec<u8>,
}

/// The randomness that was handed in, for the libraries of cryptography.
pub struct Chance<'w>(pub &'w mut dyn FnMut(&mut [u8]));

pub mod object_ids {
    pub const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    pub const SHA256_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
    pub const DSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01];
    pub const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    pub const X25519: &[u8] = &[0x2b, 0x65, 0x6e];
    pub const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
}

/// What it takes to write down a public key.
pub struct PublicKey {
    /// The algorithm and its parameters.
    pub algorithm: Vec<u8>,
    pub key: Vec<u8>,
}

impl PrivateKey {
    pub fn generate_ed25519(chance: &mut impl CryptoRngCore) -> PrivateKey {
        let mut seed = [0; 32];
        chance.fill_bytes(&mut seed);
        PrivateKey::Ed25519(seed)
    }

    /// Go: x509.marshalPublicKey
    pub fn public(&self) -> Result<PublicKey, String> {
        Ok(match self {
            PrivateKey::Rsa(key) => PublicKey::rsa(key.n(), key.e()),
            PrivateKey::Ec(curve, key) => {
                PublicKey::ec(*curve, curve.public(key).ok_or("x509: invalid elliptic curve private key value")?)
            }
            PrivateKey::Ed25519(seed) => {
                let key = ed25519_dalek::SigningKey::from_bytes(seed).verifying_key().to_bytes();
                PublicKey::plain(object_ids::ED25519, &key)
            }
            PrivateKey::X25519 => return Err("x509: unsupported public key type: *ecdh.PublicKey".into()),
            PrivateKey::Dsa(_) => return Err("x509: unsupported public key type: *dsa.PublicKey".into()),
        })
    }

    /// The algorithm that Go takes for signatures of this kind of key. Go: x509.signingParamsForKey
    pub fn signature_algorithm(&self) -> Result<Vec<u8>, String> {
        let (id, parameters): (_, &[u8]) = match self {
            PrivateKey::Rsa(_) => (object_ids::SHA256_WITH_RSA, der::NULL),
            PrivateKey::Ec(curve, _) => (curve.signature_algorithm(), &[]),
            PrivateKey::Ed25519(_) => (object_ids::ED25519, &[]),
            PrivateKey::X25519 | PrivateKey::Dsa(_) => return Err(NO_SIGNER.into()),
        };
        Ok(der::sequence(&[&der::object_id(id), parameters]))
    }

    pub fn sign(&self, message: &[u8], chance: &mut impl CryptoRngCore) -> Result<Vec<u8>, String> {
        match self {
            PrivateKey::Rsa(key) => {
                let bits = key.n().bits();
                if bits < 1024 {
                    return Err(format!(
                        "crypto/rsa: {bits}-bit keys are insecure \
                         (see https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size)"
                    ));
                }
                let digest = Sha256::digest(message);
                key.sign(Pkcs1v15Sign::new::<Sha256>(), &digest).map_err(|e| format!("crypto/rsa: {e}"))
            }
            PrivateKey::Ec(curve, key) => {
                Ok(curve.sign(key, message, chance).ok_or("crypto/ecdsa: invalid private key")?)
            }
            PrivateKey::Ed25519(seed) => {
                Ok(ed25519_dalek::SigningKey::from_bytes(seed).sign(message).to_bytes().to_vec())
            }
            PrivateKey::X25519 | PrivateKey::Dsa(_) => Err(NO_SIGNER.into()),
        }
    }
}

const NO_SIGNER: &str = "x509: certificate private key does not implement crypto.Signer";

impl PublicKey {
    pub fn rsa(n: &BigUint, e: &BigUint) -> PublicKey {
        let key = der::sequence(&[&der::integer(&n.to_bytes_be()), &der::integer(&e.to_bytes_be())]);
        PublicKey { algorithm: der::sequence(&[&der::object_id(object_ids::RSA), der::NULL]), key }
    }

    pub fn ec(curve: Curve, point: Vec<u8>) -> PublicKey {
        let ids = [der::object_id(object_ids::EC), der::object_id(curve.object_id())];
        PublicKey { algorithm: der::sequence(&[&ids[0], &ids[1]]), key: point }
    }

    /// Of an algorithm without parameters.
    pub fn plain(id: &[u8], key: &[u8]) -> PublicKey {
        PublicKey { algorithm: der::sequence(&[&der::object_id(id)]), key: key.to_vec() }
    }

    pub fn to_der(&self) -> Vec<u8> {
        der::sequence(&[&self.algorithm, &der::bit_string(&self.key)])
    }
}

impl RngCore for Chance<'_> {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        (self.0)(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Chance<'_> {}
