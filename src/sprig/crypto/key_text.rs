//! Private keys as text: PEM around PKCS #1, SEC 1, PKCS #8, and OpenSSL's way with DSA.
//!
//! **Invariant:** what Go accepts is accepted, but for RSA keys of more than 16,384 bits.
//! **Not here:** encrypted keys, which sprig does not read.

use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use rsa::{BigUint, RsaPrivateKey};

use super::curves::Curve;
use super::der::{self, Reader};
use super::keys::{Dsa, PrivateKey, object_ids};
use super::pem;

/// sprig: parsePrivateKeyPEM
pub fn parse(text: &[u8]) -> Result<PrivateKey, String> {
    let block = pem::decode(text).ok_or("no PEM data in input")?;
    if block.label == "PRIVATE KEY" {
        return pkcs8(&block.bytes).map_err(|e| format!("decoding PEM as PKCS#8: {e}"));
    }
    let label = &block.label;
    let Some(kind) = label.strip_suffix(" PRIVATE KEY") else {
        return Err(format!("no private key data in PEM block of type {label}"));
    };
    let key = match kind {
        "RSA" => pkcs1(&block.bytes),
        "EC" => sec1(&block.bytes, None),
        "DSA" => dsa(&block.bytes),
        _ => return Err(format!("invalid private key type {label}")),
    };
    key.map_err(|e| format!("parsing {kind} private key from PEM: {e}"))
}

/// sprig: pemBlockForKey
pub fn write(key: &PrivateKey) -> Result<String, String> {
    let numbers = |numbers: &[&[u8]]| {
        let fields: Vec<Vec<u8>> = numbers.iter().map(|number| der::integer(number)).collect();
        der::sequence(&fields.iter().map(Vec::as_slice).collect::<Vec<_>>())
    };
    Ok(match key {
        PrivateKey::Rsa(key) => pem::encode("RSA PRIVATE KEY", &pkcs1_bytes(key).ok_or("unusual RSA key")?),
        PrivateKey::Dsa(Dsa { p, q, g, y, x }) => pem::encode("DSA PRIVATE KEY", &numbers(&[&[0], p, q, g, y, x])),
        PrivateKey::Ec(curve, bytes) => {
            let id = der::object_id(curve.object_id());
            let point = der::bit_string(&key.public()?.key);
            let fields = [der::element(der::nested_field(0), &[&id]), der::element(der::nested_field(1), &[&point])];
            let content = [&der::integer(&[1]), &der::octet_string(bytes), &fields[0], &fields[1]];
            pem::encode("EC PRIVATE KEY", &der::sequence(&content.map(Vec::as_slice)))
        }
        PrivateKey::Ed25519(bytes) => pem::encode("PRIVATE KEY", &pkcs8_bytes(object_ids::ED25519, bytes)),
        PrivateKey::X25519 => return Err("an X25519 key signs nothing".into()),
    })
}

/// Go: x509.MarshalPKCS1PrivateKey
fn pkcs1_bytes(key: &RsaPrivateKey) -> Option<Vec<u8>> {
    let (inverse, more) = (key.crt_coefficient()?, key.primes().get(2..)?);
    let numbers = [
        &BigUint::from(u8::from(!more.is_empty())),
        key.n(),
        key.e(),
        key.d(),
        key.primes().first()?,
        key.primes().get(1)?,
        key.dp()?,
        key.dq()?,
        &inverse,
    ];
    let mut fields = integers(&numbers);
    if !more.is_empty() {
        let (one, two) = (BigUint::from(1u8), BigUint::from(2u8));
        let mut before = key.primes().iter().take(2).product::<BigUint>();
        let mut list = Vec::new();
        for prime in more {
            // By Fermat, the inverse of what is in front of the prime.
            let coefficient = before.modpow(&(prime - &two), prime);
            list.extend(der::sequence(&[&integers(&[prime, &(key.d() % (prime - &one)), &coefficient])]));
            before *= prime;
        }
        fields.extend(der::sequence(&[&list]));
    }
    Some(der::sequence(&[&fields]))
}

fn integers(numbers: &[&BigUint]) -> Vec<u8> {
    numbers.iter().flat_map(|number| der::integer(&number.to_bytes_be())).collect()
}

/// Go: x509.MarshalPKCS8PrivateKey
fn pkcs8_bytes(id: &[u8], key: &[u8]) -> Vec<u8> {
    let algorithm = der::sequence(&[&der::object_id(id)]);
    der::sequence(&[&der::integer(&[]), &algorithm, &der::octet_string(&der::octet_string(key))])
}

struct Pkcs1<'a> {
    version: &'a [u8],
    /// Modulus, public exponent, private exponent and two primes.
    numbers: [&'a [u8]; 5],
    /// What can be computed from them, if it is there: two exponents and a coefficient.
    computed: [Option<&'a [u8]>; 3],
    /// Further primes.
    more: Vec<&'a [u8]>,
    behind: Reader<'a>,
}

struct Sec1<'a> {
    version: &'a [u8],
    key: &'a [u8],
    curve: Option<&'a [u8]>,
}

struct Pkcs8<'a> {
    algorithm: &'a [u8],
    parameters: &'a [u8],
    key: &'a [u8],
}

impl<'a> Pkcs1<'a> {
    fn read(bytes: &'a [u8]) -> Option<Pkcs1<'a>> {
        let mut behind = Reader(bytes);
        let mut fields = behind.nested(der::SEQUENCE)?;
        let version = fields.integer()?;
        let mut number = || fields.integer();
        let numbers = [number()?, number()?, number()?, number()?, number()?];
        let mut computed = [None; 3];
        for place in &mut computed {
            if fields.next_is(der::INTEGER) {
                *place = Some(fields.integer()?);
            }
        }
        let mut more = Vec::new();
        if let Some(mut list) = fields.optional(der::SEQUENCE)? {
            while !list.is_empty() {
                let mut fields = list.nested(der::SEQUENCE)?;
                let (prime, _, _) = (fields.integer()?, fields.integer()?, fields.integer()?);
                more.push(prime);
            }
        }
        Some(Pkcs1 { version, numbers, computed, more, behind })
    }
}

impl<'a> Sec1<'a> {
    fn read(bytes: &'a [u8]) -> Option<Sec1<'a>> {
        let mut fields = Reader(bytes).nested(der::SEQUENCE)?;
        let (version, key) = (fields.integer()?, fields.content(der::OCTET_STRING)?);
        let curve = match fields.optional(der::nested_field(0))? {
            Some(mut curve) => Some(curve.object_id()?),
            None => None,
        };
        if let Some(mut public) = fields.optional(der::nested_field(1))? {
            public.bit_string()?;
        }
        Some(Sec1 { version, key, curve })
    }
}

impl<'a> Pkcs8<'a> {
    fn read(bytes: &'a [u8]) -> Option<Pkcs8<'a>> {
        let mut fields = Reader(bytes).nested(der::SEQUENCE)?;
        fields.integer()?;
        let mut algorithm = fields.nested(der::SEQUENCE)?;
        let (id, key) = (algorithm.object_id()?, fields.content(der::OCTET_STRING)?);
        let parameters = if algorithm.is_empty() { algorithm.0 } else { algorithm.any()?.whole };
        Some(Pkcs8 { algorithm: id, parameters, key })
    }
}

/// The largest RSA key that is computed with.
const MOST_BITS: usize = 16_384;

const NOT_A_KEY: &str = "asn1: structure error: not the parts of a private key";

/// What is wrong with bytes that are not of the format that was asked for.
fn wrong_format(bytes: &[u8], asked: &str) -> Option<String> {
    let formats = [
        ("ParseECPrivateKey", Sec1::read(bytes).is_some()),
        ("ParsePKCS8PrivateKey", Pkcs8::read(bytes).is_some()),
        ("ParsePKCS1PrivateKey", Pkcs1::read(bytes).is_some()),
    ];
    let (right, _) = formats.iter().find(|(name, fits)| *fits && *name != asked)?;
    Some(format!("x509: failed to parse private key (use {right} instead for this key format)"))
}

/// Go: x509.ParsePKCS1PrivateKey
fn pkcs1(bytes: &[u8]) -> Result<PrivateKey, String> {
    let Some(key) = Pkcs1::read(bytes) else {
        return Err(wrong_format(bytes, "ParsePKCS1PrivateKey").unwrap_or(NOT_A_KEY.into()));
    };
    if !key.behind.is_empty() {
        return Err("asn1: syntax error: trailing data".into());
    }
    if key.version > &[1][..] && key.version[0] < 0x80 {
        return Err("x509: unsupported private key version".into());
    }
    let is_positive = |number: &&[u8]| number[0] < 0x80 && **number != [0];
    if !key.numbers.iter().chain(key.computed.iter().flatten()).all(is_positive) {
        return Err("x509: private key contains zero or negative value".into());
    }
    if !key.more.iter().all(is_positive) {
        return Err("x509: private key contains zero or negative prime".into());
    }
    let [n, e, d, p, q] = key.numbers.map(BigUint::from_bytes_be);
    let mut primes = vec![p, q];
    primes.extend(key.more.iter().map(|prime| BigUint::from_bytes_be(prime)));
    // The primes may be larger than the modulus says.
    let bits: usize = primes.iter().map(BigUint::bits).sum();
    if n.bits().max(bits) > MOST_BITS {
        return Err(format!("crypto/rsa: keys of more than {MOST_BITS} bits are not supported"));
    }
    if primes.iter().product::<BigUint>() != n {
        return Err("crypto/rsa: p * q != n".into());
    }
    let read = RsaPrivateKey::from_components(n, e, d, primes).map_err(|e| format!("crypto/rsa: {e}"))?;
    let computed = [read.dp().cloned(), read.dq().cloned(), read.crt_coefficient()];
    let agrees = |(given, right): (&Option<&[u8]>, &Option<BigUint>)| match (given, right) {
        (Some(given), Some(right)) => BigUint::from_bytes_be(given) == *right,
        (None, _) => true,
        (_, None) => false,
    };
    match key.computed.iter().zip(&computed).position(|pair| !agrees(pair)) {
        None => Ok(PrivateKey::Rsa(Box::new(read))),
        Some(2) => Err("crypto/rsa: invalid CRT coefficient".into()),
        Some(_) => Err("crypto/rsa: invalid CRT exponent".into()),
    }
}

/// Go: x509.parseECPrivateKey
fn sec1(bytes: &[u8], curve: Option<&[u8]>) -> Result<PrivateKey, String> {
    let Some(read) = Sec1::read(bytes) else {
        let wrong = wrong_format(bytes, "ParseECPrivateKey");
        return Err(wrong.unwrap_or_else(|| format!("x509: failed to parse EC private key: {NOT_A_KEY}")));
    };
    if *read.version != [1] {
        let version = read.version.iter().fold(0i64, |version, byte| version << 8 | i64::from(*byte));
        return Err(format!("x509: unknown EC private key version {version}"));
    }
    let curve = curve.or(read.curve).and_then(Curve::of_object_id).ok_or("x509: unknown elliptic curve")?;
    // Go: zeros in front may be too many, or missing.
    let key = der::without_zeros(read.key);
    if key.len() > curve.size() {
        return Err("x509: invalid private key length".into());
    }
    let mut padded = vec![0; curve.size() - key.len()];
    padded.extend(key);
    match curve.public(&padded) {
        Some(_) => Ok(PrivateKey::Ec(curve, padded)),
        None => Err("ecdsa: private key scalar is zero or too large".into()),
    }
}

/// Go: x509.ParsePKCS8PrivateKey
fn pkcs8(bytes: &[u8]) -> Result<PrivateKey, String> {
    let Some(read) = Pkcs8::read(bytes) else {
        return Err(wrong_format(bytes, "ParsePKCS8PrivateKey").unwrap_or(NOT_A_KEY.into()));
    };
    let embedded = |kind: &str, e: String| format!("x509: failed to parse {kind} private key embedded in PKCS#8: {e}");
    match read.algorithm {
        object_ids::RSA => pkcs1(read.key).map_err(|e| embedded("RSA", e)),
        object_ids::EC => sec1(read.key, Reader(read.parameters).object_id()).map_err(|e| embedded("EC", e)),
        object_ids::ED25519 => bytes_of_curve_25519(&read, "Ed25519").map(PrivateKey::Ed25519),
        object_ids::X25519 => bytes_of_curve_25519(&read, "X25519").map(|_| PrivateKey::X25519),
        unknown => {
            Err(format!("x509: PKCS#8 wrapping contained private key with unknown algorithm: {}", dotted(unknown)))
        }
    }
}

fn bytes_of_curve_25519(read: &Pkcs8, kind: &str) -> Result<[u8; 32], String> {
    if !read.parameters.is_empty() {
        return Err(format!("x509: invalid {kind} private key parameters"));
    }
    let key = Reader(read.key).content(der::OCTET_STRING);
    let key = key.ok_or_else(|| format!("x509: invalid {kind} private key: {NOT_A_KEY}"))?;
    key.try_into().map_err(|_| match kind {
        "X25519" => "crypto/ecdh: invalid private key size".into(),
        _ => format!("x509: invalid {kind} private key length: {}", key.len()),
    })
}

/// As sprig reads what it writes: a version, which may be any, and five numbers.
fn dsa(bytes: &[u8]) -> Result<PrivateKey, String> {
    let read = || {
        let mut fields = Reader(bytes).nested(der::SEQUENCE)?;
        fields.integer()?;
        let mut number = || Some(fields.integer()?.to_vec());
        Some(Dsa { p: number()?, q: number()?, g: number()?, y: number()?, x: number()? })
    };
    read().map(PrivateKey::Dsa).ok_or(NOT_A_KEY.into())
}

/// An object id in figures and dots.
pub fn dotted(id: &[u8]) -> String {
    let mut numbers = Vec::new();
    let mut number = 0u128;
    for byte in id {
        number = number.wrapping_shl(7) | u128::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            match numbers.is_empty() {
                true => numbers.extend([number.min(80) / 40, number - number.min(80) / 40 * 40]),
                false => numbers.push(number),
            }
            number = 0;
        }
    }
    numbers.iter().map(u128::to_string).collect::<Vec<_>>().join(".")
}
