//! A template -> nodes.
//!
//! Source: parser.go of k8s.io/client-go/util/jsonpath.

use super::{Node, Operator, Slice};
use crate::gotmpl::unquote;

/// Longer ones are no paths. It also bounds how deep filters are nested.
const MAX_LENGTH: usize = 64 << 10;

/// Text, and between braces steps.
pub fn template(text: &str) -> Result<Vec<Node>, String> {
    if text.len() > MAX_LENGTH {
        return Err(format!("it is longer than {MAX_LENGTH} bytes"));
    }
    let mut nodes = Vec::new();
    let mut rest = text;
    while let Some((before, inside)) = rest.split_once('{') {
        if !before.is_empty() {
            nodes.push(Node::Text(before.to_owned()));
        }
        let mut steps = Steps { rest: inside, nodes: Vec::new() };
        steps.read()?;
        nodes.push(Node::List(steps.nodes));
        rest = steps.rest;
    }
    if !rest.is_empty() {
        nodes.push(Node::Text(rest.to_owned()));
    }
    Ok(nodes)
}

/// The steps of a text that would stand between braces. Go: parseAction.
fn steps(text: &str) -> Result<Vec<Node>, String> {
    let mut steps = Steps { rest: &format!("{text}}}"), nodes: Vec::new() };
    steps.read()?;
    Ok(steps.nodes)
}

struct Steps<'t> {
    rest: &'t str,
    nodes: Vec<Node>,
}

impl<'t> Steps<'t> {
    /// Reads up to the closing brace, and that too. Go: parseInsideAction.
    fn read(&mut self) -> Result<(), String> {
        loop {
            if let Some(rest) = self.rest.strip_prefix('}') {
                self.rest = rest;
                return Ok(());
            }
            if let Some(rest) = self.rest.strip_prefix("[?(") {
                self.rest = rest;
                self.filter()?;
                continue;
            }
            if let Some(rest) = self.rest.strip_prefix("..") {
                self.rest = rest;
                self.recursive()?;
                continue;
            }
            let Some(next) = self.rest.chars().next() else { return Err("unclosed action".to_owned()) };
            match next {
                '\r' | '\n' => return Err("unclosed action".to_owned()),
                ' ' | '@' | '$' => drop(self.take(1)),
                '[' => self.array()?,
                '"' | '\'' => self.quoted(next)?,
                '.' => {
                    self.take(1);
                    self.field();
                }
                '+' | '-' | '0'..='9' => self.number()?,
                c if c == '_' || c.is_alphanumeric() => self.word(),
                c => return Err(format!("unrecognized character in action: U+{:04X} '{c}'", c as u32)),
            }
        }
    }

    /// The next bytes, which are ASCII or end where a character does.
    fn take(&mut self, bytes: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    /// `range`, `end`, `true`, `false`, or anything.
    fn word(&mut self) {
        let word = self.take(self.rest.find(is_terminator).unwrap_or(self.rest.len()));
        self.nodes.push(match word {
            "true" => Node::Bool(true),
            "false" => Node::Bool(false),
            word => Node::Word(word.to_owned()),
        });
    }

    fn recursive(&mut self) -> Result<(), String> {
        if matches!(self.nodes.last(), Some(Node::Recursive)) {
            return Err("invalid multiple recursive descent".to_owned());
        }
        self.nodes.push(Node::Recursive);
        if self.rest.starts_with(|c: char| c == '_' || c.is_alphanumeric()) {
            self.field();
        }
        Ok(())
    }

    /// A name, in which `\` takes its meaning from what follows.
    fn field(&mut self) {
        let mut is_escaped = false;
        let end = self.rest.char_indices().find(|(_, c)| match (is_escaped, c) {
            (false, '\\') => {
                is_escaped = true;
                false
            }
            (false, c) => is_terminator(*c),
            (true, _) => {
                is_escaped = false;
                false
            }
        });
        let name = self.take(end.map_or(self.rest.len(), |(at, _)| at));
        self.nodes.push(match name {
            "*" => Node::Wildcard,
            name => Node::Field(name.replace('\\', "")),
        });
    }

    fn number(&mut self) -> Result<(), String> {
        let sign = usize::from(self.rest.starts_with(['+', '-']));
        let digits = self.rest.get(sign..).unwrap_or_default();
        let length = digits.find(|c: char| c != '.' && !c.is_ascii_digit()).unwrap_or(digits.len());
        let text = self.take(sign + length);
        self.nodes.push(match (text.parse(), text.parse()) {
            (Ok(int), _) => Node::Int(int),
            (_, Ok(float)) => Node::Float(float),
            _ => return Err(format!("cannot parse number {text}")),
        });
        Ok(())
    }

    fn quoted(&mut self, quote: char) -> Result<(), String> {
        let bytes = self.rest.as_bytes();
        let is_end = |at: &usize| {
            let byte = bytes.get(*at).copied().unwrap_or(b'\n');
            byte == b'\n' || char::from(byte) == quote && bytes.get(at - 1) != Some(&b'\\')
        };
        let end = (1..=bytes.len()).find(is_end).filter(|end| bytes.get(*end).is_some_and(|byte| *byte != b'\n'));
        let text = self.take(end.ok_or("unterminated quoted string")? + 1);
        let plain = unquote(text.as_bytes()).ok_or_else(|| format!("unquote string {text} error invalid syntax"))?;
        self.nodes.push(Node::Text(String::from_utf8_lossy(&plain).into_owned()));
        Ok(())
    }

    /// `[…]`: indexes, a name in quotes, or several of these.
    fn array(&mut self) -> Result<(), String> {
        let end = self.rest.find([']', '\n']).filter(|end| self.rest[*end..].starts_with(']'));
        let text = self.take(end.ok_or("unterminated array")? + 1);
        let text = text.trim_start_matches('[').strip_suffix(']').filter(|_| text.len() > 1).unwrap_or_default();
        let text = if text == "*" { ":" } else { text };
        if text.contains(',') {
            let parts = text.split(',').map(|part| steps(&format!("[{}]", part.trim_matches(' '))));
            self.nodes.push(Node::Union(parts.collect::<Result<_, _>>()?));
            return Ok(());
        }
        let name = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).filter(|name| !name.contains('\''));
        match name {
            Some(name) => self.nodes.extend(steps(&format!(".{name}"))?),
            None => self.nodes.push(Node::Slice(slice(text)?)),
        }
        Ok(())
    }

    /// What is behind `[?(`.
    fn filter(&mut self) -> Result<(), String> {
        let (mut pair, mut is_closed, mut before) = (None, false, '\0');
        let end = self.rest.char_indices().find(|(_, c)| {
            let last = std::mem::replace(&mut before, *c);
            match (*c, pair) {
                ('\n', _) => return true,
                ('"' | '\'', None) => pair = Some(*c),
                // Go: only the quote that opened the first text counts.
                (c, Some(quote)) if c == quote && last != '\\' => is_closed = true,
                (')', _) => return pair.is_some() == is_closed,
                _ => {}
            }
            false
        });
        let end = end.filter(|(_, c)| *c == ')').map(|(at, _)| at).ok_or("unterminated filter")?;
        let text = self.take(end);
        self.take(1);
        self.rest = self.rest.strip_prefix(']').ok_or("unclosed array expect ]")?;
        let node = match comparison(text) {
            Some((left, operator, right)) => {
                Node::Filter { left: steps(left)?, operator: operator_of(operator), right: steps(right)? }
            }
            None => Node::Filter { left: steps(text)?, operator: Operator::Exists, right: Vec::new() },
        };
        self.nodes.push(node);
        Ok(())
    }
}

/// Go: the pattern `^([^!<>=]+)([!<>=]+)(.+?)$`.
fn comparison(text: &str) -> Option<(&str, &str, &str)> {
    let is_sign = |c: char| matches!(c, '!' | '<' | '>' | '=');
    let start = text.find(is_sign).filter(|start| *start > 0)?;
    let (left, rest) = text.split_at(start);
    let (operator, right) = rest.split_at(rest.find(|c| !is_sign(c)).unwrap_or(rest.len()));
    if !right.is_empty() {
        return Some((left, operator, right));
    }
    // The last sign is what it is compared with.
    let (operator, right) = operator.split_at(operator.len() - 1);
    (!operator.is_empty()).then_some((left, operator, right))
}

fn operator_of(text: &str) -> Operator {
    match text {
        "==" => Operator::Equal,
        "!=" => Operator::NotEqual,
        "<" => Operator::Less,
        "<=" => Operator::LessOrEqual,
        ">" => Operator::Greater,
        ">=" => Operator::GreaterOrEqual,
        _ => Operator::Unknown,
    }
}

/// `2`, `1:3`, `::2`
fn slice(text: &str) -> Result<Slice, String> {
    let invalid = || format!("invalid array index {text}");
    let parts: Vec<&str> = text.split(':').collect();
    let is_number = |part: &&str| part.strip_prefix('-').unwrap_or(part).bytes().all(|b| b.is_ascii_digit());
    if parts.len() > 3 || !parts.iter().all(is_number) {
        return Err(invalid());
    }
    let number = |part: &str| part.parse::<i64>().map_err(|_| format!("array index {part} is not a number"));
    let at = |at: usize| parts.get(at).filter(|part| !part.is_empty()).map(|part| number(part)).transpose();
    let start = at(0)?;
    Ok(match parts.len() {
        1 => Slice { start, end: Some(start.unwrap_or(0).saturating_add(1)), is_one: true, step: None },
        _ => Slice { start, end: at(1)?, is_one: false, step: at(2)? },
    })
}

fn is_terminator(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '.' | ',' | '[' | ']' | '$' | '@' | '{' | '}')
}
