//! Fields that are one text: `namePrefix`, `nameSuffix`, `namespace`.

use super::fields::set_text;
use super::{Edited, bad_argument, draft};
use crate::kustomize::context::Context;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    NamePrefix,
    NameSuffix,
    Namespace,
}

/// `set nameprefix`, `set namesuffix`, `set namespace`. An empty text takes the field away.
///
/// Errors: not one word; those of [`draft::open`]. kustomize: no text is refused.
pub fn set_value(ctx: &Context, words: &[String], value: Value) -> Edited {
    let (field, what) = match value {
        Value::NamePrefix => ("namePrefix", "prefix"),
        Value::NameSuffix => ("nameSuffix", "suffix"),
        Value::Namespace => ("namespace", "namespace"),
    };
    let [word] = words else {
        return Err(bad_argument(format!("one {what} is wanted, not {}", words.len()))
            .help("put `--` before it where it begins with `-`"));
    };
    let mut draft = draft::open(ctx)?;
    set_text(&mut draft.fields, field, word);
    Ok(Some(draft))
}
