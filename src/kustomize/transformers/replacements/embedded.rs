//! Values inside of texts: `data.config\.json.server.port` leads into the JSON that a text holds.
//!
//! kustomize: setValueInStructuredData and serializeStructuredData
//! (api/filters/replacement/replacement.go), handleStructuredDataInScalar (kyaml/yaml/match.go).
//!
//! **Not here:** paths that end at the text itself.

use super::target_path::{Kind, TargetPath, Walk};
use crate::base::{Diagnostic, Result, SourceId, Span};
use crate::kustomize::field_path;
use crate::yaml::json::Numbers;
use crate::yaml::{Documents, Duplicates, Node, ReadOptions, Scalar, Schema, Style, read as read_yaml, to_json};

const AS_NODES: ReadOptions =
    ReadOptions { schema: Schema::V3, duplicates: Duplicates::Reject, documents: Documents::First };

/// Writes a value into the text that a path leads through. False where it leads through none, or
/// where that text does not hold what the rest of the path asks for; then nothing is changed.
///
/// kustomize: options other than `create` do not count here.
pub(super) fn replace(root: &mut Node, value: &Node, path: &TargetPath, create: Option<Kind>) -> bool {
    let Some((holder, depth)) = find_text(root, &path.parts) else { return false };
    let Some(text) = holder.as_scalar() else { return false };
    let Ok(mut content) = read(text) else { return false };
    let mut set = |field: &mut Node| {
        match (field.as_scalar_mut(), value.as_scalar()) {
            (Some(old), new) => old.text = new.map(|new| new.text.clone()).unwrap_or_default(),
            (None, _) => *field = value.clone(),
        }
        Ok(())
    };
    let Some(rest) = path.steps.get(depth..) else { return false };
    let found = Walk { create, asked: Span::NOWHERE, found: &mut set }.go(&mut content, rest);
    if !matches!(found, Ok(1..)) {
        return false;
    }
    match write(&content, &text.text) {
        Some(new) => {
            let new = Scalar { text: new.into(), ..text.clone() };
            holder.overwrite(Node::new(new, holder.span));
            true
        }
        None => false,
    }
}

/// The first plain value that a path leads through, and how many parts lead to it.
fn find_text<'n>(root: &'n mut Node, parts: &[String]) -> Option<(&'n mut Node, usize)> {
    let depth = (1..parts.len()).find(|depth| {
        let found = field_path::lookup(root, &parts[..*depth]);
        matches!(found, Ok(Some(node)) if node.as_scalar().is_some())
    })?;
    let node = field_path::lookup_mut(root, &parts[..depth])?;
    Some((node, depth))
}

/// The document that a text holds. Errors: it is none, or is empty.
pub(super) fn read(text: &Scalar) -> Result<Node> {
    let document = read_yaml(SourceId::NONE, text.text.as_bytes(), AS_NODES)?.into_iter().next();
    let root = document.and_then(|document| document.root);
    let is_blank = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    match root {
        Some(root) => Ok(root),
        None if text.text.lines().all(is_blank) => {
            Err(Diagnostic::new("field-path", "the path leads into a text that holds nothing"))
        }
        None => Ok(Node::null(Span::NOWHERE)),
    }
}

/// The document as a text again, in the manner of the old text.
fn write(content: &Node, old: &str) -> Option<String> {
    if !old.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let mut json = String::new();
    to_json(content, Numbers::Exact, &mut json).ok()?;
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

/// A value as go-yaml would write it alone, which is what patterns are matched with.
pub(super) fn written(node: &Node) -> Result<String> {
    let Some(scalar) = node.as_scalar() else { return Ok(String::new()) };
    Ok(match scalar.style {
        Style::Plain => scalar.text.to_string(),
        Style::SingleQuoted => format!("'{}'", scalar.text.replace('\'', "''")),
        _ => format!("\"{}\"", scalar.text),
    })
}
