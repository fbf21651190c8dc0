//! Charts: loading, values, and what Helm adds to templates.

pub mod manifest;
