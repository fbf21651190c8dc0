//! A file of keys: packets of OpenPGP as they are, dressed as text, or in the keybox of GnuPG.
//!
//! Source: loadKeyRing in pkg/provenance/sign.go, keybox.go; ReadKeyRing in openpgp/keys.go of go-crypto.
//!
//! **Invariant:** keys that cannot be used are passed over, as long as the file can be read to its end.

use std::path::Path;

use pgp::packet::{Packet, PacketHeader, PacketParser, PublicKey};
use pgp::types::Tag;

use super::armor;
use super::cleartext::Block;
use super::entity::{Entity, Key};
use super::signature::Signed;
use crate::base::{Diagnostic, FileSystem, Result};

/// A keyring may have so many bytes.
const MAX_KEYRING: u64 = 64 << 20;

/// The keys that are trusted.
pub struct Keyring {
    entities: Vec<Entity>,
}

type Said<T> = std::result::Result<T, String>;

impl Keyring {
    /// Reads a file of keys.
    ///
    /// Errors: `keyring`: it is not there, is none, or has keys of which none can be used.
    pub fn read(fs: &dyn FileSystem, path: &Path) -> Result<Keyring> {
        let failed = |why: String| {
            Diagnostic::new("keyring", format!("failed to load keyring `{}`: {why}", path.display()))
                .help("`gpg --export > FILE` writes one; `--keyring FILE` names it")
        };
        let data = match fs.read_within(path, MAX_KEYRING) {
            Ok(Some(data)) => data,
            Ok(None) => return Err(failed(format!("it has more than {} MiB", MAX_KEYRING >> 20))),
            Err(e) => return Err(failed(e.to_string())),
        };
        let entities = match () {
            () if is_keybox(&data) => of_keybox(&data),
            () if data.trim_ascii_start().starts_with(b"-----BEGIN PGP") => of_text(&data),
            () => of_packets(&data),
        };
        Ok(Keyring { entities: entities.map_err(failed)? })
    }

    /// Who has signed a text. Go: CheckDetachedSignature.
    ///
    /// Errors: why nobody of the keyring counts as such.
    pub fn signer(&self, block: &Block, now: u64) -> Said<&Entity> {
        let mut unknown = None;
        let packets = block.signature.as_ref().map_err(Clone::clone)?;
        for (_, packet) in Packets::new(packets) {
            let Packet::Signature(packet) = packet? else { return Err("non signature packet found".to_owned()) };
            let Some(signed) = Signed::new(packet)? else { continue };
            let issuer = signed.issuer.ok_or("signature doesn't have an issuer")?;
            let keys: Vec<Key> = self.entities.iter().flat_map(|entity| entity.signing_keys(issuer)).collect();
            unknown = unknown.or(Some(issuer));
            let mut failure = None;
            for key in keys {
                match key.verify(&signed, &block.signed) {
                    Ok(()) => return key.check(&signed, now).map(|()| key.entity),
                    Err(why) => failure = Some(why),
                }
            }
            if let Some(why) = failure {
                return Err(format!("invalid signature: {why}"));
            }
        }
        Err(match unknown {
            Some(id) => {
                let id = id.to_string().to_uppercase();
                format!("signature made by unknown entity: the keyring has no key {id} that may sign")
            }
            None => "signature made by unknown entity: there is none of a kind that is understood".to_owned(),
        })
    }
}

/// Packets one after the other, with what they are.
struct Packets<'d>(PacketParser<&'d [u8]>);

impl<'d> Packets<'d> {
    fn new(data: &'d [u8]) -> Packets<'d> {
        Packets(PacketParser::new(data))
    }
}

impl Iterator for Packets<'_> {
    type Item = (Option<Tag>, Said<Packet>);

    fn next(&mut self) -> Option<Self::Item> {
        let mut body = match self.0.next_ref()? {
            Ok(body) => body,
            Err(error) => return Some((None, Err(error.to_string()))),
        };
        let header: PacketHeader = body.packet_header();
        let packet = Packet::from_reader(header, &mut body).map_err(|error| error.to_string());
        Some((Some(header.tag()), packet))
    }
}

/// Keys with what follows each. Go: ReadKeyRing.
fn of_packets(data: &[u8]) -> Said<Vec<Entity>> {
    let (mut entities, mut problem) = (Vec::new(), None);
    let mut current: Option<(PublicKey, Vec<Packet>, Said<()>)> = None;
    let mut finish = |current: Option<(PublicKey, Vec<Packet>, Said<()>)>, problem: &mut Option<String>| {
        let Some((key, packets, whole)) = current else { return };
        match whole.and_then(|()| Entity::new(key, packets)) {
            Ok(entity) => entities.push(entity),
            Err(why) => *problem = Some(why),
        }
    };
    for (tag, packet) in Packets::new(data) {
        let tag = tag.ok_or_else(|| "invalid data: it is not made of packets".to_owned());
        match (tag?, packet) {
            (Tag::PublicKey, Ok(Packet::PublicKey(key))) => {
                finish(current.replace((key, Vec::new(), Ok(()))), &mut problem);
            }
            (Tag::SecretKey, Ok(Packet::SecretKey(key))) => {
                finish(current.replace((key.public_key().clone(), Vec::new(), Ok(()))), &mut problem);
            }
            (Tag::PublicKey | Tag::SecretKey, other) => {
                finish(current.take(), &mut problem);
                problem = other.err();
            }
            (_, Ok(packet)) => match &mut current {
                Some((_, packets, _)) => packets.push(packet),
                None => problem = problem.or_else(|| Some("first packet was not a public/private key".to_owned())),
            },
            (Tag::UnassignedNonCritical(_) | Tag::Experimental(_), Err(_)) => {}
            (_, Err(why)) => match &mut current {
                Some((_, _, whole)) => *whole = Err(why),
                None => problem = Some(why),
            },
        }
    }
    finish(current, &mut problem);
    match problem {
        Some(why) if entities.is_empty() => Err(why),
        _ => Ok(entities),
    }
}

/// All blocks of a text, of which there may be several. Go: loadArmoredKeyRing.
fn of_text(text: &[u8]) -> Said<Vec<Entity>> {
    let (mut entities, mut rest) = (Vec::new(), text);
    while let Some((block, behind)) = armor::next(rest) {
        if !matches!(block.kind.as_str(), "PGP PUBLIC KEY BLOCK" | "PGP PRIVATE KEY BLOCK") {
            return Err(format!("expected a public or private key block, got {:?}", block.kind));
        }
        entities.extend(of_packets(&block.body?)?);
        rest = behind;
    }
    if entities.is_empty() { Err("no keys found".to_owned()) } else { Ok(entities) }
}

fn is_keybox(data: &[u8]) -> bool {
    data.get(4) == Some(&1) && data.get(8..12) == Some(b"KBXf")
}

/// The keys of GnuPG's file of blobs. Go: keyboxPublicKeys.
///
/// A blob begins with its length (4 bytes), its kind (2 is OpenPGP), a version, flags (2 bytes), and where the keys
/// stand in it and how many bytes they have (4 bytes each).
fn of_keybox(data: &[u8]) -> Said<Vec<Entity>> {
    const OPEN_PGP: u8 = 2;
    const EPHEMERAL: u16 = 2;
    let (mut keys, mut rest) = (Vec::new(), data);
    while !rest.is_empty() {
        let at = data.len() - rest.len();
        let broken = || format!("the blob at offset {at} is broken");
        let length = number(rest, 0).filter(|length| *length >= 5).ok_or_else(broken)?;
        let (blob, behind) = rest.split_at_checked(length).ok_or_else(broken)?;
        rest = behind;
        if blob[4] != OPEN_PGP {
            continue;
        }
        let flags = blob.get(6..8).map(|bytes| u16::from_be_bytes([bytes[0], bytes[1]])).ok_or_else(broken)?;
        let (start, length) = number(blob, 8).zip(number(blob, 12)).ok_or_else(broken)?;
        let key = start.checked_add(length).and_then(|end| blob.get(start..end)).ok_or_else(broken)?;
        if flags & EPHEMERAL == 0 {
            keys.extend_from_slice(key);
        }
    }
    if keys.is_empty() {
        return Err("keybox contains no OpenPGP keys".to_owned());
    }
    of_packets(&keys)
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..)?.first_chunk::<4>()?;
    usize::try_from(u32::from_be_bytes(*bytes)).ok()
}
