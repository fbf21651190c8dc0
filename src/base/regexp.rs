//! Regular expressions as Go's `regexp` takes them (RE2), for the engines of `regex-automata` to match.
//!
//! Rust's own syntax accepts other texts, and means other things by `\w`, `\d`, `\s` and `\b`. So a pattern is
//! read by Go's grammar here, into the tree that the engines are built of.
//!
//! **Invariant:** what Go rejects is rejected here; size and nesting are bounded, and so is the time of a match.
//! **Not here:** who asks with what.

mod class;
mod engine;
mod find;
mod parse;

pub use find::{Regexp, quote_meta};

use self::engine::Engine;
use super::{Diagnostic, Result};

/// A pattern. Texts without operators, which are most of them, are compared as they are.
#[derive(Clone, Debug)]
pub struct Pattern {
    matcher: Matcher,
}

#[derive(Clone, Debug)]
enum Matcher {
    /// Somewhere in the text.
    Contains(String),
    /// The whole text.
    Equals(String),
    /// Compiled when first used.
    Regex(Engine),
}

impl Pattern {
    /// A pattern that may match any part of a text. Errors: Go would not take it (`bad-regexp`).
    pub fn new(pattern: &str) -> Result<Pattern> {
        let matcher = match is_literal(pattern) {
            true => Matcher::Contains(pattern.to_string()),
            false => Matcher::regex(pattern)?,
        };
        Ok(Pattern { matcher })
    }

    /// A pattern that has to match the whole of a text: `^(?:pattern)$`. Errors: Go would not take it.
    pub fn whole(pattern: &str) -> Result<Pattern> {
        let matcher = match is_literal(pattern) {
            true => Matcher::Equals(pattern.to_string()),
            // Go: the anchors are put around before the pattern is read, so `a)|(?:b` is one.
            false => Matcher::regex(&format!("^(?:{pattern})$"))?,
        };
        Ok(Pattern { matcher })
    }

    /// The only text that this pattern matches, where there is only one.
    pub fn literal(&self) -> Option<&str> {
        if let Matcher::Equals(text) = &self.matcher { Some(text) } else { None }
    }

    pub fn is_match(&self, text: &str) -> bool {
        match &self.matcher {
            Matcher::Contains(part) => text.contains(part.as_str()),
            Matcher::Equals(whole) => text == whole,
            Matcher::Regex(engine) => engine.for_text(text.as_bytes()).is_some_and(|regex| regex.is_match(text)),
        }
    }
}

/// The pattern as the `regex` crate writes it, for libraries that compile patterns themselves. Errors: Go's text.
pub fn in_rust_syntax(pattern: &str) -> std::result::Result<String, String> {
    Ok(parse::parse(pattern).map_err(|fault| fault.go_text())?.tree.to_string())
}

impl Matcher {
    fn regex(pattern: &str) -> Result<Matcher> {
        let tree = parse::parse(pattern).map_err(|fault| fault.diagnostic())?.tree;
        Ok(Matcher::Regex(Engine::new(tree)))
    }
}

/// What is wrong with a pattern, and with which part of it.
#[derive(Debug)]
struct Fault {
    /// Go's words, with backticks around what is code.
    message: &'static str,
    part: String,
}

impl Fault {
    fn new(message: &'static str, part: &str) -> Fault {
        Fault { message, part: part.to_string() }
    }

    /// Go: syntax.Error.
    fn go_text(&self) -> String {
        format!("error parsing regexp: {}: `{}`", self.message.replace('`', ""), self.part)
    }

    fn diagnostic(&self) -> Box<Diagnostic> {
        Diagnostic::new("bad-regexp", format!("`{}` in a regular expression: {}", self.part, self.message))
            .help("the syntax is that of Go: https://golang.org/s/re2syntax")
    }
}

fn is_literal(pattern: &str) -> bool {
    !pattern.contains(['\\', '.', '+', '*', '?', '(', ')', '|', '[', ']', '{', '}', '^', '$'])
}

#[cfg(test)]
mod tests;
