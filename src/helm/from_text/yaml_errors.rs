//! The reader's errors in go-yaml's words, for templates that print them.
//!
//! Which error it is, is known by its message: the reader has words of its own, and nobody else asks. A message
//! without a counterpart stays as it is.
//!
//! **Not here:** where the lines end that Go counts otherwise, after texts of several lines that should be keys.

use super::go_syntax;
use crate::base::{Diagnostic, SourceId, Span};
use crate::yaml::{ReadOptions, Schema, Tag, read, resolve};

/// What of go-yaml noticed the error, which says how it counts lines.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// It tells no line.
    Reader,
    /// From 1.
    Scanner,
    /// From 0, and 0 is not told.
    Parser,
}

const TAB: &str = "found character that cannot start any token";
const NO_COLON: &str = "could not find expected ':'";
const UNCLOSED: &str = "found unexpected end of stream";
const NO_DIRECTIVE: &str = "could not find expected directive name";
const NO_VERSION: &str = "did not find expected version number";

/// The start of a message, what Go says, and where that comes from.
const MESSAGES: &[(&str, &str, By)] = &[
    ("the control character", "control characters are not allowed", By::Reader),
    ("the value of a `!!binary` is not", "!!binary value contains invalid base64 data", By::Reader),
    ("the value of a merge key", "map merge requires map or sequence of maps as the value", By::Reader),
    ("the aliases of this document", "document contains excessive aliasing", By::Reader),
    ("values are nested more", "exceeded max depth of 10000", By::Reader),
    ("a key is not followed by `:`", NO_COLON, By::Scanner),
    ("a mapping value is not allowed here", "mapping values are not allowed in this context", By::Scanner),
    ("a list item cannot start here", "block sequence entries are not allowed in this context", By::Scanner),
    ("a key cannot start here", "mapping keys are not allowed in this context", By::Scanner),
    ("a value cannot start with", "found character that cannot start any token", By::Scanner),
    ("a tab cannot be used", TAB, By::Scanner),
    ("the quote is never closed", UNCLOSED, By::Scanner),
    ("a quoted value cannot hold a line", "found unexpected document indicator", By::Scanner),
    ("unknown escape", "found unknown escape character", By::Scanner),
    ("this escape needs", "did not find expected hexdecimal number", By::Scanner),
    ("the name of an a", "did not find expected alphabetic or numeric character", By::Scanner),
    ("the text of a block value must", "did not find expected comment or line break", By::Scanner),
    ("the indentation of a block value", "found an indentation indicator equal to 0", By::Scanner),
    ("nothing but a comment may follow", "did not find expected comment or line break", By::Scanner),
    ("a line that starts with `%`", NO_DIRECTIVE, By::Scanner),
    ("unknown directive", "found unknown directive name", By::Scanner),
    ("a `%YAML` directive must have", NO_VERSION, By::Scanner),
    ("a tag handle must", "did not find expected '!'", By::Scanner),
    ("a tag must be followed by", "did not find expected whitespace or line break", By::Scanner),
    ("a tag must have a name", "did not find expected tag URI", By::Scanner),
    ("a tag that starts with `!<`", "did not find the expected '>'", By::Scanner),
    ("the escaped bytes of a tag", "found an incorrect leading UTF-8 octet", By::Scanner),
    ("U+", "found invalid Unicode character escape code", By::Scanner),
    ("a `%` in a tag must", "did not find URI escaped octet", By::Scanner),
    ("YAML version", "found incompatible YAML document", By::Parser),
    ("a directive must be followed by `---`", "did not find expected <document start>", By::Parser),
    ("there are two `%YAML` directives", "found duplicate %YAML directive", By::Parser),
    ("there are two `%TAG` directives", "found duplicate %TAG directive", By::Parser),
    ("the tag handle", "found undefined tag handle", By::Parser),
    ("expected a value here", "did not find expected node content", By::Parser),
    ("expected a key or the end of", "did not find expected key", By::Parser),
    ("expected `-` or the end of", "did not find expected '-' indicator", By::Parser),
    ("expected `,` or `]`", "did not find expected ',' or ']'", By::Parser),
    ("expected `,` or `}`", "did not find expected ',' or '}'", By::Parser),
];

/// Go: the text of an error of go-yaml v2, or of what sigs.k8s.io/yaml does with a tree.
pub fn go_text(error: &Diagnostic, text: &[u8]) -> String {
    let span = error.labels.first().map_or(Span::NOWHERE, |label| label.span);
    let (start, end) = (span.start as usize, span.end as usize);
    let marked = String::from_utf8_lossy(text.get(start..end).unwrap_or_default());
    if error.code == "yaml-encoding" && error.message.ends_with("UTF-8") {
        return format!("yaml: {}", not_utf8(text.get(start..).unwrap_or_default()));
    }
    if let Some(text) = by_code(error, &marked) {
        return text;
    }
    let Some((_, go, by)) = MESSAGES.iter().find(|(start, ..)| error.message.starts_with(start)) else {
        return format!("yaml: {}", error.message);
    };
    let before = text.get(..start).and_then(|before| before.last()).copied().unwrap_or_default();
    let go = match *go {
        TAB => match error.labels.get(1).map_or("", |label| label.text.as_str()) {
            "" => TAB,
            label if label.contains("block") => "found a tab character where an indentation space is expected",
            _ => "found a tab character that violates indentation",
        },
        NO_DIRECTIVE if before != b'%' => "found unexpected non-alphabetical character",
        NO_VERSION if before.is_ascii_digit() => "did not find expected digit or '.' character",
        go => go,
    };
    let line = match go {
        NO_COLON => line_of(text, next_content(text, end)) + usize::from(ends_in_line(text, next_content(text, end))),
        UNCLOSED => line_of(text, text.len()),
        _ if *by == By::Parser => line_of(text, start) + usize::from(ends_in_line(text, start)),
        _ => line_of(text, start),
    };
    match (line, by) {
        (_, By::Reader) | (0, _) => format!("yaml: {go}"),
        (line, By::Scanner) => format!("yaml: line {}: {go}", line + 1),
        (line, By::Parser) => format!("yaml: line {line}: {go}"),
    }
}

/// Errors that show what they are about. They tell no line.
fn by_code(error: &Diagnostic, marked: &str) -> Option<String> {
    let name = marked.trim_start_matches(['*', '&']);
    Some(match error.code {
        "not-a-number" if marked.starts_with('-') => "json: unsupported value: -Inf".into(),
        "not-a-number" if marked.to_lowercase().contains("nan") => "json: unsupported value: NaN".into(),
        "not-a-number" => "json: unsupported value: +Inf".into(),
        "yaml-alias" if error.message.starts_with("there is no") => format!("yaml: unknown anchor '{name}' referenced"),
        "yaml-alias" if error.message.ends_with("itself") => format!("yaml: anchor '{name}' value contains itself"),
        // The key alone: what follows it was not read.
        "yaml-key" if error.message.ends_with("cannot be a key") => {
            let key = read(SourceId::NONE, marked.as_bytes(), ReadOptions::config()).ok()?.into_iter().next()?.root?;
            format!("yaml: invalid map key: {}", go_syntax::shown(&key))
        }
        "yaml-tag" if error.message.starts_with("the value is no") => {
            let wanted = error.message.split('`').nth(1)?;
            let value =
                marked.rsplit_once("!!").map_or(marked, |(_, tagged)| tagged.split_once(' ').unwrap_or_default().1);
            let found = match resolve(Schema::V2, value) {
                Tag::Null => "!!null",
                Tag::Bool => "!!bool",
                Tag::Int => "!!int",
                Tag::Float => "!!float",
                Tag::Timestamp => "!!timestamp",
                _ => "!!str",
            };
            format!("yaml: cannot decode {found} `{value}` as a {wanted}")
        }
        _ => return None,
    })
}

/// What is wrong with bytes that are no UTF-8. Go: readerc.go.
fn not_utf8(bytes: &[u8]) -> &'static str {
    let [first, rest @ ..] = bytes else { return "incomplete UTF-8 octet sequence" };
    let width = match first {
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf7 => 4,
        _ => return "invalid leading UTF-8 octet",
    };
    if rest.len() < width - 1 {
        return "incomplete UTF-8 octet sequence";
    }
    let trailing = &rest[..width - 1];
    if trailing.iter().any(|byte| byte & 0xc0 != 0x80) {
        return "invalid trailing UTF-8 octet";
    }
    let value = trailing.iter().fold(u32::from(*first) & (0x7f >> width), |value, b| value << 6 | u32::from(b & 0x3f));
    match (width, value) {
        (2, 0x80..) | (3, 0x800..) | (4, 0x1_0000..) => "invalid Unicode character",
        _ => "invalid length of a UTF-8 sequence",
    }
}

/// How many lines end before a place.
fn line_of(text: &[u8], at: usize) -> usize {
    let before = text.get(..at).unwrap_or(text);
    let is_end = |at: usize| match &before[at..] {
        [b'\n', ..] | [0xc2, 0x85, ..] | [0xe2, 0x80, 0xa8 | 0xa9, ..] => true,
        [b'\r', rest @ ..] => rest.first() != Some(&b'\n'),
        _ => false,
    };
    (0..before.len()).filter(|at| is_end(*at)).count()
}

/// Whether a place is the end of a text within a line. Go: the line ends there as well.
fn ends_in_line(text: &[u8], at: usize) -> bool {
    at >= text.len() && !matches!(text.last(), None | Some(b'\n' | b'\r'))
}

/// The next line that holds more than white space and comments, or the end.
fn next_content(text: &[u8], from: usize) -> usize {
    let mut at = from;
    let rest = text.get(from..).unwrap_or_default();
    for (number, line) in rest.split_inclusive(|byte| *byte == b'\n').enumerate() {
        if number > 0 && !line.trim_ascii_start().is_empty() && !line.trim_ascii_start().starts_with(b"#") {
            return at;
        }
        at += line.len();
    }
    text.len()
}
