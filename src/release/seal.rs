//! The keys of a store, and what is sealed by them.
//!
//! Values of Secrets are sealed to age recipients, so that who records need not be able to read. What tells two
//! values apart is a fingerprint under a key of the store, which is itself sealed to the recipients.
//!
//! A generation of keys is a list of recipients with the store's key; the last one counts. When recipients change,
//! all that is sealed is sealed anew for the next generation before that is there.
//!
//! **Invariant:** nothing here writes a value, a key or an identity in the clear.

use std::io::{Read, Write};

use age::x25519::{Identity, Recipient};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::store::Store;
use crate::base::{Diagnostic, Result, base64, hex};

/// Where the generations are.
const KEYS: &str = "keys";

/// Makes random bytes.
pub type Random<'r> = &'r mut dyn FnMut(&mut [u8]);

/// The keys of a store as one who uses it has them.
pub struct Keys {
    pub generation: u64,
    pub recipients: Vec<Recipient>,
    /// Nothing where none of the identities opens it.
    key: Option<[u8; 32]>,
}

#[derive(Serialize, Deserialize)]
struct Generation {
    recipients: Vec<String>,
    /// The store's key, in base64.
    key: String,
}

/// The keys of a store; nothing where it has none.
///
/// Errors: those of the store; a generation that cannot be read.
pub fn keys(store: &dyn Store, identities: &[Identity]) -> Result<Option<Keys>> {
    let Some(name) = store.list(KEYS)?.pop() else { return Ok(None) };
    let broken = || {
        Diagnostic::new("store-damaged", format!("the keys of {} cannot be read", store.name()))
            .help("`kz release verify` names all that is damaged")
    };
    let generation = name.parse().map_err(|_| broken())?;
    let content = store.get(&format!("{KEYS}/{name}"))?.ok_or_else(broken)?;
    let read: Generation = serde_json::from_slice(&content).map_err(|_| broken())?;
    let recipients = read.recipients.iter().map(|text| recipient(text)).collect::<Result<_>>()?;
    let sealed = base64::decode(read.key.as_bytes()).map_err(|_| broken())?;
    let key = open(&sealed, identities).and_then(|key| key.try_into().ok());
    Ok(Some(Keys { generation, recipients, key }))
}

/// The first keys of a store, for these recipients. Of two who make them at once one wins, whose keys are given.
pub fn create(store: &dyn Store, recipients: Vec<Recipient>, identities: &[Identity], random: Random) -> Result<Keys> {
    let mut key = [0; 32];
    random(&mut key);
    if store.put_new(&keys_key(1), &generation(&recipients, &key)?)? {
        return Ok(Keys { generation: 1, recipients, key: Some(key) });
    }
    keys(store, identities)?.ok_or_else(|| Diagnostic::new("store", format!("{} loses what is written", store.name())))
}

/// A generation as it is kept.
fn generation(recipients: &[Recipient], key: &[u8; 32]) -> Result<Vec<u8>> {
    let content = Generation {
        recipients: recipients.iter().map(Recipient::to_string).collect(),
        key: base64::encode(&seal(recipients, key)?),
    };
    serde_json::to_vec_pretty(&content).map_err(|_| trouble())
}

/// What is sealed anew, and the keys under which it was before.
type Carried = (Vec<(String, Vec<u8>)>, Vec<String>);

/// Seals all that is sealed to other recipients: anew, as the next generation, which counts once all of it is
/// there. Then what was sealed before goes away.
///
/// Errors: none of the identities opens what is there; somebody else does the same just now.
pub fn seal_anew(store: &dyn Store, keys: &Keys, recipients: &[Recipient], identities: &[Identity]) -> Result<()> {
    let closed = || {
        Diagnostic::new("store-keys", "only who can open what is sealed can seal it to others")
            .help("name an identity of one of the recipients: `KZ_IDENTITY`")
    };
    let key = keys.key.ok_or_else(closed)?;
    let (old, new) = (keys.generation, keys.generation + 1);
    let carried = || -> Result<Carried> {
        let (mut anew, mut before) = (Vec::new(), Vec::new());
        for generation in 1..=old {
            for pack in store.list(&format!("sealed/{generation:010}"))? {
                let key = sealed_key(generation, &pack);
                let Some(content) = store.get(&key)? else { continue };
                let opened = open(&content, identities).ok_or_else(closed)?;
                anew.push((sealed_key(new, &pack), seal(recipients, &opened)?));
                before.push(key);
            }
        }
        Ok((anew, before))
    };
    let content = generation(recipients, &key)?;
    if !store.put_with(&keys_key(new), &content, &carried()?.0)? {
        return Err(Diagnostic::new("store-keys", "somebody else changes the recipients just now").help("do it again"));
    }
    // With what was recorded while this went on.
    let (anew, mut before) = carried()?;
    store.put_series(&anew, &[])?;
    before.extend((1..=old).map(keys_key));
    store.remove_all(&before)
}

/// Where the keys of a generation are kept.
pub fn keys_key(generation: u64) -> String {
    format!("{KEYS}/{generation:010}")
}

/// Where what is sealed of a pack is kept.
pub fn sealed_key(generation: u64, pack: &str) -> String {
    format!("sealed/{generation:010}/{pack}")
}

impl Keys {
    /// Whether what is sealed can be told apart.
    pub fn is_open(&self) -> bool {
        self.key.is_some()
    }

    /// Whether the key of the store is that of another one; nothing for who cannot open both.
    pub fn has_key_of(&self, other: &Keys) -> Option<bool> {
        Some(self.key? == other.key?)
    }

    /// What tells one value from others, in 32 digits; nothing for who has no key.
    pub fn fingerprint(&self, value: &[u8]) -> Option<String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.as_ref()?).ok()?;
        mac.update(value);
        Some(hex(&mac.finalize().into_bytes()[..16]))
    }

    /// Seals to all recipients.
    pub fn seal(&self, content: &[u8]) -> Result<Vec<u8>> {
        seal(&self.recipients, content)
    }
}

fn seal(recipients: &[Recipient], content: &[u8]) -> Result<Vec<u8>> {
    let recipients = recipients.iter().map(|recipient| recipient as &dyn age::Recipient);
    let encryptor = age::Encryptor::with_recipients(recipients).map_err(|_| {
        Diagnostic::new("store-keys", "the store has no recipients to seal to").help("`kz release keys add age1…`")
    })?;
    let mut sealed = Vec::with_capacity(content.len() + 512);
    let mut writer = encryptor.wrap_output(&mut sealed).map_err(|_| trouble())?;
    writer.write_all(content).map_err(|_| trouble())?;
    writer.finish().map_err(|_| trouble())?;
    Ok(sealed)
}

/// What is sealed, for who has an identity that opens it.
pub fn open(sealed: &[u8], identities: &[Identity]) -> Option<Vec<u8>> {
    let decryptor = age::Decryptor::new_buffered(sealed).ok()?;
    let identities = identities.iter().map(|identity| identity as &dyn age::Identity);
    let mut content = Vec::new();
    decryptor.decrypt(identities).ok()?.read_to_end(&mut content).ok()?;
    Some(content)
}

/// A recipient as people write it: `age1…`.
///
/// Errors: it is none.
pub fn recipient(text: &str) -> Result<Recipient> {
    text.trim().parse().map_err(|_| {
        Diagnostic::new("store-keys", format!("`{}` is no recipient", text.trim()))
            .help("a recipient is what `kz release keys` prints: `age1` and 58 letters and digits")
    })
}

/// The identities of a text as age keeps them in files: a line each, `#` before comments. The text is in no error.
///
/// Errors: a line that is none; no line at all.
pub fn identities(text: &str, name: &str) -> Result<Vec<Identity>> {
    let lines = text.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let wrong = |what: String| {
        Diagnostic::new("store-identity", format!("{name} {what}"))
            .help("an identity is a line `AGE-SECRET-KEY-1…`, as `age-keygen` writes it")
    };
    let found = lines
        .map(|(at, line)| line.parse().map_err(|_| wrong(format!("has no identity in line {}", at + 1))))
        .collect::<Result<Vec<Identity>>>()?;
    if found.is_empty() { Err(wrong("holds no identity".to_owned())) } else { Ok(found) }
}

fn trouble() -> Box<Diagnostic> {
    Diagnostic::new("store-keys", "sealing failed")
}
