//! Values inside of texts: `data.config\.json.server.port` leads into the JSON or YAML that a text holds.
//!
//! kustomize: setValueInStructuredData and serializeStructuredData
//! (api/filters/replacement/replacement.go), handleStructuredDataInScalar (kyaml/yaml/match.go).
//!
//! **Not here:** paths that end at the text itself.

use std::borrow::Cow;

use compact_str::CompactString;

use super::target_path::{Kind, TargetPath, Walk};
use crate::base::{Diagnostic, Result, SourceId, Sources, Span};
use crate::kustomize::field_path;
use crate::yaml::json::Numbers;
use crate::yaml::styled::{Styled, write_node};
use crate::yaml::{self, Documents, Duplicates, Node, ReadOptions, Scalar, Schema, Style, Tag};

/// Go: what is read into an interface.
const AS_VALUES: ReadOptions =
    ReadOptions { schema: Schema::V3, duplicates: Duplicates::Reject, documents: Documents::First };

/// Writes a value into the text that a path leads through. False where it leads through none, or
/// where that text does not hold what the rest of the path asks for; then nothing is changed.
///
/// kustomize: options other than `create` do not count here.
pub(super) fn replace(
    sources: &Sources,
    root: &mut Node,
    value: &Node,
    path: &TargetPath,
    create: Option<Kind>,
) -> bool {
    let Some((holder, depth)) = find_text(root, &path.parts) else { return false };
    let Some(text) = holder.as_scalar() else { return false };
    let Ok(mut content) = read(text) else { return false };
    let mut root = std::mem::replace(&mut content.root, Node::null(Span::NOWHERE));
    let adopted = content.adopt(value, &|span| is_flow(sources, span));
    let mut set = |field: &mut Node| {
        let is_alias = content.is_alias(field);
        match field.as_scalar_mut().filter(|_| !is_alias) {
            Some(old) => old.text = value.text().unwrap_or_default().into(),
            None => *field = adopted.clone(),
        }
        Ok(())
    };
    let Some(rest) = path.steps.get(depth..) else { return false };
    let found = Walk { create, asked: Span::NOWHERE, found: &mut set }.go(&mut root, rest);
    if !matches!(found, Ok(1..)) {
        return false;
    }
    content.root = root;
    match write(&content, &text.text) {
        Some(new) => {
            let new = Scalar { text: new.into(), ..text.clone() };
            holder.overwrite(Node::new(new, holder.span));
            true
        }
        None => false,
    }
}

/// Whether a collection is written in brackets.
fn is_flow(sources: &Sources, span: Span) -> bool {
    let source = sources.get(span.source);
    source.is_some_and(|source| matches!(source.text.get(span.start as usize), Some(b'{' | b'[')))
}

/// The first plain value that a path leads through, and how many parts lead to it.
fn find_text<'n>(root: &'n mut Node, parts: &[CompactString]) -> Option<(&'n mut Node, usize)> {
    let mut found = &*root;
    for depth in 1..parts.len() {
        found = field_path::lookup(found, &parts[depth - 1..depth]).ok()??;
        if found.as_scalar().is_some() {
            return Some((field_path::lookup_mut(root, &parts[..depth])?, depth));
        }
    }
    None
}

/// The document that a text holds. Errors: it is none, or is empty.
pub(super) fn read(text: &Scalar) -> Result<Styled> {
    Styled::read(&text.text)?
        .ok_or_else(|| Diagnostic::new("field-path", "the path leads into a text that holds nothing"))
}

/// The document as a text again: as JSON where the old text looks like that, with new lines where it had some.
fn write(content: &Styled, old: &str) -> Option<String> {
    let text = content.write().ok()?;
    if !old.trim_start().starts_with(['{', '[']) {
        return Some(text.trim().to_string());
    }
    let document = yaml::read(SourceId::NONE, text.as_bytes(), AS_VALUES).ok()?.pop();
    let root = document.and_then(|document| document.root).unwrap_or_else(|| Node::null(Span::NOWHERE));
    let mut json = String::new();
    yaml::to_json(&root, Numbers::Exact, &mut json).ok()?;
    Some(if old.contains('\n') && old.contains("  ") { indented(&json) } else { json })
}

/// Go: json.Indent with two spaces.
fn indented(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let mut depth = 0;
    let mut in_string = false;
    let mut chars = json.chars().peekable();
    let new_line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    while let Some(c) = chars.next() {
        match c {
            '"' => in_string = !in_string,
            '\\' if in_string => {
                out.push(c);
                out.extend(chars.next());
                continue;
            }
            _ if in_string => {}
            '{' | '[' => {
                out.push(c);
                if let Some(end) = chars.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    new_line(&mut out, depth);
                }
                continue;
            }
            '}' | ']' => {
                depth -= 1;
                new_line(&mut out, depth);
            }
            ',' => {
                out.push(c);
                new_line(&mut out, depth);
                continue;
            }
            ':' => {
                out.push_str(": ");
                continue;
            }
            _ => {}
        }
        out.push(c);
    }
    out
}

/// A value as go-yaml writes it alone, which is what patterns are matched with.
pub(super) fn written(node: &Node) -> Result<Cow<'_, str>> {
    match node.as_scalar() {
        Some(scalar) if is_simple(scalar) => Ok(Cow::Borrowed(&scalar.text)),
        _ => Ok(Cow::Owned(write_node(node)?.trim().to_string())),
    }
}

/// A name or the like, which is written as it is.
fn is_simple(scalar: &Scalar) -> bool {
    let is_name = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'/' | b'_'))
    };
    scalar.style == Style::Plain
        && is_name(&scalar.text)
        && (scalar.tag == Tag::Open || (scalar.tag == Tag::Str && yaml::resolve(Schema::V3, &scalar.text) == Tag::Str))
}
