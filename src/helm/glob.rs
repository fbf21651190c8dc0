//! The patterns of `.Files.Glob`: gobwas/glob 0.2.3 with `/` as its separator.
//!
//! `*` and `?` stop at a `/`, `**` does not; `[a-c]`, `[!abc]`, `{a,b*}` and `\` are known. What is no pattern
//! matches everything, as Helm has it.
//!
//! Why a port and not the rules alone: gobwas makes a pattern of special cases that do not always add up to the
//! rules. `a/{*,b}` matches what has three characters only, and charts are written until they work.
//!
//! **Not here:** the patterns of `--show-only` and `.helmignore`, which are others ([`super::path_match`]).

mod compile;
mod matcher;
mod parse;
#[cfg(test)]
mod tests;

pub use matcher::Stop;

use matcher::Matcher;

/// A pattern that is ready to match paths.
pub struct Glob {
    matcher: Matcher,
}

impl Glob {
    /// Error: a pattern that is too long.
    pub fn new(pattern: &[u8]) -> Result<Glob, Stop> {
        let parts = parse::parse(pattern).unwrap_or_else(|_| vec![parse::Part::Super]);
        Ok(Glob { matcher: compile::compile(parts)? })
    }

    /// Errors: where gobwas panics, and where it would take too long.
    pub fn matches(&self, path: &str) -> Result<bool, Stop> {
        self.matcher.matches(path.as_bytes(), &mut matcher::Steps::default())
    }
}
