//! Secrets from passwords: hashes of bcrypt, passwords for sites, and texts in AES.

use aes::Aes256;
use cbc::cipher::block_padding::{NoPadding, Pkcs7};
use cbc::cipher::{BlockDecryptMut, BlockEncryptMut, KeyIvInit};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::base::base64;

/// A hash of the password, or what is wrong with it, which sprig prints too.
pub fn bcrypt(password: &[u8], random: &mut dyn FnMut(&mut [u8])) -> String {
    if password.len() > 72 {
        return "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes".into();
    }
    let mut salt = [0; 16];
    random(&mut salt);
    match bcrypt::hash_with_salt(password, 10, salt) {
        Ok(hash) => hash.format_for_version(bcrypt::Version::TwoA),
        Err(e) => format!("failed to encrypt string with bcrypt: {e}"),
    }
}

/// The templates of the kinds of passwords of Master Password, version 3.
const TEMPLATES: [(&[u8], &[&str]); 6] = [
    (b"maximum", &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"]),
    (
        b"long",
        &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
    ),
    (b"medium", &["CvcnoCvc", "CvcCvcno"]),
    (b"short", &["Cvcn"]),
    (b"basic", &["aaanaaan", "aannaaan", "aaannaaa"]),
    (b"pin", &["nnnn"]),
];

/// The characters that a letter of a template stands for.
fn characters(letter: u8) -> &'static [u8] {
    match letter {
        b'V' => b"AEIOU",
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

/// The password of a user for a site, by the algorithm of Master Password.
pub fn derive(counter: u32, kind: &[u8], password: &[u8], user: &[u8], site: &[u8]) -> String {
    const SCOPE: &[u8] = b"com.lyndir.masterpassword";
    let Some((_, templates)) = TEMPLATES.iter().find(|(name, _)| *name == kind) else {
        return format!("cannot find password template {}", String::from_utf8_lossy(kind));
    };
    let length = |text: &[u8]| (text.len() as u32).to_be_bytes();
    let salt = [SCOPE, &length(user), user].concat();
    let mut key = [0; 64];
    let parameters = scrypt::Params::new(15, 8, 2, key.len()).expect("the parameters are valid");
    scrypt::scrypt(password, &salt, &parameters, &mut key).expect("the key has the length of the parameters");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key may have any length");
    mac.update(&[SCOPE, &length(site), site, &counter.to_be_bytes()].concat());
    let seed = mac.finalize().into_bytes();
    let template = templates[usize::from(seed[0]) % templates.len()];
    let pick = |(letter, chance): (u8, &u8)| {
        let from = characters(letter);
        char::from(from[usize::from(*chance) % from.len()])
    };
    template.bytes().zip(&seed[1..]).map(pick).collect()
}

/// The password, cut or filled with zeros, is the key; a random vector stands in front.
pub fn encrypt(password: &[u8], text: &[u8], random: &mut dyn FnMut(&mut [u8])) -> String {
    if text.is_empty() {
        return String::new();
    }
    let mut vector = [0; 16];
    random(&mut vector);
    let cipher = cbc::Encryptor::<Aes256>::new(&key_of(password).into(), &vector.into());
    let mut block = [text, &[0; 16]].concat();
    let coded = cipher.encrypt_padded_mut::<Pkcs7>(&mut block, text.len()).expect("there is room for the padding");
    base64::encode(&[&vector, coded].concat())
}

/// Errors are Go's, most of them panics: sprig checks nothing.
pub fn decrypt(password: &[u8], coded: &[u8]) -> Result<Vec<u8>, String> {
    if coded.is_empty() {
        return Ok(Vec::new());
    }
    let bytes = base64::decode(coded).map_err(|at| format!("illegal base64 data at input byte {at}"))?;
    let Some((vector, blocks)) = bytes.split_first_chunk::<16>() else {
        let capacity = coded.len() / 4 * 3;
        return Err(match capacity < 16 {
            true => format!("runtime error: slice bounds out of range [:16] with capacity {capacity}"),
            false => format!("runtime error: slice bounds out of range [16:{}]", bytes.len()),
        });
    };
    let cipher = cbc::Decryptor::<Aes256>::new(&key_of(password).into(), vector.into());
    let mut text = blocks.to_vec();
    if cipher.decrypt_padded_mut::<NoPadding>(&mut text).is_err() {
        return Err("crypto/cipher: input not full blocks".into());
    }
    let Some(&padding) = text.last() else { return Err("runtime error: index out of range [-1]".into()) };
    match text.len().checked_sub(usize::from(padding)) {
        Some(length) => text.truncate(length),
        None => {
            let end = text.len() as i64 - i64::from(padding);
            return Err(format!("runtime error: slice bounds out of range [:{end}]"));
        }
    }
    Ok(text)
}

fn key_of(password: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    password.iter().zip(&mut key).for_each(|(byte, place)| *place = *byte);
    key
}
