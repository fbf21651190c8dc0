//! Charts: loading, values, and what Helm adds to templates.

pub mod manifest;
pub mod path_match;
pub mod print;
pub mod from_yaml;
