//! Where bytes stand in a text.
//!
//! The widest instructions of a processor would be a little faster here, but to ask it which it has takes 0.1 ms of every
//! run on a virtual machine, where each such question goes to the host. Those that each x86-64 has will do.
//!
//! **Not here:** patterns ([`super::regexp`]).

#[cfg(target_arch = "x86_64")]
use memchr::arch::x86_64::sse2::memchr::{One, Two};

/// A part that is not longer is compared wherever its first byte stands. `<no value>`, which is looked for in all that
/// templates write, is no longer.
const SHORT: usize = 10;

/// Where a byte stands first.
#[inline]
pub fn find(byte: u8, text: &[u8]) -> Option<usize> {
    #[cfg(target_arch = "x86_64")]
    if let Some(one) = One::new(byte) {
        return one.find(text);
    }
    memchr::memchr(byte, text)
}

/// Where a byte stands last.
#[inline]
pub fn rfind(byte: u8, text: &[u8]) -> Option<usize> {
    #[cfg(target_arch = "x86_64")]
    if let Some(one) = One::new(byte) {
        return one.rfind(text);
    }
    memchr::memrchr(byte, text)
}

/// Where one of two bytes stands first.
#[inline]
pub fn find_either(one: u8, other: u8, text: &[u8]) -> Option<usize> {
    #[cfg(target_arch = "x86_64")]
    if let Some(two) = Two::new(one, other) {
        return two.find(text);
    }
    memchr::memchr2(one, other, text)
}

/// Everywhere that a byte stands.
#[inline]
pub fn places(byte: u8, text: &[u8]) -> impl Iterator<Item = usize> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + find(byte, &text[from..])?;
        from = at + 1;
        Some(at)
    })
}

/// How often a byte stands in a text.
pub fn count(byte: u8, text: &[u8]) -> usize {
    places(byte, text).count()
}

/// Where a part stands first.
pub fn find_part(part: &[u8], text: &[u8]) -> Option<usize> {
    match part {
        [first, rest @ ..] if part.len() <= SHORT => places(*first, text).find(|at| text[at + 1..].starts_with(rest)),
        _ => memchr::memmem::find(text, part),
    }
}

/// Everywhere that a part stands, which is not empty, without places that overlap.
pub fn places_of_part<'t>(part: &'t [u8], text: &'t [u8]) -> impl Iterator<Item = usize> + 't {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + find_part(part, text.get(from..)?)?;
        from = at + part.len().max(1);
        Some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_found() {
        let text = b"a,b,,c, a long way to the next one,";
        let commas = [1, 3, 4, 6, 34];
        assert_eq!(places(b',', text).collect::<Vec<_>>(), commas);
        assert_eq!((find(b',', text), rfind(b',', text), count(b',', text)), (Some(1), Some(34), 5));
        assert_eq!((find(b';', text), rfind(b';', text), count(b';', text)), (None, None, 0));
        assert_eq!(find_either(b';', b'b', text), Some(2));
    }

    #[test]
    fn parts_are_found_whether_short_or_long() {
        for part in ["aab", "aabaabaaba", "", "a", "aabaabaabaab", "b", "c", "aabaabaabaac"] {
            let text = "aaabaabaabaabaabaabaab";
            assert_eq!(find_part(part.as_bytes(), text.as_bytes()), text.find(part), "{part}");
            if !part.is_empty() {
                let found: Vec<usize> = places_of_part(part.as_bytes(), text.as_bytes()).collect();
                assert_eq!(found, text.match_indices(part).map(|(at, _)| at).collect::<Vec<_>>(), "{part}");
            }
        }
    }
}
