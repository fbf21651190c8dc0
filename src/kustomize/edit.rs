//! Changes to a kustomization file: what `kz edit` does.
//!
//! An edit reads the file into its fields, changes some of them, and writes all of them back as kustomize does: in the
//! order in which they stood, each in the one form that Go has for it, with the comments that stood on lines of their
//! own in front of their field ([`layout`]). Source: kustomize 5.8.1, kustomize/commands/edit.
//!
//! **Invariant:** an edit writes nothing itself. It gives a [`Draft`], and what the draft holds reaches the disk as a
//! whole or not at all ([`Draft::save`]).
//! **Not here:** flags and their words; what is said when it is done.

mod draft;
mod fields;
mod fix;
mod generators;
mod glob;
mod images;
mod layout;
mod lists;
mod metadata;
mod patches;
mod replicas;
mod values;
mod vars;
mod write;

pub use draft::{Draft, fresh, open};
pub use fix::fix;
pub use generators::{GeneratorFlags, GeneratorKind, add_generator, remove_generators, set_generator};
pub use images::set_images;
pub use lists::{
    BuildMetadata, Listed, add_bases, add_files, add_plugins, change_build_metadata, remove_files, resources_named,
};
pub use metadata::{
    LabelFlags, Metadata, Mode, add_annotations, add_labels, parse_pairs, remove_metadata, set_metadata,
};
pub use patches::{PatchFlags, add_patch, remove_patch};
pub use replicas::set_replicas;
pub use values::{Value, set_value};
pub use vars::convert_vars;

use crate::base::{Diagnostic, Result};

/// What an edit comes to: nothing where there is nothing to write.
pub type Edited = Result<Option<Draft>>;

/// The error for words of the command line that an edit cannot take.
fn bad_argument(message: impl Into<String>) -> Box<Diagnostic> {
    Diagnostic::new("edit-argument", message)
}

/// The error for something that is to be added and is there already.
fn already_there(message: impl Into<String>) -> Box<Diagnostic> {
    Diagnostic::new("edit-already-there", message)
}

/// The error for something that is to be changed or removed and is not there.
fn not_there(message: impl Into<String>) -> Box<Diagnostic> {
    Diagnostic::new("edit-not-there", message)
}

/// The error for a path that leads to nothing.
fn no_match(message: impl Into<String>) -> Box<Diagnostic> {
    Diagnostic::new("edit-no-match", message)
}

/// The names in a list `a,b,c`, as one word of the command line has them.
fn one_list<'a>(words: &'a [String], what: &str) -> Result<Vec<&'a str>> {
    match words {
        [list] => Ok(list.split(',').collect()),
        [] => {
            Err(bad_argument(format!("no {what} is named")).help(format!("name one, or several as `{what}1,{what}2`")))
        }
        [_, second, ..] => Err(bad_argument(format!("`{second}` is one word too many"))
            .help("several names are one word, with commas between them and no blanks")),
    }
}
