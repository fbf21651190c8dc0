//! Somebody: a key, the names that it has, and the keys that are below it.
//!
//! Source: ReadEntity, addUserID, addSubkey and checkMessageSignatureDetails in openpgp/keys.go and read.go of go-crypto.
//!
//! **Invariant:** each name and each key below has a signature of the key, and it is right.

use pgp::packet::{Packet, PublicKey, PublicSubkey, SignatureType, UserId};
use pgp::ser::Serialize;
use pgp::types::{KeyDetails, KeyId, KeyVersion, Tag, VerifyingKey};

use super::signature::Signed;

/// A key and what belongs to it.
pub struct Entity {
    key: PublicKey,
    names: Vec<Name>,
    subkeys: Vec<Subkey>,
    revocations: Vec<Signed>,
}

struct Name {
    id: UserId,
    /// The newest of the key's own.
    signature: Option<Signed>,
    revocations: Vec<Signed>,
}

struct Subkey {
    key: PublicSubkey,
    /// The newest that binds it.
    signature: Option<Signed>,
    revocations: Vec<Signed>,
}

/// What signatures are of that come next.
enum Place {
    Key,
    Name,
    Subkey,
}

impl Entity {
    /// Of the packets that follow a key.
    ///
    /// Errors: why it cannot be used.
    pub fn new(key: PublicKey, packets: Vec<Packet>) -> Result<Entity, String> {
        if key.version() != KeyVersion::V4 {
            return Err(format!("public key version {}", u8::from(key.version())));
        }
        let mut entity = Entity { key, names: Vec::new(), subkeys: Vec::new(), revocations: Vec::new() };
        let mut place = Place::Key;
        for packet in packets {
            match packet {
                Packet::UserId(id) => {
                    entity.names.push(Name { id, signature: None, revocations: Vec::new() });
                    place = Place::Name;
                }
                Packet::PublicSubkey(key) => {
                    entity.subkeys.push(Subkey { key, signature: None, revocations: Vec::new() });
                    place = Place::Subkey;
                }
                Packet::SecretSubkey(key) => {
                    let key = key.public_key().clone();
                    entity.subkeys.push(Subkey { key, signature: None, revocations: Vec::new() });
                    place = Place::Subkey;
                }
                Packet::Signature(packet) => {
                    if let Some(signed) = Signed::new(packet)? {
                        entity.take(signed, &place)?;
                    }
                }
                Packet::Trust(_) | Packet::Marker(_) | Packet::Padding(_) => {}
                _ => place = Place::Key,
            }
        }
        entity.names.retain(|name| name.signature.is_some() || !name.revocations.is_empty());
        if entity.names.is_empty() {
            return Err("v4 entity without any identities".to_owned());
        }
        if entity.subkeys.iter().any(|subkey| subkey.signature.is_none()) {
            return Err("subkey packet not followed by signature".to_owned());
        }
        Ok(entity)
    }

    fn take(&mut self, signed: Signed, place: &Place) -> Result<(), String> {
        match place {
            Place::Key if signed.kind == SignatureType::KeyRevocation => {
                signed
                    .check_key(&self.key)
                    .and_then(|()| said(signed.packet.verify_key(&self.key)))
                    .map_err(|why| format!("revocation signature signed by alternate key: {why}"))?;
                self.revocations.push(signed);
            }
            Place::Key => {}
            Place::Name => {
                let Some(name) = self.names.last_mut() else { return Ok(()) };
                name.take(signed, &self.key)?;
            }
            Place::Subkey => {
                let Some(subkey) = self.subkeys.last_mut() else { return Ok(()) };
                subkey.take(signed, &self.key).map_err(|why| format!("subkey signature invalid: {why}"))?;
            }
        }
        Ok(())
    }

    /// The names, as they are written.
    pub fn names(&self) -> Vec<String> {
        self.names.iter().map(|name| String::from_utf8_lossy(name.id.id()).into_owned()).collect()
    }

    /// In hexadecimal, with capitals.
    pub fn fingerprint(&self) -> String {
        format!("{:X}", self.key.fingerprint())
    }

    /// Those of its keys that have an id and may sign.
    pub fn signing_keys(&self, id: KeyId) -> impl Iterator<Item = Key<'_>> {
        let own = (self.key.legacy_key_id() == id).then_some(Key { entity: self, subkey: None });
        let below = self.subkeys.iter().filter(move |subkey| subkey.key.legacy_key_id() == id);
        let below = below.map(|subkey| Key { entity: self, subkey: Some(subkey) });
        own.into_iter().chain(below).filter(|key| key.signature().is_some_and(may_sign))
    }

    /// The name whose signature says how long the key is good.
    fn primary(&self) -> Option<&Name> {
        let mut names = self.names.iter();
        let first = names.next()?;
        Some(names.fold(first, |found, name| if is_better(name, found) { name } else { found }))
    }
}

/// A key that may have signed something.
pub struct Key<'e> {
    pub entity: &'e Entity,
    subkey: Option<&'e Subkey>,
}

impl Key<'_> {
    fn signature(&self) -> Option<&Signed> {
        match self.subkey {
            Some(subkey) => subkey.signature.as_ref(),
            None => self.entity.primary()?.signature.as_ref(),
        }
    }

    /// Whether it has made a signature of some bytes.
    ///
    /// Errors: why not.
    pub fn verify(&self, signed: &Signed, data: &[u8]) -> Result<(), String> {
        match self.subkey {
            Some(subkey) => check(signed, &subkey.key, data),
            None => check(signed, &self.entity.key, data),
        }
    }

    /// Whether a signature that it has made counts now.
    ///
    /// Errors: why not.
    pub fn check(&self, signed: &Signed, now: u64) -> Result<(), String> {
        let Some(primary) = self.entity.primary() else { return Err("the key has no name".to_owned()) };
        let own = primary.signature.as_ref().ok_or("the key's name is revoked")?;
        let binding = self.subkey.and_then(|subkey| subkey.signature.as_ref());
        let embedded = binding.and_then(|binding| binding.embedded.as_deref());
        let all = || [Some(signed), Some(own), binding, embedded].into_iter().flatten();
        if let Some(name) = all().find_map(|signed| signed.critical.as_ref()) {
            return Err(format!("unknown critical notation: {name}"));
        }
        let of_subkey = self.subkey.map(|subkey| &subkey.revocations);
        let mut revocations =
            [Some(&self.entity.revocations), of_subkey, Some(&primary.revocations)].into_iter().flatten();
        if revocations.any(|revocations| revocations.iter().any(|revocation| revocation.revokes(now))) {
            return Err("signature made by revoked key".to_owned());
        }
        let is_subkey_over =
            || self.subkey.zip(binding).is_some_and(|(subkey, binding)| binding.has_expired(&subkey.key, now));
        if own.has_expired(&self.entity.key, now) || is_subkey_over() {
            return Err("key expired".to_owned());
        }
        match all().any(|signed| signed.is_expired(now)) {
            true => Err("signature expired".to_owned()),
            false => Ok(()),
        }
    }
}

impl Name {
    fn take(&mut self, signed: Signed, key: &PublicKey) -> Result<(), String> {
        use SignatureType::{CertCasual, CertGeneric, CertPersona, CertPositive, CertRevocation};
        if !matches!(signed.kind, CertGeneric | CertPersona | CertCasual | CertPositive | CertRevocation) {
            return Err("user ID signature with wrong type".to_owned());
        }
        // What others say of it does not count.
        if !signed.is_by(key) {
            return Ok(());
        }
        signed
            .check_key(key)
            .and_then(|()| said(signed.packet.verify_certification(key, Tag::UserId, &self.id)))
            .map_err(|why| format!("user ID self-signature invalid: {why}"))?;
        match signed.kind {
            CertRevocation => self.revocations.push(signed),
            _ => keep_newest(&mut self.signature, signed),
        }
        Ok(())
    }
}

impl Subkey {
    fn take(&mut self, signed: Signed, key: &PublicKey) -> Result<(), String> {
        if !matches!(signed.kind, SignatureType::SubkeyBinding | SignatureType::SubkeyRevocation) {
            return Err("wrong type".to_owned());
        }
        signed.check_key(key)?;
        said(signed.packet.verify_subkey_binding(key, &self.key))?;
        if may_sign(&signed) {
            let back = signed.embedded.as_ref().ok_or("signing subkey is missing cross-signature")?;
            back.check_key(&self.key)?;
            said(back.packet.verify_primary_key_binding(&self.key, key))?;
        }
        match signed.kind {
            SignatureType::SubkeyRevocation => self.revocations.push(signed),
            _ => keep_newest(&mut self.signature, signed),
        }
        Ok(())
    }
}

fn may_sign(signed: &Signed) -> bool {
    signed.flags.as_ref().is_some_and(|flags| flags.sign())
}

fn check(signed: &Signed, key: &(impl VerifyingKey + Serialize), data: &[u8]) -> Result<(), String> {
    signed.check_key(key)?;
    said(signed.packet.verify(key, data))
}

fn keep_newest(kept: &mut Option<Signed>, signed: Signed) {
    if kept.as_ref().is_none_or(|kept| signed.is_newer(kept)) {
        *kept = Some(signed);
    }
}

/// Go: shouldPreferIdentity.
fn is_better(name: &Name, found: &Name) -> bool {
    let (revoked, found_revoked) = (name.revocations.len(), found.revocations.len());
    if revoked != found_revoked {
        return revoked < found_revoked;
    }
    match (&name.signature, &found.signature) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(new), Some(old)) if new.is_primary != old.is_primary => new.is_primary,
        (Some(new), Some(old)) => new.is_newer(old),
    }
}

fn said(result: pgp::errors::Result<()>) -> Result<(), String> {
    result.map_err(|_| "the signature is not of this key over these bytes".to_owned())
}
