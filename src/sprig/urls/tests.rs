//! Expectations are what sprig 3.3 gives with Go 1.26.

use crate::sprig::tests::{check, check_faults};

#[test]
fn urls_are_taken_apart_and_put_together() {
    check(&[
        (
            r#"toJson (urlParse "proto://auth@host:80/path?query#fragment")"#,
            r#"{"fragment":"fragment","host":"host:80","hostname":"host","opaque":"","path":"/path","query":"query","scheme":"proto","userinfo":"auth"}"#,
        ),
        (
            r#"toJson (urlParse "HTTP://u%40:p%3a@[fe80::1%25en0]:80/a%20b;c?q=%zz#f%20g")"#,
            r#"{"fragment":"f g","host":"[fe80::1%en0]:80","hostname":"fe80::1%en0","opaque":"","path":"/a b;c","query":"q=%zz","scheme":"http","userinfo":"u%40:p%3A"}"#,
        ),
        (
            r#"toJson (urlParse "mailto:a@b?c")"#,
            r#"{"fragment":"","host":"","hostname":"","opaque":"a@b","path":"","query":"c","scheme":"mailto","userinfo":""}"#,
        ),
        (
            r#"toJson (urlParse "//h/p")"#,
            r#"{"fragment":"","host":"h","hostname":"h","opaque":"","path":"/p","query":"","scheme":"","userinfo":""}"#,
        ),
        (
            r#"toJson (urlParse "///p")"#,
            r#"{"fragment":"","host":"","hostname":"","opaque":"","path":"///p","query":"","scheme":"","userinfo":""}"#,
        ),
        (
            r#"toJson (urlParse "*")"#,
            r#"{"fragment":"","host":"","hostname":"","opaque":"","path":"*","query":"","scheme":"","userinfo":""}"#,
        ),
        (
            r#"toJson (urlParse "")"#,
            r#"{"fragment":"","host":"","hostname":"","opaque":"","path":"","query":"","scheme":"","userinfo":""}"#,
        ),
        (
            r#"toJson (urlParse "1a/b:c")"#,
            r#"{"fragment":"","host":"","hostname":"","opaque":"","path":"1a/b:c","query":"","scheme":"","userinfo":""}"#,
        ),
        (
            r#"toJson (urlParse "x://a:1:2/")"#,
            r#"{"fragment":"","host":"a:1:2","hostname":"a:1","opaque":"","path":"/","query":"","scheme":"x","userinfo":""}"#,
        ),
        (
            r#"urlJoin (dict "scheme" "http" "host" "h" "path" "/a b/é?" "query" "x=1&y=a b" "fragment" "f g#'(")"#,
            "http://h/a%20b/%C3%A9%3F?x=1&y=a b#f%20g%23%27(",
        ),
        (r#"urlJoin (dict "scheme" "http" "host" "h" "path" "p" "userinfo" "u@x:p:q")"#, "http://u%40x:p%3Aq@h/p"),
        (r#"urlJoin (dict "path" "a:b")"#, "./a:b"),
        (r#"urlJoin (dict "path" "*")"#, "*"),
        (r#"urlJoin (dict "scheme" "mailto" "opaque" "a@b" "query" "q")"#, "mailto:a@b?q"),
        (r#"urlJoin (dict "scheme" "http" "path" "/p")"#, "http:///p"),
        (r#"urlJoin (dict "scheme" "http")"#, "http:"),
        (r#"urlJoin (dict "host" "[::1]:80%é")"#, "//[::1]:80%25%C3%A9"),
        ("urlJoin nil", ""),
        (r#"urlJoin (dict "userinfo" "a/b")"#, ""),
    ]);
}

#[test]
fn what_is_no_url_is_an_error() {
    check_faults(&[
        (
            r#"toJson (urlParse "http://h%C3%A9%20?")"#,
            r#"unable to parse url: parse "http://h%C3%A9%20?": invalid URL escape "%20""#,
        ),
        (
            r#"urlParse "http://a b/""#,
            r#"unable to parse url: parse "http://a b/": invalid character " " in host name"#,
        ),
        (r#"urlParse "http://h:p/""#, r#"unable to parse url: parse "http://h:p/": invalid port ":p" after host"#),
        (
            r#"urlParse "http://a:1:2/""#,
            r#"unable to parse url: parse "http://a:1:2/": invalid port ":1:2" after host"#,
        ),
        (r#"urlParse "1:a""#, r#"unable to parse url: parse "1:a": first path segment in URL cannot contain colon"#),
        (r#"urlParse ":a""#, r#"unable to parse url: parse ":a": missing protocol scheme"#),
        (r#"urlParse "a:b\n""#, r#"unable to parse url: parse "a:b\n": net/url: invalid control character in URL"#),
        (r#"urlParse "/%zz""#, r#"unable to parse url: parse "/%zz": invalid URL escape "%zz""#),
        (r#"urlParse "/#%2""#, r#"unable to parse url: parse "/#%2": invalid URL escape "%2""#),
        (r#"urlParse "http://u[@h/""#, r#"unable to parse url: parse "http://u[@h/": net/url: invalid userinfo"#),
        (r#"urlParse "http://[::1""#, r#"unable to parse url: parse "http://[::1": missing ']' in host"#),
        (r#"urlParse "http://a[::1]""#, r#"unable to parse url: parse "http://a[::1]": invalid IP-literal"#),
        (r#"urlParse "http://[1.2.3.4]""#, r#"unable to parse url: parse "http://[1.2.3.4]": invalid IP-literal"#),
        (
            r#"urlParse "http://[::1%25]""#,
            r#"unable to parse url: parse "http://[::1%25]": invalid host: ParseAddr("::1%"): zone must be a non-empty string"#,
        ),
        (r#"urlParse "http://%41/""#, r#"unable to parse url: parse "http://%41/": invalid URL escape "%41""#),
        (r#"urlJoin (dict "host" nil)"#, "runtime error: invalid memory address or nil pointer dereference"),
        (r#"urlJoin (dict "host" 1)"#, "unable to parse host key, must be of type string, but int found"),
        (
            r#"urlJoin (dict "userinfo" "a[")"#,
            r#"unable to parse userinfo in dict: parse "proto://a[@host": net/url: invalid userinfo"#,
        ),
    ]);
}
