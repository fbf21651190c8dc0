//! Label selectors: `app=web,tier in (a, b),!legacy`.
//!
//! kustomize: kyaml/yaml/internal/k8sgen/pkg/labels/selector.go, which is Kubernetes' own. Annotations
//! are selected by the same language.
//!
//! **Not here:** selecting by type and name.

use crate::base::{Diagnostic, Result, Span};

/// A list of requirements that have to hold together; none selects everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelSelector {
    requirements: Vec<Requirement>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    key: String,
    condition: Condition,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Condition {
    Exists,
    Missing,
    /// Also for `=` and `==`.
    In(Vec<String>),
    /// Also for `!=`; a missing label is fine.
    NotIn(Vec<String>),
    GreaterThan(i64),
    LessThan(i64),
}

impl LabelSelector {
    /// Errors: `bad-label-selector` for what Kubernetes does not take, with a label at `span`.
    pub fn parse(text: &str, span: Span) -> Result<LabelSelector> {
        let mut parser = Parser { tokens: tokens(text), at: 0 };
        parser.requirements().map(|requirements| LabelSelector { requirements }).map_err(|why| {
            Diagnostic::new("bad-label-selector", format!("`{text}` is not a label selector: {why}"))
                .at(span)
                .help("write it like `app=web,tier in (front, back),!legacy`")
        })
    }

    /// Whether it selects everything because it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }

    /// `get` looks a label up.
    pub fn matches<'l>(&self, get: impl Fn(&str) -> Option<&'l str>) -> bool {
        self.requirements.iter().all(|requirement| requirement.condition.holds(get(&requirement.key)))
    }
}

impl Condition {
    fn holds(&self, value: Option<&str>) -> bool {
        let number = || value.and_then(|value| value.parse::<i64>().ok());
        match self {
            Condition::Exists => value.is_some(),
            Condition::Missing => value.is_none(),
            Condition::In(values) => value.is_some_and(|value| values.iter().any(|v| v == value)),
            Condition::NotIn(values) => value.is_none_or(|value| values.iter().all(|v| v != value)),
            Condition::GreaterThan(limit) => number().is_some_and(|value| value > *limit),
            Condition::LessThan(limit) => number().is_some_and(|value| value < *limit),
        }
    }
}

/// A text; or an operator, a parenthesis or a comma. `in` and `notin` are operators only where
/// one is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'t> {
    Word(&'t str),
    Symbol(&'t str),
    End,
}

const SYMBOLS: [&str; 9] = ["==", "!=", "=", "!", "(", ")", ",", ">", "<"];

fn tokens(text: &str) -> Vec<Token<'_>> {
    let is_space = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n');
    let is_symbol = |c: char| "=!(),><".contains(c);
    let mut tokens = Vec::new();
    // Go: the lexer takes NUL for the end.
    let mut rest = text.split('\0').next().unwrap_or_default().trim_start_matches(is_space);
    while !rest.is_empty() {
        let length = match SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            Some(symbol) => {
                tokens.push(Token::Symbol(symbol));
                symbol.len()
            }
            None => {
                let end = rest.find(|c| is_space(c) || is_symbol(c)).unwrap_or(rest.len());
                tokens.push(Token::Word(&rest[..end]));
                end
            }
        };
        rest = rest[length..].trim_start_matches(is_space);
    }
    tokens
}

struct Parser<'t> {
    tokens: Vec<Token<'t>>,
    at: usize,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Token<'t> {
        self.tokens.get(self.at).copied().unwrap_or(Token::End)
    }

    fn next(&mut self) -> Token<'t> {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn requirements(&mut self) -> Result<Vec<Requirement>, String> {
        let mut requirements = Vec::new();
        if self.peek() == Token::End {
            return Ok(requirements);
        }
        loop {
            requirements.push(self.requirement()?);
            match self.next() {
                Token::End => return Ok(requirements),
                Token::Symbol(",") => {}
                other => return Err(expected(other, "`,` or the end")),
            }
        }
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let negated = self.peek() == Token::Symbol("!");
        self.at += usize::from(negated);
        let key = match self.next() {
            Token::Word(key) => key,
            other => return Err(expected(other, "a key")),
        };
        check_key(key)?;
        let condition = match self.peek() {
            _ if negated => Condition::Missing,
            Token::End | Token::Symbol(",") => Condition::Exists,
            operator => {
                self.at += 1;
                self.condition(operator)?
            }
        };
        let values = match &condition {
            Condition::In(values) | Condition::NotIn(values) => values.as_slice(),
            _ => &[],
        };
        values.iter().try_for_each(|value| check_value(value))?;
        Ok(Requirement { key: key.to_string(), condition })
    }

    fn condition(&mut self, operator: Token) -> Result<Condition, String> {
        Ok(match operator {
            Token::Word("in") => Condition::In(self.values()?),
            Token::Word("notin") => Condition::NotIn(self.values()?),
            Token::Symbol("=" | "==") => Condition::In(vec![self.value()?]),
            Token::Symbol("!=") => Condition::NotIn(vec![self.value()?]),
            Token::Symbol(">") => Condition::GreaterThan(self.number()?),
            Token::Symbol("<") => Condition::LessThan(self.number()?),
            other => return Err(expected(other, "`=`, `==`, `!=`, `in` or `notin`")),
        })
    }

    fn value(&mut self) -> Result<String, String> {
        match self.peek() {
            Token::End | Token::Symbol(",") => Ok(String::new()),
            Token::Word(value) => {
                self.at += 1;
                Ok(value.to_string())
            }
            other => Err(expected(other, "a value")),
        }
    }

    fn number(&mut self) -> Result<i64, String> {
        let value = self.value()?;
        check_value(&value)?;
        value.parse().map_err(|_| format!("`{value}` is not an integer"))
    }

    /// A list in parentheses; what is missing around a comma is the empty value.
    fn values(&mut self) -> Result<Vec<String>, String> {
        match self.next() {
            Token::Symbol("(") => {}
            other => return Err(expected(other, "`(`")),
        }
        let mut values = Vec::new();
        loop {
            let value = match self.peek() {
                Token::Word(value) => {
                    self.at += 1;
                    value
                }
                Token::Symbol("," | ")") => "",
                other => return Err(expected(other, "a value, `,` or `)`")),
            };
            values.push(value.to_string());
            match self.next() {
                Token::Symbol(",") => {}
                Token::Symbol(")") => return Ok(values),
                other => return Err(expected(other, "`,` or `)`")),
            }
        }
    }
}

fn expected(found: Token, wanted: &str) -> String {
    match found {
        Token::Word(text) | Token::Symbol(text) => format!("found `{text}`, expected {wanted}"),
        Token::End => format!("found the end, expected {wanted}"),
    }
}

/// kustomize: IsQualifiedName (k8sgen/pkg/util/validation).
fn check_key(key: &str) -> Result<(), String> {
    let (prefix, name) = match key.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    let prefix_fits = prefix.is_none_or(is_subdomain);
    if prefix_fits && !name.is_empty() && is_label_text(name) {
        Ok(())
    } else {
        Err(format!("`{key}` cannot be the key of a label"))
    }
}

fn check_value(value: &str) -> Result<(), String> {
    if value.is_empty() || is_label_text(value) {
        Ok(())
    } else {
        Err(format!("`{value}` cannot be the value of a label"))
    }
}

/// Letters, digits, `-`, `_` and `.`, alphanumeric at both ends, up to 63.
fn is_label_text(text: &str) -> bool {
    let ends = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= 63
        && ends(bytes.first())
        && ends(bytes.last())
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

fn is_subdomain(text: &str) -> bool {
    let is_end = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let is_label = |label: &str| {
        let bytes = label.as_bytes();
        is_end(bytes.first())
            && is_end(bytes.last())
            && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: [&[(&str, &str)]; 12] = [
        &[],
        &[("a", "1")],
        &[("a", "2"), ("b", "")],
        &[("b", "2")],
        &[("a", "")],
        &[("in", "in")],
        &[("a", "x"), ("x/a", "1")],
        &[("a_b.c", "d")],
        &[("app.kubernetes.io/name", "x")],
        &[("in", "1")],
        &[("notin", "x")],
        &[("1a", "1")],
    ];

    /// A selector, and which labels it selects, a bit each from the lowest; nothing where it is none.
    /// From kyaml v0.21.1's RNode.MatchesLabelSelector.
    #[rustfmt::skip]
    const CASES: [(&str, Option<u32>); 72] = [
        ("", Some(0xfff)),
        ("a", Some(0x56)),
        ("a=1", Some(0x2)),
        ("a==1", Some(0x2)),
        ("a!=1", Some(0xffd)),
        ("!a", Some(0xfa9)),
        ("a in (1,2)", Some(0x6)),
        ("a notin (1,2)", Some(0xff9)),
        ("a in ()", Some(0x10)),
        ("a in (,1)", Some(0x12)),
        ("a in (1,)", Some(0x12)),
        ("a in (,)", Some(0x10)),
        ("a in (1,,2)", Some(0x16)),
        ("a=", Some(0x10)),
        ("a=,b", Some(0x0)),
        ("a,b", Some(0x4)),
        ("a,", None),
        ("a,,b", None),
        (",a", None),
        ("a=1,!b", Some(0x2)),
        ("a>1", Some(0x4)),
        ("a<5", Some(0x6)),
        ("a>x", None),
        ("a>-1", None),
        ("a>", None),
        ("a = 1 , b = 2", Some(0x0)),
        ("in", Some(0x220)),
        ("in in (in)", Some(0x20)),
        ("in=1", Some(0x200)),
        ("notin notin (in)", Some(0xfff)),
        ("a in 1", None),
        ("a in (1", None),
        ("a in (1 2)", None),
        ("a (1)", None),
        ("a=(", None),
        ("a=b=c", None),
        ("!", None),
        ("!!a", None),
        ("!a=1", None),
        ("a==!b", None),
        ("a===1", None),
        ("x/a=1", Some(0x40)),
        ("X/a=1", None),
        ("x.y/a", Some(0x0)),
        ("x..y/a", None),
        ("/a", None),
        ("a/", None),
        ("a/b/c", None),
        ("-a", None),
        ("a-", None),
        ("a_b.c=d", Some(0x80)),
        ("a=-1", None),
        ("a=1-", None),
        ("a=é", None),
        ("é", None),
        ("a\tin\n(1)", Some(0x2)),
        ("a in (!)", None),
        ("a!= 1", Some(0xffd)),
        ("a !=1", Some(0xffd)),
        ("!a,b", Some(0x8)),
        ("a=1 b", None),
        ("a b", None),
        ("()", None),
        ("=", None),
        ("a in (1)b", None),
        ("a in (1),b", Some(0x0)),
        ("app.kubernetes.io/name=x", Some(0x100)),
        ("a=1,a=2", Some(0x0)),
        ("a!=", Some(0xfef)),
        ("1a=1", Some(0x800)),
        ("a>1,b", Some(0x4)),
        ("a<1<2", None),
    ];

    #[test]
    fn selectors_select_what_the_reference_selects() {
        for (text, expected) in CASES {
            let selector = LabelSelector::parse(text, Span::NOWHERE).ok();
            let bits = selector.map(|selector| {
                let selects = |labels: &[(&str, &'static str)]| {
                    selector.matches(|key| labels.iter().find(|(k, _)| *k == key).map(|(_, value)| *value))
                };
                LABELS.iter().enumerate().map(|(at, labels)| u32::from(selects(labels)) << at).sum::<u32>()
            });
            assert_eq!(bits, expected, "{text:?}");
        }
    }
}
