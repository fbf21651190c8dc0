//! Keys, certificates and secrets.
//!
//! **Invariant:** chance and time are the world's, so that with the same world the texts are the same. They are asked
//! for where a function is called, not where what it gives is looked at.
//! **Not here:** checksums, which are in [`super::encoding`], and random texts, in [`super::random`].

mod certificate;
mod curves;
mod der;
mod generate;
mod key_text;
mod keys;
mod montgomery;
mod pem;
mod prime;
mod read_certificate;
mod secrets;
#[cfg(test)]
mod tests;

use std::any::Any;
use std::cell::LazyCell;
use std::net::IpAddr;
use std::rc::Rc;

use super::func;
use crate::base::base64;
use crate::gotmpl::{Call, Fault, Func, IntType, Kind, Object, Str, Type, UintType, Value, World, fmt};
use certificate::{Issuer, Template};
use curves::Curve;
use generate::{RSA_2048, RSA_4096, Stream};
use keys::{Chance, PrivateKey};

const INT: Type = Type::Int(IntType::Int);
const UINT32: Type = Type::Uint(UintType::Uint32);
const CERTIFICATE: Type = Type::Named("sprig.certificate");

pub const FUNCS: &[Func] = &[
    func("bcrypt", &[Type::String], |call| Ok(Value::str(secrets::bcrypt(text(call, 0), &mut call.world.random)))),
    func("htpasswd", &[Type::String, Type::String], htpasswd),
    func("genPrivateKey", &[Type::String], gen_private_key),
    func("derivePassword", &[UINT32, Type::String, Type::String, Type::String, Type::String], derive_password),
    func("buildCustomCert", &[Type::String, Type::String], build_custom_cert),
    func("genCA", &[Type::String, INT], |call| gen_ca(call, new_key)),
    func("genCAWithKey", &[Type::String, INT, Type::String], |call| gen_ca(call, |call| key_of(call, 2))),
    func("genSelfSignedCert", &[Type::String, Type::List, Type::List, INT], |call| gen_self_signed(call, new_key)),
    func("genSelfSignedCertWithKey", &[Type::String, Type::List, Type::List, INT, Type::String], |call| {
        gen_self_signed(call, |call| key_of(call, 4))
    }),
    func("genSignedCert", &[Type::String, Type::List, Type::List, INT, CERTIFICATE], |call| gen_signed(call, new_key)),
    func("genSignedCertWithKey", &[Type::String, Type::List, Type::List, INT, CERTIFICATE, Type::String], |call| {
        gen_signed(call, |call| key_of(call, 5))
    }),
    func("encryptAES", &[Type::String, Type::String], |call| {
        Ok(Value::str(secrets::encrypt(text(call, 0), text(call, 1), &mut call.world.random)))
    }),
    func("decryptAES", &[Type::String, Type::String], |call| {
        Ok(Value::str(secrets::decrypt(text(call, 0), text(call, 1)).map_err(Fault::new)?))
    }),
];

/// A certificate and its key. sprig: certificate
struct Certificate {
    /// Made when they are first looked at, as are the fields: the primes of a new key take a while to find, and many
    /// a chart makes a certificate before it looks whether it was given one, as in `.Values.key | default $ca.Key`.
    texts: Rc<LazyCell<Texts, Box<dyn FnOnce() -> Texts>>>,
    /// Whether it signs itself with a new key: it can sign others without fail, and no other is made for it first.
    is_new_root: bool,
}

/// As PEM.
struct Texts {
    cert: Str,
    key: Str,
}

impl Certificate {
    fn made(texts: Texts) -> Certificate {
        Certificate { texts: Rc::new(LazyCell::new(Box::new(|| texts))), is_new_root: false }
    }
}

impl Object for Certificate {
    fn type_name(&self) -> &'static str {
        CERTIFICATE.name()
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.fields().into_iter().find(|(field, _)| *field == name).map(|(_, value)| value)
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let late = |of: fn(&Texts) -> &Str| {
            let texts = self.texts.clone();
            Value::Str(Str::late(move || of(&texts).key()))
        };
        vec![("Cert", late(|texts| &texts.cert)), ("Key", late(|texts| &texts.key))]
    }

    fn json(&self) -> Option<Value> {
        Some(Value::map(self.fields()))
    }

    fn equals(&self, other: &dyn Object) -> bool {
        let other = other.as_any().downcast_ref::<Certificate>();
        other.is_some_and(|other| *self.texts.cert == *other.texts.cert && *self.texts.key == *other.texts.key)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// An argument that is declared to be a string.
fn text<'c>(call: &Call<'c>, at: usize) -> &'c [u8] {
    call.args.get(at).and_then(Value::as_str).map(|text| &**text).unwrap_or_default()
}

fn htpasswd(call: &mut Call) -> Result<Value, Fault> {
    let (user, password) = (text(call, 0), text(call, 1));
    if user.contains(&b':') {
        return Ok(Value::str([b"invalid username: ", user].concat()));
    }
    let hash = secrets::bcrypt(password, &mut call.world.random);
    Ok(Value::str([user, b":", hash.as_bytes()].concat()))
}

/// sprig: generatePrivateKey
fn gen_private_key(call: &mut Call) -> Result<Value, Fault> {
    let kind = text(call, 0);
    let random = &mut call.world.random;
    let key = match kind {
        b"" | b"rsa" => return Ok(searched(generate::rsa::<RSA_4096>, Stream::new(random))),
        b"dsa" => return Ok(searched(generate::dsa, Stream::new(random))),
        b"ecdsa" => PrivateKey::Ec(Curve::P256, Curve::P256.generate(&mut Chance(random))),
        b"ed25519" => PrivateKey::generate_ed25519(&mut Chance(random)),
        unknown => return Ok(Value::str([b"Unknown type ", unknown].concat())),
    };
    Ok(Value::str(written(&key)))
}

/// The text of a key that takes a search for primes, which begins when somebody looks at it.
fn searched(search: fn(&mut Stream) -> PrivateKey, mut chance: Stream) -> Value {
    Value::Str(Str::late(move || written(&search(&mut chance)).into_bytes().into()))
}

fn written(key: &PrivateKey) -> String {
    key_text::write(key).unwrap_or_else(|e| format!("failed to generate private key: {e}"))
}

fn derive_password(call: &mut Call) -> Result<Value, Fault> {
    let counter = if let Some(Value::Uint(counter, _)) = call.args.first() { *counter as u32 } else { 0 };
    let [kind, password, user, site] = [1, 2, 3, 4].map(|at| text(call, at));
    Ok(Value::str(secrets::derive(counter, kind, password, user, site)))
}

/// Takes both as they are, if they can be read. sprig: buildCustomCertificate
fn build_custom_cert(call: &mut Call) -> Result<Value, Fault> {
    let decoded =
        |at, what| base64::decode(text(call, at)).map_err(|_| Fault::new(format!("unable to decode base64 {what}")));
    let (cert, key) = (decoded(0, "certificate")?, decoded(1, "private key")?);
    let block = pem::decode(&cert).ok_or_else(|| Fault::new("unable to decode certificate"))?;
    read_certificate::read(&block.bytes)
        .map_err(|e| Fault::new(format!("error parsing certificate: decodedCert.Bytes: {e}")))?;
    key_text::parse(&key).map_err(|e| Fault::new(format!("error parsing private key: {e}")))?;
    Ok(Value::object(Certificate::made(Texts { cert: cert.into(), key: key.into() })))
}

/// The key of a certificate that is to be made.
enum Key {
    New,
    Given(PrivateKey),
}

/// A way to come by the key of a certificate.
type KeySource = fn(&mut Call) -> Result<Key, Fault>;

fn new_key(_: &mut Call) -> Result<Key, Fault> {
    Ok(Key::New)
}

fn key_of(call: &mut Call, at: usize) -> Result<Key, Fault> {
    key_text::parse(text(call, at)).map(Key::Given).map_err(|e| Fault::new(format!("parsing private key: {e}")))
}

fn gen_ca(call: &mut Call, key: KeySource) -> Result<Value, Fault> {
    let key = key(call)?;
    let template = template(call.world, text(call, 0), Names::default(), call.int(1))?;
    issue(call.world, Template { is_ca: true, ..template }, key, None)
}

fn gen_self_signed(call: &mut Call, key: KeySource) -> Result<Value, Fault> {
    let key = key(call)?;
    let template = template(call.world, text(call, 0), names(call)?, call.int(3))?;
    issue(call.world, template, key, None)
}

fn gen_signed(call: &mut Call, key: KeySource) -> Result<Value, Fault> {
    let key = key(call)?;
    let authority = call.args.get(4).cloned().unwrap_or(Value::Nil);
    if !is_new_root(&authority) {
        issuer(&authority)?;
    }
    let template = template(call.world, text(call, 0), names(call)?, call.int(3))?;
    issue(call.world, template, key, Some(authority))
}

fn is_new_root(certificate: &Value) -> bool {
    certificate.downcast::<Certificate>().is_some_and(|certificate| certificate.is_new_root)
}

/// What a certificate and its key are for those that it signs.
fn issuer(authority: &Value) -> Result<(Issuer, PrivateKey), Fault> {
    let texts = authority.downcast::<Certificate>().map(|authority| &authority.texts);
    let texts = texts.ok_or_else(|| Fault::new("unable to decode certificate"))?;
    let block = pem::decode(&texts.cert).ok_or_else(|| Fault::new("unable to decode certificate"))?;
    let issuer = read_certificate::read(&block.bytes)
        .map_err(|e| Fault::new(format!("error parsing certificate: decodedSignerCert.Bytes: {e}")))?;
    let signer = key_text::parse(&texts.key).map_err(|e| Fault::new(format!("error parsing private key: {e}")))?;
    Ok((issuer, signer))
}

/// The other names that a certificate is for.
#[derive(Default)]
struct Names {
    ips: Vec<IpAddr>,
    dns: Vec<Vec<u8>>,
}

/// sprig: getNetIPs and getAlternateDNSStrs
fn names(call: &Call) -> Result<Names, Fault> {
    let items =
        |at: usize| call.args.get(at).and_then(Value::as_list).map(|list| list.items().clone()).unwrap_or_default();
    let not_text = |what: &str, value: &Value| Fault::new(format!("{what}: {} is not a string", fmt::shown(value)));
    let mut names = Names::default();
    for item in items(1) {
        let text = item.as_str().ok_or_else(|| not_text("error parsing ip", &item))?.to_text();
        names.ips.push(text.parse().map_err(|_| Fault::new(format!("error parsing ip: {text}")))?);
    }
    for item in items(2) {
        let text = item.as_str().ok_or_else(|| not_text("error processing alternate dns name", &item))?;
        names.dns.push(text.to_vec());
    }
    Ok(names)
}

/// sprig: getBaseCertTemplate
fn template(world: &mut World, common_name: &[u8], names: Names, days: i64) -> Result<Template, Fault> {
    let mut serial = [0; 16];
    (world.random)(&mut serial);
    let (seconds, nanoseconds) = (world.now)();
    // Go: the nanoseconds of a duration wrap around, after some 292 years.
    let valid = days.wrapping_mul(24 * 3600 * 1_000_000_000);
    let end = i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds) + i128::from(valid);
    Ok(Template {
        subject: certificate::subject(common_name).map_err(cannot_create)?,
        ips: names.ips,
        dns_names: names.dns,
        not_before: seconds,
        not_after: end.div_euclid(1_000_000_000) as i64,
        serial,
        is_ca: false,
    })
}

/// Makes a certificate: at once where a key that was given may be unfit for it, or where others are to be made first,
/// which is a chain of any length.
fn issue(world: &mut World, template: Template, key: Key, authority: Option<Value>) -> Result<Value, Fault> {
    let mut chance = Stream::new(&mut world.random);
    if matches!(key, Key::Given(_)) || !authority.iter().all(is_new_root) {
        return Ok(Value::object(Certificate::made(make(&template, key, authority, &mut chance)?)));
    }
    certificate::alternate_names(&template).map_err(cannot_create)?;
    let is_new_root = authority.is_none();
    let make = move || make(&template, key, authority, &mut chance).expect("new keys sign, and the names are good");
    Ok(Value::object(Certificate { texts: Rc::new(LazyCell::new(Box::new(make))), is_new_root }))
}

/// sprig: getCertAndKey
fn make(template: &Template, key: Key, authority: Option<Value>, chance: &mut Stream) -> Result<Texts, Fault> {
    let key = match key {
        Key::New => generate::rsa::<RSA_2048>(chance),
        Key::Given(key) => key,
    };
    let issuer = authority.as_ref().map(issuer).transpose()?;
    let (issuer, signer) = issuer.as_ref().map_or((None, &key), |(issuer, signer)| (Some(issuer), signer));
    let mut chance = |bytes: &mut [u8]| chance.fill(bytes);
    let cert = certificate::create(template, &key, issuer, signer, &mut Chance(&mut chance)).map_err(cannot_create)?;
    let key = key_text::write(&key).map_err(|e| Fault::new(format!("error pem-encoding key: {e}")))?;
    Ok(Texts { cert: pem::encode("CERTIFICATE", &cert).into(), key: key.into() })
}

fn cannot_create(problem: String) -> Fault {
    Fault::new(format!("error creating certificate: {problem}"))
}
