//! What can be wrong with a template, in Go's words and with its places.

use std::fmt;

use super::func::Fault;
use crate::base::Span;

/// A text that is no template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The name under which the text was parsed.
    pub name: String,
    /// From 1.
    pub line: usize,
    pub message: String,
    pub span: Span,
}

/// A failure in the course of a template.
#[derive(Debug)]
pub struct ExecError {
    /// Where it happened; none where Go tells no place.
    pub site: Option<Box<Site>>,
    /// Without what the cause says.
    pub message: String,
    /// The error of the function that was called, which may be the failure of a template in turn.
    pub cause: Option<Fault>,
    /// Where a chain of fields met nil: the part of the chain that is nil, such as `.Values.a`.
    pub nil_path: Option<String>,
}

/// The place of a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The name of the text that holds the template.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// In bytes, from 0.
    pub column: usize,
    /// The name of the template.
    pub template: String,
    /// The node as Go prints it.
    pub context: String,
    pub span: Span,
}

impl ExecError {
    /// One without a place.
    pub(super) fn new(message: impl Into<String>) -> Box<ExecError> {
        Box::new(ExecError { site: None, message: message.into(), cause: None, nil_path: None })
    }

    /// The failure of the template that was executed within the call that failed.
    pub fn inner(&self) -> Option<&ExecError> {
        self.cause.as_ref()?.inner.as_deref()
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "template: {}:{}: {}", self.name, self.line, self.message)
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = super::fmt::quote(self.template.as_bytes());
        write!(f, "{}:{}:{}: executing {name} at <{}>", self.file, self.line, self.column, self.context)
    }
}

impl fmt::Display for ExecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("template: ")?;
        if let Some(site) = &self.site {
            write!(f, "{site}: ")?;
        }
        f.write_str(&self.message)?;
        self.cause.as_ref().map_or(Ok(()), |cause| write!(f, ": {cause}"))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.inner {
            Some(inner) if self.message.is_empty() => write!(f, "{inner}"),
            Some(inner) => write!(f, ": {inner}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ParseError {}

impl std::error::Error for ExecError {}
