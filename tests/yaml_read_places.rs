//! Where the YAML reader says that things stand, and what it does with hostile input.

use kz::base::stack::with_deep_stack;
use kz::base::{Diagnostic, SourceId, Sources, Span};
use kz::yaml::{Document, Duplicates, Node, ReadOptions, Value, read};
use proptest::prelude::*;

fn source() -> SourceId {
    Sources::new().add("test.yaml", &b""[..])
}

fn one(text: &str) -> Node {
    let documents = read(source(), text.as_bytes(), ReadOptions::resource()).unwrap();
    documents.into_iter().find_map(|d| d.root).unwrap()
}

/// What a reader says that looks for keys that are there twice.
fn error(text: &str, options: ReadOptions) -> Box<Diagnostic> {
    let options = match options.duplicates {
        Duplicates::Keep => ReadOptions { duplicates: Duplicates::Reject, ..options },
        _ => options,
    };
    read(source(), text.as_bytes(), options).unwrap_err()
}

fn slice(text: &str, span: Span) -> &str {
    &text[span.start as usize..span.end as usize]
}

/// The pieces of the text that the nodes stand for, parents first.
fn pieces(text: &str, node: &Node, out: &mut Vec<String>) {
    out.push(slice(text, node.span).to_owned());
    match &node.value {
        Value::Scalar(_) => {}
        Value::Sequence(items) => items.iter().for_each(|item| pieces(text, item, out)),
        Value::Mapping(entries) => entries.iter().for_each(|entry| {
            pieces(text, &entry.key, out);
            pieces(text, &entry.value, out);
        }),
    }
}

#[test]
fn a_span_is_the_text_of_its_node() {
    let cases: &[(&str, &[&str])] = &[
        ("a: b\n", &["a: b", "a", "b"]),
        ("a: 'b'\n\"c\": \"d\\n\"\n", &["a: 'b'\n\"c\": \"d\\n\"", "a", "'b'", "\"c\"", "\"d\\n\""]),
        ("# x\na:   b c   # d\n", &["a:   b c", "a", "b c"]),
        ("a: b\n  c\n\nd: e\n", &["a: b\n  c\n\nd: e", "a", "b\n  c", "d", "e"]),
        ("a: |\n  b\n  c\n\nd: 1\n", &["a: |\n  b\n  c\n\nd: 1", "a", "|\n  b\n  c", "d", "1"]),
        ("a: |-\nb: >\n", &["a: |-\nb: >", "a", "|-", "b", ">"]),
        ("a: [ b, {c: d} ] # e\n", &["a: [ b, {c: d} ]", "a", "[ b, {c: d} ]", "b", "{c: d}", "c", "d"]),
        ("a: [b: c]\n", &["a: [b: c]", "a", "[b: c]", "b: c", "b", "c"]),
        (
            "a:\n- b\n-\n- c: d\n  e: f\n",
            &["a:\n- b\n-\n- c: d\n  e: f", "a", "- b\n-\n- c: d\n  e: f", "b", "", "c: d\n  e: f", "c", "d", "e", "f"],
        ),
        ("a:\nb: \n", &["a:\nb:", "a", "", "b", ""]),
        ("? a\n: b\n", &["? a\n: b", "a", "b"]),
        ("a: !!str 5\nb: &x c\n", &["a: !!str 5\nb: &x c", "a", "5", "b", "c"]),
        ("é: ü\n日: 本", &["é: ü\n日: 本", "é", "ü", "日", "本"]),
        // What an alias stands for is changed at its anchor.
        ("a: &x b\nc: *x", &["a: &x b\nc: *x", "a", "b", "c", "b"]),
        ("---\n\na: b\n...\n", &["a: b", "a", "b"]),
        ("\u{feff}a: b\r\nc: d\r\n", &["a: b\r\nc: d", "a", "b", "c", "d"]),
        ("a: 'x\r\r\n y'\nb: c\n", &["a: 'x\r\r\n y'\nb: c", "a", "'x\r\r\n y'", "b", "c"]),
    ];
    for (text, expected) in cases {
        let mut found = Vec::new();
        pieces(text, &one(text), &mut found);
        assert_eq!(found, *expected, "{text}");
    }
}

#[test]
fn documents_know_their_pieces() {
    let text = "a: 1\n---\n---\n# b\n---\nc: 3";
    let documents = read(source(), text.as_bytes(), ReadOptions::resource()).unwrap();
    let found: Vec<(&str, bool)> = documents.iter().map(|d| (slice(text, d.span), d.root.is_some())).collect();
    // A line behind a separator is none itself.
    assert_eq!(found, [("a: 1\n", true), ("---\n# b\n", false), ("c: 3", true)]);
}

#[test]
fn utf16_is_read_and_its_places_are_those_of_the_file() {
    for little in [true, false] {
        let bytes: Vec<u8> = "\u{feff}a: \u{1f600}x\nb: {c: d\n"
            .encode_utf16()
            .flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() })
            .collect();
        // The mark, `a: `, a pair of surrogates, `x`, a newline, `b: `.
        let error = read(source(), &bytes, ReadOptions::resource()).unwrap_err();
        assert_eq!(error.code, "yaml-syntax");
        assert_eq!(error.labels[1].span.start, 2 * (1 + 3 + 2 + 1 + 1 + 3));
        let good = &bytes[..2 * (1 + 3 + 2 + 1 + 1)];
        let documents = read(source(), good, ReadOptions::resource()).unwrap();
        let root = documents[0].root.as_ref().unwrap();
        let value = root.get("a").unwrap();
        assert_eq!(value.text(), Some("\u{1f600}x"));
        assert_eq!((value.span.start, value.span.end), (2 * 4, 2 * 7));
    }
    for bytes in [&b"\xff\xfea"[..], b"\xff\xfe\x00\xd8a\x00", b"\xff\xfe\x00\xdc", b"\xfe\xff\x00\x01"] {
        assert_eq!(read(source(), bytes, ReadOptions::resource()).unwrap_err().code, "yaml-encoding", "{bytes:?}");
    }
}

#[test]
fn what_is_no_text_is_refused_where_it_stands() {
    for (bytes, at) in [(&b"a: \xff"[..], 3), (b"a: \xc3", 3), (b"a: \xed\xa0\x80", 3), (b"a: b\x00", 4), (b"a\x7f", 1)]
    {
        let error = read(source(), bytes, ReadOptions::config()).unwrap_err();
        assert_eq!((error.code, error.labels[0].span.start), ("yaml-encoding", at), "{bytes:?}");
    }
}

#[test]
fn errors_point_at_the_mistake() {
    // The input, the code, and the text under each label; behind a bar its line on a terminal.
    let cases: &[(&str, &str, &[&str])] = &[
        ("a: 1\nb: 2\na: 3\n", "yaml-duplicate-key", &["a", "a"]),
        ("a: b: c", "yaml-syntax", &[":"]),
        ("a: 1\nfoo bar\nb: 2", "yaml-syntax", &["foo bar"]),
        ("a: 'b\n", "yaml-syntax", &["'"]),
        ("a: \"\\q\"", "yaml-syntax", &["\\q"]),
        ("a: \"\\ud800\"", "yaml-syntax", &["\\ud800"]),
        ("a: [b, c\nd: e\n", "yaml-syntax", &[":", "["]),
        ("a: @b", "yaml-syntax", &["@"]),
        ("a:\n\tb: c", "yaml-syntax", &["\t"]),
        ("a: {{ b }}", "yaml-key", &["{ b }"]),
        ("a: !!int b", "yaml-tag", &["b"]),
        ("a: *b", "yaml-alias", &["*b"]),
        ("a: &b [*b]", "yaml-alias", &["*b", ""]),
        ("a:\n  <<: 1", "yaml-merge", &["1"]),
        ("a: 1\n--- b\nc: 2\n", "yaml-separator", &["--- b"]),
        ("a: 1\n- b\n", "yaml-syntax", &["-", "a"]),
        ("- a\nb: 1\n", "yaml-syntax", &["b", "-"]),
    ];
    for (text, code, labels) in cases {
        let error = error(text, ReadOptions::resource());
        let found: Vec<&str> = error.labels.iter().map(|label| slice(text, label.span)).collect();
        assert_eq!((error.code, found.as_slice()), (*code, *labels), "{text}: {}", error.message);
    }
}

#[test]
fn duplicate_keys_of_large_mappings_are_found() {
    let mut text: String = (0..100_000).map(|n| format!("key{n}: v\n")).collect();
    assert!(read(source(), text.as_bytes(), ReadOptions::resource()).is_ok());
    text.push_str("key77: w\n");
    let error = error(&text, ReadOptions::resource());
    assert_eq!((error.code, slice(&text, error.labels[1].span)), ("yaml-duplicate-key", "key77"));
    let documents = read(source(), text.as_bytes(), ReadOptions::config()).unwrap();
    let value = documents[0].root.as_ref().and_then(|root| root.get("key77")).and_then(Node::text);
    assert_eq!(value, Some("w"));
}

#[test]
fn nesting_is_allowed_as_deep_as_by_go_yaml() {
    let depth = 10_000;
    let cases = [("[", "]"), ("- ", "x"), ("{a: ", "}"), ("? ", "x")];
    for (open, close) in cases {
        let text = |n: usize| open.repeat(n) + &if close == "x" { "x".to_owned() } else { close.repeat(n) };
        for options in [ReadOptions::resource(), ReadOptions::config()] {
            if open != "? " {
                assert!(read(source(), text(depth).as_bytes(), options).is_ok(), "{open}");
            }
            assert_eq!(error(&text(depth + 1), options).code, "yaml-depth", "{open}");
        }
    }
    // Through aliases.
    let mut text = format!("a0: &a0 {}{}\n", "[".repeat(6000), "]".repeat(6000));
    text.push_str(&format!("a1: {}*a0{}\n", "[".repeat(3000), "]".repeat(3000)));
    assert!(read(source(), text.as_bytes(), ReadOptions::resource()).is_ok());
    text.push_str(&format!("a2: {}*a0{}\n", "[".repeat(6000), "]".repeat(6000)));
    assert_eq!(error(&text, ReadOptions::resource()).code, "yaml-depth");
}

#[test]
fn aliases_cannot_make_a_document_explode() {
    let by = |line: fn(usize) -> String| (1..30).map(line).collect::<String>();
    let lists = "a0: &a0 [x, x]\n".to_owned()
        + &by(|n| format!("a{n}: &a{n} [*a{m}, *a{m}, *a{m}, *a{m}, *a{m}, *a{m}, *a{m}, *a{m}, *a{m}]\n", m = n - 1));
    let maps = "a0: &a0 {x: x}\n".to_owned() + &by(|n| format!("a{n}: &a{n} {{a: *a{m}, b: *a{m}}}\n", m = n - 1));
    let merges = "a0: &a0 {x: x}\n".to_owned()
        + &by(|n| format!("a{n}: &a{n} {{<<: [*a{m}, *a{m}], k{n}: *a{m}, l{n}: {{<<: *a{m}}}}}\n", m = n - 1));
    let texts = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), vec!["*a"; 4000].join(", "));
    for text in [lists, maps, merges, texts] {
        for options in [ReadOptions::resource(), ReadOptions::config()] {
            assert_eq!(error(&text, options).code, "yaml-alias", "{}", &text[..40]);
        }
    }
    // Many aliases to small values are fine.
    let text = format!("a: &a {{b: c}}\nd:\n{}", "- *a\n".repeat(50_000));
    assert!(read(source(), text.as_bytes(), ReadOptions::resource()).is_ok());
}

/// Children stand within their parents, and every span within the text.
fn check_spans(text: &str, node: &Node, within: Span) -> Result<(), TestCaseError> {
    prop_assert!(within.start <= node.span.start && node.span.end <= within.end && node.span.start <= node.span.end);
    prop_assert!(text.is_char_boundary(node.span.start as usize) && text.is_char_boundary(node.span.end as usize));
    match &node.value {
        Value::Scalar(_) => Ok(()),
        Value::Sequence(items) => items.iter().try_for_each(|item| check_spans(text, item, node.span)),
        Value::Mapping(entries) => entries.iter().try_for_each(|entry| {
            check_spans(text, &entry.key, node.span)?;
            check_spans(text, &entry.value, node.span)
        }),
    }
}

fn check(bytes: &[u8]) -> Result<(), TestCaseError> {
    let source = source();
    for options in [ReadOptions::resource(), ReadOptions::config()] {
        let result: Result<Vec<Document>, Box<Diagnostic>> = read(source, bytes, options);
        let Ok(text) = std::str::from_utf8(bytes) else { continue };
        match result {
            Err(error) => {
                for label in &error.labels {
                    let (start, end) = (label.span.start as usize, label.span.end as usize);
                    prop_assert!(text.get(start..end).is_some(), "label {start}..{end} of {}", error.message);
                }
                prop_assert!(!error.labels.is_empty(), "{}", error.message);
            }
            // What aliases stand for has its place elsewhere.
            Ok(_) if text.contains('*') || text.contains("<<") => {}
            Ok(documents) => {
                for document in &documents {
                    if let Some(root) = &document.root {
                        with_deep_stack(|| check_spans(text, root, document.span))?;
                    }
                }
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        check(&bytes)?;
    }

    #[test]
    fn random_yaml_never_panics(pieces in proptest::collection::vec(prop_oneof![
        Just("a"), Just("b: "), Just("- "), Just("? "), Just(": "), Just("\n"), Just("\n  "), Just("  "), Just("\t"),
        Just("# c"), Just("'"), Just("\""), Just("|"), Just(">-\n"), Just("["), Just("]"), Just("{"), Just("}"),
        Just(", "), Just("&x "), Just("*x"), Just("!!int "), Just("!y "), Just("<<: "), Just("---"), Just("...\n"),
        Just("\r\n"), Just("\r\r\n"), Just("é"), Just("\u{2028}"), Just("\u{85}"), Just("\u{feff}"), Just("\\"),
        Just("\\x4"), Just("%YAML 1.1\n"), Just("5"), Just("~"), Just("\u{0}"), Just("😀"),
    ], 0..40)) {
        check(pieces.concat().as_bytes())?;
    }
}
