//! Expectations are what sprig 3.3 gives with Go 1.26.

use crate::sprig::tests::{check, check_faults, run};

#[test]
fn cases_cuts_and_layout() {
    check(&[
        (r#"upper "straße ŉ ﬁ ᾳ ǆ""#, "STRAßE ŉ ﬁ ᾼ Ǆ"),
        (r#"lower "İSTANBUL ΣΑΣ""#, "istanbul σασ"),
        (r#"title "hello wörld_x don't éa-b ǆx""#, "Hello Wörld_x Don'T Éa-B ǅx"),
        (r#"title "a—b ჰ""#, "A—b ჰ"),
        (r#"untitle "Hello Wide World""#, "hello wide world"),
        (r#"swapcase "Hello wORLD ǅa""#, "hELLO World ǆA"),
        (r#"initials "Hello Wide  world""#, "HWw"),
        (r#"initials "élan""#, "Ã"),
        (r#"nospace "a b\tc\n""#, "abc"),
        (r#"nospace "é b""#, "Ã©b"),
        (r#"abbrev 5 "hello world""#, "he..."),
        (r#"abbrev 3 "hello world""#, "hello world"),
        (r#"abbrevboth 5 10 "1234 5678 9123""#, "...5678..."),
        (r#"abbrevboth 5 6 "1234 5678 9123""#, "1234 5678 9123"),
        (r#"trunc 5 "hello world""#, "hello"),
        (r#"trunc -5 "hello world""#, "world"),
        (r#"trunc -20 "hello""#, "hello"),
        (r#"substr 0 5 "hello world""#, "hello"),
        (r#"substr -1 3 "hello""#, "hel"),
        (r#"substr 2 -1 "hello""#, "llo"),
        (r#"trim "\u00a0 x\u2003\n""#, "x"),
        (r#"trimAll "$£" "£$5.00£""#, "5.00"),
        (r#"trimSuffix "-" "a--""#, "a-"),
        (r#"trimPrefix "-" "--a""#, "-a"),
        (r#"wrap 5 "a bb cccccccc dd  e""#, "a bb\ncccccccc\ndd  e"),
        (r#"wrapWith 5 "|" "a bb cccccccc dd  e""#, "a bb|ccccc|ccc|dd  e"),
        (r#"indent 2 "a\n\nb\n""#, "  a\n  \n  b\n  "),
        (r#"nindent 2 "a\nb""#, "\n  a\n  b"),
        (r#"repeat 3 "ab""#, "ababab"),
        (r#"replace "" "-" "aé""#, "-a-é-"),
        (r#"replace "a" "" "banana""#, "bnn"),
        (r#"plural "one" "many" 1"#, "one"),
        (r#"hasPrefix "a" "ab""#, "true"),
        (r#"contains "x" "ab""#, "false"),
    ]);
}

#[test]
fn what_does_not_fit_is_an_error() {
    check_faults(&[
        (r#"substr 3 1 "hello""#, "runtime error: slice bounds out of range [3:1]"),
        (r#"substr -1 9 "hello""#, "runtime error: slice bounds out of range [:9] with length 5"),
        (r#"indent -1 "a""#, "strings: negative Repeat count"),
        (r#"repeat -1 "ab""#, "strings: negative Repeat count"),
    ]);
}

#[test]
fn words_within_names() {
    check(&[
        (r#"snakecase "FirstName""#, "first_name"),
        (r#"snakecase "HTTPServer""#, "http_server"),
        (r#"snakecase "NoHTTPS""#, "no_https"),
        (r#"snakecase "GO_PATH""#, "go_path"),
        (r#"snakecase "GO PATH""#, "go_path"),
        (r#"snakecase "http2xx""#, "http_2xx"),
        (r#"snakecase "HTTP20xOK""#, "http_20x_ok"),
        (r#"snakecase "Duration2m3s""#, "duration_2m3s"),
        (r#"snakecase "Bld4Floor3rd""#, "bld4_floor_3rd"),
        (r#"snakecase "a世界B.c--d""#, "a_世界_b.c__d"),
        (r#"snakecase "_a_""#, "_a_"),
        (r#"kebabcase "HTTPStatus 4xxRate""#, "http-status-4xx-rate"),
        (r#"kebabcase "aB,Cd""#, "a-b,cd"),
        (r#"camelcase "http_server""#, "HttpServer"),
        (r#"camelcase "_complex__case_""#, "_Complex_Case_"),
        (r#"camelcase "some words""#, "SomeWords"),
        (r#"camelcase "GOLANG_IS_GREAT""#, "GolangIsGreat"),
        (r#"camelcase "__""#, "___"),
        (r#"camelcase "a""#, "A"),
        (r#"camelcase "-""#, "--"),
        (r#"camelcase """#, ""),
    ]);
}

#[test]
fn pieces_of_texts() {
    check(&[
        (r#"toJson (split "," "a,b,,")"#, r#"{"_0":"a","_1":"b","_2":"","_3":""}"#),
        (r#"toJson (split "" "aé")"#, r#"{"_0":"a","_1":"é"}"#),
        (r#"toJson (split "" "")"#, "{}"),
        (r#"toJson (split "," "")"#, r#"{"_0":""}"#),
        (r#"toJson (splitn "," 2 "a,b,c")"#, r#"{"_0":"a","_1":"b,c"}"#),
        (r#"toJson (splitn "," 0 "a,b,c")"#, "{}"),
        (r#"toJson (splitn "" 2 "abc")"#, r#"{"_0":"a","_1":"bc"}"#),
        (r#"toJson (splitList "," "a,b,")"#, r#"["a","b",""]"#),
        (r#"toJson (splitList "" "")"#, "[]"),
        (r#"join "-" (list "a" nil "b" "")"#, "a-b-"),
        (r#"join "-" "a""#, "a"),
        (r#"join "-" nil"#, ""),
        (r#"toJson (sortAlpha (list "b" "a" nil "B"))"#, r#"["B","a","b"]"#),
        (r#"toJson (sortAlpha "x")"#, r#"["x"]"#),
        (r#"$l := splitList "," "b,a" }}{{ sortAlpha $l }}{{ $l"#, "[a b][a b]"),
        (r#"$l := list "b" "a" }}{{ sortAlpha $l }}{{ $l"#, "[a b][b a]"),
        (r#"quote "a\"b" nil "é\x00""#, r#""a\"b" "é\x00""#),
        (r#"squote "it's" nil "x""#, "'it's' 'x'"),
        (r#"cat "a" nil " b " """#, "a  b  "),
        ("cat", ""),
    ]);
}

#[test]
fn a_text_has_a_longest_length() {
    let of = |pipeline: &str| run(&format!("{{{{ {pipeline} }}}}"));
    for pipeline in [
        r#"repeat 1000000000 "abc""#,
        r#"repeat 9223372036854775807 "abc""#,
        r#"indent 1000000000 "a""#,
        r#"nindent 9223372036854775807 "a\nb""#,
        r#"replace "" (repeat 100000 "a") (repeat 10000 "a")"#,
        r#"wrapWith 1 (repeat 100000 "a") (repeat 10000 "a")"#,
    ] {
        assert!(of(pipeline).contains("longer than 128 MiB"), "{pipeline}");
    }
}
