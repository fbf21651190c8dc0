//! Expectations are what Go 1.26 gives.

use super::*;

#[rustfmt::skip]
const TEXTS: [&str; 49] = [
    "", "a", "b", "c", "A", "B", "ab", "aaa", "a.b", "a.b.", "\u{a}", "b\u{a}c", "a\u{a}b\u{a}c", "{", "a{", "a{,2}", "é", "É", "_", "-", "]", "[", "1", "z", "\u{b}", " ", "S", "\u{a}\u{9}", "Γ", "k", "K", "ſ", "s", "a-b", "a/b", "~", "a<b>", "&", "a&b", "x{01}", "x{1", "x{1,", "\u{7}", "#", "abc", "axc", "<", ">", "\u{7f}"
];

/// A pattern; which texts it matches somewhere, and as a whole, a bit each from the lowest; nothing where
/// Go does not take it. From Go 1.26's `regexp.Compile` and `MatchString`.
#[rustfmt::skip]
const CASES: [(&str, Option<u64>, Option<u64>); 125] = [
    ("a", Some(0x30560000d3c2), Some(0x2)),
    ("a.c", Some(0x300000000000), Some(0x300000000000)),
    ("\\Qa.b\\E*", Some(0x300), Some(0x100)),
    ("\\123", Some(0x4000000), Some(0x4000000)),
    ("\\1", None, None),
    ("\\12", Some(0x8001c00), Some(0x400)),
    ("\\012", Some(0x8001c00), Some(0x400)),
    ("{", Some(0x3800000e000), Some(0x2000)),
    ("a{", Some(0xc000), Some(0x4000)),
    ("a{,2}", Some(0x8000), Some(0x8000)),
    ("a{2}", Some(0x80), Some(0x0)),
    ("a{2,}", Some(0x80), Some(0x80)),
    ("a{2,1}", None, None),
    ("a{1001}", None, None),
    ("a{1000}", Some(0x0), Some(0x0)),
    ("(a{100}){11}", None, None),
    ("(a{100}){10}", Some(0x0), Some(0x0)),
    ("((a{10}){10}){11}", None, None),
    ("[\\d-z]", Some(0x38200c88000), Some(0xc80000)),
    ("[a-\\d]", None, None),
    ("a**", None, None),
    ("a*?", Some(0x1ffffffffffff), Some(0x83)),
    ("a*+", None, None),
    ("a??", Some(0x1ffffffffffff), Some(0x3)),
    ("a???", None, None),
    ("*a", None, None),
    ("(*a)", None, None),
    ("a|*", None, None),
    ("(?x)a", None, None),
    ("\\u0041", None, None),
    ("\\x41", Some(0x10), Some(0x10)),
    ("\\x{41}", Some(0x10), Some(0x10)),
    ("\\x{110000}", None, None),
    ("\\x{}", None, None),
    ("\\x4", None, None),
    ("\\w+", Some(0x33d764c4dbfe), Some(0x300164c400fe)),
    ("\\s", Some(0xa001c00), Some(0x2000400)),
    ("^\\s$", Some(0x2000400), Some(0x2000400)),
    ("\\bé", Some(0x0), Some(0x0)),
    ("[[:alpha:]]+", Some(0x33d76480dbfe), Some(0x3001648000fe)),
    ("[[:foo:]]", None, None),
    ("[[:^alpha:]]", Some(0x1cffe9b7fff00), Some(0x1cc28937f2400)),
    ("[]a]", Some(0x30560010d3c2), Some(0x100002)),
    ("[^]a]", Some(0x1ffffffefff7c), Some(0x1cc29f7ef243c)),
    ("[a", None, None),
    ("[]", None, None),
    ("[z-a]", None, None),
    ("(", None, None),
    (")", None, None),
    ("(a", None, None),
    ("(?:a", None, None),
    ("(?P<n>a)", Some(0x30560000d3c2), Some(0x2)),
    ("(?<n>a)", Some(0x30560000d3c2), Some(0x2)),
    ("(?P<1>a)", Some(0x30560000d3c2), Some(0x2)),
    ("(?P<>a)", None, None),
    ("(?P<n-m>a)", None, None),
    ("(?i)A", Some(0x30560000d3d2), Some(0x12)),
    ("(?i:A)b", Some(0x100000000040), Some(0x40)),
    ("(?-i)a", Some(0x30560000d3c2), Some(0x2)),
    ("(?i-)a", None, None),
    ("(?)a", Some(0x30560000d3c2), Some(0x2)),
    ("(?i", None, None),
    ("(?=a)", None, None),
    ("\\pL", Some(0x33d7f483dbfe), Some(0x1f483003e)),
    ("\\p{Greek}", Some(0x10000000), Some(0x10000000)),
    ("\\p{^Greek}", Some(0x1ffffeffffffe), Some(0x1cc29e7ff243e)),
    ("\\PL", Some(0x1cffe0b7cff00), Some(0x1cc28037c2400)),
    ("\\p{Foo}", None, None),
    ("\\C", None, None),
    ("\\Z", None, None),
    ("\\q", None, None),
    ("\\_", Some(0x40000), Some(0x40000)),
    ("\\", None, None),
    ("a\\", None, None),
    ("[\\]", None, None),
    ("[a&&b]", Some(0x30760000dbc6), Some(0x2000000006)),
    ("[[a]", Some(0x30560020d3c2), Some(0x200002)),
    ("[a-]", Some(0x30560008d3c2), Some(0x80002)),
    ("[-a]", Some(0x30560008d3c2), Some(0x80002)),
    ("[a--]", None, None),
    ("a b", Some(0x0), Some(0x0)),
    ("#", Some(0x80000000000), Some(0x80000000000)),
    ("^a$", Some(0x2), Some(0x2)),
    ("a$", Some(0x82), Some(0x2)),
    ("(?m)^b$", Some(0x1804), Some(0x4)),
    (".", Some(0x1fffffffffbfe), Some(0x1cc29f7ff203e)),
    ("(?s).", Some(0x1fffffffffffe), Some(0x1cc29f7ff243e)),
    ("(|a)*", Some(0x1ffffffffffff), Some(0x83)),
    ("a||b", Some(0x1ffffffffffff), Some(0x7)),
    ("^*", Some(0x1ffffffffffff), Some(0x1)),
    ("\\D", Some(0x1ffffffbffffe), Some(0x1cc29f7bf243e)),
    ("\\W", Some(0x1cffe9b3bff00), Some(0x1cc28933b2400)),
    ("\\S", Some(0x1fffff5fffbfe), Some(0x1cc29f5ff203e)),
    ("[^\\w]", Some(0x1cffe9b3bff00), Some(0x1cc28933b2400)),
    ("[\\W]", Some(0x1cffe9b3bff00), Some(0x1cc28933b2400)),
    ("é+", Some(0x10000), Some(0x10000)),
    ("(?U)a+", Some(0x30560000d3c2), Some(0x82)),
    ("\\Q", Some(0x1ffffffffffff), None),
    ("\\Qa", Some(0x30560000d3c2), None),
    ("x{01}", Some(0x8000000000), Some(0x8000000000)),
    ("x{1", Some(0x30000000000), Some(0x10000000000)),
    ("x{1,", Some(0x20000000000), Some(0x20000000000)),
    ("x{1,2", Some(0x0), Some(0x0)),
    ("x{99999999999}", None, None),
    ("[\\x00-\\x{10FFFF}]", Some(0x1fffffffffffe), Some(0x1cc29f7ff243e)),
    ("[^\\x00-\\x{10FFFF}]", Some(0x0), Some(0x0)),
    ("\\a", Some(0x40000000000), Some(0x40000000000)),
    ("\\v", Some(0x1000000), Some(0x1000000)),
    ("[\\b]", None, None),
    ("(((a)))", Some(0x30560000d3c2), Some(0x2)),
    ("a-b", Some(0x200000000), Some(0x200000000)),
    ("a/b", Some(0x400000000), Some(0x400000000)),
    ("~", Some(0x800000000), Some(0x800000000)),
    ("a<b>", Some(0x1000000000), Some(0x1000000000)),
    ("\\<", Some(0x401000000000), Some(0x400000000000)),
    ("\\>", Some(0x801000000000), Some(0x800000000000)),
    ("\\-", Some(0x200080000), Some(0x80000)),
    ("(?:)*", Some(0x1ffffffffffff), Some(0x1)),
    ("$^", Some(0x1), Some(0x1)),
    ("\\z", Some(0x1ffffffffffff), Some(0x1)),
    ("\\Aa\\z", Some(0x2), Some(0x2)),
    ("(?i)é", Some(0x30000), Some(0x30000)),
    ("(?i)k", Some(0x60000000), Some(0x60000000)),
    ("ſ", Some(0x80000000), Some(0x80000000)),
    ("(?i)s", Some(0x184000000), Some(0x184000000)),
];

fn bits(pattern: Result<Pattern>) -> Option<u64> {
    let pattern = pattern.ok()?;
    Some(TEXTS.iter().enumerate().map(|(at, text)| u64::from(pattern.is_match(text)) << at).sum())
}

#[test]
fn patterns_match_what_go_matches() {
    for (pattern, part, whole) in CASES {
        assert_eq!(bits(Pattern::new(pattern)), part, "{pattern:?} somewhere");
        assert_eq!(bits(Pattern::whole(pattern)), whole, "{pattern:?} as a whole");
    }
}

#[test]
fn a_text_without_operators_is_its_own_only_match() {
    assert_eq!(Pattern::whole("web-1").expect("a plain text").literal(), Some("web-1"));
    assert_eq!(Pattern::whole("web.1").expect("a pattern").literal(), None);
}

type Case = (
    &'static [u8],
    &'static [u8],
    &'static [u8],
    Option<usize>,
    &'static [(usize, usize)],
    &'static [u8],
    Option<&'static [&'static [u8]]>,
);

/// A pattern, a text, a template and a number; what is found, what replacing all gives, and the pieces.
#[rustfmt::skip]
const FOUND: [Case; 36] = [
    (b"a*", b"baac", b"<$0>", None, &[(0, 0), (1, 3), (4, 4)], b"<>b<aa>c<>", Some(&[b"b", b"c"])),
    (b"a*", b"baac", b"<$0>", Some(2), &[(0, 0), (1, 3)], b"<>b<aa>c<>", Some(&[b"b", b"c"])),
    (b"a*", b"baac", b"x", Some(0), &[], b"xbxcx", None),
    (b"", b"ab", b"-", None, &[(0, 0), (1, 1), (2, 2)], b"-a-b-", Some(&[b"a", b"b"])),
    (b"", b"", b"-", None, &[(0, 0)], b"-", Some(&[])),
    (b"a", b"", b"-", None, &[], b"", Some(&[b""])),
    (b"", b"\xc3\xa9\xffz", b"-", None, &[(0, 0), (2, 2), (3, 3), (4, 4)], b"-\xc3\xa9-\xff-z-", Some(&[b"\xc3\xa9", b"\xff", b"z"])),
    (b"a|ab", b"abab", b"x", None, &[(0, 1), (2, 3)], b"xbxb", Some(&[b"", b"b", b"b"])),
    (b"(a+)(b+)", b"aabab", b"$2$1", None, &[(0, 3), (3, 5)], b"baaba", Some(&[b"", b"", b""])),
    (b"(?P<first>\\w+) (?P<second>\\w+)", b"one two", b"$second ${first}s", None, &[(0, 7)], b"two ones", Some(&[b"", b""])),
    (b"(a)(b)?", b"ac", b"[$1$2$3]", None, &[(0, 1)], b"[a]c", Some(&[b"", b"c"])),
    (b"(a)", b"a", b"$1x", None, &[(0, 1)], b"", Some(&[b"", b""])),
    (b"(a)", b"a", b"${1}x", None, &[(0, 1)], b"ax", Some(&[b"", b""])),
    (b"(a)", b"a", b"$1_", None, &[(0, 1)], b"", Some(&[b"", b""])),
    (b"(a)", b"a", b"$$1 $ $- ${ ${-} ${1", None, &[(0, 1)], b"$1 $ $- ${ ${-} ${1", Some(&[b"", b""])),
    (b"(a)", b"a", b"$01${0}$10", None, &[(0, 1)], b"a", Some(&[b"", b""])),
    (b"(?P<n>a)|(?P<n>b)", b"ab", b"<$n>", None, &[(0, 1), (1, 2)], b"<a><b>", Some(&[b"", b"", b""])),
    (b"(?P<1>a)", b"a", b"<${1}>", None, &[(0, 1)], b"<a>", Some(&[b"", b""])),
    (b"(x)", b"x", b"$\xc3\xa91|$1\xc3\xa9", None, &[(0, 1)], b"|", Some(&[b"", b""])),
    (b"[^a]", b"a\xff\xc3(", b"?", None, &[(1, 2), (2, 3), (3, 4)], b"a???", Some(&[b"a", b"", b"", b""])),
    (b"\\x{FFFD}", b"\xff", b"?", None, &[(0, 1)], b"?", Some(&[b"", b""])),
    (b".", b"\xe9\xe9", b"[$0]", None, &[(0, 1), (1, 2)], b"[\xe9][\xe9]", Some(&[b"", b"", b""])),
    (b"\\b", b"ab \xc3\xa9 cd", b"|", None, &[(0, 0), (2, 2), (6, 6), (8, 8)], b"|ab| \xc3\xa9 |cd|", Some(&[b"ab", b" \xc3\xa9 ", b"cd"])),
    (b"\\B", b"ab \xc3\xa9 cd", b"|", None, &[(1, 1), (3, 3), (5, 5), (7, 7)], b"a|b |\xc3\xa9| c|d", Some(&[b"a", b"b ", b"\xc3\xa9", b" c", b"d"])),
    (b",", b"a,b,c", b"-", None, &[(1, 2), (3, 4)], b"a-b-c", Some(&[b"a", b"b", b"c"])),
    (b",", b"a,b,c", b"-", Some(2), &[(1, 2), (3, 4)], b"a-b-c", Some(&[b"a", b"b,c"])),
    (b",", b"a,b,c", b"-", Some(0), &[], b"a-b-c", None),
    (b",", b",a,", b"-", None, &[(0, 1), (2, 3)], b"-a-", Some(&[b"", b"a", b""])),
    (b"b*", b"abcb", b"-", None, &[(0, 0), (1, 2), (3, 4)], b"-a-c-", Some(&[b"a", b"c", b""])),
    (b"z?", b"banana", b"-", Some(3), &[(0, 0), (1, 1), (2, 2)], b"-b-a-n-a-n-a-", Some(&[b"b", b"a", b"nana"])),
    (b"(?i)k", b"kK\xe2\x84\xaa", b"x", None, &[(0, 1), (1, 2), (2, 5)], b"xxx", Some(&[b"", b"", b"", b""])),
    (b"(?m)^a?$", b"a\n\nb", b"x", None, &[(0, 1), (2, 2)], b"x\nx\nb", Some(&[b"", b"\n", b"\nb"])),
    (b"(a*)*", b"aab", b"<$1>", None, &[(0, 2), (3, 3)], b"<aa>b<>", Some(&[b"", b"b"])),
    (b"(a|b)*?c", b"abc", b"<$1>", None, &[(0, 3)], b"<b>", Some(&[b"", b""])),
    (b"a(?i)*b", b"aaB", b"x", None, &[(0, 3)], b"x", Some(&[b"", b""])),
    (b"(a){0}(b)", b"ab", b"<$1$2>", None, &[(1, 2)], b"a<b>", Some(&[b"a", b""])),
];

#[test]
fn what_is_found_replaced_and_split_is_what_go_does() {
    for (pattern, text, template, most, found, replaced, pieces) in FOUND {
        let regexp = Regexp::new(pattern).expect("a pattern");
        let shown = String::from_utf8_lossy(pattern);
        let ranges: Vec<_> = regexp.find_all(text, most).into_iter().map(|range| (range.start, range.end)).collect();
        assert_eq!(ranges, found, "{shown}");
        assert_eq!(regexp.replace_all(text, template).as_deref(), Ok(replaced), "{shown}");
        assert_eq!(regexp.split(text, most).as_deref(), pieces, "{shown}");
        assert_eq!(regexp.is_match(text), regexp.find(text).is_some(), "{shown}");
    }
}

#[test]
fn faults_are_told_in_gos_words() {
    let fault = |pattern: &[u8]| Regexp::new(pattern).expect_err("no pattern");
    assert_eq!(fault(b"a**"), "error parsing regexp: invalid nested repetition operator: `**`");
    assert_eq!(fault(b"(a"), "error parsing regexp: missing closing ): `(a`");
    assert_eq!(fault(b"[a"), "error parsing regexp: missing closing ]: `[a`");
    assert_eq!(fault(b"a)"), "error parsing regexp: unexpected ): `a)`");
    assert_eq!(fault(b"a\\"), "error parsing regexp: trailing backslash at end of expression: ``");
    assert_eq!(fault(br"(?<=a)b"), "error parsing regexp: invalid named capture: `(?<=a)b`");
    assert_eq!(fault(br"\p{Alphabetic}"), r"error parsing regexp: invalid character class range: `\p{Alphabetic}`");
    assert_eq!(fault(br"\p{Old_Italic}"), r"error parsing regexp: invalid character class range: `\p{Old_Italic}`");
    assert_eq!(fault(b"a\xffb"), "error parsing regexp: invalid UTF-8: `\u{fffd}b`");
}

/// Go's own tests have these.
#[test]
fn deep_and_large_patterns_are_refused() {
    let repeat = |text: &str, times| text.repeat(times);
    assert!(Regexp::new((repeat("(", 999) + &repeat(")", 999)).as_bytes()).is_ok());
    assert!(Regexp::new((repeat("(", 1000) + &repeat(")", 1000)).as_bytes()).is_err());
    assert!(Regexp::new((repeat("(?:", 1000) + &repeat(")*", 1000)).as_bytes()).is_err());
    assert!(Regexp::new(format!("({}){{1000}}", repeat("(xx?)", 1000)).as_bytes()).is_err());
    assert!(Regexp::new(repeat("(xx?){1000}", 1000).as_bytes()).is_err());
    assert!(Regexp::new(repeat(r"\pL", 27_000).as_bytes()).is_err());
}

#[test]
fn a_replaced_text_has_an_end() {
    let regexp = Regexp::new(b"(a*)").expect("a pattern");
    assert!(regexp.replace_all(&[b'a'; 1 << 16], &b"$0".repeat(1 << 16)).is_err());
    assert!(regexp.replace_all_literal(&[b'b'; 1 << 16], &[b'x'; 1 << 16]).is_err());
}

#[test]
fn every_operator_is_quoted() {
    assert_eq!(quote_meta(br"a.b*\"), br"a\.b\*\\");
    assert_eq!(quote_meta(b"-/\xff"), b"-/\xff");
}
