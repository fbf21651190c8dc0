//! Patterns -> their parts. Source: syntax/lexer and syntax/ast of gobwas/glob 0.2.3.

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Text(String),
    /// `*`
    Any,
    /// `**`
    Super,
    /// `?`
    Single,
    /// `[abc]`
    List {
        chars: String,
        is_negated: bool,
    },
    /// `[a-c]`
    Range {
        from: char,
        to: char,
        is_negated: bool,
    },
    /// `{a,b}`
    AnyOf(Vec<Part>),
    /// One of the alternatives.
    Pattern(Vec<Part>),
    /// What is left of an alternative that others share.
    Nothing,
}

/// What is no pattern.
#[derive(Debug, PartialEq, Eq)]
pub struct NoPattern;

/// Braces in braces. More are too many parts as well.
const MAX_DEPTH: usize = 1_000;

pub fn parse(pattern: &[u8]) -> Result<Vec<Part>, NoPattern> {
    let text = std::str::from_utf8(pattern).map_err(|_| NoPattern)?;
    // gobwas: a NUL ends the pattern; the replacement character is taken for a broken one.
    let text = text.split('\0').next().unwrap_or_default();
    if text.contains(char::REPLACEMENT_CHARACTER) {
        return Err(NoPattern);
    }
    let mut parser = Parser { rest: text, depth: 0 };
    let parts = parser.parts()?;
    Ok(parts)
}

struct Parser<'p> {
    rest: &'p str,
    depth: usize,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    fn take(&mut self, prefix: &str) -> bool {
        let rest = self.rest.strip_prefix(prefix);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Up to the end, or in braces up to a comma or the closing brace. gobwas: a brace need not be closed.
    fn parts(&mut self) -> Result<Vec<Part>, NoPattern> {
        let mut parts = Vec::new();
        while let Some(c) = self.rest.chars().next() {
            parts.push(match c {
                ',' | '}' if self.depth > 0 => break,
                '*' if self.take("**") => Part::Super,
                '*' if self.take("*") => Part::Any,
                '?' if self.take("?") => Part::Single,
                '{' if self.take("{") => self.any_of()?,
                '[' if self.take("[") => self.range()?,
                _ => match self.text(if self.depth > 0 { "?*[{}," } else { "?*[{" }) {
                    text if text.is_empty() => continue,
                    text => Part::Text(text),
                },
            });
        }
        Ok(parts)
    }

    fn any_of(&mut self) -> Result<Part, NoPattern> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(NoPattern);
        }
        let mut alternatives = vec![Part::Pattern(self.parts()?)];
        while self.take(",") {
            alternatives.push(Part::Pattern(self.parts()?));
        }
        self.take("}");
        self.depth -= 1;
        Ok(Part::AnyOf(alternatives))
    }

    /// Up to one of these; a `\` takes the next character as it is.
    fn text(&mut self, breakers: &str) -> String {
        let mut text = String::new();
        while let Some(c) = self.rest.chars().next() {
            if breakers.contains(c) {
                break;
            }
            self.next();
            text.extend(if c == '\\' { self.next() } else { Some(c) });
        }
        text
    }

    /// Go: fetchRange. Of `[`, either `a-c]` or characters and `]`.
    fn range(&mut self) -> Result<Part, NoPattern> {
        let is_negated = self.take("!");
        let before = self.rest;
        let from = self.next().ok_or(NoPattern)?;
        let part = if self.take("-") {
            let to = self.next().filter(|to| *to >= from).ok_or(NoPattern)?;
            Part::Range { from, to, is_negated }
        } else {
            self.rest = before;
            let chars = self.text("]");
            if chars.is_empty() {
                return Err(NoPattern);
            }
            Part::List { chars, is_negated }
        };
        if self.take("]") { Ok(part) } else { Err(NoPattern) }
    }
}
