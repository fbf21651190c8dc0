//! Reading certificates, as far as signing others with them, or being told that they are none, takes.
//!
//! **Invariant:** what Go's x509.ParseCertificate rejects for its structure is rejected with Go's text.
//! **Not here:** extensions that nothing depends on, such as name constraints and policies.

use rsa::BigUint;

use super::certificate::Issuer;
use super::curves::Curve;
use super::der::{self, Reader};
use super::keys::{PublicKey, object_ids};

/// Go: x509.ParseCertificate
pub fn read(bytes: &[u8]) -> Result<Issuer, &'static str> {
    let mut all = Reader(bytes);
    let mut certificate = all.nested(der::SEQUENCE).ok_or("x509: malformed certificate")?;
    let mut signed = certificate.nested(der::SEQUENCE).ok_or("x509: malformed tbs certificate")?;
    let version = version(&mut signed)?;
    let serial = signed.integer().ok_or("x509: malformed serial number")?;
    if serial[0] >= 0x80 {
        return Err("x509: negative serial number");
    }
    let inner = signed.content(der::SEQUENCE).ok_or("x509: malformed signature algorithm identifier")?;
    let outer = certificate.content(der::SEQUENCE).ok_or("x509: malformed algorithm identifier")?;
    if inner != outer {
        return Err("x509: inner and outer signature algorithm identifiers don't match");
    }
    algorithm(Reader(inner))?;
    name(&mut signed)?;
    validity(signed.nested(der::SEQUENCE).ok_or("x509: malformed validity")?)?;
    let subject = name(&mut signed)?;
    let public_key = public_key(signed.nested(der::SEQUENCE).ok_or("x509: malformed spki")?)?;
    let mut key_id = Vec::new();
    if version > 1 {
        signed.optional(der::field(1)).ok_or("x509: malformed issuerUniqueID")?;
        signed.optional(der::field(2)).ok_or("x509: malformed subjectUniqueID")?;
    }
    if version == 3
        && let Some(extensions) = signed.optional(der::nested_field(3)).ok_or("x509: malformed extensions")?
    {
        key_id = read_extensions(extensions)?;
    }
    certificate.bit_string().ok_or("x509: malformed signature")?;
    match all.is_empty() {
        true => Ok(Issuer { subject: subject.to_vec(), public_key, key_id }),
        false => Err("x509: trailing data"),
    }
}

/// From 1 to 3.
fn version(signed: &mut Reader) -> Result<u8, &'static str> {
    let malformed = "x509: malformed version";
    let Some(mut field) = signed.optional(der::nested_field(0)).ok_or(malformed)? else { return Ok(1) };
    match field.integer().filter(|_| field.is_empty()).ok_or(malformed)? {
        [0x80..=0xff, ..] => Err(malformed),
        [version @ 0..3] => Ok(version + 1),
        _ => Err("x509: invalid version"),
    }
}

/// The object id and the parameters, which may be missing.
fn algorithm<'a>(mut fields: Reader<'a>) -> Result<(&'a [u8], &'a [u8]), &'static str> {
    let id = fields.object_id().ok_or("x509: malformed OID")?;
    let parameters = match fields.is_empty() {
        true => fields.0,
        false => fields.any().ok_or("x509: malformed parameters")?.whole,
    };
    Ok((id, parameters))
}

/// A name, as it is encoded.
fn name<'a>(fields: &mut Reader<'a>) -> Result<&'a [u8], &'static str> {
    let whole = fields.whole(der::SEQUENCE).ok_or("x509: malformed issuer")?;
    let mut parts = Reader(whole).nested(der::SEQUENCE).ok_or("x509: invalid RDNSequence")?;
    while !parts.is_empty() {
        let mut set = parts.nested(der::SET).ok_or("x509: invalid RDNSequence")?;
        while !set.is_empty() {
            let mut attribute = set.nested(der::SEQUENCE).ok_or("x509: invalid RDNSequence: invalid attribute")?;
            attribute.object_id().ok_or("x509: invalid RDNSequence: invalid attribute type")?;
            let value = attribute.any().ok_or("x509: invalid RDNSequence: invalid attribute value")?;
            string(value.tag, value.content)?;
        }
    }
    Ok(whole)
}

/// Go: x509.parseASN1String
fn string(tag: u8, content: &[u8]) -> Result<(), &'static str> {
    let is_printable = |byte: &u8| byte.is_ascii_alphanumeric() || b" '()+,-./:=?*&".contains(byte);
    let is_reserved = |point: u16| matches!(point, 0xfffe | 0xffff | 0xfdd0..=0xfdef | 0xd800..=0xdfff);
    let mut points = content.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    let (is_valid, problem) = match tag {
        der::T61_STRING => (true, ""),
        der::PRINTABLE_STRING => (
            content.iter().all(is_printable),
            "x509: invalid RDNSequence: invalid attribute value: invalid PrintableString",
        ),
        der::UTF8_STRING => (
            std::str::from_utf8(content).is_ok(),
            "x509: invalid RDNSequence: invalid attribute value: invalid UTF-8 string",
        ),
        der::BMP_STRING => (
            content.len().is_multiple_of(2) && !points.any(is_reserved),
            "x509: invalid RDNSequence: invalid attribute value: invalid BMPString",
        ),
        der::IA5_STRING => {
            (content.is_ascii(), "x509: invalid RDNSequence: invalid attribute value: invalid IA5String")
        }
        der::NUMERIC_STRING => (
            content.iter().all(|byte| byte.is_ascii_digit() || *byte == b' '),
            "x509: invalid RDNSequence: invalid attribute value: invalid NumericString",
        ),
        _ => (false, "x509: invalid RDNSequence: invalid attribute value: unsupported string type"),
    };
    if is_valid { Ok(()) } else { Err(problem) }
}

fn validity(mut fields: Reader) -> Result<(), &'static str> {
    for _ in 0..2 {
        let (figures, problem) = match fields.0.first() {
            Some(&der::UTC_TIME) => (10..=12, "x509: malformed UTCTime"),
            Some(&der::GENERALIZED_TIME) => (14..=14, "x509: malformed GeneralizedTime"),
            _ => return Err("x509: unsupported time format"),
        };
        let text = fields.any().ok_or(problem)?.content;
        let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let zone = &text[length..];
        let has_zone = zone == b"Z" || (zone.len() == 5 && matches!(zone[0], b'+' | b'-'));
        if !figures.contains(&length) || !has_zone || !is_date(&text[..length]) {
            return Err(problem);
        }
    }
    Ok(())
}

/// Whether month, day, hour, minute and second, which may be missing, are in their bounds; the year is in front.
fn is_date(figures: &[u8]) -> bool {
    let year = if figures.len() > 12 { 4 } else { 2 };
    let bounds = [1..=12, 1..=31, 0..=23, 0..=59, 0..=59];
    figures[year..]
        .chunks_exact(2)
        .zip(bounds)
        .all(|(pair, bounds)| bounds.contains(&((pair[0] - b'0') * 10 + pair[1] - b'0')))
}

/// The public key as it would be written anew; none where the algorithm is not known. Go: x509.parsePublicKey
fn public_key(mut fields: Reader) -> Result<Option<Vec<u8>>, &'static str> {
    let malformed = "x509: malformed public key algorithm identifier";
    let (id, parameters) = algorithm(fields.nested(der::SEQUENCE).ok_or(malformed)?)?;
    let key = fields.bit_string().ok_or("x509: malformed subjectPublicKey")?;
    let key = match id {
        object_ids::RSA => rsa(parameters, &key)?,
        object_ids::EC => {
            let id = Reader(parameters).object_id().ok_or("x509: invalid ECDSA parameters")?;
            let curve = Curve::of_object_id(id).ok_or("x509: unsupported elliptic curve")?;
            if !curve.has(&key) {
                return Err("crypto/ecdsa: invalid uncompressed public key");
            }
            PublicKey::ec(curve, key)
        }
        object_ids::ED25519 if !parameters.is_empty() => {
            return Err("x509: Ed25519 key encoded with illegal parameters");
        }
        object_ids::ED25519 if key.len() != 32 => return Err("x509: wrong Ed25519 public key size"),
        object_ids::X25519 if !parameters.is_empty() => {
            return Err("x509: X25519 key encoded with illegal parameters");
        }
        object_ids::X25519 if key.len() != 32 => return Err("crypto/ecdh: invalid public key"),
        object_ids::ED25519 | object_ids::X25519 | object_ids::DSA => PublicKey::plain(id, &key),
        _ => return Ok(None),
    };
    Ok(Some(key.to_der()))
}

fn rsa(parameters: &[u8], key: &[u8]) -> Result<PublicKey, &'static str> {
    if parameters != der::NULL {
        return Err("x509: RSA key missing NULL parameters");
    }
    let mut numbers = Reader(key).nested(der::SEQUENCE).ok_or("x509: invalid RSA public key")?;
    let n = numbers.integer().ok_or("x509: invalid RSA modulus")?;
    let e = numbers.integer().filter(|e| e.len() <= 8).ok_or("x509: invalid RSA public exponent")?;
    let is_positive = |number: &[u8]| number[0] < 0x80 && number != [0];
    if !is_positive(n) {
        return Err("x509: RSA modulus is not a positive number");
    }
    if !is_positive(e) {
        return Err("x509: RSA public exponent is not a positive number");
    }
    Ok(PublicKey::rsa(&BigUint::from_bytes_be(n), &BigUint::from_bytes_be(e)))
}

/// The key id of the subject, or nothing. Go: x509.processExtensions
fn read_extensions(mut field: Reader) -> Result<Vec<u8>, &'static str> {
    let mut list = field.nested(der::SEQUENCE).ok_or("x509: malformed extensions")?;
    let (mut seen, mut key_id) = (std::collections::BTreeSet::new(), Vec::new());
    let mut values = Vec::new();
    while !list.is_empty() {
        let mut fields = list.nested(der::SEQUENCE).ok_or("x509: malformed extension")?;
        let id = fields.object_id().ok_or("x509: malformed extension OID field")?;
        let is_critical = match fields.next_is(der::BOOLEAN) {
            true => fields.boolean().ok_or("x509: malformed extension critical field")?,
            false => false,
        };
        let value = fields.nested(der::OCTET_STRING).ok_or("x509: malformed extension value field")?;
        if !seen.insert(id) {
            return Err("x509: certificate contains duplicate extension");
        }
        values.push((id, is_critical, value));
    }
    for (id, is_critical, mut value) in values {
        match id {
            [0x55, 0x1d, 14] if is_critical => {
                return Err("x509: subject key identifier incorrectly marked critical");
            }
            [0x55, 0x1d, 14] => {
                key_id = value.content(der::OCTET_STRING).ok_or("x509: invalid subject key identifier")?.to_vec();
            }
            [0x55, 0x1d, 15] => _ = value.bit_string().ok_or("x509: invalid key usage")?,
            [0x55, 0x1d, 17] => alternate_names(value)?,
            [0x55, 0x1d, 19] => basic_constraints(value).ok_or("x509: invalid basic constraints")?,
            [0x55, 0x1d, 35] if is_critical => {
                return Err("x509: authority key identifier incorrectly marked critical");
            }
            [0x55, 0x1d, 35] => _ = value.nested(der::SEQUENCE).ok_or("x509: invalid authority key identifier")?,
            [0x55, 0x1d, 37] => {
                let mut usages = value.nested(der::SEQUENCE).ok_or("x509: invalid extended key usages")?;
                while !usages.is_empty() {
                    usages.object_id().ok_or("x509: invalid extended key usages")?;
                }
            }
            _ => {}
        }
    }
    Ok(key_id)
}

fn basic_constraints(mut value: Reader) -> Option<()> {
    let mut fields = value.nested(der::SEQUENCE)?;
    if fields.next_is(der::BOOLEAN) {
        fields.boolean()?;
    }
    if fields.next_is(der::INTEGER) {
        fields.integer().filter(|length| length[0] < 0x80 && length.len() <= 8)?;
    }
    Some(())
}

/// Go: x509.parseSANExtension
fn alternate_names(mut value: Reader) -> Result<(), &'static str> {
    const MAIL: u8 = der::field(1);
    const DNS: u8 = der::field(2);
    const URI: u8 = der::field(6);
    const IP: u8 = der::field(7);
    let mut names = value.nested(der::SEQUENCE).ok_or("x509: invalid subject alternative names")?;
    while !names.is_empty() {
        let name = names.any().ok_or("x509: invalid subject alternative name")?;
        match (name.tag, name.content.is_ascii()) {
            (MAIL, false) => return Err("x509: SAN rfc822Name is malformed"),
            (DNS, false) => return Err("x509: SAN dNSName is malformed"),
            (URI, false) => return Err("x509: SAN uniformResourceIdentifier is malformed"),
            (IP, _) if ![4, 16].contains(&name.content.len()) => return Err("x509: cannot parse IP address"),
            _ => {}
        }
    }
    Ok(())
}
