//! `.helmignore`: which files of a folder are no part of its chart.
//!
//! It looks like `.gitignore` but is not: the patterns are Go's filepath.Match, and a rule with `!` ignores all
//! that it does not match. Source: pkg/ignore/rules.go.

use super::path_match;
use crate::base::{Diagnostic, Result, SourceId, Span};

/// The name of the file.
pub const FILE_NAME: &str = ".helmignore";

/// Go: bufio.Scanner takes no line longer than this.
const LONGEST_LINE: usize = 64 * 1024;

/// The rules in their order.
#[derive(Debug, Default)]
pub struct Rules {
    list: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    pattern: Pattern,
    scope: Scope,
    /// `!`: ignores what does not match.
    is_negated: bool,
    /// A slash at the end.
    only_folders: bool,
}

/// Most patterns need no search.
#[derive(Debug)]
enum Pattern {
    /// Without any signs.
    Exact(String),
    /// A star, and what has to stand at the end.
    Ending(String),
    Other(String),
}

/// What a pattern is held against.
#[derive(Debug)]
enum Scope {
    /// The path from the root of the chart.
    Path,
    /// The last part of the path.
    Name,
}

impl Rules {
    /// The rules that hold for every chart.
    pub fn defaults() -> Rules {
        Rules { list: Rule::parse("templates/.?*").into_iter().flatten().collect() }
    }

    /// The rules of a file, and behind them the defaults.
    pub fn parse(text: &[u8], source: SourceId) -> Result<Rules> {
        let mut list = Vec::new();
        let text_start = text.as_ptr() as usize;
        for line in text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).split(|b| *b == b'\n') {
            let start = line.as_ptr() as usize - text_start;
            let fail = |message: &str| {
                Diagnostic::new("chart-ignore", message)
                    .at(Span::new(source, start, start + line.len()))
                    .help("the patterns are those of Go's filepath.Match")
            };
            if line.len() >= LONGEST_LINE {
                return Err(fail("bufio.Scanner: token too long"));
            }
            list.extend(Rule::parse(&String::from_utf8_lossy(line)).map_err(fail)?);
        }
        list.extend(Rules::defaults().list);
        Ok(Rules { list })
    }

    /// Whether a path from the root of the chart is to be left out.
    pub fn ignore(&self, path: &str, is_folder: bool) -> bool {
        let name = path.rsplit('/').next().unwrap_or_default();
        for rule in &self.list {
            let misses_folder = rule.only_folders && !is_folder;
            if rule.is_negated {
                if misses_folder || !rule.matches(path, name) {
                    return true;
                }
            } else if !misses_folder && rule.matches(path, name) {
                return true;
            }
        }
        false
    }
}

impl Rule {
    /// `None` for a line without a rule.
    fn parse(line: &str) -> Result<Option<Rule>, &'static str> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(None);
        }
        if line.contains("**") {
            return Err("double-star (**) syntax is not supported");
        }
        if !path_match::is_valid(line) {
            return Err("syntax error in pattern");
        }
        let (line, is_negated) = line.strip_prefix('!').map_or((line, false), |rest| (rest, true));
        let (line, only_folders) = line.strip_suffix('/').map_or((line, false), |rest| (rest, true));
        let (pattern, scope) = match line.strip_prefix('/') {
            Some(rest) => (rest, Scope::Path),
            None if line.contains('/') => (line, Scope::Path),
            None => (line, Scope::Name),
        };
        Ok(Some(Rule { pattern: Pattern::new(pattern), scope, is_negated, only_folders }))
    }

    fn matches(&self, path: &str, name: &str) -> bool {
        let subject = match self.scope {
            Scope::Path => path,
            Scope::Name => name,
        };
        self.pattern.matches(subject)
    }
}

impl Pattern {
    fn new(pattern: &str) -> Pattern {
        let is_plain = |text: &str| !text.contains(['*', '?', '[', '\\']);
        match pattern.strip_prefix('*') {
            Some(ending) if is_plain(ending) => Pattern::Ending(ending.to_owned()),
            None if is_plain(pattern) => Pattern::Exact(pattern.to_owned()),
            _ => Pattern::Other(pattern.to_owned()),
        }
    }

    fn matches(&self, name: &str) -> bool {
        match self {
            Pattern::Exact(pattern) => pattern == name,
            Pattern::Ending(ending) => name.strip_suffix(ending.as_str()).is_some_and(|start| !start.contains('/')),
            Pattern::Other(pattern) => path_match::matches(pattern, name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_ignored(rules: &str, path: &str, is_folder: bool) -> bool {
        Rules::parse(rules.as_bytes(), SourceId::NONE).unwrap().ignore(path, is_folder)
    }

    // Expectations: what `helm template` left out of charts with these files.
    #[test]
    fn rules_are_those_of_helm() {
        let cases = [
            ("*.txt", "cargo/a.txt", false, true),
            ("cargo/*.txt", "mast/a.txt", false, false),
            ("/a.txt", "cargo/a.txt", false, false),
            ("cargo/", "cargo", true, true),
            ("cargo/", "cargo", false, false),
            ("!helm.txt", "tiller.txt", false, true),
            ("!helm.txt", "helm.txt", false, false),
            ("!cargo/", "cargo", false, true),
            ("# *\n\n  a*  \r\n", "abc", false, true),
            ("\u{feff}a*", "abc", false, true),
            ("", "templates/.hidden", false, true),
            ("", "templates/a/.hidden", false, false),
            ("*/b.txt", "a/b.txt", false, true),
            ("*/b.txt", "c/a/b.txt", false, false),
            ("*b", "a/b", false, true),
            ("/*b", "a/b", false, false),
            ("ru[c-e]?er.txt", "rudder.txt", false, true),
        ];
        for (rules, path, is_folder, expected) in cases {
            assert_eq!(is_ignored(rules, path, is_folder), expected, "{rules:?} {path}");
        }
    }

    #[test]
    fn patterns_that_are_not_understood_are_errors() {
        for rules in ["foo/**/bar", "[z-", "a\\"] {
            let error = Rules::parse(rules.as_bytes(), SourceId::NONE).map(drop).unwrap_err();
            assert_eq!(error.code, "chart-ignore", "{rules}");
        }
    }
}
