//! Charts: loading, values, and what Helm adds to templates.

mod archive;
pub mod capabilities;
pub mod chart;
pub mod coalesce;
pub mod dependencies;
pub mod durations;
pub mod errors;
pub mod from_yaml;
pub mod functions;
mod ignore;
pub mod inflate;
pub mod late;
pub mod load;
pub mod manifest;
pub mod metadata;
pub mod path_match;
pub mod places;
pub mod post_render;
pub mod print;
pub mod release;
pub mod strvals;
pub mod unused;
pub mod values;
