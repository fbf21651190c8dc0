//! Kubernetes' JSONPath: `{.image.tag}`, `{range .ports[*]}{.port}{"\n"}{end}`.
//!
//! Source: k8s.io/client-go/util/jsonpath. No library has its templates, its escapes and its mistakes.
//!
//! **Invariant:** what is found is bounded, whatever the path.

mod find;
mod parse;

use crate::gotmpl::fmt::append_value;
use crate::gotmpl::{Fault, Value};
use crate::sprig::json::{Layout, marshal};

/// A template that was read.
pub struct JsonPath {
    nodes: Vec<Node>,
}

/// A step of a path; on the outermost level text or what stands between braces.
enum Node {
    Text(String),
    /// Steps one after the other.
    List(Vec<Node>),
    Field(String),
    /// `[2]`, `[1:]`, `[:4:2]`
    Slice(Slice),
    /// `[?(@.port > 80)]`
    Filter {
        left: Vec<Node>,
        operator: Operator,
        right: Vec<Node>,
    },
    /// `[0,2]`
    Union(Vec<Vec<Node>>),
    /// `.*`
    Wildcard,
    /// `..`
    Recursive,
    Int(i64),
    Float(f64),
    Bool(bool),
    /// `range`, `end`, or something unknown.
    Word(String),
}

#[derive(Default)]
struct Slice {
    start: Option<i64>,
    end: Option<i64>,
    /// The end was not written: it is the next one.
    is_one: bool,
    step: Option<i64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    Exists,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Unknown,
}

impl JsonPath {
    /// Errors: what is wrong with the template, in Go's words.
    pub fn parse(text: &str) -> Result<JsonPath, String> {
        parse::template(text).map(|nodes| JsonPath { nodes })
    }

    /// What the template prints of a value.
    ///
    /// Errors: what is not there, or is of another kind than the path needs; in Go's words.
    pub fn print(&self, data: &Value) -> Result<Vec<u8>, String> {
        let mut out = Vec::new();
        for results in find::all(&self.nodes, data)? {
            for (at, result) in results.iter().enumerate() {
                if at > 0 {
                    out.push(b' ');
                }
                append(&mut out, result).map_err(|fault| fault.to_string())?;
            }
        }
        Ok(out)
    }
}

/// Go: JSONPath.PrintResults.
fn append(out: &mut Vec<u8>, value: &Value) -> Result<(), Fault> {
    match value {
        Value::Nil => out.extend_from_slice(b"null"),
        Value::Map(_) | Value::List(_) => out.extend(marshal(value, Layout::Compact)?),
        other => append_value(out, other)?,
    }
    Ok(())
}

#[cfg(test)]
mod tests;
