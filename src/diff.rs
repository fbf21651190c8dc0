//! What changes for the cluster between two sets of objects.
//!
//! The way of the data: the objects of both sides are paired ([`pair`]); pairs that are not alike become
//! [`Value`]s, are compared field by field ([`tree`]) and become [`ObjectChange`]s of a [`Comparison`]; a
//! [`Report`] holds the comparisons of one or many environments, and `report/` has one way to write it a file.
//!
//! **Invariant:** what a [`Comparison`] holds may be shown: values of Secrets are masked before it is handed out.
//! **Not here:** where objects come from.

pub mod comparison;
mod embedded;
pub mod filter;
mod followers;
mod likeness;
mod lists;
pub mod object;
mod pair;
pub mod path;
pub mod report;
mod risk;
pub mod secrets;
mod tree;
pub mod value;

pub use comparison::{Comparison, FieldChange, ObjectChange, Options, Status, compare};
pub use filter::Filter;
pub use object::{Id, Object};
pub use path::{FieldPath, Step};
pub use report::{Environment, Report, Section};
pub use risk::Risk;
pub use value::Value;
