//! Chance: texts, numbers and identifiers that differ from run to run.
//!
//! **Invariant:** all chance comes from the world.

use super::strings::runes::runes;
use super::{check_bytes, check_items, func};
use crate::base::base64;
use crate::gotmpl::{Call, Fault, Func, IntType, Type, Value, World};

const INT: Type = Type::Int(IntType::Int);
const COUNT: &[Type] = &[INT];

pub const FUNCS: &[Func] = &[
    func("randAlpha", COUNT, |call| text_of(call, |byte| byte.is_ascii_alphabetic())),
    func("randAlphaNum", COUNT, |call| text_of(call, |byte| byte.is_ascii_alphanumeric())),
    func("randAscii", COUNT, |call| text_of(call, |byte| matches!(byte, b' '..=b'~'))),
    func("randBytes", COUNT, rand_bytes),
    func("randInt", &[INT, INT], rand_int),
    func("randNumeric", COUNT, |call| text_of(call, |byte| byte.is_ascii_digit())),
    func("shuffle", &[Type::String], shuffle),
    func("uuidv4", &[], uuid_v4),
];

/// A text of so many characters of a set. sprig swallows the error that a negative number is.
fn text_of(call: &mut Call, is_member: fn(&u8) -> bool) -> Result<Value, Fault> {
    let members: Vec<u8> = (0..=u8::MAX).filter(is_member).collect();
    let count = check_items(usize::try_from(call.int(0)).unwrap_or(0))?;
    let mut chance = Chance::new(call.world);
    Ok(Value::str((0..count).map(|_| members[chance.below(members.len())]).collect::<Vec<_>>()))
}

fn rand_bytes(call: &mut Call) -> Result<Value, Fault> {
    let count = usize::try_from(call.int(0)).map_err(|_| Fault::new("runtime error: makeslice: len out of range"))?;
    let mut bytes = vec![0; check_bytes(Some(count))?];
    (call.world.random)(&mut bytes);
    Ok(Value::str(base64::encode(&bytes)))
}

/// From one number up to another one, which it never is.
fn rand_int(call: &mut Call) -> Result<Value, Fault> {
    let (min, max) = (call.int(0), call.int(1));
    let span = usize::try_from(max.wrapping_sub(min)).unwrap_or(0);
    if span == 0 {
        return Err(Fault::new("invalid argument to Intn"));
    }
    Ok(Value::int(min.wrapping_add(Chance::new(call.world).below(span) as i64)))
}

/// xstrings: Shuffle. Characters change places; what is no UTF-8 becomes U+FFFD.
fn shuffle(call: &mut Call) -> Result<Value, Fault> {
    let mut shuffled: Vec<char> = runes(call.str(0)).map(|(rune, _)| rune).collect();
    let mut chance = Chance::new(call.world);
    for at in (1..shuffled.len()).rev() {
        shuffled.swap(at, chance.below(at + 1));
    }
    Ok(Value::str(shuffled.into_iter().collect::<String>()))
}

/// A random identifier of RFC 9562.
fn uuid_v4(call: &mut Call) -> Result<Value, Fault> {
    let mut bytes = [0; 16];
    (call.world.random)(&mut bytes);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    Ok(Value::str(text))
}

/// Numbers from the world, fetched many at once.
struct Chance<'w> {
    world: &'w mut World,
    bytes: [u8; 512],
    used: usize,
}

impl Chance<'_> {
    fn new(world: &mut World) -> Chance<'_> {
        Chance { world, bytes: [0; 512], used: 512 }
    }

    /// A number that is smaller than another one.
    fn below(&mut self, limit: usize) -> usize {
        let [number, ..] = self.bytes[self.used..].as_chunks::<8>().0 else {
            (self.world.random)(&mut self.bytes);
            self.used = 0;
            return self.below(limit);
        };
        self.used += 8;
        // The high half of the product: as evenly spread as 64 bits can be.
        ((u128::from(u64::from_le_bytes(*number)) * limit as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use crate::sprig::tests::run;

    /// Lengths and alphabets as goutils documents them.
    #[test]
    fn texts_have_their_length_and_alphabet() {
        let of = |text| run(&format!("{{{{ {text} }}}}"));
        for (text, is_member) in [
            ("randAlpha 200", (|c| c.is_ascii_alphabetic()) as fn(char) -> bool),
            ("randAlphaNum 200", |c| c.is_ascii_alphanumeric()),
            ("randAscii 200", |c| (' '..='~').contains(&c)),
            ("randNumeric 200", |c| c.is_ascii_digit()),
        ] {
            let made = of(text);
            assert_eq!(made.len(), 200, "{text}");
            assert!(made.chars().all(is_member), "{made}");
        }
        assert_eq!(of("randAlpha 0"), "");
        assert_eq!(of("randAlpha -3"), "");
        assert_eq!(of("randBytes 3").len(), 4);
        assert!(of("randBytes -1").contains("makeslice"));
        assert!(of("randAlpha 1000000000").contains("more than"));
    }

    #[test]
    fn numbers_stay_between_their_limits() {
        for _ in 0..100 {
            assert_eq!(run("{{ $n := randInt -2 3 }}{{ and (ge $n -2) (lt $n 3) }}"), "true");
        }
        assert!(run("{{ randInt 3 3 }}").contains("invalid argument to Intn"));
    }

    #[test]
    fn what_is_shuffled_keeps_its_characters() {
        let mut shuffled: Vec<char> = run(r#"{{ shuffle "aébcé" }}"#).chars().collect();
        shuffled.sort_unstable();
        assert_eq!(shuffled, ['a', 'b', 'c', 'é', 'é']);
    }

    #[test]
    fn identifiers_tell_their_version() {
        let id = run("{{ uuidv4 }}");
        assert_eq!(id.len(), 36);
        assert_eq!(&id[14..15], "4");
        assert!(matches!(&id[19..20], "8" | "9" | "a" | "b"));
    }
}
