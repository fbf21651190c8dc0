//! Text for HTML, JavaScript and URLs.

use super::super::unicode::{decode_rune, is_print};

/// Go: template.HTMLEscape.
pub(super) fn html(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        match byte {
            0 => out.extend_from_slice("\u{fffd}".as_bytes()),
            b'"' => out.extend_from_slice(b"&#34;"),
            b'\'' => out.extend_from_slice(b"&#39;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            _ => out.push(*byte),
        }
    }
    out
}

/// Go: template.JSEscape.
pub(super) fn js(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((rune, width)) = decode_rune(rest) {
        match rune {
            '\\' => out.extend_from_slice(br"\\"),
            '\'' => out.extend_from_slice(br"\'"),
            '"' => out.extend_from_slice(br#"\""#),
            '<' | '>' | '&' | '=' => out.extend_from_slice(format!("\\u{:04X}", rune as u32).as_bytes()),
            ' '..='\x7f' => out.push(rune as u8),
            _ if is_print(rune) => out.extend_from_slice(&rest[..width]),
            _ => out.extend_from_slice(format!("\\u{:04X}", rune as u32).as_bytes()),
        }
        rest = &rest[width..];
    }
    out
}

/// Go: url.QueryEscape.
pub(super) fn url_query(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(*byte),
            b' ' => out.push(b'+'),
            _ => out.extend_from_slice(format!("%{byte:02X}").as_bytes()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of Go's exec_test.go and funcs.go.
    #[test]
    fn escapers_do_as_go_does() {
        assert_eq!(html(b"<script>\"it's\" & \0"), "&lt;script&gt;&#34;it&#39;s&#34; &amp; \u{fffd}".as_bytes());
        let cases: [(&str, &str); 7] = [
            ("a", "a"),
            ("'foo", r"\'foo"),
            ("Go \"jump\" \\", r#"Go \"jump\" \\"#),
            ("Yukihiro says \"今日は世界\"", r#"Yukihiro says \"今日は世界\""#),
            ("unprintable \u{fffe}", r"unprintable \uFFFE"),
            ("<html> a=b & \u{7f}\n", "\\u003Chtml\\u003E a\\u003Db \\u0026 \u{7f}\\u000A"),
            ("\u{1F600}", "\u{1F600}"),
        ];
        for (text, expected) in cases {
            assert_eq!(String::from_utf8_lossy(&js(text.as_bytes())), expected);
        }
        assert_eq!(url_query("http://www.example.org/ é".as_bytes()), b"http%3A%2F%2Fwww.example.org%2F+%C3%A9");
    }
}
