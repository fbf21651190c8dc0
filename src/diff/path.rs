//! Where a field stands in an object: `spec.template.spec.containers[name=web].image`.

use std::fmt::{Display, Formatter, Result};

use compact_str::CompactString;

/// From an object's root to a field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldPath(pub Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    Key(CompactString),
    /// An item of a list whose items are told apart by fields: these, with their values.
    Item(Vec<(CompactString, CompactString)>),
    /// An item of another list; of the new one, where it is in both.
    Index(usize),
    /// Into a text that is a document, with the name of its format.
    Document(&'static str),
}

impl FieldPath {
    /// A path of keys only.
    pub fn of_keys(keys: &[&str]) -> FieldPath {
        FieldPath(keys.iter().map(|key| Step::Key((*key).into())).collect())
    }

    /// Whether it starts with these keys.
    pub fn starts_with(&self, keys: &[&str]) -> bool {
        self.0.len() >= keys.len() && self.0.iter().zip(keys).all(|(step, key)| step.is_key(key))
    }

    /// The last key, if the path ends in one.
    pub fn last_key(&self) -> Option<&str> {
        match self.0.last() {
            Some(Step::Key(key)) => Some(key),
            _ => None,
        }
    }
}

impl Step {
    pub fn is_key(&self, key: &str) -> bool {
        matches!(self, Step::Key(own) if own == key)
    }
}

impl Display for FieldPath {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if is_word(key) && at == 0 => f.write_str(key)?,
                Step::Key(key) if is_word(key) => write!(f, ".{key}")?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
                _ => write!(f, "{step}")?,
            }
        }
        Ok(())
    }
}

/// A step by itself: a key as it is, an item in brackets.
impl Display for Step {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Step::Key(key) => f.write_str(key),
            Step::Item(fields) => {
                f.write_str("[")?;
                for (at, (key, value)) in fields.iter().enumerate() {
                    write!(f, "{}{key}={value}", if at > 0 { "," } else { "" })?;
                }
                f.write_str("]")
            }
            Step::Index(at) => write!(f, "[{at}]"),
            Step::Document(format) => write!(f, "({format})"),
        }
    }
}

fn is_word(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'$'))
}
