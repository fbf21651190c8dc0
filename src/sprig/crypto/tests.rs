//! The certificates and keys in `testdata/crypto` were made by Go 1.26 (`generate.go`); the other expectations
//! are what Helm 4.3.1 printed.

use super::*;
use rsa::BigUint;

const NOW: i64 = 1_795_867_200;

fn file(name: &str) -> Value {
    let path = format!("{}/testdata/crypto/{name}", env!("CARGO_MANIFEST_DIR"));
    Value::str(std::fs::read_to_string(path).unwrap())
}

fn run_in(world: &mut World, name: &str, args: &[Value]) -> Result<Value, String> {
    let func = FUNCS.iter().find(|func| func.name == name).unwrap();
    assert_eq!(func.params.len(), args.len(), "{name}");
    (func.run)(&mut Call { args, world, engine: None }).map_err(|fault| fault.message)
}

fn run(name: &str, args: &[Value]) -> Result<Value, String> {
    run_in(&mut World::fixed(NOW), name, args)
}

fn field(value: &Value, name: &str) -> String {
    let Value::Object(object) = value else { panic!("not a certificate") };
    object.field(name).unwrap().as_str().unwrap().to_text().into_owned()
}

fn expected(name: &str) -> String {
    file(name).as_str().unwrap().to_text().into_owned()
}

fn s(text: &str) -> Value {
    Value::str(text)
}

/// A world whose chance is a sequence without an end, as finding primes needs.
fn chancy() -> World {
    let mut state = 7u64;
    let mut next = move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb)
    };
    World {
        random: Box::new(move |bytes| bytes.iter_mut().for_each(|byte| *byte = (next() >> 56) as u8)),
        ..World::fixed(NOW)
    }
}

#[test]
fn certificates_are_those_of_go() {
    let ips = Value::strings(["10.0.0.1", "::1", "::ffff:1.2.3.4"]);
    let dns = Value::strings(["a.example.com", "", "*.b"]);
    for kind in ["rsa", "ed25519"] {
        let key = file(&format!("{kind}.key"));
        let ca = run("genCAWithKey", &[s("My CA"), Value::int(3650), key.clone()]).unwrap();
        assert_eq!(field(&ca, "Cert"), expected(&format!("{kind}-ca.crt")));
        assert_eq!(field(&ca, "Key"), expected(&format!("{kind}.key")));
        let args = [s("*.example.com"), ips.clone(), dns.clone(), Value::int(365), key.clone()];
        let names = run("genSelfSignedCertWithKey", &args).unwrap();
        assert_eq!(field(&names, "Cert"), expected(&format!("{kind}-names.crt")));
        let args = [s("leaf"), Value::Nil, Value::strings(["leaf.svc"]), Value::int(30), ca, file("ed25519.key")];
        let leaf = run("genSignedCertWithKey", &args).unwrap();
        assert_eq!(field(&leaf, "Cert"), expected(&format!("{kind}-leaf.crt")));
        assert_eq!(field(&leaf, "Key"), expected("ed25519.key"));
    }
}

#[test]
fn the_forms_of_names_and_times() {
    let key = file("ed25519.key");
    let cases = [
        ("unnamed", "", Value::strings(["x"]), 9000),
        ("foreign", "münchen & co", Value::Nil, -1),
        // Go: the duration wraps around, so that the certificate ends in 1989.
        ("wrapped", "Wrapped", Value::Nil, 200_000),
    ];
    for (name, common_name, dns, days) in cases {
        let args = [s(common_name), Value::Nil, dns, Value::int(days), key.clone()];
        let cert = run("genSelfSignedCertWithKey", &args).unwrap();
        assert_eq!(field(&cert, "Cert"), expected(&format!("ed25519-{name}.crt")));
    }
    let ca = run("genCAWithKey", &[s("My CA"), Value::int(3650), key.clone()]).unwrap();
    let args = [s("My CA"), Value::Nil, Value::Nil, Value::int(30), ca, key];
    let cert = run("genSignedCertWithKey", &args).unwrap();
    assert_eq!(field(&cert, "Cert"), expected("ed25519-namesake.crt"));
}

/// Signatures of ECDSA are made with chance; all in front of them is as Go writes it.
#[test]
fn certificates_on_all_curves() {
    for curve in ["p224", "p256", "p384", "p521"] {
        let signed = |cert: &str| {
            let block = pem::decode(cert.as_bytes()).unwrap();
            let mut certificate = der::Reader(&block.bytes).nested(der::SEQUENCE).unwrap();
            certificate.whole(der::SEQUENCE).unwrap().to_vec()
        };
        for form in ["key", "pkcs8"] {
            let args = [s(curve), Value::int(10), file(&format!("{curve}.{form}"))];
            let ca = run("genCAWithKey", &args).unwrap();
            assert_eq!(signed(&field(&ca, "Cert")), signed(&expected(&format!("{curve}.crt"))), "{curve}");
            assert_eq!(field(&ca, "Key"), expected(&format!("{curve}.key")));
            let args = [s("leaf"), Value::Nil, Value::Nil, Value::int(30), ca];
            run_in(&mut chancy(), "genSignedCert", &args).unwrap();
        }
    }
}

#[test]
fn pkcs8_keys_are_given_back_as_pkcs1() {
    let ca = run("genCAWithKey", &[s("My CA"), Value::int(3650), file("rsa.pkcs8")]).unwrap();
    assert_eq!((field(&ca, "Cert"), field(&ca, "Key")), (expected("rsa-ca.crt"), expected("rsa.key")));
    let ca = run("genCAWithKey", &[s("My CA"), Value::int(1), file("three-primes.key")]).unwrap();
    assert_eq!(field(&ca, "Key"), expected("three-primes.key"));
}

#[test]
fn what_is_generated_can_be_read_and_repeated() {
    let kinds = [("ecdsa", "EC "), ("ed25519", ""), ("dsa", "DSA "), ("", "RSA ")];
    for (kind, label) in kinds {
        let key = run_in(&mut chancy(), "genPrivateKey", &[s(kind)]).unwrap().as_str().unwrap().to_text().into_owned();
        assert!(key.starts_with(&format!("-----BEGIN {label}PRIVATE KEY-----\n")), "{key}");
        assert!(key.ends_with(&format!("\n-----END {label}PRIVATE KEY-----\n")), "{key}");
        let read = key_text::parse(key.as_bytes()).unwrap();
        assert_eq!(key_text::write(&read).unwrap(), key);
        let custom = |cert: &str| {
            let coded = [expected(cert), key.clone()].map(|text| s(&base64::encode(text.as_bytes())));
            run("buildCustomCert", &coded)
        };
        assert_eq!(field(&custom("p256.crt").unwrap(), "Key"), key);
    }
    let once = || field(&run_in(&mut chancy(), "genCA", &[s("ca"), Value::int(1)]).unwrap(), "Cert");
    assert_eq!(once(), once());
}

#[test]
fn certificates_are_the_same_whichever_is_looked_at_first() {
    let make = |looked_at_first: usize| {
        let mut world = chancy();
        let ca = run_in(&mut world, "genCA", &[s("ca"), Value::int(1)]).unwrap();
        let args = [s("leaf"), Value::Nil, Value::strings(["leaf.svc"]), Value::int(1), ca.clone()];
        let leaf = run_in(&mut world, "genSignedCert", &args).unwrap();
        let both = [ca, leaf];
        field(&both[looked_at_first], "Key");
        let [ca, leaf] = both.map(|made| ["Cert", "Key"].map(|name| field(&made, name)));
        assert_ne!(ca, leaf);
        let [issuer, owner] = [&ca[0], &leaf[0]]
            .map(|cert| read_certificate::read(&pem::decode(cert.as_bytes()).unwrap().bytes).unwrap());
        let public_key = |key: &str| key_text::parse(key.as_bytes()).unwrap().public().unwrap().to_der();
        assert_eq!((issuer.public_key, owner.public_key), (Some(public_key(&ca[1])), Some(public_key(&leaf[1]))));
        [ca, leaf]
    };
    assert_eq!(make(0), make(1));
}

/// Each is made before the next one, so that looking at the last asks for no long chain.
#[test]
fn certificates_sign_certificates() {
    let mut world = chancy();
    let mut last = run_in(&mut world, "genCA", &[s("0"), Value::int(1)]).unwrap();
    for name in ["1", "2"] {
        let args = [s(name), Value::Nil, Value::Nil, Value::int(1), last.clone()];
        let next = run_in(&mut world, "genSignedCert", &args).unwrap();
        let read = |made: &Value| pem::decode(field(made, "Cert").as_bytes()).unwrap().bytes;
        let issuer = read_certificate::read(&read(&last)).unwrap();
        assert!(read(&next).windows(issuer.subject.len()).any(|bytes| bytes == issuer.subject));
        last = next;
    }
}

/// Also where the key is a new one, which is made only when it is looked at.
#[test]
fn wrong_names_are_errors_at_once() {
    let problem = "error creating certificate: x509: \"é\" cannot be encoded as an IA5String";
    let args = [s("x"), Value::Nil, Value::strings(["é"]), Value::int(1)];
    assert_eq!(run("genSelfSignedCert", &args).err().as_deref(), Some(problem));
    let [name, ips, dns, days] = args;
    let ca = run("genCA", &[s("ca"), Value::int(1)]).unwrap();
    assert_eq!(run("genSignedCert", &[name, ips, dns, days, ca]).err().as_deref(), Some(problem));
}

#[test]
fn passwords() {
    let derived = [
        (1, "long", "password", "user", "example.com", "ZedaFaxcZaso9*"),
        (0, "pin", "p", "u", "s", "9426"),
        (4_294_967_295, "basic", "p", "u", "s", "jAL77fma"),
        (1, "maximum", "pé", "ü", "ß.com", "P)wrxmW@!ZkkHNLfKg9("),
        (1, "medium", "p", "u", "s", "Rud1@Nel"),
        (1, "short", "p", "u", "s", "Rud1"),
        (1, "nope", "p", "u", "s", "cannot find password template nope"),
    ];
    for (counter, kind, password, user, site, expected) in derived {
        let args = [Value::Uint(counter, UintType::Uint32), s(kind), s(password), s(user), s(site)];
        assert_eq!(run("derivePassword", &args).unwrap().as_str().unwrap().to_text(), expected);
    }
    let hash = run("htpasswd", &[s("u"), s("secret")]).unwrap();
    let hash = hash.as_str().unwrap().to_text();
    assert!(bcrypt::verify("secret", hash.strip_prefix("u:$2a$10$").map(|_| &hash[2..]).unwrap()).unwrap());
    let text = |name, args: &[Value]| run(name, args).unwrap().as_str().unwrap().to_text().into_owned();
    assert_eq!(text("htpasswd", &[s("a:b"), s("p")]), "invalid username: a:b");
    let too_long = "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes";
    assert_eq!(text("bcrypt", &[s(&"a".repeat(73))]), too_long);
    assert_eq!(text("genPrivateKey", &[s("bad")]), "Unknown type bad");
}

#[test]
fn aes_goes_both_ways_and_fails_as_go_does() {
    for (key, plain) in
        [("k", "héllo→世界"), ("", "x"), ("a key of more than thirty-two bytes", "0123456789abcdef"), ("k", "")]
    {
        let coded = run("encryptAES", &[s(key), s(plain)]).unwrap();
        let decoded = run("decryptAES", &[s(key), coded]).unwrap();
        assert_eq!(decoded.as_str().unwrap().to_text(), plain);
    }
    // Encrypted by Helm.
    let decoded = run("decryptAES", &[s("secretkey"), s("BZMQweGB/O7bb/LtXSPLM+bKb9ohFo/MViPuqICR9B0=")]).unwrap();
    assert_eq!(decoded.as_str().unwrap().to_text(), "plaintext");
    let errors = [
        ("!!!", "illegal base64 data at input byte 0"),
        ("YWJj", "runtime error: slice bounds out of range [:16] with capacity 3"),
        ("AAAAAAAAAAAAAAAAAAAAAA==", "runtime error: index out of range [-1]"),
        ("AAAAAAAAAAAAAAAAAAAAAAAA", "crypto/cipher: input not full blocks"),
    ];
    for (coded, message) in errors {
        assert_eq!(run("decryptAES", &[s("k"), s(coded)]).err().as_deref(), Some(message));
    }
    let padded = "30tEfhuJSVRhpG97XCuWgz2okj7L8vQ1s6V9zVUPeDQ=";
    let message = run("decryptAES", &[s(padded), s(padded)]).err();
    assert_eq!(message.as_deref(), Some("runtime error: slice bounds out of range [:-83]"));
}

/// The bytes of a file with another label, and changed.
fn relabelled(name: &str, label: &str, change: fn(&mut Vec<u8>)) -> String {
    let mut block = pem::decode(expected(name).as_bytes()).unwrap();
    change(&mut block.bytes);
    pem::encode(label, &block.bytes)
}

#[test]
fn keys_that_are_none() {
    let same = |_: &mut Vec<u8>| {};
    let longer = |bytes: &mut Vec<u8>| bytes.push(0);
    let of = |kind: &str, problem: &str| format!("parsing private key: parsing {kind} private key from PEM: {problem}");
    let hint = |name: &str| format!("x509: failed to parse private key (use {name} instead for this key format)");
    let pkcs8 = |problem: &str| format!("parsing private key: decoding PEM as PKCS#8: {problem}");
    let wrong = [
        ("".into(), "parsing private key: no PEM data in input".into()),
        (expected("rsa.key").replace("-----END", "----END"), "parsing private key: no PEM data in input".into()),
        (expected("rsa.key").replace('\n', "\n  "), "parsing private key: no PEM data in input".into()),
        (expected("rsa-ca.crt"), "parsing private key: no private key data in PEM block of type CERTIFICATE".into()),
        (
            relabelled("rsa.key", "ENCRYPTED PRIVATE KEY", same),
            "parsing private key: invalid private key type ENCRYPTED PRIVATE KEY".into(),
        ),
        (relabelled("rsa.key", "EC PRIVATE KEY", same), of("EC", &hint("ParsePKCS1PrivateKey"))),
        (relabelled("p256.key", "RSA PRIVATE KEY", same), of("RSA", &hint("ParseECPrivateKey"))),
        (relabelled("rsa.pkcs8", "RSA PRIVATE KEY", same), of("RSA", &hint("ParsePKCS8PrivateKey"))),
        (relabelled("p256.pkcs8", "EC PRIVATE KEY", same), of("EC", &hint("ParsePKCS8PrivateKey"))),
        (relabelled("rsa.key", "PRIVATE KEY", same), pkcs8(&hint("ParsePKCS1PrivateKey"))),
        (relabelled("p256.key", "PRIVATE KEY", same), pkcs8(&hint("ParseECPrivateKey"))),
        (relabelled("rsa.key", "RSA PRIVATE KEY", longer), of("RSA", "asn1: syntax error: trailing data")),
        (expected("secp256k1.key"), of("EC", "x509: unknown elliptic curve")),
        (
            expected("x25519.key"),
            "error creating certificate: x509: certificate private key does not implement crypto.Signer".into(),
        ),
        (
            expected("rsa512.key"),
            "error creating certificate: crypto/rsa: 512-bit keys are insecure \
             (see https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size)"
                .into(),
        ),
    ];
    for (key, problem) in wrong {
        assert_eq!(run("genCAWithKey", &[s("x"), Value::int(1), s(&key)]).err(), Some(problem), "{key}");
    }
    let accepted = [
        expected("rsa.key").replace('\n', "\r\n"),
        format!("hello\n{}", expected("rsa.key")),
        expected("ed25519.key").replace("KEY-----\nM", "KEY-----\nA: b\n\nM"),
        expected("ed25519.key").repeat(2),
        expected("ed25519.key").trim().into(),
        relabelled("p256.key", "EC PRIVATE KEY", longer),
    ];
    for key in accepted {
        run("genCAWithKey", &[s("x"), Value::int(1), s(&key)]).unwrap();
    }
}

#[test]
fn certificates_that_are_none() {
    let custom =
        |cert: &str, key: &str| run("buildCustomCert", &[cert, key].map(|text| s(&base64::encode(text.as_bytes()))));
    let parsing = |problem: &str| Some(format!("error parsing certificate: decodedCert.Bytes: x509: {problem}"));
    let wrong = [
        (pem::encode("CERTIFICATE", b""), parsing("malformed certificate")),
        (pem::encode("CERTIFICATE", b"\x30\x03\x02\x01\x00"), parsing("malformed tbs certificate")),
        (relabelled("rsa-ca.crt", "CERTIFICATE", |bytes| bytes.truncate(500)), parsing("malformed certificate")),
        (relabelled("rsa-ca.crt", "CERTIFICATE", |bytes| bytes.push(0)), parsing("trailing data")),
        (expected("rsa.key"), parsing("malformed tbs certificate")),
        ("x".into(), Some("unable to decode certificate".into())),
    ];
    for (cert, problem) in wrong {
        assert_eq!(custom(&cert, &expected("rsa.key")).err(), problem);
    }
    assert!(custom(&relabelled("rsa-ca.crt", "FOO", |_| {}), &expected("rsa.key")).is_ok());
    let problem = "error parsing private key: no PEM data in input";
    assert_eq!(custom(&expected("rsa-ca.crt"), "x").err().as_deref(), Some(problem));
    assert_eq!(run("buildCustomCert", &[s("!"), s("")]).err().as_deref(), Some("unable to decode base64 certificate"));
    assert_eq!(
        run("buildCustomCert", &[s("YQ=="), s("!")]).err().as_deref(),
        Some("unable to decode base64 private key")
    );
}

#[test]
fn certificates_that_cannot_be_made() {
    let list = |items: &[Value]| Value::list(items.to_vec());
    let creating = |problem: &str| format!("error creating certificate: {problem}");
    let is_no_text = |what: &str, value: &str| format!("error {what}: {value} is not a string");
    let wrong = [
        (s("x"), list(&[s("1.2.3.4"), s("")]), Value::Nil, "error parsing ip: ".into()),
        (s("x"), list(&[s("01.2.3.4")]), Value::Nil, "error parsing ip: 01.2.3.4".into()),
        (s("x"), list(&[s("fe80::1%eth0")]), Value::Nil, "error parsing ip: fe80::1%eth0".into()),
        (s("x"), list(&[Value::Nil]), Value::Nil, is_no_text("parsing ip", "<nil>")),
        (s("x"), Value::Nil, list(&[Value::Nil]), is_no_text("processing alternate dns name", "<nil>")),
        (
            s("x"),
            Value::Nil,
            list(&[Value::map([("a", Value::int(1))])]),
            is_no_text("processing alternate dns name", "map[a:1]"),
        ),
        (s("x"), Value::Nil, list(&[s("é")]), creating("x509: \"é\" cannot be encoded as an IA5String")),
        (Value::str(vec![0xff]), Value::Nil, Value::Nil, creating("asn1: string not valid UTF-8")),
    ];
    for (name, ips, dns, problem) in wrong {
        let args = [name, ips, dns, Value::int(1), file("ed25519.key")];
        assert_eq!(run("genSelfSignedCertWithKey", &args).err(), Some(problem));
    }
    let ca = run(
        "buildCustomCert",
        &["rsa-ca.crt", "ed25519.key"].map(|name| s(&base64::encode(expected(name).as_bytes()))),
    );
    let args = [s("y"), Value::Nil, Value::Nil, Value::int(1), ca.unwrap(), file("p256.key")];
    let problem = creating("x509: provided PrivateKey doesn't match parent's PublicKey");
    assert_eq!(run("genSignedCertWithKey", &args).err(), Some(problem));
    let ca = run("genCAWithKey", &[s("x"), Value::int(1), file("ed25519.key")]).unwrap();
    let args = [s("y"), Value::Nil, Value::Nil, Value::int(1), ca, file("x25519.key")];
    let problem = creating("x509: unsupported public key type: *ecdh.PublicKey");
    assert_eq!(run("genSignedCertWithKey", &args).err(), Some(problem));
}

/// No panic, whatever is read.
#[test]
fn broken_bytes_are_errors() {
    for name in ["p256.crt", "ed25519-names.crt", "rsa-leaf.crt", "p521.key", "p256.pkcs8", "ed25519.key", "x25519.key"]
    {
        let block = pem::decode(expected(name).as_bytes()).unwrap();
        for at in 0..block.bytes.len() {
            for byte in [0, 0x7f, 0x80, 0x84, 0xff] {
                let mut bytes = block.bytes.clone();
                bytes[at] = byte;
                read_certificate::read(&bytes).ok();
                key_text::parse(pem::encode(&block.label, &bytes).as_bytes()).ok();
            }
            read_certificate::read(&block.bytes[..at]).ok();
        }
    }
    let numbers: [&[u8]; 8] = [&[0], &[1], &[2], &[3], &[4], &[5], &[0xff; 70], &[0xfe; 300]];
    for p in numbers {
        for q in numbers {
            for d in numbers {
                let product = BigUint::from_bytes_be(p) * BigUint::from_bytes_be(q);
                let parts = [&[0], &*product.to_bytes_be(), &[1], d, p, q].map(der::integer);
                let bytes = der::sequence(&parts.each_ref().map(Vec::as_slice));
                if let Ok(key) = key_text::parse(pem::encode("RSA PRIVATE KEY", &bytes).as_bytes()) {
                    key.sign(b"message", &mut Chance(&mut |_| ())).ok();
                    key_text::write(&key).ok();
                }
            }
        }
    }
}

#[test]
fn what_nobody_looks_at_is_not_made() {
    let texts = Rc::new(LazyCell::new(Box::new(|| -> Texts { panic!("it was made") }) as Box<dyn FnOnce() -> Texts>));
    let certificate = Certificate { texts, is_new_root: true };
    let key = certificate.field("Key").unwrap();
    let default = crate::sprig::defaults::FUNCS.iter().find(|func| func.name == "default").unwrap();
    let call = |args: &[Value]| (default.run)(&mut Call { args, world: &mut World::fixed(NOW), engine: None });
    let given = call(&[key.clone(), s("given")]).ok().unwrap();
    assert_eq!(given.as_str().unwrap().to_text(), "given");
    let unread = call(&[key, s("")]).ok().unwrap();
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| unread.is_true())).is_err());
}
