//! Patterns as gobwas matches them.

use super::*;

/// Expectations: gobwas/glob 0.2.3 with `/` as separator; an invalid pattern replaced by `**`.
#[test]
fn paths_match_as_in_gobwas() {
    #[rustfmt::skip]
    let cases = [
        ("*", "a.yaml", true), ("*", "a/b", false), ("**", "a/b", true), ("a/*", "a/b", true), ("a/*", "a/b/c", false),
        ("**/b", "b", false), ("**/b", "a/x/b", true), ("**.yaml", "a/b.yaml", true), ("*.yaml", "a/b.yaml", false),
        ("?", "a", true), ("?", "/", false), ("?", "é", true), ("a?c", "abc", true),
        ("[ab]", "a", true), ("[!ab]", "a", false), ("[a-c].x", "b.x", true), ("[!a-c]", "d", true),
        ("{a,b*}/c", "bx/c", true), ("*.{yaml,json}", "a.json", true), ("{a,b", "b", true), ("a}", "a}", true),
        ("\\*", "*", true), ("\\*", "a", false), ("a\\", "a", true), ("", "", true), ("", "a", false),
        ("[a-", "anything/else", true), ("[]", "x/y", true), ("[b-a]", "x/y", true), ("[abc-d]", "x", false), ("a\0b", "a", true),
        // Where gobwas does not follow its own rules.
        ("a/{*,b}", "a/b", true), ("a/{*,b}", "a/xyz", false), ("a**{b,}", "a", false), ("é[!a]", "éb", false),
        ("[!ab][!ab]", "xa", true), ("config/{*.yaml,README.md}", "config/a.yaml", false),
        ("config/{*.yaml,README.md}", "config/abc.yaml", false), ("{*,*,config/*}*", "ab", true),
    ];
    for (pattern, path, expected) in cases {
        let found = Glob::new(pattern.as_bytes()).and_then(|glob| glob.matches(path));
        assert_eq!(found, Ok(expected), "{pattern} {path}");
    }
    let found = Glob::new(b"a{,}").and_then(|glob| glob.matches("a"));
    assert_eq!(found, Err(Stop::OutOfRange), "gobwas panics");
    assert!(Glob::new(b"\xff").is_ok_and(|glob| glob.matches("a/b") == Ok(true)));
}

#[test]
fn long_patterns_end() {
    assert_eq!(Glob::new("?*".repeat(1_000).as_bytes()).err(), Some(Stop::TooLong));
    assert_eq!(Glob::new("{".repeat(5_000).as_bytes()).and_then(|glob| glob.matches("a/b")), Ok(true));
    let glob = Glob::new("*a".repeat(60).as_bytes()).expect("short enough");
    assert_ne!(glob.matches(&"a".repeat(200)), Ok(false));
}
