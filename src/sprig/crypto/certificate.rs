//! Making certificates, as sprig has Go make them.
//!
//! **Invariant:** the bytes are those of x509.CreateCertificate of Go 1.26 for sprig's template: order and form of
//! the extensions, kinds of strings and times, and the key id, which is a shortened SHA-256.

use std::net::IpAddr;

use sha2::{Digest, Sha256};

use super::der;
use super::keys::{Chance, PrivateKey, PublicKey};

/// What a certificate is to say.
pub struct Template {
    /// As it is encoded.
    pub subject: Vec<u8>,
    pub ips: Vec<IpAddr>,
    pub dns_names: Vec<Vec<u8>>,
    /// Seconds since 1970.
    pub not_before: i64,
    pub not_after: i64,
    pub serial: [u8; 16],
    pub is_ca: bool,
}

/// The certificate that signs another one.
pub struct Issuer {
    /// As it is encoded.
    pub subject: Vec<u8>,
    /// As it is encoded; none where its algorithm is not known.
    pub public_key: Option<Vec<u8>>,
    pub key_id: Vec<u8>,
}

/// The certificate of the owner of a public key. Without an issuer it is signed by its own subject.
///
/// Go: x509.CreateCertificate
pub fn create(
    template: &Template,
    owner: &PrivateKey,
    issuer: Option<&Issuer>,
    signer: &PrivateKey,
    chance: &mut Chance,
) -> Result<Vec<u8>, String> {
    let algorithm = signer.signature_algorithm()?;
    let public = owner.public()?;
    if let Some(expected) = issuer.and_then(|issuer| issuer.public_key.as_ref())
        && signer.public()?.to_der() != *expected
    {
        return Err("x509: provided PrivateKey doesn't match parent's PublicKey".into());
    }
    let issuer_name = issuer.map_or(&template.subject, |issuer| &issuer.subject);
    let issuer_id = issuer.filter(|issuer| issuer.subject != template.subject).map(|issuer| issuer.key_id.as_slice());
    let extensions = extensions(template, &public, issuer_id.unwrap_or_default())?;
    let signed = der::sequence(&[
        &der::element(der::nested_field(0), &[&der::integer(&[2])]),
        &der::integer(&template.serial),
        &algorithm,
        issuer_name,
        &der::sequence(&[&time(template.not_before), &time(template.not_after)]),
        &template.subject,
        &public.to_der(),
        &der::element(der::nested_field(3), &[&extensions]),
    ]);
    let signature = signer.sign(&signed, chance)?;
    Ok(der::sequence(&[&signed, &algorithm, &der::bit_string(&signature)]))
}

/// A name that is only a common name. Go: pkix.Name.ToRDNSequence
pub fn subject(common_name: &[u8]) -> Result<Vec<u8>, String> {
    if common_name.is_empty() {
        return Ok(der::sequence(&[]));
    }
    let is_printable = |byte: &u8| byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(byte);
    let kind = match common_name.iter().all(is_printable) {
        true => der::PRINTABLE_STRING,
        false if std::str::from_utf8(common_name).is_err() => return Err("asn1: string not valid UTF-8".into()),
        false => der::UTF8_STRING,
    };
    let attribute = der::sequence(&[&der::object_id(COMMON_NAME), &der::element(kind, &[common_name])]);
    Ok(der::sequence(&[&der::element(der::SET, &[&attribute])]))
}

const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1d, 0x0e];
const AUTHORITY_KEY_ID: &[u8] = &[0x55, 0x1d, 0x23];
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];
const SERVER_AUTH: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
const CLIENT_AUTH: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02];

/// Digital signature and key encipherment, for a CA the signing of certificates too; with the unused bits in front.
const USAGE: &[u8] = &[5, 0xa0];
const USAGE_OF_A_CA: &[u8] = &[2, 0xa4];

/// Go: x509.buildCertExtensions
fn extensions(template: &Template, public: &PublicKey, issuer_id: &[u8]) -> Result<Vec<u8>, String> {
    let usage = if template.is_ca { USAGE_OF_A_CA } else { USAGE };
    let is_ca: &[u8] = if template.is_ca { &[der::BOOLEAN, 1, 0xff] } else { &[] };
    let purposes = der::sequence(&[&der::object_id(SERVER_AUTH), &der::object_id(CLIENT_AUTH)]);
    let mut all = vec![
        extension(KEY_USAGE, true, &der::element(der::BIT_STRING, &[usage])),
        extension(EXTENDED_KEY_USAGE, false, &purposes),
        extension(BASIC_CONSTRAINTS, true, &der::sequence(&[is_ca])),
    ];
    if template.is_ca {
        let id = &Sha256::digest(&public.key)[..20];
        all.push(extension(SUBJECT_KEY_ID, false, &der::octet_string(id)));
    }
    if !issuer_id.is_empty() {
        let id = der::sequence(&[&der::element(der::field(0), &[issuer_id])]);
        all.push(extension(AUTHORITY_KEY_ID, false, &id));
    }
    if !template.dns_names.is_empty() || !template.ips.is_empty() {
        let has_no_subject = template.subject == der::sequence(&[]);
        all.push(extension(SUBJECT_ALT_NAME, has_no_subject, &alternate_names(template)?));
    }
    Ok(der::sequence(&all.iter().map(Vec::as_slice).collect::<Vec<_>>()))
}

fn extension(id: &[u8], is_critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if is_critical { &[der::BOOLEAN, 1, 0xff] } else { &[] };
    der::sequence(&[&der::object_id(id), critical, &der::octet_string(value)])
}

/// The names beside the subject, as they are encoded: all that may be wrong with a template. Go: x509.marshalSANs
pub fn alternate_names(template: &Template) -> Result<Vec<u8>, String> {
    if let Some(name) = template.dns_names.iter().find(|name| !name.is_ascii()) {
        return Err(format!("x509: {} cannot be encoded as an IA5String", crate::gotmpl::fmt::quote(name)));
    }
    let mut names: Vec<Vec<u8>> = template.dns_names.iter().map(|name| der::element(der::field(2), &[name])).collect();
    names.extend(template.ips.iter().map(|ip| match ip.to_canonical() {
        IpAddr::V4(ip) => der::element(der::field(7), &[&ip.octets()]),
        IpAddr::V6(ip) => der::element(der::field(7), &[&ip.octets()]),
    }));
    Ok(der::sequence(&names.iter().map(Vec::as_slice).collect::<Vec<_>>()))
}

/// Go: asn1.Marshal of a time: with two figures for the year from 1950 to 2049.
fn time(seconds: i64) -> Vec<u8> {
    let (year, month, day) = date(seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let behind = format!("{month:02}{day:02}{hour:02}{minute:02}{second:02}Z");
    match year {
        1950..2050 => der::element(der::UTC_TIME, &[format!("{:02}", year % 100).as_bytes(), behind.as_bytes()]),
        _ => der::element(der::GENERALIZED_TIME, &[format!("{year:04}").as_bytes(), behind.as_bytes()]),
    }
}

/// Year, month and day of a day since 1970, by counting in eras of 400 years that begin in March.
fn date(day: i64) -> (i64, i64, i64) {
    let shifted = day + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}
