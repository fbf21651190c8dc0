//! Regular expressions as Go's `regexp` takes them (RE2), for the `regex` crate to match.
//!
//! The two accept different texts, and mean different things by `\w`, `\d`, `\s` and `\b`. So a
//! pattern is read by Go's grammar here and written anew. Source: regexp/syntax/parse.go of Go 1.26.
//!
//! **Invariant:** what Go rejects is rejected here, before the crate sees it.
//! **Not here:** replacement templates.

mod parse;

use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};

use super::{Diagnostic, Result};

/// A pattern. Texts without operators, which are most of them, are compared as they are.
#[derive(Clone, Debug)]
pub struct Pattern {
    matcher: Matcher,
}

#[derive(Clone, Debug)]
enum Matcher {
    /// Somewhere in the text.
    Contains(String),
    /// The whole text.
    Equals(String),
    /// The translated pattern; compiled when first used.
    Regex { translated: String, compiled: OnceLock<Option<Regex>> },
}

impl Pattern {
    /// A pattern that may match any part of a text. Errors: Go would not take it.
    pub fn new(pattern: &str) -> Result<Pattern> {
        let matcher = match is_literal(pattern) {
            true => Matcher::Contains(pattern.to_string()),
            false => Matcher::regex(parse::translate(pattern)?),
        };
        Ok(Pattern { matcher })
    }

    /// A pattern that has to match the whole of a text: `^(?:pattern)$`. Errors: Go would not take it.
    pub fn whole(pattern: &str) -> Result<Pattern> {
        let matcher = match is_literal(pattern) {
            true => Matcher::Equals(pattern.to_string()),
            // Go: the anchors are put around before the pattern is read, so `a)|(?:b` is one.
            false => Matcher::regex(parse::translate(&format!("^(?:{pattern})$"))?),
        };
        Ok(Pattern { matcher })
    }

    /// The only text that this pattern matches, where there is only one.
    pub fn literal(&self) -> Option<&str> {
        if let Matcher::Equals(text) = &self.matcher { Some(text) } else { None }
    }

    pub fn is_match(&self, text: &str) -> bool {
        match &self.matcher {
            Matcher::Contains(part) => text.contains(part.as_str()),
            Matcher::Equals(whole) => text == whole,
            Matcher::Regex { translated, compiled } => {
                compiled.get_or_init(|| compile(translated)).as_ref().is_some_and(|regex| regex.is_match(text))
            }
        }
    }
}

impl Matcher {
    fn regex(translated: String) -> Matcher {
        Matcher::Regex { translated, compiled: OnceLock::new() }
    }
}

/// Nothing where a pattern is too large for the crate, which Go's limits keep it from being.
fn compile(translated: &str) -> Option<Regex> {
    RegexBuilder::new(translated).nest_limit(2_000).size_limit(1 << 26).build().ok()
}

/// A pattern in the syntax of the `regex` crate. Errors: Go would not take it (`bad-regexp`).
pub fn translate(pattern: &str) -> Result<String> {
    parse::translate(pattern)
}

fn is_literal(pattern: &str) -> bool {
    !pattern.contains(['\\', '.', '+', '*', '?', '(', ')', '|', '[', ']', '{', '}', '^', '$'])
}

fn bad(message: &str, part: &str) -> Box<Diagnostic> {
    Diagnostic::new("bad-regexp", format!("`{part}` in a regular expression: {message}"))
        .help("the syntax is that of Go: https://golang.org/s/re2syntax")
}

#[cfg(test)]
mod tests {
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
}
