//! A signature: what is to be known of it, and whether it counts.
//!
//! Source: openpgp/packet/signature.go of go-crypto.

use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::public_key::PublicKeyAlgorithm;
use pgp::packet::{KeyFlags, RevocationCode, Signature, SignatureType, SignatureVersion, Subpacket, SubpacketData};
use pgp::types::{Fingerprint, KeyDetails, KeyId, PublicParams, VerifyingKey};
use rsa::traits::PublicKeyParts;

/// Go: keys that are smaller are not looked at.
const MIN_RSA_BITS: usize = 1024;

/// A signature of a kind that is understood.
pub struct Signed {
    pub packet: Signature,
    pub kind: SignatureType,
    algorithm: PublicKeyAlgorithm,
    /// In seconds since 1970.
    created: u64,
    /// For so many seconds it is good.
    lifetime: Option<u32>,
    /// For so many seconds the key is good that it is of.
    key_lifetime: Option<u32>,
    /// Whose it says it is.
    pub issuer: Option<KeyId>,
    fingerprint: Option<Fingerprint>,
    pub flags: Option<KeyFlags>,
    pub is_primary: bool,
    is_of_stolen_key: bool,
    /// The words of it that one must understand, and does not.
    pub critical: Option<String>,
    /// That of a key that is signed, over the one that signs.
    pub embedded: Option<Box<Signed>>,
}

impl Signed {
    /// `None`: it is of a kind that is passed over. Errors: it is broken.
    pub fn new(packet: Signature) -> Result<Option<Signed>, String> {
        use PublicKeyAlgorithm::{DSA, ECDSA, Ed448, Ed25519, EdDSALegacy, RSA, RSASign};
        let Some(config) = packet.config().filter(|_| packet.version() == SignatureVersion::V4) else {
            return Ok(None);
        };
        let is_known = matches!(config.pub_alg, RSA | RSASign | DSA | ECDSA | EdDSALegacy | Ed25519 | Ed448);
        if !is_known || !is_hash_known(config.hash_alg) {
            return Ok(None);
        }
        let (mut created, mut passed_over) = (None, false);
        let mut signed = Signed {
            kind: config.typ,
            algorithm: config.pub_alg,
            created: 0,
            lifetime: None,
            key_lifetime: None,
            issuer: None,
            fingerprint: None,
            flags: None,
            is_primary: false,
            is_of_stolen_key: false,
            critical: None,
            embedded: None,
            packet: packet.clone(),
        };
        for subpacket in config.hashed_subpackets() {
            match &subpacket.data {
                SubpacketData::SignatureCreationTime(time) => created = Some(u64::from(time.as_secs())),
                SubpacketData::SignatureExpirationTime(time) => signed.lifetime = Some(time.as_secs()),
                SubpacketData::KeyExpirationTime(time) => signed.key_lifetime = Some(time.as_secs()),
                SubpacketData::KeyFlags(flags) => signed.flags = Some(flags.clone()),
                SubpacketData::IsPrimary(is_primary) => signed.is_primary |= *is_primary,
                SubpacketData::ExportableCertification(false) => passed_over = true,
                SubpacketData::RevocationReason(code, _) => {
                    signed.is_of_stolen_key = *code == RevocationCode::KeyCompromised;
                }
                SubpacketData::Notation(notation) if subpacket.is_critical => {
                    signed.critical = Some(String::from_utf8_lossy(&notation.name).into_owned());
                }
                _ => passed_over |= subpacket.is_critical && !is_understood(&subpacket.data),
            }
            signed.take_unsigned(subpacket)?;
        }
        for subpacket in config.unhashed_subpackets() {
            signed.take_unsigned(subpacket)?;
        }
        signed.created = created.ok_or("no creation time in signature")?;
        Ok((!passed_over).then_some(signed))
    }

    /// What counts even where it is not signed.
    fn take_unsigned(&mut self, subpacket: &Subpacket) -> Result<(), String> {
        match &subpacket.data {
            SubpacketData::IssuerKeyId(id) => self.issuer = Some(*id),
            SubpacketData::IssuerFingerprint(fingerprint) => {
                let id = fingerprint.as_bytes().last_chunk::<8>().filter(|_| fingerprint.len() == 20);
                self.issuer = id.map(|id| KeyId::new(*id));
                self.fingerprint = Some(fingerprint.clone());
            }
            SubpacketData::EmbeddedSignature(inner) => {
                if self.embedded.is_some() {
                    return Err("cannot have multiple embedded signatures".to_owned());
                }
                self.embedded = Signed::new((**inner).clone())?.map(Box::new);
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether it says that this key has made it.
    pub fn is_by(&self, key: &impl KeyDetails) -> bool {
        match &self.fingerprint {
            Some(fingerprint) => *fingerprint == key.fingerprint(),
            None => self.issuer == Some(key.legacy_key_id()),
        }
    }

    pub fn is_newer(&self, other: &Signed) -> bool {
        self.created > other.created
    }

    /// Whether its time is over, or not come yet.
    pub fn is_expired(&self, now: u64) -> bool {
        self.created > now || is_over(self.created, self.lifetime, now)
    }

    /// Whether the time of the key that it is of is over, or not come yet.
    pub fn has_expired(&self, key: &impl KeyDetails, now: u64) -> bool {
        let created = u64::from(key.created_at().as_secs());
        created > now || is_over(created, self.key_lifetime, now)
    }

    /// Whether it revokes something now. What was stolen is revoked from the beginning.
    pub fn revokes(&self, now: u64) -> bool {
        self.is_of_stolen_key || !self.is_expired(now)
    }

    /// Whether a key can have made it, before anything is reckoned.
    ///
    /// Errors: why not.
    pub fn check_key(&self, key: &impl VerifyingKey) -> Result<(), String> {
        if key.algorithm() != self.algorithm {
            return Err("public key and signature use different algorithms".to_owned());
        }
        match key.public_params() {
            PublicParams::RSA(params) if params.key.n().bits() < MIN_RSA_BITS => {
                Err(format!("keys with less than {MIN_RSA_BITS} bits are not safe"))
            }
            _ => Ok(()),
        }
    }
}

fn is_over(start: u64, lifetime: Option<u32>, now: u64) -> bool {
    lifetime.is_some_and(|seconds| seconds != 0 && now > start + u64::from(seconds))
}

/// Go: HashIdToHashWithSha1.
fn is_hash_known(hash: HashAlgorithm) -> bool {
    use HashAlgorithm::{Sha1, Sha3_256, Sha3_512, Sha224, Sha256, Sha384, Sha512};
    matches!(hash, Sha1 | Sha224 | Sha256 | Sha384 | Sha512 | Sha3_256 | Sha3_512)
}

fn is_understood(data: &SubpacketData) -> bool {
    use SubpacketData as Data;
    !matches!(
        data,
        Data::Revocable(_)
            | Data::RevocationKey(_)
            | Data::SignatureTarget(..)
            | Data::PreferredEncryptionModes(_)
            | Data::Experimental(..)
            | Data::Other(..)
    )
}
