//! What a plain scalar is: null, a truth value, a number, a time, or text.
//!
//! There are two sets of rules, because the reference tools use two parsers: kustomize reads
//! resources as go-yaml v3 does, and everything that goes through `sigs.k8s.io/yaml` (the
//! kustomization file, Helm's values, what has to be quoted in the output) follows go-yaml v2.
//! Rules: `resolve.go` of both.
//!
//! **Invariant:** [`resolve`] and [`Resolved::of_plain`] agree on every text.
//!
//! **Not here:** explicit tags (`!!int`), which the composer applies.

use super::node::{Scalar, Style, Tag};
use super::number::{self, Number};
use super::timestamp::Timestamp;

/// Whose rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// go-yaml v2: `y`, `yes`, `on` and their like are truth values.
    V2,
    /// go-yaml v3: only `true` and `false` are.
    V3,
}

/// A scalar's value; of text, that it is text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Resolved {
    Null,
    Bool(bool),
    Number(Number),
    Timestamp(Timestamp),
    Str,
}

/// The tag of a plain scalar that has none.
pub fn resolve(schema: Schema, text: &str) -> Tag {
    match text.as_bytes().first() {
        Some(b'0'..=b'9') if is_short_decimal(text) => Tag::Int,
        _ => Resolved::of_plain(schema, text).tag(),
    }
}

/// The numbers that are everywhere: up to 18 digits without a leading zero.
fn is_short_decimal(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() <= 18 && (bytes[0] != b'0' || bytes.len() == 1) && bytes.iter().all(u8::is_ascii_digit)
}

impl Resolved {
    /// The value of a plain scalar without a tag.
    pub fn of_plain(schema: Schema, text: &str) -> Resolved {
        // Go: resolveTable. The first byte says what a text might be.
        match text.as_bytes().first() {
            None | Some(b'~' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'y' | b'Y' | b'o' | b'O') => {
                word(schema, text).unwrap_or(Resolved::Str)
            }
            Some(b'.') => special_float(text).or_else(|| as_number(schema, text)).unwrap_or(Resolved::Str),
            Some(b'+' | b'-') => special_float(text).or_else(|| as_number(schema, text)).unwrap_or(Resolved::Str),
            Some(b'0'..=b'9') => Timestamp::parse(text)
                .map(Resolved::Timestamp)
                .or_else(|| as_number(schema, text))
                .unwrap_or(Resolved::Str),
            Some(_) => Resolved::Str,
        }
    }

    pub fn tag(self) -> Tag {
        match self {
            Resolved::Null => Tag::Null,
            Resolved::Bool(_) => Tag::Bool,
            Resolved::Number(Number::Float(_)) => Tag::Float,
            Resolved::Number(_) => Tag::Int,
            Resolved::Timestamp(_) => Tag::Timestamp,
            Resolved::Str => Tag::Str,
        }
    }
}

impl Scalar {
    /// The value by tag and text. Where the tag is [`Tag::Open`] a plain text is resolved by the
    /// rules asked for and a quoted one is text.
    pub fn resolved(&self, schema: Schema) -> Resolved {
        match self.tag {
            Tag::Open if self.style == Style::Plain => Resolved::of_plain(schema, &self.text),
            Tag::Null => Resolved::Null,
            // The tag says which rules made it a truth value, so all spellings are good.
            Tag::Bool => word(Schema::V2, &self.text).unwrap_or(Resolved::Str),
            Tag::Int | Tag::Timestamp => Resolved::of_plain(schema, &self.text),
            Tag::Float => match Resolved::of_plain(schema, &self.text) {
                Resolved::Number(Number::Int(n)) => Resolved::Number(Number::Float(n as f64)),
                other => other,
            },
            Tag::Open | Tag::Str | Tag::Binary | Tag::Merge | Tag::Other => Resolved::Str,
        }
    }
}

impl Scalar {
    /// Puts double quotes around a plain text that YAML 1.1 would read as something else, which makes
    /// a text of what a setter left open. What is written over it later keeps the quotes, and becomes
    /// a text by them. Go: FieldSetter, IsYaml1_1NonString (kyaml/yaml/fns.go, compatibility.go).
    pub fn quote_if_ambiguous(&mut self) {
        let is_open = self.style == Style::Plain && matches!(self.tag, Tag::Str | Tag::Open) && !self.text.is_empty();
        let reads_as_other =
            || !matches!(Resolved::of_plain(Schema::V2, &self.text), Resolved::Str | Resolved::Timestamp(_));
        if is_open && reads_as_other() {
            self.style = Style::DoubleQuoted;
        }
    }
}

fn word(schema: Schema, text: &str) -> Option<Resolved> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Some(Resolved::Null),
        "true" | "True" | "TRUE" => Some(Resolved::Bool(true)),
        "false" | "False" | "FALSE" => Some(Resolved::Bool(false)),
        _ if schema == Schema::V3 || text.len() > 3 => None,
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(Resolved::Bool(true)),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(Resolved::Bool(false)),
        _ => None,
    }
}

fn as_number(schema: Schema, text: &str) -> Option<Resolved> {
    number::parse(text, schema == Schema::V3).map(Resolved::Number)
}

fn special_float(text: &str) -> Option<Resolved> {
    let float = match text {
        ".nan" | ".NaN" | ".NAN" => f64::NAN,
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => f64::INFINITY,
        "-.inf" | "-.Inf" | "-.INF" => f64::NEG_INFINITY,
        _ => return None,
    };
    Some(Resolved::Number(Number::Float(float)))
}
