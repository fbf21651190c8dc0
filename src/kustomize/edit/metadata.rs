//! Labels and annotations of all objects: `commonLabels`, `labels`, `commonAnnotations`.
//!
//! Source: kustomize 5.8.1, kustomize/commands/edit: addmetadata.go, setlabel.go, setannotation.go, removemetadata.go.

use super::fields::{is_on, on, set, set_entries, set_items, take_entries, take_items, text};
use super::{Edited, already_there, bad_argument, draft, not_there};
use crate::base::{Result, Span};
use crate::kustomize::context::Context;
use crate::yaml::{Mapping, Node};

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metadata {
    Annotations,
    Labels,
}

/// What happens to a key that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Refuse,
    Overwrite,
}

/// What `add label` is told beside the labels.
#[derive(Clone, Copy, Debug, Default)]
pub struct LabelFlags {
    /// `labels` take them, and selectors do not.
    pub without_selector: bool,
    /// Templates take them too; only `without_selector`.
    pub include_templates: bool,
}

impl Metadata {
    fn field(self) -> &'static str {
        match self {
            Metadata::Annotations => "commonAnnotations",
            Metadata::Labels => "commonLabels",
        }
    }

    fn what(self) -> &'static str {
        match self {
            Metadata::Annotations => "annotation",
            Metadata::Labels => "label",
        }
    }
}

/// Pairs `key:value`. Quotes around a value are taken away; without a `:` the value is empty; the last of equal keys
/// counts.
///
/// Errors: a word without a key; no words.
pub fn parse_pairs<'w>(words: impl IntoIterator<Item = &'w str>, kind: Metadata) -> Result<Vec<(String, String)>> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for word in words {
        let (key, value) = word.split_once(':').unwrap_or((word, ""));
        if key.is_empty() && word.contains(':') {
            return Err(bad_argument(format!("`{word}` is no {}: it has no key", kind.what()))
                .help("write `key:value`; the value may be in quotes"));
        }
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
        pairs.retain(|(there, _)| there != key);
        pairs.push((key.to_owned(), value.to_owned()));
    }
    Ok(pairs)
}

fn some_pairs(words: &[String], kind: Metadata) -> Result<Vec<(String, String)>> {
    if words.is_empty() {
        return Err(bad_argument(format!("no {} is given", kind.what())).help("write `key:value` for each"));
    }
    parse_pairs(words.iter().map(String::as_str), kind)
}

/// `add annotation`.
///
/// Errors: one is there already; those of [`parse_pairs`] and [`draft::open`].
pub fn add_annotations(ctx: &Context, words: &[String], mode: Mode) -> Edited {
    add_common(ctx, words, Metadata::Annotations, mode)
}

/// `add label`.
///
/// Errors: as [`add_annotations`]; templates are to have labels that selectors have anyway.
pub fn add_labels(ctx: &Context, words: &[String], mode: Mode, flags: LabelFlags) -> Edited {
    if !flags.without_selector && flags.include_templates {
        return Err(bad_argument("`--include-templates` has no effect without `--without-selector`")
            .help("labels that selectors get are in templates anyway"));
    }
    if !flags.without_selector {
        return add_common(ctx, words, Metadata::Labels, mode);
    }
    let pairs = some_pairs(words, Metadata::Labels)?;
    let mut draft = draft::open(ctx)?;
    let mut items = take_items(&mut draft.fields, "labels");
    let fits =
        |item: &Node| !is_on(item, "includeSelectors") && is_on(item, "includeTemplates") == flags.include_templates;
    let at = items.iter().position(fits).unwrap_or_else(|| {
        items.push(label_entry(flags.include_templates));
        items.len() - 1
    });
    let mut entries = take_entries(&mut items[at], "pairs");
    write_pairs(&mut entries, pairs, Metadata::Labels, mode)?;
    set_entries(&mut items[at], "pairs", entries);
    set_items(&mut draft.fields, "labels", items);
    Ok(Some(draft))
}

fn label_entry(include_templates: bool) -> Node {
    let mut entry = Node::mapping(Span::NOWHERE);
    set(&mut entry, "includeTemplates", include_templates.then(on));
    entry
}

fn add_common(ctx: &Context, words: &[String], kind: Metadata, mode: Mode) -> Edited {
    let pairs = some_pairs(words, kind)?;
    let mut draft = draft::open(ctx)?;
    let mut entries = take_entries(&mut draft.fields, kind.field());
    write_pairs(&mut entries, pairs, kind, mode)?;
    set_entries(&mut draft.fields, kind.field(), entries);
    Ok(Some(draft))
}

fn write_pairs(entries: &mut Mapping, pairs: Vec<(String, String)>, kind: Metadata, mode: Mode) -> Result<()> {
    for (key, value) in pairs {
        if mode == Mode::Refuse && entries.contains(&key) {
            return Err(
                already_there(format!("the {} `{key}` is there already", kind.what())).help("`--force` overwrites it")
            );
        }
        entries.set(&key, text(&value));
    }
    Ok(())
}

/// `set annotation`, `set label`: what is there is overwritten.
///
/// Errors: an annotation's key that Kubernetes does not take; those of [`parse_pairs`] and [`draft::open`].
pub fn set_metadata(ctx: &Context, words: &[String], kind: Metadata) -> Edited {
    if kind == Metadata::Annotations
        && let Some((key, _)) = some_pairs(words, kind)?.iter().find(|(key, _)| !is_annotation_key(key))
    {
        return Err(bad_argument(format!("`{key}` cannot be the key of an annotation"))
            .help("a key is `name` or `prefix/name`, of letters, digits, `-`, `_` and `.`"));
    }
    add_common(ctx, words, kind, Mode::Overwrite)
}

/// kustomize: IsValidKey in setannotation.go, which is narrower in the prefix than Kubernetes is.
fn is_annotation_key(key: &str) -> bool {
    let is_end = |c: char| c.is_ascii_alphanumeric();
    let fits = |part: &str, most: usize, inner: fn(char) -> bool| {
        part.len() <= most && part.starts_with(is_end) && part.ends_with(is_end) && part.chars().all(inner)
    };
    let name = match key.split_once('/') {
        Some((prefix, name)) => {
            let is_prefix = fits(prefix, 253, |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'));
            if !is_prefix || !prefix.starts_with(|c: char| c.is_ascii_alphabetic()) {
                return false;
            }
            name
        }
        None => key,
    };
    fits(name, 63, |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// `remove annotation`, `remove label`: keys in one word with commas between them.
///
/// Errors: one is not there, unless that is to be ignored; those of [`draft::open`].
pub fn remove_metadata(ctx: &Context, words: &[String], kind: Metadata, ignore_missing: bool) -> Edited {
    let keys = super::one_list(words, kind.what())?;
    if keys.iter().any(|key| key.is_empty()) {
        return Err(bad_argument(format!("the name of a {} is empty", kind.what())).help("write `key1,key2`"));
    }
    let mut draft = draft::open(ctx)?;
    let mut entries = take_entries(&mut draft.fields, kind.field());
    for key in keys {
        if entries.remove(key).is_none() && !ignore_missing {
            return Err(not_there(format!("`{}` has no `{key}`", kind.field()))
                .help("`--ignore-non-existence` passes over what is not there"));
        }
    }
    set_entries(&mut draft.fields, kind.field(), entries);
    Ok(Some(draft))
}
