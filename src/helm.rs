//! Charts: loading, values, and what Helm adds to templates.

pub mod from_yaml;
pub mod manifest;
pub mod path_match;
pub mod post_render;
pub mod print;
pub mod release;
